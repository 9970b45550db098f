"""Small words of the portal: greetings, initials, days of a week, names in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from flask import Flask, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from models import clock
from models.clinic import Patient, Payer, Specialization
from portal.web import macros
from portal.web.locale import is_indonesian, quantity
from portal.web.words import initials, languages_word

WEEKDAYS = (_l("Monday"), _l("Tuesday"), _l("Wednesday"), _l("Thursday"), _l("Friday"), _l("Saturday"),
            _l("Sunday"))
#: The portal's colour of each group of states, and the icons that say more to a patient than the group's own.
TONES = {"draft": "grey", "submitted": "requested", "approved": "approved", "progress": "in_progress",
         "done": "completed", "overdue": "rejected", "rejected": "rejected", "cancelled": "cancelled"}
ICONS = {"requested": "clock", "pending": "clock", "in_progress": "chat", "rescheduled": "cal",
         "closed": "lock", "issued": "file", "active": "checkc", "completed": "checkc", "dispensed": "checkc"}
#: What a complete profile holds, in the order in which it is asked for.
COMPLETE = {"nik": _l("NIK"), "phone": _l("telephone"), "address": _l("address"),
            "region_code": _l("village"),
            "height_cm": _l("height"), "weight_kg": _l("weight"), "marital_status": _l("marital status"),
            "blood_type": _l("blood type"), "allergies": _l("allergies")}
#: What a payer beside the patient needs.
PAYING = {"payer_name": _l("insurance company"), "payer_number": _l("card or policy number")}
#: The name and the birth date are there from the registration on.
_ALWAYS = 1


def _code() -> str:
    return "id" if is_indonesian() else "en"


def pattern(value: date | datetime, form: str) -> str:
    """A day by a CLDR pattern, on the hospital's calendar: `{{ slot.starts_at|pattern('EEEE d') }}`."""
    if isinstance(value, datetime):
        value = clock.local(value).date()
    return format_date(value, form, locale=_code())


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


def completeness(patient: Patient) -> dict[str, Any]:
    """How much of the profile is filled in: `done` of `total`, and the words of what is `missing`."""
    requested = COMPLETE | (PAYING if patient.payer == Payer.INSURANCE else
                            {"payer_number": PAYING["payer_number"]} if patient.payer == Payer.BPJS else {})
    missing = [word for field, word in requested.items() if getattr(patient, field) in (None, "")]
    total = len(requested) + _ALWAYS
    return {"total": total, "done": total - len(missing), "missing": [str(word) for word in missing]}


def ic(name: str, large: bool = False) -> Markup:
    """An icon of the sprite, at the portal's size; the words beside it carry the meaning."""
    return macros.symbol(name, f"i{' i-l' if large else ''}")


def state_badge(state: Any) -> Markup:
    """A state as icon, word and colour."""
    group, symbol = macros.look_of(state)
    return macros.marked(state, f"badge {TONES[group]}",
                         ic(ICONS.get(str(getattr(state, "value", state)), symbol)))


def avatar(name: str, size: str = "") -> Markup:
    """Initials in a circle, of a colour that the name fixes."""
    tone = ("", "b", "v", "a", "g")[sum(map(ord, name)) % 5]
    return Markup('<span class="avatar {} {}" aria-hidden="true">{}</span>').format(size, tone,
                                                                                    initials(name))


def size(count: int) -> str:
    """Bytes as people say them."""
    if count < 1024 * 1024:
        return f"{max(1, round(count / 1024))} KB"
    return f"{quantity((Decimal(count) / 1024 / 1024).quantize(Decimal('0.1')))} MB"


def here() -> str:
    """This page's address, to come back to; never that of a form."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(pattern=pattern, initials=initials, filesize=size)
    app.jinja_env.globals.update(specialization_word=specialization_word, languages_word=languages_word,
                                 weekdays=WEEKDAYS, here=here, ic=ic, state_badge=state_badge, avatar=avatar)
