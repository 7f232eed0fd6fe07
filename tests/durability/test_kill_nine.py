"""A server that is killed while it publishes loses nothing it has acknowledged, and leaves nothing half done."""

from __future__ import annotations

import os
import random
import time
import urllib.parse
from typing import TYPE_CHECKING

import pytest

from cc_graph.store.layout import Layout
from cc_graph.store.publisher import Publisher
from durability.contents import Change, Expected, content, held, whole
from durability.killed_server import carry_out, serve
from durability.processes import alive, descendants, process
from servers import fetch
from soak import rounds, tell

if TYPE_CHECKING:
    from pathlib import Path

CHANGES = 40
PATIENCE = 60.0


@pytest.mark.soak
def test_a_server_killed_at_any_moment_loses_no_acknowledged_graph_and_leaves_none_half_there(
    home: Path,
) -> None:
    kills, chance = rounds(20, 200), random.Random(2026)
    expected, counts, began = (
        Expected(held(home)[0]),
        {"acknowledged": 0, "not, but there": 0},
        time.monotonic(),
    )
    for _kill in range(kills):
        changes = expected.changes(CHANGES, chance)
        acknowledged, family = serve_until_killed(home, changes, chance)

        assert alive(family) == set()
        graphs, merge = held(home)
        for change in changes[:acknowledged]:
            expected = expected.after(change)
        if graphs != expected.graphs and acknowledged < len(changes):
            expected = expected.after(changes[acknowledged])  # published, and killed before it said so
            counts["not, but there"] += 1
        assert graphs == expected.graphs
        assert all(whole(triples) for iri, triples in graphs.items() if not iri.endswith("first"))
        assert merge == frozenset().union(*graphs.values())
        counts["acknowledged"] += acknowledged

        expected = publish_one_more(home, expected, chance)
        assert leftovers(home) == set()
        assert size(home) < 16 << 20
    tell(
        f"{kills} kills in {time.monotonic() - began:.0f} s; changes: {counts}; {size(home) >> 10} KB at last"
    )


def serve_until_killed(home: Path, changes: list[Change], chance: random.Random) -> tuple[int, set[int]]:
    """How many changes the server acknowledged before it was killed, and all the processes it ran."""
    with process(serve, home) as (server, connection):
        url = connection.recv()
        assert fetch(f"{url}/health")  # a worker is there that holds on to a checkpoint
        connection.send(changes)
        acknowledged = 0
        for _ in range(chance.randint(0, 4)):
            acknowledged = connection.recv()
        if acknowledged:
            assert seen(url, changes[acknowledged - 1])
        time.sleep(chance.uniform(0, 0.06))
        family = descendants(server.pid) | {server.pid}
        server.kill()
        server.join(PATIENCE)
        while connection.poll():
            try:
                acknowledged = connection.recv()
            except EOFError:
                break
    assert len(family) > 1
    return acknowledged, family


def seen(url: str, change: Change) -> bool:
    """Whether a client of the server sees that a change has been made; no later change touches its graphs."""
    there = f"GRAPH <{change.new}> {{ <{change.new}> ?p ?o }}" if change.new else ""
    gone = f"FILTER NOT EXISTS {{ GRAPH <{change.old}> {{ ?s ?p ?o }} }}" if change.old else ""
    query = urllib.parse.quote(f"ASK {{ {there} {gone} }}")
    return fetch(f"{url}/sparql?query={query}", "text/csv") == "true"


def publish_one_more(home: Path, expected: Expected, chance: random.Random) -> Expected:
    """A process that comes after publishes, and what it publishes is there."""
    graph = "https://city.example/graph/after"
    change = Change(graph if graph in expected.graphs else None, graph, content(graph, chance))
    with Publisher(home) as publisher:
        assert leftovers(home) <= {"current.new"}  # the draft of a name, overwritten by the next
        carry_out(publisher, change)
    after = expected.after(change)
    assert held(home)[0] == after.graphs
    return after


def leftovers(home: Path) -> set[str]:
    """What lies in a home that nobody needs any more."""
    needed = {"writer.lock", "current", "checkpoints", f"checkpoints/{Layout(home).revision()}"}
    return {
        path.relative_to(home).as_posix() for path in [*home.glob("*"), *home.glob("checkpoints/*")]
    } - needed


def size(home: Path) -> int:
    """Bytes on the disk, a file of several names counted once."""
    files = {(status.st_dev, status.st_ino): status for status in map(os.stat, home.rglob("*"))}
    return sum(status.st_blocks * 512 for status in files.values())
