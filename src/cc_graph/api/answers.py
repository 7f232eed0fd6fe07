"""Answers on their way out: streamed, with their length, and with a tag so that nobody fetches the same one twice."""

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from cc_graph.city import City
from cc_graph.store.reader import Answer

CHUNK = 64 * 1024


def tag(revision: str, *parts: str) -> str:
    """The entity tag of what was asked (`parts`) of this revision of the graph."""
    digest = sha256("\0".join(parts).encode()).hexdigest()[:16]
    return f'"{revision}-{digest}"'


def unchanged(request: Request, city: City, *parts: str) -> Response | None:
    """304 when the client holds the answer to `parts` of this revision, else None."""
    held = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    current = tag(city.revision, *parts)
    return Response(status_code=304, headers={"ETag": current}) if current in held else None


def answered(
    request: Request,
    city: City,
    parts: tuple[str, ...],
    ask: Callable[[], Answer],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer of `ask`, or 304 without asking when the client holds the answer of this revision."""
    if held := unchanged(request, city, *parts):
        return held
    answer = ask()
    return streamed(answer, {"ETag": tag(answer.revision, *parts), **(headers or {})})


def streamed(answer: Answer, headers: Mapping[str, str] | None = None) -> Response:
    """The bytes of an answer in chunks; the answer is closed after the last one."""
    length = {"Content-Length": str(answer.size)}
    return StreamingResponse(
        _chunks(answer), media_type=answer.media_type, headers={**length, **(headers or {})}
    )


def _chunks(answer: Answer) -> Iterator[bytes]:
    with answer:
        while chunk := answer.body.read(CHUNK):
            yield chunk
