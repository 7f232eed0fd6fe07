"""The questions of `queries/`, asked of Borgolana, a town small enough to check an answer by hand.

`town/town.trig` tells who is there and what moves, `town/council.trig` how the town deliberates, acts and exchanges.

Each file `town/expected/{question}.csv`, or `{question}--{case}.csv`, holds one call and its whole answer, checked row by
row against the town. Its first line is the call, as on the command line: `# -p initiative=tavolo-tessile -p lang=it`.
`docs/ontology/questions.yaml` says which of these answers prove which of the forty competency questions, and without
which fact each must change.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
import yaml

from cc_graph.contributions.validation import validate
from cc_graph.vocab import DEFAULT_BASE, PREFIXES, XSD, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

    Ask = Callable[..., list[dict[str, str]]]

TOWN = Path(__file__).parent / "town"
REPOSITORY = Path(__file__).parents[1]
QUERIES = {
    path.stem: path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "queries").glob("*.rq"))
}
LAYERS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((REPOSITORY / "queries" / "projections").glob("*.rq"))
}
EXPECTED = sorted((TOWN / "expected").glob("*.csv"))
FORTY = yaml.safe_load((REPOSITORY / "docs" / "ontology" / "questions.yaml").read_text(encoding="utf-8"))
PROOFS = [
    pytest.param(proof["answer"], proof["without"], id=f"{row['id']}-{number}-{proof['answer']}")
    for row in FORTY["questions"]
    for number, proof in enumerate(row["proof"], start=1)
]

TYPES = {"iri", "string", "integer", "decimal", "date", "language"}
VIEWS = {"table", "map", "network", "sankey", "number"}
PER_SOURCE = {"who-said-it", "facts-of-source", "newest-sources"}
"""The questions about sources themselves: what a second source says belongs in their answer."""


def front_matter(text: str) -> dict[str, Any]:
    """What the `#+ ` lines at the top of a question file say."""
    return yaml.safe_load(
        "\n".join(line.removeprefix("#+ ") for line in text.splitlines() if line.startswith("#+ "))
    )


def with_merge(store: ox.Store) -> ox.Store:
    """The store, its default graph being the set union of its named graphs, and with what loading entails."""
    store.update((REPOSITORY / "ontology" / "entailed.ru").read_text(encoding="utf-8"), base_iri=DEFAULT_BASE)
    store.extend([ox.Quad(quad.subject, quad.predicate, quad.object) for quad in store])
    return store


def town_graphs() -> ox.Store:
    store = ox.Store()
    for name in ("town.trig", "council.trig"):
        store.load(path=TOWN / name, format=ox.RdfFormat.TRIG)
    return store


def fill_in(text: str, values: dict[str, str]) -> str:
    """The question with values in place of its UNDEFs, for well-meant values only: questions.py does it for any."""
    parameters = front_matter(text)["parameters"]
    for name, value in values.items():
        parameter = parameters[name]
        if parameter["type"] == "iri":
            path = value if "/" in value else f"{parameter['kind']}/{value}"
            term = f"<{DEFAULT_BASE}{path}>" if path.startswith("scheme/") else f"<{DEFAULT_BASE}id/{path}>"
        elif parameter["type"] in {"date", "decimal"}:
            term = f'"{value}"^^<{XSD}{parameter["type"]}>'
        elif parameter["type"] == "integer":
            term = value
        else:
            term = f'"{value}"'
        before = 'VALUES ?lang { "en" }' if name == "lang" else f"VALUES ?{name} {{ UNDEF }}"
        assert before in text
        text = text.replace(before, f"VALUES ?{name} {{ {term} }}")
    return text


def answer(store: ox.Store, text: str) -> list[dict[str, str]]:
    """The rows of a SELECT, IRIs shortened, unbound cells empty."""
    solutions = store.query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    columns = [variable.value for variable in solutions.variables]
    return [{name: cell(row[name]) for name in columns} for row in solutions]


def cell(term: ox.NamedNode | ox.Literal | None) -> str:
    if term is None:
        return ""
    return shorten(term.value) if isinstance(term, ox.NamedNode) else term.value


@pytest.fixture(scope="module")
def town() -> ox.Store:
    return with_merge(town_graphs())


@pytest.fixture(scope="module")
def ask(town: ox.Store) -> Ask:
    """Put a question to the town: `ask("who-takes-part", initiative="tavolo-tessile")` gives a list of rows."""
    return lambda question, **values: answer(town, fill_in(QUERIES[question], values))


@pytest.fixture(scope="module")
def town_said_twice() -> ox.Store:
    """The town, where an older source repeats every statement of every source."""
    store = town_graphs()
    ours = {
        f"{DEFAULT_BASE}graph/{name}"
        for name in ("schemes", "ontology", "catalogue", "geonames", "editorial")
    }
    echo = ox.NamedNode(f"{DEFAULT_BASE}graph/echo")
    said = [quad for quad in store if quad.graph_name.value not in ours]
    store.extend([ox.Quad(quad.subject, quad.predicate, quad.object, echo) for quad in said])
    store.update("""PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
        BASE <https://w3id.org/ccg/> INSERT DATA { GRAPH <graph/catalogue> { <graph/echo> dcterms:source <id/source/echo> .
        <id/source/echo> dcterms:title "Echo"@en ; dcterms:issued "1999"^^xsd:gYear } }""")
    return with_merge(store)


def call_in(path: Path) -> tuple[str, dict[str, str], list[dict[str, str]]]:
    """The question, the values and the answer that a file in `expected/` holds."""
    first, _, table = path.read_text(encoding="utf-8").partition("\n")
    return (
        path.stem.partition("--")[0],
        dict(re.findall(r"-p (\w+)=(\S+)", first)),
        list(csv.DictReader(table.splitlines())),
    )


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_the_town_answers_as_checked_by_hand(path: Path, ask: Ask) -> None:
    question, values, expected = call_in(path)
    assert ask(question, **values) == expected


@pytest.mark.parametrize(("expected", "without"), PROOFS)
def test_without_the_decisive_fact_the_answer_is_another(expected: str, without: str) -> None:
    prefixes = "".join(f"PREFIX {name}: <{iri}> " for name, iri in PREFIXES.items())
    question, values, rows = call_in(TOWN / "expected" / f"{expected}.csv")
    store = town_graphs()
    before = len(store)
    store.update(prefixes + without)
    assert len(store) < before
    assert answer(with_merge(store), fill_in(QUERIES[question], values)) != rows


def test_the_town_conforms_to_the_shapes() -> None:
    store = town_graphs()
    # The town's own abridged terms are left out: the shapes are judged with the real ones.
    store.remove_graph(ox.NamedNode(f"{DEFAULT_BASE}graph/ontology"))
    quads = with_merge(store).dump(format=ox.RdfFormat.N_QUADS)
    assert quads is not None
    assert [found for found in validate(quads).findings if found.severity == "violation"] == []


def test_a_second_accountable_party_is_one_too_many() -> None:
    store = town_graphs()
    store.update(f"""PREFIX ccg: <https://w3id.org/ccg/ns#> PREFIX raci: <https://w3id.org/ccg/scheme/raci/> BASE <{DEFAULT_BASE}>
        INSERT DATA {{ GRAPH <graph/rumour> {{ <id/responsibility/second> ccg:responsibilityFor <id/initiative/azione-acqua> ;
          ccg:responsibleParty <id/stakeholder/mulino-finto> ; ccg:raciRole raci:accountable }} }}""")
    rows = answer(with_merge(store), QUERIES["actions-without-one-accountable"])
    assert [(row["initiativeLabel"], row["accountable"], row["names"]) for row in rows] == [
        ("Darning workshop", "0", ""),
        ("Water to the factories", "2", "Finto Mill · Municipality of Borgolana"),
    ]


def test_a_process_that_gives_more_than_it_takes_does_not_close() -> None:
    store = town_graphs()
    store.update(f"""PREFIX ccg: <https://w3id.org/ccg/ns#> BASE <{DEFAULT_BASE}> INSERT DATA {{ GRAPH <graph/rumour> {{
        <id/process/rigenerazione> ccg:output <id/flow/abiti-alla-rete> }} }}""")
    rows = answer(with_merge(store), QUERIES["mass-balance"])
    assert [(row["inputs"], row["outputs"], row["residual"], row["closes"]) for row in rows] == [
        ("100", "115", "-25", "no")
    ]


def test_the_distance_is_that_of_the_great_circle(ask: Ask) -> None:
    # By the haversine formula: 13.506 km from the wool mill to the felt works, 6.867 km from Borgolana to the laboratory.
    offers = {row["offerLabel"]: row["distance"] for row in ask("offers-for-need", need="lana", km="30")}
    assert offers["Offer of regenerated wool"] == "13.5"
    assert [row["distance"] for row in ask("who-can-test-nearby", near="borgolana", km="30")] == ["6.9"]
    assert ask("who-can-test-nearby", near="borgolana", km="6") == []


def test_every_question_has_an_answer_checked_by_hand() -> None:
    assert {call_in(path)[0] for path in EXPECTED} == set(QUERIES)


@pytest.mark.parametrize("question", sorted(set(QUERIES) - PER_SOURCE))
def test_what_two_sources_state_counts_once(question: str, town: ox.Store, town_said_twice: ox.Store) -> None:
    def without_sources(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [{name: cell for name, cell in row.items() if not name.startswith("source")} for row in rows]

    assert without_sources(answer(town_said_twice, QUERIES[question])) == without_sources(
        answer(town, QUERIES[question])
    )


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_a_tie_that_two_sources_state_weighs_once(
    layer: str, town: ox.Store, town_said_twice: ox.Store
) -> None:
    assert answer(town_said_twice, LAYERS[layer]) == answer(town, LAYERS[layer])


def test_a_seat_stated_by_two_sources_is_one_row_that_names_the_newer_one(ask: Ask) -> None:
    rows = [
        row
        for row in ask("who-takes-part", initiative="tavolo-tessile")
        if row["stakeholderLabel"] == "Prova Wool Mill"
    ]
    assert [(row["sourceLabel"], row["sourceDate"], row["sources"]) for row in rows] == [
        ("Così girano gli stracci", "2023", "2")
    ]


def test_an_amount_stated_by_two_sources_enters_a_share_once(ask: Ask) -> None:
    rows = ask("where-does-it-go", material="used-textiles")
    assert [(row["amount"], row["share"], row["sources"]) for row in rows] == [
        ("120", "80", "2"),
        ("30", "20", "1"),
    ]


def test_a_thing_with_two_starts_is_one_row_that_gives_both(ask: Ask) -> None:
    rows = [
        row for row in ask("initiatives-by-axis-and-theme") if row["initiativeLabel"] == "Circular Borgolana"
    ]
    assert [row["start"] for row in rows] == ["2020 / 2021-03"]


def test_a_choice_narrows_the_answer_without_changing_its_rows(ask: Ask) -> None:
    everyone = ask("who-takes-part")
    assert ask("who-takes-part", initiative="tavolo-acque") == [
        row for row in everyone if row["initiativeLabel"] == "Water table"
    ]


@pytest.mark.parametrize("question", sorted(QUERIES))
def test_the_file_says_what_the_program_needs(question: str) -> None:
    said = front_matter(QUERIES[question])
    assert set(said) - {"prato"} == {"title", "description", "parameters", "view", "example", "competency"}
    assert said.get("prato", False) is False
    assert said["title"]["it"].endswith("?")
    assert said["title"]["en"].endswith("?")
    assert set(said["title"]) == set(said["description"]) == {"it", "en"}
    assert said["view"] in VIEWS
    assert said["competency"]
    assert said["example"].keys() <= said["parameters"].keys()
    assert all(isinstance(value, str) for value in said["example"].values())


@pytest.mark.parametrize("question", sorted(QUERIES))
def test_every_parameter_is_typed_and_declared(question: str) -> None:
    parameters = front_matter(QUERIES[question])["parameters"]
    assert parameters.pop("lang") == {"type": "language"}
    declared = set(re.findall(r"VALUES \?(\w+) \{ UNDEF \}", QUERIES[question]))
    assert declared == set(parameters)
    for parameter in parameters.values():
        assert parameter["type"] in TYPES
        assert isinstance(parameter["required"], bool)
        assert set(parameter["label"]) == {"it", "en"}
        assert parameter["type"] != "iri" or parameter["kind"]
    assert set(re.findall(r"VALUES \?lang \{([^}]*)\}", QUERIES[question])) <= {' "en" '}


@pytest.mark.parametrize("question", sorted(QUERIES))
def test_an_example_gives_what_is_required(question: str) -> None:
    said = front_matter(QUERIES[question])
    required = {name for name, parameter in said["parameters"].items() if parameter.get("required")}
    assert required <= said["example"].keys()


@pytest.mark.parametrize("question", sorted(QUERIES))
def test_the_file_runs_unchanged_in_any_sparql_tool(question: str, town: ox.Store) -> None:
    assert isinstance(town.query(QUERIES[question]), ox.QuerySolutions)
    assert len(answer(town, QUERIES[question])) > 0


@pytest.mark.parametrize("question", sorted(QUERIES))
def test_every_column_has_a_heading_and_every_thing_a_label(question: str, town: ox.Store) -> None:
    headings = yaml.safe_load((REPOSITORY / "queries" / "columns.yaml").read_text(encoding="utf-8"))
    solutions = town.query(QUERIES[question])
    assert isinstance(solutions, ox.QuerySolutions)
    columns = [variable.value for variable in solutions.variables]
    for name in columns:
        assert set(headings[name]) == {"it", "en"}
    nameless = {"page", "licence"}
    for row in solutions:
        for name in columns:
            assert not isinstance(row[name], ox.NamedNode) or name in nameless or f"{name}Label" in columns


@pytest.mark.parametrize("question", sorted(QUERIES))
def test_the_answer_is_as_long_in_italian(question: str, ask: Ask) -> None:
    assert len(ask(question, lang="it")) == len(ask(question, lang="en"))


@pytest.mark.parametrize(
    "question", sorted(name for name, text in QUERIES.items() if front_matter(text).get("prato") is False)
)
def test_what_prato_has_no_facts_for_has_its_example_in_the_town(question: str, ask: Ask) -> None:
    assert ask(question, **front_matter(QUERIES[question])["example"])


def test_each_of_the_forty_competency_questions_has_files_and_proof() -> None:
    wanted = {"S": 6, "G": 8, "A": 6, "F": 8, "Y": 6, "L": 4, "M": 2}
    assert [row["id"] for row in FORTY["questions"]] == [
        f"{letter}{number}" for letter, count in wanted.items() for number in range(1, count + 1)
    ]
    for row in FORTY["questions"]:
        assert row["question"].endswith("?")
        assert row["files"]
        assert row["proof"]
        assert {proof["answer"].partition("--")[0] for proof in row["proof"]} <= set(row["files"])


def test_the_list_of_the_forty_agrees_with_the_files() -> None:
    listed = {(file, row["id"]) for row in FORTY["questions"] for file in row["files"]}
    assert listed == {
        (name, identifier)
        for name, text in QUERIES.items()
        for identifier in front_matter(text)["competency"]
    }


def test_ceons_open_questions_are_claimed_where_a_row_answers_them() -> None:
    ceon = FORTY["ceon"]
    claimed = {identifier for row in FORTY["questions"] for identifier in row["ceon"]}
    assert len(ceon["not_covered_by_ceon"]) == 37
    assert claimed <= set(ceon["not_covered_by_ceon"])
    assert ceon["answered"] == [
        identifier for identifier in ceon["not_covered_by_ceon"] if identifier in claimed
    ]


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_a_layer_says_what_it_links_and_how_far_it_reaches(layer: str, town: ox.Store) -> None:
    said = front_matter(LAYERS[layer])
    assert set(said) - {"coverage"} == {"title", "description", "directed"}
    assert said["directed"] is (layer == "material-flow")
    rows = answer(town, LAYERS[layer])
    assert all(set(row) == {"source", "target", "weight"} for row in rows)
    assert said["directed"] or all(row["source"] < row["target"] for row in rows)


def pairs(rows: list[dict[str, str]]) -> dict[tuple[str, str], float]:
    return {
        (row["source"].removeprefix("id/stakeholder/"), row["target"].removeprefix("id/stakeholder/")): float(
            row["weight"]
        )
        for row in rows
    }


def test_sitting_at_a_table_of_n_is_worth_one_over_n_minus_one(town: ox.Store) -> None:
    # Two at the textile table, three at the water table; Finto Mill is only quoted there, the facilitator of the group is alone.
    assert pairs(answer(town, LAYERS["shared-table"])) == {
        ("cernitori-esempio", "lanificio-prova"): 1.0,
        ("depuratore-immaginario", "lanificio-prova"): 0.5,
        ("depuratore-immaginario", "universita-inventata"): 0.5,
        ("lanificio-prova", "universita-inventata"): 0.5,
    }


def test_sharing_projects_links_all_who_appear_in_them(town: ox.Store) -> None:
    assert pairs(answer(town, LAYERS["shared-project"])) == {
        ("comune-di-borgolana", "lanificio-prova"): 0.5,
        ("comune-di-borgolana", "universita-inventata"): 0.5,
        ("lanificio-prova", "universita-inventata"): 0.5,
    }


def test_shared_initiatives_of_every_kind_add_up(town: ox.Store) -> None:
    # University and municipality: the strategy (1) and the project (1/2). University and wool mill: the project and the water table.
    assert pairs(answer(town, LAYERS["shared-initiative"])) == {
        ("associazione-artigiani", "comune-di-borgolana"): 1.0,
        ("cernitori-esempio", "lanificio-prova"): 1.0,
        ("cernitori-esempio", "mulino-finto"): 1.0,
        ("comune-di-borgolana", "lanificio-prova"): 0.5,
        ("comune-di-borgolana", "universita-inventata"): 1.5,
        ("depuratore-immaginario", "lanificio-prova"): 0.5,
        ("depuratore-immaginario", "universita-inventata"): 0.5,
        ("lanificio-prova", "universita-inventata"): 1.0,
    }


def test_organisational_ties_link_part_and_whole(town: ox.Store) -> None:
    assert pairs(answer(town, LAYERS["organisational-tie"])) == {
        ("associazione-artigiani", "rete-lane-immaginarie"): 1.0,
        ("comune-di-borgolana", "depuratore-immaginario"): 1.0,
        ("comune-di-borgolana", "ufficio-circolare"): 1.0,
    }


def test_flows_are_arcs_and_internal_recovery_is_none(town: ox.Store) -> None:
    assert pairs(answer(town, LAYERS["material-flow"])) == {
        ("cernitori-esempio", "feltrificio-campione"): 1.0,
        ("cernitori-esempio", "lanificio-prova"): 1.0,
        ("confezionisti", "lanificio-prova"): 2.0,
        ("depuratore-immaginario", "lanificio-prova"): 1.0,
        ("famiglie-di-borgolana", "cernitori-esempio"): 1.0,
        ("famiglie-di-borgolana", "rete-lane-immaginarie"): 1.0,
        ("feltrificio-campione", "lanificio-prova"): 1.0,
        ("lanificio-prova", "depuratore-immaginario"): 1.0,
        ("lanificio-prova", "feltrificio-campione"): 2.0,
        ("porto-di-fantasia", "fornace-di-fantasia"): 1.0,
        ("rete-lane-immaginarie", "lanificio-prova"): 1.0,
    }


@pytest.mark.parametrize(
    ("layer", "published", "total"),
    [
        ("shared-table", "2", "3"),
        ("shared-project", "1", "1"),
        ("shared-initiative", "6", "17"),
        ("material-flow", "13", "14"),
    ],
)
def test_a_layer_says_of_how_much_the_sources_speak(
    layer: str, published: str, total: str, town: ox.Store
) -> None:
    coverage = front_matter(LAYERS[layer])["coverage"]
    assert answer(town, coverage["query"]) == [{"published": published, "total": total}]
    assert all("{published}" in text and "{total}" in text for text in coverage["note"].values())
