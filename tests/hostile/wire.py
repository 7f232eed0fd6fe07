"""HTTP by hand: a client that may be as slow, rude or wrong as it likes, and that notices when an answer is torn."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

PIECE = 1 << 18


@dataclass(frozen=True)
class Call:
    """What is sent, and how the answer is read.

    Attributes:
        method: GET, POST, …
        target: path and query of the address; empty for the endpoint's own.
        headers: besides Host, Content-Length and Connection.
        body: all of it, or the pieces; pieces are sent one after the other, and the length is not told but by `length`.
        length: what Content-Length says, if not the length of the body.
        pause: seconds between two pieces.
        raw: these bytes instead of a call; the endpoint's host is put in for @HOST@ and its path for @PATH@.
        leave_after: seconds after which the client hangs up, without having read.
        read_slowly: bytes a second the client reads, for `leave_after` seconds; then it hangs up.
    """

    method: str = "POST"
    target: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Iterable[bytes] = b""
    length: int | None = None
    pause: float = 0.0
    raw: bytes = b""
    leave_after: float | None = None
    read_slowly: int = 0


@dataclass
class Reply:
    """What came back.

    Attributes:
        status: 0 where no answer came.
        headers: names in small letters.
        body: as much as came, chunks put together.
        whole: whether the body is as long as the headers say, or its last chunk came.
        seconds: from the first byte sent to the last byte received.
        error: what went wrong below HTTP.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = False
    seconds: float = 0.0
    error: str = ""

    @property
    def media_type(self) -> str:
        """The media type without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> object:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """Where to send."""

    host: str
    port: int
    path: str

    @classmethod
    def at(cls, url: str, path: str = "") -> Server:
        """The server of an address; `path` instead of the address's own, if given."""
        parts = urlsplit(url)
        assert parts.scheme == "http", "the kit speaks plain HTTP"
        return cls(parts.hostname or "127.0.0.1", parts.port or 80, path or parts.path or "/sparql")

    def send(self, call: Call, patience: float) -> Reply:
        """Send a call and read the answer to its end, for at most so many seconds."""
        reply, begun = Reply(), time.monotonic()
        deadline = begun + patience
        try:
            with socket.create_connection((self.host, self.port), timeout=patience) as line:
                line.settimeout(patience)
                self._write(line, call, deadline)
                if call.leave_after is not None:
                    _read_slowly(line, call)
                    reply.error = "we hung up"
                else:
                    _read(line, reply, call.method, deadline)
        except TimeoutError:
            reply.error = f"no end after {patience:g} s"
        except OSError as error:
            reply.error = error.strerror or str(error)
        reply.seconds = time.monotonic() - begun
        return reply

    def _write(self, line: socket.socket, call: Call, deadline: float) -> None:
        if call.raw:
            host = f"{self.host}:{self.port}".encode()
            pieces: Iterable[bytes] = _sips(
                call.raw.replace(b"@HOST@", host).replace(b"@PATH@", self.path.encode()), call
            )
        else:
            pieces = self._pieces(call)
        for piece in pieces:
            if time.monotonic() > deadline:
                raise TimeoutError
            try:
                line.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                return  # an answer may have come before all was sent
            if call.pause and _answered(line, call.pause):
                return

    def _pieces(self, call: Call) -> Iterable[bytes]:
        whole = isinstance(call.body, bytes)
        length = call.length if call.length is not None else len(call.body) if whole else None  # type: ignore[arg-type]
        lines = [f"{call.method} {call.target or self.path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in call.headers]
        lines += ["Connection: close"] + ([f"Content-Length: {length}"] if length is not None else [])
        yield "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")
        if whole:
            yield call.body  # type: ignore[misc]
        else:
            yield from call.body  # type: ignore[misc]


def _sips(raw: bytes, call: Call) -> Iterable[bytes]:
    if not call.pause:
        return [raw]
    return (raw[place : place + 1] for place in range(len(raw)))


def _answered(line: socket.socket, pause: float) -> bool:
    """Wait; whether something came meanwhile."""
    kept = line.gettimeout()
    line.settimeout(pause)
    try:
        return bool(line.recv(1, socket.MSG_PEEK)) or True
    except TimeoutError:
        return False
    finally:
        line.settimeout(kept)


def _read_slowly(line: socket.socket, call: Call) -> None:
    end = time.monotonic() + (call.leave_after or 0)
    while (left := end - time.monotonic()) > 0:
        if not call.read_slowly:
            time.sleep(left)
            return
        time.sleep(min(left, 0.25))
        line.settimeout(0.05)
        try:
            if not line.recv(max(1, call.read_slowly // 4)):
                return
        except TimeoutError:
            continue


def _read(line: socket.socket, reply: Reply, method: str, deadline: float) -> None:
    """Read one answer; the connection closes after it."""
    received = bytearray()
    while b"\r\n\r\n" not in received[: 1 << 20]:
        if not _more(line, received, deadline):
            reply.error = "closed without an answer"
            return
    head, _, rest = bytes(received).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    reply.status = int(first.split(" ", 2)[1])
    for each in lines:
        name, _, value = each.partition(":")
        reply.headers[name.strip().lower()] = value.strip()
    body = bytearray(rest)
    if method == "HEAD" or reply.status in {204, 304}:
        reply.whole = not body
        return
    if reply.headers.get("transfer-encoding", "").lower() == "chunked":
        while _more(line, body, deadline):
            pass
        reply.body, reply.whole = _unchunked(bytes(body))
        return
    length = reply.headers.get("content-length")
    while (length is None or len(body) < int(length)) and _more(line, body, deadline):
        pass
    reply.body = bytes(body)
    reply.whole = length is not None and len(body) == int(length)


def _more(line: socket.socket, received: bytearray, deadline: float) -> bool:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    line.settimeout(left)
    piece = line.recv(PIECE)
    received += piece
    return bool(piece)


def _unchunked(body: bytes) -> tuple[bytes, bool]:
    """The chunks put together, and whether the last one, of length 0, is there."""
    pieces, place = [], 0
    while (end := body.find(b"\r\n", place)) >= 0:
        try:
            size = int(body[place:end].partition(b";")[0], 16)
        except ValueError:
            return b"".join(pieces), False
        if not size:
            return b"".join(pieces), True
        pieces.append(body[end + 2 : end + 2 + size])
        place = end + 2 + size + 2
    return b"".join(pieces), False


JSON_RESULTS = "application/sparql-results+json"


def asked(query: str | bytes, accept: str = JSON_RESULTS, **how: object) -> Call:
    """A query, sent as it is."""
    body = query.encode("utf-8", "surrogatepass") if isinstance(query, str) else query
    headers = (("Content-Type", "application/sparql-query"), ("Accept", accept))
    return Call(headers=headers, body=body, **how)  # type: ignore[arg-type]


def by_form(*pairs: tuple[str, str], accept: str = JSON_RESULTS) -> Call:
    """Parameters, sent as a form."""
    headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", accept))
    return Call(headers=headers, body=urlencode(pairs).encode())


def by_get(*pairs: tuple[str, str], path: str = "@PATH@", accept: str = JSON_RESULTS) -> Call:
    """Parameters in the address; sent as raw bytes, because the endpoint's path is not known yet."""
    query = urlencode(pairs, quote_via=quote)
    text = f"GET {path}?{query} HTTP/1.1\r\nHost: @HOST@\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
    return Call(method="GET", raw=text.encode())


Check = Callable[[Reply], str]
"""What is wrong with a reply; empty if nothing is."""
