"""Where things lie in the home folder, and how readers and the publisher keep out of each other's way.

- `writer.lock`: held by the one publisher.
- `current`: names the newest checkpoint; replaced in one step, so there is always exactly one truth.
- `checkpoints/NAME/`: a complete store nobody writes to; readers hold a shared lock on the folder.
- `store/`: the publisher's working copy; worthless without a publisher, made anew from the newest checkpoint.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cc_graph.errors import Busy, CityError, NotFound, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

_LOOK_AGAIN_SECONDS = 0.02


@dataclass
class Lease:
    """A shared lock on one checkpoint: while it is held, nobody removes the folder.

    Attributes:
        revision: name of the checkpoint.
        path: its folder.
    """

    revision: str
    path: Path
    _fd: int
    _layout: Layout

    def release(self) -> None:
        """Give the lock back; the last to leave a checkpoint that is not the newest removes it. May be called again."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            with suppress(CityError):  # nothing is left of the home
                if self._layout.revision() != self.revision:
                    self._layout.remove(self.path)


@dataclass(frozen=True)
class Layout:
    """The folder of one city."""

    home: Path

    @property
    def current(self) -> Path:
        """The file that names the newest checkpoint."""
        return self.home / "current"

    @property
    def checkpoints(self) -> Path:
        """The folder of checkpoints."""
        return self.home / "checkpoints"

    @property
    def working_store(self) -> Path:
        """The publisher's working copy."""
        return self.home / "store"

    def revision(self) -> str:
        """The name of the newest checkpoint.

        Raises:
            NotFound: nothing has been loaded.
            Unavailable: the folder cannot be read.
        """
        try:
            return self.current.read_text("ascii").strip()
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound(
                f"There is no graph in {self.home} yet.", hint="Run `cc-graph load` first."
            ) from None
        except OSError as error:
            raise _unusable(self.home, error) from None

    def lease(self) -> Lease:
        """A lock on the newest checkpoint.

        Raises:
            NotFound: nothing has been loaded.
            Unavailable: the checkpoint is missing or unreadable.
        """
        while True:
            revision = self.revision()
            lease = self._lease(revision)
            if revision == self.revision():  # so nobody has begun to remove it, and nobody will
                break
            if lease is not None:
                lease.release()
        if lease is None:
            raise Unavailable(
                f"The checkpoint {revision} is missing from {self.home}.", hint="Run `cc-graph load`."
            )
        return lease

    def _lease(self, revision: str) -> Lease | None:
        """A lock on one checkpoint, if it is there."""
        path = self.checkpoints / revision
        try:
            return Lease(revision, path, _lock(path, fcntl.LOCK_SH), self)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(path, error) from None

    def flip(self, revision: str) -> None:
        """Make a checkpoint the newest, in one step that survives a power cut."""
        _sync(self.checkpoints)  # RocksDB has synced what lies in the checkpoint, and not its name
        replace_durably(self.current, f"{revision}\n".encode("ascii"))

    def next_revision(self) -> str:
        """A name for the next checkpoint: a number that grows, and letters so that a new start never repeats a name."""
        number = 0
        with suppress(NotFound, ValueError):
            number = int(self.revision().partition("-")[0])
        return f"{number + 1:06d}-{secrets.token_hex(4)}"

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            Unavailable: they cannot be made or written to.
        """
        try:
            new = [path for path in (self.checkpoints, *self.checkpoints.parents) if not path.exists()]
            self.checkpoints.mkdir(parents=True, exist_ok=True)
            for path in new:
                _sync(path.parent)
        except OSError as error:
            raise _unusable(self.home, error) from None

    def lock_for_writing(self, seconds: float = 0) -> int:
        """The descriptor of the writer's lock, held until it is closed.

        Args:
            seconds: how long to wait for a process that has it.

        Raises:
            Busy: another process publishes.
            Unavailable: the folder cannot be written to.
        """
        try:
            fd = os.open(self.home / "writer.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _unusable(self.home, error) from None
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() < deadline:
                    time.sleep(_LOOK_AGAIN_SECONDS)
                    continue
                os.close(fd)
                raise Busy(
                    f"Another process is publishing to {self.home}.",
                    hint="Wait until it has finished, or stop `cc-graph serve`.",
                ) from None
            return fd

    def remove_unused(self) -> None:
        """Remove the checkpoints that are neither the newest nor leased. Only the publisher may call this."""
        newest = self.revision()
        for path in self.checkpoints.iterdir():
            if path.name != newest:
                self.remove(path)

    def remove(self, checkpoint: Path) -> None:
        """Remove a checkpoint that is not the newest any more, unless it is leased."""
        with suppress(OSError):  # a reader is on it, or it will not go: the next publisher tries again
            fd = _lock(checkpoint, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                shutil.rmtree(checkpoint)
            finally:
                os.close(fd)


def replace_durably(path: Path, content: bytes) -> None:
    """Replace a file, or make it, in one step: after a crash or a power cut it is the old one or the new one, whole."""
    draft = path.with_name(path.name + ".new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync(path.parent)


def _lock(folder: Path, how: int) -> int:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, how)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _unusable(home: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"The folder {home} cannot be used: {error.strerror}.",
        hint="Set CC_GRAPH_HOME to a folder you can write to.",
    )
