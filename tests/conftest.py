"""The two graphs the tests speak of: the hand-made town of Borgolana, and Prato."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cc_graph import City
from cc_graph.settings import Settings
from servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cc_graph.datasets import LoadReport

TOWN = Path(__file__).parent / "town" / "town.trig"
OFFICIAL_LISTS = Path(
    os.environ.get("CC_GRAPH_OFFICIAL_LISTS", Path(__file__).parents[2] / "shared" / "codelists")
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Official lists are other people's: tests that read them run where CC_GRAPH_OFFICIAL_LISTS names their folder."""
    if OFFICIAL_LISTS.is_dir():
        return
    left_out = [item for item in items if item.get_closest_marker("official_lists")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def official_lists() -> Path:
    """The folder of the official lists."""
    return OFFICIAL_LISTS


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Where everything is installed (CC_GRAPH_TESTS_COMPLETE=1), a skipped test is a failed one."""
    report = yield
    if report.skipped and os.environ.get("CC_GRAPH_TESTS_COMPLETE") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def town_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with Borgolana loaded."""
    settings = Settings(home=tmp_path_factory.mktemp("town"))
    City.load(settings, files=[TOWN])
    return settings


@pytest.fixture(scope="session")
def town(town_settings: Settings) -> Iterator[City]:
    """Borgolana, open."""
    with City.open(town_settings) as city:
        yield city


@pytest.fixture(scope="session")
def prato_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home for Prato."""
    return Settings(home=tmp_path_factory.mktemp("prato"))


@pytest.fixture(scope="session")
def prato_report(prato_settings: Settings) -> LoadReport:
    """What loading Prato reported."""
    return City.load(prato_settings)


@pytest.fixture(scope="session")
def prato(prato_settings: Settings, prato_report: LoadReport) -> Iterator[City]:
    """Prato, open."""
    with City.open(prato_settings) as city:
        yield city


@pytest.fixture(scope="session")
def prato_server(prato_settings: Settings, prato: City) -> Iterator[str]:
    """`cc-graph serve` on Prato."""
    with serving(prato_settings.home) as url:
        yield url
