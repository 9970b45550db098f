"""Reports of faults: written down by anybody on the staff, worked through by facilities."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import abort, g
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from markupsafe import Markup, escape
from sqlalchemy.orm import joinedload

from backoffice.panel.base import DocumentView
from backoffice.panel.forms import StaffForm
from models import clock
from models.base import db
from models.beds import Bed
from models.errors import Refused
from models.fault_reports import OPEN_FAULTS, FaultPriority, FaultReport, FaultState
from models.operations.assets import faults
from models.places import InpatientRoom
from models.rights import may, scope
from models.roles import Role
from portal.web.fault_page import uploaded

#: More open reports than these are counted and not shown.
MOST = 200
#: What a report names, with what its name needs.
ABOUT = (joinedload(FaultReport.asset), joinedload(FaultReport.room), joinedload(FaultReport.building),
         joinedload(FaultReport.inpatient_room).joinedload(InpatientRoom.ward),
         joinedload(FaultReport.bed).joinedload(Bed.inpatient_room).joinedload(InpatientRoom.ward))


def place_in_words(report: FaultReport) -> str:
    """What is broken and where, in one line."""
    about: Any = report.about
    room = about.inpatient_room if isinstance(about, Bed) else about
    ward = room.ward if isinstance(room, InpatientRoom) else None
    return " · ".join(str(word) for word in (about, ward, report.place_detail) if word)


class FaultReportView(DocumentView):
    """A report is written once; afterwards its steps move it."""

    model = FaultReport
    lines = ()
    column_list = ("number", "priority", "about", "fault", "reported_at", "created_by", "state")
    form_columns = ("inpatient_room", "bed", "room", "asset", "building", "place_detail", "fault", "priority",
                    "reporter_name", "reporter_phone")
    prefills = ("asset", "bed", "inpatient_room", "room")
    create_template = "backoffice/assets/fault_form.html"
    beside_new = (("/admin/fault_report/work/", lazy_gettext("Work list"), "list-check"),)

    def eager_for_list(self) -> list[Any]:
        return [*super().eager_for_list(), *ABOUT]

    def details_options(self) -> list[Any]:
        return [*super().details_options(), *ABOUT]

    def cell_about(self, record: Any) -> Markup:
        return escape(place_in_words(record))

    def label(self, name: str) -> str:
        return gettext("What is broken") if name == "about" else super().label(name)

    def is_late(self, record: Any) -> bool:
        return bool(record.is_late)

    def first_transition(self) -> None:
        """The form reports; nobody takes a step with it."""

    def beside(self) -> tuple[tuple[str, Any, str], ...]:
        return super().beside() if current_user.has_role(Role.FACILITIES_STAFF, Role.FACILITIES_HEAD,
                                                         Role.ADMIN) else ()

    def filled(self, record: Any = None) -> StaffForm:
        """Who does not read the register names a thing by its QR code, and a place here."""
        form = super().filled(record)
        if not may(current_user, "read", "asset") and "asset" in form._fields:
            del form["asset"]
        return form

    def save(self, form: StaffForm, record: Any = None) -> Any:
        try:
            g.fault_photo = uploaded()  # ends the transaction, so before everything else
        except Refused as refusal:
            form.validate()
            return self.form_page(form, record, refusal=refusal), refusal.status
        return super().save(form, record)

    def before_save(self, form: Any, record: FaultReport, is_new: bool) -> None:
        faults.check_one_thing(record)
        faults.begin(record)

    def after_save(self, record: FaultReport, is_new: bool) -> None:
        faults.keep_photo(record, g.get("fault_photo"))

    def other_steps(self, record: Any) -> list[tuple[str, Any, str]]:
        """Whoever reported it says that it is broken still."""
        mine = record.created_by_id == current_user.id and record.workflow.step("reopen", record.state)
        return [(f"/fault/{record.code}", gettext("It is broken still"), "alert-triangle")] if mine else []

    def step_form(self, transition: Any, moved: Any) -> Any:
        """What is over is good again, unless somebody says otherwise; a place has no condition."""
        form = super().step_form(transition, moved)
        if "condition_after" in form._fields and moved.asset is None:
            del form["condition_after"]
        return form

    @expose("/work/")
    def work_view(self) -> Any:
        """What is open, danger first and the oldest first within a priority; with the steps at hand."""
        if not current_user.has_role(Role.FACILITIES_STAFF, Role.FACILITIES_HEAD, Role.ADMIN) \
                or scope(current_user, self.table) is not None:
            abort(403)
        rank = sa.case({each.value: -each.rank for each in FaultPriority}, value=FaultReport.priority)
        reports = list(db.session.scalars(
            sa.select(FaultReport).where(FaultReport.state.in_(OPEN_FAULTS)).options(
                *ABOUT, joinedload(FaultReport.created_by), joinedload(FaultReport.maintenance))
            .order_by(rank, FaultReport.reported_at, FaultReport.id).limit(MOST + 1)).unique())
        parts = [(state, [report for report in reports[:MOST] if report.state == state])
                 for state in (FaultState.REPORTED, FaultState.ACKNOWLEDGED, FaultState.ORDERED)]
        return self.render("backoffice/assets/fault_work.html", view=self, parts=parts, now=clock.now(),
                           is_capped=len(reports) > MOST, in_words=place_in_words,
                           works=current_user.has_role(Role.FACILITIES_STAFF))
