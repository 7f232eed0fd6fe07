"""Ordinary clients: they keep asking questions whose right answers are known, and mind every wrong one."""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from hostile.wire import asked

if TYPE_CHECKING:
    from hostile.wire import Reply, Server

PATIENCE = 120.0
THINKING = 0.02
"""Seconds between an answer and the next question of a client."""

QUESTIONS = (
    "ASK {}",
    "SELECT (COUNT(*) AS ?n) { VALUES ?x { 1 2 3 4 5 6 7 8 9 10 } VALUES ?y { 1 2 3 4 5 6 7 8 9 10 } }",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT ?class (COUNT(*) AS ?n) { ?s a ?class } GROUP BY ?class",
    "SELECT ?p ?o { %s ?p ?o }",
    "SELECT ?s ?p { ?s ?p %s } LIMIT 1000",
    "SELECT ?p ?q ?x { %s ?p ?o . OPTIONAL { ?o ?q ?x } } LIMIT 1000",
)


@dataclass
class Heard:
    """What the clients met in one stretch of time.

    Attributes:
        seconds: how long each answer took.
        errors: what was wrong with those that were wrong.
    """

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """The time that this share of the answers did not exceed."""
        ranked = sorted(self.seconds)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else float("nan")


class Ordinary:
    """Some clients; a context manager: they ask until it ends. `heard` is what they met since it was last taken."""

    def __init__(self, server: Server, clients: int = 4) -> None:
        """Learn the right answers, while nobody else asks.

        Raises:
            AssertionError: the server does not answer them.
        """
        self._server = server
        self._clients = clients
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._heard = Heard()
        self._number = count()
        self._right = {text: self._learned(text) for text in self._filled()}
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._threads = [
            threading.Thread(target=self._ask, args=(seed,), daemon=True) for seed in range(self._clients)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def taken(self) -> Heard:
        """What was heard since this was last called."""
        with self._guard:
            heard, self._heard = self._heard, Heard()
        return heard

    def _filled(self) -> list[str]:
        """The questions, about a thing the graph knows."""
        reply = self._server.send(asked("SELECT ?s { ?s ?p ?o FILTER(isIRI(?s)) } LIMIT 1"), PATIENCE)
        told: Any = reply.json()
        bindings = told["results"]["bindings"]
        thing = f"<{bindings[0]['s']['value']}>" if bindings else "<http://e.example/x>"
        return [text % thing if "%s" in text else text for text in QUESTIONS]

    def _learned(self, text: str) -> object:
        reply = self._server.send(asked(text), PATIENCE)
        assert reply.status == 200, f"{reply.status} {reply.error} for {text}"
        return _meaning(reply)

    def _ask(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self._stop.wait(THINKING):
            text, right = chance.choice(list(self._right.items()))
            # A new comment each time: an answer that is kept ready would show nothing.
            reply = self._server.send(asked(f"{text} # {next(self._number)}"), PATIENCE)
            wrong = ""
            if reply.status != 200 or not reply.whole:
                wrong = f"{reply.status} {reply.error} {reply.body[:120].decode(errors='replace')}"
            elif _meaning(reply) != right:
                wrong = "another answer than before"
            with self._guard:
                self._heard.seconds.append(reply.seconds)
                if wrong:
                    self._heard.errors.append(f"{wrong}: {text}")


def _meaning(reply: Reply) -> object:
    """What an answer says, whatever the order of its rows."""
    told: Any = reply.json()
    if "boolean" in told:
        return told["boolean"]
    return sorted(json.dumps(row, sort_keys=True) for row in told["results"]["bindings"])


def quiet(ordinary: Ordinary, seconds: float) -> Heard:
    """What the clients meet while nothing else happens."""
    ordinary.taken()
    time.sleep(seconds)
    return ordinary.taken()
