"""The formats we read and write, their names, media types and file endings, and which of them a client wants."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING

from cc_graph.errors import BadParameter, NotAcceptable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Format:
    """One serialisation.

    Attributes:
        name: what it is called on the command line and in addresses, such as `ttl`.
        media_type: what it is called in HTTP.
        extension: ending of its files, without the dot.
        graphs: whether it keeps named graphs apart.
        for_tables: whether it holds the answer to a SELECT or ASK; the others hold triples.
        aliases: other media types it answers to.
    """

    name: str
    media_type: str
    extension: str
    graphs: bool = False
    for_tables: bool = False
    aliases: tuple[str, ...] = ()


def _by_name(*formats: Format) -> dict[str, Format]:
    return {each.name: each for each in formats}


TABLE_FORMATS: Mapping[str, Format] = _by_name(
    Format("json", "application/sparql-results+json", "json", for_tables=True, aliases=("application/json",)),
    Format(
        "xml",
        "application/sparql-results+xml",
        "xml",
        for_tables=True,
        aliases=("application/xml", "text/xml"),
    ),
    Format("csv", "text/csv", "csv", for_tables=True),
    Format("tsv", "text/tab-separated-values", "tsv", for_tables=True),
    Format("geojson", "application/geo+json", "geojson", for_tables=True),
)
"""For SELECT and ASK; the first is the default."""

GRAPH_FORMATS: Mapping[str, Format] = _by_name(
    Format("ttl", "text/turtle", "ttl", aliases=("application/x-turtle",)),
    Format("nt", "application/n-triples", "nt"),
    Format("trig", "application/trig", "trig", graphs=True),
    Format("nq", "application/n-quads", "nq", graphs=True),
    Format("jsonld", "application/ld+json", "jsonld", graphs=True, aliases=("application/json",)),
    Format("rdfxml", "application/rdf+xml", "rdf", aliases=("application/xml", "text/xml")),
)
"""For CONSTRUCT and DESCRIBE, for files and for exports; the first is the default."""

_LONGEST_WISH = 4096  # of an Accept header nobody needs more
_OTHER_NAMES = {"turtle": "ttl", "ntriples": "nt", "n-triples": "nt", "nquads": "nq", "n-quads": "nq"} | {
    "json-ld": "jsonld",
    "rdf": "rdfxml",
    "rdf/xml": "rdfxml",
    "owl": "rdfxml",
}

# What SPARQLWrapper and others say in `format=`, also of the answer to a CONSTRUCT.
_CLIENTS_NAMES = {"xml": "rdfxml", "rdf+xml": "rdfxml", "json": "jsonld", "n3": "ttl"}


def by_name(name: str, formats: Mapping[str, Format]) -> Format:
    """The format called so; case does not matter.

    Raises:
        NotAcceptable: none of these formats has that name.
    """
    wanted = name.lower().lstrip(".")
    found = formats.get(_OTHER_NAMES.get(wanted, wanted)) or formats.get(_CLIENTS_NAMES.get(wanted, ""))
    if found is None:
        raise NotAcceptable(
            f"There is no format «{name[:200]}» here.", hint=f"Choose one of {', '.join(formats)}."
        )
    return found


def by_path(path: str | PurePath) -> Format:
    """The RDF format a file's ending tells.

    Raises:
        BadParameter: the ending is not one of ours.
    """
    ending = PurePath(path).suffix.lower().lstrip(".")
    name = _OTHER_NAMES.get(ending, ending)
    if name not in GRAPH_FORMATS:
        endings = ", ".join(f".{each.extension}" for each in GRAPH_FORMATS.values())
        raise BadParameter(
            f"The name of «{path}» does not tell its format.", hint=f"Let it end in one of {endings}."
        )
    return GRAPH_FORMATS[name]


def negotiate(accept: str | None, formats: Mapping[str, Format]) -> Format:
    """The format a client likes best, by the rules of HTTP (RFC 9110 §12.5.1).

    Args:
        accept: an Accept header; empty or None takes anything. The bare name of a format does too.
        formats: what can be had, best first: the order decides between equals.

    Raises:
        NotAcceptable: the client takes none of them.
    """
    if accept is None or not accept.strip():
        return next(iter(formats.values()))
    if "/" not in accept:
        return by_name(accept.strip(), formats)
    accept = accept[:_LONGEST_WISH]
    ranges = list(_ranges(accept))
    best, quality = None, 0.0
    for each in formats.values():
        liked = max(
            _quality(each.media_type, ranges), *(_exact(alias, ranges) for alias in each.aliases), 0.0
        )
        if liked > quality:
            best, quality = each, liked
    if best is None:
        on_offer = ", ".join(each.media_type for each in formats.values())
        raise NotAcceptable(
            f"Nothing here can be served as «{accept[:200]}».", hint=f"Accept one of {on_offer}."
        )
    return best


@lru_cache(1000)
def acceptable(accept: str) -> tuple[Format | None, Format | None]:
    """The best formats for a table and for a graph, None where a client takes none; as `negotiate`.

    Raises:
        NotAcceptable: the client takes neither.
    """
    found: list[Format | None] = []
    for formats in (TABLE_FORMATS, GRAPH_FORMATS):
        try:
            found.append(negotiate(accept, formats))
        except NotAcceptable:
            found.append(None)
    table, graph = found
    if table is None and graph is None:
        negotiate(accept, {**TABLE_FORMATS, **GRAPH_FORMATS})  # says so, and what is on offer
    return table, graph


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    """Each media range of the header with its weight; parameters other than q say nothing to us."""
    for part in accept.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                weight = _weight(value)
        if media_range:
            yield media_range, weight


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """The weight of the most specific range that covers the media type, 0 if none does."""
    for pattern in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        if any(media_range == pattern for media_range, _ in ranges):
            return _exact(pattern, ranges)
    return 0.0


def _exact(media_range: str, ranges: list[tuple[str, float]]) -> float:
    return max((weight for each, weight in ranges if each == media_range), default=0.0)
