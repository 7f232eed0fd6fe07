"""The shapes in words: what a record of a class must have, as a table a person can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rdflib import Graph, URIRef
from rdflib.namespace import SKOS

from cc_graph import resources
from cc_graph.glossary.terms import iris, texts
from cc_graph.vocab import SH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rdflib.term import Node

    from cc_graph.glossary.terms import Glossary, Link

SEVERITIES: Final = ("Violation", "Warning", "Info")


@dataclass(frozen=True)
class Rule:
    """One property shape.

    Attributes:
        name: of the rule, by language.
        path: the property it is about; None where it follows several.
        least: how many values there must be.
        most: how many there may be; None for any number.
        values: the classes, datatypes or schemes of the values.
        severity: Violation, Warning or Info.
        messages: what is said when it is broken, by language.
    """

    name: dict[str, str]
    path: Link | None
    least: int
    most: int | None
    values: tuple[Link, ...]
    severity: str
    messages: dict[str, str]


def _sh(name: str) -> URIRef:
    return URIRef(SH + name)


class Rules:
    """The shapes in `shapes/`, by class and by property."""

    def __init__(self, glossary: Glossary, shapes: Graph | None = None) -> None:
        """Read them; `shapes` replaces the files."""
        self._glossary = glossary
        self._graph = shapes if shapes is not None else Graph()
        if shapes is None:
            for path in resources.shape_files():
                self._graph.parse(path, format="turtle")

    def of_class(self, iri: str) -> list[Rule]:
        """The rules for the records of a class, the gravest first."""
        shapes = self._graph.subjects(_sh("targetClass"), URIRef(iri))
        return self._rules(each for shape in shapes for each in self._graph.objects(shape, _sh("property")))

    def of_property(self, iri: str) -> list[Rule]:
        """The rules about the values of a property, the gravest first."""
        return self._rules(self._graph.subjects(_sh("path"), URIRef(iri)))

    def _rules(self, shapes: Iterable[Node]) -> list[Rule]:
        rules = [self._rule(shape) for shape in iris(shapes)]
        return sorted(rules, key=lambda rule: SEVERITIES.index(rule.severity))

    def _rule(self, shape: Node) -> Rule:
        graph = self._graph
        path, least, most = (graph.value(shape, _sh(way)) for way in ("path", "minCount", "maxCount"))
        severity = str(graph.value(shape, _sh("severity")) or _sh("Violation"))
        return Rule(
            name=texts(graph, shape, _sh("name")),
            path=self._glossary.link(path) if isinstance(path, URIRef) else None,
            least=int(str(least or 0)),
            most=int(str(most)) if most is not None else None,
            values=tuple(self._glossary.link(value) for value in iris(self._values(shape))),
            severity=severity.removeprefix(SH),
            messages=texts(graph, shape, _sh("message")),
        )

    def _values(self, shape: Node) -> set[Node]:
        graph = self._graph
        nodes = {*graph.objects(shape, _sh("class")), *graph.objects(shape, _sh("datatype"))}
        for choices in graph.objects(shape, _sh("or")):
            for choice in graph.items(choices):
                nodes |= {*graph.objects(choice, _sh("class")), *graph.objects(choice, _sh("datatype"))}
        # A value from a scheme: sh:node [ sh:property [ sh:path skos:inScheme ; sh:hasValue … ] ]
        for inner in graph.objects(shape, _sh("node") / _sh("property")):
            if (inner, _sh("path"), SKOS.inScheme) in graph:
                nodes |= set(graph.objects(inner, _sh("hasValue")))
        return nodes
