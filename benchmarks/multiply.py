"""A city many times over: Prato's export with its things and sources copied until there are a million quads.

    .venv/bin/python -m benchmarks.multiply --quads 1000000 -o FOLDER

Copy 0 is the original. Copy 7 of `<base>id/stakeholder/x` is `<base>id/stakeholder/x-copy7`, and so for the graphs of
sources. What speaks of no thing and no source is vocabulary and stays once. The same export gives the same bytes.

Three files are written: `quads.nq`, the named graphs; `merge.nt`, the set union of their triples: what our store keeps
as its default graph, for servers that do not make it themselves; `things.txt`, the IRI of each thing.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from cc_graph import City
from cc_graph.settings import Settings
from cc_graph.vocab import DEFAULT_BASE

QUADS, MERGE, THINGS = "quads.nq", "merge.nt", "things.txt"

_PLACE = "\0"
"""Stands in a line where the name of the copy goes; no N-Quads file can hold it."""


@dataclass(frozen=True)
class Original:
    """A city's export, divided into what is copied and what is not. Every line ends in a line feed.

    Attributes:
        once: N-Quads lines of the vocabulary.
        copied: N-Quads lines of things and sources, with places for the name of the copy.
        once_merged: the distinct triples of `once`, as N-Triples lines.
        copied_merged: the distinct triples of `copied`.
        things: the IRI of each thing something is said of, a line each, with the place for the name of the copy.
    """

    once: list[str]
    copied: list[str]
    once_merged: list[str]
    copied_merged: list[str]
    things: list[str]

    @classmethod
    def read(cls, nquads: bytes, base_iri: str = DEFAULT_BASE) -> Original:
        """The city of N-Quads without blank nodes, as `cc-graph export --format nq` writes them."""
        quads = list(ox.parse(nquads, ox.RdfFormat.N_QUADS))
        ids = f"{base_iri}id/"
        sources = {
            quad.graph_name.value for quad in quads if any(_iri(t).startswith(ids) for t in quad.triple)
        }

        def line(*terms: object) -> str:
            return " ".join(map(named, terms)) + " .\n"

        def named(term: object) -> str:
            iri = _iri(term)
            return f"<{iri}{_PLACE}>" if iri.startswith(ids) or iri in sources else str(term)

        lines = sorted({(line(*quad.triple, quad.graph_name), line(*quad.triple)) for quad in quads})
        # A triple without a place is vocabulary even where a source states it: its graph is then copy 0's.
        once = [(quad.replace(_PLACE, ""), triple) for quad, triple in lines if _PLACE not in triple]
        copied = [(quad, triple) for quad, triple in lines if _PLACE in triple]
        things = {named(quad.subject)[1:-1] + "\n" for quad in quads if _iri(quad.subject).startswith(ids)}
        return cls(
            [quad for quad, _ in once],
            [quad for quad, _ in copied],
            sorted({triple for _, triple in once}),
            sorted({triple for _, triple in copied}),
            sorted(things),
        )

    def copies_for(self, quads: int) -> int:
        """How many copies that many quads have room for; at least one.

        Not one more: Virtuoso cannot construct more than 1,000,000 triples at once.
        """
        return max(1, (quads - len(self.once)) // len(self.copied))

    def size(self, copies: int) -> int:
        """How many quads so many copies have."""
        return len(self.once) + copies * len(self.copied)

    def write(self, copies: int, folder: Path) -> None:
        """Write the three files of so many copies into a folder."""
        names = [f"-copy{copy}" if copy else "" for copy in range(copies)]
        for file, once, copied in (
            (QUADS, self.once, self.copied),
            (MERGE, self.once_merged, self.copied_merged),
            (THINGS, [], self.things),
        ):
            with (folder / file).open("w", encoding="utf-8") as lines:
                lines.writelines(once)
                for name in names:
                    lines.writelines(line.replace(_PLACE, name) for line in copied)


def export_of_prato() -> bytes:
    """Prato as N-Quads, loaded for the purpose."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        City.load(settings)
        with City.open(settings) as prato:
            return prato.export("nq").answer.read()


def _iri(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else ""


def main() -> None:
    """Read, multiply, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quads", type=int, default=1_000_000, help="at most so many (default: %(default)s)")
    parser.add_argument(
        "--export", type=Path, help="N-Quads of a city; without it Prato is loaded and exported"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for the three files")
    chosen = parser.parse_args()
    original = Original.read(chosen.export.read_bytes() if chosen.export else export_of_prato())
    copies = original.copies_for(chosen.quads)
    chosen.output.mkdir(parents=True, exist_ok=True)
    original.write(copies, chosen.output)
    print(
        f"{original.size(copies):,} quads: {copies} copies of {len(original.copied):,}, and {len(original.once):,} once."
    )


if __name__ == "__main__":
    main()
