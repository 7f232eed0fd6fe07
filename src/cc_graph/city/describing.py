"""What a city's graph tells of things and of its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cc_graph import questions as files
from cc_graph.city.asking import Asking
from cc_graph.errors import NotFound
from cc_graph.linkeddata import DESCRIBE, SEARCH, Overview, Thing, read_overview, read_thing
from cc_graph.linkeddata.lists import THINGS
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS, by_name
from cc_graph.table import Table
from cc_graph.vocab import expand

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cc_graph.glossary import Pages
    from cc_graph.store.reader import Answer

    Progress = Callable[[str], None]


class Describing(Asking):
    """Things, terms and lists."""

    _pages: Pages | None = None

    def thing(self, iri: str, lang: str = "en") -> Thing:
        """Everything said of one thing, each fact with its sources.

        Raises:
            NotFound: nothing is said of it.
        """
        return read_thing(self.sparql, expand(iri, self.settings.base_iri), lang)

    def describe(self, iri: str, format_name: str = "ttl") -> Answer:
        """One thing as RDF: its triples, labels of what it points to, its sources and their licences.

        Raises:
            NotFound: nothing is said of it.
        """
        self.require(iri)
        text = files.fill(DESCRIBE, {"thing": files.iri_term(expand(iri, self.settings.base_iri))})
        return self._reader.query(
            text, table_format=TABLE_FORMATS["json"], graph_format=by_name(format_name, GRAPH_FORMATS)
        )

    def require(self, iri: str) -> None:
        """Make sure that something is said of a thing.

        Raises:
            NotFound: nothing is.
        """
        iri = expand(iri, self.settings.base_iri)
        if not self._is_known(files.iri_term(iri)):
            raise NotFound(f"Nothing is known of <{iri}>.", hint="Search by name, or list the stakeholders.")

    def vocabulary(self, format_name: str = "ttl") -> Answer:
        """Every term of the ontology as one document: the IRI of a term ends in a fragment, which no server sees."""
        graph = files.iri_term(self.settings.base_iri + "graph/ontology")
        return self.query(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}", accept=format_name
        )

    def glossary_page(self, address: str) -> str:
        """A page on the ontology, as `cc-graph docs ontology` writes it: a term, a module, a scheme.

        Raises:
            NotFound: there is no such page.
        """
        from cc_graph.glossary import Pages

        if self._pages is None:
            self._pages = Pages(self.sparql)
        if address not in self._pages.makers:
            raise NotFound(f"The glossary has no page {address}.", hint="Begin at /glossary/index.html.")
        return self._pages.makers[address]()

    def write_glossary(self, folder: Path, progress: Progress | None = None) -> int:
        """Write the pages on the ontology into a folder, and give their number; no server is needed to read them.

        Raises:
            Unavailable: the folder cannot be written.
        """
        from cc_graph.glossary import write_pages

        return write_pages(folder, self.sparql, progress)

    def things(self, class_name: str, lang: str = "en") -> Table:
        """The things of a class: `thing`, `thingLabel`, `kindLabel`."""
        return self._filled(THINGS, lang, {"class": files.iri_term(expand(class_name))})

    def search(self, text: str, lang: str = "en", limit: int = 20) -> Table:
        """Things whose name holds the text: `thing`, `thingLabel`, `typeLabel`; names that begin with it come first."""
        if not text.strip():
            return Table(("thing", "thingLabel", "typeLabel"), ())
        return self._filled(f"{SEARCH} LIMIT {int(limit)}", lang, {"text": files.string_term(text)})

    def overview(self, lang: str = "en") -> Overview:
        """What the graph holds, and how fresh it is."""
        return read_overview(self.sparql, lang, self.revision)
