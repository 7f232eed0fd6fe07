"""Every route of the API, in the order of its documentation."""

from fastapi import APIRouter

from cc_graph.api import dumps, health, networks, questions, things

router = APIRouter()
for room in (questions, things, networks, dumps, health):
    router.include_router(room.router)
