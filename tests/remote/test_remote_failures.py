"""Servers that are down, fail, lie, cut answers or never end: each is told in a sentence, and nothing is taken for whole that is not."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from borgolana import FILES
from endpoints import free_ports, virtuoso
from faulty import BASE, SELECT, Handler, document, faulty, serving

from cc_graph import City
from cc_graph.errors import BadQuery, CityError, TooMuch, Unavailable
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS
from cc_graph.settings import Settings
from cc_graph.store.opening import open_publisher, open_reader
from cc_graph.store.reader import Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from endpoints import Server

    from cc_graph.store.reader import Answer

TABLE = "SELECT ?x { ?x a ?y }"
GRAPH = "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y }"
TRIPLES = "application/n-triples"


def settings(url: str, **more: Any) -> Settings:
    return Settings(home=Path("nowhere"), store=url, base_iri=BASE, **more)


def ask(url: str, text: str = TABLE, **more: Any) -> Answer:
    with open_reader(settings(url, **more)) as reader:
        return reader.query(text, table_format=TABLE_FORMATS["json"], graph_format=GRAPH_FORMATS["nt"])


def say(media_type: str, body: bytes, status: int = 200, **headers: str) -> Callable[[Handler, str], None]:
    return lambda handler, _text: handler.send(media_type, body, status, **headers)


def test_a_server_that_is_down_is_unavailable_and_named() -> None:
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}/sparql"
    with pytest.raises(Unavailable, match=f"{url} cannot be reached: Connection refused") as raised:
        City.open(settings(url))
    assert "CC_GRAPH_STORE" in raised.value.hint


def test_a_name_that_nobody_has_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        ask("http://nobody.invalid/sparql")


@pytest.mark.parametrize(
    ("status", "body", "kind", "sentence"),
    [
        (400, b"Virtuoso 37000 Error SP030: syntax error\n\nSPARQL query:\nSELECT", BadQuery, "SP030: syntax error."),
        (401, b"", Unavailable, "does not let us in"),
        (403, b"", Unavailable, "does not let us in"),
        (404, b"<html><body>Not here</body></html>", Unavailable, "no SPARQL endpoint"),
        (408, b"", TooMuch, "gave up"),
        (429, b"slow down", Unavailable, "busy: 429 slow down"),
        (500, b"<h1>Exploded</h1> in line 1\nand more", Unavailable, "failed: 500 Exploded in line 1."),
        (500, b"Virtuoso S1T00 Error SR171: Transaction timed out", TooMuch, "gave up"),
        (503, b"", Unavailable, "busy"),
        (504, b"", TooMuch, "gave up"),
        (507, b"\xff\x00" * 5000, Unavailable, "failed: 507"),
    ],
)  # fmt: skip
def test_each_status_has_its_error(status: int, body: bytes, kind: type[CityError], sentence: str) -> None:
    with faulty(say("text/plain", body, status)) as (url, _), pytest.raises(kind) as raised:
        ask(url)
    assert sentence in str(raised.value)
    assert len(str(raised.value)) < 500
    assert raised.value.hint


def test_a_redirect_is_not_followed_but_told() -> None:
    elsewhere = "http://127.0.0.1:1/elsewhere"
    with faulty(say("text/plain", b"", 302, Location=elsewhere)) as (url, texts):
        with pytest.raises(Unavailable, match=f"has moved to {elsewhere}"):
            ask(url)
        assert texts.count(texts[-1]) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Welcome</html>",
        b'{"head": {"vars": ["x"]}}',
        b"[]",
        b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "odd", "value": "1"}}]}}',
        document(("x",), [("1",)])[:-4],
    ],
)
def test_garbage_is_no_answer(body: bytes) -> None:
    with faulty(say(SELECT, body)) as (url, _), pytest.raises(Unavailable, match="cannot be read"):
        ask(url)


def test_garbage_is_no_graph() -> None:
    wrong = say(TRIPLES, b"<a:s> <a:p> nonsense .")
    with faulty(wrong) as (url, _), pytest.raises(Unavailable, match="cannot be read"):
        ask(url, GRAPH)


def test_a_server_that_is_no_sparql_endpoint_is_told_so() -> None:
    class Shop(Handler):
        def do_POST(self) -> None:  # noqa: N802 - http.server's name
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send("text/html", b"<html>Welcome to the shop</html>")

    with serving(Shop) as url, pytest.raises(Unavailable, match="does not answer as a SPARQL endpoint does"):
        City.open(settings(url))


def _breaks_off(handler: Handler, _text: str) -> None:
    body = b"<a:s> <a:p> <a:o> .\n" * 100
    handler.send_response(200)
    handler.send_header("Content-Type", TRIPLES)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.close_connection = True


def _breaks_off_in_chunks(handler: Handler, _text: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", TRIPLES)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"14\r\n<a:s> <a:p> <a:o> .\n\r\n")
    handler.close_connection = True


def _does_not_say_where_it_ends(handler: Handler, _text: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", TRIPLES)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(b"<a:s> <a:p> <a:o> .\n")
    handler.close_connection = True


@pytest.mark.parametrize("fault", [_breaks_off, _breaks_off_in_chunks, _does_not_say_where_it_ends])
def test_a_graph_that_is_broken_off_after_a_line_is_no_answer(fault: Callable[[Handler, str], None]) -> None:
    with faulty(fault) as (url, _), pytest.raises(Unavailable):
        ask(url, GRAPH)


def _hangs(handler: Handler, _text: str) -> None:
    handler.released.wait(30)
    handler.close_connection = True


def _drips(handler: Handler, _text: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", SELECT)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    while not handler.released.wait(0.05):
        handler.wfile.write(b" ")
        handler.wfile.flush()


@pytest.mark.parametrize("fault", [_hangs, _drips])
def test_a_server_that_hangs_or_drips_is_given_up_at_the_deadline(
    fault: Callable[[Handler, str], None],
) -> None:
    with faulty(fault) as (url, _), pytest.raises(TooMuch, match="took longer than"):
        ask(url, query_seconds=0.5)


def test_to_cancel_an_answer_ends_the_call() -> None:
    async def hang_up(url: str) -> None:
        with open_reader(settings(url)) as reader:
            query = Query(TABLE, TABLE_FORMATS["json"], None)
            asking = asyncio.create_task(reader.answer(query))
            while not any(text.endswith(TABLE) for text in texts):
                await asyncio.sleep(0.01)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            # The threads are free again: as many hung calls as there are threads have not stopped the next answer.
            assert await asyncio.wait_for(asyncio.to_thread(lambda: reader.revision), 10) == "000001-a"

    with faulty(_hangs) as (url, texts):
        asyncio.run(hang_up(url))


def test_too_many_calls_in_an_event_loop_are_turned_away() -> None:
    async def crowd(url: str) -> list[BaseException | Answer]:
        with open_reader(settings(url, query_waiting=1, query_seconds=2.0)) as reader:
            query = Query(TABLE, TABLE_FORMATS["json"], None)
            return await asyncio.gather(*(reader.answer(query) for _ in range(40)), return_exceptions=True)

    with faulty(_hangs) as (url, _):
        outcomes = asyncio.run(crowd(url))
    assert {type(each) for each in outcomes} == {TooMuch}
    assert sum("are waiting already" in str(each) for each in outcomes) == 40 - 17


def test_an_answer_that_is_too_large_is_given_up() -> None:
    def talks(handler: Handler, _text: str) -> None:
        handler.send(SELECT, b" " * (3 << 20))

    with faulty(talks) as (url, _), pytest.raises(TooMuch, match="too large"):
        ask(url, query_memory_mb=2)


def test_a_cut_that_the_server_tells_of_is_too_much() -> None:
    def cuts(handler: Handler, _text: str) -> None:
        handler.table(("x",), [("1",)] * 10, X_SPARQL_MaxRows="10")

    with faulty(cuts) as (url, _), pytest.raises(TooMuch, match="cuts answers at 10 rows") as raised:
        ask(url)
    assert "ResultSetMaxRows" in raised.value.hint


def test_part_of_an_answer_given_when_time_ran_out_is_too_much() -> None:
    def partial(handler: Handler, _text: str) -> None:
        handler.table(("x",), [("1",)], X_SQL_State="S1TAT")

    with faulty(partial) as (url, _), pytest.raises(TooMuch, match="part of the answer"):
        ask(url)


def test_a_cut_that_nobody_tells_of_is_found_by_asking_for_more() -> None:
    def cuts(handler: Handler, text: str) -> None:
        if "COUNT" in text:
            handler.table(("number",), [("5000",)])
        else:
            handler.table(("x",), [("1",)] * 1000)

    with faulty(cuts) as (url, _), pytest.raises(TooMuch, match="cuts answers at 1,000 rows"):
        ask(url)


def test_an_answer_that_is_longer_than_any_before_is_whole_if_the_server_gives_more_when_asked() -> None:
    def gives(handler: Handler, text: str) -> None:
        if "COUNT" in text:
            handler.table(("number",), [("5000",)])
        else:
            number = int(text.rpartition(" ")[2]) if "LIMIT" in text else 1000
            handler.table(("x",), [("1",)] * number)

    with faulty(gives) as (url, _):
        assert ask(url).read().count(b'"value"') == 1000


def test_a_server_with_credentials_is_asked_with_them_and_they_are_never_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    user, password = "redazione", "s3greta:è"
    wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    class Locked(Handler):
        def do_POST(self) -> None:  # noqa: N802 - http.server's name
            if self.headers.get("Authorization") == wanted:
                super().do_POST()
            else:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send("text/plain", b"no", 401, WWW_Authenticate='Basic realm="store", charset="UTF-8"')

    with serving(Locked) as url:
        known = settings(url, store_user=user, store_password=password)
        with open_reader(known) as reader:
            assert reader.revision == "000001-a"
        with pytest.raises(Unavailable, match="does not let us in") as raised:
            open_reader(settings(url, store_user=user, store_password="wrong-one")).revision  # noqa: B018
    shown = f"{raised.value} {raised.value.hint} {known!r} {caplog.text}"
    assert password not in shown
    assert "wrong-one" not in shown


def test_credentials_go_by_digest_where_the_server_asks_for_it(
    virtuoso_server: Server, tmp_path: Path
) -> None:
    locked = virtuoso_server.url.replace("/sparql", "/sparql-auth")
    known = Settings(
        home=tmp_path / "home",
        store=locked,
        base_iri="https://locked.example/",
        store_user="dba",
        store_password="dba",
    )
    file = tmp_path / "all.nq"
    file.write_text(
        "<https://locked.example/s> <a:p> <a:o> <https://locked.example/graph/g> .\n", encoding="utf-8"
    )
    with open_publisher(known) as publisher:
        revision = publisher.rebuild(file)
    with open_reader(known) as reader:
        assert reader.revision == revision
    stranger = Settings(home=tmp_path / "home", store=locked, base_iri="https://locked.example/")
    with pytest.raises(Unavailable, match="does not let us in"):
        open_reader(stranger).revision  # noqa: B018


def test_virtuoso_that_cuts_answers_is_never_believed(tmp_path: Path) -> None:
    with virtuoso(tmp_path / "server", most_rows=1000) as server:
        known = server.settings(tmp_path)
        City.load(known, files=FILES)
        with City.open(known) as city:
            assert len(city.ask("who-takes-part")) == 17
            for cut in (
                lambda: city.sparql("SELECT * { ?s ?p ?o }"),
                lambda: city.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", accept="nt"),
                lambda: city.vocabulary("nt"),
                lambda: city.export("nq"),
                lambda: city.graphs.read(None, "nt"),
            ):
                with pytest.raises(TooMuch, match="cuts answers at 1,00"):
                    cut()
