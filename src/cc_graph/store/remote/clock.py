"""How much of the time for an answer is left, over all the calls it takes."""

from __future__ import annotations

import time

from cc_graph.errors import TooMuch


class Clock:
    """Runs from when it is made."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds.

        Raises:
            TooMuch: none.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TooMuch(
                f"The remote store took longer than {self._seconds:g} seconds.",
                hint="Ask for less: fewer columns, fewer joins, a LIMIT.",
            )
        return left
