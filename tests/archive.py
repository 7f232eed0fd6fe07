"""An archive of four graphs, so small that every number about it can be counted on this page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cc_graph.store.publisher import Publisher

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://w3id.org/ccg/"
LETTERS, BILLS, MAPS, CATALOGUE = (
    f"{BASE}graph/{name}" for name in ("letters", "bills", "maps", "catalogue")
)
MILL = f"{BASE}id/stakeholder/mill"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
ODBL = "https://opendatacommons.org/licenses/odbl/1-0/"

_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_GEO = "http://www.opengis.net/ont/geosparql#"
_TERMS = "https://terms.example/"
_LICENCE = "<http://purl.org/dc/terms/license>"

# The type of the mill stands in two graphs and is one triple of the merge: 4 + 3 + 2 + 3 quads, 11 triples.
NQUADS = f"""\
<{MILL}> <{_RDF}type> <{_TERMS}Mill> <{LETTERS}> .
<{MILL}> <{_RDFS}label> "Mulino"@it <{LETTERS}> .
<{MILL}> <{_RDFS}label> "Mill"@en <{LETTERS}> .
<https://elsewhere.example/thing> <{_RDFS}label> "Elsewhere"@en <{LETTERS}> .
<{MILL}> <{_RDF}type> <{_TERMS}Mill> <{BILLS}> .
<{MILL}> <{_TERMS}pays> <{BASE}id/stakeholder/town> <{BILLS}> .
_:unnamed <{_RDF}type> <{_TERMS}Bill> <{BILLS}> .
<{MILL}> <{_GEO}hasGeometry> <{MILL}#geometry> <{MAPS}> .
<{MILL}#geometry> <{_GEO}asWKT> "POINT(11.5 43.5)"^^<{_GEO}wktLiteral> <{MAPS}> .
<{LETTERS}> {_LICENCE} <{CC_BY}> <{CATALOGUE}> .
<{BILLS}> {_LICENCE} <{CC_BY}> <{CATALOGUE}> .
<{MAPS}> {_LICENCE} <{ODBL}> <{CATALOGUE}> .
"""


def fill(home: Path) -> None:
    """Publish the archive to a home folder."""
    file = home / "archive.nq"
    file.write_text(NQUADS, encoding="utf-8")
    with Publisher(home) as publisher:
        publisher.rebuild(file)
    file.unlink()
