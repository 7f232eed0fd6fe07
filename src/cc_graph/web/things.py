"""The page of one thing: stakeholder, initiative, flow, concept, source, graph or term."""

from itertools import groupby

from fastapi import APIRouter, Request, Response

from cc_graph.errors import NotFound
from cc_graph.web.rendering import CityNow, addresses, render

router = APIRouter()

_MAX_INCOMING = 300


@router.get("/{lang:language}/{kind}/{slug}")
def thing(lang: str, kind: str, slug: str, request: Request, city: CityNow) -> Response:
    """A thing, a concept scheme, the graph of a source, or a term."""
    return _page(lang, request, city, kind, slug, "")


@router.get("/{lang:language}/scheme/{scheme}/{code}")
def concept(lang: str, scheme: str, code: str, request: Request, city: CityNow) -> Response:
    """A concept of a scheme."""
    return _page(lang, request, city, "scheme", scheme, code)


def _page(lang: str, request: Request, city: CityNow, kind: str, slug: str, code: str) -> Response:
    iri = addresses(request, lang).iri(kind, slug, code)
    if iri is None:
        raise NotFound(f"There is no page {request.url.path}.", hint="See the questions, or search by name.")
    found = city.thing(iri, lang)
    facts = [(link, list(group)) for link, group in groupby(found.facts, key=lambda fact: fact.property)]
    incoming = [
        (link, list(group))
        for link, group in groupby(found.incoming[:_MAX_INCOMING], key=lambda fact: fact.property)
    ]
    return render(
        request,
        lang,
        "thing.html",
        thing=found,
        facts=facts,
        incoming=incoming,
        total=len(found.incoming),
        most=_MAX_INCOMING,
    )
