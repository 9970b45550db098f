"""Whether a medicine meets what the patient's record says of allergies: by name, spelling aside, or by its
group."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "reference" / "golongan_alergi_obat.csv"
#: English and Latin spelling to Indonesian, in this order: amoxicillin is amoksisilin.
_SPELLING = (("x", "ks"), ("ph", "f"), ("th", "t"), ("qu", "ku"), ("ch", "k"), ("ce", "se"), ("ci", "si"),
             ("cy", "si"), ("cc", "k"), ("c", "k"), ("y", "i"), ("ae", "e"), ("oe", "e"))
_SHORTEST = 4
#: Words of the field that name no substance.
_EMPTY = {"tidak", "ada", "alergi", "obat", "none", "allergy", "allergic", "golongan", "semua", "belum",
          "diketahui", "unknown", "dengan", "dari", "makanan", "udang", "kacang", "susu", "telur", "debu",
          "dingin", "laut", "ikan"}


@dataclass(frozen=True)
class Warning:
    """What the record says, and the group where the name itself was not met."""

    said: str
    group: str = ""

    def __str__(self) -> str:
        return f"{self.said} ({self.group})" if self.group else self.said


def plain(word: str) -> str:
    """One spelling for the many of a substance: lower case, Indonesian, no doubled letters, no silent end."""
    text = word.lower()
    for other, ours in _SPELLING:
        text = text.replace(other, ours)
    text = re.sub(r"(.)\1", r"\1", text)
    return text[:-1] if text.endswith("e") and len(text) > _SHORTEST else text


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text) if word.lower() not in _EMPTY]


@cache
def _groups() -> tuple[tuple[str, frozenset[str], frozenset[str]], ...]:
    """Name of each group, what people call it, what belongs to it."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple((row["golongan"], frozenset(map(plain, row["sebutan"].split())),
                      frozenset(map(plain, row["obat"].split()))) for row in csv.DictReader(file))


def entries(text: str | None) -> list[str]:
    """What is named in a text of allergies, as it was written: parted by commas, semicolons or lines."""
    return [entry.strip() for entry in re.split(r"[,;\n]", text or "") if entry.strip()]


def joined(*texts: str | None) -> str | None:
    """One text of all that the texts name, in their order, nothing twice; None when they name nothing."""
    named: dict[str, str] = {}
    for entry in (entry for text in texts for entry in entries(text)):
        named.setdefault(" ".join(entry.lower().split()), entry)
    return ", ".join(named.values()) or None


def warning(allergies: str | None, medicine: str) -> Warning | None:
    """The first entry of the patient's allergies that the medicine's name meets; None when there is none.

    A named substance warns of its whole group too: who cannot take amoksisilin is warned of ampisilin.
    """
    names = {plain(word) for word in _words(medicine) if len(word) >= _SHORTEST}
    for said in _words(allergies or ""):
        key = plain(said)
        if len(key) >= _SHORTEST and any(key in name or name in key for name in names):
            return Warning(said)
        for group, called, members in _groups():
            if (key in called or key in members) and not members.isdisjoint(names):
                return Warning(said, group)
    return None
