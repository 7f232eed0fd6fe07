"""A document from outside, judged as if it were to be published: read, put beside what it refers to, and judged.

Nothing of it is kept. Reading and judging happen in processes of their own, and all of it has one deadline.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from cc_graph.contributions.validation import Case, context, names_below
from cc_graph.errors import TooMuch
from cc_graph.rdfio.parsing import Parser

if TYPE_CHECKING:
    from collections.abc import Callable

    from cc_graph.contributions.validation import Judges, Verdict
    from cc_graph.rdfio.formats import Format

BLANK: Final = ".well-known/genid/"
"""Below the base: the IRIs that blank nodes of a file get while it is judged (RDF 1.1 Concepts, 3.5)."""

LARGEST_DOCUMENT: Final = 16 << 20
"""How many bytes a document may have, unpacked."""

LARGEST_STATED: Final = 64 << 20
"""How many bytes of N-Quads it may become."""

MOST_FINDINGS: Final = 1_000
"""How many findings are told; the counts are of all."""

_READING_MB: Final = 1024
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


def judge_document(
    document: Document,
    judges: Judges,
    ask: Callable[[str, float], bytes],
    base_iri: str,
    seconds: float,
    report: str = "",
) -> Verdict:
    """What shapes and rules find in a document.

    Args:
        document: what came.
        judges: who judges it.
        ask: answers a CONSTRUCT query as N-Triples, within so many seconds.
        base_iri: what the IRIs of our things begin with, and what relative IRIs are resolved against.
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
        if remaining <= 0:
            raise TooMuch(
                f"It took longer than {seconds:g} seconds.", hint="Split it into smaller documents."
            )
        return remaining

    with Parser(seconds=seconds, memory_mb=_READING_MB) as parser:
        parsed = parser.parse(
            document.body,
            document.form,
            base_iri,
            skolem_prefix=base_iri + BLANK,
            names_below=names_below(base_iri),
            plain=True,
            coding=document.coding,
            largest=LARGEST_DOCUMENT,
            largest_answer=LARGEST_STATED,
            seconds=left(),
        )
    beside = context(lambda text: ask(text, left()), parsed.names, base_iri)
    own = (base_iri + "id/", base_iri + BLANK)
    case = Case(parsed.nquads, beside, base_iri=base_iri, own=own, most=MOST_FINDINGS, report=report)
    try:
        return judges.judge(case, left())
    except TooMuch as error:
        if time.monotonic() >= deadline:
            raise _too_long(seconds) from None
        raise TooMuch(f"The document could not be judged. {error}", hint=_SPLIT) from None


def _too_long(seconds: float) -> TooMuch:
    return TooMuch(f"The document could not be judged within {seconds:.3g} seconds.", hint=_SPLIT)
