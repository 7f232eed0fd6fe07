"""The process that runs pySHACL: `python -m cc_graph.contributions.worker`.

pySHACL is not thread-safe, a shape may loop, and a graph may be large: so it runs in a sandbox that can be killed.
The data come as N-Quads; what is judged is their merge, in memory, with the terms as `ont_graph`.
"""

from __future__ import annotations

import difflib
import json
import os
import tempfile
from typing import IO, TYPE_CHECKING, Any

from rdflib import BNode, Dataset, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, XSD, Namespace

from cc_graph import resources
from cc_graph.vocab import PREFIXES, SHAPES, TERMS, shorten
from cc_graph.vocab import SH as SH_IRI

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rdflib.term import Node

SH = Namespace(SH_IRI)

_SEVERITY = {SH.Violation: "violation", SH.Warning: "warning", SH.Info: "info"}
_PATHS = {SH.inversePath: "^{}", SH.zeroOrMorePath: "{}*", SH.oneOrMorePath: "{}+", SH.zeroOrOnePath: "{}?"}


def judge(quads: bytes, context: bytes) -> tuple[list[dict[str, Any]], str]:
    """The findings on the merge of some N-Quads, and the SHACL report as Turtle; the context is read and not judged."""
    from pyshacl import validate

    data = _merge(quads)
    judged = set(data.subjects())
    ontology = _load(resources.term_files())
    # pySHACL takes class axioms only from ont_graph: what concepts are, and in which scheme, must stand in the data.
    _conforms, report, _text = validate(
        data + _load(resources.scheme_files()) + _merge(context),
        shacl_graph=_load(resources.shape_files()),
        ont_graph=ontology,
        allow_warnings=True,
    )
    if not isinstance(report, Graph):
        raise TypeError("pySHACL gave no report")
    found = [
        _result(report, result)
        for result in report.objects(None, SH.result)  # not those in sh:detail: they say why, once more
        if report.value(result, SH.focusNode) in judged
    ]
    findings = [*found, *_unknown_terms(data, ontology), *_carried_shapes(data)]
    return findings, _report(findings)


def _merge(quads: bytes) -> Graph:
    dataset = Dataset()
    dataset.parse(data=quads, format="nquads")
    merged = Graph()
    for subject, predicate, value, _graph in dataset.quads((None, None, None, None)):
        merged.add((subject, predicate, value))
    return merged


def _load(paths: list[Path]) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return graph


def _result(report: Graph, result: Node) -> dict[str, Any]:
    messages = [value for value in report.objects(result, SH.resultMessage) if isinstance(value, Literal)]
    severity = report.value(result, SH.resultSeverity)
    value = report.value(result, SH.value)
    shape = report.value(result, SH.sourceShape)
    path = report.value(result, SH.resultPath)
    return {
        "severity": _SEVERITY[URIRef(str(severity))],
        "focus": str(report.value(result, SH.focusNode)),
        "path": "" if path is None else _path(report, path),
        "value": "" if value is None else str(value),
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


def _unknown_terms(data: Graph, ontology: Graph) -> Iterator[dict[str, Any]]:
    """A term in our namespace that the ontology does not define: most likely a slip of the pen."""
    known = {str(term) for term in ontology.subjects(RDF.type, None) if str(term).startswith(TERMS)}
    used = {(str(term), str(subject)) for subject, term, _value in data if str(term).startswith(TERMS)}
    used |= {
        (str(term), str(subject))
        for subject, term in data.subject_objects(RDF.type)
        if str(term).startswith(TERMS)
    }
    for term, subject in sorted(used):
        if term in known:
            continue
        near = difflib.get_close_matches(term, known, n=1, cutoff=0.0)
        name, nearest = shorten(term), shorten(near[0]) if near else ""
        yield {
            "severity": "violation",
            "focus": subject,
            "path": term,
            "value": "",
            "message": {
                "en": f"The ontology has no term {name}; the nearest is {nearest}.",
                "it": f"L'ontologia non ha un termine {name}; il più vicino è {nearest}.",
            },
            "shape": SHAPES + "UnknownTerm",
        }


def _carried_shapes(data: Graph) -> Iterator[dict[str, Any]]:
    """Data that carry shapes could change how they are judged."""
    carriers = {str(s) for s, term, value in data if SH_IRI in str(term) or str(value).startswith(SH_IRI)}
    for subject in sorted(carriers):
        yield {
            "severity": "violation",
            "focus": subject,
            "path": "",
            "value": "",
            "message": {
                "en": "Data may not carry SHACL shapes; leave the sh: triples out.",
                "it": "I dati non possono contenere forme SHACL: togliere le triple sh:.",
            },
            "shape": SHAPES + "CarriedShape",
        }


def _report(findings: list[dict[str, Any]]) -> str:
    """The findings as a SHACL validation report: it says of the data what the sentences say."""
    graph = Graph()
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    report = BNode()
    conforms = not any(found["severity"] == "violation" for found in findings)
    graph.add((report, RDF.type, SH.ValidationReport))
    graph.add((report, SH.conforms, Literal(conforms, datatype=XSD.boolean)))
    severities = {name: iri for iri, name in _SEVERITY.items()}
    for found in findings:
        result = BNode()
        graph.add((report, SH.result, result))
        graph.add((result, RDF.type, SH.ValidationResult))
        graph.add((result, SH.focusNode, URIRef(found["focus"])))
        graph.add((result, SH.resultSeverity, severities[found["severity"]]))
        for language, message in found["message"].items():
            graph.add((result, SH.resultMessage, Literal(message, lang=language)))
        if found["shape"]:
            graph.add((result, SH.sourceShape, URIRef(found["shape"])))
        if "://" in found["path"] and "<" not in found["path"]:
            graph.add((result, SH.resultPath, URIRef(found["path"])))
        if found["value"]:
            graph.add((result, SH.value, Literal(found["value"])))
    return graph.serialize(format="turtle")


def main() -> None:
    """Serve one parent process."""
    from cc_graph.sandbox import serve

    serve(lambda _arguments: _handle)


def _handle(_header: dict[str, Any], fds: Sequence[int]) -> tuple[dict[str, Any], IO[bytes]]:
    quads, context = (_read(fd) for fd in fds)
    findings, report = judge(quads, context)
    body = tempfile.TemporaryFile()  # noqa: SIM115 - the sandbox closes it when it has been sent
    body.write(json.dumps({"findings": findings, "report": report}).encode())
    return {}, body


def _read(fd: int) -> bytes:
    with os.fdopen(os.dup(fd), "rb") as file:
        return file.read()


if __name__ == "__main__":
    main()
