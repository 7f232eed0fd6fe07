"""A server that nobody has a reason to call: each connection to it is a leak."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TURTLE = b"<http://canary.example/s> <http://canary.example/p> <http://canary.example/o> .\n"
RESULTS = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"literal","value":"canary"}}]}}'
CONTEXT = b'{"@context":{"@vocab":"http://canary.example/"}}'


class Canary:
    """What was counted.

    Attributes:
        url: its address, which ends in a slash.
        connections: how many connections were opened, with or without a request on them.
        requests: the request lines.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.connections = 0
        self.requests: list[str] = []


@contextmanager
def canary() -> Iterator[Canary]:
    """A canary on a free port of this machine; it answers as a caller would like, so that the call is tempting."""
    server = _Server(("127.0.0.1", 0), _Answers)
    counted = server.counted = Canary(f"http://127.0.0.1:{server.server_address[1]}/")
    thread = threading.Thread(target=server.serve_forever, name="canary", daemon=True)
    thread.start()
    try:
        yield counted
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    counted: Canary
    daemon_threads = True

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.counted.connections += 1
        return True


class _Answers(BaseHTTPRequestHandler):
    timeout = 5

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        self.server.counted.requests.append(self.requestline)
        accept = self.headers.get("Accept", "")
        if "sparql-results" in accept:
            media_type, body = "application/sparql-results+json", RESULTS
        elif "json" in accept:
            media_type, body = "application/ld+json", CONTEXT
        else:
            media_type, body = "text/turtle", TURTLE
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_HEAD = do_PUT = do_GET  # noqa: N815 - the names are the library's

    def log_message(self, *_: Any) -> None:
        """Nothing: the count is what is wanted."""
