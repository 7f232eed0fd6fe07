"""Every route of the API, in the order of its documentation."""

from fastapi import APIRouter

from cc_graph.api import dumps, health, metrics, networks, questions, things

router = APIRouter()
for room in (questions, things, networks, dumps, health, metrics):
    router.include_router(room.router)
