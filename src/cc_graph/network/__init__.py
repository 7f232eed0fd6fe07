"""Networks of stakeholders: layers defined by queries, measures computed by networkx."""

from cc_graph.network.files import FILES, write
from cc_graph.network.layers import NODES, Layer, build
from cc_graph.network.measures import MEASURES, measure, ranking

__all__ = ["FILES", "MEASURES", "NODES", "Layer", "build", "measure", "ranking", "write"]
