"""Bodies of calls that carry a document: read up to a size and within a time, onto disk and not into memory."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

from fastapi import Request
from starlette.requests import ClientDisconnect

from cc_graph.errors import BadRequest, TooLarge, TooSlow

PATIENCE = 10.0
"""For how many seconds a body may stand still."""


@asynccontextmanager
async def spooled(request: Request, largest: int, seconds: float) -> AsyncIterator[IO[bytes]]:
    """The body of a call as a file, gone when the context ends.

    Args:
        request: the call.
        largest: how many bytes the body may have.
        seconds: how long it may take to come.

    Raises:
        TooLarge: it is longer.
        TooSlow: it does not come in time.
        BadRequest: it breaks off.
    """
    too_large = TooLarge(f"The body of the call is longer than {largest >> 20} MB.", hint="Send it in parts.")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > largest:
        raise too_large
    with tempfile.TemporaryFile() as file:
        chunks, size = request.stream(), 0
        try:
            async with asyncio.timeout(seconds):
                while chunk := await _next(chunks):
                    size += len(chunk)
                    if size > largest:
                        raise too_large
                    file.write(chunk)
        except TimeoutError:
            raise TooSlow(
                "The body of the call did not come in time.", hint="Send it in one go, or over a faster line."
            ) from None
        except ClientDisconnect:
            raise BadRequest("The body of the call breaks off.", hint="Send it again.") from None
        yield file


async def _next(chunks: AsyncIterator[bytes]) -> bytes:
    """The next chunk that is not empty; an empty one at the end."""
    async with asyncio.timeout(PATIENCE):
        async for chunk in chunks:
            if chunk:
                return chunk
    return b""
