"""The process that runs pySHACL: `python -m cc_graph.contributions.worker`.

pySHACL is not thread-safe, a shape may loop, and a graph may be large: so it runs in a sandbox that can be killed.
The data come as N-Quads; what is judged is their merge, in memory, beside the terms and the concept schemes, which are
loaded once.
"""

from __future__ import annotations

import gc
import json
import logging
import os
from collections import Counter
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Final

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH

from cc_graph import resources
from cc_graph.contributions.copies import in_copy
from cc_graph.contributions.findings import SEVERITIES
from cc_graph.contributions.report import as_report
from cc_graph.contributions.rules import Owner, carried_shapes, foreign, unknown_terms
from cc_graph.vocab import TERMS, XSD, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from rdflib.term import Node

    Found = dict[str, Any]
    Statement = tuple[Node, Node, Node]

_SEVERITY: Final = {SH.Violation: "violation", SH.Warning: "warning", SH.Info: "info"}
_PATHS: Final = {
    SH.inversePath: "^{}",
    SH.zeroOrMorePath: "{}*",
    SH.oneOrMorePath: "{}+",
    SH.zeroOrOnePath: "{}?",
}


LONGEST_VALUE: Final = 1_000
"""How many characters of a value a finding repeats."""


class Judge:
    """Shapes, terms and schemes, loaded once."""

    def __init__(self) -> None:
        # rdflib writes a traceback for every ill-typed literal, and a document can hold a million.
        logging.disable(logging.CRITICAL)
        self._shapes = _graph(_statements_of(resources.shape_files()))
        # Without names for namespaces: pySHACL would take an absolute IRI such as <foaf:x> for a short one.
        self._beside = _graph(_statements_of([*resources.term_files(), *resources.scheme_files()]))
        self._terms = {
            str(term) for term in self._beside.subjects(RDF.type, None) if str(term).startswith(TERMS)
        }

    def findings(self, quads: bytes, context: bytes, owner: Owner | None) -> list[Found]:
        """What shapes and rules find in the merge of some N-Quads.

        Args:
            quads: what is judged.
            context: N-Quads that are read and not judged.
            owner: of a document from outside, what it may describe; None for data of our own.
        """
        said = list(_statements(quads))
        data = {(subject, predicate, value) for subject, predicate, value, _ in said}
        beside = {(subject, predicate, value) for subject, predicate, value, _ in _statements(context)}
        found = self._shacl(data, beside) if data else []
        found += [*unknown_terms(data, self._terms), *carried_shapes(data)]
        if owner is not None:
            found += foreign(said, owner)
        # A shape with both datatype and pattern reports one bad value twice.
        once = {json.dumps(each, sort_keys=True): each for each in found}
        return sorted(once.values(), key=_rank)

    def _shacl(self, data: set[Statement], context: set[Statement]) -> list[Found]:
        added = [each for each in data | context if each not in self._beside]
        for statement in added:
            self._beside.add(statement)
        try:
            return self._validated({subject for subject, _, _ in data})
        finally:
            for statement in added:
                self._beside.remove(statement)

    def _validated(self, judged: set[Node]) -> list[Found]:
        from pyshacl import Validator
        from pyshacl.graph_abstraction import DataGraph

        graph = DataGraph.from_rdflib(self._beside)
        validator = Validator(graph, shacl_graph=self._shapes, options={"inplace": True})
        executor, results = validator.make_executor(), []
        for shape in validator.shacl_graph.shapes:
            # Not pySHACL's own option for this: it would also pass over the values one shape hands to another.
            if focus := shape.focus_nodes(graph) & judged:
                results += shape.validate(executor, graph, focus=list(focus))[1]
        report, _text = validator.create_validation_report(validator.shacl_graph, not results, results)
        return [
            _result(report, result) for result in report.objects(None, SH.result)
        ]  # not those in sh:detail


def _rank(found: Found) -> tuple[int, str, str, str]:
    return SEVERITIES.index(found["severity"]), found["focus"], found["path"], found["value"]


def _graph(statements: Iterable[Any]) -> Graph:
    graph = Graph(bind_namespaces="none")
    for subject, predicate, value, _ in statements:
        graph.add((subject, predicate, value))
    return graph


def _statements_of(paths: Iterable[Path]) -> Iterator[tuple[Any, Any, Any, Any]]:
    for path in paths:
        yield from _read(ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))


def _statements(nquads: bytes) -> Iterator[tuple[Any, Any, Any, Any]]:
    return _read(ox.parse(nquads, ox.RdfFormat.N_QUADS))


def _read(quads: Iterable[ox.Quad]) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Quads in rdflib's terms; the graph as a term too, None for none."""
    for subject, predicate, value, graph in quads:
        place = None if isinstance(graph, ox.DefaultGraph) else _term(graph)
        yield _term(subject), _term(predicate), _term(value), place


def _term(term: Any) -> Node:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    if datatype == XSD + "string":
        return Literal(term.value)
    # "1E999999999" is no decimal, but rdflib would write it out.
    normal = not (datatype == XSD + "decimal" and "e" in term.value.lower())
    return Literal(term.value, datatype=URIRef(datatype), normalize=normal)


def _result(report: Graph, result: Node) -> Found:
    messages = [value for value in report.objects(result, SH.resultMessage) if isinstance(value, Literal)]
    severity = report.value(result, SH.resultSeverity)
    value = report.value(result, SH.value)
    shape = report.value(result, SH.sourceShape)
    path = report.value(result, SH.resultPath)
    return {
        "severity": _SEVERITY[URIRef(str(severity))],
        "focus": str(report.value(result, SH.focusNode)),
        "path": "" if path is None else _path(report, path),
        "value": "" if value is None else str(value)[:LONGEST_VALUE],
        "message": {message.language or "en": str(message) for message in messages},
        "shape": str(shape) if isinstance(shape, URIRef) else "",
    }


def _path(graph: Graph, path: Node) -> str:
    """A SHACL property path as SPARQL writes it; a predicate as its IRI."""
    if isinstance(path, URIRef):
        return str(path)
    for property_, pattern in _PATHS.items():
        inner = graph.value(path, property_)
        if inner is not None:
            return pattern.format(
                f"<{_path(graph, inner)}>" if isinstance(inner, URIRef) else f"({_path(graph, inner)})"
            )
    alternatives = graph.value(path, SH.alternativePath)
    steps = Collection(graph, alternatives if alternatives is not None else path)
    return ("|" if alternatives is not None else "/").join(shorten(_path(graph, step)) for step in steps)


def main() -> None:
    """Serve one parent process."""
    from cc_graph.sandbox import serve

    serve(_prepare)


def _prepare(_arguments: Sequence[str]) -> Any:
    import pyshacl  # noqa: F401 - half of the time a first judgement would take

    judge = Judge()
    gc.collect()
    gc.freeze()  # copies of this process share what is loaded as long as nobody touches it
    return partial(_handle, judge)


def _handle(judge: Judge, header: dict[str, Any], fds: Sequence[int]) -> tuple[dict[str, Any], IO[bytes]]:
    def work(body: IO[bytes]) -> None:
        quads, context = (_bytes(fd) for fd in fds)
        owner = None if header["own"] is None else Owner(header["base_iri"], tuple(header["own"]))
        findings = judge.findings(quads, context, owner)
        shown = findings[: header["most"]]
        report = as_report(shown, header["report"]) if header["report"] else ""
        counts = Counter(found["severity"] for found in findings)
        body.write(json.dumps({"findings": shown, "report": report, "counts": counts}).encode())

    return {}, in_copy(work, header["seconds"])


def _bytes(fd: int) -> bytes:
    with os.fdopen(os.dup(fd), "rb") as file:
        return file.read()


if __name__ == "__main__":
    main()
