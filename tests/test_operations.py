"""What a city's IT sees of a running server: its health, numbers and log, and how it ends."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from cc_graph import City, __version__
from cc_graph.api.logs import LONGEST_QUERY, Aside, formatter
from cc_graph.app import create_app
from cc_graph.errors import BadParameter
from cc_graph.settings import Settings
from cc_graph.store.layout import FORM, Layout
from servers import fetch, started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servers import Server

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s a ccg:Stakeholder }"
MILL = "/id/stakeholder/lanificio-prova"


def product(factors: int) -> str:
    """A query that counts to 300 to the power of `factors`: some seconds for 3, hours for 4."""
    values = " ".join(range_of(name) for name in "abcd"[:factors])
    return f"SELECT (COUNT(*) AS ?n) WHERE {{ {values} }}"


def range_of(name: str) -> str:
    return f"VALUES ?{name} {{ {' '.join(map(str, range(300)))} }}"


@pytest.fixture
def api(town: City) -> TestClient:
    return TestClient(create_app(town), follow_redirects=False)


def numbers(text: str) -> dict[tuple[str, ...], float]:
    """The samples of a scrape: name and values of the labels → number."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(3000):
        if holds():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it never came to that")


# Health


def test_health_tells_revision_form_triples_workers_and_walls(api: TestClient, town: City) -> None:
    told = api.get("/health").json()
    assert told == {
        "status": "ok",
        "revision": town.revision,
        "form": FORM,
        "triples": town.sparql("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }").column("n")[0],
        "workers": told["workers"],
        "network_isolated": told["network_isolated"],
        "unfinished": [],
    }
    assert sorted(told["workers"]) == ["alive", "busy", "most", "waiting"]


def test_health_waits_for_no_worker_that_answers_others(town_settings: Settings) -> None:
    settings = Settings(home=town_settings.home, query_workers=1, query_seconds=60)
    with City.open(settings) as city, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(city.sparql, product(3))
        eventually(lambda: city.statistics().busy == 1)
        while_busy = city.health()
        assert asked.result().column("n") == [300**3]
        after = city.health()
    assert (while_busy["status"], while_busy["workers"]["busy"]) == ("ok", 1)
    assert "triples" not in while_busy
    assert after["triples"] > 1000


# Numbers


def test_calls_are_counted_by_template_method_and_class_of_status(api: TestClient) -> None:
    for path in (f"{MILL}.ttl", f"{MILL}.nt", "/id/stakeholder/nobody.ttl"):
        api.get(path)
    api.head("/questions")
    api.get("/sparql", params={"query": COUNT})
    api.get("/static/style.css")
    api.options("/questions", headers={"Origin": "https://x.example", "Access-Control-Request-Method": "GET"})
    api.request("REPORT", "/questions")

    found = numbers(api.get("/metrics").text)

    counted = {key[1:]: value for key, value in found.items() if key[0] == "cc_graph_http_requests_total"}
    assert counted == {
        ("GET", "/id/{kind}/{slug}", "2xx"): 2,
        ("GET", "/id/{kind}/{slug}", "4xx"): 1,
        ("HEAD", "/questions", "2xx"): 1,
        ("GET", "/sparql", "2xx"): 1,
        ("GET", "/static", "2xx"): 1,
        ("OPTIONS", "none", "2xx"): 1,
        ("other", "/questions", "4xx"): 1,
    }
    name = "cc_graph_http_answer_seconds"
    assert found[f"{name}_count", "GET", "/id/{kind}/{slug}", "2xx"] == 2
    assert found[f"{name}_bucket", "+Inf", "GET", "/id/{kind}/{slug}", "2xx"] == 2
    assert found[f"{name}_sum", "GET", "/id/{kind}/{slug}", "2xx"] > 0
    assert found["cc_graph_http_requests_running",] == 1


def test_addresses_that_lead_nowhere_make_no_numbers_of_their_own(api: TestClient) -> None:
    for number in range(20):
        api.get(f"/nowhere-{number}")
    found = numbers(api.get("/metrics").text)
    assert found["cc_graph_http_requests_total", "GET", "none", "4xx"] == 20
    assert not [key for key in found if "nowhere" in "".join(key)]


def test_numbers_of_graph_workers_and_process_are_read_when_asked_for(api: TestClient, town: City) -> None:
    before = numbers(api.get("/metrics").text)
    town.sparql(f"{COUNT} # asked by nobody else")
    after = numbers(api.get("/metrics").text)

    assert after["cc_graph_pool_answers_total",] == before["cc_graph_pool_answers_total",] + 1
    assert after["cc_graph_revision_info", town.revision] == 1
    assert after["cc_graph_build_info", sys.version.split()[0], __version__] == 1
    assert after["cc_graph_snapshot_age_seconds",] > before["cc_graph_snapshot_age_seconds",] > 0
    assert after["cc_graph_pool_workers",] == town.statistics().most
    assert after["process_resident_memory_bytes",] > 1 << 20
    assert after["process_cpu_seconds_total",] > 0


def test_each_application_counts_for_itself(town: City) -> None:
    one, other = TestClient(create_app(town)), TestClient(create_app(town))
    one.get("/questions")
    key = ("cc_graph_http_requests_total", "GET", "/questions", "2xx")
    assert numbers(one.get("/metrics").text)[key] == 1
    assert key not in numbers(other.get("/metrics").text)


def test_numbers_come_in_the_format_the_monitoring_system_prefers(api: TestClient) -> None:
    plain = api.get("/metrics")
    opened = api.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert plain.headers["content-type"].startswith("text/plain; version=")
    assert opened.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert opened.text.endswith("# EOF\n")


def test_numbers_are_told_also_when_the_graph_is_gone(town_settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(town_settings.home, tmp_path / "home")
    with City.open(Settings(home=tmp_path / "home")) as city:
        api = TestClient(create_app(city))
        (tmp_path / "home" / "current").unlink()
        found = numbers(api.get("/metrics").text)
        assert api.get("/health").status_code == 404
    assert ("cc_graph_build_info", sys.version.split()[0], __version__) in found
    assert not [key for key in found if key[0] == "cc_graph_revision_info"]


# Ids of calls


@pytest.mark.parametrize("path", ["/questions", "/nothing", f"{MILL}.ttl", "/static/style.css", "/it/"])
def test_every_answer_carries_the_id_the_caller_gave(api: TestClient, path: str) -> None:
    for method in ("GET", "HEAD", "DELETE"):
        answer = api.request(method, path, headers={"X-Request-ID": "Frontend_7.a-b"})
        assert answer.headers.get_list("x-request-id") == ["Frontend_7.a-b"]


@pytest.mark.parametrize("given", ["", "a" * 65, "a b", 'a"b', "a\tb", "è", "a;b", "a\x1b[31m"], ids=repr)
def test_an_id_that_is_not_sane_is_replaced(api: TestClient, given: str) -> None:
    answer = api.get("/nothing", headers={"X-Request-ID": given.encode()})
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]+", answer.headers["x-request-id"])
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_no_two_calls_get_the_same_id(api: TestClient) -> None:
    assert len({api.get("/questions").headers["x-request-id"] for _ in range(50)}) == 50


def test_scripts_of_other_sites_may_read_the_id(api: TestClient) -> None:
    answer = api.get("/questions", headers={"Origin": "https://elsewhere.example"})
    assert "X-Request-ID" in answer.headers["access-control-expose-headers"]
    assert answer.headers["x-request-id"]


# The log


def lines(server: Server) -> list[dict[str, Any]]:
    """What a server that has stopped has logged: all it wrote after the sentence that it serves."""
    first, *rest = server.said.splitlines()
    assert first == f"Serving on {server.url}/ (stop with Ctrl-C)"
    found = [json.loads(line) for line in rest]
    for line in found:
        assert {"time", "level", "logger", "message"} <= set(line)
    return found


@pytest.fixture
def home(town_settings: Settings, town: City) -> Path:
    return town_settings.home


def test_a_server_that_is_well_logs_nothing(home: Path) -> None:
    with started(home, CC_GRAPH_SLOW_SECONDS="60") as server:
        fetch(f"{server.url}/sparql?query={quote(COUNT)}")
        server.stop()
    assert lines(server) == []


def test_everything_is_logged_where_that_is_asked_for(home: Path) -> None:
    with started(home, CC_GRAPH_LOG="info", CC_GRAPH_SLOW_SECONDS="60") as server:
        request = urllib.request.Request(f"{server.url}/questions", headers={"X-Request-ID": "mine"})
        urllib.request.urlopen(request).close()
        server.stop()
    ours = [line for line in lines(server) if line.get("request_id") == "mine"]
    assert [(line["level"], line["message"], line["status"]) for line in ours] == [("INFO", "answered", 200)]
    assert (ours[0]["method"], ours[0]["path"], ours[0]["client"]) == ("GET", "/questions", "127.0.0.1")
    assert ours[0]["seconds"] > 0
    assert {line["logger"] for line in lines(server)} == {"cc_graph.api.logs", "uvicorn.error"}


def test_a_slow_query_is_logged_and_can_forge_no_line(home: Path) -> None:
    forged = '{"level": "ERROR", "message": "forged"}'
    evil = f"{COUNT} # \r\n# {forged}\r\n# \u2028{forged}\u2028 \x1b[2J"
    with started(home, CC_GRAPH_SLOW_SECONDS="0.000001") as server:
        fetch(f"{server.url}/sparql?query={quote(evil)}")
        fetch(f"{server.url}/questions/who-takes-part?initiative=tavolo-tessile&lang=it")
        with pytest.raises(urllib.error.HTTPError):
            fetch(f"{server.url}/no%0d%0a{quote(forged)}")
        server.stop()
    found = [line for line in lines(server) if line["path"] != "/health"]
    assert [(line["level"], line["message"], line["path"]) for line in found] == [
        ("WARNING", "slow", "/sparql"),
        ("WARNING", "slow", "/questions/who-takes-part"),
        ("WARNING", "slow", f"/no\r\n{forged}"),
    ]
    assert found[0]["query"] == evil
    assert found[1]["query"] == "initiative=tavolo-tessile&lang=it"
    assert server.said.isascii()


def test_of_a_long_query_the_beginning_is_logged(home: Path) -> None:
    body = urlencode({"query": COUNT + " #" + "x" * 5000}).encode()
    with started(home, CC_GRAPH_SLOW_SECONDS="0.000001") as server:
        urllib.request.urlopen(f"{server.url}/sparql", body).close()
        server.stop()
    (line,) = [line for line in lines(server) if line["path"] == "/sparql"]
    assert len(line["query"]) == LONGEST_QUERY
    assert line["query"].startswith(COUNT)


def test_a_call_that_failed_is_logged_with_what_it_asked(home: Path) -> None:
    with started(home, CC_GRAPH_QUERY_SECONDS="1", CC_GRAPH_SLOW_SECONDS="60") as server:
        with pytest.raises(urllib.error.HTTPError) as caught:
            fetch(f"{server.url}/sparql?query={quote(product(4))}")
        told = json.loads(caught.value.read())
        server.stop()
    (line,) = lines(server)
    assert (told["status"], line["status"], line["level"], line["message"]) == (503, 503, "WARNING", "failed")
    assert line["request_id"] == told["request_id"]
    assert line["query"] == product(4)[:LONGEST_QUERY]


def test_an_error_of_ours_is_logged_once_and_with_its_traceback(
    api: TestClient, town: City, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("swordfish\r\nforged")

    monkeypatch.setattr(town, "health", broken)
    answer = api.get("/health", headers={"Origin": "https://elsewhere.example"})

    told = answer.json()
    assert (answer.status_code, told["request_id"]) == (500, answer.headers["x-request-id"])
    assert told["request_id"] in told["hint"]
    assert answer.headers["access-control-allow-origin"] == "*"
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    text = formatter().format(record)
    line = json.loads(text)
    assert "\n" not in text
    assert (line["level"], line["message"], line["status"]) == ("ERROR", "failed", 500)
    assert line["request_id"] == told["request_id"]
    assert line["traceback"].rstrip().endswith("RuntimeError: swordfish\r\nforged")


def test_settings_of_the_log_that_cannot_be_used_are_refused() -> None:
    with pytest.raises(BadParameter, match="CC_GRAPH_LOG") as caught:
        Settings.from_environment({"CC_GRAPH_LOG": "loud"})
    assert "debug, info, warning, error" in caught.value.hint
    with pytest.raises(BadParameter, match="CC_GRAPH_SLOW_SECONDS"):
        Settings.from_environment({"CC_GRAPH_SLOW_SECONDS": "never"})
    assert Settings.from_environment({"CC_GRAPH_LOG": "INFO"}).log_level == "info"


def test_a_log_that_nobody_reads_holds_nobody_up_and_lost_lines_are_counted() -> None:
    full, room = threading.Event(), threading.Event()

    class Sleeping(io.StringIO):
        def write(self, text: str) -> int:
            full.set()
            room.wait(30)
            return super().write(text)

    stream = Sleeping()
    aside = Aside(stream)
    record = logging.makeLogRecord({"msg": "a line"})
    aside.emit(record)
    assert full.wait(30)  # and now nothing more is written
    for _ in range(Aside.MOST_WAITING + 3):
        aside.emit(record)
    room.set()
    aside.flush()
    aside.emit(record)
    aside.flush()
    written = stream.getvalue().splitlines()
    assert written.count("a line") == Aside.MOST_WAITING + 2
    assert written[-2] == '{"level": "WARNING", "message": "3 lines before this one were lost"}'


# The end


def children(process: int) -> set[int]:
    found: set[int] = set()
    for tasks in Path(f"/proc/{process}/task").iterdir():
        found |= {int(number) for number in (tasks / "children").read_text().split()}
    return found


def refuses(url: str) -> bool:
    try:
        fetch(f"{url}/health")
    except urllib.error.URLError as error:
        return isinstance(error.reason, ConnectionRefusedError)
    except ConnectionResetError:  # it closed its door between our knock and its answer
        return False
    return False


@pytest.mark.parametrize(
    ("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"]
)
def test_what_is_being_answered_is_answered_before_the_end_and_nobody_stays(
    home: Path, how: signal.Signals, code: int
) -> None:
    with started(home, CC_GRAPH_SLOW_SECONDS="600") as server, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(fetch, f"{server.url}/sparql?query={quote(product(3))}", "text/csv")
        eventually(lambda: json.loads(fetch(f"{server.url}/health"))["workers"]["busy"] == 1)
        workers = children(server.process.pid)

        server.process.send_signal(how)
        eventually(lambda: refuses(server.url) or asked.done())

        assert asked.result().split() == ["n", str(300**3)]
        assert server.ended() == code
    assert lines(server) == []
    assert workers
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
    City.publishing(Settings(home=home)).close()  # the right to publish is free again


def test_a_call_that_takes_longer_than_any_may_does_not_hold_up_the_end(home: Path) -> None:
    # A caller that never sends the rest of its body is not waited for longer than the longest query.
    with started(home, CC_GRAPH_QUERY_SECONDS="1") as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nq")
            assert server.stop(signal.SIGTERM) == 0


def test_the_end_while_it_loads_leaves_no_process_and_no_lock(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "cc_graph", "serve", "--port", "0"],
        env=os.environ | {"CC_GRAPH_HOME": str(tmp_path / "home")},
        stderr=subprocess.DEVNULL,
    ) as loading:
        eventually((tmp_path / "home" / "writer.lock").exists)
        loading.send_signal(signal.SIGTERM)
        assert loading.wait() == 0
    with City.publishing(Settings(home=tmp_path / "home")):
        assert Layout(tmp_path / "home").newest is None


def test_the_server_refuses_what_is_no_http_as_a_problem(home: Path) -> None:
    with started(home) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(b"EHLO city.example\r\n\r\n")
            answer = connection.recv(1 << 16)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\n")


@pytest.fixture
def proxied(home: Path) -> Iterator[Server]:
    with started(home, CC_GRAPH_LOG="info") as server:
        yield server


def test_a_reverse_proxy_on_this_machine_is_believed_who_calls(proxied: Server) -> None:
    headers = {"X-Forwarded-For": "203.0.113.7", "X-Request-ID": "through-the-proxy"}
    urllib.request.urlopen(urllib.request.Request(f"{proxied.url}/questions", headers=headers)).close()
    proxied.stop()
    (line,) = [line for line in lines(proxied) if line.get("request_id") == "through-the-proxy"]
    assert line["client"] == "203.0.113.7"
