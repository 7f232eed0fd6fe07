"""Clients that know nothing of us: SPARQLWrapper, rdflib's SPARQLStore, curl, Yasgui in a browser, a spreadsheet's CSV."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import RDF, RDFS
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import (
    CSV,
    DIGEST,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
    SPARQLWrapper2,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

import archive
from archive import BILLS, LETTERS, MAPS, MILL
from servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = f"SELECT ?name WHERE {{ <{MILL}> rdfs:label ?name }} ORDER BY ?name"
LABELS = f"CONSTRUCT {{ <{MILL}> rdfs:label ?name }} WHERE {{ <{MILL}> rdfs:label ?name }}"
BOTH = ["Mill", "Mulino"]
SUBJECT = URIRef(MILL)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `cc-graph serve`'s SPARQL endpoint on the archive."""
    home = tmp_path_factory.mktemp("archive")
    archive.fill(home)
    with serving(home) as url:
        yield f"{url}/sparql"


# SPARQLWrapper


def wrapped(endpoint: str, query: str, form: str | None = None, method: str = GET) -> SPARQLWrapper:
    client = SPARQLWrapper(endpoint)
    client.setQuery(f"PREFIX rdfs: <{RDFS}> {query}")
    client.setMethod(method)
    if form:
        client.setReturnFormat(form)
    return client


@pytest.mark.parametrize("method", [GET, POST])
def test_sparqlwrapper_reads_a_select_as_json(endpoint: str, method: str) -> None:
    answer = wrapped(endpoint, NAMES, JSON, method).queryAndConvert()
    assert [row["name"]["value"] for row in answer["results"]["bindings"]] == BOTH


def test_sparqlwrapper_reads_a_select_as_it_comes(endpoint: str) -> None:
    """Nothing is said of a format: the library asks for XML."""
    document = wrapped(endpoint, NAMES).queryAndConvert()
    assert [node.firstChild.data for node in document.getElementsByTagName("literal")] == BOTH


def test_sparqlwrapper_reads_a_select_in_every_format_of_tables(endpoint: str) -> None:
    assert wrapped(endpoint, NAMES, CSV).queryAndConvert() == b"name\r\nMill\r\nMulino\r\n"
    assert wrapped(endpoint, NAMES, TSV).queryAndConvert() == b'?name\n"Mill"@en\n"Mulino"@it\n'
    document = wrapped(endpoint, NAMES, XML).queryAndConvert()
    assert len(document.getElementsByTagName("result")) == 2


def test_sparqlwrapper_reads_bindings(endpoint: str) -> None:
    client = SPARQLWrapper2(endpoint)
    client.setQuery(NAMES)
    assert [row["name"].value for row in client.query().bindings] == BOTH


@pytest.mark.parametrize("method", [GET, POST])
def test_sparqlwrapper_reads_an_ask(endpoint: str, method: str) -> None:
    assert wrapped(endpoint, f"ASK {{ <{MILL}> ?p ?o }}", JSON, method).queryAndConvert()["boolean"] is True


def test_sparqlwrapper_posts_a_query_as_it_is(endpoint: str) -> None:
    client = wrapped(endpoint, NAMES, JSON, POST)
    client.setRequestMethod(POSTDIRECTLY)
    assert [row["name"]["value"] for row in client.queryAndConvert()["results"]["bindings"]] == BOTH
    client.setRequestMethod(URLENCODED)
    assert [row["name"]["value"] for row in client.queryAndConvert()["results"]["bindings"]] == BOTH


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("form", [None, XML, RDFXML, JSONLD])
def test_sparqlwrapper_reads_a_construct_as_a_graph(endpoint: str, form: str | None, method: str) -> None:
    graph = wrapped(endpoint, LABELS, form, method).queryAndConvert()
    assert set(graph.objects(SUBJECT, RDFS.label)) == {Literal("Mill", "en"), Literal("Mulino", "it")}


@pytest.mark.parametrize("form", [TURTLE, N3])
@pytest.mark.parametrize("query", [LABELS, f"DESCRIBE <{LETTERS}>"])
def test_sparqlwrapper_reads_graphs_as_turtle(endpoint: str, query: str, form: str) -> None:
    body = wrapped(endpoint, query, form).queryAndConvert()
    assert len(Graph().parse(data=body, format="turtle")) == (2 if query == LABELS else 1)


def test_sparqlwrapper_chooses_graphs(endpoint: str) -> None:
    client = wrapped(endpoint, "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", JSON)
    client.addDefaultGraph(LETTERS)
    client.addDefaultGraph(BILLS)
    assert client.queryAndConvert()["results"]["bindings"][0]["n"]["value"] == "6"
    client = wrapped(endpoint, "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }", JSON)
    client.addNamedGraph(MAPS)
    assert [row["g"]["value"] for row in client.queryAndConvert()["results"]["bindings"]] == [MAPS]


def test_sparqlwrapper_knows_a_syntax_error_and_shows_our_hint(endpoint: str) -> None:
    with pytest.raises(QueryBadFormed, match="hint"):
        wrapped(endpoint, "SELECT ?x WHERE { ?x a ", JSON).query()


def test_sparqlwrapper_is_told_that_nothing_is_updated(endpoint: str) -> None:
    client = wrapped(endpoint, "CLEAR ALL", JSON, POST)
    assert client.isSparqlUpdateRequest()
    with pytest.raises(urllib.error.HTTPError) as refused:
        client.query()
    assert refused.value.code == 403
    assert json.loads(refused.value.read())["type"] == "/problems/refused"


def test_sparqlwrapper_may_bring_credentials_nobody_asked_for(endpoint: str) -> None:
    client = wrapped(endpoint, NAMES, JSON)
    client.setCredentials("reader", "secret")
    assert len(client.queryAndConvert()["results"]["bindings"]) == 2
    client.setHTTPAuth(DIGEST)
    assert len(client.queryAndConvert()["results"]["bindings"]) == 2


# rdflib


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json", "csv"])
def test_rdflib_asks_a_select(endpoint: str, method: str, form: str) -> None:
    graph = Graph(store=SPARQLStore(endpoint, method=method, returnFormat=form))
    assert [str(row.name) for row in graph.query(NAMES)] == BOTH


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_asks_an_ask_a_construct_and_a_describe(endpoint: str, method: str) -> None:
    graph = Graph(store=SPARQLStore(endpoint, method=method))
    assert graph.query(f"ASK {{ <{MILL}> ?p ?o }}").askAnswer is True
    assert graph.query(f"ASK {{ <{MILL}x> ?p ?o }}").askAnswer is False
    assert len(graph.query(LABELS).graph or ()) == 2
    assert len(graph.query(f"DESCRIBE <{LETTERS}>").graph or ()) == 1


def test_rdflib_walks_the_merge_as_a_graph(endpoint: str) -> None:
    graph = Graph(store=SPARQLStore(endpoint))
    assert len(graph) == 11
    assert (SUBJECT, RDFS.label, Literal("Mulino", "it")) in graph
    assert (SUBJECT, RDFS.label, Literal("Mulino", "en")) not in graph
    assert set(graph.objects(SUBJECT, RDFS.label)) == {Literal("Mill", "en"), Literal("Mulino", "it")}
    assert set(graph.triples((None, RDF.type, URIRef("https://terms.example/Mill")))) == {
        (SUBJECT, RDF.type, URIRef("https://terms.example/Mill"))
    }


def test_rdflib_walks_a_named_graph(endpoint: str) -> None:
    graph = Graph(store=SPARQLStore(endpoint), identifier=URIRef(MAPS))
    assert len(graph) == 2
    assert {str(subject) for subject in graph.subjects()} == {MILL, f"{MILL}#geometry"}


def test_rdflib_lists_the_named_graphs(endpoint: str) -> None:
    found = {str(graph) for graph in SPARQLStore(endpoint).contexts()}
    assert found == {LETTERS, BILLS, MAPS, archive.CATALOGUE}
    assert {str(graph) for graph in SPARQLStore(endpoint).contexts((SUBJECT, RDF.type, None))} == {
        LETTERS,
        BILLS,
    }


def test_rdflib_fetches_a_graph_by_the_graph_store_protocol(endpoint: str) -> None:
    address = endpoint.replace("/sparql", f"/graph-store?{urlencode({'graph': MAPS})}")
    assert len(Graph().parse(address)) == 2
    quads = Dataset().parse(f"{address}&format=nq", format="nquads")
    assert {str(graph) for _, _, _, graph in quads.quads()} == {MAPS}


def test_rdflib_is_told_that_nothing_is_updated(endpoint: str) -> None:
    store = SPARQLUpdateStore(endpoint, endpoint)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        store.update("CLEAR ALL")


# curl


def curl(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """What curl prints, and how it ends; headers go to stderr with `-D /dev/stderr`."""
    command = ["curl", "--silent", "--show-error", "--fail", "--max-time", "60", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
    assert ended.returncode == status, ended.stderr
    return ended


def test_curl_asks_by_get_by_form_and_with_a_file(endpoint: str, tmp_path: Path) -> None:
    file = tmp_path / "names.rq"
    file.write_text(NAMES, encoding="utf-8")
    accept = ("-H", "Accept: text/csv")
    direct = ("-H", "Content-Type: application/sparql-query", "--data-binary", f"@{file}")
    for sent in (
        ("-G", "--data-urlencode", f"query={NAMES}", *accept),
        ("--data-urlencode", f"query={NAMES}", *accept),
        ("--data-urlencode", f"query@{file}", "--data", "format=csv"),
        (*direct, *accept),
    ):
        assert curl(*sent, endpoint).stdout.split() == ["name", *BOTH]


def test_curl_gets_json_when_it_says_nothing(endpoint: str) -> None:
    answer = json.loads(curl("--data-urlencode", f"query={NAMES}", endpoint).stdout)
    assert answer["head"]["vars"] == ["name"]


def test_curl_unpacks_what_it_accepts(endpoint: str) -> None:
    sent = ("-G", "--data-urlencode", "query=SELECT * WHERE { GRAPH ?g { ?s ?p ?o } }", endpoint)
    packed = curl("--compressed", "-D", "/dev/stderr", *sent)
    assert "content-encoding: " in packed.stderr.lower()
    assert len(json.loads(packed.stdout)["results"]["bindings"]) == 12


def test_curl_asks_for_the_head(endpoint: str) -> None:
    told = curl("--head", f"{endpoint}?{urlencode({'query': NAMES})}").stdout.lower()
    assert told.startswith("http/1.1 200")
    assert "content-type: application/sparql-results+json" in told
    assert "etag: " in told


def test_curl_keeps_the_tag_and_does_not_fetch_again(endpoint: str, tmp_path: Path) -> None:
    tag, sent = tmp_path / "tag", ("-G", "--data-urlencode", f"query={NAMES}", endpoint)
    first = curl("--etag-save", str(tag), *sent)
    again = curl("--etag-compare", str(tag), "--write-out", "%{http_code}", *sent)
    assert json.loads(first.stdout)["head"]
    assert again.stdout == "304"


def test_curl_fails_where_the_query_is_wrong(endpoint: str) -> None:
    assert "400" in curl("--data-urlencode", "query=SELECT {", endpoint, status=22).stderr


def test_curl_follows_the_iri_of_a_graph_to_its_triples(endpoint: str) -> None:
    address = endpoint.replace("/sparql", "/graph/maps")
    found = curl("--location", "-H", "Accept: application/n-triples", address).stdout
    assert len(found.splitlines()) == 2


# Yasgui: a form posted by a page of another site


def yasgui(endpoint: str, accept: str, fields: Any, method: str = "POST") -> tuple[str, Any, bytes]:
    """What Yasqe's `executeQuery` sends from a page: media type, headers and body of what comes back."""
    headers = {
        "Accept": accept,
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "Origin": "https://yasgui.triply.cc",
        "Referer": "https://yasgui.triply.cc/",
        "Accept-Encoding": "identity",
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Site": "cross-site",
    }
    if method == "GET":
        del headers["Content-Type"]
        request = urllib.request.Request(f"{endpoint}?{urlencode(fields)}", headers=headers)
    else:
        request = urllib.request.Request(endpoint, urlencode(fields).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return answer.headers.get_content_type(), answer.headers, answer.read()


YASGUI_SELECT = "application/sparql-results+json,*/*;q=0.9"
YASGUI_GRAPH = "application/n-triples,*/*;q=0.9"


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_yasgui_shows_a_table(endpoint: str, method: str) -> None:
    media_type, _, body = yasgui(endpoint, YASGUI_SELECT, {"query": NAMES}, method)
    assert media_type == "application/sparql-results+json"
    assert [row["name"]["value"] for row in json.loads(body)["results"]["bindings"]] == BOTH


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_yasgui_shows_a_graph(endpoint: str, method: str) -> None:
    media_type, _, body = yasgui(endpoint, YASGUI_GRAPH, {"query": LABELS}, method)
    assert media_type == "application/n-triples"
    assert len(body.splitlines()) == 2


def test_yasgui_shows_an_ask(endpoint: str) -> None:
    _, _, body = yasgui(endpoint, YASGUI_SELECT, {"query": f"ASK {{ <{MILL}> ?p ?o }}"})
    assert json.loads(body)["boolean"] is True


def test_yasgui_chooses_graphs(endpoint: str) -> None:
    fields = [
        ("query", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        ("default-graph-uri", LETTERS),
        ("default-graph-uri", BILLS),
    ]
    _, _, body = yasgui(endpoint, YASGUI_SELECT, fields)
    assert json.loads(body)["results"]["bindings"][0]["n"]["value"] == "6"


def test_yasgui_is_told_that_nothing_is_updated_and_may_read_why(endpoint: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        yasgui(endpoint, "text/plain,*/*;q=0.9", {"update": "CLEAR ALL"})
    assert refused.value.code == 403
    assert refused.value.headers["Access-Control-Allow-Origin"] == "*"
    assert json.loads(refused.value.read())["hint"]


def test_a_page_with_headers_of_its_own_asks_beforehand(endpoint: str) -> None:
    """A form with plain headers needs no leave; Yasgui set up with a header of the user's own does."""
    headers = {
        "Origin": "https://yasgui.triply.cc",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-requested-with",
    }
    with urllib.request.urlopen(
        urllib.request.Request(endpoint, headers=headers, method="OPTIONS")
    ) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] in {"*", "https://yasgui.triply.cc"}
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
        # A star would not cover Authorization (Fetch standard, 3.3.4).
        assert "authorization" in answer.headers["Access-Control-Allow-Headers"].lower()


# A table program


def test_a_table_program_reads_rows_from_an_address(endpoint: str) -> None:
    query = (
        "SELECT ?graph (COUNT(*) AS ?triples) { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph ORDER BY ?graph"
    )
    with urllib.request.urlopen(f"{endpoint}?{urlencode({'query': query, 'format': 'csv'})}") as answer:
        rows = list(csv.DictReader(io.TextIOWrapper(answer, "utf-8", newline="")))
    assert {row["graph"]: int(row["triples"]) for row in rows} == {
        LETTERS: 4,
        BILLS: 3,
        MAPS: 2,
        archive.CATALOGUE: 3,
    }
