# disagreements.csv: what sources say differently about one thing, one row per claim. Collecting them is ours; each claim names its source.
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX row: <https://w3id.org/ccg/row#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

INSERT {
  GRAPH <graph/editorial> {
    ?disagreement a ccg:Disagreement ; rdfs:label ?topicIt, ?topicEn ; ccg:concerns ?thing ; ccg:claim ?claim .
    ?claim a ccg:Claim ; rdfs:label ?labelIt, ?labelEn ; ccg:claimedValue ?valueIt, ?valueEn ; ccg:statedBy ?source ; ccg:used ?used ; skos:note ?noteIt, ?noteEn .
  }
}
WHERE {
  ?row row:table "disagreements" ; row:id ?id ; row:subject_id ?subjectId ; row:topic_en ?tEn ; row:topic_it ?tIt ; row:claim ?number ;
    row:value_en ?vEn ; row:value_it ?vIt .
  VALUES (?table ?path) {
    ("stakeholders" "id/stakeholder/") ("initiatives" "id/initiative/") ("materials" "https://w3id.org/ccg/scheme/material/")
  }
  ?subjectRow row:table ?table ; row:id ?subjectId .
  BIND (IRI(CONCAT(?path, ?subjectId)) AS ?thing)
  BIND (IRI(CONCAT("id/disagreement/", ?id)) AS ?disagreement)
  BIND (IRI(CONCAT("id/claim/", ?id, "-", ?number)) AS ?claim)
  BIND (STRLANG(?tIt, "it") AS ?topicIt)
  BIND (STRLANG(?tEn, "en") AS ?topicEn)
  BIND (STRLANG(?vIt, "it") AS ?valueIt)
  BIND (STRLANG(?vEn, "en") AS ?valueEn)
  BIND (STRLANG(CONCAT(?tIt, ": ", ?vIt), "it") AS ?labelIt)
  BIND (STRLANG(CONCAT(?tEn, ": ", ?vEn), "en") AS ?labelEn)
  OPTIONAL { ?row row:source_id ?sourceId . BIND (IRI(CONCAT("id/source/", ?sourceId)) AS ?source) }
  OPTIONAL { ?row row:used ?usedText . BIND (STRDT(?usedText, xsd:boolean) AS ?used) }
  OPTIONAL { ?row row:note_en ?nEn ; row:note_it ?nIt . BIND (STRLANG(?nEn, "en") AS ?noteEn) BIND (STRLANG(?nIt, "it") AS ?noteIt) }
} ;

# The records that carry a claim.
INSERT { GRAPH <graph/editorial> { ?claim ccg:basedOn ?record } }
WHERE {
  ?row row:table "disagreements" ; row:id ?id ; row:claim ?number ; row:statement_ids ?statements .
  VALUES (?table ?path) { ("indicators" "id/observation/") ("flows" "id/flow/") ("initiatives" "id/initiative/") ("stakeholders" "id/stakeholder/") }
  ?recordRow row:table ?table ; row:id ?recordId .
  FILTER (CONTAINS(CONCAT(";", ?statements, ";"), CONCAT(";", ?recordId, ";")))
  BIND (IRI(CONCAT("id/claim/", ?id, "-", ?number)) AS ?claim)
  BIND (IRI(CONCAT(?path, ?recordId)) AS ?record)
} ;

# A role that carries a claim is named by organisation, role and initiative.
INSERT { GRAPH <graph/editorial> { ?claim ccg:basedOn ?participation } }
WHERE {
  ?row row:table "disagreements" ; row:id ?id ; row:claim ?number ; row:statement_ids ?statements .
  FILTER (CONTAINS(?statements, "role:"))
  VALUES ?table { "roles" "participation" }
  ?recordRow row:table ?table ; row:stakeholder_id ?stakeholderId ; row:role ?roleCode ; row:initiative_id ?initiativeId .
  FILTER (CONTAINS(CONCAT(?statements, ";"), CONCAT("role:", ?stakeholderId, "/", ?roleCode, "/", ?initiativeId, ";")))
  BIND (IRI(CONCAT("id/claim/", ?id, "-", ?number)) AS ?claim)
  BIND (IRI(CONCAT("id/participation/", ?stakeholderId, "--", ?roleCode, "--", ?initiativeId)) AS ?participation)
}
