"""Processes of their own that start in a moment, each forked from one that has the program loaded and does nothing."""

from __future__ import annotations

import multiprocessing
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkServerProcess

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["cc_graph.app", "cc_graph.store.publisher", "pytest", "uvicorn"])


@contextmanager
def process(
    work: Callable[..., None], *arguments: Any
) -> Iterator[tuple[ForkServerProcess, Connection[Any, Any]]]:
    """A process that does `work(connection, *arguments)`, and the other end of the connection; killed at the end."""
    ours, theirs = FORKS.Pipe()
    child = FORKS.Process(target=work, args=(theirs, *arguments))
    with ours:
        child.start()
        theirs.close()  # so that the end of the child is the end of the conversation
        try:
            yield child, ours
        finally:
            child.kill()
            child.join()
            child.close()


def descendants(pid: int) -> set[int]:
    """The processes a process has started, and those they have."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
    found, more = set(), {pid}
    while more:
        more = {child for child, parent in parents.items() if parent in more}
        found |= more
    return found


def alive(pids: set[int], patience: float = 10.0) -> set[int]:
    """Those of the processes that are still there; gives them a while to end."""
    deadline = time.monotonic() + patience
    while (left := {pid for pid in pids if running(pid)}) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left


def running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
