"""Where a server departs from the standard, and what is said to it instead.

One departs: Virtuoso, measured on 7.2.5. It stores the coordinates of a `geo:wktLiteral` as 32-bit numbers, so they
travel under a name it does not know. Of a VALUES block among other patterns it makes threads that wait for each other
without end, so a UNION of BINDs, which means the same, is sent instead. It joins strings as bytes of two encodings
unless a literal outside ASCII has its datatype beside it. It takes one BASE, and names blank nodes and truth values its
own way in JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cc_graph.store.remote.client import JSON, Call
from cc_graph.store.tokens import tokens_of
from cc_graph.vocab import PREFIXES, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cc_graph.store.remote.client import Endpoint
    from cc_graph.store.tokens import Token

MOST_UNITED: Final = 40
"""How many rows of a VALUES block are sent as a UNION; a longer one goes as it is."""

_WKT: Final = PREFIXES["geo"] + "wktLiteral"
_UNKNOWN_WKT: Final = "urn:x-cc-graph:wktLiteral"
_PROBE: Final = "SELECT (1 AS ?one) WHERE { }"
_OF_VIRTUOSO: Final = b"typed-literal"


@dataclass(frozen=True)
class Dialect:
    """What a server wants to be told otherwise.

    Attributes:
        name: `SPARQL 1.1` or `Virtuoso`.
        datatypes: datatype → the name under which it is stored there.
        spellings: what its JSON says → what the standard has; each within a line.
        rewrites: whether queries are sent in other words.
    """

    name: str = "SPARQL 1.1"
    datatypes: tuple[tuple[str, str], ...] = ()
    spellings: tuple[tuple[bytes, bytes], ...] = ()
    rewrites: bool = False

    def told(self, call: Call) -> Call:
        """A query in the server's words."""
        if not self.rewrites:
            return call
        lists = (("default", call.default_graphs), ("named", call.named_graphs))
        dataset = [f"define input:{which}-graph-uri <{graph}>" for which, graphs in lists for graph in graphs]
        return Call("\n".join((*dataset, _reworded(call.text))))

    def stored(self, term: str) -> str:
        """A term as it is stored, in the syntax of N-Triples."""
        for datatype, name in self.datatypes:
            if term.endswith(f'"^^<{datatype}>'):
                return f"{term.removesuffix(f'<{datatype}>')}<{name}>"
        return term

    def standard(self, datatype: str) -> str:
        """The datatype that is stored under a name."""
        return next((ours for ours, theirs in self.datatypes if theirs == datatype), datatype)


STANDARD: Final = Dialect()
VIRTUOSO: Final = Dialect(
    "Virtuoso",
    ((_WKT, _UNKNOWN_WKT),),
    (
        (b'"type": "bnode", "value": "nodeID://', b'"type": "bnode", "value": "'),
        (f'"datatype": "{_UNKNOWN_WKT}"'.encode(), f'"datatype": "{_WKT}"'.encode()),
        (f'"datatype": "{XSD}boolean", "value": "1"'.encode(), f'"datatype": "{XSD}boolean", "value": "true"'.encode()),
        (f'"datatype": "{XSD}boolean", "value": "0"'.encode(), f'"datatype": "{XSD}boolean", "value": "false"'.encode()),
    ),
    rewrites=True,
)  # fmt: skip


def dialect_of(endpoint: Endpoint, seconds: float) -> Dialect:
    """What an endpoint speaks, told by the way it writes a number: a proxy may hide the server's name."""
    answer = endpoint.query(Call(_PROBE), JSON, seconds).read()
    return VIRTUOSO if _OF_VIRTUOSO in answer else STANDARD


def _reworded(text: str) -> str:
    written, end = [], 0
    for start, stop, words in _changes(tokens_of(text)):
        written += [text[end:start], words]
        end = stop
    return "".join((*written, text[end:]))


def _changes(tokens: list[Token]) -> Iterator[tuple[int, int, str]]:
    """From where to where something else stands, and what; in order."""
    depth, place, opens = 0, 0, False
    while place < len(tokens):
        token = tokens[place]
        depth += (token.text == "{") - (token.text == "}")
        block = _Block.read(tokens, place) if depth and token.is_word("VALUES") else None
        if block and len(block.rows) <= MOST_UNITED:
            yield token.start, block.end, block.reworded(opens)
            place, opens = block.past, opens and len(block.rows) == 1
            continue
        opens = token.text.startswith("{")
        if token.kind == "string" and _wants_datatype(tokens, place):
            yield token.start, token.end, f"{token.text}^^<{XSD}string>"
        elif token.text in {f"<{_WKT}>", "geo:wktLiteral"}:
            yield token.start, token.end, f"<{_UNKNOWN_WKT}>"
        place += 1


def _wants_datatype(tokens: list[Token], place: int) -> bool:
    """Whether a plain string outside ASCII is an argument of a function."""
    before = tokens[place - 1].text if place else ""
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    plain = after is None or (after.kind != "language" and after.text != "^")
    return plain and before in {"(", ","} and not tokens[place].text.isascii()


@dataclass
class _Block:
    """A VALUES block: its variables, its rows of terms (None for UNDEF), where it ends, and the token past it."""

    names: list[str]
    rows: list[list[str | None]]
    end: int
    past: int

    @classmethod
    def read(cls, tokens: list[Token], place: int) -> _Block | None:
        """The block that begins at a token; None if it is not as expected, and the server may say what is wrong."""
        place += 1
        several = _is(tokens, place, "(")
        place += several
        names = []
        while place < len(tokens) and tokens[place].kind == "variable":
            names.append(tokens[place].text)
            place += 1
        place += several
        if not names or not _is(tokens, place, "{"):
            return None
        place += 1
        rows: list[list[str | None]] = []
        row: list[str | None] = []
        while place < len(tokens) and not _is(tokens, place, "}"):
            if tokens[place].text in {"(", ")"}:
                place += 1
                continue
            term, place = _term(tokens, place)
            row.append(None if term.upper() == "UNDEF" else term)
            if len(row) == len(names):
                rows.append(row)
                row = []
        if row or place == len(tokens):
            return None
        return cls(names, rows, tokens[place].end, place + 1)

    def reworded(self, opens: bool) -> str:
        """The same in other words; `opens` where nothing but such words stands before it in its group."""
        rows = [
            [(name, term) for name, term in zip(self.names, row, strict=True) if term] for row in self.rows
        ]
        if not rows:
            return "FILTER (false)"
        groups = [" ".join(f"BIND ({_typed(term)} AS {name})" for name, term in row) for row in rows]
        if len(groups) > 1:
            return "{ " + " UNION ".join(f"{{ {group} }}" for group in groups) + " }"
        if opens or not rows[0]:
            return groups[0]
        names, terms = (" ".join(parts) for parts in zip(*rows[0], strict=True))
        return f"VALUES ({names}) {{ ({terms}) }}"  # its variables may be bound already


def _is(tokens: list[Token], place: int, mark: str) -> bool:
    return place < len(tokens) and tokens[place].text == mark


def _term(tokens: list[Token], place: int) -> tuple[str, int]:
    """A term of a VALUES block, and the token past it."""
    first = tokens[place]
    place += 1
    if first.text in {"+", "-"} and place < len(tokens):
        return first.text + tokens[place].text, place + 1
    if first.kind == "string":
        if place < len(tokens) and tokens[place].kind == "language":
            return first.text + tokens[place].text, place + 1
        if _is(tokens, place, "^") and _is(tokens, place + 1, "^") and place + 2 < len(tokens):
            return f"{first.text}^^{tokens[place + 2].text}", place + 3
    return first.text, place


def _typed(term: str) -> str:
    plain = term[-1] in "\"'"
    return f"{term}^^<{XSD}string>" if plain and not term.isascii() else term
