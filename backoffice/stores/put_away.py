"""After goods came in, where they are to be put: on the shelf where the item lies already."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from models.operations.stores import shelves
from models.workflow import Transition

#: Lines that are told; whoever has more reads the shelf on the item's page.
MOST = 12


class PutAway:
    """Mixed into the view of a paper that brings goods in: `puts_away` names the step, and the store."""

    puts_away: tuple[str, str] = ("post", "store_id")

    def after_step(self, moved: Any, transition: Transition) -> list[str]:
        told: list[str] = super().after_step(moved, transition)  # type: ignore[misc]
        step, store = self.puts_away
        return [*told, *put_away(moved, getattr(moved, store))] if transition.name == step else told


def put_away(document: Any, store_id: int) -> list[str]:
    """The shelf of each item, the first on the way leading; those without one are named too."""
    items = {line.item_id: line.item.name for line in document.lines}
    places = shelves.locations(store_id, items)
    way = sorted(places, key=lambda key: shelves.walk(places[key]))
    known = [f"{items[key]} → {places[key]}" for key in way]
    loose = [name for key, name in items.items() if key not in places]
    told = []
    if known:
        told.append(gettext("Put away: %(places)s.", places="; ".join(known[:MOST])))
    if known and loose:
        told.append(gettext("No shelf is written yet for %(items)s.", items=", ".join(loose[:MOST])))
    return told
