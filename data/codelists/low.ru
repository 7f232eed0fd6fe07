# The European List of Waste, whole, from an official list in a file (cc-graph vocab import low FILE.csv).
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX row: <https://w3id.org/ccg/row#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

INSERT {
  GRAPH <graph/low> {
    ?concept a ccg:WasteCode ;
      skos:inScheme <https://w3id.org/ccg/scheme/low> ;
      skos:notation ?code ;
      skos:prefLabel ?labelEn, ?labelIt ;
      skos:broader ?broader ;
      skos:topConceptOf ?top ;
      ccg:hazardous ?hazardous ;
      ccg:entryType ?entryType .
  }
}
WHERE {
  ?row row:table "low" ; row:code ?code ; row:label_en ?titleEn .
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/low/", REPLACE(?code, " ", ""))) AS ?concept)
  BIND (STRLANG(?titleEn, "en") AS ?labelEn)
  OPTIONAL { ?row row:label_it ?titleIt . BIND (STRLANG(?titleIt, "it") AS ?labelIt) }
  OPTIONAL { ?row row:parent ?parent . BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/low/", REPLACE(?parent, " ", ""))) AS ?broader) }
  BIND (IF(BOUND(?parent), ?none, <https://w3id.org/ccg/scheme/low>) AS ?top)
  OPTIONAL { ?row row:hazardous ?flag . BIND (STRDT(?flag, xsd:boolean) AS ?hazardous) }
  # Absolute or mirror, hazardous or not: AH, MH, AN, MN.
  OPTIONAL { ?row row:entry_type ?entryType }
}
