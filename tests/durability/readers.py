"""Readers in processes of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS
from cc_graph.store.layout import Layout
from cc_graph.store.reader import Reader

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

FORMATS = {"table_format": TABLE_FORMATS["csv"], "graph_format": GRAPH_FORMATS["nt"]}


def answer(connection: Connection, home: Path) -> None:
    """Answer each query that comes."""
    with Reader(home, "https://city.example/", 60.0, 256, 1) as reader:
        while True:
            connection.send(reader.query(connection.recv(), **FORMATS).read())


def hold(connection: Connection, home: Path) -> None:
    """Hold on to the newest checkpoint until told to leave it."""
    lease = Layout(home).lease()
    connection.send(lease.revision)
    connection.recv()
    lease.release()
    connection.send("gone")
