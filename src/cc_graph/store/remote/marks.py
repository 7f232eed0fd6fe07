"""What a remote store says of itself: which revision it holds, and whether a publication has begun and not ended.

The marks lie in a graph of their own, in the store itself: every reader sees them, wherever it runs. They are added
before they are taken away, so there is no moment without one; of two, the one with the greater number counts.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cc_graph.errors import NotFound, Unavailable
from cc_graph.store.remote.client import JSON, Call

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cc_graph.store.remote.client import Endpoint
    from cc_graph.store.remote.names import Names

_MARKS: Final = "SELECT ?mark ?value WHERE {{ <{subject}> ?mark ?value }}"
_AT_ONCE: Final = 500
_BEGUN, _DONE, _GRAPH = "#begun", "#done", "#graph"


@dataclass(frozen=True)
class State:
    """What the marks say.

    Attributes:
        begun: the newest revision that somebody began to publish.
        done: the newest that is there whole; empty if none is.
    """

    begun: str
    done: str

    @property
    def whole(self) -> bool:
        """Whether the store holds one revision, and not parts of two."""
        return self.begun == self.done

    @property
    def revision(self) -> str:
        """A name for what is there; that of a graph being published is none that an answer ever had."""
        return self.done if self.whole else f"{self.begun}-unfinished"


class Marks:
    """Reads and writes the marks of one city in an endpoint."""

    def __init__(self, endpoint: Endpoint, names: Names) -> None:
        self._endpoint = endpoint
        self._names = names

    def read(self, seconds: float) -> State:
        """What they say now.

        Raises:
            NotFound: nothing has been loaded.
            Unavailable: the server is down, or is no SPARQL endpoint.
        """
        found: dict[str, list[str]] = {}
        for mark, value in self._pairs(self._names.merge, seconds):
            found.setdefault(mark, []).append(value)
        begun, done = (found.get(self._names.marks + mark, []) for mark in (_BEGUN, _DONE))
        if not begun:
            raise NotFound(
                f"There is no graph under {self._names.base_iri} in {self._endpoint.url} yet.",
                hint="Run `cc-graph load` first.",
            )
        return State(max(begun, key=_number), max(done, key=_number, default=""))

    def graphs(self, seconds: float) -> frozenset[str]:
        """The names of the sources' graphs."""
        return frozenset(value for _, value in self._pairs(self._names.marks, seconds))

    def begin(self, revision: str, graphs: Iterable[str], seconds: float) -> None:
        """Say that a revision is being published that has these graphs, among others."""
        listed = (self._said(self._names.marks, _GRAPH, f"<{graph}>") for graph in sorted(graphs))
        self._change("INSERT", [self._said(self._names.merge, _BEGUN, _text(revision)), *listed], seconds)

    def end(self, revision: str, gone: Iterable[str], seconds: float) -> None:
        """Say that it is published, and that these graphs are there no more; older marks are taken away."""
        self._change("INSERT", [self._said(self._names.merge, _DONE, _text(revision))], seconds)
        old = [
            self._said(self._names.merge, mark.removeprefix(self._names.marks), _text(value))
            for mark, value in self._pairs(self._names.merge, seconds)
            if value != revision
        ]
        old += [self._said(self._names.marks, _GRAPH, f"<{graph}>") for graph in sorted(gone)]
        self._change("DELETE", old, seconds)

    def next_revision(self, seconds: float) -> str:
        """A name for the next revision: a number that grows, and letters so that a new start never repeats a name."""
        try:
            number = _number(self.read(seconds).begun)
        except NotFound:
            number = 0
        return f"{number + 1:06d}-{secrets.token_hex(4)}"

    def _said(self, subject: str, mark: str, value: str) -> str:
        return f"<{subject}> <{self._names.marks}{mark}> {value} ."

    def _change(self, how: str, triples: list[str], seconds: float) -> None:
        for start in range(0, len(triples), _AT_ONCE):
            some = " ".join(triples[start : start + _AT_ONCE])
            self._endpoint.update(f"{how} DATA {{ GRAPH <{self._names.marks}> {{ {some} }} }}", seconds)

    def _pairs(self, subject: str, seconds: float) -> list[tuple[str, str]]:
        text = _MARKS.format(subject=subject)
        reply = self._endpoint.query(Call(text, [self._names.marks]), JSON, seconds)
        if reply.cut_at is not None:
            reply.body.close()
            raise Unavailable(
                f"The remote store cuts answers at {reply.cut_at:,} rows.",
                hint="Raise its limit: for Virtuoso, ResultSetMaxRows in virtuoso.ini.",
            )
        try:
            rows = json.loads(reply.read())["results"]["bindings"]
            return [(row["mark"]["value"], row["value"]["value"]) for row in rows]
        except (ValueError, KeyError, TypeError):
            raise Unavailable(
                f"{self._endpoint.url} does not answer as a SPARQL endpoint does.",
                hint="See that CC_GRAPH_STORE names the address for queries.",
            ) from None


def _text(value: str) -> str:
    return f'"{value}"'


def _number(revision: str) -> int:
    number = revision.partition("-")[0]
    return int(number) if number.isdecimal() else 0
