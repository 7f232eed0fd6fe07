"""The SPARQL 1.1 Protocol, for queries: a plain ASGI application, because a framework's layers cost more than a point lookup.

A call is read, its form negotiated, and its answer looked up among those kept for the newest revision; else a worker
makes it while we listen whether the client is still there. An answer is complete before its first byte leaves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cc_graph.api.answers import answered, coding, holds, send_answer, send_unchanged, unless_gone
from cc_graph.api.calls import Call, CallHeaders, by_address, by_body
from cc_graph.api.context import pages
from cc_graph.api.logs import note_query
from cc_graph.api.negotiation import prefers_html
from cc_graph.errors import CityError, TooLarge
from cc_graph.rdfio.formats import GRAPH_FORMATS, negotiate

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from cc_graph.city import City

Face = Callable[[Request, Exception], Response]
"""Makes the response that tells of an error."""

MAX_BODY_BYTES: Final = 1_000_000
MAX_ADDRESS_BYTES: Final = 64 * 1024
MAX_WISHES_BYTES: Final = 4096
"""How long the headers may be that say in which form an answer is liked."""

BODY_SECONDS: Final = 10.0
"""How long the body of a call may take to arrive."""

_LONG: Final = 16 * 1024  # what takes so many bytes is read beside the event loop
_METHODS: Final = "GET, HEAD, POST, OPTIONS"


class SparqlEndpoint:
    """The ASGI application at `/sparql`; it asks the city in the state of the application it is part of."""

    def __init__(self, face: Face) -> None:
        """Tell of errors with that face."""
        self._face = face

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        try:
            response = await self._respond(scope, receive, send)
        except (CityError, HTTPException) as error:
            response = await run_in_threadpool(self._face, Request(scope), error)
        if response is not None:
            await response(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> Response | None:
        """Answer a call, or give the response that will."""
        headers = CallHeaders.of(scope["headers"])
        if len(headers.accept) + len(headers.accept_encoding) > MAX_WISHES_BYTES:
            raise HTTPException(431)
        encoding = coding(headers.accept_encoding)
        query_string: bytes = scope["query_string"]
        if len(query_string) > MAX_ADDRESS_BYTES:
            raise HTTPException(414)
        match scope["method"]:
            case "GET" | "HEAD":
                if b"=" not in query_string:
                    return await _describe(Request(scope), encoding)
                call = by_address(query_string, headers.accept, encoding)
            case "POST":
                body = await _body(receive)
                sent = (query_string, body, headers, encoding)
                call = await run_in_threadpool(by_body, *sent) if len(body) > _LONG else by_body(*sent)
            case "OPTIONS":
                return Response(status_code=204, headers={"Allow": _METHODS})
            case _:
                raise HTTPException(405, headers={"Allow": _METHODS})
        await _answer(call, headers.if_none_match, scope, receive, send)
        return None


async def _answer(call: Call, held: str, scope: Scope, receive: Receive, send: Send) -> None:
    city: City = scope["app"].state.city
    reader, query = city.reader, call.query
    note_query(scope, query.text)
    revision, answer = reader.kept(query)
    # A star stands for any answer there is: whether there is one is known when it has been made.
    if held and held != "*" and holds(held, tag := f'"{revision}-{query.digest}"'):
        await send_unchanged(send, tag)
        return
    if answer is None:
        seconds = min(call.seconds or reader.seconds, reader.seconds)
        answer = await unless_gone(receive, reader.answer(query, seconds))
    if answer is not None:
        tag = "" if answer.changing else f'"{answer.revision}-{query.digest}"'
        if tag and holds(held, tag):  # of a store on the network, too, the revision is known only now
            answer.close()
            await send_unchanged(send, tag)
        else:
            await send_answer(send, answer, tag)


async def _body(receive: Receive) -> bytes:
    """The body of a call.

    Raises:
        TooLarge: it is longer than we read.
        HTTPException: it takes too long to arrive.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise HTTPException(400)  # half a query may be another one
                body += message.get("body", b"")
                if len(body) > MAX_BODY_BYTES:
                    raise TooLarge(
                        f"The body of the call is longer than {MAX_BODY_BYTES:,} bytes.",
                        hint="Send a shorter query.",
                    )
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        raise HTTPException(408) from None


async def _describe(request: Request, encoding: str | None) -> Response:
    """What the endpoint is and holds: a form for people, a description for programs."""
    if prefers_html(request):
        return RedirectResponse(pages(request).sparql(), status_code=303)
    city: City = request.app.state.city
    form = negotiate(request.headers.get("accept"), GRAPH_FORMATS)
    address = str(request.url.replace(query=""))
    return await run_in_threadpool(
        answered,
        request,
        city,
        ("description", form.name, address, encoding or ""),
        lambda: city.service_description(address, form.name, encoding),
    )
