"""What may stand behind a command: the options that commands share, checked before any work is done."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cc_graph.cli.messages import terminal_language
from cc_graph.cli.output import TABLES, chosen
from cc_graph.errors import BadParameter, NotAcceptable, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

NETWORKS = (*TABLES, "graphml", "gexf")
"""How a network may be written."""


def output_file(name: str) -> Path:
    """The file that `-o` names.

    Raises:
        BadParameter: it is no name of a file.
    """
    if not name.strip() or "\0" in name:
        raise BadParameter("-o names no file.", hint="Name a file, such as -o answer.csv.")
    if name.endswith(os.sep) or Path(name).is_dir():
        raise BadParameter(f"{name} is a folder.", hint=f"Name a file in it: -o {Path(name) / 'answer.csv'}.")
    return Path(name)


def _one_of(*formats: str) -> Callable[[str | None], str | None]:
    """What refuses every format but these, before any work is done."""
    return lambda name: None if name is None else chosen(name, None, formats)


def _any_format(name: str | None) -> str | None:
    if name is not None and not name.strip():
        raise NotAcceptable("--format names no format.", hint="Choose one such as table, csv, json or ttl.")
    return name and name.lower()


def _language(lang: str) -> str:
    if lang not in {"it", "en"}:
        raise BadParameter(f"There is no language «{lang}» here.", hint="Choose it or en.")
    return lang


Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        callback=_one_of(*TABLES),
        help="table, csv, json; table on a terminal, csv in a pipe, unless said here.",
    ),
]
AnyFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        callback=_any_format,
        help="table, csv, tsv, json, xml; for triples ttl, nt, trig, nq, jsonld, rdfxml.",
    ),
]
ReportFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        callback=_one_of(*TABLES, "ttl"),
        help="table, csv, json, or ttl for the SHACL report.",
    ),
]
NetworkFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        callback=_one_of(*NETWORKS),
        help="table, csv, json; without a measure also graphml, gexf.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", parser=output_file, metavar="FILE", help="Write to this file instead of stdout."
    ),
]
Lang = Annotated[
    str, typer.Option("--lang", callback=_language, help="it or en; that of the terminal unless said here.")
]
LANGUAGE = terminal_language()
"""What `--lang` is when nobody says it."""


def pairs(parameters: list[str]) -> dict[str, str]:
    """The values of `-p name=value`, by name.

    Raises:
        BadParameter: one is no pair, or is given twice, or is the language.
    """
    found: dict[str, str] = {}
    for text in parameters:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise BadParameter(f"«{text}» is no parameter.", hint="Write -p name=value.")
        if name in found:
            raise BadParameter(f"{name} is given twice.", hint=f"Give one -p {name}=value.")
        if name == "lang":
            raise BadParameter("The language is no parameter.", hint=f"Write --lang {value or 'it'}.")
        found[name] = value
    return found


def query_text(query: str) -> str:
    """The query itself, or what stands in the file of that name, or on stdin for `-`.

    Raises:
        NotFound: it can be no query, and there is no such file, or it cannot be read.
    """
    file = Path(query)
    try:
        if query == "-":
            return sys.stdin.buffer.read().decode()
        if _exists(file):
            return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(
            f"«{query}» cannot be read: {getattr(error, 'strerror', None) or error}.",
            hint="Give a query, or a file in UTF-8 that holds one.",
        ) from error
    if not any(sign.isspace() or sign in "{}<" for sign in query):
        raise NotFound(
            f"There is no such file: «{query}».", hint="Give a SPARQL query, or a file that holds one."
        )
    return query


def _exists(file: Path) -> bool:
    try:
        return file.exists() and not file.is_dir()
    except (OSError, ValueError):  # a query is no possible name of a file: too long, or with a NUL in it
        return False
