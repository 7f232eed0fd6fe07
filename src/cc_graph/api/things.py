"""What an IRI of ours leads to: a page for people, a document for programs (303), and those documents."""

import re
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from cc_graph.api.answers import answered
from cc_graph.api.context import CityNow, pages
from cc_graph.api.description import CONCEPT, SCHEME, TERMS_DOCUMENT, THING
from cc_graph.api.negotiation import LANGUAGES, choose, prefers_html
from cc_graph.city import City
from cc_graph.errors import NotFound
from cc_graph.rdfio.formats import GRAPH_FORMATS, Format
from cc_graph.store.reader import Answer
from cc_graph.vocab import TERMS, expand

router = APIRouter(tags=["things"])

DOCUMENTS = {name: GRAPH_FORMATS[name] for name in ("ttl", "jsonld", "nt", "rdfxml")}
"""The formats of a document about a thing; the first is served when the client says nothing."""

_VOCABULARY = TERMS.removesuffix("#")

# Nothing else is ever minted; what is not a slug is not looked up.
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")


@router.get("/id/{kind}/{slug}", summary="A thing", openapi_extra=THING, response_class=Response)
def thing(kind: str, slug: str, request: Request, city: CityNow) -> Response:
    """A stakeholder, an initiative, a flow: redirects to its page or document, or serves the document (`.ttl` and its kin)."""
    return _lead(request, city, "id/", (kind, slug))


@router.get("/scheme/{scheme}", summary="A concept scheme", openapi_extra=SCHEME, response_class=Response)
def scheme(scheme: str, request: Request, city: CityNow) -> Response:
    """A list of concepts: roles, themes, materials, waste codes."""
    return _lead(request, city, "scheme:", (scheme,))


@router.get("/scheme/{scheme}/{code}", summary="A concept", openapi_extra=CONCEPT, response_class=Response)
def concept(scheme: str, code: str, request: Request, city: CityNow) -> Response:
    """One concept of a scheme."""
    return _lead(request, city, "scheme:", (scheme, code))


@router.get("/ns", summary="The terms", openapi_extra=TERMS_DOCUMENT, response_class=Response)
def terms(request: Request, city: CityNow) -> Response:
    """Every class and property of the vocabulary, with definitions in Italian and English."""
    return _lead(request, city, "", ("ns",))


@router.get("/ns.{suffix}", include_in_schema=False)
def terms_document(suffix: str, request: Request, city: CityNow) -> Response:
    """The terms in one format."""
    return _lead(request, city, "", (f"ns.{suffix}",))


def _lead(request: Request, city: City, prefix: str, segments: tuple[str, ...]) -> Response:
    local, served = name_and_format(request, segments, DOCUMENTS)
    iri = _VOCABULARY if local == "ns" else expand(prefix + local, city.settings.base_iri)
    if served:
        return _document(request, city, iri, served)
    # A thing that does not exist is a 404 here, not a redirect to one.
    city.require(iri)
    return redirect(request, iri, DOCUMENTS)


def _document(request: Request, city: City, iri: str, served: Format) -> Response:
    path = request.url.path.rpartition(".")[0]
    links = [*alternates(request, path, iri, DOCUMENTS), f'<{iri}>; rel="describes"']
    return answered(
        request, city, (iri, served.name), lambda: _said_of(city, iri, served), {"Link": ", ".join(links)}
    )


def _said_of(city: City, iri: str, served: Format) -> Answer:
    if iri == _VOCABULARY:
        return city.vocabulary(served.name)
    return city.describe(iri, served.name)


def name_and_format(
    request: Request, segments: tuple[str, ...], documents: Mapping[str, Format]
) -> tuple[str, Format | None]:
    """The name that the last segments of a path spell, and the format its ending asks for; None without one.

    Raises:
        NotFound: no name of ours can look like that.
    """
    *parents, last = segments
    stem, dot, suffix = last.rpartition(".")
    served = next((each for each in documents.values() if dot and each.extension == suffix), None)
    name = stem if served else last
    if not all(_SLUG.fullmatch(segment) for segment in (*parents, name)):
        raise NotFound(f"There is nothing at {request.url.path}.", hint="See /questions for where to begin.")
    return "/".join((*parents, name)), served


def redirect(request: Request, iri: str, documents: Mapping[str, Format]) -> Response:
    """To the page of a thing for people, to the document in the format they accept for programs."""
    path = request.url.path
    page = pages(request).thing(iri) if prefers_html(request) else None
    if page is None:
        page = f"{path}.{choose(request, documents).extension}"
    links = ", ".join(alternates(request, path, iri, documents))
    return RedirectResponse(page, status_code=303, headers={"Link": links})


def alternates(request: Request, path: str, iri: str, documents: Mapping[str, Format]) -> list[str]:
    """The links to the documents and pages of a thing that lives at a path."""
    found = [
        f'<{path}.{format_.extension}>; rel="alternate"; type="{format_.media_type}"'
        for format_ in documents.values()
    ]
    addresses = {lang: request.app.state.pages(lang).thing(iri) for lang in LANGUAGES}
    people = [
        f'<{page}>; rel="alternate"; type="text/html"; hreflang="{lang}"'
        for lang, page in addresses.items()
        if page
    ]
    return found + people
