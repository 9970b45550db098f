"""Which substances a name means: brand, abbreviation, other spelling or a slip of the pen; their groups and
classes.

What the hospital knows lies in `substance`, `medicine_name` and `drug_interaction`. A table without rows
stands for the list that came with the release (models/reference), so nobody is unprotected before it is
loaded.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from models.base import db, hospital
from models.medicines import DrugInteraction, MedicineName, NameKind, Severity, Substance
from models.operations.core.jobs import job
from models.organisation import Status

FILES = Path(__file__).resolve().parents[2] / "reference"
#: English and Latin spelling to Indonesian, in this order: amoxicillin is amoksisilin.
_SPELLING = (("x", "ks"), ("ph", "f"), ("th", "t"), ("qu", "ku"), ("ch", "k"), ("ce", "se"), ("ci", "si"),
             ("cy", "si"), ("cc", "k"), ("c", "k"), ("y", "i"), ("ae", "e"), ("oe", "e"))
SHORTEST = 4
#: Words of a name or of a text of allergies that name no substance, and that are no slip of one either.
_NOISE = """
    tidak ada alergi obat none allergy allergic golongan semua belum diketahui unknown dengan dari makanan
    udang kacang susu telur debu dingin laut ikan terhadap pada bila jika kalau minum makan setelah sesudah
    gatal bengkak ruam sesak merah biduran mual muntah pingsan reaksi berat ringan sedang seperti jenis merek
    dan atau serta juga tanpa sejak anak kecil bayi pernah suntik suntikan antibiotik antibiotika pil sirup
    sirop tablet kapsul kaplet krim salep injeksi infus tetes mata telinga vial ampul botol drop inhaler
    larutan suspensi gel losion suppositoria puyer forte plus dosis seafood kepiting cumi tongkol kerang ayam
    daging sapi kambing kucing anjing bulu serbuk sari bunga tepung gandum terigu cokelat coklat stroberi
    tomat nanas durian mangga pisang jamur lateks latex karet plester perekat deterjen sabun parfum kosmetik
    nikel emas perak logam matahari panas air keringat asap rokok tungau lebah semut sengatan nyamuk jahitan
    benang kedelai keju mentega kopi teh madu penyedap pengawet pewarna msg vaksin garam gula hewan rumput
    kapas kain wol kasur cuaca malam pagi sabtu minggu kata dokter ibu bapak saya sendiri
    nuts peanut shrimp milk egg eggs dust cold pollen fish cat dog food soap"""
NOISE = frozenset(_NOISE.split())
#: Short forms that are words of their own: only where nothing else is said beside.
_AMBIGUOUS = frozenset(("ibu", "rani", "asa", "metro", "mp", "oat", "ors", "ns", "mr", "tt", "gg", "fe"))
_LONGEST_PHRASE = 6
_KINDS = {"merek": NameKind.BRAND, "singkatan": NameKind.ABBREVIATION, "ejaan": NameKind.SPELLING}
_LEVELS = {"kontraindikasi": Severity.CONTRAINDICATED, "berat": Severity.MAJOR, "sedang": Severity.MODERATE,
           "ringan": Severity.MINOR}


def plain(word: str) -> str:
    """One spelling for the many of a substance: lower case, Indonesian, no doubled letters, no silent end."""
    text = word.lower()
    for other, ours in _SPELLING:
        text = text.replace(other, ours)
    text = re.sub(r"(.)\1", r"\1", text)
    return text[:-1] if text.endswith("e") and len(text) > SHORTEST else text


def words(text: str) -> list[str]:
    """Names in a text, numbers of strength left out: "B12" and "D5%" are names, "500" is none."""
    return [word for word in re.findall(r"[^\W_]+%?", text) if not word[0].isdigit()]


def _key(text: str) -> str:
    return " ".join(map(plain, words(text)))


# ---------------------------------------------------------------- what is known

@dataclass(frozen=True)
class Known:
    """A substance with the groups whose allergies meet it and the classes whose interactions it has."""

    name: str
    class_name: str = ""
    class_name_en: str = ""
    groups: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Effect:
    severity: Severity
    effect: str
    effect_en: str


@dataclass(frozen=True)
class Met:
    """What a piece of a text means: substances (several in a combination) or a group."""

    said: str
    substances: tuple[Known, ...] = ()
    group: str = ""
    is_guess: bool = False

    @property
    def names(self) -> str:
        """As it is kept: substances parted by " + ", or the group."""
        return " + ".join(each.name for each in self.substances) or self.group


@dataclass
class Knowledge:
    """Everything by its plain spelling. `words` leads to names of substances or of groups."""

    substances: dict[str, Known] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Single words as they are written: CTM is not KTM.
    written: dict[str, tuple[str, ...]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    effects: dict[tuple[str, str], list[Effect]] = field(default_factory=lambda: defaultdict(list))
    #: First letter → (plain word, how many letters may differ at most).
    near: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    _met: dict[tuple[str, bool], list[Met]] = field(default_factory=dict)
    _guessed: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, text: str, *, free: bool = False) -> list[Met]:
        """What the text names, in its order. `free`: written by a person, so slips are guessed; in the name
        of an item they are guessed only when nothing else is met."""
        key = (text, free)
        if key not in self._met:
            if len(self._met) > 4000:
                self._met.clear()
            pieces = re.split(r"[,;/\n&()]|\bdan\b|\band\b", text) if free else [text]
            met = [each for piece in pieces for each in self._piece(piece, guess=free)]
            self._met[key] = met or ([] if free else self._piece(text, guess=True))
        return self._met[key]

    def _piece(self, text: str, *, guess: bool) -> list[Met]:
        said = words(text)
        keys = list(map(plain, said))
        alone = len([word for word in said if word.lower() not in NOISE or word.lower() in _AMBIGUOUS]) == 1
        result, place = [], 0
        while place < len(said):
            for size in range(min(_LONGEST_PHRASE, len(said) - place), 0, -1):
                phrase = " ".join(keys[place:place + size])
                names = self._exact(phrase, said[place].lower() if size == 1 else "", alone)
                if names:
                    result.append(self._meant(" ".join(said[place:place + size]), names))
                    place += size
                    break
            else:
                if guess and said[place].lower() not in NOISE and (names := self._guess(keys[place])):
                    result.append(self._meant(said[place], names, is_guess=True))
                place += 1
        return result

    def _exact(self, phrase: str, word: str, alone: bool) -> tuple[str, ...]:
        if word in _AMBIGUOUS and not alone:
            return ()
        names = self.written.get(word) or self.words.get(phrase, ())
        return () if word in NOISE and word not in _AMBIGUOUS else names

    def _meant(self, said: str, names: tuple[str, ...], is_guess: bool = False) -> Met:
        found = tuple(self.substances.get(plain_name) or Known(name)
                      for name in names if (plain_name := _key(name)) not in self.groups
                      or plain_name in self.substances)
        group = next((self.groups[_key(name)] for name in names if _key(name) in self.groups), "")
        return Met(said, found, "" if found else group, is_guess)

    def _guess(self, word: str) -> tuple[str, ...]:
        """The names that differ from the word by a slip or two; nothing when several are as near."""
        if word not in self._guessed:
            nearest, best = 3, set[tuple[str, ...]]()
            for other, most in self.near.get(word[:1], ()):
                allowed = min(most, nearest, 1 if len(word) < 8 else 2)
                if abs(len(other) - len(word)) > allowed or len(word) < 6:  # from less too much is guessed
                    continue
                distance = _distance(word, other, allowed)
                if distance <= allowed:
                    best = {self.words[other]} if distance < nearest else best | {self.words[other]}
                    nearest = distance
            self._guessed[word] = best.pop() if len(best) == 1 else ()
        return self._guessed[word]

    def substances_of(self, name: str) -> tuple[Known, ...]:
        """What is in an item of that name, nothing twice."""
        return tuple(dict.fromkeys(each for met in self.read(name) for each in met.substances))


def _distance(one: str, two: str, most: int) -> int:
    """Letters to change, put in, leave out or swap; `most` + 1 when more."""
    before: list[int] = []
    row = list(range(len(two) + 1))
    for place, letter in enumerate(one, 1):
        earlier, before, row = before, row, [place]
        for other, sign in enumerate(two, 1):
            cost = min(before[other] + 1, row[-1] + 1, before[other - 1] + (letter != sign))
            if place > 1 and other > 1 and letter == two[other - 2] and one[place - 2] == sign:
                cost = min(cost, earlier[other - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


# ---------------------------------------------------------------- from the tables, or from the release

def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FILES / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def shipped() -> dict[Any, list[dict[str, Any]]]:
    """The lists of the release, as rows of their tables."""
    return {
        Substance: [{"name": row["substance"], "name_en": row["inn_en"] or None,
                     "class_name": row["class_id"], "class_name_en": row["class_en"] or None,
                     "allergy_groups": row["allergy_group"] or None,
                     "interaction_classes": row["interaction_class"] or None, "source": row["source"]}
                    for row in _rows("golongan_obat.csv")],
        MedicineName: [{"name": row["written"], "substances": row["substance"], "kind": _KINDS[row["kind"]],
                        "source": row["source"]} for row in _rows("merek_obat.csv")],
        DrugInteraction: [{"first": row["substance_a"], "second": row["substance_b"],
                           "severity": _LEVELS[row["severity"]], "effect": row["effect_id"],
                           "effect_en": row["effect_en"] or None, "source": row["source"]}
                          for row in _rows("interaksi_obat.csv")]}


@cache
def _called() -> list[tuple[str, list[str], list[str]]]:
    """Groups of allergies, what people call them, and what belongs to them."""
    return [(row["golongan"], row["sebutan"].split(), row["obat"].split())
            for row in _rows("golongan_alergi_obat.csv")]


def _parts(text: str | None) -> frozenset[str]:
    return frozenset(part.strip() for part in (text or "").split(";") if part.strip())


def _build(lists: dict[Any, list[Any]]) -> Knowledge:
    known = Knowledge()
    for row in lists[Substance]:
        known.substances[_key(row["name"])] = Known(
            row["name"], row["class_name"], row["class_name_en"] or row["class_name"],
            _parts(row["allergy_groups"]), _parts(row["interaction_classes"]))
    for row in lists[MedicineName]:
        means = tuple(row["substances"].split(" + "))
        known.words.setdefault(_key(row["name"]), means)
        known.written.setdefault(row["name"].lower(), means)
    for row in lists[Substance]:
        _name_substance(known, row["name"], row["name_en"])
    _name_groups(known)
    known.words.pop("", None)
    brands = {_key(row["name"]) for row in lists[MedicineName] if row["kind"] == NameKind.BRAND}
    for word in known.words:
        if " " not in word and len(word) >= 5:
            known.near[word[0]].append((word, 1 if word in brands else 2))
    for row in lists[DrugInteraction]:
        pair = (row["first"], row["second"])
        known.effects[min(pair), max(pair)].append(
            Effect(Severity(row["severity"]), row["effect"], row["effect_en"] or row["effect"]))
    return known


def _name_groups(known: Knowledge) -> None:
    """Groups by what people call them, and the members that no list of substances has."""
    groups = {group for each in known.substances.values() for group in each.groups}
    every = [*_called(), *((group, [], []) for group in sorted(groups))]
    for group, called, _members in every:
        for name in (group, *called):
            key = _key(name)
            if key not in known.substances and known.words.get(key, (name,)) in ((name,), (group,)):
                known.groups.setdefault(key, group)
                known.words.setdefault(key, (group,))
    for group, _called_so, members in every:
        for name in members:
            if (key := _key(name)) not in known.words:
                known.substances[key] = Known(name, group, group, frozenset((group,)))
                known.words[key] = (name,)


def _name_substance(known: Knowledge, name: str, english: str | None) -> None:
    key = _key(name)
    known.words[key] = (name,)
    if english and "+" not in english:
        known.words.setdefault(_key(english), (name,))
    acid = key.removeprefix("asam ")
    if acid != key and " " not in acid and len(acid) > 5:  # "mefenamat" is asam mefenamat
        known.words.setdefault(acid, (name,))


_held: dict[str, tuple[Any, Knowledge]] = {}


def knowledge() -> Knowledge:
    """What this hospital knows; built anew when its tables changed. One statement."""
    tables = (Substance, MedicineName, DrugInteraction)
    digest = tuple(db.session.execute(sa.select(*(
        sa.select(said).scalar_subquery() for model in tables
        for said in (sa.func.count(model.id), sa.func.coalesce(sa.func.max(model.id), 0),
                     sa.func.coalesce(sa.func.sum(model.version), 0))))).one())
    held = _held.get(hospital())
    if held is None or held[0] != digest:
        held = _held[hospital()] = (digest, _shipped() if not any(digest) else _build(_stored(tables)))
    return held[1]


@cache
def _shipped() -> Knowledge:
    return _build(shipped())


def _stored(tables: Iterable[Any]) -> dict[Any, list[Any]]:
    lists = shipped()
    for model in tables:
        columns = [column for column in model.__table__.columns if column.name not in ("id", "version")]
        rows = [row._asdict() for row in db.session.execute(sa.select(*columns).order_by(model.id))]
        if rows:
            lists[model] = [row for row in rows if row["status"] == Status.ACTIVE]
    return lists


def load(session: Any) -> dict[str, int]:
    """Put the lists of the release into tables that have no row yet; how many rows of each table."""
    added = {}
    for model, rows in shipped().items():
        if session.scalar(sa.select(model.id).limit(1)) is None:
            session.execute(sa.insert(model), rows)
            added[model.__tablename__] = len(rows)
    return added


@job("medicine_names")
def _load_once() -> str:
    """An installation from before these tables gets the lists of the release, once."""
    return ", ".join(f"{name}: {count}" for name, count in load(db.session).items())
