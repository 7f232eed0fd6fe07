"""The reading side's child process: `python -m cc_graph.store.worker`, one checkpoint, one request at a time."""

from __future__ import annotations

import errno
import re
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, Any

import pyoxigraph as ox

from cc_graph.errors import BadQuery, BadRequest, CityError, NotFound, TooMuch, Unavailable
from cc_graph.sandbox import serve
from cc_graph.store.spool import Spool
from cc_graph.store.tokens import survey, undeclared_prefixes
from cc_graph.store.writing import GRAPH, write_boolean, write_table, write_triples
from cc_graph.vocab import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cc_graph.store.tokens import Survey

    Header = dict[str, Any]
    NamedGraph = ox.NamedNode | ox.BlankNode
    DefaultGraph = NamedGraph | ox.DefaultGraph

LARGEST_MERGE = 200_000
"""How many triples a default graph asked for as a list of graphs may hold."""

_MERGE = ox.DefaultGraph()
_NOTHING = ox.Store()
_WHERE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


class Worker:
    """The handler of requests on one checkpoint."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """Open the checkpoint named by the first argument; the second is the base of relative IRIs.

        Raises:
            Unavailable: it cannot be opened.
        """
        self._path, self._base_iri = arguments
        self._store = _opened(self._path)

    def __call__(self, header: Header, _: Sequence[int]) -> tuple[Header, bytes | IO[bytes] | None]:
        """Answer one request on the checkpoint it names: `ping`, `query` or `dump`."""
        if header["checkpoint"] != self._path:
            self._path, self._store = "", _NOTHING  # two at a time would take twice the address space
            self._store = _opened(header["checkpoint"])
            self._path = header["checkpoint"]
        if header["op"] == "ping":
            return {}, None
        body = Spool(header["encoding"])
        try:
            reply = self._query(header, body) if header["op"] == "query" else self._dump(header, body)
            content = body.finish()
        except (SyntaxError, MemoryError, OSError, RuntimeError, ValueError) as error:
            body.discard()
            raise _translate(error, header.get("text", "")) from None
        except CityError:
            body.discard()
            raise
        return {**reply, "encoding": body.encoding}, content

    def _query(self, header: Header, body: Spool) -> Header:
        """Write the answer to a query; returns its kind and whether the next call may get another."""
        text = header["text"]
        found = survey(text)
        results = self._results(text, found, self._dataset(header, found))
        if isinstance(results, ox.QueryTriples):
            write_triples(results, body, header["graph_format"])
            kind = "graph"
        elif isinstance(results, ox.QueryBoolean):
            write_boolean(results, body, header["table_format"])
            kind = "boolean"
        else:
            write_table(results, body, header["table_format"])
            kind = "table"
        return {"kind": kind, "changing": found.changing}

    def _results(
        self, text: str, found: Survey, dataset: tuple[list[DefaultGraph], list[NamedGraph]] | None
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        store = self._store
        options: dict[str, Any] = {"base_iri": self._base_iri}
        if dataset is not None:
            default, named = dataset
            if len(default) > 1:  # the engine would count a triple once for each graph
                store, default = _merged(store, default, named), [_MERGE]
            options |= {"default_graph": default, "named_graphs": named}
        # To declare them all takes the engine as long as a point lookup.
        used = {prefix: iri for prefix, iri in PREFIXES.items() if prefix in found.prefixes}
        try:
            return store.query(text, prefixes=used, **options)
        except SyntaxError:  # it may have found a name where we saw none: it splits words as we do not
            return store.query(text, prefixes=PREFIXES, **options)

    def _dataset(self, header: Header, found: Survey) -> tuple[list[DefaultGraph], list[NamedGraph]] | None:
        """The graphs the request or the query's FROM clauses name; None for the merge and all named graphs."""
        if "graphs" in header:
            default, named = ([_iri(graph) for graph in graphs] for graphs in header["graphs"])
        elif found.from_graphs or found.from_named:
            lists = (found.from_graphs, found.from_named)
            default, named = (self._resolve(found.prologue, terms, header["text"]) for terms in lists)
        else:
            return None
        return [*default], [*named]

    def _resolve(self, prologue: str, terms: list[str], text: str) -> list[ox.NamedNode]:
        """The distinct IRIs that terms of a query stand for, resolved by the engine itself."""
        if not terms:
            return []
        turtle = f"{prologue} <a:a> <a:a> {', '.join(terms)} ."
        declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
        try:
            quads = list(ox.parse(declared + turtle, ox.RdfFormat.TURTLE, base_iri=self._base_iri))
        except SyntaxError as error:
            self._store.query(
                text, prefixes=PREFIXES, base_iri=self._base_iri
            )  # its own complaint is better than ours
            raise BadRequest(
                f"The name of a graph is not an IRI: {error.msg}.",
                hint="Write an absolute IRI, or declare its prefix.",
            ) from None
        return list({quad.object: quad.object for quad in quads if isinstance(quad.object, ox.NamedNode)})

    def _dump(self, header: Header, body: Spool) -> Header:
        """Write named graphs, all or those asked for; never the merge."""
        wanted = header["graphs"]
        graphs = sorted(self._store.named_graphs(), key=str)
        if wanted is not None:
            missing = set(wanted) - {graph.value for graph in graphs}
            if missing:
                raise NotFound(
                    f"There is no graph {min(missing)}.",
                    hint="SELECT DISTINCT ?g { GRAPH ?g {} } lists them.",
                )
            graphs = [graph for graph in graphs if graph.value in wanted]
        form = GRAPH[header["format"]]
        body.is_xml = header["format"] == "rdfxml"
        if form.supports_datasets:
            quads = chain.from_iterable(_quads(self._store, graph) for graph in graphs)
            ox.serialize(quads, body.file, form, prefixes=PREFIXES)
            return {"kind": "graph"}
        if wanted is None or len(graphs) == 1:
            one = _MERGE if wanted is None else graphs[0]
            self._store.dump(body.file, form, from_graph=one, prefixes=PREFIXES)
        else:
            triples = {quad.triple for graph in graphs for quad in _quads(self._store, graph)}
            ox.serialize(sorted(triples, key=str), body.file, form, prefixes=PREFIXES)
        return {"kind": "graph"}


def _opened(path: str) -> ox.Store:
    try:
        return ox.Store.read_only(path)
    except OSError as error:
        raise Unavailable(
            f"The checkpoint {path} cannot be opened: {error}.", hint="Run `cc-graph load`."
        ) from None


def _iri(text: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(text)
    except ValueError:
        raise BadRequest(f"«{text}» is not an absolute IRI.", hint="Name a graph by its full IRI.") from None


def _quads(store: ox.Store, graph: DefaultGraph) -> Iterator[ox.Quad]:
    return store.quads_for_pattern(None, None, None, graph)


def _merged(store: ox.Store, default: list[DefaultGraph], named: list[NamedGraph]) -> ox.Store:
    """A store in memory whose default graph is the set union of some graphs."""
    union = (ox.Quad(*quad.triple) for graph in default for quad in _quads(store, graph))
    kept = (quad for graph in named for quad in _quads(store, graph))
    merged = ox.Store()
    quads = chain(union, kept)
    merged.extend(islice(quads, LARGEST_MERGE))
    if next(quads, None) is not None:
        raise BadRequest(
            f"The graphs asked for hold more than {LARGEST_MERGE:,} triples.",
            hint="Leave out FROM: the default graph is the merge of all graphs; or ask with GRAPH ?g.",
        )
    return merged


def _translate(error: Exception, text: str) -> CityError:
    """The error a user should read for what the engine raised."""
    if isinstance(error, SyntaxError):
        return _syntax_error(error, text)
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.EFBIG):
        return TooMuch("The answer is too large.", hint="Ask for less: fewer columns, fewer joins, a LIMIT.")
    if isinstance(error, OSError):
        return Unavailable(
            f"The answer could not be made: {error}.", hint="Look for space in the temporary folder."
        )
    return BadQuery(f"The query cannot be answered: {error}.", hint="Look at the function or term it names.")


def _syntax_error(error: SyntaxError, text: str) -> BadQuery:
    unknown = undeclared_prefixes(text, PREFIXES)
    if unknown:
        return BadQuery(
            f"The prefix {unknown[0]}: is not declared.",
            hint=f"Begin the query with PREFIX {unknown[0]}: <…>.",
        )
    match = _WHERE.match(error.msg)
    if match is None:
        return BadQuery(
            f"The query has a syntax error: {error.msg}.",
            hint="Compare it with the examples in the questions.",
        )
    line, column, reason = int(match[1]), int(match[2]), match[3]
    lines = text.split("\n")
    near = lines[line - 1][max(0, column - 21) : column + 19].strip() if line <= len(lines) else ""
    said = [
        part
        for part in reason.removeprefix("expected one of ").split(", ")
        if re.match(r"[A-Z][a-z]+ ", part)
    ]
    because = f": {said[0]}" if said else ""
    return BadQuery(
        f"The query has a syntax error in line {line}, column {column}, near «{near}»{because}.",
        hint="Look just before that place for a missing dot, bracket or quotation mark.",
    )


if __name__ == "__main__":
    serve(Worker)
