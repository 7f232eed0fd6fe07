"""Which store a city has, by its settings: one in its home, or another SPARQL server."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from cc_graph.errors import Refused
from cc_graph.store.health import Health
from cc_graph.store.publisher import Publisher
from cc_graph.store.reader import Reader

if TYPE_CHECKING:
    from cc_graph.settings import Settings
    from cc_graph.store.remote.client import Endpoint
    from cc_graph.store.remote.health import RemoteHealth
    from cc_graph.store.remote.names import Names
    from cc_graph.store.remote.publisher import RemotePublisher
    from cc_graph.store.remote.reader import RemoteReader

    AnyReader: TypeAlias = Reader | RemoteReader
    AnyPublisher: TypeAlias = Publisher | RemotePublisher
    AnyHealth: TypeAlias = Health | RemoteHealth

# What speaks to a remote store is imported where it is used: SPARQLWrapper brings rdflib with it.


def open_reader(settings: Settings) -> AnyReader:
    """Who answers queries on the graph of these settings."""
    if settings.store is None:
        return Reader(
            settings.home,
            settings.base_iri,
            settings.query_seconds,
            settings.query_memory_mb,
            settings.query_workers,
            settings.query_waiting,
        )
    from cc_graph.store.remote.reader import RemoteReader

    endpoint, names = _remote(settings, settings.store)
    return RemoteReader(endpoint, names, settings.query_seconds, settings.query_waiting)


def open_publisher(settings: Settings) -> AnyPublisher:
    """The right to publish to the graph of these settings.

    Raises:
        Busy: another process has it.
        Unavailable: the home cannot be written to.
    """
    if settings.store is None:
        return Publisher(settings.home)
    from cc_graph.store.remote.publisher import RemotePublisher

    return RemotePublisher(settings.home, *_remote(settings, settings.store))


def take_up(settings: Settings) -> AnyPublisher:
    """The right to publish; a publication to a remote store that has begun and not ended is done again.

    Raises:
        Busy: another process has it.
        Unavailable: the home, or the store, cannot be written to.
    """
    publisher = open_publisher(settings)
    if not isinstance(publisher, Publisher):
        try:
            publisher.resume()
        except BaseException:
            publisher.close()
            raise
    return publisher


def open_health(reader: AnyReader, settings: Settings) -> AnyHealth:
    """What the watchers of a service ask."""
    if isinstance(reader, Reader):
        return Health(reader, settings.home)
    from cc_graph.store.remote.health import RemoteHealth

    return RemoteHealth(reader)


def must_be_here(settings: Settings, what: str) -> None:
    """Refuse what only a store in the home can do.

    Raises:
        Refused: the graph is kept by another server.
    """
    if settings.store is not None:
        raise Refused(
            f"{what} is for a store in the home; this graph is kept by {settings.store}.",
            hint="Use the means of that server; `cc-graph export --format nq` takes the graph away, `cc-graph load` puts it there.",
        )


def _remote(settings: Settings, address: str) -> tuple[Endpoint, Names]:
    from cc_graph.store.remote.client import Endpoint
    from cc_graph.store.remote.names import Names

    credentials = (settings.store_user, settings.store_password) if settings.store_user else None
    most_bytes = settings.query_memory_mb << 20
    endpoint = Endpoint(address, settings.store_update or address, credentials, most_bytes)
    return endpoint, Names(settings.base_iri)
