"""Pages about the graph itself: licences and gaps, the vocabulary, the API, the kinds of error."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from cc_graph.errors import NotFound
from cc_graph.vocab import TERMS
from cc_graph.web import strings
from cc_graph.web.grid import grid
from cc_graph.web.rendering import CityNow, addresses, render

router = APIRouter()

_EXPORTS: Final = ("trig", "nq", "ttl", "nt", "jsonld", "rdfxml")
_TERMS: Final = {"classes": ("owl:Class",), "properties": ("owl:ObjectProperty", "owl:DatatypeProperty")}


@router.get("/{lang:language}/about")
def about(lang: str, request: Request, city: CityNow) -> Response:
    """Licences, sources, what the graph does not know, and how to take it away."""
    gaps = [f"about.gap_{name}" for name in strings.keys("about.gap_")]
    return render(request, lang, "about.html", overview=city.overview(lang), gaps=gaps, exports=_EXPORTS)


@router.get("/{lang:language}/ns")
def terms(lang: str, request: Request, city: CityNow) -> Response:
    """Every class and property of the vocabulary; the fragment of a term's IRI finds its place here."""
    url = addresses(request, lang)
    groups = {}
    for name, kinds in _TERMS.items():
        rows = [row for kind in kinds for row in grid(city.things(kind, lang), url, limit=10_000).rows]
        ours = {row[0].href: row for row in rows if row[0].href and row[0].href.startswith("/")}
        groups[name] = sorted(ours.values(), key=lambda row: row[0].text.casefold())
    return render(request, lang, "terms.html", groups=groups, document=TERMS.removesuffix("#"))


@router.get("/{lang:language}/api")
def api(lang: str, request: Request) -> Response:
    """The OpenAPI document as a page: no script, nothing from elsewhere."""
    document: dict[str, Any] = request.app.openapi()
    return render(request, lang, "api.html", document=document)


@router.get("/{lang:language}/problems/{slug}")
def problem(lang: str, slug: str, request: Request) -> Response:
    """What a kind of error means."""
    if not strings.known(f"problem.{slug}.about"):
        raise NotFound(f"There is no kind of error «{slug}».", hint="The kinds of error are told in /api.")
    return render(request, lang, "problem.html", key=slug)
