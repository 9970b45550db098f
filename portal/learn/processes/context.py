"""Where the context diagram stands: the system in the middle, everybody outside left and right of it, two
arrows each. What an arrow carries lies on it as small boxes. Pure geometry."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_babel import gettext

from models.documents import document_types
from portal.learn.processes.flows import PARTS, arrows_of, who_word
from portal.learn.sketch import Rect, head, width, wrapped
from portal.web import words

MARGIN, ENTITY, FLOW, SYSTEM, GAP = 8.0, 158.0, 372.0, 168.0, 16.0
SIZE, CHIP, CHIP_GAP = 12.0, 24.0, 5.0
WIDTH = 2 * (MARGIN + ENTITY + FLOW) + SYSTEM


@dataclass
class Chip:
    """One thing on an arrow: the table it is about, or the part of the system."""

    text: str
    table: str
    part: str
    box: Rect


@dataclass
class Bundle:
    """All that goes one way between somebody and the system."""

    inward: bool
    chips: list[Chip]
    path: str
    point: str


@dataclass
class Outside:
    """Somebody outside of the system, with what goes there and back."""

    who: str
    lines: list[str]
    box: Rect
    bundles: list[Bundle]


@dataclass
class Context:
    """The drawing."""

    width: float
    height: float
    system: Rect
    system_lines: list[str]
    outside: list[Outside] = field(default_factory=list)


def carried() -> dict[str, dict[bool, list[tuple[str, str, str]]]]:
    """By person and direction (in, out): (text, table, part) of all that is carried, each once."""
    result: dict[str, dict[bool, list[tuple[str, str, str]]]] = {}
    documents = document_types()
    for part in PARTS:
        for arrow in arrows_of(part):
            if part.key == "master":
                thing = (str(part.word), "", part.key)
            else:
                model = documents.get(arrow.table)
                text = model.prefix if model is not None else words.table_word(arrow.table)
                thing = (text, arrow.table, part.key)
            there = result.setdefault(arrow.who, {True: [], False: []})[arrow.inward]
            if thing not in there:
                there.append(thing)
    return result


def draw() -> Context:
    """The whole diagram; who is placed next goes to the side that is shorter."""
    left = right = MARGIN
    outside: list[Outside] = []
    for who, ways in carried().items():
        on_left = left <= right
        placed = _outside(who, ways, left if on_left else right, on_left=on_left)
        outside.append(placed)
        if on_left:
            left = placed.box.bottom + GAP
        else:
            right = placed.box.bottom + GAP
    height = max(left, right) - GAP
    system = Rect(MARGIN + ENTITY + FLOW, MARGIN, SYSTEM, height - MARGIN)
    name = wrapped(gettext("Hospital information system"), 15, SYSTEM - 40, bold=True)
    return Context(WIDTH, height + MARGIN, system, name, outside)


def _outside(who: str, ways: dict[bool, list[tuple[str, str, str]]], top: float, *,
             on_left: bool) -> Outside:
    x = MARGIN + ENTITY if on_left else MARGIN + ENTITY + FLOW + SYSTEM
    bundles, y = [], top + 2
    for inward, things in ways.items():
        if things:
            bundle, y = _bundle(things, x, y, inward=inward, on_left=on_left)
            bundles.append(bundle)
    lines = wrapped(who_word(who), 13.5, ENTITY - 20, bold=True)
    height = max(y - top, 22 + 17.0 * len(lines))
    return Outside(who, lines, Rect(MARGIN if on_left else x + FLOW, top, ENTITY, height), bundles)


def _bundle(things: list[tuple[str, str, str]], x: float, y: float, *, inward: bool,
            on_left: bool) -> tuple[Bundle, float]:
    """The small boxes in lines, the arrow below them; and where the next may begin."""
    chips, at = [], x + 14
    for text, table, part in things:
        wide = max(width(text, SIZE) + 14, 30)
        if at + wide > x + FLOW - 14 and at > x + 14:
            at, y = x + 14, y + CHIP + CHIP_GAP
        chips.append(Chip(text, table, part, Rect(round(at, 1), round(y, 1), round(wide, 1), CHIP)))
        at += wide + CHIP_GAP
    line = round(y + CHIP + 8, 1)
    point = head(x + FLOW, line, 1) if inward == on_left else head(x, line, -1)
    return Bundle(inward, chips, f"M{x} {line}H{x + FLOW}", point), line + 10
