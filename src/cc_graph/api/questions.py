"""The questions one may ask, and their answers."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from cc_graph.api.answers import streamed, tag, unchanged, unless_gone
from cc_graph.api.context import CityNow, pages
from cc_graph.api.description import ANSWER, QUESTION_TEXT, QUESTIONS
from cc_graph.api.negotiation import LANGUAGES, choose, language_of, once, prefers_html
from cc_graph.questions import Question
from cc_graph.rdfio.formats import TABLE_FORMATS

router = APIRouter(tags=["questions"])


@router.get("/questions", summary="List the questions", openapi_extra=QUESTIONS, response_class=JSONResponse)
def list_questions(request: Request, city: CityNow) -> Response:
    """Every question with its titles, its parameters, an example and where its answer is."""
    if prefers_html(request):
        return RedirectResponse(pages(request).listing("questions"), status_code=303)
    return JSONResponse({"questions": [_summary(question, request) for question in city.questions()]})


@router.get("/question/{question_id}", include_in_schema=False)
def dereference(question_id: str, request: Request, city: CityNow) -> Response:
    """What the IRI of a question leads to."""
    question = city.question(question_id)
    target = pages(request).question(question.id) if prefers_html(request) else f"/questions/{question.id}"
    return RedirectResponse(target, status_code=303)


@router.get(
    "/questions/{question_id}", summary="Answer a question", openapi_extra=ANSWER, response_class=Response
)
async def answer(question_id: str, request: Request, city: CityNow) -> Response:
    """Answers a question as SPARQL results in JSON, CSV, TSV or XML; its parameters are query parameters."""
    given = once(request.query_params.multi_items())
    values = {name: value for name, value in given.items() if name not in {"lang", "format"}}
    if prefers_html(request) and "format" not in given:
        target = pages(request).question(city.question(question_id).id, values)
        return RedirectResponse(target, status_code=303)
    lang = language_of(given, request)
    chosen = choose(request, TABLE_FORMATS, given.get("format"))
    query = city.prepared(question_id, chosen.name, lang, values)
    parts = (query.digest, lang)  # of the text too: a question may be put otherwise after an upgrade
    # The revision of a store on the network takes a call, so it is asked for in a thread, and only if it matters.
    if "if-none-match" in request.headers and (
        held := await run_in_threadpool(unchanged, request, city, *parts)
    ):
        return held
    found = await unless_gone(request.receive, city.reader.answer(query))
    if found is None:
        return Response(status_code=499)  # to nobody: it says so in the log
    return streamed(found, {"ETag": tag(found.revision, *parts), "Content-Language": lang})


@router.get(
    "/questions/{question_id}/query",
    summary="The SPARQL of a question",
    openapi_extra=QUESTION_TEXT,
    response_class=PlainTextResponse,
)
def text(question_id: str, city: CityNow) -> Response:
    """The query behind a question as it lies in its file; it runs unchanged in any SPARQL tool."""
    return Response(city.question(question_id).text, media_type="application/sparql-query; charset=utf-8")


def _summary(question: Question, request: Request) -> dict[str, Any]:
    addresses = {lang: request.app.state.pages(lang) for lang in LANGUAGES}
    return {
        "id": question.id,
        "title": question.title,
        "description": question.description,
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.type,
                "kind": parameter.kind,
                "class": parameter.class_name,
                "required": parameter.required,
                "label": parameter.label,
            }
            for parameter in question.parameters
        ],
        "view": question.view,
        "example": question.example,
        "links": {
            "answer": f"/questions/{question.id}",
            "query": f"/questions/{question.id}/query",
            "pages": {lang: address.question(question.id) for lang, address in addresses.items()},
        },
    }
