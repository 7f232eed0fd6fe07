"""Publishes to a remote store and is killed at the n-th update: `python killed_publisher.py N HOME URL UPDATE_URL BASE ADDED REMOVED`.

REMOVED is a file, or `-` for a rebuild from ADDED. The update at which it is killed has arrived or not, by turns.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from cc_graph.settings import Settings
from cc_graph.store.opening import open_publisher
from cc_graph.store.remote.client import Endpoint

sent = 0
last, home, url, update_url, base, added, removed = sys.argv[1:]
arrives = Endpoint.update


def update(self: Endpoint, text: str, seconds: float) -> None:
    global sent
    sent += 1
    if sent < int(last) or int(last) % 2:
        arrives(self, text, seconds)
    if sent == int(last):
        os.kill(os.getpid(), signal.SIGKILL)


Endpoint.update = update  # type: ignore[method-assign]
with open_publisher(
    Settings(home=Path(home), store=url, store_update=update_url, base_iri=base)
) as publisher:
    if removed == "-":
        publisher.rebuild(Path(added))
    else:
        publisher.publish(Path(added).read_bytes(), Path(removed).read_bytes())
