"""A barcode means one thing: an item, or one packing of one item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm.attributes import get_history

from models.base import db
from models.errors import N_, Refused
from models.items import Item, UnitConversion


def holders(model: Any, codes: Iterable[str]) -> dict[str, str]:
    """Those of the barcodes that stand on a record of the other kind, and what it is called."""
    other: Any = UnitConversion if model is Item else Item
    wanted = sorted({code for code in codes if code})
    result: dict[str, str] = {}
    for start in range(0, len(wanted), 500):
        for record in db.session.scalars(sa.select(other).where(
                other.barcode.in_(wanted[start:start + 500]))):
            result[record.barcode] = str(record if isinstance(record, Item)
                                         else f"{record.item} · {record}")
    return result


def check(model: Any, values: Mapping[str, Any], record: Any = None) -> None:
    """Raises `Refused` when the barcode in `values` stands on a record of the other kind."""
    for code, holder in holders(model, [values.get("barcode") or ""]).items():
        raise Refused(N_("“%(value)s” belongs to %(other)s already"), field="barcode", value=code,
                      other=holder)


@event.listens_for(db.session, "before_flush")
def _one_meaning(session: Any, _context: Any, _instances: Any) -> None:
    codes: dict[Any, list[str]] = {}
    for record in [*session.new, *session.dirty]:
        if isinstance(record, Item | UnitConversion) and record.barcode \
                and get_history(record, "barcode").has_changes():
            codes.setdefault(type(record), []).append(record.barcode)
    with session.no_autoflush:
        for model, values in codes.items():
            for code, holder in holders(model, values).items():
                raise Refused(N_("“%(value)s” belongs to %(other)s already"), field="barcode", value=code,
                              other=holder)
