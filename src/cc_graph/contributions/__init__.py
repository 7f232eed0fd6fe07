"""What comes in is judged here: SHACL findings in sentences."""

from cc_graph.contributions.documents import BLANK, Document, judge_document
from cc_graph.contributions.findings import Finding, has_violation
from cc_graph.contributions.validation import Judges, Verdict, context, names_below, validate

__all__ = [
    "BLANK",
    "Document",
    "Finding",
    "Judges",
    "Verdict",
    "context",
    "has_violation",
    "judge_document",
    "names_below",
    "validate",
]
