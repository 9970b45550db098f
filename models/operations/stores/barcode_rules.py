"""A barcode means one thing: an item, or one packing of one item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm.attributes import get_history

from models.base import db
from models.errors import N_, Refused
from models.items import Item, UnitConversion


def check(model: Any, values: Mapping[str, Any], record: Any = None) -> None:
    """Raises `Refused` when the barcode in `values` stands on a record of the other kind."""
    code = values.get("barcode")
    if not code:
        return
    other: Any = UnitConversion if model is Item else Item
    result = db.session.scalars(sa.select(other).where(other.barcode == code)).first()
    if result is not None:
        raise Refused(N_("“%(value)s” belongs to %(other)s already"), field="barcode", value=code,
                      other=str(result if isinstance(result, Item) else f"{result.item} · {result}"))


@event.listens_for(db.session, "before_flush")
def _one_meaning(session: Any, _context: Any, _instances: Any) -> None:
    for record in [*session.new, *session.dirty]:
        if isinstance(record, Item | UnitConversion) and record.barcode \
                and get_history(record, "barcode").has_changes():
            with session.no_autoflush:
                check(type(record), {"barcode": record.barcode})
