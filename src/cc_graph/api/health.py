"""Whether the service is well."""

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from cc_graph.api.context import CityNow

router = APIRouter(tags=["service"])


@router.get("/health", summary="Whether the service is well", response_class=JSONResponse)
async def health(request: Request, city: CityNow) -> Response:
    """State of the store, revision of the graph, its triples once they are counted, and what the workers do."""
    # A thread of its own: those of the other handlers may all wait for workers.
    limiter: CapacityLimiter = request.app.state.health_threads
    return JSONResponse(await to_thread.run_sync(city.health, limiter=limiter))
