"""A server in a process of its own, on a free port of this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """`cc-graph serve` on a home that has been loaded; yields its address when it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [sys.executable, "-m", "cc_graph", "serve", "--port", str(port)],
        env=os.environ | {"CC_GRAPH_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            _wait(url, process)
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=30)
            finally:
                process.kill()  # a server that does not stop fails the test and does not stay


def _wait(url: str, process: subprocess.Popen[str]) -> None:
    pause = threading.Event()
    for _attempt in range(600):
        if process.poll() is not None:
            raise AssertionError(process.communicate()[1])
        try:
            fetch(f"{url}/health")
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
