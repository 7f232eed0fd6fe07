"""How a graph in a remote store fares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cc_graph.errors import TooMuch
from cc_graph.rdfio.formats import TABLE_FORMATS
from cc_graph.store.health import COUNT, COUNT_SECONDS

if TYPE_CHECKING:
    from cc_graph.store.remote.reader import RemoteReader
    from cc_graph.store.statistics import PoolStatistics


class RemoteHealth:
    """What the watchers of a service ask, as `store.health.Health`."""

    def __init__(self, reader: RemoteReader) -> None:
        """Look at a reader."""
        self._reader = reader
        self._counted: tuple[str, int | None] = ("", None)

    @property
    def statistics(self) -> PoolStatistics:
        """How many answers there were."""
        return self._reader.statistics

    @property
    def published(self) -> float | None:
        """When the newest revision was published: the store does not say."""
        return None

    def read(self) -> dict[str, Any]:
        """State, revision, what the store is, and whether a publication has begun and not ended.

        Raises:
            NotFound: there is no graph any more.
            Unavailable: the store cannot be reached.
        """
        state = self._reader.state
        found = {
            "status": "ok" if state.whole else "publishing",
            "revision": state.revision,
            "store": self._reader.address,
            "dialect": self._reader.dialect,
            "network_isolated": False,
            "unfinished": [] if state.whole else [state.begun],
        }
        triples = self._triples(state.revision) if state.whole else None
        return found if triples is None else found | {"triples": triples}

    def _triples(self, revision: str) -> int | None:
        if self._counted[0] != revision:
            try:
                answer = self._reader.query(
                    COUNT, table_format=TABLE_FORMATS["csv"], graph_format=None, seconds=COUNT_SECONDS
                )
                self._counted = (revision, int(answer.read().split()[1]))
            except TooMuch:  # too many to count in time
                self._counted = (revision, None)
        return self._counted[1]
