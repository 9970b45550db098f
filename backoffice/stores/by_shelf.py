"""Lines in the order of the way along the shelves."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from models.finality import FINAL_STATES
from models.operations.stores import shelves


class ByShelf:
    """Mixed into the view of papers that send people along the shelves: lines in the order of the way, until
    it is walked."""

    def line_table(self, record: Any, collection: str) -> dict[str, Any]:
        table: dict[str, Any] = super().line_table(record, collection)  # type: ignore[misc]
        if record.state in FINAL_STATES:
            return table
        places = shelves.locations(record.store_id, (line.item_id for line in table["rows"]))
        if places:
            table["extras"] = [(gettext("Shelf"), lambda line: places.get(line.item_id, "–")),
                               *table["extras"]]
            table["rows"] = sorted(table["rows"], key=lambda line: shelves.walk(places.get(line.item_id)))
        return table
