"""One killable child process with little memory and no network, for work on text that others wrote.

A query or a file from outside can loop for ever, eat all memory or overflow the stack of the library that reads it. So
it never does so in our process: a `Sandbox` is a child (`python -m <module>`) that can be killed at any moment, and a
failure of the child is an ordinary error here. Parent and child speak over a socket pair: a frame is four bytes of
length and a JSON header, file descriptors travel beside it. A result is a file that is complete when its descriptor
arrives, so a failure never looks like a short success.

The child's `main` calls `serve`, before it starts any thread.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import struct
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from cc_graph import errors
from cc_graph.errors import CityError, TooMuch, Unavailable

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Sequence

    Header = dict[str, Any]
    Handler = Callable[[Header, Sequence[int]], tuple[Header, IO[bytes] | None]]
    Prepare = Callable[[Sequence[str]], Handler]

START_SECONDS = 20.0
"""How long a child may take to open what it needs."""

LARGEST_RESULT = 1 << 30
"""How many bytes a child may write into one file."""

_LENGTH = struct.Struct("!I")
_MOST_FDS = 4
_ON_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_MEMORY_WORDS = (
    b"memory allocation",
    b"MemoryError",
    b"bad_alloc",
    b"Cannot allocate memory",
    b"out of memory",
)


class Sandbox:
    """A child process that answers requests, one at a time.

    Any thread may use it, but only one at a time. A child that was killed or died stays dead: start another.

    Attributes:
        network_isolated: whether the host let the child give up its network.
        memory_mb: what the child may add to the memory it has when it is ready.
    """

    def __init__(self, module: str, *arguments: str, memory_mb: int) -> None:
        """Start `python -m module` and wait until it is ready.

        Raises:
            CityError: whatever the child's `prepare` raises.
            TooMuch: it was not ready in time.
            Unavailable: the host starts no more processes.
        """
        self.memory_mb = memory_mb
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._socket, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = _start(module, theirs, memory_mb, arguments, self._stderr)
        except OSError as error:
            self._socket.close()
            self._stderr.close()
            raise Unavailable(
                f"No process can be started: {error.strerror}.", hint="Close other programs."
            ) from None
        hello, _ = self._exchange(None, (), START_SECONDS)
        self.network_isolated = bool(hello["network_isolated"])

    @property
    def alive(self) -> bool:
        """Whether the child can take a request."""
        return self._socket.fileno() >= 0 and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def request(
        self, header: Header, fds: Sequence[int] = (), *, seconds: float
    ) -> tuple[Header, int | None]:
        """Hand a request to the child and wait for its answer.

        Args:
            header: what is asked, as JSON can hold it.
            fds: descriptors the child gets copies of, at most 4; the caller closes its own.
            seconds: after this time the child is killed.

        Returns:
            The answer's header and, if the answer has a body, the descriptor of a complete file, rewound. The caller
            closes it.

        Raises:
            TooMuch: the child took too long, needed too much memory or overflowed its stack.
            CityError: whatever the child's handler raises.
        """
        answer, fd = self._exchange(header, fds, seconds)
        if answer.get("last"):
            self.close()
        return answer, fd

    def close(self) -> None:
        """Kill the child and wait for its end. May be called more than once."""
        if self._socket.fileno() >= 0:
            self._process.kill()
            self._process.wait()
            for end in (self._socket, self._stderr, self._process.stdin):
                if end is not None:
                    end.close()

    def _exchange(
        self, header: Header | None, fds: Sequence[int], seconds: float
    ) -> tuple[Header, int | None]:
        """Send a frame, if there is one, and receive a frame; an exception of any kind leaves the child dead."""
        received: list[int] = []
        try:
            deadline = time.monotonic() + seconds
            if header is not None:
                _send(self._socket, header, fds, deadline)
            answer, received = _receive(self._socket, deadline)
            if "error" not in answer:
                return answer, received.pop() if received else None
        except TimeoutError:
            self.close()
            raise TooMuch(
                f"It took longer than {seconds:g} seconds and was stopped.",
                hint="Ask for less (a LIMIT, a narrower pattern) or raise CC_GRAPH_QUERY_SECONDS.",
            ) from None
        except (EOFError, ConnectionError):
            raise self._death() from None
        except BaseException:  # also an interrupt: half a conversation cannot be taken up again
            self.close()
            raise
        finally:
            for fd in received:
                os.close(fd)
        if answer.get("last"):
            self.close()
        raise _unpack(answer["error"])

    def _death(self) -> CityError:
        """What the end of a child nobody killed means to the caller."""
        code = self._process.wait()
        self._stderr.seek(0)
        last_words = self._stderr.read()[-4000:]
        self.close()
        if code in {-signal.SIGKILL, -signal.SIGABRT, -signal.SIGBUS} or any(
            w in last_words for w in _MEMORY_WORDS
        ):
            return TooMuch(
                f"It needed more than {self.memory_mb} MB of memory and was stopped.",
                hint="Ask for less (a LIMIT, fewer joins, no sorting) or raise CC_GRAPH_QUERY_MEMORY_MB.",
            )
        if code == -signal.SIGSEGV:
            return TooMuch(
                "It is nested too deeply, or needed too much memory, and was stopped.",
                hint="Write it with fewer levels of brackets, or ask for less.",
            )
        line = last_words.strip().rsplit(b"\n", 1)[-1].decode(errors="replace")
        return CityError(
            f"A worker process ended unexpectedly ({line or f'exit code {code}'}).",
            hint="Try again; if it stays so, report it.",
        )


def _start(
    module: str, theirs: socket.socket, memory_mb: int, arguments: Sequence[str], stderr: IO[bytes]
) -> subprocess.Popen[bytes]:
    import subprocess  # a quarter of a child's starting time, and a child never needs it

    # -P: the folder the user stands in is not searched for modules. The child finds the package where we found it.
    path = os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(  # noqa: S603 - our own program, and a list, not a shell's line
        [sys.executable, "-P", "-m", module, str(theirs.fileno()), str(memory_mb), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        pass_fds=[theirs.fileno()],
        env=os.environ | {"PYTHONPATH": path},
    )


def serve(prepare: Prepare) -> None:
    """The child's side: open what is needed, then answer requests until the parent goes away.

    Args:
        prepare: gets the arguments given to `Sandbox`, opens resources, returns the handler. The handler gets a header
            and descriptors (it need not close them) and returns a header and a complete file or None.
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
            _send(channel, {"error": _pack(error), "last": True})
            return
        at_rest = _limit(budget)
        _send(channel, {"network_isolated": isolated})
        last = False
        while not last:
            try:
                header, fds = _receive(channel)
            except EOFError:
                return
            answer, body = _handle(handler, header, fds)
            # A heap that stays large would make the next request fail for no fault of its own.
            last = _address_space() - at_rest > budget // 2
            if body is None:
                _send(channel, answer | {"last": last})
            else:
                with closing(body):
                    body.flush()
                    body.seek(0)
                    _send(channel, answer | {"last": last}, [body.fileno()])


def _handle(handler: Handler, header: Header, fds: Sequence[int]) -> tuple[Header, IO[bytes] | None]:
    """The answer, an expected error among them; any other exception ends the child, and the parent says so."""
    try:
        return handler(header, fds)
    except CityError as error:
        return {"error": _pack(error)}, None
    finally:
        for fd in fds:
            os.close(fd)


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


def _address_space() -> int:
    """Bytes of address space in use, 0 where the host does not tell."""
    with suppress(FileNotFoundError):
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    return 0


def _send(
    channel: socket.socket, header: Header, fds: Sequence[int] = (), deadline: float | None = None
) -> None:
    document = json.dumps(header).encode()
    _wait_until(channel, deadline)
    socket.send_fds(channel, [_LENGTH.pack(len(document))], list(fds))  # four bytes fit any socket buffer
    _wait_until(channel, deadline)
    channel.sendall(document)


def _receive(channel: socket.socket, deadline: float | None = None) -> tuple[Header, list[int]]:
    """The next frame; EOFError when the other side is gone."""
    _wait_until(channel, deadline)
    length, fds, _, _ = socket.recv_fds(channel, _LENGTH.size, _MOST_FDS, _ON_EXEC)
    try:
        length += _read(channel, _LENGTH.size - len(length), deadline)
        (size,) = _LENGTH.unpack(length)
        return json.loads(_read(channel, size, deadline)), fds
    except BaseException:
        for fd in fds:
            os.close(fd)
        raise


def _read(channel: socket.socket, size: int, deadline: float | None) -> bytes:
    document = bytearray()
    while len(document) < size:
        _wait_until(channel, deadline)
        piece = channel.recv(min(size - len(document), 1 << 20))
        if not piece:
            raise EOFError
        document += piece
    return bytes(document)


def _wait_until(channel: socket.socket, deadline: float | None) -> None:
    """Let the next call on the socket raise TimeoutError at the deadline."""
    if deadline is not None:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        channel.settimeout(remaining)


def _pack(error: CityError) -> Header:
    return {"class": type(error).__name__, "sentence": str(error), "hint": error.hint}


def _unpack(packed: Header) -> CityError:
    kind: type[CityError] = getattr(errors, packed["class"], CityError)
    return kind(packed["sentence"], hint=packed["hint"])
