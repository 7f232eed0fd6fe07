"""The command line: `cc-graph`."""

from cc_graph.cli.door import main

__all__ = ["main"]
