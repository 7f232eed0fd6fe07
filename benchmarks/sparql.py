"""How fast `/sparql` answers beside three other servers: ratios, side by side in one run on the same data.

    .venv/bin/python -m benchmarks.sparql                      everything: about a quarter of an hour, first time longer
    .venv/bin/python -m benchmarks.sparql --quads 100000 --runs 3 --seconds 1 --only cc-graph --only oxigraph --only star

Lookups are counted by wrk over 16 connections kept alive (`apt-get install wrk`), heavy queries are timed one at a time.
Each server first proves that it gives the same answers; one that does not is measured all the same, and marked.
Then they take turns, so that a machine that slows down slows all of them. See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from benchmarks.multiply import THINGS, Original, export_of_prato
from benchmarks.queries import THING, WORKLOADS, Workload, difference, meaning
from benchmarks.servers import SERVERS, Endpoint, Missing, Place

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

CONNECTIONS = 16
COMPARED = 20
"""Of how many things the lookups are compared before they are counted."""
MOST_TIMES = 20
"""A heavy query is asked at most so often in a run."""
SLOW_SECONDS = 60.0
"""An answer that takes longer is timed once."""
OURS = "cc-graph"


@dataclass
class Result:
    """What one server did on one workload.

    Attributes:
        values: for each run, answers per second or seconds per answer.
        p99_ms: for each run, how long all but the slowest hundredth of the answers took; lookups only.
        cpu_ms: for each run, processor time the server's processes used per answer.
        bytes: of an answer, or of the last one.
        failed: answers that did not come, or came as an error.
        differs: how what it answers differs from what the first server answers.
    """

    values: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    bytes: int = 0
    failed: int = 0
    differs: str = ""

    @property
    def median(self) -> float:
        """The median of the runs; not a number if there was none."""
        return statistics.median(self.values) if self.values else float("nan")


@dataclass(frozen=True)
class Bench:
    """The data and the choices of one run of the benchmark.

    Attributes:
        data: folder of the multiplied data.
        things: their IRIs, shuffled, always in the same way.
        encoded: a file of them as wrk wants them.
        seconds: how long one run of one workload takes at least.
        limit: how long one answer may take.
    """

    data: Path
    things: list[str]
    encoded: Path
    seconds: float
    limit: float

    def measure(
        self, endpoint: Endpoint, workload: Workload, run: int, seconds: float, result: Result
    ) -> None:
        """One run; failures are counted, not hidden."""
        before = endpoint.cpu_seconds()
        measure = self._count if workload.lookup else self._time
        answers = measure(endpoint, workload, run, seconds, result)
        if answers:
            result.cpu_ms.append((endpoint.cpu_seconds() - before) / answers * 1000)

    def _count(self, endpoint: Endpoint, workload: Workload, run: int, seconds: float, result: Result) -> int:
        before, after = endpoint.target(workload.query(_new(workload, run))).split(quote(THING, safe=""))
        environment = {
            "LOOKUP_THINGS": str(self.encoded),
            "LOOKUP_FROM": str(run * 7919 if workload.pool is None else 0),
            "LOOKUP_COUNT": str(workload.pool or len(self.things)),
            "LOOKUP_BEFORE": before,
            "LOOKUP_AFTER": after,
            "LOOKUP_ACCEPT": workload.accept,
        }
        script = str(Path(__file__).with_name("lookups.lua"))
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
        done = subprocess.run(
            [*command, "-s", script, f"http://{endpoint.host}"],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds + 60,
        )
        told = json.loads(done.stderr.splitlines()[-1])
        if workload.pool is None and told["requests"] > len(self.things):
            print(
                f"  {endpoint.name} was asked of some things twice in one run: take more quads.",
                file=sys.stderr,
            )
        result.values.append((told["requests"] - told["errors"]) / told["seconds"])
        result.p99_ms.append(told["p99_ms"])
        result.bytes = told["bytes"] // max(1, told["requests"])
        result.failed += told["failed"]
        return int(told["requests"])

    def _time(self, endpoint: Endpoint, workload: Workload, run: int, seconds: float, result: Result) -> int:
        taken: list[float] = []
        while len(taken) < MOST_TIMES and sum(taken) < seconds:
            new = f"{run}x{len(taken)}"
            begin = time.perf_counter()
            try:
                result.bytes = sum(map(len, self.ask(endpoint, workload, workload.query(new))))
            except (OSError, http.client.HTTPException) as error:
                print(f"  {endpoint.name} failed on {workload.name}: {error}", file=sys.stderr)
                result.failed += 1
                break
            taken.append(time.perf_counter() - begin)
        if taken:
            result.values.append(statistics.median(taken))
        return len(taken)

    def ask(self, endpoint: Endpoint, workload: Workload, query: str) -> Iterator[bytes]:
        """The whole answer to one query, in pieces.

        Raises:
            OSError: no answer came, or not in time.
            http.client.HTTPException: it is an error, or was cut short.
        """
        connection = http.client.HTTPConnection(endpoint.host, timeout=self.limit)
        try:
            connection.request("GET", endpoint.target(query), headers={"Accept": workload.accept})
            answer = connection.getresponse()
            if answer.status != http.client.OK:
                raise http.client.HTTPException(f"{answer.status} {answer.read(300)!r}")
            while piece := answer.read(1 << 20):
                yield piece
        finally:
            connection.close()

    def said(self, endpoint: Endpoint, workload: Workload) -> Counter[object]:
        """What a server answers, for comparison."""
        things = self.things[:COMPARED] if workload.lookup else [""]
        answers = (b"".join(self.ask(endpoint, workload, workload.query("", thing))) for thing in things)
        first, *others = (meaning(workload, answer) for answer in answers)
        return sum(others, first)


def _new(workload: Workload, run: int) -> str:
    return "" if workload.pool else str(run)


def prepare(cache: Path, quads: int, export: Path | None) -> tuple[Path, str]:
    """The folder of the multiplied data, made unless it is there, and a sentence about them."""
    source = export.read_bytes() if export else export_of_prato()
    key = hashlib.sha256(source).hexdigest()[:12]
    original = Original.read(source)
    copies = original.copies_for(quads)
    data = cache / f"{key}-{copies}" / "data"
    if not data.exists():
        draft = data.with_name("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        original.write(copies, draft)
        draft.rename(data)
    return data, f"{original.size(copies):,} quads ({copies} copies), export {key}"


def _bench(data: Path, seconds: float, limit: float) -> Bench:
    things = (data / THINGS).read_text(encoding="utf-8").split()
    random.Random(1).shuffle(things)
    encoded = data / "things.encoded"
    encoded.write_text("".join(quote(thing, safe="") + "\n" for thing in things), encoding="utf-8")
    return Bench(data, things, encoded, seconds, limit)


def _start(stack: ExitStack, names: list[str], bench: Bench) -> list[Endpoint]:
    """The servers that can be run here."""
    place = Place(bench.data, bench.data.with_name("served"), bench.limit)
    place.cache.mkdir(exist_ok=True)
    endpoints = []
    for name in names:
        begin = time.perf_counter()
        try:
            endpoints.append(stack.enter_context(SERVERS[name](place)))
        except Missing as missing:
            print(f"{name:16} left out: {missing}", file=sys.stderr)
            continue
        print(f"{name:16} ready after {time.perf_counter() - begin:.0f} s", file=sys.stderr)
    return endpoints


Results = dict[tuple[str, str], Result]


def compare(bench: Bench, endpoints: list[Endpoint], workloads: list[Workload]) -> Results:
    """Ask everything of everybody once, and note who does not say what the first server says."""
    results: Results = defaultdict(Result)
    for workload in workloads:
        expected: Counter[object] | None = None
        for endpoint in endpoints:
            result = results[endpoint.name, workload.name]
            try:
                found = bench.said(endpoint, workload)
            except (OSError, http.client.HTTPException, ValueError) as error:
                result.differs = f"no answer: {error}"
            else:
                expected = found if expected is None else expected
                result.differs = difference(expected, found)
            if result.differs:
                print(f"DIFFERS  {endpoint.name}, {workload.name}: {result.differs}", file=sys.stderr)
    return results


def run(
    bench: Bench, endpoints: list[Endpoint], workloads: list[Workload], runs: int, results: Results
) -> None:
    """Warm up, then measure in turns.

    Who gave no answer when they were compared is left alone; of who is very slow or fails, the warming up is the result.
    """
    once: set[tuple[str, str]] = set()
    for number in range(runs + 1):
        for workload in workloads:
            for endpoint in endpoints:
                key = endpoint.name, workload.name
                if key in once or results[key].differs.startswith("no answer"):
                    continue
                measured = results[key] if number else Result(differs=results[key].differs)
                seconds = bench.seconds if number else min(1.0, bench.seconds)
                bench.measure(endpoint, workload, number, seconds, measured)
                if not number and not workload.lookup and not measured.median < SLOW_SECONDS:
                    results[key] = measured
                    once.add(key)
        print(f"run {number} of {runs} done" if number else "warmed up", file=sys.stderr)


def rows(
    endpoints: list[Endpoint], workloads: list[Workload], results: Results
) -> Iterator[dict[str, object]]:
    """The table: ratio is how many times as fast as the other we are."""
    for workload in workloads:
        mine = results[OURS, workload.name].median if (OURS, workload.name) in results else float("nan")
        for endpoint in endpoints:
            result = results[endpoint.name, workload.name]
            ratio = mine / result.median if workload.lookup else result.median / mine
            yield {
                "workload": workload.name,
                "server": endpoint.name,
                "unit": "1/s" if workload.lookup else "s",
                "median": f"{result.median:.4g}",
                "lowest": f"{min(result.values, default=float('nan')):.4g}",
                "highest": f"{max(result.values, default=float('nan')):.4g}",
                "p99_ms": f"{statistics.median(result.p99_ms):.1f}" if result.p99_ms else "",
                "cpu_ms": f"{statistics.median(result.cpu_ms):.3g}" if result.cpu_ms else "",
                "bytes": result.bytes,
                "failed": result.failed,
                "ratio": "" if endpoint.name == OURS else f"{ratio:.2f}",
                "same_answer": "no" if result.differs else "yes",
            }


def show(table: list[dict[str, object]], output: Path | None) -> None:
    """Print the table, and write it as CSV if asked."""
    widths = {name: max(len(name), *(len(str(row[name])) for row in table)) for name in table[0]}
    headings: dict[str, object] = {name: name for name in widths}
    for row in (headings, *table):
        print("  ".join(str(row[name]).ljust(width) for name, width in widths.items()).rstrip())
    if output:
        with output.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, widths)
            writer.writeheader()
            writer.writerows(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quads", type=int, default=1_000_000, help="at most so many (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="default: %(default)s")
    parser.add_argument(
        "--seconds", type=float, default=3.0, help="per run and workload (default: %(default)s)"
    )
    parser.add_argument(
        "--limit", type=float, default=300.0, help="seconds an answer may take (default: %(default)s)"
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=[*SERVERS, *WORKLOADS],
        metavar="NAME",
        help=f"a server or a workload, repeatable: {', '.join([*SERVERS, *WORKLOADS])}",
    )
    parser.add_argument(
        "--export", type=Path, help="N-Quads of a city; without it Prato is loaded and exported"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(tempfile.gettempdir()) / "cc-graph-benchmarks",
        help="where data and stores are kept for the next time (default: %(default)s)",
    )
    parser.add_argument("-o", "--output", type=Path, help="write the table as CSV, too")
    return parser.parse_args()


def main() -> None:
    """Prepare, compare, measure, show."""
    chosen = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: our servers end with us
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: apt-get install wrk")
    workloads = [WORKLOADS[name] for name in chosen.only if name in WORKLOADS] or list(WORKLOADS.values())
    servers = [name for name in chosen.only if name in SERVERS] or list(SERVERS)
    data, told = prepare(chosen.cache.resolve(), chosen.quads, chosen.export)
    print(f"{told}; {os.cpu_count()} processors; {chosen.runs} runs", file=sys.stderr)
    bench = _bench(data, chosen.seconds, chosen.limit)
    with ExitStack() as stack:
        endpoints = _start(stack, servers, bench)
        results = compare(bench, endpoints, workloads)
        with suppress(KeyboardInterrupt):  # the table then tells of the runs so far
            run(bench, endpoints, workloads, chosen.runs, results)
    show(list(rows(endpoints, workloads, results)), chosen.output)


if __name__ == "__main__":
    main()
