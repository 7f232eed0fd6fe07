"""A thing and what is known of it: for a page, as RDF, and by search."""

from cc_graph.linkeddata.exports import Export, export
from cc_graph.linkeddata.overview import Overview, read_overview
from cc_graph.linkeddata.things import DESCRIBE, SEARCH, Cell, Fact, Link, SourceLink, Thing, read_thing

__all__ = [
    "DESCRIBE",
    "SEARCH",
    "Cell",
    "Export",
    "Fact",
    "Link",
    "Overview",
    "SourceLink",
    "Thing",
    "export",
    "read_overview",
    "read_thing",
]
