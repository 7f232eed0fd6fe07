"""What may be set from outside: the `CC_GRAPH_…` variables, read once and checked."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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
        store: address of the SPARQL endpoint that keeps the graph (`CC_GRAPH_STORE`); None: it lies in the home.
        store_update: address of that store's endpoint for updates (`CC_GRAPH_STORE_UPDATE`); None: the same.
        store_user, store_password: who we are there (`CC_GRAPH_STORE_USER`, `CC_GRAPH_STORE_PASSWORD`).
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
    store: str | None = None
    store_update: str | None = None
    store_user: str = ""
    store_password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Check what can be wrong by itself.

        Raises:
            BadParameter: an address of the store is none.
        """
        for name, address in (("CC_GRAPH_STORE", self.store), ("CC_GRAPH_STORE_UPDATE", self.store_update)):
            if address is not None:
                _check_address(name, address)
        if self.store_update and not self.store:
            raise BadParameter(
                "CC_GRAPH_STORE_UPDATE is set and CC_GRAPH_STORE is not an address.",
                hint="Set CC_GRAPH_STORE to the endpoint for queries too, or leave both out.",
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **given: object) -> Settings:
        """The settings of this process; keyword arguments win over variables.

        Raises:
            BadParameter: a variable has a value that cannot be used.
        """
        env = os.environ if environment is None else environment
        values: dict[str, object] = {
            "home": _home(env),
            "base_iri": env.get("CC_GRAPH_BASE_IRI") or DEFAULT_BASE,
            "query_seconds": _positive(env, "CC_GRAPH_QUERY_SECONDS", 30.0, 86_400),
            "query_memory_mb": int(_positive(env, "CC_GRAPH_QUERY_MEMORY_MB", 2048, 1 << 20)),
            "query_workers": ceil(_positive(env, "CC_GRAPH_QUERY_WORKERS", (os.cpu_count() or 1) + 1, 256)),
            "query_waiting": ceil(_positive(env, "CC_GRAPH_QUERY_WAITING", 200, 100_000)),
            "log_level": _one_of(env, "CC_GRAPH_LOG", LOG_LEVELS, "warning"),
            "slow_seconds": _positive(env, "CC_GRAPH_SLOW_SECONDS", 1.0, 86_400),
            "proxies": env.get("CC_GRAPH_PROXIES", "127.0.0.1,::1"),
            "store": env["CC_GRAPH_STORE"] if _is_address(env.get("CC_GRAPH_STORE", "")) else None,
            "store_update": env.get("CC_GRAPH_STORE_UPDATE") or None,
            "store_user": env.get("CC_GRAPH_STORE_USER", ""),
            "store_password": env.get("CC_GRAPH_STORE_PASSWORD", ""),
        }
        settings = cls(**(values | given))  # type: ignore[arg-type]
        if not ABSOLUTE_IRI.fullmatch(settings.base_iri) or not settings.base_iri.endswith(("/", "#")):
            raise BadParameter(
                f"CC_GRAPH_BASE_IRI is «{settings.base_iri}», which is not an absolute IRI ending in / or #.",
                hint="Set it to something like https://example.org/city/.",
            )
        return settings


def _home(env: Mapping[str, str]) -> Path:
    """The folder of the city: CC_GRAPH_HOME, or CC_GRAPH_STORE where that is a path."""
    home, store = env.get("CC_GRAPH_HOME"), env.get("CC_GRAPH_STORE", "")
    if not store or _is_address(store):
        return Path(home) if home else _user_folder()
    if home and Path(home).absolute() != Path(store).absolute():
        raise BadParameter(
            f"CC_GRAPH_STORE is «{store}» and CC_GRAPH_HOME is «{home}»: a store that is a folder lies in the home.",
            hint="Leave one of them out, or set CC_GRAPH_STORE to the http(s) address of a SPARQL endpoint.",
        )
    return Path(store)


def _is_address(text: str) -> bool:
    return "://" in text


def _check_address(name: str, address: str) -> None:
    """Refuse what is no http(s) address, and one that carries a password: addresses are shown in messages and logs."""
    try:
        parts = urlsplit(address)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if sound and (parts.username is not None or parts.password is not None):
        raise BadParameter(
            f"{name} has a user or a password in it.",
            hint="Set CC_GRAPH_STORE_USER and CC_GRAPH_STORE_PASSWORD instead.",
        )
    if not sound or not ABSOLUTE_IRI.fullmatch(address) or not address.isascii() or parts.fragment:
        raise BadParameter(
            f"{name} is not the http or https address of a SPARQL endpoint.",
            hint="Set it to something like http://localhost:8890/sparql.",
        )


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
