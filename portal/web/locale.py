"""Language of the reader, and numbers, money and dates as that language writes them."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from babel.dates import format_date
from flask import Flask, g, has_request_context, request, session
from flask.globals import app_ctx
from flask_babel import Babel, get_locale, gettext, ngettext, pgettext
from flask_login import current_user
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from models import clock
from models.errors import InTwo, Plural, Refused

LANGUAGES = ("id", "en")
#: The field of the session that keeps the reader's language for the time when the database is away.
LANGUAGE = "language"
babel = Babel()
_MONTHS_ID = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")


def choose() -> str:
    """The reader's language: what they chose, else Indonesian."""
    if not has_request_context():
        return "id"
    chosen = request.cookies.get("language")
    if chosen in LANGUAGES:
        return chosen
    if g.get("database_away"):
        return _without_database()
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    return "id"


def _without_database() -> str:
    """The language that the browser's session or the token was last known to read, else what the request asks
    for."""
    known = session.get(LANGUAGE) or g.get("token_language")
    return known if known in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "id")


def language() -> str:
    """The language that is written now, empty outside of requests. A page asks a hundred times."""
    try:
        result = app_ctx.g._flask_babel.babel_locale  # what `get_locale` keeps
    except (AttributeError, RuntimeError):
        result = get_locale()
    return result.language if result is not None else ""


def is_indonesian() -> bool:
    return language() in {"id", ""}


#: Messages that were looked up, by language: a page says the same few hundred, and the catalogue does not
#: change.
_said: dict[str, dict[str | tuple[str, str], str]] = {}
MOST_KEPT = 20_000


def said(message: str, context: str = "") -> str:
    """`gettext` of a message without parameters, remembered; with a `context` the message of that meaning."""
    known = _said.setdefault(language(), {})
    key = (context, message) if context else message
    text = known.get(key)
    if text is None:
        text = pgettext(context, message) if context else gettext(message)
        if len(known) < MOST_KEPT:
            known[key] = text
    return text


def _digits(number: Decimal, decimals: int | None = None) -> str:
    text = f"{number:,f}" if decimals is None else f"{number:,.{decimals}f}"
    if is_indonesian():
        text = text.replace(",", "\x00").replace(".", ",").replace("\x00", ".")
    return text


def rupiah(amount: Decimal | int | None) -> str:
    """`Rp1.250.000`; sen only when there are some."""
    if amount is None:
        return "–"
    value = Decimal(amount)
    sign = "−" if value < 0 else ""
    return f"{sign}Rp{_digits(abs(value), 0 if value == value.to_integral_value() else 2)}"


def quantity(value: Decimal | int | None) -> str:
    """Without needless decimals: `1.250` or `2,5`."""
    if value is None:
        return "–"
    number = Decimal(value)
    number = number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
    return _digits(number).replace("-", "−")


def percent(value: Decimal | None) -> str:
    return "–" if value is None else f"{quantity(value)}%"


def day(value: date | datetime | None, style: str = "short") -> str:
    """`19 Nov 2026`; `style="long"` is `Kamis, 19 November 2026`. Instants are shown on the hospital's
    calendar."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = clock.local(value).date()
    if style == "long":
        return format_date(value, "EEEE, d MMMM y", locale="id" if is_indonesian() else "en")
    month = _MONTHS_ID[value.month - 1] if is_indonesian() else value.strftime("%b")
    return f"{value.day} {month} {value.year}"


def hour(value: datetime | time | None) -> str:
    """`09.12` or `09:12` on the hospital's wall clock; a time of day stands on it already."""
    if value is None:
        return "–"
    at = value if isinstance(value, time) else clock.local(value)
    return at.strftime("%H.%M" if is_indonesian() else "%H:%M")


def moment(value: datetime | None) -> str:
    """`19 Nov 2026 pukul 09.12`."""
    if value is None:
        return "–"
    return gettext("%(day)s at %(hour)s", day=day(value), hour=hour(value))


def lately(value: datetime | None) -> str:
    """`17.00` of today, `kemarin 17.00`, else the day: for a narrow place."""
    if value is None:
        return "–"
    days = (clock.today() - clock.local(value).date()).days
    if days == 1:
        return gettext("yesterday %(hour)s", hour=hour(value))
    return hour(value) if days == 0 else day(value)


def zone_word() -> str:
    """WIB, WITA or WIT, else the zone's own abbreviation."""
    short = clock.now().astimezone(clock.zone()).strftime("%Z")
    return {"+07": "WIB", "+08": "WITA", "+09": "WIT"}.get(short, short)


def parse_decimal(text: str | None) -> Decimal | None:
    """A number as people type it, `1.250,5` or `1250.5`; None when empty. Raises ValueError when it is no
    number.

    A lone separator followed by three digits reads as the language's own: thousands in `1.250` for
    Indonesian.
    """
    if text is None or not text.strip():
        return None
    plain = re.sub(r"[\s\u00a0]|^Rp\.?", "", text.strip())
    if not re.fullmatch(r"[+-]?[0-9.,]*[0-9][0-9.,]*", plain):
        raise ValueError(text)
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and point >= 0:
        decimal = "," if comma > point else "."
    elif comma >= 0 or point >= 0:
        mark = "," if comma >= 0 else "."
        own = "," if is_indonesian() else "."
        grouped = re.fullmatch(rf"[+-]?[0-9]{{1,3}}(\{mark}[0-9]{{3}})+", plain) is not None
        decimal = "" if grouped and (mark != own or plain.count(mark) > 1) else mark
    else:
        decimal = ""
    whole, _, _ = plain.partition(decimal) if decimal else (plain, "", "")
    thousands = "." if decimal == "," else "," if decimal == "." else "[.,]"
    in_groups = rf"[+-]?[0-9]{{1,3}}({'[.]' if thousands == '.' else thousands}[0-9]{{3}})+"
    if (decimal and plain.count(decimal) > 1) or (re.search(r"[.,]", whole) and not re.fullmatch(in_groups,
                                                                                                 whole)):
        raise ValueError(text)
    for mark in ",.":
        if mark != decimal:
            plain = plain.replace(mark, "")
    try:
        return Decimal(plain.replace(",", "."))
    except InvalidOperation as error:
        raise ValueError(text) from error


def _as_said(value: Any) -> Any:
    """A value of a sentence in the reader's way: a state is a word in the middle of it."""
    if isinstance(value, Decimal):
        return quantity(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Enum):
        # its words are read off names that build on this module
        from portal.web.words import state_word
        word = state_word(value)
        return word if word.isupper() else word[:1].lower() + word[1:]
    return value.en if isinstance(value, InTwo) and not is_indonesian() else value


def refusal_text(refusal: Refused) -> str:
    """The refusal in the reader's language."""
    params = {key: _as_said(value) for key, value in refusal.params.items()}
    message = refusal.message
    if isinstance(message, Plural):
        return ngettext(message.one, message, refusal.params.get("count", 2), **params)
    message = gettext(message)
    return message % params if params else message


@pass_context
def _for_templates(context: Context, message: str, /, **params: Any) -> str:
    """`_()` of the templates: escaped as Jinja's own, the look-up remembered."""
    text = said(message)
    if context.eval_ctx.autoescape:
        text = Markup(text)  # noqa: S704 (our own catalogue)
    return text % params if "%" in text else text


def _with_context(context: str, message: str) -> str:
    """`pgettext()` of the templates, for a word that means something else on other pages."""
    return said(message, context)


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=choose, timezone_selector=lambda: str(clock.zone()))
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.globals.update(gettext=_for_templates, pgettext=_with_context)
    app.jinja_env.filters.update(rupiah=rupiah, quantity=quantity, percent=percent, day=day, moment=moment,
                                 hour=hour, lately=lately)
    app.jinja_env.globals.update(get_locale=get_locale, zone_word=zone_word)
