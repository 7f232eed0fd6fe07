"""The pages as a person meets them: two languages, no script, every fact with its source."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from starlette.testclient import TestClient

from cc_graph import City, web
from cc_graph.app import create_app
from cc_graph.errors import CityError
from cc_graph.network import MEASURES
from cc_graph.settings import Settings
from cc_graph.web import figures, networks
from cc_graph.web.addresses import Addresses
from cc_graph.web.strings import STRINGS, say

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PAGES = (
    "/", "/questions", "/questions/who-takes-part", "/questions/who-takes-part?initiative=tavolo-tessile",
    "/stakeholder/lanificio-prova", "/scheme/role/member", "/scheme/role", "/source/sito-comune", "/graph/sito-comune",
    "/ns/Stakeholder", "/ns", "/stakeholders", "/initiatives", "/materials", "/sources", "/search", "/search?q=lan",
    "/networks", "/sparql", "/sparql?query=ASK%20%7B%7D", "/about", "/api", "/problems/not-found", "/no-such-page",
)  # fmt: skip


class Page(HTMLParser):
    """What of a page can be judged: its tags, its texts (those marked as another language apart), its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.native: list[str] = []
        self.heads: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        if tag not in {"meta", "link", "input", "img", "br"}:
            around = self._open[-1][1] if self._open else ""
            self._open.append((tag, attributes.get("lang", around)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass  # an element whose end tag HTML lets one leave out

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open:
            tag, lang = self._open[-1]
            self.texts.append(" ".join(data.split()))
            if lang == self.all("html")[0]["lang"]:
                self.native.append(self.texts[-1])
            if tag == "th":
                self.heads.append(self.texts[-1])

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def links(self) -> list[str]:
        return [attributes["href"] for attributes in self.all("a")]

    @property
    def text(self) -> str:
        return " ".join(self.texts)


@pytest.fixture(scope="module")
def site(town: City) -> TestClient:
    """Borgolana's pages, as a browser asks for them."""
    return TestClient(create_app(town), follow_redirects=False, headers={"Accept": BROWSER})


@pytest.fixture(scope="module")
def prato_site(prato: City) -> TestClient:
    return TestClient(create_app(prato), follow_redirects=False, headers={"Accept": BROWSER})


def read(site: TestClient, path: str, status: int = 200) -> Page:
    response = site.get(path)
    assert response.status_code == status, (path, response.text)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Page(response.text)


def visit(site: TestClient, path: str) -> Page:
    return read(site, path, status=404 if path.endswith("no-such-page") else 200)


# Languages


@pytest.mark.parametrize(
    ("wanted", "page"),
    [
        ("it-IT,it;q=0.9", "/it/"),
        ("en-GB", "/en/"),
        ("fr, it;q=0.3", "/it/"),
        ("de", "/en/"),
        ("it;q=0, en;q=0.1", "/en/"),
        ("", "/en/"),
    ],
)
def test_the_first_address_leads_to_the_language_one_prefers(
    site: TestClient, wanted: str, page: str
) -> None:
    response = site.get("/", headers={"Accept-Language": wanted})
    assert (response.status_code, response.headers["location"]) == (303, page)


def test_the_first_page_has_one_address_per_language(site: TestClient) -> None:
    assert site.get("/it").headers["location"] == "/it/"


def test_a_language_we_do_not_speak_is_not_found(site: TestClient) -> None:
    assert site.get("/fr/").status_code == 404
    assert site.get("/fr/stakeholders").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_an_italian_page_has_no_english_string_and_the_other_way_round(site: TestClient, path: str) -> None:
    strings = {"it": {pair[0] for pair in STRINGS.values()}, "en": {pair[1] for pair in STRINGS.values()}}
    for lang, other in (("it", "en"), ("en", "it")):
        page = visit(site, f"/{lang}{path}")
        labels = {
            attributes.get(name, "")
            for _, attributes in page.tags
            for name in ("placeholder", "aria-label", "alt")
        }
        assert not (set(page.native) | labels) & (strings[other] - strings[lang])
        assert page.all("html")[0]["lang"] == lang


@pytest.mark.parametrize("path", PAGES)
def test_a_page_leads_to_the_same_page_in_the_other_language(site: TestClient, path: str) -> None:
    page = visit(site, f"/it{path}")
    switch = next(attributes for attributes in page.all("a") if attributes.get("class") == "language")
    assert (switch["lang"], switch["href"].replace("+", "%20")) == ("en", f"/en{path}")


def test_every_string_stands_in_both_languages_with_the_same_places_to_fill() -> None:
    for key, (italian, english) in STRINGS.items():
        assert italian.strip()
        assert english.strip()
        assert sorted(re.findall(r"{\w+}", italian)) == sorted(re.findall(r"{\w+}", english)), key


def test_every_kind_of_error_has_its_words() -> None:
    kinds, waiting = set(), [CityError]
    while waiting:
        kind = waiting.pop()
        kinds.add(kind.slug)
        waiting += kind.__subclasses__()
    assert {
        slug for slug in kinds if f"problem.{slug}" in STRINGS and f"problem.{slug}.about" in STRINGS
    } == kinds


def test_every_string_is_used() -> None:
    folder = Path(web.__file__).parent
    sources = "".join(
        path.read_text()
        for path in [*folder.glob("templates/*.html"), *folder.glob("*.py")]
        if path.name != "strings.py"
    )
    composed = ("menu.", "list.", "measure.", "problem.", "about.gap_", "terms.")
    unused = [
        key
        for key in STRINGS
        if not key.startswith(composed)
        and f'"{key.removesuffix(".one")}"' not in sources
        and f"'{key}'" not in sources
    ]
    assert unused == []


# Shape


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_landmarks_one_heading_and_a_way_past_the_menu(site: TestClient, path: str) -> None:
    page = visit(site, f"/en{path}")
    for landmark in ("header", "nav", "main", "footer", "h1", "title"):
        assert len(page.all(landmark)) == 1, landmark
    assert page.all("a")[0]["href"] == f"#{page.all('main')[0]['id']}"
    for field in page.all("input") + page.all("select") + page.all("textarea"):
        assert field["id"] in {label["for"] for label in page.all("label")}
    identifiers = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_no_script_and_fetches_nothing_from_elsewhere(site: TestClient, path: str) -> None:
    page = visit(site, f"/it{path}")
    assert not page.all("script")
    assert not page.all("style")
    fetched = [one["href"] for one in page.all("link")] + [one["src"] for one in page.all("img")]
    assert all(address.startswith("/") for address in fetched)
    assert not [
        name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"
    ]


def test_the_menu_has_five_entries_and_marks_where_one_is(site: TestClient) -> None:
    page = read(site, "/it/stakeholders")
    entries = [
        one
        for one in page.all("a")
        if one["href"] in {"/it/questions", "/it/networks", "/it/stakeholders", "/it/materials", "/it/sparql"}
    ]
    assert len(entries) == 5
    assert [one["href"] for one in page.all("a") if one.get("aria-current") == "page"] == ["/it/stakeholders"]


def test_the_style_sheet_is_served_and_asks_for_nothing(site: TestClient) -> None:
    response = site.get("/static/style.css")
    assert response.headers["content-type"].startswith("text/css")
    assert "url(" not in response.text
    assert "@import" not in response.text


# Home, lists, search


def test_the_home_page_tells_what_the_graph_holds_and_what_one_may_ask(site: TestClient, town: City) -> None:
    page = read(site, "/it/")
    for question in town.questions():
        # A question that no source of Prato's answers waits on the page of all questions.
        assert (question.title["it"] in page.text) == question.answered_on_prato
        assert (f"/it/questions/{question.id}" in page.links()) == question.answered_on_prato
    assert town.revision in page.text
    assert "/it/stakeholders" in page.links()
    assert "Che cosa contiene il grafo" in page.text


def test_a_list_leads_to_every_thing_and_is_narrowed_by_name_and_by_kind(site: TestClient) -> None:
    everyone = read(site, "/it/stakeholders")
    assert "/it/stakeholder/lanificio-prova" in everyone.links()
    by_name = read(site, "/it/stakeholders?q=lanif")
    assert "/it/stakeholder/lanificio-prova" in by_name.links()
    assert "/it/stakeholder/comune-di-borgolana" not in by_name.links()
    kind = next(one["value"] for one in everyone.all("option") if one["value"])
    by_kind = read(site, f"/it/stakeholders?kind={kind}")
    assert 0 < len(by_kind.links()) < len(everyone.links())
    assert "Nessuna voce corrisponde al filtro." in read(site, "/it/stakeholders?q=zzz").text


def test_the_search_finds_part_of_a_name(site: TestClient) -> None:
    page = read(site, "/en/search?q=rag+pact")
    assert "/en/initiative/patto-degli-stracci" in page.links()
    assert "One result for “rag pact”" in page.text


def test_a_search_without_result_says_so_and_helps(site: TestClient) -> None:
    assert "Nessun nome contiene «zzz»." in read(site, "/it/search?q=zzz").text


# Questions


def test_a_question_page_shows_the_answer_with_links_to_the_things(site: TestClient) -> None:
    page = read(site, "/it/questions/who-takes-part?initiative=tavolo-tessile")
    assert "Lanificio Prova" in page.text
    assert "/it/stakeholder/lanificio-prova" in page.links()
    assert "/it/source/giornale-finto" in page.links()
    assert "Soggetto" in page.heads
    assert not [head for head in page.heads if head.endswith("Label")]


@pytest.mark.parametrize("given", ["tavolo-tessile", "https://w3id.org/ccg/id/initiative/tavolo-tessile"])
def test_the_form_of_a_question_keeps_the_value_chosen_and_names_it_shortly(
    site: TestClient, given: str
) -> None:
    page = Page(site.get("/it/questions/who-takes-part", params={"initiative": given}).text)
    assert [one["value"] for one in page.all("option") if "selected" in one] == ["tavolo-tessile"]


def test_what_was_chosen_stands_above_the_answer_and_not_in_every_row(site: TestClient) -> None:
    page = read(site, "/it/questions/who-takes-part?initiative=tavolo-tessile")
    assert page.links().count("/it/initiative/tavolo-tessile") == 1
    assert "Tavolo o iniziativa" not in page.heads


def test_a_long_list_of_choices_is_typed_and_a_short_one_is_picked(prato_site: TestClient) -> None:
    page = read(prato_site, "/en/questions/who-takes-part")
    assert [one["id"] for one in page.all("datalist")] == ["l-initiative"]
    assert [one["id"] for one in page.all("select")] == ["f-role"]


def test_an_answer_can_be_taken_away_and_pointed_at(site: TestClient) -> None:
    page = read(site, "/it/questions/who-takes-part?initiative=tavolo-tessile&role=")
    assert "/questions/who-takes-part?initiative=tavolo-tessile&lang=it&format=csv" in page.links()
    assert "/questions/who-takes-part?initiative=tavolo-tessile&lang=it&format=json" in page.links()
    assert "/it/questions/who-takes-part?initiative=tavolo-tessile" in page.links()
    assert "/it/sparql?example=who-takes-part" in page.links()
    assert "SELECT ?initiative" in page.text


def test_an_empty_answer_says_so_and_offers_the_question_without_values(site: TestClient) -> None:
    page = read(site, "/it/questions/who-takes-part?initiative=lana-ritrovata")
    assert "Il grafo non contiene risposte con questi valori." in page.text
    assert "/it/questions/who-takes-part" in page.links()


def test_a_value_that_names_nothing_is_told_beside_the_form(site: TestClient) -> None:
    page = read(site, "/it/questions/who-takes-part?initiative=no-such-table", status=404)
    assert "«no-such-table» names nothing in this graph." in page.text
    assert "/it/questions/who-takes-part" in page.links()


def test_a_value_that_does_not_fit_is_told_beside_the_form(site: TestClient) -> None:
    page = read(site, "/it/questions/who-takes-part?colour=red", status=400)
    assert "has no parameter «colour»" in page.text
    assert page.all("form")


def test_a_question_that_needs_a_value_waits_for_it_and_offers_an_example(
    site: TestClient, town: City
) -> None:
    needy = next(
        question for question in town.questions() if any(one.required for one in question.parameters)
    )
    page = read(site, f"/it/questions/{needy.id}")
    assert "Per rispondere serve un valore nei campi obbligatori." in page.text
    assert Addresses("it", town.settings.base_iri).question(needy.id, needy.example) in page.links()


def test_an_unknown_question_is_an_error_page_in_the_language_of_the_address(site: TestClient) -> None:
    page = read(site, "/it/questions/who-take-part", status=404)
    assert "Pagina non trovata" in page.text
    assert "who-takes-part" in page.text


# Things


def test_a_thing_page_gives_each_fact_with_its_source_and_date(site: TestClient) -> None:
    page = read(site, "/it/stakeholder/lanificio-prova")
    assert "Organizzazione" in page.text
    assert "Prova Wool Mill" in page.text
    assert "/it/source/sito-comune" in page.links()
    assert ", 1º marzo 2022" in page.text
    assert "https://borgolana.example/circolare" in page.links()
    for suffix in ("ttl", "jsonld", "nt"):
        assert f"/id/stakeholder/lanificio-prova.{suffix}" in page.links()


def test_a_thing_page_tells_where_the_thing_appears(site: TestClient) -> None:
    page = read(site, "/en/stakeholder/comune-di-borgolana")
    assert "/en/stakeholder/ufficio-circolare" in page.links()
    assert "/en/stakeholder/depuratore-immaginario" in page.links()


def test_a_quantity_is_shown_as_a_person_writes_it(site: TestClient) -> None:
    assert "120 t" in read(site, "/it/flow/abiti-usati").text


@pytest.mark.parametrize(
    "path", ["/it/stakeholder/nobody", "/it/stakeholder/a%3E%20b", "/it/scheme/role/none", "/it/moons"]
)
def test_a_page_for_what_does_not_exist_is_not_found(site: TestClient, path: str) -> None:
    assert "Pagina non trovata" in read(site, path, status=404).text


# Networks, SPARQL, about


def test_the_networks_page_ranks_the_nodes_and_says_what_is_missing(
    prato_site: TestClient, prato: City
) -> None:
    covered = next(layer for layer in prato.layers() if layer.coverage)
    page = read(prato_site, f"/it/networks?layer={covered.id}&measure=betweenness&top=20")
    assert prato.network(covered.id).graph["note_it"] in page.text
    assert "Ruolo di ponte" in page.text
    assert f"/network/{covered.id}?format=graphml" in page.links()


def test_every_measure_has_a_name_and_an_explanation() -> None:
    assert list(MEASURES) == networks.MEASURES
    assert all(f"measure.{name}.about" in STRINGS for name in MEASURES)


def test_an_unknown_layer_or_measure_is_told(site: TestClient) -> None:
    read(site, "/it/networks?layer=shared-moon", status=404)
    read(site, "/it/networks?measure=fame", status=400)
    read(site, "/it/networks?top=many", status=422)


def test_the_sparql_page_shows_rows_with_links(site: TestClient) -> None:
    query = (
        'SELECT ?s ?n WHERE { ?s a ccg:Organisation ; rdfs:label "Lanificio Prova"@it BIND (20000 AS ?n) }'
    )
    page = Page(site.get("/it/sparql", params={"query": query}).text)
    assert "/it/stakeholder/lanificio-prova" in page.links()
    assert "20.000" in page.texts
    assert query in page.text


@pytest.mark.parametrize(
    ("query", "shown"), [("ASK { ?s a ccg:Stakeholder }", "Sì"), ("ASK { ?s a ccg:Moon }", "No")]
)
def test_the_sparql_page_says_yes_or_no(site: TestClient, query: str, shown: str) -> None:
    assert shown in Page(site.get("/it/sparql", params={"query": query}).text).texts


def test_the_sparql_page_shows_a_graph_as_text(site: TestClient) -> None:
    query = "CONSTRUCT { <http://example.org/s> rdfs:label ?o } WHERE { BIND ('o' AS ?o) }"
    assert "<http://example.org/s>" in Page(site.get("/it/sparql", params={"query": query}).text).text


def test_the_sparql_page_keeps_a_query_with_an_error_and_says_what_is_wrong(site: TestClient) -> None:
    response = site.get("/en/sparql", params={"query": "SELECT ?x WHERE { oops"})
    assert response.status_code == 400
    assert "SELECT ?x WHERE { oops" in Page(response.text).text


@pytest.mark.parametrize("lang", ["it", "en"])
def test_the_query_the_sparql_page_begins_with_works(site: TestClient, lang: str) -> None:
    response = site.get(f"/{lang}/sparql", params={"query": say(lang, "sparql.starter")})
    assert response.status_code == 200
    assert len(Page(response.text).all("tr")) > 1


def test_the_query_of_a_question_can_be_taken_to_the_sparql_page(site: TestClient, town: City) -> None:
    page = read(site, "/it/sparql?example=who-takes-part")
    assert " ".join(town.question("who-takes-part").text.split()) in page.text


def test_the_about_page_tells_licences_and_gaps(site: TestClient) -> None:
    page = read(site, "/it/about")
    for key in ("about.gap_tables", "about.gap_legal", "about.licence_data", "about.licence_places"):
        assert say("it", key) in page.text


def test_the_api_page_lists_every_operation(site: TestClient) -> None:
    page = read(site, "/it/api")
    for path in site.get("/openapi.json").json()["paths"]:
        assert path in page.texts


def test_the_place_of_a_term_is_found_by_the_fragment_of_its_iri(site: TestClient) -> None:
    page = read(site, "/en/ns")
    assert "Stakeholder" in [attributes.get("id") for attributes in page.all("li")]
    assert "/en/ns/Stakeholder" in page.links()


# Safety


def test_markup_in_a_name_is_shown_and_not_run(tmp_path: Path) -> None:
    evil = "<script>alert('lana')</script>"
    data = tmp_path / "evil.trig"
    data.write_text(
        f"""
        PREFIX ccg: <https://w3id.org/ccg/ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        PREFIX foaf: <http://xmlns.com/foaf/0.1/>
        <https://w3id.org/ccg/graph/evil> {{
          <https://w3id.org/ccg/id/stakeholder/evil> a ccg:Organisation, ccg:Stakeholder ;
            rdfs:label "{evil}"@it , "{evil}"@en ; foaf:homepage <javascript:alert(1)> .
        }}""",
        encoding="utf-8",
    )
    settings = Settings(home=tmp_path / "home")
    City.load(settings, files=[data])
    with City.open(settings) as city:
        site = TestClient(create_app(city), headers={"Accept": BROWSER})
        for path in (
            "/it/stakeholder/evil",
            "/it/stakeholders",
            "/it/search?q=script",
            f"/it/search?q={evil}",
            f"/it/{evil}",
        ):
            response = site.get(path)
            assert "<script" not in response.text
            assert not [href for href in Page(response.text).links() if href.startswith("javascript")]
        assert evil in Page(site.get("/it/stakeholder/evil").text).text


def test_only_web_addresses_become_links(site: TestClient) -> None:
    query = "SELECT (IRI('javascript:alert(1)') AS ?a) (IRI('https://example.org/x') AS ?b) (IRI('data:text/html,x') AS ?c) WHERE {}"
    links = Page(site.get("/it/sparql", params={"query": query}).text).links()
    assert "https://example.org/x" in links
    assert not [link for link in links if link.startswith(("javascript", "data"))]


# Links


def shape(link: str) -> str:
    """What links to the same kind of page have in common: `/it/flow/abiti-usati` is `/it/flow/*`."""
    address, _, query = link.partition("?")
    parent, _, name = address.rpartition("/")
    suffix = name.rpartition(".")[2] if "." in name else ""
    names = sorted(re.findall(r"(\w+)=", query))
    return f"{parent}/*.{suffix}?{names}"


def test_links_of_every_kind_lead_somewhere(site: TestClient) -> None:
    followed: dict[str, int] = {}
    seen, waiting = {"/it/", "/en/"}, ["/it/", "/en/"]
    while waiting:
        path = waiting.pop()
        response = site.get(path)
        assert response.status_code in {200, 303}, (path, response.text[:200])
        if not response.headers.get("content-type", "").startswith("text/html"):
            continue
        for link in Page(response.text).links():
            target = urldefrag(urljoin(path, link))[0]
            if target.startswith("/") and target not in seen and followed.get(shape(target), 0) < 2:
                seen.add(target)
                followed[shape(target)] = followed.get(shape(target), 0) + 1
                waiting.append(target)
    assert len(followed) > 80


# Numbers and dates


@pytest.mark.parametrize(
    ("value", "italian", "english"),
    [
        (20000, "20.000", "20,000"),
        (1234.5, "1.234,5", "1,234.5"),
        (0.123456, "0,1235", "0.1235"),
        (7, "7", "7"),
        (100.0, "100", "100"),
        (-2500000, "-2.500.000", "-2,500,000"),
    ],
)
def test_numbers_have_the_separators_of_the_language(value: float, italian: str, english: str) -> None:
    assert (figures.number(value, "it"), figures.number(value, "en")) == (italian, english)


@pytest.mark.parametrize(
    ("given", "italian", "english"),
    [
        ("2024-03-05", "5 marzo 2024", "5 March 2024"),
        ("2022-03-01", "1º marzo 2022", "1 March 2022"),
        ("2021-11", "novembre 2021", "November 2021"),
        ("2023", "2023", "2023"),
        ("2023-13-45", "2023-13-45", "2023-13-45"),
        ("from 2021", "from 2021", "from 2021"),
    ],
)
def test_dates_are_written_as_people_write_them(given: str, italian: str, english: str) -> None:
    assert (figures.date(given, "it"), figures.date(given, "en")) == (italian, english)


# Addresses


@pytest.mark.parametrize(
    ("iri", "page"),
    [
        ("https://w3id.org/ccg/id/stakeholder/pin", "/it/stakeholder/pin"),
        ("https://w3id.org/ccg/id/flow/x#quantity", "/it/flow/x#quantity"),
        ("https://w3id.org/ccg/scheme/nace2/13.10", "/it/scheme/nace2/13.10"),
        ("https://w3id.org/ccg/graph/editorial", "/it/graph/editorial"),
        ("https://w3id.org/ccg/ns#Stakeholder", "/it/ns/Stakeholder"),
        ("https://w3id.org/ccg/ns", "/it/ns"),
        ("https://w3id.org/ccg/id/stakeholder/../../x", None),
        ("https://example.org/id/stakeholder/pin", None),
    ],
)
def test_our_iris_have_a_local_page_and_others_have_none(iri: str, page: str | None) -> None:
    assert Addresses("it", "https://w3id.org/ccg/").thing(iri) == page


def test_things_of_another_base_keep_their_pages_and_terms_keep_theirs() -> None:
    url = Addresses("en", "https://graph.example/city/")
    assert url.thing("https://graph.example/city/id/stakeholder/x") == "/en/stakeholder/x"
    assert url.iri("stakeholder", "x") == "https://graph.example/city/id/stakeholder/x"
    assert url.thing("https://w3id.org/ccg/ns#Stakeholder") == "/en/ns/Stakeholder"
    assert url.thing("https://w3id.org/ccg/id/stakeholder/x") is None


def test_the_glossary_is_served_as_it_is_exported(site: TestClient) -> None:
    assert site.get("/glossary").headers["location"] == "/glossary/index.html"
    page = site.get("/glossary/it/index.html")
    assert page.status_code == 200
    assert "default-src" in page.headers["content-security-policy"]
    assert 'style="' not in page.text
    assert site.get("/glossary/style.css").headers["content-type"].startswith("text/css")
    assert site.get("/glossary/it/no-such-page.html").status_code == 404
