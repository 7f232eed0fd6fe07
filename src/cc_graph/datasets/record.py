"""What a home was loaded from, so that it can be rebuilt, and is not asked under another base."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from cc_graph.errors import BadParameter
from cc_graph.store.layout import RECORD, replace_durably

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
    path = home / RECORD
    if not path.is_file():
        return None
    fields = json.loads(path.read_text(encoding="utf-8"))
    return LoadRecord(fields["base_iri"], fields["city"], tuple(fields["files"]))


def write_record(home: Path, record: LoadRecord) -> None:
    """Keep a record; the old one stays until the new one is complete."""
    replace_durably(home / RECORD, json.dumps(asdict(record)).encode())


def check_base(home: Path, base_iri: str) -> None:
    """Make sure that what lies in a home, if anything does, is under a base.

    Raises:
        BadParameter: it is under another.
    """
    record = read_record(home)
    if record and record.base_iri != base_iri:
        raise BadParameter(
            f"This graph was loaded under {record.base_iri}, not {base_iri}.",
            hint="Set CC_GRAPH_BASE_IRI as it was, or load the graph again.",
        )
