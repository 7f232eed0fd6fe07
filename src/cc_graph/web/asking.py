"""The questions as pages: a form, the answer, and the SPARQL behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from cc_graph.city import City
from cc_graph.errors import BadParameter, NotFound
from cc_graph.questions import Parameter, Question
from cc_graph.table import Table
from cc_graph.vocab import expand
from cc_graph.web.addresses import Addresses
from cc_graph.web.grid import grid
from cc_graph.web.rendering import CityNow, addresses, render

router = APIRouter()

# Up to here a list is scanned by eye; beyond, one types part of a name.
_MENU: Final = 60
_INPUTS: Final = {"integer": "number", "decimal": "number", "date": "date"}


@dataclass(frozen=True)
class Field:
    """One field of a question's form.

    Attributes:
        name, label, value: as the form needs them.
        required: whether the question makes no sense without it.
        input: kind of input: `select`, `list` (type part of a name) or an HTML input type.
        choices: value and label of what may be chosen.
        href: page of what was chosen, None if it has none.
    """

    name: str
    label: str
    value: str
    required: bool
    input: str
    choices: tuple[tuple[str, str], ...] = ()
    href: str | None = None

    @property
    def chosen(self) -> str:
        """The label of what was chosen."""
        return dict(self.choices).get(self.value, "")


@router.get("/{lang:language}/questions")
def questions(lang: str, request: Request, city: CityNow) -> Response:
    """Every question as a card."""
    answered = [one for one in city.questions() if one.answered_on_prato]
    waiting = [one for one in city.questions() if not one.answered_on_prato]
    return render(request, lang, "questions.html", questions=answered, waiting=waiting)


@router.get("/{lang:language}/questions/{question_id}")
def question(lang: str, question_id: str, request: Request, city: CityNow) -> Response:
    """A question with its form and its answer; a value that does not fit is told beside the form."""
    asked = city.question(question_id)
    values = {name: value for name, value in request.query_params.items() if value.strip()}
    url = addresses(request, lang)
    answer, problem = None, None
    if all(values.get(one.name) for one in asked.parameters if one.required):
        try:
            table = city.ask(question_id, lang, values)
            answer = grid(table, url, without=_constant(table, values))
        except (BadParameter, NotFound) as error:
            problem = error
    return render(
        request,
        lang,
        "question.html",
        status=problem.status if problem else 200,
        question=asked,
        fields=_fields(city, asked, values, url),
        values=values,
        answer=answer,
        problem=problem,
    )


def _constant(table: Table, values: Mapping[str, str]) -> set[str]:
    """The columns that only repeat what was chosen in the form."""
    return {name for name in values if name in table.columns and len(set(table.column(name))) == 1}


def _fields(city: City, question: Question, values: Mapping[str, str], url: Addresses) -> list[Field]:
    return [
        _field(city, question, parameter, values.get(parameter.name, ""), url)
        for parameter in question.parameters
        if parameter.type != "language"
    ]


def _field(city: City, question: Question, parameter: Parameter, value: str, url: Addresses) -> Field:
    label = parameter.label.get(url.lang, parameter.name)
    if parameter.type != "iri":
        return Field(parameter.name, label, value, parameter.required, _INPUTS.get(parameter.type, "text"))
    folder = _folder(parameter, url.base_iri)
    table = city.choices(question.id, parameter.name, url.lang)
    choices = tuple((row["value"].removeprefix(folder), row["label"]) for row in table)
    value = value.removeprefix(folder)
    href = url.thing(folder + value) if value in dict(choices) else None
    if not choices:
        return Field(parameter.name, label, value, parameter.required, "text")
    kind = "select" if len(choices) <= _MENU else "list"
    if kind == "select" and value and href is None:
        choices = ((value, value), *choices)
    return Field(parameter.name, label, value, parameter.required, kind, choices, href)


def _folder(parameter: Parameter, base_iri: str) -> str:
    """What stands before the slug in an IRI of the parameter's kind; a person reads and types the slug only."""
    scheme = parameter.kind.partition("scheme/")[2]
    return expand(f"scheme:{scheme}/" if scheme else f"id/{parameter.kind}/", base_iri)
