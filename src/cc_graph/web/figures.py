"""Numbers and dates as people of a language write them."""

import re
from decimal import Decimal
from typing import Final

from cc_graph.table import Term
from cc_graph.vocab import XSD

_MONTHS: Final = {
    "it": [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_DATES = {XSD + name for name in ("date", "gYearMonth", "gYear")}
_NUMBERS = {
    XSD + name for name in ("integer", "int", "long", "nonNegativeInteger", "decimal", "double", "float")
}
_DECIMALS = 4


def number(value: float | Decimal, lang: str) -> str:
    """The number with separators of thousands: 20.000,5 in Italian, 20,000.5 in English; four decimals at most."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,")) if lang == "it" else text


def date(text: str, lang: str) -> str:
    """A day, month or year as people write it: 2024-03-05 is «5 marzo 2024»; anything else as it is."""
    found = _DATE.fullmatch(text)
    if not found or not found[2] or not 1 <= int(found[2]) <= 12:
        return text
    month = _MONTHS[lang][int(found[2]) - 1]
    day = int(found[3]) if found[3] else None
    if day is None:
        return f"{month} {found[1]}"
    first = "1º" if lang == "it" and day == 1 else str(day)
    return f"{first} {month} {found[1]}"


def is_number(term: Term) -> bool:
    """Whether a term is a quantity, to be aligned right; years are not."""
    return term.datatype in _NUMBERS


def text(term: Term, lang: str) -> str:
    """A term as a person reads it."""
    if is_number(term):
        try:
            return number(term.to_python(), lang)
        except (ArithmeticError, ValueError):
            return term.value
    return date(term.value, lang) if term.datatype in _DATES else term.value
