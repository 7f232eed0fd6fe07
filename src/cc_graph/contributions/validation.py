"""Validation by pySHACL, in processes of their own that can be killed."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from cc_graph.contributions.findings import Finding
from cc_graph.errors import CityError, TooMuch, Unavailable
from cc_graph.questions import iri_term
from cc_graph.sandbox import Sandbox, read
from cc_graph.vocab import SCHEMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

SECONDS = 600.0
MEMORY_MB = 4096
START_SECONDS = 30.0

_AT_ONCE = 500
_GRACE = 0.5


@dataclass(frozen=True)
class Verdict:
    """What the shapes say of some data.

    Attributes:
        findings: violations first; the first so many, where only so many were asked for.
        report: the SHACL validation report of these findings, in the format asked for.
        counts: how many findings of each severity there are in all.
    """

    findings: tuple[Finding, ...]
    report: str
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def conforms(self) -> bool:
        """Whether nothing makes the data unusable."""
        return not self.counts.get("violation")


@dataclass(frozen=True)
class Case:
    """What is judged, and how.

    Attributes:
        quads: what is judged, as N-Quads: their merge.
        context: N-Quads that stand beside it and are not judged themselves: what is already published of the things
            the data refer to.
        base_iri: what the IRIs of our things begin with.
        own: of a document from outside, what the IRIs of the things begin with that it may describe; None for data of
            our own, which may describe anything.
        most: how many findings to tell; None for all.
        report: name of the RDF format of the report; empty for none.
    """

    quads: bytes
    context: bytes = b""
    base_iri: str = ""
    own: Sequence[str] | None = None
    most: int | None = None
    report: str = ""


def validate(quads: bytes, context: bytes = b"", *, seconds: float = SECONDS) -> Verdict:
    """Judge the merge of some N-Quads by the shapes, in a process of its own; the report comes as Turtle.

    Args:
        quads: what is judged.
        context: as in `Case`.
        seconds: how long it may take.

    Raises:
        TooMuch: it took too long or too much memory.
    """
    sandbox = _start(MEMORY_MB)
    try:
        return _ask(sandbox, Case(quads, context, report="ttl"), seconds)
    finally:
        sandbox.close()


class Judges:
    """Processes that judge one document after the other; they start when they are first needed.

    Safe to use from many threads. To start one takes seconds, so that is done beside: who waits gives up at its own
    deadline, and the next finds the process ready.
    """

    def __init__(self, memory_mb: int, most: int = 2) -> None:
        """Set the bounds.

        Args:
            memory_mb: what judging one document may add to the memory of a process at rest.
            most: how many documents may be judged at the same time.
        """
        self._memory_mb = memory_mb
        self._most = most
        self._change = threading.Condition()
        self._idle: list[Sandbox] = []
        self._alive = 0
        self._failure: CityError | None = None
        self._closed = False

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes."""
        self.close()

    def close(self) -> None:
        """Stop the processes; what is being judged is judged first. May be called more than once."""
        with self._change:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            self._change.notify_all()

    def judge(self, case: Case, seconds: float) -> Verdict:
        """Judge a case.

        Raises:
            TooMuch: it took too long, waiting included, or too much memory.
        """
        deadline = time.monotonic() + seconds
        sandbox = self._take(deadline)
        try:
            return _ask(sandbox, case, deadline - time.monotonic())
        finally:
            self._give_back(sandbox)

    def _take(self, deadline: float) -> Sandbox:
        with self._change:
            while not self._idle:
                if self._closed:
                    raise Unavailable("Nothing is judged here any more.", hint="Open the city again.")
                if self._failure is not None:
                    failure, self._failure = self._failure, None
                    raise failure
                if self._alive < self._most:
                    self._start_beside()
                if not self._change.wait(deadline - time.monotonic()):
                    raise TooMuch("No place to be judged came free in time.", hint="Try again in a moment.")
            return self._idle.pop()

    def _start_beside(self) -> None:
        self._alive += 1
        threading.Thread(target=self._start_one, name="judge", daemon=True).start()

    def _start_one(self) -> None:
        try:
            sandbox = _start(self._memory_mb)
        except CityError as error:
            with self._change:
                self._alive -= 1
                self._failure = error
                self._change.notify()
            return
        with self._change:
            if self._closed:
                sandbox.close()
            else:
                self._idle.append(sandbox)
                self._change.notify()

    def _give_back(self, sandbox: Sandbox) -> None:
        with self._change:
            if not self._closed and sandbox.alive:
                self._idle.append(sandbox)
            else:
                sandbox.close()
                self._alive -= 1
                if not self._closed:
                    self._start_beside()  # so that the next one need not wait for it
            self._change.notify()


def _start(memory_mb: int) -> Sandbox:
    return Sandbox("cc_graph.contributions.worker", memory_mb=memory_mb)


def _ask(sandbox: Sandbox, case: Case, seconds: float) -> Verdict:
    header: dict[str, Any] = {"base_iri": case.base_iri, "own": case.own, "most": case.most}
    # It ends its own copy at the deadline; only if it does not even do that, it is killed.
    header |= {"report": case.report, "seconds": seconds}
    with tempfile.TemporaryFile() as data, tempfile.TemporaryFile() as beside:
        for file, content in ((data, case.quads), (beside, case.context)):
            file.write(content)
            file.flush()
            file.seek(0)
        _, body = sandbox.request(header, (data.fileno(), beside.fileno()), seconds=seconds + _GRACE)
        answer = json.loads(read(body))
    return Verdict(
        tuple(Finding(**found) for found in answer["findings"]), answer["report"], answer["counts"]
    )


def context(ask: Callable[[str], bytes], names: Iterable[str], base_iri: str) -> bytes:
    """What is published of the things some data refer to: their classes, as N-Triples.

    Args:
        ask: answers a CONSTRUCT query as N-Triples.
        names: the IRIs in the data.
        base_iri: what the IRIs of our things begin with.
    """
    things = sorted({iri for iri in names if iri.startswith(names_below(base_iri))})
    answers = []
    for start in range(0, len(things), _AT_ONCE):
        values = " ".join(iri_term(iri) for iri in things[start : start + _AT_ONCE])
        answers.append(
            ask(f"CONSTRUCT {{ ?thing a ?class }} WHERE {{ VALUES ?thing {{ {values} }} ?thing a ?class }}")
        )
    return b"".join(answers)


def names_below(base_iri: str) -> tuple[str, ...]:
    """How the IRIs begin of things that may be published already: our things and our concepts."""
    return (base_iri + "id/", SCHEMES)
