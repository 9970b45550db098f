"""Finding records for people: by strict id, by what they typed, always inside what they may see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask_login import current_user

from backoffice.columns import columns_of, key_of, search_columns
from models.base import db
from models.documents import Document
from models.items import UnitConversion
from models.people import User
from models.rights import RIGHTS, may, scope

#: The most choices that a look-up answers, whatever it was asked for.
MOST = 20
_ID = re.compile(r"[1-9][0-9]{0,17}")


def identity(model: Any, text: str) -> Any:
    """The key that `text` stands for, or None: ids like ``abc``, ``1,2`` or of thirty digits belong to no row."""
    if isinstance(key_of(model).type, sa.Integer):
        return int(text) if _ID.fullmatch(text) else None
    return text if 0 < len(text) <= 80 and text.isprintable() else None


def choosable(model: Any) -> sa.ColumnElement[bool] | None:
    """Which rows of `model` the person may name in a form: those that they see; of plain master data all."""
    table = model.__tablename__
    if may(current_user, "read", table):
        return scope(current_user, table)
    rights = RIGHTS.get(table)
    closed = issubclass(model, (Document, User)) or (rights is not None and rights.clinical)
    return sa.false() if closed else None


def within(statement: sa.Select[Any], criterion: sa.ColumnElement[bool] | None) -> sa.Select[Any]:
    return statement if criterion is None else statement.where(criterion)


def find(model: Any, text: str) -> Any:
    """The record that `text` names by id or, where it is no id, by exact code or number; None when there is none."""
    statement = within(sa.select(model), choosable(model))
    key = identity(model, text)
    if key is not None:
        found = db.session.scalars(statement.where(key_of(model) == key)).first()
        if found is not None:
            return found
    for name in ("code", "number", "tag"):
        if name in columns_of(model) and len(text) <= 80 and text.isprintable():
            return db.session.scalars(statement.where(getattr(model, name) == text).limit(1)).first()
    return None


def like(text: str) -> str:
    """`text` as a LIKE pattern that matches it anywhere; its own % and _ mean themselves (escape character ``/``)."""
    return "%" + text.replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"


def matching(model: Any, text: str, columns: Iterable[str]) -> sa.ColumnElement[bool] | None:
    """Rows in which every word of `text` stands in one of the columns; None for nothing to look for."""
    words = [word for word in text.replace("\x00", "").split() if word][:8]
    names = tuple(columns)
    if not words or not names:
        return None
    return sa.and_(*(sa.or_(*(getattr(model, name).ilike(like(word), escape="/") for name in names))
                     for word in words))


def search(model: Any, text: str, *, limit: int = MOST, only: sa.ColumnElement[bool] | None = None) -> list[Any]:
    """At most `limit` records for a choice list, retired ones left out."""
    names = search_columns(model)
    statement = within(within(sa.select(model), choosable(model)), matching(model, text, names))
    statement = within(statement, only)
    if "status" in columns_of(model):
        statement = statement.where(model.status != "inactive")
    order = next((getattr(model, name) for name in ("name", "code") if name in columns_of(model)), None)
    statement = statement.order_by(key_of(model).desc() if order is None else order)
    return list(db.session.scalars(statement.limit(max(1, min(limit, MOST)))))


def base_unit(item_id: int) -> Any:
    """The item's base unit of measure (factor 1)."""
    return db.session.scalars(sa.select(UnitConversion).where(UnitConversion.item_id == item_id)
                              .order_by((UnitConversion.factor == 1).desc(), UnitConversion.id).limit(1)).first()


def units_of(item_ids: Iterable[int]) -> dict[int, list[Any]]:
    """The units of measure of some items, smallest first, in one statement."""
    wanted = set(item_ids)
    found: dict[int, list[Any]] = {item_id: [] for item_id in wanted}
    if wanted:
        for unit in db.session.scalars(sa.select(UnitConversion).where(UnitConversion.item_id.in_(wanted))
                                       .order_by(UnitConversion.factor, UnitConversion.id)):
            found[unit.item_id].append(unit)
    return found
