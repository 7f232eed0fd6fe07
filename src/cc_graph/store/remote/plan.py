"""A query as it is sent: its dataset in the call, its prefixes and its base declared.

The dataset goes into the call alone, because some servers add the FROM clauses of the text to it and others put them in
its place. Where nothing is asked for it is the merge, and, for a query that says GRAPH, every source's graph by name: a
default graph alone lets GRAPH see nothing on one server, and everything on another.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from cc_graph.errors import BadQuery, BadRequest, Refused
from cc_graph.store.remote.client import Call
from cc_graph.store.tokens import survey, tokens_of, undeclared_prefixes, unescaped
from cc_graph.vocab import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cc_graph.store.remote.dialect import Dialect
    from cc_graph.store.remote.names import Names
    from cc_graph.store.tokens import Survey, Token

_OF_THE_SERVER: Final = re.compile(r"<(bif|sql):", re.IGNORECASE)


def plan(
    text: str,
    names: Names,
    sources: Iterable[str],
    dialect: Dialect,
    default_graphs: Iterable[str] = (),
    named_graphs: Iterable[str] = (),
) -> Call:
    """How to send a query.

    Args:
        text: the query.
        names: of our graphs.
        sources: IRIs of the sources' graphs.
        dialect: of the server.
        default_graphs: IRIs of the graphs the call asks for.
        named_graphs: IRIs of the graphs GRAPH shall see.

    Raises:
        BadQuery: a prefix is not declared, or as `survey`.
        BadRequest: the name of a graph is no IRI, or several graphs are to be merged.
        Refused: it is an update, calls another endpoint, or speaks to the server in its own language.
    """
    found = survey(text)
    tokens, plain = tokens_of(text), tokens_of(unescaped(text))
    _refuse_own_language(plain)
    if unknown := undeclared_prefixes(text, PREFIXES):
        raise BadQuery(
            f"The prefix {unknown[0]}: is not declared.",
            hint=f"Begin the query with PREFIX {unknown[0]}: <…>.",
        )
    default, named = _checked(default_graphs), _checked(named_graphs)
    if not (default or named):
        default = _resolved(found.prologue, found.from_graphs, names.base_iri)
        named = _resolved(found.prologue, found.from_named, names.base_iri)
    if len(default) > 1:
        raise BadRequest(
            "A remote store would count a triple once for each graph that holds it.",
            hint="Name one graph, or none: the default graph is the merge of all; or ask with GRAPH ?g.",
        )
    if not (default or named):
        default, named = (names.merge,), tuple(sorted(sources))
    sent = _declared(_without_dataset(text, tokens), tokens, found, names.base_iri)
    says_graph = any(token.is_word("GRAPH") for token in plain)
    seen = (named or (names.nothing,)) if says_graph else ()
    return dialect.told(Call(sent, default or (names.nothing,), seen))


def _checked(graphs: Iterable[str]) -> tuple[str, ...]:
    distinct = tuple(dict.fromkeys(graphs))
    for graph in distinct:
        try:
            ox.NamedNode(graph)
        except ValueError:
            raise BadRequest(
                f"«{graph}» is not an absolute IRI.", hint="Name a graph by its full IRI."
            ) from None
    return distinct


def _resolved(prologue: str, terms: list[str], base_iri: str) -> tuple[str, ...]:
    """The distinct IRIs that terms of a query stand for."""
    if not terms:
        return ()
    declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    turtle = f"{declared}{prologue} <a:a> <a:a> {', '.join(terms)} ."
    try:
        quads = list(ox.parse(turtle, ox.RdfFormat.TURTLE, base_iri=base_iri))
    except SyntaxError as error:
        raise BadRequest(
            f"The name of a graph is not an IRI: {error.msg}.",
            hint="Write an absolute IRI, or declare its prefix.",
        ) from None
    return tuple(dict.fromkeys(quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)))


def _refuse_own_language(tokens: list[Token]) -> None:
    """Refuse what no SPARQL has and some servers obey: pragmas, and functions that reach files and the network."""
    for token in tokens:
        if token.is_word("DEFINE") or (token.kind == "iri" and _OF_THE_SERVER.match(token.text)):
            raise Refused(
                f"{token.text} speaks to the server in its own language.", hint="Ask in SPARQL 1.1 alone."
            )


def _without_dataset(text: str, tokens: list[Token]) -> str:
    """The text without its FROM clauses."""
    kept, end = [], 0
    for place, token in enumerate(tokens):
        if token.is_word("FROM"):
            named = place + 1 < len(tokens) and tokens[place + 1].is_word("NAMED")
            if place + 1 + named < len(tokens):
                kept.append(text[end : token.start])
                end = tokens[place + 1 + named].end
    return "".join((*kept, text[end:]))


def _declared(text: str, tokens: list[Token], found: Survey, base_iri: str) -> str:
    """The text with what it uses and does not declare: our prefixes, and the base."""
    given = {
        token.text[:-1]
        for before, token in pairwise(tokens)
        if token.kind == "name" and before.is_word("PREFIX")
    }
    lines = [] if any(token.is_word("BASE") for token in tokens) else [f"BASE <{base_iri}>"]
    lines += [f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items() if name in found.prefixes - given]
    return " ".join((*lines, text))
