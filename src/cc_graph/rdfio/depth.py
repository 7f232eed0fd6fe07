"""How deeply a document is nested, found before any parser sees it: parsers call themselves and overflow their stack."""

from __future__ import annotations

import re
from typing import Final

from cc_graph.errors import BadData

DEEPEST: Final = 200
"""How many brackets or elements may be open at once."""

_TURTLE: Final = re.compile(
    rb"""\#[^\r\n]*+
    | \"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*+\"\"\" | '''(?:'{0,2}(?:[^'\\]|\\.))*+'''
    | "(?:[^"\\\r\n]|\\.)*+" | '(?:[^'\\\r\n]|\\.)*+' | <(?:[^<>"{}|^`\\\x00-\x20]|\\[uU])*+> | \\.
    | (?P<open>[\[({]|<<) | (?P<close>[\])}]|>>)""",
    re.VERBOSE | re.DOTALL,
)
_JSON: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|\\.|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL)
# What is never closed reaches to the end (`\Z`): else each `<!--` of many would be searched to the end again.
_XML: Final = re.compile(
    rb"""<!--.*?(?:-->|\Z) | <!\[CDATA\[.*?(?:\]\]>|\Z) | <\?.*?(?:\?>|\Z)
    | (?P<close></) | <[^\s/>!?]++(?:[^"'>/]|"[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|/(?!>))*+(?:/>|(?P<open>>)|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_BY_FORMAT: Final = {"jsonld": _JSON, "rdfxml": _XML}
_OPENERS: Final = {"jsonld": (b"[", b"{"), "rdfxml": (b"<",)}


def check_depth(document: bytes, form: str, name: str) -> None:
    """Refuse a document with too many brackets or elements open at once.

    Args:
        document: all of it.
        form: name of its format.
        name: what to call it in the error.

    Raises:
        BadData: it is nested too deeply.
    """
    openers = _OPENERS.get(form, (b"[", b"(", b"{", b"<<"))
    if sum(document.count(opener) for opener in openers) <= DEEPEST:
        return
    depth = 0
    for match in _BY_FORMAT.get(form, _TURTLE).finditer(document):
        if match.lastgroup == "open":
            depth += 1
            if depth > DEEPEST:
                line = document.count(b"\n", 0, match.start()) + 1
                raise BadData(
                    f"{name}, line {line}: more than {DEEPEST} levels are open here.",
                    hint="Give inner things an IRI and describe them on their own.",
                )
        elif match.lastgroup == "close":
            depth = max(0, depth - 1)
