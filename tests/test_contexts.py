"""Our JSON-LD context says of every term what the ontology says, and JSON written with it says what the graph says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import OWL, RDF, RDFS, XSD
from starlette.testclient import TestClient

from cc_graph import resources
from cc_graph.app import create_app
from cc_graph.rdfio.contexts import context_document, our_context
from cc_graph.rdfio.formats import GRAPH_FORMATS
from cc_graph.rdfio.parsing import parse
from cc_graph.vocab import PREFIXES, TERMS

if TYPE_CHECKING:
    from cc_graph import City

BASE = "https://w3id.org/ccg/"
OURS = f"{BASE}context.jsonld"
SCHEMA_RANGE = URIRef("https://schema.org/rangeIncludes")


@pytest.fixture(scope="module")
def ontology() -> Graph:
    graph = Graph()
    for path in resources.term_files():
        graph.parse(path, format="turtle")
    return graph


@pytest.fixture(scope="module")
def context() -> dict[str, Any]:
    """The context as it is served, read anew."""
    return dict(json.loads(context_document())["@context"])


def meant(context: dict[str, Any], name: str) -> dict[str, str]:
    """The definition of a name in its long form."""
    said = context[name]
    return {"@id": said} if isinstance(said, str) else said


def test_every_term_of_the_ontology_has_its_name(ontology: Graph, context: dict[str, Any]) -> None:
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    terms = {
        str(term) for kind in kinds for term in ontology.subjects(RDF.type, kind) if term.startswith(TERMS)
    }
    assert len(terms) > 200
    assert {term: meant(context, term.removeprefix(TERMS))["@id"] for term in terms} == {
        term: term for term in terms
    }


def test_the_values_of_a_property_that_links_are_iris_and_those_of_the_others_are_not(
    ontology: Graph, context: dict[str, Any]
) -> None:
    for kind, expected in ((OWL.ObjectProperty, True), (OWL.DatatypeProperty, False)):
        for term in ontology.subjects(RDF.type, kind):
            if term.startswith(TERMS):
                said = meant(context, term.removeprefix(TERMS))
                assert (said.get("@type") == "@id") == expected, term


def test_values_have_the_datatype_the_ontology_gives_them(ontology: Graph, context: dict[str, Any]) -> None:
    for term in ontology.subjects(RDF.type, OWL.DatatypeProperty):
        ranges = {*ontology.objects(term, RDFS.range), *ontology.objects(term, SCHEMA_RANGE)}
        said = meant(context, term.removeprefix(TERMS))
        if ranges == {RDF.langString}:
            assert said.get("@container") == "@language", term
        elif XSD.date in ranges:
            assert said["@type"] == str(XSD.date), term
        elif len(ranges) == 1 and ranges != {XSD.string}:
            assert said["@type"] == str(ranges.pop()), term
        else:
            assert "@type" not in said, term


def test_a_name_means_one_thing(context: dict[str, Any]) -> None:
    prefixes = {name for name in context if name in PREFIXES}
    assert all(context[name] == PREFIXES[name] for name in prefixes)
    shortened = {name: meant(context, name)["@id"] for name in context if ":" in name}
    for name, iri in shortened.items():
        prefix, _, local = name.partition(":")
        assert PREFIXES[prefix] + local == iri
    assert {name for name in context if name.startswith("@")} == {"@version", "@vocab"}


def test_dates_words_numbers_and_links_are_read_as_what_they_are() -> None:
    document = {
        "@context": OURS,
        "id": "id/initiative/a",
        "type": ["Project", "ccg:Initiative"],
        "label": {"it": "Progetto", "en": ["Project", "Plan"]},
        "start": "2024-05-01",
        "end": {"@value": "2025", "@type": "xsd:gYear"},
        "dcterms:isPartOf": "id/initiative/b",
        "isPartOf": "id/initiative/c",
        "addressesBarrier": "scheme:barrier/legislative",
        "utilisationPercent": "12.5",
        "votesFor": 7,
        "hazardous": True,
        "vatNumber": "01234567890",
        "asWKT": "POINT(11.1 43.9)",
    }
    parsed = parse(json.dumps(document).encode(), GRAPH_FORMATS["jsonld"], BASE)
    expected = """
        <id/initiative/a> a ccg:Project , ccg:Initiative ;
            rdfs:label "Progetto"@it , "Project"@en , "Plan"@en ;
            ccg:start "2024-05-01"^^xsd:date ; ccg:end "2025"^^xsd:gYear ;
            dcterms:isPartOf <id/initiative/b> , <id/initiative/c> ;
            ccg:addressesBarrier scheme:barrier\\/legislative ;
            ccg:utilisationPercent 12.5 ; ccg:votesFor 7 ; ccg:hazardous true ; ccg:vatNumber "01234567890" ;
            geo:asWKT "POINT(11.1 43.9)"^^geo:wktLiteral .
    """
    declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    assert parsed.nquads.splitlines() != []
    assert isomorphic(
        Graph().parse(data=parsed.nquads, format="nt"),
        Graph().parse(data=declared + expected, format="turtle", publicID=BASE),
    )


def test_a_word_the_context_does_not_know_is_kept_as_one_of_our_terms() -> None:
    document = {"@context": OURS, "id": "id/x/y", "destinaton": {"id": "id/x/z"}}
    parsed = parse(json.dumps(document).encode(), GRAPH_FORMATS["jsonld"], BASE)
    assert f"<{TERMS}destinaton>".encode() in parsed.nquads


def test_what_another_program_writes_with_our_context_comes_back_as_it_was(town: City) -> None:
    mill = f"<{BASE}id/stakeholder/lanificio-prova>"
    facts = f"{{ {{ {mill} ?p ?o BIND({mill} AS ?s) }} UNION {{ ?s ccg:start ?o BIND(ccg:start AS ?p) }} }}"
    graph = Graph().parse(
        data=town.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {facts}", accept="nt").read(), format="nt"
    )
    assert len(graph) > 10

    written = json.loads(graph.serialize(format="json-ld", context=our_context(), auto_compact=False))
    written["@context"] = OURS
    read = parse(json.dumps(written).encode(), GRAPH_FORMATS["jsonld"], BASE)

    assert '"rdfs:label": {"en":' in json.dumps(written, sort_keys=True)
    assert isomorphic(Graph().parse(data=read.nquads, format="nt"), graph)


def test_two_readers_of_json_ld_agree_on_the_context() -> None:
    names = [name for name, said in our_context().items() if isinstance(said, dict) and ":" not in name]
    document: dict[str, Any] = {"@id": "id/x/y"}
    for name in names:
        said = our_context()[name]
        document[name] = (
            {"it": "parola"} if "@container" in said else "id/x/z" if said["@type"] == "@id" else "1"
        )
    ours = parse(json.dumps({"@context": OURS, **document}).encode(), GRAPH_FORMATS["jsonld"], BASE)
    theirs = Graph().parse(
        data=json.dumps({"@context": our_context(), **document}), format="json-ld", publicID=BASE
    )
    assert len(theirs) > 100
    assert isomorphic(Graph().parse(data=ours.nquads, format="nt"), theirs)


def test_the_context_is_served_to_anybody_and_kept_by_who_has_it(town: City) -> None:
    api = TestClient(create_app(town))
    response = api.get("/context.jsonld", headers={"Origin": "https://other.example"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/ld+json"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.text == context_document()
    again = api.get("/context.jsonld", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
