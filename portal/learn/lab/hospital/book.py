"""What the made-up hospital is written into: rows by table, in the order of the lab's columns."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from portal.learn.lab.schema import TABLES

#: The first and the last day of the made-up hospital; the last one is "today" of every exercise.
FIRST, TODAY = date(2026, 1, 1), date(2026, 6, 30)
#: Documents' numbers begin so.
PREFIXES = {"store_request": "SR", "delivery_request": "DR", "purchase_order": "PO", "goods_receipt": "RCV",
            "supplier_invoice": "INV", "consultation": "KON"}


@dataclass(frozen=True)
class Size:
    """How much of everything there is. `planted` adds empty values and ties that catch a query which is right
    on the other file by luck."""

    units: int
    items: int
    suppliers: int
    rooms: int
    doctors: int
    patients: int
    requests_a_week: int
    assets: int
    planted: bool


class Book:
    """The rows of one hospital, made by chance from a seed: the same seed gives the same rows everywhere."""

    def __init__(self, seed: int, size: Size) -> None:
        self.size = size
        self.chance = random.Random(seed)  # noqa: S311 (made-up rows, no secret)
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        self._columns = {name: frozenset(columns.split()) for name, columns in TABLES.items()}
        self._last_number: dict[str, int] = {}
        self.agenda: dict[date, list[Callable[[date], None]]] = {}

    def add(self, table: str, **values: Any) -> int:
        """Write a row and give its id. Raises KeyError for a column that the lab has not."""
        unknown = values.keys() - self._columns[table]
        if unknown:
            raise KeyError(f"{table}: {sorted(unknown)}")
        rows = self.rows[table]
        if "id" in self._columns[table]:
            values["id"] = len(rows) + 1
        rows.append(values)
        return len(rows)

    def row(self, table: str, key: int) -> dict[str, Any]:
        """The row with this id."""
        return self.rows[table][key - 1]

    def document(self, table: str, by: int, at: datetime, **values: Any) -> int:
        """A document with its number."""
        sequence = self._last_number[table] = self._last_number.get(table, 0) + 1
        return self.add(table, number=f"{PREFIXES[table]}/{at.year}/{sequence:06d}", created_by_id=by,
                        created_at=at, **values)

    def step(self, table: str, key: int, word: str, to: str, by: int, at: datetime, *,
             note: str | None = None) -> None:
        """Move a document on, and write the event."""
        document = self.row(table, key)
        self.add("document_event", document_type=table, document_id=key, transition=word,
                 from_state=document.get("state"), to_state=to, user_id=by, note=note, occurred_at=at)
        document["state"] = to

    def later(self, day: date, what: Callable[[date], None]) -> None:
        """Do it on that day, or on the next working day; never when that is after the last day."""
        while day.weekday() > 4:
            day += timedelta(days=1)
        if day <= TODAY:
            self.agenda.setdefault(day, []).append(what)

    def journal(self, table: str, key: int, by: int, at: datetime, *sides: tuple[str, str, Decimal]) -> None:
        """An entry; each side is account code, purpose and amount, a debit above zero and a credit below."""
        period = next(row["id"] for row in self.rows["period"] if row["month"] == at.month)
        entry = self.add("journal_entry", period_id=period, posted_on=at.date(), document_type=table,
                         document_id=key, description=self.row(table, key).get("number"), user_id=by,
                         occurred_at=at)
        for code, purpose, amount in sides:
            if amount:
                self.add("journal_line", entry_id=entry, account_id=self.account(code), purpose=purpose,
                         debit=max(amount, Decimal(0)), credit=max(-amount, Decimal(0)))

    def account(self, code: str) -> int:
        """The id of an account."""
        return next(row["id"] for row in self.rows["account"] if row["code"] == code)

    # ------------------------------------------------------------ chance

    def one(self, choices: Iterable[Any]) -> Any:
        """One of them, each as likely as the others."""
        return self.chance.choice(list(choices))

    def some(self, choices: Iterable[Any], most: int) -> list[Any]:
        """Between one and `most` different ones."""
        pool = list(choices)
        return self.chance.sample(pool, min(len(pool), self.chance.randint(1, most)))

    def often(self, share: float) -> bool:
        """True in that share of all cases."""
        return self.chance.random() < share

    def at(self, day: date, first: int = 1, last: int = 8) -> datetime:
        """An instant of that day, in UTC; the hospital's morning begins at 0 o'clock UTC."""
        return datetime.combine(day, time(self.chance.randint(first, last), self.chance.randrange(0, 60, 5)))

    def after(self, at: datetime, least: int, most: int) -> datetime:
        """That many minutes later, by chance."""
        return at + timedelta(minutes=self.chance.randint(least, most))
