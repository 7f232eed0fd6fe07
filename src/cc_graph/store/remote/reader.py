"""Reading a graph that another SPARQL server keeps: each answer is of one revision, whole, or there is none.

A server on the network has no snapshots. So the marks are read after every answer: revisions never come back, hence
nothing was published meanwhile if they say what they said before the query was sent.
"""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Final, Literal, Self

from cc_graph.errors import NotFound, TooMuch, Unavailable
from cc_graph.store.cache import AnswerCache
from cc_graph.store.reader import CACHE_BYTES, Answer, Query
from cc_graph.store.remote.client import JSON, TRIPLES, Call
from cc_graph.store.remote.clock import Clock
from cc_graph.store.remote.dialect import dialect_of
from cc_graph.store.remote.marks import Marks
from cc_graph.store.remote.plan import plan
from cc_graph.store.remote.results import cut, solutions, write_graph, write_results
from cc_graph.store.remote.whole import WholeGraphs
from cc_graph.store.spool import Spool
from cc_graph.store.statistics import PoolStatistics
from cc_graph.store.tokens import survey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cc_graph.rdfio.formats import Format
    from cc_graph.store.remote.client import Alarm, Endpoint
    from cc_graph.store.remote.dialect import Dialect
    from cc_graph.store.remote.marks import State
    from cc_graph.store.remote.names import Names

MOST_AT_ONCE: Final = 16
"""How many calls from an event loop are under way at the same time; the others wait."""

LOOK_SECONDS: Final = 10.0
"""How long it may take the store to say which revision it holds."""

_TRIES: Final = 3
_FEW: Final = 100  # no server cuts an answer that is shorter than that
_MANY: Final = "SELECT (1 AS ?one) WHERE {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {number}"


class RemoteReader:
    """Answers queries on a graph in a remote store, as `store.reader.Reader` does; a context manager."""

    def __init__(self, endpoint: Endpoint, names: Names, seconds: float, waiting: int = 200) -> None:
        """Know where the graph is; nothing is asked yet.

        Args:
            endpoint: of the server.
            names: of the city's graphs there.
            seconds: how long an answer may take, waiting included.
            waiting: how many calls from an event loop may wait for their turn.
        """
        self.seconds = seconds
        self._endpoint = endpoint
        self._names = names
        self._marks = Marks(endpoint, names)
        self._most = MOST_AT_ONCE + waiting
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="remote")
        self._lock = threading.Lock()
        self._speaks: Dialect | None = None
        self._seen: State | None = None
        self._sources: tuple[str, frozenset[str]] = ("", frozenset())
        self._whole = _FEW
        self._cache: AnswerCache[Answer] = AnswerCache(CACHE_BYTES)
        self._under_way = self._answers = 0

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop waiting."""
        self.close()

    def close(self) -> None:
        """Stop waiting for answers. May be called more than once."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def attach(self) -> None:
        """Do nothing: the store is the same from every event loop."""

    @property
    def revision(self) -> str:
        """The newest revision; while one is being published, a name that no answer has.

        Raises:
            NotFound: nothing has been loaded.
            Unavailable: the store cannot be reached.
        """
        return self.state.revision

    @property
    def state(self) -> State:
        """What the store says of itself now.

        Raises:
            NotFound: nothing has been loaded.
            Unavailable: the store cannot be reached.
        """
        return self._look(Clock(min(self.seconds, LOOK_SECONDS)))

    @property
    def address(self) -> str:
        """Where the store is."""
        return self._endpoint.url

    @property
    def dialect(self) -> str:
        """What the server speaks."""
        return self._dialect(Clock(self.seconds)).name

    @property
    def network_isolated(self) -> bool:
        """Never: the server is on the network; queries that would make it call others are refused from their text."""
        return False

    @property
    def statistics(self) -> PoolStatistics:
        """How many answers there were; there is no pool of workers."""
        kept = self._cache
        return PoolStatistics(
            answers=self._answers,
            cache_hits=kept.hits,
            cache_misses=kept.misses,
            cache_bytes=kept.size,
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
        """As `Reader.query`.

        Raises:
            BadQuery: the text is wrong or nested too deeply.
            BadRequest: a graph's name is no IRI, or several graphs are to be merged.
            NotAcceptable: it has no answer in the formats given.
            Refused: it is an update or calls another endpoint.
            TooMuch: it took too much time or memory, or the server cut the answer.
            NotFound: nothing has been loaded.
            Unavailable: the store cannot be used, or is being published to.
        """
        query = Query(text, table_format, graph_format, tuple(default_graphs), tuple(named_graphs), encoding)
        return self._answer(query, Clock(self.seconds if seconds is None else seconds), [])

    def kept(self, _query: Query) -> tuple[str, Answer | None]:
        """Nothing: to know the newest revision takes a call, and who asks here cannot wait."""
        return "", None

    async def answer(self, query: Query, seconds: float | None = None) -> Answer:
        """As `query`, from an event loop. To cancel it ends the call; the server may go on with it for a while."""
        if self._under_way >= self._most:
            raise TooMuch(f"{self._under_way} queries are waiting already.", hint="Try again in a moment.")
        alarms: list[Alarm] = []
        self._under_way += 1
        try:
            clock = Clock(self.seconds if seconds is None else seconds)
            work = partial(self._answer, query, clock, alarms)
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except asyncio.CancelledError:
            for alarm in alarms:
                alarm.ring()
            raise
        finally:
            self._under_way -= 1

    def dump(self, form: Format, graphs: Sequence[str] | None = None, encoding: str | None = None) -> Answer:
        """As `Reader.dump`; each graph may take as long as an answer.

        Raises:
            NotFound: there is no such graph, or nothing has been loaded.
            TooMuch: it took too much time or memory, or the server cut a graph.
            Unavailable: the store cannot be used, or is being published to.
        """
        for _ in range(_TRIES):
            state, sources = self._before(Clock(self.seconds))
            if graphs is not None and (missing := set(graphs) - sources):
                raise NotFound(
                    f"There is no graph {min(missing)}.",
                    hint="SELECT DISTINCT ?g { GRAPH ?g {} } lists them.",
                )
            body = Spool(encoding)
            try:
                whole = WholeGraphs(
                    self._endpoint, self._names, self._dialect(Clock(self.seconds)), self.seconds
                )
                whole.write(form, sorted(sources if graphs is None else {*graphs}), graphs is None, body)
            except TooMuch:
                body.discard()
                if self._look(Clock(self.seconds)) == state:
                    raise
                continue  # the counts were of another revision
            except BaseException:
                body.discard()
                raise
            if self._look(Clock(self.seconds)) == state:
                return _made("graph", form, body, state, changing=False)
            body.discard()
        raise _restless()

    # One answer

    def _answer(self, query: Query, clock: Clock, alarms: list[Alarm]) -> Answer:
        _ = query.header  # refuses what is too long, or not text
        self._answers += 1
        if kept := self._from_cache(query, clock):
            return kept
        self._cache.misses += 1
        for _ in range(_TRIES):
            state, sources = self._before(clock)
            planned = plan(
                query.text,
                self._names,
                sources,
                self._dialect(clock),
                query.default_graphs,
                query.named_graphs,
            )
            answer, rows = self._asked(query, planned, state, clock, alarms)
            if self._look(clock) == state:
                self._check_whole(rows, clock)
                self._keep(query, answer)
                return answer
            answer.close()
        raise _restless()

    def _asked(
        self, query: Query, planned: Call, state: State, clock: Clock, alarms: list[Alarm]
    ) -> tuple[Answer, int]:
        found = survey(query.text)
        tabular = found.for_tables
        reply = self._endpoint.query(planned, JSON if tabular else TRIPLES, clock.left, alarms)
        body = Spool(query.encoding)
        kind: Literal["table", "boolean", "graph"] = "graph"
        try:
            if tabular:
                kind, rows = write_results(reply, query, self._dialect(clock), body)
            else:
                rows = write_graph(reply, query, self._dialect(clock), body)
            form = query.table_format if tabular else query.graph_format
            assert form is not None  # or it would not have been written
            return _made(kind, form, body, state, found.changing), rows
        except BaseException:
            body.discard()
            raise

    def _from_cache(self, query: Query, clock: Clock) -> Answer | None:
        seen = self._seen
        if seen is None or not self._cache.get(seen.revision, query.digest):
            return None
        kept = self._cache.get(self._look(clock).revision, query.digest)
        return replace(kept) if kept else None  # with a body of its own

    def _keep(self, query: Query, answer: Answer) -> None:
        if isinstance(answer.content, bytes) and not answer.changing:
            self._cache.put(answer.revision, query.digest, answer, answer.size + len(query.text))

    def _check_whole(self, rows: int, clock: Clock) -> None:
        """Make sure that the server does not cut answers as long as this one without a word.

        Raises:
            TooMuch: it does.
        """
        if rows <= self._whole:
            return
        number = WholeGraphs(self._endpoint, self._names, self._dialect(clock), clock.left).number(
            self._names.merge
        )
        wanted = min(10 * rows, number * number)
        many = Call(_MANY.format(number=wanted), [self._names.merge])
        reply = self._endpoint.query(many, JSON, clock.left)
        come = len(solutions(reply, self._dialect(clock)))
        if come < wanted and come <= rows:
            raise cut(come)
        self._whole = max(self._whole, come)

    # The state of the store

    def _look(self, clock: Clock) -> State:
        """What the marks say now."""
        self._seen = state = self._marks.read(clock.left)
        return state

    def _before(self, clock: Clock) -> tuple[State, frozenset[str]]:
        """The state that an answer will be of, and the sources' graphs in it.

        What was seen last is as good as what could be seen now: the look after the answer tells.

        Raises:
            Unavailable: a publication is under way.
        """
        state = self._seen
        if state is None or not state.whole:
            state = self._look(clock)
        if not state.whole:
            raise Unavailable(
                f"The graph is being published: {state.begun} has begun and not ended.",
                hint="Try again in a moment; if nobody is publishing, `cc-graph serve` or `cc-graph load` finishes it.",
            )
        with self._lock:
            revision, sources = self._sources
        if revision != state.revision:
            sources = self._marks.graphs(clock.left)
            with self._lock:
                self._sources = (state.revision, sources)
        return state, sources

    def _dialect(self, clock: Clock) -> Dialect:
        if self._speaks is None:
            self._speaks = dialect_of(self._endpoint, clock.left)
        return self._speaks


def _made(
    kind: Literal["table", "boolean", "graph"], form: Format, body: Spool, state: State, changing: bool
) -> Answer:
    content: bytes | IO[bytes] = body.finish()
    if isinstance(content, bytes):
        size = len(content)
    else:
        size = os.fstat(content.fileno()).st_size
        content.seek(0)
    held: Any = content
    return Answer(kind, form.media_type, held, size, state.revision, body.encoding, changing)


def _restless() -> Unavailable:
    return Unavailable(
        "The graph was published anew while it was asked, time and again.", hint="Try again in a moment."
    )
