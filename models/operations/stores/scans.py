"""From a scanned code to the item: by its barcode, by the barcode of one of its units, by its own code."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from models import barcodes
from models.barcodes import Scan
from models.base import db
from models.errors import N_, Refused
from models.items import Item, UnitConversion
from models.organisation import Status
from models.stock import StockBatch, batch_key


@dataclass(frozen=True, slots=True)
class ScannedItem:
    """The item of a code; its unit when the code is on that packing; its batch when the code names a known
    one."""

    scan: Scan
    item: Item
    unit: UnitConversion | None = None
    batch: StockBatch | None = None


def find(text: str) -> ScannedItem:
    """The item that `text` stands for. Raises `Refused` for nothing to read, an unknown code, an item out of
    use."""
    scan = barcodes.read(text)
    if scan.shelf and not scan.codes:
        raise Refused(N_("This is the label of the shelf %(shelf)s, not of an item."), shelf=scan.shelf)
    if not scan.codes:
        raise Refused(N_("There is no code to look for. Scan it again."))
    named = (sa.select(Item, UnitConversion)
             .outerjoin(UnitConversion, sa.and_(UnitConversion.item_id == Item.id,
                                                UnitConversion.barcode.in_(scan.codes)))
             .where(sa.or_(Item.barcode.in_(scan.codes), UnitConversion.id.is_not(None),
                           sa.func.lower(Item.code) == scan.shown.lower()))
             .order_by(Item.barcode.in_(scan.codes).desc().nulls_last(), UnitConversion.id.is_(None),
                       Item.status == Status.INACTIVE, Item.id).limit(1))
    row = db.session.execute(named).first()
    if row is None and scan.is_misread:
        raise Refused(barcodes.WRONG_DIGIT, code=scan.shown)
    if row is None:
        raise Refused(N_("No item has the code %(code)s. Look the item up by its name, or write this code "
                         "on the "
                         "item's page as its barcode."), code=scan.shown)
    item, unit = row
    if item.status == Status.INACTIVE:
        raise Refused(N_("%(item)s is no longer used."), item=item.name)
    batch = None
    if scan.batch is not None:
        batch = db.session.scalars(sa.select(StockBatch).where(
            StockBatch.item_id == item.id, StockBatch.number_key == batch_key(scan.batch))).first()
    return ScannedItem(scan, item, unit if item.barcode not in scan.codes else None, batch)
