"""The rules we break on purpose: docs/ontology/deviations.md, read by id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

ENTRY: Final = re.compile(r"^(?:#+|\||[-*])\s*[*`]*(P\d\d)\b(.*)$")
REASON: Final = 40
"""Characters below which a text is not yet a reason."""


def deviations(path: Path) -> dict[str, str]:
    """The reason given for each pitfall id: what follows it in its heading, table row or list item, up to the next one.

    An id without a reason is not a deviation, and a missing file excuses nothing.
    """
    if not path.is_file():
        return {}
    reasons: dict[str, str] = {}
    current = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if entry := ENTRY.match(line):
            current, text = entry[1], entry[2]
            reasons[current] = f"{reasons.get(current, '')} {text}"
        elif line.startswith("#"):
            current = ""
        elif current:
            reasons[current] += f" {line}"
    tidy = {key: " ".join(text.split()).strip(" |*`:.") for key, text in reasons.items()}
    return {key: text for key, text in tidy.items() if len(text) >= REASON}
