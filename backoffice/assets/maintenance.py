"""Keeping assets: maintenance with its spare parts, calibration, depreciation, and the asset's books."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import abort, request
from flask_admin import expose
from flask_babel import gettext, ngettext
from flask_login import current_user
from markupsafe import Markup, escape
from sqlalchemy.orm import joinedload

from backoffice.panel import parsing
from backoffice.panel.base import DocumentView, LedgerView, MasterView
from backoffice.panel.forms import StaffForm, make_form
from backoffice.panel.views import done, message_of
from models.asset_history import Calibration, MaintenanceSchedule
from models.asset_register import Asset, AssetBook, AssetType, BookKind
from models.asset_values import AssetValueChange
from models.base import ExactDecimal, db, one_transaction
from models.depreciation import AssetBookChange, DepreciationRun, DepreciationRunLine, DepreciationRunState
from models.errors import N_, NotAllowed, Refused
from models.maintenance import (
    Maintenance,
    MaintenanceKind,
    MaintenanceLine,
    MaintenancePart,
    MaintenanceState,
)
from models.operations.assets import books, contracts, depreciation, schedules
from models.rights import may
from models.roles import Role
from models.stock import StockMove
from portal.web import words
from portal.web.htmx import wants_fragment
from portal.web.locale import quantity


def _hours(span: timedelta | None) -> Decimal | None:
    """With one decimal."""
    return None if span is None else (Decimal(int(span.total_seconds())) / 3600).quantize(Decimal("0.1"))


class MaintenanceView(DocumentView):
    """An order with its lines; spare parts and certificates stand below."""

    model = Maintenance
    column_list = ("number", "requested_on", "state", "kind", "work_unit", "vendor", "estimated_cost")
    #: The head confirms the cost that its author expects.
    form_columns = ("requested_on", "kind", "work_unit", "vendor", "estimated_cost", "account",
                    "maintenance_schedule", "note")
    line_form_columns = {"lines": ("asset", "quantity", "inpatient_room", "bed", "room", "building",
                                   "employee", "fault")}
    details_template = "backoffice/assets/maintenance.html"

    def extra(self, record: Any) -> dict[str, Any]:
        ids = [line.id for line in record.lines]
        value = (sa.select(sa.type_coerce(-sa.func.sum(StockMove.value), StockMove.value.type))
                 .where(StockMove.document_type == self.table, StockMove.document_id == record.id,
                        StockMove.line_id == MaintenancePart.id).scalar_subquery())
        used = db.session.execute(
            sa.select(MaintenancePart, value).where(MaintenancePart.maintenance_line_id.in_(ids))
            .order_by(MaintenancePart.id).options(
                joinedload(MaintenancePart.item), joinedload(MaintenancePart.store),
                joinedload(MaintenancePart.unit))).all()
        papers = db.session.scalars(
            sa.select(Calibration).where(Calibration.maintenance_line_id.in_(ids)).order_by(Calibration.id)).all()
        working = record.state == MaintenanceState.IN_PROGRESS and current_user.has_role(
            Role.FACILITIES_STAFF
        )
        decides = record.state not in (MaintenanceState.DONE, MaintenanceState.CANCELLED)
        return {"covers": contracts.covers(record) if decides else [], "wanted": contracts.parts_of(record),
                "parts": [part for part, _value in used],
                "values": {part.id: value for part, value in used if value is not None},
                "lines": {line.id: line for line in record.lines},
                "certificates": {paper.maintenance_line_id: paper for paper in papers}, "working": working,
                "calibrates": record.kind == MaintenanceKind.CALIBRATION, "downtime": record.downtime,
                "hours": _hours(record.downtime),
                "above": working and record.is_above_approved}

    def step_form(self, transition: Any, moved: Any) -> Any:
        """A line without a checklist has none to tick."""
        form = super().step_form(transition, moved)
        if isinstance(moved, MaintenanceLine) and not (moved.checklist or "").strip():
            form._fields.pop("checklist_done", None)
        return form


class MaintenancePartView(MasterView):
    """A spare part of a line; it leaves its store when the order is finished."""

    model = MaintenancePart
    column_list = ("item", "quantity", "unit", "store", "maintenance_line")
    form_columns = ("maintenance_line", "item", "quantity", "unit", "store")
    prefills = ("maintenance_line",)

    def eager_for_list(self) -> list[Any]:
        return [*super().eager_for_list(),
                joinedload(MaintenancePart.maintenance_line).joinedload(MaintenanceLine.asset)]

    def before_save(self, form: Any, record: MaintenancePart, is_new: bool) -> None:
        """Without a unit of measure the quantity is in the item's base unit; it comes out to the item's
        steps."""
        if record.item is not None and record.quantity is not None:
            record.unit = record.unit or next(unit for unit in record.item.units if unit.factor == 1)
            record.item.in_base(record.quantity, record.unit.factor)

    def details_url(self, record: Any) -> str:
        """A part is seen on its order."""
        line = record.maintenance_line
        return (
            f"/admin/maintenance/details/?id={line.maintenance_id}#h-parts"
            if line
            else super().details_url(record)
        )


class CalibrationView(MasterView):
    """A certificate, with its scan."""

    model = Calibration
    column_list = ("certificate_number", "asset", "calibrated_on", "valid_until", "result", "vendor")
    form_columns = ("asset", "calibrated_on", "valid_until", "result", "certificate_number", "vendor",
                    "maintenance_line", "cost", "note")
    prefills = ("asset", "maintenance_line", "vendor")
    details_template = "backoffice/assets/calibration.html"
    keeps_files = True

    def before_save(self, form: Any, record: Calibration, is_new: bool) -> None:
        """The certificate of an order's line is one of the thing that the line is about."""
        line = record.maintenance_line_id and db.session.get(MaintenanceLine, record.maintenance_line_id)
        line = form.maintenance_line.data or line
        if line is not None and record.asset is not None and line.asset_id != record.asset.id:
            raise Refused(N_("This line of the order is about another asset."), field="maintenance_line")


class MaintenanceScheduleView(MasterView):
    model = MaintenanceSchedule
    column_list = ("name", "asset", "kind", "interval", "last_done_on", "next_due_on", "status")
    form_columns = ("asset", "kind", "name", "every_months", "every_weeks", "every_days", "every_meter",
                    "fixed_from", "next_due_on", "next_due_meter", "lead_days", "vendor", "estimated_cost",
                    "checklist", "status")
    prefills = ("asset",)
    column_default_sort = ("next_due_on", False)

    def cell_interval(self, record: Any) -> Markup:
        return escape(every(record))

    def before_save(self, form: Any, record: MaintenanceSchedule, is_new: bool) -> None:
        """Its order goes with a due day that people change."""
        due = sa.inspect(record).attrs.next_due_on.history.deleted
        schedules.prepare(record)
        if due and record.ordered_for is not None and record.ordered_for == due[0]:
            record.ordered_for = record.next_due_on


def every(schedule: MaintenanceSchedule) -> str:
    """How often, in words."""
    parts = []
    if schedule.every_months:
        parts.append(ngettext("every month", "every %(num)d months", schedule.every_months))
    if schedule.every_weeks:
        parts.append(ngettext("every week", "every %(num)d weeks", schedule.every_weeks))
    if schedule.every_days:
        parts.append(ngettext("every day", "every %(num)d days", schedule.every_days))
    if schedule.every_meter:
        parts.append(gettext("every %(number)s on the meter", number=quantity(schedule.every_meter)))
    return ", ".join(parts)


class DepreciationRunView(DocumentView):
    """The run computes its lines itself; there may be 100,000, so its page sums them up."""

    model = DepreciationRun
    lines = ()
    column_list = ("number", "book", "period_start", "period_end", "run_on", "created_by", "state")
    form_columns = ("book", "period_start", "note")
    details_template = "backoffice/assets/depreciation_run.html"

    def before_save(self, form: Any, record: DepreciationRun, is_new: bool) -> None:
        depreciation.set_period(record)

    def filled(self, record: Any = None) -> StaffForm:
        """A new run is of the period that is next in its book, the hospital's unless the address says
        another."""
        form = super().filled(record)
        if record is None and request.method == "GET":
            book = request.args.get("book", "")
            form.book.data = BookKind(book) if book in set(BookKind) else BookKind.HOSPITAL
            form.period_start.data = (parsing.day(request.args.get("period_start", ""))
                                      or depreciation.due_period(form.book.data)[0])
        return form

    def extra(self, record: Any) -> dict[str, Any]:
        line = DepreciationRunLine
        money = ExactDecimal(24, 2)
        rows = db.session.execute(
            sa.select(AssetType.name, sa.func.count().label("count"),
                      *(sa.type_coerce(sa.func.sum(getattr(line, name)), money).label(name)
                        for name in ("opening_value", "amount", "closing_value")))
            .select_from(line).join(Asset, Asset.id == line.asset_id)
            .join(AssetType, AssetType.id == Asset.asset_type_id)
            .where(line.depreciation_run_id
                   == record.id).group_by(AssetType.name).order_by(AssetType.name)).all()
        return {"rows": rows, "count": sum(row.count for row in rows),
                "sums": [sum((getattr(row, name) for row in rows), start=0 * money._step)
                         for name in ("opening_value", "amount", "closing_value")],
                "late": depreciation.caught_up(record),
                "can_compute": record.state == DepreciationRunState.DRAFT and may(current_user, "edit",
                                                                                  self.table)}

    @expose("/<id>/compute", methods=("POST",))
    def compute_view(self, id: str) -> Any:
        """Compute the next chunk of lines of a draft: a fragment that asks for the next by itself, or the
        page."""
        record = self.one_or_404(id)
        self.must("edit")
        after = request.form.get("after", "")
        try:
            with one_transaction():
                progress = depreciation.compute_next(
                    record, int(after) if after.isascii() and after.isdigit() and len(after) < 18 else None)
        except Refused as refusal:
            return self.refused(record, refusal)
        if wants_fragment():
            record = self.one_or_404(id)
            return self.render("backoffice/assets/depreciation_preview.html", view=self, record=record,
                               progress=progress, extra=self.extra(record))
        return done(gettext("%(done)s of %(total)s assets computed.", done=progress.done,
                            total=progress.total),
                    self.details_url(record))


class AssetValueChangeView(DocumentView):
    """Capitalised repairs, revaluations and impairments."""

    model = AssetValueChange
    lines = ("lines",)
    column_list = ("number", "kind", "changed_on", "created_by", "state")
    form_columns = ("kind", "changed_on", "account", "note")
    line_form_columns = {"lines": ("asset", "amount", "added_months")}


class AssetBookView(LedgerView):
    """A book of an asset: what was posted, what is still to come, and the two changes that people may
    make."""

    model = AssetBook
    column_list = ("asset", "book", "method", "useful_life", "cost", "accumulated", "depreciated_until")
    details_template = "backoffice/assets/asset_book.html"

    def name_of(self, record: AssetBook) -> str:
        return f"{record.asset.tag} · {words.state_word(record.book)}"

    def extra(self, record: Any) -> dict[str, Any]:
        coming = books.schedule_of(record)
        return {"history": books.history_of(record)[::-1], "coming": coming,
                "years": sorted({line.period_start.year for line in coming}),
                "can_change": current_user.has_role(Role.FACILITIES_STAFF)
                and record.book == BookKind.HOSPITAL,
                "can_regroup": current_user.has_role(Role.FACILITIES_STAFF) and record.book == BookKind.TAX,
                "can_enter": current_user.has_role(Role.FACILITIES_STAFF)
                and record.accumulated == record.opening_accumulated and record.depreciated_until is None}

    @expose("/<id>/life", methods=("GET", "POST"))
    def life_view(self, id: str) -> Any:
        return self._changed(id, ("useful_life", "residual_value"), lambda record, form: books.change_life(
            record, form.useful_life.data, form.residual_value.data, by=current_user,
            reason=request.form.get("reason", "")[:2000]), gettext("Change the life or the residual value"))

    @expose("/<id>/tax", methods=("GET", "POST"))
    def tax_view(self, id: str) -> Any:
        """Another group of PMK 72/2023, or the true life of a permanent building."""
        return self._changed(id, ("tax_group", "useful_life"), lambda record, form: books.change_tax(
            record, form.tax_group.data, form.useful_life.data, by=current_user,
            reason=request.form.get("reason", "")[:2000]), gettext("Change the tax group or the life"),
            optional=("useful_life",))

    @expose("/<id>/opening", methods=("GET", "POST"))
    def opening_view(self, id: str) -> Any:
        return self._changed(id, ("accumulated", "anchored_on"), lambda record, form: books.enter_opening(
            record, form.accumulated.data, form.anchored_on.data, by=current_user,
            reason=request.form.get("reason", "")[:2000]), gettext("Enter what was depreciated before"))

    def _changed(self, id: str, names: tuple[str, ...], act: Any, title: str,
                 optional: tuple[str, ...] = ()) -> Any:
        record = self.one_or_404(id)
        if not current_user.has_role(Role.FACILITIES_STAFF):
            abort(403)
        form = make_form(AssetBook, names)(obj=record)
        asked = [name for name in names if name not in optional]
        for name in asked:  # whatever the table allows
            form[name].flags.required = True
        refusal = None
        if request.method == "POST":
            fine = form.validate()
            for name in asked:
                if form[name].data is None and not form[name].errors:
                    form[name].errors = [gettext("Please fill this in.")]
                    fine = False
            try:
                if fine:
                    with one_transaction():
                        act(self.one_or_404(id), form)
                    return done(gettext("%(what)s was saved.", what=str(record)), self.details_url(record))
            except NotAllowed:
                abort(403)
            except Refused as error:
                refusal = error
                db.session.rollback()
                record = self.one_or_404(id)
        answer = self.render("backoffice/assets/book_change.html", view=self, record=record, form=form,
                             title=title,
                             refusal=refusal, message_of=message_of, reason=request.form.get("reason", ""))
        return (answer, refusal.status if refusal else 422) if request.method == "POST" else answer


class AssetBookChangeView(LedgerView):
    model = AssetBookChange
    column_list = ("changed_on", "asset_book", "kind", "amount", "cost_change", "user")
