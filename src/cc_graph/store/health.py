"""How a graph fares, told at once: nobody who asks for it waits for a worker that answers others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cc_graph.errors import TooMuch
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS
from cc_graph.store.layout import FORM, Layout

if TYPE_CHECKING:
    from pathlib import Path

    from cc_graph.store.reader import Reader
    from cc_graph.store.statistics import PoolStatistics

COUNT_SECONDS = 1.0
"""How long the triples of a revision may be counted; who asks for the health waits as long, once per revision."""

COUNT = "SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }"
"""How many there are."""


class Health:
    """What the watchers of a service ask: is it well, on which revision, how busy."""

    def __init__(self, reader: Reader, home: Path) -> None:
        """Look at a reader and at the home it reads."""
        self._reader = reader
        self._layout = Layout(home)
        self._counted: tuple[str, int | None] = ("", None)

    @property
    def statistics(self) -> PoolStatistics:
        """What the workers do, and have done since the city was opened."""
        return self._reader.statistics

    @property
    def published(self) -> float | None:
        """When the newest revision was published, in seconds since 1970; None where nothing is."""
        try:
            return self._layout.current.stat().st_mtime
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read(self) -> dict[str, Any]:
        """State, revision, form of the store, workers, and what a killed process left undone.

        `triples` is left out as long as nobody could count them: all workers are busy, or there are too many.

        Raises:
            NotFound: there is no graph any more.
            Unavailable: it cannot be read.
        """
        revision, isolated = self._reader.revision, self._reader.network_isolated
        pool = self.statistics
        found = {
            "status": "ok",
            "revision": revision,
            "form": FORM,
            "workers": {"most": pool.most, "alive": pool.alive, "busy": pool.busy, "waiting": pool.waiting},
            "network_isolated": isolated,
            "unfinished": self._layout.unfinished(),
        }
        triples = self._triples(revision, pool)
        return found if triples is None else found | {"triples": triples}

    def _triples(self, revision: str, pool: PoolStatistics) -> int | None:
        somebody_is_idle = not pool.alive or pool.busy < pool.most
        if self._counted[0] != revision and somebody_is_idle:
            self._counted = (revision, self._count())
        return self._counted[1] if self._counted[0] == revision else None

    def _count(self) -> int | None:
        try:
            answer = self._reader.query(
                COUNT,
                table_format=TABLE_FORMATS["csv"],
                graph_format=GRAPH_FORMATS["nt"],
                seconds=COUNT_SECONDS,
            )
        except TooMuch:  # too many to count in time, or others were faster: the service is well all the same
            return None
        return int(answer.read().split()[1])
