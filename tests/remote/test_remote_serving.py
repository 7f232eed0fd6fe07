"""The command line and the server, with the graph in a server of others: only `CC_GRAPH_STORE` is set."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from borgolana import FILES

from servers import started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path

    from endpoints import Server

BASE = "https://served.example/"
PREFIX = "https://w3id.org/ccg/"
QUERY = "SELECT (COUNT(*) AS ?n) { ?s a ccg:WorkingTable }"


def environment(server: Server, home: Path) -> dict[str, str]:
    return {
        "CC_GRAPH_HOME": str(home),
        "CC_GRAPH_STORE": server.url,
        "CC_GRAPH_STORE_UPDATE": server.update_url,
        "LC_ALL": "C.UTF-8",
    }


def command(server: Server, home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cc_graph", *map(str, arguments)],
        env=os.environ | environment(server, home),
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


@pytest.fixture(scope="module")
def home(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose graph was loaded into a server by the command line."""
    folder = tmp_path_factory.mktemp("home")
    loaded = command(server, folder, "load", *FILES)
    assert loaded.returncode == 0, loaded.stderr
    return folder


@pytest.fixture(scope="module")
def url(server: Server, home: Path) -> Iterator[str]:
    """`cc-graph serve` on it."""
    with started(home, **environment(server, home)) as ours:
        yield ours.url


def lowered(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def get(address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(
        address, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, lowered(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, lowered(error.headers), error.read()


def sparql(url: str, query: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return get(f"{url}/sparql?{urllib.parse.urlencode({'query': query})}", **headers)


def test_nothing_of_the_graph_lies_in_the_home(home: Path) -> None:
    assert not (home / "current").exists()
    assert not any((home / "checkpoints").iterdir())


def test_the_command_line_asks_and_exports(server: Server, home: Path) -> None:
    asked = command(
        server, home, "ask", "who-takes-part", "-p", "initiative=tavolo-tessile", "--format", "json"
    )
    assert asked.returncode == 0, asked.stderr
    assert len(json.loads(asked.stdout)) == 2
    counted = command(server, home, "sparql", QUERY, "--format", "csv")
    assert counted.stdout.split() == ["n", "3"]
    exported = command(server, home, "export", "--format", "nq", "-o", home / "all.nq")
    assert exported.returncode == 0, exported.stderr
    assert (home / "all.nq").read_bytes().count(b"\n") == 19938
    network = command(server, home, "network", "shared-table", "--measure", "degree", "--format", "csv")
    assert network.stdout.startswith("node,nodeLabel,value")
    refused = command(server, home, "backup", home / "backup")
    assert refused.returncode == 5
    assert server.url in refused.stderr


def test_a_rebuild_gives_a_newer_revision(server: Server, home: Path, url: str) -> None:
    # A server holds the right to publish: so it is refused, as it is for a store in the home.
    assert command(server, home, "rebuild").returncode == 7
    assert get(f"{url}/health")[0] == 200


def test_health_says_where_the_graph_is(server: Server, url: str) -> None:
    told: dict[str, Any] = json.loads(get(f"{url}/health")[2])
    assert told["status"] == "ok"
    assert told["store"] == server.url
    assert told["dialect"] == ("Virtuoso" if server.name == "virtuoso" else "SPARQL 1.1")
    assert told["unfinished"] == []
    assert told["triples"] == 19915
    assert get(f"{url}/metrics")[2].count(b"cc_graph_revision_info{") == 1


def test_the_endpoint_answers_and_tags_its_answers(url: str) -> None:
    status, headers, body = sparql(url, QUERY, Accept="text/csv")
    assert (status, body.split()) == (200, [b"n", b"3"])
    status, again, body = sparql(url, QUERY, Accept="text/csv", If_None_Match=headers["etag"])
    assert (status, again["etag"], body) == (304, headers["etag"], b"")
    assert sparql(url, QUERY, Accept="application/json", If_None_Match=headers["etag"])[0] == 200


def test_an_answer_of_an_api_is_tagged_too(url: str) -> None:
    address = f"{url}/questions/who-takes-part?initiative=tavolo-tessile"
    status, headers, _ = get(address, Accept="application/json")
    assert status == 200
    assert get(address, Accept="application/json", If_None_Match=headers["etag"])[0] == 304


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403),
        ("INSERT DATA { <a:s> <a:p> <a:o> }", 403),
        ("SELECT (bif:concat('a', 'b') AS ?x) {}", 400),
        ("SELECT (<bif:concat>('a', 'b') AS ?x) {}", 403),
        ('define get:soft "soft" SELECT * FROM <http://127.0.0.1:1/> { ?s ?p ?o }', 403),
        ("SELECT * { ?s ?p ", 400),
        ("SELECT * FROM <a:one> FROM <a:two> { ?s ?p ?o }", 400),
        ("SELECT * { " + "{" * 201 + "}" * 201 + " }", 400),
    ],
)
def test_what_is_refused_at_home_is_refused_here(query: str, status: int, url: str) -> None:
    answered, headers, body = sparql(url, query)
    assert answered == status
    assert headers["content-type"].startswith("application/problem+json")
    assert json.loads(body)["hint"]


@pytest.mark.parametrize(
    "page",
    [
        "/it",
        "/en",
        "/it/stakeholder/lanificio-prova",
        "/it/stakeholders",
        "/en/questions/who-takes-part?initiative=tavolo-tessile",
        "/it/networks?layer=shared-table",
        "/it/search?q=lan",
        "/en/about",
    ],
)
def test_a_page_is_served(page: str, url: str) -> None:
    status, _, body = get(f"{url}{page}", Accept="text/html")
    assert (status, b"<html" in body) == (200, True), body[:500]


def test_a_document_of_a_thing_is_served(url: str) -> None:
    status, headers, body = get(f"{url}/id/stakeholder/lanificio-prova.ttl")
    assert status == 200
    assert headers["content-type"].startswith("text/turtle")
    assert b"Lanificio Prova" in body
