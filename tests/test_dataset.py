"""The Prato data set: every row arrives, in the graph of its source, and none without one."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

import pytest

from cc_graph.datasets import Dataset
from cc_graph.errors import BadData
from cc_graph.resources import dataset_folder
from cc_graph.vocab import TERMS

if TYPE_CHECKING:
    from pathlib import Path

    from cc_graph import City
    from cc_graph.datasets import LoadReport

TABLES = dataset_folder("prato") / "tables"

# What the fact base holds; 327 published figures and 6 that its notes and README named.
ROWS = {
    "sources": 378,
    "stakeholders": 343,
    "roles": 194,
    "initiatives": 159,
    "participation": 448,
    "materials": 62,
    "flows": 85,
    "indicators": 333,
    "evidence": 136,
    "disagreements": 101,
    "places": 14,
}


def rows(table: str) -> list[dict[str, str]]:
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("table", ROWS)
def test_every_table_has_the_rows_it_had(table: str) -> None:
    assert len(rows(table)) == ROWS[table]


def test_every_row_arrives(prato_report: LoadReport) -> None:
    loaded = {iri.removeprefix(TERMS): number for iri, number in prato_report.per_class.items()}
    stated_twice = {(r["stakeholder_id"], r["initiative_id"], r["role"]) for r in rows("roles")} & {
        (r["stakeholder_id"], r["initiative_id"], r["role"]) for r in rows("participation")
    }
    assert len(stated_twice) == 16
    assert loaded["Stakeholder"] == len(rows("stakeholders"))
    assert loaded["Initiative"] == len(rows("initiatives"))
    assert loaded["GovernanceRole"] == len(rows("roles"))
    assert loaded["Participation"] == len(rows("roles")) + len(rows("participation")) - len(stated_twice)
    assert loaded["MaterialFlow"] == len(rows("flows"))
    assert loaded["IndicatorObservation"] == len(rows("indicators"))
    assert loaded["Quantity"] == len(rows("indicators")) + sum(bool(row["value"]) for row in rows("flows"))
    assert loaded["Disagreement"] == len({row["id"] for row in rows("disagreements")})
    assert loaded["Claim"] == len(rows("disagreements"))
    assert loaded["Place"] == len(rows("places"))


def test_every_class_of_stakeholder_and_initiative_has_the_rows_that_say_so(prato_report: LoadReport) -> None:
    loaded = {iri.removeprefix(TERMS): number for iri, number in prato_report.per_class.items()}
    for table in ("stakeholders", "initiatives"):
        stated = [row["class"] for row in rows(table)]
        for name in set(stated) - {"WorkingTable"}:
            assert loaded[name] == stated.count(name), name
    # A working group is a working table too.
    assert loaded["WorkingTable"] == sum(row["kind"] == "table" for row in rows("initiatives")) == 27


def test_the_materials_of_the_data_arrive_with_their_nature(prato: City) -> None:
    answer = prato.sparql(
        "SELECT (COUNT(DISTINCT ?m) AS ?n) WHERE { ?m a ccg:Material ; ccg:materialNature ?nature }"
    )
    assert answer.column("n") == [len(rows("materials"))]


def test_every_source_has_a_graph_that_is_not_empty(prato_report: LoadReport) -> None:
    graphs = {iri.rpartition("/")[2] for iri in prato_report.per_source}
    assert graphs >= {row["source_id"] for row in rows("sources")}


GRAPH = "https://w3id.org/ccg/graph/"
BASE = "https://w3id.org/ccg/id/"


def stated(city: City, *properties: str) -> set[tuple[str, ...]]:
    """Who says what: thing, one value per property, and the name of the graph that holds them all."""
    pattern = " ; ".join(f"{name} ?v{place}" for place, name in enumerate(properties))
    answer = city.sparql(f"SELECT DISTINCT * WHERE {{ GRAPH ?graph {{ ?thing {pattern} }} }}")
    names = ["thing", *(f"v{place}" for place in range(len(properties))), "graph"]
    places = [answer.columns.index(name) for name in names]
    return {
        tuple(row[place].value.removeprefix(GRAPH).rpartition("/")[2] for place in places)
        for row in answer.rows
    }  # type: ignore[union-attr]


def number(text: str) -> str:
    """As the store writes a decimal: without zeros that say nothing."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def test_a_stakeholder_is_what_its_source_says(prato: City) -> None:
    assert stated(prato, "ccg:stakeholderKind") == {
        (r["id"], r["kind"], r["source_id"]) for r in rows("stakeholders")
    }
    named = {(r["id"], r["name_en"].rpartition("/")[2], r["source_id"]) for r in rows("stakeholders")}
    assert named <= stated(prato, "rdfs:label")


def test_an_initiative_is_what_its_source_says(prato: City) -> None:
    found = prato.sparql(
        "SELECT ?i ?c ?g WHERE { GRAPH ?g { ?i a ?c ; dcterms:description ?d } ?i a ccg:Initiative . FILTER (LANG(?d) = 'en') }"
    )
    told = {
        (row["i"].rpartition("/")[2], row["c"].rpartition("#")[2], row["g"].removeprefix(GRAPH))
        for row in found
    }
    assert told == {(r["id"], r["class"], r["source_id"]) for r in rows("initiatives")}


@pytest.mark.parametrize(
    ("table", "class_name"), [("roles", "ccg:GovernanceRole"), ("participation", "ccg:Participation")]
)
def test_who_takes_part_as_what_is_what_the_source_says(prato: City, table: str, class_name: str) -> None:
    found = prato.sparql(
        f"SELECT ?w ?r ?i ?g WHERE {{ GRAPH ?g {{ ?p a {class_name} ; ccg:participant ?w ; ccg:role ?r ; ccg:initiative ?i }} }}"
    )
    told = {
        (*(row[name].rpartition("/")[2] for name in "wri"), row["g"].removeprefix(GRAPH)) for row in found
    }
    assert told == {(r["stakeholder_id"], r["role"], r["initiative_id"], r["source_id"]) for r in rows(table)}


@pytest.mark.parametrize("name", ["start", "end"])
def test_the_dates_of_a_role_are_what_the_source_says(prato: City, name: str) -> None:
    told = {entry for entry in stated(prato, f"ccg:{name}") if "--" in entry[0] and entry[2] != "catalogue"}
    assert told == {
        (f"{r['stakeholder_id']}--{r['role']}--{r['initiative_id']}", r[name], r["source_id"])
        for r in rows("roles")
        if r[name]
    }


def test_a_flow_and_its_quantity_are_what_the_source_says(prato: City) -> None:
    moved = stated(prato, "ccg:origin", "ccg:destination", "ccg:material", "ccg:flowNature")
    assert moved == {
        (r["id"], r["from_stakeholder"], r["to_stakeholder"], r["material_id"], r["nature"], r["source_id"])
        for r in rows("flows")
    }
    measured = {
        entry for entry in stated(prato, "qudt:numericValue", "qudt:hasUnit") if entry[0].startswith("f-")
    }
    assert measured == {
        (f"{r['id']}#quantity", number(r["value"]), r["unit_iri"].rpartition("/")[2], r["source_id"])
        for r in rows("flows")
        if r["value"]
    }


def test_a_figure_is_what_the_source_says(prato: City) -> None:
    measured = {
        entry for entry in stated(prato, "qudt:numericValue", "qudt:hasUnit") if entry[0].startswith("ind-")
    }
    assert measured == {
        (f"{r['id']}#quantity", number(r["value"]), r["unit_iri"].rpartition("/")[2], r["source_id"])
        for r in rows("indicators")
        if r["value"]
    }
    ranges = {
        entry for entry in stated(prato, "ccg:lowerBound", "ccg:upperBound") if entry[0].startswith("ind-")
    }
    assert ranges == {
        (f"{r['id']}#quantity", number(r["lower"]), number(r["upper"]), r["source_id"])
        for r in rows("indicators")
        if r["lower"]
    }
    assert {entry[::2] for entry in stated(prato, "ccg:about") if entry[0].startswith("ind-")} == {
        (r["id"], r["source_id"]) for r in rows("indicators")
    }


@pytest.mark.parametrize("table", ["flows", "indicators"])
def test_words_such_as_about_are_the_sources(prato: City, table: str) -> None:
    ids = {r["id"] + "#quantity" for r in rows(table)}
    assert {entry for entry in stated(prato, "ccg:qualifier") if entry[0] in ids} == {
        (f"{r['id']}#quantity", r["qualifier"], r["source_id"]) for r in rows(table) if r["qualifier"]
    }


@pytest.mark.parametrize(
    ("field", "property_"),
    [("address", "locn:fullAddress"), ("name", "skos:altLabel"), ("legal_form", "ccg:legalForm"), ("merged-into", "ccg:mergedInto"),
     ("controlled-by", "ccg:controlledBy"), ("derived-from", "prov:wasDerivedFrom")],
)  # fmt: skip
def test_what_another_source_adds_lies_in_its_graph(prato: City, field: str, property_: str) -> None:
    added = {
        (r["subject_id"], r["value"].rpartition("/")[2], r["source_id"])
        for r in rows("evidence")
        if r["field"] == field
    }
    assert added
    assert added <= stated(prato, property_)


def test_only_what_we_concluded_lies_in_our_own_graph(prato: City) -> None:
    answer = prato.sparql(
        f"SELECT DISTINCT ?p WHERE {{ GRAPH <{GRAPH}editorial> {{ ?s ?p ?o }} FILTER (!CONTAINS(STR(?s), '/claim/') && !CONTAINS(STR(?s), '/disagreement/')) }}"
    )
    ours = {iri.rpartition("#")[2].rpartition("/")[2] for iri in answer.column("p")}
    assert ours == {
        "activityCode", "axis", "basis", "broader", "definition", "description", "indicator", "label", "note",
        "processDescription", "shareOf", "sourceWording", "theme", "type", "wasteCode",
    }  # fmt: skip


def test_a_fact_stated_by_two_sources_counts_once(prato: City) -> None:
    # Prato's membership in the EU Urban Agenda partnership stands in two sources.
    pattern = "?p ccg:participant ?who ; ccg:role ?role ; ccg:initiative ?what . FILTER (STRENDS(STR(?p), '/comune-di-prato--member--uap-circular-economy'))"
    assert prato.sparql(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}").column("n") == [1]
    assert prato.sparql(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH ?g {{ {pattern} }} }}").column("n") == [2]


def test_coordinates_lie_in_a_graph_of_their_own_licence(prato: City) -> None:
    answer = prato.sparql(
        "SELECT DISTINCT ?graph ?licence WHERE { GRAPH ?graph { ?actor geo:hasGeometry ?g } ?actor a ccg:Stakeholder . ?graph dcterms:license ?licence }"
    )
    assert [(row["graph"], row["licence"]) for row in answer] == [
        ("https://w3id.org/ccg/graph/opendataprato", "https://opendatacommons.org/licenses/odbl/1-0/")
    ]


def test_prato_is_the_one_in_tuscany(prato: City) -> None:
    answer = prato.sparql(
        "SELECT ?wkt ?precision WHERE { ?p a ccg:Place ; rdfs:label 'Prato'@it ; geo:hasGeometry ?g . ?g geo:asWKT ?wkt ; ccg:precision/rdfs:label ?precision . FILTER (LANG(?precision) = 'en') }"
    )
    assert [row["wkt"] for row in answer] == ["POINT(11.09699 43.8805)"]


def test_our_own_conclusions_say_that_they_are_ours(prato: City) -> None:
    editorial = "<https://w3id.org/ccg/graph/editorial>"
    for property_ in ("ccg:axis", "ccg:activityCode", "skos:broader"):
        everywhere = prato.sparql(
            f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s {property_} ?o . FILTER (!STRSTARTS(STR(?s), STR(scheme:)) || CONTAINS(STR(?s), '/material/')) }}"
        )
        ours = prato.sparql(
            f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH ?g {{ ?s {property_} ?o }} FILTER (?g IN ({editorial}, <https://w3id.org/ccg/graph/schemes>)) FILTER (!STRSTARTS(STR(?s), STR(scheme:)) || CONTAINS(STR(?s), '/material/')) }}"
        )
        assert everywhere.column("n") == ours.column("n") != [0], property_


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "prato"
    shutil.copytree(dataset_folder("prato"), folder)
    return folder


@pytest.mark.parametrize("table", sorted(set(ROWS) - {"sources", "places", "disagreements"}))
def test_no_row_is_loaded_without_its_source(copied: Path, table: str) -> None:
    path = copied / "tables" / f"{table}.csv"
    records = rows(table)
    records[-1]["source_id"] = ""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]))
        writer.writeheader()
        writer.writerows(records)
    with pytest.raises(BadData, match=f"{table}.csv, line .*: the row names no source"):
        Dataset(copied)


def test_every_source_is_needed_by_some_row() -> None:
    used = {row["source_id"] for table in ROWS if table not in {"sources", "places"} for row in rows(table)}
    assert used - {""} == {row["source_id"] for row in rows("sources")}


def test_a_row_with_too_few_cells_is_refused_with_its_line(copied: Path) -> None:
    path = copied / "tables" / "places.csv"
    path.write_text(path.read_text(encoding="utf-8") + "nowhere,Nessundove\n", encoding="utf-8")
    with pytest.raises(BadData, match=r"places.csv, line 16: the row has not as many cells as the header"):
        Dataset(copied)


def test_things_and_graphs_move_with_the_base_and_words_stay(
    prato_report: LoadReport, tmp_path: Path
) -> None:
    report = Dataset(dataset_folder("prato")).write_graphs(tmp_path / "graphs.nq", "https://city.example/")
    text = (tmp_path / "graphs.nq").read_text(encoding="utf-8")
    assert report.quads == prato_report.quads
    assert "<https://w3id.org/ccg/id/" not in text
    assert not [
        line
        for line in text.splitlines()
        if line.rpartition(" <")[2].startswith("https://w3id.org/ccg/graph/")
    ]
    assert "<https://city.example/id/stakeholder/comune-di-prato>" in text
    assert "<https://w3id.org/ccg/scheme/role/promoter>" in text


def test_only_six_claims_stand_without_a_page() -> None:
    assert sum(not row["source_id"] for row in rows("disagreements")) == 6


def test_every_claim_of_every_disagreement_is_in_one_answer(prato: City) -> None:
    answer = prato.ask("where-sources-disagree", lang="en")
    told = {
        (row["topic"].rpartition("/")[2], row["value"]) for row in answer if "/disagreement/" in row["topic"]
    }
    assert told == {(row["id"], row["value_en"]) for row in rows("disagreements")}


def test_a_waste_code_that_a_source_states_is_the_sources_word(prato: City) -> None:
    answer = prato.sparql(
        "SELECT ?graph ?material WHERE { GRAPH ?graph { ?material ccg:wasteCode ?code } } ORDER BY ?material"
    )
    graphs = {row["material"].rpartition("/")[2]: row["graph"].rpartition("/")[2] for row in answer}
    assert graphs.pop("used-cooking-oil") == "pratosmartcity-env"
    assert len(graphs) == 8
    assert set(graphs.values()) == {"editorial"}


def test_everything_that_is_said_is_said_of_something_known(prato: City) -> None:
    answer = prato.sparql(
        "SELECT DISTINCT ?thing WHERE { ?thing ?p ?o . FILTER (STRSTARTS(STR(?thing), 'https://w3id.org/ccg/id/')) FILTER NOT EXISTS { ?thing a ?class } }"
    )
    assert answer.column("thing") == []
