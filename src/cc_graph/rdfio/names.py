"""Which things some RDF speaks of."""

from __future__ import annotations

import pyoxigraph as ox


def named_things(nquads: bytes) -> set[str]:
    """The IRIs of all subjects and objects of N-Quads."""
    found = set()
    for quad in ox.parse(nquads, ox.RdfFormat.N_QUADS):
        found |= {term.value for term in (quad.subject, quad.object) if isinstance(term, ox.NamedNode)}
    return found
