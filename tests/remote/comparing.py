"""What is the same in two stores: terms by their value, rows and triples as sets where nothing else is promised."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from cc_graph.table import Table, Term


def value(cell: Term | None) -> object:
    """A cell by its value: 1.50 is 1.5, nothing is an empty text, and of a text computed by a server its language counts for nothing."""
    if cell is None or cell.value == "":
        return None
    if cell.kind == "uri":
        return f"<{cell.value}>"
    try:
        number = Decimal(cell.value)
    except InvalidOperation:
        return cell.value
    return number.quantize(Decimal("1e-9")).normalize() if number.is_finite() else cell.value


def rows(table: Table) -> list[tuple[object, ...]]:
    return [tuple(value(cell) for cell in row) for row in table.rows]


def in_any_order(table: Table) -> Counter[tuple[object, ...]]:
    return Counter(rows(table))


def quads(document: bytes, form: ox.RdfFormat) -> set[ox.Quad]:
    """The quads of a document in the normal form of an embedded store, which writes every number in one way."""
    store = ox.Store()
    store.bulk_load(document, form)
    return set(store)
