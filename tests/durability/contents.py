"""Graphs whose content tells whether it is whole, and what a home should hold after some changes of them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from cc_graph.store.layout import Layout

if TYPE_CHECKING:
    import random
    from pathlib import Path

    Lines = frozenset[str]

GRAPH = "https://city.example/graph/"
SHARED = [f'<a:thing{number % 7}> <a:said> "{number}"' for number in range(60)]
CHECKSUM = re.compile(r'<a:checksum> "(\w+)"$')


@dataclass(frozen=True)
class Change:
    """One named graph takes the place of another: no `old` when it is published, no `new` when it is withdrawn."""

    old: str | None
    new: str | None
    triples: Lines = frozenset()

    @property
    def nquads(self) -> bytes:
        """The quads of the new graph."""
        return "".join(f"{triple} <{self.new}> .\n" for triple in sorted(self.triples)).encode()


@dataclass
class Expected:
    """The named graphs a home should hold, and what may be done next."""

    graphs: dict[str, Lines] = field(default_factory=dict)
    made: int = 0

    def after(self, change: Change) -> Expected:
        """What it should hold once the change is done."""
        graphs = {iri: triples for iri, triples in self.graphs.items() if iri != change.old}
        if change.new is not None:
            graphs[change.new] = change.triples
        return Expected(graphs, self.made)

    def changes(self, number: int, chance: random.Random) -> list[Change]:
        """Some changes that can be done one after the other; each touches graphs no other touches."""
        old = chance.sample(sorted(self.graphs), min(number, len(self.graphs)))
        return [self._change(old.pop() if old else None, chance) for _ in range(number)]

    def _change(self, old: str | None, chance: random.Random) -> Change:
        kind = chance.choice(["publish", "supersede", "withdraw"])
        if len(self.graphs) > 30 and old:
            kind = "withdraw"
        if kind == "withdraw" and old:
            return Change(old, None)
        self.made += 1
        new = f"{GRAPH}{self.made}"
        return Change(old if kind == "supersede" else None, new, content(new, chance))


def content(graph: str, chance: random.Random) -> Lines:
    """Triples that other graphs state too, one of its own, and the checksum of them all."""
    triples = {*chance.sample(SHARED, chance.randint(3, 20)), f'<{graph}> <a:number> "{chance.random()}"'}
    return frozenset({*triples, f'<{graph}> <a:checksum> "{checksum(triples)}"'})


def checksum(triples: set[str]) -> str:
    return hashlib.sha256("\n".join(sorted(triples)).encode()).hexdigest()


def held(home: Path) -> tuple[dict[str, Lines], Lines]:
    """The named graphs of the newest checkpoint of a home, and its merge, as the engine itself reads them."""
    graphs: dict[str, set[str]] = {}
    merge: set[str] = set()
    lease = Layout(home).lease()
    for quad in ox.Store.read_only(str(lease.path)):
        name = quad.graph_name
        into = merge if isinstance(name, ox.DefaultGraph) else graphs.setdefault(name.value, set())
        into.add(str(quad.triple))
    lease.release()
    return {iri: frozenset(triples) for iri, triples in graphs.items()}, frozenset(merge)


def whole(triples: Lines) -> bool:
    """Whether a graph has exactly the triples its checksum was made of."""
    sums = {found[1]: triple for triple in triples if (found := CHECKSUM.search(triple))}
    return len(sums) == 1 and all(checksum({*triples} - {triple}) == sum_ for sum_, triple in sums.items())
