"""Publishes twelve changes, each of two graphs: `python changing_publisher.py HOME URL UPDATE_URL BASE`."""

from __future__ import annotations

import sys
from pathlib import Path

from cc_graph.settings import Settings
from cc_graph.store.opening import open_publisher

home, url, update_url, base = sys.argv[1:]


def both(number: int) -> bytes:
    return "".join(
        f'<{base}id/{subject}> <{base}ns#p> "{number}" <{base}graph/{graph}> .\n'
        for graph, subject in (("one", "s"), ("two", "t"))
    ).encode()


with open_publisher(
    Settings(home=Path(home), store=url, store_update=update_url, base_iri=base)
) as publisher:
    for number in range(12):
        publisher.publish(both(number + 1), both(number))
