"""A list in groups: how many rows each has, and the sums of amounts and quantities, in one statement."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import format_date
from sqlalchemy.orm import joinedload, lazyload

from backoffice.panel import lists, rendering
from backoffice.panel.columns import Column, key_of
from models.base import ExactDecimal, db
from models.people import User

#: Groups on a page; the largest come first.
MOST = 200
KINDS = frozenset({"enum", "bool", "reference", "date"})
#: Amounts whose sum says nothing: of one piece, or a limit.
RATES = ("price", "rate", "cost_of_one", "minimum", "maximum", "limit")


@dataclass(frozen=True)
class Grouped:
    """One group: what it is called, how many rows, the sums in the order of `Groups.sums`, and the list of
    its rows ("" where no filter says it)."""

    value: Any
    count: int
    sums: tuple[Any, ...]
    address: str


@dataclass(frozen=True)
class Groups:
    name: str
    sums: tuple[str, ...]
    rows: list[Grouped]
    total: Grouped
    is_cut: bool


def offered(view: Any) -> tuple[str, ...]:
    """Columns of the list that it can be grouped by; dates go by month."""
    return tuple(name for name in view.seen(view.offered_columns)
                 if name in view.every and view.every[name].kind in KINDS
                 and (name == "state" or not hasattr(view, f"cell_{name}")))


def summed(view: Any) -> tuple[str, ...]:
    """Columns whose sum says something: amounts and quantities, no prices of one piece and no limits."""
    return tuple(name for name in view.seen(view.offered_columns) if name in view.every
                 and view.every[name].kind in {"money", "quantity"}
                 and isinstance(kind := view.every[name].column.type, ExactDecimal) and kind.scale in (2, 3)
                 and not any(word in name for word in RATES))


def read(view: Any, query: Any, scoped: sa.Select[Any]) -> Groups:
    """The groups of what the list is asked; rights and filters are those of the rows."""
    column, sums = view.every[query.group], summed(view)
    by = lists.attribute_of(view.model, column)
    if column.kind == "date":
        by = sa.func.substr(sa.cast(by, sa.String(10)), 1, 7)
    whole = lists.narrowed(view, query, scoped).with_only_columns(
        by.label("by"), sa.func.count().label("rows"),
        *(sa.func.sum(getattr(view.model, name)).label(name) for name in sums)).group_by(by)
    found = [_group(view, query, column, sums, row) for row in db.session.execute(_named(column, whole))]
    rows = found[:MOST]
    total = Grouped(None, sum(row.count for row in rows), tuple(
        sum((row.sums[place] for row in rows if row.sums[place] is not None), start=Decimal(0))
        for place in range(len(sums))), "")
    return Groups(query.group, sums, rows, total, len(found) > MOST)


def _named(column: Column, whole: sa.Select[Any]) -> sa.Select[Any]:
    """Groups with the record that a reference names; months newest first, else the largest first."""
    groups = whole.subquery()
    order = groups.c.by.desc() if column.kind == "date" else groups.c.rows.desc()
    if column.relation is None:
        return sa.select(groups).order_by(order, groups.c.by).limit(MOST + 1)
    target = column.target
    options: list[Any] = [lazyload(User.user_roles)] if target is User else [
        joinedload(getattr(target, deeper)) for deeper in target.names_by]
    return (sa.select(groups, target).outerjoin(target, key_of(target) == groups.c.by).options(*options)
            .order_by(order, groups.c.by).limit(MOST + 1))


def _group(view: Any, query: Any, column: Column, sums: tuple[str, ...], row: Any) -> Grouped:
    value = row[-1] if column.relation is not None else row.by
    said, address = rendering.BLANK, ""
    if value is not None:
        if column.kind == "date":
            said, address = _month(view, query, column.name, value)
        else:
            said = rendering.shown(column, value)
            if column.name in view.seen(view.column_filters) or column.name == "state":
                raw = {True: "1", False: "0"}[value] if column.kind == "bool" else query._raw(value)
                address = query.url(group=None, **{column.name: raw})
    return Grouped(said, row.rows, tuple(row._mapping[name] for name in sums), address)


def _month(view: Any, query: Any, name: str, month: str) -> tuple[str, str]:
    first = date.fromisoformat(f"{month}-01")
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    address = query.url(group=None, **{f"{name}_from": first.isoformat(), f"{name}_to": last.isoformat()}) \
        if name in view.seen(view.column_filters) else ""
    return format_date(first, "MMMM yyyy"), address
