"""SPARQL servers of others, each in a process of its own on a free port of this machine."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from cc_graph.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PLENTY = 10_000_000

_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
MaxCheckpointRemap = 2000

[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
MaxCheckpointRemap = 2000

[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
ServerThreads = 40
CheckpointInterval = 0
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
CaseMode = 2
AllowOSCalls = 0
DirsAllowed = .
ThreadsPerQuery = 1
StopCompilerWhenXOverRunTime = 0

[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 20

[SPARQL]
ResultSetMaxRows = {most_rows}
MaxQueryCostEstimationTime = 0
MaxQueryExecutionTime = 60
"""

# What a server's owner does once: everybody may read and, in these tests, write; the owner by a password, too.
_GRANTS = """
DB.DBA.RDF_DEFAULT_USER_PERMS_SET ('nobody', 7);
GRANT SPARQL_UPDATE TO "SPARQL";
"""


@dataclass(frozen=True)
class Server:
    """A running SPARQL server.

    Attributes:
        name: oxigraph or virtuoso.
        url: for queries.
        update_url: for updates.
        restart: stops it well and starts it again.
    """

    name: str
    url: str
    update_url: str
    restart: Callable[[], None]

    def settings(self, home: Path, **more: object) -> Settings:
        """Settings of a city whose graph is kept there."""
        return Settings(home=home, store=self.url, store_update=self.update_url, **more)  # type: ignore[arg-type]


@contextmanager
def oxigraph(folder: Path) -> Iterator[Server]:
    """`oxigraph serve` on a new store."""
    program = Path(sys.executable).with_name("oxigraph")
    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}"
    command = [program, "serve", "--location", folder / "db", "--bind", f"127.0.0.1:{port}"]
    with _Process(command, folder, f"{address}/query?query=ASK%7B%7D") as process:
        yield Server("oxigraph", f"{address}/query", f"{address}/update", process.restart)


@contextmanager
def virtuoso(folder: Path, most_rows: int = PLENTY) -> Iterator[Server]:
    """Debian's Virtuoso on a new database, which cuts answers at so many rows."""
    if shutil.which("virtuoso-t") is None:
        pytest.skip("Virtuoso is not installed (Debian: apt-get install virtuoso-opensource-7-bin)")
    port, sql_port = free_ports(2)
    folder.mkdir(exist_ok=True)
    ini = _INI.format(port=port, sql_port=sql_port, most_rows=most_rows)
    (folder / "virtuoso.ini").write_text(ini, encoding="ascii")
    address = f"http://127.0.0.1:{port}/sparql"
    command = ["virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"]
    with _Process(command, folder, f"{address}?query=ASK%7B%7D") as process:
        subprocess.run(
            ["isql-vt", f"127.0.0.1:{sql_port}", "dba", "dba"],
            input=_GRANTS, text=True, check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        yield Server("virtuoso", address, address, process.restart)


class _Process:
    """A server's process; a context manager."""

    def __init__(self, command: list[object], folder: Path, url: str) -> None:
        self._command = [str(part) for part in command]
        self._folder = folder
        self._url = url

    def __enter__(self) -> Self:
        self._folder.mkdir(exist_ok=True)
        with (self._folder / "output.txt").open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
            )
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # nothing of it is needed any more
        self._process.wait()

    def restart(self) -> None:
        self._process.terminate()
        self._process.wait(60)
        self.__enter__()

    def _wait(self) -> None:
        pause = threading.Event()
        for _attempt in range(600):
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self._url, timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                pause.wait(0.1)
        told = (self._folder / "output.txt").read_text(errors="replace")
        raise AssertionError(f"{self._url} never answered: {told}")


def free_ports(number: int) -> list[int]:
    """Ports of this machine that nobody listens on."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports
