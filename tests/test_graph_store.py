"""Whole graphs over HTTP: the Graph Store Protocol, reading, and the description of the service."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from rdflib import Dataset, Graph, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, VOID
from starlette.testclient import TestClient

import archive
from archive import BILLS, CATALOGUE, CC_BY, LETTERS, MAPS, MILL, ODBL
from cc_graph import City
from cc_graph.app import create_app
from cc_graph.linkeddata.service import FUNCTIONS
from cc_graph.settings import Settings
from cc_graph.store.publisher import Publisher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORMATS = {
    "ttl": ("text/turtle", "turtle"),
    "nt": ("application/n-triples", "nt"),
    "trig": ("application/trig", "trig"),
    "nq": ("application/n-quads", "nquads"),
    "jsonld": ("application/ld+json", "json-ld"),
    "rdfxml": ("application/rdf+xml", "xml"),
}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The archive, open."""
    home = tmp_path_factory.mktemp("archive")
    archive.fill(home)
    with City.open(Settings(home=home)) as opened:
        yield opened


@pytest.fixture(scope="module")
def api(city: City) -> TestClient:
    """The archive's API; redirects are looked at, not followed."""
    return TestClient(create_app(city), follow_redirects=False)


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert told["detail"].strip()
    assert told["hint"].strip()
    return told


def lines(text: str) -> list[str]:
    """The lines of N-Triples or N-Quads in order, blank nodes under one name."""
    return sorted(re.sub(r"_:\w+", "_:unnamed", line) for line in text.splitlines())


def in_file(*graphs: str, named: bool = False) -> list[str]:
    """The lines that graphs of the archive were written with, each once."""
    quads = [
        line for line in archive.NQUADS.splitlines() if line.endswith(tuple(f"<{one}> ." for one in graphs))
    ]
    return sorted({line if named else re.sub(r" <\S+> \.$", " .", line) for line in quads})


# A graph by its IRI


@pytest.mark.parametrize("graph", [LETTERS, BILLS, MAPS, CATALOGUE])
def test_a_graph_is_served_by_its_iri(api: TestClient, graph: str) -> None:
    response = api.get("/graph-store", params={"graph": graph}, headers={"Accept": "application/n-triples"})
    assert response.status_code == 200
    assert lines(response.text) == in_file(graph)


@pytest.mark.parametrize("name", FORMATS)
def test_a_graph_comes_in_every_format_by_header_and_by_name(api: TestClient, name: str) -> None:
    media_type, rdflib_name = FORMATS[name]
    by_header = api.get("/graph-store", params={"graph": MAPS}, headers={"Accept": media_type})
    by_name = api.get("/graph-store", params={"graph": MAPS, "format": name}, headers={"Accept": "text/csv"})
    for response in (by_header, by_name):
        assert response.headers["content-type"].partition(";")[0] == media_type
        graph = Dataset(default_union=True).parse(data=response.text, format=rdflib_name)
        assert {subject.toPython() for subject in graph.subjects()} == {MILL, f"{MILL}#geometry"}


@pytest.mark.parametrize("accept", ["*/*", "", "text/*", "text/turtle;q=0.5, text/html;q=0.4"])
def test_a_graph_is_turtle_when_nothing_else_is_wanted_more(api: TestClient, accept: str) -> None:
    response = api.get("/graph-store", params={"graph": MAPS}, headers={"Accept": accept})
    assert response.headers["content-type"].partition(";")[0] == "text/turtle"


def test_a_format_that_keeps_graphs_keeps_the_name_of_the_graph(api: TestClient) -> None:
    response = api.get("/graph-store", params={"graph": BILLS, "format": "nq"})
    assert lines(response.text) == in_file(BILLS, named=True)


def test_a_graph_of_another_site_is_served_by_its_iri_too(tmp_path: Path) -> None:
    file = tmp_path / "one.nq"
    file.write_text(
        "<https://a.example/s> <https://a.example/p> <https://a.example/o> <https://b.example/g?x=1&y#z> .\n"
    )
    with Publisher(tmp_path) as publisher:
        publisher.rebuild(file)
    with City.open(Settings(home=tmp_path)) as other:
        response = TestClient(create_app(other)).get(
            "/graph-store", params={"graph": "https://b.example/g?x=1&y#z"}
        )
    assert "https://a.example/o" in response.text


# The default graph


@pytest.mark.parametrize("name", ["nt", "nq"])
def test_the_default_graph_is_the_merge_in_which_a_triple_stands_once(api: TestClient, name: str) -> None:
    response = api.get(f"/graph-store?default&format={name}")
    assert len(response.text.splitlines()) == 11
    assert lines(response.text) == in_file(LETTERS, BILLS, MAPS, CATALOGUE)


@pytest.mark.parametrize("name", FORMATS)
def test_the_default_graph_comes_in_every_format(api: TestClient, name: str) -> None:
    response = api.get("/graph-store?default=", headers={"Accept": FORMATS[name][0]})
    parsed = Dataset().parse(data=response.text, format=FORMATS[name][1])
    assert (
        len(
            parsed.default_graph
            if name in {"trig", "nq", "jsonld"}
            else Graph().parse(data=response.text, format=FORMATS[name][1])
        )
        == 11
    )


# Licences


def test_the_licence_of_a_graph_stands_in_a_link(api: TestClient) -> None:
    links = api.get("/graph-store", params={"graph": MAPS}).headers["link"]
    assert f'<{ODBL}>; rel="license"' in links
    assert CC_BY not in links


def test_a_graph_without_a_licence_has_no_such_link(api: TestClient) -> None:
    assert 'rel="license"' not in api.get("/graph-store", params={"graph": CATALOGUE}).headers["link"]


def test_the_default_graph_names_every_licence_that_it_mixes(api: TestClient) -> None:
    links = api.get("/graph-store?default").headers["link"]
    assert f'<{CC_BY}>; rel="license"' in links
    assert f'<{ODBL}>; rel="license"' in links


def test_a_link_leads_to_what_is_said_of_a_graph(api: TestClient) -> None:
    links = api.get("/graph-store", params={"graph": MAPS}).headers["link"]
    about = re.findall(r'<([^>]+)>; rel="describedby"', links)
    assert len(about) == 1
    told = Graph().parse(data=api.get(about[0], headers={"Accept": "text/turtle"}).text)
    assert (URIRef(MAPS), DCTERMS.license, URIRef(ODBL)) in told


# HEAD and tags


@pytest.mark.parametrize("call", [f"?graph={LETTERS}", "?default", f"?graph={LETTERS}&format=jsonld"])
def test_head_gives_the_headers_of_get(api: TestClient, call: str) -> None:
    got, head = api.get(f"/graph-store{call}"), api.head(f"/graph-store{call}")
    assert (head.status_code, head.content) == (200, b"")
    own = {"x-request-id"}
    assert {name: head.headers[name] for name in {*head.headers} - own} == {
        name: got.headers[name] for name in {*got.headers} - own
    }


def test_head_of_a_graph_that_is_not_there_is_not_found(api: TestClient) -> None:
    response = api.head("/graph-store", params={"graph": f"{LETTERS}s"})
    assert (response.status_code, response.content) == (404, b"")


@pytest.mark.parametrize(
    "call",
    [f"/graph-store?graph={LETTERS}", "/graph-store?default", "/graph/letters.ttl", "/.well-known/void"],
)
def test_what_the_client_holds_is_not_sent_again(api: TestClient, call: str) -> None:
    tag = api.get(call).headers["etag"]
    for held in (tag, f"W/{tag}", f'"other", {tag}'):
        again = api.get(call, headers={"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert api.get(call, headers={"If-None-Match": '"other"'}).status_code == 200


def test_every_graph_and_every_format_has_a_tag_of_its_own(api: TestClient) -> None:
    calls = [
        f"?graph={LETTERS}",
        f"?graph={BILLS}",
        "?default",
        f"?graph={LETTERS}&format=nt",
        "?default&format=nt",
    ]
    assert len({api.get(f"/graph-store{call}").headers["etag"] for call in calls}) == 5


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_graph_is_compressed_for_who_can_read_that(town: City, coding: str) -> None:
    client = TestClient(create_app(town))
    for path in (
        f"/graph-store?graph={archive.BASE}graph/sito-comune",
        "/graph-store?default",
        "/.well-known/void",
    ):
        plain = client.get(path, headers={"Accept-Encoding": "identity"})
        with client.stream("GET", path, headers={"Accept-Encoding": coding}) as packed:
            body = b"".join(packed.iter_raw())
        assert packed.headers["content-encoding"] == coding
        assert packed.headers["content-length"] == str(len(body))
        assert packed.headers["etag"] != plain.headers["etag"]
        for response in (plain, packed):
            assert "Accept-Encoding" in response.headers["vary"]
        unpacked = (
            gzip.decompress(body)
            if coding == "gzip"
            else zstandard.ZstdDecompressor().decompressobj().decompress(body)
        )
        assert sorted(unpacked.splitlines()) == sorted(plain.content.splitlines())


def test_a_new_revision_of_the_graph_is_sent_to_who_holds_the_old_one(tmp_path: Path) -> None:
    archive.fill(tmp_path)
    with City.open(Settings(home=tmp_path)) as own, Publisher(tmp_path) as publisher:
        client = TestClient(create_app(own))
        call = {"graph": MAPS, "format": "nt"}
        before = client.get("/graph-store", params=call)
        added = f'<{MILL}> <https://terms.example/height> "12" <{MAPS}> .\n'
        publisher.publish(added.encode(), b"")
        after = client.get("/graph-store", params=call, headers={"If-None-Match": before.headers["etag"]})
        assert (len(before.text.splitlines()), len(after.text.splitlines())) == (2, 3)
        publisher.publish(b"", (added + "\n".join(in_file(MAPS, named=True))).encode())
        problem(client.get("/graph-store", params=call), 404)


def test_a_graph_that_is_not_there_matches_no_tag(api: TestClient) -> None:
    problem(api.get("/graph-store", params={"graph": f"{LETTERS}s"}, headers={"If-None-Match": "*"}), 404)


# Refusals


def test_a_graph_that_is_not_there_is_not_found(api: TestClient) -> None:
    told = problem(api.get("/graph-store", params={"graph": f"{LETTERS}s"}), 404)
    assert told["type"] == "/problems/not-found"
    assert f"{LETTERS}s" in told["detail"]


@pytest.mark.parametrize(
    "call",
    [
        "",
        f"?graph={LETTERS}&default",
        f"?graph={LETTERS}&graph={BILLS}",
        f"?graph={LETTERS}&graph={LETTERS}",
        "?default&default",
        "?graph=",
        "?graph=letters",
        "?graph=graph/letters",
        "?graph=https://a.example/%3E%20b",
        f"?graph={LETTERS}&format=nt&format=ttl",
    ],
)
def test_a_call_that_does_not_name_one_graph_is_a_bad_request(api: TestClient, call: str) -> None:
    assert problem(api.get(f"/graph-store{call}"), 400)["type"] == "/problems/bad-parameter"


def test_a_format_nobody_can_serve_is_refused_with_those_one_can(api: TestClient) -> None:
    told = problem(api.get("/graph-store?default", headers={"Accept": "text/csv"}), 406)
    assert "text/turtle" in told["hint"]
    problem(api.get("/graph-store?default&format=csv"), 406)


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "path", [f"/graph-store?graph={LETTERS}", "/graph-store?default", "/graph/letters", "/graph/letters.ttl"]
)
def test_nobody_writes_a_graph_by_this_protocol(api: TestClient, city: City, method: str, path: str) -> None:
    held = city.revision
    response = api.request(
        method, path, content=b"<a:a> <a:a> <a:a> .", headers={"Content-Type": "text/turtle"}
    )
    told = problem(response, 405)
    assert "contribution" in told["hint"]
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"
    assert city.revision == held


def test_options_tells_the_methods(api: TestClient) -> None:
    response = api.options("/graph-store")
    assert (response.status_code, response.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


def test_scripts_of_other_sites_may_read_a_graph(api: TestClient) -> None:
    origin = {"Origin": "https://elsewhere.example"}
    response = api.get("/graph-store?default", headers=origin)
    assert response.headers["access-control-allow-origin"] == "*"
    assert "ETag" in response.headers["access-control-expose-headers"]


# A graph by its own address


@pytest.mark.parametrize("name", FORMATS)
def test_the_iri_of_a_graph_leads_to_its_triples(api: TestClient, name: str) -> None:
    media_type, _ = FORMATS[name]
    response = api.get("/graph/maps", headers={"Accept": media_type})
    assert response.status_code == 303
    assert response.headers["location"] == f"/graph/maps.{'rdf' if name == 'rdfxml' else name}"
    direct = api.get(response.headers["location"])
    indirect = api.get("/graph-store", params={"graph": MAPS, "format": name})
    assert (direct.status_code, direct.content) == (200, indirect.content)
    assert direct.headers["content-type"] == indirect.headers["content-type"]
    assert f'<{ODBL}>; rel="license"' in direct.headers["link"]


def test_a_browser_is_led_to_the_page_of_a_graph(api: TestClient) -> None:
    response = api.get("/graph/maps", headers={"Accept": BROWSER, "Accept-Language": "it"})
    assert (response.status_code, response.headers["location"]) == (303, "/it/graph/maps")
    assert api.get("/it/graph/maps").status_code == 200


def test_a_graph_nothing_is_said_of_has_its_triples_at_its_address(api: TestClient) -> None:
    response = api.get("/graph/catalogue", headers={"Accept": "application/n-triples"})
    assert lines(api.get(response.headers["location"]).text) == in_file(CATALOGUE)


@pytest.mark.parametrize("path", ["/graph/nothing", "/graph/nothing.ttl", "/graph/a%20b", "/graph/.ttl"])
def test_no_address_of_a_graph_leads_to_what_is_not_there(api: TestClient, path: str) -> None:
    problem(api.get(path, headers={"Accept": "text/turtle"}), 404)


# The description of the service


@pytest.fixture(scope="module")
def described(city: City) -> Graph:
    """The description of the archive's service at an address of its own."""
    return Graph().parse(
        data=city.service_description("https://city.example/graph/sparql", "nt").read(), format="nt"
    )


SERVICE, DATASET, MERGE, OPEN = (
    URIRef(f"https://city.example/graph/sparql#{name}")
    for name in ("service", "dataset", "default-graph", "cc-by")
)


@pytest.mark.parametrize("name", FORMATS)
def test_the_description_is_the_same_in_every_format(city: City, described: Graph, name: str) -> None:
    media_type, rdflib_name = FORMATS[name]
    with city.service_description("https://city.example/graph/sparql", media_type) as answer:
        assert answer.media_type == media_type
        parsed = Dataset(default_union=True).parse(data=answer.read(), format=rdflib_name)
    assert {(s, p, o) for s, p, o, _ in parsed.quads()} == set(described)


def test_the_service_tells_its_endpoint_language_and_features(described: Graph) -> None:
    assert set(described.subjects(RDF.type, SD.Service)) == {SERVICE}
    assert set(described.objects(SERVICE, SD.endpoint)) == {URIRef("https://city.example/graph/sparql")}
    assert set(described.objects(SERVICE, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert set(described.objects(SERVICE, SD.feature)) == {SD.UnionDefaultGraph}
    assert set(described.objects(SERVICE, SD.defaultDataset)) == {DATASET}


def test_the_service_tells_every_format_it_answers_in(described: Graph) -> None:
    formats = {str(one).rpartition("/")[2] for one in described.objects(SERVICE, SD.resultFormat)}
    tables = {f"SPARQL_Results_{name}" for name in ("JSON", "XML", "CSV", "TSV")}
    graphs = {"Turtle", "N-Triples", "TriG", "N-Quads", "JSON-LD", "RDF_XML"}
    assert formats == tables | graphs | {"geo+json"}
    assert {str(one).rpartition("/")[2] for one in described.objects(DATASET, VOID.feature)} == graphs


def test_only_terms_of_the_service_description_vocabulary_are_used(described: Graph) -> None:
    classes = {"Service", "Dataset", "GraphCollection", "Graph", "NamedGraph"}
    properties = {
        "endpoint", "feature", "defaultEntailmentRegime", "extensionFunction", "supportedLanguage", "defaultDataset",
        "availableGraphs", "resultFormat", "defaultGraph", "namedGraph", "name", "graph",
    }  # fmt: skip
    individuals = {"SPARQL11Query", "UnionDefaultGraph"}
    used = {term.removeprefix(SD) for triple in described for term in triple if term.startswith(SD)}
    assert used == classes | properties | individuals


@pytest.mark.parametrize(
    ("of", "figures"),
    [
        (
            DATASET,
            {
                "triples": 11,
                "entities": 5,
                "classes": 2,
                "properties": 6,
                "distinctSubjects": 7,
                "distinctObjects": 10,
            },
        ),
        (MERGE, {"triples": 11}),
        (OPEN, {"triples": 6}),
        (URIRef(LETTERS), {"triples": 4}),
        (URIRef(BILLS), {"triples": 3}),
        (URIRef(MAPS), {"triples": 2}),
        (URIRef(CATALOGUE), {"triples": 3}),
    ],
)
def test_the_figures_are_those_one_counts_by_hand(
    described: Graph, of: URIRef, figures: dict[str, int]
) -> None:
    found = {
        str(property_).rpartition("#")[2]: value.toPython()
        for property_, value in described.predicate_objects(of)
        if str(property_).startswith(str(VOID)) and isinstance(value.toPython(), int)
    }
    assert found == figures


def test_every_class_and_property_has_its_part_with_its_figure(described: Graph) -> None:
    def parts(kind: URIRef, member: URIRef, figure: URIRef) -> dict[str, int]:
        return {
            re.split("[/#]", str(described.value(part, member)))[-1]: described.value(part, figure).toPython()
            for part in described.objects(DATASET, kind)
        }

    # The bill is a blank node, and an entity has an IRI.
    assert parts(VOID.classPartition, VOID["class"], VOID.entities) == {"Mill": 1, "Bill": 0}
    properties = {"type": 2, "label": 3, "pays": 1, "hasGeometry": 1, "asWKT": 1, "license": 3}
    assert parts(VOID.propertyPartition, VOID.property, VOID.triples) == properties


def test_every_named_graph_has_its_licence_and_its_dump(described: Graph) -> None:
    named = {
        described.value(one, SD.name): described.value(one, SD.graph)
        for one in described.objects(DATASET, SD.namedGraph)
    }
    assert {str(name) for name in named} == {LETTERS, BILLS, MAPS, CATALOGUE}
    licences = {
        str(name): {str(one) for one in described.objects(graph, DCTERMS.license)}
        for name, graph in named.items()
    }
    assert licences == {LETTERS: {CC_BY}, BILLS: {CC_BY}, MAPS: {ODBL}, CATALOGUE: set()}
    assert described.value(named[URIRef(MAPS)], VOID.dataDump) == URIRef(
        "https://city.example/graph/graph-store?graph=https%3A%2F%2Fw3id.org%2Fccg%2Fgraph%2Fmaps"
    )


def test_the_part_under_one_licence_is_said_to_be_under_it_and_the_whole_is_not(described: Graph) -> None:
    assert set(described.objects(OPEN, DCTERMS.license)) == {URIRef(CC_BY)}
    assert set(described.objects(DATASET, DCTERMS.license)) == set()
    assert {text.language for text in described.objects(DATASET, DCTERMS.rights)} == {"it", "en"}
    assert {text.language for text in described.objects(DATASET, DCTERMS.title)} == {"it", "en"}


def test_the_dumps_that_are_named_can_be_fetched(api: TestClient, city: City) -> None:
    told = Graph().parse(data=city.service_description("http://testserver/sparql", "nt").read(), format="nt")
    dumps = {str(one) for one in told.objects(None, VOID.dataDump)}
    assert len(dumps) == 3 + 3 + 1 + 4  # of all graphs, of the CC BY ones, of the merge, of each graph
    for dump in dumps:
        assert api.get(dump).status_code == 200


def test_the_figures_of_the_town_are_those_of_its_export(town: City) -> None:
    quads = [line.rsplit(" ", 2) for line in town.export("nq").answer.read().decode().splitlines()]
    triples = {triple for triple, _, _ in quads}
    told = Graph().parse(
        data=town.service_description("https://city.example/sparql", "nt").read(), format="nt"
    )
    dataset = URIRef("https://city.example/sparql#dataset")
    subjects = {triple.split(" ")[0] for triple in triples}
    figures = {
        VOID.triples: len(triples),
        VOID.distinctSubjects: len(subjects),
        VOID.entities: len({one for one in subjects if one.startswith("<https://w3id.org/ccg/")}),
        VOID.properties: len({triple.split(" ")[1] for triple in triples}),
        VOID.distinctObjects: len({triple.split(" ", 2)[2] for triple in triples}),
        VOID.classes: len({triple.split(" ", 2)[2] for triple in triples if f" <{RDF.type}> " in triple}),
    }
    assert {name: told.value(dataset, name).toPython() for name in figures} == figures
    parts = [
        told.value(one, VOID.triples).toPython() for one in told.objects(dataset, VOID.propertyPartition)
    ]
    assert sum(parts) == len(triples)
    graphs = [
        told.value(told.value(one, SD.graph), VOID.triples).toPython()
        for one in told.objects(dataset, SD.namedGraph)
    ]
    assert sum(graphs) == len(quads)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_that_is_named_can_be_called(city: City, function: str) -> None:
    square = '"POLYGON((11 43, 12 43, 12 44, 11 44, 11 43))"^^geo:wktLiteral'
    point = '"POINT(11.5 43.5)"^^geo:wktLiteral'
    tried = (square, f"{square}, {point}", f'{square}, {point}, "T*****FF*"')
    query = " ".join(
        f"OPTIONAL {{ BIND (<{function}>({given}) AS ?x{place}) }}" for place, given in enumerate(tried)
    )
    found = city.sparql(f"SELECT ?x0 ?x1 ?x2 WHERE {{ {query} }}")
    assert [cell for row in found.rows for cell in row if cell is not None]


def test_void_is_where_it_is_looked_for(api: TestClient) -> None:
    response = api.get("/.well-known/void", headers={"Accept": "text/turtle"})
    told = Graph().parse(data=response.text)
    assert URIRef("http://testserver/sparql") in set(told.objects(None, SD.endpoint))
    assert api.get("/.well-known/void", headers={"Accept": BROWSER}).status_code == 200
    problem(api.get("/.well-known/void", headers={"Accept": "text/csv"}), 406)


def test_a_host_that_is_no_name_of_a_host_gets_into_no_description(api: TestClient) -> None:
    assert "evil" not in api.get("/.well-known/void", headers={"Host": 'evil"> . <evil'}).text
