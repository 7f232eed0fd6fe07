"""The child as the parent sees it: a process to start, to slow down and to kill, and what its end means."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cc_graph import errors
from cc_graph.errors import CityError, TooMuch, Unavailable

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

    from cc_graph.sandbox.frames import Header

_LOW_PRIORITY, _GENTLE_PRIORITY = 15, 5
_MEMORY_WORDS = (
    b"memory allocation",
    b"MemoryError",
    b"bad_alloc",
    b"Cannot allocate memory",
    b"out of memory",
)


class Child:
    """A process that was started, and the socket to speak to it.

    Attributes:
        channel: our end of the socket pair.
        memory_mb: what the child may add to the memory it has when it is ready.
    """

    def __init__(self, module: str, arguments: Sequence[str], memory_mb: int) -> None:
        """Start `python -m module`.

        Raises:
            Unavailable: the host starts no more processes.
        """
        self.memory_mb = memory_mb
        try:
            with ExitStack() as held:
                self._stderr = held.enter_context(tempfile.TemporaryFile())
                self.channel, theirs = socket.socketpair()
                held.callback(self.channel.close)
                with theirs:
                    self._process = _start(module, theirs, memory_mb, arguments, self._stderr)
                held.pop_all()  # closed by close()
        except OSError as error:
            raise Unavailable(
                f"No process can be started: {error.strerror}.", hint="Close other programs."
            ) from None

    @property
    def alive(self) -> bool:
        """Whether the child can take a request."""
        return self.channel.fileno() >= 0 and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def cpu_seconds(self) -> float:
        """How much of a processor it has had; where the host does not tell, how much time has passed."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return time.monotonic()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def slow_down(self, *, gently: bool = False) -> None:
        """Let everybody else go first; or a little."""
        with suppress(ProcessLookupError, PermissionError):  # we may be slower than that ourselves
            os.setpriority(os.PRIO_PROCESS, self.pid, _GENTLE_PRIORITY if gently else _LOW_PRIORITY)

    def speed_up(self) -> bool:
        """Take `slow_down` back; False where the host does not allow it."""
        try:
            os.setpriority(os.PRIO_PROCESS, self.pid, os.getpriority(os.PRIO_PROCESS, 0))
        except (PermissionError, ProcessLookupError):
            return False
        return True

    def kill(self) -> None:
        """End the child and stop listening to it; `close` must follow."""
        self._process.kill()
        self.channel.close()

    def close(self) -> None:
        """Kill the child and wait for its end, which may take a while if it has much memory. May be called more than once."""
        self.kill()
        self._process.wait()
        for end in (self._stderr, self._process.stdin):
            if end is not None:
                end.close()

    def death(self) -> CityError:
        """What the end of a child nobody killed means to the caller; closes it."""
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


def too_slow(seconds: float) -> TooMuch:
    """The error of who was stopped at a deadline."""
    return TooMuch(
        f"It took longer than {seconds:g} seconds and was stopped.",
        hint="Ask for less (a LIMIT, a narrower pattern) or raise CC_GRAPH_QUERY_SECONDS.",
    )


def told(packed: Header) -> CityError:
    """The error a child tells of."""
    kind: type[CityError] = getattr(errors, packed["class"], CityError)
    return kind(packed["sentence"], hint=packed["hint"])


def _start(
    module: str, theirs: socket.socket, memory_mb: int, arguments: Sequence[str], stderr: IO[bytes]
) -> subprocess.Popen[bytes]:
    import subprocess  # a quarter of a child's starting time, and a child never needs it

    # -P: the folder the user stands in is not searched for modules. The child finds the package where we found it.
    path = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(  # noqa: S603 - our own program, and a list, not a shell's line
        [sys.executable, "-P", "-m", module, str(theirs.fileno()), str(memory_mb), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        pass_fds=[theirs.fileno()],
        # One heap: each further one would reserve 64 MB of the address space that is bounded.
        env=os.environ | {"PYTHONPATH": path, "MALLOC_ARENA_MAX": "1"},
    )
