"""`make check-ontology`: it counts what holds, says what does not, and fails where a gate is not met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from rdflib import Graph

from quality import check_ontology, evidence
from quality.check_ontology import Gate
from quality.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str, list[dict[str, Any]]], None]

OURS = Vocabulary.ours()
NO_PARTICIPATION = "DELETE WHERE { GRAPH ?g { ?participation ccg:participant ?anyone } }"


@pytest.fixture
def claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write `questions.yaml` or `capabilities.yaml` into a folder that stands for docs/ontology."""
    monkeypatch.setattr(evidence, "DOCS", tmp_path)
    return lambda name, rows: (
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump({name: rows}), encoding="utf-8") and None
    )


def _question(
    answer: str = "who-takes-part", without: str = NO_PARTICIPATION, **other: Any
) -> dict[str, Any]:
    proof = [{"answer": answer, "without": without}]
    return {"id": "S2", "files": ["who-takes-part"], "proof": proof, **other}


def test_a_question_passes_when_the_town_answers_it_and_no_longer_does_without_the_fact(claim: Write) -> None:
    claim("questions", [_question()])
    (outcome,) = evidence.questions()
    assert (outcome.key, outcome.about, outcome.failure) == ("S2", "queries/who-takes-part.rq", "")


@pytest.mark.parametrize(
    ("entry", "failure"),
    [
        (
            _question(without="DELETE WHERE { GRAPH ?g { ?x ccg:noSuchTerm ?y } }"),
            "who-takes-part stays the same without the fact",
        ),
        (_question(proof=[]), "no proof is given"),
        (_question("who-takes-part--nobody-wrote-it"), "who-takes-part--nobody-wrote-it.csv does not exist"),
        (_question("who-bridges-two-tables"), "who-bridges-two-tables is no answer to one of its files"),
        (_question(without="DELETE nonsense"), "expected WHERE"),
    ],
)
def test_a_question_that_shows_nothing_does_not_pass(
    entry: dict[str, Any], failure: str, claim: Write
) -> None:
    claim("questions", [entry])
    (outcome,) = evidence.questions()
    assert failure in outcome.failure


def test_an_answer_that_is_not_the_expected_one_does_not_pass(
    claim: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim("questions", [_question()])
    expected = (evidence.TOWN / "expected" / "who-takes-part.csv").read_text(encoding="utf-8")
    (tmp_path / "expected").mkdir()
    (tmp_path / "expected" / "who-takes-part.csv").write_text(
        expected.rsplit("\n", 2)[0] + "\n", encoding="utf-8"
    )
    for graphs in evidence.TOWN.glob("*.trig"):
        (tmp_path / graphs.name).symlink_to(graphs)
    monkeypatch.setattr(evidence, "TOWN", tmp_path)
    (outcome,) = evidence.questions()
    assert outcome.failure == "the town does not answer as in who-takes-part.csv"


def test_of_ceons_open_questions_only_those_of_passed_questions_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "DOCS", tmp_path)
    rows = [{"id": "A3", "ceon": ["5-1"]}, {"id": "F1", "ceon": ["5-3"]}]
    content = {"questions": rows, "ceon": {"not_covered_by_ceon": {"5-1": "?", "5-3": "?", "6-1": "?"}}}
    (tmp_path / "questions.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    assert evidence.answered_of_ceon({"A3"}) == {"5-1"}
    rows.append({"id": "G1", "ceon": ["99-1"]})
    (tmp_path / "questions.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(ValueError, match="CEON does not leave these open: 99-1"):
        evidence.answered_of_ceon(set())


def test_a_capability_passes_when_its_terms_and_its_evidence_exist(claim: Write) -> None:
    shown = {
        "n": 33,
        "terms": ["ccg:MaterialFlow", "ccg:origin", "prov:Entity"],
        "test": [
            "tests/shapes/good/MaterialFlow.ttl",
            "tests/test_reasoning.py::test_every_class_can_have_a_member",
        ],
    }
    claim("capabilities", [shown])
    (outcome,) = evidence.capabilities(OURS)
    assert outcome.passed
    assert outcome.about.startswith("ccg:MaterialFlow ccg:origin prov:Entity · tests/shapes/good/")


def test_a_bad_example_shows_a_term_by_leaving_it_out(claim: Write) -> None:
    without_period = "tests/shapes/bad/MaterialFlow-quantity-without-period.ttl"
    claim("capabilities", [{"n": 35, "terms": ["ccg:period"], "test": without_period}])
    (outcome,) = evidence.capabilities(OURS)
    assert "ccg:period " not in (evidence.ROOT / without_period).read_text(encoding="utf-8")
    assert outcome.failure == ""


@pytest.mark.parametrize(
    ("terms", "test", "failure"),
    [
        (["ccg:Teleport"], "queries/who-takes-part.rq", "no such term: ccg:Teleport"),
        (["prov:Teleport"], "queries/who-takes-part.rq", "no such term: prov:Teleport"),
        ([], "queries/who-takes-part.rq", "no such term: none is named"),
        (["ccg:Offer"], [], "no test is named"),
        (["ccg:Offer"], "queries/no-such-file.rq", "queries/no-such-file.rq does not exist"),
        (
            ["ccg:Offer"],
            "tests/test_house.py::test_nothing",
            "tests/test_house.py::test_nothing does not exist",
        ),
        (["ccg:Offer"], "queries/who-takes-part.rq", "mentions none of its terms"),
    ],
)
def test_a_capability_without_terms_or_evidence_does_not_pass(
    terms: list[str], test: str | list[str], failure: str, claim: Write
) -> None:
    claim("capabilities", [{"n": 1, "terms": terms, "test": test}])
    (outcome,) = evidence.capabilities(OURS)
    assert failure in outcome.failure


@pytest.mark.parametrize(
    ("text", "term", "mentioned"),
    [
        ("ASK { ?x ccg:origin ?y }", "ccg:origin", True),
        ("ASK { ?x ccg:originOf ?y }", "ccg:origin", False),
        (
            "PREFIX role: <https://w3id.org/ccg/scheme/role/> ASK { ?x a role:member }",
            "scheme:role/member",
            True,
        ),
        ("ASK { ?x <https://w3id.org/ccg/ns#origin> ?y }", "ccg:origin", True),
    ],
)
def test_a_text_mentions_a_term_by_its_iri_or_by_any_prefix(text: str, term: str, mentioned: bool) -> None:
    assert evidence.mentions(text, term) is mentioned


def test_what_is_not_delivered_counts_nothing_and_is_named(claim: Write) -> None:
    del claim  # it leaves the folder empty
    gate = check_ontology.claims("questions", 40, evidence.questions)
    assert gate == Gate(
        "questions", "0/40", met=False, details=("docs/ontology/questions.yaml is not there.",)
    )


def test_a_gate_counts_each_question_once_and_no_failure_hides_behind_the_number(claim: Write) -> None:
    claim("questions", [_question(), _question(), _question(id="S3", proof=[])])
    gate = check_ontology.claims("questions", 1, evidence.questions)
    assert gate.result == "1/1"
    assert not gate.met
    assert gate.details[0] == " S2 passed  queries/who-takes-part.rq"
    assert gate.details[2].startswith(" S3 FAILED  queries/who-takes-part.rq  (no proof is given)")


def test_a_pitfall_nobody_excuses_fails_the_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_ontology, "DOCS", tmp_path)
    bare = Graph().parse(
        data="@prefix owl: <http://www.w3.org/2002/07/owl#> . <https://w3id.org/ccg/ns#Bare> a owl:Class .",
        format="turtle",
    )
    gate = check_ontology.pitfalls(Vocabulary(bare))
    assert not gate.met
    assert "P08 failed: ccg:Bare" in gate.details


def test_the_table_marks_what_is_met_and_the_exit_code_what_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check_ontology, "gates", lambda: [Gate("terms", "278", details=("all named",))])
    assert check_ontology.main() == 0
    monkeypatch.setattr(check_ontology, "gates", lambda: [Gate("questions", "39/40", met=False)])
    assert check_ontology.main() == 1
    printed = capsys.readouterr()
    assert printed.out == "ok  terms  278\n           all named\nNO  questions  39/40\n"
    assert printed.err == "Not met: questions.\n"


def test_the_terms_concepts_and_points_of_the_ontology_meet_their_gates() -> None:
    lines = [*check_ontology.terms(OURS), check_ontology.concepts(OURS), check_ontology.foops(OURS)]
    assert [gate.name for gate in lines if not gate.met] == []
    assert lines[-1].result == "30/31"
    assert lines[-1].details == ("OM3: doi (not minted)",)
