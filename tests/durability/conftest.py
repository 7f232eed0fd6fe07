"""Homes for writers that race and for servers that are killed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cc_graph.store.publisher import Publisher

if TYPE_CHECKING:
    from collections.abc import Iterator

MEMORY = Path("/dev/shm")
FIRST = b'<a:s> <a:p> "first" <https://city.example/graph/first> .\n'


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder where `fsync` costs nothing, if the host has one: for tests of order and not of the disk."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            yield Path(folder)
    else:
        yield tmp_path


@pytest.fixture
def quick_home(in_memory: Path) -> Path:
    """A home of one quad, in memory."""
    return build(in_memory / "home")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home of one quad, on the disk."""
    return build(tmp_path / "home")


def build(home: Path) -> Path:
    file = home.with_name("first.nq")
    file.write_bytes(FIRST)
    with Publisher(home) as publisher:
        publisher.rebuild(file)
    return home
