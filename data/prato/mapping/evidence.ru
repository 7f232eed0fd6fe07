# evidence.csv: a fact on a record that another source states.
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
PREFIX locn: <http://www.w3.org/ns/locn#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX row: <https://w3id.org/ccg/row#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

# Words: names, addresses, legal forms.
INSERT { GRAPH ?graph { ?thing ?property ?text } }
WHERE {
  VALUES (?field ?property) {
    ("name" skos:altLabel) ("address" locn:fullAddress) ("legal_form" ccg:legalForm) ("local office address" ccg:localOffice)
  }
  ?row row:table "evidence" ; row:field ?field ; row:value ?value ; row:subject_id ?id ; row:source_id ?sourceId .
  VALUES (?table ?path) { ("stakeholders" "id/stakeholder/") ("initiatives" "id/initiative/") }
  ?subjectRow row:table ?table ; row:id ?id .
  BIND (IRI(CONCAT(?path, ?id)) AS ?thing)
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
  BIND (STRLANG(?value, "it") AS ?text)
} ;

# Dates.
INSERT { GRAPH ?graph { ?thing ?property ?date } }
WHERE {
  VALUES (?field ?property) { ("start" ccg:start) ("end" ccg:end) }
  ?row row:table "evidence" ; row:field ?field ; row:value ?value ; row:subject_id ?id ; row:source_id ?sourceId .
  VALUES (?table ?path) { ("stakeholders" "id/stakeholder/") ("initiatives" "id/initiative/") }
  ?subjectRow row:table ?table ; row:id ?id .
  BIND (IRI(CONCAT(?path, ?id)) AS ?thing)
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
  BIND (STRDT(?value, IF(STRLEN(?value) = 4, xsd:gYear, IF(STRLEN(?value) = 7, xsd:gYearMonth, xsd:date))) AS ?date)
} ;

# Ties between records.
INSERT { GRAPH ?graph { ?thing ?property ?other } }
WHERE {
  VALUES (?field ?path ?property) {
    ("controlled-by" "id/stakeholder/" ccg:controlledBy)
    ("merged-into" "id/stakeholder/" ccg:mergedInto)
    ("derived-from" "id/initiative/" prov:wasDerivedFrom)
  }
  ?row row:table "evidence" ; row:field ?field ; row:value ?value ; row:subject_id ?id ; row:source_id ?sourceId .
  BIND (IRI(CONCAT(?path, ?id)) AS ?thing)
  BIND (IRI(CONCAT(?path, ?value)) AS ?other)
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
} ;

# Municipalities.
INSERT { GRAPH ?graph { ?thing ccg:locatedIn ?place } }
WHERE {
  ?row row:table "evidence" ; row:field "municipality" ; row:value ?town ; row:subject_id ?id ; row:source_id ?sourceId .
  ?placeRow row:table "places" ; row:label_it ?town ; row:id ?placeId .
  BIND (IRI(CONCAT("id/stakeholder/", ?id)) AS ?thing)
  BIND (IRI(CONCAT("id/place/", ?placeId)) AS ?place)
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
} ;

# Coordinates, from OpenStreetMap by way of the city's open data (ODbL): they stay in that source's graph.
INSERT {
  GRAPH ?graph {
    ?thing geo:hasGeometry ?geometry .
    ?geometry a geo:Geometry ; geo:asWKT ?point ; ccg:precision ?precision .
  }
}
WHERE {
  ?row row:table "evidence" ; row:field "lat lon" ; row:value ?value ; row:subject_id ?id ; row:source_id ?sourceId .
  OPTIONAL { ?row row:note_en ?note }
  BIND (IRI(CONCAT("id/stakeholder/", ?id)) AS ?thing)
  BIND (IRI(CONCAT("id/stakeholder/", ?id, "#geometry")) AS ?geometry)
  BIND (STRDT(CONCAT("POINT(", STRAFTER(?value, " "), " ", STRBEFORE(?value, " "), ")"), geo:wktLiteral) AS ?point)
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/location-precision/", IF(BOUND(?note), "building-outline-vertex", "site"))) AS ?precision)
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
} ;

# Remarks, and what a source covers without adding a fact.
INSERT {
  GRAPH ?graph { ?thing skos:note ?noteEn . ?source ccg:describes ?described }
  GRAPH <graph/editorial> { ?thing skos:note ?noteIt }
}
WHERE {
  ?row row:table "evidence" ; row:field ?field ; row:subject_id ?id ; row:source_id ?sourceId .
  FILTER (?field != "lat lon")
  VALUES (?table ?path) { ("stakeholders" "id/stakeholder/") ("initiatives" "id/initiative/") }
  ?subjectRow row:table ?table ; row:id ?id .
  BIND (IRI(CONCAT(?path, ?id)) AS ?thing)
  BIND (IF(?field = "also-described-by", ?thing, ?none) AS ?described)
  BIND (IRI(CONCAT("id/source/", ?sourceId)) AS ?source)
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
  OPTIONAL { ?row row:note_en ?nEn ; row:note_it ?nIt . BIND (STRLANG(?nEn, "en") AS ?noteEn) BIND (STRLANG(?nIt, "it") AS ?noteIt) }
}
