"""cc-graph: the knowledge graph of a circular city's ecosystem.

from cc_graph import City
city = City.open()
city.ask("who-bridges-two-tables")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cc_graph.errors import CityError
from cc_graph.table import Table

if TYPE_CHECKING:
    from cc_graph.city import City

__version__ = "0.1.0"
__all__ = ["City", "CityError", "Table", "__version__"]


def __getattr__(name: str) -> Any:
    """`City` comes on first use, so that a worker process starts without it."""
    if name == "City":
        from cc_graph.city import City

        return City
    raise AttributeError(f"module 'cc_graph' has no attribute {name!r}")
