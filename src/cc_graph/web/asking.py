"""The questions as pages: a form, the answer, and the SPARQL behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from cc_graph.city import City
from cc_graph.errors import BadParameter
from cc_graph.questions import Parameter, Question
from cc_graph.vocab import expand
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
    """

    name: str
    label: str
    value: str
    required: bool
    input: str
    choices: tuple[tuple[str, str], ...] = ()


@router.get("/{lang:language}/questions")
def questions(lang: str, request: Request, city: CityNow) -> Response:
    """Every question as a card."""
    return render(request, lang, "questions.html", questions=city.questions())


@router.get("/{lang:language}/questions/{question_id}")
def question(lang: str, question_id: str, request: Request, city: CityNow) -> Response:
    """A question with its form and its answer; a value that does not fit is told beside the form."""
    asked = city.question(question_id)
    values = {name: value for name, value in request.query_params.items() if value.strip()}
    url = addresses(request, lang)
    answer, problem = None, None
    if all(values.get(one.name) for one in asked.parameters if one.required):
        try:
            answer = grid(city.ask(question_id, lang=lang, **values), url)
        except BadParameter as error:
            problem = error
    return render(
        request,
        lang,
        "question.html",
        status=problem.status if problem else 200,
        question=asked,
        fields=_fields(city, asked, values, lang),
        values=values,
        answer=answer,
        problem=problem,
    )


def _fields(city: City, question: Question, values: Mapping[str, str], lang: str) -> list[Field]:
    return [
        _field(city, question, parameter, values.get(parameter.name, ""), lang)
        for parameter in question.parameters
        if parameter.type != "language"
    ]


def _field(city: City, question: Question, parameter: Parameter, value: str, lang: str) -> Field:
    choices: tuple[tuple[str, str], ...] = ()
    kind = _INPUTS.get(parameter.type, "text")
    if parameter.type == "iri":
        table = city.choices(question.id, parameter.name, lang)
        choices = tuple((_short(row["value"], parameter, city), row["label"]) for row in table)
        value = _short(value, parameter, city)
        kind = "select" if len(choices) <= _MENU else "list"
        if kind == "select" and value and value not in dict(choices):
            choices = ((value, value), *choices)
    label = parameter.label.get(lang, parameter.name)
    return Field(parameter.name, label, value, parameter.required, kind, choices)


def _short(iri: str, parameter: Parameter, city: City) -> str:
    """The slug that says the same as an IRI of the parameter's kind: what a person reads in a field and an address."""
    scheme = parameter.kind.partition("scheme/")[2]
    folder = expand(f"scheme:{scheme}/" if scheme else f"id/{parameter.kind}/", city.settings.base_iri)
    return iri.removeprefix(folder)
