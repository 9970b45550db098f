"""Where a workflow's drawing stands: its states side by side in a row, below them a row for each step, with
an arrow from the state that it leaves to the one that it reaches.

Each step has its own row and its words stand above its arrow, so nothing lies on anything. Pure geometry.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from models.workflow import Transition, Workflow
from portal.learn.processes.words import rules_of, who_of
from portal.learn.sketch import Rect, head, width, wrapped
from portal.web import words

MARGIN, PITCH, NODE, NODE_LINE, SIZE, LINE = 14.0, 138.0, 124.0, 16.0, 12.5, 16.0
#: What a step's words may take of the drawing's width.
ROOM = 400.0
#: A step that leads back to its own state: how far its loop goes to the right and down.
LOOP, BACK = 26.0, 12.0


@dataclass
class Node:
    """A state: `count` is how many records stand in it, None where nothing is counted."""

    state: str
    lines: list[str]
    box: Rect
    is_initial: bool
    is_final: bool
    count: int | None = None

    @property
    def middle(self) -> float:
        return self.box.x + self.box.width / 2


@dataclass
class Step:
    """A step: its words and where they stand, the line, its heads and the dots at the states it leaves."""

    number: int
    step: Transition
    title: list[str]
    rules: list[str]
    text: Rect
    y: float
    path: str
    points: list[str]
    dots: list[float]


@dataclass
class Sketch:
    """The drawing of a workflow."""

    width: float
    height: float
    nodes: list[Node] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    top: float = 0


def final_states(workflow: Workflow) -> set[str]:
    """The states that no step leaves."""
    left = {source for step in workflow for source in step.sources}
    return {state.value for state in workflow.states if state not in left}


def draw(workflow: Workflow, counts: dict[str, int] | None = None) -> Sketch:
    """The drawing of `workflow`: states in the order of their declaration, the final ones last."""
    final = final_states(workflow)
    order = sorted((state.value for state in workflow.states), key=lambda value: value in final)
    lines = {value: wrapped(words.state_word(value), SIZE, NODE - 16, bold=True) for value in order}
    high = 18 + NODE_LINE * max(len(entry) for entry in lines.values()) + (NODE_LINE if counts is not None
                                                                           else 0)
    nodes = [Node(value, lines[value], Rect(MARGIN + PITCH * place, MARGIN + 12, NODE, high),
                  value == workflow.initial.value, value in final,
                  None if counts is None else counts.get(value, 0))
             for place, value in enumerate(order)]
    wide = max(MARGIN * 2 + PITCH * (len(nodes) - 1) + NODE, ROOM + 2 * MARGIN) + LOOP
    middles = {node.state: node.middle for node in nodes}
    y = top = MARGIN + 12 + high
    steps = []
    for number, step in enumerate(workflow, start=1):
        drawn = _step(number, step, middles, y + 14, wide)
        steps.append(drawn)
        y = drawn.y + BACK
    return Sketch(wide, y + MARGIN + 8, nodes, steps, top)


def _step(number: int, step: Transition, middles: dict[str, float], y: float, wide: float) -> Step:
    sources = sorted(middles[source.value] for source in step.sources)
    target = middles[step.target.value]
    left = min(*sources, target)
    room = min(ROOM, wide - 2 * MARGIN)
    title = wrapped(f"{number}. {words.step_word(step.name)}: {who_of(step)}", SIZE, room, bold=True)
    said = wrapped("; ".join(rules_of(step)), SIZE - 1, room)
    text_wide = min(max([width(line, SIZE, bold=True) for line in title]
                        + [width(line, SIZE - 1) for line in said]), room)
    x = min(left + 8, wide - MARGIN - text_wide)
    text = Rect(round(x, 1), y, round(text_wide, 1), LINE * (len(title) + len(said)))
    at = round(text.bottom + 9, 1)
    path, points = _line(sources, target, at)
    return Step(number, step, title, said, text, at, path, points, [x for x in sources if x != target])


def _line(sources: list[float], target: float, y: float) -> tuple[str, list[str]]:
    """The line of a step and its heads: from both sides where states on both sides lead there; a small loop
    where it leads back to where it was."""
    path, points = "", []
    if sources[0] < target:
        path += f"M{sources[0]} {y}H{target}"
        points.append(head(target, y, 1))
    if sources[-1] > target:
        path += f"M{sources[-1]} {y}H{target}"
        points.append(head(target, y, -1))
    if not path:
        path = f"M{target} {y}H{target + LOOP - 6}V{y + BACK}H{target}"
        points.append(head(target, y + BACK, -1))
    return path, points
