"""Calls of the SPARQL 1.1 Protocol, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from cc_graph.errors import BadParameter, BadRequest, Refused, UnsupportedMediaType
from cc_graph.rdfio.formats import acceptable
from cc_graph.store.reader import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_UPDATE: Final = "application/sparql-update"
_MOST_PARAMETERS: Final = 2000
_LONGEST_KEPT: Final = 8 * 1024  # calls longer than this are read anew each time

Pairs = tuple[tuple[str, str], ...]


@dataclass
class CallHeaders:
    """Those headers of a call that matter here; empty where there is none."""

    accept: str = ""
    accept_encoding: str = ""
    if_none_match: str = ""
    content_type: str = ""
    content_encoding: str = ""

    @classmethod
    def of(cls, raw: Sequence[tuple[bytes, bytes]]) -> CallHeaders:
        """Those of a call, as ASGI gives them."""
        found = cls()
        for name, value in raw:
            match name:
                case b"accept":
                    found.accept = f"{found.accept}, {value.decode('latin-1')}".lstrip(", ")
                case b"accept-encoding":
                    found.accept_encoding = value.decode("latin-1")
                case b"if-none-match":
                    found.if_none_match = value.decode("latin-1")
                case b"content-type":
                    found.content_type = value.decode("latin-1").partition(";")[0].strip().lower()
                case b"content-encoding":
                    found.content_encoding = value.decode("latin-1").strip().lower()
        return found


@dataclass(frozen=True)
class Call:
    """One operation of the protocol, read and checked.

    Attributes:
        query: the query and the form its answer is wanted in.
        seconds: how long it may take, if the client said so.
    """

    query: Query
    seconds: float | None

    @classmethod
    def read(cls, pairs: Pairs, accept: str, encoding: str | None) -> Call:
        """The call of these parameters.

        Raises:
            Refused: it is an update.
            BadRequest: there is no query, there are two, or a query and an update.
            BadParameter: another parameter has a value that cannot be used.
            NotAcceptable: nothing here can be served so.
        """
        text = _only_query(pairs)
        # SPARQLWrapper sends it twice: `format=tsv&format=text/tab-separated-values`, `format=json-ld&format=`.
        form = next((value for name, value in pairs if name == "format" and value), "")
        table_format, graph_format = acceptable(form or accept or "*/*")
        default_graphs = tuple(value for name, value in pairs if name == "default-graph-uri")
        named_graphs = tuple(value for name, value in pairs if name == "named-graph-uri")
        query = Query(text, table_format, graph_format, default_graphs, named_graphs, encoding)
        return cls(query, _seconds(_single(pairs, "timeout")))


def _only_query(pairs: Pairs) -> str:
    queries = [value for name, value in pairs if name == "query"]
    if any(name == "update" for name, _ in pairs):
        if queries:
            raise BadRequest(
                "The call carries both a query and an update.", hint="Send one query and nothing else."
            )
        raise _read_only()
    if len(queries) > 1:
        raise BadRequest(f"The call carries {len(queries)} queries.", hint="Send one query per call.")
    if not queries or not queries[0].strip():
        raise BadRequest(
            "The call carries no query.",
            hint="Send the query as the parameter «query», by GET or POST; see /api.",
        )
    return queries[0]


def _single(pairs: Pairs, name: str) -> str:
    values = [value for key, value in pairs if key == name]
    if len(values) > 1:
        raise BadParameter(f"The parameter «{name}» is given twice.", hint=f"Give «{name}» once.")
    return values[0] if values else ""


def _seconds(text: str) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise BadParameter(
            f"The parameter «timeout» is «{text}», which is no number of seconds above 0.",
            hint="Leave timeout out, or give seconds, such as timeout=5.",
        )
    return seconds


def _read_only() -> Refused:
    return Refused(
        "This endpoint answers queries and carries out no updates.",
        hint="Changes go through «cc-graph contribute» or a contribution to the data set.",
    )


def by_address(query_string: bytes, accept: str, encoding: str | None) -> Call:
    """The call an address makes; raises as `Call.read`."""
    read = _kept if len(query_string) <= _LONGEST_KEPT else _read
    return read(query_string, accept, encoding)


def by_body(query_string: bytes, body: bytes, headers: CallHeaders, encoding: str | None) -> Call:
    """The call that an address and a body make together; raises as `Call.read`.

    Raises:
        UnsupportedMediaType: the body is of a kind that carries no query, or compressed.
    """
    if headers.content_encoding not in {"", "identity"}:
        raise UnsupportedMediaType(
            f"A body coded as «{headers.content_encoding}» is not read.", hint="Send it as it is."
        )
    pairs = _pairs(query_string)
    if headers.content_type == _UPDATE:
        raise _read_only()
    if headers.content_type == _QUERY:
        pairs = (*pairs, ("query", _decoded(body)))
    elif headers.content_type == _FORM:
        pairs = (*pairs, *_pairs(body))
    else:
        raise UnsupportedMediaType(
            f"A body of type «{headers.content_type or 'none'}» carries no query.",
            hint=f"Send it as {_FORM} or as {_QUERY}.",
        )
    return Call.read(pairs, headers.accept, encoding)


def _read(query_string: bytes, accept: str, encoding: str | None) -> Call:
    return Call.read(_pairs(query_string), accept, encoding)


_kept = lru_cache(2000)(_read)


def _pairs(encoded: bytes) -> Pairs:
    try:
        found = parse_qsl(
            encoded.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except UnicodeDecodeError:
        raise BadRequest("The call is not UTF-8.", hint="Send the query in UTF-8.") from None
    except ValueError:
        raise BadRequest(
            f"The call has more than {_MOST_PARAMETERS:,} parameters.", hint="Name fewer graphs."
        ) from None
    return tuple(found)


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise BadRequest("The body of the call is not UTF-8.", hint="Send the query in UTF-8.") from None
