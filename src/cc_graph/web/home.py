"""The first page: what this is, what one may ask, what the graph holds."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from cc_graph.vocab import expand
from cc_graph.web.addresses import LISTS
from cc_graph.web.rendering import CityNow, addresses, render
from cc_graph.web.strings import say

router = APIRouter()


@router.get("/{lang:language}")
def without_slash(lang: str, request: Request) -> Response:
    """The first page has one address."""
    return RedirectResponse(addresses(request, lang).home(), status_code=303)


@router.get("/{lang:language}/")
def home(lang: str, request: Request, city: CityNow) -> Response:
    """What it is, the questions as cards, and how much the graph holds."""
    overview = city.overview(lang)
    url = addresses(request, lang)
    counts = [
        (_several(iri, lang) or label, number, url.listing_of(iri) or url.thing(iri))
        for iri, label, number in overview.counts
    ]
    return render(
        request,
        lang,
        "home.html",
        overview=overview,
        counts=counts,
        questions=[one for one in city.questions() if one.answered_on_prato],
    )


def _several(class_iri: str, lang: str) -> str | None:
    """What several things of a class are called: the name of the page that lists them."""
    return next(
        (say(lang, f"list.{name}") for name, known in LISTS.items() if expand(known) == class_iri), None
    )
