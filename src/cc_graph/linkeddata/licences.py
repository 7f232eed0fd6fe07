"""Which graph carries which licence."""

from typing import Final

CC_BY: Final = "https://creativecommons.org/licenses/by/4.0/"

GRAPH_LICENCES: Final = """
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?graph ?licence WHERE {
  { SELECT DISTINCT ?graph WHERE { GRAPH ?graph { ?s ?p ?o } } }
  OPTIONAL { ?graph dcterms:license ?licence }
} ORDER BY ?graph"""
"""Every named graph that holds something, with its licence where one is stated."""
