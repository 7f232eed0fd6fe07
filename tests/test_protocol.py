"""The SPARQL endpoint as HTTP sees it: the query operations of the SPARQL 1.1 Protocol, and what HTTP itself asks for.

The first sections say in our words what the W3C's test cases for the protocol ask of queries, one test for each; the
name of the case stands above it. Everything goes over a socket to `cc-graph serve`, without a client library.
"""

from __future__ import annotations

import gzip
import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
import zstandard
from rdflib import Dataset, Graph, Namespace, URIRef
from rdflib.namespace import RDF

from cc_graph.store.publisher import Publisher
from servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
UPDATE = {"Content-Type": "application/sparql-update"}

BOOLEANS = {"application/sparql-results+json", "application/sparql-results+xml"}
TABLES = BOOLEANS | {"text/csv", "text/tab-separated-values"}
GRAPHS = {
    "text/turtle", "application/n-triples", "application/trig", "application/n-quads", "application/ld+json",
    "application/rdf+xml",
}  # fmt: skip

# Three quarters of a town, a graph each; the river is told of in two of them.
TOWN = "https://town.example/"
NORTH, SOUTH, WEST = (f"{TOWN}{name}" for name in ("north", "south", "west"))
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
NQUADS = f"""\
<{NORTH}> <{RDF.type}> <{TOWN}Quarter> <{NORTH}> .
<{SOUTH}> <{RDF.type}> <{TOWN}Quarter> <{SOUTH}> .
<{WEST}> <{RDF.type}> <{TOWN}Quarter> <{WEST}> .
<{TOWN}river> <{TOWN}length> "12"^^<http://www.w3.org/2001/XMLSchema#integer> <{NORTH}> .
<{TOWN}river> <{TOWN}length> "12"^^<http://www.w3.org/2001/XMLSchema#integer> <{SOUTH}> .
<{NORTH}> <{TOWN}at> "POINT(11.5 43.5)"^^<{WKT}> <{NORTH}> .
<{SOUTH}> <{TOWN}at> "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POLYGON((11 43, 12 43, 12 44, 11 43))"^^<{WKT}> <{SOUTH}> .
"""

NAMES = "SELECT ?quarter WHERE { ?quarter a <https://town.example/Quarter> } ORDER BY ?quarter"
CONSTRUCT = f"CONSTRUCT WHERE {{ ?quarter a <{TOWN}Quarter> }}"
DESCRIBE = f"DESCRIBE <{NORTH}>"
MANY = f"SELECT ?a ?b WHERE {{ VALUES ?a {{ {' '.join(map(str, range(50)))} }} VALUES ?b {{ {' '.join(map(str, range(50)))} }} }}"
NUMBERS = " ".join(map(str, range(300)))
ENDLESS = (
    f"SELECT (COUNT(*) AS ?n) WHERE {{ {' '.join(f'VALUES ?{name} {{ {NUMBERS} }}' for name in 'abcd')} }}"
)
"""Eight thousand million solutions to count: hours."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the three quarters published."""
    folder = tmp_path_factory.mktemp("quarters")
    file = folder / "quarters.nq"
    file.write_text(NQUADS, encoding="utf-8")
    with Publisher(folder) as publisher:
        publisher.rebuild(file)
    return folder


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[str]:
    """`cc-graph serve` on the quarters; no query may take longer than three seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CC_GRAPH_QUERY_SECONDS", "3")
        with serving(home) as url:
            yield url


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def varies(self) -> set[str]:
        return {name.strip().lower() for name in self.headers.get("vary", "").split(",")}

    def json(self) -> Any:
        return json.loads(self.body)

    def boolean(self) -> bool:
        assert self.status == 200, self.body
        assert self.media_type in BOOLEANS
        return bool(self.json()["boolean"])

    def column(self, name: str) -> list[str]:
        assert self.status == 200, self.body
        return [row[name]["value"] for row in self.json()["results"]["bindings"]]


def call(
    server: str,
    method: str = "GET",
    parameters: Sequence[tuple[str, str]] | Mapping[str, str] = (),
    headers: Mapping[str, str] | None = None,
    body: bytes | str = b"",
    path: str = "/sparql",
) -> Reply:
    """One request with these headers and no others; redirects are not followed."""
    address = urlsplit(server)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    content = body.encode() if isinstance(body, str) else body
    target = path + (f"?{urlencode(parameters, quote_via=quote)}" if parameters else "")
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if content or method in {"POST", "PUT", "PATCH"}:
            connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content)
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, received, response.read())
    finally:
        connection.close()


def get(server: str, query: str, headers: Mapping[str, str] | None = None, **parameters: str) -> Reply:
    return call(server, parameters={"query": query, **parameters}, headers=headers)


def direct(server: str, query: str, parameters: Sequence[tuple[str, str]] | Mapping[str, str] = ()) -> Reply:
    return call(server, "POST", parameters, DIRECT, query)


def form(
    server: str,
    pairs: Sequence[tuple[str, str]] | Mapping[str, str],
    parameters: Sequence[tuple[str, str]] | Mapping[str, str] = (),
) -> Reply:
    return call(server, "POST", parameters, FORM, urlencode(pairs))


def problem(reply: Reply, *statuses: int) -> dict[str, Any]:
    """The problem of a refusal, after a look at its shape."""
    assert reply.status in statuses, (reply.status, reply.body)
    assert reply.media_type == "application/problem+json"
    told: dict[str, Any] = reply.json()
    assert told["status"] == reply.status
    assert told["detail"].strip()
    assert told["hint"].strip()
    return told


def exist(*quarters: str) -> str:
    """Whether the default graph knows these quarters."""
    return f"ASK {{ {' '.join(f'<{quarter}> a ?type .' for quarter in quarters)} }}"


def named(*quarters: str) -> str:
    """Whether each of these quarters is known to some named graph."""
    patterns = (f"GRAPH ?g{place} {{ <{quarter}> a ?type }}" for place, quarter in enumerate(quarters))
    return f"ASK {{ {' '.join(patterns)} }}"


DEFAULTS = [("default-graph-uri", NORTH), ("default-graph-uri", SOUTH)]
NAMED = [("named-graph-uri", NORTH), ("named-graph-uri", SOUTH)]


# The W3C's cases: how a query is sent


# query_get
def test_a_query_is_sent_by_get(server: str) -> None:
    assert call(server, parameters=[("query", "ASK {}"), ("default-graph-uri", NORTH)]).boolean()


# query_post_form
def test_a_query_is_sent_as_a_form(server: str) -> None:
    assert form(server, {"query": "ASK {}"}, [("default-graph-uri", NORTH)]).boolean()


# query_post_direct
def test_a_query_is_sent_as_it_is(server: str) -> None:
    assert direct(server, "ASK {}").boolean()


# The W3C's cases: which graphs are asked


# query_dataset_default_graphs_get
def test_by_get_the_default_graph_is_the_merge_of_the_graphs_named_for_it(server: str) -> None:
    assert call(server, parameters=[("query", exist(NORTH, SOUTH)), *DEFAULTS]).boolean()
    assert not call(server, parameters=[("query", exist(WEST)), *DEFAULTS]).boolean()


# query_dataset_default_graphs_post
def test_by_post_the_default_graph_is_the_merge_of_the_graphs_named_for_it(server: str) -> None:
    assert direct(server, exist(NORTH, SOUTH), DEFAULTS).boolean()
    assert not direct(server, exist(WEST), DEFAULTS).boolean()


# query_dataset_named_graphs_get
def test_by_get_only_the_named_graphs_are_seen_by_graph(server: str) -> None:
    assert call(server, parameters=[("query", named(NORTH, SOUTH)), *NAMED]).boolean()
    assert not call(server, parameters=[("query", named(WEST)), *NAMED]).boolean()


# query_dataset_named_graphs_post
def test_by_post_only_the_named_graphs_are_seen_by_graph(server: str) -> None:
    assert direct(server, named(NORTH, SOUTH), NAMED).boolean()
    assert not direct(server, named(WEST), NAMED).boolean()


# query_dataset_full
def test_default_and_named_graphs_are_chosen_together(server: str) -> None:
    graphs = [("default-graph-uri", WEST), *NAMED]
    both = f"{exist(WEST)[:-1]} {named(NORTH, SOUTH)[5:]}"
    assert direct(server, both, graphs).boolean()
    assert not direct(server, exist(NORTH), graphs).boolean()
    assert not direct(server, named(WEST), graphs).boolean()


# query_multiple_dataset
def test_the_graphs_of_the_call_take_the_place_of_those_of_the_query(server: str) -> None:
    query = named(NORTH, SOUTH).replace("ASK", f"ASK FROM <{WEST}>")
    assert direct(server, query, NAMED).boolean()
    assert not direct(server, exist(WEST).replace("ASK", f"ASK FROM <{WEST}>"), NAMED).boolean()


# The W3C's cases: what comes back


# query_content_type_select
def test_a_select_is_answered_with_a_table(server: str) -> None:
    reply = direct(server, "SELECT (1 AS ?value) {}", [("default-graph-uri", NORTH)])
    assert (reply.status, reply.media_type in TABLES) == (200, True)


# query_content_type_ask
def test_an_ask_is_answered_with_a_boolean(server: str) -> None:
    reply = direct(server, "ASK {}", [("default-graph-uri", NORTH)])
    assert (reply.status, reply.media_type in BOOLEANS) == (200, True)


# query_content_type_describe
def test_a_describe_is_answered_with_a_graph(server: str) -> None:
    reply = direct(server, "DESCRIBE <https://nobody.example/>", [("default-graph-uri", NORTH)])
    assert (reply.status, reply.media_type in GRAPHS) == (200, True)


# query_content_type_construct
def test_a_construct_is_answered_with_a_graph(server: str) -> None:
    reply = direct(server, "CONSTRUCT { <s> <p> 1 } WHERE {}", [("default-graph-uri", NORTH)])
    assert (reply.status, reply.media_type in GRAPHS) == (200, True)
    assert len(Graph().parse(data=reply.body, format="turtle")) == 1


# The W3C's cases: what is refused


# bad_query_method
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_query_is_sent_by_no_other_method(server: str, method: str) -> None:
    reply = call(server, method, [("query", "ASK {}"), ("default-graph-uri", NORTH)], FORM)
    problem(reply, 405)
    assert {name.strip() for name in reply.headers["allow"].split(",")} == {"GET", "HEAD", "POST", "OPTIONS"}


# bad_multiple_queries
def test_two_queries_in_one_call_are_refused_by_get_by_form_and_as_they_are(server: str) -> None:
    two = [("query", "ASK {}"), ("query", "SELECT * {}")]
    problem(call(server, parameters=two), 400)
    problem(form(server, two), 400)
    problem(form(server, two[:1], two[1:]), 400)
    problem(direct(server, "ASK {}", two[1:]), 400)


# bad_query_wrong_media_type
def test_a_query_is_sent_in_no_other_media_type(server: str) -> None:
    for media_type in ("text/plain", "application/json", "multipart/form-data; boundary=x", "nonsense"):
        told = problem(call(server, "POST", headers={"Content-Type": media_type}, body="ASK {}"), 415)
        assert "application/sparql-query" in told["hint"]


# bad_query_missing_form_type
def test_a_form_is_not_guessed_from_its_body(server: str) -> None:
    problem(call(server, "POST", body="query=ASK%20%7B%7D"), 400, 415)


# bad_query_missing_direct_type
def test_a_query_is_not_guessed_from_its_body(server: str) -> None:
    problem(call(server, "POST", body="ASK {}"), 400, 415)


# bad_query_non_utf8
def test_a_query_in_another_encoding_is_refused(server: str) -> None:
    headers = {"Content-Type": "application/sparql-query; charset=UTF-16"}
    problem(call(server, "POST", headers=headers, body="ASK {}".encode("utf-16")), 400, 415)


# bad_query_syntax
def test_a_syntax_error_is_refused(server: str) -> None:
    for reply in (get(server, "ASK {"), form(server, {"query": "ASK {"}), direct(server, "ASK {")):
        assert problem(reply, 400)["type"] == "/problems/bad-query"


# The W3C's cases on updates: this endpoint takes none

UPDATES = [
    f"INSERT DATA {{ GRAPH <{NORTH}> {{ <{NORTH}> a <{TOWN}Ruin> }} }}",
    f"DELETE DATA {{ GRAPH <{NORTH}> {{ <{NORTH}> a <{TOWN}Quarter> }} }}",
    f"DELETE {{ ?s ?p ?o }} INSERT {{ ?s ?p 1 }} USING <{NORTH}> WHERE {{ ?s ?p ?o }}",
    f"WITH <{NORTH}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
    "DELETE WHERE { ?s ?p ?o }",
    f"LOAD <{TOWN}file.ttl> INTO GRAPH <{NORTH}>",
    "CLEAR ALL",
    f"CREATE GRAPH <{TOWN}east>",
    "DROP ALL",
    f"COPY <{NORTH}> TO <{SOUTH}>",
    f"MOVE <{NORTH}> TO <{SOUTH}>",
    f"ADD <{NORTH}> TO <{SOUTH}>",
    "CLEAR XYZ",
]


@pytest.mark.parametrize("update", UPDATES)
def test_every_update_is_refused_however_it_is_sent_and_nothing_changes(server: str, update: str) -> None:
    held = call(server, path="/export", parameters={"format": "nq"})
    using = [("using-graph-uri", NORTH), ("using-named-graph-uri", SOUTH)]
    replies = [
        form(server, {"update": update}),
        form(server, [("update", update), ("update", "CLEAR NAMED")]),
        form(server, {"update": update}, using),
        call(server, "POST", using, UPDATE, update),
        call(
            server,
            "POST",
            headers={"Content-Type": "application/sparql-update; charset=UTF-16"},
            body=update.encode("utf-16"),
        ),
        call(server, parameters={"update": update}),
        call(server, "POST", headers={"Content-Type": "text/plain"}, body=update),
        call(server, "POST", body=urlencode({"update": update})),
        form(server, {"query": "ASK {}", "update": update}),
        get(server, update),
        form(server, {"query": update}),
        direct(server, update),
    ]
    for reply in replies:
        problem(reply, 400, 403, 415)
    for reply in replies[:4]:
        assert problem(reply, 403)["type"] == "/problems/refused"
    after = call(server, path="/export", parameters={"format": "nq"})
    assert sorted(after.body.splitlines()) == sorted(held.body.splitlines())
    assert after.headers["etag"] == held.headers["etag"]


def test_the_refusal_of_an_update_tells_how_changes_are_made(server: str) -> None:
    assert "contribut" in problem(call(server, "POST", headers=UPDATE, body="CLEAR ALL"), 403)["hint"]


# How a query is read


def test_the_graphs_may_stand_in_the_form(server: str) -> None:
    assert not form(server, [("query", exist(WEST)), *DEFAULTS]).boolean()
    assert not form(server, [("query", named(WEST)), *NAMED[:1]], NAMED[1:]).boolean()


def test_a_triple_that_two_default_graphs_state_counts_once(server: str) -> None:
    query = f"SELECT (SUM(?length) AS ?all) WHERE {{ ?river <{TOWN}length> ?length }}"
    assert get(server, query).column("all") == ["12"]
    assert call(server, parameters=[("query", query), *DEFAULTS]).column("all") == ["12"]
    assert get(server, query.replace("WHERE", f"FROM <{NORTH}> FROM <{SOUTH}> WHERE")).column("all") == ["12"]


def test_a_graph_nobody_has_published_is_empty_and_is_not_fetched(server: str) -> None:
    graph = {"default-graph-uri": f"{server}/export?format=ttl"}
    assert not get(server, "ASK { ?s ?p ?o }", **graph).boolean()


def test_a_graph_is_named_by_an_absolute_iri(server: str) -> None:
    for name in ("default-graph-uri", "named-graph-uri"):
        problem(get(server, "ASK {}", **{name: "north"}), 400)
        problem(get(server, "ASK {}", **{name: "https://a.example/> <b"}), 400)


def test_parameters_nobody_knows_change_nothing(server: str) -> None:
    assert get(server, "ASK {}", clientRequestId="1", output="").boolean()


@pytest.mark.parametrize("text", ["100%25", "a+b", "a%2Bb", "a b", "\\\\u0041", "Città ☕", "&amp;query=x#"])
def test_a_query_is_decoded_once(server: str, text: str) -> None:
    query = f'SELECT ("{text}" AS ?text) WHERE {{}}'
    expected = [text.replace("\\\\", "\\")]
    for reply in (get(server, query), form(server, {"query": query}), direct(server, query)):
        assert reply.column("text") == expected


def test_parameters_of_the_content_type_are_no_matter(server: str) -> None:
    for media_type in ("application/sparql-query; charset=utf-8", "Application/SPARQL-Query;charset=UTF-8"):
        assert call(server, "POST", headers={"Content-Type": media_type}, body="ASK {}").boolean()
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    assert call(server, "POST", headers=headers, body="query=ASK%20%7B%7D").boolean()


def test_bytes_that_are_no_utf8_are_refused_and_not_replaced(server: str) -> None:
    escaped = "query=SELECT%20(%22%FF%22%20AS%20%3Fx)%20%7B%7D"
    problem(call(server, path=f"/sparql?{escaped}"), 400)
    problem(call(server, "POST", headers=FORM, body=escaped), 400)
    problem(call(server, "POST", headers=DIRECT, body=b'SELECT ("\xff" AS ?x) {}'), 400)


def test_an_empty_query_is_a_bad_request(server: str) -> None:
    problem(get(server, ""), 400)
    problem(form(server, {"query": ""}), 400)
    problem(direct(server, ""), 400)
    problem(form(server, {}), 400)


# Formats


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        (NAMES, None, "application/sparql-results+json"),
        (NAMES, "*/*", "application/sparql-results+json"),
        (NAMES, "application/*", "application/sparql-results+json"),
        (NAMES, "text/*", "text/csv"),
        (NAMES, "application/sparql-results+xml", "application/sparql-results+xml"),
        (NAMES, "text/csv;q=0.8, text/tab-separated-values;q=0.9", "text/tab-separated-values"),
        (NAMES, "text/csv;q=0.2, */*;q=0.1", "text/csv"),
        (NAMES, "application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        (NAMES, "text/*;q=0.9, text/csv;q=0.1", "text/tab-separated-values"),
        (NAMES, "TEXT/CSV;Q=1.0", "text/csv"),
        (NAMES, "text/csv; charset=utf-8; q=0.5 , application/xml; q=0.4", "text/csv"),
        (
            NAMES,
            "image/png, text/turtle, application/sparql-results+json;q=0.001",
            "application/sparql-results+json",
        ),
        ("ASK {}", None, "application/sparql-results+json"),
        (
            "ASK {}",
            "application/sparql-results+xml, application/json;q=0.5",
            "application/sparql-results+xml",
        ),
        (CONSTRUCT, None, "text/turtle"),
        (CONSTRUCT, "*/*", "text/turtle"),
        (CONSTRUCT, "application/n-triples,*/*;q=0.9", "application/n-triples"),
        (CONSTRUCT, "application/rdf+xml;q=0.7, application/ld+json;q=0.8", "application/ld+json"),
        (CONSTRUCT, "text/turtle;q=0, application/*;q=0.3", "application/n-triples"),
        (DESCRIBE, "application/trig, application/n-quads;q=0.9", "application/trig"),
        (DESCRIBE, "text/csv, application/rdf+xml;q=0.1", "application/rdf+xml"),
    ],
)
def test_the_client_gets_the_format_it_likes_best(
    server: str, query: str, accept: str | None, media_type: str
) -> None:
    reply = get(server, query, {"Accept": accept} if accept else {})
    assert (reply.status, reply.media_type) == (200, media_type)
    assert "accept" in reply.varies


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        (NAMES, "text/turtle"),
        (NAMES, "image/png, application/pdf"),
        (NAMES, "*/*;q=0"),
        (NAMES, "application/sparql-results+json;q=0"),
        ("ASK {}", "application/n-triples"),
        (CONSTRUCT, "text/csv"),
        (DESCRIBE, "application/sparql-results+json"),
    ],
)
def test_a_format_nobody_can_serve_is_refused_with_those_one_can(
    server: str, query: str, accept: str
) -> None:
    hint = problem(get(server, query, {"Accept": accept}), 406)["hint"]
    assert ("text/turtle" if query in {CONSTRUCT, DESCRIBE} else "text/csv") in hint


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_a_table_says_the_same_in_every_format(server: str, name: str) -> None:
    reply = get(server, NAMES, format=name)
    found = {quarter for quarter in (NORTH, SOUTH, WEST) if quarter.encode() in reply.body}
    assert found == {NORTH, SOUTH, WEST}


@pytest.mark.parametrize(
    ("name", "rdflib_name"),
    [
        ("ttl", "turtle"),
        ("nt", "nt"),
        ("trig", "trig"),
        ("nq", "nquads"),
        ("jsonld", "json-ld"),
        ("rdfxml", "xml"),
    ],
)
def test_a_graph_says_the_same_in_every_format(server: str, name: str, rdflib_name: str) -> None:
    reply = get(server, CONSTRUCT, format=name)
    graph = Dataset(default_union=True).parse(data=reply.body, format=rdflib_name)
    assert {str(subject) for subject in graph.subjects()} == {NORTH, SOUTH, WEST}


# HEAD, OPTIONS, other sites


@pytest.mark.parametrize(
    ("parameters", "headers"),
    [
        ({"query": NAMES}, {}),
        ({"query": MANY}, {"Accept": "text/csv"}),
        ({"query": MANY}, {"Accept-Encoding": "gzip"}),
        ({"query": CONSTRUCT}, {"Accept": "application/rdf+xml", "Origin": "https://elsewhere.example"}),
        ({"query": "ASK {"}, {}),
        ({"query": NAMES}, {"Accept": "image/png"}),
        ({}, {"Accept": "text/turtle"}),
        ({}, {"Accept": BROWSER}),
    ],
)
def test_head_gives_status_and_headers_of_get(
    server: str, parameters: dict[str, str], headers: dict[str, str]
) -> None:
    got = call(server, "GET", parameters, headers)
    head = call(server, "HEAD", parameters, headers)
    passing = {"date", "x-request-id"}
    assert (head.status, head.body) == (got.status, b"")
    assert {name: value for name, value in head.headers.items() if name not in passing} == {
        name: value for name, value in got.headers.items() if name not in passing
    }


def test_options_tells_the_methods(server: str) -> None:
    reply = call(server, "OPTIONS")
    assert reply.status in {200, 204}
    assert {name.strip() for name in reply.headers["allow"].split(",")} == {"GET", "HEAD", "POST", "OPTIONS"}


@pytest.mark.parametrize("asked", ["GET", "POST"])
def test_a_script_of_another_site_may_ask_beforehand(server: str, asked: str) -> None:
    headers = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": asked,
        "Access-Control-Request-Headers": "content-type,accept,x-of-their-own,if-none-match",
    }
    reply = call(server, "OPTIONS", headers=headers)
    assert reply.status in {200, 204}
    assert reply.headers["access-control-allow-origin"] in {"*", "https://elsewhere.example"}
    assert asked in reply.headers["access-control-allow-methods"]
    allowed = reply.headers["access-control-allow-headers"].lower()
    assert allowed == "*" or {"content-type", "x-of-their-own", "if-none-match"} <= {
        one.strip() for one in allowed.split(",")
    }


@pytest.mark.parametrize("query", [NAMES, "ASK {"])
def test_a_script_of_another_site_may_read_answers_and_problems(server: str, query: str) -> None:
    reply = get(server, query, {"Origin": "https://elsewhere.example"})
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "etag" in reply.headers["access-control-expose-headers"].lower()


# Content codings


def decoded(reply: Reply) -> bytes:
    coding = reply.headers.get("content-encoding", "identity")
    assert reply.headers["content-length"] == str(len(reply.body))
    match coding:
        case "gzip":
            return gzip.decompress(reply.body)
        case "zstd":
            return zstandard.ZstdDecompressor().decompressobj().decompress(reply.body)
        case _:
            assert coding == "identity"
            return reply.body


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize(
    ("query", "name"),
    [(MANY, "json"), (MANY, "csv"), ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "rdfxml")],
)
def test_an_answer_is_compressed_for_who_can_read_that(
    server: str, query: str, name: str, coding: str
) -> None:
    plain = get(server, query, format=name)
    packed = get(server, query, {"Accept-Encoding": coding}, format=name)
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == coding
    assert packed.media_type == plain.media_type
    assert decoded(packed) == plain.body
    assert len(packed.body) < len(plain.body)
    assert "accept-encoding" in packed.varies & plain.varies


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", {"gzip"}),
        ("gzip, deflate, br, zstd", {"gzip", "zstd"}),
        ("gzip;q=0.5, zstd;q=1.0", {"zstd"}),
        ("zstd;q=0.2, gzip;q=0.3", {"gzip"}),
        ("GZIP", {"gzip"}),
        ("*", {"gzip", "zstd", None}),
        ("identity", {None}),
        ("br, deflate", {None}),
        ("gzip;q=0", {None}),
        ("gzip;q=0, zstd;q=0.0", {None}),
        ("*;q=0, gzip", {"gzip"}),
        ("identity;q=1, gzip;q=0.5", {None}),
        ("", {None}),
    ],
)
def test_the_coding_is_the_one_the_client_likes_best(
    server: str, accepted: str, coding: set[str | None]
) -> None:
    reply = get(server, MANY, {"Accept-Encoding": accepted})
    assert reply.headers.get("content-encoding") in coding
    assert decoded(reply) == get(server, MANY).body


def test_a_problem_can_be_read_by_who_accepts_codings(server: str) -> None:
    reply = get(server, "ASK {", {"Accept-Encoding": "gzip, zstd"})
    assert reply.status == 400
    assert json.loads(decoded(reply))["hint"]


# Tags


def test_a_tag_is_of_the_query_its_graphs_its_format_and_its_coding(server: str) -> None:
    replies = [
        get(server, MANY),
        get(server, f"{MANY} LIMIT 9"),
        get(server, MANY, {"Accept": "text/csv"}),
        get(server, MANY, {"Accept-Encoding": "gzip"}),
        get(server, MANY, {"Accept-Encoding": "zstd"}),
        get(server, MANY, **{"default-graph-uri": NORTH}),
        get(server, MANY, **{"named-graph-uri": NORTH}),
        get(server, MANY, **{"default-graph-uri": SOUTH}),
    ]
    assert len({reply.headers["etag"] for reply in replies}) == len(replies)


def test_the_same_answer_has_the_same_tag_however_it_was_asked_for(server: str) -> None:
    by_header = get(server, NAMES, {"Accept": "text/csv;q=0.9, image/png"})
    by_name = get(server, NAMES, format="csv")
    assert (
        by_header.headers["etag"]
        == by_name.headers["etag"]
        == get(server, NAMES, format="csv").headers["etag"]
    )


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("held", ["{}", "W/{}", '"x", {}', 'W/"x" ,W/{}, "y"', "*"])
def test_an_answer_the_client_holds_is_not_sent_again(server: str, method: str, held: str) -> None:
    tag = get(server, MANY).headers["etag"]
    reply = call(server, method, {"query": MANY}, {"If-None-Match": held.format(tag)})
    assert (reply.status, reply.body, reply.headers["etag"]) == (304, b"", tag)
    assert {"accept", "accept-encoding"} <= reply.varies


@pytest.mark.parametrize("held", ['"x"', 'W/"x", "y"', "", "x", '"*"'])
def test_an_answer_the_client_does_not_hold_is_sent(server: str, held: str) -> None:
    assert get(server, MANY, {"If-None-Match": held}).status == 200


def test_a_packed_answer_is_not_taken_for_the_plain_one(server: str) -> None:
    packed = get(server, MANY, {"Accept-Encoding": "gzip"}).headers["etag"]
    assert get(server, MANY, {"If-None-Match": packed}).status == 200
    assert get(server, MANY, {"If-None-Match": packed, "Accept-Encoding": "gzip"}).status == 304


@pytest.mark.parametrize("call_", ["NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()"])
def test_an_answer_that_changes_by_itself_has_no_tag(server: str, call_: str) -> None:
    reply = get(server, f"SELECT ({call_} AS ?x) WHERE {{}}")
    assert (reply.status, "etag" in reply.headers) == (200, False)


def test_a_query_with_an_error_is_no_answer_a_client_can_hold(server: str) -> None:
    reply = get(server, "ASK {", {"If-None-Match": "*"})
    problem(reply, 400)
    assert "etag" not in reply.headers


def test_a_new_revision_is_seen_at_once_and_has_a_tag_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "quarters.nq"
    file.write_text(NQUADS, encoding="utf-8")
    # The test publishes, so the server only reads.
    with Publisher(tmp_path) as publisher:
        publisher.rebuild(file)
        with serving(tmp_path) as url:
            old = get(url, NAMES)
            for place in range(3):
                publisher.publish(
                    f"<{TOWN}{place}> <{RDF.type}> <{TOWN}Quarter> <{TOWN}new> .\n".encode(), b""
                )
                new = get(url, NAMES, {"If-None-Match": old.headers["etag"]})
                assert (new.status, len(new.column("quarter"))) == (200, 4 + place)
            again = get(url, NAMES, {"If-None-Match": new.headers["etag"]})
            assert (again.status, again.body) == (304, b"")


# Time


def test_a_query_ends_at_the_time_the_client_gives_it(server: str) -> None:
    told = problem(get(server, ENDLESS, timeout="0.5"), 503)
    assert "0.5" in told["detail"]


def test_the_time_may_stand_in_a_form(server: str) -> None:
    assert "0.5" in problem(form(server, {"query": ENDLESS, "timeout": "0.5"}), 503)["detail"]


def test_nobody_gets_more_time_than_the_ceiling(server: str) -> None:
    reply = get(server, ENDLESS, timeout="86400")
    told = problem(reply, 503)
    assert "3 seconds" in told["detail"]
    assert int(reply.headers["retry-after"]) > 0


def test_a_time_above_the_ceiling_is_no_error(server: str) -> None:
    assert get(server, "ASK {}", timeout="86400").boolean()


@pytest.mark.parametrize("timeout", ["soon", "0", "-1", "nan", "0x10", "5 s"])
def test_a_time_that_is_no_number_of_seconds_is_refused(server: str, timeout: str) -> None:
    assert "timeout" in problem(get(server, "ASK {}", timeout=timeout), 400)["detail"]


def test_the_time_is_given_once(server: str) -> None:
    problem(call(server, parameters=[("query", "ASK {}"), ("timeout", "1"), ("timeout", "2")]), 400)


# Maps

PLACES = f"SELECT ?quarter ?at WHERE {{ ?quarter a <{TOWN}Quarter> OPTIONAL {{ ?quarter <{TOWN}at> ?at }} }} ORDER BY ?quarter"


@pytest.mark.parametrize(
    ("headers", "parameters"),
    [
        ({"Accept": "application/geo+json"}, {}),
        ({}, {"format": "geojson"}),
        ({"Accept": "application/geo+json, application/sparql-results+json;q=0.9"}, {}),
    ],
)
def test_an_answer_with_geometries_is_a_map(
    server: str, headers: dict[str, str], parameters: dict[str, str]
) -> None:
    reply = get(server, PLACES, headers, **parameters)
    assert (reply.status, reply.media_type) == (200, "application/geo+json"), reply.body
    square = [[[11, 43], [12, 43], [12, 44], [11, 43]]]
    assert reply.json() == {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [11.5, 43.5]},
                "properties": {"quarter": NORTH},
            },
            {
                "type": "Feature",
                "geometry": {"type": "Polygon", "coordinates": square},
                "properties": {"quarter": SOUTH},
            },
            {"type": "Feature", "geometry": None, "properties": {"quarter": WEST}},
        ],
    }


def test_the_other_columns_of_a_map_are_properties(server: str) -> None:
    query = f'SELECT ?at (12 AS ?number) ("Nord"@it AS ?name) ?nothing WHERE {{ <{NORTH}> <{TOWN}at> ?at }}'
    properties = get(server, query, format="geojson").json()["features"][0]["properties"]
    assert {name: value for name, value in properties.items() if value is not None} == {
        "number": 12,
        "name": "Nord",
    }


def test_a_geometry_in_another_reference_system_is_not_passed_off_as_longitude_and_latitude(
    server: str,
) -> None:
    point = f'"<http://www.opengis.net/def/crs/EPSG/0/3003> POINT(1668000 4860000)"^^<{WKT}>'
    problem(get(server, f"SELECT ({point} AS ?at) WHERE {{}}", format="geojson"), 400)


@pytest.mark.parametrize("query", [NAMES, "ASK {}", CONSTRUCT, DESCRIBE])
@pytest.mark.parametrize(
    ("headers", "parameters"), [({"Accept": "application/geo+json"}, {}), ({}, {"format": "geojson"})]
)
def test_an_answer_without_a_geometry_is_no_map(
    server: str, query: str, headers: dict[str, str], parameters: dict[str, str]
) -> None:
    problem(get(server, query, headers, **parameters), 406)


def test_a_map_is_served_to_nobody_who_does_not_ask_for_one(server: str) -> None:
    for accept in ("*/*", "application/*", "application/json"):
        assert get(server, PLACES, {"Accept": accept}).media_type == "application/sparql-results+json"


# The service, described where it is


@pytest.mark.parametrize(
    ("accept", "media_type", "rdflib_name"),
    [
        ("*/*", "text/turtle", "turtle"),
        ("text/turtle", "text/turtle", "turtle"),
        ("application/rdf+xml", "application/rdf+xml", "xml"),
        ("application/ld+json;q=0.9, text/html;q=0.8", "application/ld+json", "json-ld"),
        ("application/n-triples", "application/n-triples", "nt"),
        ("application/trig", "application/trig", "trig"),
        ("application/n-quads", "application/n-quads", "nquads"),
    ],
)
def test_the_endpoint_without_a_query_describes_itself(
    server: str, accept: str, media_type: str, rdflib_name: str
) -> None:
    reply = call(server, headers={"Accept": accept})
    assert (reply.status, reply.media_type) == (200, media_type), reply.body
    told = Dataset(default_union=True).parse(data=reply.body, format=rdflib_name)
    service = next(told.subjects(RDF.type, SD.Service))
    assert set(told.objects(service, SD.endpoint)) == {URIRef(f"{server}/sparql")}
    graphs = {str(name) for name in told.objects(None, SD.name)}
    assert graphs == {NORTH, SOUTH, WEST}


def test_the_description_is_not_sent_again_to_who_holds_it(server: str) -> None:
    headers = {"Accept": "text/turtle"}
    tag = call(server, headers=headers).headers["etag"]
    assert call(server, headers={**headers, "If-None-Match": tag}).status == 304
    assert call(server, headers={"Accept": "application/n-triples"}).headers["etag"] != tag


def test_the_description_in_a_format_nobody_can_serve_is_refused(server: str) -> None:
    problem(call(server, headers={"Accept": "text/csv"}), 406)


def test_a_browser_without_a_query_gets_the_form(server: str) -> None:
    reply = call(server, headers={"Accept": BROWSER, "Accept-Language": "it"})
    assert (reply.status, reply.headers["location"]) == (303, "/it/sparql")


def test_post_without_a_query_is_a_bad_request(server: str) -> None:
    problem(call(server, "POST", headers=FORM), 400)
    problem(call(server, "POST", headers=DIRECT), 400)
