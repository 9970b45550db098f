"""Pages of the panel that are no table: home, inbox, search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import abort, current_app, jsonify, redirect, request
from flask_admin import AdminIndexView, BaseView, expose
from flask_babel import gettext
from flask_login import current_user

from backoffice.panel import dashboard, lookups
from backoffice.panel.columns import columns_of, mapped_tables, title_of
from backoffice.panel.inbox import waiting
from backoffice.panel.lists import eager
from models import clock
from models.base import db, one_transaction
from models.documents import document_types
from models.operations.clinic import finding
from models.rights import may, may_open, scope
from models.roles import Role
from portal.web import search_sealing, words

#: What the search box looks through by name or code, after the documents.
SEARCHED_TABLES = ("item", "patient", "doctor", "consultation", "asset", "stock_batch", "supplier", "vendor",
                   "room", "inpatient_room", "work_unit", "employee", "user")
EACH = 5
#: Rows of the inbox on a page.
SHOWN = 50


def begun() -> list[str]:
    """Documents that people begin, in the order in which the home page offers them."""
    return [table for table, model in document_types().items() if model.is_begun_by_people]


def searched() -> list[str]:
    """What the search box looks through, in this order; documents by number, the rest by name or code."""
    return [*begun(), *SEARCHED_TABLES]


class Page(BaseView):
    """A page of `models.rights.PAGES`."""

    page = ""

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return fn(self, *args, **kwargs)

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated) and may_open(current_user, self.page)

    def inaccessible_callback(self, name: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        abort(403)


#: Where a person of one role begins who has no use for the home page: where the whole day is spent.
BEGINS_AT = {Role.DOCTOR: "/admin/desk/", Role.HOUSEKEEPING: "/admin/housekeeping/",
             Role.FRONT_OFFICE: "/admin/rooms/"}


def begins_at(user: Any) -> str | None:
    """The page that `/admin/` leads the person to; None for the home page. Who has two roles needs both."""
    return BEGINS_AT.get(next(iter(user.roles))) if len(user.roles) == 1 else None


#: Cards on top of the home page that areas above the panel bring: a template and what it shows, or None.
HOME_CARDS: list[Callable[[], tuple[str, Any] | None]] = []


class HomeView(Page, AdminIndexView):
    """`/admin/` is where the person's work begins, `/admin/home/` the greeting, the numbers and the head of
    the inbox."""

    page = "dashboard"

    @expose("/")
    def index(self) -> Any:
        begins = begins_at(current_user)
        return redirect(begins) if begins is not None else self.home()

    @expose("/home/")
    def home(self) -> Any:
        hour = clock.local(clock.now()).hour
        greeting = (gettext("Good morning") if hour < 11 else gettext("Good day") if hour < 15 else
                    gettext("Good afternoon") if hour < 18 else gettext("Good evening"))
        return self.render("backoffice/panel/home.html", greeting=greeting, today=clock.today(),
                           month=dashboard.month(), tiles=dashboard.shown(),
                           panels=dashboard.panels(), rows=waiting(current_user, limit=8), makes=quick(),
                           cards=[card for show in HOME_CARDS if (card := show()) is not None])

    @expose("/search", methods=("GET", "POST"))
    def search(self) -> Any:
        """What the person may see that has every typed word in its number, code or name.

        What is called exactly so comes first, with its table; then what begins so; then the newest. The box
        posts, and the words go on sealed: they may name a patient.
        """
        if request.method == "POST":
            text = search_sealing.opened(request.form.get("q", "")) or ""
            note_search(text)
            return redirect(f"/admin/search?q={search_sealing.seal(text)}" if text else "/admin/search", 303)
        typed = request.args.get("q", "")
        text = search_sealing.opened(typed) or ""
        named = called_so(text) if len(text) >= 2 else {}
        result = []
        for table in searched() if len(text) >= 2 else ():
            model = mapped_tables().get(table)
            if model is None or not may(current_user, "read", table):
                continue
            criterion = lookups.matching(model, text, lookups.searched_columns(model))
            exact = lookups.exactly(model, text, is_sealed=search_sealing.is_sealed(typed))
            if criterion is None:
                continue
            criterion = criterion if exact is None else criterion | exact
            rows = list(db.session.scalars(
                lookups.within(sa.select(model), scope(current_user, table)).where(criterion)
                .options(*eager(model,
                                [name for name in ("patient", "doctor", "item")
                                 if name in columns_of(model)]))
                .order_by(*([model.id.in_(named[table]).desc()] if table in named else []),
                          *([] if exact is None else [exact.desc()]), model.id.desc())
                .limit(EACH + 1)))
            if rows:
                result.append((table, ranked(rows[:EACH], text, named.get(table, [])), len(rows) > EACH))
        result.sort(key=lambda entry: entry[0] not in named)
        from backoffice.panel import going
        return self.render("backoffice/panel/search.html", text=text, found=result, places=going.found(text),
                           sealed_text=search_sealing.seal(text))

    @expose("/search/places")
    def search_places(self) -> Any:
        """Every page and action that the person may open, for the search box: word, words to search by,
        address."""
        from backoffice.panel import going
        answer = jsonify([[place.word, place.searched, place.address] for place in going.places()])
        answer.headers["Cache-Control"] = "private, max-age=300"
        answer.headers["Vary"] = "Cookie"
        return answer


def note_search(text: str) -> None:
    """Write down who looked for a patient by the NIK, where the person may look so."""
    if may(current_user, "edit", "patient") and finding.nik_in(text):
        with one_transaction():
            finding.note_search(text)


def ranked(rows: list[Any], text: str, named: list[int]) -> list[Any]:
    """Exact names first, then what begins with the text, then the rest as it came."""
    title = title_of(type(rows[0]))
    return sorted(rows, key=lambda row: (
        row.id not in named, not str(getattr(row, title) or "").lower().startswith(text.lower())))


def called_so(text: str) -> dict[str, list[int]]:
    """Ids by table of what is called exactly `text` (its number, tag, code or name); one statement."""
    parts = []
    for table in searched():
        model = mapped_tables().get(table)
        if model is None or not may(current_user, "read", table):
            continue
        title = getattr(model, title_of(model))
        if isinstance(title.type, sa.String):
            rows = lookups.within(sa.select(sa.literal(table).label("name"), model.id),
                                  scope(current_user, table))
            parts.append(rows.where(title.in_({text, text.upper()})).limit(EACH).subquery())
    result: dict[str, list[int]] = {}
    if parts:
        every = sa.union_all(*(sa.select(part) for part in parts))
        for table, key in db.session.execute(every):
            result.setdefault(table, []).append(key)
    return result


def quick() -> list[tuple[str, str, str]]:
    """Documents that the person may begin: address, word, icon."""
    from backoffice.panel.menu import icon_of
    return [(f"/admin/{table}/new/", words.table_word(table, False), icon_of(table, "plus"))
            for table in begun() if may(current_user, "create", table)][:6]
