"""The SPARQL 1.1 Protocol: read-only, by GET and by both kinds of POST."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from cc_graph.api.answers import answered, streamed
from cc_graph.api.context import CityNow, pages
from cc_graph.api.description import SPARQL_GET, SPARQL_POST
from cc_graph.api.negotiation import prefers_html
from cc_graph.city import City
from cc_graph.errors import BadRequest, Refused, TooLarge, UnsupportedMediaType
from cc_graph.store.reader import Answer

router = APIRouter(tags=["sparql"])

MAX_BODY_BYTES = 1_000_000
_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"

# An answer that changes from call to call must not be given a tag.
_CHANGING = re.compile(r"\b(NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)


@dataclass(frozen=True)
class Call:
    """One operation of the protocol, read and checked."""

    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str

    MISSING: ClassVar[str] = "The call carries no query."

    @classmethod
    def read(cls, pairs: Sequence[tuple[str, str]]) -> "Call":
        """The call of these parameters.

        Raises:
            Refused: it is an update.
            BadRequest: there is no query, there are two, or a query and an update.
        """
        queries = [value for name, value in pairs if name == "query"]
        updates = [value for name, value in pairs if name == "update"]
        if queries and updates:
            raise BadRequest(
                "The call carries both a query and an update.", hint="Send one query and nothing else."
            )
        if updates:
            raise _read_only()
        if len(queries) > 1:
            raise BadRequest(f"The call carries {len(queries)} queries.", hint="Send one query per call.")
        if not queries or not queries[0].strip():
            raise BadRequest(
                cls.MISSING, hint="Send the query as the parameter «query», by GET or POST; see /api."
            )
        return cls(
            queries[0],
            tuple(value for name, value in pairs if name == "default-graph-uri"),
            tuple(value for name, value in pairs if name == "named-graph-uri"),
            next((value for name, value in pairs if name == "format"), ""),
        )


def _read_only() -> Refused:
    return Refused(
        "This endpoint answers queries and carries out no updates.",
        hint="Changes go through «cc-graph contribute» or a contribution to the data set.",
    )


async def body_of(request: Request) -> bytes:
    """The body of the call.

    Raises:
        TooLarge: it is longer than we read.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge(
                f"The body of the call is longer than {MAX_BODY_BYTES:,} bytes.", hint="Send a shorter query."
            )
    return bytes(body)


@router.get("/sparql", summary="Query by GET", openapi_extra=SPARQL_GET, response_class=Response)
def query_by_get(request: Request, city: CityNow) -> Response:
    """Answers a SPARQL query; the prefixes of the project are declared already."""
    pairs = request.query_params.multi_items()
    if prefers_html(request) and not {"query", "update"} & {name for name, _ in pairs}:
        return RedirectResponse(pages(request).sparql(), status_code=303)
    return _answer(request, city, Call.read(pairs))


@router.post("/sparql", summary="Query by POST", openapi_extra=SPARQL_POST, response_class=Response)
def query_by_post(request: Request, city: CityNow, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Answers a SPARQL query sent as a form or as it is; for queries too long for an address."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    in_url = request.query_params.multi_items()
    if media_type == _UPDATE:
        raise _read_only()
    text = _decoded(body)
    if media_type == _QUERY:
        return _answer(request, city, Call.read([*in_url, ("query", text)]))
    if media_type == _FORM:
        return _answer(request, city, Call.read([*in_url, *parse_qsl(text, keep_blank_values=True)]))
    raise UnsupportedMediaType(
        f"A body of type «{media_type or 'none'}» carries no query.",
        hint=f"Send it as {_FORM} or as {_QUERY}.",
    )


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadRequest("The body of the call is not UTF-8.", hint="Send the query in UTF-8.") from error


def _answer(request: Request, city: City, call: Call) -> Response:
    accept = call.format or request.headers.get("accept") or "*/*"

    def ask() -> Answer:
        return city.query(
            call.query, accept=accept, default_graphs=call.default_graphs, named_graphs=call.named_graphs
        )

    if _CHANGING.search(call.query):
        return streamed(ask())
    graphs = (" ".join(call.default_graphs), " ".join(call.named_graphs))
    return answered(request, city, (call.query, accept, *graphs), ask)
