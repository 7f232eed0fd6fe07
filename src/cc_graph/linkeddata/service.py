"""What the SPARQL service can do and what its graph holds: SPARQL 1.1 Service Description and VoID, as one query.

The store itself answers it, so the numbers are of the revision that is asked and every graph format comes for free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from cc_graph.linkeddata.exports import CC_BY
from cc_graph.questions import fill, iri_term
from cc_graph.rdfio.formats import GRAPH_FORMATS, TABLE_FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cc_graph.rdfio.formats import Format

_NAMED_BY_W3C: Final = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "ttl": "Turtle",
    "nt": "N-Triples",
    "trig": "TriG",
    "nq": "N-Quads",
    "jsonld": "JSON-LD",
    "rdfxml": "RDF_XML",
}
"""Format → what `http://www.w3.org/ns/formats/` calls it; another format goes by its registered media type."""

FUNCTIONS: Final = tuple(
    "http://www.opengis.net/def/function/geosparql/" + name
    for name in (
        "asGeoJSON", "centroid", "convexHull", "coordinateDimension", "dimension", "envelope", "getSRID", "isEmpty",
        "isSimple", "relate", "spatialDimension",
        "sfContains", "sfCrosses", "sfDisjoint", "sfEquals", "sfIntersects", "sfOverlaps", "sfTouches", "sfWithin",
        "ehContains", "ehCoveredBy", "ehCovers", "ehDisjoint", "ehEquals", "ehInside", "ehMeet", "ehOverlap",
        "rcc8dc", "rcc8ec", "rcc8eq", "rcc8ntpp", "rcc8ntppi", "rcc8po", "rcc8tpp", "rcc8tppi",
    )
)  # fmt: skip
"""The functions of GeoSPARQL that the embedded store computes; of the others, such as distance, it makes nothing."""

# Nodes are IRIs below the endpoint's: a blank node in a template would be another one in every row.
# What is said once hangs on ?it and ?all, which only the row of the totals binds.
_DESCRIPTION: Final = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX ent: <http://www.w3.org/ns/entailment/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX void: <http://rdfs.org/ns/void#>
CONSTRUCT {
  ?it a sd:Service ; sd:endpoint ?endpoint ; sd:supportedLanguage sd:SPARQL11Query ;
    sd:feature sd:UnionDefaultGraph ; sd:defaultEntailmentRegime ent:Simple ;
    sd:defaultDataset ?all ; sd:availableGraphs ?all .
  ?service sd:resultFormat ?resultFormat ; sd:extensionFunction ?function .

  ?all a sd:Dataset , sd:GraphCollection , void:Dataset ;
    dcterms:title "Grafo di conoscenza di una città circolare"@it , "Knowledge graph of a circular city"@en ;
    dcterms:description
      "Un grafo con nome per ogni fonte; il grafo predefinito è la loro unione, in cui ogni tripla conta una volta."@it ,
      "One named graph for each source; the default graph is their union, in which each triple counts once."@en ;
    dcterms:rights "Ogni grafo con nome ha la propria licenza; l'unione le mescola."@it ,
      "Each named graph has a licence of its own; the union mixes them."@en ;
    void:sparqlEndpoint ?endpoint ; void:uriSpace ?space ; sd:defaultGraph ?merge ; void:subset ?open .
  ?dataset rdfs:seeAlso ?stated ; void:dataDump ?dump ; void:feature ?feature ; void:vocabulary ?vocabulary ;
    void:triples ?triples ; void:entities ?entities ; void:classes ?classes ; void:properties ?properties ;
    void:distinctSubjects ?subjects ; void:distinctObjects ?objects .

  ?merge a sd:Graph , void:Dataset ; void:triples ?triples ; void:dataDump ?mergeDump .
  ?open a void:Dataset ; void:triples ?openTriples ; dcterms:license ?openLicence ;
    dcterms:title "I grafi con licenza CC BY 4.0, uniti"@it , "The graphs under CC BY 4.0, merged"@en .
  ?openSubset void:dataDump ?openDump .

  ?dataset sd:namedGraph ?named .
  ?named a sd:NamedGraph ; sd:name ?graph ; sd:graph ?graph .
  ?graph a sd:Graph , void:Dataset ; void:triples ?graphTriples ; void:dataDump ?graphDump .
  ?licensed dcterms:license ?licence .

  ?dataset void:classPartition ?classPartition .
  ?classPartition a void:Dataset ; void:class ?class ; void:entities ?members .
  ?dataset void:propertyPartition ?propertyPartition .
  ?propertyPartition a void:Dataset ; void:property ?property ; void:triples ?uses .
} WHERE {
  VALUES ?endpoint { UNDEF }
  VALUES ?store { UNDEF }
  {
    { SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?p) AS ?properties) (COUNT(DISTINCT ?s) AS ?subjects)
        (COUNT(DISTINCT ?o) AS ?objects) WHERE { ?s ?p ?o } }
    { SELECT (COUNT(*) AS ?entities) (SAMPLE(STR(?base)) AS ?space) WHERE {
        VALUES ?base { UNDEF } { SELECT DISTINCT ?s WHERE { ?s ?p ?o } }
        FILTER (isIRI(?s) && STRSTARTS(STR(?s), STR(?base))) } }
    { SELECT (COUNT(DISTINCT ?type) AS ?classes) WHERE { ?typed a ?type } }
    { SELECT (COUNT(*) AS ?openTriples) WHERE { { SELECT DISTINCT ?s ?p ?o WHERE {
        { SELECT ?shared WHERE { VALUES ?openLicence { UNDEF } ?shared dcterms:license ?openLicence .
            FILTER NOT EXISTS { ?shared dcterms:license ?other FILTER (?other != ?openLicence) } } }
        GRAPH ?shared { ?s ?p ?o } } } } }
    VALUES ?openLicence { UNDEF }
  }
  UNION { VALUES ?resultFormat { UNDEF } }
  UNION { VALUES ?function { UNDEF } }
  UNION { VALUES ?feature { UNDEF } }
  UNION { VALUES ?dump { UNDEF } }
  UNION { VALUES ?openDump { UNDEF } }
  UNION { ?stated a dcat:Dataset }
  UNION { SELECT ?graph (COUNT(*) AS ?graphTriples) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph }
  UNION { { SELECT DISTINCT ?licensed WHERE { GRAPH ?licensed { ?s ?p ?o } } } ?licensed dcterms:license ?licence }
  UNION { SELECT ?class (COUNT(DISTINCT ?member) AS ?members) WHERE {
    ?s a ?class BIND (IF(isIRI(?s), ?s, ?nothing) AS ?member) } GROUP BY ?class }
  UNION { SELECT ?property (COUNT(*) AS ?uses) WHERE { ?s ?property ?o } GROUP BY ?property }
  UNION { SELECT DISTINCT (IRI(REPLACE(STR(?p), "^(.*[/#]).*$", "$1")) AS ?vocabulary) WHERE {
    { SELECT DISTINCT ?p WHERE { ?s ?p ?o } } } }

  BIND (IRI(CONCAT(STR(?endpoint), "#service")) AS ?service)
  BIND (IRI(CONCAT(STR(?endpoint), "#dataset")) AS ?dataset)
  BIND (IRI(CONCAT(STR(?endpoint), "#cc-by")) AS ?openSubset)
  BIND (IF(BOUND(?triples), ?service, ?nothing) AS ?it)
  BIND (IF(BOUND(?triples), ?dataset, ?nothing) AS ?all)
  BIND (IF(BOUND(?triples), ?openSubset, ?nothing) AS ?open)
  BIND (IF(BOUND(?triples), IRI(CONCAT(STR(?endpoint), "#default-graph")), ?nothing) AS ?merge)
  BIND (IF(BOUND(?triples), IRI(CONCAT(STR(?store), "?default")), ?nothing) AS ?mergeDump)
  BIND (IF(BOUND(?graph), IRI(CONCAT(STR(?endpoint), "#graph=", ENCODE_FOR_URI(STR(?graph)))), ?nothing) AS ?named)
  BIND (IF(BOUND(?graph), IRI(CONCAT(STR(?store), "?graph=", ENCODE_FOR_URI(STR(?graph)))), ?nothing) AS ?graphDump)
  BIND (IF(BOUND(?class), IRI(CONCAT(STR(?endpoint), "#class=", ENCODE_FOR_URI(STR(?class)))), ?nothing) AS ?classPartition)
  BIND (IF(BOUND(?property), IRI(CONCAT(STR(?endpoint), "#property=", ENCODE_FOR_URI(STR(?property)))), ?nothing) AS ?propertyPartition)
} ORDER BY ?graph ?licensed ?class ?property ?vocabulary ?resultFormat ?function ?feature ?dump ?openDump ?stated"""


def service_query(endpoint: str, base_iri: str, functions: Iterable[str] = FUNCTIONS) -> str:
    """The CONSTRUCT query whose answer describes the service at an address and the graph behind it.

    Args:
        endpoint: address of the SPARQL endpoint; the dumps and the Graph Store Protocol lie beside it.
        base_iri: what the IRIs of the things described begin with.
        functions: IRIs of the functions that the store has beyond SPARQL 1.1.

    Raises:
        BadParameter: the address is not an absolute IRI.
    """
    quads = [form for form in GRAPH_FORMATS.values() if form.graphs]
    triples = [form for form in GRAPH_FORMATS.values() if not form.graphs]
    tables = TABLE_FORMATS.values()
    return fill(
        _DESCRIPTION,
        {
            "endpoint": iri_term(endpoint),
            "store": iri_term(urljoin(endpoint, "graph-store")),
            "base": iri_term(base_iri),
            "openLicence": iri_term(CC_BY),
            "resultFormat": _terms(_format_iri(form) for form in (*tables, *GRAPH_FORMATS.values())),
            "feature": _terms(_format_iri(form) for form in GRAPH_FORMATS.values()),
            "function": _terms(functions),
            "dump": _terms(urljoin(endpoint, f"export?format={form.name}") for form in quads),
            "openDump": _terms(urljoin(endpoint, f"export?format={form.name}") for form in triples),
        },
    )


def _format_iri(form: Format) -> str:
    if name := _NAMED_BY_W3C.get(form.name):
        return f"http://www.w3.org/ns/formats/{name}"
    return f"https://www.iana.org/assignments/media-types/{form.media_type}"


def _terms(iris: Iterable[str]) -> str:
    return " ".join(iri_term(iri) for iri in iris)
