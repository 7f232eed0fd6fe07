"""Processes that kill themselves in the midst of publishing."""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from typing import TYPE_CHECKING, Any

from cc_graph.store.publisher import Publisher
from durability.killed_server import carry_out

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path
    from types import FrameType

    from durability.contents import Change

ACTS = {
    *("update", "bulk_extend", "flush", "backup"),  # of the store
    *("mkdir", "open", "flock", "write", "fsync", "replace", "rename", "unlink", "rmdir"),  # on the disk
}


def die_after(number: int) -> None:
    """Have this process kill itself, as `kill -9` would, when it has done the n-th thing that leaves a trace."""
    acts = count(1)

    def watch(_: FrameType, event: str, function: Any) -> None:
        if event == "c_return" and function.__name__ in ACTS and next(acts) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)


def publish_until(connection: Connection, home: Path, change: Change, number: int) -> None:
    die_after(number)
    with Publisher(home) as publisher:
        carry_out(publisher, change)
    sys.setprofile(None)
    connection.send("acknowledged")


def rebuild_until(connection: Connection, home: Path, nquads: Path, number: int) -> None:
    die_after(number)
    with Publisher(home) as publisher:
        publisher.rebuild(nquads)
    sys.setprofile(None)
    connection.send("acknowledged")
