"""Where the boxes and lines of an entity diagram stand.

The places are worked out beforehand by ELK (`make diagram`) and kept in `diagram.json`; here they are read
and made into what the template prints. Lengths are SVG units.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from portal.learn import catalogue
from portal.learn.catalogue import Relation

WIDTH, HEAD, ROW, GAP, MARGIN = 216, 46, 21, 26, 24
PLACES = Path(__file__).with_name("diagram.json")
#: Columns that say most about a table are drawn even when they are no key.
TELLING = ("number", "code", "name", "state", "status", "quantity", "starts_at", "tag", "email")
MOST_ROWS = 8
#: A diagram of more tables draws names alone.
MOST_DETAILED = 30

Point = tuple[float, float]


@dataclass
class Row:
    """A column inside a box; `y` counts from the box's top to the foot of the letters."""

    name: str
    kind: str
    key: str
    y: float


@dataclass
class Box:
    """A table: its place, its rows, how many columns are not drawn."""

    name: str
    rows: list[Row]
    more: int
    x: float = 0
    y: float = 0

    @property
    def height(self) -> float:
        return HEAD + ROW * (len(self.rows) + bool(self.more)) + (8 if self.rows else 0)

    def row_middle(self, column: str) -> float:
        """Where a line to `column` meets the side, from the box's top; the head where it has no row."""
        return next((row.y - 4 for row in self.rows if row.name == column), HEAD / 2)


@dataclass
class Line:
    """A relation and the corners that its line goes through, from parent to child."""

    relation: Relation
    points: list[Point]

    @property
    def start(self) -> Point:
        return self.points[0]

    @property
    def end(self) -> Point:
        return self.points[-1]

    @property
    def start_way(self) -> int:
        """Which way the line leaves its parent: 1 is right, -1 is left."""
        return 1 if self.points[1][0] >= self.points[0][0] else -1

    @property
    def end_way(self) -> int:
        """From its end, which way the line comes."""
        return 1 if self.points[-2][0] >= self.points[-1][0] else -1

    @property
    def path(self) -> str:
        """The line as an SVG path."""
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in self.points)


@dataclass
class Diagram:
    width: float
    height: float
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def line_key(relation: Relation) -> str:
    """What `diagram.json` calls a relation."""
    return f"{relation.child}.{relation.column}>{relation.parent}"


@cache
def places() -> dict[str, Any]:
    """By process: `width`, `height`, `boxes` (table: x, y, height) and `lines` (relation: x, y, x, y, …)."""
    return json.loads(PLACES.read_text("utf-8")) if PLACES.exists() else {}


def boxes_of(names: Iterable[str]) -> list[Box]:
    """The boxes of some tables without a place; small diagrams show telling columns, large ones names."""
    names = tuple(names)
    relations = catalogue.relations(names)
    return [_box(catalogue.tables()[name], relations, len(names) > MOST_DETAILED) for name in names]


def draw(key: str) -> Diagram:
    """The diagram of a process or of the whole. Raises KeyError when there is no such process."""
    names = catalogue.in_view(key)
    known = places().get(key, {"width": 2 * MARGIN, "height": MARGIN, "boxes": {}, "lines": {}})
    diagram = Diagram(known["width"], known["height"], boxes_of(names))
    new = [box for box in diagram.boxes if box.name not in known["boxes"]]
    for box in diagram.boxes:
        if box not in new:
            box.x, box.y = known["boxes"][box.name][:2]
    _place_below(diagram, new)
    boxes = {box.name: box for box in diagram.boxes}
    for relation in catalogue.relations(names):
        numbers = known["lines"].get(line_key(relation))
        points = list(zip(numbers[::2], numbers[1::2], strict=True)) if numbers else _elbow(
            boxes[relation.parent], boxes[relation.child], relation.column)
        diagram.lines.append(Line(relation, points))
    diagram.boxes.sort(key=lambda box: (box.x, box.y))
    return diagram


def _place_below(diagram: Diagram, new: list[Box]) -> None:
    """Tables that the file does not know yet stand in rows below the others."""
    across = max(1, int((diagram.width - 2 * MARGIN + GAP) // (WIDTH + GAP)))
    for start in range(0, len(new), across):
        row = new[start:start + across]
        for index, box in enumerate(row):
            box.x, box.y = MARGIN + index * (WIDTH + GAP), diagram.height
        diagram.height += max(box.height for box in row) + MARGIN
        diagram.width = max(diagram.width, row[-1].x + WIDTH + MARGIN)


def _elbow(parent: Box, child: Box, column: str) -> list[Point]:
    """A line with two corners, for a relation that the file does not know yet."""
    start = (parent.x + WIDTH, parent.y + parent.row_middle(parent.rows[0].name if parent.rows else ""))
    end = (child.x, child.y + child.row_middle(column))
    middle = start[0] + MARGIN
    return [start, (middle, start[1]), (middle, end[1]), end]


def _box(table: sa.Table, relations: list[Relation], names_only: bool) -> Box:
    if names_only:
        return Box(table.name, [], 0)
    drawn = {relation.column for relation in relations if relation.child == table.name}
    keys = [(column, "PK" if column.primary_key else "FK") for column in table.columns
            if column.primary_key or column.name in drawn]
    telling = [(column, "") for column in table.columns
               if column.name in TELLING and not column.primary_key and not column.foreign_keys]
    chosen = keys + telling[:max(MOST_ROWS - len(keys), 0)]
    rows = [Row(column.name, catalogue.short_kind(column), key, HEAD + ROW * index + 14)
            for index, (column, key) in enumerate(chosen)]
    return Box(table.name, rows, len(table.columns) - len(rows))


# ---------------------------------------------------------------- how good a drawing is

def crossings(lines: Iterable[list[Point]]) -> int:
    """How often a level part of a line crosses an upright part of another; what lies on another does not
    count."""
    level, upright = [], []
    for index, points in enumerate(lines):
        for (x1, y1), (x2, y2) in pairwise(points):
            if abs(y1 - y2) < 0.01:
                level.append((index, y1, min(x1, x2), max(x1, x2)))
            else:
                upright.append((index, x1, min(y1, y2), max(y1, y2)))
    return sum(1 for one, y, left, right in level for other, x, top, bottom in upright
               if one != other and left < x < right and top < y < bottom)
