"""What the command line writes: data to stdout or a file, everything else to stderr."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cc_graph.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cc_graph.table import Table


def say(text: str) -> None:
    """A line for the person at the terminal."""
    sys.stderr.write(text + "\n")


def on_terminal() -> bool:
    """Whether a person reads what we write to stdout."""
    return sys.stdout.isatty()


def default_language() -> str:
    """The language of this terminal if it is one of ours, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "it" if value.lower().startswith("it") else "en"
    return "en"


@contextmanager
def destination(path: Path | None) -> Iterator[IO[bytes]]:
    """Where data go: stdout, or a file that appears only when it is complete.

    Raises:
        Unavailable: the file cannot be written.
    """
    if path is None:
        try:
            sys.stdout.flush()
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # The reader of our output left (`| head`): that is no error, but nothing more can be written either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        return
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            unfinished = Path(file.name)
            try:
                yield file
            except BaseException:
                unfinished.unlink()
                raise
        unfinished.chmod(0o644)
        unfinished.replace(path)
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be written: {error.strerror}.", hint="Choose a folder you may write to."
        ) from error


def write_table(table: Table, format_name: str | None, path: Path | None) -> None:
    """A table for a person, or as csv or json for a program."""
    name = format_name or ("table" if path is None and on_terminal() else "csv")
    writers: dict[str, Callable[[Table], str]] = {
        "csv": lambda t: t.to_csv(),
        "json": lambda t: t.to_json() + "\n",
    }
    if name in writers:
        with destination(path) as out:
            out.write(writers[name](table).encode())
    elif path is None:
        show(table)
    else:
        with destination(path) as out:
            out.write(_plain(table).encode())


def show(table: Table) -> None:
    """A table on the terminal, as wide as it is; what is the same in every row stands once above it."""
    from rich.console import Console
    from rich.table import Table as RichTable

    heads, cells = table.for_reading()
    same = {
        place for place in range(len(heads)) if len(cells) > 1 and len({row[place] for row in cells}) == 1
    }
    console = Console(width=None if on_terminal() or "COLUMNS" in os.environ else 120, highlight=False)
    for place in sorted(same):
        console.print(f"{heads[place]}: {cells[0][place]}", markup=False)
    drawn = RichTable(box=None, pad_edge=False, header_style="bold")
    shown = [place for place in range(len(heads)) if place not in same]
    for place in shown:
        drawn.add_column(heads[place], overflow="fold")
    for row in cells:
        drawn.add_row(*(row[place] for place in shown))
    if shown:
        console.print(drawn, markup=False)


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
def steps(total: int, words: str) -> Iterator[Callable[[str], None]]:
    """A progress bar on stderr, if that is a terminal: the yielded function counts one step."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[step]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(words, total=total, step="")
        yield lambda step: progress.update(task, advance=1, step=step)
