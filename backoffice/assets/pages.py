"""Pages of assets beside list and form: sheets of labels, what rooms lack, orders from plans."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa
from flask import abort, current_app, flash, redirect, request
from flask_admin import expose
from flask_admin.actions import action
from flask_babel import gettext, lazy_gettext, ngettext
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from backoffice.panel import inbox
from backoffice.panel.actions import MOST_TICKED
from backoffice.panel.forms import make_form
from backoffice.panel.reports import may_report
from backoffice.panel.views import done, message_of
from models.asset_documents import AssetReceiptLine
from models.asset_history import AssetMovement
from models.asset_register import Asset, AssetState, Vendor
from models.base import db, one_transaction
from models.errors import N_, NotAllowed, Refused
from models.operations.assets import life, moves, plans
from models.operations.assets.ownership import cost_of_ownership
from models.rights import may, scope
from models.roles import Role
from portal.web import asset_label_sheets, locale, words
from portal.web.asset_qr_page import address_of
from portal.web.links import public_url
from portal.web.pdf import answer

#: Assets on one print: what one receipt brings at most.
MOST_LABELS = 2000


class AssetPages:
    """Mixed into the view of the register."""

    def links(self, record: Any) -> list[tuple[str, str, str]]:
        result = [(f"/admin/asset/{record.id}/life", gettext("Life and cost"), "history"),
                  (f"/admin/asset/labels/?ids={record.id}", gettext("Print labels"), "printer"),
                  (f"/asset/{record.qr_code}", gettext("Page for the telephone"), "qrcode")]
        if self._may_move(record):
            result.append((f"/admin/asset/{record.id}/movement", gettext("Move it"), "route"))
        return result

    def extra(self, record: Any) -> dict[str, Any]:
        """Whether it is on its way, and who says that it came."""
        awaited = moves.last_awaited(record)
        mine = (
            awaited is not None
            and current_user.has_role(Role.UNIT_USER)
            and current_user.work_unit_id == awaited.to_work_unit_id
            and current_user.id != awaited.moved_by_id
        )
        mine_to_end = awaited is not None and (
            awaited.moved_by_id == current_user.id or current_user.has_role(Role.FACILITIES_STAFF))
        return {"awaited": awaited, "may_acknowledge": mine, "may_recall": mine_to_end,
                "books": list(record.books) if may(current_user, "read", "asset_book") else [],
                "can_enter": current_user.has_role(Role.FACILITIES_STAFF)}

    def details_options(self) -> list[Any]:
        return [*super().details_options(),  # type: ignore[misc]
                selectinload(Asset.movements).joinedload(AssetMovement.to_work_unit)]

    @expose("/<id>/life")
    def life_view(self, id: str) -> Any:
        """From plan to disposal: what happened, what it cost, what it will lose."""
        record = self.one_or_404(  # type: ignore[attr-defined]
            id, selectinload(Asset.books), selectinload(Asset.calibrations),
            selectinload(Asset.movements).options(*(
                joinedload(getattr(AssetMovement, f"{way}_{name}")) for way in ("from", "to")
                for name in ("building", "room", "ward", "inpatient_room", "work_unit"))))
        return self.render("backoffice/assets/asset_life.html", view=self,
                           record=record,  # type: ignore[attr-defined]
                           timeline=life.timeline(record), plan=life.schedule(record),
                           own=cost_of_ownership([record])[record.id], parts=db.session.scalars(
                               sa.select(Asset).where(Asset.split_from_id
                                                      == record.id).order_by(Asset.id)).all())

    @expose("/tree/")
    def tree_view(self) -> Any:
        """Land, buildings, wards and rooms with what stands in them; for those who see the whole register."""
        if scope(current_user, "asset") is not None:
            abort(403)
        return self.render("backoffice/assets/asset_tree.html", view=self,
                           lands=life.tree(),  # type: ignore[attr-defined]
                           elsewhere=life.elsewhere(), lost=life.lost())

    def _may_move(self, record: Any) -> bool:
        return record.state in moves.MOVES and (
            current_user.has_role(Role.FACILITIES_STAFF)
            or (current_user.has_role(Role.UNIT_USER) and current_user.work_unit_id == record.work_unit_id))

    @expose("/<id>/movement", methods=("GET", "POST"))
    def movement_view(self, id: str) -> Any:
        """Where the asset goes, to whom, why."""
        record = self.one_or_404(id)  # type: ignore[attr-defined]
        asks = ("to_room", "to_inpatient_room", "to_ward", "to_building", "to_work_unit", "reason")
        is_group = record.quantity > 1
        form = make_form(AssetMovement, (*(("quantity",) if is_group else ()), *asks))()
        if is_group and request.method == "GET":
            form["quantity"].data = record.quantity
        if request.method == "GET":
            return self._movement_page(record, form) if self._may_move(record) else redirect(
                self.details_url(record), 303)  # type: ignore[attr-defined]
        places = [form[f"to_{name}"].data for name, _model in moves.PLACES
                  if form[f"to_{name}"].data is not None]
        try:
            if not form.validate():
                return self._movement_page(record, form), 422
            moves.check_place(places)
            with one_transaction():
                moved = moves.move(
                    record, places[0] if places else None, form["to_work_unit"].data, by=current_user,
                    reason=form["reason"].data or "",
                    quantity=form["quantity"].data if is_group else None).asset
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            db.session.rollback()
            return self._movement_page(self.one_or_404(id), form,
                                       refusal), refusal.status  # type: ignore[attr-defined]
        if moved is not record:
            return done(gettext("The part that moves is %(asset)s now.", asset=str(moved)),
                        self.details_url(moved))  # type: ignore[attr-defined]
        return done(gettext("The movement was written down."),
                    self.details_url(record))  # type: ignore[attr-defined]

    def _movement_page(self, record: Any, form: Any, refusal: Refused | None = None) -> Any:
        if refusal is not None and refusal.field in form._fields:
            form[refusal.field].errors = [*form[refusal.field].errors, message_of(refusal)]
        return self.render("backoffice/assets/movement.html", view=self, record=record,
                           form=form,  # type: ignore[attr-defined]
                           refusal=refusal, message_of=message_of)

    @expose("/<id>/acknowledge", methods=("POST",))
    def acknowledge_view(self, id: str) -> Any:
        """The receiving unit says that the asset came."""
        record = self.one_or_404(id)  # type: ignore[attr-defined]
        try:
            awaited = moves.last_awaited(record)
            if awaited is None:
                raise Refused(N_("This movement was acknowledged already."))
            with one_transaction():
                moves.acknowledge(awaited, by=current_user)
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            return self.refused(record, refusal)  # type: ignore[attr-defined]
        return done(gettext("Thank you: the asset came."),
                    self.details_url(record))  # type: ignore[attr-defined]

    def _chosen(self) -> list[Asset]:
        """The assets of ``?ids=1,2`` or of ``?receipt=7`` that the person may see, by tag."""
        receipt = _number(request.args.get("receipt", ""))
        statement = self.scoped().options(joinedload(Asset.work_unit))  # type: ignore[attr-defined]
        if receipt:
            statement = statement.join(AssetReceiptLine,
                                       AssetReceiptLine.id == Asset.asset_receipt_line_id).where(
                AssetReceiptLine.asset_receipt_id == receipt, Asset.state != AssetState.RETIRED)
        else:
            ids = [key for part in request.args.get("ids", "").split(",")[:100] if (key := _number(part))]
            if not ids:
                return []
            statement = statement.where(Asset.id.in_(ids))
        return list(db.session.scalars(statement.order_by(Asset.tag).limit(MOST_LABELS)).unique())

    @action("labels", lazy_gettext("Print labels"))
    def labels_action(self, ids: list[str]) -> Any:
        """To the page that prints sheets of labels of the ticked assets."""
        chosen = [id for id in ids if id.isascii() and id.isdigit()][:MOST_TICKED]
        return redirect(f"{self.url}/labels/?ids={','.join(chosen)}", 303)  # type: ignore[attr-defined]

    @expose("/labels/")
    def labels_view(self) -> Any:
        """What is to be printed, on which sheet, how often."""
        assets = self._chosen()
        return self.render("backoffice/assets/labels.html", view=self, assets=assets,
                           total=len(assets),  # type: ignore[attr-defined]
                           sheets=asset_label_sheets.SHEETS, receipt=_number(request.args.get("receipt", "")),
                           address=public_url(), is_set=bool(current_app.config.get("PUBLIC_URL")),
                           tells=current_user.has_role(Role.ADMIN))

    @expose("/labels/pdf")
    def labels_pdf_view(self) -> Any:
        if public_url() is None:
            flash(gettext("Labels cannot be printed yet: the address of the hospital is not set "
                          "(PUBLIC_URL). An administrator of the server sets it; a sticker stays for "
                          "years."), "error")
            return redirect(f"{self.url}/labels/?{request.query_string.decode()}", 303)
        sheet = asset_label_sheets.SHEETS.get(request.args.get("sheet", ""),
                                              next(iter(asset_label_sheets.SHEETS.values())))
        copies = min(max(_number(request.args.get("copies", "")) or 1, 1), 20)
        skip = min(_number(request.args.get("skip", "")) or 0, sheet.count - 1)
        wanted = [asset_label_sheets.Label(asset.tag, asset.name, str(asset.work_unit or ""),
                                           address_of(asset))
                  for asset in self._chosen()]
        paper = asset_label_sheets.labels_pdf(wanted, sheet, owner=inbox.hospital_name(), copies=copies,
                                              skip=skip)
        return answer(paper, "label-aset.pdf")


class PlanPages:
    """What rooms lack against the standard of their classes, and the plans that it makes."""

    @expose("/gaps/", methods=("GET", "POST"))
    def gaps_view(self) -> Any:
        planner = may(current_user, "create", "asset_plan")
        if request.method == "GET":
            return self._gaps_page(planner)
        if not planner:
            abort(403)
        try:
            with one_transaction():
                made = plans.plan_gaps(by=current_user, keys=request.form.getlist("gap")[:1000])
        except Refused as refusal:
            db.session.rollback()
            return self._gaps_page(planner, refusal), refusal.status
        where = f"/admin/asset_plan/details/?id={made[0].id}" if len(made) == 1 else "/admin/asset_plan/"
        return done(ngettext("%(num)d plan was drafted.", "%(num)d plans were drafted.", len(made)), where)

    def _gaps_page(self, planner: bool, refusal: Refused | None = None) -> Any:
        own = None if scope(current_user, "asset_plan") is None else current_user.work_unit_id or 0
        return self.render("backoffice/assets/gaps.html", view=self,
                           gaps=plans.gaps(own),  # type: ignore[attr-defined]
                           planner=planner, refusal=refusal, message_of=message_of,
                           report="/admin/reports/room_gaps/"
                           if may_report("room_gaps") else "")


class ProcurementPages:
    """The open lines of approved plans, of which an order to one vendor is made."""

    @expose("/plans/", methods=("GET", "POST"))
    def plans_view(self) -> Any:
        if not may(current_user, "create", "asset_procurement"):
            abort(403)
        if request.method == "GET":
            return self._plans_page()
        typed = request.form
        try:
            wanted = {key: (_number(typed.get(f"quantity-{key}", "").strip()),
                            _amount(typed.get(f"price-{key}", "")))
                      for key in map(_number, typed.getlist("line")[:500])}
            tax = _amount(typed.get("tax_percent", "")) or Decimal(0)
            if tax > 100:
                raise Refused(N_("The tax lies between 0 and 100 percent."), field="tax_percent")
            with one_transaction():
                made = plans.make_procurement(_number(typed.get("vendor", "")), wanted, tax_percent=tax,
                                              by=current_user)
        except Refused as refusal:
            db.session.rollback()
            return self._plans_page(refusal), refusal.status
        return done(gettext("%(what)s was made.", what=words.table_word("asset_procurement")),
                    f"/admin/asset_procurement/details/?id={made.id}")

    def _plans_page(self, refusal: Refused | None = None) -> Any:
        rows = plans.open_lines(_number(request.args.get("year", "")) or None)
        return self.render("backoffice/assets/plan_lines.html", view=self, rows=rows,
                           refusal=refusal,  # type: ignore[attr-defined]
                           message_of=message_of,
                           vendor=db.session.get(Vendor, _number(request.form.get("vendor", ""))),
                           typed=request.form, years=sorted({line.budget_year for line, _left in rows}))


def _amount(text: str) -> Decimal | None:
    """A number of two decimals as people type it; None for an empty field. Raises `Refused`."""
    if not text.strip():
        return None
    try:
        value = locale.parse_decimal(text[:40])
        if value is not None and 0 <= value < Decimal(10) ** 15 and value == value.quantize(Decimal("0.01")):
            return value
    except (ValueError, InvalidOperation):
        pass
    raise Refused(N_("“%(text)s” is no amount. Write it like 1,500,000 or 1,500,000.50."), text=text[:40])


def _number(text: str) -> int:
    """The key in an address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
