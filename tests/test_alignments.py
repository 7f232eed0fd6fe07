"""What the mappings to other vocabularies keep to: plain triples, each with one record of who says so and why."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, QB, RDF, RDFS, SDO, SKOS, SOSA, XSD

from cc_graph import resources

CCG = Namespace("https://w3id.org/ccg/ns#")
SSSOM = Namespace("https://w3id.org/sssom/")
SETS = "https://w3id.org/ccg/alignment/"
CURATION = URIRef("https://w3id.org/semapv/vocab/UnspecifiedMatching")
CC_BY = URIRef("https://creativecommons.org/licenses/by/4.0/")
AUTHOR = Literal("The cc-graph contributors")

MATCHES = {SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch}
ALLOWED = {*MATCHES, RDFS.subClassOf, RDFS.subPropertyOf}
SOURCE = {SSSOM.object_source, SSSOM.object_source_version}
OF_A_SET = {
    RDF.type,
    SSSOM.mapping_set_id,
    DCTERMS.title,
    DCTERMS.license,
    SSSOM.subject_source,
    DCTERMS.created,
    SSSOM.sssom_version,
    SSSOM.creator_label,
    SSSOM.mappings,
}
OF_A_RECORD = {
    RDF.type,
    OWL.annotatedSource,
    OWL.annotatedProperty,
    OWL.annotatedTarget,
    SSSOM.mapping_justification,
    SSSOM.author_label,
    RDFS.comment,
}
# Later than the release of schema.org whose names rdflib ships.
NEW_IN_SCHEMA_ORG = {URIRef("https://schema.org/hasDigitalProductPassport")}

FOLDER = resources.knowledge() / "ontology" / "alignments"
FILES = sorted(FOLDER.glob("*.ttl"))
GRAPHS = {path.stem: Graph().parse(path) for path in FILES}

each_set = pytest.mark.parametrize("name", sorted(GRAPHS))


@pytest.fixture(scope="module")
def ontology() -> Graph:
    graph = Graph()
    for path in resources.term_files():
        graph.parse(path)
    return graph


def _set(name: str) -> URIRef:
    return URIRef(SETS + name)


def _records(name: str) -> set[URIRef]:
    return {node for node in GRAPHS[name].subjects() if str(node).startswith(f"{SETS}{name}#")}


def _mappings(name: str) -> set[tuple[URIRef, URIRef, URIRef]]:
    described = {_set(name), *_records(name)}
    return {triple for triple in GRAPHS[name] if triple[0] not in described}


def _recorded(name: str) -> list[tuple[URIRef, URIRef, URIRef]]:
    parts = (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)
    return [tuple(GRAPHS[name].value(record, part) for part in parts) for record in _records(name)]


def _kind(ontology: Graph, term: URIRef) -> URIRef | None:
    if (term, RDF.type, OWL.Class) in ontology:
        return RDFS.subClassOf
    return RDFS.subPropertyOf if (term, RDFS.isDefinedBy, None) in ontology else None


def test_there_is_a_mapping_set_for_each_of_the_nine_vocabularies() -> None:
    names = "bonsai ceon ontopia oslo popolo-decidim schemaorg semic sosa-qb valueflows"
    assert sorted(GRAPHS) == names.split()


@each_set
def test_only_terms_that_the_ontology_defines_are_mapped(name: str, ontology: Graph) -> None:
    subjects = {subject for subject, _, _ in _mappings(name)}
    assert {term for term in subjects if not term.startswith(CCG) or _kind(ontology, term) is None} == set()


@each_set
def test_a_mapping_is_a_match_or_a_link_upwards_and_never_an_equivalence(name: str) -> None:
    assert {predicate for _, predicate, _ in _mappings(name)} <= ALLOWED


@each_set
def test_a_class_goes_below_a_class_and_a_property_below_a_property(name: str, ontology: Graph) -> None:
    upwards = [(term, link) for term, link, _ in _mappings(name) if link not in MATCHES]
    assert [(term, link) for term, link in upwards if link != _kind(ontology, term)] == []


@each_set
def test_a_pair_of_terms_is_mapped_once(name: str) -> None:
    # SKOS forbids an exact match that is a broad or a related one as well.
    pairs = [(subject, target) for subject, _, target in _mappings(name)]
    assert len(pairs) == len(set(pairs))


@each_set
def test_every_mapping_has_exactly_one_record_and_every_record_its_mapping(name: str) -> None:
    recorded = _recorded(name)
    assert len(recorded) == len(set(recorded)) >= 9
    assert set(recorded) == _mappings(name)
    assert set(GRAPHS[name].objects(_set(name), SSSOM.mappings)) == _records(name)


@each_set
def test_a_record_says_who_mapped_how_and_why_in_one_sentence(name: str) -> None:
    graph = GRAPHS[name]
    for record in _records(name):
        given = list(graph.predicates(record))
        assert OF_A_RECORD <= set(given) <= OF_A_RECORD | SOURCE, record
        assert len(given) == len(set(given)), record
        assert graph.value(record, RDF.type) == OWL.Axiom
        assert graph.value(record, SSSOM.mapping_justification) == CURATION
        assert graph.value(record, SSSOM.author_label) == AUTHOR
        reason = graph.value(record, RDFS.comment)
        assert reason.language == "en", record
        assert re.fullmatch(r"[A-Z][^\n]{15,}[^\s.]\.", reason), reason


@each_set
def test_a_set_says_what_it_maps_to_what_since_when_and_under_which_licence(name: str) -> None:
    graph, node = GRAPHS[name], _set(name)
    given = set(graph.predicates(node))
    assert OF_A_SET <= given <= OF_A_SET | SOURCE
    assert list(graph.subjects(RDF.type, SSSOM.MappingSet)) == [node]
    assert graph.value(node, SSSOM.mapping_set_id) == Literal(node, datatype=XSD.anyURI)
    assert graph.value(node, DCTERMS.title).language == "en"
    assert graph.value(node, DCTERMS.license) == CC_BY
    assert graph.value(node, SSSOM.subject_source) == URIRef(CCG)
    assert graph.value(node, DCTERMS.created).toPython() >= date(2026, 11, 23)
    assert graph.value(node, SSSOM.creator_label) == AUTHOR


@each_set
def test_the_target_lies_in_the_declared_source_which_has_a_version(name: str) -> None:
    # As SSSOM has it: the source is given on the set where it is one, else on each record.
    graph, node = GRAPHS[name], _set(name)
    one_source = (node, SSSOM.object_source, None) in graph
    for record in _records(name):
        holder = node if one_source else record
        assert ((record, SSSOM.object_source, None) in graph) != one_source
        (source,) = graph.objects(holder, SSSOM.object_source)
        (version,) = graph.objects(holder, SSSOM.object_source_version)
        target = graph.value(record, OWL.annotatedTarget)
        assert target.startswith(source), target
        assert target != source
        assert re.search(r"\d", version), version


@each_set
def test_nothing_is_said_about_foreign_terms_and_no_node_is_blank(name: str) -> None:
    graph = GRAPHS[name]
    described = {_set(name), *_records(name)}
    assert {node for node in graph.subjects() if node not in described and not node.startswith(CCG)} == set()
    assert [node for triple in graph for node in triple if isinstance(node, BNode)] == []


@each_set
def test_a_mapping_adds_to_what_the_ontology_says_itself(name: str, ontology: Graph) -> None:
    assert [triple for triple in _mappings(name) if triple in ontology] == []


@pytest.mark.parametrize(("name", "namespaces"), [("sosa-qb", (SOSA, QB)), ("schemaorg", (SDO,))])
def test_a_name_of_a_vocabulary_that_rdflib_ships_exists(name: str, namespaces: tuple[type, ...]) -> None:
    targets = {target for _, _, target in _mappings(name)} - NEW_IN_SCHEMA_ORG
    assert [term for term in targets if not any(term in namespace for namespace in namespaces)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_tells_where_its_terms_were_looked_up(path: Path) -> None:
    head = path.read_text(encoding="utf-8").partition("sssom:MappingSet")[0]
    assert f"\n# {path.stem}: " in head
    assert "\n# Every IRI below " in head


def test_the_ontology_imports_no_mapping_and_the_program_loads_none(ontology: Graph) -> None:
    assert list(ontology.objects(None, OWL.imports)) == []
    assert {node for triple in ontology for node in triple if str(node).startswith(SETS)} == set()
    read = {*resources.term_files(), *resources.scheme_files(), *resources.shape_files()}
    assert read & set(FILES) == set()


def test_every_file_of_mappings_is_formatted() -> None:
    turtlefmt = shutil.which("turtlefmt", path=str(Path(sys.executable).parent)) or shutil.which("turtlefmt")
    assert turtlefmt is not None
    outcome = subprocess.run([turtlefmt, "--check", FOLDER], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
