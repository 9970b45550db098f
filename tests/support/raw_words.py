"""What no Indonesian page shows: English words, raw values of enumerations, names of columns, sen that say
nothing. What people typed is data and may be in any language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa
from lxml import html

from models.base import db
from portal.web import message_catalogue

#: What holds code, or texts of others.
BESIDE = frozenset({"script", "style", "template", "noscript", "code", "pre", "kbd", "textarea", "svg"})
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-label")
SEN = re.compile(r"Rp[0-9.]+,00\b")
NAME = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
CAPITALS = re.compile(r"\b[A-Z][A-Z_]+\b|\b\w+\.(?:html|json)\b")
WORD = re.compile(r"[a-z]{3,}")
#: Short for Sunday, the button to the other language, keys of a keyboard and of a door.
LOAN = frozenset({"min", "english", "enter", "passkey"})


def words_of(text: str) -> set[str]:
    return set(WORD.findall(text.lower()))


@cache
def english() -> tuple[frozenset[str], frozenset[str]]:
    """Words that the pages say in English and never in Indonesian; whole English messages."""
    said, long_said, asked = set(), Counter(), set()
    whole, indonesian = set(), set()
    for message in message_catalogue.stored_catalogue():
        ids = message.id if isinstance(message.id, list | tuple) else (message.id,)
        text = message.string if isinstance(message.string, str) else message.string[0]
        plain = [re.sub(r"%\(\w+\)[sd]", " ", each) for each in (*ids, text)]
        indonesian.add(plain[-1].casefold())
        if len(plain[0].split()) <= 5:
            said |= words_of(plain[-1])
            for each in plain[:-1]:
                asked |= words_of(each)
            whole |= {each.casefold() for each in plain[:-1]}
        else:
            long_said.update(words_of(plain[-1]))
    said |= {word for word, times in long_said.items() if times > 3}
    return frozenset(asked - said - LOAN), frozenset(whole - indonesian - LOAN - {""})


def typed() -> list[str]:
    """Every text of the database that is no value of an enumeration, the longest first."""
    found: set[str] = set()
    for table in db.metadata.sorted_tables:
        columns = [column for column in table.columns
                   if isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum)]
        if columns:
            found.update(str(value) for row in db.session.execute(sa.select(*columns)) for value in row
                         if value)
    return sorted((" ".join(value.split()) for value in found if len(value) > 1), key=len, reverse=True)


def suspicious(text: str) -> set[str]:
    """What of a text is English or a raw name; words in capitals (PUBLIC_URL, TURN) and files are names."""
    words, whole = english()
    if text.strip(" :…!?").casefold() in whole:
        return {text}
    text = CAPITALS.sub(" ", text)
    return (words_of(text) & words) | set(NAME.findall(text)) | set(SEN.findall(text))


class Reader:
    """Reads pages of one database: what stands there as data is looked up once, each text judged once."""

    def __init__(self, *, shows_names: bool = False) -> None:
        values = typed()
        self.whole = frozenset(values)
        if shows_names:  # the laboratory's subject
            self.whole |= {name for table in db.metadata.tables.values()
                           for name in (table.name, *table.columns.keys())}
        self.parts = [value for value in values if words_of(value)]
        self.judged: dict[str, str] = {}

    def left_in(self, page: str) -> list[str]:
        """`word: the text around it` for everything on the page that is neither Indonesian nor data."""
        return [wrong for text in said(page) if (wrong := self.wrong_in(text))]

    def wrong_in(self, text: str) -> str:
        if text not in self.judged:
            found = set() if text in self.whole else suspicious(text)
            if found:
                own = text
                for value in self.parts:
                    if value in own:
                        own = own.replace(value, " ")
                found = suspicious(own) if own.strip() else set()
            self.judged[text] = f"{', '.join(sorted(found))}: {text[:100]}" if found else ""
        return self.judged[text]


def said(page: str) -> Iterator[str]:
    """The texts of a page, and what its attributes say aloud."""
    if not page.strip():
        return
    root = html.document_fromstring(page)
    beside: set[Any] = set()
    for element in root.iter():
        parent = element.getparent()
        if not isinstance(element.tag, str):
            continue
        hidden = parent in beside or element.tag in BESIDE or element.get("lang", "id") != "id" \
            or "code" in (element.get("class") or "").split()
        if hidden:
            beside.add(element)
        else:
            yield from (element.get(name) for name in SPOKEN if element.get(name))
            if element.tag == "input" and element.get("type") in {"submit", "button"}:
                yield element.get("value") or ""
            yield from _plain(element.text)
        if parent is not None and parent not in beside:
            yield from _plain(element.tail)


def _plain(text: str | None) -> Iterator[str]:
    if text and (plain := " ".join(text.split())):
        yield plain
