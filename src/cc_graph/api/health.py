"""Whether the service is well."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from cc_graph.api.context import CityNow

router = APIRouter(tags=["service"])


@router.get("/health", summary="Whether the service is well", response_class=JSONResponse)
def health(city: CityNow) -> Response:
    """State of the store, revision of the graph, number of triples and of workers."""
    return JSONResponse(city.health())
