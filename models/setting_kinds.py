"""Kinds of settings: what the text of one may be, and the value that it makes."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from models.errors import N_


@dataclass(frozen=True)
class Kind:
    """What a setting's text may be: `read` makes its value or raises ValueError; `says` is what people may
    write.

    `input` is how the page of settings asks for it: text, lines, number, money, percent, month, account,
    switch, or choice, one of `choices`: value and word.
    """

    read: Callable[[str], Any]
    says: str
    input: str = "text"
    choices: tuple[tuple[str, str], ...] = ()


THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?|\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


def _number(text: str) -> Decimal:
    """A number as people write it: 50000000, 50.000.000, 50,000,000, 1,5 or 1.5. Raises ValueError."""
    text = text.strip()
    if THOUSANDS.fullmatch(text):
        points = "." in text.partition(",")[0]
        text = text.replace(".", "").replace(",", ".") if points else text.replace(",", "")
    text = text.replace(",", ".")
    if not re.fullmatch(r"\d{1,30}(\.\d{1,6})?", text, re.ASCII):
        raise ValueError(text)
    return Decimal(text)


def _within(low: int, high: int | None) -> Callable[[str], Decimal]:
    def read(text: str) -> Decimal:
        value = _number(text)
        if value < low or (high is not None and value > high):
            raise ValueError(text)
        return value
    return read


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,6}", text.strip(), re.ASCII) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)
    return read


def _choice(**words: str) -> Callable[[str], str]:
    """One of `words`, by any of the spellings that its value lists, blanks between."""
    spelt = {entry: word for word, spellings in words.items() for entry in (word, *spellings.split())}

    def read(text: str) -> str:
        try:
            return spelt[text.strip().lower()]
        except KeyError:
            raise ValueError(text) from None
    return read


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError(text)
    return text.strip()


#: How a telephone number is written for people: digits, with blanks, dots, dashes, brackets and one plus.
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{3,28}", re.ASCII)


def _phone(text: str) -> str:
    """A number as people read it, or nothing. Raises ValueError."""
    text = text.strip()
    written = _PHONE.fullmatch(text.removeprefix("("))
    if text and (written is None or not 5 <= sum(map(str.isdigit, text)) <= 15):
        raise ValueError(text)
    return text


def _networks(text: str) -> list[Any]:
    """Addresses and networks, separated by commas or blanks. Raises ValueError."""
    return [ipaddress.ip_network(entry, strict=False) for entry in re.split(r"[,;\s]+", text) if entry]


def _month(text: str) -> date | None:
    """The first day of a month written as 2026-01; None for nothing. Raises ValueError."""
    return date.fromisoformat(f"{text.strip()}-01") if text.strip() else None


def _hours(text: str) -> list[int]:
    read = _whole(1, 24 * 14)
    return sorted({read(entry) for entry in re.split(r"[,;]", text) if entry.strip()}, reverse=True)


def _addresses(text: str) -> list[str]:
    result = [entry for entry in re.split(r"[,;\s]+", text) if entry]
    if not all(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", entry) for entry in result):
        raise ValueError(text)
    return result


def _video_servers(text: str) -> list[str]:
    result = [entry for entry in re.split(r"[,;\s]+", text) if entry]
    if not all(re.fullmatch(r"(stuns?|turns?):[\w.\-\[\]:]+(\?transport=(udp|tcp))?", entry)
               for entry in result):
        raise ValueError(text)
    return result


TEXT = Kind(_text, N_("Write a few words."))
FREE_TEXT = Kind(str.strip, N_("Any text, or nothing."))
PHONE = Kind(_phone, N_("Write a telephone number, for example (0321) 555123, or nothing."))
NETWORKS = Kind(_networks, N_("Write network addresses separated by commas, for example 203.0.113.7, "
                              "198.51.100.0/24, or nothing."))
LOGO = Kind(lambda text: str(int(text)) if text.strip() else "", N_("Choose a picture, or none."), "picture")
LINES = Kind(_text, N_("Write one point a line."), "lines")
ACCOUNT = Kind(_text, N_("Write the code of an active account of the chart, for example 117211."), "account")
SWITCH = Kind(_choice(yes="ya true on 1", no="tidak false off 0"), N_("Write yes or no."), "switch")
AUTOMATIC = Kind(_choice(yes="ya true on 1", no="tidak false off 0", not_urgent="routine"),
                 N_("Write yes, no or not_urgent."), "choice",
                 (("yes", N_("yes")), ("no", N_("no")), ("not_urgent", N_("yes, unless it is urgent"))))
MONEY = Kind(_within(0, None), N_("Write an amount in rupiah, for example 50000000."), "money")
PERCENT = Kind(_within(0, 100), N_("Write a number from 0 to 100 without a percent sign, for example 5."),
               "percent")
HOUR = Kind(_whole(0, 23), N_("Write an hour from 0 to 23."), "number")
HOURS = Kind(_hours, N_("Write hours separated by commas, for example 24,1."))
ADDRESSES = Kind(_addresses, N_("Write e-mail addresses separated by commas, or nothing."))
MONTH = Kind(_month, N_("Write a month as 2026-01, or nothing."), "month")
TAX_METHOD = Kind(_choice(straight_line="", declining_balance=""),
                  N_("Write straight_line or declining_balance."), "choice",
                  (("straight_line", N_("Straight line")), ("declining_balance", N_("Declining balance"))))
PROPOSAL = Kind(_choice(levels="", forecast=""), N_("Write levels or forecast."), "choice",
                (("levels", N_("Up to the maximum, in reorder quantities")),
                 ("forecast", N_("By forecast, where one can be made: until the order after next"))))


def whole(low: int, high: int, says: str) -> Kind:
    return Kind(_whole(low, high), says, "number")


ANSWER = whole(1, 720, N_("Write whole hours from 1 to 720."))
VIDEO_SERVERS = Kind(_video_servers, N_("Write addresses such as stun:stun.hospital.id:3478, "
                                        "turn:turn.hospital.id:3478, or nothing."))
