"""Reading the graph: queries and dumps, answered by a pool of worker processes on the newest checkpoint."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Self

from cc_graph.errors import CityError, TooMuch, Unavailable
from cc_graph.sandbox import Sandbox
from cc_graph.store.layout import Layout, Lease
from cc_graph.store.tokens import survey

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cc_graph.rdfio.formats import Format


@dataclass(frozen=True)
class Answer:
    """A complete answer; a context manager that closes its body.

    Attributes:
        kind: `table` (SELECT), `boolean` (ASK) or `graph`.
        media_type: of the body.
        body: the bytes, rewound and seekable.
        size: how many bytes.
        revision: the revision of the graph that was asked.
    """

    kind: Literal["table", "boolean", "graph"]
    media_type: str
    body: BinaryIO
    size: int
    revision: str

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the body."""
        self.close()

    def read(self) -> bytes:
        """All the bytes; the body is closed then."""
        with self.body:
            return self.body.read()

    def close(self) -> None:
        """Close the body. May be called more than once."""
        self.body.close()


@dataclass
class _Checkpoint:
    """A leased checkpoint and how many workers stand on it; the last one to leave gives the lease back."""

    lease: Lease
    users: int = 0


@dataclass
class _Worker:
    sandbox: Sandbox
    checkpoint: _Checkpoint


class Reader:
    """Answers queries on the newest revision of a graph; safe to use from many threads; a context manager.

    Workers start when they are first needed. A worker that dies or is killed is replaced. When a newer revision is
    published, the next query is answered from it, while queries that run go on with the revision they began with.
    """

    def __init__(self, home: Path, base_iri: str, seconds: float, memory_mb: int, workers: int = 2) -> None:
        """Look at a home folder; nothing is opened yet.

        Args:
            home: the folder a `Publisher` publishes to.
            base_iri: against which relative IRIs of queries are resolved.
            seconds: how long an answer may take, waiting included.
            memory_mb: what an answer may add to the memory of a worker at rest.
            workers: how many answers may be made at the same time.
        """
        self._layout = Layout(home)
        self._base_iri = base_iri
        self._seconds = seconds
        self._memory_mb = memory_mb
        self._most = workers
        self._change = threading.Condition()
        self._idle: list[_Worker] = []  # the last one used comes first: its caches are warm
        self._busy = 0
        self._newest: _Checkpoint | None = None
        self._isolated: bool | None = None
        self._closed = False

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the workers."""
        self.close()

    @property
    def revision(self) -> str:
        """The newest revision.

        Raises:
            NotFound: nothing has been loaded.
            Unavailable: the home folder cannot be read.
        """
        return self._layout.revision()

    @property
    def network_isolated(self) -> bool:
        """Whether the workers of this host run without network; starts one to see."""
        if self._isolated is None:
            self._request({"op": "ping"}, None)
        return bool(self._isolated)

    def query(
        self,
        text: str,
        *,
        table_format: Format,
        graph_format: Format,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        seconds: float | None = None,
    ) -> Answer:
        """Answer a SPARQL query; the prefixes of `vocab.PREFIXES` need no declaration.

        Args:
            text: SELECT, ASK, CONSTRUCT or DESCRIBE.
            table_format: for SELECT and ASK.
            graph_format: for CONSTRUCT and DESCRIBE.
            default_graphs: IRIs of graphs whose merge is asked instead of the merge of all; with `named_graphs` they
                take the place of the query's FROM clauses.
            named_graphs: IRIs of the graphs GRAPH can see.
            seconds: how long it may take; the reader's own limit if None.

        Raises:
            BadQuery: the text is wrong or nested too deeply.
            BadRequest: a graph's name is no IRI, or the graphs asked for are too large to merge.
            Refused: it is an update or calls another endpoint.
            TooMuch: it took too much time or memory.
            NotFound: nothing has been loaded.
            Unavailable: the store cannot be used.
        """
        found = survey(text)
        header: dict[str, Any] = {"op": "query", "text": text}
        header |= {"table_format": table_format.name, "graph_format": graph_format.name}
        if default_graphs or named_graphs:
            header["graphs"] = [list(dict.fromkeys(default_graphs)), list(dict.fromkeys(named_graphs))]
        elif found.from_graphs or found.from_named:
            header["from"] = [found.prologue, found.from_graphs, found.from_named]
        reply, body, revision = self._request(header, seconds)
        shown_as = graph_format if reply["kind"] == "graph" else table_format
        return _answer(reply["kind"], shown_as, body, revision)

    def dump(self, form: Format, graphs: Sequence[str] | None = None) -> Answer:
        """Write out named graphs, never the merge; a format without graphs holds the union of those asked for.

        Args:
            form: one of `GRAPH_FORMATS`.
            graphs: their IRIs; None for all.

        Raises:
            NotFound: there is no such graph, or nothing has been loaded.
            TooMuch: it took too much time or memory.
        """
        wanted = None if graphs is None else list(graphs)
        reply, body, revision = self._request({"op": "dump", "format": form.name, "graphs": wanted}, None)
        return _answer(reply["kind"], form, body, revision)

    def close(self) -> None:
        """Stop the workers; answers being made are given first. May be called more than once."""
        with self._change:
            self._closed = True
            while self._idle:
                self._dismiss(self._idle.pop())
            self._move_to(None)

    def _request(
        self, header: dict[str, Any], seconds: float | None
    ) -> tuple[dict[str, Any], int | None, str]:
        allowed = self._seconds if seconds is None else seconds
        worker = self._take(allowed)
        try:
            reply, body = worker.sandbox.request(header, seconds=allowed)
            return reply, body, worker.checkpoint.lease.revision
        finally:
            self._give_back(worker)

    def _take(self, patience: float) -> _Worker:
        """A worker on the newest checkpoint, for the caller alone; waits at most so many seconds for one."""
        deadline = time.monotonic() + patience
        with self._change:
            while True:
                checkpoint = self._newest_checkpoint()
                while self._idle:
                    worker = self._idle.pop()
                    if worker.sandbox.alive:
                        self._busy += 1
                        return worker
                    self._dismiss(worker)
                if self._busy < self._most:
                    self._busy += 1
                    checkpoint.users += 1
                    break
                if not self._change.wait(deadline - time.monotonic()):
                    raise TooMuch(
                        f"All {self._most} workers were busy for {patience:g} seconds.",
                        hint="Try again in a moment.",
                    )
        return self._start(checkpoint)

    def _start(self, checkpoint: _Checkpoint) -> _Worker:
        """A new worker; its place in the pool has been taken already."""
        try:
            path = str(checkpoint.lease.path)
            sandbox = Sandbox("cc_graph.store.worker", path, self._base_iri, memory_mb=self._memory_mb)
        except BaseException:
            with self._change:
                self._busy -= 1
                self._leave(checkpoint)
                self._change.notify()
            raise
        self._isolated = sandbox.network_isolated
        return _Worker(sandbox, checkpoint)

    def _give_back(self, worker: _Worker) -> None:
        with self._change:
            self._busy -= 1
            if worker.sandbox.alive and worker.checkpoint is self._newest:
                self._idle.append(worker)
            else:
                self._dismiss(worker)
            self._change.notify()

    def _newest_checkpoint(self) -> _Checkpoint:
        """The newest checkpoint, leased; idle workers on an older one are stopped."""
        if self._closed:
            raise Unavailable("This reader is closed.", hint="Open another.")
        newest = self._newest
        if newest is None or newest.lease.revision != self._layout.revision():
            newest = _Checkpoint(self._layout.lease())
            while self._idle:
                self._dismiss(self._idle.pop())
            self._move_to(newest)
        return newest

    def _move_to(self, newest: _Checkpoint | None) -> None:
        old, self._newest = self._newest, newest
        if old is not None and not old.users:
            old.lease.release()

    def _dismiss(self, worker: _Worker) -> None:
        worker.sandbox.close()
        self._leave(worker.checkpoint)

    def _leave(self, checkpoint: _Checkpoint) -> None:
        checkpoint.users -= 1
        if not checkpoint.users and checkpoint is not self._newest:
            checkpoint.lease.release()


def _answer(
    kind: Literal["table", "boolean", "graph"], form: Format, fd: int | None, revision: str
) -> Answer:
    if fd is None:
        raise CityError("A worker answered without an answer.", hint="Report it, with the query.")
    body = os.fdopen(fd, "rb")
    return Answer(kind, form.media_type, body, os.fstat(fd).st_size, revision)
