"""Answers on their way out: with their length, and with a tag so that nobody fetches the same one twice."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Send

from cc_graph.api.negotiation import wishes
from cc_graph.city import City
from cc_graph.store.reader import Answer
from cc_graph.store.spool import ENCODINGS

CHUNK: Final = 256 * 1024
_PATIENCE_SECONDS: Final = 0.05  # most answers are there before it pays to listen for a hang-up
_VARY: Final = (b"vary", b"Accept, Accept-Encoding")


def tag(revision: str, *parts: str) -> str:
    """The entity tag of what was asked (`parts`) of this revision of the graph."""
    digest = sha256("\0".join(parts).encode()).hexdigest()[:16]
    return f'"{revision}-{digest}"'


def holds(if_none_match: str, current: str) -> bool:
    """Whether a client holds the answer with that tag (RFC 9110, 13.1.2)."""
    held = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return current in held or if_none_match.strip() == "*"


def unchanged(request: Request, city: City, *parts: str) -> Response | None:
    """304 when the client holds the answer to `parts` of this revision, else None."""
    current = tag(city.revision, *parts)
    if holds(request.headers.get("if-none-match", ""), current):
        return Response(status_code=304, headers={"ETag": current})
    return None


@lru_cache(500)
def coding(accept_encoding: str) -> str | None:
    """The content coding a client likes best of those we have, None for none (RFC 9110, 12.5.3)."""
    wanted = dict(reversed(wishes(accept_encoding)))
    others = wanted.get("*", 0.0)
    liked = {name: wanted.get(name, others) for name in ENCODINGS}
    best = max(ENCODINGS, key=lambda name: liked[name])
    return best if liked[best] > wanted.get("identity", 0.0) else None


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
    told = {"Content-Length": str(answer.size), **(headers or {})}
    if answer.encoding:
        told["Content-Encoding"] = answer.encoding
    return StreamingResponse(_chunks(answer), media_type=answer.media_type, headers=told)


async def _chunks(answer: Answer) -> AsyncIterator[bytes]:
    # Read in the event loop: the file was written a moment ago and lies in memory.
    with answer:
        while chunk := answer.body.read(CHUNK):
            yield chunk


async def unless_gone(receive: Receive, making: Coroutine[Any, Any, Answer]) -> Answer | None:
    """What a coroutine gives, or None if the client hangs up before: then the coroutine is cancelled."""
    loop = asyncio.get_running_loop()
    answer = loop.create_task(making)
    listening: list[asyncio.Task[None]] = []

    def listen() -> None:
        listening.append(loop.create_task(_hang_up(receive)))
        listening[0].add_done_callback(lambda heard: heard.cancelled() or answer.cancel())

    later = loop.call_later(_PATIENCE_SECONDS, listen)
    try:
        return await answer
    except asyncio.CancelledError:
        if listening and listening[0].done():
            return None
        raise
    finally:
        later.cancel()
        for task in listening:
            task.cancel()


async def _hang_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def send_answer(send: Send, answer: Answer, entity_tag: str) -> None:
    """Send an answer by ASGI itself; an empty tag is none."""
    headers = [
        (b"content-type", answer.media_type.encode()),
        (b"content-length", b"%d" % answer.size),
        (b"cache-control", b"no-cache"),
        _VARY,
    ]
    if entity_tag:
        headers.append((b"etag", entity_tag.encode()))
    if answer.encoding:
        headers.append((b"content-encoding", answer.encoding.encode()))
    if isinstance(answer.content, bytes):
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer.content})
        return
    with answer:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async for chunk in _chunks(answer):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body"})


async def send_unchanged(send: Send, entity_tag: str) -> None:
    """Say that the client holds the answer already."""
    headers = [(b"etag", entity_tag.encode()), (b"cache-control", b"no-cache"), _VARY]
    await send({"type": "http.response.start", "status": 304, "headers": headers})
    await send({"type": "http.response.body"})
