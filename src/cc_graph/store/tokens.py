"""What can be said about a query without parsing it: its form, its FROM clauses, and whether it may run at all.

The engine has no switch against SERVICE (a live HTTP client) and overflows its stack on deep nesting, and there is no
SPARQL parser to ask. So a small lexer walks over comments, strings, IRIs and names. It errs on the side of refusing:
the engine's own grammar takes `trueSERVICEex:x` for three tokens, and `?a<?b)#>` for a comparison and a comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from cc_graph.errors import BadQuery, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

DEEPEST: Final = 200
"""How many brackets may be open at once."""

_LETTERS: Final = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_VARIABLE_CHARS: Final = rf"{_LETTERS}_0-9\u00B7\u0300-\u036F\u203F\u2040"
_CHARS: Final = rf"{_VARIABLE_CHARS}\-"
_PLX: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
_LOCAL: Final = rf"(?:[{_CHARS}:]|{_PLX})"
# The engine's names: none begins with a minus (`?p ex:-1SERVICE…` has a number in it), and dots stand in one place only.
_LOCAL_NAME: Final = rf"(?:[{_LETTERS}_0-9:]|{_PLX}){_LOCAL}*+(?:\.++{_LOCAL}++)?+"
_WORD: Final = rf"[{_LETTERS}][{_CHARS}]*+(?:\.++[{_CHARS}]++)*+"
# Possessive quantifiers (`*+`) throughout: no text makes this pattern go back over what it has read.
_TOKEN: Final = re.compile(
    rf"""
    (?P<space>[\x20\t\r\n]++|\#[^\r\n]*+)
  | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^"\\]|\\.))*+\"\"\"|'''(?:'{{0,2}}(?:[^'\\]|\\.))*+'''
      |"(?:[^"\\\r\n]|\\.)*+"|'(?:[^'\\\r\n]|\\.)*+')
  | (?P<unclosed>["'])
  | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*+>)
  | (?P<variable>[?$][{_VARIABLE_CHARS}]++)
  | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
  | (?P<blank>_:[{_CHARS}]++(?:\.++[{_CHARS}]++)*+)
  | (?P<name>(?:{_WORD})?:(?:{_LOCAL_NAME})?)
  | (?P<word>{_WORD})
  | (?P<number>[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)
  | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*://")
_QUERY_FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_UPDATE_FORMS: Final = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"}
)
_CHANGING: Final = ("NOW", "RAND", "UUID", "BNODE")


@dataclass
class Survey:
    """What a look at the tokens of a query tells.

    Attributes:
        form: SELECT, ASK, CONSTRUCT or DESCRIBE; empty if the text has none of them (the engine will say what is wrong).
        prologue: its BASE and PREFIX declarations, as written.
        from_graphs: the terms after FROM, as written, each once.
        from_named: the terms after FROM NAMED, as written, each once.
        prefixes: what stands before the colons of its names.
        changing: whether it asks for the time or for chance, so that the next call may get another answer.
    """

    form: str = ""
    prologue: str = ""
    from_graphs: list[str] = field(default_factory=list)
    from_named: list[str] = field(default_factory=list)
    prefixes: set[str] = field(default_factory=set)
    changing: bool = False

    @property
    def for_tables(self) -> bool:
        """Whether the answer is a table or a truth value, not triples."""
        return self.form not in {"CONSTRUCT", "DESCRIBE"}


def survey(text: str) -> Survey:
    """Look at a query's tokens.

    Raises:
        Refused: it calls another endpoint, or it is an update.
        BadQuery: it is nested too deeply, or cannot be told from a query that does what is refused.
    """
    tokens = _tokens(text)
    if tokens and tokens[-1][0] == "unclosed":
        raise BadQuery("A string in the query is not closed.", hint=f"Look for a missing {tokens[-1][1]}.")
    found = _survey(tokens)
    plain = unescaped(text)
    if plain != text:  # the standard resolves these first, the engine only inside IRIs and strings: mind both
        _survey(_tokens(plain))
    return found


def undeclared_prefixes(text: str, known: Iterable[str]) -> list[str]:
    """The prefixes a query uses and neither declares nor finds among the known ones, each once."""
    tokens = _tokens(text)
    declared = set(known)
    for (_, before), (kind, token) in pairwise(tokens):
        if kind == "name" and before.upper() == "PREFIX":
            declared.add(token[:-1])
    used = (token.partition(":")[0] for kind, token in tokens if kind == "name")
    return [prefix for prefix in dict.fromkeys(used) if prefix not in declared]


class Token(NamedTuple):
    """A token of a query, and where it begins."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)

    def is_word(self, word: str) -> bool:
        """Whether it is that keyword."""
        return self.kind == "word" and self.text.upper() == word


def tokens_of(text: str) -> list[Token]:
    """The tokens of a query, white space and comments left out."""
    return [
        Token(match.lastgroup or "", match[0], match.start())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "space"
    ]


def unescaped(text: str) -> str:
    """The text with `\\u00E9` and the like resolved, as the standard does before it looks for tokens."""
    return _ESCAPE.sub(_character, text)


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else escape[0]


def _tokens(text: str) -> list[tuple[str, str]]:
    """Kind and text of each token, white space and comments left out, up to a string that is never closed."""
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "space":
            tokens.append((kind, match[0]))
        if kind == "unclosed":
            break
    return tokens


def _survey(tokens: list[tuple[str, str]]) -> Survey:
    found = Survey()
    declarations: list[str] = []
    depth = 0
    for place, (kind, token) in enumerate(tokens):
        if kind == "mark":
            depth = _deeper(depth, token)
        elif kind == "iri":
            _refuse_ambiguous(tokens, place)
        elif kind in {"word", "name"}:
            _refuse_service(tokens, place)
            if kind == "name":
                found.prefixes.add(token.partition(":")[0])
        if kind == "word":
            word = token.upper()
            if not found.form and (word in _QUERY_FORMS or word in _UPDATE_FORMS):
                _refuse_update(word)
                found.form, found.prologue = word, " ".join(declarations)
            elif word.endswith(_CHANGING):  # the engine takes FILTERRAND() for two words
                found.changing = True
            elif word == "FROM":
                _note_from(found, tokens[place + 1 : place + 3])
        declarations.append(token)
    return found


def _deeper(depth: int, mark: str) -> int:
    depth = max(0, depth + (mark in "({[") - (mark in ")}]"))
    if depth > DEEPEST:
        raise BadQuery(
            f"The query is nested more than {DEEPEST} levels deep.",
            hint="Write it with fewer brackets inside brackets.",
        )
    return depth


def _refuse_update(word: str) -> None:
    if word in _UPDATE_FORMS:
        raise Refused(
            f"{word} would change the graph; only queries are answered here.",
            hint="Ask with SELECT, ASK, CONSTRUCT or DESCRIBE; data come in through `cc-graph load`.",
        )


def _refuse_service(tokens: list[tuple[str, str]], place: int) -> None:
    """Refuse SERVICE, also run together with its neighbours, but not a prefix that is called so."""
    kind, token = tokens[place]
    prefix = token.upper().partition(":")[0]
    if "SERVICE" not in prefix:
        return
    if kind == "name":
        before = tokens[place - 1][1].upper() if place else ""
        after = tokens[place + 1][1] if place + 1 < len(tokens) else ""
        if after != "{" or before in {"GRAPH", "FROM", "NAMED"}:
            return
    raise Refused(
        "SERVICE would call another endpoint; queries here are answered from this graph alone.",
        hint="Leave SERVICE out and bring the other endpoint's data in with `cc-graph import`, or run the query in a tool of your own.",
    )


def _refuse_ambiguous(tokens: list[tuple[str, str]], place: int) -> None:
    """Refuse `<…>` after an operand if, read as a comparison, it would open a comment or a string: text could hide there."""
    iri = tokens[place][1]
    if ("#" not in iri and "'" not in iri) or _ABSOLUTE.match(iri) or not place:
        return
    kind, before = tokens[place - 1]
    declares = place > 1 and tokens[place - 2][1].upper() == "PREFIX"
    operand = (
        kind not in {"mark", "word"}
        or before in {")", "}", "]"}
        or before.lower().endswith(("true", "false"))
    )
    if operand and not declares:
        raise BadQuery(
            f"It is not clear whether {iri} is an IRI or a comparison.",
            hint="Put a space after a less-than sign, and write the IRI in full or with a prefix.",
        )


def _note_from(found: Survey, following: list[tuple[str, str]]) -> None:
    graphs = found.from_graphs
    if following and following[0][1].upper() == "NAMED":
        graphs = found.from_named
        following = following[1:]
    if following and following[0][0] in {"iri", "name"} and following[0][1] not in graphs:
        graphs.append(following[0][1])
