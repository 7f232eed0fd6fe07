"""Terms at work: what a loaded city says with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from cc_graph.glossary.terms import LANGUAGES, Term
from cc_graph.table import Table
from cc_graph.vocab import shorten

Select = Callable[[str], Table]
"""Answers a SPARQL SELECT: `City.sparql`."""

MOST_FACTS: Final = 16
MOST_USES: Final = 4

_LABELS: Final = " ".join(
    f"""OPTIONAL {{ ?{name} <http://www.w3.org/2000/01/rdf-schema#label> ?{name}_{lang} . FILTER (LANG(?{name}_{lang}) = "{lang}") }}"""
    for name in ("subject", "property", "value")
    for lang in LANGUAGES
)
_FACTS: Final = """SELECT * WHERE {{
  {{ SELECT ?subject ?property ?value WHERE {{ {pattern} }} ORDER BY ?property ?subject ?value LIMIT {limit} }}
  BIND (LANG(?value) AS ?language)
  {labels}
}} ORDER BY ?property ?subject ?value"""


@dataclass(frozen=True)
class Said:
    """One statement, its three parts as IRIs or texts, with labels by language; `language` is that of the value."""

    subject: str
    predicate: str
    value: str
    language: str = ""
    labels: dict[str, dict[str, str]] = field(default_factory=dict)

    def label(self, part: str, lang: str) -> str:
        """The label of `subject`, `property` or `value`: in the language, else as it is."""
        plain = {"subject": self.subject, "property": self.predicate, "value": self.value}[part]
        return self.labels.get(part, {}).get(lang) or shorten(plain)


@dataclass(frozen=True)
class Example:
    """How often a city uses a term, and one use.

    Attributes:
        uses: number of things of the class, or of statements with the property.
        said: a few statements.
    """

    uses: int
    said: tuple[Said, ...]

    def told(self, lang: str) -> list[Said]:
        """The statements for a reader of a language: texts in the other one are left out."""
        return [each for each in self.said if each.language in {"", lang}]


def example(term: Term, select: Select) -> Example | None:
    """A use of the term, or None where the city does not use it; of a class, the thing of which most is said."""
    if term.kind == "class":
        uses = _number(select(f"SELECT (COUNT(DISTINCT ?thing) AS ?n) WHERE {{ ?thing a <{term.iri}> }}"))
        richest = f"""SELECT ?thing (COUNT(?value) AS ?n) WHERE {{ ?thing a <{term.iri}> ; ?property ?value }}
            GROUP BY ?thing ORDER BY DESC(?n) ?thing LIMIT 1"""
        pattern = "BIND (<{0}> AS ?subject) <{0}> ?property ?value"
        things = select(richest).column("thing") if uses else []
        patterns = [(pattern.format(thing), MOST_FACTS) for thing in things]
    else:
        uses = _number(select(f"SELECT (COUNT(*) AS ?n) WHERE {{ ?subject <{term.iri}> ?value }}"))
        patterns = (
            [(f"BIND (<{term.iri}> AS ?property) ?subject <{term.iri}> ?value", MOST_USES)] if uses else []
        )
    for text, limit in patterns:
        table = select(_FACTS.format(pattern=text, limit=limit, labels=_LABELS))
        return Example(uses, _statements(table))
    return None


def _number(table: Table) -> int:
    return int(table.column("n")[0])


def _statements(table: Table) -> tuple[Said, ...]:
    """Each statement once, with the first label in each language of what has several."""
    found: dict[tuple[str, str, str, str], Said] = {}
    for row in table:
        subject, predicate, value = (str(row[part]) for part in ("subject", "property", "value"))
        key = (subject, predicate, value, str(row.get("language", "")))
        labels = found.setdefault(key, Said(*key)).labels
        for part, lang in product(("subject", "property", "value"), LANGUAGES):
            if label := row.get(f"{part}_{lang}"):
                known = labels.setdefault(part, {})
                known[lang] = min(known.get(lang, str(label)), str(label))
    return tuple(found.values())
