"""`make check-ontology`: what the ontology has and passes, as one table; exit 1 where a gate is not met."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING, Final

from rdflib.namespace import RDFS, SKOS

from quality import evidence, reasoning
from quality.deviations import deviations
from quality.evidence import CAPABILITIES, DOCS, QUESTIONS, Outcome
from quality.foops import points
from quality.pitfalls import PITFALLS
from quality.vocabulary import LANGUAGES, Vocabulary, read

if TYPE_CHECKING:
    from collections.abc import Callable

FOOPS_POINTS: Final = 30
CONCEPTS: Final = 600
CEON_OPEN: Final = 37


@dataclass(frozen=True)
class Gate:
    """One line of the table.

    Attributes:
        name: what is looked at.
        result: what was found.
        met: whether it is enough.
        details: further lines, indented below.
    """

    name: str
    result: str
    met: bool = True
    details: tuple[str, ...] = ()


def terms(vocabulary: Vocabulary) -> list[Gate]:
    """How many terms there are, and whether they are named and defined."""
    declared = vocabulary.declared
    gates = [Gate("terms", f"{len(vocabulary.classes)} classes, {len(vocabulary.properties)} properties")]
    for name, predicate in (("labels", RDFS.label), ("definitions", SKOS.definition)):
        having = {
            lang: sum(bool(vocabulary.text(term, predicate, lang)) for term in declared) for lang in LANGUAGES
        }
        result = ", ".join(f"{lang} {number}/{len(declared)}" for lang, number in having.items())
        gates.append(Gate(name, result, all(number == len(declared) for number in having.values())))
    return gates


def concepts(vocabulary: Vocabulary) -> Gate:
    """How many concepts the schemes hold together."""
    sizes = {scheme: len(vocabulary.concepts(scheme)) for scheme in vocabulary.schemes}
    largest = sorted(sizes, key=lambda scheme: -sizes[scheme])[:3]
    named = ", ".join(f"{scheme} {sizes[scheme]}" for scheme in largest)
    total = sum(sizes.values())
    return Gate("concepts", f"{total} in {len(sizes)} schemes ({named}, …)", total >= CONCEPTS)


def foops(vocabulary: Vocabulary) -> Gate:
    """The points that need no network; the DOI is not minted."""
    rows = points(vocabulary)
    reached, possible = sum(row.points for row in rows), sum(row.of for row in rows)
    lacking = (f"{row.check}: {', '.join(row.missing)}" for row in rows if row.missing)
    details = tuple(line.replace("doi", "doi (not minted)") for line in lacking)
    return Gate("FOOPS! points", f"{reached:g}/{possible}", reached >= FOOPS_POINTS, details)


def pitfalls(vocabulary: Vocabulary) -> Gate:
    """Each pitfall by its id: passed, deviation, or who falls into it."""
    excused = deviations(DOCS / "deviations.md")
    passed, deviating, details = [], [], []
    for key, search in PITFALLS.items():
        offenders = search(vocabulary)
        if not offenders:
            passed.append(key)
        elif key in excused:
            deviating.append(key)
        else:
            more = f" and {len(offenders) - 4} more" if len(offenders) > 4 else ""
            details.append(f"{key} failed: {', '.join(offenders[:4])}{more}")
    lines = [f"passed: {' '.join(passed)}"]
    lines += [f"{key} deviation: {shorten(excused[key], 110, placeholder=' …')}" for key in deviating]
    result = f"{len(passed)} passed, {len(deviating)} deviations, {len(details)} failed"
    return Gate("OOPS! pitfalls", result, not details, (*lines, *details))


def reasoned(vocabulary: Vocabulary) -> list[Gate]:
    """Profile and consistency, where Java is; and what follows by the RL rules."""
    examples = read(sorted((evidence.ROOT / "tests" / "shapes" / "good").glob("*.ttl")))
    wrong = reasoning.contradictions([vocabulary.terms, examples, *vocabulary.schemes.values()])
    closure = Gate("RL closure", f"{len(wrong)} contradictions", not wrong, tuple(wrong[:5]))
    if why := reasoning.missing_java():
        complete = os.environ.get("CC_GRAPH_TESTS_COMPLETE") == "1"
        return [Gate(name, f"not checked. {why}", not complete) for name in ("profile", "consistency")] + [
            closure
        ]
    outside = reasoning.outside_owl_2_rl(vocabulary.terms)
    within = "OWL 2 RL" if not outside else f"{len(outside)} axioms outside OWL 2 RL"
    try:
        impossible = reasoning.unsatisfiable_classes(vocabulary.terms)
        result = f"consistent, {len(impossible)} unsatisfiable classes (HermiT)"
    except reasoning.Inconsistent as error:
        impossible, result = [str(error)], "inconsistent"
    return [
        Gate("profile", within, not outside, tuple(outside[:5])),
        Gate("consistency", result, not impossible, tuple(impossible[:5])),
        closure,
    ]


def claims(name: str, wanted: int, judge: Callable[[], list[Outcome]]) -> Gate:
    """How many of the questions or capabilities hold, each with what shows it."""
    try:
        outcomes = judge()
    except FileNotFoundError:
        return Gate(name, f"0/{wanted}", met=False, details=(f"docs/ontology/{name}.yaml is not there.",))
    passed = len({outcome.key for outcome in outcomes if outcome.passed})
    details = tuple(
        f"{outcome.key:>3} {'passed' if outcome.passed else 'FAILED'}  {outcome.about}"
        + (f"  ({outcome.failure})" if outcome.failure else "")
        for outcome in outcomes
    )
    return Gate(
        name, f"{passed}/{wanted}", passed >= wanted and all(each.passed for each in outcomes), details
    )


def asked() -> list[Gate]:
    """The forty questions, and which of those that CEON leaves open they answer."""
    outcomes: list[Outcome] = []

    def judge() -> list[Outcome]:
        outcomes.extend(evidence.questions())
        return outcomes

    gate = claims("questions", QUESTIONS, judge)
    if not outcomes:
        return [gate]
    answered = evidence.answered_of_ceon({outcome.key for outcome in outcomes if outcome.passed})
    return [gate, Gate("CEON's open questions", f"{len(answered)}/{CEON_OPEN} answered")]


def gates() -> list[Gate]:
    """Every line of the table."""
    vocabulary = Vocabulary.ours()
    return [
        *terms(vocabulary),
        concepts(vocabulary),
        foops(vocabulary),
        pitfalls(vocabulary),
        *reasoned(vocabulary),
        *asked(),
        claims("capabilities", CAPABILITIES, lambda: evidence.capabilities(vocabulary)),
    ]


def table(lines: list[Gate]) -> str:
    """The table as text."""
    width = max(len(gate.name) for gate in lines)
    text = []
    for gate in lines:
        text.append(f"{'ok ' if gate.met else 'NO '} {gate.name:<{width}}  {gate.result}")
        text += [f"    {'':<{width}}  {detail}" for detail in gate.details]
    return "\n".join(text) + "\n"


def main() -> int:
    """Print the table; 1 where a gate is not met."""
    lines = gates()
    sys.stdout.write(table(lines))
    unmet = [gate.name for gate in lines if not gate.met]
    if unmet:
        sys.stderr.write(f"Not met: {', '.join(unmet)}.\n")
    return 1 if unmet else 0


if __name__ == "__main__":
    sys.exit(main())
