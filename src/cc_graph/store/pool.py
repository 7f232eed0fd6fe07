"""The read pool: worker processes on the newest checkpoint, each with one query at a time, killed when it is too much.

Everything here runs in one event loop; `store.reader` is its door for everybody else. A query is *young* for its first
200 ms in a worker. Then its process is made to let others go first; but if it has the last worker that is kept for young
queries, it is stopped and begins again when another old one has ended. A query that grew old once is held for old from
the start the next time. So there is always a worker that answers a point lookup soon, whatever else is asked.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter, OrderedDict, deque
from typing import TYPE_CHECKING, BinaryIO, Final

from cc_graph.errors import CityError, TooMuch, Unavailable
from cc_graph.sandbox.frames import Frame, packed
from cc_graph.sandbox.parent import START_SECONDS
from cc_graph.sandbox.process import Child, told, too_slow
from cc_graph.store.checkpoints import Checkpoint, Checkpoints
from cc_graph.store.statistics import PoolStatistics
from cc_graph.store.workers import YOUNG_SECONDS, Job, Reply, Worker

if TYPE_CHECKING:
    from cc_graph.sandbox.frames import Header
    from cc_graph.store.layout import Layout

_TICK_SECONDS: Final = 0.05
_REMEMBERED: Final = 10_000  # queries that grew old


class Pool:
    """Answers requests of `store.worker` in worker processes. Use it from its event loop only."""

    def __init__(self, layout: Layout, base_iri: str, memory_mb: int, workers: int, waiting: int) -> None:
        """Nothing starts before the first request."""
        self._checkpoints = Checkpoints(layout)
        self._base_iri = base_iri
        self._memory_mb = memory_mb
        self._most = workers
        self._most_old = max(1, workers - 1)
        self._most_waiting = waiting
        self._loop = asyncio.get_running_loop()
        self._workers: set[Worker] = set()
        self._idle: list[Worker] = []  # the last one used comes first: its caches are warm
        self._young: deque[Job] = deque()
        self._old: deque[Job] = deque()
        self._grew_old: OrderedDict[str, None] = OrderedDict()
        self._tick_is_due = False
        self._closed = False
        self._isolated: bool | None = None
        self._answers = self._refused = self._started = 0
        self._killed: Counter[str] = Counter()

    # What a reader asks

    def submit(self, header: Header, seconds: float, key: str = "") -> asyncio.Future[Reply]:
        """Have a request answered within so many seconds, waiting included; cancel the future to stop it.

        Args:
            header: the request.
            seconds: how long it may take.
            key: equal requests have equal keys; empty if it does not matter.

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
        job = Job(header, key, seconds, self._loop.time() + seconds, self._loop.create_future())
        (self._old if key in self._grew_old else self._young).append(job)
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
            busy=sum(worker.job is not None for worker in [*self._workers]),  # asked from any thread
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
            job.fail(error)
        self._young.clear()
        self._old.clear()
        for worker in [*self._workers]:
            running = worker.job
            self._forget(worker)
            worker.child.close()
            _fail(running, error)
        self._checkpoints.close()

    def _look_for_newer(self) -> Checkpoint:
        """The newest checkpoint; if it is new, idle workers open it, so that nothing holds the old one for long."""
        newest, is_new = self._checkpoints.newest()
        if is_new:
            for worker in [*self._idle]:
                self._idle.remove(worker)
                self._give(worker, self._errand())
        return newest

    def _errand(self) -> Job:
        """A request of our own whose answer nobody waits for: it makes a worker open the newest checkpoint."""
        future: asyncio.Future[Reply] = self._loop.create_future()
        future.add_done_callback(lambda done: done.exception())
        return Job({"op": "ping"}, "", START_SECONDS, self._loop.time() + START_SECONDS, future)

    # Work

    def _dispatch(self) -> None:
        """Give waiting requests to idle workers, and start workers for the rest."""
        while self._idle and self._busy() < self._most:
            if job := _next(self._young):
                self._give(self._idle.pop(), job)
            elif self._room_for_old() and (job := _next(self._old)):
                worker = self._idle.pop()
                worker.slow_down()
                self._give(worker, job)
            else:
                break
        starting = sum(not worker.ready for worker in self._workers)
        wanted = len(self._young) + min(len(self._old), self._room_for_old())
        while starting < wanted and len(self._workers) < self._most:
            starting += 1
            self._start()
        # A spare one, for the moment when a query that grows old in the last young place is put aside.
        if not starting and not self._idle and len(self._workers) == self._most and not self._room_for_old():
            self._start()

    def _busy(self) -> int:
        return sum(worker.job is not None for worker in self._workers)

    def _room_for_old(self) -> int:
        return max(0, self._most_old - sum(worker.old for worker in self._workers))

    def _give(self, worker: Worker, job: Job) -> None:
        worker.checkpoint = self._checkpoints.move(worker.checkpoint)
        worker.job, worker.since = job, self._loop.time()
        try:
            worker.send(packed({**job.header, "checkpoint": worker.checkpoint.path}), self._loop)
        except OSError:  # it died while it rested, so this query has no part in it
            worker.job = None
            self._young.appendleft(job)
            self._bury(worker)

    def _start(self) -> None:
        """Start a worker; it will say when it is ready."""
        try:
            checkpoint = self._look_for_newer()
            child = Child("cc_graph.store.worker", (checkpoint.path, self._base_iri), self._memory_mb)
        except CityError as error:
            self._fail_next(error)
            return
        child.channel.setblocking(False)
        self._checkpoints.enter(checkpoint)
        worker = Worker(child, checkpoint, self._loop.time())
        self._workers.add(worker)
        self._started += 1
        self._loop.add_reader(child.channel.fileno(), self._listen, worker)
        self._tick_soon()

    def _listen(self, worker: Worker) -> None:
        """A worker has said something."""
        try:
            if not worker.frame.receive(worker.child.channel):
                return
        except BlockingIOError:
            return
        except (EOFError, OSError):
            self._bury(worker)
            return
        except CityError as error:
            job = worker.job
            self._stop(worker, "crash")
            _fail(job, error)
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

    def _finish(self, worker: Worker, answer: Header, body: bytes | BinaryIO) -> None:
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
            if worker.old and job is not None and self._loop.time() < worker.since + YOUNG_SECONDS:
                self._grew_old.pop(job.key, None)  # it was quick this time
            worker.old = False
            self._rest(worker)

    def _rest(self, worker: Worker) -> None:
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
        if self._young or self._old or any(worker.job or not worker.ready for worker in self._workers):
            self._tick_soon()  # whatever goes wrong below
        now = self._loop.time()
        for worker in [*self._workers]:
            self._look_at(worker, now)
        for waiting in (self._young, self._old):
            for late in [job for job in waiting if now >= job.deadline or job.future.done()]:
                waiting.remove(late)
                busy = f"All {self._most} workers were busy for {late.seconds:g} seconds."
                late.fail(TooMuch(busy, hint="Try again in a moment."))
        self._dispatch()

    def _look_at(self, worker: Worker, now: float) -> None:
        job = worker.job
        if not worker.ready:
            if now >= worker.since + START_SECONDS:
                self._stop(worker)
                self._fail_next(too_slow(START_SECONDS))
        elif job is None:
            return
        elif now >= job.deadline:
            self._stop(worker, "deadline")
            job.fail(too_slow(job.seconds))
        elif job.future.done():  # nobody wants it any more
            self._stop(worker, "hangup")
        elif not worker.old and worker.has_worked_long(now):
            self._remember(job)
            if self._room_for_old():
                worker.slow_down()
            else:
                self._stop(worker, "preempted")
                self._old.append(job)

    def _remember(self, job: Job) -> None:
        """A query that grew old is expected to do so again."""
        if job.key:
            self._grew_old[job.key] = None
            if len(self._grew_old) > _REMEMBERED:
                self._grew_old.popitem(last=False)

    def _fail_next(self, error: CityError) -> None:
        """No worker could be had: tell the one who waits longest."""
        _fail(_next(self._young) or _next(self._old), error)

    # The end of a worker

    def _forget(self, worker: Worker) -> None:
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
        self._checkpoints.leave(worker.checkpoint)

    def _stop(self, worker: Worker, reason: str = "") -> None:
        """Kill a worker; its memory goes back to the host while we go on."""
        if reason:
            self._killed[reason] += 1
        self._forget(worker)
        worker.child.kill()
        self._loop.run_in_executor(None, worker.child.close)

    def _bury(self, worker: Worker) -> None:
        """A worker died by itself: that costs the query it had, and no other."""
        job = worker.job
        self._killed["crash"] += 1
        self._forget(worker)

        def tell(found: asyncio.Future[CityError]) -> None:
            _fail(job, found.result())
            if not worker.ready:
                self._fail_next(found.result())
            self._dispatch()

        self._loop.run_in_executor(None, worker.child.death).add_done_callback(tell)


def _next(waiting: deque[Job]) -> Job | None:
    while waiting:
        job = waiting.popleft()
        if not job.future.done():
            return job
    return None


def _fail(job: Job | None, error: CityError) -> None:
    if job is not None:
        job.fail(error)
