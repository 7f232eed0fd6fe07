"""What a handler of the API is given by the application: the city, and where the pages for people are."""

from collections.abc import Callable, Mapping
from typing import Annotated, Protocol

from fastapi import Depends, Request

from cc_graph.api.negotiation import language
from cc_graph.city import City


class Pages(Protocol):
    """Addresses of pages in one language; the web rooms know them, `app.py` passes them in."""

    def thing(self, iri: str) -> str | None:
        """The page of a thing, None for IRIs that are not ours."""

    def question(self, question_id: str, values: Mapping[str, str] | None = None) -> str:
        """The page of a question, with its form filled in."""

    def listing(self, name: str) -> str:
        """A page that lists things."""

    def networks(self, values: Mapping[str, object] | None = None) -> str:
        """The page of the networks."""

    def sparql(self, query: str = "") -> str:
        """The page with a form for SPARQL."""


async def city_of(request: Request) -> City:
    """The city this application serves."""
    city: City = request.app.state.city
    return city


CityNow = Annotated[City, Depends(city_of)]


def pages(request: Request) -> Pages:
    """The addresses of pages in the language the client prefers."""
    addresses: Callable[[str], Pages] = request.app.state.pages
    return addresses(language(request))
