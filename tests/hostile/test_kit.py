"""The kit notices what it is there to notice: torn answers, wrong ones, calls to the canary."""

from __future__ import annotations

import socket
import threading
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from hostile.canary import canary
from hostile.inputs import ANSWER, EITHER, NO_HTTP, REFUSAL, Input, cell, complaint, rows
from hostile.kit import Runner
from hostile.wire import Server, asked

if TYPE_CHECKING:
    from collections.abc import Iterator

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n"
TRUE = b'{"head":{},"boolean":true}'
PROBLEM = b'{"type":"/p","title":"t","status":400,"detail":"Wrong."}'
BAD = b"HTTP/1.1 400 Bad\r\nContent-Type: application/problem+json\r\nContent-Length: 56\r\n\r\n" + PROBLEM


@contextmanager
def answering(raw: bytes) -> Iterator[str]:
    """A server that says the same whatever it is asked, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            for _ in range(2):
                try:
                    line, _ = listening.accept()
                except OSError:
                    return
                with line:
                    line.recv(1 << 16)
                    line.sendall(raw)
                    line.shutdown(socket.SHUT_WR)
                    while line.recv(1 << 16):  # to close before all is read would cut off what was said
                        pass

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/sparql"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def verdict(raw: bytes, expect: str = EITHER, **how: object) -> str:
    given = Input("S0.x", "", asked("ASK {}"), expect, **how)  # type: ignore[arg-type]
    with answering(raw) as url:
        return complaint(given, Server.at(url).send(given.call, 5))


@pytest.mark.parametrize(
    "raw",
    [
        OK + b"Content-Length: 26\r\n\r\n" + TRUE,
        OK + b"Transfer-Encoding: chunked\r\n\r\n1a\r\n" + TRUE + b"\r\n0\r\n\r\n",
        OK
        + b"Transfer-Encoding: chunked\r\n\r\n5\r\n"
        + TRUE[:5]
        + b"\r\n15\r\n"
        + TRUE[5:]
        + b"\r\n0\r\n\r\n",
        BAD,
    ],
)
def test_a_whole_answer_is_good(raw: bytes) -> None:
    assert verdict(raw) == ""


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (OK + b"Content-Length: 99\r\n\r\n" + TRUE, "torn"),
        (OK + b"\r\n" + TRUE, "torn"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1a\r\n" + TRUE + b"\r\n", "torn"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1a\r\n" + TRUE[:9], "torn"),
        (OK + b"Content-Length: 9\r\n\r\n" + TRUE[:9], "the body is no"),
        (b"", "no answer"),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno", "status 500"),
        (b"HTTP/1.1 400 Oh\r\nContent-Length: 2\r\n\r\nno", "no problem"),
        (BAD.replace(b"Wrong.", b"/tmp/x"), "the inside"),
        (BAD.replace(b'"status":400', b'"status":401'), "says 401"),
        (BAD.replace(b"HTTP/1.1 400", b"HTTP/1.1 503").replace(b":400", b":503"), "Retry-After"),
    ],
)
def test_an_answer_that_is_not_whole_or_not_proper_is_noticed(raw: bytes, said: str) -> None:
    assert said in verdict(raw)


def test_a_wrong_answer_is_noticed() -> None:
    whole = OK + b"Content-Length: 26\r\n\r\n" + TRUE
    assert verdict(whole, ANSWER, check=cell("true")) == ""
    assert "not «false»" in verdict(whole, ANSWER, check=cell("false"))
    assert "should have been refused" in verdict(whole, REFUSAL)
    assert "should have been answered" in verdict(BAD, ANSWER)
    none = b'{"head":{"vars":[]},"results":{"bindings":[]}}'
    answer = OK + b"Content-Length: %d\r\n\r\n" % len(none) + none
    assert "0 rows, not 7" in verdict(answer, EITHER, check=rows(7))


def test_what_is_no_http_may_be_refused_in_any_words() -> None:
    assert verdict(b"HTTP/1.1 400 Oh\r\nContent-Length: 2\r\n\r\nno", NO_HTTP) == ""
    assert verdict(b"", NO_HTTP) == ""


def test_an_answer_that_does_not_end_is_noticed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}/sparql"
        reply = Server.at(endpoint).send(asked("ASK {}"), 0.2)
    assert reply.error == "no end after 0.2 s"


def test_a_row_tells_what_was_wrong() -> None:
    with answering(OK + b"Content-Length: 99\r\n\r\n" + TRUE) as url:
        row = Runner(url, "/validation", 5).one(Input("S0.x", "", asked("ASK {}")))
    assert (row.status, row.good, row.wrong) == (200, False, "200 with a torn body")


def test_the_canary_counts_who_calls() -> None:
    with canary() as lure:
        host, _, port = lure.url.removeprefix("http://").rstrip("/").partition(":")
        socket.create_connection((host, int(port))).close()
        with urllib.request.urlopen(f"{lure.url}x") as answer:
            answer.read()
        assert lure.requests == ["GET /x HTTP/1.1"]
        assert lure.connections == 2
