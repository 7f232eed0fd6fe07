"""What is sent: the dataset in the call, prefixes and base declared, and for Virtuoso the same in other words."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cc_graph.errors import BadQuery, BadRequest, Refused
from cc_graph.store.remote.client import Call
from cc_graph.store.remote.dialect import MOST_UNITED, STANDARD, VIRTUOSO
from cc_graph.store.remote.names import Names
from cc_graph.store.remote.plan import plan

BASE = "https://city.example/"
NAMES = Names(BASE)
SOURCES = [f"{BASE}graph/b", f"{BASE}graph/a"]
XSD = "http://www.w3.org/2001/XMLSchema#"
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"


def planned(text: str, **dataset: list[str]) -> Call:
    return plan(text, NAMES, SOURCES, STANDARD, **dataset)


@pytest.mark.parametrize(
    ("text", "default", "named"),
    [
        ("SELECT * { ?s ?p ?o }", [NAMES.merge], []),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", [NAMES.merge], sorted(SOURCES)),
        ("SELECT * { graph ?g { ?s ?p ?o } }", [NAMES.merge], sorted(SOURCES)),
        ("SELECT * { GR\\u0041PH ?g { ?s ?p ?o } }", [NAMES.merge], sorted(SOURCES)),
        ("SELECT * { ?s ?p 'GRAPH' } # GRAPH", [NAMES.merge], []),
        ("SELECT ?GRAPH { ?GRAPH ?p ?o }", [NAMES.merge], []),
        ("SELECT * FROM <a:x> { ?s ?p ?o }", ["a:x"], []),
        ("SELECT * FROM <graph/a> { ?s ?p ?o }", [f"{BASE}graph/a"], []),
        ("PREFIX g: <a:> SELECT * FROM g:x FROM g:x { ?s ?p ?o }", ["a:x"], []),
        ("SELECT * FROM NAMED <a:x> FROM NAMED <a:y> { GRAPH ?g {} }", [NAMES.nothing], ["a:x", "a:y"]),
        ("SELECT * FROM <a:x> { GRAPH ?g {} }", ["a:x"], [NAMES.nothing]),
    ],
)
def test_the_dataset_is_in_the_call(text: str, default: list[str], named: list[str]) -> None:
    call = planned(text)
    assert (list(call.default_graphs), list(call.named_graphs)) == (default, named)
    assert "FROM" not in call.text


def test_a_dataset_of_the_call_takes_the_place_of_the_querys() -> None:
    call = planned("SELECT * FROM <a:x> { GRAPH ?g {} }", default_graphs=["a:y"], named_graphs=["a:z"])
    assert (call.default_graphs, call.named_graphs) == (("a:y",), ("a:z",))
    assert "a:x" not in call.text


def test_what_is_used_and_not_declared_is_declared() -> None:
    text = planned("PREFIX org: <a:> SELECT * { ?s a ccg:Stakeholder, org:x ; rdfs:label <id/x> }").text
    assert text.startswith(f"BASE <{BASE}> PREFIX ccg: <https://w3id.org/ccg/ns#> PREFIX rdfs: <")
    assert text.count("PREFIX org:") == 1
    assert "PREFIX geo:" not in text


def test_a_query_with_a_base_keeps_it_alone() -> None:
    assert planned("BASE <a:> SELECT * { <x> ?p ?o }").text.count("BASE") == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT * { ?s nobody:knows ?o }", BadQuery),
        ("SELECT * FROM <a:x> FROM <a:y> { ?s ?p ?o }", BadRequest),
        ("SELECT (bif:http_get('http://127.0.0.1/') AS ?x) {}", BadQuery),
        ("PREFIX x: <bif:> SELECT (x:http_get('http://127.0.0.1/') AS ?x) {}", Refused),
        ("PREFIX x: <\\u0042IF:> SELECT (x:http_get('http://127.0.0.1/') AS ?x) {}", Refused),
        ("SELECT (<sql:now>() AS ?x) {}", Refused),
        ('DEFINE get:soft "soft" SELECT * { ?s ?p ?o }', Refused),
        ("SELECT * { SERVICE <a:x> {} }", Refused),
        ("CLEAR ALL", Refused),
    ],
)
def test_what_is_not_sent(text: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        planned(text)


def test_a_name_of_a_graph_is_an_iri() -> None:
    with pytest.raises(BadRequest):
        planned("SELECT * {}", default_graphs=["no iri"])


def told(text: str, *named: str) -> str:
    return VIRTUOSO.told(Call(text, [], named)).text


def test_a_server_that_keeps_to_the_standard_is_told_as_it_is() -> None:
    call = Call("SELECT * { VALUES ?x { UNDEF } }", ["a:x"], ["a:y"])
    assert STANDARD.told(call) is call


def test_virtuoso_reads_the_dataset_before_the_query() -> None:
    call = VIRTUOSO.told(Call("ASK {}", ["a:x"], ["a:y"]))
    assert call == Call("define input:default-graph-uri <a:x>\ndefine input:named-graph-uri <a:y>\nASK {}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{ VALUES ?x { UNDEF } ?s ?p ?x }", "{  ?s ?p ?x }"),
        ('{ VALUES ?x { "en" } ?s ?p ?x }', '{ BIND ("en" AS ?x) ?s ?p ?x }'),
        ("{ ?s ?p ?x VALUES ?x { 1 } }", "{ ?s ?p ?x VALUES (?x) { (1) } }"),
        ("{ VALUES ?x { <a> b:c } }", "{ { { BIND (<a> AS ?x) } UNION { BIND (b:c AS ?x) } } }"),
        ("{ VALUES (?x ?y) { (1 UNDEF) (-2 'b'@it) } }", "{ { { BIND (1 AS ?x) } UNION { BIND (-2 AS ?x) BIND ('b'@it AS ?y) } } }"),
        ('{ VALUES ?x { "1"^^<a> } }', '{ BIND ("1"^^<a> AS ?x) }'),
        ("{ VALUES ?x { } }", "{ FILTER (false) }"),
        ("{ } VALUES ?x { 1 2 }", "{ } VALUES ?x { 1 2 }"),
        ("{ ?s ?p 'VALUES ?x { UNDEF }' }", "{ ?s ?p 'VALUES ?x { UNDEF }' }"),
        ("{ VALUES (?x ?y) { (1) } }", "{ VALUES (?x ?y) { (1) } }"),
        ("{ BIND (CONCAT(?x, ' – ', \"è\"@it) AS ?y) }", f"{{ BIND (CONCAT(?x, ' – '^^<{XSD}string>, \"è\"@it) AS ?y) }}"),
        ("{ ?s ?p 'è' }", "{ ?s ?p 'è' }"),
        ("{ FILTER (DATATYPE(?x) = geo:wktLiteral) }", "{ FILTER (DATATYPE(?x) = <urn:x-cc-graph:wktLiteral>) }"),
        (f"{{ ?s ?p 'POINT(1 2)'^^<{WKT}> }}", "{ ?s ?p 'POINT(1 2)'^^<urn:x-cc-graph:wktLiteral> }"),
    ],
)  # fmt: skip
def test_virtuoso_is_told_the_same_in_other_words(text: str, words: str) -> None:
    assert told(f"SELECT * {text}") == f"SELECT * {words}"


def test_a_long_list_of_values_goes_as_it_is() -> None:
    text = f"SELECT * {{ VALUES ?x {{ {'1 ' * (MOST_UNITED + 1)}}} }}"
    assert told(text) == text


terms = st.sampled_from(["UNDEF", "1", "-2.5", '"a"', "'è'@it", '"x"^^<a:t>', "<a:b>", "true"])
blocks = st.integers(1, 3).flatmap(
    lambda width: st.tuples(
        st.just([f"?v{n}" for n in range(width)]),
        st.lists(st.lists(terms, min_size=width, max_size=width), max_size=4),
    )
)


@given(block=blocks, before=st.booleans())
def test_the_other_words_mean_the_same(block: tuple[list[str], list[list[str]]], before: bool) -> None:
    names, rows = block
    lines = " ".join("(" + " ".join(row) + ")" for row in rows)
    values = f"VALUES ({' '.join(names)}) {{ {lines} }}"
    pattern = "{ BIND (1 AS ?v0) } UNION { BIND (<a:b> AS ?w) }"
    group = f"{pattern} {values}" if before else f"{values} {{ {pattern} }}"
    text = f"SELECT ?v0 ?v1 ?v2 ?w {{ {group} }}"
    store = ox.Store()

    def solutions(query: str) -> list[str]:
        return sorted(str(list(row)) for row in store.query(query))  # type: ignore[union-attr]

    assert solutions(told(text)) == solutions(text)


def test_a_place_is_stored_under_a_name_that_virtuoso_leaves_alone() -> None:
    assert VIRTUOSO.stored(f'"POINT(1 2)"^^<{WKT}>') == '"POINT(1 2)"^^<urn:x-cc-graph:wktLiteral>'
    assert VIRTUOSO.standard("urn:x-cc-graph:wktLiteral") == WKT
    assert STANDARD.stored(f'"POINT(1 2)"^^<{WKT}>') == f'"POINT(1 2)"^^<{WKT}>'
    assert VIRTUOSO.stored(f'"it says \\"^^<{WKT}> here"') == f'"it says \\"^^<{WKT}> here"'
