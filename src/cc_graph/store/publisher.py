"""The one process that changes the graph: it builds a store, keeps the merge in it, and makes checkpoints of it.

The default graph of every store is the merge: the set union of its named graphs. It is stored, not computed, so that a
triple two sources state counts once and no query needs a list of graphs.
"""

from __future__ import annotations

import os
import secrets
import shutil
from typing import TYPE_CHECKING, Self

import pyoxigraph as ox

from cc_graph.errors import BadData, NotFound, Unavailable
from cc_graph.store import backup
from cc_graph.store.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_PROGRESS_EVERY = 1000
_MERGE = ox.DefaultGraph()


class Publisher:
    """The right to change the graph in one home folder; a context manager; for one thread at a time.

    A change is durable and visible to readers when the method returns, and leaves no trace when it raises.
    """

    def __init__(self, home: Path) -> None:
        """Take the right to publish.

        Raises:
            Busy: another process has it.
            Unavailable: the folder cannot be written to.
        """
        self._layout = Layout(home)
        self._layout.prepare()
        self._lock = self._layout.lock_for_writing()
        self._store: ox.Store | None = None
        try:
            backup.finish(self._layout)
        except OSError as error:
            os.close(self._lock)
            raise self._failed(error) from None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the right back."""
        self.close()

    def close(self) -> None:
        """Give the right to publish back. May be called more than once."""
        if self._lock >= 0:
            self._forget_working_store()
            os.close(self._lock)
            self._lock = -1

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
        try:
            store = ox.Store(self._new_folder())
            store.bulk_extend(_with_merge(_read(nquads), progress))
            return self._checkpoint(store)
        except OSError as error:
            raise self._failed(error) from None

    def publish(self, added: bytes, removed: bytes) -> str:
        """Remove some quads, then add some, in one step.

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
            Unavailable: the home folder is full or cannot be written to.
        """
        new, old = _normal(added), _normal(removed)
        try:
            store = self._working_store()
            store.update(_as_update(store, new, old - new))
            return self._checkpoint(store)
        except OSError as error:
            raise self._failed(error) from None

    def _working_store(self) -> ox.Store:
        """A store to write to that holds what the newest checkpoint holds, and nothing else."""
        if self._store is None:
            newest = self._layout.checkpoints / self._layout.revision()
            folder = self._new_folder()
            ox.Store.read_only(str(newest)).backup(str(folder))  # hard links: a matter of milliseconds
            self._store = ox.Store(folder)
        return self._store

    def _checkpoint(self, store: ox.Store) -> str:
        self._store = None  # if anything fails from here on, the working copy is ahead of the truth
        store.flush()
        revision = self._layout.next_revision()
        store.backup(str(self._layout.checkpoints / revision))
        self._layout.flip(revision)
        self._store = store
        self._layout.remove_unused()
        return revision

    def _new_folder(self) -> Path:
        """Where to make a working store: a new name each time, as a store that failed may not have let go of its own."""
        self._forget_working_store()
        self._layout.working_store.mkdir()
        return self._layout.working_store / secrets.token_hex(4)

    def _forget_working_store(self) -> None:
        self._store = None
        if self._layout.working_store.exists():
            shutil.rmtree(self._layout.working_store)

    def _failed(self, error: OSError) -> Unavailable:
        self._store = None
        return Unavailable(
            f"The graph could not be written to {self._layout.home}: {error.strerror or error}.",
            hint="Look for space on the disk and for the right to write; what was there before still serves.",
        )


def _read(nquads: Path) -> Iterator[ox.Quad]:
    """The quads of a file, blank nodes under the names they have there."""
    try:
        for quad in ox.parse(path=nquads, format=ox.RdfFormat.N_QUADS):
            if isinstance(quad.graph_name, ox.DefaultGraph):
                raise _outside(quad)
            yield quad
    except SyntaxError as error:
        raise BadData(
            f"{nquads} is not N-Quads: {error.msg}.", hint="Make it with `cc-graph export --format nq`."
        ) from None


def _with_merge(quads: Iterable[ox.Quad], progress: Callable[[int], None] | None) -> Iterator[ox.Quad]:
    """Each quad, and its triple in the merge; the store keeps one of each."""
    number = 0
    for number, quad in enumerate(quads, 1):
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object, _MERGE)
        if progress and number % _PROGRESS_EVERY == 0:
            progress(number)
    if progress:
        progress(number)


def _normal(nquads: bytes) -> set[ox.Quad]:
    """The quads in the form the store gives them: it rewrites `"01"^^xsd:integer` to `"1"`."""
    store = ox.Store()
    try:
        store.load(nquads, ox.RdfFormat.N_QUADS)
    except SyntaxError as error:
        raise BadData(f"This is not N-Quads: {error.msg}.", hint="Give one quad a line.") from None
    quads = set(store)
    for quad in quads:
        if isinstance(quad.graph_name, ox.DefaultGraph):
            raise _outside(quad)
        if _blank(quad.subject) or _blank(quad.object) or _blank(quad.graph_name):
            raise BadData(
                f"{quad} has a blank node, which could not be removed again.",
                hint="Name it by an IRI (skolemise it) first.",
            )
    return quads


def _blank(term: object) -> bool:
    if isinstance(term, ox.Triple):
        return _blank(term.subject) or _blank(term.object)
    return isinstance(term, ox.BlankNode)


def _outside(quad: ox.Quad) -> BadData:
    return BadData(
        f"{quad} stands outside a named graph.", hint="Say from which source it comes: name its graph."
    )


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
    return any(holder.graph_name != _MERGE and holder not in removed for holder in holders)


def _data(quads: set[ox.Quad], triples: set[ox.Triple]) -> str:
    named = (f"GRAPH {quad.graph_name} {{ {quad.subject} {quad.predicate} {quad.object} }}" for quad in quads)
    merged = (f"{triple.subject} {triple.predicate} {triple.object} ." for triple in triples)
    return "\n".join((*merged, *named))
