"""The API: SPARQL, questions, things, networks and dumps over HTTP, for programs."""

from cc_graph.api.routes import router

__all__ = ["router"]
