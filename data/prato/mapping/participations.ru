# roles.csv and participation.csv: one node per organisation, initiative and role, whichever file and source states it.
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX row: <https://w3id.org/ccg/row#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

INSERT {
  GRAPH ?graph {
    ?participation a ?class ;
      ccg:participant ?stakeholder ;
      ccg:role ?role ;
      ccg:initiative ?initiative ;
      ccg:start ?startsOn ;
      ccg:end ?endsOn .
  }
}
WHERE {
  VALUES (?table ?class) { ("roles" ccg:GovernanceRole) ("participation" ccg:Participation) }
  ?row row:table ?table ; row:stakeholder_id ?stakeholderId ; row:initiative_id ?initiativeId ; row:role ?roleCode ; row:source_id ?sourceId .
  BIND (IRI(CONCAT("graph/", ?sourceId)) AS ?graph)
  BIND (IRI(CONCAT("id/participation/", ?stakeholderId, "--", ?roleCode, "--", ?initiativeId)) AS ?participation)
  BIND (IRI(CONCAT("id/stakeholder/", ?stakeholderId)) AS ?stakeholder)
  BIND (IRI(CONCAT("id/initiative/", ?initiativeId)) AS ?initiative)
  BIND (IRI(CONCAT("https://w3id.org/ccg/scheme/role/", ?roleCode)) AS ?role)
  OPTIONAL { ?row row:start ?start . BIND (STRDT(?start, IF(STRLEN(?start) = 4, xsd:gYear, IF(STRLEN(?start) = 7, xsd:gYearMonth, xsd:date))) AS ?startsOn) }
  OPTIONAL { ?row row:end ?end . BIND (STRDT(?end, IF(STRLEN(?end) = 4, xsd:gYear, IF(STRLEN(?end) = 7, xsd:gYearMonth, xsd:date))) AS ?endsOn) }
}
