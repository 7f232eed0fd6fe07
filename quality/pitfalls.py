"""The pitfalls of the OOPS! catalogue (https://oops.linkeddata.es/catalogue.jsp) that can be computed, one function each.

A function gives the offenders, named shortly; an empty list means that the pitfall is avoided. What we do on purpose
stands in docs/ontology/deviations.md under the pitfall's id, with the reason.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Final

from rdflib import BNode, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS, VANN

from cc_graph.vocab import shorten
from quality.vocabulary import CCG, LANGUAGES, ONTOLOGY, SCHEMA, TERM_KINDS, Vocabulary, name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rdflib.term import Node

Offenders = list[str]

MISCELLANEOUS: Final = re.compile(
    r"(?i)(other|misc\w*|various|unknown|altr[oaie]|vari[oaei]?|divers[oaie])\b"
)
JOINED: Final = re.compile(r"\s(and|or|e|o|ed|oppure)\s|[/&+]")
FILE_ENDING: Final = re.compile(r"\.(owl|rdf|ttl|n3|xml|html?|jsonld)\b")
ABOVE: Final = (RDFS.subClassOf, RDFS.subPropertyOf)


def _names(nodes: Iterable[Node]) -> Offenders:
    return sorted({shorten(str(node)) for node in nodes})


def _pairs(pairs: Iterable[tuple[Node, Node]]) -> Offenders:
    return sorted({" = ".join(_names(pair)) for pair in pairs})


def _ours(node: Node) -> bool:
    return str(node).startswith(CCG)


def _same_labels(vocabulary: Vocabulary, terms: Iterable[Node]) -> set[tuple[Node, Node]]:
    """Pairs of terms that share a label in a language."""
    using: dict[tuple[str, str], list[Node]] = defaultdict(list)
    for term in sorted(set(terms), key=str):
        for language in LANGUAGES:
            if label := vocabulary.text(term, RDFS.label, language).casefold():
                using[language, label].append(term)
    return {pair for sharing in using.values() for pair in combinations(sharing, 2)}


def p02_synonyms_as_classes(vocabulary: Vocabulary) -> Offenders:
    """Approximated: two classes of ours are declared equal, or one bears the other one's label as its other name."""
    graph = vocabulary.terms
    labels: dict[str, URIRef] = {}
    for term in vocabulary.classes:
        labels |= {vocabulary.text(term, RDFS.label, language).casefold(): term for language in LANGUAGES}
    equal = {pair for pair in graph.subject_objects(OWL.equivalentClass) if all(map(_ours, pair))}
    named: set[tuple[Node, Node]] = {
        (term, labels[other])
        for term in vocabulary.classes
        for other in (str(text).casefold() for text in graph.objects(term, SKOS.altLabel))
        if labels.get(other, term) != term
    }
    return _pairs(equal | named)


def p04_unconnected(vocabulary: Vocabulary) -> Offenders:
    """A class that no other class and no property knows; a property used with nothing and below nothing."""
    graph = vocabulary.terms
    ways = (*ABOVE, RDFS.domain, RDFS.range, SCHEMA.domainIncludes, SCHEMA.rangeIncludes, OWL.equivalentClass)
    tied = {node for way in ways for pair in graph.subject_objects(way) for node in pair}
    return _names(set(vocabulary.declared) - tied)


def p05_wrong_inverse(vocabulary: Vocabulary) -> Offenders:
    """Partly: of two inverse properties, one does not begin where the other ends."""
    return _pairs(
        (one, other)
        for one, other in vocabulary.terms.subject_objects(OWL.inverseOf)
        if isinstance(one, URIRef)
        and isinstance(other, URIRef)
        and (
            vocabulary.domains(one) != vocabulary.ranges(other)
            or vocabulary.ranges(one) != vocabulary.domains(other)
        )
    )


def p06_cycles(vocabulary: Vocabulary) -> Offenders:
    """A term that lies above itself."""
    graph = vocabulary.terms
    return _names(
        term
        for term in vocabulary.declared
        for above in ABOVE
        if any(term in graph.transitive_objects(upper, above) for upper in graph.objects(term, above))
    )


def p07_merged_concepts(vocabulary: Vocabulary) -> Offenders:
    """A class whose label joins two things."""
    return _names(
        term
        for term in vocabulary.classes
        for language in LANGUAGES
        if JOINED.search(vocabulary.text(term, RDFS.label, language))
    )


def p08_missing_annotations(vocabulary: Vocabulary) -> Offenders:
    """A term without label or definition in one of the languages."""
    return _names(
        term
        for term in vocabulary.declared
        for predicate in (RDFS.label, SKOS.definition)
        for language in LANGUAGES
        if not vocabulary.text(term, predicate, language)
    )


def p10_missing_disjointness(vocabulary: Vocabulary) -> Offenders:
    """Two tops of our hierarchy that are not said to exclude each other."""
    stated = {frozenset(pair) for pair in vocabulary.terms.subject_objects(OWL.disjointWith)}
    return _pairs(pair for pair in combinations(vocabulary.tops, 2) if frozenset(pair) not in stated)


def p11_missing_domain_or_range(vocabulary: Vocabulary) -> Offenders:
    """A property without rdfs:domain or without rdfs:range."""
    return _names(
        term
        for term in vocabulary.properties
        for predicate in (RDFS.domain, RDFS.range)
        if (term, predicate, None) not in vocabulary.terms
    )


def _foreign_twins(vocabulary: Vocabulary, terms: Iterable[URIRef], above: URIRef, same: URIRef) -> Offenders:
    """A term of ours that has the label of a foreign one and is neither below it nor equal to it."""
    graph, ours = vocabulary.terms, set(terms)
    foreign = set(graph.objects(None, above)) - set(vocabulary.declared)
    return _pairs(
        (one, other)
        for one, other in _same_labels(vocabulary, {*ours, *foreign})
        if _ours(one) != _ours(other)
        for mine, theirs in [(one, other) if _ours(one) else (other, one)]
        if theirs not in graph.transitive_objects(mine, above) and (mine, same, theirs) not in graph
    )


def p12_equivalent_properties_not_declared(vocabulary: Vocabulary) -> Offenders:
    """By label: a property of ours says what a reused one says, and nothing ties them."""
    return _foreign_twins(vocabulary, vocabulary.properties, RDFS.subPropertyOf, OWL.equivalentProperty)


def p13_missing_inverses(vocabulary: Vocabulary) -> Offenders:
    """A property between things that has no inverse and is not symmetric."""
    graph = vocabulary.terms
    with_inverse = {node for pair in graph.subject_objects(OWL.inverseOf) for node in pair}
    symmetric = set(graph.subjects(RDF.type, OWL.SymmetricProperty))
    return _names(set(vocabulary.object_properties) - with_inverse - symmetric)


def p19_several_domains_or_ranges(vocabulary: Vocabulary) -> Offenders:
    """A property with two domains or two ranges: OWL takes both to hold."""
    return _names(
        term
        for term in vocabulary.properties
        for predicate in (RDFS.domain, RDFS.range)
        if len(list(vocabulary.terms.objects(term, predicate))) > 1
    )


def p20_misused_annotations(vocabulary: Vocabulary) -> Offenders:
    """A label or definition that is empty, has spaces around it, or a definition that only repeats the label."""
    offenders: set[Node] = set()
    for term in vocabulary.declared:
        for language in LANGUAGES:
            label = vocabulary.text(term, RDFS.label, language)
            definition = vocabulary.text(term, SKOS.definition, language)
            repeated = definition.casefold().strip(". ") == label.casefold().strip()
            if repeated or label != label.strip() or definition != definition.strip():
                offenders.add(term)
    return _names(offenders)


def p21_miscellaneous_class(vocabulary: Vocabulary) -> Offenders:
    """A class for all the rest."""
    return _names(
        term
        for term in vocabulary.classes
        if re.match("(Other|Misc|Various)[A-Z]", name(term))
        or any(MISCELLANEOUS.match(vocabulary.text(term, RDFS.label, language)) for language in LANGUAGES)
    )


def p22_different_naming(vocabulary: Vocabulary) -> Offenders:
    """A class not in CamelCase or a property not in lowerCamelCase."""
    classes = (term for term in vocabulary.classes if not re.fullmatch("([A-Z][a-z]+)+", name(term)))
    properties = (
        term for term in vocabulary.properties if not re.fullmatch("[a-z]+([A-Z][a-z]+)*", name(term))
    )
    return _names([*classes, *properties])


def p24_recursive_definition(vocabulary: Vocabulary) -> Offenders:
    """A class that occurs inside the expression that defines it."""
    graph = vocabulary.terms

    def inside(node: Node) -> set[Node]:
        found: set[Node] = set()
        waiting = [node] if isinstance(node, BNode) else []
        while waiting:
            for value in graph.objects(waiting.pop()):
                if isinstance(value, BNode) and value not in found:
                    waiting.append(value)
                found.add(value)
        return found

    return _names(
        term
        for term in vocabulary.classes
        for predicate in (RDFS.subClassOf, OWL.equivalentClass)
        for expression in graph.objects(term, predicate)
        if term in inside(expression)
    )


def p25_inverse_of_itself(vocabulary: Vocabulary) -> Offenders:
    """A property that is its own inverse: it is symmetric."""
    return _names(one for one, other in vocabulary.terms.subject_objects(OWL.inverseOf) if one == other)


def p26_inverse_of_symmetric(vocabulary: Vocabulary) -> Offenders:
    """A symmetric property that has an inverse beside."""
    graph = vocabulary.terms
    symmetric = set(graph.subjects(RDF.type, OWL.SymmetricProperty))
    return _names(node for pair in graph.subject_objects(OWL.inverseOf) for node in pair if node in symmetric)


def _ends_differ(vocabulary: Vocabulary, kind: URIRef) -> Offenders:
    return _names(
        term
        for term in vocabulary.terms.subjects(RDF.type, kind)
        if isinstance(term, URIRef) and vocabulary.domains(term) != vocabulary.ranges(term)
    )


def p28_wrong_symmetric(vocabulary: Vocabulary) -> Offenders:
    """A symmetric property that does not end where it begins."""
    return _ends_differ(vocabulary, OWL.SymmetricProperty)


def p29_wrong_transitive(vocabulary: Vocabulary) -> Offenders:
    """A transitive property that does not end where it begins."""
    return _ends_differ(vocabulary, OWL.TransitiveProperty)


def p30_equivalent_classes_not_declared(vocabulary: Vocabulary) -> Offenders:
    """By label: a class of ours says what a reused one says, and nothing ties them."""
    return _foreign_twins(vocabulary, vocabulary.classes, RDFS.subClassOf, OWL.equivalentClass)


def p32_same_label(vocabulary: Vocabulary) -> Offenders:
    """Two classes of ours, or two properties of ours, with the same label."""
    both = (vocabulary.classes, vocabulary.properties)
    return _pairs(pair for terms in both for pair in _same_labels(vocabulary, terms))


def p33_chain_of_one(vocabulary: Vocabulary) -> Offenders:
    """A property chain with one link."""
    chains = vocabulary.terms.subject_objects(OWL.propertyChainAxiom)
    return _names(term for term, chain in chains if len(Collection(vocabulary.terms, chain)) < 2)


def p34_untyped_class(vocabulary: Vocabulary) -> Offenders:
    """A class of ours that is used and never declared, or a foreign superclass that has no name here."""
    graph, ways = vocabulary.terms, (RDFS.subClassOf, RDFS.domain, OWL.disjointWith, SCHEMA.domainIncludes)
    used = {node for way in ways for node in graph.objects(None, way) if isinstance(node, URIRef)}
    declared = set(vocabulary.classes)
    return _names(
        node
        for node in used - declared - {OWL.Thing}
        if _ours(node) or not vocabulary.text(node, RDFS.label, "en")
    )


def p35_untyped_property(vocabulary: Vocabulary) -> Offenders:
    """A property of ours that is used and never declared, or a foreign superproperty that has no name here."""
    graph = vocabulary.terms
    used = {node for way in (RDFS.subPropertyOf, OWL.inverseOf) for node in graph.objects(None, way)} | {
        predicate for predicate in graph.predicates() if _ours(predicate)
    }
    declared = set(vocabulary.properties)
    return _names(
        node for node in used - declared if _ours(node) or not vocabulary.text(node, RDFS.label, "en")
    )


def p36_file_ending_in_iri(vocabulary: Vocabulary) -> Offenders:
    """The IRI of a term or of the ontology names a file format."""
    return _names(term for term in [ONTOLOGY, *vocabulary.declared] if FILE_ENDING.search(str(term)))


def p38_no_ontology_declared(vocabulary: Vocabulary) -> Offenders:
    """Nothing, or something else than our ontology, is declared to be one."""
    declared = set(vocabulary.terms.subjects(RDF.type, OWL.Ontology))
    return _names(declared ^ {ONTOLOGY})


def p39_ambiguous_namespace(vocabulary: Vocabulary) -> Offenders:
    """The namespace that the header prefers is not the one that the terms have."""
    preferred = str(vocabulary.terms.value(ONTOLOGY, VANN.preferredNamespaceUri))
    return _names(term for term in vocabulary.declared if str(term) != preferred + name(term))


def p40_namespace_hijacking(vocabulary: Vocabulary) -> Offenders:
    """A term is declared, or said something of, in a namespace that is not ours."""
    graph = vocabulary.terms
    declared = {term for kind in TERM_KINDS for term in graph.subjects(RDF.type, kind)}
    below = {term for above in ABOVE for term in graph.subjects(above)}
    return _names(node for node in declared | below if isinstance(node, URIRef) and not _ours(node))


def p41_no_licence(vocabulary: Vocabulary) -> Offenders:
    """The header gives no licence by its IRI."""
    licences = list(vocabulary.terms.objects(ONTOLOGY, DCTERMS.license))
    given = licences and not any(isinstance(licence, Literal) for licence in licences)
    return [] if given else _names([ONTOLOGY])


PITFALLS: Final[dict[str, Callable[[Vocabulary], Offenders]]] = {
    function.__name__[:3].upper(): function
    for function in (
        p02_synonyms_as_classes,
        p04_unconnected,
        p05_wrong_inverse,
        p06_cycles,
        p07_merged_concepts,
        p08_missing_annotations,
        p10_missing_disjointness,
        p11_missing_domain_or_range,
        p12_equivalent_properties_not_declared,
        p13_missing_inverses,
        p19_several_domains_or_ranges,
        p20_misused_annotations,
        p21_miscellaneous_class,
        p22_different_naming,
        p24_recursive_definition,
        p25_inverse_of_itself,
        p26_inverse_of_symmetric,
        p28_wrong_symmetric,
        p29_wrong_transitive,
        p30_equivalent_classes_not_declared,
        p32_same_label,
        p33_chain_of_one,
        p34_untyped_class,
        p35_untyped_property,
        p36_file_ending_in_iri,
        p38_no_ontology_declared,
        p39_ambiguous_namespace,
        p40_namespace_hijacking,
        p41_no_licence,
    )
}
"""Every pitfall by its id."""
