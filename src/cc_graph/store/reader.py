"""Reading the graph: queries and dumps, answered by a pool of worker processes on the newest checkpoint."""

from __future__ import annotations

import asyncio
import os
import threading
from dataclasses import dataclass, replace
from functools import cached_property, partial
from hashlib import blake2b
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Self, TypeVar
from weakref import finalize

from cc_graph.errors import BadQuery, CityError, TooMuch, Unavailable
from cc_graph.store.cache import AnswerCache
from cc_graph.store.layout import Layout
from cc_graph.store.pool import Pool
from cc_graph.store.statistics import PoolStatistics

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from cc_graph.rdfio.formats import Format
    from cc_graph.store.workers import Reply

Result = TypeVar("Result")

LONGEST_QUERY = 1 << 20
"""How many characters a query may have."""

CACHE_BYTES = 64 << 20
"""How many bytes of answers are kept."""

MOST_SPOOLED_BYTES = 4 << 30
"""How many bytes of large answers may lie in files while clients fetch them."""

_ENTRY_BYTES = 1024  # what an answer takes beside its bytes and its query, roughly


@dataclass(frozen=True)
class Answer:
    """A complete answer; a context manager that closes its body.

    Attributes:
        kind: `table` (SELECT), `boolean` (ASK) or `graph`.
        media_type: of the body.
        content: the bytes, rewound and seekable; or, if they are few, as they are.
        size: how many bytes.
        revision: the revision of the graph that was asked.
        encoding: content coding of the body: gzip, zstd or none.
        changing: whether the next call may get another answer on the same revision: the query asks for the time or for chance.
        released: what to call when the body is closed.
    """

    kind: Literal["table", "boolean", "graph"]
    media_type: str
    content: bytes | BinaryIO
    size: int
    revision: str
    encoding: str | None = None
    changing: bool = False
    released: Callable[[], object] = bool

    @cached_property
    def body(self) -> BinaryIO:
        """The bytes as a file."""
        return BytesIO(self.content) if isinstance(self.content, bytes) else self.content

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the body."""
        self.close()

    def read(self) -> bytes:
        """All the bytes; the body is closed then."""
        if isinstance(self.content, bytes):
            return self.content
        with self:
            return self.content.read()

    def close(self) -> None:
        """Close the body. May be called more than once."""
        self.body.close()
        self.released()


@dataclass(frozen=True)
class Query:
    """A query and the form its answer is wanted in; the prefixes of `vocab.PREFIXES` need no declaration.

    Attributes:
        text: SELECT, ASK, CONSTRUCT or DESCRIBE.
        table_format: for SELECT and ASK; None if a table is not acceptable.
        graph_format: for CONSTRUCT and DESCRIBE; None if a graph is not acceptable.
        default_graphs: IRIs of graphs whose merge is asked instead of the merge of all; with `named_graphs` they take
            the place of the query's FROM clauses.
        named_graphs: IRIs of the graphs GRAPH can see.
        encoding: content coding, if it is worth it: gzip or zstd.
    """

    text: str
    table_format: Format | None
    graph_format: Format | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    encoding: str | None = None

    @cached_property
    def digest(self) -> str:
        """Tells this query from all others, form included."""
        parts = (
            self.text,
            self.table_format and self.table_format.name,
            self.graph_format and self.graph_format.name,
            self.default_graphs,
            self.named_graphs,
            self.encoding,
        )
        return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()

    @cached_property
    def header(self) -> dict[str, Any]:
        """The request to a worker.

        Raises:
            BadQuery: it is too long, or not text.
        """
        if len(self.text) > LONGEST_QUERY:
            raise BadQuery(
                f"The query is longer than {LONGEST_QUERY:,} characters.", hint="Ask for less at a time."
            )
        try:
            self.text.encode()
        except UnicodeEncodeError:
            raise BadQuery("The query is not text in UTF-8.", hint="Save it in UTF-8.") from None
        header: dict[str, Any] = {"op": "query", "text": self.text, "encoding": self.encoding}
        header["table_format"] = self.table_format and self.table_format.name
        header["graph_format"] = self.graph_format and self.graph_format.name
        if self.default_graphs or self.named_graphs:
            header["graphs"] = [
                list(dict.fromkeys(self.default_graphs)),
                list(dict.fromkeys(self.named_graphs)),
            ]
        return header


class Reader:
    """Answers queries on the newest revision of a graph; safe to use from many threads; a context manager.

    Workers start when they are first needed. A worker that dies or is killed is replaced. When a newer revision is
    published, the next query is answered from it, while queries that run go on with the revision they began with.

    The pool lives in one event loop: the one it is attached to, else a loop of its own in a thread.
    """

    def __init__(
        self,
        home: Path,
        base_iri: str,
        seconds: float,
        memory_mb: int,
        workers: int = 3,
        waiting: int = 200,
    ) -> None:
        """Look at a home folder; nothing is opened yet.

        Args:
            home: the folder a `Publisher` publishes to.
            base_iri: against which relative IRIs of queries are resolved.
            seconds: how long an answer may take, waiting included.
            memory_mb: what an answer may add to the memory of a worker at rest.
            workers: how many answers may be made at the same time; one is kept for young queries.
            waiting: how many queries may wait for a worker.
        """
        self.seconds = seconds
        self._layout = Layout(home)
        self._make = partial(Pool, self._layout, base_iri, memory_mb, workers, waiting)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._pool: Pool | None = None
        self._cache: AnswerCache[Answer] = AnswerCache(CACHE_BYTES)
        self._spooled = 0
        self._closed = False

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the workers."""
        self.close()

    def attach(self) -> None:
        """Have the pool live in the running event loop: answers are had there without a detour. Before the first query."""
        self._loop = asyncio.get_running_loop()

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
        if self.statistics.isolated is None:
            self._wait(lambda: self._submit({"op": "ping"}, self.seconds))
        return bool(self.statistics.isolated)

    @property
    def statistics(self) -> PoolStatistics:
        """How the pool is doing."""
        if self._pool is None:
            return PoolStatistics()
        kept = self._cache
        return replace(
            self._pool.statistics(), cache_hits=kept.hits, cache_misses=kept.misses, cache_bytes=kept.size
        )

    def query(
        self,
        text: str,
        *,
        table_format: Format | None,
        graph_format: Format | None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        encoding: str | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Answer a SPARQL query, from any thread but the event loop's; `Query` says what of the arguments.

        Args:
            text: the query.
            table_format: for SELECT and ASK.
            graph_format: for CONSTRUCT and DESCRIBE.
            default_graphs: IRIs of graphs.
            named_graphs: IRIs of graphs.
            encoding: content coding.
            seconds: how long it may take; the reader's own limit if None.

        Raises:
            BadQuery: the text is wrong or nested too deeply.
            BadRequest: a graph's name is no IRI, or the graphs asked for are too large to merge.
            NotAcceptable: it has no answer in the formats given.
            Refused: it is an update or calls another endpoint.
            TooMuch: it took too much time or memory, or too many are waiting.
            NotFound: nothing has been loaded.
            Unavailable: the store cannot be used.
        """
        query = Query(text, table_format, graph_format, tuple(default_graphs), tuple(named_graphs), encoding)
        return self._wait(lambda: self._answer(query, seconds))

    def kept(self, query: Query) -> tuple[str, Answer | None]:
        """The newest revision, and the answer to a query if it was answered on it before.

        For who lives in the attached event loop; others are told the revision only.
        """
        pool = self._at_home()
        if pool is None:
            return self.revision, None
        revision = pool.revision
        return revision, self._cache.get(revision, query.digest)

    async def answer(self, query: Query, seconds: float | None = None) -> Answer:
        """As `query`, from an event loop, the attached one best. To cancel it stops the query."""
        if self._at_home() is not None:
            return await self._answer(query, seconds)
        return await asyncio.wrap_future(self._begin(lambda: self._answer(query, seconds)))

    def dump(self, form: Format, graphs: Sequence[str] | None = None, encoding: str | None = None) -> Answer:
        """Write out named graphs, never the merge; a format without graphs holds the union of those asked for.

        Args:
            form: one of `GRAPH_FORMATS`.
            graphs: their IRIs; None for all.
            encoding: content coding.

        Raises:
            NotFound: there is no such graph, or nothing has been loaded.
            TooMuch: it took too much time or memory.
        """
        wanted = None if graphs is None else list(graphs)
        header = {"op": "dump", "format": form.name, "graphs": wanted, "encoding": encoding}
        return self._made(self._wait(lambda: self._submit(header, self.seconds)), form)

    def close(self) -> None:
        """Stop the workers. May be called more than once."""
        self._closed = True
        with self._lock:
            pool, self._pool = self._pool, None
            if self._thread is None and pool is not None:
                pool.close()
            if self._thread is not None and self._loop is not None:
                asyncio.run_coroutine_threadsafe(_close(pool), self._loop).result()
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join()
                self._loop.close()
                self._loop = self._thread = None

    # The pool and its event loop

    def _at_home(self) -> Pool | None:
        """The pool, if the caller runs in its event loop."""
        if self._loop is not None and asyncio.get_running_loop() is self._loop:
            return self._open_pool()
        return None

    def _open_pool(self) -> Pool:
        if self._closed:
            raise Unavailable("This reader is closed.", hint="Open another.")
        if self._pool is None:
            self._pool = self._make()
        return self._pool

    def _begin(self, make: Callable[[], Coroutine[Any, Any, Result]]) -> Future[Result]:
        """Run a coroutine in the pool's event loop, which `close` ends only after it."""
        with self._lock:
            if self._closed:
                raise Unavailable("This reader is closed.", hint="Open another.")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="readers", daemon=True)
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(make(), self._loop)

    def _wait(self, make: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Run a coroutine in the pool's event loop and wait for it in this thread."""
        waited_for = self._begin(make)
        try:
            return waited_for.result()
        except BaseException:  # an interrupt too
            waited_for.cancel()
            raise

    async def _submit(self, header: dict[str, Any], seconds: float) -> Reply:
        return await self._open_pool().submit(header, seconds)

    async def _answer(self, query: Query, seconds: float | None) -> Answer:
        pool = self._open_pool()
        kept = self._cache.get(pool.revision, query.digest)
        if kept is not None:
            return replace(kept)  # with a body of its own
        self._cache.misses += 1
        limit = self.seconds if seconds is None else seconds
        reply = await pool.submit(query.header, limit, query.digest)
        form = query.graph_format if reply.header["kind"] == "graph" else query.table_format
        answer = self._made(reply, form)
        if isinstance(answer.content, bytes) and not answer.changing and answer.revision == pool.revision:
            size = answer.size + len(query.text) + _ENTRY_BYTES
            self._cache.put(answer.revision, query.digest, answer, size)
        return answer

    def _made(self, reply: Reply, form: Format | None) -> Answer:
        """The answer of a reply.

        Raises:
            TooMuch: it is large, and those that clients fetch take too much room already.
        """
        if form is None:
            raise CityError(
                "A worker answered in a form nobody asked for.", hint="Report it, with the query."
            )
        header, content = reply.header, reply.body
        released: Callable[[], object] = bool
        size = len(content) if isinstance(content, bytes) else os.fstat(content.fileno()).st_size
        if not isinstance(content, bytes):
            if self._spooled + size > MOST_SPOOLED_BYTES:
                content.close()
                raise TooMuch(
                    "Large answers that others fetch take all the room there is.",
                    hint="Try again in a while.",
                )
            self._spooled += size
            released = finalize(content, self._release, size)  # also when somebody forgets to close it
        encoding, changing = header.get("encoding"), bool(header.get("changing"))
        return Answer(
            header["kind"], form.media_type, content, size, reply.revision, encoding, changing, released
        )

    def _release(self, size: int) -> None:
        self._spooled -= size


async def _close(pool: Pool | None) -> None:
    if pool is not None:
        pool.close()
    if others := asyncio.all_tasks() - {asyncio.current_task()}:  # who waits is told before the loop ends
        await asyncio.wait(others)
