"""What is acknowledged is on disk, to the last name that leads to it.

RocksDB syncs each file of a checkpoint and its folder itself; the names above them are ours to sync, in this order.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from cc_graph.store.layout import Layout, replace_durably
from cc_graph.store.publisher import Publisher

if TYPE_CHECKING:
    from types import FrameType

    import pytest

STEPS = {"update", "flush", "backup"}


def record(monkeypatch: pytest.MonkeyPatch, home: Path) -> list[str]:
    """A list that grows with each thing this thread has the store or the disk do, and in which file."""
    done: list[str] = []
    sync = os.fsync

    def watch(_: FrameType, event: str, function: Any) -> None:
        if event == "c_return" and function is os.replace:
            done.append("replace")
        elif event == "c_return" and isinstance(function.__self__, ox.Store) and function.__name__ in STEPS:
            done.append(function.__name__)

    def synced(fd: int) -> None:
        sync(fd)
        done.append(f"sync {os.path.relpath(Path(f'/proc/self/fd/{fd}').readlink(), home)}")

    monkeypatch.setattr(os, "fsync", synced)
    sys.setprofile(watch)
    return done


def test_a_change_is_flushed_before_it_is_copied_and_on_disk_before_it_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Publisher(home) as publisher:
        publisher.publish(b"", b"")  # the working copy is there
        done = record(monkeypatch, home)
        try:
            publisher.publish(b"<a:s> <a:p> <a:o> <a:g> .", b"")
        finally:
            sys.setprofile(None)

    assert done == ["update", "flush", "backup", "sync checkpoints", "sync current.new", "replace", "sync ."]


def test_the_folders_of_a_new_home_are_on_disk_before_anything_is_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = record(monkeypatch, tmp_path)
    try:
        Layout(tmp_path / "new" / "home").prepare()
    finally:
        sys.setprofile(None)

    assert sorted(done) == ["sync .", "sync new", "sync new/home"]


def test_a_file_is_replaced_whole_and_its_name_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"old")
    done = record(monkeypatch, tmp_path)
    try:
        replace_durably(tmp_path / "file", b"new")
    finally:
        sys.setprofile(None)

    assert (tmp_path / "file").read_bytes() == b"new"
    assert done == ["sync file.new", "replace", "sync ."]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
