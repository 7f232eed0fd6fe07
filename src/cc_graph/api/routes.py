"""Every route of the API, in the order of its documentation."""

from fastapi import APIRouter

from cc_graph.api import dumps, graph_store, health, jsonld, metrics, networks, questions, things, validation

router = APIRouter()
for room in (questions, graph_store, things, networks, dumps, jsonld, validation, health, metrics):
    router.include_router(room.router)
