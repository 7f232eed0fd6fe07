"""What may be set from outside: the `CC_GRAPH_…` variables, read once and checked."""

from __future__ import annotations

import os
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from cc_graph.errors import BadParameter
from cc_graph.vocab import ABSOLUTE_IRI, DEFAULT_BASE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOG_LEVELS = ("debug", "info", "warning", "error")
"""What `CC_GRAPH_LOG` may be."""


@dataclass(frozen=True)
class Settings:
    """The settings of one city.

    Attributes:
        home: folder of the store, its checkpoints and its lock (`CC_GRAPH_HOME`).
        base_iri: what the IRIs of things and graphs begin with (`CC_GRAPH_BASE_IRI`); ends in `/` or `#`.
        query_seconds: how long a query may run (`CC_GRAPH_QUERY_SECONDS`).
        query_memory_mb: what a query may add to its process's memory (`CC_GRAPH_QUERY_MEMORY_MB`).
        query_workers: how many queries may run at the same time, one of them young (`CC_GRAPH_QUERY_WORKERS`).
        query_waiting: how many more may wait (`CC_GRAPH_QUERY_WAITING`).
        log_level: what the server logs: debug, info (every call), warning or error (`CC_GRAPH_LOG`).
        slow_seconds: an answer that takes longer is logged with its query (`CC_GRAPH_SLOW_SECONDS`).
        proxies: addresses of reverse proxies whose word on the caller's address is believed (`CC_GRAPH_PROXIES`).
    """

    home: Path
    base_iri: str = DEFAULT_BASE
    query_seconds: float = 30.0
    query_memory_mb: int = 2048
    query_workers: int = 3
    query_waiting: int = 200
    log_level: str = "warning"
    slow_seconds: float = 1.0
    proxies: str = "127.0.0.1,::1"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **given: object) -> Settings:
        """The settings of this process; keyword arguments win over variables.

        Raises:
            BadParameter: a variable has a value that cannot be used.
        """
        env = os.environ if environment is None else environment
        values: dict[str, object] = {
            "home": Path(env["CC_GRAPH_HOME"]) if env.get("CC_GRAPH_HOME") else _user_folder(),
            "base_iri": env.get("CC_GRAPH_BASE_IRI") or DEFAULT_BASE,
            "query_seconds": _positive(env, "CC_GRAPH_QUERY_SECONDS", 30.0, 86_400),
            "query_memory_mb": int(_positive(env, "CC_GRAPH_QUERY_MEMORY_MB", 2048, 1 << 20)),
            "query_workers": ceil(_positive(env, "CC_GRAPH_QUERY_WORKERS", (os.cpu_count() or 1) + 1, 256)),
            "query_waiting": ceil(_positive(env, "CC_GRAPH_QUERY_WAITING", 200, 100_000)),
            "log_level": _one_of(env, "CC_GRAPH_LOG", LOG_LEVELS, "warning"),
            "slow_seconds": _positive(env, "CC_GRAPH_SLOW_SECONDS", 1.0, 86_400),
            "proxies": env.get("CC_GRAPH_PROXIES", "127.0.0.1,::1"),
        }
        settings = cls(**(values | given))  # type: ignore[arg-type]
        if not ABSOLUTE_IRI.fullmatch(settings.base_iri) or not settings.base_iri.endswith(("/", "#")):
            raise BadParameter(
                f"CC_GRAPH_BASE_IRI is «{settings.base_iri}», which is not an absolute IRI ending in / or #.",
                hint="Set it to something like https://example.org/city/.",
            )
        return settings


def _user_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("cc-graph", appauthor=False)


def _one_of(env: Mapping[str, str], name: str, values: Sequence[str], default: str) -> str:
    text = env.get(name, "").lower() or default
    if text not in values:
        raise BadParameter(f"{name} is «{text}».", hint=f"Set it to one of {', '.join(values)}.")
    return text


def _positive(env: Mapping[str, str], name: str, default: float, most: float) -> float:
    text = env.get(name)
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 < number <= most:
        raise BadParameter(
            f"{name} is «{text}», which is not a number above 0 and up to {most:,.0f}.",
            hint=f"Leave {name} out or set a number.",
        )
    return number
