"""The one table of prefixes, and the few IRIs the program itself needs.

Terms, shapes and concept schemes have fixed IRIs: they are the same for every city. Things and graphs live under the
base of the city (`Settings.base_iri`).
"""

from __future__ import annotations

import re
from typing import Final

TERMS: Final = "https://w3id.org/ccg/ns#"
SHAPES: Final = "https://w3id.org/ccg/shapes#"
SCHEMES: Final = "https://w3id.org/ccg/scheme/"
DEFAULT_BASE: Final = "https://w3id.org/ccg/"

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SH: Final = "http://www.w3.org/ns/shacl#"

PREFIXES: Final[dict[str, str]] = {
    "ccg": TERMS,
    "ccgsh": SHAPES,
    "scheme": SCHEMES,
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "locn": "http://www.w3.org/ns/locn#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": RDF,
    "rdfs": RDFS,
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": SH,
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sosa": "http://www.w3.org/ns/sosa/",
    "time": "http://www.w3.org/2006/time#",
    "unit": "http://qudt.org/vocab/unit/",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xsd": XSD,
}
"""Declared for every query the project answers: `SELECT * { ?s a ccg:Stakeholder }` needs no PREFIX line."""


# What may stand between < and > in SPARQL 1.1 (IRIREF), with a scheme in front.
ABSOLUTE_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\\ud800-\udfff]+")


def shorten(iri: str, base_iri: str = DEFAULT_BASE) -> str:
    """The IRI as `prefix:name` where a prefix fits, as `id/…` below the base, else unchanged."""
    for prefix, namespace in PREFIXES.items():
        name = iri.removeprefix(namespace)
        if name != iri and "/" not in name and "#" not in name:
            return f"{prefix}:{name}"
    return iri.removeprefix(base_iri)


def expand(name: str, base_iri: str = DEFAULT_BASE) -> str:
    """The absolute IRI of `prefix:name`, of a path below the base (`id/…`, `graph/…`), or of an IRI as it is."""
    prefix, colon, local = name.partition(":")
    if colon and prefix in PREFIXES and not local.startswith("//"):
        return PREFIXES[prefix] + local
    return name if colon else base_iri + name
