"""What the command line writes: data to stdout or a file, everything else to stderr."""

from __future__ import annotations

import io
import os
import secrets
import shutil
import stat
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cc_graph.errors import NotAcceptable, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cc_graph.table import Table

TABLES = ("table", "csv", "json")
"""How a table may be written."""


def say(text: str) -> None:
    """A line for the person at the terminal; where nobody can read it, none."""
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        discard(sys.stderr)


def discard(stream: IO[str] | None) -> None:
    """Let what is still to be written to a standard stream go nowhere, since it cannot be written."""
    if stream is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def on_terminal() -> bool:
    """Whether a person reads what we write to stdout."""
    return sys.stdout is not None and sys.stdout.isatty()


def chosen(format_name: str | None, path: Path | None, formats: tuple[str, ...] = TABLES) -> str:
    """The format asked for; else a table on a terminal, and csv elsewhere.

    Raises:
        NotAcceptable: it is none of `formats`.
    """
    if format_name is None:
        return "table" if path is None and on_terminal() else "csv"
    if format_name.lower() not in formats:
        raise NotAcceptable(
            f"There is no format «{format_name}» here.", hint=f"Choose one of {', '.join(formats)}."
        )
    return format_name.lower()


@contextmanager
def destination(path: Path | None) -> Iterator[IO[bytes]]:
    """Where data go: stdout, a device or pipe, or a file that appears only when it is complete.

    Raises:
        Unavailable: it cannot be written.
    """
    try:
        with _stdout() if path is None else _file(path) as out:
            yield out
    except BrokenPipeError:
        # The reader of our output left (`| head`): that is no error, but nothing more can be written either.
        if path is None:
            discard(sys.stdout)
        sys.exit(0)
    except OSError as error:
        if path is None:
            discard(sys.stdout)
        raise Unavailable(
            f"{path or 'The standard output'} cannot be written: {error.strerror or error}.",
            hint="Choose a file and a folder you may write to, with room on the disk: -o FILE.",
        ) from error


@contextmanager
def _stdout() -> Iterator[IO[bytes]]:
    if sys.stdout is None:
        raise OSError("it is closed")
    sys.stdout.flush()
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


@contextmanager
def _file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write `path` through: replaced at the end, where it is a regular file or will be one."""
    try:
        before = path.stat()
    except FileNotFoundError:
        before = None
    if before and not stat.S_ISREG(before.st_mode):
        with path.open("wb") as out:
            yield out
        return
    target = Path(
        os.path.realpath(path)
    )  # a link stays a link; unlike Path.resolve, also where links go round
    if before and not os.access(target, os.W_OK):
        raise PermissionError(None, "you may not change it")
    unfinished = target.with_name(f".cc-graph-{secrets.token_hex(8)}")
    try:
        with unfinished.open("xb") as out:  # with the rights that the umask leaves
            yield out
        if before:
            unfinished.chmod(stat.S_IMODE(before.st_mode))
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def write_table(table: Table, format_name: str | None, path: Path | None) -> None:
    """A table for a person, or as csv or json for a program.

    Raises:
        NotAcceptable: there is no such format.
        Unavailable: it cannot be written.
    """
    writers: dict[str, Callable[[Table], str]] = {
        "csv": lambda t: t.to_csv(),
        "json": lambda t: t.to_json() + "\n",
        "table": _drawn if path is None else _plain,
    }
    text = writers[chosen(format_name, path)](table)
    with destination(path) as out:
        out.write(text.encode())


def _drawn(table: Table) -> str:
    """A table as wide as the terminal; what is the same in every row of an answer stands once above it."""
    from rich.console import Console
    from rich.table import Table as RichTable

    heads, cells = table.for_reading()
    places = range(len(heads))
    repeats = len(cells) > 1 and table.headings
    same = [place for place in places if repeats and len({row[place] for row in cells}) == 1]
    console = Console(
        file=io.StringIO(),
        force_terminal=on_terminal() or None,
        width=None if on_terminal() or "COLUMNS" in os.environ else 120,
        markup=False,
        emoji=False,
        highlight=False,
    )
    drawn = RichTable(box=None, pad_edge=False, header_style="bold")
    shown = [place for place in places if place not in same]
    for place in shown:
        drawn.add_column(heads[place], overflow="fold")
    for row in cells:
        drawn.add_row(*(row[place] for place in shown))
    with console.capture() as captured:
        for place in same:
            console.print(f"{heads[place]}: {cells[0][place]}")
        if shown:
            console.print(drawn)
    return captured.get()


def _plain(table: Table) -> str:
    heads, cells = table.for_reading()
    widths = [max(len(row[place]) for row in [heads, *cells]) for place in range(len(heads))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in [heads, *cells]
    ]
    return "\n".join(lines) + "\n"


def write_stream(body: IO[bytes], path: Path | None) -> None:
    """Bytes as they are."""
    with destination(path) as out:
        shutil.copyfileobj(body, out)


@contextmanager
def steps(total: int | None, words: str) -> Iterator[Callable[[str], None]]:
    """A progress bar on stderr, if that is a terminal: the yielded function counts one step.

    Args:
        total: how many steps there are; None if nobody can say.
        words: what is being done.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, emoji=False)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[step]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(words, total=total, step="")
        yield lambda step: progress.update(task, advance=1, step=step)
