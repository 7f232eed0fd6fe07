"""Answers kept: the same query on the same revision in the same form is answered once."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

Kept = TypeVar("Kept")


class AnswerCache(Generic[Kept]):
    """Answers of one revision, the least recently used forgotten first; for one thread.

    Attributes:
        hits: how often an answer was there.
        misses: how often it was not; whoever then makes the answer counts it.
        size: bytes kept.
    """

    def __init__(self, most_bytes: int) -> None:
        """Keep at most so many bytes."""
        self.hits = self.misses = self.size = 0
        self._most = most_bytes
        self._revision = ""
        self._kept: OrderedDict[Hashable, tuple[Kept, int]] = OrderedDict()

    def get(self, revision: str, key: Hashable) -> Kept | None:
        """The answer to `key` on a revision, None if it is not here."""
        if revision == self._revision:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                self.hits += 1
                return found[0]
        return None

    def put(self, revision: str, key: Hashable, answer: Kept, size: int) -> None:
        """Keep an answer that takes `size` bytes; the first of another revision drops those of the one before."""
        if revision != self._revision:
            self.clear()
            self._revision = revision
        if key in self._kept or size > self._most:
            return
        self._kept[key] = (answer, size)
        self.size += size
        while self.size > self._most:
            _, (_, freed) = self._kept.popitem(last=False)
            self.size -= freed

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self.size = 0
