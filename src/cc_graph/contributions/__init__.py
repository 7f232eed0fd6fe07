"""What comes in is judged here: SHACL findings in sentences."""

from cc_graph.contributions.documents import BLANK, Desk, Document
from cc_graph.contributions.findings import Finding, has_violation
from cc_graph.contributions.validation import Verdict, context, names_below, validate

__all__ = [
    "BLANK",
    "Desk",
    "Document",
    "Finding",
    "Verdict",
    "context",
    "has_violation",
    "names_below",
    "validate",
]
