# materials.csv: concepts of the material scheme. Definitions and places in the tree are ours; so is a waste code that no source states.
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX row: <https://w3id.org/ccg/row#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

INSERT {
  GRAPH ?graph {
    ?material a ccg:Material ; skos:prefLabel ?labelIt, ?labelEn ; skos:inScheme <https://w3id.org/ccg/scheme/material> ; ccg:materialNature ?nature .
  }
  GRAPH <graph/editorial> { ?material skos:broader ?broader ; skos:definition ?definitionIt, ?definitionEn ; ccg:basis ?basisIt, ?basisEn }
  GRAPH ?codeGraph { ?material ccg:wasteCode ?wasteCode }
}
WHERE {
  ?row row:table "materials" ; row:id ?id ; row:source_id ?sourceId ; row:name_it ?nameIt ; row:name_en ?nameEn ; row:nature ?natureCode ;
    row:broader ?broaderCode ; row:definition_it ?textIt ; row:definition_en ?textEn .
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/material/", ?id)) AS ?material)
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/material/", ?broaderCode)) AS ?broader)
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/material-nature/", ?natureCode)) AS ?nature)
  BIND (STRLANG(?nameIt, "it") AS ?labelIt)
  BIND (STRLANG(?nameEn, "en") AS ?labelEn)
  BIND (STRLANG(?textIt, "it") AS ?definitionIt)
  BIND (STRLANG(?textEn, "en") AS ?definitionEn)
  OPTIONAL {
    ?row row:ewc_code ?code ; row:basis_en ?basisEnText ; row:basis_it ?basisItText .
    BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/low/", REPLACE(?code, " ", ""))) AS ?wasteCode)
    BIND (STRLANG(?basisEnText, "en") AS ?basisEn)
    BIND (STRLANG(?basisItText, "it") AS ?basisIt)
  }
  BIND (IF(BOUND(?basisEnText) && STRSTARTS(?basisEnText, "code stated in the source"), ?graph, IRI("graph/editorial")) AS ?codeGraph)
}
