"""Pages that list things, and the search."""

from collections import Counter

from fastapi import APIRouter, Request, Response

from cc_graph.errors import NotFound
from cc_graph.web.addresses import LISTS
from cc_graph.web.grid import Grid, grid
from cc_graph.web.rendering import CityNow, addresses, render

router = APIRouter()

_SEARCH_LIMIT = 100


@router.get("/{lang:language}/search")
def search(lang: str, request: Request, city: CityNow, q: str = "") -> Response:
    """Things whose name contains a text."""
    wanted = q.strip()
    found = grid(city.search(wanted, lang, limit=_SEARCH_LIMIT), addresses(request, lang)) if wanted else None
    return render(request, lang, "search.html", q=wanted, found=found)


@router.get("/{lang:language}/{listing}")
def listing(
    lang: str, listing: str, request: Request, city: CityNow, q: str = "", kind: str = ""
) -> Response:
    """Every thing of a class, by name; `q` narrows by name and `kind` by kind."""
    if listing not in LISTS:
        raise NotFound(f"There is no page {request.url.path}.", hint="See the questions, or search by name.")
    entries = grid(city.things(LISTS[listing], lang), addresses(request, lang), limit=10_000)
    kinds = Counter(row[-1].text for row in entries.rows if len(row) > 1 and row[-1].text)
    rows = tuple(
        row
        for row in entries.rows
        if q.strip().casefold() in row[0].text.casefold() and (not kind or row[-1].text == kind)
    )
    shown = Grid(entries.heads, tuple(sorted(rows, key=lambda row: row[0].text.casefold())), entries.total)
    return render(
        request, lang, "list.html", name=listing, shown=shown, kinds=sorted(kinds.items()), q=q, kind=kind
    )
