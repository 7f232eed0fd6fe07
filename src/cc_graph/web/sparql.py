"""A form for SPARQL, and its answer as a table."""

import json
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from cc_graph.city import City
from cc_graph.errors import CityError
from cc_graph.table import Table
from cc_graph.web.addresses import Addresses
from cc_graph.web.grid import Grid, grid
from cc_graph.web.rendering import CityNow, addresses, render
from cc_graph.web.strings import say

router = APIRouter()

_ACCEPT: Final = "application/sparql-results+json, text/turtle"
_MAX_TEXT: Final = 100_000


@dataclass(frozen=True)
class Shown:
    """An answer on the page: rows, a yes or no, or the beginning of a Turtle text."""

    rows: Grid | None = None
    verdict: bool | None = None
    text: str = ""
    cut: bool = False


@router.get("/{lang:language}/sparql")
def sparql(lang: str, request: Request, city: CityNow, query: str = "", example: str = "") -> Response:
    """The form; with a query also its answer, or why there is none."""
    shown, problem = None, None
    if query.strip():
        try:
            shown = _ask(city, query, addresses(request, lang))
        except CityError as error:
            problem = error
    text = query or (city.question(example).text if example else say(lang, "sparql.starter"))
    return render(
        request,
        lang,
        "sparql.html",
        status=problem.status if problem else 200,
        text=text,
        query=query,
        shown=shown,
        problem=problem,
        questions=city.questions(),
    )


def _ask(city: City, query: str, url: Addresses) -> Shown:
    with city.query(query, accept=_ACCEPT) as answer:
        if answer.kind == "graph":
            text = answer.body.read(_MAX_TEXT + 1).decode(errors="replace")
            return Shown(text=text[:_MAX_TEXT], cut=len(text) > _MAX_TEXT)
        document = answer.read()
    if answer.kind == "boolean":
        return Shown(verdict=bool(json.loads(document)["boolean"]))
    return Shown(rows=grid(Table.from_sparql_json(document), url, every_column=True))
