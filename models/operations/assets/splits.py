"""A part of a group asset becomes an asset of its own: to be sold, or to stand elsewhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models.asset_register import Asset, AssetBook
from models.base import db
from models.depreciation import AssetBookChange, BookChangeKind
from models.operations.assets.books import take_part
from models.operations.core.approvals import opened
from models.people import User

ZERO = Decimal(0)
#: What a part of a group has of its whole.
INHERITED = ("asset_type_id", "asset_model_id", "name", "account_id", "ownership", "brand", "model",
             "condition", "acquired_on", "funding_source", "vendor_id", "warranty_until", "work_unit_id",
             "employee_id", "building_id", "room_id", "ward_id", "inpatient_room_id",
             "asset_receipt_line_id", "parent_id")
#: What of a book is shared out.
PORTIONS = ("cost", "residual_value", "accumulated", "opening_accumulated", "anchored_accumulated")


def split(asset: Asset, quantity: int, *, on: date, by: User, document: Any = None) -> Asset:
    """Make `quantity` of a group an asset of the same origin with a tag of its own and its share of every
    book: the two together are what the group was, to the last sen.

    For a `document` that depreciated the group up to the day `on`, the part's books go on from there; without
    one they keep the group's course. Raises `Refused` unless something is left. Flushes.
    """
    books = {book.id: book for book in asset.books}
    before = {key: {name: getattr(book, name) for name in PORTIONS} for key, book in books.items()}
    cost = asset.acquisition_cost
    take_part(asset, quantity, on=on, document=document, by=by)
    part = Asset(quantity=quantity, acquisition_cost=cost - asset.acquisition_cost, split_from_id=asset.id,
                 **{name: getattr(asset, name) for name in INHERITED})
    db.session.add(part)
    opened(part, by=by)
    for book in db.session.scalars(sa.select(AssetBook).where(AssetBook.asset_id
                                                              == asset.id).order_by(AssetBook.id)):
        share = {name: before[book.id][name] - getattr(book, name) for name in PORTIONS}
        gone = share["accumulated"]
        anchored = (on, gone) if document is not None else (
            book.anchored_on, min(share["anchored_accumulated"], gone))
        copy = AssetBook(
            asset_id=part.id, book=book.book, method=book.method, useful_life=book.useful_life,
            tax_group=book.tax_group, cost=share["cost"], accumulated=gone,
            opening_accumulated=min(share["opening_accumulated"], gone),
            residual_value=max(min(share["residual_value"], share["cost"] - gone), ZERO),
            starts_on=book.starts_on,
            anchored_on=anchored[0], anchored_accumulated=anchored[1],
            depreciated_until=book.depreciated_until)
        db.session.add(copy)
        db.session.flush()
        db.session.add(AssetBookChange(
            asset_book_id=copy.id, kind=BookChangeKind.PART, changed_on=on, amount=gone,
            cost_change=share["cost"],
            user_id=by.id, document_type=document.__tablename__ if document is not None else None,
            document_id=document.id if document is not None else None))
    db.session.flush()
    db.session.expire(part, ["books"])
    return part
