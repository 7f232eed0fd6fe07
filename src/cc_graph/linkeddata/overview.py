"""What the graph holds, and how fresh it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cc_graph.questions import fill, string_term

if TYPE_CHECKING:
    from collections.abc import Callable

    from cc_graph.table import Table

_COUNTS = """
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?class ?classLabel (COUNT(DISTINCT ?thing) AS ?things) WHERE {
  VALUES ?lang { "en" }
  VALUES ?class { ccg:Stakeholder ccg:Initiative ccg:Participation ccg:MaterialFlow ccg:Material ccg:IndicatorObservation ccg:Disagreement ccg:Source }
  ?thing a ?class . ?class rdfs:label ?classLabel . FILTER (LANG(?classLabel) = ?lang)
} GROUP BY ?class ?classLabel ORDER BY DESC(?things) ?class"""

_NEWEST = """
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT (MAX(COALESCE(STR(?date), "")) AS ?newest) (COUNT(DISTINCT ?source) AS ?sources) WHERE {
  ?source a ccg:Source . OPTIONAL { ?graph dcterms:source ?source . ?source dcterms:issued ?date . FILTER NOT EXISTS { ?source dcterms:description ?ours } }
}"""

_TRIPLES = "SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }"


@dataclass(frozen=True)
class Overview:
    """The figures of the home page.

    Attributes:
        counts: class IRI, its name in the reader's language, number of things.
        sources: number of sources.
        triples: number of distinct triples.
        newest_source_date: date of the newest source, as the source gives it.
        revision: what the figures were counted on.
    """

    counts: tuple[tuple[str, str, int], ...]
    sources: int
    triples: int
    newest_source_date: str
    revision: str


def read_overview(select: Callable[[str], Table], lang: str, revision: str) -> Overview:
    """Count what the graph holds."""
    counts = tuple(
        (row["class"], row["classLabel"], row["things"])
        for row in select(fill(_COUNTS, {"lang": string_term(lang)}))
    )
    newest = next(iter(select(_NEWEST)))
    triples = next(iter(select(_TRIPLES)))
    return Overview(counts, newest["sources"], triples["triples"], newest.get("newest", ""), revision)
