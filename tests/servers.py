"""A server in a process of its own, on a free port of this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Server:
    """A server of our own.

    Attributes:
        url: its address.
        process: its process.
        words: the file it writes to as stderr. Not a pipe: nobody would read it, and a full pipe stops who writes to it.
        said: what it wrote there, once it has stopped.
    """

    url: str
    process: subprocess.Popen[str]
    words: IO[str]
    said: str = ""

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Have it end; gives its exit code. A server that does not stop fails the test and does not stay."""
        self.process.send_signal(how)
        try:
            self.process.wait(timeout=60)
        finally:
            self.process.kill()
        return self.ended()

    def ended(self) -> int:
        """Wait for its end, whoever asked for it; gives its exit code."""
        code = self.process.wait(timeout=60)
        self.said = _read(self.words)
        return code


@contextmanager
def started(home: Path, **environment: str) -> Iterator[Server]:
    """`cc-graph serve` on a home that has been loaded, when it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as words,
        subprocess.Popen(
            [sys.executable, "-m", "cc_graph", "serve", "--port", str(port)],
            env=os.environ | {"CC_GRAPH_HOME": str(home), "LC_ALL": "C.UTF-8"} | environment,
            stderr=words,
            text=True,
        ) as process,
    ):
        server = Server(f"http://127.0.0.1:{port}", process, words)
        try:
            _wait(server)
            yield server
        finally:
            if process.poll() is None:
                server.stop()


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The address of such a server."""
    with started(home) as server:
        yield server.url


def _read(words: IO[str]) -> str:
    words.seek(0)
    return words.read()


def _wait(server: Server) -> None:
    pause = threading.Event()
    for _attempt in range(600):
        if server.process.poll() is not None:
            raise AssertionError(_read(server.words))
        try:
            fetch(f"{server.url}/health")
        except (urllib.error.URLError, ConnectionError):
            pause.wait(0.05)
        else:
            return
    raise AssertionError("the server never answered")


def fetch(url: str, accept: str = "*/*") -> str:
    """The body of an answer."""
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request) as answer:
        return str(answer.read().decode())
