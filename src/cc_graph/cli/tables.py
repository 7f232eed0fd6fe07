"""Tables the command line makes itself: lists, findings, the ties of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cc_graph.cli.messages import SEVERITIES, headings
from cc_graph.table import Table, Term
from cc_graph.vocab import XSD, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import networkx as nx

    from cc_graph.contributions import Finding
    from cc_graph.network import Layer
    from cc_graph.questions import Question


def titles(things: Iterable[Question | Layer], columns: tuple[str, str, str], lang: str) -> Table:
    """The ids of questions or layers with their titles, Italian and English."""
    return _texts(columns, [(each.id, each.title["it"], each.title["en"]) for each in things], lang)


def _texts(columns: tuple[str, ...], rows: Iterable[Sequence[str]], lang: str) -> Table:
    cells = tuple(tuple(Term("literal", text) for text in row) for row in rows)
    return Table(columns, cells, headings(lang), lang)


def findings_table(findings: Iterable[Finding], lang: str, readable: bool) -> Table:
    """Findings, one a row; for a program (`readable` is false) severities stay codes."""
    rows = [
        (
            SEVERITIES[each.severity][lang] if readable else each.severity,
            shorten(each.focus),
            shorten(each.path),
            each.value,
            each.sentence(lang),
        )
        for each in findings
    ]
    return _texts(("severity", "focus", "path", "value", "sentence"), rows, lang)


def edges(graph: nx.Graph[str], lang: str) -> Table:
    """The ties of a network, by the names of those they tie."""
    ends = ("from", "to") if graph.is_directed() else ("one", "other")
    names = {node: attributes.get(f"label_{lang}", node) for node, attributes in graph.nodes(data=True)}
    ties: list[tuple[str, str, float]] = list(graph.edges(data="weight"))
    rows = sorted((names[one], names[other], weight) for one, other, weight in ties)
    cells = tuple(
        (
            Term("literal", one),
            Term("literal", other),
            Term("literal", f"{round(weight, 6):f}".rstrip("0").rstrip("."), XSD + "decimal"),
        )
        for one, other, weight in rows
    )
    return Table((*ends, "weight"), cells, headings(lang), lang)
