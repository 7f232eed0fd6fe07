# initiatives.csv. Axes are always ours; a theme is ours unless the strategy gives it to one of its own tables.
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX row: <https://w3id.org/ccg/row#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

INSERT {
  GRAPH ?graph {
    ?initiative a ?class ;
      rdfs:label ?labelIt, ?labelEn ;
      dcterms:description ?summaryEn ;
      dcterms:isPartOf ?whole ;
      ccg:initiativeStatus ?status ;
      ccg:start ?startsOn ;
      ccg:end ?endsOn .
  }
  GRAPH ?themeGraph { ?initiative ccg:theme ?theme }
  GRAPH <graph/editorial> { ?initiative dcterms:description ?summaryIt ; ccg:axis ?axis }
}
WHERE {
  ?row row:table "initiatives" ; row:id ?id ; row:source_id ?sourceId ; row:name_it ?nameIt ; row:name_en ?nameEn ; row:kind ?kind ;
    row:class ?className ; row:theme ?themeCode ; row:summary_en ?textEn ; row:summary_it ?textIt .
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
  BIND (IRI(CONCAT("id/initiative/", ?id)) AS ?initiative)
  BIND (IRI(CONCAT(STR(ccg:), ?className)) AS ?class)
  BIND (STRLANG(?nameIt, "it") AS ?labelIt)
  BIND (STRLANG(?nameEn, "en") AS ?labelEn)
  BIND (STRLANG(?textEn, "en") AS ?summaryEn)
  BIND (STRLANG(?textIt, "it") AS ?summaryIt)
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/theme/", ?themeCode)) AS ?theme)
  BIND (?kind = "table"
    && ?themeCode IN ("textile-district", "urban-resources", "circular-consumption", "urban-agriculture", "governance") AS ?stated)
  BIND (IF(?stated, ?graph, IRI("graph/editorial")) AS ?themeGraph)
  OPTIONAL { ?row row:part_of ?wholeId . BIND (IRI(CONCAT("id/initiative/", ?wholeId)) AS ?whole) }
  OPTIONAL { ?row row:axis ?axisCode . BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/axis/", ?axisCode)) AS ?axis) }
  OPTIONAL { ?row row:status ?statusCode . BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/initiative-status/", ?statusCode)) AS ?status) }
  OPTIONAL { ?row row:start ?start . BIND (STRDT(?start, IF(STRLEN(?start) = 4, xsd:gYear, IF(STRLEN(?start) = 7, xsd:gYearMonth, xsd:date))) AS ?startsOn) }
  OPTIONAL { ?row row:end ?end . BIND (STRDT(?end, IF(STRLEN(?end) = 4, xsd:gYear, IF(STRLEN(?end) = 7, xsd:gYearMonth, xsd:date))) AS ?endsOn) }
} ;

# The barrier a working group addresses, where its page names it.
INSERT { GRAPH ?graph { ?initiative ccg:addressesBarrier ?barrier } }
WHERE {
  ?row row:table "initiatives" ; row:id ?id ; row:source_id ?sourceId ; row:barrier ?barriers .
  VALUES ?code { "legislative" "resource" "knowledge" }
  FILTER (CONTAINS(?barriers, ?code))
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
  BIND (IRI(CONCAT("id/initiative/", ?id)) AS ?initiative)
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/barrier/", ?code)) AS ?barrier)
} ;

# Which phase of the living lab a record is.
INSERT { GRAPH ?graph { ?initiative ccg:phase ?phase } }
WHERE {
  ?row row:table "initiatives" ; row:class "ProcessPhase" ; row:id ?id ; row:source_id ?sourceId .
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
  BIND (IRI(CONCAT("id/initiative/", ?id)) AS ?initiative)
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/phase/", STRAFTER(?id, "pcc-phase-"))) AS ?phase)
}
