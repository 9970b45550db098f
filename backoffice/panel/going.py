"""Pages and actions that the search box opens by name, in both languages: only what the person may open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from flask_login import current_user

from backoffice.panel import menu
from backoffice.panel.reports import may_report
from models.operations.core.report_kit import REPORTS
from models.rights import may_open
from portal.web import locale, words

MOST_FOUND = 8


@dataclass(frozen=True)
class Place:
    """A page or an action: its word in the reader's language, what it is searched by, its picture."""

    address: str
    word: str
    searched: str
    icon: str


def places() -> list[Place]:
    """All of them, pages first; made once for each set of roles and language."""
    user = current_user._get_current_object()
    known = current_app.extensions.setdefault("rawat_places", {})
    key = (user.roles, user.givers, user.is_active, locale.is_indonesian())
    if key not in known:
        if len(known) >= menu.MOST_KEPT:
            known.clear()
        known[key] = _places()
    return list(known[key])


def _places() -> list[Place]:
    own = "id" if locale.is_indonesian() else "en"
    named: dict[str, dict[str, tuple[str, str]]] = {}
    for language in ("id", "en"):
        with force_locale(language):
            named[language] = {address: (str(word), icon) for address, word, icon in _named()}
    return [Place(address, word, " ".join(dict.fromkeys(each[address][0].lower() for each in named.values())),
                  icon) for address, (word, icon) in named[own].items()]


def _named() -> list[tuple[str, Any, str]]:
    """Address, word and icon of each, in the language of the moment."""
    views = current_app.extensions["rawat_panel"]
    pages = [("/admin/", gettext("Home"), "home-2"), ("/admin/inbox/", gettext("Inbox"), "inbox"),
             ("/admin/notices/", gettext("Notices"), "bell"),
             ("/admin/scan/", gettext("Scan a barcode"), "barcode"),
             *((entry.address, entry.word, entry.icon) for entry in menu.pages().values())]
    new = [(f"/admin/{table}/new/", f"{gettext('New')}: {words.table_word(table, False)}", "plus")
           for table, view in views.items() if view.can_make_new()]
    reports = [(f"/admin/reports/{key}/", gettext(report.title), "report-analytics")
               for key, report in REPORTS.items() if may_open(current_user, "reports") and may_report(key)]
    return [*pages, *new, *reports]


def found(text: str) -> list[Place]:
    """Those with every typed word in their name, what begins so first."""
    typed = text.lower().split()[:6]
    fit = [place for place in places() if typed and all(word in place.searched for word in typed)]
    return sorted(fit, key=lambda place: not any(part.startswith(typed[0]) for part in
                                                 place.searched.split()))[:MOST_FOUND]
