"""A layer is a question that returns edges; here its answer becomes a networkx graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import networkx as nx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cc_graph.questions import Question
    from cc_graph.table import Table

NODES = """
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?node ?labelIt ?labelEn (SAMPLE(?oneKind) AS ?kind) WHERE {
  ?node a ccg:Stakeholder ; rdfs:label ?labelIt, ?labelEn .
  FILTER (LANG(?labelIt) = "it" && LANG(?labelEn) = "en")
  OPTIONAL { ?node ccg:stakeholderKind ?kindConcept . BIND (REPLACE(STR(?kindConcept), "^.*/", "") AS ?oneKind) }
} GROUP BY ?node ?labelIt ?labelEn ORDER BY ?node"""
"""Every stakeholder with its labels and kind; those without an edge in the layer are left out of it."""


@dataclass(frozen=True)
class Layer:
    """A network one may ask for.

    Attributes:
        id: name of its file in `queries/projections/`.
        title, description: by language.
        directed: whether an edge has a direction.
        coverage: the query that says how much of the layer the sources publish, empty if all.
        note: what to tell the reader, by language, with the names of `coverage`'s columns in braces.
    """

    id: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    directed: bool
    coverage: str
    note: Mapping[str, str]

    @classmethod
    def from_question(cls, question: Question) -> Layer:
        """The layer a projection file defines."""
        coverage = question.extra.get("coverage", {})
        return cls(
            question.id,
            question.title,
            question.description,
            bool(question.extra.get("directed", False)),
            coverage.get("query", ""),
            coverage.get("note", {}),
        )


def build(layer: Layer, edges: Table, nodes: Table, coverage: Table | None, revision: str) -> nx.Graph[str]:
    """The layer as a networkx Graph, or DiGraph if it is directed.

    Node ids are IRIs; node attributes `label_it`, `label_en`, `kind`; edge attribute `weight` (closeness: more is
    nearer); graph attributes `layer`, `title_it`, `title_en`, `note_it`, `note_en`, `revision`.
    """
    graph: nx.Graph[str] = nx.DiGraph() if layer.directed else nx.Graph()
    graph.graph.update(
        layer=layer.id, title_it=layer.title["it"], title_en=layer.title["en"], revision=revision
    )
    figures: dict[str, Any] = next(iter(coverage), {}) if coverage is not None else {}
    for language in ("it", "en"):
        graph.graph[f"note_{language}"] = layer.note.get(language, "").format(**figures)
    for edge in edges:
        weight = float(edge["weight"])
        previous = graph.get_edge_data(edge["source"], edge["target"], {"weight": 0.0})["weight"]
        graph.add_edge(edge["source"], edge["target"], weight=previous + weight)
    for node in nodes:
        if node["node"] in graph:
            graph.nodes[node["node"]].update(
                label_it=node["labelIt"], label_en=node["labelEn"], kind=node.get("kind", "")
            )
    return graph
