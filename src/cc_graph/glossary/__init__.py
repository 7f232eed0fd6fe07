"""The ontology as pages one can read: a page per term, module and scheme, in Italian and English, without a server."""

from cc_graph.glossary.pages import Pages, write_pages

__all__ = ["Pages", "write_pages"]
