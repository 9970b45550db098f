"""What a scanner reads: plain codes (EAN, UPC, our own), and GS1 codes that carry batch, expiry and count.

GS1 codes come as element strings, their fields in any order, and as GS1 Digital Link addresses. Readers send
the separator as the control character 29, write it out (``<GS>``), or leave it out where a field has a fixed
length; labels show the fields in brackets. All of them are read. Source: GS1 General Specifications,
application identifiers; GS1 Digital Link, URI syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, urlsplit

from stdnum import ean, numdb

from models.errors import N_
from models.expiry_dates import gs1_day

SEPARATOR = "\x1d"
#: The longest code that is looked at; an element string has at most 90, an address is longer.
MOST = 400
#: What scanners put before a code when they are set to name the symbology; the first four mean GS1.
_SYMBOLOGY = re.compile(r"^\](?:(C1|d2|Q3|e0|J1)|[A-Za-z][0-9])")
#: The separator as readers and programs write it out.
_WRITTEN = re.compile(r"(?i)<GS>|\{GS\}|\[GS\]|<FNC1>|\{FNC1\}|\[FNC1\]|<0x1D>|\\x1d|\\u001d|\^\]|␝|\x1e")
#: A field as labels print it, "(10)AB12"; a bracket inside of a value is no field.
_BRACKETS = re.compile(r"\(([0-9]{2,4})\)")
_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")
_IDENTIFIERS = numdb.get("gs1_ai")
#: Digital Links of before 2020 name the fields by words.
_WORDS = {"gtin": "01", "lot": "10", "ser": "21", "exp": "17"}
ARTICLE = ("01", "02")
BATCH, EXPIRY, BEST_BEFORE = "10", "17", "15"
COUNTS = ("37", "30")
#: Fields that GS1 leaves to every house: the code of an item, and a shelf, as our own labels carry them.
OWN_ITEM, OWN_SHELF = "91", "92"
WRONG_DIGIT = N_("The check digit of %(code)s is wrong: it was misread or mistyped. Scan it again.")


@dataclass(frozen=True, slots=True)
class Scan:
    """A code as it was read: what may stand for the item, and what else the code tells."""

    text: str
    codes: tuple[str, ...]
    batch: str | None = None
    expires_on: date | None = None
    count: Decimal | None = None
    #: A shelf of ours, as its label names it: the store's code and the place.
    shelf: str | None = None
    #: The article number in it cannot be right: its last digit does not fit.
    is_misread: bool = False

    @property
    def shown(self) -> str:
        """The code that people compare with the label."""
        return self.codes[0] if self.codes else self.text


def read(text: str) -> Scan:
    """The parts of a scanned or typed code; never raises. Without a code, `codes` is empty."""
    text = text.strip(" \t\r\n")[:MOST]
    symbology = _SYMBOLOGY.match(text)
    bare = _WRITTEN.sub(SEPARATOR, text[symbology.end():] if symbology else text)
    is_certain = bool(symbology and symbology[1]) or SEPARATOR in bare.strip(SEPARATOR) \
        or bare.startswith(SEPARATOR)
    fields = _linked(bare) or _bracketed(bare) or _run_together(bare, is_certain) or {}
    if fields.keys() & {*ARTICLE, OWN_ITEM, OWN_SHELF}:
        return _scan(text, fields, () if is_certain or not bare.isalnum() else (bare,))
    plain = "".join(character for character in bare if character.isprintable())
    return Scan(text, _alike(plain) if plain else (),
                is_misread=bool(_GTIN.fullmatch(plain)) and not ean.is_valid(plain.zfill(14)))


def _scan(text: str, fields: Mapping[str, str], also: tuple[str, ...]) -> Scan:
    """`also` is what the code may be if it only looks like one of GS1."""
    gtin = next((fields[key] for key in ARTICLE if key in fields), "")
    own = fields.get(OWN_ITEM, "")
    batch = fields.get(BATCH, "").strip()[:80]
    return Scan(text, _alike(gtin or own) + also, batch or None,
                _day(fields.get(EXPIRY)) or _day(fields.get(BEST_BEFORE)),
                next((number for key in COUNTS if (number := _count(fields.get(key)))), None),
                shelf=fields.get(OWN_SHELF), is_misread=bool(gtin) and not ean.is_valid(gtin))


# ---------------------------------------------------------------- element strings

def _length(identifier: str) -> tuple[int, bool] | None:
    """How long a field is at most, and whether it is always that long; None for what GS1 does not know."""
    known, about = _IDENTIFIERS.info(identifier)[0]
    if not about or known != identifier:
        return None
    parts = re.findall(r"(\[?)[NXYZ](\.\.)?([0-9]+)", about["format"])
    return (sum(int(length) for _, _, length in parts),
            not any(optional or up_to for optional, up_to, _ in parts))


def _identifier(text: str) -> str | None:
    """The identifier at the beginning of `text`, two to four digits."""
    return next((text[:size] for size in (2, 3, 4) if text[:size].isascii() and text[:size].isdigit()
                 and len(text) > size and _length(text[:size]) is not None), None)


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """The fields of a string that has separators after what varies. Raises `ValueError` where it is none."""
    text = text.strip(SEPARATOR)
    while text:
        identifier = _identifier(text)
        if identifier is None:
            raise ValueError(text)
        most, is_fixed = _length(identifier) or (0, False)
        text = text[len(identifier):]
        value = text.partition(SEPARATOR)[0]
        if is_fixed:
            value = value[:most]
            if len(value) < most:
                raise ValueError(identifier)
        yield identifier, _checked(identifier, value, most)
        text = text[len(value):].lstrip(SEPARATOR)


def _checked(identifier: str, value: str, most: int) -> str:
    """The value as it may stand in its field; our own fields and batches may be longer than GS1 prints.
    Raises `ValueError`."""
    is_number = identifier in (*ARTICLE, EXPIRY, BEST_BEFORE, *COUNTS)
    longest = most if is_number else max(most, 90)
    if not value or len(value) > longest or not value.isprintable() \
            or (is_number and not (value.isascii() and value.isdigit())):
        raise ValueError(identifier)
    if identifier in (EXPIRY, BEST_BEFORE):
        gs1_day(value)
    return value


def _run_together(text: str, is_certain: bool) -> dict[str, str] | None:
    """An element string without brackets. Where nothing says that it is one, it must name an article, and
    more, or one whose check digit is right."""
    try:
        fields = dict(_fields(text))
    except ValueError:
        return None
    article = next((fields[key] for key in ARTICLE if key in fields), None)
    if not is_certain and (article is None or (len(fields) < 2 and not is_article_number(article))):
        return None
    if BATCH in fields and EXPIRY not in fields and SEPARATOR not in text and _hides_a_date(fields[BATCH]):
        del fields[BATCH]  # the reader leaves separators out: nobody knows where the number ends
    return fields


def _hides_a_date(batch: str) -> bool:
    tail = re.search(r"17([0-9]{6})(?=$|21|30|37)", batch)
    try:
        return tail is not None and bool(gs1_day(tail[1])) and tail.start() > 0
    except ValueError:
        return False


def _bracketed(text: str) -> dict[str, str] | None:
    """``(01)08991234567890(10)AB12``: as it is printed below the bars."""
    heads = [head for head in _BRACKETS.finditer(text) if _length(head[1]) is not None]
    if not heads or heads[0].start() != 0:
        return None
    ends = [head.start() for head in heads[1:]] + [len(text)]
    result: dict[str, str] = {}
    for head, end in zip(heads, ends, strict=True):
        most, is_fixed = _length(head[1]) or (0, False)
        value = text[head.end():end].strip(" " + SEPARATOR)
        if head[1] in ARTICLE and _GTIN.fullmatch(value):
            value = value.zfill(most)
        try:
            result[head[1]] = _checked(head[1], value, most)
        except ValueError:
            return None
        if is_fixed and len(value) != most:
            return None
    return result


# ---------------------------------------------------------------- GS1 Digital Link

def _linked(text: str) -> dict[str, str] | None:
    """An address that ends in ``/01/<article>/10/<batch>?17=<expiry>``, of any domain, behind any path."""
    if not re.match(r"(?i)https?://", text):
        return None
    try:
        address = urlsplit(text)
    except ValueError:
        return None
    steps = [unquote(step) for step in address.path.split("/") if step]
    query = dict(parse_qsl(address.query.replace(";", "&")))
    start = next((place for place, (step, value) in enumerate(pairwise(steps))
                  if _WORDS.get(step.lower(), step) == "01" and _GTIN.fullmatch(value)), len(steps))
    named = [*zip(steps[start::2], steps[start + 1::2], strict=False), *query.items()]
    result: dict[str, str] = {}
    for name, value in named:
        identifier = _WORDS.get(name.lower(), name)
        known = _length(identifier) if identifier.isascii() and identifier.isdigit() else None
        if known is None:
            continue
        try:
            result.setdefault(identifier, _checked(
                identifier, value.zfill(14) if identifier in ARTICLE else value.strip(), known[0]))
        except ValueError:
            continue  # an address may say other things by such names
    return result if "01" in result else None


# ---------------------------------------------------------------- what is written on labels

def element_string(fields: Mapping[str, str]) -> str:
    """The fields as a code of ours carries them: with a separator after each that varies, but the last."""
    result = ""
    for number, (identifier, value) in enumerate(fields.items(), start=1):
        is_fixed = (_length(identifier) or (0, False))[1]
        result += identifier + value + ("" if is_fixed or number == len(fields) else SEPARATOR)
    return result


def label_code(item_code: str, barcode: str | None, batch: str = "", expires_on: date | None = None) -> str:
    """What the label of an item, or of a batch of it, carries: the first way of writing it that is read back
    as it was meant. The article number, where the item has one, stands before our own code."""
    article = barcode if is_article_number(barcode) else None
    fields = {"01": (article or "").zfill(14)} if article else {OWN_ITEM: item_code}
    if expires_on is not None:
        fields[EXPIRY] = expires_on.strftime("%y%m%d")
    if batch:
        fields[BATCH] = batch
    code = element_string(fields)
    bracketed = "".join(f"({key}){value}" for key, value in fields.items())
    for way in (code, bracketed, SEPARATOR + code) if article else (bracketed, SEPARATOR + code):
        scan = read(way)
        if (scan.batch or "", scan.expires_on) == (batch, expires_on) \
                and scan.shown == (fields.get("01") or item_code):
            return way
    return item_code


def shelf_code(store_code: str, location: str) -> str:
    return f"({OWN_SHELF}){store_code}:{location}"


def is_article_number(code: str | None) -> bool:
    return bool(code and _GTIN.fullmatch(code) and ean.is_valid(code.zfill(14)))


def _alike(code: str) -> tuple[str, ...]:
    """The ways in which one article number is kept: 14 digits, and shorter without leading zeros."""
    result = [code] if code else []
    if is_article_number(code):
        result += [code.zfill(14)[14 - length:] for length in (14, 13, 12, 8)
                   if not code.zfill(14)[:14 - length].strip("0")]
    return tuple(dict.fromkeys(result))


def _day(digits: str | None) -> date | None:
    return gs1_day(digits) if digits else None


def _count(value: str | None) -> Decimal | None:
    try:
        number = Decimal(value) if value is not None else None
    except InvalidOperation:
        return None
    return number if number is not None and number > 0 else None


def check_digit(digits: str) -> str:
    """`digits` with the check digit that makes them an article number (EAN-8, UPC-A, EAN-13 or GTIN-14)."""
    return digits + ean.calc_check_digit(digits)
