"""Where the boxes and lines of an entity diagram stand: layers by foreign key, long lines in lanes of their
own.

Pure geometry over the metadata; the template only prints it. Lengths are SVG units.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from portal.learn import catalogue
from portal.learn.catalogue import Relation

WIDTH, HEAD, ROW, GAP_Y, GAP_X, MARGIN, LANE = 216, 46, 21, 26, 84, 24, 8
#: Columns that say most about a table are drawn even when they are no key.
TELLING = ("number", "code", "name", "state", "status", "quantity", "starts_at", "tag", "email")
MOST_ROWS = 8


@dataclass
class Row:
    """A column inside a box."""

    name: str
    kind: str
    key: str
    y: float = 0


@dataclass
class Box:
    """A table: its place, its rows, how many columns are not drawn."""

    name: str
    rows: list[Row]
    more: int
    x: float = 0
    y: float = 0
    layer: int = 0

    @property
    def height(self) -> float:
        return HEAD + ROW * (len(self.rows) + bool(self.more)) + (8 if self.rows else 0)


@dataclass
class Line:
    """A relation: the path, where it meets parent and child, and what its ends look like."""

    relation: Relation
    path: str
    start: tuple[float, float]
    end: tuple[float, float]


@dataclass
class Diagram:
    width: float
    height: float
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


@dataclass
class _Lane:
    """Where a line to a farther layer passes through a layer between; shared by all lines of one parent."""

    parent: str
    x: float = 0
    y: float = 0
    height: float = LANE


def draw(names: tuple[str, ...]) -> Diagram:
    """The diagram of some tables; small ones show their telling columns, large ones only names."""
    compact = len(names) > 30
    relations = catalogue.relations(names)
    layers = _layers(names, relations)
    boxes = {name: _box(catalogue.tables()[name], relations, compact) for name in names}
    columns: list[list[Box | _Lane]] = [[] for _ in range(max(layers.values(), default=0) + 1)]
    for name, box in boxes.items():
        box.layer = layers[name]
        columns[box.layer].append(box)
    lanes: dict[tuple[str, int], _Lane] = {}
    for relation in relations:
        for layer in range(layers[relation.parent] + 1, layers[relation.child]):
            if (relation.parent, layer) not in lanes:
                lanes[relation.parent, layer] = _Lane(relation.parent)
                columns[layer].append(lanes[relation.parent, layer])
    _order(columns, boxes, lanes, relations)
    width, height = _place(columns, GAP_Y / 2 if compact else GAP_Y)
    return Diagram(width, height, [box for column in columns for box in column if isinstance(box, Box)],
                   _lines(boxes, lanes, relations))


def _layers(names: tuple[str, ...], relations: list[Relation]) -> dict[str, int]:
    """Each table stands right of all that it points at; a ring of references is cut where the walk closes
    it."""
    parents: dict[str, list[str]] = {name: [] for name in names}
    for relation in relations:
        if relation.parent != relation.child:
            parents[relation.child].append(relation.parent)
    layers: dict[str, int] = {}
    walking: set[str] = set()

    def layer(name: str) -> int:
        if name not in layers:
            walking.add(name)
            layers[name] = 1 + max((layer(parent) for parent in parents[name] if parent not in walking),
                                   default=-1)
            walking.discard(name)
        return layers[name]

    for name in names:
        layer(name)
    # What nothing points at from the left moves next to its nearest child, which shortens its lines.
    for name in names:
        children = [layers[relation.child] for relation in relations
                    if relation.parent == name and relation.child != name]
        if not parents[name] and children and min(children) > layers[name] + 1:
            layers[name] = min(children) - 1
    return layers


def _box(table: sa.Table, relations: list[Relation], compact: bool) -> Box:
    if compact:
        return Box(table.name, [], 0)
    drawn = {relation.column for relation in relations if relation.child == table.name}
    rows = []
    for column in table.columns:
        if column.primary_key or column.name in drawn:
            rows.append(Row(column.name, catalogue.short_kind(column), "PK" if column.primary_key else "FK"))
    room = MOST_ROWS - len(rows)
    telling = [column for column in table.columns
               if column.name in TELLING and not column.primary_key and not column.foreign_keys]
    rows += [Row(column.name, catalogue.short_kind(column), "") for column in telling[:max(room, 0)]]
    return Box(table.name, rows, len(table.columns) - len(rows))


def _order(columns: list[list[Box | _Lane]], boxes: dict[str, Box], lanes: dict[tuple[str, int], _Lane],
           relations: list[Relation]) -> None:
    """Sort each layer by the mean place of what its members are joined to (a few sweeps there and back)."""
    joined: dict[int, list[Box | _Lane]] = {}

    def join(left: Box | _Lane, right: Box | _Lane) -> None:
        joined.setdefault(id(left), []).append(right)
        joined.setdefault(id(right), []).append(left)

    for (parent, layer), lane in lanes.items():
        join(lanes.get((parent, layer - 1), boxes[parent]), lane)
    for relation in relations:
        if relation.parent != relation.child:
            join(lanes.get((relation.parent, boxes[relation.child].layer - 1), boxes[relation.parent]),
                 boxes[relation.child])
    place = {id(entry): float(index) for column in columns for index, entry in enumerate(column)}
    for sweep in range(6):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            def mean(each: Box | _Lane) -> float:
                others = joined.get(id(each), [])
                return sum(place[id(other)] for other in others) / len(others) if others else place[id(each)]
            column.sort(key=mean)
            size = len(column)
            for index, each in enumerate(column):
                place[id(each)] = (index + 0.5) / size


def _place(columns: list[list[Box | _Lane]], gap: float) -> tuple[float, float]:
    tall = [sum(entry.height + gap for entry in column) - gap if column else 0 for column in columns]
    height = max(tall, default=0)
    for layer, column in enumerate(columns):
        y = MARGIN + (height - tall[layer]) / 2
        for entry in column:
            entry.x, entry.y = MARGIN + layer * (WIDTH + GAP_X), round(y, 1)
            if isinstance(entry, Box):
                for index, row in enumerate(entry.rows):
                    row.y = round(entry.y + HEAD + ROW * index + 14, 1)
            y += entry.height + gap
    return 2 * MARGIN + len(columns) * WIDTH + max(len(columns) - 1, 0) * GAP_X + 12, height + 2 * MARGIN


def _lines(boxes: dict[str, Box], lanes: dict[tuple[str, int], _Lane],
           relations: list[Relation]) -> list[Line]:
    channels: dict[int, dict[str, int]] = {}

    def channel(layer: int, parent: str) -> float:
        """The upright of a parent's lines left of a layer: each parent has its own."""
        used = channels.setdefault(layer, {})
        place = used.setdefault(parent, len(used))
        return MARGIN + layer * (WIDTH + GAP_X) - 26 - (place * 9) % (GAP_X - 50)

    result = []
    for relation in relations:
        parent, child = boxes[relation.parent], boxes[relation.child]
        row = next((row for row in child.rows if row.name == relation.column), None)
        end_y = row.y - 4 if row else child.y + HEAD / 2
        start_y = parent.rows[0].y - 4 if parent.rows else parent.y + HEAD / 2
        # itself, or the closing of a ring: out on the right and back in there
        if parent.layer >= child.layer:
            start, end = (parent.x + WIDTH, start_y), (child.x + WIDTH, end_y + (5 if parent is child else 0))
            edge = max(start[0], end[0]) + 22
            result.append(Line(relation, f"M{start[0]} {start[1]}H{edge}V{end[1]}H{end[0]}", start, end))
            continue
        start, end, path = (parent.x + WIDTH, start_y), (child.x, end_y), f"M{parent.x + WIDTH} {start_y}"
        for layer in range(parent.layer + 1, child.layer):
            lane = lanes[relation.parent, layer]
            path += f"H{channel(layer, relation.parent)}V{lane.y + LANE / 2}H{lane.x + WIDTH}"
        result.append(Line(relation, path + f"H{channel(child.layer, relation.parent)}V{end_y}H{child.x}",
                           start, end))
    return result
