"""Where a part's data flow diagram stands: people left, the process in the middle, tables right.

Each arrow has a row of its own with its words above it, so nothing lies on anything. Pure geometry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

from flask_babel import gettext

from portal.learn.processes.flows import Arrow, Part, arrows_of, stores_of, who_word
from portal.learn.sketch import Rect, head, width, wrapped
from portal.web import words

MARGIN, ENTITY, FLOW, PROCESS, LINK, STORE = 8.0, 168.0, 440.0, 168.0, 78.0, 232.0
SIZE, LINE, ABOVE_ARROW, GAP, STORE_GAP, STORE_LINE = 12.5, 16.0, 14.0, 12.0, 8.0, 15.0
#: Tables that a process only looks up.
LOOKED_UP = frozenset({"item", "unit_conversion", "supplier", "asset_model", "period", "inpatient_room",
                       "room_facility"})


@dataclass
class Flow:
    """An arrow with its words: `text` is where they stand, the arrow runs below them."""

    arrow: Arrow
    lines: list[str]
    room: Rect
    text: Rect
    y: float
    path: str
    point: str


@dataclass
class Entity:
    """Somebody outside of the process."""

    who: str
    lines: list[str]
    box: Rect


@dataclass
class Store:
    """A table, and the arrow between it and the process."""

    table: str
    lines: list[str]
    box: Rect
    path: str
    points: list[str]
    is_written: bool


@dataclass
class LevelZero:
    """The drawing of a part."""

    width: float
    height: float
    process: Rect
    process_lines: list[str]
    entities: list[Entity] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)


def draw(part: Part, counts: dict[str, dict[str, int]], rows: dict[str, str]) -> LevelZero:
    """The drawing of `part`. `counts`: records by state of each table, `rows`: how many rows a table has, in
    words; both empty where nothing is counted."""
    flow_x, process_x = MARGIN + ENTITY, MARGIN + ENTITY + FLOW
    entities, flows, y = [], [], MARGIN
    for who, arrows in groupby(arrows_of(part), key=lambda arrow: arrow.who):
        top = y
        for arrow in arrows:
            flow = _flow(arrow, flow_x, y, counts.get(arrow.table, {}))
            flows.append(flow)
            y = flow.room.bottom
        name = wrapped(who_word(who), SIZE + 0.5, ENTITY - 20, bold=True)
        y = max(y, top + 24 + 17 * len(name))
        entities.append(Entity(who, name, Rect(MARGIN, top, ENTITY, y - top)))
        y += GAP
    stores, bottom = _stores(part, rows, process_x + PROCESS)
    height = max(y - GAP, bottom, MARGIN + 160)
    process = Rect(process_x, MARGIN, PROCESS, height - MARGIN)
    name = f"{part.number} {part.word}".strip()
    return LevelZero(process_x + PROCESS + LINK + STORE + MARGIN, height + MARGIN, process,
                     wrapped(name, 15, PROCESS - 24, bold=True), entities, flows, stores)


def said(arrow: Arrow, counts: dict[str, int]) -> str:
    """What an arrow carries, in words: the steps, or the states with how many documents stand in each."""
    if arrow.steps:
        return ", ".join(words.step_word(step) for step in arrow.steps)
    if arrow.states:
        waiting = [f"{words.state_word(state)} {counts[state]}" if state in counts
                   else words.state_word(state) for state in arrow.states]
        return gettext("waits for them: %(states)s", states=", ".join(waiting))
    if arrow.reads:
        return gettext("to read")
    return gettext("comes in") if arrow.inward and arrow.who in {"supplier", "vendor"} else (
        gettext("is written") if arrow.inward else gettext("goes out"))


def _flow(arrow: Arrow, x: float, y: float, counts: dict[str, int]) -> Flow:
    lines = wrapped(f"{words.table_word(arrow.table)}: {said(arrow, counts)}", SIZE, FLOW - 36)
    room = Rect(x, y, FLOW, 6 + LINE * len(lines) + ABOVE_ARROW)
    wide = max(width(line, SIZE) for line in lines)
    text = Rect(x + 16, y + 5, min(wide, FLOW - 32), LINE * len(lines))
    at = round(y + 5 + LINE * len(lines) + 6, 1)
    point = head(room.right, at, 1) if arrow.inward else head(x, at, -1)
    return Flow(arrow, lines, room, text, at, f"M{x} {at}H{room.right}", point)


def _stores(part: Part, rows: dict[str, str], x: float) -> tuple[list[Store], float]:
    """The tables from top to bottom, and where the last one ends."""
    stores, y = [], MARGIN
    for table in stores_of(part):
        lines = [*wrapped(words.table_word(table), SIZE, STORE - 24)]
        if table in rows:
            lines.append(rows[table])
        box = Rect(x + LINK, y, STORE, 28 + STORE_LINE * len(lines))
        middle = round(y + box.height / 2, 1)
        is_written = table not in LOOKED_UP or (table in part.masters and bool(part.keepers))
        points = [head(x, middle, -1)] + ([head(box.x, middle, 1)] if is_written else [])
        stores.append(Store(table, lines, box, f"M{x} {middle}H{box.x}", points, is_written))
        y = box.bottom + STORE_GAP
    return stores, y - STORE_GAP
