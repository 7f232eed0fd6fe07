"""A publication that has begun, kept in the home until it has ended, so that it can be done again.

publication/begun.json    which revision, and of which kind; written last and removed first
publication/added.nq      what comes; of a rebuild, all there will be
publication/removed.nq    what goes; not there for a rebuild
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cc_graph.errors import Unavailable
from cc_graph.store.layout import replace_durably

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Pending:
    """A publication that has begun.

    Attributes:
        revision: the name it will have.
        added: N-Quads.
        removed: N-Quads; None for a rebuild, which replaces everything.
    """

    revision: str
    added: Path
    removed: Path | None


class Pendings:
    """The place in a home where the one publication that has begun is kept."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "publication"

    def begin(self, revision: str, added: Path | bytes, removed: bytes | None) -> Pending:
        """Keep a publication, in place of one that has begun before.

        Raises:
            Unavailable: the home cannot be written to.
        """
        try:
            self.end()
            self._folder.mkdir(exist_ok=True)
            pending = self._pending(revision, rebuilds=removed is None)
            if isinstance(added, bytes):
                replace_durably(pending.added, added)
            else:
                shutil.copyfile(added, pending.added)
                with pending.added.open("rb") as file:
                    os.fsync(file.fileno())
            if pending.removed is not None:
                replace_durably(pending.removed, removed or b"")
            said = {"revision": revision, "rebuilds": removed is None}
            replace_durably(self._folder / "begun.json", json.dumps(said).encode())
        except OSError as error:
            raise Unavailable(
                f"What is to be published could not be kept in {self._folder}: {error.strerror or error}.",
                hint="Look for space on the disk and for the right to write; nothing has been published.",
            ) from None
        return pending

    def found(self) -> Pending | None:
        """The publication that has begun and not ended, if there is one."""
        try:
            said = json.loads((self._folder / "begun.json").read_bytes())
        except FileNotFoundError:
            return None
        return self._pending(said["revision"], said["rebuilds"])

    def end(self) -> None:
        """Forget it: it is done."""
        (self._folder / "begun.json").unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _pending(self, revision: str, rebuilds: bool) -> Pending:
        removed = None if rebuilds else self._folder / "removed.nq"
        return Pending(revision, self._folder / "added.nq", removed)
