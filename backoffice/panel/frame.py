"""The frame around every page of the panel: menu, search, top bar. Two kept parts; whatever belongs to a
person or a request fills their slots."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from backoffice.panel import help, inbox, kept, menu
from portal.web import locale, words

SHELL = kept.part(
    "shell.html", "language is_dark hospital logo here top pin",
    "token address_now nav waiting unread rings_said news help searched name email initials roles")
ALERTS = kept.part("alerts.html", "", "")

#: Pages of the frame's own entries, as it marks them.
HERE = {"/admin/": "home", "/admin/home/": "home", "/admin/inbox/": "inbox", "/admin/notices/": "notices"}
COUNT = Markup('<span class="rw-count is-hot">{}</span>')
UNREAD = Markup('<span class="rw-count is-hot" title="{}">{}</span>')
NEWS = Markup('<span class="rw-news" aria-hidden="true"></span>')


def shell(tables: set[str], text: Any = "") -> Markup:
    """From the top of a page to where its own content begins; `text` is what was searched for in all of
    Rawat."""
    user, path = current_user._get_current_object(), request.path
    top, waiting, rings = menu.top(), inbox.inbox_count(), inbox.bell_count()
    return kept.written(
        SHELL,
        {"token": generate_csrf(), "address_now": request.full_path, "nav": menu.nav(tables),
         "waiting": COUNT.format(waiting) if waiting else "",
         "unread": {entry.address: UNREAD.format(gettext("Unread messages"), entry.count)
                    if entry.count else "" for entry in top if entry.counts},
         "rings_said": f", {gettext('%(count)s unread', count=rings)}" if rings else "",
         "news": NEWS if rings else "", "help": help.address(path),
         "searched": text if path == "/admin/search" else "",
         "name": user.name, "email": user.email, "initials": menu.initials(user.name),
         "roles": role_words(user)},
        language=locale.choose(), is_dark=request.cookies.get("theme") == "dark",
        hospital=inbox.hospital_name(), logo=inbox.hospital_logo(), here=HERE.get(path, ""), pin=menu.pin(),
        top=tuple((entry.address, str(entry.word), entry.icon, entry.is_active, entry.counts)
                  for entry in top))


def alerts() -> Markup:
    """The boxes in which a page's scripts say something."""
    return kept.written(ALERTS, {})


def role_words(user: Any) -> str:
    return ", ".join(str(words.role_word(role)) for role in sorted(user.roles)[:2])
