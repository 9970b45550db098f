"""Expiry dates as they are printed on boxes: ``12/2027``, ``DES 2027``, ``EXP 31.12.27``, ``ED 08/28`` …

A date of a month and a year means the last day of that month. Two digits of a year are the year that lies
nearest, by the rule of GS1 (General Specifications, 7.12). Everybody who reads an expiry reads it here.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, datetime
from typing import Any

from models import clock
from models.errors import N_, Refused

#: No expiry lies outside of these years; a year like 2207 is a slip of the finger.
YEARS = range(2000, 2100)
#: Longest text that is looked at.
MOST = 60
_MONTHS = (
    ("januari", "january"), ("februari", "february", "pebruari"), ("maret", "march", "mrt"), ("april",),
    ("mei", "may"), ("juni", "june"), ("juli", "july"), ("agustus", "august", "agst", "agt", "ags"),
    ("september", "sept"), ("oktober", "october"), ("november", "nopember"), ("desember", "december"))
#: What may stand before the date; what comes before it ("MFG 01/25 EXP 12/27") is another date.
_HEAD = re.compile(
    r".*?\b(?:EXP(?:IRY|IRES|IRED|IRATION)?|K[AE]DALU[WA]?ARSA|KED|E\.?\s?D|BEST\s+BEFORE|USE\s+BY|"
    r"(?:BAIK\s+)?(?:DIGUNAKAN\s+)?SEBELUM|B\.?B)\.?"
    r"\s*(?:DATE\b|TGL\b|TANGGAL\b|ON\b)?\s*[:.]?\s*(?=[0-9A-Z])", re.DOTALL)
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?$")
_DIGITS_AND_WORDS = re.compile(r"[0-9]+|[A-Z]+")
_BETWEEN = re.compile(r"[0-9A-Z\s./\\,:_'-]*")


def read_expiry(cell: Any, *, day_first: bool = True) -> date:
    """The day through which goods are good: a spreadsheet's date, or text as boxes and people write it.

    `day_first` says what ``03/04/27`` means, and stands in both languages of the house. Raises `Refused` (at
    ``expires_on``) for anything that is no date, or that can be read in two ways.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    typed = str(cell).strip()
    found = _read(typed, day_first) if len(typed) <= MOST else None
    if found is None or found.year not in YEARS:
        raise Refused(N_("“%(text)s” is no expiry date. Write it as it stands on the box, for example "
                         "31/12/2028, 12/2028 or DES 2028."), field="expires_on", text=typed[:30])
    return found


def full_year(two_digits: int) -> int:
    """The year that ends in `two_digits` and lies from 49 years back to 50 years ahead of this one."""
    now = clock.today().year
    year = now - now % 100 + two_digits
    return year - 100 if year - now >= 51 else year + 100 if year - now <= -50 else year


def last_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def gs1_day(digits: str) -> date:
    """A date of a GS1 element string, YYMMDD; day 00 is the last of the month. Raises `ValueError`."""
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise ValueError(digits)
    result = _date(full_year(int(digits[:2])), int(digits[2:4]), int(digits[4:]))
    if result is None:
        raise ValueError(digits)
    return result


def _date(year: int, month: int, day: int) -> date | None:
    """None where there is no such day; day 0 is the last of the month."""
    if not 1 <= month <= 12:
        return None
    last = last_of_month(year, month)
    return last if day == 0 else last.replace(day=day) if day <= last.day else None


def _read(typed: str, day_first: bool) -> date | None:
    text = unicodedata.normalize("NFKC", typed).upper()
    text = _MIDNIGHT.sub("", re.sub("[\u2010-\u2015\u2212]", "-", text.replace("\u2019", "'")).strip())
    text = _HEAD.sub("", text, count=1)
    if not _BETWEEN.fullmatch(text) or text.startswith("-"):
        return None
    parts = _DIGITS_AND_WORDS.findall(text)
    words = [part for part in parts if not part.isdigit()]
    if len(words) > 1 or len(parts) > 3 or not parts:
        return None
    if words:
        month = _month(words[0])
        return _with_name(parts, parts.index(words[0]), month) if month else None
    return {1: _run_together, 2: _month_and_year}.get(len(parts), lambda numbers: _three(numbers, day_first))(
        parts)


def _month(word: str) -> int | None:
    """The month of a name in either language, or of its first letters, at least three."""
    named = {number for number, names in enumerate(_MONTHS, start=1)
             if any(name.upper().startswith(word) for name in names)}
    return named.pop() if len(word) >= 3 and len(named) == 1 else None


def _year(digits: str) -> int | None:
    return int(digits) if len(digits) == 4 else full_year(int(digits)) if len(digits) == 2 else None


def _of_month(year: int | None, month: int) -> date | None:
    return last_of_month(year, month) if year is not None and 1 <= month <= 12 and year in YEARS else None


def _of_day(year: int | None, month: int, day: str) -> date | None:
    return _date(year, month, int(day)) if year is not None and year in YEARS and len(day) <= 2 else None


def _with_name(parts: list[str], place: int, month: int) -> date | None:
    """``DES 2027``, ``2027 DES``, ``31 DES 27``, ``DES 31, 2027``, ``2027-DEC-31``."""
    numbers = parts[:place] + parts[place + 1:]
    if len(numbers) == 1:  # "27 DES" may be a day or a year
        return _of_month(_year(numbers[0]), month) if place == 0 or len(numbers[0]) == 4 else None
    if len(numbers) != 2:
        return None
    if len(numbers[0]) == 4:
        return _of_day(_year(numbers[0]), month, numbers[1])
    return _of_day(_year(numbers[1]), month, numbers[0])


def _month_and_year(parts: list[str]) -> date | None:
    """``12/2027``, ``2027-12``, ``12-27``; not ``27-12``, which may be a day."""
    first, second = parts
    if len(first) == 4 and len(second) <= 2:
        return _of_month(int(first), int(second))
    return _of_month(_year(second), int(first)) if len(first) <= 2 else None


def _three(parts: list[str], day_first: bool) -> date | None:
    """Day, month and year in the order of the house; another order only where no other can be meant."""
    first, second, third = parts
    if len(first) == 4:
        return _of_day(int(first), int(second), third) if len(second) <= 2 else None
    if len(first) > 2 or len(second) > 2:
        return None
    if len(third) <= 2 and int(first) > 31:
        return _of_day(_year(first), int(second), third)
    is_month_first = int(second) > 12 or not (day_first or int(first) > 12)
    day, month = (second, first) if is_month_first else (first, second)
    return _of_day(_year(third), int(month), day)


def _run_together(parts: list[str]) -> date | None:
    """``31122027``, ``20271231``, ``122027``, ``202712``, ``1227``; refused where two readings are left."""
    text = parts[0]
    readings: dict[int, list[date | None]] = {
        8: [_of_day(_year(text[4:]), int(text[2:4]), text[:2]),
            _of_day(_year(text[:4]), int(text[4:6]), text[6:])] if len(text) == 8 else [],
        6: [_of_month(_year(text[2:]), int(text[:2])), _of_month(_year(text[:4]), int(text[4:])),
            _of_day(_year(text[4:]), int(text[2:4]), text[:2]),
            _of_day(_year(text[:2]), int(text[2:4]), text[4:])] if len(text) == 6 else [],
        4: [_of_month(_year(text[2:]), int(text[:2]))] if len(text) == 4 else []}
    found = {day for day in readings.get(len(text), []) if day is not None}
    return found.pop() if len(found) == 1 else None
