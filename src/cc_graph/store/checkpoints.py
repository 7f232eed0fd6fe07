"""The checkpoints that workers stand on: each leased for as long as somebody does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cc_graph.store.layout import Layout, Lease


class Checkpoint:
    """A leased checkpoint and how many workers stand on it.

    Attributes:
        path: its folder.
        users: how many workers stand on it.
    """

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.path = str(lease.path)
        self.users = 0


class Checkpoints:
    """The newest checkpoint and those older ones that workers still stand on; the last to leave one gives its lease back."""

    def __init__(self, layout: Layout) -> None:
        """Look at a home."""
        self._layout = layout
        self._current = str(layout.current)
        self._newest: Checkpoint | None = None
        self._seen: tuple[int, int] | None = None

    def newest(self) -> tuple[Checkpoint, bool]:
        """The newest checkpoint, and whether it was not the newest before; a microsecond while nothing is published.

        Raises:
            NotFound: nothing has been loaded.
            Unavailable: the home folder cannot be read.
        """
        try:
            found = os.stat(self._current)  # noqa: PTH116 - a Path would be made of it, for each query
            seen = (found.st_ino, found.st_mtime_ns)
        except OSError:
            seen = (0, 0)  # `lease` says what is wrong
        if self._newest is not None and seen == self._seen:
            return self._newest, False
        lease = self._layout.lease()
        old, self._newest, self._seen = self._newest, Checkpoint(lease), seen
        if old is not None and not old.users:
            old.lease.release()
        return self._newest, True

    def enter(self, checkpoint: Checkpoint) -> None:
        """A worker begins to stand on a checkpoint."""
        checkpoint.users += 1

    def leave(self, checkpoint: Checkpoint) -> None:
        """A worker stands on it no more."""
        checkpoint.users -= 1
        if not checkpoint.users and checkpoint is not self._newest:
            checkpoint.lease.release()

    def move(self, checkpoint: Checkpoint) -> Checkpoint:
        """A worker goes from a checkpoint to the newest one known."""
        newest = self._newest
        if newest is None or newest is checkpoint:
            return checkpoint
        self.enter(newest)
        self.leave(checkpoint)
        return newest

    def close(self) -> None:
        """Give the newest one's lease back."""
        if self._newest is not None:
            self._newest.lease.release()
            self._newest = self._seen = None
