"""What a list will write, row by row, kept as plain JSON: the preview shows it, and applying must come to the
same.

`plan["rows"]` holds a mapping for each row of the list that writes something:
`row` (its number in the file), `word` ("new" or "changed"), `name` (the record's), `values` (attribute → what
is written) and, where it is changed, `before`. A record stands as `{"id": …, "text": …}`, decimals and days
as text.
`plan["asks"]` holds what must be confirmed first (`models.operations.core.spoilt_codes`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.errors import Refused
from models.operations.core import activity, spoilt_codes

Row = dict[str, Any]
#: Findings that are kept for the page; more are counted only.
MOST_FINDINGS = 300
#: Differences between two plans that a page names.
MOST_DIFFERENCES = 50


def plain(value: Any) -> Any:
    """`value` as the plan keeps it: a decimal without needless zeros, a record by its key and its words."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, db.Model):
        return {"id": sa.inspect(value).identity[0], "text": str(value)}
    return activity.plain(value)


def new_row(number: int, values: Mapping[str, Any], name: str) -> Row:
    return {"row": number, "word": "new", "name": name,
            "values": {key: plain(value) for key, value in values.items()}}


def changed_row(number: int, before: Mapping[str, Any], values: Mapping[str, Any], name: str) -> Row:
    return new_row(number, values, name) | {"word": "changed",
                                            "before": {key: plain(before[key]) for key in values}}


def digest(plan: Mapping[str, Any] | None, *about: str | date | None) -> str:
    """SHA-256 of the plan and of what it is about (kind, sheet, day); the same where the same would be
    written."""
    text = json.dumps([plan, *(activity.plain(entry) for entry in about)], sort_keys=True,
                      separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Outcome:
    """What a list does. `findings`: row number, word, column, message, parameters. `touched`: row number,
    whether it is new, the record."""

    new: int = 0
    changed: int = 0
    same: int = 0
    wrong: int = 0
    ignored: int = 0
    findings: list[list[Any]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    asks: list[spoilt_codes.Doubt] = field(default_factory=list)
    touched: list[tuple[int, bool, Any]] = field(default_factory=list)

    @property
    def plan(self) -> dict[str, Any]:
        """What is written, in the order of the rows; no row is while one is wrong."""
        return {"rows": [] if self.wrong else sorted(self.rows, key=lambda row: row["row"]),
                "asks": [asdict(doubt) for doubt in self.asks]}

    def note(self, row: int, word: str, column: str | None, message: str,
             params: Mapping[str, object]) -> None:
        self.ignored += word == "ignored"
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append([row, word, column or "", message, activity.plain(dict(params))])

    def refused(self, row: int, *refusals: Refused) -> None:
        """One wrong row, with all that is wrong with it. What is wrong goes before what is not taken."""
        self.wrong += 1
        if len(self.findings) >= MOST_FINDINGS:
            self.findings = [found for found in self.findings if found[1] == "wrong"]
        for refusal in refusals:
            self.note(row, "wrong", refusal.field, refusal.message, refusal.params)


# ---------------------------------------------------------------- first stock in figures

@dataclass
class StoreTotal:
    """What first stock brings into one store: lines, items, quantity by base unit, value in rupiah."""

    store: str
    lines: int = 0
    items: set[int] = field(default_factory=set)
    quantities: dict[str, Decimal] = field(default_factory=dict)
    value: Decimal = Decimal(0)

    def add(self, values: Mapping[str, Any]) -> None:
        self.lines += 1
        self.items.add(values["item"]["id"])
        unit = values["base_unit"]
        self.quantities[unit] = self.quantities.get(unit, Decimal(0)) + Decimal(values["base_quantity"])
        self.value += Decimal(values["value"])


def totals(plan: Mapping[str, Any]) -> list[StoreTotal]:
    """The figures of each store over all rows of a plan of first stock, by the store's words."""
    result: dict[int, StoreTotal] = {}
    for row in plan["rows"]:
        store = row["values"]["store"]
        result.setdefault(store["id"], StoreTotal(store["text"])).add(row["values"])
    return sorted(result.values(), key=lambda entry: entry.store)


# ---------------------------------------------------------------- two plans

@dataclass(frozen=True)
class Difference:
    """One value that another plan writes otherwise. `column` is empty where the whole row came or went."""

    row: int
    name: str
    column: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[Difference]:
    """What `after` writes otherwise than `before`, at most `MOST_DIFFERENCES`."""
    old, new = _by_row(before), _by_row(after)
    result: list[Difference] = []
    for number in sorted(old.keys() | new.keys()):
        result += _between(number, old.get(number), new.get(number))
        if len(result) >= MOST_DIFFERENCES:
            break
    return result[:MOST_DIFFERENCES]


def _by_row(plan: Mapping[str, Any] | None) -> dict[int, Row]:
    return {row["row"]: row for row in (plan or {"rows": []})["rows"]}


def _between(number: int, old: Row | None, new: Row | None) -> Iterable[Difference]:
    some = new or old
    if some is None or old == new:
        return
    if old is None or new is None or old["word"] != new["word"]:
        yield Difference(number, some["name"], "", old and old["word"], new and new["word"])
        return
    for part in ("before", "values"):
        mine, other = old.get(part, {}), new.get(part, {})
        for column in dict.fromkeys((*mine, *other)):
            if mine.get(column) != other.get(column):
                yield Difference(number, some["name"], column, mine.get(column), other.get(column))
