"""Changing a graph that another SPARQL server keeps: repeatable, not atomic.

A change is many calls, and a server on the network has no transaction around them. So the whole change is first kept in
the home, then marked as begun in the store, carried out in steps that may be done twice, and marked as done. While the
marks differ no reader answers; whoever publishes next, or starts the server, does the change again from its beginning.
"""

from __future__ import annotations

import os
import tempfile
import threading
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, Self

import pyoxigraph as ox

from cc_graph.errors import BadData, Busy, NotFound, Unavailable
from cc_graph.rdfio.formats import GRAPH_FORMATS
from cc_graph.store.layout import Layout
from cc_graph.store.publisher import TURN_SECONDS
from cc_graph.store.quads import MERGE, normal_form, read_quads, with_merge
from cc_graph.store.remote.client import JSON, Call
from cc_graph.store.remote.dialect import dialect_of
from cc_graph.store.remote.marks import Marks
from cc_graph.store.remote.names import BLANK
from cc_graph.store.remote.pending import Pendings
from cc_graph.store.remote.reader import RemoteReader
from cc_graph.store.remote.results import solutions
from cc_graph.store.remote.whole import WholeGraphs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from cc_graph.store.remote.client import Endpoint
    from cc_graph.store.remote.dialect import Dialect
    from cc_graph.store.remote.names import Names
    from cc_graph.store.remote.pending import Pending

    Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
    Line = tuple[str, str]

CALL_SECONDS: Final = 120.0
"""How long one call of a publication may take."""

MOST_TRIPLES: Final = 1000
"""How many triples one call carries: Virtuoso's parser is out of memory above some 5,000."""

MOST_BYTES: Final = 200_000
"""How many bytes of triples one call carries; one triple may be longer."""

_AT_ONCE: Final = 50
_HELD: Final = "SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {subjects} }} GRAPH ?graph {{ ?s ?p ?o }} }}"
_MERGED: Final = "SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {subjects} }} ?s ?p ?o }}"


class RemotePublisher:
    """The right to change the graph in a remote store, as `store.publisher.Publisher`; a context manager.

    The right is a lock in the home: publish to one store from one home.
    """

    def __init__(self, home: Path, endpoint: Endpoint, names: Names, seconds: float = 0) -> None:
        """Take the right to publish.

        Args:
            home: the folder.
            endpoint: of the server.
            names: of the city's graphs there.
            seconds: how long to wait for a process that has the right.

        Raises:
            Busy: another process has it.
            Unavailable: the folder cannot be written to.
        """
        layout = Layout(home)
        layout.prepare()
        self._endpoint = endpoint
        self._names = names
        self._marks = Marks(endpoint, names)
        self._pendings = Pendings(home)
        self._turns = threading.RLock()
        self._speaks: Dialect | None = None
        self._lock = layout.lock_for_writing(seconds)

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
                os.close(self._lock)
                self._lock = -1

    @contextmanager
    def turn(self, seconds: float = TURN_SECONDS) -> Iterator[RemoteTurn]:
        """As `Publisher.turn`.

        Raises:
            Busy: it did not come in time.
            Unavailable: the publisher is closed.
        """
        if not self._turns.acquire(timeout=seconds):
            raise Busy(f"Others have been publishing for {seconds:g} seconds.", hint="Try again in a moment.")
        try:
            if self._lock < 0:
                raise Unavailable("This publisher is closed.", hint="Open another.")
            yield RemoteTurn(self)
        finally:
            self._turns.release()

    def resume(self) -> str | None:
        """Do a publication again that has begun and not ended; gives its revision, None if there is none.

        Raises:
            Unavailable: the store cannot be written to; the publication stays begun.
        """
        with self.turn():
            pending = self._pendings.found()
            return self._carried_out(pending) if pending else None

    def rebuild(self, nquads: Path, progress: Callable[[int], None] | None = None) -> str:
        """As `Publisher.rebuild`; takes the place of a publication that has begun and not ended.

        Raises:
            NotFound: there is no such file.
            BadData: it is malformed, has a triple outside a named graph, or one of our names for its graph.
            Unavailable: the store cannot be written to; the publication stays begun.
        """
        if not nquads.is_file():
            raise NotFound(f"There is no file {nquads}.", hint="Give the path of an N-Quads file.")
        with self.turn(), self._gathered(nquads, progress) as store:
            revision = self._marks.next_revision(CALL_SECONDS)
            self._pendings.begin(revision, nquads, None)
            return self._replaced(store, revision)

    def publish(self, added: bytes, removed: bytes) -> str:
        """As `Publisher.publish`; a publication that has begun and not ended is done first.

        Raises:
            NotFound: nothing has been loaded yet.
            BadData: the quads are malformed, have a blank node, or stand outside a graph of a source.
            Busy: other threads had their turn for too long.
            Unavailable: the store cannot be written to; the publication stays begun.
        """
        self._refuse_ours(quad.graph_name for quad in chain(normal_form(added), normal_form(removed)))
        with self.turn():
            self.resume()
            self._marks.read(CALL_SECONDS)  # raises where nothing has been loaded
            revision = self._marks.next_revision(CALL_SECONDS)
            return self._carried_out(self._pendings.begin(revision, added, removed))

    def _carried_out(self, pending: Pending) -> str:
        if pending.removed is None:
            with self._gathered(pending.added, None) as store:
                return self._replaced(store, pending.revision)
        new, old = normal_form(pending.added.read_bytes()), normal_form(pending.removed.read_bytes())
        return self._changed(new, old - new, pending.revision)

    # Everything anew

    @contextmanager
    def _gathered(self, nquads: Path, progress: Callable[[int], None] | None) -> Iterator[ox.Store]:
        """A store on disk for a while, with what is to be published and its merge: in the form an embedded one gives it."""
        with tempfile.TemporaryDirectory() as folder:
            store = ox.Store(folder)
            try:
                store.bulk_extend(with_merge(map(self._named, read_quads(nquads)), progress))
            except OSError as error:
                raise Unavailable(
                    f"What is to be published could not be gathered: {error.strerror or error}.",
                    hint="Look for space in the temporary folder.",
                ) from None
            self._refuse_ours(store.named_graphs())
            yield store

    def _named(self, quad: ox.Quad) -> ox.Quad:
        """The quad with IRIs for its blank nodes: no update may speak of one."""
        subject, found, graph = (self._iri(term) for term in (quad.subject, quad.object, quad.graph_name))
        if isinstance(subject, ox.Triple) or isinstance(found, ox.Triple):
            raise BadData(
                f"{quad} has a triple inside a triple, which not every store can keep.",
                hint="State it as a resource of its own, with rdf:subject, rdf:predicate and rdf:object.",
            )
        return ox.Quad(subject, quad.predicate, found, graph)  # type: ignore[arg-type]

    def _iri(self, term: object) -> object:
        if isinstance(term, ox.BlankNode):
            return ox.NamedNode(self._names.base_iri + BLANK + term.value)
        return term

    def _refuse_ours(self, graphs: Iterable[object]) -> None:
        for graph in graphs:
            if isinstance(graph, ox.NamedNode) and graph.value in self._names.reserved:
                raise BadData(
                    f"{graph} is the name of a graph of our own.", hint="Give the source another graph."
                )

    def _replaced(self, store: ox.Store, revision: str) -> str:
        graphs = {graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)}
        before = self._marks.graphs(CALL_SECONDS)
        self._marks.begin(revision, graphs - before, CALL_SECONDS)
        drops = [f"DROP SILENT GRAPH <{graph}>" for graph in sorted({self._names.merge} | graphs | before)]
        for some in _some(drops, _AT_ONCE):
            self._endpoint.update(" ;\n".join(some), CALL_SECONDS)
        names: list[ox.NamedNode | ox.DefaultGraph] = [*map(ox.NamedNode, sorted(graphs)), MERGE]
        self._send(
            "INSERT",
            (
                (name.value if isinstance(name, ox.NamedNode) else self._names.merge, quad.triple)
                for name in names
                for quad in store.quads_for_pattern(None, None, None, name)
            ),
        )
        self._compare(store, graphs)
        self._marks.end(revision, before - graphs, CALL_SECONDS)
        self._pendings.end()
        return revision

    def _compare(self, store: ox.Store, graphs: set[str]) -> None:
        """Make sure that each graph, and the merge, holds as many triples there as here.

        Raises:
            Unavailable: the server has lost some.
        """
        names = [*sorted(graphs), self._names.merge]
        there = WholeGraphs(self._endpoint, self._names, self._dialect, CALL_SECONDS).numbers(names)
        for name in names:
            graph = MERGE if name == self._names.merge else ox.NamedNode(name)
            here = sum(1 for _ in store.quads_for_pattern(None, None, None, graph))
            if there.get(name, 0) != here:
                raise Unavailable(
                    f"The remote store was given {here:,} triples of {name} and holds {there.get(name, 0):,}.",
                    hint="It may take two values for one, or have lost some: look into its log, or use another store.",
                )

    # Some quads

    def _changed(self, new: set[ox.Quad], old: set[ox.Quad], revision: str) -> str:
        sources = self._marks.graphs(CALL_SECONDS)
        arriving = {quad.graph_name.value for quad in new if isinstance(quad.graph_name, ox.NamedNode)}
        self._marks.begin(revision, arriving - sources, CALL_SECONDS)
        for how, quads in (("DELETE", old), ("INSERT", new)):
            lines = sorted(((quad.graph_name.value, quad.triple) for quad in quads), key=str)  # type: ignore[union-attr]
            self._send(how, lines)
        subjects = sorted({str(quad.subject) for quad in chain(new, old)})
        for some in _some(subjects, _AT_ONCE):
            self._mend(some, sorted(sources | arriving))
        self._marks.end(revision, (), CALL_SECONDS)
        self._pendings.end()
        return revision

    def _mend(self, subjects: list[str], sources: list[str]) -> None:
        """Make the merge hold, of some subjects, exactly what the sources' graphs hold.

        Both are compared as the server gives them, so it does not matter how it writes a number.

        Raises:
            Unavailable: the server does not do as it is told.
        """
        for _ in range(2):
            held = self._found(_HELD, subjects, [self._names.nothing], sources)
            there = self._found(_MERGED, subjects, [self._names.merge], ())
            if held == there:
                return
            for how, triples in (("DELETE", there - held), ("INSERT", held - there)):
                self._send(how, ((self._names.merge, triple) for triple in sorted(triples, key=str)))
        raise Unavailable(
            f"The remote store does not keep the merge as it is told to, of {subjects[0]} or another.",
            hint="Run `cc-graph rebuild`; if it happens again, use another store.",
        )

    def _found(
        self, text: str, subjects: list[str], default_graphs: Sequence[str], named_graphs: Sequence[str]
    ) -> set[ox.Triple]:
        text = text.format(subjects=" ".join(subjects))
        call = self._dialect.told(Call(text, default_graphs, named_graphs))
        reply = self._endpoint.query(call, JSON, CALL_SECONDS)
        return {ox.Triple(*row) for row in solutions(reply, self._dialect)}  # type: ignore[arg-type]

    # Updates

    def _send(self, how: str, lines: Iterable[tuple[str, ox.Triple]]) -> None:
        """Insert or delete triples of graphs, in calls of bounded size; those of one graph come together."""
        written = ((graph, self._line(triple)) for graph, triple in lines)
        for batch in _batches(written):
            graphs: dict[str, list[str]] = {}
            for graph, line in batch:
                graphs.setdefault(graph, []).append(line)
            data = "\n".join(
                f"GRAPH <{graph}> {{\n{chr(10).join(some)}\n}}" for graph, some in graphs.items()
            )
            self._endpoint.update(f"{how} DATA {{\n{data}\n}}", CALL_SECONDS)

    def _line(self, triple: ox.Triple) -> str:
        return f"{triple.subject} {triple.predicate} {self._dialect.stored(str(triple.object))} ."

    @property
    def _dialect(self) -> Dialect:
        if self._speaks is None:
            self._speaks = dialect_of(self._endpoint, CALL_SECONDS)
        return self._speaks


class RemoteTurn:
    """As `store.publisher.Turn`; made by `RemotePublisher.turn`."""

    def __init__(self, publisher: RemotePublisher) -> None:
        self._publisher = publisher

    @property
    def revision(self) -> str:
        """The newest revision; only this turn makes a newer one.

        Raises:
            NotFound: nothing has been loaded yet.
        """
        return self._publisher._marks.read(CALL_SECONDS).revision

    def graph(self, iri: str) -> bytes:
        """What a named graph holds, as N-Quads; nothing if it is not there.

        Raises:
            NotFound: nothing has been loaded yet.
            Unavailable: the store cannot be used, or a publication has begun and not ended.
        """
        publisher = self._publisher
        publisher.resume()
        with RemoteReader(publisher._endpoint, publisher._names, CALL_SECONDS) as reader:
            _ = reader.revision  # raises where nothing has been loaded
            try:
                return reader.dump(GRAPH_FORMATS["nq"], [iri]).read()
            except NotFound:
                return b""

    def publish(self, added: bytes, removed: bytes) -> str:
        """As `RemotePublisher.publish`."""
        return self._publisher.publish(added, removed)


def _some(things: list[str], number: int) -> Iterator[list[str]]:
    rest = iter(things)
    while some := list(islice(rest, number)):
        yield some


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    size = 0
    for graph, line in lines:
        if batch and (len(batch) == MOST_TRIPLES or size + len(line) > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((graph, line))
        size += len(line)
    if batch:
        yield batch
