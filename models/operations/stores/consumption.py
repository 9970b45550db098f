"""What was used of each item in each store, month by month: given to units less what came back, dispensed,
and built into assets. Read off the ledger."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.operations.core.report_kit import quantity
from models.stock import StockMove

M = StockMove
#: The papers whose moves are use; a reversal is a move of its paper.
USED = ("delivery_request", "unit_return", "prescription", "maintenance")
#: Whole months that are looked back; two seasons.
MONTHS = 24
COLUMNS = tuple(f"month_{place}" for place in range(MONTHS))


def first_day(day: date | None = None) -> date:
    """The first day of the oldest month that is looked at."""
    last = _number(day or clock.today()) - MONTHS
    return date(last // 12, last % 12 + 1, 1)


def _number(day: date) -> int:
    """Months since the year 0, so that a difference is a number of months."""
    return day.year * 12 + day.month - 1


def by_month() -> sa.Select[Any]:
    """`store_id`, `item_id`, a column for each of the last whole months, the oldest first, and `this_month`,
    which is not over and counts for no forecast."""
    start = _number(clock.today()) - MONTHS
    month = sa.extract("year", M.moved_on) * 12 + sa.extract("month", M.moved_on) - 1
    place = sa.cast(month - start, sa.Integer)
    used = (sa.select(M.store_id, M.item_id, place.label("place"),
                      quantity(-sa.func.sum(M.quantity)).label("used"))
            .where(M.document_type.in_(USED), M.moved_on >= first_day())
            .group_by(M.store_id, M.item_id, place).subquery())
    return (sa.select(used.c.store_id, used.c.item_id, *(
        quantity(sa.func.sum(sa.case((used.c.place == number, used.c.used), else_=None))).label(name)
        for number, name in enumerate((*COLUMNS, "this_month"))))
        .group_by(used.c.store_id, used.c.item_id))


def history(row: Any) -> list[Decimal]:
    """The months of a row of `by_month`, from the first in which something was used; a month that gave back
    more than it took used nothing."""
    values = [max(getattr(row, name), Decimal(0)) for name in COLUMNS]
    begins = next((place for place, value in enumerate(values) if value), len(values))
    return values[begins:]
