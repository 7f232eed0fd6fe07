# sources.csv: each page or document, and the graph that holds what it states.
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX row: <https://w3id.org/ccg/row#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

INSERT {
  GRAPH <graph/catalogue> {
    ?source a ccg:Source ;
      rdfs:label ?label ;
      dcterms:title ?label ;
      dcterms:publisher ?publisherName ;
      dcterms:language ?language ;
      dcterms:issued ?issued ;
      foaf:page ?page .
    ?graph a ccg:SourceGraph ;
      rdfs:label ?label ;
      dcterms:source ?source ;
      dcterms:license ?licence .
  }
}
WHERE {
  ?row row:table "sources" ; row:source_id ?id ; row:url ?url ; row:title ?title ; row:publisher ?publisher ; row:language ?language .
  OPTIONAL {
    ?row row:date_published_or_updated ?date .
    BIND (STRDT(?date, IF(STRLEN(?date) = 4, xsd:gYear, IF(STRLEN(?date) = 7, xsd:gYearMonth, xsd:date))) AS ?issued)
  }
  OPTIONAL { ?row row:licence ?ownLicence }
  BIND (IRI(CONCAT("id/source/", ?id)) AS ?source)
  BIND (IRI(CONCAT("graph/", ?id)) AS ?graph)
  BIND (IRI(?url) AS ?page)
  BIND (STRLANG(?title, ?language) AS ?label)
  BIND (STRLANG(?publisher, ?language) AS ?publisherName)
  # Facts and figures taken from a page carry our licence; a data base that was taken over carries its own.
  BIND (IRI(COALESCE(?ownLicence, "https://creativecommons.org/licenses/by/4.0/")) AS ?licence)
}
