"""Every route of the API, in the order of its documentation."""

from fastapi import APIRouter

from cc_graph.api import dumps, health, jsonld, networks, questions, sparql, things, validation

router = APIRouter()
for room in (questions, sparql, things, networks, dumps, jsonld, validation, health):
    router.include_router(room.router)
