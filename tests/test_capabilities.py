"""What docs/ontology/capabilities.yaml claims: 63 capabilities, the terms each is made of, and what shows them at work."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cc_graph import resources
from cc_graph.vocab import shorten
from quality import evidence
from quality.vocabulary import Vocabulary

ROWS: list[dict[str, Any]] = evidence.entries("capabilities")
FOLDER = Path(__file__).parent
AT_WORK = [*FOLDER.glob("shapes/*/*.ttl"), *FOLDER.glob("town/*.trig"), *resources.query_files()]
USED = {term for path in AT_WORK for term in re.findall(r"\bccg:\w+", path.read_text(encoding="utf-8"))}
OUTCOMES = {outcome.key: outcome for outcome in evidence.capabilities(Vocabulary.ours())}


def test_there_are_63_in_order_and_no_two_have_one_name() -> None:
    assert [row["n"] for row in ROWS] == list(range(1, evidence.CAPABILITIES + 1))
    assert len({row["capability"] for row in ROWS}) == evidence.CAPABILITIES
    assert all(row.keys() == {"n", "capability", "terms", "test"} for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['n']:02}")
def test_its_terms_and_its_evidence_exist(row: dict[str, Any]) -> None:
    assert OUTCOMES[str(row["n"])].failure == ""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['n']:02}")
def test_each_of_its_terms_is_used_in_an_example_or_a_question(row: dict[str, Any]) -> None:
    assert {term for term in row["terms"] if term.startswith("ccg:")} - USED == set()


def test_no_term_of_ours_is_without_an_example() -> None:
    # ccg:tiedTo is only the common name of four ties; a question spells them out, because the store does not reason.
    assert {shorten(str(term)) for term in Vocabulary.ours().declared} - USED == {"ccg:tiedTo"}
