"""A finding: what SHACL or a check found wrong with one record, in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SEVERITIES = ("violation", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """One result of a shape or a check.

    Attributes:
        severity: violation, warning or info.
        focus: IRI of the record.
        path: the property, empty where the finding is about the record as a whole.
        value: what was found there, empty if nothing was.
        message: the sentence, by language.
        shape: IRI of the shape, or name of the check.
    """

    severity: str
    focus: str
    path: str = ""
    value: str = ""
    message: Mapping[str, str] = field(default_factory=dict)
    shape: str = ""

    def sentence(self, lang: str) -> str:
        """The message in that language, or in any."""
        return self.message.get(lang) or next(iter(self.message.values()), "")

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain JSON values."""
        return asdict(self)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Violations first, then by record and property."""
    return sorted(
        findings, key=lambda found: (SEVERITIES.index(found.severity), found.focus, found.path, found.value)
    )


def has_violation(findings: Iterable[Finding]) -> bool:
    """Whether anything found makes the data unusable."""
    return any(found.severity == "violation" for found in findings)
