"""A home written by another version of the program is built anew, and never half read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cc_graph import City
from cc_graph.errors import Unavailable
from cc_graph.settings import Settings
from cc_graph.store.layout import FORM, Layout
from cc_graph.store.publisher import Publisher
from servers import fetch, started

if TYPE_CHECKING:
    from pathlib import Path

FACT = b"<a:s> <a:p> <a:o> <https://w3id.org/ccg/graph/a> .\n"
ASK = "ASK { <a:s> <a:p> <a:o> }"
OTHERS = ["layout 0, oxigraph 0.4", "layout 99, oxigraph 0.5\nand what comes after", "layout 1, oxigraph 0.6"]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one fact, loaded from a file."""
    folder = tmp_path_factory.mktemp("fact")
    (folder / "fact.nq").write_bytes(FACT)
    City.load(Settings(home=folder / "home"), files=[folder / "fact.nq"])
    return folder / "home"


@pytest.fixture
def settings(loaded: Path, tmp_path: Path) -> Settings:
    """Such a home of one's own."""
    shutil.copytree(loaded, tmp_path / "home")
    return Settings(home=tmp_path / "home")


def rewrite(settings: Settings, form: str) -> str:
    """Have another version write the home; gives the revision."""
    revision = Layout(settings.home).revision()
    (settings.home / "current").write_text(f"{revision}\n{form}\n", encoding="ascii")
    return revision


def holds_the_fact(settings: Settings) -> bool:
    with City.open(settings) as city:
        return city.sparql(ASK).column("boolean") == [True]


def test_a_home_says_in_which_form_it_was_written(settings: Settings) -> None:
    assert (settings.home / "current").read_text().splitlines() == [Layout(settings.home).revision(), FORM]


def test_a_home_of_before_forms_were_told_apart_is_of_the_first_one(settings: Settings) -> None:
    revision = Layout(settings.home).revision()
    (settings.home / "current").write_text(f"{revision}\n", encoding="ascii")

    assert Layout(settings.home).revision() == revision
    assert City.must_rebuild(settings) == (FORM != "layout 1, oxigraph 0.5")


@pytest.mark.parametrize("form", OTHERS)
def test_a_home_of_another_form_is_not_read_and_the_hint_says_how_to_build_it_anew(
    settings: Settings, tmp_path: Path, form: str
) -> None:
    rewrite(settings, form)

    assert City.must_rebuild(settings)
    for attempt in (
        lambda: City.open(settings),
        lambda: City.backup(tmp_path / "backup", settings),
        lambda: publish(settings),
    ):
        with pytest.raises(Unavailable, match="another form") as caught:
            attempt()
        assert "cc-graph rebuild" in caught.value.hint


def publish(settings: Settings) -> None:
    with Publisher(settings.home) as publisher:
        publisher.publish(FACT, b"")


@pytest.mark.parametrize("form", OTHERS)
def test_such_a_home_is_built_anew_from_what_it_was_loaded_from(settings: Settings, form: str) -> None:
    before = rewrite(settings, form)

    City.rebuild(settings)

    assert not City.must_rebuild(settings)
    assert holds_the_fact(settings)
    assert [path.name for path in Layout(settings.home).checkpoints.iterdir()] != [before]
    assert Layout(settings.home).revision()[:6] > before[:6]


def test_such_a_home_can_be_loaded_and_restored_too(settings: Settings, loaded: Path, tmp_path: Path) -> None:
    City.backup(tmp_path / "backup", settings)
    for anew in (
        lambda: City.load(settings, files=[loaded.parent / "fact.nq"]),
        lambda: City.restore(tmp_path / "backup", settings),
    ):
        rewrite(settings, OTHERS[0])
        anew()
        assert holds_the_fact(settings)


def test_who_reads_a_home_while_another_version_takes_it_over_is_told(settings: Settings) -> None:
    with City.open(settings) as city:
        assert city.sparql(ASK).column("boolean") == [True]
        rewrite(settings, OTHERS[1])
        with pytest.raises(Unavailable, match="another form"):
            city.sparql(ASK)


def test_a_server_builds_such_a_home_anew_before_it_serves(settings: Settings) -> None:
    before = rewrite(settings, OTHERS[0])

    with started(settings.home) as server:
        told = json.loads(fetch(f"{server.url}/health"))

    assert told["form"] == FORM
    assert told["revision"] != before
    assert "another version of cc-graph: it is built anew" in server.said


def test_a_home_that_cannot_be_built_anew_is_not_served(settings: Settings) -> None:
    (settings.home / "loaded.json").unlink()
    rewrite(settings, OTHERS[0])
    refused = subprocess.run(
        [sys.executable, "-m", "cc_graph", "serve", "--port", "0"],
        env=os.environ | {"CC_GRAPH_HOME": str(settings.home), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 3
    assert "→" in refused.stderr
