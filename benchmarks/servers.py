"""SPARQL servers on free ports of this machine, each with the same data: ours, and three others to measure it against.

A server is prepared once (its files are kept in the cache folder) and then run; whoever runs it ends it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from benchmarks.multiply import MERGE, QUADS
from cc_graph.store import layout, publisher
from cc_graph.vocab import DEFAULT_BASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

START_SECONDS = 600.0
"""rdflib reads a million triples in about a minute, on a machine that does nothing else."""

PUBLISHED = DEFAULT_BASE + "graph/published"
"""Virtuoso has no default graph of its own: the merge is this graph there."""


@dataclass(frozen=True)
class Place:
    """What a server is made from.

    Attributes:
        data: folder of the multiplied data.
        cache: folder for what it makes of them, kept for the next time.
        seconds: how long an answer may take; not cut short, for what is compared is how long it takes.
    """

    data: Path
    cache: Path
    seconds: float


@dataclass(frozen=True)
class Endpoint:
    """A server that answers.

    Attributes:
        name: what the tables call it.
        host: address and port.
        path: what comes before the query in the address of a GET.
        session: number of the session that its processes, and no others, are in.
    """

    name: str
    host: str
    path: str
    session: int

    def target(self, query: str) -> str:
        """Path and query string that ask a query."""
        return self.path + quote(query, safe="")

    def cpu_seconds(self) -> float:
        """The processor time its processes have used so far, and the children they have waited for."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(FileNotFoundError, ProcessLookupError):
                # After the name in brackets: state, parent, group, session, …; 11 to 14 are the four kinds of time.
                words = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                if int(words[3]) == self.session:
                    ticks += sum(map(int, words[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")


class Missing(Exception):
    """A server cannot be run here; the text says what to install."""


@contextmanager
def ours(place: Place) -> Iterator[Endpoint]:
    """`cc-graph serve`, one process of the API, on a home the publisher built."""
    # A store is made anew when the program that makes it has changed.
    made_by = b"".join(Path(module.__file__ or "").read_bytes() for module in (publisher, layout))
    home = place.cache / f"cc-graph-{hashlib.sha256(made_by).hexdigest()[:8]}"
    if not (home / "current").exists():
        with publisher.Publisher(home) as right:
            right.rebuild(place.data / QUADS)
    port = _free_port()
    settings = {"CC_GRAPH_HOME": str(home), "CC_GRAPH_QUERY_SECONDS": str(place.seconds)}
    command = [sys.executable, "-m", "cc_graph", "serve", "--port", str(port)]
    with _running(
        "cc-graph", command, port, "/sparql?query=", place.cache, os.environ | settings
    ) as endpoint:
        yield endpoint


@contextmanager
def oxigraph(place: Place) -> Iterator[Endpoint]:
    """`oxigraph serve`, the named graphs and the merge loaded and optimised as it advises for many reads."""
    program = shutil.which("oxigraph", path=Path(sys.executable).parent) or shutil.which("oxigraph")
    if program is None:
        raise Missing("oxigraph is not installed: pip install oxigraph")
    store = place.cache / "oxigraph"
    if not store.exists():
        draft = place.cache / "oxigraph.new"
        shutil.rmtree(draft, ignore_errors=True)
        files = [str(place.data / QUADS), str(place.data / MERGE)]
        _do([program, "load", "--location", str(draft), "--file", *files])
        _do([program, "optimize", "--location", str(draft)])
        draft.rename(store)
    port = _free_port()
    command = [program, "serve", "--location", str(store), "--bind", f"127.0.0.1:{port}"]
    with _running("oxigraph", command, port, "/query?query=", place.cache) as endpoint:
        yield endpoint


_RDFLIB_SERVER = """
import gc, sys, rdflib, uvicorn
from rdflib_endpoint import SparqlEndpoint
graph = rdflib.Graph()
gc.disable()
graph.parse(sys.argv[1], format="nt")
gc.enable()
gc.freeze()
uvicorn.run(SparqlEndpoint(graph=graph), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""
"""As `rdflib-endpoint serve`, but on a plain graph and without a log of every call: the faster for both."""


@contextmanager
def rdflib_endpoint(place: Place) -> Iterator[Endpoint]:
    """rdflib-endpoint with the merge in memory, in an environment of its own."""
    python = place.cache.parents[1] / "rdflib-endpoint" / "bin" / "python"
    if not (python.parent / "rdflib-endpoint").exists():
        _do([sys.executable, "-m", "venv", "--clear", str(python.parents[1])])
        _do([str(python), "-m", "pip", "install", "--quiet", "rdflib-endpoint[cli]>=0.6.2,<0.7"])
    port = _free_port()
    command = [str(python), "-c", _RDFLIB_SERVER, str(place.data / MERGE), str(port)]
    with _running("rdflib-endpoint", command, port, "/?query=", place.cache) as endpoint:
        yield endpoint


_VIRTUOSO = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 40
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
CheckpointInterval = 0
DirsAllowed = {data}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 40
MaxKeepAlives = 40
KeepAliveTimeout = 60
[SPARQL]
ResultSetMaxRows = 10000000
MaxQueryExecutionTime = {seconds:.0f}
"""
"""Buffers for 1.4 GB: the recommended setting for 2 GB of memory; no limit on rows (Debian's is 10,000)."""


@contextmanager
def virtuoso(place: Place) -> Iterator[Endpoint]:
    """Virtuoso with the merge as one graph, which every call names as its default graph."""
    if shutil.which("virtuoso-t") is None or shutil.which("isql-vt") is None:
        raise Missing("Virtuoso is not installed: apt-get install virtuoso-opensource-7-bin")
    folder = place.cache / "virtuoso"
    loaded = folder / "loaded"
    if not loaded.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    (folder / "virtuoso.lck").unlink(missing_ok=True)
    sql, http = _free_port(), _free_port()
    ini = _VIRTUOSO.format(sql=sql, http=http, data=place.data, seconds=place.seconds)
    (folder / "virtuoso.ini").write_text(ini, encoding="utf-8")
    command = ["virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"]
    path = f"/sparql?default-graph-uri={quote(PUBLISHED, safe='')}&query="
    with _running("virtuoso", command, http, path, folder) as endpoint:
        if not loaded.exists():
            steps = f"ld_dir('{place.data}', '{MERGE}', '{PUBLISHED}'); rdf_loader_run(); checkpoint;"
            _do(["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"exec={steps}"])
            loaded.touch()
        yield endpoint


SERVERS: dict[str, Callable[[Place], AbstractContextManager[Endpoint]]] = {
    "cc-graph": ours,
    "oxigraph": oxigraph,
    "rdflib-endpoint": rdflib_endpoint,
    "virtuoso": virtuoso,
}


@contextmanager
def _running(
    name: str,
    command: list[str],
    port: int,
    path: str,
    folder: Path,
    environment: dict[str, str] | None = None,
) -> Iterator[Endpoint]:
    """A server from when it answers until the block ends; its words go to a file in `folder`."""
    log = folder / f"{name}.log"
    with log.open("wb") as words:
        # A group of its own: Ctrl-C reaches this process alone, which then ends the server and all it has started.
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=words, stderr=words, start_new_session=True
        )
        try:
            _wait(name, process, f"http://127.0.0.1:{port}{path}ASK%20%7B%7D", log)
            yield Endpoint(name, f"127.0.0.1:{port}", path, process.pid)
        finally:
            _end(process)


def _wait(name: str, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended before it answered: {log.read_text(errors='replace')[-500:]}")
        with suppress(OSError), urllib.request.urlopen(url, timeout=30):
            return
        time.sleep(0.2)
    raise RuntimeError(f"{name} did not answer within {START_SECONDS:.0f} seconds; see {log}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a server to stop, and end its group if it does not."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _do(command: list[str]) -> None:
    """Run a command to its end; its words are shown only if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {(done.stdout + done.stderr)[-500:]}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
