"""Diagrams as inline SVG: the neighbours of a term, and the classes of a module with what ties them.

No script and no font of its own: boxes are links, colours come from the page's style sheet, so that they follow light
and dark. Coordinates are in CSS pixels; widths of texts are estimated, since nothing here can measure them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from markupsafe import Markup, escape

LETTER: Final = 7.3
"""Width of a letter at 13 px, generously."""
BOLD_LETTER: Final = 8.1
ROW: Final = 22
GAP: Final = 26
SIDE: Final = 110
"""Room between two columns."""
MARGIN: Final = 8
LONGEST: Final = 38


@dataclass(frozen=True)
class Line:
    """One line of a box: its text, the page it leads to, and the key of the box it points to."""

    text: str
    href: str = ""
    target: str = ""


@dataclass(frozen=True)
class Box:
    """A box of a diagram.

    Attributes:
        key: names it for the lines of other boxes.
        title: its first line.
        rows: further lines, each with an arrow to its target where that is drawn.
        above: keys of the boxes that it specialises.
        style: `ours`, `here` or `foreign`.
    """

    key: str
    title: Line
    rows: tuple[Line, ...] = ()
    above: tuple[str, ...] = ()
    style: str = "ours"

    @property
    def width(self) -> float:
        """Of the longest line."""
        lines = [len(_short(line.text)) * LETTER for line in self.rows]
        return max(90.0, len(_short(self.title.text)) * BOLD_LETTER, *lines) + 22

    @property
    def height(self) -> float:
        """Of all lines."""
        return (1 + len(self.rows)) * ROW + 8


@dataclass
class _Canvas:
    """What is drawn so far."""

    parts: list[str] = field(default_factory=list)
    right: float = 0
    bottom: float = 0

    def box(self, box: Box, x: float, y: float, width: float) -> None:
        self.right, self.bottom = max(self.right, x + width), max(self.bottom, y + box.height)
        self.parts.append(
            f'<rect class="{box.style}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{box.height:.0f}" rx="6"/>'
        )
        for place, line in enumerate((box.title, *box.rows)):
            css = "title" if place == 0 else "row"
            self.text(line, x + 11, y + 19 + place * ROW, css)
        if box.rows:
            self.parts.append(
                f'<line class="rule" x1="{x:.0f}" x2="{x + width:.0f}" y1="{y + ROW + 5:.0f}" y2="{y + ROW + 5:.0f}"/>'
            )

    def text(self, line: Line, x: float, y: float, css: str, anchor: str = "start") -> None:
        full = f"<title>{escape(line.text)}</title>" if _short(line.text) != line.text else ""
        text = f'<text class="{css}" x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{full}{escape(_short(line.text))}</text>'
        self.parts.append(f'<a href="{escape(line.href)}">{text}</a>' if line.href else text)

    def arrow(self, start: tuple[float, float], end: tuple[float, float], css: str = "tie") -> None:
        (x1, y1), (x2, y2) = start, end
        bend = max(30.0, abs(x2 - x1) / 2)
        one, two = (x1 + bend, x2 - bend) if x2 > x1 else (x1 + bend, x2 + bend)
        self.right = max(self.right, one, two)
        path = f"M{x1:.0f} {y1:.0f} C{one:.0f} {y1:.0f} {two:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
        self.parts.append(f'<path class="{css}" d="{path}" marker-end="url(#{css}-head)"/>')

    def up(self, x: float, lower: float, upper: float) -> None:
        self.parts.append(
            f'<path class="is-a" d="M{x:.0f} {lower:.0f} V{upper:.0f}" marker-end="url(#is-a-head)"/>'
        )

    def svg(self, description: str) -> Markup:
        width, height = self.right + MARGIN, self.bottom + MARGIN
        heads = "".join(
            f'<marker id="{css}-head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
            f'<path class="{css}-head" d="M0 0L10 5L0 10z"/></marker>'
            for css in ("tie", "is-a")
        )
        return Markup(  # noqa: S704 (every text in it went through escape)
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {width:.0f} {height:.0f}"><title>{escape(description)}</title><defs>{heads}</defs>'
            f"{''.join(self.parts)}</svg>"
        )


def neighbours(
    centre: Line, above: list[Line], below: list[Line], before: list[Box], after: list[Box], description: str
) -> Markup:
    """A term with what is above and below it, and left and right of it what leads to it and where it leads.

    The rows of a box `before` or `after` name the properties between it and the centre.
    """
    canvas = _Canvas()
    here = Box("", centre, style="here")
    uppers, lowers = [Box("", line) for line in above], [Box("", line) for line in below]
    width = max(box.width for box in [here, *uppers, *lowers])
    left = max((box.width for box in before), default=0)
    x = MARGIN + (left + SIDE / 2 if before else 0)
    tower = [*uppers, here, *lowers]
    heights = [_stack(column) for column in (before, tower, after)]
    top = MARGIN + (max(heights) - heights[1]) / 2
    places = _down(tower, top)
    y = places[len(uppers)] + here.height / 2
    # Uppers and lowers each hang on the centre by a spine at the side, so that no line crosses a box.
    for place, box in enumerate(tower):
        canvas.box(box, x, places[place], width)
        middle = places[place] + box.height / 2
        if abs(place - len(uppers)) == 1:
            lower, upper = max(y, middle) - here.height / 2, min(y, middle) + here.height / 2
            canvas.up(x + width / 2, lower, upper)
        elif place != len(uppers):
            _spine(canvas, x, y, middle, upwards=place < len(uppers))
    for box, top in zip(before, _down(before, MARGIN + (max(heights) - heights[0]) / 2), strict=True):
        canvas.box(box, MARGIN, top, left)
        canvas.arrow((MARGIN + left, top + box.height / 2), (x, y))
    right = max((box.width for box in after), default=0)
    for box, top in zip(after, _down(after, MARGIN + (max(heights) - heights[2]) / 2), strict=True):
        canvas.box(box, x + width + SIDE / 2, top, right)
        canvas.arrow((x + width, y), (x + width + SIDE / 2, top + box.height / 2))
    return canvas.svg(description)


def module(boxes: list[Box], description: str) -> Markup:
    """Classes in columns, left to right as their properties lead, each row with an arrow to the class it leads to."""
    canvas = _Canvas()
    columns = _columns(boxes)
    places: dict[str, tuple[float, float, float]] = {}
    x = float(MARGIN)
    tallest = max((_stack(column) for column in columns), default=0)
    for column in columns:
        width = max(box.width for box in column)
        for box, y in zip(column, _down(column, MARGIN + (tallest - _stack(column)) / 2), strict=True):
            places[box.key] = (x, y, width)
        x += width + SIDE
    for box in boxes:
        x, y, width = places[box.key]
        for place, row in enumerate(box.rows):
            if row.target in places and row.target != box.key:
                tx, ty, twidth = places[row.target]
                entry = (tx, ty + 14) if tx > x else (tx + twidth, ty + 14)
                canvas.arrow((x + width, y + 14 + (place + 1) * ROW), entry)
        for upper in box.above:
            if upper in places:
                ux, uy, uwidth = places[upper]
                entry = (ux, uy + 14) if ux > x else (ux + uwidth, uy + 14)
                canvas.arrow((x + width, y + 14), entry, "is-a")
    for box in boxes:
        x, y, width = places[box.key]
        canvas.box(box, x, y, width)
    return canvas.svg(description)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def _stack(column: list[Box]) -> float:
    return sum(box.height for box in column) + GAP * max(0, len(column) - 1)


def _down(column: list[Box], top: float) -> list[float]:
    places = []
    for box in column:
        places.append(top)
        top += box.height + GAP
    return places


def _spine(canvas: _Canvas, x: float, here: float, there: float, *, upwards: bool) -> None:
    start, end = (here, there) if upwards else (there, here)
    path = f"M{x:.0f} {start:.0f} h-14 V{end:.0f} h14"
    canvas.parts.append(f'<path class="is-a" d="{path}"/>')


def _columns(boxes: list[Box]) -> list[list[Box]]:
    """Layers by the longest way that ends in a box, ties that close a circle left aside; then sorted by neighbours."""
    ties: dict[str, set[str]] = defaultdict(set)
    keys = [box.key for box in boxes]
    for box in boxes:
        for target in [row.target for row in box.rows] + list(box.above):
            if target in keys and target != box.key and not _reaches(ties, target, box.key):
                ties[box.key].add(target)
    layer = dict.fromkeys(keys, 0)
    for _round in keys:
        for source, targets in ties.items():
            for target in targets:
                layer[target] = max(layer[target], layer[source] + 1)
    columns: list[list[Box]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for box in boxes:
        columns[layer[box.key]].append(box)
    for before, column in pairwise(columns):
        order = {box.key: place for place, box in enumerate(before)}

        def middle(box: Box, order: dict[str, int] = order) -> float:
            leading = [place for key, place in order.items() if box.key in ties[key]]
            return sum(leading) / len(leading) if leading else len(order)

        column.sort(key=middle)
    return columns


def _reaches(ties: dict[str, set[str]], start: str, end: str) -> bool:
    waiting, seen = [start], {start}
    while waiting:
        here = waiting.pop()
        if here == end:
            return True
        fresh = ties.get(here, set()) - seen
        seen |= fresh
        waiting.extend(fresh)
    return False
