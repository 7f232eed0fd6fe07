"""The pages on the ontology: a term, a module, a scheme, as they are also exported."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from cc_graph.web.rendering import CityNow

router = APIRouter()


@router.get("/glossary", include_in_schema=False)
@router.get("/glossary/", include_in_schema=False)
def start() -> Response:
    """The glossary begins with the choice of a language."""
    return RedirectResponse("/glossary/index.html", status_code=303)


@router.get("/glossary/{address:path}", include_in_schema=False)
def page(address: str, city: CityNow) -> Response:
    """One page, or the style of all."""
    text = city.glossary_page(address)
    if address.endswith(".css"):
        return Response(text, media_type="text/css")
    return HTMLResponse(text)
