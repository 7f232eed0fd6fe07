# The European List of Waste, whole, from an official list in a file (cc-graph vocab import low FILE.csv).
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX row: <https://w3id.org/ccg/row#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

INSERT {
  GRAPH <graph/low> {
    ?concept a ccg:WasteCode, skos:Concept ;
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
  # A code that the scheme names already keeps its names; the list adds what is missing.
  OPTIONAL { GRAPH <graph/schemes> { ?concept skos:prefLabel ?known } }
  BIND (IF(BOUND(?known), ?none, STRLANG(?titleEn, "en")) AS ?labelEn)
  OPTIONAL { ?row row:label_it ?titleIt }
  BIND (IF(BOUND(?known), ?none, STRLANG(?titleIt, "it")) AS ?labelIt)
  OPTIONAL { ?row row:parent ?parent . BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/low/", REPLACE(?parent, " ", ""))) AS ?broader) }
  BIND (IF(BOUND(?parent), ?none, <https://w3id.org/ccg/scheme/low>) AS ?top)
  OPTIONAL { ?row row:hazardous ?flag . BIND (STRDT(?flag, xsd:boolean) AS ?hazardous) }
  # Absolute or mirror, hazardous or not: AH, MH, AN, MN.
  OPTIONAL { ?row row:entry_type ?entryType }
} ;

INSERT DATA {
  GRAPH <graph/catalogue> {
    <graph/low> a ccg:SourceGraph ;
      rdfs:label "European List of Waste"@en, "Elenco europeo dei rifiuti"@it ;
      dcterms:source <id/source/low> ;
      dcterms:license <https://creativecommons.org/licenses/by/4.0/> .
    <id/source/low> a ccg:Source ;
      rdfs:label "European List of Waste"@en, "Elenco europeo dei rifiuti"@it ;
      dcterms:title "European List of Waste"@en, "Elenco europeo dei rifiuti"@it ;
      dcterms:description "Decision 2000/532/EC as amended by Decision 2014/955/EU, imported from a file."@en, "Decisione 2000/532/CE modificata dalla decisione 2014/955/UE, importata da un file."@it ;
      dcterms:publisher "European Union"@en ;
      dcterms:language "en" ;
      dcterms:issued "2014-12-18"^^xsd:date ;
      foaf:page <https://eur-lex.europa.eu/eli/dec/2014/955/oj> .
  }
}
