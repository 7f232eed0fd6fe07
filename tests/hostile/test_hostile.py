"""Hostile inputs against a live server with small limits, three at a time in full, while ordinary clients keep asking."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hostile.canary import Canary, canary
from hostile.checklist import KIT, ROWS
from hostile.kit import Row, Runner, all_inputs, lured
from hostile.ordinary import Heard, Ordinary
from hostile.watching import Peak, Watch, family
from hostile.wire import Server
from servers import serving
from soak import rounds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cc_graph import City
    from cc_graph.settings import Settings
    from hostile.inputs import Input

SECONDS = 2
MEMORY_MB = 256
AT_REST_MB = 250
"""What a worker takes before it is asked anything, and Python's own share, generously."""

_, ALL = lured("http://127.0.0.1:1/sparql")


def chosen(inputs: list[Input]) -> list[Input]:
    """The first of each row and every fourth; all of them by `make soak`."""
    first = {given.row: given.id for given in reversed(inputs)}.values()
    return [given for number, given in enumerate(inputs) if number % rounds(4, 1) == 0 or given.id in first]


INPUTS = chosen(ALL)


@dataclass
class Siege:
    """What came of it."""

    rows: dict[str, Row]
    lure: Canary
    heard: Heard
    peak: Peak
    at_rest: Peak


@pytest.fixture(scope="module")
def siege(prato_settings: Settings, prato: City) -> Iterator[Siege]:
    """All inputs, sent to `cc-graph serve` on Prato."""
    with pytest.MonkeyPatch.context() as limits:
        limits.setenv("CC_GRAPH_QUERY_SECONDS", str(SECONDS))
        limits.setenv("CC_GRAPH_QUERY_MEMORY_MB", str(MEMORY_MB))
        with serving(prato_settings.home) as url, canary() as lure:
            pid = process_of(url)
            endpoint = f"{url}/sparql"
            inputs = chosen(all_inputs(lure.url, endpoint))
            with Watch(pid) as resting, Ordinary(Server.at(endpoint)):
                pass
            with Watch(pid) as watch, Ordinary(Server.at(endpoint)) as ordinary:
                rows = Runner(endpoint, "/validation", SECONDS).run(inputs, at_once=rounds(1, 3))
                heard = ordinary.taken()
            yield Siege({row.given.id: row for row in rows}, lure, heard, watch.peak, resting.peak)


def process_of(url: str) -> int:
    """The server's process, found among our own by its port."""
    port = url.rpartition(":")[2]
    told = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in family(os.getpid())}
    return min(pid for pid, words in told.items() if b"serve" in words and port.encode() in words)


@pytest.mark.parametrize("name", [given.id for given in INPUTS])
def test_a_hostile_input_ends_with_a_whole_right_answer_or_a_proper_refusal(siege: Siege, name: str) -> None:
    assert siege.rows[name].wrong == ""


def test_nobody_was_called_because_of_a_query_or_a_document(siege: Siege) -> None:
    assert (siege.lure.connections, siege.lure.requests) == (0, [])


def test_ordinary_clients_saw_right_answers_and_no_error(siege: Siege) -> None:
    assert siege.heard.errors == []
    assert len(siege.heard.seconds) > 100


def test_memory_stayed_under_its_ceiling(siege: Siege) -> None:
    assert siege.peak.worker < MEMORY_MB + AT_REST_MB
    assert siege.peak.server < siege.at_rest.server + 200


def test_every_row_of_the_checklist_is_tried_here_or_elsewhere() -> None:
    tried = {given.row for given in INPUTS}
    assert set(ROWS) == {f"S{number}" for number in range(1, 45)}
    assert {row for row, (_, where) in ROWS.items() if where == KIT} <= tried
    assert tried <= set(ROWS)
    tests = Path(__file__).parents[1]
    named = [where for _, where in ROWS.values() if where.startswith("tests/")]
    assert [where for where in named if not (tests.parent / where).exists()] == []


def test_there_are_enough_of_them_and_each_has_its_own_name() -> None:
    assert len({given.id for given in ALL}) == len(ALL)
    assert sum(not given.document for given in ALL) >= 60
    assert sum(given.document for given in ALL) >= 40
