"""Templates and what every one of them is given."""

from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.convertors import Convertor, register_url_convertor

from cc_graph.city import City
from cc_graph.web import figures
from cc_graph.web.addresses import LANGUAGES, Addresses
from cc_graph.web.strings import say


class _Language(Convertor[str]):
    """`{lang:language}` in a path: it or en, so that `/xy/…` is simply not found."""

    regex = "|".join(LANGUAGES)

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("language", _Language())


async def city_of(request: Request) -> City:
    """The city this application serves."""
    city: City = request.app.state.city
    return city


CityNow = Annotated[City, Depends(city_of)]


def addresses(request: Request, lang: str) -> Addresses:
    """The addresses of a language."""
    found: Addresses = request.app.state.pages(lang)
    return found


def static_files() -> StaticFiles:
    """Style sheet and icon."""
    return StaticFiles(directory=Path(__file__).parent / "static")


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("cc_graph.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(request: Request, lang: str, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """The page of a template; it gets `t` (strings), `url`, `number` and `date` of the language."""
    url = addresses(request, lang)
    other = next(known for known in LANGUAGES if known != lang)
    html = (
        _templates()
        .get_template(template)
        .render(
            lang=lang,
            other=other,
            other_page=url.in_language(other, request.url.path, request.url.query),
            path=request.url.path,
            t=partial(say, lang),
            url=url,
            number=partial(figures.number, lang=lang),
            date=partial(figures.date, lang=lang),
            **context,
        )
    )
    return HTMLResponse(html, status_code=status, headers={"Content-Language": lang})
