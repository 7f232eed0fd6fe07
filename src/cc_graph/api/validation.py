"""Judging a document before it is contributed: what the shapes find, in sentences. Nothing of it is kept."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from cc_graph.api.bodies import spooled
from cc_graph.api.context import CityNow
from cc_graph.api.description import VALIDATE
from cc_graph.api.negotiation import choose, language_of, once
from cc_graph.contributions import Document, Verdict
from cc_graph.contributions.documents import LARGEST_DOCUMENT
from cc_graph.errors import TooMuch, UnsupportedMediaType
from cc_graph.rdfio.formats import GRAPH_FORMATS, Format
from cc_graph.rdfio.inflating import CODINGS

router = APIRouter(tags=["validation"])

AT_ONCE = 2
"""How many documents are judged at the same time."""

WAITING = 8
"""How many more may wait for that."""

ARRIVING = 64
"""How many more may be on their way to us."""

_JSON = Format("json", "application/json", "json")
_ANSWERS = {"json": _JSON} | {name: each for name, each in GRAPH_FORMATS.items() if name != "jsonld"}
_ANSWERS["jsonld"] = Format("jsonld", "application/ld+json", "jsonld")  # application/json is the findings
_BY_TYPE = {
    media_type: each for each in GRAPH_FORMATS.values() for media_type in (each.media_type, *each.aliases)
}


@dataclass
class Line:
    """Few at a time, some behind them, and nobody beyond: memory is for so many documents and no more.

    Attributes:
        arriving: how many documents are on their way or here.
        waiting: how many of them are whole and not yet judged to the end.
    """

    arriving: int = 0
    waiting: int = 0

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)

    @contextmanager
    def arrival(self) -> Iterator[None]:
        """Let a document come in.

        Raises:
            TooMuch: too many are coming.
        """
        if self.arriving >= ARRIVING + WAITING + AT_ONCE:
            raise _full()
        self.arriving += 1
        try:
            yield
        finally:
            self.arriving -= 1

    @asynccontextmanager
    async def place(self, seconds: float) -> AsyncIterator[None]:
        """Wait for a place to be judged.

        Raises:
            TooMuch: too many wait, or it took too long.
        """
        if self.waiting >= WAITING + AT_ONCE:
            raise _full()
        self.waiting += 1
        try:
            try:
                await asyncio.wait_for(self._places.acquire(), seconds)
            except TimeoutError:
                raise _full() from None
            try:
                yield
            finally:
                self._places.release()
        finally:
            self.waiting -= 1


def _full() -> TooMuch:
    return TooMuch("Too many documents are being judged.", hint="Try again in a moment.")


@router.post("/validation", summary="Judge a document", openapi_extra=VALIDATE, response_class=Response)
async def validation(request: Request, city: CityNow) -> Response:
    """Judges one RDF document as if it were contributed and tells what is wrong with it; nothing of it is kept.

    The answer is JSON with the findings in sentences, or a SHACL validation report in the RDF format you accept. A
    document that conforms and one that does not are both answered with 200; 422 is for what cannot be read.
    """
    query = once(request.query_params.multi_items())
    answer_in, lang = choose(request, _ANSWERS, query.get("format")), language_of(query, request)
    form, coding = _format_of(request), _coding_of(request)
    line: Line = request.app.state.line
    seconds = city.settings.query_seconds
    with line.arrival():
        async with spooled(request, LARGEST_DOCUMENT, seconds) as body:
            deadline = time.monotonic() + seconds
            async with line.place(seconds):
                verdict = await run_in_threadpool(
                    city.judge,
                    Document(body, form, coding),
                    "" if answer_in is _JSON else answer_in.name,
                    max(deadline - time.monotonic(), 0.001),
                )
    if answer_in is not _JSON:
        return Response(verdict.report, media_type=answer_in.media_type)
    return JSONResponse(_told(verdict, lang), headers={"Content-Language": lang})


def _told(verdict: Verdict, lang: str) -> dict[str, object]:
    return {
        "conforms": verdict.conforms,
        "counts": {name: verdict.counts.get(name, 0) for name in ("violation", "warning", "info")},
        "findings": [{"sentence": each.sentence(lang), **each.to_dict()} for each in verdict.findings],
    }


def _format_of(request: Request) -> Format:
    """The format the body comes in.

    Raises:
        UnsupportedMediaType: it is none of ours, or not in UTF-8.
    """
    media_type, *parameters = (
        part.strip().lower() for part in request.headers.get("content-type", "").split(";")
    )
    form = _BY_TYPE.get(media_type)
    if form is None:
        on_offer = ", ".join(each.media_type for each in GRAPH_FORMATS.values())
        raise UnsupportedMediaType(
            f"A body of type «{media_type or 'none'}» is no RDF document.",
            hint=f"Send it as one of {on_offer}.",
        )
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip(' "') not in {"utf-8", "utf8", "us-ascii"}:
            raise UnsupportedMediaType(f"A document in {value} is not read.", hint="Save it in UTF-8.")
    return form


def _coding_of(request: Request) -> str:
    """How the body is packed, empty if it is not.

    Raises:
        UnsupportedMediaType: in a way we do not read, or more than once.
    """
    told = ",".join(request.headers.getlist("content-encoding"))
    codings = [each for part in told.split(",") if (each := part.strip().lower()) not in {"", "identity"}]
    if not codings:
        return ""
    coding = codings[0].removeprefix("x-")
    if len(codings) > 1 or coding not in CODINGS:
        raise UnsupportedMediaType(
            f"A body packed as «{told}» is not unpacked.", hint=f"Pack it once, as {' or '.join(CODINGS)}."
        )
    return coding
