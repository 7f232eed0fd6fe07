"""The HTTP protocol of uvicorn, with an end to what a caller may send before we know what it wants, and to how long it may not read.

uvicorn waits for ever for the head of a call, keeps as many bytes of it as come, and keeps an answer for ever that nobody takes. A body that
trickles is the business of who reads it.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

_REASONS = {
    400: "The call is not HTTP.",
    408: "The head of the call did not arrive in time.",
    414: "The address of the call is too long: send a long query by POST.",
    431: "The head of the call is too long: send a long query by POST.",
}
_LONGEST_ADDRESS = 65535  # longer ones the parser of addresses takes for malformed


class Front(HttpToolsProtocol):
    """One connection.

    Attributes:
        LARGEST_HEAD: how many bytes the address and the headers of a call may have together.
        HEAD_SECONDS: how long they may take to arrive.
        STALL_SECONDS: how long a caller may leave an answer untaken, while there is more of it than the system keeps for it.
        LINGER_SECONDS: how long a refused caller may take to read why; what it sends meanwhile is thrown away.
    """

    LARGEST_HEAD: ClassVar[int] = 128 * 1024
    HEAD_SECONDS: ClassVar[float] = 10.0
    STALL_SECONDS: ClassVar[float] = 60.0
    LINGER_SECONDS: ClassVar[float] = 2.0

    _in_head = True
    _head_bytes = 0
    _refusal = 400
    _refused = False
    _deadline: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A caller is there."""
        super().connection_made(OneWrite(transport, self.loop))  # type: ignore[arg-type]
        self._expect_rest()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._forget_deadline()
        self._forget_stall()
        super().connection_lost(exc)

    # A caller that does not come to the point

    def data_received(self, data: bytes) -> None:
        """It sends something."""
        if self._refused:
            return
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        self._look_for_rest()

    def _look_for_rest(self) -> None:
        if self._refused:
            return
        if self._in_head and self._head_bytes > self.LARGEST_HEAD:
            self._refuse(431)
        elif self._head_bytes if self._in_head else self.cycle.response_complete:
            self._expect_rest()

    def on_message_begin(self) -> None:
        """The parser has read the beginning of a head."""
        super().on_message_begin()
        self._head_bytes = self._head_bytes or 1  # none are counted of those that came with the call before

    def on_headers_complete(self) -> None:
        """The parser has read a whole head."""
        self._in_head = False
        self._forget_deadline()
        if self._head_bytes > self.LARGEST_HEAD:  # a body may have come with it
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size > self.LARGEST_HEAD:
                self._refusal = 431
                raise _TooLongError
        if len(self.url) > _LONGEST_ADDRESS:
            self._refusal = 414
            raise _TooLongError
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The parser has read a whole call; another may follow."""
        super().on_message_complete()
        self._forget_deadline()
        self._in_head, self._head_bytes = True, 0

    def _expect_rest(self) -> None:
        """Give the caller a while to send the rest of a head, or of a body that was answered before it was read."""
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.HEAD_SECONDS, self._be_late)

    def _be_late(self) -> None:
        self._deadline = None
        if self._is_answering:  # the next head came behind the call that is being answered: that one first
            self._expect_rest()
        elif self._in_head:
            self._refuse(408)
        else:
            self.transport.abort()

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    # A caller that does not read

    def pause_writing(self) -> None:
        """The system takes no more of the answer for now."""
        super().pause_writing()
        self._expect_progress()

    def resume_writing(self) -> None:
        """It takes more again."""
        self._forget_stall()
        super().resume_writing()
        if self.transport.is_closing():
            self._expect_progress()

    def on_response_complete(self) -> None:
        """All of an answer has been written, though not yet taken."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._expect_progress()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing came for a while after an answer."""
        super().timeout_keep_alive_handler()
        self._expect_progress()

    def _expect_progress(self) -> None:
        """Cut the connection if it neither takes more nor ends: a close by itself waits for the caller."""
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.STALL_SECONDS, self.transport.abort)

    def _forget_stall(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    # Refusals

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """The parser gave up, or was made to."""
        self._refuse(self._refusal)

    def _refuse(self, status: int) -> None:
        """Say what is wrong, and part from the caller without a reset that would make it lose the answer."""
        self._refused = True
        self._forget_deadline()
        self._unset_keepalive_if_required()
        if self._is_answering:  # nothing may be written into the midst of another answer
            self.transport.abort()
            return
        told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
        body = json.dumps(told | {"detail": _REASONS[status]}).encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/problem+json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.write_eof()
        self._stalled = self._stalled or self.loop.call_later(self.LINGER_SECONDS, self.transport.abort)


class OneWrite:
    """A transport that hands on together what is written in one turn of the event loop, if it is little.

    uvicorn writes the head of an answer and its body apart, and uvloop sends each at once: two system calls, two packets
    and a client that wakes up twice. For a point lookup that is a fifth of all the work.
    """

    LARGEST_HELD: ClassVar[int] = 64 * 1024
    """More than that is handed on at once, so that the transport can say when the caller takes no more."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Write to that transport."""
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        """All else is the transport's."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Hold some bytes until the end of this turn."""
        if not self._held:
            self._loop.call_soon(self._hand_on)
        self._held.append(data)
        self._size += len(data)
        if self._size > self.LARGEST_HELD:
            self._hand_on()

    def write_eof(self) -> None:
        """Write nothing more."""
        self._hand_on()
        self._transport.write_eof()

    def close(self) -> None:
        """Close the connection when all has been taken."""
        self._hand_on()
        self._transport.close()

    def _hand_on(self) -> None:
        held, self._held, self._size = self._held, [], 0
        if held and not self._transport.is_closing():  # the caller may have gone meanwhile
            self._transport.write(b"".join(held))


class _TooLongError(Exception):
    """Makes the parser stop."""
