"""Errors as RFC 9457 problems."""

from dataclasses import asdict, dataclass
from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from cc_graph.api.logs import request_id
from cc_graph.errors import CityError

MEDIA_TYPE = "application/problem+json"

_HINTS = {
    404: "See /questions, /network and /api for what there is.",
    405: "The header Allow lists the methods this address answers to; the graph itself is changed by contributions.",
    408: "Send the whole call at once, or look at the connection.",
    431: "Leave out headers, or shorten them; an Accept of one line will do.",
    414: "Send a long query by POST.",
}


@dataclass(frozen=True)
class Problem:
    """One problem, as the API shows it.

    Attributes:
        type: path of the page that explains this kind of problem.
        title: what kind of problem it is.
        status: HTTP status.
        detail: one sentence about this occurrence.
        hint: what to do next, one sentence.
        instance: path of the call that failed.
        request_id: what our log calls it.
    """

    type: str
    title: str
    status: int
    detail: str
    hint: str
    instance: str
    request_id: str

    @property
    def slug(self) -> str:
        """The last segment of `type`."""
        return self.type.rpartition("/")[2]

    def response(self) -> JSONResponse:
        """The problem as JSON."""
        return JSONResponse(asdict(self), status_code=self.status, media_type=MEDIA_TYPE)


def problem(error: Exception, request: Request) -> Problem:
    """The problem that tells about an error; of an unexpected one it says nothing internal."""
    instance, identity = request.url.path, request_id(request.scope)
    match error:
        case CityError():
            slug, title, status = error.slug, error.title_en, error.status
            detail, hint = str(error), error.hint
        case RequestValidationError():
            slug, title, status = "invalid-call", "Call not valid", 422
            detail, hint = _first(error), "See /api for what the call takes."
        case HTTPException():
            status = error.status_code
            title = HTTPStatus(status).phrase
            slug = title.lower().replace(" ", "-")
            hint = _HINTS.get(status, "See /api for what there is.")
            detail = f"{title}: {request.method} {instance}."
            if status == 404:
                detail = f"There is nothing at {instance}."
        case _:
            slug, title, status = CityError.slug, CityError.title_en, 500
            detail = "The server met an error of its own and wrote it to its log."
            hint = f"Try again; if it stays, tell us its number in the log, {identity}."
    return Problem(f"/problems/{slug}", title, status, detail, hint, instance, identity)


def _first(error: RequestValidationError) -> str:
    first = error.errors()[0]
    return f"«{first['loc'][-1]}»: {first['msg']}."
