"""Starting the server: a free port, a loaded graph, and the right to publish."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

from cc_graph.cli.output import say
from cc_graph.errors import Busy, NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable


def run_server(host: str, port: int, load: Callable[[], None]) -> None:
    """Serve until interrupted.

    Args:
        host: address to listen on.
        port: port to listen on.
        load: what to do when nothing has been loaded yet.

    Raises:
        Busy: the port is in use.
        Unavailable: the address is not ours, or the port may not be used.
    """
    import uvicorn

    from cc_graph.city import City
    from cc_graph.settings import Settings
    from cc_graph.store.publisher import Publisher

    _check_port(host, port)
    settings = Settings.from_environment()
    try:
        City.open(settings).close()
    except NotFound:
        load()
    with ExitStack() as held:
        try:
            held.enter_context(Publisher(settings.home))
        except Busy:
            say("Another process publishes to this store; this server only reads it.")
        say(f"Serving on http://{host}:{port}/ (stop with Ctrl-C)")
        uvicorn.run(
            "cc_graph.app:create_app",
            factory=True,
            host=host,
            port=port,
            log_level="warning",
            server_header=False,
        )


def _check_port(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Busy(
                f"Port {port} is in use.", hint=f"Stop what uses it, or choose another: --port {port + 1}."
            ) from error
        raise Unavailable(
            f"{host}:{port} cannot be used: {error.strerror}.", hint="Choose another --host or --port."
        ) from error
    except OverflowError as error:
        raise Unavailable(f"{port} is not a port.", hint="Choose a number from 1 to 65535.") from error
