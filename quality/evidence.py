"""Whether the claims of docs/ontology hold: forty questions answered on the hand-made town, 63 capabilities shown.

`questions.yaml` names for each question its files in `queries/`, and proofs: an answer in `tests/town/expected/` with an
update that takes the fact away (`without`). `capabilities.yaml` names for each capability its terms and what shows it.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox
import yaml
from rdflib import BNode, URIRef

from cc_graph import resources
from cc_graph.errors import CityError
from cc_graph.questions import read_question
from cc_graph.vocab import DEFAULT_BASE, PREFIXES, expand, shorten
from quality.vocabulary import CCGSH

if TYPE_CHECKING:
    from rdflib.term import Node

    from quality.vocabulary import Vocabulary

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs" / "ontology"
TOWN: Final = ROOT / "tests" / "town"

QUESTIONS: Final = 40
CAPABILITIES: Final = 63

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Outcome:
    """One claim, judged.

    Attributes:
        key: the question's or capability's id.
        about: what it is shown by.
        failure: why it does not hold; empty where it does.
    """

    key: str
    about: str
    failure: str = ""

    @property
    def passed(self) -> bool:
        """Whether it holds."""
        return not self.failure


def entries(name: str, key: str = "") -> list[Any]:
    """The rows of `docs/ontology/{name}.yaml` under a key, which is its name unless another is given.

    Raises:
        FileNotFoundError: it is not there yet.
    """
    content = yaml.safe_load((DOCS / f"{name}.yaml").read_text(encoding="utf-8"))
    return list(content[key or name] if isinstance(content, dict) else content)


def answered_of_ceon(passed: set[str]) -> set[str]:
    """Which of the questions that CEON leaves open ours answer, of those that passed.

    Raises:
        FileNotFoundError: the list of questions is not there yet.
        ValueError: an answer is claimed to what CEON does not leave open.
    """
    content = yaml.safe_load((DOCS / "questions.yaml").read_text(encoding="utf-8"))
    still_open = set(content["ceon"]["not_covered_by_ceon"])
    claims = [(str(row["id"]), str(one)) for row in content["questions"] for one in row.get("ceon") or []]
    if strangers := {one for _id, one in claims} - still_open:
        raise ValueError(f"CEON does not leave these open: {', '.join(sorted(strangers))}.")
    return {one for question, one in claims if question in passed}


def town(without: str = "") -> ox.Store:
    """The hand-made town, its default graph the merge of its named graphs, less what an update takes away."""
    store = ox.Store()
    for path in sorted(TOWN.glob("*.trig")):
        store.load(path=str(path), format=ox.RdfFormat.TRIG)
    if without:
        store.update(without, prefixes={**PREFIXES, "id": f"{DEFAULT_BASE}id/"}, base_iri=DEFAULT_BASE)
    entailed = (resources.knowledge() / "ontology" / "entailed.ru").read_text(encoding="utf-8")
    store.update(entailed, base_iri=DEFAULT_BASE)
    store.extend([ox.Quad(quad.subject, quad.predicate, quad.object) for quad in store])
    return store


def answer(store: ox.Store, query: str, values: dict[str, str]) -> Rows:
    """What the town answers to a question, IRIs shortened, unbound cells empty."""
    question = read_question(resources.knowledge() / "queries" / f"{query}.rq")
    lang = values.get("lang", "en")
    others = {name: value for name, value in values.items() if name != "lang"}
    solutions = store.query(question.sparql(others, lang=lang, base_iri=DEFAULT_BASE))
    if not isinstance(solutions, ox.QuerySolutions):
        raise TypeError(f"{query} is no SELECT.")
    names = [variable.value for variable in solutions.variables]
    return [{name: _cell(row[name]) for name in names} for row in solutions]


def _cell(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return shorten(term.value)
    return term.value if isinstance(term, ox.Literal) else ""


def call(path: Path) -> tuple[dict[str, str], Rows]:
    """The values and the answer that a file in `tests/town/expected/` holds."""
    first, _, table = path.read_text(encoding="utf-8").partition("\n")
    return dict(re.findall(r"-p (\w+)=(\S+)", first)), list(csv.DictReader(table.splitlines()))


def questions() -> list[Outcome]:
    """Every question of the list, judged on the town and on the town without the fact."""
    whole = town()
    return [_question(entry, whole) for entry in entries("questions")]


def _question(entry: dict[str, Any], whole: ox.Store) -> Outcome:
    files = [str(file) for file in entry.get("files") or []]
    about = " ".join(f"queries/{file}.rq" for file in files)
    proofs = entry.get("proof") or []
    try:
        failures = {_disproof(str(proof["answer"]), str(proof["without"]), files, whole) for proof in proofs}
    except (CityError, SyntaxError, ValueError) as error:
        failures = {str(error)}
    failure = "; ".join(sorted(failures - {""})) if proofs else "no proof is given"
    return Outcome(str(entry["id"]), about, failure)


def _disproof(stem: str, without: str, files: list[str], whole: ox.Store) -> str:
    """Why an expected answer and a town without the fact do not show that a question is answered; empty where they do."""
    query, path = stem.partition("--")[0], TOWN / "expected" / f"{stem}.csv"
    if query not in files:
        return f"{stem} is no answer to one of its files"
    if not path.is_file():
        return f"{path.name} does not exist"
    values, expected = call(path)
    if answer(whole, query, values) != expected:
        return f"the town does not answer as in {path.name}"
    return (
        f"{stem} stays the same without the fact" if answer(town(without), query, values) == expected else ""
    )


def capabilities(vocabulary: Vocabulary) -> list[Outcome]:
    """Every capability, its terms and evidence looked up."""
    declared = {str(term) for term in vocabulary.declared}
    graphs = [vocabulary.terms, vocabulary.shapes, *vocabulary.schemes.values()]
    used = {str(node) for graph in graphs for triple in graph for node in triple}
    return [_capability(entry, declared, used, vocabulary) for entry in entries("capabilities")]


def _capability(entry: dict[str, Any], declared: set[str], used: set[str], vocabulary: Vocabulary) -> Outcome:
    terms = [str(term) for term in entry.get("terms") or []]
    tests = entry.get("test") or []
    tests = [tests] if isinstance(tests, str) else [str(test) for test in tests]
    about = f"{' '.join(terms)} · {' '.join(tests)}"
    key = str(entry["n"])
    unknown = [term for term in terms if expand(term) not in (declared if term.startswith("ccg:") else used)]
    if not terms or unknown:
        return Outcome(key, about, f"no such term: {', '.join(unknown) or 'none is named'}")
    failures = [failure for test in tests if (failure := _evidence(test, terms, vocabulary))]
    return Outcome(key, about, "; ".join(failures) if tests else "no test is named")


def _evidence(test: str, terms: list[str], vocabulary: Vocabulary) -> str:
    """Why a file or a test function does not show the terms; empty where it does."""
    file, _, function = test.partition("::")
    path = ROOT / file
    if not path.is_file():
        return f"{file} does not exist"
    text = path.read_text(encoding="utf-8")
    if function:
        return (
            ""
            if re.search(rf"^def {re.escape(function)}\(", text, re.MULTILINE)
            else f"{test} does not exist"
        )
    if path.parent.name == "bad":
        text += _asked_by_shapes(text, vocabulary)
    if path.suffix in {".ttl", ".trig", ".rq"} and not any(mentions(text, term) for term in terms):
        return f"{file} mentions none of its terms"
    return ""


def _asked_by_shapes(text: str, vocabulary: Vocabulary) -> str:
    """What the shapes say that a bad example breaks by its first line: it may show a term by leaving it out."""
    waiting: list[Node] = [CCGSH[name] for name in re.findall(r"ccgsh:([\w-]+)", text.partition("\n")[0])]
    said = []
    while waiting:
        for value in vocabulary.shapes.objects(waiting.pop()):
            if isinstance(value, BNode):
                waiting.append(value)
            else:
                said.append(f"<{value}>" if isinstance(value, URIRef) else str(value))
    return "\n".join(said)


def mentions(text: str, term: str) -> bool:
    """Whether a Turtle or SPARQL text names a term, by its IRI or by a prefixed name with any prefix declared for it."""
    iri = expand(term)
    if f"<{iri}>" in text:
        return True
    prefixes = re.findall(r"(?i)prefix\s+([\w-]*):\s*<([^>]*)>", text)
    known = [*prefixes, *PREFIXES.items()]
    names = {f"{prefix}:{iri.removeprefix(space)}" for prefix, space in known if iri.startswith(space)}
    return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) for name in names)
