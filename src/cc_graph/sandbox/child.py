"""The child's side: give up the network and most memory, then answer requests until the parent goes away."""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
from contextlib import closing
from functools import cache
from typing import IO, TYPE_CHECKING

from cc_graph.errors import CityError
from cc_graph.sandbox.frames import packed, receive, send

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cc_graph.sandbox.frames import Header

    Body = bytes | IO[bytes] | None
    Handler = Callable[[Header, Sequence[int]], tuple[Header, Body]]
    Prepare = Callable[[Sequence[str]], Handler]

LARGEST_RESULT = 1 << 30
"""How many bytes a child may write into one file."""

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000


def serve(prepare: Prepare) -> None:
    """Open what is needed, then answer requests. Call it before any thread starts.

    Args:
        prepare: gets the arguments given to the parent, opens resources, returns the handler. The handler gets a header
            and descriptors (it need not close them) and returns a header and a body: bytes, at most `LARGEST_INLINE`;
            or a complete file; or None.
    """
    isolated = _leave_network()
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group: the parent decides
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    budget = int(sys.argv[2]) << 20
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        try:
            handler = prepare(sys.argv[3:])
        except CityError as error:
            send(channel, packed({"error": _told(error), "last": True}))
            return
        at_rest = _limit(budget)
        send(channel, packed({"network_isolated": isolated}))
        last = False
        while not last:
            try:
                frame = receive(channel)
            except EOFError:
                return
            try:
                answer, body = _handle(handler, frame.content()[0], frame.fds)
            finally:
                frame.close()
            # A heap that stays large would make the next request fail for no fault of its own.
            if _address_space() - at_rest > budget // 2:
                answer["last"] = last = True
            _reply(channel, answer, body)


def _reply(channel: socket.socket, answer: Header, body: Body) -> None:
    if body is None or isinstance(body, bytes):
        send(channel, packed(answer, body or b""))
        return
    with closing(body):
        body.flush()
        body.seek(0)
        send(channel, packed(answer), [body.fileno()])


def _handle(handler: Handler, header: Header, fds: Sequence[int]) -> tuple[Header, Body]:
    """The answer, an expected error among them; any other exception ends the child, and the parent says so."""
    try:
        return handler(header, fds)
    except CityError as error:
        return {"error": _told(error)}, None


def _told(error: CityError) -> Header:
    return {"class": type(error).__name__, "sentence": str(error), "hint": error.hint}


def _leave_network() -> bool:
    """Move to a namespace without network interfaces; False where the host refuses.

    A privileged process needs no user namespace of its own, and without one keeps its rights on files.
    """
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    libc = ctypes.CDLL(None)
    return any(libc.unshare(flags) == 0 for flags in (_NEW_NET, _NEW_USER | _NEW_NET))


def _die_with_parent() -> None:
    """Have the kernel end this process when the parent's end of stdin closes, even in the midst of C code.

    PR_SET_PDEATHSIG will not do: it fires when the *thread* that started us ends, and servers retire idle threads.
    """
    import fcntl
    import select

    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(
        0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC
    )  # SIGIO, unhandled, ends a process
    if select.select([0], [], [], 0)[0]:
        sys.exit(0)  # it closed before we listened


def _limit(budget: int) -> int:
    """Cap memory at what is used now plus the budget, and files at `LARGEST_RESULT`; returns bytes used now."""
    at_rest = _address_space()
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_RESULT, resource.RLIM_INFINITY))
    if at_rest:
        resource.setrlimit(resource.RLIMIT_AS, (at_rest + budget, resource.RLIM_INFINITY))
    return at_rest


@cache
def _memory_file() -> int:
    """Descriptor of the file that tells our memory, kept open: it is read after each request; -1 where there is none."""
    try:
        return os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return -1


def _address_space() -> int:
    """Bytes of address space in use, 0 where the host does not tell."""
    if _memory_file() < 0:
        return 0
    return int(os.pread(_memory_file(), 100, 0).split()[0]) * resource.getpagesize()
