"""What a home was loaded from, so that it can be rebuilt, and is not asked under another base."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from cc_graph.store.layout import replace_durably

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class LoadRecord:
    """What was loaded.

    Attributes:
        base_iri: base of the things and graphs.
        city: name of the data set.
        files: paths of the RDF files that were loaded instead, none for a data set.
    """

    base_iri: str
    city: str
    files: tuple[str, ...] = ()


def read_record(home: Path) -> LoadRecord | None:
    """The record of a home, None if nothing was loaded there."""
    path = home / "loaded.json"
    if not path.is_file():
        return None
    fields = json.loads(path.read_text(encoding="utf-8"))
    return LoadRecord(fields["base_iri"], fields["city"], tuple(fields["files"]))


def write_record(home: Path, record: LoadRecord) -> None:
    """Keep a record; the old one stays until the new one is complete."""
    replace_durably(home / "loaded.json", json.dumps(asdict(record)).encode())
