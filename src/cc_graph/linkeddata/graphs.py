"""Whole graphs: one named graph or the merge of all of them, and the licences that go with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cc_graph.errors import NotFound
from cc_graph.linkeddata.exports import GRAPH_LICENCES
from cc_graph.questions import fill, iri_term
from cc_graph.rdfio.formats import GRAPH_FORMATS, by_name
from cc_graph.vocab import expand

if TYPE_CHECKING:
    from collections.abc import Callable

    from cc_graph.store.opening import AnyReader
    from cc_graph.store.reader import Answer
    from cc_graph.table import Table

_MERGE: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"

_LICENCES: Final = """
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?licence WHERE {
  VALUES ?graph { UNDEF }
  { SELECT DISTINCT ?graph WHERE { VALUES ?graph { UNDEF } GRAPH ?graph { ?s ?p ?o } } }
  OPTIONAL { ?graph dcterms:license ?licence }
}"""


@dataclass(frozen=True)
class Graphs:
    """The graphs of a city, as `City.graphs` gives them."""

    _reader: AnyReader
    _select: Callable[[str], Table]
    _base_iri: str

    def read(self, iri: str | None, format_name: str = "ttl", encoding: str | None = None) -> Answer:
        """The triples of the graph called so, or of the merge of all graphs (None).

        Raises:
            NotFound: there is no such graph.
            NotAcceptable: there is no such format.
        """
        chosen = by_name(format_name, GRAPH_FORMATS)
        if iri is None:
            return self._reader.query(_MERGE, table_format=None, graph_format=chosen, encoding=encoding)
        return self._reader.dump(chosen, [expand(iri, self._base_iri)], encoding=encoding)

    def licences(self, iri: str | None) -> list[str]:
        """The licences stated of the graph called so, or of all that are in the merge (None).

        Raises:
            NotFound: there is no such graph.
        """
        if iri is None:
            rows = self._select(GRAPH_LICENCES)
        else:
            iri = expand(iri, self._base_iri)
            rows = self._select(fill(_LICENCES, {"graph": iri_term(iri)}))
            if not rows:
                raise NotFound(
                    f"There is no graph <{iri}>.",
                    hint="SELECT DISTINCT ?g { GRAPH ?g {} } lists the graphs there are.",
                )
        return sorted({row["licence"] for row in rows if "licence" in row})
