"""One child for a caller that waits."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from cc_graph.sandbox.frames import packed, receive, send
from cc_graph.sandbox.process import Child, told, too_slow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cc_graph.sandbox.frames import Header

START_SECONDS = 20.0
"""How long a child may take to open what it needs."""


class Sandbox:
    """A child process that answers requests, one at a time.

    Any thread may use it, but only one at a time. A child that was killed or died stays dead: start another.

    Attributes:
        network_isolated: whether the host let the child give up its network.
    """

    def __init__(self, module: str, *arguments: str, memory_mb: int, gentle: bool = False) -> None:
        """Start `python -m module` and wait until it is ready.

        Args:
            module: calls `serve`.
            arguments: what its `prepare` gets.
            memory_mb: what the child may add to the memory it has when it is ready.
            gentle: whether it lets other processes go a little before it.

        Raises:
            CityError: whatever the child's `prepare` raises.
            TooMuch: it was not ready in time.
            Unavailable: the host starts no more processes.
        """
        self._child = Child(module, arguments, memory_mb)
        if gentle:
            self._child.slow_down(gently=True)
        hello, _ = self._exchange(None, (), START_SECONDS)
        self.network_isolated = bool(hello["network_isolated"])

    @property
    def alive(self) -> bool:
        """Whether the child can take a request."""
        return self._child.alive

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def request(
        self, header: Header, fds: Sequence[int] = (), *, seconds: float
    ) -> tuple[Header, bytes | int]:
        """Hand a request to the child and wait for its answer.

        Args:
            header: what is asked, as JSON can hold it.
            fds: descriptors the child gets copies of, at most 4; the caller closes its own.
            seconds: after this time the child is killed.

        Returns:
            The answer's header and its body: bytes, or for a large one the descriptor of a complete file, rewound,
            which the caller closes.

        Raises:
            TooMuch: the child took too long, needed too much memory or overflowed its stack.
            CityError: whatever the child's handler raises.
        """
        return self._exchange(header, fds, seconds)

    def close(self) -> None:
        """Kill the child and wait for its end. May be called more than once."""
        self._child.close()

    def _exchange(
        self, header: Header | None, fds: Sequence[int], seconds: float
    ) -> tuple[Header, bytes | int]:
        """Send a frame, if there is one, and receive a frame; an exception of any kind leaves the child dead."""
        channel = self._child.channel
        try:
            deadline = time.monotonic() + seconds
            if header is not None:
                send(channel, packed(header), fds, deadline)
            frame = receive(channel, deadline)
        except TimeoutError:
            self.close()
            raise too_slow(seconds) from None
        except (EOFError, ConnectionError):
            raise self._child.death() from None
        except BaseException:  # also an interrupt: half a conversation cannot be taken up again
            self.close()
            raise
        answer, body = frame.content()
        if answer.get("last"):
            self.close()
        if "error" in answer:
            frame.close()
            raise told(answer["error"])
        return answer, frame.fds.pop() if frame.fds else body


def read(body: bytes | int) -> bytes:
    """All of a body; a file is closed then."""
    if isinstance(body, bytes):
        return body
    with os.fdopen(body, "rb") as file:
        return file.read()
