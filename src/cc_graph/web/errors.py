"""Errors as pages, for people."""

from fastapi import Request, Response

from cc_graph.web.addresses import LANGUAGES
from cc_graph.web.rendering import render
from cc_graph.web.strings import known


def error_page(request: Request, preferred: str, slug: str, status: int, detail: str, hint: str) -> Response:
    """The page of an error, in the language of the address, else in the one preferred.

    Args:
        request: the call that failed.
        preferred: language the browser prefers.
        slug: kind of problem.
        status: HTTP status.
        detail: one sentence, in English.
        hint: what to do next, in English.
    """
    lang = next((known for known in LANGUAGES if request.url.path.startswith(f"/{known}/")), preferred)
    key = slug if known(f"problem.{slug}") else "other"
    return render(request, lang, "error.html", status=status, key=key, code=status, detail=detail, hint=hint)
