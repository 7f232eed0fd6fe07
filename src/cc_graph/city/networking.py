"""A city's networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cc_graph import questions as files
from cc_graph.city.asking import Asking, headings

if TYPE_CHECKING:
    from collections.abc import Callable

    import networkx as nx

    from cc_graph.network import Layer
    from cc_graph.table import Table

    Progress = Callable[[str], None]


class Networking(Asking):
    """Layers, measures and files of networks."""

    @staticmethod
    def layers() -> list[Layer]:
        """The networks one may ask for."""
        from cc_graph.network import Layer

        return [Layer.from_question(question) for question in files.projections()]

    def network(self, layer: str) -> nx.Graph[str]:
        """A layer as a networkx graph; its attributes say what it is and what the sources leave out.

        Raises:
            NotFound: there is no such layer.
        """
        from cc_graph.network import NODES, Layer, build

        question = files.question(layer, files.projections())
        definition = Layer.from_question(question)
        coverage = self.sparql(definition.coverage) if definition.coverage else None
        edges = self.sparql(question.sparql(base_iri=self.settings.base_iri))
        return build(definition, edges, self.sparql(NODES), coverage, self.revision)

    def measure(self, layer: str, measure: str, top: int | None = None, lang: str = "en") -> Table:
        """A measure of each node of a layer, greatest first: `node`, `nodeLabel`, `value`.

        Raises:
            NotFound: there is no such layer.
            BadParameter: there is no such measure.
        """
        from cc_graph.network import measure as measure_graph
        from cc_graph.network import ranking

        graph = self.network(layer)
        return ranking(graph, measure_graph(graph, measure, top), lang, headings(lang))

    def write_network(self, layer: str, format_name: str) -> bytes:
        """A layer as csv, graphml, gexf or json.

        Raises:
            NotAcceptable: there is no such format.
        """
        from cc_graph.network import write

        return write(self.network(layer), format_name)
