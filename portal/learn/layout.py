"""What `make diagram` hands to ELK: the boxes and relations of each diagram, as JSON on standard output."""

from __future__ import annotations

import json
import sys
from typing import Any

import models  # noqa: F401  (every table)
from portal.learn import catalogue, drawing


def graph(key: str) -> dict[str, Any]:
    """One diagram without places. `out` is where lines leave a box and `at` where they reach one, from its
    top; a box of names alone leaves that to ELK."""
    names = catalogue.in_view(key)
    boxes = drawing.boxes_of(names)
    by_name = {box.name: box for box in boxes}
    is_detailed = len(names) <= drawing.MOST_DETAILED
    return {
        "width": drawing.WIDTH, "margin": drawing.MARGIN, "detailed": is_detailed,
        "boxes": [{"name": box.name, "height": box.height,
                   "out": box.row_middle(box.rows[0].name if box.rows else "")} for box in boxes],
        "lines": [{"key": drawing.line_key(relation), "parent": relation.parent, "child": relation.child,
                   "at": by_name[relation.child].row_middle(relation.column)}
                  for relation in catalogue.relations(names)]}


def main() -> None:
    """Write every diagram by its key."""
    sys.stdout.write(json.dumps({key: graph(key) for key in [*catalogue.processes(), catalogue.WHOLE]}))
