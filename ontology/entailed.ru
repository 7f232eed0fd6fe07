# What follows from the words: the store does not reason, so loading states it for plain SPARQL clients.
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# A thing of a class is a thing of its superclasses: our own hierarchy only.
INSERT { GRAPH <graph/entailed> { ?thing a ?superclass } }
WHERE {
  GRAPH <graph/ontology> { ?class rdfs:subClassOf+ ?superclass }
  FILTER (STRSTARTS(STR(?superclass), STR(ccg:)))
  GRAPH ?g { ?thing a ?class }
  FILTER NOT EXISTS { GRAPH ?other { ?thing a ?superclass } }
} ;

# A preferred label is a label (SKOS, S10).
INSERT { GRAPH <graph/entailed> { ?concept rdfs:label ?label } }
WHERE { GRAPH ?g { ?concept skos:prefLabel ?label } } ;

# What a participation is called: who, as what, in what.
INSERT { GRAPH <graph/entailed> { ?participation rdfs:label ?label } }
WHERE {
  GRAPH ?g { ?participation ccg:participant ?stakeholder ; ccg:role ?role ; ccg:initiative ?initiative }
  GRAPH ?g1 { ?stakeholder rdfs:label ?who }
  GRAPH ?g2 { ?role skos:prefLabel ?as }
  GRAPH ?g3 { ?initiative rdfs:label ?what }
  FILTER (LANG(?who) = LANG(?as) && LANG(?as) = LANG(?what))
  BIND (STRLANG(CONCAT(?who, ", ", LCASE(?as), ": ", ?what), LANG(?who)) AS ?label)
} ;

# What a flow is called: which material, from whom to whom.
INSERT { GRAPH <graph/entailed> { ?flow rdfs:label ?label } }
WHERE {
  GRAPH ?g { ?flow ccg:material ?material ; ccg:origin ?origin ; ccg:destination ?destination }
  GRAPH ?g1 { ?material skos:prefLabel ?what }
  GRAPH ?g2 { ?origin rdfs:label ?from }
  GRAPH ?g3 { ?destination rdfs:label ?to }
  FILTER (LANG(?what) = LANG(?from) && LANG(?from) = LANG(?to))
  BIND (STRLANG(CONCAT(?what, ": ", ?from, " → ", ?to), LANG(?what)) AS ?label)
} ;

# What an observation is called: which figure, of what.
INSERT { GRAPH <graph/entailed> { ?observation rdfs:label ?label } }
WHERE {
  GRAPH ?g { ?observation ccg:sourceWording ?wording }
  GRAPH ?g1 { ?observation ccg:about ?thing }
  GRAPH ?g2 { ?thing rdfs:label|skos:prefLabel ?name }
  FILTER (LANG(?wording) = LANG(?name))
  BIND (STRLANG(CONCAT(?name, ": ", ?wording), LANG(?name)) AS ?label)
}
