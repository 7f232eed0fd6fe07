"""Values in questions: typed, checked, and never more than one term."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cc_graph.errors import BadParameter, NotFound
from cc_graph.questions import Parameter, Question, fill, question, questions
from cc_graph.store.tokens import _tokens as tokens

TEXT = 'SELECT * WHERE { VALUES ?who { UNDEF } VALUES ?other { UNDEF } VALUES ?lang { "en" } ?who ?p ?other }'


def asked(**types: str) -> Question:
    parameters = tuple(Parameter(name, type_, kind="stakeholder") for name, type_ in types.items())
    return Question("q", {}, {}, parameters, "table", {}, (), TEXT)


def shape(text: str) -> list[str]:
    """The query with every IRI, string and number replaced by the name of its kind."""
    return [kind if kind in {"iri", "string", "number"} else token for kind, token in tokens(text)]


@given(st.text(), st.text())
def test_no_text_changes_the_shape_of_a_query(who: str, other: str) -> None:
    plain = asked(who="string", other="string").sparql({"who": "a", "other": "b"})
    filled = asked(who="string", other="string").sparql(
        {"who": who if who.strip() else "a", "other": other if other.strip() else "b"}
    )
    assert shape(filled) == shape(plain)


@given(st.text())
def test_a_text_that_looks_like_a_parameter_is_not_filled_again(text: str) -> None:
    filled = asked(who="string", other="string", lang="language").sparql(
        {"who": text + "VALUES ?other { x }", "other": "b"}
    )
    assert filled.count('{ "b" }') == 1


@given(st.text())
def test_what_is_no_iri_is_refused_or_stays_one_iri(text: str) -> None:
    try:
        filled = asked(who="iri").sparql({"who": text if text.strip() else "a"})
    except BadParameter:
        return
    assert shape(filled) == shape(asked(who="iri").sparql({"who": "a"}))


@pytest.mark.parametrize(
    ("value", "iri"),
    [
        ("comune", "https://w3id.org/ccg/id/stakeholder/comune"),
        ("initiative/tavolo", "https://w3id.org/ccg/id/initiative/tavolo"),
        ("id/initiative/tavolo", "https://w3id.org/ccg/id/initiative/tavolo"),
        ("scheme/role/member", "https://w3id.org/ccg/scheme/role/member"),
        ("ccg:Action", "https://w3id.org/ccg/ns#Action"),
        ("https://example.org/x", "https://example.org/x"),
    ],
)
def test_a_thing_may_be_named_in_several_ways(value: str, iri: str) -> None:
    assert f"VALUES ?who {{ <{iri}> }}" in asked(who="iri").sparql({"who": value})


def test_things_lie_under_the_base_of_the_city() -> None:
    filled = asked(who="iri").sparql({"who": "comune"}, base_iri="https://city.example/")
    assert "<https://city.example/id/stakeholder/comune>" in filled


@pytest.mark.parametrize(
    ("type_", "value", "term"),
    [
        ("integer", "007", "7"),
        ("integer", "-3", "-3"),
        ("decimal", "1.50", '"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("date", "2024", '"2024"^^<http://www.w3.org/2001/XMLSchema#gYear>'),
        ("date", "2024-05", '"2024-05"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>'),
        ("date", "2024-05-22", '"2024-05-22"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("language", "it", '"it"'),
        ("string", 'say "no"\n', '"say \\"no\\""'),
    ],
)
def test_a_typed_value_becomes_a_typed_term(type_: str, value: str, term: str) -> None:
    assert f"VALUES ?who {{ {term} }}" in asked(who=type_).sparql({"who": value})


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("integer", "1.5"),
        ("integer", "٣"),
        ("decimal", "NaN"),
        ("decimal", "1e999"),
        ("date", "2024-13"),
        ("date", "22/05/2024"),
        ("iri", "a b"),
        ("iri", "javascript:<x>"),
        ("language", "de"),
    ],
)
def test_an_ill_typed_value_is_refused_with_a_hint(type_: str, value: str) -> None:
    with pytest.raises(BadParameter) as refusal:
        asked(who=type_).sparql({"who": value})
    assert refusal.value.hint


def test_a_value_that_is_not_given_means_all() -> None:
    assert asked(who="iri").sparql() == TEXT
    assert asked(who="iri").sparql({"who": ""}) == TEXT


def test_an_unknown_parameter_is_refused_by_name() -> None:
    with pytest.raises(BadParameter, match="no parameter «whom»"):
        asked(who="iri").sparql({"whom": "x"})


def test_a_required_parameter_must_be_given() -> None:
    needed = Question("q", {}, {}, (Parameter("who", "iri", required=True),), "table", {"who": "x"}, (), TEXT)
    with pytest.raises(BadParameter, match="needs who") as refusal:
        needed.sparql()
    assert "-p who=x" in refusal.value.hint


def test_an_unknown_question_names_the_nearest() -> None:
    with pytest.raises(NotFound) as refusal:
        question("who-take-part")
    assert "who-takes-part" in refusal.value.hint


def test_the_language_is_put_in() -> None:
    assert 'VALUES ?lang { "it" }' in asked(lang="language").sparql(lang="it")


def test_every_parameter_of_every_question_stands_in_its_text() -> None:
    for each in questions():
        for parameter in each.parameters:
            default = r'"en"' if parameter.type == "language" else "UNDEF"
            assert re.search(rf"VALUES \?{parameter.name} \{{ {default} \}}", each.text), (
                f"{each.id}: {parameter.name}"
            )


def test_filling_nothing_changes_nothing() -> None:
    assert fill(TEXT, {}) == TEXT
