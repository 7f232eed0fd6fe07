"""The pages of the ontology: every term in two languages, tied to its neighbours, with what Borgolana says with it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from cc_graph.errors import Unavailable
from cc_graph.glossary import diagrams, write_pages
from cc_graph.glossary.diagrams import Box, Line
from cc_graph.glossary.terms import Glossary
from cc_graph.glossary.words import MODULES, WORDS

if TYPE_CHECKING:
    from pathlib import Path

    from cc_graph import City

GLOSSARY = Glossary.read()


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in {"href", "src"} and value]


def _words(page: Path) -> str:
    """What a reader sees of a page, diagrams aside."""
    text = re.sub(r"<svg.*?</svg>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.fixture(scope="module")
def folder(town: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, with examples from Borgolana."""
    folder = tmp_path_factory.mktemp("glossary")
    write_pages(folder, town.sparql)
    return folder


def test_every_term_has_a_page_in_each_language_that_says_what_it_means(folder: Path) -> None:
    assert len(GLOSSARY.terms) > 200
    for term in GLOSSARY.terms.values():
        for lang in ("it", "en"):
            words = _words(folder / lang / term.link.page)
            assert term.definitions[lang].replace("'", "&#39;") in words, term.iri
            assert term.iri in words


def test_every_module_and_scheme_has_a_page_in_each_language(folder: Path) -> None:
    for lang in ("it", "en"):
        assert {path.stem for path in (folder / lang / "module").iterdir()} == set(GLOSSARY.modules)
        assert {path.stem for path in (folder / lang / "scheme").iterdir()} == set(GLOSSARY.scheme_graphs)


def test_every_module_has_a_name_and_its_place_in_the_order_of_reading() -> None:
    assert tuple(GLOSSARY.modules) == MODULES
    assert [name for name in MODULES if name not in WORDS] == []


def test_a_scheme_lists_its_concepts_under_their_headings_and_10_after_9() -> None:
    (operations,) = [scheme for scheme in GLOSSARY.schemes if scheme.link.page == "scheme/operation.html"]
    codes = [(concept.notation, concept.depth) for concept in operations.concepts]
    recovery = codes[codes.index(("R", 0)) :]
    assert recovery == [("R", 0), *((f"R{number}", 1) for number in range(1, 14))]


def test_no_link_leads_nowhere_and_none_leads_out(folder: Path) -> None:
    for page in folder.rglob("*.html"):
        for link in _Links(page.read_text(encoding="utf-8")).found:
            path, _, fragment = link.partition("#")
            assert not re.match(r"\w+:|//", link), (page, link)
            assert not path or (page.parent / path).is_file(), (page, link)
            assert fragment in {"", "content"}, (page, link)


def test_no_page_holds_a_script(folder: Path) -> None:
    assert [page for page in folder.rglob("*.html") if "<script" in page.read_text(encoding="utf-8")] == []


def test_names_that_differ_only_by_case_do_not_share_a_file(folder: Path) -> None:
    pages = [page.relative_to(folder).as_posix().casefold() for page in folder.rglob("*.html")]
    assert len(pages) == len(set(pages))
    assert (folder / "it" / "class" / "Material.html").is_file()
    assert (folder / "it" / "property" / "material.html").is_file()


def test_a_class_page_tells_its_place_its_properties_and_who_leads_to_it(folder: Path) -> None:
    words = _words(folder / "en" / "class" / "WorkingGroup.html")
    assert "Special case of Working table" in words
    assert re.search(r"theme .*Classifies an initiative by its subject\. Initiative", words)
    assert re.search(
        r"What leads here .*Participation initiative", _words(folder / "en/class/Initiative.html")
    )


def test_a_property_page_tells_where_it_begins_and_where_it_leads(folder: Path) -> None:
    words = _words(folder / "it" / "property" / "origin.html")
    assert "Si usa con Flusso di materiale" in words
    assert "Porta a Soggetto" in words


def test_the_rules_for_data_are_in_words(folder: Path) -> None:
    english = _words(folder / "en" / "class" / "MaterialFlow.html")
    assert (
        "origin origin exactly 1 Stakeholder Violation Say which stakeholder the material leaves" in english
    )
    assert re.search(r"nature of the flow at most 1 Natures? of [a-z ]+ Violation", english)
    italian = _words(folder / "it" / "class" / "MaterialFlow.html")
    assert "origine origine esattamente 1 Soggetto Violazione" in italian


def test_the_live_example_is_the_thing_of_which_the_city_says_most(folder: Path, town: City) -> None:
    things = town.sparql(
        """SELECT ?thing (COUNT(*) AS ?n) WHERE { ?thing a ccg:Disagreement ; ?property ?value }
        GROUP BY ?thing ORDER BY DESC(?n) ?thing LIMIT 1"""
    )
    (thing,) = things.column("thing")
    for lang, uses in (("it", "cose di questa classe"), ("en", "things of this class")):
        words = _words(folder / lang / "class" / "Disagreement.html")
        assert thing.removeprefix("https://w3id.org/ccg/") in words
        assert uses in words


def test_an_example_shows_texts_in_the_readers_language_only(folder: Path) -> None:
    italian = _words(folder / "it" / "class" / "MatchCandidate.html")
    english = _words(folder / "en" / "class" / "MatchCandidate.html")
    assert italian.partition("Un esempio vivo")[2] != english.partition("A live example")[2]
    assert "abbinamento" in italian.casefold()


def test_a_term_that_the_city_does_not_use_says_so(town: City, tmp_path: Path) -> None:
    nothing = town.sparql("SELECT (0 AS ?n) WHERE {}")
    write_pages(tmp_path, lambda _text: nothing)
    assert "does not use it yet" in _words(tmp_path / "en" / "class" / "Offer.html")


def test_without_a_city_the_pages_say_that_they_have_no_example(tmp_path: Path) -> None:
    told: list[str] = []
    pages = write_pages(tmp_path, progress=told.append)
    assert pages == len(list(tmp_path.rglob("*.html")))
    assert any(address.endswith("Stakeholder.html") for address in told)
    assert "senza un grafo caricato" in _words(tmp_path / "it" / "class" / "Offer.html")


def test_the_same_city_gives_the_same_bytes_and_other_files_stay(
    folder: Path, town: City, tmp_path: Path
) -> None:
    (tmp_path / "CNAME").write_text("terms.example", encoding="utf-8")
    write_pages(tmp_path, town.sparql)
    first = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
    second = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*")}
    assert (tmp_path / "CNAME").is_file()
    assert {path: text for path, text in second.items() if path in first} == first


def test_a_folder_that_cannot_be_written_is_an_error_with_a_hint(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(Unavailable, match="cannot be written") as caught:
        write_pages(file)
    assert caught.value.hint


@pytest.mark.parametrize("page", ["class/Stakeholder.html", "property/material.html", "module/flow.html"])
def test_a_diagram_is_well_formed_and_described(page: str, folder: Path) -> None:
    text = (folder / "en" / page).read_text(encoding="utf-8")
    (svg,) = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
    tree = ET.fromstring(svg)
    assert tree[0].text == f"Diagram: {re.search('<h1>(.*?)</h1>', text)[1]}"  # type: ignore[index]
    assert tree.get("role") == "img"


def _rectangles(svg: str) -> dict[str, tuple[float, float, float, float]]:
    tree = ET.fromstring(svg)
    boxes = [each for each in tree.iter() if each.tag.endswith("rect")]
    titles = [each.text or "" for each in tree.iter() if each.get("class") == "title"]
    return {
        title: tuple(float(box.get(name, "0")) for name in ("x", "y", "width", "height"))  # type: ignore[misc]
        for title, box in zip(titles, boxes, strict=True)
    }


def test_a_module_is_drawn_left_to_right_and_a_circle_does_not_stop_it() -> None:
    boxes = [
        Box("c", Line("Decision"), (Line("revises", target="a"),)),
        Box("a", Line("Proposal"), (Line("in", target="b"),), above=("b",)),
        Box("b", Line("Meeting"), (Line("decides", target="c"),)),
    ]
    drawn = _rectangles(diagrams.module(boxes, "circle"))
    assert drawn["Decision"][0] < drawn["Proposal"][0] < drawn["Meeting"][0]


@pytest.mark.parametrize("name", sorted(GLOSSARY.modules))
def test_no_two_boxes_of_a_module_overlap(name: str, folder: Path) -> None:
    text = (folder / "it" / "module" / f"{name}.html").read_text(encoding="utf-8")
    (svg,) = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
    drawn = list(_rectangles(svg).values())
    for place, (x, y, width, height) in enumerate(drawn):
        for left, top, across, down in drawn[place + 1 :]:
            assert x + width <= left or left + across <= x or y + height <= top or top + down <= y


def test_a_text_in_a_diagram_is_escaped() -> None:
    svg = diagrams.neighbours(Line("<b>&"), [], [], [], [Box("", Line('"x"', '"><script>'))], "a < b")
    assert "<b>" not in svg
    assert "<script>" not in svg
    ET.fromstring(svg)
