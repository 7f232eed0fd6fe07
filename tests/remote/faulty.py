"""An HTTP server that answers queries as a test says: wrongly, slowly, in part, or not at all."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BASE = "https://faulty.example/"
MERGE, MARKS = f"{BASE}graph/published", f"{BASE}graph/publication"
SELECT = "application/sparql-results+json"


class Handler(BaseHTTPRequestHandler):
    """Answers our own questions rightly, and the others as it was told."""

    protocol_version = "HTTP/1.1"
    faulty: Callable[[Handler, str], None]
    released = threading.Event()
    texts: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        (text,) = form.get("query") or form["update"]
        self.texts.append(text)
        if "?mark ?value" in text:
            marks = [(f"{MARKS}#begun", "000001-a"), (f"{MARKS}#done", "000001-a")]
            self.table(("mark", "value"), [] if f"<{MARKS}> ?mark" in text else marks)
        elif "1 AS ?one) WHERE { }" in text:
            self.table(("one",), [("1",)])
        else:
            type(self).faulty(self, text)

    def table(self, columns: tuple[str, ...], rows: list[tuple[str, ...]], **headers: str) -> None:
        self.send(SELECT, document(columns, rows), **headers)

    def send(self, media_type: str, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def document(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    bindings = [
        {name: {"type": "literal", "value": cell} for name, cell in zip(columns, row, strict=True)}
        for row in rows
    ]
    return json.dumps({"head": {"vars": columns}, "results": {"bindings": bindings}}).encode()


@contextmanager
def serving(handler: type[Handler]) -> Iterator[str]:
    """A server with these handlers; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql"
    finally:
        handler.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def faulty(answer: Callable[[Handler, str], None]) -> Iterator[tuple[str, list[str]]]:
    """A server that answers so; yields its address and the texts it was sent."""
    texts = list[str]()
    told = type("Told", (Handler,), {"faulty": answer, "released": threading.Event(), "texts": texts})
    with serving(told) as url:
        yield url, texts
