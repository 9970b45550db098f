"""Codes of digits that a spreadsheet may have spoilt: leading zeros that are gone, digits beyond the
fifteenth.

A spreadsheet that takes 0099 for a number keeps 99. Such a code would make a second record: it is asked for.
What came as a number of more than fifteen digits has lost some of them for good: it is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from models.errors import N_, Refused
from models.items import Item
from models.operations.core.list_files import Row
from models.stock import StockBatch, Store

_DIGITS = "0123456789"
#: How a number of more than fifteen digits reads after a spreadsheet had it.
_ROUNDED = re.compile(r"-?(?:[0-9]{15,}\.0|[0-9]+(?:[.,][0-9]+)?[eE]\+[0-9]+)")
#: A spreadsheet's number keeps all of its digits below this.
MOST_EXACT = 10 ** 15
#: Columns of digits in which zeros in front count; a column that the table lacks is passed over.
CODES = ("code", "barcode", "npwp", "phone", "bank_account", "tag", "serial_number")


@dataclass(frozen=True)
class Doubt:
    """A cell to ask about. `known` is the value it may stand for, `is_known` whether a record has that
    value."""

    row: int
    column: str
    cell: str
    known: str
    is_known: bool


def check_text(cell: Any) -> None:
    """Raises `Refused` for a cell of a text column that a spreadsheet spoilt for good."""
    if isinstance(cell, date):
        raise Refused(N_("the spreadsheet made a day of it. Format the column as text and write it again."))
    is_long = isinstance(cell, Decimal | int | float) and abs(Decimal(cell)) >= MOST_EXACT
    if is_long or (isinstance(cell, str) and _ROUNDED.fullmatch(cell)):
        raise Refused(N_("“%(cell)s” has lost digits: a spreadsheet keeps fifteen of a number. Format the "
                         "column as "
                         "text and write it again."), cell=str(cell)[:40])


class _Codes:
    """The values of one column that begin with a digit, and those of the list itself."""

    def __init__(self, session: Any, column: Any) -> None:
        self.known = frozenset(session.scalars(sa.select(column).where(
            sa.func.substr(column, 1, 1).in_(list(_DIGITS))).distinct()))
        self.listed: set[str] = set()

    @cached_property
    def _twins(self) -> Mapping[str, set[str]]:
        result: dict[str, set[str]] = {}
        for code in self.known | self.listed:
            result.setdefault(code.lstrip("0"), set()).add(code)
        return result

    @cached_property
    def _lengths(self) -> Counter[int]:
        return Counter(len(code) for code in self.known if code.isdigit())

    def twin(self, text: str) -> str | None:
        """Another code that differs by zeros in front only."""
        return min(self._twins.get(text.lstrip("0"), set()) - {text}, default=None)

    @property
    def length(self) -> int | None:
        """The one length that all codes of digits have."""
        return next(iter(self._lengths)) if len(self._lengths) == 1 else None


def of_records(session: Any, model: Any, rows: Iterable[Row]) -> list[Doubt]:
    """What to ask about the codes in rows of master data, their own and those of the records that they
    name."""
    rows = tuple(rows)
    result: list[Doubt] = []
    for name in CODES:
        column = model.__table__.columns.get(name)
        cells = [(row.number, row.cells.get(name)) for row in rows] if column is not None else []
        digits = [(number, text, not isinstance(cell, str)) for number, cell in cells
                  if (text := _digits(cell))]
        if not digits:
            continue
        codes = _Codes(session, getattr(model, name))
        codes.listed |= {text for _number, text, _is_number in digits}
        result += [doubt for number, text, is_number in digits
                   if (doubt := _doubt(number, name, text, is_number, codes)) is not None]
    named = {relation.key: relation.mapper.class_.code for relation in sa.inspect(model).relationships
             if not relation.uselist and "code" in relation.mapper.column_attrs}
    return sorted([*result, *_named(session, rows, named)], key=lambda entry: entry.row)


def of_stock(session: Any, rows: Iterable[Row]) -> list[Doubt]:
    """What to ask about the stores, items and batches that rows of first stock name."""
    return _named(session, tuple(rows),
                  {"store": Store.code, "item": Item.code, "batch_number": StockBatch.number})


def _named(session: Any, rows: tuple[Row, ...], columns: Mapping[str, Any]) -> list[Doubt]:
    """Cells that name something of digits, where something else differs by zeros in front only."""
    result: list[Doubt] = []
    for name, column in columns.items():
        digits = [(row.number, text) for row in rows if (text := _digits(row.cells.get(name)))]
        if digits:
            codes = _Codes(session, column)
            result += [Doubt(number, name, text, twin, True) for number, text in digits
                       if (twin := codes.twin(text)) is not None]
    return sorted(result, key=lambda entry: entry.row)


def _digits(cell: Any) -> str:
    """The digits that a cell is; empty for anything else."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float | Decimal):
        return ""
    text = cell.strip() if isinstance(cell, str) else f"{Decimal(cell).normalize():f}"
    return text if re.fullmatch("[0-9]{1,40}", text) else ""


def _doubt(row: int, column: str, text: str, is_number: bool, codes: _Codes) -> Doubt | None:
    twin = codes.twin(text)
    if twin is not None:
        return Doubt(row, column, text, twin, twin in codes.known)
    if text in codes.known:
        return None
    guesses = {"code": _code, "tag": _code, "barcode": _barcode, "npwp": _npwp, "phone": _phone}
    guess = guesses.get(column, _any)(text, is_number, codes)
    return Doubt(row, column, text, guess, False) if guess else None


def _code(text: str, is_number: bool, codes: _Codes) -> str:
    length = codes.length
    if length is not None and len(text) < length:
        return text.zfill(length)
    return f"0{text}" if is_number and length != len(text) else ""


def _barcode(text: str, is_number: bool, _codes: _Codes) -> str:
    """The lengths that packings carry without zeros in front: EAN-8, EAN-13, GTIN-14."""
    return text.zfill(13 if len(text) > 8 else 8) if is_number and len(text) not in (8, 13, 14) else ""


def _npwp(text: str, is_number: bool, _codes: _Codes) -> str:
    return text.zfill(16 if len(text) == 15
                      else 15) if len(text) < 15 or (is_number and len(text) == 15) else ""


def _phone(text: str, is_number: bool, _codes: _Codes) -> str:
    is_short = text.startswith("8") if not is_number else not text.startswith("62")
    return f"0{text}" if is_short else ""


def _any(text: str, is_number: bool, _codes: _Codes) -> str:
    return f"0{text}" if is_number else ""
