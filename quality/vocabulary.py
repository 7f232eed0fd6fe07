"""The ontology as the gates read it: terms, schemes, shapes, and what they say of each other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from cc_graph import resources
from cc_graph.vocab import SCHEMES, SHAPES, TERMS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rdflib.term import Node

CCG: Final = Namespace(TERMS)
CCGSH: Final = Namespace(SHAPES)
SCHEME: Final = Namespace(SCHEMES)
SH: Final = Namespace("http://www.w3.org/ns/shacl#")
SCHEMA: Final = Namespace("https://schema.org/")
ONTOLOGY: Final = URIRef("https://w3id.org/ccg/ns")
LANGUAGES: Final = ("it", "en")

PROPERTY_KINDS: Final = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
TERM_KINDS: Final = (OWL.Class, *PROPERTY_KINDS)


def read(paths: Iterable[Path]) -> Graph:
    """One graph of several Turtle files."""
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


def name(node: Node) -> str:
    """What stands after the last `#` or `/` of an IRI."""
    return re.split("[#/]", str(node))[-1]


@dataclass(frozen=True)
class Vocabulary:
    """The graphs a gate may look at.

    Attributes:
        terms: header and modules, no alignments.
        schemes: the concept schemes, by name.
        shapes: the node and property shapes.
    """

    terms: Graph
    schemes: dict[str, Graph] = field(default_factory=dict)
    shapes: Graph = field(default_factory=Graph)

    @classmethod
    def ours(cls) -> Vocabulary:
        """The one in `ontology/` and `shapes/`."""
        schemes = {path.stem: read([path]) for path in resources.scheme_files()}
        return cls(read(resources.term_files()), schemes, read(resources.shape_files()))

    @cached_property
    def classes(self) -> list[URIRef]:
        """Every declared class."""
        return self._of_kind(OWL.Class)

    @cached_property
    def properties(self) -> list[URIRef]:
        """Every declared property."""
        return sorted({term for kind in PROPERTY_KINDS for term in self._of_kind(kind)})

    @property
    def object_properties(self) -> list[URIRef]:
        """Every declared property that points to a thing."""
        return self._of_kind(OWL.ObjectProperty)

    @property
    def declared(self) -> list[URIRef]:
        """Every declared class and property."""
        return sorted({*self.classes, *self.properties})

    @property
    def tops(self) -> list[URIRef]:
        """Our classes that are below no other class of ours."""
        ours = set(self.classes)
        return [term for term in self.classes if not ours & set(self.terms.objects(term, RDFS.subClassOf))]

    def concepts(self, scheme: str) -> list[URIRef]:
        """Every concept of a scheme."""
        listed = self.schemes[scheme].subjects(SKOS.inScheme, SCHEME[scheme])
        return sorted({concept for concept in listed if isinstance(concept, URIRef)})

    def text(self, term: Node, predicate: URIRef, language: str) -> str:
        """The first text in a language, or nothing."""
        found = [
            str(value)
            for value in self.terms.objects(term, predicate)
            if isinstance(value, Literal) and value.language == language
        ]
        return min(found, default="")

    def domains(self, term: URIRef) -> set[Node]:
        """The classes that a property is said to be used with, strictly or not."""
        return {*self.terms.objects(term, RDFS.domain), *self.terms.objects(term, SCHEMA.domainIncludes)}

    def ranges(self, term: URIRef) -> set[Node]:
        """The classes and datatypes that a property is said to lead to, strictly or not."""
        return {*self.terms.objects(term, RDFS.range), *self.terms.objects(term, SCHEMA.rangeIncludes)}

    def _of_kind(self, kind: URIRef) -> list[URIRef]:
        return sorted(term for term in self.terms.subjects(RDF.type, kind) if isinstance(term, URIRef))
