"""What the client would like: a page or data, which format, which language."""

from collections.abc import Iterable, Mapping, Sequence

from fastapi import Request

from cc_graph.errors import BadParameter
from cc_graph.rdfio.formats import Format, by_name, negotiate

LANGUAGES = ("en", "it")
"""The languages answers and pages come in; the first is used when the client says nothing."""

_LONGEST = 4096  # of such a header nobody needs more
_HTML = ("text/html", "application/xhtml+xml")


def wishes(header: str) -> list[tuple[str, float]]:
    """The entries of an `Accept` or `Accept-Language` header with their weights, the most wanted first."""
    found: list[tuple[str, float]] = []
    for entry in header[:_LONGEST].split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        if name:
            found.append((name.lower(), _weight(parameters)))
    return sorted(found, key=lambda wish: -wish[1])


def _weight(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return max(0.0, min(1.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def prefers_html(request: Request) -> bool:
    """Whether the client names HTML and wants nothing else more: browsers do, curl and libraries do not."""
    wanted = wishes(request.headers.get("accept", ""))
    html = max((weight for name, weight in wanted if name in _HTML), default=0.0)
    others = max((weight for name, weight in wanted if name not in _HTML and "*" not in name), default=0.0)
    return html > 0 and html >= others


def language(request: Request) -> str:
    """The best of our languages for `Accept-Language`."""
    for name, weight in wishes(request.headers.get("accept-language", "")):
        primary = name.partition("-")[0]
        if weight > 0 and primary in LANGUAGES:
            return primary
    return LANGUAGES[0]


def choose(request: Request, formats: Mapping[str, Format], name: str | None = None) -> Format:
    """The format to answer in: the one called `name` (of `?format=`), else the best for `Accept`.

    Raises:
        NotAcceptable: no such name, or nothing the client accepts; the hint lists what can be had.
    """
    return by_name(name, formats) if name else negotiate(request.headers.get("accept"), formats)


def once(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The parameters of a call as a mapping.

    Raises:
        BadParameter: a parameter is given twice.
    """
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise BadParameter(f"The parameter «{name}» is given twice.", hint=f"Give «{name}» once.")
        values[name] = value
    return values


def language_of(values: Mapping[str, str], request: Request) -> str:
    """The language of an answer: the parameter `lang`, else what the client prefers.

    Raises:
        BadParameter: `lang` is not one of ours.
    """
    wanted = values.get("lang") or language(request)
    if wanted not in LANGUAGES:
        raise BadParameter(
            f"There is no language «{wanted}» here.", hint=f"Set lang to one of: {', '.join(LANGUAGES)}."
        )
    return wanted
