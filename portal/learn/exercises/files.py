"""Reads the exercises from their files and refuses a file that is not complete, naming file and field."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

HERE = Path(__file__).parent
LANGUAGES = ("id", "en")
LEVELS = ("easy", "medium", "hard")
HINTS = 3
#: Places after the decimal point to which numbers are rounded where a file does not say it.
DECIMALS = 6
#: What a file must have, and what it may have.
NEEDED = ("number", "level", "tables", "columns", "solution", "wrong", "title", "story", "teaches", "hints")
OPTIONAL = ("ordered", "decimals", "must_use", "must_not", "next")


class BadFile(ValueError):
    """A file that cannot be used; the text names the file, the field and what would be accepted."""

    def __init__(self, path: Path, field: str, why: str) -> None:
        super().__init__(f"{path.parent.name}/{path.name}: {field}: {why}")
        self.field = field


@dataclass(frozen=True)
class Chapter:
    """A folder of exercises: its name, what the page calls it, and an icon of the sprite."""

    key: str
    word: Any
    icon: str


CHAPTERS = (
    Chapter("select", _l("Select rows"), "table"),
    Chapter("join", _l("Join tables"), "link"),
    Chapter("group", _l("Groups and totals"), "calculator"),
    Chapter("subquery", _l("Subqueries and CTEs"), "stack-2"),
    Chapter("window", _l("Window functions"), "chart"),
    Chapter("model", _l("Model and normal forms"), "schema"),
)


@dataclass(frozen=True)
class Exercise:
    """One exercise as its file says it. Texts are by language (`id`, `en`)."""

    key: str
    chapter: str
    number: int
    level: str
    tables: tuple[str, ...]
    columns: tuple[str, ...]
    decimals: dict[str, int]
    ordered: bool
    must_use: tuple[str, ...]
    must_not: tuple[str, ...]
    solution: str
    wrong: tuple[str, ...]
    title: dict[str, str]
    story: dict[str, str]
    teaches: dict[str, str]
    hints: tuple[dict[str, str], ...]
    next: str | None = None

    def places(self) -> list[int]:
        """Decimal places of each column, in the order of the columns."""
        return [self.decimals.get(column, DECIMALS) for column in self.columns]


class _Fields:
    """The content of one file; each question answers with a checked value or raises `BadFile`."""

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self.path, self.content = path, content

    def refuse(self, field: str, why: str) -> BadFile:
        return BadFile(self.path, field, why)

    def one(self, field: str, kind: type, default: Any = None) -> Any:
        value = self.content.get(field, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.refuse(field, f"must be of type {kind.__name__}")
        if kind is str and not value.strip():
            raise self.refuse(field, "is empty")
        return value.strip() if kind is str else value

    def words(self, field: str, at_least: int) -> tuple[str, ...]:
        values = self.one(field, list, [])
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise self.refuse(field, "must be a list of texts")
        if len(values) < at_least:
            raise self.refuse(field, f"needs at least {at_least}")
        return tuple(value.strip() for value in values)

    def both(self, field: str, texts: Any) -> dict[str, str]:
        """A text in both languages."""
        if not isinstance(texts, dict) or set(texts) != set(LANGUAGES):
            raise self.refuse(field, "needs a text in `id` and in `en`, and nothing else")
        for language, text in texts.items():
            if not isinstance(text, str) or not text.strip():
                raise self.refuse(f"{field}.{language}", "is empty")
        return {language: texts[language].strip() for language in LANGUAGES}

    def hints(self) -> tuple[dict[str, str], ...]:
        values = self.one("hints", list, [])
        if len(values) != HINTS:
            raise self.refuse("hints", f"there must be {HINTS}, not {len(values)}")
        return tuple(self.both(f"hints[{at}]", hint) for at, hint in enumerate(values, start=1))

    def decimals(self, columns: tuple[str, ...]) -> dict[str, int]:
        values = self.one("decimals", dict, {})
        for column, places in values.items():
            if column not in columns:
                raise self.refuse(f"decimals.{column}", "is not one of `columns`")
            if type(places) is not int or not 0 <= places <= DECIMALS:
                raise self.refuse(f"decimals.{column}", f"must be a number from 0 to {DECIMALS}")
        return values


def read(path: Path) -> Exercise:
    """The exercise of one file; raises `BadFile`."""
    try:
        return parse(path.read_text(encoding="utf-8"), path)
    except UnicodeDecodeError as error:
        raise BadFile(path, "TOML", str(error)) from None


def parse(text: str, path: Path) -> Exercise:
    """The exercise of a text; key and chapter are names of the file and its folder, which need not be there.
    Raises `BadFile`."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadFile(path, "TOML", str(error)) from None
    fields = _Fields(path, content)
    for name in NEEDED:
        if name not in content:
            raise fields.refuse(name, "is missing")
    for name in content:
        if name not in NEEDED + OPTIONAL:
            raise fields.refuse(name, "is not known")
    if content["level"] not in LEVELS:
        raise fields.refuse("level", f"must be one of {', '.join(LEVELS)}")
    columns = fields.words("columns", 1)
    if len({column.lower() for column in columns}) != len(columns):
        raise fields.refuse("columns", "has a name twice")
    return Exercise(
        key=path.stem, chapter=path.parent.name, number=fields.one("number", int), level=content["level"],
        tables=fields.words("tables", 1), columns=columns, decimals=fields.decimals(columns),
        ordered=fields.one("ordered", bool, False), must_use=fields.words("must_use", 0),
        must_not=fields.words("must_not", 0), solution=fields.one("solution", str),
        wrong=fields.words("wrong", 2), title=fields.both("title", content["title"]),
        story=fields.both("story", content["story"]), teaches=fields.both("teaches", content["teaches"]),
        hints=fields.hints(), next=fields.one("next", str) if "next" in content else None)


def read_all(folder: Path = HERE) -> dict[str, Exercise]:
    """Every exercise by key, in the order of chapters and numbers; raises `BadFile`."""
    found: dict[str, Exercise] = {}
    for chapter in CHAPTERS:
        read_in = map(read, (folder / chapter.key).glob("*.toml"))
        for exercise in sorted(read_in, key=lambda each: each.number):
            path = folder / chapter.key / f"{exercise.key}.toml"
            if exercise.key in found:
                raise BadFile(path, "key", f"is used in {found[exercise.key].chapter} as well")
            if any(other.chapter == chapter.key and other.number == exercise.number
                   for other in found.values()):
                raise BadFile(path, "number", f"{exercise.number} is taken in this chapter")
            found[exercise.key] = exercise
    for exercise in found.values():
        if exercise.next is not None and exercise.next not in found:
            raise BadFile(folder / exercise.chapter / f"{exercise.key}.toml", "next",
                          f"there is no exercise {exercise.next}")
    return found


@cache
def exercises() -> dict[str, Exercise]:
    """All exercises, read once."""
    return read_all()


def by_chapter() -> Iterable[tuple[Chapter, list[Exercise]]]:
    """Each chapter with its exercises, in order."""
    for chapter in CHAPTERS:
        yield chapter, [each for each in exercises().values() if each.chapter == chapter.key]


def before_and_after(key: str) -> tuple[str | None, str | None]:
    """The keys of the exercise before and of the one to go on with; None at the ends and outside of the
    files."""
    order = list(exercises())
    if key not in order:
        return None, None
    at = order.index(key)
    after = exercises()[key].next or (order[at + 1] if at + 1 < len(order) else None)
    return (order[at - 1] if at else None), after
