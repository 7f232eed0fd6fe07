"""Every route of the pages, the particular ones before the general ones."""

from fastapi import APIRouter

from cc_graph.web import about, asking, glossary, home, lists, networks, sparql, things

router = APIRouter(include_in_schema=False)
for room in (home, asking, glossary, networks, sparql, about, lists, things):
    router.include_router(room.router)
