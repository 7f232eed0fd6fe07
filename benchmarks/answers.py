"""How long each question takes on Prato: in a running City, and from the shell.

    .venv/bin/python benchmarks/answers.py

Medians of five (three from the shell), in seconds, and how many times longer than the empty question (`ASK {}`) it is: the ratio says what the
question itself costs, on any machine. Loads Prato into a temporary folder first.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cc_graph import City
from cc_graph.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 5
SHELL_TIMES = 3


def seconds(do: Callable[[], object], times: int = TIMES) -> float:
    """Median of several runs, after one that warms up."""
    do()
    taken = []
    for _ in range(times):
        before = time.perf_counter()
        do()
        taken.append(time.perf_counter() - before)
    return statistics.median(taken)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        City.load(settings)
        environment = os.environ | {"CC_GRAPH_HOME": folder}
        with City.open(settings) as city:
            empty = seconds(lambda: city.sparql("ASK {}"))
            print(f"{'question':45} {'city_s':>8} {'ratio':>7} {'shell_s':>8}")
            print(f"{'ASK {}':45} {empty:8.4f} {1:7.1f}")
            for question in (one for one in city.questions() if one.answered_on_prato):
                inside = seconds(lambda q=question: city.ask(q.id, "en", q.example))  # type: ignore[misc]
                values = [
                    word for name, value in question.example.items() for word in ("-p", f"{name}={value}")
                ]
                command = [sys.executable, "-m", "cc_graph", "ask", question.id, *values]
                shell = seconds(
                    lambda c=command: subprocess.run(c, env=environment, capture_output=True, check=True)
                )  # type: ignore[misc]
                print(f"{question.id:45} {inside:8.4f} {inside / empty:7.1f} {shell:8.3f}")


if __name__ == "__main__":
    main()
