"""The graphs that are ours in a remote store, beside those of the sources."""

from __future__ import annotations

from dataclasses import dataclass

BLANK = ".well-known/genid/"
"""Below the base: what blank nodes are called there (RDF 1.1 Concepts, 3.5); no update may speak of a blank node."""


@dataclass(frozen=True)
class Names:
    """The names of one city's graphs.

    Attributes:
        base_iri: what they begin with.
    """

    base_iri: str

    @property
    def merge(self) -> str:
        """The set union of all sources' graphs: what queries are asked of."""
        return self.base_iri + "graph/published"

    @property
    def marks(self) -> str:
        """What was published when; nothing a query sees."""
        return self.base_iri + "graph/publication"

    @property
    def nothing(self) -> str:
        """A graph that is never there: a dataset without graphs cannot be told to every server."""
        return self.base_iri + "graph/nothing"

    @property
    def reserved(self) -> frozenset[str]:
        """Names that no source may use for its graph."""
        return frozenset({self.merge, self.marks, self.nothing})
