"""What a city can do is the same wherever its graph is kept: a row for each capability, asked at home and in each server.

Who adds a capability to `City` that reads the graph adds its row to `CAPABILITIES`.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from comparing import in_any_order, quads, rows

from cc_graph.errors import NotFound
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS
from cc_graph.store.reader import Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from cc_graph import City

TABLE = "initiative/tavolo-tessile"
MILL = "id/stakeholder/lanificio-prova"
BASE = "https://w3id.org/ccg/"
SOURCE = f"{BASE}graph/sito-comune"


def _thing(city: City) -> Any:
    thing = city.thing(MILL, "it")
    facts = {
        (fact.property.iri, fact.value.text, frozenset(source.iri for source in fact.sources))
        for fact in thing.facts
    }
    pointing = {(fact.property.iri, fact.value.text) for fact in thing.incoming}
    return thing.label, thing.labels, thing.description, {kind.iri for kind in thing.types}, facts, pointing


def _network(layer: str) -> Callable[[City], Any]:
    def read(city: City) -> Any:
        graph = city.network(layer)
        ties = {(a, b, round(float(data["weight"]), 9)) for a, b, data in graph.edges(data=True)}
        said = {name: text for name, text in graph.graph.items() if name != "revision"}
        return ties, dict(graph.nodes(data=True)), said

    return read


def _export(form: str, engine: ox.RdfFormat) -> Callable[[City], Any]:
    def read(city: City) -> Any:
        taken = city.export(form)
        return quads(taken.answer.read(), engine), taken.left_out

    return read


def _answered_in_a_loop(city: City) -> Any:
    query = Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", TABLE_FORMATS["csv"], None)

    async def ask() -> bytes:
        return (await city.reader.answer(query)).read()

    return asyncio.run(ask())


def _typed(document: bytes) -> set[ox.Quad]:
    return quads(document, ox.RdfFormat.N_TRIPLES)


CAPABILITIES: dict[str, Callable[[City], Any]] = {
    "a question": lambda city: rows(city.ask("who-takes-part", "it", initiative=TABLE)),
    "a question in CSV": lambda city: city.answer("tables-without-members-published", "csv").read(),
    "a value that names nothing": lambda city: _hint(lambda: city.ask("who-takes-part", initiative="tavolo-tesile")),
    "choices": lambda city: rows(city.choices("who-takes-part", "initiative", "it")),
    "things of a class": lambda city: rows(city.things("ccg:Stakeholder", "it")),
    "search": lambda city: rows(city.search("lan", "it")),
    "overview": lambda city: replace(city.overview("it"), revision=""),
    "a thing": _thing,
    "a thing as RDF": lambda city: _typed(city.describe(MILL, "nt").read()),
    "a thing that is not there": lambda city: _hint(lambda: city.require("id/stakeholder/nobody")),
    "the vocabulary": lambda city: _typed(city.vocabulary("nt").read()),
    "SELECT": lambda city: rows(city.sparql("SELECT ?s ?l { ?s a ccg:WorkingTable ; rdfs:label ?l } ORDER BY ?s ?l")),
    "SELECT in XML": lambda city: city.query("SELECT (1 AS ?one) {}", accept="xml").read(),
    "SELECT in TSV": lambda city: city.query("SELECT ?n { VALUES ?n { 1.5 } }", accept="tsv").read(),
    "ASK": lambda city: city.query("ASK { ?s a ccg:WorkingTable }", accept="json").read(),
    "CONSTRUCT": lambda city: _typed(city.query("CONSTRUCT { ?s a ?c } WHERE { ?s a ?c }", accept="nt").read()),
    "GRAPH sees the sources' graphs": lambda city: rows(city.sparql("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g")),
    "FROM": lambda city: rows(city.sparql(f"SELECT (COUNT(*) AS ?n) FROM <{SOURCE}> {{ ?s ?p ?o }}")),
    "FROM by a path below the base": lambda city: rows(city.sparql("SELECT (COUNT(*) AS ?n) FROM <graph/sito-comune> { ?s ?p ?o }")),
    "FROM NAMED": lambda city: rows(city.sparql(f"SELECT DISTINCT ?g FROM NAMED <{SOURCE}> {{ GRAPH ?g {{ ?s ?p ?o }} }}")),
    "FROM hides the other graphs": lambda city: rows(city.sparql(f"SELECT ?g FROM <{SOURCE}> {{ GRAPH ?g {{ ?s ?p ?o }} }}")),
    "a dataset in the call": lambda city: city.query(
        "SELECT (COUNT(*) AS ?n) FROM <urn:other> { ?s ?p ?o }", accept="csv", default_graphs=[SOURCE]
    ).read(),
    "a decimal": lambda city: rows(city.sparql("SELECT ?n { ?q qudt:numericValue ?n } ORDER BY ?n")),
    "dates": lambda city: rows(city.sparql("SELECT DISTINCT ?d { ?s ccg:start|dcterms:issued ?d } ORDER BY STR(?d)")),
    "truth values": lambda city: in_any_order(city.sparql("SELECT ?s ?used { ?s ccg:used ?used }")),
    "places as they were stated": lambda city: in_any_order(city.sparql("SELECT ?s ?wkt { ?s geo:asWKT ?wkt }")),
    "GeoJSON": lambda city: city.query("SELECT ?wkt { ?s geo:asWKT ?wkt } ORDER BY STR(?wkt)", accept="geojson").read(),
    "letters of every kind": lambda city: in_any_order(city.sparql('SELECT (CONCAT("«", STR(?l), "» – ", UCASE(STR(?l))) AS ?t) { ?s rdfs:label ?l FILTER (CONTAINS(STR(?l), "à")) }')),
    "an answer that is compressed": lambda city: city.reader.query(
        "SELECT ?s { ?s a skos:Concept }", table_format=TABLE_FORMATS["csv"], graph_format=None, encoding="gzip"
    ).encoding,
    "an answer in an event loop": _answered_in_a_loop,
    "layer material-flow": _network("material-flow"),
    "layer organisational-tie": _network("organisational-tie"),
    "layer shared-initiative": _network("shared-initiative"),
    "layer shared-project": _network("shared-project"),
    "layer shared-table": _network("shared-table"),
    "a measure": lambda city: rows(city.measure("shared-table", "degree")),
    "a network as a file": lambda city: city.write_network("shared-table", "csv"),
    "export in N-Quads": _export("nq", ox.RdfFormat.N_QUADS),
    "export in TriG": _export("trig", ox.RdfFormat.TRIG),
    "export in Turtle, CC BY only": _export("ttl", ox.RdfFormat.TURTLE),
    "one graph": lambda city: quads(city.graphs.read(SOURCE, "ttl").read(), ox.RdfFormat.TURTLE),
    "the merge": lambda city: _typed(city.graphs.read(None, "nt").read()),
    "licences of a graph": lambda city: city.graphs.licences(SOURCE),
    "a graph that is not there": lambda city: _hint(lambda: city.graphs.read(f"{BASE}graph/none")),
    "audit": lambda city: city.audit(),
    "a page of the glossary": lambda city: city.glossary_page("en/class/WorkingTable.html"),
    "how many triples": lambda city: city.health()["triples"],
}  # fmt: skip


def _hint(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(NotFound) as raised:
        call()
    return str(raised.value), raised.value.hint


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_capability_is_the_same_there_as_here(capability: str, here: City, there: City) -> None:
    do = CAPABILITIES[capability]
    assert do(there) == do(here)


def test_a_description_of_the_service_counts_the_same(here: City, oxigraph_town: City) -> None:
    # Of Virtuoso 7.2.5 it asks too much: fourteen branches of a UNION, each with a group of its own.
    address = "https://city.example/sparql"
    told = [
        quads(city.service_description(address, "nt").read(), ox.RdfFormat.N_TRIPLES)
        for city in (here, oxigraph_town)
    ]
    assert told[0] == told[1]


def test_the_marks_and_the_merge_are_in_no_graph_a_query_sees(there: City) -> None:
    seen = there.sparql("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }").column("g")
    assert not {f"{BASE}graph/published", f"{BASE}graph/publication"} & {*seen}
    assert there.sparql("ASK { ?s ?p ?o FILTER (STRSTARTS(STR(?p), 'https://w3id.org/ccg/graph/')) }").column(
        "boolean"
    ) == [False]


def test_the_revision_is_kept_by_the_store_and_stays_till_the_next_change(there: City) -> None:
    first = there.revision
    assert first == there.revision == there.health()["revision"]
    with there.query("ASK {}") as answer:
        assert answer.revision == first


def test_every_graph_format_is_written_here_from_what_the_server_gives(there: City) -> None:
    text = f"CONSTRUCT {{ <{BASE}{MILL}> ?p ?o }} WHERE {{ <{BASE}{MILL}> ?p ?o }}"
    found = {
        name: quads(
            there.query(text, accept=name).read(), ox.RdfFormat.from_media_type(form.media_type) or ""
        )
        for name, form in GRAPH_FORMATS.items()
    }
    assert all(each == found["nt"] for each in found.values())
    assert len(found["nt"]) > 5
