"""The pages: Italian and English, made on the server, working without JavaScript."""

from cc_graph.web.addresses import Addresses
from cc_graph.web.errors import error_page
from cc_graph.web.rendering import static_files
from cc_graph.web.routes import router

__all__ = ["Addresses", "error_page", "router", "static_files"]
