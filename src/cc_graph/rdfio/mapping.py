"""Tables become RDF by SPARQL: every CSV row is a node, and `mapping/*.ru` says what it means.

A row of `flows.csv` becomes a node with `row:table "flows"`, `row:line 7` and one `row:{column}` literal per filled
cell (an empty cell is absent, as in Tarql). The mapping files are plain SPARQL 1.1 Updates that insert into named
graphs; relative IRIs in them resolve against the base of the city. The rows themselves lie in the staging store's
default graph and never leave it.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cc_graph.errors import BadData, NotFound
from cc_graph.vocab import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

ROW = "https://w3id.org/ccg/row#"

_COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Row:
    """One row of a table: where it stands, and its filled cells."""

    table: str
    line: int
    cells: Mapping[str, str]


def read_table(path: Path) -> list[Row]:
    """The rows of a CSV file with a header (UTF-8, RFC 4180); cells are stripped, empty ones left out.

    Raises:
        NotFound: there is no such file.
        BadData: the file cannot be read, is not UTF-8, a column has no usable name, or a row has more or fewer cells
            than the header.
    """
    rows = []
    try:
        # Spreadsheets write a byte order mark.
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            odd = [name for name in reader.fieldnames or () if not _COLUMN.fullmatch(name)]
            if odd:
                raise BadData(
                    f"{path.name} has a column «{odd[0]}».",
                    hint="Name columns with letters, digits and underscores.",
                )
            for cells in reader:
                if None in cells or None in cells.values():
                    raise BadData(
                        f"{path.name}, line {reader.line_num}: the row has not as many cells as the header.",
                        hint="Quote cells that hold a comma, and give every column a place.",
                    )
                filled = {name: text.strip() for name, text in cells.items() if text.strip()}
                rows.append(Row(path.stem, reader.line_num, filled))
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.", hint="Give the path of a CSV file.") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadData(
            f"{path.name} cannot be read: {error}.", hint="The file must be CSV in UTF-8 with a header."
        ) from error
    return rows


class Staging:
    """A store in memory where tables and Turtle files become named graphs."""

    def __init__(self, base_iri: str) -> None:
        """Start empty; `base_iri` is what relative IRIs in mappings resolve against."""
        self.base_iri = base_iri
        self._store = ox.Store()

    def add_rows(self, rows: Iterable[Row]) -> None:
        """Add table rows for mappings to read."""
        self._store.bulk_extend(quad for row in rows for quad in _row_quads(row))

    def add_turtle(self, path: Path, graph: str) -> None:
        """Load one of our own Turtle files into `graph` (a path below the base, or an IRI).

        Raises:
            BadData: the file is not Turtle.
        """
        try:
            self._store.load(
                path=str(path),
                format=ox.RdfFormat.TURTLE,
                base_iri=self.base_iri,
                to_graph=self._graph(graph),
            )
        except SyntaxError as error:
            raise BadData(
                f"{path.name} is not Turtle: {error}.", hint="Run turtlefmt on the file to see where."
            ) from error

    def add_quads(self, nquads: bytes, graph: str) -> None:
        """Add N-Quads; a triple without a graph goes to `graph`."""
        home = self._graph(graph)
        self._store.bulk_extend(
            ox.Quad(quad.subject, quad.predicate, quad.object, home)
            if isinstance(quad.graph_name, ox.DefaultGraph)
            else quad
            for quad in ox.parse(nquads, ox.RdfFormat.N_QUADS)
        )

    def update(self, path: Path) -> None:
        """Run one mapping file.

        Raises:
            BadData: the file is not SPARQL Update.
        """
        try:
            self._store.update(path.read_text(encoding="utf-8"), base_iri=self.base_iri)
        except SyntaxError as error:
            raise BadData(f"{path.name} is not SPARQL Update: {error}.", hint="Mend the mapping.") from error

    def select(self, query: str) -> Iterator[dict[str, str]]:
        """The solutions of one of our own queries, values as strings."""
        solutions = self._store.query(query, base_iri=self.base_iri)
        assert isinstance(solutions, ox.QuerySolutions)
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            yield {name: term.value for name in names if (term := solution[name]) is not None}

    def write_graphs(self, path: Path) -> int:
        """Write all named graphs as N-Quads and give their number of quads."""
        quads = [
            quad
            for quad in self._store.quads_for_pattern(None, None, None, None)
            if not isinstance(quad.graph_name, ox.DefaultGraph)
        ]
        with path.open("wb") as file:
            ox.serialize(quads, file, ox.RdfFormat.N_QUADS)
        return len(quads)

    def _graph(self, name: str) -> ox.NamedNode:
        return ox.NamedNode(name if "://" in name else self.base_iri + name)


def _row_quads(row: Row) -> Iterator[ox.Quad]:
    node = ox.BlankNode()
    yield ox.Quad(node, ox.NamedNode(ROW + "table"), ox.Literal(row.table))
    yield ox.Quad(
        node, ox.NamedNode(ROW + "line"), ox.Literal(str(row.line), datatype=ox.NamedNode(XSD + "integer"))
    )
    for name, text in row.cells.items():
        yield ox.Quad(node, ox.NamedNode(ROW + name), ox.Literal(text))
