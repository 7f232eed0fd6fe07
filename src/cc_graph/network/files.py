"""A layer as a file for other tools: GraphML, GEXF, node-link JSON, or a CSV of edges."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import networkx as nx

from cc_graph.errors import NotAcceptable

if TYPE_CHECKING:
    from collections.abc import Callable


def _graphml(graph: nx.Graph[str]) -> bytes:
    out = io.BytesIO()
    # The pure Python writer: the other one needs lxml.
    nx.write_graphml_xml(graph, out)
    return out.getvalue()


def _gexf(graph: nx.Graph[str]) -> bytes:
    labelled = graph.copy()
    for _node, attributes in labelled.nodes(data=True):
        attributes["label"] = attributes.get("label_it", "")
    out = io.BytesIO()
    nx.write_gexf(labelled, out)
    return out.getvalue()


def _json(graph: nx.Graph[str]) -> bytes:
    return json.dumps(nx.node_link_data(graph, edges="links"), ensure_ascii=False, indent=1).encode()


def _csv(graph: nx.Graph[str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            "source",
            "target",
            "weight",
            "source_label_it",
            "source_label_en",
            "target_label_it",
            "target_label_en",
        ]
    )
    edges: list[tuple[str, str, float]] = sorted(graph.edges(data="weight"))
    for source, target, weight in edges:
        labels = [
            graph.nodes[node].get(f"label_{language}", "")
            for node in (source, target)
            for language in ("it", "en")
        ]
        writer.writerow([source, target, weight, *labels])
    return out.getvalue().encode()


FILES: dict[str, tuple[str, Callable[[nx.Graph[str]], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "graphml": ("application/graphml+xml", _graphml),
    "gexf": ("application/gexf+xml", _gexf),
    "json": ("application/json", _json),
}
"""Format name → media type and writer."""


def write(graph: nx.Graph[str], name: str) -> bytes:
    """The layer in one of `FILES`.

    Raises:
        NotAcceptable: there is no such format.
    """
    if name not in FILES:
        raise NotAcceptable(
            f"A network cannot be written as «{name}».", hint=f"Choose one of {', '.join(FILES)}."
        )
    return FILES[name][1](graph)
