"""Starting the server: a port of its own, a loaded graph, and the right to publish."""

from __future__ import annotations

import errno
import signal
import socket
import sys
from contextlib import ExitStack
from math import ceil
from typing import TYPE_CHECKING

from cc_graph.cli.messages import message
from cc_graph.cli.output import say
from cc_graph.errors import Busy, NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    import uvicorn

    from cc_graph.settings import Settings

LAST_PORT = 65535
_LAST_WORDS_SECONDS = 5.0  # beyond what a query may take: to send what it answered


def run_server(host: str, port: int, load: Callable[[], None], rebuild: Callable[[], None]) -> None:
    """Serve until interrupted or told to end; what is being answered then is answered first.

    Args:
        host: address or name to listen on.
        port: port to listen on; 0 takes any that is free.
        load: what to do when nothing has been loaded yet.
        rebuild: what to do when another version of the program made the store.

    Raises:
        Busy: the port is in use.
        Unavailable: the address is not ours, or the port may not be used, or the server does not start.
    """
    import uvicorn

    from cc_graph.city import City
    from cc_graph.settings import Settings

    signal.signal(signal.SIGTERM, _end)
    settings = Settings.from_environment()
    with ExitStack() as held:
        listening = held.enter_context(_listen(host, port))
        if City.must_rebuild(settings):
            say(message("other-form"))
            rebuild()
        try:
            City.open(settings).close()
        except NotFound:
            load()
        try:
            held.enter_context(City.publishing(settings))
        except Busy:
            say(message("only-reading"))
        server = uvicorn.Server(_configuration(settings))
        say(message("serving", url=_url(listening)))
        server.run(sockets=[listening])
    if not server.started:
        raise Unavailable("The server did not start.", hint="The lines above say why.")


def _end(*_: object) -> None:
    """What SIGTERM does: end well, all that is held let go. Uvicorn takes the signal itself while it serves, and hands it on at the end."""
    sys.exit(0)


def _configuration(settings: Settings) -> uvicorn.Config:
    import uvicorn

    from cc_graph.api.logs import configuration

    return uvicorn.Config(
        "cc_graph.app:create_app",
        factory=True,
        http="cc_graph.front:Front",
        ws="none",
        access_log=False,
        log_config=configuration(settings.log_level),
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies,
        timeout_graceful_shutdown=ceil(settings.query_seconds + _LAST_WORDS_SECONDS),
    )


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket: it is ours from here on, so nobody else takes the port while the graph is loaded."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        # A name that has addresses of both kinds, such as localhost, is served on the older kind.
        family, *_, address = min(found, key=lambda each: each[0] != socket.AF_INET)
        return socket.create_server(address, family=family)
    except (OSError, UnicodeError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            other = port + 1 if port < LAST_PORT else port - 1
            raise Busy(
                f"Port {port} is in use.", hint=f"Stop what uses it, or choose another: --port {other}."
            ) from error
        reason = getattr(error, "strerror", None) or error
        raise Unavailable(
            f"«{host}», port {port}, cannot be listened on: {reason}.",
            hint="Choose another --host or --port, such as --host 127.0.0.1 --port 8000.",
        ) from error


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
