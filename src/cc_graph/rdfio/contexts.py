"""Our own JSON-LD context: short names for the terms, made from the ontology and the shapes.

It lies at `<base>context.jsonld`. A document that names it is read without fetching anything: it stands for the context
this module makes (`cc_graph.rdfio.jsonld` puts it in).
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from cc_graph import resources
from cc_graph.vocab import DEFAULT_BASE, PREFIXES, RDF, SHAPES, TERMS, XSD

if TYPE_CHECKING:
    import pyoxigraph as ox

NAME: Final = "context.jsonld"
"""Where the context lies, below the base."""

# What a term is, and what stands or may stand as its value: the ontology says it of our terms, the shapes of all they check.
_SAID: Final = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX schema: <https://schema.org/>
SELECT ?term ?said {
  { ?term a ?said VALUES ?said { owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty } }
  UNION { ?term rdfs:range|schema:rangeIncludes ?said }
  UNION { ?shape sh:path ?term ; sh:datatype|sh:nodeKind ?said FILTER (isIRI(?term)) }
  UNION { ?shape sh:path ?term ; sh:or/rdf:rest*/rdf:first/sh:datatype ?said FILTER (isIRI(?term)) }
  UNION { ?shape sh:path ?term ; sh:class ?class FILTER (isIRI(?term)) BIND (owl:ObjectProperty AS ?said) }
  UNION { ?shape sh:path ?term ; sh:languageIn|sh:qualifiedValueShape/sh:languageIn ?languages
          FILTER (isIRI(?term)) BIND (rdf:langString AS ?said) }
}
"""
_OWL: Final = PREFIXES["owl"]
_POINTING: Final = frozenset({_OWL + "ObjectProperty", PREFIXES["sh"] + "IRI"})
_KINDS: Final = frozenset(
    {_OWL + name for name in ("Class", "DatatypeProperty", "AnnotationProperty")}
    | {PREFIXES["sh"] + name for name in ("Literal", "BlankNodeOrIRI", "BlankNode", "IRIOrLiteral")}
)


def context_iris(base_iri: str | None) -> frozenset[str]:
    """The IRIs that name our context: below the city's base, and where the terms are at home."""
    return frozenset({(base_iri or DEFAULT_BASE) + NAME, DEFAULT_BASE + NAME})


@cache
def context_document() -> str:
    """The context as a JSON-LD document; the same for every city, because the terms are."""
    return json.dumps({"@context": our_context()}, ensure_ascii=False, indent=1) + "\n"


@cache
def our_context() -> dict[str, Any]:
    """The value of `@context`: ids, prefixes, then every term with how its values are read.

    A word it does not know is taken for one of our terms, so that a slip of the pen is found and not passed over.
    """
    said = _said()
    ours = {term.removeprefix(TERMS): term for term in said if term.startswith(TERMS)}
    names: dict[str, str] = {}
    for term in sorted(set(said) - set(ours.values())):
        prefix = next((prefix for prefix, namespace in PREFIXES.items() if _inside(term, namespace)), None)
        if prefix is not None:
            local = term.removeprefix(PREFIXES[prefix])
            names[f"{prefix}:{local}"] = term
            if local not in ours and local not in PREFIXES:
                names.setdefault(local, term)
    context: dict[str, Any] = {"@version": 1.1, "@vocab": TERMS, "id": "@id", "type": "@type"}
    context |= {prefix: namespace for prefix, namespace in PREFIXES.items() if namespace != SHAPES}
    return context | {name: _definition(term, said[term]) for name, term in sorted((names | ours).items())}


def _inside(term: str, namespace: str) -> bool:
    return term.startswith(namespace) and not set("/#") & set(term.removeprefix(namespace))


def _definition(term: str, said: set[str]) -> str | dict[str, str]:
    """How the values of a term are read: as IRIs, as words in languages, as a datatype, or as they stand."""
    values = said - _KINDS - _POINTING
    if _OWL + "Class" in said:
        return term
    if RDF + "langString" in values:
        mixed = bool(said & _POINTING) or any(not _is_datatype(value) for value in values)
        return term if mixed else {"@id": term, "@container": "@language"}
    if said & _POINTING:
        return {"@id": term, "@type": "@id"}
    if XSD + "date" in values:  # beside it a year or a month: {"@value": "2024", "@type": "xsd:gYear"}
        return {"@id": term, "@type": XSD + "date"}
    datatype = next(iter(values)) if len(values) == 1 else XSD + "string"
    return term if datatype == XSD + "string" else {"@id": term, "@type": datatype}


def _is_datatype(iri: str) -> bool:
    return iri.startswith(XSD) or iri == RDF + "langString"


def _said() -> dict[str, set[str]]:
    store = _knowledge()
    said: dict[str, set[str]] = {}
    for solution in store.query(_SAID, prefixes=PREFIXES):  # type: ignore[union-attr]  # a SELECT
        said.setdefault(solution["term"].value, set()).add(solution["said"].value)
    return {term: words for term, words in said.items() if term != RDF + "type"}


def _knowledge() -> ox.Store:
    import pyoxigraph as ox  # here: who only asks for the address of the context needs no engine

    store = ox.Store()
    for path in (*resources.term_files(), *resources.shape_files()):
        store.extend(ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    return store
