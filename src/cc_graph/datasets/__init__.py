"""What we know, on its way in: `data/<city>/` becomes named graphs, one per source."""

from cc_graph.datasets.dataset import Dataset, FileSet, LoadReport
from cc_graph.datasets.loading import import_codes, load, rebuild
from cc_graph.datasets.record import check_base, read_record

__all__ = ["Dataset", "FileSet", "LoadReport", "check_base", "import_codes", "load", "read_record", "rebuild"]
