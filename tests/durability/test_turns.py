"""Whatever is published, superseded and withdrawn, the merge is the set of what the named graphs state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cc_graph.errors import BadData, BadRequest
from cc_graph.store.publisher import Publisher
from durability.contents import GRAPH, Change, held
from durability.killed_server import carry_out
from soak import rounds

if TYPE_CHECKING:
    from pathlib import Path

GRAPHS = st.sampled_from([GRAPH + name for name in "abc"])
TRIPLES = st.frozensets(
    st.sampled_from([f'<a:thing{number % 2}> <a:said> "{number}"' for number in range(5)]), min_size=1
)
CHANGES = st.one_of(
    st.builds(Change, st.none(), GRAPHS, TRIPLES),  # published, or added to
    st.builds(Change, GRAPHS, GRAPHS, TRIPLES),  # superseded
    st.builds(Change, GRAPHS, st.none()),  # withdrawn
)


@pytest.mark.soak
@settings(
    max_examples=rounds(15, 300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(CHANGES, min_size=2, max_size=6))
def test_after_any_changes_the_merge_is_the_union_of_the_named_graphs(
    quick_home: Path, changes: list[Change]
) -> None:
    with Publisher(quick_home) as publisher:
        expected = held(quick_home)[0]
        for iri in [*expected]:
            carry_out(publisher, Change(iri, None))
        expected.clear()
        for change in changes:
            carry_out(publisher, change)
            expected.pop(change.old, None)
            if change.new:
                expected[change.new] = expected.get(change.new, frozenset()) | change.triples

            graphs, merge = held(quick_home)
            assert graphs == expected
            assert merge == frozenset().union(*graphs.values())


def test_a_turn_reads_a_named_graph_as_it_is_published_and_withdrawn(quick_home: Path) -> None:
    quads = f'<a:s> <a:p> "1"@it <{GRAPH}new> .\n<a:s> <a:p> "2" <{GRAPH}new> .\n'.encode()
    with Publisher(quick_home) as publisher, publisher.turn() as turn:
        assert turn.graph(f"{GRAPH}new") == b""
        turn.publish(quads, b"")
        assert sorted(turn.graph(f"{GRAPH}new").splitlines()) == sorted(quads.splitlines())
        turn.publish(b"", turn.graph(f"{GRAPH}new"))
        assert turn.graph(f"{GRAPH}new") == b""
        with pytest.raises(BadRequest, match="«new» is not an absolute IRI"):
            turn.graph("new")


def test_a_change_that_is_refused_ends_neither_the_turn_nor_the_publisher(quick_home: Path) -> None:
    with Publisher(quick_home) as publisher, publisher.turn() as turn:
        with pytest.raises(BadData, match="not N-Quads"):
            turn.publish(b"<a:s>", b"")
        turn.publish(f"<a:s> <a:p> <a:o> <{GRAPH}new> .".encode(), b"")

    assert held(quick_home)[0][f"{GRAPH}new"] == {"<a:s> <a:p> <a:o>"}


def test_a_change_that_is_interrupted_does_not_show_with_the_next_one(
    quick_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> str:
        raise KeyboardInterrupt

    with Publisher(quick_home) as publisher:
        publisher.publish(b"", b"")
        with monkeypatch.context() as broken:
            broken.setattr(Publisher, "_checkpoint", interrupt)
            with pytest.raises(KeyboardInterrupt):
                publisher.publish(f"<a:s> <a:p> <a:o> <{GRAPH}interrupted> .".encode(), b"")
        publisher.publish(f"<a:s> <a:p> <a:o> <{GRAPH}next> .".encode(), b"")

    graphs = held(quick_home)[0]
    assert f"{GRAPH}interrupted" not in graphs
    assert f"{GRAPH}next" in graphs
