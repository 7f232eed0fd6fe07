"""Where things lie in the home folder, and how readers and the publisher keep out of each other's way.

- `writer.lock`: held by the one publisher.
- `current`: names the newest checkpoint and, on a second line, the form it was written in; replaced in one step, so
  there is always exactly one truth. Without that line it is of the first form, made before forms were told apart.
- `checkpoints/NAME/`: a complete store nobody writes to; readers hold a shared lock on the folder.
- `store/`: the publisher's working copy; worthless without a publisher, made anew from the newest checkpoint.
- `loaded.json`, `vocabularies/`: what the graph was built from, so that it can be built again.
- `arriving/NAME/`: those two out of a backup, until the checkpoint of that name, which came with them, is the newest.
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

import pyoxigraph as ox

from cc_graph.errors import Busy, CityError, NotFound, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

_LOOK_AGAIN_SECONDS = 0.02


LAYOUT = 1
"""Grows when another version of the program would misread what this one writes."""

FORM = f"layout {LAYOUT}, oxigraph {'.'.join(ox.__version__.split('.')[:2])}"
"""What this program reads and writes: our layout, and the storage of the engine, which a minor version may change."""

_FIRST_FORM = "layout 1, oxigraph 0.5"

RECORD, VOCABULARIES = "loaded.json", "vocabularies"
"""Names in the home of what the graph was built from."""


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

    @property
    def arriving(self) -> Path:
        """The folder of what a backup brought beside its checkpoint."""
        return self.home / "arriving"

    @property
    def is_foreign(self) -> bool:
        """Whether what is here was written in another form than ours, and so must be built anew."""
        try:
            return self._newest()[1] != FORM
        except NotFound:
            return False

    def revision(self) -> str:
        """The name of the newest checkpoint.

        Raises:
            NotFound: nothing has been loaded.
            Unavailable: the folder cannot be read, or another version of the program wrote what is in it.
        """
        revision, form = self._newest()
        if form != FORM:
            raise Unavailable(
                f"The graph in {self.home} was written in another form ({form}) than this program reads ({FORM}).",
                hint="Run `cc-graph rebuild`; `cc-graph serve` does so by itself.",
            )
        return revision

    @property
    def newest(self) -> str | None:
        """The name of the newest checkpoint, in whatever form it is; None if there is none."""
        return self._newest()[0] if self.current.exists() else None

    def _newest(self) -> tuple[str, str]:
        """Name and form of the newest checkpoint, whoever wrote it."""
        try:
            revision, _, form = self.current.read_text("ascii", "replace").strip().partition("\n")
            return revision, form or _FIRST_FORM
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
            return Lease(revision, path, lock(path, fcntl.LOCK_SH), self)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(path, error) from None

    def flip(self, revision: str) -> None:
        """Make a checkpoint the newest, in one step that survives a power cut."""
        sync(self.checkpoints)  # RocksDB has synced what lies in the checkpoint, and not its name
        replace_durably(self.current, f"{revision}\n{FORM}\n".encode("ascii"))

    def next_revision(self) -> str:
        """A name for the next checkpoint: a number that grows, and letters so that a new start never repeats a name."""
        number = 0
        with suppress(ValueError):
            number = int((self.newest or "0").partition("-")[0])
        return f"{number + 1:06d}-{secrets.token_hex(4)}"

    def unfinished(self) -> list[str]:
        """What a killed restore left, by the name of its revision: the next publisher ends it or clears it away."""
        try:
            return sorted(path.name for path in self.arriving.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            Unavailable: they cannot be made or written to.
        """
        try:
            new = [path for path in (self.checkpoints, *self.checkpoints.parents) if not path.exists()]
            self.checkpoints.mkdir(parents=True, exist_ok=True)
            for path in new:
                sync(path.parent)
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
        newest = self.newest
        for path in self.checkpoints.iterdir():
            if newest is not None and path.name != newest:  # without `current` nobody can tell what is needed
                self.remove(path)

    def remove(self, checkpoint: Path) -> None:
        """Remove a checkpoint that is not the newest any more, unless it is leased."""
        with suppress(OSError):  # a reader is on it, or it will not go: the next publisher tries again
            fd = lock(checkpoint, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
    sync(path.parent)


def lock(folder: Path, how: int) -> int:
    """The descriptor of a lock on a folder, held until it is closed; `how` as flock takes it."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, how)
    except BaseException:
        os.close(fd)
        raise
    return fd


def sync(folder: Path) -> None:
    """Have the system write down which names a folder holds."""
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
