"""Accounting periods: which months are open, what still stands in them, and closing one."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, request
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_login import current_user

from backoffice.panel.base import LedgerView
from backoffice.panel.views import done, message_of
from models.base import db, one_transaction
from models.errors import NotAllowed, Refused
from models.journal import Period
from models.operations.ledger import periods
from models.rights import may
from models.roles import Role
from portal.web.locale import day


class PeriodView(LedgerView):
    model = Period
    column_list = ("year", "month", "closed_at", "closed_by")
    column_details_list = ("year", "month", "closed_at", "closed_by")
    closing_address = "/admin/period/closing"

    def beside(self) -> tuple[tuple[str, Any, str], ...]:
        return ((self.closing_address, lazy_gettext("Close a period"),
                 "lock"),) if current_user.has_role(Role.PAYABLES) else ()

    @expose("/closing", methods=("GET", "POST"))
    def closing_view(self) -> Any:
        """GET shows the months that are over with what stands in them; POST closes the one of
        ``month=2026-10``."""
        if not current_user.has_role(Role.PAYABLES):
            abort(403)
        if request.method == "GET":
            return self._page()
        requested = request.form.get("month", "")
        try:
            chosen = date.fromisoformat(f"{requested}-01")
        except ValueError:
            return self._page(gettext("Choose one of the list."), requested), 422
        try:
            with one_transaction():
                period = periods.close(chosen.year, chosen.month, by=current_user._get_current_object(),
                                       anyway=request.form.get("anyway") == "1")
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            db.session.rollback()
            return self._page(message_of(refusal), requested), refusal.status
        return done(gettext("The period %(period)s is closed.", period=str(period)), self.closing_address)

    def _page(self, message: str = "", chosen: str = "") -> Any:
        months = periods.months()
        standing, lacking = {}, {}
        if months:
            span = periods.bounds(*months[0][:2])[0], periods.bounds(*months[-1][:2])[1]
            standing, lacking = periods.standing(*span), periods.outstanding(*span)
        rows = []
        for year, month, period in reversed(months):
            first, last = periods.bounds(year, month)
            is_closed = period is not None and period.is_closed
            left = [] if is_closed else [entry for entry in standing.get((year, month), ())
                                         if may(current_user, "read", entry.table)]
            rows.append({"key": f"{year:04}-{month:02}", "word": day(first).partition(" ")[2], "first": first,
                         "last": last, "period": period, "standing": left,
                         "lacking": [] if is_closed else lacking.get((year, month), [])})
        return self.render("backoffice/ledger/closing.html", view=self, rows=rows, message=message,
                           chosen=chosen)
