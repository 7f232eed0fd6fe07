"""The graph, taken away: which graphs a file may hold depends on their licences and on whether it keeps them apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cc_graph.errors import BadParameter, NotAcceptable

if TYPE_CHECKING:
    from collections.abc import Callable

    from cc_graph.rdfio.formats import Format
    from cc_graph.store.opening import AnyReader
    from cc_graph.store.reader import Answer
    from cc_graph.table import Table

CC_BY: Final = "https://creativecommons.org/licenses/by/4.0/"

GRAPH_LICENCES: Final = """
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?graph ?licence WHERE {
  { SELECT DISTINCT ?graph WHERE { GRAPH ?graph { ?s ?p ?o } } }
  OPTIONAL { ?graph dcterms:license ?licence }
} ORDER BY ?graph ?licence"""
"""Every named graph that holds something, with its licences where any are stated."""


@dataclass(frozen=True)
class Export:
    """The graph, ready to be taken away.

    Attributes:
        answer: the bytes.
        left_out: graphs that are not in it, because the format would lose their licence or the reader asked so.
    """

    answer: Answer
    left_out: tuple[str, ...]


def export(reader: AnyReader, select: Callable[[str], Table], form: Format, licence: str | None) -> Export:
    """As `City.export`."""
    if licence not in {None, "CC-BY-4.0", "all"}:
        raise BadParameter(f"There is no licence «{licence}» to export by.", hint="Choose CC-BY-4.0 or all.")
    if licence == "all" and not form.graphs:
        raise NotAcceptable(
            f"{form.name} cannot keep graphs of several licences apart.",
            hint="Choose trig, nq or jsonld for all graphs.",
        )
    if form.graphs and licence != "CC-BY-4.0":
        return Export(reader.dump(form, None), ())
    licences: dict[str, set[str | None]] = {}
    for row in select(GRAPH_LICENCES):
        licences.setdefault(row["graph"], set()).add(row.get("licence"))
    kept = sorted(graph for graph, given in licences.items() if given == {CC_BY})
    return Export(reader.dump(form, kept), tuple(sorted(licences.keys() - set(kept))))
