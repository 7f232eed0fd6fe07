"""A quantity in words: number, unit and qualifier, as a reader of one language writes them."""

from __future__ import annotations

from typing import Any

from cc_graph.table import number_text

QUANTITIES = """
PREFIX ccg: <https://w3id.org/ccg/ns#>
PREFIX qudt: <http://qudt.org/schema/qudt/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?quantity ?number ?lower ?upper ?month ?unit ?qualifier ?share WHERE {
  VALUES ?thing { UNDEF }
  VALUES ?lang { "en" }
  ?thing ccg:quantity ?quantity .
  OPTIONAL { ?quantity qudt:numericValue ?number }
  OPTIONAL { ?quantity ccg:lowerBound ?lower }
  OPTIONAL { ?quantity ccg:upperBound ?upper }
  OPTIONAL { ?quantity ccg:monthValue ?month }
  OPTIONAL { ?quantity ccg:qualifier/rdfs:label ?qualifier . FILTER (LANG(?qualifier) = ?lang) }
  OPTIONAL { ?quantity ccg:shareOf ?share . FILTER (LANG(?share) = ?lang) }
  OPTIONAL { ?quantity qudt:hasUnit/qudt:symbol ?symbol }
  OPTIONAL { ?quantity qudt:hasUnit/rdfs:label ?unitLabel . FILTER (LANG(?unitLabel) = ?lang) }
  BIND (COALESCE(?symbol, ?unitLabel) AS ?unit)
}"""


def quantity_text(row: dict[str, Any], lang: str) -> str:
    """The quantity of one row of `QUANTITIES` in words."""
    if "month" in row:
        return str(row["month"])
    if "number" in row:
        amount = number_text(row["number"], lang)
    else:
        amount = "–".join(number_text(row[name], lang) for name in ("lower", "upper") if name in row)
    qualifier = row.get("qualifier", "")
    share = f" ({row['share']})" if "share" in row else ""
    return f"{qualifier} {amount} {row.get('unit', '')}".strip() + share
