"""What every template may use: icons and state badges, always icon, word and colour together."""

from __future__ import annotations

import functools
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from models.operations.clinic import triage
from portal.web import words

#: class of a badge → its states, as the visual language groups them.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "draft": ("pencil", ("draft", "planned", "waiting", "inactive", "registered", "expected")),
    "submitted": ("send",
                  ("submitted", "requested", "pending", "needs_inspection", "needs_cleaning", "to_inspect",
                   "misplaced", "reported", "awaited")),
    "approved": ("circle-check",
                 ("approved", "payment_approved", "limit_approved", "accepted", "receivables_approved",
                  "held_for_sale", "finished", "acknowledged", "awarded", "held",
                  "granted")),
    "progress": ("loader-2",
                 ("sent", "asked", "delivered", "counting", "in_progress", "cleaning", "open", "occupied",
                  "in_use", "under_maintenance", "issued", "ordered", "taken", "partly_dispensed")),
    "done": ("checks",
             ("done", "posted", "paid", "ready", "active", "completed", "inspected", "sold", "released",
              "dispensed", "found", "showing", "used")),
    "overdue": ("alert-triangle", ("urgent",)),
    "rejected": ("circle-x", ("rejected", "failed", "lost", "suspended", "missing", "refused")),
    "cancelled": ("ban",
                  ("cancelled", "reversed", "retired", "out_of_service", "closed", "no_show", "rescheduled",
                   "dismissed", "dropped", "expired", "lapsed", "left", "recalled", "replaced", "revoked",
                   "withdrawn")),
}
GROUP_OF = {state: (group, icon) for group, (icon, states) in GROUPS.items() for state in states}


#: What a state that is in no group looks like.
OTHER = ("draft", "circle-dot")
SPRITE = "/static/icons.svg"


def look_of(state: Any) -> tuple[str, str]:
    """Group and icon of a state: the one table of both panel and portal."""
    return GROUP_OF.get(str(getattr(state, "value", state)), OTHER)


@functools.lru_cache(4096)
def symbol(name: str, classes: str) -> Markup:
    """A picture of the sprite, drawn once; it never carries meaning alone."""
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>').format(classes, SPRITE,
                                                                                           name)


def icon(name: str, size: str = "") -> Markup:
    """An icon of the sprite; the words beside it carry the meaning."""
    return symbol(name, f"rw-ic{' ' + size if size else ''}")


def marked(state: Any, classes: str, picture: Markup) -> Markup:
    """A state as icon, word and colour, in the classes of whoever shows it."""
    return Markup('<span class="{}">{}{}</span>').format(classes, picture, escape(words.state_word(state)))


def badge(state: Any, large: bool = False) -> Markup:
    """State as icon, word and colour."""
    group, name = look_of(state)
    return marked(state, f"rw-badge is-{group}{' is-lg' if large else ''}", icon(name))


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(icon=icon, badge=badge, label=words.label, state_word=words.state_word,
                                 role_word=words.role_word, table_word=words.table_word,
                                 diagnosis_word=words.diagnosis_word, triage_lines=triage.lines)
