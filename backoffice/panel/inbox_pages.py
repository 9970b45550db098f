"""`/admin/inbox/`: what waits for my step, by type; answered in its row, all ticked ones at once, or one
after the other; and what I put off until a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, flash, request
from flask_admin import expose
from flask_babel import gettext, ngettext
from flask_login import current_user

from backoffice.panel import deciding, reviewing
from backoffice.panel.columns import mapped_tables
from backoffice.panel.inbox import waiting
from backoffice.panel.pages import Page
from backoffice.panel.views import done
from models import clock
from models.base import db, one_transaction
from models.errors import Refused
from models.operations.people import snoozing
from portal.web import locale, words
from portal.web.htmx import wants_fragment
from portal.web.locale import refusal_text

#: Rows of the inbox on a page, and rows that it counts.
SHOWN, COUNTED = 50, 200


class InboxView(Page):
    """GET shows what waits; POST answers one row, all that are ticked, or puts one off."""

    page = "inbox"

    @expose("/", methods=("GET", "POST"))
    def index(self) -> Any:
        """A script's POST (htmx) is answered with the row that is left, if any, and the new counts."""
        if request.method == "GET":
            return self._page()
        if "until" in request.form or "back" in request.form:
            return self._put_off()
        return self._decide()

    # ------------------------------------------------------------ pages

    def _page(self, problems: tuple[str, ...] = (), reason: str = "") -> str:
        facts = self._facts()
        return self.render("backoffice/panel/inbox.html", **facts, problems=problems,
                           answers=deciding.of_rows(facts["rows"], current_user),
                           ticked=request.form.getlist("row"), reason=reason, row_problem=("", ""))

    def _facts(self) -> dict[str, Any]:
        """The rows of the page, and the numbers of its tabs."""
        user = current_user._get_current_object()
        every, away = (waiting(user, limit=COUNTED, later=later, with_amounts=False)
                       for later in (False, True))
        chosen = request.args.get("type", "")
        kinds: dict[str, int] = {}
        for row in every:
            kinds[row.table] = kinds.get(row.table, 0) + 1
        rows = away if chosen == "later" else [row for row in every if row.table == chosen] \
            if chosen in kinds else every
        return {"rows": rows[:SHOWN], "kinds": kinds, "chosen": chosen, "total": len(every),
                "away": len(away), "until": snoozing.days(user) if away else {},
                "key_of": lambda row: snoozing.key(row.table, row.id),
                "tomorrow": snoozing.day_of("tomorrow"), "monday": snoozing.day_of("monday"),
                "furthest": clock.today() + timedelta(days=snoozing.LONGEST)}

    def _row(self, key: str, said: str = "", problem: str = "", reason: str = "") -> str:
        """What a script swaps in: the row, where it still waits, the tabs and the counts."""
        facts = self._facts()
        left = [row for row in facts["rows"] if problem and key.startswith(f"{row.table}:{row.id}:")]
        return self.render("backoffice/panel/inbox_row.html", **{**facts, "rows": left}, said=said,
                           answers=deciding.of_rows(left, current_user), ticked=[], reason=reason,
                           problem=problem, row_problem=(key.rpartition(":")[0], problem))

    # ------------------------------------------------------------ answering

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
            return self._refused(one, (gettext("Please write the reason; the person who made the document "
                                               "will read it."),), "", 422)
        outcomes = deciding.decide(keys, yes=answer == "yes", reason=reason[:2000],
                                   by=current_user._get_current_object())
        status = deciding.status_of(outcomes)
        if status in (403, 404):
            abort(status)
        problems = tuple(f"{outcome.called}: {refusal_text(outcome.refusal)}".removeprefix(": ")
                         for outcome in outcomes if outcome.refusal is not None)
        if status != 200:
            db.session.rollback()
            return self._refused(one, problems, reason, status)
        if one and wants_fragment():
            return self._row(one, told(outcomes))
        for problem in problems:
            flash(problem, "error")
        return done(told(outcomes), _back())

    def _refused(self, one: str, problems: tuple[str, ...], reason: str, status: int) -> Any:
        if one and wants_fragment():
            return self._row(one, problem=" ".join(problems), reason=reason), status
        return self._page(problems, reason), status

    def _put_off(self) -> Any:
        """`row` goes until a day, or comes `back` now. 404 for what the person does not see."""
        key = request.form.get("back", "") or request.form.get("row", "")
        table, id = (*key.split(":"), "", "")[:2]
        user = current_user._get_current_object()
        paper = deciding.paper(table, id, user)
        if paper is None:
            abort(404)
        called = words.table_word(table, False) if not getattr(paper, "number", "") else paper.number
        if request.form.get("back"):
            with one_transaction():
                snoozing.take_back(user, table, paper.id)
            said = gettext("%(what)s stands in the inbox again.", what=called)
        else:
            try:
                day = snoozing.day_of(request.form["until"] or request.form.get("day", ""))
                with one_transaction():
                    snoozing.put_off(user, paper, day)
            except Refused as refusal:
                return self._refused(key, (refusal_text(refusal),), "", 422)
            said = gettext("%(what)s comes back on %(day)s.", what=called, day=locale.day(day))
        return self._row(key, said) if wants_fragment() else done(said, _back())

    # ------------------------------------------------------------ one after the other

    @expose("/review", methods=("GET", "POST"))
    def review(self) -> Any:
        """One paper after the other. POST answers one and leads to the next by itself."""
        values = request.args
        here = reviewing.walk(waiting(current_user, limit=reviewing.MOST, with_amounts=False),
                              values.get("at", ""), reviewing.count(values.get("place", "")),
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


def _back() -> str:
    """The tab that the person was at."""
    back = request.args.get("type", "")
    return f"/admin/inbox/?type={back}" if back in mapped_tables() or back == "later" else "/admin/inbox/"


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
