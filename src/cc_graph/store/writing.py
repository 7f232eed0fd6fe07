"""What an engine found, written in the form asked for."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from cc_graph.errors import NotAcceptable
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS
from cc_graph.store.features import write_features
from cc_graph.vocab import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cc_graph.rdfio.formats import Format
    from cc_graph.store.spool import Spool

GRAPH: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
"""Names of `GRAPH_FORMATS` → what the engine calls them."""

_TABLE: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_FOR_ASK: Final = {name: TABLE_FORMATS[name] for name in _TABLE}
_WITHOUT_PREFIXES: Final = frozenset({"nt", "nq"})
_FEW: Final = 10_000


def write_table(solutions: ox.QuerySolutions, body: Spool, form: str | None) -> None:
    """Write the solutions of a SELECT.

    Raises:
        NotAcceptable: the form does not hold them, or is None.
    """
    if (name := _acceptable(form, "a table", TABLE_FORMATS)) == "geojson":
        write_features(solutions, body)
    else:
        body.is_xml = name == "xml"
        solutions.serialize(body.file, _TABLE[name])


def write_boolean(answer: ox.QueryBoolean, body: Spool, form: str | None) -> None:
    """Write the answer to an ASK.

    Raises:
        NotAcceptable: as `write_table`.
    """
    answer.serialize(body.file, _TABLE[_acceptable(form, "a truth value", _FOR_ASK)])


def write_triples(triples: Iterable[ox.Triple], body: Spool, form: str | None) -> None:
    """Write triples; a short answer declares only the prefixes it uses.

    Raises:
        NotAcceptable: as `write_table`.
    """
    name = _acceptable(form, "a set of triples", GRAPH_FORMATS)
    body.is_xml = name == "rdfxml"
    if name in _WITHOUT_PREFIXES and isinstance(triples, ox.QueryTriples):
        triples.serialize(body.file, GRAPH[name])  # by the engine itself, in two thirds of the time
        return
    rest = iter(triples)
    first = list(islice(rest, _FEW))
    prefixes = PREFIXES
    if len(first) < _FEW:
        used = {_namespace(term) for triple in first for term in triple}
        used |= {
            _namespace(triple.object.datatype) for triple in first if isinstance(triple.object, ox.Literal)
        }
        prefixes = {prefix: iri for prefix, iri in PREFIXES.items() if iri in used}
    ox.serialize(chain(first, rest), body.file, GRAPH[name], prefixes=prefixes)


def write_quads(quads: Iterable[ox.Quad], body: Spool, form: str) -> None:
    """Write quads of named graphs in a form that keeps graphs apart."""
    ox.serialize(quads, body.file, GRAPH[form], prefixes=PREFIXES)


def _acceptable(name: str | None, what: str, formats: Mapping[str, Format]) -> str:
    """The name of a format, if the client takes one of those that hold what the query gives."""
    if name is None or name not in formats:
        on_offer = ", ".join(f"{each.name} ({each.media_type})" for each in formats.values())
        raise NotAcceptable(
            f"The answer is {what}, which cannot be had in a form you accept.",
            hint=f"Choose one of {on_offer}.",
        )
    return name


def _namespace(term: object) -> str:
    iri = term.value if isinstance(term, ox.NamedNode) else ""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
