"""Work in a copy of this process, which ends with the work.

What takes seconds to load is loaded once; what a document makes of it is gone with the copy, memory included. A document
that takes too much costs its copy, and the next one finds everything ready.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import tempfile
import traceback
from typing import IO, TYPE_CHECKING, Final

from cc_graph.errors import CityError, TooMuch

if TYPE_CHECKING:
    from collections.abc import Callable

_DIE_WITH_PARENT: Final = (
    1  # PR_SET_PDEATHSIG; the process that copies itself has one thread, and that one waits
)
_LATER: Final = 5  # of niceness: who asks the graph comes first, and who watches the copy, too
_NO_MEMORY, _BROKEN = 3, 4
_HINT: Final = "Split it into smaller documents."


def in_copy(work: Callable[[IO[bytes]], None], seconds: float) -> IO[bytes]:
    """Let a copy of this process, which must have one thread only, write a file.

    Args:
        work: writes it.
        seconds: after this time the copy is killed.

    Raises:
        TooMuch: it took too long, or too much memory.
    """
    body = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        if not hasattr(os, "pidfd_open"):  # not on Linux: then as well here
            work(body)
            return body
        _wait(_copied(work, body), seconds)
    except BaseException:
        body.close()
        raise
    return body


def _copied(work: Callable[[IO[bytes]], None], body: IO[bytes]) -> int:
    parent = os.getpid()
    copy = os.fork()
    if copy:
        return copy
    code = _BROKEN
    try:
        _die_with(parent)
        os.nice(_LATER)
        work(body)
        body.flush()
        code = 0
    except MemoryError:
        code = _NO_MEMORY
    except BaseException:  # noqa: BLE001 - a copy must not go on where its original does
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _die_with(parent: int) -> None:
    import ctypes

    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(_BROKEN)


def _wait(copy: int, seconds: float) -> None:
    watched = os.pidfd_open(copy)
    try:
        in_time = select.select([watched], [], [], max(seconds, 0))[0]
        if not in_time:
            os.kill(copy, signal.SIGKILL)
        _, status = os.waitpid(copy, 0)
    finally:
        os.close(watched)
    if not in_time:
        raise TooMuch(f"It took longer than {seconds:.3g} seconds and was stopped.", hint=_HINT)
    code = os.waitstatus_to_exitcode(status)
    if code in {_NO_MEMORY, -signal.SIGKILL, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGSEGV}:
        raise TooMuch("It needed too much memory and was stopped.", hint=_HINT)
    if code:
        raise CityError(
            "The process that judges ended unexpectedly.", hint="Try again; if it stays so, report it."
        )
