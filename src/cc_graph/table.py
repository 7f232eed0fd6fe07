"""The answer to a question: named columns of RDF terms, ready to print, to save or to hand to a data frame."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any

from cc_graph.vocab import XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

TOGETHER = {
    "amount": ("qualifierLabel", "amount", "unit", "shareOf"),
    "sourceLabel": ("sourceLabel", "sourceDate"),
}
"""Columns that a person reads as one."""

_INTEGERS = {XSD + name for name in ("integer", "int", "long", "nonNegativeInteger", "gYear")}


@dataclass(frozen=True, slots=True)
class Term:
    """One RDF term as SPARQL JSON results give it.

    Attributes:
        kind: `uri`, `literal` or `bnode`.
        value: the IRI, the lexical form, or the blank node's name.
        datatype: IRI of the literal's datatype, None for plain and language-tagged strings.
        language: language tag, None if there is none.
    """

    kind: str
    value: str
    datatype: str | None = None
    language: str | None = None

    def to_python(self) -> Any:
        """The value as int, Decimal, float, bool or str, by its datatype; an ill-typed literal is its text."""
        try:
            return self._typed()
        except (ValueError, ArithmeticError):
            return self.value

    def _typed(self) -> Any:
        if self.datatype in _INTEGERS:
            return int(self.value)
        if self.datatype == XSD + "decimal":
            return Decimal(self.value)
        if self.datatype in {XSD + "double", XSD + "float"}:
            return float(self.value)
        if self.datatype == XSD + "boolean":
            return self.value in {"true", "1"}
        return self.value


@dataclass(frozen=True)
class Table:
    """Rows of a SELECT answer.

    Attributes:
        columns: names of the variables, in the order of the query.
        rows: one tuple per solution, as long as `columns`; None where a variable is unbound.
        headings: what to call a column in the reader's language; the name itself where nothing is said.
        language: the reader's language, it or en; empty where values stand as they are.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
    headings: dict[str, str] = field(default_factory=dict)
    language: str = ""

    @classmethod
    def from_sparql_json(cls, document: bytes, headings: dict[str, str] | None = None) -> Table:
        """The table of a SPARQL 1.1 Query Results JSON document; the answer to an ASK is the one cell `boolean`."""
        answer = json.loads(document)
        if "boolean" in answer:
            return cls(
                ("boolean",),
                ((Term("literal", str(answer["boolean"]).lower(), XSD + "boolean"),),),
                headings or {},
            )
        columns = tuple(answer["head"]["vars"])
        rows = tuple(
            tuple(_term(binding[name]) if name in binding else None for name in columns)
            for binding in answer["results"]["bindings"]
        )
        return cls(columns, rows, headings or {})

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Each row as a mapping from column to Python value, unbound columns left out."""
        for row in self.rows:
            yield {
                name: cell.to_python()
                for name, cell in zip(self.columns, row, strict=True)
                if cell is not None
            }

    def column(self, name: str) -> list[Any]:
        """The Python values of one column, None where unbound."""
        place = self.columns.index(name)
        return [None if row[place] is None else row[place].to_python() for row in self.rows]  # type: ignore[union-attr]

    def heading(self, name: str) -> str:
        """What to call a column in the reader's language."""
        return self.headings.get(name, name)

    def for_reading(self) -> tuple[list[str], list[list[str]]]:
        """Headings and cells for a person.

        A thing is shown by its name, not by its IRI; an amount stands with its qualifier and unit in one cell, a
        source with its date; numbers are written as the language writes them; columns that say nothing are left out.
        """
        if not self.headings:  # not the answer to a question: every column as it was asked for
            return list(self.columns), [
                ["" if cell is None else cell.value for cell in row] for row in self.rows
            ]
        used = {
            name
            for place, name in enumerate(self.columns)
            if any(row[place] is not None for row in self.rows)
        }
        together = {name: parts for name, parts in TOGETHER.items() if name in used}
        absorbed = {part for parts in together.values() for part in parts} - set(together)
        shown = [
            name
            for place, name in enumerate(self.columns)
            if name in used and name not in absorbed and not self._says_nothing(place)
        ]
        cells = [[self._words(name, row) for name in shown] for row in self.rows]
        return [self.heading(name) for name in shown], cells

    def _says_nothing(self, place: int) -> bool:
        """IRIs beside names, and a count of sources that is always one, are for programs."""
        cells = [cell for row in self.rows if (cell := row[place]) is not None]
        if self.columns[place] == "sources":
            return {cell.value for cell in cells} == {"1"}
        return {cell.kind for cell in cells} == {"uri"} and any(
            name.endswith("Label") for name in self.columns
        )

    def _words(self, name: str, row: tuple[Term | None, ...]) -> str:
        parts = [
            row[self.columns.index(part)] for part in TOGETHER.get(name, (name,)) if part in self.columns
        ]
        words = [self._text(cell) for cell in parts if cell is not None]
        return f"{words[0]} ({words[1]})" if name == "sourceLabel" and len(words) == 2 else " ".join(words)

    def _text(self, cell: Term) -> str:
        counted = self.language and cell.datatype in {XSD + "integer", XSD + "decimal"}
        return number_text(cell.to_python(), self.language) if counted else cell.value

    def to_csv(self) -> str:
        """All columns as CSV (RFC 4180), header first, IRIs in full."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(self.columns)
        writer.writerows(["" if cell is None else cell.value for cell in row] for row in self.rows)
        return out.getvalue()

    def to_json(self) -> str:
        """All rows as a JSON list of objects; decimals are JSON numbers."""
        return json.dumps(list(self), ensure_ascii=False, indent=2, default=_jsonable)

    def _repr_html_(self) -> str:
        """The table as HTML, for notebooks."""
        heads, cells = self.for_reading()
        head = "".join(f"<th>{escape(name)}</th>" for name in heads)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in cells
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def number_text(number: Decimal | float, lang: str) -> str:
    """The number with thousands and decimals as the language writes them: 20,000.5 in English, 20.000,5 in Italian."""
    text = f"{Decimal(str(number)):,f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "it" else text


def _term(binding: dict[str, Any]) -> Term:
    kind = "literal" if binding["type"] == "typed-literal" else binding["type"]
    value = binding["value"]
    # An RDF 1.2 triple term is an object here; it is read as its JSON text.
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Term(kind, text, binding.get("datatype"), binding.get("xml:lang"))


def _jsonable(value: object) -> int | float:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
