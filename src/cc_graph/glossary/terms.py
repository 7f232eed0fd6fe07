"""The terms of the ontology as its pages show them: read from the Turtle files, tied to each other."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from cc_graph import resources
from cc_graph.glossary.words import MODULES
from cc_graph.vocab import SCHEMES, TERMS, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rdflib.term import Node

LANGUAGES: Final = ("it", "en")
KINDS: Final = {
    OWL.Class: "class",
    OWL.ObjectProperty: "object",
    OWL.DatatypeProperty: "datatype",
    OWL.AnnotationProperty: "annotation",
}
USED_WITH: Final = (RDFS.domain, URIRef("https://schema.org/domainIncludes"))
LEADS_TO: Final = (RDFS.range, URIRef("https://schema.org/rangeIncludes"))
STATUS: Final = URIRef("http://www.w3.org/2003/06/sw-vocab-status/ns#term_status")
NOTES: Final = (SKOS.scopeNote, SKOS.note, SKOS.example)
TRAITS: Final = {OWL.SymmetricProperty: "symmetric", OWL.TransitiveProperty: "transitive"}


@dataclass(frozen=True)
class Link:
    """Something that a page names, with its page where it has one.

    Attributes:
        iri: what it is.
        labels: its label by language; the short IRI where a language has none.
        page: address of its page within a language's folder, empty for what is not ours.
    """

    iri: str
    labels: dict[str, str]
    page: str = ""

    def label(self, lang: str) -> str:
        """Its label in a language."""
        return self.labels.get(lang) or shorten(self.iri)


@dataclass(frozen=True)
class Term:
    """A class or property of ours.

    Attributes:
        link: what others need to point to it.
        kind: class, object, datatype or annotation.
        module: name of the file that declares it.
        definitions: by language.
        notes: by language, in the order of the file.
        status: unstable, testing or stable.
        traits: symmetric, transitive.
        above: direct superclasses or superproperties.
        below: direct subclasses or subproperties, ours.
        inverses: properties that say the same the other way round.
        used_with: of a property, the classes it is used with.
        leads_to: of a property, the classes or datatypes of its values.
    """

    link: Link
    kind: str
    module: str
    definitions: dict[str, str]
    notes: dict[str, list[str]]
    status: str
    traits: tuple[str, ...] = ()
    above: tuple[Link, ...] = ()
    below: tuple[Link, ...] = ()
    inverses: tuple[Link, ...] = ()
    used_with: tuple[Link, ...] = ()
    leads_to: tuple[Link, ...] = ()

    @property
    def iri(self) -> str:
        """Its IRI."""
        return self.link.iri

    def label(self, lang: str) -> str:
        """Its label in a language."""
        return self.link.label(lang)


@dataclass(frozen=True)
class Concept:
    """A concept of a scheme, with its depth below the top."""

    iri: str
    labels: dict[str, str]
    definitions: dict[str, str]
    notation: str
    depth: int


@dataclass(frozen=True)
class Scheme:
    """A list of concepts one chooses from."""

    link: Link
    descriptions: dict[str, str]
    concepts: tuple[Concept, ...]


def texts(graph: Graph, subject: Node, predicate: URIRef) -> dict[str, str]:
    """The first text in each language."""
    found = sorted(
        (value.language, str(value))
        for value in graph.objects(subject, predicate)
        if isinstance(value, Literal) and value.language
    )
    return dict(reversed(found))


def iris(nodes: Iterable[Node | None]) -> list[URIRef]:
    """What is named among some nodes, in order, each once."""
    return sorted({node for node in nodes if isinstance(node, URIRef)})


def _as_read(code: URIRef) -> list[tuple[str, int]]:
    """A key that puts R2 before R10."""
    return [(word, int(digits or 0)) for word, digits in re.findall(r"(\D*)(\d*)", code)]


@dataclass(frozen=True)
class Glossary:
    """Every term and scheme of the ontology.

    Attributes:
        graph: header and modules.
        modules: by name, in the order of reading: the IRIs of the terms declared there, in the order of the file.
        schemes: the graphs of the schemes, by name.
    """

    graph: Graph
    modules: dict[str, list[str]]
    scheme_graphs: dict[str, Graph] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Glossary:
        """The one in `ontology/`."""
        graph, modules = Graph(), {}
        for path in resources.term_files():
            text = path.read_text(encoding="utf-8")
            module = Graph().parse(data=text, format="turtle")
            graph += module
            ours = [TERMS + name for name in re.findall(r"(?m)^ccg:(\w+) a owl:", text)]
            if ours:
                modules[path.stem] = ours
        schemes = {path.stem: Graph().parse(path, format="turtle") for path in resources.scheme_files()}
        first = sorted(
            modules, key=lambda name: (MODULES.index(name) if name in MODULES else len(MODULES), name)
        )
        return cls(graph, {name: modules[name] for name in first}, schemes)

    @cached_property
    def terms(self) -> dict[str, Term]:
        """Every term by its IRI, module by module."""
        return {
            iri: self._term(URIRef(iri), module) for module, listed in self.modules.items() for iri in listed
        }

    @cached_property
    def schemes(self) -> list[Scheme]:
        """Every scheme, by name."""
        return [self._scheme(name, graph) for name, graph in sorted(self.scheme_graphs.items())]

    def link(self, node: Node) -> Link:
        """What a page needs to point to a term, a scheme or something foreign."""
        iri = str(node)
        if iri.startswith(SCHEMES) and (name := iri.removeprefix(SCHEMES)) in self.scheme_graphs:
            return Link(iri, texts(self.scheme_graphs[name], URIRef(iri), RDFS.label), f"scheme/{name}.html")
        kind = self._kind(URIRef(iri))
        labels = texts(self.graph, URIRef(iri), RDFS.label)
        if not kind or not iri.startswith(TERMS):
            return Link(iri, labels)
        # Two folders: a file system that ignores case must keep ccg:Material apart from ccg:material.
        folder = "class" if kind == "class" else "property"
        return Link(iri, labels, f"{folder}/{iri.removeprefix(TERMS)}.html")

    def of_class(self, iri: str) -> list[tuple[Term, Link | None]]:
        """The properties used with a class, each with the superclass it comes from, or None for its own."""
        found: dict[str, tuple[Term, Link | None]] = {}
        for upper in iris(self.graph.transitive_objects(URIRef(iri), RDFS.subClassOf)):
            origin = None if str(upper) == iri else self.link(upper)
            for way in USED_WITH:
                for user in iris(self.graph.subjects(way, upper)):
                    if str(user) in self.terms and (origin is None or str(user) not in found):
                        found[str(user)] = (self.terms[str(user)], origin)
        return sorted(found.values(), key=lambda each: (each[1] is not None, each[0].label("en").casefold()))

    def into_class(self, iri: str) -> list[Term]:
        """The properties that lead to a class, by name."""
        leading = {str(one) for way in LEADS_TO for one in self.graph.subjects(way, URIRef(iri))}
        return [term for term in self.terms.values() if term.iri in leading]

    def _kind(self, node: URIRef) -> str:
        return next((KINDS[kind] for kind in iris(self.graph.objects(node, RDF.type)) if kind in KINDS), "")

    def _links(self, nodes: Iterable[Node]) -> tuple[Link, ...]:
        return tuple(
            sorted((self.link(node) for node in iris(nodes)), key=lambda link: (not link.page, link.iri))
        )

    def _term(self, node: URIRef, module: str) -> Term:
        graph = self.graph
        above = RDFS.subClassOf if self._kind(node) == "class" else RDFS.subPropertyOf
        notes: dict[str, list[str]] = defaultdict(list)
        for way in NOTES:
            for language, text in sorted(texts(graph, node, way).items()):
                notes[language].append(text)
        return Term(
            link=self.link(node),
            kind=self._kind(node),
            module=module,
            definitions=texts(graph, node, SKOS.definition),
            notes=dict(notes),
            status=str(graph.value(node, STATUS) or ""),
            traits=tuple(TRAITS[kind] for kind in iris(graph.objects(node, RDF.type)) if kind in TRAITS),
            above=self._links(graph.objects(node, above)),
            below=self._links(graph.subjects(above, node)),
            inverses=self._links({*graph.objects(node, OWL.inverseOf), *graph.subjects(OWL.inverseOf, node)}),
            used_with=self._links(value for way in USED_WITH for value in graph.objects(node, way)),
            leads_to=self._links(value for way in LEADS_TO for value in graph.objects(node, way)),
        )

    def _scheme(self, name: str, graph: Graph) -> Scheme:
        node = URIRef(SCHEMES + name)
        listed: list[Concept] = []

        def add(concept: Node, depth: int) -> None:
            listed.append(
                Concept(
                    iri=str(concept),
                    labels=texts(graph, concept, SKOS.prefLabel),
                    definitions=texts(graph, concept, SKOS.definition),
                    notation=str(graph.value(concept, SKOS.notation) or ""),
                    depth=depth,
                )
            )
            for narrower in sorted(iris(graph.subjects(SKOS.broader, concept)), key=_as_read):
                add(narrower, depth + 1)

        for top in sorted(iris(graph.subjects(SKOS.topConceptOf, node)), key=_as_read):
            add(top, 0)
        descriptions = texts(graph, node, URIRef("http://purl.org/dc/terms/description"))
        return Scheme(self.link(node), descriptions, tuple(listed))
