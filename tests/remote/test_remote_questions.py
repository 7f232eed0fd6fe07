"""Every question of `queries/`, asked of the town in each server: the rows are those of the store at home."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from borgolana import FILES
from comparing import in_any_order, rows
from endpoints import virtuoso

from cc_graph import City
from cc_graph.errors import CityError, TooMuch

if TYPE_CHECKING:
    from cc_graph.table import Table

EXPECTED = sorted((Path(__file__).parents[1] / "town" / "expected").glob("*.csv"))

UNANSWERED = {
    "benefits-and-burdens": "a variable that two branches of a UNION bind in OPTIONALs comes back unbound",
    "how-are-they-connected": "its compiler gives up (SQ156)",
    "initiatives-of-stakeholder": "rows of a path with + are lost where nothing narrows it",
    "kinds-absent-from-a-table": "names gathered in a nested group are those of another row",
    "waste-code-flows": "rows with a period are lost",
    "wastewater-returned-to-industry": "a path with * gives one row for each way",
    "where-does-it-go": "a sum joined by a computed key comes back unbound",
    "where-sources-disagree": "a comparison of unbound values is true",
    "who-can-test-nearby": "arithmetic on what a text function gives is refused (SR087)",
}
"""What Virtuoso 7.2.5 answers otherwise than SPARQL 1.1 says, or not at all. A line that is no longer true makes a test fail."""

ENDLESS = {"offers-for-need": "its compiler does not end"}
"""What must not be asked of a server that others use."""


@dataclass(frozen=True)
class Call:
    """A question and its values, by the name of the file that holds its answer, or of the question alone."""

    name: str
    question: str
    values: dict[str, str]

    def asked(self, city: City) -> Table:
        values = dict(self.values)
        return city.ask(self.question, values.pop("lang", "en"), values)


def call_in(path: Path) -> Call:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return Call(path.stem, path.stem.partition("--")[0], dict(re.findall(r"-p (\w+)=(\S+)", first)))


CALLS = [call_in(path) for path in EXPECTED] + [
    Call(question.id, question.id, {})
    for question in City.questions()
    if not any(parameter.required for parameter in question.parameters)
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_oxigraph_answers_row_by_row_as_the_store_at_home(
    call: Call, here: City, oxigraph_town: City
) -> None:
    assert rows(call.asked(oxigraph_town)) == rows(call.asked(here))


@pytest.mark.parametrize(
    "call",
    [call for call in CALLS if call.question not in {*UNANSWERED, *ENDLESS}],
    ids=lambda call: call.name,
)
def test_virtuoso_answers_with_the_same_rows(call: Call, here: City, virtuoso_town: City) -> None:
    # It puts rows without a value elsewhere in the order.
    assert in_any_order(call.asked(virtuoso_town)) == in_any_order(call.asked(here))


@pytest.mark.parametrize("question", sorted(UNANSWERED))
def test_what_virtuoso_does_not_answer_rightly_is_known(
    question: str, here: City, virtuoso_town: City
) -> None:
    def as_here(call: Call) -> bool:
        try:
            return in_any_order(call.asked(virtuoso_town)) == in_any_order(call.asked(here))
        except CityError:
            return False

    assert not all(as_here(call) for call in CALLS if call.question == question)


@pytest.mark.parametrize("question", sorted(ENDLESS))
def test_a_question_that_virtuoso_does_not_end_is_given_up_in_time(question: str, tmp_path: Path) -> None:
    (call, *_) = [call for call in CALLS if call.question == question]
    with virtuoso(tmp_path / "server") as server:
        settings = server.settings(tmp_path, query_seconds=5.0)
        City.load(settings, files=FILES)
        with City.open(settings) as city, pytest.raises(TooMuch, match="took longer than"):
            call.asked(city)
