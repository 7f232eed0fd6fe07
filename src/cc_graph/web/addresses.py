"""Where things are: the only module of the pages that builds a URL."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from cc_graph import __version__
from cc_graph.vocab import SCHEMES, TERMS, expand

LANGUAGES: Final = ("it", "en")

LISTS: Final = {
    "stakeholders": "ccg:Stakeholder",
    "initiatives": "ccg:Initiative",
    "materials": "ccg:Material",
    "flows": "ccg:MaterialFlow",
    "participations": "ccg:Participation",
    "observations": "ccg:IndicatorObservation",
    "indicators": "ccg:Indicator",
    "disagreements": "ccg:Disagreement",
    "sources": "ccg:Source",
}
"""Segment of a list page → class of the things it lists."""

# Nothing else is ever minted; what is not a slug is not looked up.
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")
_WEB = re.compile(r"https?://", re.IGNORECASE)

Values = Mapping[str, object]


@dataclass(frozen=True)
class Addresses:
    """The addresses of one language.

    Attributes:
        lang: `it` or `en`.
        base_iri: what the IRIs of things begin with.
    """

    lang: str
    base_iri: str

    def page(self, *segments: str, values: Values | None = None) -> str:
        """A page of this language; empty values are left out of the query string."""
        return _with("/" + "/".join(quote(segment) for segment in (self.lang, *segments)), values)

    def home(self) -> str:
        """The first page."""
        return f"/{self.lang}/"

    def listing(self, name: str, values: Values | None = None) -> str:
        """A page that lists things, or the questions."""
        return self.page(name, values=values)

    def listing_of(self, class_iri: str) -> str | None:
        """The page that lists the things of a class, None if there is none."""
        return next((self.listing(name) for name, known in LISTS.items() if expand(known) == class_iri), None)

    def question(self, question_id: str, values: Values | None = None) -> str:
        """The page of a question, with its form filled in."""
        return self.page("questions", question_id, values=values)

    def search(self, text: str = "") -> str:
        """The search page."""
        return self.page("search", values={"q": text})

    def networks(self, values: Values | None = None) -> str:
        """The page of the networks."""
        return self.page("networks", values=values)

    def sparql(self, query: str = "") -> str:
        """The page with a form for SPARQL, with a query in it."""
        return self.page("sparql", values={"query": query})

    def sparql_example(self, question_id: str) -> str:
        """The same with the query of a question in it."""
        return self.page("sparql", values={"example": question_id})

    def thing(self, iri: str) -> str | None:
        """The page of a thing, a concept, a graph or a term of ours; None for anything else."""
        path = _path(iri, self.base_iri)
        return f"/{self.lang}/{path}" if path else None

    def link(self, iri: str) -> str | None:
        """Where a click on an IRI leads: our page, else the web address itself; None for what is no web address."""
        return self.thing(iri) or (iri if _WEB.match(iri) else None)

    def iri(self, kind: str, slug: str, code: str = "") -> str | None:
        """The IRI behind the segments of a page's path; None where nothing is ever minted."""
        if not all(_SLUG.fullmatch(segment) for segment in (kind, slug, code or "x")):
            return None
        if kind == "scheme":
            return SCHEMES + slug + (f"/{code}" if code else "")
        if kind == "ns":
            return TERMS + slug
        return f"{self.base_iri}{'' if kind == 'graph' else 'id/'}{kind}/{slug}"

    def document(self, iri: str, suffix: str) -> str:
        """The RDF document about a thing of ours."""
        path = _path(iri, self.base_iri) or ""
        if path == "ns" or path.startswith("ns/"):
            return f"/ns.{suffix}"
        return f"/{path}.{suffix}" if path.startswith(("scheme/", "graph/")) else f"/id/{path}.{suffix}"

    def answer(self, question_id: str, values: Values, format_name: str) -> str:
        """The answer to a question, to download."""
        return _with(f"/questions/{quote(question_id)}", {**values, "lang": self.lang, "format": format_name})

    def question_text(self, question_id: str) -> str:
        """The SPARQL of a question, to download."""
        return f"/questions/{quote(question_id)}/query"

    def sparql_answer(self, query: str, format_name: str) -> str:
        """The answer to a query, to download."""
        return _with("/sparql", {"query": query, "format": format_name})

    def network(self, layer: str, format_name: str, values: Values | None = None) -> str:
        """A layer, or a ranking of its nodes, to download."""
        ranking = {**(values or {}), "lang": self.lang} if values else {}
        return _with(f"/network/{quote(layer)}", {"format": format_name, **ranking})

    def export(self, format_name: str) -> str:
        """The whole graph, to download."""
        return _with("/export", {"format": format_name})

    def call(self, template: str, parameters: Iterable[Mapping[str, Any]]) -> str:
        """An operation of the API filled with the examples of its parameters."""
        path, values = template, []
        for one in parameters:
            if one["in"] == "path":
                path = path.replace("{" + one["name"] + "}", quote(str(one["example"])))
            elif "example" in one:
                values.append((one["name"], one["example"]))
        return _with(path, values)

    def static(self, name: str) -> str:
        """A file of the design; the version keeps an old copy from being used."""
        return _with(f"/static/{name}", {"v": __version__})

    def openapi(self) -> str:
        """The description of the API for programs."""
        return "/openapi.json"

    def in_language(self, lang: str, path: str, query: str) -> str:
        """The same page in another language."""
        rest = path.split("/", 2)
        tail = rest[2] if len(rest) > 2 and rest[1] in LANGUAGES else ""
        return _with(f"/{lang}/{quote(tail)}", parse_qsl(query))


def _path(iri: str, base_iri: str) -> str | None:
    """The path of a thing's page below the language."""
    for namespace, folder in (
        (TERMS, "ns/"),
        (SCHEMES, "scheme/"),
        (f"{base_iri}id/", ""),
        (f"{base_iri}graph/", "graph/"),
    ):
        if iri.startswith(namespace):
            local, mark, fragment = iri[len(namespace) :].partition("#")
            if all(_SLUG.fullmatch(segment) for segment in local.split("/")):
                return folder + local + mark + quote(fragment)
    return "ns" if iri == TERMS.removesuffix("#") else None


def _with(path: str, values: Values | Iterable[tuple[str, object]] | None) -> str:
    pairs = values.items() if isinstance(values, Mapping) else (values or ())
    kept = [(name, value) for name, value in pairs if value not in (None, "")]
    return f"{path}?{urlencode(kept)}" if kept else path
