"""The API as a program meets it: status, format, language and the words of every refusal."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from rdflib import Dataset, Graph, URIRef
from starlette.testclient import TestClient

from cc_graph.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cc_graph import City
    from cc_graph.settings import Settings

SELECT = 'SELECT ?name WHERE { <https://w3id.org/ccg/id/stakeholder/lanificio-prova> rdfs:label ?name FILTER (LANG(?name) = "it") }'
CONSTRUCT = "CONSTRUCT { ?s rdfs:label ?name } WHERE { VALUES ?s { <https://w3id.org/ccg/id/stakeholder/lanificio-prova> } ?s rdfs:label ?name }"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
MILL = "/id/stakeholder/lanificio-prova"


@pytest.fixture(scope="module")
def api(town: City) -> TestClient:
    """Borgolana's API; redirects are looked at, not followed."""
    return TestClient(create_app(town), follow_redirects=False)


@pytest.fixture(scope="module")
def prato_api(prato: City) -> TestClient:
    return TestClient(create_app(prato), follow_redirects=False)


def problem(response: Any, status: int, slug: str) -> dict[str, Any]:
    """The problem of a refusal, after a look at its shape."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert sorted(told) == ["detail", "hint", "instance", "request_id", "status", "title", "type"]
    assert told["request_id"] == response.headers["x-request-id"]
    assert (told["type"], told["status"]) == (f"/problems/{slug}", status)
    assert told["detail"].strip()
    assert told["hint"].strip()
    return dict(told)


# Answers by the SPARQL protocol


@pytest.mark.parametrize(
    ("accept", "media_type", "begins"),
    [
        ("*/*", "application/sparql-results+json", b"{"),
        ("application/sparql-results+json", "application/sparql-results+json", b"{"),
        ("application/sparql-results+xml", "application/sparql-results+xml", b"<?xml"),
        ("text/csv", "text/csv", b"name\r\nLanificio Prova"),
        ("text/tab-separated-values", "text/tab-separated-values", b"?name\n"),
        ("text/csv;q=0.5, application/json", "application/sparql-results+json", b"{"),
        ("text/turtle, text/csv;q=0.1", "text/csv", b"name"),
    ],
)
def test_a_select_comes_in_the_table_format_the_client_accepts(
    api: TestClient, accept: str, media_type: str, begins: bytes
) -> None:
    response = api.get("/sparql", params={"query": SELECT}, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == media_type
    assert response.content.startswith(begins)


@pytest.mark.parametrize(
    ("name", "media_type", "rdflib_name"),
    [
        ("ttl", "text/turtle", "turtle"),
        ("nt", "application/n-triples", "nt"),
        ("trig", "application/trig", "trig"),
        ("nq", "application/n-quads", "nquads"),
        ("jsonld", "application/ld+json", "json-ld"),
        ("rdfxml", "application/rdf+xml", "xml"),
    ],
)
def test_a_construct_comes_in_every_graph_format_by_header_and_by_name(
    api: TestClient, name: str, media_type: str, rdflib_name: str
) -> None:
    by_header = api.get("/sparql", params={"query": CONSTRUCT}, headers={"Accept": media_type})
    by_name = api.get("/sparql", params={"query": CONSTRUCT, "format": name})
    for response in (by_header, by_name):
        assert response.status_code == 200
        assert response.headers["content-type"].partition(";")[0] == media_type
        graph = Dataset(default_union=True)
        graph.parse(io.BytesIO(response.content), format=rdflib_name)
        assert {str(label) for label in graph.objects(URIRef("https://w3id.org/ccg" + MILL))} == {
            "Lanificio Prova",
            "Prova Wool Mill",
        }


@pytest.mark.parametrize(
    ("name", "begins"), [("csv", b"name"), ("tsv", b"?name"), ("xml", b"<?xml"), ("json", b"{")]
)
def test_the_short_name_of_a_format_wins_over_accept(api: TestClient, name: str, begins: bytes) -> None:
    response = api.get(
        "/sparql", params={"query": SELECT, "format": name}, headers={"Accept": "application/n-quads"}
    )
    assert response.content.startswith(begins)


def test_an_ask_is_answered_with_a_boolean(api: TestClient) -> None:
    response = api.get("/sparql", params={"query": "ASK { ?s a ccg:Stakeholder }"})
    assert response.json()["boolean"] is True


def test_a_query_may_be_posted_as_a_form(api: TestClient) -> None:
    response = api.post("/sparql", data={"query": SELECT}, headers={"Accept": "text/csv"})
    assert response.text == "name\r\nLanificio Prova\r\n"


def test_a_query_may_be_posted_as_it_is(api: TestClient) -> None:
    headers = {"Content-Type": "application/sparql-query; charset=utf-8", "Accept": "text/csv"}
    response = api.post("/sparql", content=SELECT.encode(), headers=headers)
    assert response.text == "name\r\nLanificio Prova\r\n"


def test_a_form_may_ask_for_a_format_in_its_body_or_in_the_address(api: TestClient) -> None:
    in_body = api.post("/sparql", data={"query": SELECT, "format": "tsv"})
    in_address = api.post("/sparql?format=tsv", data={"query": SELECT})
    assert in_body.content == in_address.content
    assert in_body.content.startswith(b"?name")


def test_default_graphs_restrict_the_query_to_their_merge(api: TestClient) -> None:
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?flow a ccg:MaterialFlow ; ccg:origin ?from }"
    graphs = ["https://w3id.org/ccg/graph/sito-comune", "https://w3id.org/ccg/graph/giornale-finto"]

    def counted(chosen: list[str]) -> int:
        response = api.get("/sparql", params={"query": count, "default-graph-uri": chosen, "format": "json"})
        return int(response.json()["results"]["bindings"][0]["n"]["value"])

    one, other, both = counted(graphs[:1]), counted(graphs[1:]), counted(graphs)
    # The flow of used textiles stands in both sources and counts once.
    assert both == one + other - 1


def test_named_graphs_are_the_only_ones_graph_sees(api: TestClient) -> None:
    query = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"
    only = "https://w3id.org/ccg/graph/rapporto-rete"
    response = api.post("/sparql", data={"query": query, "named-graph-uri": only, "format": "csv"})
    assert response.text == f"g\r\n{only}\r\n"


# Refusals of the SPARQL protocol


def test_a_call_without_a_query_is_told_how_to_send_one(api: TestClient) -> None:
    told = problem(api.get("/sparql", params={"default-graph-uri": "a:a"}), 400, "bad-request")
    assert told["detail"] == "The call carries no query."
    assert "«query»" in told["hint"]


@pytest.mark.parametrize(
    ("language", "page"), [("it-IT,it;q=0.9,en;q=0.8", "/it/sparql"), ("de", "/en/sparql")]
)
def test_a_browser_without_a_query_gets_the_form(api: TestClient, language: str, page: str) -> None:
    response = api.get("/sparql", headers={"Accept": BROWSER, "Accept-Language": language})
    assert (response.status_code, response.headers["location"]) == (303, page)


def test_two_queries_in_one_call_are_refused(api: TestClient) -> None:
    told = problem(api.get("/sparql", params={"query": [SELECT, SELECT]}), 400, "bad-request")
    assert told["detail"] == "The call carries 2 queries."


def test_a_query_with_an_update_is_refused(api: TestClient) -> None:
    problem(api.post("/sparql", data={"query": SELECT, "update": "CLEAR ALL"}), 400, "bad-request")


def test_updates_are_refused_on_purpose_however_they_are_sent(api: TestClient) -> None:
    as_form = api.post("/sparql", data={"update": "CLEAR ALL"})
    as_it_is = api.post(
        "/sparql", content=b"CLEAR ALL", headers={"Content-Type": "application/sparql-update"}
    )
    as_query = api.get("/sparql", params={"query": "DROP ALL"})
    for response in (as_form, as_it_is):
        told = problem(response, 403, "refused")
        assert told["detail"] == "This endpoint answers queries and carries out no updates."
    assert as_query.status_code in {400, 403}


def test_a_syntax_error_is_a_bad_query(api: TestClient) -> None:
    problem(api.get("/sparql", params={"query": "SELECT ?x WHERE { ?x a "}), 400, "bad-query")


def test_a_query_that_would_leave_the_machine_is_refused(api: TestClient) -> None:
    query = "SELECT * WHERE { SERVICE <http://example.org/sparql> { ?s ?p ?o } }"
    problem(api.get("/sparql", params={"query": query}), 403, "refused")


@pytest.mark.parametrize(
    ("query", "accept"), [(SELECT, "image/png"), (SELECT, "text/turtle"), (CONSTRUCT, "text/csv")]
)
def test_a_format_nobody_can_serve_is_refused_with_those_one_can(
    api: TestClient, query: str, accept: str
) -> None:
    told = problem(
        api.get("/sparql", params={"query": query}, headers={"Accept": accept}), 406, "not-acceptable"
    )
    assert ("text/turtle" if query == CONSTRUCT else "text/csv") in told["hint"]


def test_an_unknown_short_name_is_refused(api: TestClient) -> None:
    problem(api.get("/sparql", params={"query": SELECT, "format": "docx"}), 406, "not-acceptable")


def test_a_body_of_another_kind_carries_no_query(api: TestClient) -> None:
    told = problem(api.post("/sparql", json={"query": SELECT}), 415, "unsupported-media-type")
    assert "application/sparql-query" in told["hint"]


def test_a_body_that_is_not_utf8_is_refused(api: TestClient) -> None:
    problem(
        api.post("/sparql", content=b"\xff\xfe", headers={"Content-Type": "application/sparql-query"}),
        400,
        "bad-request",
    )


def test_a_body_beyond_a_megabyte_is_refused(api: TestClient) -> None:
    body = b"#" * 1_000_001
    problem(
        api.post("/sparql", content=body, headers={"Content-Type": "application/sparql-query"}),
        413,
        "content-too-large",
    )


# Tags, HEAD, OPTIONS, other sites


def test_the_length_of_an_answer_is_told(api: TestClient) -> None:
    response = api.get("/sparql", params={"query": SELECT, "format": "csv"})
    assert response.headers["content-length"] == str(len("name\r\nLanificio Prova\r\n"))


@pytest.mark.parametrize(
    "path",
    [
        f"/sparql?query={quote(SELECT)}",
        "/questions/who-takes-part?format=csv",
        f"{MILL}.ttl",
        "/export?format=nq",
        "/network/shared-initiative?format=csv",
        "/network/shared-initiative?measure=degree",
    ],
)
def test_an_answer_the_client_holds_is_not_sent_again(api: TestClient, path: str) -> None:
    tag = api.get(path).headers["etag"]
    again = api.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def test_the_tag_differs_between_queries_and_between_formats(api: TestClient) -> None:
    calls = [{"query": SELECT}, {"query": SELECT, "format": "csv"}, {"query": f"{SELECT} LIMIT 1"}]
    assert len({api.get("/sparql", params=call).headers["etag"] for call in calls}) == 3


def test_an_answer_that_changes_by_itself_has_no_tag(api: TestClient) -> None:
    assert "etag" not in api.get("/sparql", params={"query": "SELECT (NOW() AS ?now) WHERE {}"}).headers


@pytest.mark.parametrize(
    "path", [f"/sparql?query={quote(SELECT)}", "/questions", "/health", "/it/", f"{MILL}.ttl"]
)
def test_head_gives_the_headers_of_get_and_no_body(api: TestClient, path: str) -> None:
    got, head = api.get(path), api.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers["content-length"] == str(len(got.content))


@pytest.mark.parametrize(
    ("path", "allowed"), [("/sparql", "GET, HEAD, POST, OPTIONS"), ("/questions", "GET, HEAD, OPTIONS")]
)
def test_options_tells_the_methods(api: TestClient, path: str, allowed: str) -> None:
    response = api.options(path)
    assert (response.status_code, response.headers["allow"]) == (204, allowed)


def test_a_method_that_is_not_there_is_a_problem_with_those_that_are(api: TestClient) -> None:
    response = api.delete("/sparql")
    problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET, HEAD, POST, OPTIONS"


def test_scripts_of_other_sites_may_read(api: TestClient) -> None:
    origin = {"Origin": "https://elsewhere.example"}
    assert api.get("/questions", headers=origin).headers["access-control-allow-origin"] == "*"
    asked = api.options("/sparql", headers={**origin, "Access-Control-Request-Method": "POST"})
    assert asked.status_code == 200
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert "DELETE" not in asked.headers["access-control-allow-methods"]


def test_every_answer_carries_the_headers_that_guard_it(api: TestClient) -> None:
    for path in ("/questions", "/nothing", "/it/", "/static/style.css"):
        assert api.get(path).headers["x-content-type-options"] == "nosniff"
    assert "Accept-Language" in api.get("/questions").headers["vary"]
    assert "default-src 'self'" in api.get("/it/").headers["content-security-policy"]


# Questions


def test_the_questions_are_listed_with_titles_parameters_and_links(api: TestClient) -> None:
    listed = {entry["id"]: entry for entry in api.get("/questions").json()["questions"]}
    entry = listed["who-takes-part"]
    assert sorted(entry["title"]) == ["en", "it"]
    assert [parameter["name"] for parameter in entry["parameters"]] == ["initiative", "role", "lang"]
    assert entry["links"] == {
        "answer": "/questions/who-takes-part",
        "query": "/questions/who-takes-part/query",
        "pages": {"en": "/en/questions/who-takes-part", "it": "/it/questions/who-takes-part"},
    }


def test_a_question_is_answered_with_its_parameters(api: TestClient) -> None:
    response = api.get("/questions/who-takes-part", params={"initiative": "tavolo-tessile", "format": "json"})
    rows = response.json()["results"]["bindings"]
    assert sorted(row["stakeholderLabel"]["value"] for row in rows) == [
        "Esempio Rag Sorters",
        "Prova Wool Mill",
    ]


def test_labels_come_in_the_language_asked_for_else_in_the_one_preferred(api: TestClient) -> None:
    call = {"initiative": "tavolo-tessile"}
    accept = {"Accept": "text/csv", "Accept-Language": "it"}
    asked = api.get(
        "/questions/who-takes-part", params={**call, "lang": "it"}, headers={"Accept": "text/csv"}
    )
    preferred = api.get("/questions/who-takes-part", params=call, headers=accept)
    assert asked.headers["content-language"] == preferred.headers["content-language"] == "it"
    assert asked.text == preferred.text
    assert "Lanificio Prova" in asked.text


@pytest.mark.parametrize("name", ["json", "csv", "tsv", "xml"])
def test_an_answer_comes_in_four_formats(api: TestClient, name: str) -> None:
    types = {
        "json": "application/sparql-results+json",
        "csv": "text/csv",
        "tsv": "text/tab-separated-values",
        "xml": "application/sparql-results+xml",
    }
    response = api.get("/questions/who-takes-part", params={"format": name})
    assert response.headers["content-type"].partition(";")[0] == types[name]


def test_a_browser_is_led_to_the_page_of_a_question_with_its_values(api: TestClient) -> None:
    response = api.get(
        "/questions/who-takes-part?initiative=tavolo-tessile",
        headers={"Accept": BROWSER, "Accept-Language": "it"},
    )
    assert (response.status_code, response.headers["location"]) == (
        303,
        "/it/questions/who-takes-part?initiative=tavolo-tessile",
    )
    assert api.get("/questions", headers={"Accept": BROWSER}).headers["location"] == "/en/questions"


def test_the_iri_of_a_question_leads_to_it(api: TestClient) -> None:
    assert api.get("/question/who-takes-part").headers["location"] == "/questions/who-takes-part"
    assert (
        api.get("/question/who-takes-part", headers={"Accept": "text/html"}).headers["location"]
        == "/en/questions/who-takes-part"
    )


def test_the_query_of_a_question_is_its_file(api: TestClient, town: City) -> None:
    response = api.get("/questions/who-takes-part/query")
    assert response.headers["content-type"] == "application/sparql-query; charset=utf-8"
    assert response.text == town.question("who-takes-part").text


def test_an_unknown_question_is_not_found_and_the_nearest_is_named(api: TestClient) -> None:
    for path in ("/questions/who-take-part", "/questions/who-take-part/query", "/question/who-take-part"):
        told = problem(api.get(path), 404, "not-found")
        assert "who-takes-part" in told["hint"]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ("colour=red", "colour"),
        ("initiative=no%20such%20%3Cthing%3E", "initiative"),
        ("role=member&role=partner", "role"),
        ("lang=fr", "fr"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(api: TestClient, values: str, named: str) -> None:
    told = problem(api.get(f"/questions/who-takes-part?{values}"), 400, "bad-parameter")
    assert named in told["detail"]


def test_an_answer_in_a_graph_format_is_refused(api: TestClient) -> None:
    told = problem(api.get("/questions/who-takes-part?format=ttl"), 406, "not-acceptable")
    assert "csv" in told["hint"]


# Things


@pytest.mark.parametrize(
    ("accept", "location"),
    [
        ("*/*", f"{MILL}.ttl"),
        ("text/turtle", f"{MILL}.ttl"),
        ("application/ld+json", f"{MILL}.jsonld"),
        ("application/n-triples", f"{MILL}.nt"),
        ("application/rdf+xml", f"{MILL}.rdf"),
        ("text/html;q=0.5, text/turtle", f"{MILL}.ttl"),
        (BROWSER, "/en/stakeholder/lanificio-prova"),
    ],
)
def test_a_thing_leads_to_its_page_or_to_its_document(api: TestClient, accept: str, location: str) -> None:
    response = api.get(MILL, headers={"Accept": accept})
    assert (response.status_code, response.headers["location"]) == (303, location)
    assert f'<{MILL}.ttl>; rel="alternate"; type="text/turtle"' in response.headers["link"]
    assert 'hreflang="it"' in response.headers["link"]


def test_a_browser_set_to_italian_gets_the_italian_page_of_a_thing(api: TestClient) -> None:
    response = api.get(MILL, headers={"Accept": BROWSER, "Accept-Language": "it-IT, en;q=0.5"})
    assert response.headers["location"] == "/it/stakeholder/lanificio-prova"


@pytest.mark.parametrize(
    ("suffix", "rdflib_name"), [("ttl", "turtle"), ("nt", "nt"), ("jsonld", "json-ld"), ("rdf", "xml")]
)
def test_the_document_of_a_thing_holds_its_facts_its_sources_and_their_licence(
    api: TestClient, suffix: str, rdflib_name: str
) -> None:
    response = api.get(f"{MILL}.{suffix}")
    graph = Graph().parse(io.BytesIO(response.content), format=rdflib_name)
    subject = URIRef("https://w3id.org/ccg" + MILL)
    assert {
        str(label) for label in graph.objects(subject, URIRef("http://www.w3.org/2000/01/rdf-schema#label"))
    } == {
        "Lanificio Prova",
        "Prova Wool Mill",
    }
    assert URIRef("https://creativecommons.org/licenses/by/4.0/") in set(graph.objects())
    assert (
        '<https://w3id.org/ccg/id/stakeholder/lanificio-prova>; rel="describes"' in response.headers["link"]
    )


@pytest.mark.parametrize(
    "path", ["/scheme/role", "/scheme/role/member", "/graph/sito-comune", "/ns", "/id/source/sito-comune"]
)
def test_schemes_concepts_graphs_and_terms_have_pages_and_documents_too(api: TestClient, path: str) -> None:
    to_document = api.get(path, headers={"Accept": "text/turtle"})
    assert (to_document.status_code, to_document.headers["location"]) == (303, f"{path}.ttl")
    to_page = api.get(path, headers={"Accept": BROWSER})
    assert to_page.status_code == 303
    for target in (to_document, to_page):
        assert api.get(target.headers["location"]).status_code == 200


def test_the_terms_document_defines_the_terms(api: TestClient) -> None:
    graph = Graph().parse(io.BytesIO(api.get("/ns.ttl").content), format="turtle")
    assert URIRef("https://w3id.org/ccg/ns#Stakeholder") in set(graph.subjects())


def test_a_code_with_a_point_in_it_is_no_document_of_another_code(api: TestClient) -> None:
    response = api.get("/scheme/nace2/13.10", headers={"Accept": "text/turtle"})
    assert (response.status_code, response.headers["location"]) == (303, "/scheme/nace2/13.10.ttl")


@pytest.mark.parametrize(
    "path",
    [
        "/id/stakeholder/nobody",
        "/id/stakeholder/nobody.ttl",
        "/id/stakeholder/a%3E%20b",
        "/id/x%22y/z",
        "/scheme/role/none",
        "/ns.zip",
        "/graph/none",
    ],
)
def test_what_was_never_minted_is_not_found(api: TestClient, path: str) -> None:
    problem(api.get(path), 404, "not-found")


def test_a_thing_in_a_format_nobody_can_serve_is_refused(api: TestClient) -> None:
    problem(api.get(MILL, headers={"Accept": "image/png"}), 406, "not-acceptable")


# Dumps


def test_the_export_holds_every_graph_and_not_their_merge(api: TestClient, town: City) -> None:
    response = api.get("/export?format=nq")
    counted = town.sparql("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }").column("n")[0]
    assert len(response.text.splitlines()) == counted
    assert response.headers["content-disposition"] == 'attachment; filename="cc-graph.nq"'


def test_the_export_is_trig_when_nothing_is_said(api: TestClient) -> None:
    assert api.get("/export").headers["content-type"].partition(";")[0] == "application/trig"


@pytest.mark.parametrize("call", ["format=ttl", "format=nq&licence=CC-BY-4.0"])
def test_an_export_that_may_not_mix_licences_names_the_graphs_it_leaves_out(
    api: TestClient, call: str
) -> None:
    left_out = api.get(f"/export?{call}").headers["graphs-left-out"].split(", ")
    assert "<https://w3id.org/ccg/graph/coordinate-aperte>" in left_out
    assert "<https://w3id.org/ccg/graph/sito-comune>" not in left_out


def test_an_export_under_an_unknown_licence_is_refused(api: TestClient) -> None:
    problem(api.get("/export?licence=WTFPL"), 400, "bad-parameter")


def test_an_export_in_a_table_format_is_refused(api: TestClient) -> None:
    problem(api.get("/export?format=csv"), 406, "not-acceptable")


# Networks


def test_the_layers_are_listed(api: TestClient, town: City) -> None:
    layers = api.get("/network").json()["layers"]
    assert [layer["id"] for layer in layers] == [layer.id for layer in town.layers()]
    assert layers[0]["links"]["graphml"] == f"/network/{layers[0]['id']}?format=graphml"


@pytest.mark.parametrize(
    ("name", "media_type", "begins"),
    [
        ("json", "application/json", b"{"),
        ("csv", "text/csv", b"source,target,weight"),
        ("graphml", "application/graphml+xml", b"<"),
        ("gexf", "application/gexf+xml", b"<"),
    ],
)
def test_a_layer_comes_as_a_graph_in_four_formats(
    api: TestClient, name: str, media_type: str, begins: bytes
) -> None:
    by_name = api.get(f"/network/shared-initiative?format={name}")
    by_header = api.get("/network/shared-initiative", headers={"Accept": media_type})
    assert by_name.headers["content-type"].partition(";")[0] == media_type
    assert by_name.content.startswith(begins)
    assert by_header.content == by_name.content


def test_a_measure_ranks_the_nodes(api: TestClient) -> None:
    response = api.get("/network/shared-initiative?measure=degree&top=3&lang=it")
    rows = response.json()
    assert [sorted(row) for row in rows] == [["node", "nodeLabel", "value"]] * 3
    assert [row["value"] for row in rows] == sorted((row["value"] for row in rows), reverse=True)
    as_csv = api.get("/network/shared-initiative?measure=degree&top=3&lang=it&format=csv")
    assert as_csv.text.splitlines()[0] == "node,nodeLabel,value"
    assert len(as_csv.text.splitlines()) == 4


@pytest.mark.parametrize(
    ("call", "status", "slug"),
    [
        ("shared-initiative?measure=fame", 400, "bad-parameter"),
        ("shared-initiative?top=3", 400, "bad-parameter"),
        ("shared-initiative?measure=degree&top=0", 422, "invalid-call"),
        ("shared-initiative?measure=degree&top=many", 422, "invalid-call"),
        ("shared-initiative?measure=degree&format=gexf", 406, "not-acceptable"),
        ("shared-moon", 404, "not-found"),
    ],
)
def test_a_network_call_that_does_not_fit_is_refused(
    api: TestClient, call: str, status: int, slug: str
) -> None:
    problem(api.get(f"/network/{call}"), status, slug)


def test_a_browser_is_led_to_the_page_of_the_networks(api: TestClient) -> None:
    response = api.get("/network/shared-initiative?measure=degree", headers={"Accept": BROWSER})
    assert response.headers["location"] == "/en/networks?layer=shared-initiative&measure=degree"
    assert api.get("/network", headers={"Accept": BROWSER}).headers["location"] == "/en/networks"


# Service


def test_health_tells_the_revision(api: TestClient, town: City) -> None:
    response = api.get("/health")
    assert response.status_code == 200
    assert response.json()["revision"] == town.revision


def test_an_application_of_its_own_opens_the_city_of_the_settings(
    town_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC_GRAPH_HOME", str(town_settings.home))
    with TestClient(create_app()) as own:
        assert own.get("/health").json()["status"] == "ok"


def test_a_limit_that_was_reached_says_when_to_come_back(api: TestClient) -> None:
    numbers = " ".join(map(str, range(300)))
    values = " ".join(f"VALUES ?{name} {{ {numbers} }}" for name in "abcd")
    endless = f"SELECT (COUNT(*) AS ?n) {{ {values} }}"
    response = api.get("/sparql", params={"query": endless, "timeout": "0.3"})
    problem(response, 503, "too-much")
    assert response.headers["retry-after"] == "10"


def test_an_unexpected_error_is_logged_and_says_nothing_internal(
    api: TestClient, town: City, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(town, "health", broken)
    with caplog.at_level(logging.ERROR, logger="cc_graph.api.logs"):
        response = api.get("/health")
    problem(response, 500, "broken")
    assert "swordfish" not in response.text
    assert "swordfish" in caplog.text
    assert response.headers["x-content-type-options"] == "nosniff"


def test_an_address_that_is_not_there_is_a_problem(api: TestClient) -> None:
    told = problem(api.get("/no/such/place/at/all"), 404, "not-found")
    assert told["instance"] == "/no/such/place/at/all"


def test_the_type_of_a_problem_leads_to_its_explanation(api: TestClient) -> None:
    kind = api.get("/nothing").json()["type"]
    to_page = api.get(kind, headers={"Accept-Language": "it"})
    assert (to_page.status_code, to_page.headers["location"]) == (303, "/it/problems/not-found")
    assert "Pagina non trovata" in api.get(to_page.headers["location"]).text


# OpenAPI


def calls(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, str], dict[str, Any]]]:
    """Every operation as a call made of its examples: method, path, query, what else to send."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            values = {
                (one["in"], one["name"]): str(one["example"])
                for one in operation["parameters"]
                if "example" in one
            }
            filled = path
            for (where, name), value in values.items():
                if where == "path":
                    filled = filled.replace("{" + name + "}", value)
            query = {name: value for (where, name), value in values.items() if where == "query"}
            for media_type, body in operation.get("requestBody", {"content": {"": {}}})["content"].items():
                example = body.get("example")
                sent = (
                    {"data": example}
                    if isinstance(example, dict)
                    else {"content": example, "headers": {"Content-Type": media_type}}
                )
                yield method, filled, query, sent if example else {}


def test_every_example_of_the_api_description_works_on_prato(prato_api: TestClient) -> None:
    document = prato_api.get("/openapi.json").json()
    made = list(calls(document))
    for method, path, query, sent in made:
        assert "{" not in path
        response = prato_api.request(method, path, params=query, **sent)
        assert response.status_code == (303 if path == "/ns" else 200), (
            method,
            path,
            query,
            response.text[:300],
        )
    assert len(made) > 20


def test_the_example_of_every_question_has_rows_on_prato(prato_api: TestClient, prato: City) -> None:
    for question in prato.questions():
        response = prato_api.get(f"/questions/{question.id}", params={**question.example, "format": "json"})
        assert bool(response.json()["results"]["bindings"]) == question.answered_on_prato, question.id


def test_every_operation_is_described_and_names_the_shape_of_its_problems(api: TestClient) -> None:
    document = api.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            assert operation["responses"]["default"]["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }
            assert "422" not in operation["responses"]
    assert "Problem" in document["components"]["schemas"]
    assert "HTTPValidationError" not in json.dumps(document)


def test_the_description_needs_nothing_from_another_site(api: TestClient) -> None:
    assert api.get("/docs").status_code == 404
    assert api.get("/api", headers={"Accept-Language": "it"}).headers["location"] == "/it/api"
