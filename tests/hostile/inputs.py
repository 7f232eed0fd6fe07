"""What a hostile input is, and when the answer to it is a good one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from hostile.wire import Call, Check, Reply

ANSWER = "answer"
"""The right answer and nothing else: what only looks hostile."""

REFUSAL = "refusal"
"""A problem with a status of 400 to 499."""

EITHER = "either"
"""The right answer, a refusal, or 503."""

NO_HTTP = "no HTTP"
"""What is no proper HTTP: any error, in any words, or a closed connection."""

GONE = "gone"
"""Nothing: the client hangs up. How the others fare is what is looked at."""

_LONGEST_DETAIL = 1_000
_INTERNAL = re.compile(r"site-packages|Traceback|\.py\b|/(?:usr|tmp|proc|etc|var)/|RocksDB|checkpoint")


@dataclass(frozen=True)
class Input:
    """One hostile input.

    Attributes:
        id: its row in the checklist and its variant, such as `S2.optional`.
        what: a few words.
        call: what is sent.
        expect: one of the words above.
        check: looks at a 200.
        document: whether it goes to /validation, not to the SPARQL endpoint.
        own_time: whether it takes its time by itself (a slow client): then it need not end by the deadline, only end.
        copies: how many of it are sent at the same time.
    """

    id: str
    what: str
    call: Call
    expect: str = EITHER
    check: Check | None = None
    document: bool = False
    own_time: bool = False
    copies: int = 1

    @property
    def row(self) -> str:
        """The row of the checklist."""
        return self.id.partition(".")[0]


def complaint(given: Input, reply: Reply) -> str:
    """What is wrong with the reply to an input; empty if nothing is."""
    if given.expect == GONE:
        return ""
    if given.expect == NO_HTTP:
        broken = reply.status >= 400 or (reply.status == 0 and not reply.error.startswith("no end"))
        return "" if broken or reply.whole else f"{reply.status} {reply.error}"
    if reply.status == 0:
        return f"no answer: {reply.error}"
    if not reply.whole:
        return f"{reply.status} with a torn body"
    if reply.status == 200:
        if given.expect == REFUSAL:
            return "answered, and should have been refused"
        return (given.check or well_formed)(reply)
    if given.expect == ANSWER:
        return f"{reply.status}, and should have been answered: {reply.body[:160].decode(errors='replace')}"
    if 400 <= reply.status < 500 or (reply.status == 503 and given.expect != REFUSAL):
        return bad_problem(reply)
    return f"status {reply.status}: {reply.body[:160].decode(errors='replace')}"


def bad_problem(reply: Reply) -> str:
    """What keeps a reply from being a problem of RFC 9457 that says nothing internal; empty if it is one."""
    if reply.media_type == "text/html" and b"<script" not in reply.body:
        return ""
    if reply.media_type != "application/problem+json":
        return f"{reply.status} as {reply.media_type or 'nothing'}, no problem+json"
    try:
        told: Any = reply.json()
    except ValueError:
        return "the problem is no JSON"
    missing = {"type", "title", "status", "detail"} - set(told)
    if missing:
        return f"the problem lacks {', '.join(sorted(missing))}"
    if told["status"] != reply.status:
        return f"the problem says {told['status']}, the status is {reply.status}"
    if len(told["detail"]) > _LONGEST_DETAIL:
        return f"the problem's detail has {len(told['detail']):,} characters"
    inside = _INTERNAL.search(told["detail"] + told.get("hint", ""))
    if inside:
        return f"the problem tells of the inside: {inside[0]}"
    if reply.status == 503 and "retry-after" not in reply.headers:
        return "503 without Retry-After"
    return ""


def well_formed(reply: Reply) -> str:
    """What keeps the body from being what its media type says; empty if it is that."""
    try:
        if reply.media_type.endswith("json"):
            json.loads(reply.body)
        elif reply.media_type.endswith("xml"):
            ET.fromstring(reply.body)
        else:
            reply.body.decode()
    except (ValueError, ET.ParseError) as error:
        return f"the body is no {reply.media_type}: {str(error)[:80]}"
    return ""


def rows(number: int) -> Check:
    """The answer has so many rows."""

    def check(reply: Reply) -> str:
        if wrong := well_formed(reply):
            return wrong
        told: Any = reply.json()
        found = len(told["results"]["bindings"])
        return "" if found == number else f"{found:,} rows, not {number:,}"

    return check


def cell(value: str) -> Check:
    """The answer's first cell has this value."""

    def check(reply: Reply) -> str:
        if wrong := well_formed(reply):
            return wrong
        told: Any = reply.json()
        if "boolean" in told:
            found = str(told["boolean"]).lower()
        else:
            bindings = told["results"]["bindings"]
            found = next(iter(bindings[0].values()))["value"] if bindings and bindings[0] else ""
        return "" if found == value else f"the answer is «{found[:40]}», not «{value[:40]}»"

    return check


def lines(number: int) -> Check:
    """The answer, as CSV, has so many lines after the first."""

    def check(reply: Reply) -> str:
        found = reply.body.count(b"\n") - 1
        return "" if found == number else f"{found:,} lines, not {number:,}"

    return check


def body(text: bytes) -> Check:
    """The answer is exactly this."""
    return lambda reply: "" if reply.body == text else f"the body is {reply.body[:80]!r}"
