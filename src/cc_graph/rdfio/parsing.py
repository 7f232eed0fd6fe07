"""Reading RDF that others wrote: in a child process with bounds, to N-Quads in which no blank nodes collide."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from cc_graph.errors import NotFound, TooMuch, Unavailable
from cc_graph.sandbox import Sandbox, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cc_graph.rdfio.formats import Format

LARGEST_FILE = 64 << 20
"""How many bytes a file may have."""

LARGEST_ANSWER = 256 << 20
"""How many bytes of N-Quads it may become."""

SECONDS = 60.0
MEMORY_MB = 1024


@dataclass(frozen=True)
class Parsed:
    """What a file says.

    Attributes:
        nquads: its quads as N-Quads. Blank nodes have names that occur in no other file.
        count: how many quads it states, repetitions included.
        prefixes: the prefixes it declares.
        names: of the IRIs in it, those that begin as was asked.
    """

    nquads: bytes
    count: int
    prefixes: dict[str, str]
    names: tuple[str, ...] = ()


def parse(
    source: Path | bytes | IO[bytes],
    form: Format,
    base_iri: str | None = None,
    *,
    graph: str | None = None,
    skolem_prefix: str | None = None,
    seconds: float = SECONDS,
    memory_mb: int = MEMORY_MB,
) -> Parsed:
    """Read one file or document; `Parser.parse` says what of the arguments and errors."""
    with Parser(seconds=seconds, memory_mb=memory_mb) as parser:
        return parser.parse(source, form, base_iri, graph=graph, skolem_prefix=skolem_prefix)


class Parser:
    """Reads many files with one child process; a context manager; for one thread at a time."""

    def __init__(self, *, seconds: float = SECONDS, memory_mb: int = MEMORY_MB, gentle: bool = False) -> None:
        """Set the bounds; the child starts with the first file.

        Args:
            seconds: how long one file may take.
            memory_mb: how much memory it may take.
            gentle: whether other processes go first.
        """
        self._gentle = gentle
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._sandbox: Sandbox | None = None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the child."""
        self.close()

    def close(self) -> None:
        """Stop the child. May be called more than once."""
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    def parse(
        self,
        source: Path | bytes | IO[bytes],
        form: Format,
        base_iri: str | None = None,
        *,
        graph: str | None = None,
        skolem_prefix: str | None = None,
        names_below: Sequence[str] = (),
        plain: bool = False,
        coding: str = "",
        largest: int | None = None,
        largest_answer: int = LARGEST_ANSWER,
        seconds: float | None = None,
    ) -> Parsed:
        """Read one file or document.

        Args:
            source: a path, the bytes themselves, or a file that has them.
            form: one of `GRAPH_FORMATS`.
            base_iri: what relative IRIs are resolved against; without it they are an error.
            graph: IRI of the named graph that gets the triples which stand in none.
            skolem_prefix: blank nodes become IRIs that begin so; without it they stay blank, under new names.
            names_below: how the IRIs begin that `Parsed.names` lists.
            plain: whether what RDF 1.1 does not know (statements about statements, base directions) is an error.
            coding: `gzip` or `zstd` if the document comes so packed.
            largest: how many bytes it may have, unpacked; `LARGEST_FILE` if None.
            largest_answer: how many bytes of N-Quads it may become: some formats can say much in few words.
            seconds: how long it may take; the parser's own limit if None.

        Raises:
            NotFound: there is no such file.
            Unavailable: the file cannot be read.
            BadData: it is malformed, nested too deeply, has a term beyond measure, or wants documents from the network
                or entities declared.
            TooMuch: it is too large, or takes too much time or memory.
            TooLarge: it becomes too large when it is unpacked.
        """
        largest = LARGEST_FILE if largest is None else largest
        name = str(source) if isinstance(source, Path) else "The document"
        header: dict[str, Any] = {"name": name, "format": form.name, "base_iri": base_iri, "graph": graph}
        header |= {"skolem_prefix": skolem_prefix, "names_below": list(names_below), "plain": plain}
        header |= {"coding": coding, "largest": largest, "largest_answer": largest_answer}
        with _opened(source) as file:
            if os.fstat(file.fileno()).st_size > largest:
                raise TooMuch(
                    f"{name} is larger than {largest >> 20} MB.", hint="Split it into smaller files."
                )
            return self._ask(header, file, self._seconds if seconds is None else seconds)

    def _ask(self, header: dict[str, Any], file: IO[bytes], seconds: float) -> Parsed:
        deadline = time.monotonic() + seconds  # the child's start is part of it
        try:
            child = self._child()
            left = max(deadline - time.monotonic(), 0.001)
            reply, body = child.request(header, [file.fileno()], seconds=left)
        except TooMuch as error:
            late = time.monotonic() >= deadline
            reason = f"It took longer than {seconds:g} seconds and was stopped." if late else str(error)
            sentence = f"{header['name']} could not be read. {reason}"
            raise TooMuch(sentence, hint="Split it into smaller files.") from None
        return Parsed(read(body), reply["count"], reply["prefixes"], tuple(reply["names"]))

    def _child(self) -> Sandbox:
        if self._sandbox is None or not self._sandbox.alive:
            self.close()
            self._sandbox = Sandbox("cc_graph.rdfio.worker", memory_mb=self._memory_mb, gentle=self._gentle)
        return self._sandbox


def _opened(source: Path | bytes | IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    if not isinstance(source, Path | bytes):
        source.flush()
        return nullcontext(source)
    if isinstance(source, bytes):
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        spool.write(source)
        spool.flush()
        return spool
    try:
        return source.open("rb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise NotFound(f"There is no file {source}.", hint="Look at the spelling of the path.") from None
    except OSError as error:
        raise Unavailable(
            f"{source} cannot be read: {error.strerror}.", hint="Look at the rights of the file."
        ) from None
