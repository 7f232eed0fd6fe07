"""One worker process of the read pool, and the request it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from cc_graph.sandbox.frames import Frame

if TYPE_CHECKING:
    import asyncio

    from cc_graph.sandbox.frames import Header
    from cc_graph.sandbox.process import Child
    from cc_graph.store.checkpoints import Checkpoint

YOUNG_SECONDS: Final = 0.2
"""How long a query may work before it has to let others go first: seconds of a processor."""

_YOUNG_AT_MOST_SECONDS: Final = 0.5  # by the clock: it may wait for a disk
_BEFORE_THE_FIRST_LOOK: Final = 0.05


@dataclass(frozen=True, slots=True)
class Reply:
    """What a worker answered: a header, and bytes or a complete file, rewound; and on which revision."""

    header: Header
    body: bytes | BinaryIO
    revision: str


@dataclass(eq=False, slots=True)
class Job:
    """A request.

    Attributes:
        header: what is asked.
        key: equal requests have equal keys; empty if it does not matter.
        seconds: how long it may take.
        deadline: by the clock of the event loop.
        future: where the reply, or what went wrong, will be.
    """

    header: Header
    key: str
    seconds: float
    deadline: float
    future: asyncio.Future[Reply]

    def fail(self, error: Exception) -> None:
        """Tell what went wrong, unless nobody waits any more."""
        if not self.future.done():
            self.future.set_exception(error)


@dataclass(eq=False, slots=True)
class Worker:
    """A worker process.

    Attributes:
        child: the process.
        checkpoint: what it stands on.
        since: when it was started or got its request, by the clock of the event loop.
        ready: whether it has opened its checkpoint.
        old: whether its request has worked for so long that it lets others go first.
        job: the request it has.
        frame: what it has said so far.
    """

    child: Child
    checkpoint: Checkpoint
    since: float
    ready: bool = False
    old: bool = False
    job: Job | None = None
    frame: Frame = field(default_factory=Frame)
    _looked_at: Job | None = None
    _worked_before: float = 0.0

    def slow_down(self) -> None:
        """Its request is old."""
        self.old = True
        self.child.slow_down()

    def has_worked_long(self, now: float) -> bool:
        """Whether its request has had as much of a processor as a young one may; on a busy host that takes a while."""
        if self._looked_at is not self.job:
            self._looked_at, self._worked_before = self.job, self.child.cpu_seconds()
        if now < self.since + YOUNG_SECONDS:
            return False
        worked = self.child.cpu_seconds() - self._worked_before + _BEFORE_THE_FIRST_LOOK
        return worked >= YOUNG_SECONDS or now >= self.since + _YOUNG_AT_MOST_SECONDS

    def send(self, frame: bytes, loop: asyncio.AbstractEventLoop) -> None:
        """Send a frame; what does not fit the socket's buffer goes as the process reads it.

        Raises:
            OSError: the process is gone.
        """
        channel = self.child.channel
        try:
            rest = frame[channel.send(frame) :]
        except BlockingIOError:
            rest = frame
        if not rest:
            return
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
                loop.remove_writer(number)

        loop.add_writer(number, more)
