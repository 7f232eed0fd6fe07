"""The protocol below the application: nobody holds a connection by sending too much, too slowly, or by not reading."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import uvicorn

from cc_graph.front import Front, OneWrite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

PATIENCE = 30.0
"""How long a test waits before it fails."""

GET = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"


class Hasty(Front):
    """With limits that tests can reach."""

    HEAD_SECONDS: ClassVar[float] = 1.0
    STALL_SECONDS: ClassVar[float] = 0.5
    LINGER_SECONDS: ClassVar[float] = 0.5


class Site:
    """What is served: `/` greets, `/large` sends more than anybody keeps, `/refuse` does not read, `/wait` waits for `go`."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.left = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["path"]:
            case "/large":
                await _answer(send, b"x" * (1 << 20), times=64)
                self.left.set()
            case "/wait":
                while not self.go.wait(0.001):
                    await _pass()
                await _answer(send, b"waited")
            case "/refuse":
                await _answer(send, b"no")
            case _:
                body = b""
                while (message := await receive())["type"] == "http.request":
                    body += message["body"]
                    if not message["more_body"]:
                        break
                await _answer(send, b"hello " + str(len(body)).encode())


async def _answer(send: Send, body: bytes, times: int = 1) -> None:
    length = (b"content-length", str(len(body) * times).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    for _ in range(times):
        await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body"})


async def _pass() -> None:
    import asyncio

    await asyncio.sleep(0.001)


@contextmanager
def serving(site: Site, protocol: type[Front]) -> Iterator[int]:
    """A server in a thread; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            site, http=protocol, ws="none", lifespan="off", log_config=None, timeout_keep_alive=60
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        port = listening.getsockname()[1]
        thread.start()
        try:
            yield port
        finally:
            site.go.set()
            server.should_exit = True
            thread.join()


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def hasty(site: Site) -> Iterator[int]:
    with serving(site, Hasty) as port:
        yield port


@pytest.fixture
def usual(site: Site) -> Iterator[int]:
    with serving(site, Front) as port:
        yield port


def call(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side closes."""
    found = b""
    while piece := connection.recv(1 << 16):
        found += piece
    return found


def one(connection: socket.socket) -> bytes:
    """What comes, as far as it comes together; enough for a short answer."""
    found = b""
    while b"\r\n\r\n" not in found or not found.partition(b"\r\n\r\n")[2]:
        found += connection.recv(1 << 16)
    return found


def problem(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Content-Type: application/problem+json" in head
    assert b"Connection: close" in head
    told = json.loads(body)
    assert f"HTTP/1.1 {told['status']} {told['title']}".encode() in head
    return dict(told)


# Too much


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /?" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: a\r\n" % number for number in range(20_000)) + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Endless: " + b"a" * 2_000_000,
        b"GET /" + b"a" * 2_000_000,
    ],
    ids=["a header", "an address", "many headers", "a header without end", "an address without end"],
)
def test_a_head_that_is_too_long_is_refused_and_the_caller_reads_why(usual: int, head: bytes) -> None:
    with call(usual) as connection:
        sending = threading.Thread(target=send_all, args=(connection, head))
        sending.start()
        told = problem(everything(connection))
        sending.join()
    assert told["status"] == 431
    assert "POST" in told["detail"]


def send_all(connection: socket.socket, content: bytes) -> None:
    try:
        connection.sendall(content)
    except (BrokenPipeError, ConnectionResetError):
        return  # the other side has heard enough


def test_a_head_of_a_hundred_kilobytes_is_read(usual: int) -> None:
    with call(usual) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 100_000 + b"\r\n\r\n")
        assert one(connection).endswith(b"hello 0")


def test_an_address_of_seventy_kilobytes_is_too_long(usual: int) -> None:
    with call(usual) as connection:
        connection.sendall(b"GET /?" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        told = problem(everything(connection))
    assert told["status"] == 414
    assert "POST" in told["detail"]


def test_a_long_body_is_no_long_head_however_it_comes(usual: int) -> None:
    post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n" + b"b" * 500_000
    with call(usual) as connection:
        connection.sendall(post + post + GET % b"")
        answers = b""
        while answers.count(b"hello") < 3:
            answers += connection.recv(1 << 16)
    assert answers.count(b"hello 500000") == 2


def test_many_calls_on_one_connection_are_no_long_head(usual: int) -> None:
    with call(usual) as connection:
        for _ in range(4):
            connection.sendall(b"GET /?" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            assert one(connection).endswith(b"hello 0")


def test_what_is_no_http_is_refused(usual: int) -> None:
    with call(usual) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello over TLS\r\n\r\n")
        assert problem(everything(connection))["status"] == 400


# Too slow


def test_who_does_not_come_to_the_point_is_refused(hasty: int) -> None:
    with ExitStack() as held:
        connections = [held.enter_context(call(hasty)) for _ in range(4)]
        for connection, begun in zip(
            connections, (b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: a", b"\r\n"), strict=True
        ):
            connection.sendall(begun)
        for connection in connections:
            assert problem(everything(connection))["status"] == 408


def test_who_does_not_come_to_the_point_of_a_second_call_is_refused(hasty: int) -> None:
    with ExitStack() as held:
        connections = [held.enter_context(call(hasty)) for _ in range(3)]
        for connection, begun in zip(connections, (b"G", b"GET / HTTP/1.1\r\nHost", b"\r\n"), strict=True):
            connection.sendall(GET % b"")
            assert one(connection).endswith(b"hello 0")
            connection.sendall(begun)
        for connection in connections:
            assert problem(everything(connection))["status"] == 408


def test_a_call_begun_behind_another_waits_until_that_one_is_answered(hasty: int, site: Site) -> None:
    with call(hasty) as connection:
        connection.sendall(GET % b"wait" + b"GET / HT")
        threading.Timer(2.5, site.go.set).start()  # longer than a head may take
        answer = everything(connection)
    assert answer.startswith(b"HTTP/1.1 200")
    assert problem(answer.partition(b"waited")[2])["status"] == 408


def test_a_connection_may_rest_between_calls(hasty: int) -> None:
    with call(hasty) as connection:
        for _ in range(2):
            connection.sendall(GET % b"")
            assert one(connection).endswith(b"hello 0")
            threading.Event().wait(1.5)  # longer than a head may take


def test_a_body_may_take_longer_than_a_head(hasty: int) -> None:
    with call(hasty) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n")
        for piece in (b"a", b"b", b"c", b"d"):
            threading.Event().wait(0.5)
            connection.sendall(piece)
        assert one(connection).endswith(b"hello 4")


def test_who_goes_on_with_a_body_after_its_answer_is_cut_off(hasty: int) -> None:
    with call(hasty) as connection:
        connection.sendall(b"POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nab")
        assert one(connection).endswith(b"no")
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            trickle(connection)


def trickle(connection: socket.socket) -> None:
    for _ in range(1000):
        connection.sendall(b"c")
        threading.Event().wait(0.02)


# Not reading


def until_the_end(connection: socket.socket) -> bytes:
    try:
        return everything(connection)
    except ConnectionResetError:
        return b""


def test_who_does_not_take_a_large_answer_is_cut_off_and_the_application_is_told(
    hasty: int, site: Site
) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(PATIENCE)
        connection.connect(("127.0.0.1", hasty))
        connection.sendall(GET % b"large")
        assert site.left.wait(PATIENCE)
        assert len(until_the_end(connection)) < 64 << 20


def test_who_takes_a_large_answer_slowly_but_steadily_gets_it(usual: int) -> None:
    with call(usual) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        size = 0
        while piece := connection.recv(1 << 18):
            size += len(piece)
            threading.Event().wait(0.0005)
    assert size > 64 << 20


def test_who_never_takes_the_end_of_an_answer_is_cut_off(site: Site) -> None:
    class Restless(Hasty):
        gone = threading.Event()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self.gone.set()

    with serving(site, Restless) as port, socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", port))
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert Restless.gone.wait(PATIENCE)


class Written:
    """A transport that remembers what it was told, in order."""

    def __init__(self) -> None:
        self.told: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.told.append(data)

    def close(self) -> None:
        self.told.append("close")

    def is_closing(self) -> bool:
        return "close" in self.told


def after_a_turn(*calls: tuple[str, *tuple[bytes, ...]]) -> list[bytes | str]:
    """What the transport was told when these calls were made in one turn of an event loop, and another turn had passed."""
    transport = Written()

    async def make() -> None:
        one = OneWrite(transport, asyncio.get_running_loop())  # type: ignore[arg-type]
        for name, *data in calls:
            getattr(one, name)(*data)
        await asyncio.sleep(0)

    asyncio.run(make())
    return transport.told


def test_head_and_body_of_a_small_answer_leave_together() -> None:
    assert after_a_turn(("write", b"head"), ("write", b"body")) == [b"headbody"]


def test_a_large_piece_leaves_at_once_with_what_came_before_it() -> None:
    large = b"x" * (OneWrite.LARGEST_HELD + 1)
    told = after_a_turn(("write", b"head"), ("write", large), ("write", b"more"), ("write", b"end"))
    assert told == [b"head" + large, b"moreend"]


def test_what_was_written_leaves_before_the_connection_closes_and_nothing_after() -> None:
    assert after_a_turn(("write", b"bye"), ("close",), ("write", b"late")) == [b"bye", "close"]
