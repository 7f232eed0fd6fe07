"""What every part of an open city has: its settings and who reads its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cc_graph.settings import Settings
    from cc_graph.store.opening import AnyReader

    Progress = Callable[[str], None]


class Opened:
    """An open city."""

    def __init__(self, settings: Settings, reader: AnyReader) -> None:
        """Use `City.open`."""
        self.settings = settings
        self._reader = reader

    @property
    def reader(self) -> AnyReader:
        """Who answers queries: for surfaces that live in an event loop and cannot wait."""
        return self._reader

    @property
    def revision(self) -> str:
        """Name of the newest published state."""
        return self._reader.revision
