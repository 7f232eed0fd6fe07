"""The whole graph, to take away."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from cc_graph.api.answers import streamed, tag, unchanged
from cc_graph.api.context import CityNow
from cc_graph.api.description import EXPORT
from cc_graph.api.negotiation import choose
from cc_graph.rdfio.formats import GRAPH_FORMATS

router = APIRouter(tags=["dumps"])

_DEFAULT = "trig"


@router.get("/export", summary="The whole graph", openapi_extra=EXPORT, response_class=Response)
def export(
    request: Request,
    city: CityNow,
    format: Annotated[str | None, Query(description="Short name of the format.", examples=["nq"])] = None,  # noqa: A002
    licence: Annotated[
        str | None, Query(description="Only graphs under this licence.", examples=["CC-BY-4.0"])
    ] = None,
) -> Response:
    """Every named graph with its licence (TriG, N-Quads), or the graphs under CC BY merged (Turtle …)."""
    chosen = choose(request, {_DEFAULT: GRAPH_FORMATS[_DEFAULT], **GRAPH_FORMATS}, format)
    parts = ("export", chosen.name, licence or "")
    if held := unchanged(request, city, *parts):
        return held
    taken = city.export(chosen.name, licence)
    headers = {
        "ETag": tag(taken.answer.revision, *parts),
        "Content-Disposition": f'attachment; filename="cc-graph.{chosen.extension}"',
    }
    if taken.left_out:
        headers["Graphs-Left-Out"] = ", ".join(f"<{graph}>" for graph in taken.left_out)
    return streamed(taken.answer, headers)
