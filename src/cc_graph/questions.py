"""`queries/*.rq` as Question objects: what one may ask, with typed parameters.

A question file begins with `#+` lines: YAML front matter with title and description (it, en), parameters, view and an
example. A parameter stands in the query as `VALUES ?name { UNDEF }` ("all"), or with a default in place of UNDEF. This
module is the only place in the program that writes a value into a query, and it writes terms made from typed values.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from cc_graph import resources
from cc_graph.errors import BadParameter, NotFound
from cc_graph.vocab import ABSOLUTE_IRI, DEFAULT_BASE, PREFIXES, SCHEMES, XSD, expand

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

LANGUAGES = ("it", "en")
TYPES = ("iri", "string", "integer", "decimal", "date", "language")

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


@dataclass(frozen=True)
class Parameter:
    """What a question lets one choose.

    Attributes:
        name: name of the SPARQL variable.
        type: one of `TYPES`.
        kind: for an iri, what a bare slug means: `stakeholder` → `<base>id/stakeholder/…`, `scheme/material` → a concept.
        class_name: class of the things one may choose from, as `ccg:WorkingTable`.
        required: whether the question makes sense without it.
        label: what people call it, by language.
    """

    name: str
    type: str
    kind: str = ""
    class_name: str = ""
    required: bool = False
    label: Mapping[str, str] = field(default_factory=dict)

    def term(self, value: str, base_iri: str = DEFAULT_BASE) -> str:
        """The value as a SPARQL term.

        Raises:
            BadParameter: the value is not of the parameter's type.
        """
        try:
            value.encode()
        except UnicodeEncodeError:
            raise self.refuse(ascii(value), "text in UTF-8") from None
        return _WRITERS[self.type](self, value.strip(), base_iri)

    def refuse(self, value: str, expected: str) -> BadParameter:
        """The error for a value that is not what it should be."""
        return BadParameter(
            f"«{value}» is no value for {self.name}: {expected} is expected.", hint=self._hint()
        )

    def _hint(self) -> str:
        if self.type != "iri":
            return f"Give -p {self.name}=… as {self.type}."
        return f"Give a name such as {self.name}=<slug>, or a whole IRI" + (
            f" of a {self.class_name}." if self.class_name else "."
        )


@dataclass(frozen=True)
class Question:
    """One question file.

    Attributes:
        id: file name without ending; the same in URL, command line and tests.
        title, description: by language.
        parameters: in the order of the front matter.
        view: table, map, network, sankey or number.
        example: a call that answers on Prato, parameter name → value.
        competency: ids of the competency questions it answers.
        text: the SPARQL as in the file.
        extra: front matter that only some readers use (network layers).
    """

    id: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    view: str
    example: Mapping[str, str]
    competency: tuple[str, ...]
    text: str
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def answered_on_prato(self) -> bool:
        """Whether the sources of Prato state such facts; where they do not, the front matter says `prato: false`."""
        return self.extra.get("prato") is not False

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name.

        Raises:
            BadParameter: the question has no such parameter.
        """
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        names = [parameter.name for parameter in self.parameters]
        raise BadParameter(
            f"The question {self.id} has no parameter «{name}».",
            hint=f"It has {', '.join(names)}." if names else "It has none.",
        )

    def sparql(
        self, values: Mapping[str, str] | None = None, *, lang: str = "en", base_iri: str = DEFAULT_BASE
    ) -> str:
        """The query with values put in; what is not given stays as in the file.

        Raises:
            BadParameter: a value is missing, unknown or ill-typed.
        """
        given = {name: value for name, value in (values or {}).items() if value.strip()}
        for name in given:
            self.parameter(name)
        if lang not in LANGUAGES:
            raise BadParameter(f"There is no language «{lang}» here.", hint="Choose it or en.")
        terms = {}
        for parameter in self.parameters:
            if parameter.type == "language":
                given.setdefault(parameter.name, lang)
            if parameter.name in given:
                terms[parameter.name] = parameter.term(given[parameter.name], base_iri)
            elif parameter.required:
                raise BadParameter(
                    f"The question {self.id} needs {parameter.name}.", hint=self._example_hint()
                )
        return fill(self.text, terms)

    def _example_hint(self) -> str:
        return "For example: " + " ".join(f"-p {name}={value}" for name, value in self.example.items()) + "."


@cache
def questions() -> tuple[Question, ...]:
    """Every question, by id."""
    return tuple(read_question(path) for path in resources.query_files())


@cache
def projections() -> tuple[Question, ...]:
    """Every network layer, by id."""
    return tuple(read_question(path) for path in resources.projection_files())


@cache
def headings() -> dict[str, dict[str, str]]:
    """What a column is called, by column name and language."""
    path = resources.knowledge() / "queries" / "columns.yaml"
    columns: dict[str, dict[str, str]] = _yaml(path.read_text(encoding="utf-8"))
    return columns


def question(name: str, among: Iterable[Question] | None = None) -> Question:
    """The question of that id.

    Raises:
        NotFound: there is none; the hint names the nearest.
    """
    known = {entry.id: entry for entry in (questions() if among is None else among)}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    hint = (
        f"Did you mean {near[0]}?"
        if near
        else "cc-graph ask lists the questions, cc-graph network the layers."
    )
    raise NotFound(f"There is no question or layer «{name}».", hint=hint)


def read_question(path: Path) -> Question:
    """Read one question file.

    Raises:
        ValueError: front matter is missing or incomplete (the files are ours, so this is a mistake of ours).
    """
    text = path.read_text(encoding="utf-8")
    front = front_matter(text)
    if not {"title", "description"} <= front.keys():
        raise ValueError(f"{path.name} has no complete front matter")
    parameters = tuple(
        _parameter(name, entry) for name, entry in (front.pop("parameters", None) or {}).items()
    )
    return Question(
        id=path.stem,
        title=front.pop("title"),
        description=front.pop("description"),
        parameters=parameters,
        view=front.pop("view", "table"),
        example={name: str(value) for name, value in (front.pop("example", None) or {}).items()},
        competency=tuple(front.pop("competency", ())),
        text=text,
        extra=front,
    )


def front_matter(text: str) -> dict[str, Any]:
    """What the `#+` lines of a query file say, as YAML."""
    lines = (line[2:].removeprefix(" ") for line in text.splitlines() if line.startswith("#+"))
    return dict(_yaml("\n".join(lines)) or {})


def _yaml(text: str) -> Any:
    # The C parser is ten times as fast, and one command reads some forty files.
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe


def _parameter(name: str, entry: Mapping[str, Any]) -> Parameter:
    if entry["type"] not in TYPES:
        raise ValueError(f"parameter {name} has unknown type {entry['type']}")
    return Parameter(
        name=name,
        type=entry["type"],
        kind=entry.get("kind", ""),
        class_name=entry.get("class", ""),
        required=bool(entry.get("required", False)),
        label=entry.get("label", {}),
    )


def fill(text: str, terms: Mapping[str, str]) -> str:
    """The query with `VALUES ?name { … }` holding each given term, all in one pass: a term is never looked into.

    Args:
        text: SPARQL with parameters declared by VALUES.
        terms: SPARQL terms made by `Parameter.term`, `iri_term` or `string_term`, by variable name.
    """
    if not terms:
        return text
    names = "|".join(re.escape(name) for name in terms)
    declaration = re.compile(rf"VALUES \?({names}) \{{ [^{{}}]* \}}")
    return declaration.sub(lambda match: f"VALUES ?{match[1]} {{ {terms[match[1]]} }}", text)


def iri_term(iri: str) -> str:
    """An absolute IRI as a SPARQL term.

    Raises:
        BadParameter: it is not one.
    """
    return Parameter("iri", "iri").term(iri)


def string_term(text: str) -> str:
    """A text as a SPARQL string literal."""
    return Parameter("text", "string").term(text)


def _write_iri(parameter: Parameter, value: str, base_iri: str) -> str:
    prefix, colon, _local = value.partition(":")
    if not colon and parameter.kind and _SLUG.fullmatch(value):
        value = _thing(parameter.kind, value, base_iri)
    elif not colon or prefix in PREFIXES:
        path = value if value.startswith(("id/", "graph/", "scheme/")) or colon else f"id/{value}"
        value = (
            SCHEMES + path.removeprefix("scheme/") if path.startswith("scheme/") else expand(path, base_iri)
        )
    if not ABSOLUTE_IRI.fullmatch(value):
        raise parameter.refuse(value, "an IRI")
    return f"<{value}>"


def _thing(kind: str, slug: str, base_iri: str) -> str:
    if kind.startswith("scheme/"):
        return f"{SCHEMES}{kind.removeprefix('scheme/')}/{slug}"
    return f"{base_iri}graph/{slug}" if kind == "graph" else f"{base_iri}id/{kind}/{slug}"


def _write_string(_parameter: Parameter, value: str, _base_iri: str) -> str:
    # Beyond the escapes that SPARQL names, a control character is written by its number.
    written = "".join(
        _ESCAPES.get(character)
        or (f"\\u{ord(character):04X}" if ord(character) < 32 or ord(character) == 127 else character)
        for character in value
    )
    return f'"{written}"'


def _write_integer(parameter: Parameter, value: str, _base_iri: str) -> str:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", value, re.ASCII):
        raise parameter.refuse(value, "a whole number")
    return str(int(value))


def _write_decimal(parameter: Parameter, value: str, _base_iri: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise parameter.refuse(value, "a number") from None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise parameter.refuse(value, "a number of reasonable size")
    return f'"{number:f}"^^<{XSD}decimal>'


def _write_date(parameter: Parameter, value: str, _base_iri: str) -> str:
    if re.fullmatch(r"[0-9]{4}", value, re.ASCII):
        return f'"{value}"^^<{XSD}gYear>'
    if re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", value, re.ASCII):
        return f'"{value}"^^<{XSD}gYearMonth>'
    try:
        return f'"{dt.date.fromisoformat(value).isoformat()}"^^<{XSD}date>'
    except ValueError:
        raise parameter.refuse(
            value, "a date, a month or a year such as 2024-05-22, 2024-05 or 2024"
        ) from None


def _write_language(parameter: Parameter, value: str, _base_iri: str) -> str:
    if value not in LANGUAGES:
        raise parameter.refuse(value, "it or en")
    return f'"{value}"'


_WRITERS = {
    "iri": _write_iri,
    "string": _write_string,
    "integer": _write_integer,
    "decimal": _write_decimal,
    "date": _write_date,
    "language": _write_language,
}
