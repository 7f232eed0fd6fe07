"""Centralities of a layer, by networkx.

Weights mean closeness (shared membership). Where a measure needs a distance (betweenness, closeness), an edge is
1/weight long (Newman 2001, Phys. Rev. E 64, 016132).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from cc_graph.errors import BadParameter
from cc_graph.table import Table, Term
from cc_graph.vocab import XSD

if TYPE_CHECKING:
    from collections.abc import Callable


def _lengths(graph: nx.Graph[str]) -> nx.Graph[str]:
    measured = graph.copy()
    for _source, _target, edge in measured.edges(data=True):
        edge["length"] = 1 / edge["weight"]
    return measured


def _betweenness(graph: nx.Graph[str]) -> dict[str, float]:
    """Share of shortest paths through a node, 0 to 1 (Freeman 1977)."""
    return dict(nx.betweenness_centrality(_lengths(graph), weight="length"))


def _closeness(graph: nx.Graph[str]) -> dict[str, float]:
    """Inverse of the mean distance to a node, scaled by the share that reaches it (Wasserman and Faust 1994, eq. 5.22)."""
    return dict(nx.closeness_centrality(_lengths(graph), distance="length"))


def _eigenvector(graph: nx.Graph[str]) -> dict[str, float]:
    """Centrality that comes from central neighbours (Bonacich 1987), in the largest component; zero outside it.

    Ties in both directions add up.
    """
    undirected: nx.Graph[str] = nx.Graph()
    undirected.add_nodes_from(graph)
    edges: list[tuple[str, str, float]] = list(graph.edges(data="weight"))
    for source, target, weight in edges:
        before = undirected.get_edge_data(source, target, {"weight": 0.0})["weight"]
        undirected.add_edge(source, target, weight=before + weight)
    largest = undirected.subgraph(
        max(nx.connected_components(undirected), key=lambda part: (len(part), min(part)))
    )
    values = dict.fromkeys(graph, 0.0)
    if len(largest) > 2:
        values.update(nx.eigenvector_centrality(largest, weight="weight", max_iter=5000, tol=1e-8))
    return values


MEASURES: dict[str, Callable[[nx.Graph[str]], dict[str, float]]] = {
    "degree": lambda graph: dict(graph.degree()),
    "strength": lambda graph: dict(graph.degree(weight="weight")),
    "betweenness": _betweenness,
    "closeness": _closeness,
    "eigenvector": _eigenvector,
    "clustering": lambda graph: {node: float(nx.clustering(graph, node)) for node in graph},  # type: ignore[arg-type]
    "k-core": lambda graph: dict(nx.core_number(graph.to_undirected())),
}
"""What can be computed: name → function from a layer to a value per node."""


def measure(graph: nx.Graph[str], name: str, top: int | None = None) -> list[tuple[str, float]]:
    """The nodes with the greatest value of a measure, greatest first, ties by IRI.

    Args:
        graph: a layer.
        name: one of `MEASURES`.
        top: how many; all if None.

    Raises:
        BadParameter: there is no such measure.
    """
    if name not in MEASURES:
        raise BadParameter(f"There is no measure «{name}».", hint=f"Known: {', '.join(MEASURES)}.")
    if not graph:
        return []
    values = MEASURES[name](graph)
    ranked = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    return ranked[:top]


def ranking(
    graph: nx.Graph[str], ranked: list[tuple[str, float]], lang: str, headings: dict[str, str]
) -> Table:
    """Ranked nodes as a table: `node` (IRI), `nodeLabel`, `value`."""
    rows = tuple(
        (
            Term("uri", node),
            Term("literal", graph.nodes[node].get(f"label_{lang}", node), language=lang),
            Term(
                "literal",
                str(value) if isinstance(value, int) else f"{value:.6g}",
                XSD + ("integer" if isinstance(value, int) else "double"),
            ),
        )
        for node, value in ranked
    )
    return Table(("node", "nodeLabel", "value"), rows, headings, lang)
