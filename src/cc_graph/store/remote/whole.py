"""Whole graphs out of a remote store, each compared with its count: a server may cut an answer without a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from cc_graph.store.remote.client import JSON, TRIPLES, Call
from cc_graph.store.remote.results import cut, solutions, triples
from cc_graph.store.writing import write_quads, write_triples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cc_graph.rdfio.formats import Format
    from cc_graph.store.remote.client import Endpoint, Reply
    from cc_graph.store.remote.dialect import Dialect
    from cc_graph.store.remote.names import Names
    from cc_graph.store.spool import Spool

_COUNT: Final = "SELECT (COUNT(*) AS ?number) WHERE { ?s ?p ?o }"
_COUNTS: Final = "SELECT ?graph (COUNT(*) AS ?number) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph"
_GRAPH: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


@dataclass(frozen=True)
class WholeGraphs:
    """Reads graphs of one city.

    Attributes:
        endpoint: of the server.
        names: of the city's graphs there.
        dialect: what the server speaks.
        seconds: how long each graph may take.
    """

    endpoint: Endpoint
    names: Names
    dialect: Dialect
    seconds: float

    def write(self, form: Format, graphs: Sequence[str], everything: bool, body: Spool) -> None:
        """Write some graphs, or, in a format without graphs, their union.

        Args:
            form: one of `GRAPH_FORMATS`.
            graphs: their IRIs.
            everything: whether they are all there are, so that the merge is their union.
            body: where to.

        Raises:
            TooMuch: it takes too long, or the server cuts a graph.
            Unavailable: the store cannot be used.
        """
        if form.graphs:
            write_quads(self._quads(graphs), body, form.name)
        elif everything:
            write_triples(self._of(self.names.merge, self.number(self.names.merge)), body, form.name)
        else:
            found = {quad.triple for quad in self._quads(graphs)}
            write_triples(sorted(found, key=str), body, form.name)

    def number(self, graph: str) -> int:
        """How many triples a graph has."""
        reply = self._ask(Call(_COUNT, [graph]), JSON)
        ((number,),) = solutions(reply, self.dialect)
        return int(number.value) if isinstance(number, ox.Literal) else 0

    def numbers(self, graphs: Sequence[str]) -> dict[str, int]:
        """How many triples some graphs have."""
        if not graphs:
            return {}
        reply = self._ask(Call(_COUNTS, [self.names.nothing], graphs), JSON)
        return {
            graph.value: int(number.value)
            for graph, number in solutions(reply, self.dialect)
            if isinstance(graph, ox.NamedNode) and isinstance(number, ox.Literal)
        }

    def _ask(self, call: Call, accept: str) -> Reply:
        return self.endpoint.query(self.dialect.told(call), accept, self.seconds)

    def _quads(self, graphs: Sequence[str]) -> Iterator[ox.Quad]:
        numbers = self.numbers(graphs)
        for graph in graphs:
            name = ox.NamedNode(graph)
            for triple in self._of(graph, numbers.get(graph, 0)):
                yield ox.Quad(triple.subject, triple.predicate, triple.object, name)

    def _of(self, graph: str, number: int) -> Iterator[ox.Triple]:
        """The triples of a graph that has so many.

        Raises:
            TooMuch: the server gives others.
        """
        come = 0
        if number:
            reply = self._ask(Call(_GRAPH, [graph]), TRIPLES)
            for triple in triples(reply, self.dialect):
                come += 1
                yield triple
        if come != number:
            raise cut(come)
