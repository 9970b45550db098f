"""How a value is written on a page and in a file."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from flask_babel import gettext
from markupsafe import Markup, escape

from backoffice.columns import Column
from models import clock
from models.rights import may
from portal.site import locale, words

SPRITE = "/static/icons.svg"
ICONS = {"draft": "pencil", "submitted": "send", "approved": "circle-check", "progress": "loader-2", "done": "checks",
         "rejected": "circle-x", "cancelled": "ban", "overdue": "clock-exclamation"}
#: Which of the eight colours a state has.
KINDS = {state: kind for kind, states in {
    "draft": "draft planned waiting registered",
    "submitted": "submitted requested pending needs_inspection needs_cleaning queued",
    "approved": "approved payment_approved limit_approved receivables_approved accepted issued",
    "progress": "sent delivered counting in_progress cleaning open in_use occupied under_maintenance held_for_sale",
    "done": "done posted paid ready active completed finished inspected sold dispensed delivered_mail",
    "rejected": "rejected failed lost suspended no_show",
    "cancelled": "cancelled reversed retired out_of_service closed inactive rescheduled",
}.items() for state in states.split()}

BLANK = Markup('<span class="muted">–</span>')


def written(column: Column, value: Any) -> str:
    """The value in the reader's language, as plain text; empty for nothing."""
    if value is None:
        return ""
    kind = column.kind
    if kind == "enum":
        return words.state_word(value)
    if kind == "bool":
        return gettext("Yes") if value else gettext("No")
    if kind == "money":
        return locale.rupiah(value)
    if kind == "percent":
        return locale.percent(value)
    if kind in {"quantity", "factor", "area"}:
        return locale.quantity(value)
    if kind == "date":
        return locale.day(value)
    if kind == "moment":
        return locale.moment(value)
    if kind == "time":
        return value.strftime("%H:%M")
    return str(value)


def shown(column: Column, value: Any, user: Any = None) -> Markup:
    """The value as a page shows it: states as badges, references as links where the person may follow them."""
    if value is None or value == "":
        return BLANK
    if column.name in {"state", "status"}:
        return badge(value)
    text = escape(written(column, value))
    if column.relation is not None and user is not None and may(user, "read", column.target.__tablename__):
        return Markup('<a href="/admin/{}/details/?id={}">{}</a>').format(
            column.target.__tablename__, value.id, text)
    return text


def badge(state: Any, large: bool = False) -> Markup:
    """State as icon, word and colour."""
    kind = KINDS.get(str(getattr(state, "value", state)), "draft")
    return Markup('<span class="rw-badge is-{}{}">{}{}</span>').format(
        kind, " is-lg" if large else "", icon(ICONS[kind]), words.state_word(state))


def icon(name: str, size: str = "") -> Markup:
    """A picture of the sprite; it never carries meaning alone."""
    return Markup('<svg class="rw-ic{}" aria-hidden="true"><use href="{}#i-{}"/></svg>').format(
        f" is-{size}" if size else "", SPRITE, name)


def plain(value: Any) -> Any:
    """The value for a spreadsheet: numbers and dates stay what they are, the rest is text."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return clock.local(value).replace(tzinfo=None)
    if value is None or isinstance(value, (bool, int, float, Decimal, date, time)):
        return value
    return str(value)
