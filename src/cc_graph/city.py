"""The one façade: a city's graph, opened, asked, measured, taken away and judged.

    with City.open() as city:
        city.ask("who-takes-part", initiative="tavolo-tessile")

Command line, API and pages ask nothing else for the graph. Everything here is synchronous and may be called from several threads.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from cc_graph import questions as files
from cc_graph import resources
from cc_graph.datasets import Dataset, LoadReport, import_codes, load, read_record, rebuild
from cc_graph.errors import BadParameter, BadQuery, NotFound
from cc_graph.linkeddata import DESCRIBE, SEARCH, Export, Overview, Thing, export, read_overview, read_thing
from cc_graph.linkeddata.exports import GRAPH_LICENCES
from cc_graph.linkeddata.lists import CHOICES, THINGS
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS, by_name, by_path, negotiate
from cc_graph.rdfio.parsing import Parser
from cc_graph.settings import Settings
from cc_graph.store.publisher import Publisher
from cc_graph.store.reader import Answer, Reader
from cc_graph.store.tokens import survey
from cc_graph.table import Table
from cc_graph.vocab import expand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    import networkx as nx

    from cc_graph.contributions import Document, Finding, Verdict
    from cc_graph.glossary import Pages
    from cc_graph.network import Layer
    from cc_graph.questions import Question


class City:
    """One city's graph; open it with `City.open()` and close it, or use it in a `with` statement."""

    def __init__(self, settings: Settings, reader: Reader) -> None:
        """Use `City.open`."""
        from cc_graph.contributions import Desk

        self.settings = settings
        self._reader = reader
        self._pages: Pages | None = None
        self._desk = Desk(settings.base_iri, settings.query_memory_mb)

    @classmethod
    def open(cls, settings: Settings | None = None) -> City:
        """Open the city that lies in `settings.home`.

        Raises:
            NotFound: nothing has been loaded there.
            BadParameter: it was loaded under another base.
            Unavailable: the folder cannot be used.
        """
        settings = settings or Settings.from_environment()
        reader = Reader(settings.home, settings.base_iri, settings.query_seconds, settings.query_memory_mb)
        _ = reader.revision  # raises where nothing has been loaded
        record = read_record(settings.home)
        if record and record.base_iri != settings.base_iri:
            raise BadParameter(
                f"This graph was loaded under {record.base_iri}, not {settings.base_iri}.",
                hint="Set CC_GRAPH_BASE_IRI as it was, or load the graph again.",
            )
        return cls(settings, reader)

    @staticmethod
    def load(
        settings: Settings | None = None,
        city: str = "prato",
        progress: Callable[[str], None] | None = None,
        files: Sequence[Path] = (),
    ) -> LoadReport:
        """Build the store of `settings.home` anew from a data set, or from RDF files, and the imported code lists.

        Args:
            settings: where and under which base; those of the environment if None.
            city: which data set.
            progress: called with a word for each of `load_steps` steps.
            files: RDF files to load instead of a data set.

        Raises:
            NotFound: there is no such data set or file.
            BadData: the data are malformed; the old store goes on serving.
            Busy: another process writes to this home.
        """
        return load(settings or Settings.from_environment(), city, files, progress)

    @staticmethod
    def load_steps(city: str = "prato", files: Sequence[Path] = ()) -> int:
        """How many steps `load` reports."""
        return 2 + len(files) if files else Dataset(resources.dataset_folder(city)).steps

    @staticmethod
    def rebuild(
        settings: Settings | None = None, progress: Callable[[str], None] | None = None
    ) -> LoadReport:
        """Build the store anew from what it was loaded from.

        Raises:
            NotFound: nothing has been loaded.
            Busy: another process writes to this home.
        """
        return rebuild(settings or Settings.from_environment(), progress)

    @staticmethod
    def import_codes(scheme_name: str, path: Path, settings: Settings | None = None) -> int:
        """Take a full official code list from a file into the graph, now and at every rebuild; gives its number of codes.

        Raises:
            BadParameter: no such list.
            BadData: the file is not that list; nothing is changed.
            NotFound: there is no such file, or nothing has been loaded.
            Busy: another process writes to this home.
        """
        return import_codes(scheme_name, path, settings or Settings.from_environment())

    @staticmethod
    def publishing(settings: Settings | None = None) -> Publisher:
        """The right to publish to the home of these settings: a context manager, held by a server while it runs.

        Raises:
            Busy: another process has it.
        """
        return Publisher((settings or Settings.from_environment()).home)

    def close(self) -> None:
        """End the worker processes."""
        self._desk.close()
        self._reader.close()

    def __enter__(self) -> Self:
        """The city itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    @property
    def revision(self) -> str:
        """Name of the newest published state."""
        return self._reader.revision

    def health(self) -> dict[str, Any]:
        """Whether the graph answers, on which revision, with how many triples, and how it is walled in."""
        triples = self.sparql("SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }").column("triples")[0]
        return {
            "status": "ok",
            "revision": self.revision,
            "triples": triples,
            "network_isolated": self._reader.network_isolated,
        }

    # Questions

    @staticmethod
    def questions() -> list[Question]:
        """Every question one may ask."""
        return list(files.questions())

    @staticmethod
    def question(name: str) -> Question:
        """The question of that id.

        Raises:
            NotFound: there is none; the hint names the nearest.
        """
        return files.question(name)

    def ask(
        self, name: str, /, lang: str = "en", values: Mapping[str, str] | None = None, **named: str
    ) -> Table:
        """The answer to a question as a table, with headings and labels in `lang`.

        Args:
            name: id of the question.
            lang: it or en.
            values: parameter name → value; the same may be given by keyword.
            named: as `values`.

        Raises:
            NotFound: no such question, or a value names nothing in the graph.
            BadParameter: a value is missing, unknown or ill-typed.
        """
        given = {**(values or {}), **named}
        with self.answer(name, "json", lang, given) as answer:
            table = replace(Table.from_sparql_json(answer.read(), _headings(lang)), language=lang)
        if not table:
            self._require_values(self.question(name), given)
        return table

    def _require_values(self, question: Question, values: Mapping[str, str]) -> None:
        """An empty answer may mean that a value names nothing: then say so."""
        for parameter in question.parameters:
            value = values.get(parameter.name, "").strip()
            if parameter.type == "iri" and value:
                term = parameter.term(value, self.settings.base_iri)
                if not self._is_known(term):
                    known = [
                        row["value"].rpartition("/")[2] for row in self.choices(question.id, parameter.name)
                    ]
                    near = difflib.get_close_matches(value.rpartition("/")[2], known, n=1)
                    raise NotFound(
                        f"«{value}» names nothing in this graph.",
                        hint=f"Did you mean {near[0]}?"
                        if near
                        else "Search by name for what it is called here.",
                    )

    def answer(
        self, name: str, format_name: str, lang: str = "en", values: Mapping[str, str] | None = None
    ) -> Answer:
        """The answer to a question as SPARQL results in json, xml, csv or tsv."""
        text = self.question(name).sparql(values, lang=lang, base_iri=self.settings.base_iri)
        chosen = by_name(format_name, TABLE_FORMATS)
        return self._reader.query(text, table_format=chosen, graph_format=GRAPH_FORMATS["ttl"])

    def choices(self, question_id: str, parameter_name: str, lang: str = "en") -> Table:
        """The things a parameter may name: columns `value` (IRI) and `label`; empty where there is nothing to choose from."""
        parameter = self.question(question_id).parameter(parameter_name)
        if not parameter.class_name:
            return Table(("value", "label"), ())
        return self._filled(CHOICES, lang, {"class": files.iri_term(expand(parameter.class_name))})

    # SPARQL

    def query(
        self,
        text: str,
        *,
        accept: str = "*/*",
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """The answer to a SPARQL query, in the format that an Accept header or a format name asks for.

        Raises:
            BadQuery: a syntax error, or too deeply nested.
            Refused: SERVICE, LOAD or an update.
            NotAcceptable: nobody can serve that format.
            TooMuch: it ran too long or took too much memory.
        """
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise BadQuery("The query is not text in UTF-8.", hint="Save it in UTF-8.") from error
        tabular = survey(text).for_tables
        return self._reader.query(
            text,
            table_format=negotiate(accept if tabular else None, TABLE_FORMATS),
            graph_format=negotiate(None if tabular else accept, GRAPH_FORMATS),
            default_graphs=default_graphs,
            named_graphs=named_graphs,
        )

    def sparql(self, text: str) -> Table:
        """The solutions of a SELECT, or the one cell of an ASK, as a table.

        Raises:
            BadQuery: as `query`; also for CONSTRUCT and DESCRIBE, which give a graph.
        """
        with self.query(text, accept="json") as answer:
            return Table.from_sparql_json(answer.read())

    # Things

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

    def _is_known(self, term: str) -> bool:
        pattern = f"{{ {term} ?property ?value }} UNION {{ ?thing ?property {term} }}"
        return bool(self.sparql(f"ASK {{ {pattern} }}").column("boolean")[0])

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

    def write_glossary(self, folder: Path, progress: Callable[[str], None] | None = None) -> int:
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

    def _filled(self, text: str, lang: str, terms: dict[str, str]) -> Table:
        table = self.sparql(files.fill(text, {**terms, "lang": files.string_term(lang)}))
        return replace(table, headings=_headings(lang), language=lang)

    # Networks

    @staticmethod
    def layers() -> list[Layer]:
        """The networks one may ask for."""
        from cc_graph.network import Layer

        return [Layer.from_question(question) for question in files.projections()]

    def network(self, layer: str) -> nx.Graph[str]:
        """A layer as a networkx graph; its attributes say what it is and what the sources leave out.

        Raises:
            NotFound: there is no such layer.
        """
        from cc_graph.network import NODES, Layer, build

        question = files.question(layer, files.projections())
        definition = Layer.from_question(question)
        coverage = self.sparql(definition.coverage) if definition.coverage else None
        edges = self.sparql(question.sparql(base_iri=self.settings.base_iri))
        return build(definition, edges, self.sparql(NODES), coverage, self.revision)

    def measure(self, layer: str, measure: str, top: int | None = None, lang: str = "en") -> Table:
        """A measure of each node of a layer, greatest first: `node`, `nodeLabel`, `value`.

        Raises:
            NotFound: there is no such layer.
            BadParameter: there is no such measure.
        """
        from cc_graph.network import measure as measure_graph
        from cc_graph.network import ranking

        graph = self.network(layer)
        return ranking(graph, measure_graph(graph, measure, top), lang, _headings(lang))

    def write_network(self, layer: str, format_name: str) -> bytes:
        """A layer as csv, graphml, gexf or json.

        Raises:
            NotAcceptable: there is no such format.
        """
        from cc_graph.network import write

        return write(self.network(layer), format_name)

    # Taking away, judging

    def export(self, format_name: str = "trig", licence: str | None = None) -> Export:
        """The named graphs as one file; the merge is not in it.

        A format that keeps graphs holds them all, each with its licence in `graph/catalogue`. A format that does not
        would lose the border between licences, so it holds the CC BY graphs only; `licence="CC-BY-4.0"` asks for that
        in any format.

        Raises:
            NotAcceptable: there is no such format, or it cannot keep graphs of several licences apart.
            BadParameter: there is no such licence.
        """
        return export(self._reader, self.sparql, by_name(format_name, GRAPH_FORMATS), licence)

    @classmethod
    def validate(cls, paths: Iterable[Path], settings: Settings | None = None) -> Verdict:
        """What the shapes find in some RDF files, together with what is published of the things they refer to.

        Raises:
            BadData: a file is malformed.
            BadParameter: a file's ending does not tell its format.
        """
        from cc_graph.contributions import BLANK, context, names_below, validate

        settings = settings or Settings.from_environment()
        base, below = settings.base_iri, names_below(settings.base_iri)
        with Parser() as parser:
            parsed = [
                parser.parse(
                    path, by_path(path), base, skolem_prefix=base + BLANK, names_below=below, plain=True
                )
                for path in paths
            ]
        quads = b"".join(each.nquads for each in parsed)
        try:
            with cls.open(settings) as city:
                names = {name for each in parsed for name in each.names}
                beside = context(lambda text: city.query(text, accept="nt").read(), names, base)
        except NotFound:
            beside = b""  # nothing has been loaded: the files stand alone
        return validate(quads, beside)

    def judge(self, document: Document, report: str = "", seconds: float | None = None) -> Verdict:
        """What shapes and rules find in a document that somebody would contribute; nothing of it is kept.

        Args:
            document: its bytes, and how to read them.
            report: name of the RDF format in which the SHACL report is wanted.
            seconds: how long it may take; `settings.query_seconds` if None.

        Raises:
            BadData: it is malformed.
            TooLarge: it becomes too large when it is unpacked.
            TooMuch: it takes too much time or memory.
        """
        def ask(text: str, seconds: float) -> bytes:
            table, graph = TABLE_FORMATS["json"], GRAPH_FORMATS["nt"]
            return self._reader.query(text, table_format=table, graph_format=graph, seconds=seconds).read()

        allowed = self.settings.query_seconds if seconds is None else seconds
        return self._desk.judge(document, ask, allowed, report)

    def audit(self) -> list[Finding]:
        """What shapes and checks find in the whole graph, violations first."""
        from cc_graph.contributions import validate
        from cc_graph.contributions.checks import run_checks
        from cc_graph.contributions.findings import in_order

        with self._reader.dump(GRAPH_FORMATS["nq"], self._fact_graphs()) as quads:
            found = validate(quads.read()).findings
        return in_order([*found, *run_checks(self.sparql)])

    def _fact_graphs(self) -> list[str]:
        words = {self.settings.base_iri + name for name in ("graph/ontology", "graph/schemes")}
        return sorted({row["graph"] for row in self.sparql(GRAPH_LICENCES)} - words)


def _headings(lang: str) -> dict[str, str]:
    return {column: names[lang] for column, names in files.headings().items()}
