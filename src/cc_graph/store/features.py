"""Answers with geometries as GeoJSON (RFC 7946): one feature for each solution."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from cc_graph.errors import BadQuery, NotAcceptable

if TYPE_CHECKING:
    from cc_graph.store.spool import Spool

_GEO: Final = "http://www.opengis.net/ont/geosparql#"
_GEOMETRIES: Final = frozenset({_GEO + "wktLiteral", _GEO + "geoJSONLiteral"})
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS: Final = {
    _XSD + "integer": int,
    _XSD + "decimal": float,
    _XSD + "double": float,
    _XSD + "float": float,
}
_CONVERTED: Final = "SELECT (<http://www.opengis.net/def/function/geosparql/asGeoJSON>({}) AS ?geometry) {{}}"
_NOTHING: Final = ox.Store()


def write_features(solutions: ox.QuerySolutions, body: Spool) -> None:
    """Write a feature for each solution: its first geometry, and the other values as properties.

    Coordinates are longitude and latitude on WGS 84, as GeoJSON wants them. A solution without a geometry is a feature
    with none.

    Raises:
        NotAcceptable: there are solutions, and none has a geometry.
        BadQuery: a geometry cannot be converted.
    """
    names = [variable.value for variable in solutions.variables]
    number = places = 0
    body.write(b'{"type":"FeatureCollection","features":[')
    for number, solution in enumerate(solutions, 1):
        feature = _feature(dict(zip(names, solution, strict=True)))
        places += feature["geometry"] is not None
        body.write(
            (",\n" if number > 1 else "\n").encode() + json.dumps(feature, ensure_ascii=False).encode()
        )
    if number and not places:
        raise NotAcceptable(
            "The answer has no geometries.", hint="Bind a geo:wktLiteral, or ask for json, xml, csv or tsv."
        )
    body.write(b"\n]}\n")


def _feature(values: dict[str, Any]) -> dict[str, Any]:
    geometry = None
    properties = {}
    for name, term in values.items():
        if geometry is None and isinstance(term, ox.Literal) and term.datatype.value in _GEOMETRIES:
            geometry = json.loads(_geometry(str(term)))
        elif term is not None:
            properties[name] = _value(term)
    return {"type": "Feature", "geometry": geometry, "properties": properties}


@lru_cache(1000)
def _geometry(term: str) -> str:
    """The GeoJSON of a geometry literal, written as in SPARQL; the engine knows how."""
    (solution,) = _NOTHING.query(_CONVERTED.format(term))  # type: ignore[misc]
    converted = solution[0]
    if converted is None:
        raise BadQuery(
            f"{term[:200]} cannot be shown as GeoJSON.", hint="Leave that row out, or ask for another format."
        )
    return str(converted.value)


def _value(term: Any) -> Any:
    if isinstance(term, ox.Literal):
        if term.datatype.value == _XSD + "boolean":
            return term.value in {"true", "1"}
        to_number = _NUMBERS.get(term.datatype.value)
        if to_number is not None:
            try:
                number = to_number(term.value)
            except ValueError:  # it says that it is a number, and is none
                return term.value
            return number if number == number and abs(number) != float("inf") else term.value
        return term.value
    return term.value if isinstance(term, ox.NamedNode) else str(term)
