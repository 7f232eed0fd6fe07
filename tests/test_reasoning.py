"""What reasoners say of the ontology, and that they would say otherwise of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Graph

from quality import reasoning
from quality.vocabulary import Vocabulary, read

VOCABULARY = Vocabulary.ours()
EXAMPLES = read(sorted((Path(__file__).parent / "shapes" / "good").glob("*.ttl")))
PREFIXES = """
@prefix ccg: <https://w3id.org/ccg/ns#> . @prefix id: <https://w3id.org/ccg/id/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""

in_java = pytest.mark.skipif(bool(reasoning.missing_java()), reason=reasoning.missing_java())


def _ontology_and(extra: str) -> Graph:
    return Graph().parse(data=PREFIXES + extra, format="turtle") + VOCABULARY.terms


@in_java
def test_the_ontology_lies_in_the_rl_profile_of_owl_2() -> None:
    assert reasoning.outside_owl_2_rl(VOCABULARY.terms) == []


@in_java
def test_the_profile_check_refuses_an_axiom_that_asks_for_something_unnamed() -> None:
    existential = """ccg:Stakeholder rdfs:subClassOf
        [ a owl:Restriction ; owl:onProperty ccg:locatedIn ; owl:someValuesFrom ccg:Place ] ."""
    (violation,) = reasoning.outside_owl_2_rl(_ontology_and(existential))
    assert "ObjectSomeValuesFrom(<https://w3id.org/ccg/ns#locatedIn>" in violation


@in_java
def test_every_class_can_have_a_member() -> None:
    assert reasoning.unsatisfiable_classes(VOCABULARY.terms) == []


@in_java
def test_a_class_below_two_that_exclude_each_other_can_have_none() -> None:
    torn = _ontology_and("ccg:Torn a owl:Class ; rdfs:subClassOf ccg:Offer , ccg:Need .")
    assert reasoning.unsatisfiable_classes(torn) == ["https://w3id.org/ccg/ns#Torn"]


@in_java
def test_a_thing_in_two_classes_that_exclude_each_other_makes_the_whole_inconsistent() -> None:
    with pytest.raises(reasoning.Inconsistent, match="HermiT"):
        reasoning.unsatisfiable_classes(_ontology_and("id:x a ccg:Offer , ccg:Need ."))


def test_nothing_that_follows_from_ontology_schemes_and_examples_contradicts_itself() -> None:
    graphs = [VOCABULARY.terms, EXAMPLES, *VOCABULARY.schemes.values()]
    assert reasoning.contradictions(graphs) == []


def test_what_follows_from_a_thing_in_two_classes_that_exclude_each_other_does() -> None:
    # As the rules say: a working group is an initiative, and no initiative is an offer.
    (found, *_others) = reasoning.contradictions([_ontology_and("id:x a ccg:WorkingGroup , ccg:Offer .")])
    assert "id/x" in found
