"""Lists of things: what a parameter may name, what a class holds."""

CHOICES = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?value ?label WHERE {
  VALUES ?class { UNDEF }
  VALUES ?lang { "en" }
  ?value a ?class ; rdfs:label ?label . FILTER (LANG(?label) = ?lang)
} ORDER BY ?label ?value"""

THINGS = """
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?thingLabel (SAMPLE(?oneKind) AS ?kindLabel) WHERE {
  VALUES ?lang { "en" }
  { SELECT ?thing WHERE { VALUES ?class { UNDEF } ?thing a ?class } }
  ?thing rdfs:label ?thingLabel . FILTER (LANG(?thingLabel) = ?lang)
  OPTIONAL { ?thing ccg:stakeholderKind|ccg:materialNature|ccg:theme ?kind . ?kind rdfs:label ?oneKind . FILTER (LANG(?oneKind) = ?lang) }
} GROUP BY ?thing ?thingLabel ORDER BY ?thingLabel ?thing"""
