"""One call of the SPARQL 1.1 Protocol, through SPARQLWrapper: bounded in time and in bytes, its failures told as ours.

Calls are always POSTs of a form with an explicit Accept: the only kind that every server answers rightly.
"""

from __future__ import annotations

import re
import socket
import tempfile
import threading
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from typing import IO, TYPE_CHECKING, Any, Final, Self
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    build_opener,
)

from SPARQLWrapper import POST, SPARQLWrapper

from cc_graph.errors import BadQuery, CityError, TooMuch, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import Message
    from ssl import SSLContext

JSON: Final = "application/sparql-results+json"
TRIPLES: Final = "application/n-triples"

_CHUNK: Final = 64 * 1024
_MOST_TOLD: Final = 300
_PARTIAL: Final = ("S1TAT", "S1T00")  # Virtuoso: the time ran out, and what follows is what there was by then


@dataclass(frozen=True)
class Call:
    """A query and the dataset it is asked of.

    Attributes:
        text: SELECT, ASK, CONSTRUCT or DESCRIBE.
        default_graphs: IRIs.
        named_graphs: IRIs.
    """

    text: str
    default_graphs: Sequence[str] = ()
    named_graphs: Sequence[str] = ()


@dataclass(frozen=True)
class Reply:
    """What a server answered.

    Attributes:
        body: the bytes, rewound.
        cut_at: how many rows the server says it cut the answer at, if it says so.
        measured: whether the server told where the body ends, so that one broken off would have shown.
    """

    body: IO[bytes]
    cut_at: int | None
    measured: bool

    def read(self) -> bytes:
        """All the bytes; the body is closed then."""
        with self.body:
            return self.body.read()


class Endpoint:
    """A SPARQL 1.1 endpoint for queries, and the one for updates that belongs to it; safe to use from many threads."""

    def __init__(
        self, url: str, update_url: str, credentials: tuple[str, str] | None, most_bytes: int
    ) -> None:
        """Know where it is; nothing is sent yet.

        Args:
            url: for queries.
            update_url: for updates.
            credentials: user and password, sent as the server asks for them: basic or digest.
            most_bytes: how long an answer may be.
        """
        self.url = url
        self._update_url = update_url
        self._most_bytes = most_bytes
        self._secure: SSLContext | None = None
        self._passwords = HTTPPasswordMgrWithDefaultRealm()
        if credentials:
            self._passwords.add_password(None, [url, update_url], *credentials)

    def query(self, call: Call, accept: str, seconds: float, alarms: list[Alarm] | None = None) -> Reply:
        """The answer to a query.

        Args:
            call: the query and its dataset.
            accept: media type of the answer.
            seconds: how long it may take until its last byte is here.
            alarms: where to leave what ends the call at once when it rings.

        Raises:
            BadQuery: the server does not understand it.
            TooMuch: it took too long, or the answer is too large.
            Unavailable: the server is down, fails, or answers something else.
        """
        written = _Written(self.url, self._update_url, "SELECT", accept, call.text)
        for name, graphs in (
            ("default-graph-uri", call.default_graphs),
            ("named-graph-uri", call.named_graphs),
        ):
            for graph in graphs:
                written.addParameter(name, graph)
        return self._sent(written, seconds, alarms)

    def update(self, text: str, seconds: float) -> None:
        """Carry out an update.

        Raises:
            BadQuery: the server does not understand it.
            TooMuch: it took too long.
            Unavailable: the server is down, fails, or does not let us.
        """
        written = _Written(self.url, self._update_url, "INSERT", "*/*", text)
        self._sent(written, seconds).body.close()

    def _sent(self, written: _Written, seconds: float, alarms: list[Alarm] | None = None) -> Reply:
        with Alarm(seconds) as alarm:
            if alarms is not None:
                alarms.append(alarm)
            try:
                return self._received(written.sent_by(self._opener(alarm), seconds), alarm)
            except HTTPError as error:
                with error:
                    raise _refusal(error, error.code, _said(error), written.address) from None
            except (OSError, HTTPException, ValueError) as error:
                if alarm.rang or isinstance(error, TimeoutError) or _timed_out(error):
                    raise _too_slow(seconds) from None
                raise _unreachable(error, written.address) from None

    def _opener(self, alarm: Alarm) -> OpenerDirector:
        """What opens one call: no redirects are followed, credentials go to our two addresses only."""
        secure = self._secure
        if secure is None and "https:" in self.url + self._update_url:
            import ssl

            secure = self._secure = ssl.create_default_context()
        return build_opener(
            _NoRedirects,
            _Plain(alarm),
            _Secure(alarm, secure),
            HTTPDigestAuthHandler(self._passwords),
            HTTPBasicAuthHandler(self._passwords),
        )

    def _received(self, response: Any, alarm: Alarm) -> Reply:
        headers: Message = response.headers
        if any(state in headers.get("X-SQL-State", "") for state in _PARTIAL):
            raise TooMuch("The remote store ran out of time and gave part of the answer.", hint=_ASK_LESS)
        length = headers.get("Content-Length")
        chunked = "chunked" in headers.get("Transfer-Encoding", "").lower()
        body = tempfile.SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 - whoever gets it closes it
        try:
            size = 0
            while chunk := response.read(_CHUNK):
                size += len(chunk)
                if size > self._most_bytes:
                    raise TooMuch("The answer is too large.", hint=_ASK_LESS)
                body.write(chunk)
            if alarm.rang:
                raise TimeoutError
            if length is not None and not chunked and size != int(length):
                raise IncompleteRead(b"", int(length) - size)
        except BaseException:
            body.close()
            raise
        body.seek(0)
        cut_at = headers.get("X-SPARQL-MaxRows", "")
        return Reply(body, int(cut_at) if cut_at.isdecimal() else None, chunked or length is not None)


class _Written(SPARQLWrapper):
    """A call that SPARQLWrapper writes; we send it, because it knows neither a deadline nor more than one user."""

    def __init__(self, url: str, update_url: str, form: str, accept: str, text: str) -> None:
        self._form = form
        super().__init__(url, updateEndpoint=update_url, agent="cc-graph")
        self.setMethod(POST)
        self.setOnlyConneg(True)
        self.addCustomHttpHeader("Accept", accept)
        self.setQuery(text)
        self.address = update_url if form == "INSERT" else url

    def _parseQueryType(self, _query: str) -> str:  # noqa: N802 - SPARQLWrapper's name
        return self._form  # it would guess it from the text, by patterns that a long prologue makes slow

    def sent_by(self, opener: OpenerDirector, seconds: float) -> Any:
        return opener.open(self._createRequest(), timeout=seconds)


class Alarm:
    """Shuts the connections of a call down when its time is over: a timeout of a socket starts anew with every byte."""

    def __init__(self, seconds: float) -> None:
        self.rang = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self.ring)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, connection: HTTPConnection) -> HTTPConnection:
        """The connection, shut down when the alarm rings."""
        connect = connection.connect

        def connect_and_note() -> None:
            connect()
            self._sockets.append(connection.sock)
            if self.rang:
                self.ring()

        connection.connect = connect_and_note  # type: ignore[method-assign]
        return connection

    def ring(self) -> None:
        """End the call now."""
        self.rang = True
        for each in self._sockets:
            try:
                socket.socket.shutdown(each, socket.SHUT_RDWR)  # of TLS too: below it
            except OSError:
                continue  # it is closed already


class _Plain(HTTPHandler):
    def __init__(self, alarm: Alarm) -> None:
        super().__init__()
        self._alarm = alarm

    def http_open(self, req: Any) -> Any:
        def connect(host: str, **options: Any) -> HTTPConnection:
            return self._alarm.watch(HTTPConnection(host, **options))

        return self.do_open(connect, req)


class _Secure(HTTPSHandler):
    def __init__(self, alarm: Alarm, context: SSLContext | None) -> None:
        super().__init__()
        self._alarm = alarm
        self._ours = context

    def https_open(self, req: Any) -> Any:
        def connect(host: str, **options: Any) -> HTTPConnection:
            return self._alarm.watch(HTTPSConnection(host, **options))

        return self.do_open(partial(connect, context=self._ours), req)


class _NoRedirects(HTTPRedirectHandler):
    """A redirected POST would arrive as a GET without a query."""

    def redirect_request(self, *_: Any) -> None:
        return None


_ASK_LESS: Final = "Ask for less: fewer columns, fewer joins, a LIMIT."
_BUSY: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_SLOW: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT})
_LOCKED: Final = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}
)
_NOT_THERE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.GONE})


def _refusal(error: HTTPError, code: int, said: str, address: str) -> CityError:
    """What a status other than success means."""
    if code in _BUSY:
        return Unavailable(f"The remote store is busy: {code} {said}", hint="Try again in a moment.")
    if code in _SLOW or any(state in said for state in _PARTIAL):
        return TooMuch(f"The remote store gave up: {code} {said}", hint=_ASK_LESS)
    if code in _LOCKED:
        return Unavailable(
            f"The remote store does not let us in ({code}) at {address}.",
            hint="Set CC_GRAPH_STORE_USER and CC_GRAPH_STORE_PASSWORD to a user with the right to read and, for load, to write.",
        )
    if code in _NOT_THERE:
        return Unavailable(
            f"There is no SPARQL endpoint at {address} ({code}).",
            hint="Set CC_GRAPH_STORE and CC_GRAPH_STORE_UPDATE to the addresses for queries and for updates.",
        )
    if 300 <= code < 400:
        return Unavailable(
            f"The endpoint {address} has moved to {error.headers.get('Location', 'another place')}.",
            hint="Set CC_GRAPH_STORE to where it is.",
        )
    if code == HTTPStatus.BAD_REQUEST:
        return BadQuery(
            f"The remote store does not understand this: {said}",
            hint="Ask in SPARQL 1.1; docs/how-to/another-store.md says where servers depart from it.",
        )
    return Unavailable(
        f"The remote store failed: {code} {said}", hint="Its own log says more; then try again."
    )


def _said(error: HTTPError) -> str:
    """The first line of what a server said, short enough for a sentence."""
    try:
        body = error.read(8 * 1024).decode("utf-8", "replace")
    except (OSError, HTTPException):
        body = ""
    text = re.sub(r"<[^<>]*>|[\x00-\x20\x7F]+", " ", body.strip().partition("\n")[0]).strip()
    return f"{text[:_MOST_TOLD] or error.reason}."


def _timed_out(error: Exception) -> bool:
    return isinstance(error, URLError) and isinstance(error.reason, TimeoutError)


def _too_slow(seconds: float) -> TooMuch:
    return TooMuch(f"The remote store took longer than {seconds:.3g} seconds.", hint=_ASK_LESS)


def _unreachable(error: Exception, address: str) -> Unavailable:
    if isinstance(error, IncompleteRead):
        return Unavailable(
            "The remote store broke its answer off.", hint="Look into its log; it may limit answers."
        )
    reason = error.reason if isinstance(error, URLError) else error
    told = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return Unavailable(
        f"The remote store at {address} cannot be reached: {told}.",
        hint="See that it runs and that CC_GRAPH_STORE names its address.",
    )
