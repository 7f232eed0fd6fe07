"""The read pool: worker processes on the newest checkpoint, each with one query at a time, killed when it is too much.

Everything here runs in one event loop; `store.reader` is its door for everybody else. A query is *young* for its first
200 ms in a worker. Then its process is made to let others go first, and when no more than one worker would be left for
young queries, the query is stopped and begins again when another old one has ended: so there is always a worker
that answers a point lookup soon, whatever else is asked.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from cc_graph.errors import CityError, TooMuch, Unavailable
from cc_graph.sandbox.frames import Frame, packed
from cc_graph.sandbox.parent import START_SECONDS
from cc_graph.sandbox.process import Child, told, too_slow

if TYPE_CHECKING:
    from collections.abc import Callable

    from cc_graph.sandbox.frames import Header
    from cc_graph.store.layout import Layout, Lease

YOUNG_SECONDS: Final = 0.2
"""How long a query may work before it has to let others go first."""

_TICK_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Reply:
    """What a worker answered: a header, and bytes or a complete file, rewound; and on which revision."""

    header: Header
    body: bytes | BinaryIO
    revision: str


@dataclass(frozen=True)
class PoolStatistics:
    """How the pool is doing.

    Attributes:
        most: how many workers there may be.
        alive: how many there are.
        busy: how many of them work on a query.
        waiting: how many queries wait for a worker.
        answers: how many queries were answered, errors in the query among them.
        refused: how many were turned away because too many waited.
        started: how many workers were started.
        killed: how many workers ended before their time, by reason: deadline, memory or crash, hangup, preempted.
        isolated: whether workers run without network; None before the first.
        cache_hits: how often an answer was kept from before.
        cache_misses: how often it was not.
        cache_bytes: bytes of answers kept.
    """

    most: int = 0
    alive: int = 0
    busy: int = 0
    waiting: int = 0
    answers: int = 0
    refused: int = 0
    started: int = 0
    killed: dict[str, int] = field(default_factory=dict)
    isolated: bool | None = None
    cache_hits: int = 0
    cache_misses: int = 0
    cache_bytes: int = 0


@dataclass(eq=False, slots=True)
class _Job:
    header: Header
    seconds: float
    deadline: float
    future: asyncio.Future[Reply]


@dataclass(eq=False)
class _Checkpoint:
    """A leased checkpoint and how many workers stand on it; the last one to leave gives the lease back."""

    lease: Lease
    users: int = 0

    def __post_init__(self) -> None:
        self.path = str(self.lease.path)


@dataclass(eq=False)
class _Worker:
    child: Child
    checkpoint: _Checkpoint
    since: float
    ready: bool = False
    old: bool = False
    job: _Job | None = None
    frame: Frame = field(default_factory=Frame)


class Pool:
    """Answers requests of `store.worker` in worker processes. Use it from its event loop only."""

    def __init__(self, layout: Layout, base_iri: str, memory_mb: int, workers: int, waiting: int) -> None:
        """Nothing starts before the first request."""
        self._layout = layout
        self._current = str(layout.current)  # a path made of text once: it is looked at for each query
        self._base_iri = base_iri
        self._memory_mb = memory_mb
        self._most = workers
        self._most_old = max(1, workers - 1)
        self._most_waiting = waiting
        self._loop = asyncio.get_running_loop()
        self._workers: set[_Worker] = set()
        self._idle: list[_Worker] = []  # the last one used comes first: its caches are warm
        self._young: deque[_Job] = deque()
        self._old: deque[_Job] = deque()
        self._newest: _Checkpoint | None = None
        self._seen: tuple[int, int] | None = None
        self._tick_is_due = False
        self._closed = False
        self._isolated: bool | None = None
        self._answers = self._refused = self._started = 0
        self._killed: Counter[str] = Counter()

    # What a reader asks

    def submit(self, header: Header, seconds: float) -> asyncio.Future[Reply]:
        """Have a request answered within so many seconds, waiting included; cancel the future to stop it.

        Raises:
            TooMuch: too many are waiting.
            NotFound: nothing has been loaded.
            Unavailable: the home folder cannot be used, or the pool is closed.
        """
        if self._closed:
            raise Unavailable("This reader is closed.", hint="Open another.")
        self._look_for_newer()
        if len(self._young) + len(self._old) >= self._most_waiting:
            self._refused += 1
            raise TooMuch(
                f"{self._most_waiting} queries are waiting already.", hint="Try again in a few seconds."
            )
        job = _Job(header, seconds, self._loop.time() + seconds, self._loop.create_future())
        self._young.append(job)
        self._dispatch()
        self._tick_soon()
        return job.future

    @property
    def revision(self) -> str:
        """The newest revision.

        Raises:
            NotFound: nothing has been loaded.
            Unavailable: the home folder cannot be read.
        """
        return self._look_for_newer().lease.revision

    def statistics(self) -> PoolStatistics:
        """How the pool is doing now."""
        return PoolStatistics(
            most=self._most,
            alive=len(self._workers),
            busy=sum(worker.job is not None for worker in self._workers),
            waiting=len(self._young) + len(self._old),
            answers=self._answers,
            refused=self._refused,
            started=self._started,
            killed=dict(self._killed),
            isolated=self._isolated,
        )

    def close(self) -> None:
        """Stop the workers and wait for their end. What is being answered or waits is told so. May be called more than once."""
        self._closed = True
        error = Unavailable("The service is stopping.", hint="Try again when it is back.")
        for job in (*self._young, *self._old):
            _fail(job, error)
        self._young.clear()
        self._old.clear()
        for worker in [*self._workers]:
            running = worker.job
            self._forget(worker)
            worker.child.close()
            if running is not None:
                _fail(running, error)
        if self._newest is not None:
            self._newest.lease.release()
            self._newest = self._seen = None

    # Checkpoints

    def _look_for_newer(self) -> _Checkpoint:
        """The newest checkpoint, leased; looking costs a microsecond while nothing is published."""
        try:
            found = os.stat(self._current)  # noqa: PTH116 - a Path would be made of it, for each query
            seen = (found.st_ino, found.st_mtime_ns)
        except OSError:
            seen = (0, 0)  # `lease` says what is wrong
        if self._newest is None or seen != self._seen:
            lease = self._layout.lease()
            old, self._newest, self._seen = self._newest, _Checkpoint(lease), seen
            if old is not None and not old.users:
                old.lease.release()
            for worker in [*self._idle]:  # so that nothing holds the old one for longer than a query runs
                self._idle.remove(worker)
                self._give(worker, self._errand())
        return self._newest

    def _errand(self) -> _Job:
        """A request of our own whose answer nobody waits for: it makes a worker open the newest checkpoint."""
        future: asyncio.Future[Reply] = self._loop.create_future()
        future.add_done_callback(lambda done: done.exception())
        return _Job({"op": "ping"}, START_SECONDS, self._loop.time() + START_SECONDS, future)

    def _stand_on(self, worker: _Worker, checkpoint: _Checkpoint) -> None:
        checkpoint.users += 1
        self._leave(worker)
        worker.checkpoint = checkpoint

    def _leave(self, worker: _Worker) -> None:
        checkpoint = worker.checkpoint
        checkpoint.users -= 1
        if not checkpoint.users and checkpoint is not self._newest:
            checkpoint.lease.release()

    # Work

    def _dispatch(self) -> None:
        """Give waiting requests to idle workers, and start workers for the rest."""
        while self._idle:
            job = self._next_job()
            if job is None:
                return
            self._give(self._idle.pop(), job)
        starting = sum(not worker.ready for worker in self._workers)
        wanted = len(self._young) + min(len(self._old), self._room_for_old())
        while starting < wanted and len(self._workers) < self._most:
            starting += 1
            self._start()

    def _next_job(self) -> _Job | None:
        while self._young:
            job = self._young.popleft()
            if not job.future.done():
                return job
        while self._old and self._room_for_old():
            job = self._old.popleft()
            if not job.future.done():
                return job
        return None

    def _room_for_old(self) -> int:
        return max(0, self._most_old - sum(worker.old for worker in self._workers))

    def _give(self, worker: _Worker, job: _Job) -> None:
        newest = self._newest
        if newest is not None and worker.checkpoint is not newest:
            self._stand_on(worker, newest)
        worker.job, worker.since = job, self._loop.time()
        frame = packed({**job.header, "checkpoint": worker.checkpoint.path})
        try:
            sent = worker.child.channel.send(frame)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._bury(worker)
            return
        if sent < len(frame):
            self._send_later(worker, frame[sent:])

    def _send_later(self, worker: _Worker, rest: bytes) -> None:
        """Send what did not fit the socket's buffer, as the worker reads it."""
        channel = worker.child.channel
        number = channel.fileno()

        def more() -> None:
            nonlocal rest
            try:
                rest = rest[channel.send(rest) :]
            except BlockingIOError:
                return
            except OSError:
                rest = b""  # its end shows where we listen
            if not rest:
                self._loop.remove_writer(number)

        self._loop.add_writer(number, more)

    def _start(self) -> None:
        """Start a worker; it will say when it is ready."""
        checkpoint = self._look_for_newer()
        try:
            child = Child("cc_graph.store.worker", (checkpoint.path, self._base_iri), self._memory_mb)
        except CityError as error:
            self._fail_next(error)
            return
        child.channel.setblocking(False)
        checkpoint.users += 1
        worker = _Worker(child, checkpoint, self._loop.time())
        self._workers.add(worker)
        self._started += 1
        self._loop.add_reader(child.channel.fileno(), self._listen, worker)
        self._tick_soon()

    def _listen(self, worker: _Worker) -> None:
        """A worker has said something."""
        try:
            if not worker.frame.receive(worker.child.channel):
                return
        except BlockingIOError:
            return
        except (EOFError, OSError):
            self._bury(worker)
            return
        frame, worker.frame = worker.frame, Frame()
        answer, body = frame.content()
        if worker.ready:
            self._finish(worker, answer, os.fdopen(frame.fds.pop(), "rb") if frame.fds else body)
        elif "error" in answer:
            self._stop(worker)
            self._fail_next(told(answer["error"]))
        else:
            worker.ready = True
            self._isolated = bool(answer["network_isolated"])
            self._rest(worker)

    def _finish(self, worker: _Worker, answer: Header, body: bytes | BinaryIO) -> None:
        job, worker.job = worker.job, None
        self._answers += 1
        if job is None or job.future.done():
            if not isinstance(body, bytes):
                body.close()
        elif "error" in answer:
            job.future.set_exception(told(answer["error"]))
        else:
            job.future.set_result(Reply(answer, body, worker.checkpoint.lease.revision))
        if answer.get("last") or (worker.old and not worker.child.speed_up()):
            self._stop(worker)
            self._dispatch()
        else:
            worker.old = False
            self._rest(worker)

    def _rest(self, worker: _Worker) -> None:
        self._idle.append(worker)
        self._dispatch()

    # Limits

    def _tick_soon(self) -> None:
        if not self._tick_is_due:
            self._tick_is_due = True
            self._loop.call_later(_TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        """Look at the clock for all that works and waits."""
        self._tick_is_due = False
        now = self._loop.time()
        for worker in [*self._workers]:
            self._look_at(worker, now)
        for waiting in (self._young, self._old):
            for late in [job for job in waiting if now >= job.deadline or job.future.done()]:
                waiting.remove(late)
                busy = f"All {self._most} workers were busy for {late.seconds:g} seconds."
                _fail(late, TooMuch(busy, hint="Try again in a moment."))
        self._dispatch()
        if self._young or self._old or any(worker.job or not worker.ready for worker in self._workers):
            self._tick_soon()

    def _look_at(self, worker: _Worker, now: float) -> None:
        job = worker.job
        if not worker.ready:
            if now >= worker.since + START_SECONDS:
                self._stop(worker)
                self._fail_next(too_slow(START_SECONDS))
        elif job is None:
            return
        elif now >= job.deadline:
            self._stop(worker, "deadline")
            _fail(job, too_slow(job.seconds))
        elif job.future.done():  # nobody wants it any more
            self._stop(worker, "hangup")
        elif not worker.old and now >= worker.since + YOUNG_SECONDS:
            if self._room_for_old():
                worker.old = True
                worker.child.slow_down()
            else:
                self._stop(worker, "preempted")
                self._old.append(job)

    def _fail_next(self, error: CityError) -> None:
        """No worker could be had: tell the one who waits longest."""
        for waiting in (self._young, self._old):
            while waiting:
                job = waiting.popleft()
                if not job.future.done():
                    _fail(job, error)
                    return

    # The end of a worker

    def _forget(self, worker: _Worker) -> None:
        """Count a worker no more and listen to it no more."""
        self._workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        worker.job = None
        worker.frame.close()
        number = worker.child.channel.fileno()
        if number >= 0:
            self._loop.remove_reader(number)
            self._loop.remove_writer(number)
        self._leave(worker)

    def _stop(self, worker: _Worker, reason: str = "") -> None:
        """Kill a worker; its memory goes back to the host while we go on."""
        if reason:
            self._killed[reason] += 1
        self._forget(worker)
        worker.child.kill()
        self._aside(worker.child.close)

    def _bury(self, worker: _Worker) -> None:
        """A worker died by itself: that costs the query it had, and no other."""
        job = worker.job
        self._killed["crash"] += 1
        self._forget(worker)
        told_why = self._aside(worker.child.death)

        def tell(found: asyncio.Future[CityError]) -> None:
            if job is not None:
                _fail(job, found.result())
            self._dispatch()

        told_why.add_done_callback(tell)

    def _aside(self, do: Callable[[], CityError | None]) -> asyncio.Future:  # type: ignore[type-arg]
        return self._loop.run_in_executor(None, do)


def _fail(job: _Job, error: CityError) -> None:
    if not job.future.done():
        job.future.set_exception(error)
