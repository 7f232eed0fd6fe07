"""One city's data set: read its tables, run its mappings, add the ontology, write the named graphs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from cc_graph import resources
from cc_graph.datasets.codelists import activity_rows, town_rows
from cc_graph.errors import BadData, BadParameter, NotFound
from cc_graph.rdfio.formats import by_path
from cc_graph.rdfio.mapping import Staging, read_table
from cc_graph.rdfio.parsing import Parser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from cc_graph.datasets.codelists import CodeScheme
    from cc_graph.rdfio.mapping import Row

    Progress = Callable[[str], None]
    Codes = tuple[CodeScheme, list[Row]]

_PER_CLASS = """
PREFIX ccg: <https://w3id.org/ccg/ns#>
SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) WHERE {
  GRAPH ?g { ?thing a ?class } FILTER (STRSTARTS(STR(?class), STR(ccg:)))
} GROUP BY ?class ORDER BY ?class"""

_PER_GRAPH = "SELECT ?g (COUNT(*) AS ?quads) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"


def unheard(_step: str) -> None:
    """Progress nobody follows."""


@dataclass(frozen=True)
class LoadReport:
    """What a load brought in.

    Attributes:
        per_class: number of things per class IRI, superclasses included.
        per_source: number of quads per graph IRI.
        quads: quads over all named graphs (the merge does not count).
        revision: name of the published revision, empty before publication.
    """

    per_class: dict[str, int]
    per_source: dict[str, int]
    quads: int
    revision: str = ""


class Dataset:
    """The tables and mappings of one folder `data/<city>/`."""

    def __init__(self, folder: Path) -> None:
        """Read the tables and check that every row names a source that exists.

        Raises:
            NotFound: no such folder.
            BadData: a table is malformed, or a row has no source or an unknown one.
        """
        if not (folder / "tables").is_dir():
            raise NotFound(
                f"There is no data set «{folder.name}».", hint=f"Known: {', '.join(known_cities())}."
            )
        self.folder = folder
        self.tables = {path.stem: read_table(path) for path in sorted((folder / "tables").glob("*.csv"))}
        self._check_sources()

    def _check_sources(self) -> None:
        sources = {row.cells["source_id"] for row in self.tables["sources"] if "source_id" in row.cells}
        for name, rows in self.tables.items():
            for row in rows:
                self._check_source(name, row, sources)

    def _check_source(self, name: str, row: Row, sources: set[str]) -> None:
        # A place comes from GeoNames; a claim may stand in our fact base without the page it was read on.
        if name in {"places", "disagreements"} and "source_id" not in row.cells:
            return
        if row.cells.get("source_id") not in sources:
            raise BadData(
                f"{name}.csv, line {row.line}: the row names no source that stands in sources.csv.",
                hint="Every fact has a source: give the row the source_id of a row of sources.csv.",
            )

    @property
    def steps(self) -> int:
        """How many steps `write_graphs` reports."""
        return 4 + len(self._mappings())

    def write_graphs(
        self, path: Path, base_iri: str, progress: Progress = unheard, codes: Iterable[Codes] = ()
    ) -> LoadReport:
        """Write ontology, schemes and all facts as N-Quads to `path`, each fact in the graph of its source.

        Args:
            path: where the N-Quads go.
            base_iri: base of the things and graphs.
            progress: called with a word for each step done.
            codes: code lists to take in whole, each a scheme and its rows.
        """
        staging = _with_ontology(base_iri)
        progress("ontology")
        for rows in self.tables.values():
            staging.add_rows(rows)
        staging.add_rows(activity_rows())
        progress("tables")
        if "places" in self.tables:
            staging.add_rows(town_rows(self.tables["places"]))
        progress("places")
        staging.add_turtle(self.folder / "catalogue.ttl", "graph/catalogue")
        for file in self._mappings():
            staging.update(file)
            progress(file.stem)
        return _finish(staging, path, progress, codes)

    def _mappings(self) -> list[Path]:
        return sorted((self.folder / "mapping").glob("*.ru"))


class FileSet:
    """Some RDF files to load instead of a data set.

    Triples keep the named graph they come in; those without one go to `<base>graph/<file name without ending>`.
    """

    def __init__(self, files: Sequence[Path], base_iri: str) -> None:
        """Parse the files, each in a sandbox.

        Raises:
            BadData: a file is malformed.
            BadParameter: a file's ending does not tell its format, or two files have one name.
        """
        self._base_iri = base_iri
        self._parsed: dict[str, bytes] = {}
        with Parser() as parser:
            for file in files:
                graph = f"graph/{quote(file.stem, safe='')}"
                if graph in self._parsed:
                    raise BadParameter(
                        f"Two files are called {file.stem}.", hint="Rename one: its name names its graph."
                    )
                self._parsed[graph] = parser.parse(file, by_path(file), base_iri).nquads

    @property
    def steps(self) -> int:
        """How many steps `write_graphs` reports."""
        return 2 + len(self._parsed)

    def write_graphs(
        self, path: Path, base_iri: str, progress: Progress = unheard, codes: Iterable[Codes] = ()
    ) -> LoadReport:
        """As `Dataset.write_graphs`."""
        staging = _with_ontology(base_iri)
        progress("ontology")
        for graph, nquads in self._parsed.items():
            staging.add_quads(nquads, graph)
            progress(graph)
        return _finish(staging, path, progress, codes)


def _with_ontology(base_iri: str) -> Staging:
    staging = Staging(base_iri)
    for file in resources.term_files():
        staging.add_turtle(file, "graph/ontology")
    for file in resources.scheme_files():
        staging.add_turtle(file, "graph/schemes")
    return staging


def _finish(staging: Staging, path: Path, progress: Progress, codes: Iterable[Codes]) -> LoadReport:
    for scheme, rows in codes:
        staging.add_rows(rows)
        staging.update(scheme.mapping)
    staging.update(resources.knowledge() / "ontology" / "entailed.ru")
    quads = staging.write_graphs(path)
    progress("entailed")
    per_class = {row["class"]: int(row["things"]) for row in staging.select(_PER_CLASS)}
    per_source = {row["g"]: int(row["quads"]) for row in staging.select(_PER_GRAPH)}
    return LoadReport(per_class, per_source, quads)


def known_cities() -> list[str]:
    """The cities whose data travel with the program."""
    return sorted(folder.parent.name for folder in (resources.knowledge() / "data").glob("*/tables"))
