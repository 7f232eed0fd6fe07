"""Validation by pySHACL, in a process of its own that can be killed."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cc_graph.contributions.findings import Finding, in_order
from cc_graph.questions import iri_term
from cc_graph.rdfio.names import named_things
from cc_graph.sandbox import Sandbox, read
from cc_graph.vocab import SCHEMES

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 600.0
MEMORY_MB = 4096

_AT_ONCE = 500


@dataclass(frozen=True)
class Verdict:
    """What the shapes say of some data.

    Attributes:
        findings: violations first.
        report: the SHACL validation report as Turtle.
    """

    findings: tuple[Finding, ...]
    report: str


def validate(quads: bytes, context: bytes = b"", *, seconds: float = SECONDS) -> Verdict:
    """Judge the merge of some N-Quads by the shapes.

    Args:
        quads: what is judged.
        context: N-Quads that stand beside it and are not judged themselves: what is already published of the things
            the data refer to.
        seconds: how long it may take.

    Raises:
        TooMuch: it took too long or too much memory.
    """
    with tempfile.TemporaryFile() as data, tempfile.TemporaryFile() as beside:
        for file, content in ((data, quads), (beside, context)):
            file.write(content)
            file.flush()
            file.seek(0)
        sandbox = Sandbox("cc_graph.contributions.worker", memory_mb=MEMORY_MB)
        try:
            _header, body = sandbox.request({}, (data.fileno(), beside.fileno()), seconds=seconds)
            answer = json.loads(read(body))
        finally:
            sandbox.close()
    # A shape with both datatype and pattern reports one bad value twice.
    findings = {json.dumps(found, sort_keys=True): Finding(**found) for found in answer["findings"]}
    return Verdict(tuple(in_order(findings.values())), answer["report"])


def context(ask: Callable[[str], bytes], quads: bytes, base_iri: str) -> bytes:
    """What is published of the things some data refer to: their classes, as N-Triples.

    Args:
        ask: answers a CONSTRUCT query as N-Triples.
        quads: the data.
        base_iri: what the IRIs of our things begin with.
    """
    things = sorted(iri for iri in named_things(quads) if iri.startswith((base_iri + "id/", SCHEMES)))
    answers = []
    for start in range(0, len(things), _AT_ONCE):
        values = " ".join(iri_term(iri) for iri in things[start : start + _AT_ONCE])
        answers.append(
            ask(f"CONSTRUCT {{ ?thing a ?class }} WHERE {{ VALUES ?thing {{ {values} }} ?thing a ?class }}")
        )
    return b"".join(answers)
