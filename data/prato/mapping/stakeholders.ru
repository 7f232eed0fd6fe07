# stakeholders.csv. A value that evidence.csv attributes to another source is left empty there and comes from evidence.ru.
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX locn: <http://www.w3.org/ns/locn#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX row: <https://w3id.org/ccg/row#>

INSERT {
  GRAPH ?graph {
    ?stakeholder rdfs:label ?labelEn ;
      ccg:stakeholderKind ?kind ;
      dcterms:description ?summaryEn ;
      ccg:legalForm ?legalForm ;
      foaf:homepage ?homepage ;
      locn:fullAddress ?address ;
      ccg:locatedIn ?place ;
      ?tie ?whole .
  }
  GRAPH ?classGraph { ?stakeholder a ?class }
  GRAPH ?nameGraph { ?stakeholder rdfs:label ?labelIt }
  # Ours: the Italian twin of the summary, and the activity code (no source states one).
  GRAPH <graph/editorial> {
    ?stakeholder dcterms:description ?summaryIt ; ccg:activityCode ?activity .
  }
}
WHERE {
  ?row row:table "stakeholders" ; row:id ?id ; row:source_id ?sourceId ; row:name_it ?nameIt ; row:name_en ?nameEn ;
    row:kind ?kindCode ; row:class ?className ; row:class_basis ?classBasis ; row:role_summary_en ?textEn ; row:role_summary_it ?textIt .
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
  BIND (IF(?classBasis = "stated", ?graph, IRI("graph/editorial")) AS ?classGraph)
  BIND (IRI(CONCAT("id/stakeholder/", ?id)) AS ?stakeholder)
  BIND (IRI(CONCAT(STR(ccg:), ?className)) AS ?class)
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/stakeholder-kind/", ?kindCode)) AS ?kind)
  BIND (STRLANG(?nameIt, "it") AS ?labelIt)
  OPTIONAL { ?row row:name_it_basis ?nameBasis }
  BIND (IF(BOUND(?nameBasis), IRI("graph/editorial"), ?graph) AS ?nameGraph)
  BIND (STRLANG(?nameEn, "en") AS ?labelEn)
  BIND (STRLANG(?textEn, "en") AS ?summaryEn)
  BIND (STRLANG(?textIt, "it") AS ?summaryIt)
  OPTIONAL { ?row row:legal_form ?form . BIND (STRLANG(?form, "it") AS ?legalForm) }
  OPTIONAL { ?row row:website ?url . BIND (IRI(?url) AS ?homepage) }
  OPTIONAL { ?row row:address ?street . BIND (STRLANG(?street, "it") AS ?address) }
  OPTIONAL {
    ?row row:municipality ?town .
    ?placeRow row:table "places" ; row:label_it ?town ; row:id ?placeId .
    BIND (IRI(CONCAT("id/place/", ?placeId)) AS ?place)
  }
  OPTIONAL { ?row row:nace ?code . BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/nace2/", ?code)) AS ?activity) }
  OPTIONAL {
    ?row row:part_of ?wholeId ; row:part_of_kind ?tieCode .
    BIND (IRI(CONCAT("id/stakeholder/", ?wholeId)) AS ?whole)
    VALUES (?tieCode ?tie) {
      ("unit-of" <http://www.w3.org/ns/org#unitOf>)
      ("controlled-by" ccg:controlledBy)
      ("member-of" ccg:memberOf)
      ("part-of" ccg:partOfActor)
    }
  }
}
