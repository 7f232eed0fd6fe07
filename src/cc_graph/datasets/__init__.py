"""What we know, on its way in: `data/<city>/` becomes named graphs, one per source."""

from cc_graph.datasets.codelists import SCHEMES, read_codes
from cc_graph.datasets.dataset import Dataset, LoadReport, write_files

__all__ = ["SCHEMES", "Dataset", "LoadReport", "read_codes", "write_files"]
