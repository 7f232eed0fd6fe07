"""A document from outside, judged as if it were to be published: read, put beside what it refers to, and judged.

Nothing of it is kept. Reading and judging happen in processes of their own, and all of it has one deadline.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final, Self

from cc_graph.contributions.validation import Case, Judges, context, names_below
from cc_graph.errors import TooMuch
from cc_graph.rdfio.parsing import Parser

if TYPE_CHECKING:
    from collections.abc import Callable

    from cc_graph.contributions.validation import Verdict
    from cc_graph.rdfio.formats import Format
    from cc_graph.rdfio.parsing import Parsed

BLANK: Final = ".well-known/genid/"
"""Below the base: the IRIs that blank nodes of a file get while it is judged (RDF 1.1 Concepts, 3.5)."""

LARGEST_DOCUMENT: Final = 16 << 20
"""How many bytes a document may have, unpacked."""

LARGEST_STATED: Final = 64 << 20
"""How many bytes of N-Quads it may become."""

MOST_FINDINGS: Final = 1_000
"""How many findings are told; the counts are of all."""

_READING_MB: Final = 1024
_LEAST: Final = 0.1  # seconds; with less a process is better left alone than killed
_SPLIT: Final = "Try again in a moment, or split it into smaller documents."


@dataclass(frozen=True)
class Document:
    """A document from outside.

    Attributes:
        body: its bytes, or a file that has them; whoever made it closes it.
        form: one of `GRAPH_FORMATS`.
        coding: `gzip` or `zstd` if it comes so packed.
    """

    body: bytes | IO[bytes]
    form: Format
    coding: str = ""


class Desk:
    """Where documents from outside are judged, a few at a time; safe to use from many threads; a context manager."""

    def __init__(self, base_iri: str, memory_mb: int) -> None:
        """Set the bounds; processes start when they are first needed.

        Args:
            base_iri: what the IRIs of our things begin with, and what relative IRIs are resolved against.
            memory_mb: what judging one document may take.
        """
        self._base_iri = base_iri
        self._judges = Judges(memory_mb)
        self._parsers: list[Parser] = []  # idle ones: to start one takes longer than to read most documents
        self._closed = False

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes."""
        self.close()

    def close(self) -> None:
        """Stop the processes. May be called more than once."""
        self._closed = True
        self._judges.close()
        while self._parsers:
            self._parsers.pop().close()

    def judge(
        self, document: Document, ask: Callable[[str, float], bytes], seconds: float, report: str = ""
    ) -> Verdict:
        """What shapes and rules find in a document.

        Args:
            document: what came.
            ask: answers a CONSTRUCT query as N-Triples, within so many seconds.
            seconds: how long all of it may take.
            report: name of the RDF format of the report; empty for none.

        Raises:
            BadData: it is malformed.
            TooLarge: it becomes too large when it is unpacked.
            TooMuch: it takes too much time or memory.
        """
        deadline = time.monotonic() + seconds

        def left() -> float:
            remaining = deadline - time.monotonic()
            if remaining < _LEAST:
                raise TooMuch("Its time is over.", hint=_SPLIT)
            return remaining

        try:
            parsed = self._parsed(document, left())
            beside = context(lambda text: ask(text, left()), parsed.names, self._base_iri)
            case = Case(
                parsed.nquads,
                beside,
                base_iri=self._base_iri,
                own=(self._base_iri + "id/", self._base_iri + BLANK),
                most=MOST_FINDINGS,
                report=report,
            )
            return self._judges.judge(case, left())
        except TooMuch as error:
            late = time.monotonic() > deadline - _LEAST
            reason = f"It took longer than {seconds:.3g} seconds." if late else str(error)
            raise TooMuch(f"The document was given up. {reason}", hint=_SPLIT) from None

    def _parsed(self, document: Document, seconds: float) -> Parsed:
        base = self._base_iri
        parser = self._parsers.pop() if self._parsers else Parser(memory_mb=_READING_MB, gentle=True)
        try:
            return parser.parse(
                document.body,
                document.form,
                base,
                skolem_prefix=base + BLANK,
                names_below=names_below(base),
                plain=True,
                coding=document.coding,
                largest=LARGEST_DOCUMENT,
                largest_answer=LARGEST_STATED,
                seconds=seconds,
            )
        finally:
            self._parsers.append(parser)
            if self._closed:
                self.close()
