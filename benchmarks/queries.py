"""What is asked, and whether two servers said the same."""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

import pyoxigraph as ox

TABLE: Final = "application/sparql-results+json"
TRIPLES: Final = "application/n-triples"

THING: Final = "\0thing\0"
"""Stands in a query where the IRI of a thing goes."""

FEW: Final = 20
"""How many queries are asked again and again."""

_NUMERIC: Final = {
    f"http://www.w3.org/2001/XMLSchema#{name}"
    for name in ("integer", "decimal", "double", "float", "int", "long")
}
_GEOMETRY: Final = {
    "http://www.opengis.net/ont/geosparql#wktLiteral",
    "http://www.openlinksw.com/schemas/virtrdf#Geometry",  # what Virtuoso makes of the first
}
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"


@dataclass(frozen=True)
class Workload:
    """One kind of query.

    Attributes:
        name: what the tables call it.
        text: the query; `NEW` in its variables stands for something new in each run, so that no server has its
            answer from an earlier one.
        accept: the form of the answer.
        pool: lookups only: how many different things are asked of; None for all there are.
    """

    name: str
    text: str
    accept: str = TABLE
    pool: int | None = None

    @property
    def lookup(self) -> bool:
        """Whether it asks of one thing: measured in answers per second, the others in seconds per answer."""
        return THING in self.text

    def query(self, new: str, thing: str = THING) -> str:
        """The text of one call."""
        return self.text.replace("NEW", new).replace(THING, thing)


_PREFIXES = """\
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX dcterms: <http://purl.org/dc/terms/>
"""
_LOOKUP = f"SELECT ?pNEW ?oNEW WHERE {{ <{THING}> ?pNEW ?oNEW }}"

WORKLOADS: Final = {
    workload.name: workload
    for workload in (
        Workload("lookup-cold", _LOOKUP),
        Workload("lookup-repeated", _LOOKUP, pool=FEW),
        Workload(
            "star",
            _PREFIXES
            + """SELECT ?participationNEW ?who ?what ?role WHERE {
  ?participationNEW a ccg:Participation ; ccg:participant ?who ; ccg:initiative ?what ; ccg:role ?role .
}""",
        ),
        Workload(
            "aggregation",
            _PREFIXES
            + """SELECT ?kind ?role (COUNT(*) AS ?seatsNEW) (COUNT(DISTINCT ?who) AS ?stakeholders) WHERE {
  ?participation ccg:participant ?who ; ccg:role ?role . ?who ccg:stakeholderKind ?kind .
} GROUP BY ?kind ?role""",
        ),
        Workload(
            "path",
            _PREFIXES
            + """SELECT DISTINCT ?whoNEW ?whole WHERE {
  ?participation ccg:participant ?whoNEW ; ccg:initiative ?group . ?group dcterms:isPartOf* ?whole .
}""",
        ),
        Workload("dump", "CONSTRUCT { ?sNEW ?p ?o } WHERE { ?sNEW ?p ?o }", accept=TRIPLES),
    )
}


def meaning(workload: Workload, answer: bytes) -> Counter[object]:
    """What an answer says, whatever its order, dialect of JSON, and spelling of numbers and geometries."""
    if workload.accept == TRIPLES:
        triples = ox.parse(answer, ox.RdfFormat.N_TRIPLES)
        return Counter((t.subject.value, t.predicate.value, _term_key(t.object)) for t in triples)
    found = json.loads(answer)
    variables = found["head"]["vars"]
    rows = found["results"]["bindings"]
    return Counter(tuple(_json_key(row.get(variable)) for variable in variables) for row in rows)


def difference(expected: Counter[object], found: Counter[object]) -> str:
    """How an answer differs from what was expected; empty if it does not."""
    if expected == found:
        return ""
    missing, extra = expected - found, found - expected
    examples = (f"{next(iter(rows))}" if rows else "none" for rows in (missing, extra))
    return (
        f"{found.total():,} rows, {expected.total():,} expected; "
        f"{missing.total():,} missing, {extra.total():,} not expected, such as {' and '.join(examples)}"
    )


def _term_key(term: object) -> tuple[str, ...]:
    if isinstance(term, ox.Literal):
        return _literal_key(term.value, term.datatype.value, term.language or "")
    return ("iri", str(getattr(term, "value", term)))


def _json_key(term: dict[str, str] | None) -> tuple[str, ...]:
    if term is None:
        return ()
    if term["type"] in {"literal", "typed-literal"}:  # the second is Virtuoso's own
        return _literal_key(term["value"], term.get("datatype", _STRING), term.get("xml:lang", ""))
    return ("iri", term["value"])


def _literal_key(value: str, datatype: str, language: str) -> tuple[str, ...]:
    if language:
        return ("text", value, language.lower())
    if datatype in _NUMERIC:
        with suppress(InvalidOperation):
            return ("number", str(Decimal(value).normalize()))
    if datatype in _GEOMETRY:
        return ("geometry", re.sub(r"\s*([(),])\s*", r"\1", value))
    return ("literal", value, datatype)
