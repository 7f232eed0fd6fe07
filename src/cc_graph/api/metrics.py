"""What a monitoring system asks: `GET /metrics`, in the formats of Prometheus."""

import platform
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from cc_graph import __version__
from cc_graph.api.description import METRICS
from cc_graph.city import City
from cc_graph.errors import CityError

router = APIRouter(tags=["service"])

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_LIMITS: Final = [*map(str, _SECONDS), "+Inf"]


@dataclass(slots=True)
class _Calls:
    """The calls of one route, method and class of status: how many by the bucket of their seconds, and their seconds in all."""

    numbers: list[int] = field(default_factory=lambda: [0] * (len(_SECONDS) + 1))
    seconds: float = 0.0


class Metrics:
    """The numbers of one application, in a registry of its own.

    Attributes:
        running: how many calls are being answered.
        calls: by template of the address, method and class of status.
    """

    def __init__(self, city: Callable[[], City]) -> None:
        """Count nothing yet.

        Args:
            city: the city that is served, asked for only when somebody reads the numbers.
        """
        self.running = 0
        self.calls: dict[tuple[str, str, int], _Calls] = {}
        self._registry = CollectorRegistry()
        self._registry.register(_Http(self))
        self._registry.register(_Graph(city))
        ProcessCollector(registry=self._registry)

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one call; every call does, so it takes less than a microsecond (prometheus_client's own counters take four)."""
        known = self.calls.get((route, method, status // 100))
        if known is None:
            key = (route, method if method in _METHODS else "other", status // 100)
            known = self.calls.setdefault(key, _Calls())
        known.numbers[bisect_left(_SECONDS, seconds)] += 1
        known.seconds += seconds

    def text(self, accept: str) -> tuple[bytes, str]:
        """All numbers, and their media type."""
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type


class _Http(Collector):
    """What was counted at the door."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        labels = ["route", "method", "status"]
        calls = CounterMetricFamily(
            "cc_graph_http_requests",
            "Calls, by template of the address, method and class of status.",
            labels=labels,
        )
        seconds = HistogramMetricFamily(
            "cc_graph_http_answer_seconds", "From a call to the beginning of its answer.", labels=labels
        )
        for (route, method, status), known in sorted(self._metrics.calls.items()):
            values = [route or "none", method, f"{status}xx" if status else "none"]
            numbers = list(accumulate(known.numbers))
            calls.add_metric(values, numbers[-1])
            seconds.add_metric(values, list(zip(_LIMITS, numbers, strict=True)), known.seconds)
        yield calls
        yield seconds
        yield _gauge("http_requests_running", "Calls being answered.", self._metrics.running)


class _Graph(Collector):
    """What the city knows of itself, read when somebody asks."""

    def __init__(self, city: Callable[[], City]) -> None:
        self._city = city

    def collect(self) -> Iterator[Metric]:
        yield _info("build", "The program.", {"version": __version__, "python": platform.python_version()})
        city = self._city()
        yield from _pool(city)
        try:
            yield _info("revision", "The newest state of the graph.", {"revision": city.revision})
        except CityError:  # /health says why; the other numbers are wanted all the more
            return
        if (published := city.published) is not None:
            age = max(0.0, time.time() - published)
            yield _gauge("snapshot_age_seconds", "Since the newest state was published.", age)


def _pool(city: City) -> Iterator[Metric]:
    pool = city.statistics()
    yield _gauge("pool_workers", "Worker processes there may be.", pool.most)
    yield _gauge("pool_alive_workers", "Worker processes there are.", pool.alive)
    yield _gauge("pool_busy_workers", "Worker processes that answer now.", pool.busy)
    yield _gauge("pool_waiting_queries", "Queries that wait for a worker.", pool.waiting)
    yield _counter("pool_started_workers", "Worker processes started.", pool.started)
    yield _counter("pool_answers", "Queries answered.", pool.answers)
    yield _counter("pool_refused_queries", "Queries turned away because too many waited.", pool.refused)
    killed = CounterMetricFamily(
        "cc_graph_pool_killed_workers", "Worker processes ended before their time.", labels=["reason"]
    )
    for reason, number in pool.killed.items():
        killed.add_metric([reason], number)
    yield killed
    yield _counter("cache_hits", "Answers that were given before.", pool.cache_hits)
    yield _counter("cache_misses", "Answers that were not.", pool.cache_misses)
    yield _gauge("cache_bytes", "What the answers kept take.", pool.cache_bytes)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"cc_graph_{name}", about, value=value)


def _counter(name: str, about: str, value: float) -> Metric:
    return CounterMetricFamily(f"cc_graph_{name}", about, value=value)


def _info(name: str, about: str, value: dict[str, str]) -> Metric:
    return InfoMetricFamily(f"cc_graph_{name}", about, value=value)


@router.get("/metrics", summary="Numbers for monitoring", openapi_extra=METRICS, response_class=Response)
async def metrics(request: Request) -> Response:
    """Calls, seconds, workers, cache, memory and age of the graph, in the text format of Prometheus or OpenMetrics."""
    held: Metrics = request.app.state.metrics
    # In the thread of /health: the revision of a store on the network takes a call.
    limiter: CapacityLimiter = request.app.state.health_threads
    text, media_type = await to_thread.run_sync(held.text, request.headers.get("accept", ""), limiter=limiter)
    return Response(text, media_type=media_type)
