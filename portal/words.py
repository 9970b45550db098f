"""Small words of the portal: greetings, initials, days of a week, names in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from flask import Flask, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from models import clock
from models.clinic import Patient, Specialization
from portal.site import words as site_words
from portal.site.locale import is_indonesian

LANGUAGES = {"id": _l("Indonesian"), "en": _l("English"), "jv": _l("Javanese"), "su": _l("Sundanese"),
             "zh": _l("Chinese"), "ar": _l("Arabic"), "ban": _l("Balinese"), "min": _l("Minangkabau"),
             "bug": _l("Buginese"), "mad": _l("Madurese"), "bjn": _l("Banjar"), "nl": _l("Dutch"),
             "ja": _l("Japanese"), "ko": _l("Korean"), "de": _l("German"), "fr": _l("French")}
WEEKDAYS = (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"), _l("Sunday"))
#: class of a badge and its icon, by state: always icon, word and colour together.
BADGES = {
    "requested": ("requested", "clock"), "pending": ("requested", "clock"), "approved": ("approved", "check"),
    "in_progress": ("in_progress", "chat"), "completed": ("completed", "checkc"), "active": ("green", "checkc"),
    "rejected": ("rejected", "x"), "suspended": ("rejected", "ban"), "cancelled": ("cancelled", "ban"),
    "no_show": ("cancelled", "ban"), "rescheduled": ("cancelled", "cal"), "closed": ("cancelled", "lock"),
    "issued": ("teal", "file"), "dispensed": ("green", "checkc")}
#: What a complete profile holds, in the order in which it is asked for.
COMPLETE = {"nik": _l("NIK"), "phone": _l("telephone"), "address": _l("address"), "region_code": _l("village"),
            "height_cm": _l("height"), "weight_kg": _l("weight"), "marital_status": _l("marital status"),
            "blood_type": _l("blood type"), "allergies": _l("allergies")}
#: The name and the birth date are there from the registration on.
_ALWAYS = 1


def _code() -> str:
    return "id" if is_indonesian() else "en"


def pattern(value: date | datetime, form: str) -> str:
    """A day by a CLDR pattern, on the hospital's calendar: `{{ slot.starts_at|pattern('EEEE d') }}`."""
    if isinstance(value, datetime):
        value = clock.local(value).date()
    return format_date(value, form, locale=_code())


def initials(name: str) -> str:
    """Two letters for the circle beside a name; titles do not count."""
    words = [word for word in name.split(",")[0].split() if word[0].isalpha() and not word.endswith(".")]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words))[:2].upper() or "–"


def greeting() -> str:
    """By the hospital's clock."""
    now = clock.local(clock.now()).hour
    if now < 11:
        return gettext("Good morning")
    if now < 15:
        return gettext("Good day")
    return gettext("Good afternoon") if now < 19 else gettext("Good evening")


def specialization_word(specialization: Specialization) -> str:
    """Its name in the reader's language."""
    return specialization.name if is_indonesian() else specialization.name_en or specialization.name


def languages_word(codes: str) -> str:
    """`id,su` as people say it."""
    return ", ".join(str(LANGUAGES.get(code.strip(), code.strip())) for code in codes.split(",") if code.strip())


def completeness(patient: Patient) -> dict[str, Any]:
    """How much of the profile is filled in: `done` of `total`, and the words of what is `missing`."""
    missing = [word for field, word in COMPLETE.items() if getattr(patient, field) in (None, "")]
    total = len(COMPLETE) + _ALWAYS
    return {"total": total, "done": total - len(missing), "missing": [str(word) for word in missing]}


def ic(name: str, large: bool = False) -> Markup:
    """An icon of the sprite, at the portal's size; the words beside it carry the meaning."""
    return Markup('<svg class="i{}" aria-hidden="true"><use href="{}#i-{}"/></svg>').format(
        " i-l" if large else "", url_for("static", filename="icons.svg"), name)


def state_badge(state: Any) -> Markup:
    """A state as icon, word and colour."""
    tone, symbol = BADGES.get(str(getattr(state, "value", state)), ("grey", "info"))
    return Markup('<span class="badge {}">{}{}</span>').format(tone, ic(symbol), escape(site_words.state_word(state)))


def avatar(name: str, size: str = "") -> Markup:
    """Initials in a circle, of a colour that the name fixes."""
    tone = ("", "b", "v", "a", "g")[sum(map(ord, name)) % 5]
    return Markup('<span class="avatar {} {}" aria-hidden="true">{}</span>').format(size, tone, initials(name))


def size(count: int) -> str:
    """Bytes as people say them."""
    return f"{max(1, round(count / 1024))} KB" if count < 1024 * 1024 else f"{count / 1024 / 1024:.1f} MB"


def here() -> str:
    """This page's address, to come back to; never that of a form."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(pattern=pattern, initials=initials, filesize=size)
    app.jinja_env.globals.update(specialization_word=specialization_word, languages_word=languages_word,
                                 weekdays=WEEKDAYS, here=here, ic=ic, state_badge=state_badge, avatar=avatar)
