"""The one façade: a city's graph, opened, asked, measured, taken away and judged.

    with City.open() as city:
        city.ask("who-takes-part", initiative="tavolo-tessile")

Command line, API and pages use nothing else. Everything here is synchronous and may be called from several threads.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cc_graph import questions as files
from cc_graph import resources
from cc_graph.datasets import Dataset, LoadReport, read_codes, write_files
from cc_graph.errors import BadParameter, NotAcceptable, NotFound
from cc_graph.linkeddata import DESCRIBE, SEARCH, Overview, Thing, read_overview, read_thing
from cc_graph.linkeddata.licences import CC_BY, GRAPH_LICENCES
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS, by_name, by_path, negotiate
from cc_graph.rdfio.parsing import parse
from cc_graph.settings import Settings
from cc_graph.store.publisher import Publisher
from cc_graph.store.reader import Answer, Reader
from cc_graph.store.tokens import survey
from cc_graph.table import Table
from cc_graph.vocab import expand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import networkx as nx

    from cc_graph.contributions import Finding, Verdict
    from cc_graph.network import Layer
    from cc_graph.questions import Question

_CHOICES = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?value ?label WHERE {
  VALUES ?class { UNDEF }
  VALUES ?lang { "en" }
  ?value a ?class ; rdfs:label ?label . FILTER (LANG(?label) = ?lang)
} ORDER BY ?label ?value"""

_THINGS = """
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?thingLabel (SAMPLE(?oneKind) AS ?kindLabel) WHERE {
  VALUES ?class { UNDEF }
  VALUES ?lang { "en" }
  ?thing a ?class ; rdfs:label ?thingLabel . FILTER (LANG(?thingLabel) = ?lang)
  OPTIONAL { ?thing ccg:stakeholderKind|ccg:materialNature|ccg:theme ?kind . ?kind rdfs:label ?oneKind . FILTER (LANG(?oneKind) = ?lang) }
} GROUP BY ?thing ?thingLabel ORDER BY ?thingLabel ?thing"""

VOCABULARIES = "vocabularies"
"""Folder of the home where imported code lists are kept, so that a rebuild has them too."""


@dataclass(frozen=True)
class Export:
    """The graph, ready to be taken away.

    Attributes:
        answer: the bytes.
        left_out: graphs that are not in it, because the format would lose their licence or the reader asked so.
    """

    answer: Answer
    left_out: tuple[str, ...]


class City:
    """One city's graph; open it with `City.open()` and close it, or use it in a `with` statement."""

    def __init__(self, settings: Settings, reader: Reader) -> None:
        """Use `City.open`."""
        self.settings = settings
        self._reader = reader

    @classmethod
    def open(cls, settings: Settings | None = None) -> City:
        """Open the city that lies in `settings.home`.

        Raises:
            NotFound: nothing has been loaded there.
            Unavailable: the folder cannot be used.
        """
        settings = settings or Settings.from_environment()
        reader = Reader(settings.home, settings.base_iri, settings.query_seconds, settings.query_memory_mb)
        _ = reader.revision  # raises where nothing has been loaded
        return cls(settings, reader)

    @staticmethod
    def load(
        settings: Settings | None = None,
        city: str = "prato",
        progress: Callable[[str], None] | None = None,
        files: Sequence[Path] = (),
    ) -> LoadReport:
        """Build the store of `settings.home` anew from a data set, or from RDF files, and the imported code lists.

        Raises:
            Busy: another process writes to this home.
            BadData: the data set is malformed; the old store goes on serving.
        """
        settings = settings or Settings.from_environment()
        dataset = None if files else Dataset(resources.dataset_folder(city))
        with Publisher(settings.home) as publisher, tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "graphs.nq"
            if dataset is None:
                report = write_files(files, path, settings.base_iri, progress)
            else:
                report = dataset.write_graphs(path, settings.base_iri, progress)
            with path.open("ab") as file:
                for imported in sorted((settings.home / VOCABULARIES).glob("*.nq")):
                    file.write(imported.read_bytes())
            return replace(report, revision=publisher.rebuild(path))

    @staticmethod
    def import_codes(scheme: str, path: Path, settings: Settings | None = None) -> int:
        """Take a full official code list from a file into the graph, now and at every rebuild; gives its number of codes.

        Raises:
            BadParameter: no such scheme.
            BadData: the file is not that list; nothing is changed.
            Busy: another process writes to this home.
        """
        settings = settings or Settings.from_environment()
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(folder) / f"{scheme}.nq"
            codes = read_codes(scheme, path, settings.base_iri, fresh)
            with Publisher(settings.home) as publisher:
                kept = settings.home / VOCABULARIES / f"{scheme}.nq"
                kept.parent.mkdir(parents=True, exist_ok=True)
                before = kept.read_bytes() if kept.exists() else b""
                publisher.publish(fresh.read_bytes(), before)
                kept.write_bytes(fresh.read_bytes())
        return codes

    def close(self) -> None:
        """End the worker processes."""
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

    def questions(self) -> list[Question]:
        """Every question one may ask."""
        return list(files.questions())

    def question(self, name: str) -> Question:
        """The question of that id.

        Raises:
            NotFound: there is none; the hint names the nearest.
        """
        return files.question(name)

    def ask(self, name: str, lang: str = "en", **values: str) -> Table:
        """The answer to a question as a table, with headings and labels in `lang`.

        Raises:
            NotFound: no such question.
            BadParameter: a value is missing, unknown or ill-typed.
        """
        with self.answer(name, "json", lang, **values) as answer:
            return replace(Table.from_sparql_json(answer.read(), _headings(lang)), language=lang)

    def answer(self, name: str, format_name: str, lang: str = "en", **values: str) -> Answer:
        """The answer to a question as SPARQL results in json, xml, csv or tsv."""
        text = self.question(name).sparql(values, lang=lang, base_iri=self.settings.base_iri)
        return self._reader.query(
            text, table_format=by_name(format_name, TABLE_FORMATS), graph_format=GRAPH_FORMATS["ttl"]
        )

    def choices(self, question_id: str, parameter_name: str, lang: str = "en") -> Table:
        """The things a parameter may name: columns `value` (IRI) and `label`; empty where there is nothing to choose from."""
        parameter = self.question(question_id).parameter(parameter_name)
        if not parameter.class_name:
            return Table(("value", "label"), ())
        return self._filled(_CHOICES, lang, {"class": files.iri_term(expand(parameter.class_name))})

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
        if not self.sparql(f"ASK {{ {files.iri_term(iri)} ?property ?value }}").column("boolean")[0]:
            raise NotFound(f"Nothing is known of <{iri}>.", hint="Search by name, or list the stakeholders.")

    def vocabulary(self, format_name: str = "ttl") -> Answer:
        """Every term of the ontology as one document: the IRI of a term ends in a fragment, which no server sees."""
        graph = files.iri_term(self.settings.base_iri + "graph/ontology")
        return self.query(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o }} }}", accept=format_name
        )

    def things(self, class_name: str, lang: str = "en") -> Table:
        """The things of a class: `thing`, `thingLabel`, `kindLabel`."""
        return self._filled(_THINGS, lang, {"class": files.iri_term(expand(class_name))})

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

    def layers(self) -> list[Layer]:
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
            NotAcceptable: there is no such format.
            BadParameter: there is no such licence.
        """
        format_ = by_name(format_name, GRAPH_FORMATS)
        if licence not in {None, "CC-BY-4.0", "all"}:
            raise BadParameter(
                f"There is no licence «{licence}» to export by.", hint="Choose CC-BY-4.0 or all."
            )
        if licence == "all" and not format_.graphs:
            raise NotAcceptable(
                f"{format_name} cannot keep graphs of several licences apart.",
                hint="Choose trig, nq or jsonld for all graphs.",
            )
        if format_.graphs and licence != "CC-BY-4.0":
            return Export(self._reader.dump(format_, None), ())
        licences = {row["graph"]: row.get("licence") for row in self.sparql(GRAPH_LICENCES)}
        kept = sorted(graph for graph, given in licences.items() if given == CC_BY)
        return Export(self._reader.dump(format_, kept), tuple(sorted(set(licences) - set(kept))))

    @classmethod
    def validate(cls, paths: Iterable[Path], settings: Settings | None = None) -> Verdict:
        """What the shapes find in some RDF files, together with what is published of the things they refer to.

        Raises:
            BadData: a file is malformed.
            BadParameter: a file's ending does not tell its format.
        """
        from cc_graph.contributions import context, validate

        settings = settings or Settings.from_environment()
        quads = b"".join(parse(path, by_path(path), settings.base_iri).nquads for path in paths)
        try:
            with cls.open(settings) as city:
                beside = context(lambda text: city.query(text, accept="nt").read(), quads, settings.base_iri)
        except NotFound:
            beside = b""  # nothing has been loaded: the files stand alone
        return validate(quads, beside)

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
