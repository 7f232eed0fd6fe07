"""The application uvicorn serves: API and pages joined, errors with one face for programs and one for people."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from anyio import CapacityLimiter
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cc_graph import __version__, api, web
from cc_graph.api.description import document
from cc_graph.api.logs import VISIT, Visit
from cc_graph.api.metrics import Metrics
from cc_graph.api.negotiation import language, prefers_html
from cc_graph.api.problems import problem
from cc_graph.api.sparql import SparqlEndpoint
from cc_graph.api.validation import Line
from cc_graph.city import City
from cc_graph.errors import CityError
from cc_graph.settings import Settings
from cc_graph.web import Addresses

_DESCRIPTION: Final = (
    "The knowledge graph of Prato's circular ecosystem. Every answer comes in the format you accept; "
    "every error is a problem of RFC 9457 with a hint. Nothing needs a key, and nothing can be written here."
)
_RETRY_AFTER_SECONDS: Final = "10"
_SECURITY: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_PAGE_POLICY: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
_SHOWN_TO_SCRIPTS: Final = (
    "ETag",
    "Link",
    "Content-Disposition",
    "Content-Language",
    "Graphs-Left-Out",
    "Retry-After",
    "X-Request-ID",
)


_WENT_WELL: Final = frozenset({HTTPStatus.OK, HTTPStatus.NOT_MODIFIED})
_FIXED: Final = (
    *((name.lower().encode(), value.encode()) for name, value in _SECURITY.items()),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", ", ".join(_SHOWN_TO_SCRIPTS).encode()),
)


def create_app(city: City | None = None) -> "Door":
    """The application.

    Args:
        city: what to serve, kept open by the caller; without one, the city of the settings is opened at start and
            closed at the end.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with City.open(settings) if city is None else nullcontext(city) as served:
            if city is None:
                served.reader.attach()
            _serve(app, served)
            yield

    settings = Settings.from_environment() if city is None else city.settings
    app = FastAPI(
        title="cc-graph",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    if city is not None:
        _serve(app, city)
    app.openapi = partial(_openapi, app)  # type: ignore[method-assign]
    _add_routes(app)
    for kind in (CityError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _answer_error)
    sparql = SparqlEndpoint(partial(_face, headers={}))
    app.add_middleware(Manners, apart={"/sparql": sparql})
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=_SHOWN_TO_SCRIPTS,
    )
    app.state.metrics = Metrics(lambda: app.state.city)
    app.state.health_threads = CapacityLimiter(1)
    return Door(app, {"/sparql": Manners(sparql, fixed=_FIXED)}, app.state.metrics, settings.slow_seconds)


def _serve(app: FastAPI, city: City) -> None:
    app.state.city = city
    app.state.line = Line()
    app.state.pages = partial(Addresses, base_iri=city.settings.base_iri)


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        city: City = app.state.city
        app.openapi_schema = document(app, city.questions())
    return app.openapi_schema


def _add_routes(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    def root(request: Request) -> Response:
        return _to_page(request, "")

    @app.get("/api", include_in_schema=False)
    def describe(request: Request) -> Response:
        return _to_page(request, "api")

    @app.get("/problems/{slug}", include_in_schema=False)
    def explain(slug: str, request: Request) -> Response:
        return _to_page(request, f"problems/{slug}")

    @app.get("/openapi.json", tags=["service"], summary="This description", response_class=JSONResponse)
    def openapi() -> Response:
        """The OpenAPI document of this API."""
        return JSONResponse(app.openapi())

    app.mount("/static", web.static_files(), name="static")
    app.include_router(api.router)
    app.include_router(web.router)


def _to_page(request: Request, rest: str) -> Response:
    pages: Addresses = request.app.state.pages(language(request))
    return RedirectResponse(pages.page(*rest.split("/")), status_code=303)


def _answer_error(request: Request, error: Exception) -> Response:
    """The face of an error: a page for who prefers HTML, a problem for everybody else."""
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(_methods(request))
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": allowed})
        return _face(request, error, {"Allow": allowed})
    return _face(request, error, {})


def _face(request: Request, error: Exception, headers: Mapping[str, str]) -> Response:
    told = problem(error, request)
    if told.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        request.scope[VISIT].error = error
    if prefers_html(request):
        response = web.error_page(request, language(request), told.slug, told.status, told.detail, told.hint)
    else:
        response = told.response()
    if isinstance(error, HTTPException):
        response.headers.update(error.headers or {})
    response.headers.update(headers)
    return response


def _methods(request: Request) -> list[str]:
    """The methods the address of a call answers to."""
    found = []
    for method in ("GET", "POST"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            found += ["GET", "HEAD"] if method == "GET" else [method]
    return [*found, "OPTIONS"]


class Door:
    """The way in and out of every call: it gets an id, and is timed, counted and logged.

    This is done for every call, however small, so it takes a few microseconds. `api.logs.note_query` tells the log what is asked.
    """

    def __init__(
        self, site: FastAPI, apart: Mapping[str, ASGIApp], metrics: Metrics, slow_seconds: float
    ) -> None:
        """Stand before a site.

        Args:
            site: what answers the calls.
            apart: what answers the calls to some paths, but for OPTIONS: what must be fast goes past all layers.
            metrics: where they are counted.
            slow_seconds: an answer that takes longer is logged.
        """
        self._site = site
        self._apart = apart
        self._metrics = metrics
        self._slow_seconds = slow_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one call through."""
        if scope["type"] != "http":
            await self._site(scope, receive, send)
            return
        visit = scope[VISIT] = Visit(scope["headers"], send)
        self._metrics.running += 1
        answers: ASGIApp = self._site
        if scope["path"] in self._apart and scope["method"] != "OPTIONS":
            visit.route, scope["app"] = scope["path"], self._site
            answers = self._apart[visit.route]
        try:
            await answers(scope, receive, visit.send)
        finally:
            self._metrics.running -= 1
            visit.end(scope, self._slow_seconds)
            self._metrics.count(visit.route, scope["method"], visit.status, visit.seconds)


class Manners:
    """What all answers have in common.

    HEAD is answered as GET without the body, every answer gets the headers all of them carry, and of an error nobody
    expected nothing internal is told.

    Args:
        app: what answers the calls.
        apart: what answers the calls to some paths instead.
        fixed: headers that are all an answer which went well still needs.
    """

    def __init__(
        self,
        app: ASGIApp,
        apart: Mapping[str, ASGIApp] | None = None,
        fixed: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        self.app = app
        self.apart = apart or {}
        self.fixed = fixed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one call through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head, path, visit = scope["method"] == "HEAD", scope["path"], scope[VISIT]

        async def polite(message: Message) -> None:
            if message["type"] == "http.response.start":
                if self.fixed and message["status"] in _WENT_WELL:
                    message["headers"] += self.fixed
                else:
                    message["headers"] = [*message["headers"], *self.fixed]
                    _add_headers(MutableHeaders(scope=message), path, message["status"])
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        call = {**scope, "method": "GET"} if head else scope
        try:
            await self.apart.get(path, self.app)(call, receive, polite)
        except Exception as error:
            visit.error = error
            if visit.status:
                raise
            response = await run_in_threadpool(_face, Request(call), error, {})
            await response(call, receive, polite)
        finally:
            if not visit.route:
                visit.route = path if path in self.apart else _template(call)


def _template(call: Scope) -> str:
    """The template of the address of a call that the router has seen."""
    route: BaseRoute | None = call.get("route")
    if route is None:
        return "/static" if call["path"].startswith("/static/") else ""
    return str(getattr(route, "path", ""))


def _add_headers(headers: MutableHeaders, path: str, status: int) -> None:
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.setdefault("Retry-After", _RETRY_AFTER_SECONDS)
    for name, value in _SECURITY.items():
        headers[name] = value
    if headers.get("content-type", "").startswith("text/html"):
        headers["Content-Security-Policy"] = _PAGE_POLICY
    if path.startswith("/static/"):
        headers.setdefault("Cache-Control", "public, max-age=86400")
    else:
        headers.setdefault("Cache-Control", "no-cache")
        headers.setdefault("Vary", "Accept, Accept-Encoding, Accept-Language")
