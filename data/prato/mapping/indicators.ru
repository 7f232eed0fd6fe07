# indicators.csv: a published figure about an actor, an initiative or a material. Which indicator it observes is our reading of its wording.
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX qudt: <http://qudt.org/schema/qudt/>
PREFIX row: <https://w3id.org/ccg/row#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

INSERT {
  GRAPH ?graph {
    ?observation a ccg:IndicatorObservation ;
      ccg:about ?thing ;
      ccg:sourceWording ?wordingEn ;
      ccg:period ?period ;
      ccg:quantity ?quantity .
    ?quantity a ccg:Quantity ;
      qudt:numericValue ?number ;
      ccg:lowerBound ?least ;
      ccg:upperBound ?most ;
      ccg:monthValue ?month ;
      qudt:hasUnit ?unit ;
      ccg:qualifier ?qualifier ;
      ccg:shareOf ?shareEn .
  }
  GRAPH <graph/editorial> {
    ?observation ccg:indicator ?indicator ; ccg:sourceWording ?wordingIt ; skos:note ?noteEn, ?noteIt .
    ?quantity ccg:shareOf ?shareIt .
  }
}
WHERE {
  ?row row:table "indicators" ; row:id ?id ; row:source_id ?sourceId ; row:about ?aboutId ; row:indicator ?indicatorCode ;
    row:name_en ?nameEn ; row:name_it ?nameIt ; row:unit_iri ?unitIri .
  VALUES (?table ?path) {
    ("stakeholders" "id/stakeholder/") ("initiatives" "id/initiative/") ("materials" "https://w3id.org/ccg/scheme/material/")
  }
  ?aboutRow row:table ?table ; row:id ?aboutId .
  BIND (IRI(CONCAT(?path, ?aboutId)) AS ?thing)
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
  BIND (IRI(CONCAT("id/observation/", ?id)) AS ?observation)
  BIND (IRI(CONCAT("id/observation/", ?id, "#quantity")) AS ?quantity)
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/indicator/", ?indicatorCode)) AS ?indicator)
  BIND (STRLANG(?nameEn, "en") AS ?wordingEn)
  BIND (STRLANG(?nameIt, "it") AS ?wordingIt)
  BIND (IRI(?unitIri) AS ?unit)
  OPTIONAL { ?row row:value ?value . BIND (STRDT(?value, xsd:decimal) AS ?number) }
  OPTIONAL { ?row row:lower ?lower . BIND (STRDT(?lower, xsd:decimal) AS ?least) }
  OPTIONAL { ?row row:upper ?upper . BIND (STRDT(?upper, xsd:decimal) AS ?most) }
  OPTIONAL { ?row row:value_month ?monthText . BIND (STRDT(?monthText, xsd:gYearMonth) AS ?month) }
  OPTIONAL { ?row row:period ?periodSlug . BIND (IRI(CONCAT("id/period/", ?periodSlug)) AS ?period) }
  OPTIONAL { ?row row:qualifier ?qualifierCode . BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/qualifier/", ?qualifierCode)) AS ?qualifier) }
  OPTIONAL { ?row row:note_en ?nEn ; row:note_it ?nIt . BIND (STRLANG(?nEn, "en") AS ?noteEn) BIND (STRLANG(?nIt, "it") AS ?noteIt) }
  OPTIONAL { ?row row:share_of_en ?sEn ; row:share_of_it ?sIt . BIND (STRLANG(?sEn, "en") AS ?shareEn) BIND (STRLANG(?sIt, "it") AS ?shareIt) }
}
