"""Checks: queries in `shapes/checks/` that return offenders; an empty answer is a pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cc_graph import resources
from cc_graph.contributions.findings import Finding
from cc_graph.questions import front_matter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cc_graph.table import Table


def run_checks(select: Callable[[str], Table]) -> Iterator[Finding]:
    """The offenders of every check; a check's first column is the record, its second, if any, what was found there."""
    for path in resources.check_files():
        text = path.read_text(encoding="utf-8")
        front = front_matter(text)
        offenders = select(text)
        for row in offenders.rows:
            cells = ["" if cell is None else cell.value for cell in row]
            yield Finding(
                severity=front["severity"],
                focus=cells[0],
                value=cells[1] if len(cells) > 1 else "",
                message=front["message"],
                shape=path.stem,
            )
