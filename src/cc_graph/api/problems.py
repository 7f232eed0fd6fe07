"""Errors as RFC 9457 problems."""

from dataclasses import asdict, dataclass
from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from cc_graph.errors import CityError

MEDIA_TYPE = "application/problem+json"

_HINTS = {
    404: "See /questions, /network and /api for what there is.",
    405: "The header Allow lists the methods this address answers to; the graph itself is changed by contributions.",
    408: "Send the whole call at once, or look at the connection.",
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
    """

    type: str
    title: str
    status: int
    detail: str
    hint: str
    instance: str

    @property
    def slug(self) -> str:
        """The last segment of `type`."""
        return self.type.rpartition("/")[2]

    def response(self) -> JSONResponse:
        """The problem as JSON."""
        return JSONResponse(asdict(self), status_code=self.status, media_type=MEDIA_TYPE)


def problem(error: Exception, request: Request) -> Problem:
    """The problem that tells about an error; of an unexpected one it says nothing internal."""
    instance = request.url.path
    match error:
        case CityError():
            return Problem(
                f"/problems/{error.slug}", error.title_en, error.status, str(error), error.hint, instance
            )
        case RequestValidationError():
            return Problem(
                "/problems/invalid-call",
                "Call not valid",
                422,
                _first(error),
                "See /api for what the call takes.",
                instance,
            )
        case HTTPException():
            title = HTTPStatus(error.status_code).phrase
            slug = title.lower().replace(" ", "-")
            detail = (
                f"There is nothing at {instance}."
                if error.status_code == 404
                else f"{title}: {request.method} {instance}."
            )
            hint = _HINTS.get(error.status_code, "See /api for what there is.")
            return Problem(f"/problems/{slug}", title, error.status_code, detail, hint, instance)
        case _:
            detail = "The server met an error of its own and wrote it to its log."
            hint = "Try again; if it stays, tell us the address and the time."
            return Problem(f"/problems/{CityError.slug}", CityError.title_en, 500, detail, hint, instance)


def _first(error: RequestValidationError) -> str:
    first = error.errors()[0]
    return f"«{first['loc'][-1]}»: {first['msg']}."
