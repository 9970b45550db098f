"""Pages of the panel that are no table: home, inbox, search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import abort, current_app, flash, jsonify, redirect, request
from flask_admin import AdminIndexView, BaseView, expose
from flask_babel import gettext, ngettext
from flask_login import current_user

from backoffice.panel import dashboard, deciding, lookups, reviewing
from backoffice.panel.columns import columns_of, mapped_tables, title_of
from backoffice.panel.inbox import waiting
from backoffice.panel.lists import eager
from backoffice.panel.views import done
from models import clock
from models.base import db, one_transaction
from models.documents import document_types
from models.operations.clinic import finding
from models.rights import may, may_open, scope
from models.roles import Role
from portal.web import search_sealing, words
from portal.web.locale import refusal_text

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


class InboxView(Page):
    """`/admin/inbox/`: what waits for my step, by type."""

    page = "inbox"

    @expose("/", methods=("GET", "POST"))
    def index(self) -> Any:
        """GET shows what waits; POST answers yes or no to one row, or to all that are ticked."""
        return self._decide() if request.method == "POST" else self._page()

    def _page(self, problems: tuple[str, ...] = (), reason: str = "") -> str:
        every = waiting(current_user, limit=200)
        chosen = request.args.get("type", "")
        kinds: dict[str, int] = {}
        for row in every:
            kinds[row.table] = kinds.get(row.table, 0) + 1
        rows = ([row for row in every if row.table == chosen] if chosen in kinds else every)[:SHOWN]
        return self.render("backoffice/panel/inbox.html", rows=rows, kinds=kinds, chosen=chosen,
                           total=len(every), answers=deciding.of_rows(rows, current_user), problems=problems,
                           ticked=request.form.getlist("row"), reason=reason)

    def _decide(self) -> Any:
        one, answer = request.form.get("one", ""), request.form.get("answer", "")
        if one:
            answer, _colon, one = one.partition(":")
        keys, reason = [one] if one else request.form.getlist("row"), request.form.get("reason", "").strip()
        if answer not in ("yes", "no"):
            abort(404)
        if not keys:
            return self._page((gettext("Tick at least one row first."),), reason), 422
        if answer == "no" and not reason:
            return self._page((gettext("Please write the reason; the person who made the document will read "
                                       "it."),)), 422
        outcomes = deciding.decide(keys, yes=answer == "yes", reason=reason[:2000],
                                   by=current_user._get_current_object())
        status = deciding.status_of(outcomes)
        if status in (403, 404):
            abort(status)
        problems = tuple(f"{outcome.called}: {refusal_text(outcome.refusal)}".removeprefix(": ")
                         for outcome in outcomes if outcome.refusal is not None)
        if status != 200:
            db.session.rollback()
            return self._page(problems, reason), status
        for problem in problems:
            flash(problem, "error")
        back = request.args.get("type", "")
        return done(told(outcomes), f"/admin/inbox/?type={back}" if back in mapped_tables()
                    else "/admin/inbox/")

    @expose("/review", methods=("GET", "POST"))
    def review(self) -> Any:
        """One paper after the other. POST answers one and leads to the next by itself."""
        values = request.args
        here = reviewing.walk(waiting(current_user, limit=reviewing.MOST), values.get("at", ""),
                              reviewing.count(values.get("place", "")),
                              reviewing.count(values.get("answered", "")))
        if request.method == "POST":
            return self._answer(here)
        problems = (gettext("What you were at waits for you no more: it was decided meanwhile. "
                            "Here is the next one."),) if here.is_gone and here.row is not None else ()
        return self._paper(here, problems)

    def _paper(self, here: reviewing.Walk, problems: tuple[str, ...] = (), reason: str = "") -> str:
        row = here.row
        answer = deciding.of_rows([row], current_user).get((row.table, row.id)) if row is not None else None
        return self.render("backoffice/panel/review.html", walk=here, row=row, answer=answer,
                           problems=problems, reason=reason)

    def _answer(self, here: reviewing.Walk) -> Any:
        """What somebody else decided or changed meanwhile is passed over with a sentence."""
        answer, _colon, key = request.form.get("answer", "").partition(":")
        reason = request.form.get("reason", "").strip()
        if answer not in ("yes", "no"):
            abort(404)
        if answer == "no" and not reason:
            problem = gettext("Please write the reason; the person who made the document will read it.")
            return self._paper(here, (problem,)), 422
        outcome, = deciding.decide([key], yes=answer == "yes", reason=reason[:2000],
                                   by=current_user._get_current_object())
        if outcome.refusal is None:
            return done(told([outcome]), here.to(here.place + 1, more=1))
        status = deciding.status_of([outcome])
        problem = f"{outcome.called}: {refusal_text(outcome.refusal)}".removeprefix(": ")
        is_past = here.is_gone and key.startswith(f"{request.args['at']}:")
        if status in (403, 404) and not is_past:
            abort(status)
        db.session.rollback()
        if status == 409 or is_past:
            return done(problem, here.to(here.place + (not here.is_gone)), "warning")
        return self._paper(here, (problem,), reason), status


def told(outcomes: list[deciding.Outcome]) -> str:
    """What was done, as one sentence: how many papers, which, and what they are now."""
    fine = [outcome for outcome in outcomes if outcome.refusal is None]
    states = ", ".join(dict.fromkeys(words.state_word(outcome.state) for outcome in fine))
    called = ", ".join(outcome.called or words.table_word(outcome.table, False) for outcome in fine[:10])
    if len(fine) > 10:
        called += " …"
    return ngettext("%(num)d document done (%(states)s): %(called)s.",
                    "%(num)d documents done (%(states)s): %(called)s.", len(fine), states=states,
                    called=called)


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
