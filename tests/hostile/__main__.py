"""The command: `python -m hostile URL`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from urllib.parse import urlsplit

from hostile.canary import canary
from hostile.checklist import KIT, ROWS
from hostile.inputs import GONE, Input
from hostile.kit import GRACE, Row, Runner, all_inputs
from hostile.ordinary import Heard, Ordinary, quiet
from hostile.watching import Watch
from hostile.wire import Server


def main() -> int:
    """Run the kit; 1 if an input ended badly, an ordinary client met an error or the canary was called."""
    told = _arguments()
    url = told.url if urlsplit(told.url).path not in {"", "/"} else told.url.rstrip("/") + "/sparql"
    with canary() as lure, Watch(told.pid) as watch, Ordinary(Server.at(url), told.clients) as ordinary:
        inputs = _wanted(all_inputs(lure.url, url, with_documents=bool(told.documents)), told.only)
        runner = Runner(url, told.documents, told.seconds)
        before = quiet(ordinary, told.quiet)
        print(f"{len(inputs)} inputs, {sum(not each.document for each in inputs)} of them queries")
        _say("nothing hostile", before, None)
        bad = 0
        for at_once in told.at_once:
            print(f"\n{at_once} at a time\n{'id':<32} {'status':>6} {'seconds':>8}  verdict")
            rows = runner.run(inputs, at_once, _show)
            during = ordinary.taken()
            _say(f"{at_once} at a time", during, before)
            bad += sum(not row.good for row in rows) + len(during.errors)
            _sum_up(rows, told.seconds)
        print(f"\ncanary: {lure.connections} connections, {len(lure.requests)} requests {lure.requests[:5]}")
    if told.pid:
        peak = watch.peak
        workers = f"a worker {peak.worker:,.0f} MB, all {peak.processes} together {peak.family:,.0f} MB"
        print(f"memory at most: server {peak.server:,.0f} MB, {workers}")
    elsewhere = {row: where for row, (_, where) in ROWS.items() if where != KIT}
    print("elsewhere: " + "; ".join(f"{row}: {where}" for row, where in elsewhere.items()))
    return 1 if bad or lure.connections else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hostile", description=sys.modules["hostile"].__doc__)
    parser.add_argument("url", help="the server, or its SPARQL endpoint")
    parser.add_argument(
        "--documents", default="/validation", help="path that takes documents; empty: none does"
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="the server's deadline for one query")
    parser.add_argument(
        "--at-once", type=int, nargs="+", default=[1, 3], help="how many at a time, run after run"
    )
    parser.add_argument("--clients", type=int, default=4, help="ordinary clients beside them")
    parser.add_argument("--quiet", type=float, default=10.0, help="seconds of measuring them alone")
    parser.add_argument("--pid", type=int, help="the server's process, to watch its memory")
    parser.add_argument(
        "--only", nargs="+", default=[], help="only inputs whose id begins so, such as S7 or S2.base"
    )
    return parser.parse_args()


def _wanted(inputs: list[Input], only: list[str]) -> list[Input]:
    return [
        each
        for each in inputs
        if not only or any(each.id == one or each.id.startswith((f"{one}.", f"{one}-")) for one in only)
    ]


def _show(row: Row) -> None:
    freed = f" (next: {row.freed:.2f} s)" if row.freed else ""
    print(
        f"{row.given.id:<32} {row.status or '-':>6} {row.seconds:>8.2f}  {row.verdict}{freed}  [{row.given.what}]",
        flush=True,
    )


def _say(name: str, heard: Heard, before: Heard | None) -> None:
    p50, p95 = heard.percentile(0.5), heard.percentile(0.95)
    ratio = f", p95 × {p95 / before.percentile(0.95):.1f}" if before else ""
    print(
        f"ordinary clients, {name}: {len(heard.seconds):,} answers, "
        f"p50 {p50 * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms{ratio}, {len(heard.errors)} errors"
    )
    for error, times in Counter(heard.errors).most_common(5):
        print(f"  {times} × {error[:200]}")


def _sum_up(rows: list[Row], seconds: float) -> None:
    bad = [row for row in rows if not row.good]
    slowest = max(
        (row.seconds for row in rows if not row.given.own_time and row.given.expect != GONE), default=0.0
    )
    print(
        f"{len(rows) - len(bad)} of {len(rows)} ended well; the slowest in {slowest:.2f} s of {seconds + GRACE:g} s"
    )
    for row in bad:
        _show(row)


if __name__ == "__main__":
    sys.exit(main())
