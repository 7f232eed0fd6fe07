"""Our JSON-LD context, for whoever writes or reads our data as JSON."""

from hashlib import sha256

from fastapi import APIRouter, Request, Response

from cc_graph.api.description import CONTEXT
from cc_graph.rdfio.contexts import context_document

router = APIRouter(tags=["things"])


@router.get("/context.jsonld", summary="The JSON-LD context", openapi_extra=CONTEXT, response_class=Response)
def context(request: Request) -> Response:
    """Short names for the terms of the ontology. A document judged here may name it and nothing is fetched."""
    body = context_document()
    headers = {
        "ETag": f'"{sha256(body.encode()).hexdigest()[:16]}"',
        "Cache-Control": "public, max-age=3600",
    }
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/ld+json", headers=headers)
