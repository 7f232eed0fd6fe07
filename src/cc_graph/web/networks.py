"""Who is connected to whom: one layer, one measure, and what the layer lacks."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from cc_graph.errors import NotFound
from cc_graph.web import strings
from cc_graph.web.grid import grid
from cc_graph.web.rendering import CityNow, addresses, render

router = APIRouter()

MEASURES: Final = strings.keys("measure.")
_TOPS: Final = (20, 50, 100)


@router.get("/{lang:language}/networks")
def networks(
    lang: str,
    request: Request,
    city: CityNow,
    layer: str = "",
    measure: str = "",
    top: Annotated[str, Query(pattern=r"^(\d{1,6}|all)?$")] = "",
) -> Response:
    """The layers, and the nodes of one of them ranked by a measure."""
    layers = city.layers()
    if not layers:
        raise NotFound("There is no network layer.", hint="Add one in queries/projections/.")
    chosen = next((one for one in layers if one.id == layer), None) if layer else layers[0]
    if chosen is None:
        known = ", ".join(one.id for one in layers)
        raise NotFound(f"There is no network layer «{layer}».", hint=f"Choose one of: {known}.")
    by = measure or MEASURES[0]
    first = None if top == "all" else int(top or _TOPS[0])
    graph = city.network(chosen.id)
    ranking = grid(city.measure(chosen.id, by, top=first, lang=lang), addresses(request, lang), limit=10_000)
    return render(
        request,
        lang,
        "networks.html",
        layers=layers,
        layer=chosen,
        measures=MEASURES,
        measure=by,
        tops=_TOPS,
        top=first,
        nodes=graph.number_of_nodes(),
        edges=graph.number_of_edges(),
        note=graph.graph.get(f"note_{lang}", ""),
        ranking=ranking,
    )
