"""Who is connected to whom: layers as graphs, and measures of their nodes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from cc_graph.api.answers import tag, unchanged
from cc_graph.api.context import CityNow, pages
from cc_graph.api.description import LAYER, LAYERS
from cc_graph.api.negotiation import choose, language_of, once, prefers_html
from cc_graph.city import City
from cc_graph.errors import BadParameter
from cc_graph.rdfio.formats import Format

router = APIRouter(tags=["networks"])

FORMATS = {
    "json": Format("json", "application/json", "json", for_tables=True),
    "csv": Format("csv", "text/csv", "csv", for_tables=True),
    "graphml": Format(
        "graphml", "application/graphml+xml", "graphml", aliases=("application/xml", "text/xml")
    ),
    "gexf": Format("gexf", "application/gexf+xml", "gexf"),
}
"""What a layer can be had in; a ranking of its nodes comes as a table only."""

_RANKINGS = {name: format_ for name, format_ in FORMATS.items() if format_.for_tables}


@router.get("/network", summary="List the layers", openapi_extra=LAYERS, response_class=JSONResponse)
def layers(request: Request, city: CityNow) -> Response:
    """Every network layer with its title, its description and where to fetch it."""
    if prefers_html(request):
        return RedirectResponse(pages(request).networks(), status_code=303)
    return JSONResponse(
        {
            "layers": [
                {
                    "id": layer.id,
                    "title": layer.title,
                    "description": layer.description,
                    "links": {name: f"/network/{layer.id}?format={name}" for name in FORMATS},
                }
                for layer in city.layers()
            ]
        }
    )


@router.get(
    "/network/{layer}",
    summary="A layer, or a measure of its nodes",
    openapi_extra=LAYER,
    response_class=Response,
)
def network(
    layer: str,
    request: Request,
    city: CityNow,
    format: Annotated[str | None, Query(description="Short name of the format.", examples=["csv"])] = None,  # noqa: A002
    measure: Annotated[
        str | None, Query(description="Rank the nodes by this measure.", examples=["betweenness"])
    ] = None,
    top: Annotated[int | None, Query(description="Only the first nodes.", ge=1, examples=[20])] = None,
) -> Response:
    """The layer as a graph; with `measure`, its nodes ranked, as a list in JSON or CSV."""
    once(request.query_params.multi_items())
    if prefers_html(request) and not format:
        values = {"layer": layer, "measure": measure, "top": top}
        return RedirectResponse(pages(request).networks(values), status_code=303)
    chosen = choose(request, _RANKINGS if measure else FORMATS, format)
    if measure:
        return _ranking(request, city, chosen, layer, measure, top)
    if top is not None:
        raise BadParameter("«top» needs a measure to rank by.", hint="Add measure=degree, or leave top out.")
    return _graph(request, city, chosen, layer)


def _ranking(
    request: Request, city: City, chosen: Format, layer: str, measure: str, top: int | None
) -> Response:
    lang = language_of(request.query_params, request)
    parts = (layer, measure, str(top), lang, chosen.name)
    if held := unchanged(request, city, *parts):
        return held
    table = city.measure(layer, measure, top=top, lang=lang)
    body = table.to_csv() if chosen.name == "csv" else table.to_json()
    headers = {"ETag": tag(city.revision, *parts), "Content-Language": lang}
    return Response(body, media_type=chosen.media_type, headers=headers)


def _graph(request: Request, city: City, chosen: Format, layer: str) -> Response:
    parts = (layer, chosen.name)
    if held := unchanged(request, city, *parts):
        return held
    headers = {
        "ETag": tag(city.revision, *parts),
        "Content-Disposition": f'inline; filename="{layer}.{chosen.extension}"',
    }
    return Response(city.write_network(layer, chosen.name), media_type=chosen.media_type, headers=headers)
