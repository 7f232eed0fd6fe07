"""A table made ready for a page: links instead of IRIs, numbers to the right, and no more rows than one can read."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from cc_graph.table import TOGETHER, Table, Term
from cc_graph.vocab import shorten
from cc_graph.web import figures
from cc_graph.web.addresses import Addresses

MAX_ROWS = 500


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table.

    Attributes:
        text: what is read.
        href: where it leads, None if nowhere.
        number: whether it is a quantity.
        lang: language of the text where it is not the page's.
    """

    text: str
    href: str | None = None
    number: bool = False
    lang: str | None = None


@dataclass(frozen=True)
class Head:
    """The head of a column; `number` if it is a column of quantities."""

    text: str
    number: bool


@dataclass(frozen=True)
class Grid:
    """Heads and rows of a page's table; `total` counts also the rows that are not shown."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int


def grid(
    table: Table,
    url: Addresses,
    *,
    every_column: bool = False,
    without: Collection[str] = (),
    limit: int = MAX_ROWS,
) -> Grid:
    """The table for a page: `xLabel` leads to what `x` names, and `x` itself is left out.

    An amount stands with its qualifier and unit in one cell, a source with its date, unless every column is kept.

    Args:
        table: an answer.
        url: addresses in the reader's language.
        without: columns that are left out, with their labels.
        every_column: keep also IRIs that have a label, and columns without a value.
        limit: how many rows are shown.
    """
    columns = {name: place for place, name in enumerate(table.columns)}
    shown = [name for name in columns if every_column or _is_read(name, table, columns, without)]
    together = {} if every_column else {name: parts for name, parts in TOGETHER.items() if name in shown}
    shown = [
        name for name in shown if name in together or not any(name in parts for parts in together.values())
    ]
    rows = tuple(
        tuple(_together(name, together.get(name, (name,)), row, columns, url) for name in shown)
        for row in table.rows[:limit]
    )
    heads = tuple(Head(table.heading(name), _numeric(table, columns[name])) for name in shown)
    return Grid(heads, rows, len(table))


def _is_read(name: str, table: Table, columns: dict[str, int], without: Collection[str]) -> bool:
    if f"{name}Label" in columns or name.removesuffix("Label") in without:
        return False
    values = {cell.value for row in table.rows if (cell := row[columns[name]]) is not None}
    return bool(values) and not (name == "sources" and values == {"1"})


def _numeric(table: Table, place: int) -> bool:
    values = [row[place] for row in table.rows if row[place] is not None]
    return bool(values) and all(figures.is_number(value) for value in values if value is not None)


def _together(
    name: str, parts: tuple[str, ...], row: tuple[Term | None, ...], columns: dict[str, int], url: Addresses
) -> Cell:
    """The cell of a column, with what people read as one with it."""
    cell = _cell(name, row, columns, url)
    texts = [_cell(part, row, columns, url).text for part in parts if part in columns]
    said = [text for text in texts if text]
    if name == "sourceLabel" and len(said) == 2:
        return replace(cell, text=f"{said[0]}, {said[1]}")
    return replace(cell, text=" ".join(said)) if cell.text else cell


def _cell(name: str, row: tuple[Term | None, ...], columns: dict[str, int], url: Addresses) -> Cell:
    term = row[columns[name]]
    if term is None:
        return Cell("")
    if term.kind == "uri":
        return Cell(shorten(term.value, url.base_iri), url.link(term.value))
    named = columns.get(name.removesuffix("Label")) if name.endswith("Label") else None
    target = row[named] if named is not None else None
    href = url.link(target.value) if target is not None and target.kind == "uri" else None
    foreign = term.language if term.language not in {None, url.lang} else None
    return Cell(figures.text(term, url.lang), href, figures.is_number(term), foreign)
