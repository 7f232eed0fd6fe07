"""Writers of one counter, as functions and as processes."""

from __future__ import annotations

import random
import re
import time
from typing import TYPE_CHECKING

from cc_graph.store.publisher import Publisher

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

    from cc_graph.store.publisher import Turn

BASE = "https://city.example/"
COUNTER = f"{BASE}graph/counter"
PATIENCE = 300.0


def increment(turn: Turn) -> None:
    old = turn.graph(COUNTER)
    (value,) = re.findall(rb'"(\d+)"', old) or [b"0"]
    turn.publish(b'<a:counter> <a:value> "%d" <%s> .\n' % (int(value) + 1, COUNTER.encode()), old)


def increment_in_turns(connection: Connection, home: Path, times: int, at_once: int, seed: int) -> None:
    """A process that takes the right to publish, uses it a few times, gives it back, and so on."""
    pause = random.Random(seed)
    for _ in range(times // at_once):
        with Publisher(home, PATIENCE) as publisher:
            for _time in range(at_once):
                with publisher.turn() as turn:
                    increment(turn)
        time.sleep(pause.uniform(0.02, 0.1))
    connection.send(times)


def publish_when_told(connection: Connection, home: Path) -> None:
    with Publisher(home):
        connection.send("publishing")
        connection.recv()
        time.sleep(0.1)
