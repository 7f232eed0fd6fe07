# The periods that flows and indicators speak of: a year, a month, an interval, or each year and each week.
# They are dates, not facts of a source, so they lie beside the sources' descriptions.
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX row: <https://w3id.org/ccg/row#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

INSERT {
  GRAPH <graph/catalogue> {
    ?period a ccg:Period ; rdfs:label ?labelIt, ?labelEn ; ccg:start ?startsOn ; ccg:end ?endsOn ; ccg:recurrence ?recurrence .
  }
}
WHERE {
  {
    SELECT DISTINCT ?slug ?start ?end ?recurrenceCode ?wordsIt ?wordsEn WHERE {
      VALUES ?table { "flows" "indicators" }
      ?row row:table ?table ; row:period ?slug .
      OPTIONAL { ?row row:start ?start }
      OPTIONAL { ?row row:end ?end }
      OPTIONAL { ?row row:recurrence ?recurrenceCode }
      OPTIONAL { ?row row:period_label_it ?wordsIt ; row:period_label_en ?wordsEn }
    }
  }
  BIND (IRI(CONCAT("id/period/", ?slug)) AS ?period)
  BIND (IF(BOUND(?start), STRDT(?start, IF(STRLEN(?start) = 4, xsd:gYear, IF(STRLEN(?start) = 7, xsd:gYearMonth, xsd:date))), ?none) AS ?startsOn)
  BIND (IF(BOUND(?end), STRDT(?end, IF(STRLEN(?end) = 4, xsd:gYear, IF(STRLEN(?end) = 7, xsd:gYearMonth, xsd:date))), ?none) AS ?endsOn)
  BIND (IF(BOUND(?recurrenceCode), IRI(CONCAT("https://w3id.org/ccg/scheme/recurrence/", ?recurrenceCode)), ?none) AS ?recurrence)
  # What a period is called follows from its dates, unless the source has words of its own.
  VALUES (?recurrenceCode2 ?eachIt ?eachEn) { ("per-year" "all'anno" "per year") ("per-week" "alla settimana" "per week") ("none" "" "") }
  FILTER (?recurrenceCode2 = COALESCE(?recurrenceCode, "none"))
  BIND (STRLANG(COALESCE(?wordsIt, IF(?eachIt != "", ?eachIt, IF(?start = ?end, ?start, CONCAT("dal ", ?start, " al ", ?end))),
    CONCAT("dal ", ?start), CONCAT("fino al ", ?end)), "it") AS ?labelIt)
  BIND (STRLANG(COALESCE(?wordsEn, IF(?eachEn != "", ?eachEn, IF(?start = ?end, ?start, CONCAT("from ", ?start, " to ", ?end))),
    CONCAT("from ", ?start), CONCAT("until ", ?end)), "en") AS ?labelEn)
}
