"""Building a home's store: from a data set or from files, with the code lists that were imported."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cc_graph import resources
from cc_graph.datasets.codelists import code_scheme, read_codes
from cc_graph.datasets.dataset import Dataset, FileSet, LoadReport, unheard
from cc_graph.datasets.record import LoadRecord, read_record, write_record
from cc_graph.errors import NotFound
from cc_graph.store.layout import VOCABULARIES, replace_durably
from cc_graph.store.opening import open_publisher

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cc_graph.settings import Settings
    from cc_graph.store.opening import AnyPublisher

    Progress = Callable[[str], None]


def load(settings: Settings, city: str, files: Sequence[Path], progress: Progress | None) -> LoadReport:
    """As `City.load`."""
    record = LoadRecord(settings.base_iri, city, tuple(str(file.absolute()) for file in files))
    holding = _holding(record)  # what is malformed is refused before anything is touched
    with open_publisher(settings) as publisher:
        return _build(publisher, settings.home, record, holding, progress)


def rebuild(settings: Settings, progress: Progress | None) -> LoadReport:
    """As `City.rebuild`."""
    with open_publisher(
        settings
    ) as publisher:  # it also ends a restore that was killed, which brings a record
        record = _record(settings.home)
        return _build(publisher, settings.home, record, _holding(record), progress)


def import_codes(scheme_name: str, path: Path, settings: Settings) -> int:
    """As `City.import_codes`."""
    scheme = code_scheme(scheme_name)
    codes = len(read_codes(scheme, path))
    with open_publisher(settings) as publisher:
        record = _record(settings.home)
        holding = _holding(record)
        kept = settings.home / VOCABULARIES / f"{scheme.name}.csv"
        kept.parent.mkdir(parents=True, exist_ok=True)
        before = kept.read_bytes() if kept.exists() else None
        _replace(kept, path.read_bytes())
        try:
            _build(publisher, settings.home, record, holding, None)
        except BaseException:
            _replace(kept, before)
            raise
    return codes


def _record(home: Path) -> LoadRecord:
    record = read_record(home)
    if record is None:
        raise NotFound("Nothing has been loaded yet.", hint="Load the graph first: cc-graph load.")
    return record


def _holding(record: LoadRecord) -> Dataset | FileSet:
    if record.files:
        return FileSet([Path(file) for file in record.files], record.base_iri)
    return Dataset(resources.dataset_folder(record.city))


def _build(
    publisher: AnyPublisher,
    home: Path,
    record: LoadRecord,
    holding: Dataset | FileSet,
    progress: Progress | None,
) -> LoadReport:
    kept = sorted((home / VOCABULARIES).glob("*.csv"))
    codes = [(code_scheme(path.stem), read_codes(code_scheme(path.stem), path)) for path in kept]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graphs.nq"
        report = holding.write_graphs(path, record.base_iri, progress or unheard, codes)
        revision = publisher.rebuild(path)
    write_record(home, record)
    return replace(report, revision=revision)


def _replace(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        replace_durably(path, content)
