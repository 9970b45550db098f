"""What every template may use: icons and state badges, always icon, word and colour together."""

from __future__ import annotations

import functools
from typing import Any

from flask import Flask, url_for
from markupsafe import Markup, escape

from portal.site import words

#: class of a badge → its states, as the visual language groups them.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "draft": ("pencil", ("draft", "planned", "waiting", "inactive", "registered")),
    "submitted": ("send", ("submitted", "requested", "pending", "needs_inspection", "needs_cleaning")),
    "approved": ("circle-check", ("approved", "payment_approved", "limit_approved", "accepted", "receivables_approved",
                                  "held_for_sale", "finished")),
    "progress": ("loader-2", ("sent", "delivered", "counting", "in_progress", "cleaning", "open", "occupied", "in_use",
                              "under_maintenance", "issued")),
    "done": ("checks", ("done", "posted", "paid", "ready", "active", "completed", "inspected", "sold", "dispensed")),
    "rejected": ("circle-x", ("rejected", "failed", "lost", "suspended")),
    "cancelled": ("ban", ("cancelled", "reversed", "retired", "out_of_service", "closed", "no_show", "rescheduled")),
}
GROUP_OF = {state: (group, icon) for group, (icon, states) in GROUPS.items() for state in states}


def icon(name: str, size: str = "") -> Markup:
    """An icon of the sprite; the words beside it carry the meaning."""
    return _icon(name, size, url_for("static", filename="icons.svg"))


@functools.lru_cache(2048)
def _icon(name: str, size: str, sprite: str) -> Markup:
    classes = f"rw-ic{' ' + size if size else ''}"
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>').format(classes, sprite, name)


def badge(state: Any, large: bool = False) -> Markup:
    """State as icon, word and colour."""
    group, symbol = GROUP_OF.get(str(getattr(state, "value", state)), ("draft", "circle-dot"))
    return Markup('<span class="rw-badge is-{}{}">{}{}</span>').format(
        group, " is-lg" if large else "", icon(symbol), escape(words.state_word(state)))


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(icon=icon, badge=badge, label=words.label, state_word=words.state_word,
                                 role_word=words.role_word, table_word=words.table_word)
