"""Where the knowledge lies: ontology, shapes, queries and data, in a checkout or inside the installed wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def knowledge() -> Path:
    """The folder that holds `ontology/`, `shapes/`, `queries/` and `data/`."""
    packed = Path(__file__).parent / "_knowledge"
    return packed if packed.is_dir() else Path(__file__).parents[2]


def term_files() -> list[Path]:
    """The Turtle files that define terms: header, then modules; alignments are not among them."""
    folder = knowledge() / "ontology"
    return [folder / "ccg.ttl", *sorted((folder / "modules").glob("*.ttl"))]


def scheme_files() -> list[Path]:
    """The Turtle files of the concept schemes."""
    return sorted((knowledge() / "ontology" / "schemes").glob("*.ttl"))


def shape_files() -> list[Path]:
    """Every Turtle file of the shapes."""
    return sorted((knowledge() / "shapes").glob("*.ttl"))


def check_files() -> list[Path]:
    """Every check: a query that returns offenders."""
    return sorted((knowledge() / "shapes" / "checks").glob("*.rq"))


def query_files() -> list[Path]:
    """Every question file."""
    return sorted((knowledge() / "queries").glob("*.rq"))


def projection_files() -> list[Path]:
    """Every network layer."""
    return sorted((knowledge() / "queries" / "projections").glob("*.rq"))


def dataset_folder(city: str) -> Path:
    """The folder of one city's data set."""
    return knowledge() / "data" / city
