"""The data of the benchmarks are the city many times over, and a different answer is noticed. Nothing here is timed."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from benchmarks.multiply import MERGE, QUADS, THINGS, Original
from benchmarks.queries import TRIPLES, WORKLOADS, Workload, difference, meaning
from cc_graph.store.layout import Layout
from cc_graph.store.publisher import Publisher

TOWN = Path(__file__).parent / "town" / "town.trig"
CCG = "https://w3id.org/ccg/ns#"
ID = "https://w3id.org/ccg/id"
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
VIRTUOSO_WKT = "http://www.openlinksw.com/schemas/virtrdf#Geometry"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"


@pytest.fixture(scope="module")
def town_quads() -> bytes:
    """Borgolana as its file has it, in the store's spelling of numbers: 884 quads, 273 of them about words only."""
    town = ox.Store()
    town.load(path=TOWN)
    quads = town.dump(format=ox.RdfFormat.N_QUADS)
    assert quads is not None
    return quads


@pytest.fixture(scope="module")
def three_towns(town_quads: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of Borgolana three times over."""
    folder = tmp_path_factory.mktemp("three")
    Original.read(town_quads).write(3, folder)
    return folder


@pytest.fixture(scope="module")
def store(three_towns: Path, tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """Three towns as our publisher keeps them: the merge is its default graph."""
    home = tmp_path_factory.mktemp("home")
    with Publisher(home) as publisher:
        publisher.rebuild(three_towns / QUADS)
    return ox.Store.read_only(str(Layout(home).checkpoints / Layout(home).revision()))


def number_of(store: ox.Store, class_name: str) -> int:
    things = store.query(f"SELECT DISTINCT ?thing WHERE {{ ?thing a <{CCG}{class_name}> }}")
    assert isinstance(things, ox.QuerySolutions)
    return len(list(things))


def test_things_and_sources_are_copied_and_words_are_not(store: ox.Store) -> None:
    numbers = {name: number_of(store, name) for name in ("MaterialFlow", "Participation", "Source", "Role")}
    assert numbers == {"MaterialFlow": 33, "Participation": 30, "Source": 15, "Role": 12}


def test_three_copies_of_the_town_have_exactly_so_many_lines(three_towns: Path) -> None:
    lines = {
        name: (three_towns / name).read_text(encoding="utf-8").splitlines() for name in (QUADS, MERGE, THINGS)
    }
    # 273 of words once, and 611 of the town three times; 23 triples stand in two sources' graphs.
    assert {name: len(each) for name, each in lines.items()} == {
        QUADS: 273 + 3 * 611,
        MERGE: 273 + 3 * (611 - 23),
        THINGS: 3 * 113,
    }
    assert all(len(set(each)) == len(each) for each in lines.values())


def test_one_copy_is_the_town_itself(town_quads: bytes, tmp_path: Path) -> None:
    Original.read(town_quads).write(1, tmp_path)
    written = (tmp_path / QUADS).read_bytes()
    assert sorted(written.splitlines()) == sorted(town_quads.splitlines())


def test_the_merge_written_for_other_servers_is_the_merge_our_store_keeps(
    store: ox.Store, three_towns: Path
) -> None:
    kept = {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())}
    written = {quad.triple for quad in ox.parse(path=three_towns / MERGE)}
    assert written == kept


def test_a_copy_says_of_its_own_things_what_the_original_says(store: ox.Store) -> None:
    def said_of(mill: str) -> set[tuple[str, str]]:
        found = store.query(f"SELECT ?p ?o WHERE {{ {{ <{mill}> ?p ?o }} UNION {{ ?o ?p <{mill}> }} }}")
        return {(row["p"].value, row["o"].value.replace("-copy2", "")) for row in found}

    first = said_of(f"{ID}/stakeholder/lanificio-prova")
    assert first
    assert said_of(f"{ID}/stakeholder/lanificio-prova-copy2") == first


def test_as_many_copies_are_made_as_there_is_room_for(town_quads: bytes) -> None:
    town = Original.read(town_quads)
    assert [town.copies_for(quads) for quads in (0, 2105, 2106)] == [1, 2, 3]
    assert town.size(3) == 2106


def answer(*numbers: str, kind: str = "literal") -> bytes:
    rows = [{"n": {"type": kind, "value": each, "datatype": INTEGER}} for each in numbers]
    return json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": rows}}).encode()


def test_answers_that_mean_the_same_are_taken_for_the_same() -> None:
    star = WORKLOADS["star"]
    ours, theirs = answer("1", "2", "2"), answer("02", "1", "2", kind="typed-literal")
    assert difference(meaning(star, ours), meaning(star, theirs)) == ""


def test_a_geometry_is_the_same_however_it_is_spaced_and_typed() -> None:
    dump = Workload("dump", "", accept=TRIPLES)
    ours, theirs = f'"POINT (4 50)"^^<{WKT}>', f'"POINT(4 50)"^^<{VIRTUOSO_WKT}>'
    said = (meaning(dump, f"<a:s> <a:p> {each} .".encode()) for each in (ours, theirs))
    assert difference(*said) == ""


def test_a_row_too_few_is_a_difference() -> None:
    star = WORKLOADS["star"]
    told = difference(meaning(star, answer("1", "2", "2")), meaning(star, answer("1", "2")))
    assert told.startswith("2 rows, 3 expected; 1 missing, 0 not expected")


def test_a_triple_with_another_literal_is_a_difference() -> None:
    dump = Workload("dump", "", accept=TRIPLES)
    ours, theirs = b'<a:s> <a:p> "one word" .\n', b'<a:s> <a:p> "oneword" .\n'
    told = difference(meaning(dump, ours), meaning(dump, theirs))
    assert told.startswith("1 rows, 1 expected; 1 missing, 1 not expected")


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=list(WORKLOADS))
def test_each_query_of_the_benchmark_finds_something_in_the_town(workload: Workload, store: ox.Store) -> None:
    found = store.query(workload.query("1", f"{ID}/stakeholder/lanificio-prova"))
    assert next(iter(found), None) is not None
