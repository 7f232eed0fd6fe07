"""How the read pool is doing, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class PoolStatistics:
    """How the pool is doing.

    Attributes:
        most: how many workers there may be.
        alive: how many there are.
        busy: how many of them work on a query.
        waiting: how many queries wait for a worker.
        answers: how many queries were answered, errors in the query among them.
        refused: how many were turned away because too many waited.
        started: how many workers were started.
        killed: how many workers ended before their time, by reason: deadline, memory or crash, hangup, preempted.
        isolated: whether workers run without network; None before the first.
        cache_hits: how often an answer was kept from before.
        cache_misses: how often it was not.
        cache_bytes: bytes of answers kept.
    """

    most: int = 0
    alive: int = 0
    busy: int = 0
    waiting: int = 0
    answers: int = 0
    refused: int = 0
    started: int = 0
    killed: dict[str, int] = field(default_factory=dict)
    isolated: bool | None = None
    cache_hits: int = 0
    cache_misses: int = 0
    cache_bytes: int = 0
