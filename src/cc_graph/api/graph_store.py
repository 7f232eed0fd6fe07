"""The SPARQL 1.1 Graph Store HTTP Protocol, reading: graphs by parameter and by their own IRIs; and where VoID is looked for.

The default graph is the merge of all named graphs, and is served as that, whole: a program that asks for it by this
protocol asks for what its queries see. The merge mixes licences, so each one is named in a header `Link`. Who needs to
know which triple is under which licence takes the graphs one by one, or `/export`, which keeps them apart.
"""

from collections.abc import Sequence
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from cc_graph.api.answers import answered, coding
from cc_graph.api.context import CityNow
from cc_graph.api.description import GRAPH, GRAPH_STORE, VOID
from cc_graph.api.negotiation import choose, once, prefers_html
from cc_graph.api.things import alternates, name_and_format, redirect
from cc_graph.city import City
from cc_graph.errors import BadParameter
from cc_graph.rdfio.formats import GRAPH_FORMATS, Format
from cc_graph.vocab import ABSOLUTE_IRI, expand

router = APIRouter(tags=["graphs"])


@router.get("/graph-store", summary="A graph by its IRI", openapi_extra=GRAPH_STORE, response_class=Response)
def by_parameter(request: Request, city: CityNow) -> Response:
    """The triples of a named graph (`?graph=IRI`), or of the merge of all (`?default`), which mixes their licences."""
    values = once(request.query_params.multi_items())
    iri = _chosen(values.get("graph"), merge="default" in values)
    return _triples(request, city, iri, choose(request, GRAPH_FORMATS, values.get("format")))


@router.get("/graph/{source}", summary="The graph of a source", openapi_extra=GRAPH, response_class=Response)
def by_own_iri(source: str, request: Request, city: CityNow) -> Response:
    """The triples that a source states: redirects to its page or to the triples, or serves them (`.ttl` and its kin)."""
    name, served = name_and_format(request, (source,), GRAPH_FORMATS)
    iri = expand(f"graph/{name}", city.settings.base_iri)
    if served:
        path = request.url.path.rpartition(".")[0]
        return _triples(request, city, iri, served, alternates(request, path, iri, GRAPH_FORMATS))
    if prefers_html(request):
        city.require(iri)  # the page tells what is said of the graph
    else:
        city.graphs.licences(iri)
    return redirect(request, iri, GRAPH_FORMATS)


@router.get(
    "/.well-known/void", summary="What there is to query", openapi_extra=VOID, response_class=Response
)
def void(request: Request, city: CityNow) -> Response:
    """The description of the SPARQL service and of the graph, with its figures: VoID and SPARQL Service Description."""
    endpoint = f"{request.base_url}sparql"
    chosen, encoding = choose(request, GRAPH_FORMATS), coding(request.headers.get("accept-encoding", ""))
    return answered(
        request,
        city,
        ("description", chosen.name, endpoint, encoding or ""),
        lambda: city.service_description(endpoint, chosen.name, encoding),
    )


def _chosen(graph: str | None, *, merge: bool) -> str | None:
    """The IRI of the graph that is asked for, None for the merge."""
    if (graph is None) is not merge:
        raise BadParameter(
            "The call names a graph and the default graph at once." if merge else "The call names no graph.",
            hint="Send graph= with the IRI of one graph, or default without a value.",
        )
    if graph is not None and not ABSOLUTE_IRI.fullmatch(graph):
        raise BadParameter(
            f"«{graph}» is not an absolute IRI.", hint="Name the graph by its full IRI, percent-encoded."
        )
    return graph


def _triples(
    request: Request, city: City, iri: str | None, chosen: Format, links: Sequence[str] = ()
) -> Response:
    licences = [f'<{licence}>; rel="license"' for licence in city.graphs.licences(iri)]
    about = f"/sparql?query={quote(f'DESCRIBE <{iri}>', safe='')}" if iri else "/.well-known/void"
    described = f'<{about}>; rel="describedby"'
    encoding = coding(request.headers.get("accept-encoding", ""))
    return answered(
        request,
        city,
        ("graph", iri or "", chosen.name, encoding or ""),
        lambda: city.graphs.read(iri, chosen.name, encoding),
        {"Link": ", ".join([*links, *licences, described])},
    )
