"""The one process that changes the graph: it builds a store, keeps the merge in it, and makes checkpoints of it.

The default graph of every store is the merge: the set union of its named graphs. It is stored, not computed, so that a
triple two sources state counts once and no query needs a list of graphs.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self

import pyoxigraph as ox

from cc_graph.errors import BadRequest, Busy, CityError, NotFound, Unavailable
from cc_graph.store import backup
from cc_graph.store.layout import Layout
from cc_graph.store.quads import MERGE, normal_form, read_quads, with_merge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TURN_SECONDS = 60.0
"""How long a thread waits for its turn to publish."""

_PROGRESS_EVERY = 1000
_MERGE = ox.DefaultGraph()


class Publisher:
    """The right to change the graph in one home folder; a context manager; safe to use from many threads.

    A change is durable and visible to readers when the method returns, and leaves no trace when it raises; only a disk
    that fails in the very last step may leave it there, and then the whole of it. Who changes what he has read first
    does both in one `turn`.
    """

    def __init__(self, home: Path, seconds: float = 0) -> None:
        """Take the right to publish, and clear away what a publisher that was killed left behind.

        Args:
            home: the folder.
            seconds: how long to wait for a process that has the right.

        Raises:
            Busy: another process has it.
            Unavailable: the folder cannot be written to.
        """
        self._layout = Layout(home)
        self._layout.prepare()
        self._turns = threading.RLock()
        self._store: ox.Store | None = None
        self._lock = self._layout.lock_for_writing(seconds)
        try:
            with self._explained():
                backup.finish(self._layout)
        except CityError:
            os.close(self._lock)
            raise
        shutil.rmtree(self._layout.working_store, ignore_errors=True)
        self._remove_unused()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the right back."""
        self.close()

    def close(self) -> None:
        """Give the right to publish back, when the turn of another thread is over. May be called more than once."""
        with self._turns:
            if self._lock >= 0:
                with suppress(OSError):  # what will not go now, the next publisher takes away
                    self._forget_working_store()
                os.close(self._lock)
                self._lock = -1

    @contextmanager
    def turn(self, seconds: float = TURN_SECONDS) -> Iterator[Turn]:
        """The sole right to change the graph: until its end, what was read stays true.

        Args:
            seconds: how long to wait for the turns of other threads.

        Raises:
            Busy: it did not come in time.
            Unavailable: the publisher is closed.
        """
        if not self._turns.acquire(timeout=seconds):
            raise Busy(f"Others have been publishing for {seconds:g} seconds.", hint="Try again in a moment.")
        try:
            if self._lock < 0:
                raise Unavailable("This publisher is closed.", hint="Open another.")
            yield Turn(self)
        finally:
            self._turns.release()

    def rebuild(self, nquads: Path, progress: Callable[[int], None] | None = None) -> str:
        """Replace the whole graph by the named graphs of a file.

        Args:
            nquads: an N-Quads file of named graphs.
            progress: called with the number of quads read so far, every thousand quads and at the end.

        Returns:
            The new revision.

        Raises:
            NotFound: there is no such file.
            BadData: it is malformed, or has a triple outside a named graph.
            Unavailable: the home folder is full or cannot be written to.
        """
        if not nquads.is_file():
            raise NotFound(f"There is no file {nquads}.", hint="Give the path of an N-Quads file.")
        with self.turn(), self._explained():
            store = ox.Store(self._new_folder())
            store.bulk_extend(with_merge(read_quads(nquads), progress))
            store.optimize()  # it is written once and read often: a point lookup takes a quarter less time
            return self._checkpoint(store)

    def publish(self, added: bytes, removed: bytes) -> str:
        """Remove some quads, then add some, in one step, whatever is there: a turn of one change.

        A triple leaves the merge only when no named graph holds it any more. To remove a quad that is not there, or
        to add one that is, does nothing.

        Args:
            added: N-Quads of named graphs, without blank nodes.
            removed: the same.

        Returns:
            The new revision.

        Raises:
            NotFound: nothing has been loaded yet.
            BadData: the quads are malformed, have a blank node, or stand outside a named graph.
            Busy: other threads had their turn for too long.
            Unavailable: the home folder is full or cannot be written to.
        """
        new, old = normal_form(added), normal_form(removed)
        with self.turn(), self._explained():
            store = self._working_store()
            self._store = None  # if anything fails from here on, the working copy is ahead of the truth
            store.update(_as_update(store, new, old - new))
            return self._checkpoint(store)

    def _working_store(self) -> ox.Store:
        """A store to write to that holds what the newest checkpoint holds, and nothing else."""
        if self._store is None:
            newest = self._layout.checkpoints / self._layout.revision()
            folder = self._new_folder()
            ox.Store.read_only(str(newest)).backup(str(folder))  # hard links: a matter of milliseconds
            self._store = ox.Store(folder)
        return self._store

    def _checkpoint(self, store: ox.Store) -> str:
        """Make what the store holds the newest revision, on disk to its last name before anybody is told of it."""
        store.flush()
        revision = self._layout.next_revision()
        store.backup(str(self._layout.checkpoints / revision))
        self._layout.flip(revision)
        self._store = store
        self._remove_unused()
        return revision

    def _remove_unused(self) -> None:
        with suppress(OSError, CityError):  # what will not go now, the next change or publisher takes away
            self._layout.remove_unused()

    def _new_folder(self) -> Path:
        """Where to make a working store: a new name each time, as a store that failed may not have let go of its own."""
        self._forget_working_store()
        self._layout.working_store.mkdir()
        return self._layout.working_store / secrets.token_hex(4)

    def _forget_working_store(self) -> None:
        self._store = None
        if self._layout.working_store.exists():
            shutil.rmtree(self._layout.working_store)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(
                f"The graph could not be written to {self._layout.home}: {error.strerror or error}.",
                hint="Look for space on the disk and for the right to write; what was there before still serves.",
            ) from None


class Turn:
    """A publisher for as long as nobody else can change the graph; made by `Publisher.turn`.

    Anything but a whole named graph is read as everybody reads it, through a `Reader`: during the turn that answers
    from `revision`.
    """

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    @property
    def revision(self) -> str:
        """The newest revision; only this turn makes a newer one.

        Raises:
            NotFound: nothing has been loaded yet.
        """
        return self._publisher._layout.revision()

    def graph(self, iri: str) -> bytes:
        """What a named graph holds, as N-Quads: what to remove if it is withdrawn or superseded; nothing if it is not there.

        Raises:
            NotFound: nothing has been loaded yet.
            BadRequest: the name is no IRI.
            Unavailable: the home folder cannot be used.
        """
        try:
            name = ox.NamedNode(iri)
        except ValueError:
            raise BadRequest(
                f"«{iri}» is not an absolute IRI.", hint="Name a graph by its full IRI."
            ) from None
        with self._publisher._explained():
            quads = self._publisher._working_store().quads_for_pattern(None, None, None, name)
            return ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""

    def publish(self, added: bytes, removed: bytes) -> str:
        """As `Publisher.publish`."""
        return self._publisher.publish(added, removed)


def _as_update(store: ox.Store, added: set[ox.Quad], removed: set[ox.Quad]) -> str:
    """One update, hence one transaction, that changes the named graphs and the merge with them."""
    arriving = {quad.triple for quad in added}
    leaving = {
        quad.triple for quad in removed if not (quad.triple in arriving or _held(store, quad, removed))
    }
    return f"DELETE DATA {{ {_data(removed, leaving)} }} ; INSERT DATA {{ {_data(added, arriving)} }}"


def _held(store: ox.Store, quad: ox.Quad, removed: set[ox.Quad]) -> bool:
    """Whether a named graph still holds the quad's triple once the quads are removed."""
    holders = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
    return any(holder.graph_name != MERGE and holder not in removed for holder in holders)


def _data(quads: set[ox.Quad], triples: set[ox.Triple]) -> str:
    named = (f"GRAPH {quad.graph_name} {{ {quad.subject} {quad.predicate} {quad.object} }}" for quad in quads)
    merged = (f"{triple.subject} {triple.predicate} {triple.object} ." for triple in triples)
    return "\n".join((*merged, *named))
