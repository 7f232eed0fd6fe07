"""Documents that come compressed: unpacked piece by piece, and given up as soon as they become too large."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from cc_graph.errors import BadData, TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CODINGS: Final = ("gzip", "zstd")
"""The content codings that are read; one at a time."""

HIGHEST_RATIO: Final = 100
"""How many times its size a document may become: RDF packs to a tenth or a thirtieth, a bomb to a thousandth."""

FREE: Final = 1 << 20
"""Up to so many bytes the ratio is not asked for: small things pack well."""

_PIECE: Final = 1 << 16
_SIP: Final = 256  # of zstd: its reader cannot be told to stop, and each four bytes may become 128 KB
_WINDOW: Final = 8 << 20  # RFC 9659: what a receiver of zstd over HTTP must be able to hold


def unpacked(packed: bytes, coding: str, most: int, name: str) -> bytes:
    """The document inside.

    Args:
        packed: what came.
        coding: one of `CODINGS`.
        most: how many bytes it may become.
        name: what to call it in the error.

    Raises:
        TooLarge: it becomes larger, or more than `HIGHEST_RATIO` times its size.
        BadData: it is damaged, cut off, or more than one document.
    """
    whole = bytearray()
    try:
        for piece in _OPENERS[coding](packed, name):
            whole += piece
            if len(whole) > most:
                raise TooLarge(
                    f"{name} becomes larger than {most >> 20} MB when it is unpacked.",
                    hint="Split it into smaller documents.",
                )
            if len(whole) > max(FREE, HIGHEST_RATIO * len(packed)):
                raise TooLarge(
                    f"{name} becomes more than {HIGHEST_RATIO} times as large when it is unpacked.",
                    hint="Send it as it is.",
                )
    except zlib.error as error:
        raise _damaged(name, coding, str(error)) from None
    return bytes(whole)


def _damaged(name: str, coding: str, reason: str) -> BadData:
    return BadData(f"{name} is no whole {coding} file: {reason}.", hint="Pack it again, or send it as it is.")


def _gunzip(packed: bytes, name: str) -> Iterator[bytes]:
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    rest = packed
    while not inflate.eof:
        piece = inflate.decompress(rest, _PIECE)
        rest = inflate.unconsumed_tail
        if not (piece or rest or inflate.eof):
            raise _damaged(name, "gzip", "it ends too early")
        yield piece
    if inflate.unused_data:
        raise _damaged(name, "gzip", "something follows it")


def _unzstd(packed: bytes, name: str) -> Iterator[bytes]:
    import zstandard

    inflate = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
    try:
        for start in range(0, len(packed), _SIP):
            yield inflate.decompress(packed[start : start + _SIP])
            if inflate.eof:
                break
    except zstandard.ZstdError as error:
        raise _damaged(name, "zstd", str(error)) from None
    if not inflate.eof:
        raise _damaged(name, "zstd", "it ends too early")
    if inflate.unused_data or start + _SIP < len(packed):
        raise _damaged(name, "zstd", "something follows it")


_OPENERS: Final[dict[str, Callable[[bytes, str], Iterator[bytes]]]] = {"gzip": _gunzip, "zstd": _unzstd}
