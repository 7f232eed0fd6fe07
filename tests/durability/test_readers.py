"""Readers, here and in other processes, see each change at once; a checkpoint goes with the last who reads it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from cc_graph.store.layout import Layout
from cc_graph.store.publisher import Publisher
from durability.processes import process
from durability.readers import answer, hold

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def quad(number: int) -> bytes:
    return f'<a:n> <a:is> "{number}" <https://city.example/graph/numbers> .'.encode()


def checkpoints(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "checkpoints").iterdir())


def test_readers_in_other_processes_see_each_change_when_it_is_acknowledged(quick_home: Path) -> None:
    greatest = "SELECT (MAX(STR(?n)) AS ?greatest) (COUNT(*) AS ?all) { <a:n> <a:is> ?n }"
    with (
        Publisher(quick_home) as publisher,
        process(answer, quick_home) as (_, one),
        process(answer, quick_home) as (_, other),
    ):
        for number in range(1, 8):
            publisher.publish(quad(number), quad(number - 1))
            for reader in (one, other):
                reader.send(greatest)
            assert [one.recv(), other.recv()] == [b"greatest,all\r\n%d,1\r\n" % number] * 2


def test_a_checkpoint_goes_when_the_last_reader_leaves_it(quick_home: Path) -> None:
    with Publisher(quick_home) as publisher, process(hold, quick_home) as (_, connection):
        old, here = connection.recv(), Layout(quick_home).lease()
        new = publisher.publish(quad(1), b"")
        assert checkpoints(quick_home) == [old, new]

        here.release()
        assert checkpoints(quick_home) == [old, new]
        connection.send("leave")
        assert connection.recv() == "gone"
        assert checkpoints(quick_home) == [new]


def test_leaving_the_newest_checkpoint_removes_nothing(quick_home: Path) -> None:
    Layout(quick_home).lease().release()

    assert checkpoints(quick_home) == [Layout(quick_home).revision()]


def test_the_checkpoint_of_a_reader_that_was_killed_goes_with_the_next_publisher(quick_home: Path) -> None:
    with process(hold, quick_home) as (reader, connection):
        old = connection.recv()
        with Publisher(quick_home) as publisher:
            new = publisher.publish(quad(1), b"")
        reader.kill()
        reader.join()
        assert checkpoints(quick_home) == [old, new]

    Publisher(quick_home).close()
    assert checkpoints(quick_home) == [new]


def test_a_reader_is_not_given_a_checkpoint_whose_removal_was_cut_short(
    quick_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(quick_home)
    old, half = layout.revision(), quick_home.with_name("half")
    shutil.copytree(quick_home / "checkpoints" / old, half)
    (half / "CURRENT").unlink()
    with Publisher(quick_home) as publisher:
        new = publisher.publish(quad(1), b"")
    half.rename(quick_home / "checkpoints" / old)  # the publisher was killed while it removed it

    looks, revision = iter([old]), Layout.revision
    monkeypatch.setattr(Layout, "revision", lambda self: next(looks, None) or revision(self))
    lease = layout.lease()  # it looked before the change and locks after it

    assert lease.revision == new
    assert (lease.path / "CURRENT").exists()


def test_a_publisher_clears_away_what_a_killed_one_left(quick_home: Path) -> None:
    before = {path.name for path in quick_home.iterdir()}
    (quick_home / "store" / "left").mkdir(parents=True)
    (quick_home / "checkpoints" / "000009-left.tmp").mkdir()

    Publisher(quick_home).close()

    assert {path.name for path in quick_home.iterdir()} == before
    assert checkpoints(quick_home) == [Layout(quick_home).revision()]


def test_a_publisher_that_cannot_tell_which_checkpoint_is_needed_removes_none(quick_home: Path) -> None:
    (quick_home / "current").rename(quick_home / "lost")
    Publisher(quick_home).close()
    (quick_home / "lost").rename(quick_home / "current")

    assert checkpoints(quick_home) == [Layout(quick_home).revision()]
