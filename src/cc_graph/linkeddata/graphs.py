"""One named graph, or the merge of all of them, and the licences that go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cc_graph.errors import NotFound
from cc_graph.linkeddata.exports import GRAPH_LICENCES
from cc_graph.questions import fill, iri_term

if TYPE_CHECKING:
    from collections.abc import Callable

    from cc_graph.table import Table

MERGE: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"

_LICENCES: Final = """
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?licence WHERE {
  VALUES ?graph { UNDEF }
  { SELECT DISTINCT ?graph WHERE { VALUES ?graph { UNDEF } GRAPH ?graph { ?s ?p ?o } } }
  OPTIONAL { ?graph dcterms:license ?licence }
}"""


def licences(select: Callable[[str], Table], iri: str | None) -> list[str]:
    """As `City.graph_licences`."""
    rows = select(GRAPH_LICENCES) if iri is None else select(fill(_LICENCES, {"graph": iri_term(iri)}))
    if iri is not None and not rows:
        raise NotFound(
            f"There is no graph <{iri}>.",
            hint="SELECT DISTINCT ?g { GRAPH ?g {} } lists the graphs there are.",
        )
    return sorted({row["licence"] for row in rows if "licence" in row})
