"""What a call takes, by name and kind: read and refused by one place for every call, and written into the
document.

A name that is not declared, a name that comes twice and a value of another kind are refused with 422 at that
name; so nothing that was sent is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from models.base import db
from models.errors import N_, Refused

TEXT, NUMBER, CURSOR, SWITCH, MOMENT = "text", "number", "cursor", "switch", "moment"
#: The largest `version` that a column holds.
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Field:
    """One query parameter or field of a body.

    `says`: what it is for, for the document. `most`: characters of a text, or the largest number; `least`:
    the smallest number. `choices`: the only texts there are. `of`: a column; only what one of its rows holds
    is a value. `is_trimmed`: spaces around a text are left out.
    """

    says: str
    kind: str = TEXT
    most: int = 200
    least: int = 0
    choices: tuple[str, ...] = ()
    of: Any = None
    needed: bool = False
    is_trimmed: bool = True

    def schema(self, *, is_query: bool) -> dict[str, Any]:
        """The JSON schema of its values."""
        made: dict[str, Any] = {"type": "string", "maxLength": self.most}
        if self.kind == NUMBER:
            made = {"type": "integer", "minimum": self.least, "maximum": self.most}
        elif self.kind == CURSOR:
            made = {"type": "string", "pattern": "^[0-9]{0,18}$"}
        elif self.kind == SWITCH:
            made = {"type": "boolean"}
        elif self.kind == MOMENT:
            made = {"type": "string", "format": "date-time", "maxLength": self.most}
        elif self.choices:
            made = {"type": "string", "enum": list(self.choices)}
        if not is_query and not self.needed:
            made["type"] = [made["type"], "null"]
        return made

    def typed(self, name: str, text: str) -> Any:
        """The value of a query parameter. Raises `Refused` at it."""
        if self.kind == TEXT:
            return self._text(name, text)
        digits = text.removeprefix("-")
        if self.kind == CURSOR:
            if text and not (_is_digits(text) and len(text) < 19):
                raise Refused(N_("“%(called)s” is the `next` of the page before, as it was given."),
                              field=name,
                              called=name)
            return int(text or 0)
        return self._number(name, int(text) if _is_digits(digits) and len(digits) < 19 else None)

    def given(self, name: str, value: Any) -> Any:
        """The value of a field of a body; None, which JSON writes null, is as good as left out. Raises
        `Refused`."""
        if value is None:
            return None
        if self.kind == NUMBER:
            return self._number(name, value)
        if self.kind == SWITCH:
            if not isinstance(value, bool):
                raise Refused(N_("“%(called)s” is true or false."), field=name, called=name)
            return value
        if self.kind == MOMENT:
            return self._moment(name, value)
        return self._text(name, value)

    @staticmethod
    def _moment(name: str, value: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            moment = None
        if moment is None or moment.tzinfo is None or not 1900 < moment.year < 2200:
            raise Refused(N_("“%(called)s” is a time with its zone, for example 2026-11-29T14:05:00+07:00."),
                          field=name, called=name)
        return moment.astimezone(UTC)

    def _number(self, name: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise Refused(N_("“%(called)s” is a whole number from %(least)s to %(most)s."), field=name,
                          called=name,
                          least=self.least, most=self.most)
        return value

    def _text(self, name: str, value: Any) -> str:
        if self.choices:
            if value not in self.choices:
                raise Refused(N_("“%(called)s” is one of: %(choices)s."), field=name, called=name,
                              choices=", ".join(self.choices))
            return str(value)
        if not is_text(value) or len(value) > self.most:
            raise Refused(N_("“%(called)s” is a text of at most %(most)s characters."), field=name,
                          called=name,
                          most=self.most)
        value = value.strip() if self.is_trimmed else value
        if self.of is not None and db.session.scalar(sa.select(self.of).where(self.of
                                                                              == value).limit(1)) is None:
            raise Refused(N_("There is no %(called)s “%(value)s”."), field=name, called=name,
                          value=value[:60])
        return str(value)


def text(says: str, most: int = 200, *, needed: bool = False, is_trimmed: bool = True) -> Field:
    return Field(says, most=most, needed=needed, is_trimmed=is_trimmed)


def number(says: str, least: int, most: int, *, needed: bool = False) -> Field:
    return Field(says, NUMBER, most, least, needed=needed)


def switch(says: str) -> Field:
    """Of a body: true or false."""
    return Field(says, SWITCH)


def moment(says: str) -> Field:
    """Of a body: an instant, in ISO 8601 with its zone."""
    return Field(says, MOMENT, 40)


def one_of(says: str, kind: type[StrEnum]) -> Field:
    return Field(says, choices=tuple(member.value for member in kind))


def code(says: str, column: Any) -> Field:
    return Field(says, most=60, of=column)


def cursor(says: str) -> Field:
    return Field(says, CURSOR)


def is_text(value: Any) -> bool:
    """Whether it is a text that every database can hold: no NUL, no half of a surrogate pair."""
    return isinstance(value,
                      str) and "\x00" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)


def called(name: Any) -> str:
    """A name that somebody sent, as a sentence may show it."""
    return json.dumps(str(name)[:60], ensure_ascii=not is_text(name))[1:-1]


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


# ---------------------------------------------------------------- reading all of them

def of_query(declared: Mapping[str, Field], sent: MultiDict[str, str]) -> dict[str, Any]:
    """The query's values by name, None for what is not there. Raises `Refused` at a name or value that is not
    known."""
    for name, values in sent.lists():
        _known(name, declared, N_("This call has no parameter “%(called)s”. It takes: %(names)s."),
               N_("This call has no parameter “%(called)s”. It takes none."))
        if len(values) > 1:
            raise Refused(N_("“%(called)s” is there more than once. Send it once."), field=name, called=name)
    return {name: field.typed(name, sent[name]) if name in sent else None for name, field in declared.items()}


def of_body(declared: Mapping[str, Field], sent: Mapping[str, Any]) -> dict[str, Any]:
    """The body's values by name, None for what is not there. Raises `Refused` at a name or value that is not
    known."""
    for name in sent:
        _known(name, declared, N_("The body has no field “%(called)s”. It takes: %(names)s."),
               N_("The body has no field “%(called)s”. It takes none."))
    return {name: field.given(name, sent.get(name)) for name, field in declared.items()}


def _known(name: str, declared: Iterable[str], message: str, none: str) -> None:
    if name not in declared:
        names = ", ".join(declared)
        raise Refused(message if names else none, field=called(name), called=called(name), names=names)
