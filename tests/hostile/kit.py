"""The runner: sends hostile inputs, one at a time or many at once, and judges how each of them ended."""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hostile.canary import canary
from hostile.documents import documents
from hostile.inputs import ANSWER, GONE, REFUSAL, Input, complaint
from hostile.queries import queries
from hostile.wire import Server, asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hostile.canary import Canary
    from hostile.wire import Reply

GRACE = 0.5
"""Seconds after the deadline within which an answer must have ended."""

SETTLING = 20.0
"""Seconds during which an input whose answer must be known is sent again after a 503: others had taken the places."""

OWN_TIME = 60.0
"""Seconds within which even what is slow by itself must have ended."""


@dataclass(frozen=True)
class Row:
    """How one input ended.

    Attributes:
        given: the input.
        status: of the answer; the first that was wrong, where several copies were sent.
        seconds: how long it took; the longest of the copies.
        wrong: what is wrong with it, empty if nothing is.
        late: whether it ended later than the deadline and the grace, or its work went on after the client had left.
        freed: after a hang-up, how many seconds a simple question took.
    """

    given: Input
    status: int
    seconds: float
    wrong: str
    late: bool
    freed: float = 0.0

    @property
    def good(self) -> bool:
        """Whether it ended as it should."""
        return not self.wrong and not self.late

    @property
    def verdict(self) -> str:
        """The same in words."""
        if self.good or self.wrong:
            return self.wrong or "good"
        return "its work went on" if self.freed else f"later than the deadline and {GRACE} s"


def all_inputs(lure: str, endpoint: str, *, with_documents: bool = True) -> list[Input]:
    """Every hostile input.

    Args:
        lure: address of the canary.
        endpoint: address of the endpoint.
        with_documents: whether the server takes documents.
    """
    return [*queries(lure, endpoint), *(documents(lure) if with_documents else [])]


class Runner:
    """Sends inputs to a server."""

    def __init__(self, endpoint: str, validation: str, seconds: float) -> None:
        """Know the server.

        Args:
            endpoint: address of its SPARQL endpoint.
            validation: path where it takes documents.
            seconds: its deadline for one query or document.
        """
        self._queries = Server.at(endpoint)
        self._documents = Server.at(endpoint, validation)
        self._seconds = seconds

    def run(
        self, inputs: Iterable[Input], at_once: int = 1, told: Callable[[Row], None] = lambda _: None
    ) -> list[Row]:
        """Send them, so many at the same time; each row is told as soon as it is known."""
        waiting: queue.SimpleQueue[Input] = queue.SimpleQueue()
        for given in inputs:
            waiting.put(given)
        rows: list[Row] = []
        guard = threading.Lock()

        def work() -> None:
            while True:
                try:
                    given = waiting.get_nowait()
                except queue.Empty:
                    return
                row = self.one(given)
                with guard:
                    rows.append(row)
                    told(row)

        with ThreadPoolExecutor(at_once) as pool:
            for ended in [pool.submit(work) for _ in range(at_once)]:
                ended.result()
        return rows

    def one(self, given: Input) -> Row:
        """Send one input, in all its copies."""
        with ThreadPoolExecutor(given.copies) as pool:
            rows = list(pool.map(self._settled, [given] * given.copies))
        row = next((row for row in rows if row.wrong), rows[0])
        row = replace(row, seconds=max(row.seconds for row in rows), late=any(row.late for row in rows))
        if given.expect == GONE:
            reply = self._queries.send(
                asked(f"ASK {{}} # after {given.id} {time.monotonic()}"), self._patience(given)
            )
            wrong = "" if reply.status == 200 else f"afterwards ASK {{}} gives {reply.status} {reply.error}"
            # Less than the deadline: what goes on for somebody who left would still be going on.
            busy = reply.seconds > self._seconds / 2 + GRACE
            row = replace(row, freed=reply.seconds, wrong=wrong, late=busy)
        return row

    def _settled(self, given: Input) -> Row:
        """Send it; where only a definite answer will do, send it again after a 503, as Retry-After says."""
        patience = time.monotonic() + SETTLING
        while True:
            reply = self._server(given).send(given.call, self._patience(given))
            if not (
                reply.status == 503 and given.expect in {ANSWER, REFUSAL} and time.monotonic() < patience
            ):
                return self._judged(given, reply)
            time.sleep(0.5)

    def _judged(self, given: Input, reply: Reply) -> Row:
        late = reply.seconds > self._seconds + GRACE and not given.own_time and given.expect != GONE
        return Row(given, reply.status, reply.seconds, complaint(given, reply), late)

    def _server(self, given: Input) -> Server:
        return self._documents if given.document else self._queries

    def _patience(self, given: Input) -> float:
        """How long the kit waits: longer than the server should take, to see how much longer it takes."""
        return OWN_TIME + self._seconds if given.own_time else 2 * self._seconds + 10


def lured(endpoint: str, *, with_documents: bool = True) -> tuple[Canary, list[Input]]:
    """For tests that only look at the inputs: them all, with a canary that has closed already."""
    with canary() as closed:
        return closed, all_inputs(closed.url, endpoint, with_documents=with_documents)
