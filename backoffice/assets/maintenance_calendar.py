"""`/admin/care/`: what is due when, a month as a calendar and as a list; on a phone the list alone."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date
from flask import request
from flask_admin import expose
from flask_login import current_user

from backoffice.panel.lookups import within
from backoffice.panel.pages import Page
from models import clock
from models.asset_history import MaintenanceSchedule, ScheduleKind
from models.asset_register import Asset
from models.base import db
from models.maintenance import Maintenance, MaintenanceState
from models.operations.assets.books import DEPRECIATES
from models.organisation import Status, WorkUnit
from models.rights import scope
from portal.web.locale import is_indonesian

#: More than these in a month, or overdue, are counted and not shown.
MOST = 400
#: Years before and after today that the calendar goes.
YEARS = 10
OPEN = (MaintenanceState.DRAFT, MaintenanceState.SUBMITTED, MaintenanceState.APPROVED,
        MaintenanceState.PAYMENT_APPROVED, MaintenanceState.IN_PROGRESS)


@dataclass
class Day:
    on: date
    in_month: bool
    due: list[Any] = field(default_factory=list)


def _month(text: str) -> date:
    """The first day of ``2026-11``, this month for anything else."""
    today = clock.today().replace(day=1)
    try:
        chosen = date.fromisoformat(f"{text}-01") if len(text) == 7 else today
    except ValueError:
        return today
    return chosen if abs(chosen.year - today.year) <= YEARS else today


def written(day: date, pattern: str) -> str:
    """A day as a month or a weekday, in the reader's language."""
    return str(format_date(day, pattern, locale="id" if is_indonesian() else "en"))


def due_between(first: date | None, last: date, kind: ScheduleKind | None = None) -> list[Any]:
    """What is due from `first` (or ever) until `last` in the assets that the person may see, earliest
    first."""
    plan, order = MaintenanceSchedule, Maintenance
    open_order = (sa.select(sa.func.max(order.id)).where(
        order.maintenance_schedule_id == plan.id, order.state.in_(OPEN)).correlate(plan).scalar_subquery())
    ordered = sa.orm.aliased(order)
    statement = (sa.select(plan.id, plan.name, plan.kind, plan.next_due_on, Asset.id.label("asset_id"),
                           Asset.tag, Asset.name.label("asset"), WorkUnit.name.label("unit"),
                           ordered.id.label("order_id"), ordered.number, ordered.state)
                 .join(Asset, Asset.id == plan.asset_id).outerjoin(WorkUnit,
                                                                   WorkUnit.id == Asset.work_unit_id)
                 .outerjoin(ordered, ordered.id == open_order)
                 .where(plan.status == Status.ACTIVE, Asset.state.in_(DEPRECIATES), plan.next_due_on <= last))
    if first is not None:
        statement = statement.where(plan.next_due_on >= first)
    if kind is not None:
        statement = statement.where(plan.kind == kind)
    statement = within(statement, scope(current_user, "asset"))
    return list(db.session.execute(statement.order_by(plan.next_due_on, plan.id).limit(MOST + 1)))


class CareView(Page):
    """Maintenance and calibration due: ``?month=2026-11&kind=calibration``."""

    page = "care"

    @expose("/")
    def index(self) -> Any:
        first = _month(request.args.get("month", ""))
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        kind = next((entry for entry in ScheduleKind if entry == request.args.get("kind", "")), None)
        today = clock.today()
        rows = due_between(first, last, kind)
        days = [Day(on, on.month == first.month)
                for week in calendar.Calendar().monthdatescalendar(first.year, first.month) for on in week]
        by_day = {day.on: day for day in days}
        for row in rows[:MOST]:
            by_day[row.next_due_on].due.append(row)
        late = due_between(None, min(first, today) - timedelta(days=1), kind)
        return self.render(
            "backoffice/assets/calendar.html", days=days, first=first, today=today, kind=kind,
            kinds=list(ScheduleKind),
            month_word=lambda day: written(day, "MMMM y"), weekday_word=lambda day: written(day, "EEE"),
            rows=rows[:MOST], late=late[:MOST], more=len(rows) > MOST or len(late) > MOST,
            before=first - timedelta(days=1), after=last + timedelta(days=1))
