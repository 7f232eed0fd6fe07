"""Findings as a SHACL validation report, in any RDF format: it says of the data what the sentences say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from cc_graph.vocab import ABSOLUTE_IRI, PREFIXES, RDF, SH, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
_SEVERITY: Final = {"violation": "Violation", "warning": "Warning", "info": "Info"}


def as_report(findings: Sequence[dict[str, Any]], form: str) -> str:
    """The report.

    Args:
        findings: what was found.
        form: name of an RDF format.
    """
    written = ox.serialize(_triples(findings), format=_FORMATS[form], prefixes=PREFIXES)
    assert written is not None
    return written.decode()


def _triples(findings: Sequence[dict[str, Any]]) -> Iterator[ox.Triple]:
    report = ox.BlankNode()
    conforms = not any(found["severity"] == "violation" for found in findings)
    yield ox.Triple(report, _rdf("type"), _sh("ValidationReport"))
    yield ox.Triple(
        report, _sh("conforms"), ox.Literal(str(conforms).lower(), datatype=ox.NamedNode(XSD + "boolean"))
    )
    for found in findings:
        result = ox.BlankNode()
        yield ox.Triple(report, _sh("result"), result)
        yield ox.Triple(result, _rdf("type"), _sh("ValidationResult"))
        yield ox.Triple(result, _sh("resultSeverity"), _sh(_SEVERITY[found["severity"]]))
        for name, text in (("focusNode", "focus"), ("sourceShape", "shape"), ("resultPath", "path")):
            if ABSOLUTE_IRI.fullmatch(found[text]) and "://" in found[text]:
                yield ox.Triple(result, _sh(name), ox.NamedNode(found[text]))
        for language, message in found["message"].items():
            yield ox.Triple(result, _sh("resultMessage"), ox.Literal(message, language=language))
        if found["value"]:
            yield ox.Triple(result, _sh("value"), ox.Literal(found["value"]))


def _rdf(name: str) -> ox.NamedNode:
    return ox.NamedNode(RDF + name)


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(SH + name)
