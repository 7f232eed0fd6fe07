"""What the tests kill: the server as `cc-graph serve` runs it, with a thread that publishes what it is told."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import uvicorn

from cc_graph.app import create_app
from cc_graph.city import City
from cc_graph.settings import Settings

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

    from cc_graph.store.publisher import Publisher
    from durability.contents import Change


def serve(connection: Connection, home: Path) -> None:
    """Serve a home and publish changes to it; tells its address, then the number of each change that is published."""
    settings = Settings(home=home)
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        City.publishing(settings) as publisher,
        City.open(settings) as city,
    ):
        server = uvicorn.Server(uvicorn.Config(create_app(city), log_level="warning"))
        threading.Thread(target=publish, args=(connection, publisher), daemon=True).start()
        connection.send("http://127.0.0.1:{1}".format(*listening.getsockname()))
        server.run(sockets=[listening])


def publish(connection: Connection, publisher: Publisher) -> None:
    changes: list[Change] = connection.recv()
    for number, change in enumerate(changes, 1):
        carry_out(publisher, change)
        connection.send(number)


def carry_out(publisher: Publisher, change: Change) -> None:
    """Put one graph in the place of another, as they are at that moment."""
    with publisher.turn() as turn:
        turn.publish(change.nquads, turn.graph(change.old) if change.old else b"")
