"""What comes in is judged here: SHACL findings in sentences."""

from cc_graph.contributions.findings import Finding, has_violation
from cc_graph.contributions.validation import Verdict, context, validate

__all__ = ["Finding", "Verdict", "context", "has_violation", "validate"]
