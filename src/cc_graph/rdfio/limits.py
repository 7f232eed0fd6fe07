"""How much one document may say in one breath: the bounds of single terms, which no parser sets."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any, Final

from cc_graph.errors import BadData

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyoxigraph as ox

    from cc_graph.errors import TooMuch

LONGEST_LITERAL: Final = 1 << 20
"""How many characters a literal may have: room for the exact border of a region in WKT, and for a long description."""

LONGEST_IRI: Final = 8_000
"""How many characters an IRI may have: what RFC 9110 asks every server to take in an address."""

LONGEST_NUMBER: Final = 1_000
"""How many characters a number or a date may have: engines compute with them."""

MOST_PREFIXES: Final = 10_000

_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_WORDS: Final = frozenset({f"{_XSD}string", f"{_XSD}anyURI", f"{_XSD}base64Binary", f"{_XSD}hexBinary"})
# XML has no way to write these, so an answer that holds one would be no XML any more; RDF 1.2 advises against them.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def check_literal(literal: ox.Literal, name: str) -> None:
    """Refuse a literal beyond measure, or with characters that not every format can hold.

    Args:
        literal: what a document says.
        name: what to call the document in the error.

    Raises:
        BadData: it is one.
    """
    value = literal.value
    length = len(value)
    check_iri(literal.datatype, name)
    if length > LONGEST_NUMBER:
        datatype = literal.datatype.value
        number = datatype.startswith(_XSD) and datatype not in _WORDS
        if length > (LONGEST_NUMBER if number else LONGEST_LITERAL):
            raise BadData(
                f"{name} has a literal of {length:,} characters: «{value[:20]}…».",
                hint=f"A number or date may have {LONGEST_NUMBER:,} characters, any other literal {LONGEST_LITERAL:,}.",
            )
    found = _CONTROL.search(value)
    if found:
        before = value[max(0, found.start() - 20) : found.start()]
        raise BadData(
            f"{name} has a literal with the control character U+{ord(found[0]):04X}, after «{before}».",
            hint="Leave it out: no XML format can hold it.",
        )


def check_iri(node: ox.NamedNode, name: str) -> None:
    """Refuse an IRI beyond measure.

    Args:
        node: what a document says.
        name: what to call the document in the error.

    Raises:
        BadData: it is one.
    """
    iri = node.value
    if len(iri) > LONGEST_IRI:
        raise BadData(
            f"{name} has an IRI of {len(iri):,} characters: «{iri[:60]}…».",
            hint=f"An IRI may have {LONGEST_IRI:,} characters; put long content into a literal.",
        )


class Bounded:
    """A file for writing that takes so many bytes and no more."""

    def __init__(self, file: IO[bytes], most: int, too_much: Callable[[], TooMuch]) -> None:
        self._file = file
        self._left = most
        self._too_much = too_much

    def write(self, data: Any) -> int:
        """Write, or raise what was told to be raised."""
        self._left -= len(data)
        if self._left < 0:
            raise self._too_much()
        return self._file.write(data)

    def flush(self) -> None:
        """Flush the file."""
        self._file.flush()
