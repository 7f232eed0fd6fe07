"""One thing with everything that is said of it, each fact with its sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cc_graph.errors import NotFound
from cc_graph.linkeddata.quantities import QUANTITIES, quantity_text
from cc_graph.questions import fill, iri_term, string_term
from cc_graph.vocab import RDF, RDFS, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cc_graph.table import Table

_PREFIXES = """
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""

FACTS = (
    _PREFIXES
    + """
SELECT ?property ?propertyLabel ?value ?valueLabel ?source ?sourceLabel ?sourceDate ?sourcePage WHERE {
  VALUES ?thing { UNDEF }
  VALUES ?lang { "en" }
  GRAPH ?graph { ?thing ?property ?value }
  FILTER (!(?property = rdf:type && STRENDS(STR(?graph), "/entailed")))
  OPTIONAL { ?property rdfs:label ?propertyLabel . FILTER (LANG(?propertyLabel) = ?lang) }
  OPTIONAL { ?value rdfs:label ?valueLabel . FILTER (LANG(?valueLabel) = ?lang || LANG(?valueLabel) = "") }
  OPTIONAL { ?value geo:asWKT ?valueLabel }
  OPTIONAL { ?graph dcterms:source ?source }
  OPTIONAL { ?source dcterms:title ?titleHere . FILTER (LANG(?titleHere) = ?lang) }
  OPTIONAL { ?source dcterms:title ?titleAnywhere }
  OPTIONAL { ?source dcterms:issued ?sourceDate }
  OPTIONAL { ?source foaf:page ?sourcePage }
  BIND (COALESCE(?titleHere, ?titleAnywhere) AS ?sourceLabel)
} ORDER BY ?property ?value ?source ?sourceLabel"""
)

INCOMING = (
    _PREFIXES
    + """
SELECT DISTINCT ?property ?propertyLabel ?value ?valueLabel WHERE {
  VALUES ?thing { UNDEF }
  VALUES ?lang { "en" }
  ?value ?property ?thing .
  FILTER (!isBlank(?value) && !CONTAINS(STR(?value), "#"))
  OPTIONAL { ?property rdfs:label ?propertyLabel . FILTER (LANG(?propertyLabel) = ?lang) }
  OPTIONAL { ?value rdfs:label ?here . FILTER (LANG(?here) = ?lang) }
  OPTIONAL { ?value dcterms:title ?title }
  BIND (COALESCE(?here, ?title, STR(?value)) AS ?valueLabel)
} ORDER BY ?propertyLabel ?valueLabel ?value LIMIT 1000"""
)

DESCRIBE = (
    _PREFIXES
    + """
CONSTRUCT {
  ?thing ?property ?value .
  ?part ?partProperty ?partValue .
  ?value rdfs:label ?valueLabel .
  ?thing dcterms:source ?source .
  ?source dcterms:title ?title ; dcterms:license ?licence ; foaf:page ?page ; dcterms:issued ?issued .
} WHERE {
  VALUES ?thing { UNDEF }
  {
    ?thing ?property ?value .
    OPTIONAL { ?value rdfs:label ?valueLabel }
  } UNION {
    ?thing ?toPart ?part . ?part ?partProperty ?partValue .
    FILTER (STRSTARTS(STR(?part), CONCAT(STR(?thing), "#")))
  } UNION {
    GRAPH ?graph { ?thing ?stated ?something }
    ?graph dcterms:source ?source .
    OPTIONAL { ?source dcterms:title ?title }
    OPTIONAL { ?graph dcterms:license ?licence }
    OPTIONAL { ?source foaf:page ?page }
    OPTIONAL { ?source dcterms:issued ?issued }
  }
}"""
)
"""Every triple of the thing and its #parts, labels of what it points to, and the sources with their licences."""

SEARCH = (
    _PREFIXES
    + """
SELECT ?thing ?thingLabel ?typeLabel WHERE {
  VALUES ?text { UNDEF }
  VALUES ?lang { "en" }
  ?thing rdfs:label ?thingLabel .
  FILTER (LANG(?thingLabel) = ?lang && CONTAINS(LCASE(?thingLabel), LCASE(?text)))
  ?thing a ?type .
  VALUES ?type { ccg:Stakeholder ccg:Initiative ccg:Material ccg:Indicator ccg:Place ccg:MaterialFlow ccg:Source ccg:WasteCode }
  OPTIONAL { ?type rdfs:label ?typeLabel . FILTER (LANG(?typeLabel) = ?lang) }
  BIND (IF(STRSTARTS(LCASE(?thingLabel), LCASE(?text)), 0, 1) AS ?rank)
} ORDER BY ?rank STRLEN(?thingLabel) ?thingLabel ?thing"""
)


@dataclass(frozen=True)
class Link:
    """Something with an IRI and a name."""

    iri: str
    label: str


@dataclass(frozen=True)
class SourceLink(Link):
    """A source: its title, when it was published (empty if unknown) and where it is read."""

    date: str = ""
    url: str = ""


@dataclass(frozen=True)
class Cell:
    """A value as text; `iri` if it is a thing."""

    text: str
    iri: str | None = None


@dataclass(frozen=True)
class Fact:
    """One property with one value, and who says so."""

    property: Link
    value: Cell
    sources: tuple[SourceLink, ...] = ()


@dataclass(frozen=True)
class Thing:
    """What a page shows of one thing, in one language.

    Attributes:
        iri: the thing.
        label: its name in the language asked for, or in any.
        labels: its names by language.
        types: its classes, as stated; the entailed ones are left out.
        description: its summary, empty if there is none.
        facts: what is said of it.
        incoming: what points to it, the first thousand; the value is the other thing.
    """

    iri: str
    label: str
    labels: dict[str, str]
    types: tuple[Link, ...]
    description: str
    facts: tuple[Fact, ...]
    incoming: tuple[Fact, ...]


_SHOWN_APART = {RDF + "type", RDFS + "label", "http://purl.org/dc/terms/description"}
_LABELS = (RDFS + "label", "http://www.w3.org/2004/02/skos/core#prefLabel", "http://purl.org/dc/terms/title")


def read_thing(select: Callable[[str], Table], iri: str, lang: str) -> Thing:
    """The thing with everything said of it.

    Args:
        select: answers a SELECT query.
        iri: the thing.
        lang: it or en.

    Raises:
        NotFound: nothing is said of it.
    """
    terms = {"thing": iri_term(iri), "lang": string_term(lang)}
    facts = select(fill(FACTS, terms))
    incoming = select(fill(INCOMING, terms))
    if not facts and not incoming:
        raise NotFound(f"Nothing is known of <{iri}>.", hint="Search by name, or list the stakeholders.")
    quantities = {row["quantity"]: quantity_text(row, lang) for row in select(fill(QUANTITIES, terms))}
    rows = list(_with_language(facts))
    labels = {
        language: text
        for name in reversed(_LABELS)
        for property_, text, language in rows
        if property_ == name and language
    }
    entries = tuple(_facts(facts, lang, quantities))
    description = [
        fact.value.text for fact in entries if fact.property.iri == "http://purl.org/dc/terms/description"
    ]
    types = tuple(
        dict.fromkeys(
            Link(fact.value.iri or "", fact.value.text)
            for fact in entries
            if fact.property.iri == RDF + "type" and fact.sources
        )
    )
    return Thing(
        iri=iri,
        label=labels.get(lang) or next(iter(labels.values()), shorten(iri)),
        labels=labels,
        types=types,
        description=" ".join(description),
        facts=tuple(fact for fact in entries if fact.property.iri not in _SHOWN_APART),
        incoming=tuple(_incoming(incoming)),
    )


def _with_language(table: Table) -> Iterable[tuple[str, str, str]]:
    places = [table.columns.index(name) for name in ("property", "value")]
    for row in table.rows:
        property_, value = (row[place] for place in places)
        if property_ and value:
            yield property_.value, value.value, value.language or ""


def _facts(table: Table, lang: str, quantities: dict[str, str]) -> Iterable[Fact]:
    """One fact per property and value, its sources gathered; of two languages only the reader's.

    Where a text in the reader's language is the only one of its property, it is the twin of the text that is not
    shown, so the sources of both stand beside it.
    """
    place = table.columns.index("value")
    spoken = {
        (row["property"], cells[place].language)  # type: ignore[union-attr]
        for row, cells in zip(table, table.rows, strict=True)
    }
    found: dict[tuple[str, str], tuple[Link, Cell, dict[str, SourceLink]]] = {}
    twins: dict[str, dict[str, SourceLink]] = {}
    for row, cells in zip(table, table.rows, strict=True):
        value = cells[place]
        assert value is not None
        if value.language not in {None, lang} and (row["property"], lang) in spoken:
            if "source" in row:
                twins.setdefault(row["property"], {})[row["source"]] = _source(row)
            continue
        entry = found.setdefault(
            (row["property"], value.value),
            (
                Link(row["property"], str(row.get("propertyLabel", shorten(row["property"])))),
                _cell(value.kind, value.value, row.get("valueLabel"), quantities),
                {},
            ),
        )
        if "source" in row:
            entry[2].setdefault(row["source"], _source(row))
    for property_, sources in twins.items():
        shown = [entry for (name, _value), entry in found.items() if name == property_]
        if len(shown) == 1:
            shown[0][2].update(sources)
    for link, cell, sources in sorted(found.values(), key=lambda entry: (entry[0].label, entry[1].text)):
        yield Fact(link, cell, tuple(sources.values()))


def _cell(kind: str, value: str, label: Any, quantities: dict[str, str]) -> Cell:
    if value in quantities:
        return Cell(quantities[value])
    if kind != "uri":
        return Cell(value)
    if "#geometry" in value:
        return Cell(str(label or value))
    return Cell(str(label or shorten(value)), value)


def _source(row: dict[str, Any]) -> SourceLink:
    return SourceLink(
        row["source"],
        str(row.get("sourceLabel", row["source"])),
        str(row.get("sourceDate", "")),
        row.get("sourcePage", ""),
    )


def _incoming(table: Table) -> Iterable[Fact]:
    for row in table:
        link = Link(row["property"], str(row.get("propertyLabel", shorten(row["property"]))))
        yield Fact(link, Cell(str(row["valueLabel"]), row["value"]))
