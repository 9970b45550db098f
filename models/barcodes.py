"""What a scanner reads: plain codes (EAN, UPC, our own), and GS1 codes that carry batch, expiry and count.

A scanner sends the GS1 separator as the control character 29 or not at all where a field of fixed length
follows; a printed label shows the fields in brackets. Both are read. Source: GS1 General Specifications,
application identifiers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from stdnum import ean, gs1_128
from stdnum.exceptions import ValidationError

SEPARATOR = "\x1d"
#: The longest code that is looked at; a GS1 element string has at most 90.
MOST = 120
#: What scanners put before a GS1 string when they are set to name the symbology.
_SYMBOLOGY = re.compile(r"^\](?:C1|d2|Q3|e0)")
#: A field as labels print it, "(10)AB12"; these have a fixed length and need no separator after them.
_BRACKETS = re.compile(r"\(([0-9]{2,4})\)([^(]*)")
_FIXED = frozenset({"00", "01", "02", "11", "12", "13", "15", "16", "17", "20"})
_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")


@dataclass(frozen=True, slots=True)
class Scan:
    """A code as it was read: what may stand for the item, and what else the code tells."""

    text: str
    codes: tuple[str, ...]
    batch: str | None = None
    expires_on: date | None = None
    count: Decimal | None = None

    @property
    def shown(self) -> str:
        """The code that people compare with the label."""
        return self.codes[0] if self.codes else self.text


def read(text: str) -> Scan:
    """The parts of a scanned or typed code; never raises. Without a code, `codes` is empty."""
    text = text.strip(" \t\r\n")[:MOST]
    bare = _SYMBOLOGY.sub("", text).lstrip(SEPARATOR)
    fields = _gs1(bare)
    if fields is not None:
        gtin = str(fields.get("01") or fields.get("02") or "")
        batch = str(fields["10"]).strip() if fields.get("10") else None
        expires_on = fields.get("17")
        return Scan(text, _alike(gtin), batch[:80] if batch else None,
                    expires_on if isinstance(expires_on, date) else None,
                    _count(fields.get("37") or fields.get("30")))
    plain = "".join(character for character in bare if character.isprintable())
    return Scan(text, _alike(plain) if plain else ())


def _gs1(text: str) -> dict[str, object] | None:
    """The fields of a GS1 element string that begins with the article number; None for anything else."""
    if not (text.startswith(("(01)", "(02)")) or re.match(r"0[12][0-9]{14}(?=$|[0-9])", text)):
        return None
    if not text.startswith("(") and len(text) < 18:
        return None
    text = _BRACKETS.sub(lambda field: field[1] + field[2] + ("" if field[1] in _FIXED else SEPARATOR), text)
    try:
        return dict(gs1_128.info(text, separator=SEPARATOR))
    except (ValidationError, ValueError, KeyError):
        return None


def _alike(code: str) -> tuple[str, ...]:
    """The ways in which one article number is kept: 14 digits, and shorter without leading zeros."""
    result = [code] if code else []
    if _GTIN.fullmatch(code) and ean.is_valid(code.zfill(14)):
        result += [code.zfill(14)[14 - length:] for length in (14, 13, 12, 8)
                   if not code.zfill(14)[:14 - length].strip("0")]
    return tuple(dict.fromkeys(result))


def _count(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None
    return number if number is not None and number > 0 else None


def check_digit(digits: str) -> str:
    """`digits` with the check digit that makes them an article number (EAN-8, UPC-A, EAN-13 or GTIN-14)."""
    return digits + ean.calc_check_digit(digits)
