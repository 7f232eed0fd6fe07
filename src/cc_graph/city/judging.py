"""A city's graph taken away, and data judged beside it."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from cc_graph.city.asking import Asking
from cc_graph.linkeddata import Export, export
from cc_graph.linkeddata.exports import GRAPH_LICENCES
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS, by_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from cc_graph.contributions import Desk, Document, Finding, Verdict

    Progress = Callable[[str], None]


class Judging(Asking):
    """Exports, judging, audit."""

    _desk: Desk | None = None
    _opening = Lock()

    def export(self, format_name: str = "trig", licence: str | None = None) -> Export:
        """The named graphs as one file; the merge is not in it.

        A format that keeps graphs holds them all, each with its licence in `graph/catalogue`. A format that does not
        would lose the border between licences, so it holds the CC BY graphs only; `licence="CC-BY-4.0"` asks for that
        in any format.

        Raises:
            NotAcceptable: there is no such format, or it cannot keep graphs of several licences apart.
            BadParameter: there is no such licence.
        """
        return export(self._reader, self.sparql, by_name(format_name, GRAPH_FORMATS), licence)

    def judge(self, document: Document, report: str = "", seconds: float | None = None) -> Verdict:
        """What shapes and rules find in a document that somebody would contribute; nothing of it is kept.

        Args:
            document: its bytes, and how to read them.
            report: name of the RDF format in which the SHACL report is wanted.
            seconds: how long it may take; `settings.query_seconds` if None.

        Raises:
            BadData: it is malformed.
            TooLarge: it becomes too large when it is unpacked.
            TooMuch: it takes too much time or memory.
        """

        def ask(text: str, seconds: float) -> bytes:
            table, graph = TABLE_FORMATS["json"], GRAPH_FORMATS["nt"]
            return self._reader.query(text, table_format=table, graph_format=graph, seconds=seconds).read()

        allowed = self.settings.query_seconds if seconds is None else seconds
        return self._open_desk().judge(document, ask, allowed, report)

    def _open_desk(self) -> Desk:
        """Where documents are judged; it is not there before the first, as most who open a city never hand one in."""
        from cc_graph.contributions import Desk

        with self._opening:
            if self._desk is None:
                self._desk = Desk(self.settings.base_iri, self.settings.query_memory_mb)
            return self._desk

    def audit(self) -> list[Finding]:
        """What shapes and checks find in the whole graph, violations first."""
        from cc_graph.contributions import validate
        from cc_graph.contributions.checks import run_checks
        from cc_graph.contributions.findings import in_order

        with self._reader.dump(GRAPH_FORMATS["nq"], self._fact_graphs()) as quads:
            found = validate(quads.read()).findings
        return in_order([*found, *run_checks(self.sparql)])

    def _fact_graphs(self) -> list[str]:
        words = {self.settings.base_iri + name for name in ("graph/ontology", "graph/schemes")}
        return sorted({row["graph"] for row in self.sparql(GRAPH_LICENCES)} - words)
