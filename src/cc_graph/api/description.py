"""The OpenAPI document: what FastAPI cannot see by itself, with an example that works for every operation."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from cc_graph.questions import Question

Json = dict[str, Any]

_COUNT: Final = "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ccg:Stakeholder }"
_TABLES: Final[Json] = {
    "application/sparql-results+json": {},
    "application/sparql-results+xml": {},
    "text/csv": {},
    "text/tab-separated-values": {},
    "application/geo+json": {},
}
_GRAPHS: Final[Json] = {
    "text/turtle": {},
    "application/n-triples": {},
    "application/trig": {},
    "application/n-quads": {},
    "application/ld+json": {},
    "application/rdf+xml": {},
}


def _parameter(
    name: str, about: str, example: object, *, where: str = "query", required: bool = False, **schema: Any
) -> Json:
    return {
        "name": name,
        "in": where,
        "required": required or where == "path",
        "description": about,
        "schema": {"type": "string"} | schema,
        "example": example,
    }


def _operation(answer: str, content: Json, parameters: Sequence[Json] = (), **more: Any) -> Json:
    responses = {"200": {"description": answer, "content": content}, **more.pop("responses", {})}
    return {"parameters": list(parameters), "responses": responses, **more}


_REDIRECT: Final[Json] = {
    "303": {"description": "To the page (HTML), or to the document in the format asked for."}
}


def _document(about: str, parameters: Sequence[Json]) -> Json:
    documents = {
        name: _GRAPHS[name]
        for name in ("text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml")
    }
    return _operation(about, documents, parameters, responses=_REDIRECT)


_LANG = _parameter("lang", "Language of labels.", "it", enum=["it", "en"])
_DATASETS = [
    _parameter(
        "default-graph-uri", "Graphs to merge into the default graph; may be repeated.", None, format="uri"
    ),
    _parameter("named-graph-uri", "Graphs that GRAPH sees; may be repeated.", None, format="uri"),
]
_MERGE = _parameter(
    "default", "Instead of `graph`, and without a value: the merge of all named graphs.", None, maxLength=0
) | {"allowEmptyValue": True}
for _without_example in (*_DATASETS, _MERGE):
    del _without_example["example"]
_QUERY = _parameter(
    "query", "SPARQL 1.1 query; the prefixes of the project are declared.", _COUNT, required=True
)
_FORMAT = _parameter(
    "format", "Short name of a format, instead of the header Accept.", "csv",
    enum=["json", "xml", "csv", "tsv", "geojson", "ttl", "nt", "trig", "nq", "jsonld", "rdfxml"],
)  # fmt: skip
_GRAPH_FORMAT = _parameter(
    "format", "Short name of a format, instead of the header Accept.", "nt",
    enum=["ttl", "nt", "trig", "nq", "jsonld", "rdfxml"],
)  # fmt: skip
_TIMEOUT = _parameter(
    "timeout", "Seconds the answer may take, up to what the service allows.", 10, type="number"
)
_SLUG = "Name, with .ttl, .jsonld, .nt or .rdf for a document."

SPARQL_GET: Final = _operation(
    "The answer; without a query, what the endpoint is and holds.",
    _TABLES | _GRAPHS,
    [_QUERY, _FORMAT, _TIMEOUT, *_DATASETS],
    tags=["sparql"],
    summary="Query by GET",
    description="Answers a SPARQL 1.1 query. The default graph is the merge of all named graphs.",
    operationId="query_by_get",
)
SPARQL_POST: Final = _operation(
    "The answer.",
    _TABLES | _GRAPHS,
    tags=["sparql"],
    summary="Query by POST",
    description="Answers a query sent as a form or as it is; for queries too long for an address.",
    operationId="query_by_post",
    requestBody={
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {"query": {"type": "string"}, "format": {"type": "string"}},
                },
                "example": {"query": _COUNT},
            },
            "application/sparql-query": {"schema": {"type": "string"}, "example": _COUNT},
        },
    },
)
QUESTIONS: Final = _operation("The questions.", {"application/json": {}})
QUESTION_ID: Final = _parameter("question_id", "Name of the question.", "", where="path")
ANSWER: Final = _operation(
    "The answer.",
    _TABLES,
    [
        QUESTION_ID,
        _LANG,
        _parameter("format", "Short name of a format.", "csv", enum=["json", "csv", "tsv", "xml"]),
    ],
)
QUESTION_TEXT: Final = _operation("The query.", {"application/sparql-query": {}}, [QUESTION_ID])
THING: Final = _document(
    "The document.",
    [
        _parameter("kind", "Kind of thing.", "initiative", where="path"),
        _parameter("slug", _SLUG, "tavolo-tessile.ttl", where="path"),
    ],
)
SCHEME: Final = _document("The document.", [_parameter("scheme", _SLUG, "role.ttl", where="path")])
CONCEPT: Final = _document(
    "The document.",
    [
        _parameter("scheme", "Name of the scheme.", "material", where="path"),
        _parameter("code", _SLUG, "used-textiles.jsonld", where="path"),
    ],
)
GRAPH: Final = _operation(
    "The triples of the graph.",
    _GRAPHS,
    [
        _parameter(
            "source", "Name, with .ttl, .nt, .trig, .nq, .jsonld or .rdf.", "editorial.ttl", where="path"
        )
    ],
    responses=_REDIRECT,
)
GRAPH_STORE: Final = _operation(
    "The triples.",
    _GRAPHS,
    [
        _parameter("graph", "IRI of a named graph.", "https://w3id.org/ccg/graph/editorial", format="uri"),
        _MERGE,
        _GRAPH_FORMAT,
    ],
)
VOID: Final = _operation("The description.", _GRAPHS)
TERMS_DOCUMENT: Final = _document("The document.", [])
CONTEXT: Final = _operation("The context.", {"application/ld+json": {}})
_TURTLE: Final = """PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
<id/stakeholder/new-mill> a ccg:Organisation ; rdfs:label "New Mill"@en , "Nuova filatura"@it .
"""
_LINES: Final = """<https://w3id.org/ccg/id/stakeholder/new-mill> \
<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/ccg/ns#Organisation> .
"""
_JSONLD: Final = """{
  "@context": "https://w3id.org/ccg/context.jsonld",
  "id": "id/stakeholder/new-mill", "type": "Organisation", "label": {"en": "New Mill", "it": "Nuova filatura"}
}"""
_RDFXML: Final = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="https://w3id.org/ccg/ns#">
  <Organisation rdf:about="id/stakeholder/new-mill"/>
</rdf:RDF>
"""
_DOCUMENTS: Final = dict(zip(_GRAPHS, (_TURTLE, _LINES, _TURTLE, _LINES, _JSONLD, _RDFXML), strict=True))
VALIDATE: Final = _operation(
    "The findings, or the SHACL validation report.",
    {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["conforms", "counts", "findings"],
                "properties": {
                    "conforms": {"type": "boolean", "description": "Whether there is no violation."},
                    "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "findings": {
                        "type": "array",
                        "description": "Violations first; at most 1,000.",
                        "items": {
                            "type": "object",
                            "properties": {
                                "severity": {"type": "string", "enum": ["violation", "warning", "info"]},
                                "sentence": {"type": "string", "description": "In the language asked for."},
                                "message": {"type": "object", "additionalProperties": {"type": "string"}},
                            }
                            | {name: {"type": "string"} for name in ("focus", "path", "value", "shape")},
                        },
                    },
                },
            }
        }
    }
    | _GRAPHS,
    [
        _parameter("lang", "Language of the sentences.", "it", enum=["it", "en"]),
        _parameter(
            "format",
            "json, or the short name of an RDF format for the SHACL report, instead of the header Accept.",
            "json",
            enum=["json", "ttl", "nt", "trig", "nq", "jsonld", "rdfxml"],
        ),
        _parameter(
            "Content-Encoding", "gzip or zstd, if the document comes so packed.", None, where="header"
        ),
    ],
    requestBody={
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string"}, "example": example}
            for media_type, example in _DOCUMENTS.items()
        },
    },
)
del VALIDATE["parameters"][-1]["example"]
EXPORT: Final = _operation("The graph.", _GRAPHS)
LAYERS: Final = _operation("The layers.", {"application/json": {}})
LAYER: Final = _operation(
    "The graph or the ranking.",
    {"application/json": {}, "text/csv": {}, "application/graphml+xml": {}, "application/gexf+xml": {}},
    [_parameter("layer", "Name of the layer.", "shared-initiative", where="path"), _LANG],
)
METRICS: Final = _operation("The numbers.", {"text/plain": {}, "application/openmetrics-text": {}})

_PROBLEM: Final[Json] = {
    "type": "object",
    "description": "A problem (RFC 9457).",
    "required": ["type", "title", "status", "detail", "hint", "instance", "request_id"],
    "properties": {
        name: {"type": "string"} for name in ("type", "title", "detail", "hint", "instance", "request_id")
    }
    | {"status": {"type": "integer"}},
}


def document(app: FastAPI, questions: Sequence[Question]) -> Json:
    """The OpenAPI document of the application; each question is an operation of its own."""
    found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    for path, operations in found["paths"].items():
        for operation in operations.values():
            _tidy(operation)
            if "{question_id}" in path and questions:
                operation["parameters"][0]["example"] = questions[0].id
    found["paths"]["/sparql"] = {"get": _tidied(SPARQL_GET), "post": _tidied(SPARQL_POST)}
    found["paths"] |= {f"/questions/{question.id}": {"get": _question(question)} for question in questions}
    found["components"] = {"schemas": {"Problem": _PROBLEM}}
    return found


def _tidied(operation: Json) -> Json:
    described = deepcopy(operation)
    _tidy(described)
    return described


def _tidy(operation: Json) -> None:
    """One shape for every error, and one description of each parameter: ours, where both are given."""
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {
        "description": "A problem.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    parameters = {(one["name"], one["in"]): one for one in operation.get("parameters", [])}
    for one in parameters.values():
        if "examples" in one["schema"]:
            one["example"] = one["schema"].pop("examples")[0]
    operation["parameters"] = list(parameters.values())


def _question(question: Question) -> Json:
    values = [
        _parameter(
            parameter.name,
            (parameter.label or {}).get("en", parameter.name),
            question.example.get(parameter.name),
            required=parameter.required,
        )
        for parameter in question.parameters
        if parameter.type != "language"
    ]
    for value in values:
        if value["example"] is None:
            del value["example"]
    operation = _operation("The answer.", _TABLES, [*values, _LANG, ANSWER["parameters"][-1]])
    described = {
        "tags": ["questions"],
        "summary": question.title["en"],
        "description": question.description["en"],
        "operationId": question.id,
        **operation,
    }
    _tidy(described)
    return described
