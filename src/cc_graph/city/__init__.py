"""The one façade: a city's graph, opened, asked, measured, taken away and judged.

    with City.open() as city:
        city.ask("who-takes-part", initiative="tavolo-tessile")

Command line, API and pages ask nothing else for the graph. Everything here is synchronous and may be called from several threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from cc_graph.city.describing import Describing
from cc_graph.city.judging import Judging
from cc_graph.city.keeping import Keeping
from cc_graph.city.networking import Networking
from cc_graph.datasets import check_base
from cc_graph.errors import NotFound
from cc_graph.rdfio.formats import by_path
from cc_graph.rdfio.parsing import Parser
from cc_graph.settings import Settings
from cc_graph.store.opening import open_health, open_reader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cc_graph.contributions import Verdict
    from cc_graph.store.opening import AnyReader
    from cc_graph.store.statistics import PoolStatistics


class City(Keeping, Describing, Networking, Judging):
    """One city's graph; open it with `City.open()` and close it, or use it in a `with` statement."""

    def __init__(self, settings: Settings, reader: AnyReader) -> None:
        """Use `City.open`."""
        super().__init__(settings, reader)
        self._health = open_health(reader, settings)

    @classmethod
    def open(cls, settings: Settings | None = None) -> City:
        """Open the city that lies in `settings.home`.

        Raises:
            NotFound: nothing has been loaded there.
            BadParameter: it was loaded under another base.
            Unavailable: the folder cannot be used.
        """
        settings = settings or Settings.from_environment()
        reader = open_reader(settings)
        _ = reader.revision  # raises where nothing has been loaded
        check_base(settings.home, settings.base_iri)
        return cls(settings, reader)

    def close(self) -> None:
        """End the worker processes."""
        if self._desk is not None:
            self._desk.close()
        self._reader.close()

    def __enter__(self) -> Self:
        """The city itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    @property
    def published(self) -> float | None:
        """When the newest state was published, in seconds since 1970."""
        return self._health.published

    def statistics(self) -> PoolStatistics:
        """What the worker processes do, and have done since the city was opened."""
        return self._health.statistics

    def health(self) -> dict[str, Any]:
        """Whether the graph answers, on which revision, how busy and how walled in; waits for no worker that answers others."""
        return self._health.read()

    @classmethod
    def validate(cls, paths: Iterable[Path], settings: Settings | None = None) -> Verdict:
        """What the shapes find in some RDF files, together with what is published of the things they refer to.

        Raises:
            BadData: a file is malformed.
            BadParameter: a file's ending does not tell its format.
        """
        from cc_graph.contributions import BLANK, context, names_below, validate

        settings = settings or Settings.from_environment()
        base, below = settings.base_iri, names_below(settings.base_iri)
        with Parser() as parser:
            parsed = [
                parser.parse(
                    path, by_path(path), base, skolem_prefix=base + BLANK, names_below=below, plain=True
                )
                for path in paths
            ]
        quads = b"".join(each.nquads for each in parsed)
        try:
            with cls.open(settings) as city:
                names = {name for each in parsed for name in each.names}
                beside = context(lambda text: city.query(text, accept="nt").read(), names, base)
        except NotFound:
            beside = b""  # nothing has been loaded: the files stand alone
        return validate(quads, beside)
