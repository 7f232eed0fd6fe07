"""What parent and child say to each other: frames over a socket pair.

A frame is the lengths of its two parts, four bytes each; a header in JSON; and a body, which may be empty. File
descriptors travel beside the first bytes. A body too large to travel so is a file: its descriptor arrives when it is
complete, so a failure never looks like a short success.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from typing import TYPE_CHECKING, Any

from cc_graph.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    Header = dict[str, Any]

LARGEST_INLINE = 512 * 1024
"""How many bytes a body may have to travel in a frame."""

_LENGTHS = struct.Struct("!II")
_MOST_FDS = 4
_PIECE = 1 << 16
_FIRST_PIECE = 1 << 14  # most answers; more would be fetched from the host, and given back, for each of them
_ON_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)


def packed(header: Header, body: bytes = b"") -> bytes:
    """A frame as bytes."""
    document = json.dumps(header).encode()
    return b"".join((_LENGTHS.pack(len(document), len(body)), document, body))


class Frame:
    """A frame that arrives in pieces.

    Attributes:
        fds: the descriptors that came with it; whoever has the frame closes them.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self.fds: list[int] = []

    def receive(self, channel: socket.socket) -> bool:
        """Take what the channel has; whether the frame is complete now.

        Raises:
            EOFError: the other side is gone.
            BlockingIOError, TimeoutError: as the socket is set.
            Unavailable: this process has no room for a descriptor that came: without it, the body would seem empty.
        """
        piece, fds, flags, _ = socket.recv_fds(
            channel, _PIECE if self._bytes else _FIRST_PIECE, _MOST_FDS, _ON_EXEC
        )
        self.fds += fds
        if flags & socket.MSG_CTRUNC:
            raise Unavailable("Too many files are open to take an answer.", hint="Try again in a moment.")
        if not piece:
            raise EOFError
        self._bytes += piece
        return len(self._bytes) >= _LENGTHS.size + sum(self._lengths())

    def content(self) -> tuple[Header, bytes]:
        """Header and body of a complete frame."""
        size, _ = self._lengths()
        return json.loads(self._bytes[_LENGTHS.size : _LENGTHS.size + size]), bytes(
            self._bytes[_LENGTHS.size + size :]
        )

    def close(self) -> None:
        """Close the descriptors."""
        while self.fds:
            os.close(self.fds.pop())

    def _lengths(self) -> tuple[int, int]:
        if len(self._bytes) < _LENGTHS.size:
            return 0, _LENGTHS.size  # more than has arrived
        head, body = _LENGTHS.unpack_from(self._bytes)
        return head, body


def send(
    channel: socket.socket, frame: bytes, fds: Sequence[int] = (), deadline: float | None = None
) -> None:
    """Send a whole frame.

    Raises:
        TimeoutError: the other side did not take it in time.
        ConnectionError: the other side is gone.
    """
    wait_until(channel, deadline)
    sent = socket.send_fds(channel, [frame], list(fds))
    while sent < len(frame):
        wait_until(channel, deadline)
        sent += channel.send(memoryview(frame)[sent : sent + _PIECE])


def receive(channel: socket.socket, deadline: float | None = None) -> Frame:
    """Wait for a whole frame; each side sends one and waits for one, so nothing of a second one can follow.

    Raises:
        EOFError: the other side is gone.
        TimeoutError: it did not arrive in time.
    """
    frame = Frame()
    try:
        wait_until(channel, deadline)
        while not frame.receive(channel):
            wait_until(channel, deadline)
    except BaseException:
        frame.close()
        raise
    return frame


def wait_until(channel: socket.socket, deadline: float | None) -> None:
    """Let the next call on the socket raise TimeoutError at the deadline."""
    if deadline is not None:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        channel.settimeout(remaining)
