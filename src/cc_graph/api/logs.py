"""What the server writes about itself: one JSON object a line on stderr, each call under an id of its own.

Control characters of a query or an address are escaped by JSON, so nothing a caller sends can begin a line.
"""

import logging
import re
import secrets
import sys
import threading
from collections.abc import Iterable
from itertools import count
from queue import Full, Queue
from time import monotonic, perf_counter, sleep
from typing import Any, Final, TextIO

from pythonjsonlogger.json import JsonFormatter
from starlette.types import Message, Scope, Send

logger = logging.getLogger(__name__)

VISIT: Final = "cc_graph.visit"
"""Where the scope of a call keeps its `Visit`."""

LONGEST_QUERY: Final = 2000
"""How many characters of a query are logged."""

_LAST_WORDS_SECONDS: Final = 2.0
_SANE: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_PROCESS: Final = secrets.token_hex(4)
_NUMBERS: Final = count(1)


class Visit:
    """One call and its answer, as far as they are known; made for every call, so it does little.

    Attributes:
        id: what the log, the header X-Request-ID and problems call it: the caller's own id if it is a sane one.
        route: template of the address, such as `/questions/{question_id}`.
        query: what was asked, for the log of slow and failed calls; see `note_query`.
        status: of the answer, 0 before it begins.
        seconds: from the call to the beginning of the answer.
        complete: whether the whole answer has been handed to the server.
        error: what went wrong, if the answer says that something of ours did.
    """

    __slots__ = ("_began", "_send", "complete", "error", "id", "query", "route", "seconds", "status")

    def __init__(self, headers: Iterable[tuple[bytes, bytes]], send: Send) -> None:
        """Begin to look at a call."""
        self._began = perf_counter()
        self._send = send
        self.id = _id(headers)
        self.route = self.query = ""
        self.status, self.seconds = 0, 0.0
        self.complete = False
        self.error: Exception | None = None

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on."""
        if message["type"] == "http.response.start":
            self.seconds = perf_counter() - self._began
            self.status = message["status"]
            headers = [*message.get("headers", ()), (b"x-request-id", self.id.encode())]
            message = {**message, "headers": headers}
        elif not message.get("more_body", False):
            self.complete = True
        await self._send(message)

    def end(self, scope: Scope, slow_seconds: float) -> None:
        """Log the call: as failed, as slow, or, where everything is logged, as answered."""
        if not self.status:
            self.seconds = perf_counter() - self._began
        slow = self.seconds > slow_seconds
        level, words = logging.INFO, "answered" if self.status else "abandoned"
        if self.status >= 500:
            level, words = (logging.ERROR if self.status == 500 else logging.WARNING), "failed"
        elif slow:
            level, words = logging.WARNING, "slow"
        if not logger.isEnabledFor(level):
            return
        fields: dict[str, Any] = {
            "request_id": self.id,
            "method": scope["method"],
            "path": scope["path"],
            "status": self.status,
            "seconds": round(self.seconds, 6),
            "client": (scope.get("client") or ("",))[0],
        }
        if level > logging.INFO:
            asked = self.query or scope["query_string"].decode("latin-1")
            fields["query"] = asked[:LONGEST_QUERY]
        logger.log(level, words, extra=fields, exc_info=self.error)


def note_query(scope: Scope, text: str) -> None:
    """Have a query in the log if its answer turns out to be slow or to fail; costs nothing otherwise."""
    if visit := scope.get(VISIT):
        visit.query = text


def request_id(scope: Scope) -> str:
    """The id of a call."""
    visit: Visit | None = scope.get(VISIT)
    return visit.id if visit else ""


def _id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    for name, value in headers:
        if name == b"x-request-id" and _SANE.fullmatch(value):
            return value.decode("ascii")
    return f"{_PROCESS}-{next(_NUMBERS):x}"


class Aside(logging.Handler):
    """Writes lines to stderr from a thread of its own: a reader of ours that falls asleep must not stop the service.

    If it sleeps for long, the lines that find no room are lost, and the next one that does says how many.
    """

    MOST_WAITING: Final = 10_000

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to that stream; to stderr if None."""
        super().__init__()
        self._stream = stream or sys.stderr
        self._lines: Queue[str] = Queue(self.MOST_WAITING)
        self._lost = 0
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Put a line in the row."""
        line = self.format(record)
        if self._lost:
            line = (
                f'{{"level": "WARNING", "message": "{self._lost} lines before this one were lost"}}\n{line}'
            )
        try:
            self._lines.put_nowait(f"{line}\n")
        except Full:
            self._lost += 1
        else:
            self._lost = 0

    def flush(self) -> None:
        """Wait a little for what is in the row; at the end of the process, too."""
        end = monotonic() + _LAST_WORDS_SECONDS
        while self._lines.unfinished_tasks and monotonic() < end:
            sleep(0.01)

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            try:
                self._stream.write(line)
                self._stream.flush()
            except (OSError, ValueError):  # nobody reads any more
                self._lost += 1
            finally:
                self._lines.task_done()


def configuration(level: str) -> dict[str, Any]:
    """How to log, as `logging.config.dictConfig` takes it: everything in one form, ours and the server's from `level` on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": f"{__name__}.formatter"}},
        "handlers": {"stderr": {"()": f"{__name__}.Aside", "formatter": "json"}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {name: {"level": level.upper()} for name in ("cc_graph", "uvicorn")},
    }


def formatter() -> JsonFormatter:
    """Time, level, message, where from, and whatever a line has besides; ASCII, so that no line separator gets through."""
    return JsonFormatter(
        ["levelname", "message", "name"],
        rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
        reserved_attrs=[*logging.makeLogRecord({}).__dict__, "color_message"],
        timestamp="time",
        json_ensure_ascii=True,
    )
