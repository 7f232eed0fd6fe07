"""The process that runs pySHACL: `python -m cc_graph.contributions.worker`.

pySHACL is not thread-safe, a shape may loop, and a graph may be large: so it runs in a sandbox that can be killed.
The data come as N-Quads; what is judged is their merge, in memory, with ontology and schemes as `ont_graph`.
"""

from __future__ import annotations

import difflib
import json
import os
import tempfile
from typing import IO, TYPE_CHECKING, Any

from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.namespace import RDF

from cc_graph import resources
from cc_graph.vocab import SH, SHAPES, TERMS, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_SEVERITY = {SH + "Violation": "violation", SH + "Warning": "warning", SH + "Info": "info"}


def judge(quads: bytes, context: bytes) -> tuple[list[dict[str, Any]], str]:
    """The findings on the merge of some N-Quads, and the SHACL report as Turtle; the context is read and not judged."""
    from pyshacl import validate

    data = _merge(quads)
    judged = set(data.subjects())
    # pySHACL takes class axioms only from ont_graph: what concepts are, and in which scheme, must stand in the data.
    ontology = _load(resources.term_files())
    _conforms, report, _text = validate(
        data + _load(resources.scheme_files()) + _merge(context),
        shacl_graph=_load(resources.shape_files()),
        ont_graph=ontology,
        allow_warnings=True,
    )
    assert isinstance(report, Graph)
    results = [found for found in _results(report) if URIRef(found["focus"]) in judged]
    findings = [*results, *_unknown_terms(data, ontology), *_carried_shapes(data)]
    return findings, report.serialize(format="turtle")


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


def _results(report: Graph) -> Iterator[dict[str, Any]]:
    for result in report.objects(None, URIRef(SH + "result")):
        messages = [
            value
            for value in report.objects(result, URIRef(SH + "resultMessage"))
            if isinstance(value, Literal)
        ]
        yield {
            "severity": _SEVERITY[str(report.value(result, URIRef(SH + "resultSeverity")))],
            "focus": str(report.value(result, URIRef(SH + "focusNode"))),
            "path": _text(report, result, "resultPath"),
            "value": _text(report, result, "value"),
            "message": {message.language or "en": str(message) for message in messages},
            "shape": _text(report, result, "sourceShape"),
        }


def _text(report: Graph, result: Any, name: str) -> str:
    value = report.value(result, URIRef(SH + name))
    return "" if value is None else str(value)


def _unknown_terms(data: Graph, ontology: Graph) -> Iterator[dict[str, Any]]:
    """A term in our namespace that the ontology does not define: most likely a slip of the pen."""
    known = {str(term) for term in ontology.subjects(RDF.type, None) if str(term).startswith(TERMS)}
    used = {(term, subject) for subject, term, _value in data if str(term).startswith(TERMS)}
    used |= {
        (term, subject) for subject, term in data.subject_objects(RDF.type) if str(term).startswith(TERMS)
    }
    for term, subject in sorted(used):
        if str(term) in known:
            continue
        near = difflib.get_close_matches(str(term), known, n=1, cutoff=0.0)
        name, nearest = shorten(str(term)), shorten(near[0]) if near else ""
        yield {
            "severity": "violation",
            "focus": str(subject),
            "path": str(term),
            "value": "",
            "message": {
                "en": f"The ontology has no term {name}; the nearest is {nearest}.",
                "it": f"L'ontologia non ha un termine {name}; il più vicino è {nearest}.",
            },
            "shape": SHAPES + "UnknownTerm",
        }


def _carried_shapes(data: Graph) -> Iterator[dict[str, Any]]:
    """Data that carry shapes could change how they are judged."""
    for subject in sorted(
        {str(subject) for subject, term, value in data if SH in str(term) or str(value).startswith(SH)}
    ):
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
