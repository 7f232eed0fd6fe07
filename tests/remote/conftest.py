"""Two servers of others, and the town of Borgolana in each of them and at home."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from borgolana import FILES
from endpoints import Server, oxigraph, virtuoso

from cc_graph import City
from cc_graph.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVERS = ("oxigraph", "virtuoso")


@pytest.fixture(scope="session", autouse=True)
def no_proxy() -> Iterator[None]:
    """Servers of this machine are not behind a proxy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield


@pytest.fixture(scope="session")
def oxigraph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as server:
        yield server


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as server:
        yield server


@pytest.fixture(scope="session", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two."""
    found: Server = request.getfixturevalue(f"{request.param}_server")
    return found


@pytest.fixture(scope="session")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Borgolana in a store in its home."""
    settings = Settings(home=tmp_path_factory.mktemp("here"))
    City.load(settings, files=FILES)
    with City.open(settings) as city:
        yield city


@pytest.fixture(scope="session", params=SERVERS)
def there(request: pytest.FixtureRequest) -> City:
    """Borgolana in each of the two."""
    found: City = request.getfixturevalue(f"{request.param}_town")
    return found


@pytest.fixture(scope="session")
def oxigraph_town(oxigraph_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Borgolana in Oxigraph."""
    yield from _town(oxigraph_server, tmp_path_factory.mktemp("oxigraph-town"))


@pytest.fixture(scope="session")
def virtuoso_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Borgolana in a Virtuoso of its own: what else such a server holds changes its plans, and with them its rows."""
    home = tmp_path_factory.mktemp("virtuoso-town")
    with virtuoso(home / "server") as server:
        yield from _town(server, home)


def _town(server: Server, home: Path) -> Iterator[City]:
    settings = server.settings(home)
    City.load(settings, files=FILES)
    # Until then Virtuoso 7.2.5 plans as if it were empty, and by such a plan it loses rows of a path with + or *.
    server.restart()
    with City.open(settings) as city:
        yield city
