"""What the shapes and checks find: nothing in the good examples, exactly what each bad one says on its first line.

All examples are of Borgolana, a town that does not exist, and are judged together, so that one may point to another.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import RDF, RDFS

from cc_graph import resources
from cc_graph.questions import front_matter
from cc_graph.vocab import shorten

SH = Namespace("http://www.w3.org/ns/shacl#")
FOLDER = Path(__file__).parent / "shapes"
GOOD = sorted((FOLDER / "good").glob("*.ttl"))
BAD = sorted((FOLDER / "bad").glob("*.ttl"))
BOTH_LANGUAGES = {"it": 1, "en": 1}

# (file of the focus node, severity, shape); shapes of concepts in our schemes have no file
Finding = tuple[str, str, str]


def _read(paths: list[Path]) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path)
    return graph


SHAPES = _read(resources.shape_files())
PROPERTY_SHAPES = sorted(SHAPES.subjects(RDF.type, SH.PropertyShape))
NODE_SHAPES = sorted(shape for shape in SHAPES.subjects(RDF.type, SH.NodeShape) if isinstance(shape, URIRef))


@pytest.fixture(scope="module")
def findings() -> set[Finding]:
    """What pySHACL finds in all examples at once, beside the concept schemes."""
    from pyshacl import validate

    data = _read(resources.scheme_files())
    home: dict[Any, str] = {}
    for path in (*GOOD, *BAD):
        example = Graph().parse(path)
        assert not set(example.subjects()) & set(home), (
            f"{path.name} describes what another example describes"
        )
        home |= dict.fromkeys(example.subjects(), f"{path.parent.name}/{path.stem}")
        data += example
    _conforms, report, _text = validate(data, shacl_graph=SHAPES, ont_graph=_read(resources.term_files()))
    return {
        (
            home.get(report.value(result, SH.focusNode), ""),
            str(report.value(result, SH.resultSeverity)).removeprefix(str(SH)),
            shorten(str(report.value(result, SH.sourceShape))),
        )
        for result in report.objects(None, SH.result)
    }


def _expected(path: Path) -> set[tuple[str, str]]:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    marker, _colon, listed = first.partition("expects: ")
    assert marker.strip() == "#"
    return {(severity, shape) for severity, shape in (one.split(" ") for one in listed.split(", "))}


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_in_a_bad_example_exactly_what_its_first_line_says_is_found(
    path: Path, findings: set[Finding]
) -> None:
    found = {(severity, shape) for file, severity, shape in findings if file == f"bad/{path.stem}"}
    assert found == _expected(path)


def test_in_the_good_examples_nothing_is_found(findings: set[Finding]) -> None:
    assert [found for found in findings if found[0].startswith("good/")] == []


def test_in_our_own_schemes_nothing_is_found_but_the_labels_that_come_at_load(findings: set[Finding]) -> None:
    assert {found for found in findings if not found[0]} == {("", "Warning", "ccgsh:concept-label-languages")}


def test_every_shape_has_a_bad_example_that_it_catches() -> None:
    caught = {shape for path in BAD for _severity, shape in _expected(path)}
    assert sorted(shorten(str(shape)) for shape in PROPERTY_SHAPES) == sorted(caught)


def test_every_class_with_a_shape_has_a_good_and_a_bad_example() -> None:
    names = {
        str(target).replace("#", "/").rpartition("/")[2] for target in SHAPES.objects(None, SH.targetClass)
    }
    assert {path.stem for path in GOOD} >= names
    assert {path.stem.partition("-")[0] for path in (*GOOD, *BAD)} == names
    assert {path.stem.partition("-")[0] for path in BAD} == names


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_example_is_of_the_class_it_is_named_after(path: Path) -> None:
    classes = {
        str(value).replace("#", "/").rpartition("/")[2]
        for value in Graph().parse(path).objects(None, RDF.type)
    }
    assert path.stem.partition("-")[0] in classes


@pytest.mark.parametrize("shape", PROPERTY_SHAPES, ids=lambda shape: shape.rpartition("#")[2])
def test_a_property_shape_has_a_name_a_message_and_a_severity(shape: URIRef) -> None:
    for predicate in (SH.name, SH.message):
        assert Counter(text.language for text in SHAPES.objects(shape, predicate)) == BOTH_LANGUAGES
    assert [
        text for text in SHAPES.objects(shape, SH.message) if not re.fullmatch(r"[A-ZÀ-Ý].+\.", text)
    ] == []
    assert list(SHAPES.objects(shape, SH.severity)) in ([SH.Violation], [SH.Warning], [SH.Info])
    assert list(SHAPES.subjects(SH.property, shape)), "no node shape uses it"


@pytest.mark.parametrize("shape", NODE_SHAPES, ids=lambda shape: shape.rpartition("#")[2])
def test_a_node_shape_is_named_and_open(shape: URIRef) -> None:
    assert Counter(text.language for text in SHAPES.objects(shape, RDFS.label)) == BOTH_LANGUAGES
    assert (shape, SH.closed, None) not in SHAPES


# rule across records → (a good example that it judges, a bad one that it catches)
RULES = {
    "Action-accountable": ("ResponsibilityAssignment", "Action-nobody-accountable"),
    "Decision-votesAgainst": ("Decision", "Decision-negative-votes"),
    "GovernanceAssessment-maturity": ("GovernanceAssessment", "GovernanceAssessment-maturity-of-our-own"),
    "LegalStatusDetermination-evidencedBy": (
        "LegalStatusDetermination",
        "LegalStatusDetermination-without-evidence",
    ),
    "Participation-overlap": ("Participation-one-after-the-other", "Participation-overlapping"),
    "ResponsibilityAssignment-accountable-once": (
        "ResponsibilityAssignment-handed-over",
        "ResponsibilityAssignment-two-accountable",
    ),
    "SymbiosisExchange-permit": ("SymbiosisExchange-permit-renewed", "SymbiosisExchange-permit-expired"),
    "TransformationProcess-mass-balance": (
        "TransformationProcess-within-the-bounds",
        "TransformationProcess-more-out-than-in",
    ),
    "TransformationProcess-yield-explained": (
        "TransformationProcess-yield-explained",
        "TransformationProcess-yield-above-one",
    ),
    "actualEnd-after-start": ("Action-completed", "Action-completed-before-it-started"),
    "bare-code": ("ResourceStream", "MaterialFlow-codes-as-digits"),
    "end-after-start": ("Participation", "GovernanceRole-ended-before-it-began"),
    "mirror-code-assessed": (
        "ResourceStream-mirror-code-assessed",
        "ResourceStream-mirror-code-not-assessed",
    ),
    "plannedEnd-after-start": ("Action-completed", "Action-planned-backwards"),
}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_across_records_catches_its_bad_example_and_leaves_its_good_one(
    rule: str, findings: set[Finding]
) -> None:
    good, bad = RULES[rule]
    caught = {file for file, _severity, shape in findings if shape == f"ccgsh:{rule}"}
    assert (FOLDER / "good" / f"{good}.ttl").exists()
    assert f"bad/{bad}" in caught
    assert f"good/{good}" not in caught


def test_every_rule_in_sparql_is_tried_because_each_costs_a_parse_for_every_record_it_looks_at() -> None:
    in_sparql = {str(shape).rpartition("#")[2] for shape in SHAPES.subjects(SH.sparql)}
    assert in_sparql == {
        "Participation-overlap",
        "ResponsibilityAssignment-accountable-once",
        "SymbiosisExchange-permit",
        "TransformationProcess-mass-balance",
        "TransformationProcess-yield-explained",
        "actualEnd-after-start",
        "end-after-start",
        "plannedEnd-after-start",
    }
    assert in_sparql <= set(RULES)


PREFIXES = """
@base <https://w3id.org/ccg/> . @prefix ccg: <https://w3id.org/ccg/ns#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix qudt: <http://qudt.org/schema/qudt/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix unit: <http://qudt.org/vocab/unit/> .
"""
LICENSED = "<graph/a> dcterms:license <https://creativecommons.org/licenses/by/4.0/> ; dcterms:source <id/source/a> ."

# check → (what offends, the first column of the answer)
OFFENCES = {
    "claims-that-agree": (
        """<id/disagreement/x> a ccg:Disagreement ; ccg:claim <id/claim/1>, <id/claim/2> .
        <id/claim/1> ccg:claimedValue "12 telai"@it . <id/claim/2> ccg:claimedValue "12 telai"@it .""",
        "id/disagreement/x",
    ),
    "concept-without-label": (
        '<id/initiative/x> ccg:theme <scheme/theme/x> . <scheme/theme/x> skos:inScheme <scheme/theme> ; skos:prefLabel "Solo"@it .',
        "scheme/theme/x",
    ),
    "disjoint-classes": ("<id/offer/x> a ccg:Offer, ccg:Need .", "id/offer/x"),
    "graph-without-licence": ("GRAPH <graph/b> { <id/place/x> a ccg:Place }", "graph/b"),
    "part-of-itself": (
        "<id/initiative/x> dcterms:isPartOf <id/initiative/y> . <id/initiative/y> dcterms:isPartOf <id/initiative/x> .",
        "id/initiative/x",
    ),
    "participation-twice": (
        """<id/participation/x> ccg:participant <id/stakeholder/a> ; ccg:initiative <id/initiative/a> ; ccg:role <scheme/role/member> .
        <id/participation/y> ccg:participant <id/stakeholder/a> ; ccg:initiative <id/initiative/a> ; ccg:role <scheme/role/member> .""",
        "id/participation/x",
    ),
    "percentage-of-what": (
        "<id/flow/x> ccg:quantity <id/flow/x#quantity> . <id/flow/x#quantity> qudt:hasUnit unit:PERCENT .",
        "id/flow/x#quantity",
    ),
    "same-label": (
        '<id/place/x> a ccg:Place ; rdfs:label "Borgolana"@it . <id/place/y> a ccg:Place ; rdfs:label "Borgolana"@it .',
        "id/place/x",
    ),
    "thing-without-source": ("GRAPH <graph/editorial> { <id/flow/x> a ccg:MaterialFlow }", "id/flow/x"),
    "undefined-concept": ("<id/initiative/x> ccg:theme <scheme/theme/gossip> .", "id/initiative/x"),
}


def _offenders(check: str, extra: str) -> list[str]:
    """The first column of a check's answer over ontology, schemes and some facts in `graph/a`, as paths below the base."""
    facts = extra if extra.startswith("GRAPH") else f"GRAPH <graph/a> {{ {extra} }}"
    about = f"GRAPH <graph/a> {{ {LICENSED} <graph/editorial> dcterms:license <l> ; dcterms:source <id/source/ours> }}"
    store = ox.Store()
    store.load(f"{PREFIXES} {about} {facts}", format=ox.RdfFormat.TRIG)
    for path in [*resources.term_files(), *resources.scheme_files()]:
        store.load(
            path=path, format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("https://w3id.org/ccg/graph/a")
        )
    store.extend([ox.Quad(quad.subject, quad.predicate, quad.object) for quad in store])  # the merge
    text = next(path for path in resources.check_files() if path.stem == check).read_text(encoding="utf-8")
    return [row[0].value.removeprefix("https://w3id.org/ccg/") for row in store.query(text)]


@pytest.mark.parametrize("check", sorted(OFFENCES))
def test_a_check_names_the_offender_and_is_silent_without_one(check: str) -> None:
    offence, offender = OFFENCES[check]
    assert offender in _offenders(check, offence)
    assert _offenders(check, '<id/place/z> a ccg:Place ; rdfs:label "Altrove"@it .') == []


@pytest.mark.parametrize("name", ["MaterialFlow", "IndicatorObservation", "SymbiosisExchange", "Decision"])
def test_what_is_stated_without_a_source_graph_is_found(name: str) -> None:
    stated = f"<id/thing/x> a ccg:{name}"
    assert _offenders("thing-without-source", f"GRAPH <graph/editorial> {{ {stated} }}") == ["id/thing/x"]
    assert _offenders("thing-without-source", f"{stated} .") == []


def test_every_check_is_tried() -> None:
    assert {path.stem for path in resources.check_files()} == set(OFFENCES)


@pytest.mark.parametrize("path", resources.check_files(), ids=lambda path: path.stem)
def test_a_check_has_a_severity_and_a_message_in_both_languages(path: Path) -> None:
    front = front_matter(path.read_text(encoding="utf-8"))
    assert front["severity"] in {"violation", "warning", "info"}
    assert set(front["message"]) == {"it", "en"}
    assert all(re.fullmatch(r"[A-ZÀ-Ý].+[.?]", text) for text in front["message"].values())
