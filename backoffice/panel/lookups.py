"""Finding records for people: by strict id, by what they typed, always inside what they may see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask_login import current_user
from sqlalchemy.orm import contains_eager

from backoffice.panel.columns import columns_of, key_of, search_columns
from models import spelling
from models.base import db
from models.clinic import Patient
from models.documents import Document
from models.items import Item, UnitConversion
from models.operations.clinic import finding
from models.people import User
from models.rights import RIGHTS, hidden, may, scope
from models.stock import StockBatch
from portal.web import words
from portal.web.locale import quantity

#: The most choices that a look-up answers, whatever it was asked for.
MOST = 20
#: Records that pasted cells are looked for among.
MOST_CALLED = 1000
_ID = re.compile(r"[1-9][0-9]{0,17}")


def identity(model: Any, text: str) -> Any:
    """The key that `text` stands for, or None: ids like ``abc``, ``1,2`` or of thirty digits belong to no
    row."""
    if isinstance(key_of(model).type, sa.Integer):
        return int(text) if _ID.fullmatch(text) else None
    return text if 0 < len(text) <= 80 and text.isprintable() else None


def choosable(model: Any) -> sa.ColumnElement[bool] | None:
    """Which rows of `model` the person may name in a form: those that they see; of plain master data all."""
    table = model.__tablename__
    if may(current_user, "read", table):
        return scope(current_user, table)
    parent = parent_of(model)
    if parent is not None:
        relation, document = parent
        if not may(current_user, "read", document.__tablename__):
            return sa.false()
        criterion = scope(current_user, document.__tablename__)
        local = getattr(model, next(iter(relation.local_columns)).name)
        return None if criterion is None else local.in_(sa.select(document.id).where(criterion))
    rights = RIGHTS.get(table)
    closed = issubclass(model, (Document, User)) or (rights is not None and rights.clinical)
    return sa.false() if closed else None


def parent_of(model: Any) -> tuple[Any, Any] | None:
    """The relationship of a line to its document, and the document's class; None for what is no line."""
    table = model.__tablename__
    if not table.endswith("_line"):
        return None
    for relation in sa.inspect(model).relationships:
        target = relation.mapper.class_
        if issubclass(target, Document) and table == f"{target.__tablename__}_line":
            return relation, target
    return None


def within(statement: sa.Select[Any], criterion: sa.ColumnElement[bool] | None) -> sa.Select[Any]:
    return statement if criterion is None else statement.where(criterion)


def find(model: Any, text: str) -> Any:
    """The record that `text` names by id or, where it is no id, by exact code or number; None when there is
    none."""
    statement = within(sa.select(model), choosable(model))
    key = identity(model, text)
    if key is not None:
        result = db.session.scalars(statement.where(key_of(model) == key)).first()
        if result is not None:
            return result
    for name in ("code", "number", "tag"):
        if name in columns_of(model) and len(text) <= 80 and text.isprintable():
            return db.session.scalars(statement.where(getattr(model, name) == text).limit(1)).first()
    return None


#: What a record may be called by in a cell of a spreadsheet.
NAMED_BY = ("code", "number", "tag", "barcode", "name")


def called(model: Any, texts: Iterable[str]) -> dict[str, list[Any]]:
    """By each text in small letters the records in use that are called so: by code, number, tag, barcode or
    name, or "code name" as lists write it. One statement for all."""
    wanted = {text.lower() for text in texts if text and text.isprintable()}
    every = columns_of(model)
    names = [sa.func.lower(getattr(model, name)) for name in NAMED_BY if name in every]
    if "code" in every and "name" in every:
        names.append(sa.func.lower(model.code + " " + model.name))
    result: dict[str, list[Any]] = {text: [] for text in wanted}
    if not wanted or not names:
        return result
    statement = within(sa.select(model, *names), choosable(model)).where(
        sa.or_(*(name.in_(wanted) for name in names)))
    if "status" in every:
        statement = statement.where(model.status != "inactive")
    for record, *said in db.session.execute(statement.order_by(key_of(model)).limit(2 * MOST_CALLED)):
        for text in dict.fromkeys(said):
            if text in result:
                result[text].append(record)
    return result


def searched_columns(model: Any) -> tuple[str, ...]:
    """The texts of `model` that the person may search by: not those that are hidden from them."""
    out = hidden(current_user, model.__tablename__)
    return tuple(name for name in search_columns(model) if name not in out)


def like(text: str) -> str:
    """`text` as a LIKE pattern that matches it anywhere; its own % and _ mean themselves (escape character
    ``/``)."""
    return "%" + text.replace("/", "//").replace("%", "/%").replace("_", "/_") + "%"


def beside(model: Any) -> tuple[Any, ...]:
    """Expressions that a table is searched by beside its own texts: patients by the e-mail of their
    account."""
    if model is StockBatch:
        return (StockBatch.number_key,)
    if model is not Patient:
        return ()
    return (sa.select(User.email).where(User.id == Patient.user_id).correlate(Patient).scalar_subquery(),)


def exactly(model: Any, text: str, *, is_sealed: bool) -> sa.ColumnElement[bool] | None:
    """Patients whom the whole text means: a telephone, a birth date, a record number, however it is written,
    and for who may correct it the NIK, which no address may carry in clear. None for what is none of it."""
    if model is not Patient:
        return None
    by_nik = is_sealed and may(current_user, "edit", "patient")
    result = finding.meant(text, by_nik=by_nik)
    return sa.or_(*result) if result else None


def matching(model: Any, text: str, columns: Iterable[str]) -> sa.ColumnElement[bool] | None:
    """Rows in which every word of `text` stands in one of the columns; None for nothing to look for."""
    words = [word for word in text.replace("\x00", "").split() if word][:8]
    texts = [*(getattr(model, name) for name in columns), *beside(model)]
    if not words or not texts:
        return None
    return sa.and_(*(sa.or_(*(text.ilike(like(word), escape="/") for text in texts), *spelt(model, word))
                     for word in words))


def spelt(model: Any, word: str) -> list[sa.ColumnElement[bool]]:
    """What a word stands for in another writing: paracetamol is parasetamol, 17/05/1990 a birth date."""
    if model is Patient:
        return finding.meant(word)
    if model is not Item or not (sound := spelling.folded(word)):
        return []
    return [spelling.folded_sql(column).like(like(sound), escape="/")
            for column in (Item.name, Item.also_called)]


def search(model: Any, text: str, *, limit: int = MOST,
           only: sa.ColumnElement[bool] | None = None) -> list[Any]:
    """At most `limit` records for a choice list, retired ones left out."""
    statement = within(within(sa.select(model), choosable(model)), only)
    parent = parent_of(model)
    if parent is not None:
        relation, document = parent
        statement = statement.join(getattr(model,
                                           relation.key)).options(contains_eager(getattr(model,
                                                                                         relation.key)))
        result = [matching(document, text, searched_columns(document))]
        for name in ("item", "asset_model", "asset"):
            if name in columns_of(model):
                column = getattr(model, name)
                target = columns_of(model)[name].target
                statement = statement.outerjoin(column).options(contains_eager(column))
                result.append(matching(target, text, searched_columns(target)))
        named = [criterion for criterion in result if criterion is not None]
        statement = statement.where(sa.or_(*named)) if named else statement
    else:
        statement = within(statement, matching(model, text, searched_columns(model)))
    if "status" in columns_of(model):
        statement = statement.where(model.status != "inactive")
    order = next((getattr(model, name) for name in ("name", "code") if name in columns_of(model)), None)
    if text.strip() and parent is None and (near := nearness(model, text.strip())):
        statement = statement.order_by(sa.case(*near, else_=len(near)))
    statement = statement.order_by(key_of(model).desc() if order is None else order)
    return list(db.session.scalars(statement.limit(max(1, min(limit, MOST)))))


def nearness(model: Any, text: str) -> list[tuple[sa.ColumnElement[bool], int]]:
    """What comes first among what was found: the whole code, the whole name, a name that begins so or holds
    the text as it was typed ("ukuran M" before "ukuran L", in which an m stands too)."""
    known, said = columns_of(model), text.lower()
    whole = [sa.func.lower(getattr(model, name)) == said for name in ("barcode", "code", "name")
             if name in known]
    name = getattr(model, "name", None) if "name" in known else None
    part = [] if name is None else [name.ilike(pattern, escape="/")
                                    for pattern in (like(text)[1:], like(text))]
    return [(criterion, place) for place, criterion in enumerate([*whole, *part])]


def is_exact(record: Any, text: str) -> bool:
    """Whether `text` is the record's whole code or barcode, so that nothing else can be meant."""
    return any(str(getattr(record, name, None) or "").lower() == text.strip().lower() != ""
               for name in ("barcode", "code"))


def text_of(record: Any) -> str:
    """What a record is called in a choice list."""
    if record.has_text():
        return words.called(record)
    every = columns_of(type(record))
    parts = [str(getattr(record, name)) for name in ("asset_model", "item", "asset", "name") if name in every]
    parent = parent_of(type(record))
    if parent is not None:
        parts.insert(0, str(getattr(record, parent[0].key)))
    return " · ".join(part for part in parts
                      if part != "None") or f"#{getattr(record, key_of(type(record)).key)}"


def base_unit(item_id: int) -> Any:
    """The item's base unit of measure (factor 1)."""
    return db.session.scalars(sa.select(UnitConversion).where(UnitConversion.item_id == item_id)
                              .order_by((UnitConversion.factor == 1).desc(),
                                        UnitConversion.id).limit(1)).first()


def units_of(item_ids: Iterable[int]) -> dict[int, list[Any]]:
    """The units of measure of some items, smallest first, in one statement."""
    wanted = set(item_ids)
    result: dict[int, list[Any]] = {item_id: [] for item_id in wanted}
    if wanted:
        for unit in db.session.scalars(sa.select(UnitConversion).where(UnitConversion.item_id.in_(wanted))
                                       .order_by(UnitConversion.factor, UnitConversion.id)):
            result[unit.item_id].append(unit)
    return result


def unit_text(unit: Any) -> str:
    """A unit of measure with what it holds: "box (100 tablet)"."""
    if unit.factor == 1:
        return unit.unit_name
    return f"{unit.unit_name} ({quantity(unit.factor)})"
