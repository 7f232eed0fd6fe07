"""A publisher that dies after its n-th act, for every n: the change is wholly there or not at all, and the next works."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from cc_graph.store.layout import Layout
from cc_graph.store.publisher import Publisher
from durability.contents import GRAPH, Change, content, held
from durability.dying import publish_until, rebuild_until
from durability.processes import process
from soak import rounds, tell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def survives(work: Any, *arguments: Any) -> bool:
    """Whether a process gets to the end of its work."""
    with process(work, *arguments) as (_, connection):
        try:
            return bool(connection.recv() == "acknowledged")
        except EOFError:
            return False


@pytest.mark.soak
def test_a_publisher_may_die_after_any_act_of_a_change(quick_home: Path) -> None:
    chance, old, there = random.Random(1), None, [False]
    for number in numbers(there):
        new = f"{GRAPH}{number}"
        change = Change(old, new, content(new, chance))
        before = held(quick_home)[0]
        acknowledged = survives(publish_until, quick_home, change, number)
        graphs = held(quick_home)[0]
        after = {iri: triples for iri, triples in before.items() if iri != old} | {new: change.triples}
        assert graphs in (before, after)
        there.append(graphs == after)
        old = new if there[-1] else old
        assert_sound(quick_home)
        if acknowledged:
            break
    assert_one_act_decides(there)


@pytest.mark.soak
def test_a_publisher_may_die_after_any_act_of_a_rebuild(quick_home: Path) -> None:
    chance, there = random.Random(2), [False]
    for number in numbers(there):
        new = f"{GRAPH}{number}"
        change = Change(None, new, content(new, chance))
        file = quick_home.with_name("graphs.nq")
        file.write_bytes(change.nquads)
        before = held(quick_home)[0]
        acknowledged = survives(rebuild_until, quick_home, file, number)
        graphs = held(quick_home)[0]
        assert graphs in (before, {new: change.triples})
        there.append(graphs != before)
        assert_sound(quick_home)
        if acknowledged:
            break
    assert_one_act_decides(there)


def numbers(there: list[bool]) -> Iterator[int]:
    """1, 2, 3 … until the change is there; after that, files are removed one by one, and some of them will do."""
    number = 1
    while True:
        yield number
        number += rounds(7, 1) if there[-1] else 1


def assert_sound(home: Path) -> None:
    """The merge is right, and the next process finds nothing in its way and leaves nothing behind."""
    graphs, merge = held(home)
    assert merge == frozenset().union(*graphs.values())
    Publisher(home).close()
    assert {path.name for path in home.iterdir()} <= {"writer.lock", "current", "current.new", "checkpoints"}
    assert [path.name for path in (home / "checkpoints").iterdir()] == [Layout(home).revision()]


def assert_one_act_decides(there: list[bool]) -> None:
    """Before one act a change is not there, and after it it is."""
    tell(f"died {len(there) - 2} times; the change was made by act {there.index(True)}")
    assert there == sorted(there)
    assert not there[1]
    assert there.index(True) > 10
