"""Every route of the API, in the order of its documentation."""

from fastapi import APIRouter

from cc_graph.api import dumps, graph_store, health, networks, questions, things

router = APIRouter()
for room in (questions, graph_store, things, networks, dumps, health):
    router.include_router(room.router)
