"""A graph copied out of its home, and put back: a backup is one folder, whole or not there.

    DIR/store/          the files of a checkpoint
    DIR/loaded.json     what the graph was built from
    DIR/vocabularies/   the code lists it was built with
    DIR/manifest.json   form, base, revision, and size and SHA-256 of every other file; written last

Files are copied, never linked, so a backup may lie on another disk. Nothing here looks into the store.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from cc_graph.errors import BadData, BadParameter, Busy, NotFound, Unavailable
from cc_graph.store.layout import FORM, RECORD, VOCABULARIES, Layout, lock, sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Progress = Callable[[str], None]

_STORE, _MANIFEST = "store", "manifest.json"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Backup:
    """What a backup says of itself.

    Attributes:
        form: in which form the store was written, as `layout.FORM`.
        base_iri: base of the things and graphs.
        revision: of the graph that was copied.
        made: when, in UTC.
        files: path below the backup → size and SHA-256.
    """

    form: str
    base_iri: str
    revision: str
    made: str
    files: dict[str, tuple[int, str]]

    @property
    def size(self) -> int:
        """How many bytes its files have."""
        return sum(size for size, _ in self.files.values())


def back_up(home: Path, folder: Path, base_iri: str, progress: Progress | None = None) -> Backup:
    """Copy the newest checkpoint of a home, and what it was built from, into a new folder.

    No lock is taken, so a server may go on publishing meanwhile. A folder of this name is there only when all of it is on the disk;
    a killed backup leaves one called `….partial`, which the next one replaces.

    Args:
        home: the folder of the city.
        folder: where to; there must be nothing there, or an empty folder.
        base_iri: base of the graph.
        progress: called with the name of each file before it is copied.

    Raises:
        NotFound: nothing has been loaded.
        BadParameter: the folder cannot become a backup.
        Busy: another process makes a backup there.
        Unavailable: the home cannot be read, or the folder not be written to.
    """
    layout = Layout(home)
    lease = layout.lease()
    try:
        with _unfinished(folder) as partial:
            sources = {f"{_STORE}/{path.name}": path for path in lease.path.iterdir()} | _beside(home)
            files = {}
            for name, source in sorted(sources.items()):
                if progress:
                    progress(name)
                files[name] = _copy(source, partial / name)
            backup = Backup(
                FORM, base_iri, lease.revision, datetime.now(UTC).isoformat("T", "seconds"), files
            )
            _write(partial / _MANIFEST, json.dumps(asdict(backup), indent=1).encode())
            _settle(partial)
    except OSError as error:
        raise Unavailable(
            f"The backup could not be written to {folder}: {error.strerror}.",
            hint="Name a new folder on a disk with room, where you may write.",
        ) from None
    finally:
        lease.release()
    return backup


def restore(home: Path, folder: Path, base_iri: str, progress: Progress | None = None) -> str:
    """Make a backup the newest state of a home, in one step, under a new revision.

    Args:
        home: the folder of the city; made if it is not there.
        folder: the backup.
        base_iri: base of the graphs of this home.
        progress: called with the name of each file before it is copied.

    Returns:
        The revision it has in this home.

    Raises:
        NotFound: there is no backup there.
        BadData: it is not whole, or of another form; nothing is changed.
        BadParameter: it is of another base.
        Busy: another process publishes to this home.
        Unavailable: the home cannot be written to.
    """
    backup = _read(folder)
    if backup.base_iri != base_iri:
        raise BadParameter(
            f"This backup is of a graph under {backup.base_iri}, not {base_iri}.",
            hint="Set CC_GRAPH_BASE_IRI as it was, and CC_GRAPH_HOME to a home of that graph or to a new one.",
        )
    layout = Layout(home)
    layout.prepare()
    held = layout.lock_for_writing()
    try:
        finish(layout)
        revision = layout.next_revision()
        _bring(layout, revision, folder, backup, progress)
        layout.flip(revision)
        finish(layout)
        layout.remove_unused()
    except OSError as error:
        raise Unavailable(
            f"The backup could not be put into {home}: {error.strerror}.",
            hint="Look for space on the disk and for the right to write; what was there before still serves.",
        ) from None
    finally:
        os.close(held)
    return revision


def finish(layout: Layout) -> None:
    """Put what came with the newest checkpoint out of a backup in its place, and forget what came with none.

    Only the publisher may call this, before it changes anything; a process killed in the midst of it leaves it to the next.
    """
    if not layout.arriving.exists():
        return
    for folder in layout.arriving.iterdir():
        if folder.name == layout.newest:
            if (folder / VOCABULARIES).exists():
                shutil.rmtree(layout.home / VOCABULARIES, ignore_errors=True)
                (folder / VOCABULARIES).replace(layout.home / VOCABULARIES)
            if (folder / RECORD).exists():
                (folder / RECORD).replace(layout.home / RECORD)
            sync(layout.home)
        shutil.rmtree(folder)
    layout.arriving.rmdir()


def _beside(home: Path) -> dict[str, Path]:
    """What lies beside the store and belongs to it, by its path in a backup."""
    found = {f"{VOCABULARIES}/{path.name}": path for path in (home / VOCABULARIES).glob("*.csv")}
    return found | ({RECORD: home / RECORD} if (home / RECORD).exists() else {})


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` that takes its name at the end; it goes if anything fails."""
    folder = folder.absolute()
    if os.path.lexists(folder) and (not folder.is_dir() or folder.is_mount() or any(folder.iterdir())):
        raise BadParameter(
            f"{folder} is there already.", hint=f"Name a folder that is not, such as {folder / 'new'}."
        )
    partial = folder.with_name(f"{folder.name}.partial")
    partial.mkdir(parents=True, exist_ok=True)
    try:
        held = lock(partial, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Busy(f"Another backup is being made in {partial}.", hint="Wait until it is done.") from None
    try:
        for left in partial.iterdir():  # by one that was killed
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()
        yield partial
        partial.replace(folder)
        sync(folder.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    finally:
        os.close(held)


def _read(folder: Path) -> Backup:
    """The backup in a folder, of our form, each file there and of the right size; the copying looks at the digests.

    Raises:
        NotFound: there is none.
        BadData: it is not whole, or of another form.
    """
    try:
        fields = json.loads((folder / _MANIFEST).read_bytes())
        files = {str(name): (int(size), str(digest)) for name, (size, digest) in fields["files"].items()}
        form, base_iri, revision, made = (
            str(fields[name]) for name in ("form", "base_iri", "revision", "made")
        )
        backup = Backup(form, base_iri, revision, made, files)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(
            f"There is no backup in {folder}.", hint="Give the folder that `cc-graph backup` made."
        ) from None
    except OSError as error:
        raise Unavailable(f"{folder} cannot be read: {error.strerror}.", hint="Give the right to.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _damaged(folder, f"{_MANIFEST} is unreadable") from None
    if backup.form != FORM:
        raise BadData(
            f"This backup was written in another form ({backup.form}) than this program reads ({FORM}).",
            hint="Restore it with the version of cc-graph that made it, or build the graph anew with `cc-graph load`.",
        )
    found = {
        path.relative_to(folder).as_posix(): path.lstat().st_size
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    del found[_MANIFEST]
    for name in sorted(found.keys() | files.keys()):
        if name not in found:
            raise _damaged(folder, f"{name} is missing")
        if name not in files or not _has_a_place(name):
            raise _damaged(folder, f"{name} does not belong there")
        if found[name] != files[name][0]:
            raise _damaged(folder, f"{name} has changed")
    return backup


def _has_a_place(name: str) -> bool:
    place, _, rest = name.partition("/")
    return name == RECORD or (place in {_STORE, VOCABULARIES} and rest != "" and "/" not in rest)


def _damaged(folder: Path, what: str) -> BadData:
    return BadData(
        f"The backup in {folder} is not whole: {what}.", hint="Take another backup; nothing has been changed."
    )


def _bring(layout: Layout, revision: str, folder: Path, backup: Backup, progress: Progress | None) -> None:
    """Copy a backup to where its revision will be looked for; nothing of it stays if a file is not as it was."""
    checkpoint, beside = layout.checkpoints / revision, layout.arriving / revision
    try:
        (beside / VOCABULARIES).mkdir(parents=True)
        for name, told in sorted(backup.files.items()):
            if progress:
                progress(name)
            place, _, rest = name.partition("/")
            if _copy(folder / name, checkpoint / rest if place == _STORE else beside / name) != told:
                raise _damaged(folder, f"{name} has changed")
        for made in (checkpoint, beside):
            _settle(made)
        for above in (layout.checkpoints, layout.arriving, layout.home):
            sync(above)
    except BaseException:
        for made in (checkpoint, beside):
            shutil.rmtree(made, ignore_errors=True)
        raise


def _copy(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file onto the disk; gives its size and SHA-256, of exactly the bytes that were written."""
    digest, size = sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as reading, target.open("xb") as writing:
        while chunk := reading.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            writing.write(chunk)
        writing.flush()
        os.fsync(writing.fileno())
    return size, digest.hexdigest()


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Have the names in a folder and below it written down; its files are already."""
    for inside in (*folder.rglob("*"), folder):
        if inside.is_dir():
            sync(inside)
