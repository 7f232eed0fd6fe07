"""Quads on their way into a store: read, in the store's normal form, each with its triple in the merge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from cc_graph.errors import BadData

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

MERGE = ox.DefaultGraph()
"""Where an embedded store keeps the set union of its named graphs."""

_PROGRESS_EVERY = 1000


def read_quads(nquads: Path) -> Iterator[ox.Quad]:
    """The quads of a file, blank nodes under the names they have there.

    Raises:
        BadData: it is malformed, or has a triple outside a named graph.
    """
    try:
        for quad in ox.parse(path=nquads, format=ox.RdfFormat.N_QUADS):
            if isinstance(quad.graph_name, ox.DefaultGraph):
                raise _outside(quad)
            yield quad
    except SyntaxError as error:
        raise BadData(
            f"{nquads} is not N-Quads: {error.msg}.", hint="Make it with `cc-graph export --format nq`."
        ) from None


def with_merge(quads: Iterable[ox.Quad], progress: Callable[[int], None] | None) -> Iterator[ox.Quad]:
    """Each quad, and its triple in the merge; the store keeps one of each."""
    number = 0
    for number, quad in enumerate(quads, 1):
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object, MERGE)
        if progress and number % _PROGRESS_EVERY == 0:
            progress(number)
    if progress:
        progress(number)


def normal_form(nquads: bytes) -> set[ox.Quad]:
    """The quads in the form the store gives them: it rewrites `"01"^^xsd:integer` to `"1"`.

    Raises:
        BadData: they are malformed, have a blank node, or stand outside a named graph.
    """
    store = ox.Store()
    try:
        store.load(nquads, ox.RdfFormat.N_QUADS)
    except SyntaxError as error:
        raise BadData(f"This is not N-Quads: {error.msg}.", hint="Give one quad a line.") from None
    quads = set(store)
    for quad in quads:
        if isinstance(quad.graph_name, ox.DefaultGraph):
            raise _outside(quad)
        if _blank(quad.subject) or _blank(quad.object) or _blank(quad.graph_name):
            raise BadData(
                f"{quad} has a blank node, which could not be removed again.",
                hint="Name it by an IRI (skolemise it) first.",
            )
    return quads


def _blank(term: object) -> bool:
    if isinstance(term, ox.Triple):
        return _blank(term.subject) or _blank(term.object)
    return isinstance(term, ox.BlankNode)


def _outside(quad: ox.Quad) -> BadData:
    return BadData(
        f"{quad} stands outside a named graph.", hint="Say from which source it comes: name its graph."
    )
