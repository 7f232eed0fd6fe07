"""Changing a graph in a remote store: the merge stays the set of what is published, and what is killed is done again."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from comparing import quads
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cc_graph import City
from cc_graph.errors import BadData, Busy, NotFound, Refused, Unavailable
from cc_graph.rdfio.formats import GRAPH_FORMATS
from cc_graph.store.opening import open_publisher, open_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from endpoints import Server

    from cc_graph.settings import Settings

GRAPHS = ["a", "b", "c"]
OBJECTS = [
    '"1"^^<http://www.w3.org/2001/XMLSchema#integer>',
    '"2.50"^^<http://www.w3.org/2001/XMLSchema#decimal>',
    '"false"^^<http://www.w3.org/2001/XMLSchema#boolean>',
    '"2024"^^<http://www.w3.org/2001/XMLSchema#gYear>',
    '"2024-05"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>',
    '"POINT(11.0966 43.8777)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>',
    '"Città «nuova»\\n\\"tra\\" \\\\ € 𝒳"@it',
    '"plain"',
    '""',
    "<https://city.example/id/thing/è>",
]
cities = itertools.count(1)


@pytest.fixture
def city_settings(server: Server, tmp_path: Path) -> Settings:
    """The settings of a city of its own in a server: what is there already is of other bases."""
    return server.settings(tmp_path / "home", base_iri=f"https://city-{next(cities)}.example/")


@pytest.fixture
def loaded(city_settings: Settings, tmp_path: Path) -> Settings:
    """Such a city with one quad."""
    build(city_settings, nquads(city_settings, ("first", "s", "p", '"first"')), tmp_path)
    return city_settings


def nquads(settings: Settings, *statements: tuple[str, str, str, str]) -> bytes:
    base = settings.base_iri
    return "".join(
        f"<{base}id/{subject}> <{base}ns#{predicate}> {found} <{base}graph/{graph}> .\n"
        for graph, subject, predicate, found in statements
    ).encode()


def build(settings: Settings, content: bytes, folder: Path) -> str:
    path = folder / "all.nq"
    path.write_bytes(content)
    with open_publisher(settings) as publisher:
        return publisher.rebuild(path)


def read(settings: Settings) -> set[ox.Quad]:
    """All the graphs of the sources, after a look at the merge: it is the set of their triples, no more and no less."""
    with open_reader(settings) as reader:
        found = quads(reader.dump(GRAPH_FORMATS["nq"]).read(), ox.RdfFormat.N_QUADS)
        text = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
        merge = reader.query(text, table_format=None, graph_format=GRAPH_FORMATS["nt"]).read()
    assert {quad.triple for quad in quads(merge, ox.RdfFormat.N_TRIPLES)} == {quad.triple for quad in found}
    return found


def of(content: bytes) -> set[ox.Quad]:
    return quads(content, ox.RdfFormat.N_QUADS)


def test_a_publication_adds_and_removes(loaded: Settings) -> None:
    first, second = (nquads(loaded, ("first", "s", "p", f'"{text}"')) for text in ("first", "second"))
    with open_publisher(loaded) as publisher:
        revision = publisher.publish(second, first)
    assert read(loaded) == of(second)
    with open_reader(loaded) as reader:
        assert reader.revision == revision


def test_a_triple_leaves_the_merge_with_the_last_graph_that_holds_it(loaded: Settings) -> None:
    one, other = (nquads(loaded, (graph, "s", "p", '"1"')) for graph in ("one", "other"))
    with open_publisher(loaded) as publisher:
        publisher.publish(one + other, nquads(loaded, ("first", "s", "p", '"first"')))
        publisher.publish(b"", one)
        assert read(loaded) == of(other)
        publisher.publish(b"", other)
        assert read(loaded) == set()


def test_to_publish_what_is_there_and_to_remove_what_is_not_does_nothing(loaded: Settings) -> None:
    before = read(loaded)
    with open_publisher(loaded) as publisher:
        publisher.publish(
            nquads(loaded, ("first", "s", "p", '"first"')), nquads(loaded, ("none", "s", "p", "1".join('""')))
        )
    assert read(loaded) == before


def test_a_turn_reads_what_it_changes(loaded: Settings) -> None:
    graph = f"{loaded.base_iri}graph/first"
    with open_publisher(loaded) as publisher, publisher.turn() as turn:
        before = turn.revision
        held = turn.graph(graph)
        assert of(held) == of(nquads(loaded, ("first", "s", "p", '"first"')))
        assert turn.graph(f"{loaded.base_iri}graph/none") == b""
        assert turn.publish(nquads(loaded, ("first", "s", "p", '"newer"')), held) == turn.revision != before


def test_many_triples_go_in_calls_of_bounded_size(city_settings: Settings, tmp_path: Path) -> None:
    content = nquads(
        city_settings,
        *((f"g{n % 150}", f"s{n}", "p", f'"{n} {"x" * (n % 500)}"') for n in range(3000)),
        ("long", "s", "p", f'"{"long " * 60_000}"'),
    )
    build(city_settings, content, tmp_path)
    assert read(city_settings) == of(content)


def test_a_rebuild_replaces_everything_of_this_city_and_nothing_of_another(
    server: Server, loaded: Settings, tmp_path: Path
) -> None:
    other = server.settings(tmp_path / "other", base_iri=f"https://city-{next(cities)}.example/")
    theirs = nquads(other, ("g", "s", "p", '"theirs"'))
    build(other, theirs, tmp_path)
    ours = nquads(loaded, ("new", "s", "p", '"ours"'))
    build(loaded, ours, tmp_path)
    assert read(loaded) == of(ours)
    assert read(other) == of(theirs)


def test_blank_nodes_of_a_rebuild_get_names(city_settings: Settings, tmp_path: Path) -> None:
    base = city_settings.base_iri
    build(city_settings, f"_:a <{base}p> _:b <{base}graph/g> .\n".encode(), tmp_path)
    named = f"{base}.well-known/genid/"
    assert read(city_settings) == of(f"<{named}a> <{base}p> <{named}b> <{base}graph/g> .".encode())


@pytest.mark.parametrize("name", ["published", "publication", "nothing"])
def test_a_source_may_not_take_the_name_of_a_graph_of_ours(
    name: str, loaded: Settings, tmp_path: Path
) -> None:
    wrong = nquads(loaded, (name, "s", "p", '"x"'))
    with open_publisher(loaded) as publisher, pytest.raises(BadData, match="graph of our own"):
        publisher.publish(wrong, b"")
    with pytest.raises(BadData, match="graph of our own"):
        build(loaded, wrong, tmp_path)
    assert read(loaded) == of(nquads(loaded, ("first", "s", "p", '"first"')))


def test_values_that_a_server_cannot_tell_apart_are_refused_before_anything_changes(
    loaded: Settings, server: Server, tmp_path: Path
) -> None:
    one, true = (
        '"1"^^<http://www.w3.org/2001/XMLSchema#integer>',
        '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>',
    )
    before, both = read(loaded), nquads(loaded, ("a", "s", "p", one), ("b", "s", "p", true))
    if server.name == "virtuoso":
        with pytest.raises(BadData, match="cannot tell"):
            build(loaded, both, tmp_path)
        with open_publisher(loaded) as publisher, pytest.raises(BadData, match="cannot tell"):
            publisher.publish(both, b"")
        with open_publisher(loaded) as publisher:
            publisher.publish(nquads(loaded, ("a", "s", "p", one)), b"")
            with pytest.raises(BadData, match="cannot tell"):
                publisher.publish(nquads(loaded, ("b", "s", "p", true)), b"")
            publisher.publish(b"", nquads(loaded, ("a", "s", "p", one)))
        assert read(loaded) == before
    else:
        build(loaded, both, tmp_path)
        assert read(loaded) == of(both)


def test_malformed_quads_leave_no_trace(loaded: Settings, tmp_path: Path) -> None:
    before = read(loaded)
    for wrong in (b"nonsense", b"<a:s> <a:p> <a:o> .\n", b"_:b <a:p> <a:o> <a:g> .\n"):
        with open_publisher(loaded) as publisher, pytest.raises(BadData):
            publisher.publish(wrong, b"")
    with pytest.raises(BadData):
        build(loaded, b"nonsense", tmp_path)
    assert read(loaded) == before


def test_one_process_publishes_at_a_time(loaded: Settings) -> None:
    with open_publisher(loaded), pytest.raises(Busy):
        open_publisher(loaded)


def test_nothing_is_there_before_the_first_load(city_settings: Settings) -> None:
    with pytest.raises(NotFound, match="There is no graph under"):
        City.open(city_settings)
    with open_publisher(city_settings) as publisher, pytest.raises(NotFound):
        publisher.publish(nquads(city_settings, ("g", "s", "p", '"x"')), b"")


def test_a_backup_of_another_servers_graph_is_refused(loaded: Settings, tmp_path: Path) -> None:
    for call in (City.backup, City.restore):
        with pytest.raises(Refused, match="kept by http"):
            call(tmp_path / "backup", loaded)


statements = st.tuples(
    st.sampled_from(GRAPHS), st.sampled_from(["s", "t"]), st.just("p"), st.sampled_from(OBJECTS)
)
changes = st.lists(st.tuples(st.sets(statements, max_size=4), st.sets(statements, max_size=4)), max_size=5)


@given(changes=changes)
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_after_any_changes_the_merge_is_the_set_of_what_is_published(
    changes: list[tuple[set[Any], set[Any]]], loaded: Settings, tmp_path: Path
) -> None:
    build(loaded, nquads(loaded, ("first", "s", "p", '"first"')), tmp_path)
    held = {("first", "s", "p", '"first"')}
    with open_publisher(loaded) as publisher:
        for added, removed in changes:
            publisher.publish(nquads(loaded, *added), nquads(loaded, *removed))
            held = (held - removed) | added
    assert read(loaded) == of(nquads(loaded, *held))


def killed(settings: Settings, number: int, added: Path, removed: Path | str) -> bool:
    """Whether a publisher was killed at its n-th update; else it came to its end."""
    script = Path(__file__).with_name("killed_publisher.py")
    arguments = [
        number,
        settings.home,
        settings.store,
        settings.store_update,
        settings.base_iri,
        added,
        removed,
    ]
    done = subprocess.run([sys.executable, script, *map(str, arguments)], check=False, timeout=120)
    assert done.returncode in {0, -9}
    return done.returncode == -9


def moments() -> Iterator[int]:
    return itertools.count(1)


def test_a_publication_killed_at_any_moment_is_repeated_at_the_next_start(
    loaded: Settings, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.nq", tmp_path / "second.nq"
    first.write_bytes(nquads(loaded, ("first", "s", "p", '"first"'), ("b", "s", "q", '"stays"')))
    second.write_bytes(nquads(loaded, ("new", "s", "p", '"second"'), ("b", "s", "q", '"stays"')))
    for number in moments():
        build(loaded, first.read_bytes(), tmp_path)
        if not killed(loaded, number, second, first):
            break
        assert_repeated(loaded, of(second.read_bytes()))
    assert number > 4
    assert read(loaded) == of(second.read_bytes())


def test_a_rebuild_killed_at_any_moment_is_repeated_at_the_next_start(
    loaded: Settings, tmp_path: Path
) -> None:
    other = tmp_path / "other.nq"
    other.write_bytes(nquads(loaded, ("new", "s", "p", '"1"'), ("more", "s", "p", '"2"')))
    for number in moments():
        build(loaded, nquads(loaded, ("first", "s", "p", '"first"')), tmp_path)
        if not killed(loaded, number, other, "-"):
            break
        assert_repeated(loaded, of(other.read_bytes()))
    assert number > 4


def assert_repeated(settings: Settings, expected: set[ox.Quad]) -> None:
    """Either no reader has seen the change begin, or none answers till it is repeated; then all of it is there."""
    with City.open(settings) as city:
        told = city.health()
        if told["unfinished"]:
            assert told["status"] == "publishing"
            assert told["revision"].endswith("-unfinished")
            for ask in (lambda: city.sparql("ASK {}"), lambda: city.export("nq")):
                with pytest.raises(Unavailable, match="is being published"):
                    ask()
        with City.publishing(settings):
            assert city.health()["unfinished"] == []
        assert read(settings) == expected
        assert not (settings.home / "publication").exists()


def test_the_next_load_takes_the_place_of_a_publication_that_was_killed(
    loaded: Settings, tmp_path: Path
) -> None:
    never = tmp_path / "never.nq"
    never.write_bytes(nquads(loaded, ("never", "s", "p", '"never"')))
    assert killed(loaded, 2, never, "-")
    build(loaded, nquads(loaded, ("new", "s", "p", '"new"')), tmp_path)
    assert read(loaded) == of(nquads(loaded, ("new", "s", "p", '"new"')))
    with City.publishing(loaded):
        assert read(loaded) == of(nquads(loaded, ("new", "s", "p", '"new"')))


def test_an_answer_is_never_of_two_revisions(loaded: Settings, tmp_path: Path) -> None:
    # Two graphs that always say the same; a reader that asks on while they change finds them equal, or gets no answer.
    def both(text: str) -> bytes:
        return nquads(loaded, ("one", "s", "p", text), ("two", "t", "p", text))

    build(loaded, both('"0"'), tmp_path)
    script = Path(__file__).with_name("changing_publisher.py")
    arguments = [loaded.home, loaded.store, loaded.store_update, loaded.base_iri]
    text = "SELECT ?one ?two { ?s ?p ?one . ?t ?p ?two FILTER (STRENDS(STR(?s), '/s') && STRENDS(STR(?t), '/t')) }"
    seen, refused = set(), 0
    with (
        subprocess.Popen([sys.executable, script, *map(str, arguments)], stdin=subprocess.PIPE) as process,
        City.open(loaded) as city,
    ):
        while process.poll() is None:
            try:
                (row,) = city.sparql(text)
            except Unavailable:  # it is being published
                refused += 1
            else:
                assert row["one"] == row["two"]
                seen.add(row["one"])
        assert process.returncode == 0
    assert read(loaded) == of(both('"12"'))
    assert seen <= {str(number) for number in range(13)}
    assert seen or refused
