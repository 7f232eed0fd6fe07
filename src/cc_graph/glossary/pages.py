"""The pages of the glossary, written to a folder: open `index.html`, no server needed."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from cc_graph.errors import Unavailable
from cc_graph.glossary import diagrams
from cc_graph.glossary.diagrams import Box, Line
from cc_graph.glossary.examples import Select, example
from cc_graph.glossary.rules import Rules
from cc_graph.glossary.terms import LANGUAGES, Glossary, Link, Term
from cc_graph.glossary.words import say
from cc_graph.vocab import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from markupsafe import Markup

MOST_NEIGHBOURS: Final = 14
"""Boxes on one side of a term's diagram; the tables below it name them all."""


def write_pages(
    folder: Path, select: Select | None = None, progress: Callable[[str], None] | None = None
) -> int:
    """Write every page into `folder`, and give their number.

    All pages are made before the first is written, so that a failure leaves nothing half-done.

    Args:
        folder: made where it is missing; pages of the same name are replaced, other files stay.
        select: answers a SPARQL SELECT, as `City.sparql` does; gives each term a live example.
        progress: told what is being made.

    Raises:
        Unavailable: the folder cannot be written.
    """
    tell = progress or (lambda _what: None)
    pages = {}
    for name, make in Pages(select).makers.items():
        tell(name)
        pages[name] = make()
    try:
        for name, text in pages.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unavailable(
            f"The pages cannot be written to {folder}: {error.strerror}.",
            hint="Choose a folder that you may write to.",
        ) from error
    return sum(name.endswith(".html") for name in pages)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("cc_graph.glossary"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = shorten
    return environment


class Pages:
    """Every page, each made when it is asked for.

    Attributes:
        makers: address of each page below the folder → what makes its text.
    """

    def __init__(self, select: Select | None = None) -> None:
        """Read ontology and shapes; `select` answers a SPARQL SELECT and gives each term a live example."""
        self.glossary = Glossary.read()
        self.select = select
        self.rules = Rules(self.glossary)
        self.makers: dict[str, Callable[[], str]] = dict(self._makers())

    def _makers(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield (
            "style.css",
            partial((Path(__file__).parent / "templates" / "style.css").read_text, encoding="utf-8"),
        )
        yield "index.html", partial(_templates().get_template("start.html").render, say=say)
        for term in self.glossary.terms.values():
            for lang in LANGUAGES:
                yield f"{lang}/{term.link.page}", partial(self._term, term, lang)
        for lang in LANGUAGES:
            yield f"{lang}/index.html", partial(self._page, "index.html", lang, "index.html", up="")
            for name in self.glossary.modules:
                yield f"{lang}/module/{name}.html", partial(self._module, name, lang)
            for scheme in self.glossary.schemes:
                address = scheme.link.page
                yield f"{lang}/{address}", partial(self._page, "scheme.html", lang, address, scheme=scheme)

    def _module(self, name: str, lang: str) -> str:
        svg = self._module_diagram(name, lang)
        return self._page("module.html", lang, f"module/{name}.html", name=name, svg=svg)

    def _page(self, template: str, lang: str, address: str, *, up: str = "../", **given: Any) -> str:
        other = "en" if lang == "it" else "it"
        return (
            _templates()
            .get_template(template)
            .render(
                lang=lang,
                other=other,
                other_page=f"{up}../{other}/{address}",
                up=up,
                t=lambda key, *parts: say(key, lang, *parts),
                glossary=self.glossary,
                terms=self.glossary.terms,
                **given,
            )
        )

    def _term(self, term: Term, lang: str) -> str:
        lived = example(term, self.select) if self.select else None
        rules = self.rules
        of_class = term.kind == "class"
        return self._page(
            "term.html",
            lang,
            term.link.page,
            term=term,
            svg=self._neighbours(term, lang),
            used=self.glossary.of_class(term.iri) if of_class else [],
            leading=self.glossary.into_class(term.iri) if of_class else [],
            rules=rules.of_class(term.iri) if of_class else rules.of_property(term.iri),
            example=lived,
            asked=self.select is not None,
        )

    def _neighbours(self, term: Term, lang: str) -> Markup:
        if term.kind == "class":
            leading = [(one, each) for each in self.glossary.into_class(term.iri) for one in each.used_with]
            following = [(one, each) for each, _ in self.glossary.of_class(term.iri) for one in each.leads_to]
            before, after = _by_neighbour(leading, lang), _by_neighbour(following, lang)
        else:
            before, after = ([_box(link, lang) for link in side] for side in (term.used_with, term.leads_to))
        return diagrams.neighbours(
            Line(term.label(lang)),
            [_line(link, lang) for link in term.above],
            [_line(link, lang) for link in term.below],
            before[:MOST_NEIGHBOURS],
            after[:MOST_NEIGHBOURS],
            say("diagram_of", lang, term.label(lang)),
        )

    def _module_diagram(self, name: str, lang: str) -> Markup:
        """The classes of a module; what lies outside is named in their lines and not drawn."""
        listed = self.glossary.modules[name]
        boxes = []
        for term in (self.glossary.terms[iri] for iri in listed):
            if term.kind == "class":
                outside = [link for link in term.above if link.page and link.iri not in listed]
                rows = [Line(f"⊂ {link.label(lang)}", f"../{link.page}") for link in outside]
                rows += [
                    Line(f"{each.label(lang)} → {target.label(lang)}", f"../{each.link.page}", target.iri)
                    for each, origin in self.glossary.of_class(term.iri)
                    if origin is None and each.kind == "object"
                    for target in each.leads_to
                ]
                above = tuple(link.iri for link in term.above)
                boxes.append(Box(term.iri, _line(term.link, lang), tuple(rows), above))
        return diagrams.module(boxes, say("diagram_of", lang, say(name, lang)))


def _line(link: Link, lang: str) -> Line:
    return Line(link.label(lang), f"../{link.page}" if link.page else "")


def _box(link: Link, lang: str) -> Box:
    return Box(link.iri, _line(link, lang), style="ours" if link.page else "foreign")


def _by_neighbour(ties: Iterable[tuple[Link, Term]], lang: str) -> list[Box]:
    """One box for each neighbour, its rows the properties that tie it; datatypes are no neighbours."""
    rows: dict[str, list[Line]] = {}
    boxes: dict[str, Box] = {}
    for link, each in ties:
        if each.kind == "object":
            boxes[link.iri] = _box(link, lang)
            row = _line(each.link, lang)
            if row not in rows.setdefault(link.iri, []):
                rows[link.iri].append(row)
    joined = [Box(box.key, box.title, tuple(rows[iri]), style=box.style) for iri, box in boxes.items()]
    return sorted(joined, key=lambda box: (box.style, box.title.text.casefold()))
