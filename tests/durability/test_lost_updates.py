"""Six writers change what they have read, all at once; the engine alone loses most of their updates, we lose none."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from cc_graph.errors import Busy, Unavailable
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS
from cc_graph.store.layout import Layout
from cc_graph.store.publisher import Publisher
from cc_graph.store.reader import Reader
from durability.processes import process
from durability.writers import BASE, COUNTER, PATIENCE, increment, increment_in_turns, publish_when_told
from soak import rounds, tell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

WRITERS = 6
INCREMENTS = 200
KEYS = 100


def together(work: Callable[[int], Any]) -> list[Any]:
    """What `work(writer)` gives for each writer, all of them started at once."""
    start = threading.Barrier(WRITERS, timeout=PATIENCE)

    def begin(writer: int) -> Any:
        start.wait()
        return work(writer)

    with ThreadPoolExecutor(WRITERS) as threads:
        return list(threads.map(begin, range(WRITERS)))


def values(home: Path) -> list[int]:
    """Every value of the counter in the newest checkpoint, those of the merge and those of the graph."""
    store = ox.Store.read_only(str(Layout(home).checkpoints / Layout(home).revision()))
    return [int(quad.object.value) for quad in store.quads_for_pattern(None, ox.NamedNode("a:value"), None)]


# The engine alone


def test_on_the_bare_store_most_increments_are_lost_and_nobody_is_told(tmp_path: Path) -> None:
    store = ox.Store(tmp_path / "bare")
    store.update("INSERT DATA { <a:counter> <a:value> 0 }")

    def write(_: int) -> None:
        for _time in range(INCREMENTS):
            store.update(
                "DELETE { <a:counter> <a:value> ?old } INSERT { <a:counter> <a:value> ?new }"
                "WHERE { <a:counter> <a:value> ?old BIND(?old + 1 AS ?new) }"
            )

    together(write)

    left = [int(quad.object.value) for quad in store]
    tell(f"bare store, {WRITERS} × {INCREMENTS} increments: {len(left)} values left, greatest {max(left)}")
    assert max(left) < WRITERS * INCREMENTS  # were it equal, the engine would be cured, and we could do less
    assert len(left) > 1


def test_on_the_bare_store_what_is_absent_is_inserted_more_than_once(tmp_path: Path) -> None:
    store = ox.Store(tmp_path / "bare")
    each_key = threading.Barrier(WRITERS, timeout=PATIENCE)
    numbers = " ".join(map(str, range(60)))
    thinking = f"SELECT (COUNT(*) AS ?n) {{ VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }} }}"

    def write(writer: int) -> None:
        for key in range(KEYS):
            each_key.wait()
            store.update(
                f'INSERT {{ <a:{key}> <a:owner> "{writer}" }}'
                f"WHERE {{ {{ {thinking} }} FILTER NOT EXISTS {{ <a:{key}> <a:owner> ?somebody }} }}"
            )

    together(write)

    owners = Counter(quad.subject for quad in store)
    twice = sum(number > 1 for number in owners.values())
    tell(f"bare store, insert if absent: {twice} of {KEYS} keys have more than one owner")
    assert twice > 0


# Our write side


@pytest.mark.soak
def test_six_threads_increment_one_counter_and_lose_nothing(quick_home: Path) -> None:
    with Publisher(quick_home) as publisher:

        def write(_: int) -> None:
            for _time in range(INCREMENTS):
                with publisher.turn(PATIENCE) as turn:
                    increment(turn)

        began = time.monotonic()
        together(write)
        seconds = time.monotonic() - began

    total = WRITERS * INCREMENTS
    tell(f"threads: {total} increments in {seconds:.1f} s, {1000 * seconds / total:.1f} ms each")
    assert values(quick_home) == [total, total]  # once in the graph, once in the merge


@pytest.mark.soak
def test_six_processes_that_take_turns_increment_one_counter_and_lose_nothing(quick_home: Path) -> None:
    times, at_once = rounds(40, INCREMENTS), 10
    began = time.monotonic()
    with ExitStack() as stack:
        writers = [
            stack.enter_context(process(increment_in_turns, quick_home, times, at_once, seed))
            for seed in range(WRITERS)
        ]
        told = [connection.recv() for _, connection in writers]
    seconds = time.monotonic() - began

    total = WRITERS * times
    tell(f"processes: {total} increments in {seconds:.1f} s, {1000 * seconds / total:.1f} ms each")
    assert told == [times] * WRITERS
    assert values(quick_home) == [total, total]


def test_six_threads_insert_what_is_absent_and_every_key_gets_one_owner(quick_home: Path) -> None:
    with Publisher(quick_home) as publisher:

        def write(writer: int) -> int:
            won = 0
            for key in range(KEYS):
                graph = f"{BASE}graph/{key}"
                with publisher.turn(PATIENCE) as turn:
                    if not turn.graph(graph):
                        turn.publish(f'<a:{key}> <a:owner> "{writer}" <{graph}> .'.encode(), b"")
                        won += 1
            return won

        won = together(write)

    assert sum(won) == KEYS
    assert set(owners(quick_home).values()) == {2}  # once in the graph, once in the merge
    assert len(owners(quick_home)) == KEYS


def test_what_a_reader_answers_during_a_turn_is_true_until_its_end(quick_home: Path) -> None:
    formats = {"table_format": TABLE_FORMATS["csv"], "graph_format": GRAPH_FORMATS["nt"]}
    with Publisher(quick_home) as publisher, Reader(quick_home, BASE, 60.0, 256, 1) as reader:

        def write(writer: int) -> None:
            for key in range(5):
                with publisher.turn(PATIENCE) as turn:
                    answer = reader.query(f"ASK {{ <a:{key}> <a:owner> ?somebody }}", **formats)
                    assert answer.revision == turn.revision
                    if answer.read() == b"false":
                        turn.publish(f'<a:{key}> <a:owner> "{writer}" <{BASE}graph/{key}> .'.encode(), b"")

        together(write)

    assert owners(quick_home) == {f"a:{key}": 2 for key in range(5)}


def owners(home: Path) -> Counter[str]:
    store = ox.Store.read_only(str(Layout(home).checkpoints / Layout(home).revision()))
    return Counter(
        quad.subject.value for quad in store.quads_for_pattern(None, ox.NamedNode("a:owner"), None)
    )


# Turns


def test_a_turn_that_does_not_come_in_time_is_refused(quick_home: Path) -> None:
    taken, over = threading.Event(), threading.Event()

    with Publisher(quick_home) as publisher, ThreadPoolExecutor(1) as threads:

        def hold() -> None:
            with publisher.turn():
                taken.set()
                over.wait(PATIENCE)

        holding = threads.submit(hold)
        assert taken.wait(10)
        try:
            with pytest.raises(Busy, match="Others have been publishing"), publisher.turn(0.05):
                pass
        finally:
            over.set()
        holding.result()

        with publisher.turn(0.05) as turn:
            assert turn.revision == Layout(quick_home).revision()


def test_a_process_waits_for_the_right_to_publish_as_long_as_it_says(quick_home: Path) -> None:
    with process(publish_when_told, quick_home) as (_, connection):
        assert connection.recv() == "publishing"
        with pytest.raises(Busy, match="Another process is publishing"):
            Publisher(quick_home, 0.1)

        connection.send("stop")
        with Publisher(quick_home, PATIENCE) as publisher, publisher.turn() as turn:
            increment(turn)
            assert turn.graph(COUNTER).startswith(b'<a:counter> <a:value> "1"')


def test_a_turn_may_make_several_changes_and_sees_each(quick_home: Path) -> None:
    with Publisher(quick_home) as publisher, publisher.turn() as turn:
        for _ in range(3):
            increment(turn)
        assert b'"3"' in turn.graph(COUNTER)

    assert values(quick_home) == [3, 3]


def test_a_closed_publisher_publishes_nothing(quick_home: Path) -> None:
    publisher = Publisher(quick_home)
    publisher.close()

    with pytest.raises(Unavailable, match="closed"):
        publisher.publish(b"", b"")
    with Publisher(quick_home) as other:
        assert other.publish(b"", b"").startswith("000002")
