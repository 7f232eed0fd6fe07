"""What a notebook does with a City, on Borgolana and on Prato."""

from __future__ import annotations

import io
import json
from pathlib import Path

import networkx as nx
import pytest
from rdflib import Dataset, Graph

from cc_graph import City
from cc_graph.errors import BadData, BadParameter, BadQuery, NotAcceptable, NotFound, Refused
from cc_graph.settings import Settings

TOWN = Path(__file__).parent / "town" / "town.trig"
BASE = "https://w3id.org/ccg/id/"


def test_an_empty_home_says_how_to_load(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as refusal:
        City.open(Settings(home=tmp_path))
    assert "cc-graph load" in refusal.value.hint


def test_a_question_is_answered_with_headings_in_the_readers_language(town: City) -> None:
    answer = town.ask("who-takes-part", lang="it", initiative="tavolo-tessile")
    assert {row["stakeholderLabel"] for row in answer} == {"Lanificio Prova", "Cernitori Esempio"}
    assert answer.heading("stakeholderLabel") == "Soggetto"


def test_every_question_answers_on_prato(prato: City) -> None:
    # Where no source of Prato's states such facts, the file says so, and the town answers.
    asked = [question for question in prato.questions() if question.answered_on_prato]
    empty = [q.id for q in asked if not prato.ask(q.id, "it", q.example)]
    assert len(asked) >= 36
    assert empty == []


def test_every_question_has_a_title_in_both_languages(prato: City) -> None:
    for question in prato.questions():
        assert question.title.keys() >= {"it", "en"}, question.id
        assert question.title["it"] != question.title["en"], question.id


def test_a_question_said_to_have_no_facts_in_prato_has_none(prato: City) -> None:
    silent = [
        q for q in prato.questions() if not q.answered_on_prato and not any(p.required for p in q.parameters)
    ]
    assert silent
    assert [q.id for q in silent if prato.ask(q.id)] == []


def test_the_project_prefixes_need_no_declaration(prato: City) -> None:
    assert prato.sparql("SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ccg:Stakeholder }").column("n") == [
        343
    ]
    assert prato.sparql("ASK { ?s a ccg:Strategy }").column("boolean") == [True]


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("SELECT * WHERE { ?s ?p }", BadQuery),
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", Refused),
        ("INSERT DATA { <a:a> <a:a> <a:a> }", Refused),
    ],
)
def test_a_query_that_cannot_be_answered_is_refused_with_a_hint(
    town: City, query: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal) as found:
        town.sparql(query)
    assert found.value.hint  # type: ignore[attr-defined]


def test_a_format_that_does_not_fit_the_answer_is_refused(town: City) -> None:
    with pytest.raises(NotAcceptable):
        town.query("SELECT * WHERE { ?s ?p ?o }", accept="text/turtle")


# Things


def test_a_thing_shows_each_fact_with_its_sources(town: City) -> None:
    thing = town.thing("id/flow/abiti-usati", "it")
    quantity = next(fact for fact in thing.facts if fact.property.iri.endswith("#quantity"))
    assert quantity.value.text == "circa 120 t"
    # The municipality and the newspaper say the same: one fact, two sources, each with its date.
    assert [source.date for source in quantity.sources] == ["2023", "2022-03-01"]


def test_a_thing_has_its_special_class_and_not_the_entailed_ones(town: City) -> None:
    thing = town.thing("id/initiative/gruppo-scarti", "en")
    assert [link.iri.rpartition("#")[2] for link in thing.types] == ["WorkingGroup"]


def test_what_points_to_a_thing_is_shown(town: City) -> None:
    thing = town.thing("id/initiative/tavolo-acque", "it")
    assert any("Lanificio Prova" in fact.value.text for fact in thing.incoming)


def test_an_unknown_thing_is_not_found(town: City) -> None:
    with pytest.raises(NotFound):
        town.thing("id/stakeholder/nobody")
    with pytest.raises(NotFound):
        town.describe("id/stakeholder/nobody", "ttl")


def test_a_thing_as_rdf_carries_labels_and_the_licence_of_its_sources(town: City) -> None:
    graph = Graph().parse(data=town.describe("id/stakeholder/lanificio-prova", "ttl").read(), format="turtle")
    answer = graph.query("SELECT ?licence WHERE { ?source <http://purl.org/dc/terms/license> ?licence }")
    assert "https://creativecommons.org/licenses/by/4.0/" in {str(row[0]) for row in answer}


def test_search_finds_names_that_hold_a_text_those_that_begin_with_it_first(town: City) -> None:
    found = town.search("tavolo", lang="it").column("thingLabel")
    assert found == ["Tavolo acque", "Tavolo tessile"]
    assert town.search("  ").rows == ()


def test_a_parameter_offers_the_things_one_may_choose(town: City) -> None:
    labels = town.choices("who-takes-part", "initiative", "en").column("label")
    assert "Textile table" in labels


def test_the_overview_counts_what_the_graph_holds(town: City) -> None:
    counts = {iri.rpartition("#")[2]: number for iri, _label, number in town.overview("it").counts}
    assert counts["Stakeholder"] == 13
    assert counts["MaterialFlow"] == 11


# Networks


def test_the_shared_table_network_has_newman_weights(town: City) -> None:
    graph = town.network("shared-table")
    who = BASE + "stakeholder/"
    # Two sit at the textile table: 1/(2-1). Three sit at the water table (a testimonial does not): 1/(3-1) for each pair.
    assert graph[who + "lanificio-prova"][who + "cernitori-esempio"]["weight"] == pytest.approx(1)
    assert graph[who + "lanificio-prova"][who + "depuratore-immaginario"]["weight"] == pytest.approx(1 / 2)
    assert graph.number_of_edges() == 4


def test_who_joins_two_tables_lies_between_them(town: City) -> None:
    ranked = town.measure("shared-table", "betweenness", lang="it")
    # Two of the three pairs of the others pass through the wool mill: those of the sorters with the other two.
    assert ranked.column("nodeLabel")[0] == "Lanificio Prova"
    assert ranked.column("value") == [pytest.approx(2 / 3), 0, 0, 0]


def test_the_network_says_how_few_tables_publish_their_members(prato: City) -> None:
    graph = prato.network("shared-table")
    assert "27" in graph.graph["note_en"]
    assert graph.graph["note_it"] != graph.graph["note_en"]


@pytest.mark.parametrize(
    "layer", ["shared-table", "shared-project", "shared-initiative", "organisational-tie", "material-flow"]
)
def test_every_layer_of_prato_has_edges_and_labels(prato: City, layer: str) -> None:
    graph = prato.network(layer)
    assert graph.number_of_edges() > 0
    assert all(
        attributes["label_it"] and attributes["label_en"] for _node, attributes in graph.nodes(data=True)
    )


def test_a_network_comes_back_from_its_files(town: City) -> None:
    graph = town.network("shared-initiative")
    edges = {frozenset(edge) for edge in graph.edges}
    from_graphml = nx.read_graphml(io.BytesIO(town.write_network("shared-initiative", "graphml")))
    from_gexf = nx.read_gexf(io.BytesIO(town.write_network("shared-initiative", "gexf")))
    from_json = nx.node_link_graph(json.loads(town.write_network("shared-initiative", "json")), edges="links")
    for again in (from_graphml, from_gexf, from_json):
        assert {frozenset(edge) for edge in again.edges} == edges
    assert town.write_network("shared-initiative", "csv").count(b"\n") == len(edges) + 1


@pytest.mark.parametrize(
    "measure",
    ["degree", "strength", "betweenness", "closeness", "eigenvector", "clustering", "k-core"],
)
def test_every_measure_gives_a_value_to_every_node(town: City, measure: str) -> None:
    graph = town.network("material-flow")
    assert len(town.measure("material-flow", measure)) == len(graph)


def test_an_unknown_layer_or_measure_is_refused(town: City) -> None:
    with pytest.raises(NotFound):
        town.network("shared-tables-of-all-kinds")
    with pytest.raises(BadParameter):
        town.measure("shared-table", "fame")


# Taking away


@pytest.mark.parametrize("licence", [None, "all"])
def test_an_export_holds_every_named_graph_once_and_not_the_merge(prato: City, licence: str | None) -> None:
    lines = prato.export("nq", licence).answer.read()
    quads = prato.sparql("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }").column("n")[0]
    assert lines.count(b"\n") == quads


def test_an_export_answers_alike_in_another_store(prato: City) -> None:
    elsewhere = Dataset(default_union=True)
    elsewhere.parse(data=prato.export("nq").answer.read(), format="nquads")
    assert (
        sum(1 for _ in elsewhere.quads())
        == prato.sparql("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }").column("n")[0]
    )
    for name in ("who-takes-part", "signatories", "stakeholders-by-place-and-activity"):
        question = prato.question(name)
        text = question.sparql(question.example, lang="it")
        theirs = [tuple(None if cell is None else str(cell) for cell in row) for row in elsewhere.query(text)]
        ours = [
            tuple(None if cell is None else cell.value for cell in row) for row in prato.sparql(text).rows
        ]
        assert theirs == ours != [], name


def test_a_file_that_cannot_keep_graphs_apart_leaves_other_licences_out(prato: City) -> None:
    taken = prato.export("ttl")
    assert taken.left_out == ("https://w3id.org/ccg/graph/opendataprato",)
    graph = Graph().parse(data=taken.answer.read(), format="turtle")
    assert not list(
        graph.query(
            "SELECT * WHERE { ?s a <https://w3id.org/ccg/ns#Stakeholder> ; <http://www.opengis.net/ont/geosparql#hasGeometry> ?g }"
        )
    )


def test_only_a_known_licence_can_be_asked_for(town: City) -> None:
    with pytest.raises(BadParameter):
        town.export("nq", "WTFPL")
    with pytest.raises(NotAcceptable):
        town.export("ttl", "all")


# Judging


def test_the_loaded_graph_conforms_and_its_warnings_are_listed(prato: City) -> None:
    findings = prato.audit()
    assert [found for found in findings if found.severity == "violation"] == []
    assert any(found.severity == "warning" for found in findings)
    assert all(found.message.keys() >= {"it", "en"} for found in findings)


def test_a_full_code_list_comes_from_a_file(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    listed = tmp_path / "list.csv"
    listed.write_text(
        "code,parent,hazardous,entry_type,label_en\n99,,,,Wastes of invention\n99 02,99,,,Wastes of fancy\n99 02 22,99 02,false,AN,Wastes of thread\n",
        encoding="utf-8",
    )
    City.load(settings, files=[TOWN])
    assert City.import_codes("low", listed, settings) == 3
    count = "SELECT (COUNT(?label) AS ?n) WHERE { GRAPH <https://w3id.org/ccg/graph/low> { ?c a ccg:WasteCode } ?c rdfs:label ?label }"
    with City.open(settings) as city:
        assert city.sparql(count).column("n") == [3]
    # It is still there after a rebuild.
    report = City.rebuild(settings)
    with City.open(settings) as city:
        assert city.sparql(count).column("n") == [3]
        quads = city.sparql("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }")
        assert quads.column("n") == [report.quads]
        assert [
            finding for finding in city.audit() if "/low" in finding.focus and finding.severity == "violation"
        ] == []


@pytest.mark.official_lists
def test_the_full_official_waste_list_can_be_imported(tmp_path: Path, official_lists: Path) -> None:
    official = official_lists / "low_ewc_2014.csv"
    settings = Settings(home=tmp_path)
    City.load(settings, files=[TOWN])
    assert City.import_codes("low", official, settings) == 973
    with City.open(settings) as city:
        hazardous = "SELECT (COUNT(*) AS ?n) WHERE { ?c a ccg:WasteCode ; ccg:hazardous true }"
        assert city.sparql(hazardous).column("n") == [408]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("code,title\n01,x\n", "has no column parent, hazardous, entry_type, label_en"),
        (
            "code,parent,hazardous,entry_type,label_en\n01,,,,a\n02,01,false,AN,b\n02,01,false,AN,c\n",
            "a code twice",
        ),
        (
            "code,parent,hazardous,entry_type,label_en\n01,,,,a\n01 01,01,maybe,AN,b\n",
            "hazardous cannot be read",
        ),
        ("code,parent,hazardous,entry_type,label_en\n01 01,02,true,AN,a\n", "parent cannot be read"),
        ("code,parent,hazardous,entry_type,label_en\n../a,,true,AN,a\n", "no column parent"),
        ("code,parent,hazardous,entry_type,label_en\n", "holds no codes"),
    ],
)
def test_a_file_that_is_no_code_list_changes_nothing(tmp_path: Path, content: str, sentence: str) -> None:
    settings = Settings(home=tmp_path / "home")
    City.load(settings, files=[TOWN])
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(content, encoding="utf-8")
    with City.open(settings) as city:
        before = city.revision
        with pytest.raises(BadData, match=sentence):
            City.import_codes("low", wrong, settings)
        assert city.revision == before


def test_a_blank_node_is_judged_as_a_named_one(town_settings: Settings, town: City, tmp_path: Path) -> None:
    found = {}
    for name, node in (("blank", "_:q"), ("named", "<https://w3id.org/ccg/id/flow/neu#q>")):
        file = tmp_path / f"{name}.ttl"
        file.write_text(f"{node} a <https://w3id.org/ccg/ns#Quantity> .", encoding="utf-8")
        verdict = City.validate([file], town_settings)
        found[name] = [
            (finding.severity, finding.path, finding.message["en"]) for finding in verdict.findings
        ]
    assert found["blank"] == found["named"] != []


def test_a_text_that_looks_like_an_iri_is_only_a_text(
    town_settings: Settings, town: City, tmp_path: Path
) -> None:
    file = tmp_path / "text.ttl"
    file.write_text(
        '<https://example.org/a> <https://example.org/p> "see <https://w3id.org/ccg/id/a b>"@en .',
        encoding="utf-8",
    )
    assert City.validate([file], town_settings).findings == ()


def test_the_report_says_what_the_findings_say_and_nothing_of_others(
    town_settings: Settings, town: City, tmp_path: Path
) -> None:
    file = tmp_path / "slip.ttl"
    file.write_text('<https://example.org/x> <https://w3id.org/ccg/ns#destinaton> "x"@en .', encoding="utf-8")
    report = Graph().parse(data=City.validate([file], town_settings).report, format="turtle")
    sh = "http://www.w3.org/ns/shacl#"
    answer = report.query(
        f"SELECT ?conforms ?focus WHERE {{ ?r <{sh}conforms> ?conforms ; <{sh}result>/<{sh}focusNode> ?focus }}"
    )
    assert [(row[0].toPython(), str(row[1])) for row in answer] == [(False, "https://example.org/x")]


@pytest.mark.parametrize("name", ["name", "self", "format_name", "values"])
def test_a_parameter_called_like_one_of_ours_is_refused_by_name(town: City, name: str) -> None:
    with pytest.raises(BadParameter, match=f"no parameter «{name}»"):
        town.ask("signatories", values={name: "x"})


def test_a_value_that_names_nothing_is_not_found_and_the_nearest_is_named(town: City) -> None:
    with pytest.raises(NotFound) as refusal:
        town.ask("who-takes-part", initiative="tavolo-tesile")
    assert "tavolo-tessile" in refusal.value.hint


def test_a_graph_is_not_asked_under_another_base(town_settings: Settings, town: City) -> None:
    with pytest.raises(BadParameter, match=r"loaded under https://w3id\.org/ccg/"):
        City.open(Settings(home=town_settings.home, base_iri="https://city.example/"))


def test_two_files_of_one_name_cannot_share_a_graph(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same file.nt").write_text("<a:a> <a:b> <a:c> .\n", encoding="utf-8")
    settings = Settings(home=tmp_path / "home")
    City.load(settings, files=[tmp_path / "a" / "same file.nt"])
    with City.open(settings) as city:
        answer = city.sparql("SELECT ?g WHERE { GRAPH ?g { <a:a> ?p ?o } }")
    assert answer.column("g") == ["https://w3id.org/ccg/graph/same%20file"]
    with pytest.raises(BadParameter, match="Two files are called same file"):
        City.load(settings, files=[tmp_path / folder / "same file.nt" for folder in ("a", "b")])
