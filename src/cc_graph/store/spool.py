"""Where a worker writes an answer: in memory while it is small, else to a file; compressed if asked."""

from __future__ import annotations

import gzip
import re
import tempfile
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final, cast

from cc_graph.errors import NotAcceptable
from cc_graph.sandbox.frames import LARGEST_INLINE

if TYPE_CHECKING:
    from collections.abc import Callable

    Buffer = bytes | bytearray | memoryview

_WORTH_IT: Final = 1024
"""Bytes below which compression gains nothing worth its time."""

_NOT_XML: Final = re.compile(rb"[\x00-\x08\x0B\x0C\x0E-\x1F]|\xEF\xBF[\xBE\xBF]")
"""Characters outside XML 1.0, section 2.2, in UTF-8."""

_GZIP_LEVEL: Final = 5
_ZSTD_LEVEL: Final = 3


class Spool:
    """A file to write an answer to.

    Attributes:
        encoding: the content coding of what `finish` gave: gzip, zstd or none.
        is_xml: whether it must not hold what XML cannot.
    """

    def __init__(self, encoding: str | None) -> None:
        """Begin an answer, to be compressed so, if it is worth it."""
        self.encoding: str | None = None
        self.is_xml = False
        self._wanted = encoding
        self._head = bytearray()
        self._file: IO[bytes] | None = None
        self._out: Any = None

    @property
    def file(self) -> IO[bytes]:
        """Itself, for who wants a file and only writes."""
        return cast("IO[bytes]", self)

    def write(self, data: Buffer) -> int:
        """Take some bytes.

        Raises:
            NotAcceptable: it should be XML, and they cannot.
        """
        with memoryview(data) as view:
            size = view.nbytes
            if self.is_xml and _NOT_XML.search(view):
                raise NotAcceptable(
                    "A value has a control character, which XML cannot hold.", hint="Ask for json or ttl."
                )
            if self._out is None and len(self._head) + size <= LARGEST_INLINE:
                self._head += view
            else:
                self._outgrown().write(view)
        return size

    def flush(self) -> None:
        """Do nothing: `finish` does."""

    def finish(self) -> bytes | IO[bytes]:
        """The answer: bytes if it is small, else a file."""
        if self._file is None:
            if self._wanted is None or len(self._head) < _WORTH_IT:
                return bytes(self._head)
            self.encoding = self._wanted
            return _COMPRESS[self._wanted](bytes(self._head))
        self.encoding = self._wanted
        if self._out is not self._file:
            self._out.close()
        self._file.flush()
        return self._file

    def discard(self) -> None:
        """Forget what was written."""
        if self._file is not None:
            with suppress(OSError):  # it tries once more to write what did not fit
                self._file.close()

    def _outgrown(self) -> Any:
        """What to write to now that memory is not the place."""
        if self._out is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever gets it closes it
            self._out = self._file if self._wanted is None else _STREAM[self._wanted](self._file)
            self._out.write(self._head)
            self._head.clear()
        return self._out


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, _GZIP_LEVEL, mtime=0)  # no time in it: equal answers have equal bytes


def _gzip_stream(file: IO[bytes]) -> gzip.GzipFile:
    return gzip.GzipFile(filename="", mode="wb", compresslevel=_GZIP_LEVEL, fileobj=file, mtime=0)


def _zstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(data)


def _zstd_stream(file: IO[bytes]) -> Any:
    import zstandard

    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).stream_writer(file, closefd=False)


_COMPRESS: Final[dict[str, Callable[[bytes], bytes]]] = {"zstd": _zstd, "gzip": _gzip}
_STREAM: Final[dict[str, Callable[[IO[bytes]], Any]]] = {"zstd": _zstd_stream, "gzip": _gzip_stream}
ENCODINGS: Final = tuple(_COMPRESS)
"""The content codings an answer may have, the best first."""
