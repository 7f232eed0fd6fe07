# flows.csv: a movement of a material from one actor to another, with its quantity where a source states one.
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX qudt: <http://qudt.org/schema/qudt/>
PREFIX row: <https://w3id.org/ccg/row#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

INSERT {
  GRAPH ?graph {
    ?flow a ccg:MaterialFlow ;
      ccg:origin ?origin ;
      ccg:destination ?destination ;
      ccg:material ?material ;
      ccg:flowNature ?nature ;
      ccg:period ?period ;
      ccg:processDescription ?processEn ;
      skos:note ?noteEn ;
      ccg:quantity ?quantity .
    ?quantity a ccg:Quantity ; qudt:numericValue ?number ; qudt:hasUnit ?unit ; ccg:qualifier ?qualifier ; ccg:shareOf ?shareEn .
  }
  GRAPH <graph/editorial> {
    ?flow ccg:processDescription ?processIt ; skos:note ?noteIt .
    ?quantity ccg:shareOf ?shareIt .
  }
}
WHERE {
  ?row row:table "flows" ; row:id ?id ; row:source_id ?sourceId ; row:from_stakeholder ?fromId ; row:to_stakeholder ?toId ;
    row:material_id ?materialId ; row:nature ?natureCode .
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
  BIND (IRI(CONCAT("id/flow/", ?id)) AS ?flow)
  BIND (IRI(CONCAT("id/stakeholder/", ?fromId)) AS ?origin)
  BIND (IRI(CONCAT("id/stakeholder/", ?toId)) AS ?destination)
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/material/", ?materialId)) AS ?material)
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/flow-nature/", ?natureCode)) AS ?nature)
  OPTIONAL { ?row row:period ?periodSlug . BIND (IRI(CONCAT("id/period/", ?periodSlug)) AS ?period) }
  OPTIONAL { ?row row:process_en ?pEn ; row:process_it ?pIt . BIND (STRLANG(?pEn, "en") AS ?processEn) BIND (STRLANG(?pIt, "it") AS ?processIt) }
  OPTIONAL { ?row row:note_en ?nEn ; row:note_it ?nIt . BIND (STRLANG(?nEn, "en") AS ?noteEn) BIND (STRLANG(?nIt, "it") AS ?noteIt) }
  OPTIONAL {
    ?row row:id ?id ; row:value ?value ; row:unit_iri ?unitIri .
    BIND (IRI(CONCAT("id/flow/", ?id, "#quantity")) AS ?quantity)
    BIND (STRDT(?value, xsd:decimal) AS ?number)
    BIND (IRI(?unitIri) AS ?unit)
    OPTIONAL { ?row row:qualifier ?qualifierCode . BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/qualifier/", ?qualifierCode)) AS ?qualifier) }
    OPTIONAL { ?row row:share_of_en ?sEn ; row:share_of_it ?sIt . BIND (STRLANG(?sEn, "en") AS ?shareEn) BIND (STRLANG(?sIt, "it") AS ?shareIt) }
  }
}
