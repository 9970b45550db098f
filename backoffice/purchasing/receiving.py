"""Receiving: the form of what came. It asks what a clerk decides; the order says the rest, and the page shows
it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from flask import flash, g, request
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from markupsafe import Markup, escape
from wtforms import validators

from backoffice.panel import fields, lookups, rendering
from backoffice.panel.base import DocumentView, Make
from backoffice.panel.forms import StaffForm, make_form
from backoffice.stores.put_away import PutAway
from models.base import db
from models.errors import Refused
from models.goods_receipts import GoodsReceipt, GoodsReceiptState, GoodsSource
from models.operations.purchasing import receipts, received_lines
from models.purchasing import PurchaseOrder
from models.rights import may
from models.roles import Role
from models.workflow import Transition
from portal.web import words
from portal.web.locale import parse_decimal, quantity, rupiah

#: What is typed once for all lines: its name, the column of a line.
SAME = (("same_batch_number", "batch_number"), ("same_expires_on", "expires_on"))
PRICED = re.compile(r"lines-(\d{1,4})-(unit_price|discount)")


def _form(names: tuple[str, ...], line: tuple[str, ...]) -> type[StaffForm]:
    """A form of receipts, with the fields for all lines."""
    plain = make_form(GoodsReceipt, names, lines={"lines": line})
    all_lines = {
        "same_batch_number": fields.TextField(
            lazy_gettext("Batch number of all lines"),
            [validators.Optional(), validators.Length(max=40)],
            description=lazy_gettext("For lines that need a batch and where none is typed.")),
        "same_expires_on": fields.ExpiryField(
            lazy_gettext("Expiry date of all lines"), [validators.Optional()],
            description=lazy_gettext("For lines that have a batch and where no date is typed."))}
    return type("GoodsReceiptForm", (plain,), all_lines)


class GoodsReceiptView(PutAway, DocumentView):
    model = GoodsReceipt
    column_list = ("number", "received_on", "purchase_order", "supplier", "store", "delivery_order_number",
                   "state")
    form_columns = ("purchase_order", "source", "source_name", "supplier", "store", "received_on",
                    "delivery_order_number", "note")
    line_form_columns = {"lines": ("item", "received_quantity", "unit", "batch_number", "expires_on",
                                   "rejected_quantity", "rejection_reason", "is_bonus", "unit_price")}
    create_template = edit_template = "backoffice/purchasing/goods_receipt_form.html"
    above_lines = tuple(name for name, _column in SAME)
    aside_fields = ("rejected_quantity", "rejection_reason", "is_bonus")
    beside_new = (("/admin/goods_receipt/new/?source=donation", lazy_gettext("Goods without an order"),
                   "gift"),)
    makes = (Make("make_return", lazy_gettext("Return to the supplier"), (Role.FACILITIES_STAFF,),
                  receipts.make_return,
                  lambda receipt: (receipt.state == GoodsReceiptState.POSTED
                                   and receipt.supplier_id is not None)),)

    def links(self, record: GoodsReceipt) -> list[tuple[str, str, str]]:
        """Labels for what came; the invoice of what was bought without an order."""
        if record.state != GoodsReceiptState.POSTED:
            return []
        found = []
        if record.source == GoodsSource.EMERGENCY and may(current_user, "create", "supplier_invoice"):
            found.append((f"/admin/supplier_invoice/new/?goods_receipt={record.id}",
                          gettext("Enter the invoice"), "receipt"))
        if may(current_user, "read", "stock_batch"):
            found.append((f"/admin/stock_batch/labels/?receipt={record.id}", gettext("Print labels"),
                          "printer"))
        return found

    # ------------------------------------------------------------ two kinds, two forms

    def order_form(self) -> type[StaffForm]:
        """What the order does not say."""
        return _form(("purchase_order", "received_on", "delivery_order_number", "note"),
                     self.typed_in("lines")[:-1])

    def given_form(self) -> type[StaffForm]:
        """Goods without an order: where they come from, and what they are worth."""
        form = _form(("source", "source_name", "supplier", "store", "received_on", "delivery_order_number",
                      "note"),
                     ("item", "received_quantity", "unit", "unit_price", "batch_number", "expires_on"))
        line: Any = form.lines.kwargs["line_form"]
        line.unit_price.kwargs["label"] = lazy_gettext("Worth of one unit")
        return form

    def form_class(self) -> type[StaffForm]:
        self._order_form, self._given_form = self.order_form(), self.given_form()
        return self._order_form

    def form_of(self, record: Any) -> type[StaffForm]:
        named = request.form.get("source", "") if request.method == "POST" else request.args.get("source", "")
        g.is_given = record.source is not None if record is not None else bool(named)
        return self._given_form if g.is_given else self._order_form

    def first_transition(self) -> Transition | None:
        if not current_user.has_role(Role.STORE_STAFF):
            return None
        return self.model.workflow.step("submit" if g.get("is_given") else "post", GoodsReceiptState.DRAFT)

    def filled(self, record: Any = None) -> StaffForm:
        form = super().filled(record)
        if g.is_given:
            self._fill_given(form, record)
        elif record is not None:
            del form.purchase_order
        else:
            form.purchase_order.validators = [validators.InputRequired(fields.REQUIRED)]
            self._fill_ordered(form)
        return form

    def _fill_given(self, form: StaffForm, record: Any) -> None:
        form.source.validators = [validators.InputRequired(fields.REQUIRED)]
        if record is None and request.method == "GET":
            named = request.args.get("source", "")
            form.source.data = GoodsSource(named) if named in set(GoodsSource) else GoodsSource.DONATION
        is_bought = form.source.data == GoodsSource.EMERGENCY
        needed = form.supplier if is_bought else form.source_name
        needed.validators = [validators.InputRequired(fields.REQUIRED),
                             *(check for check in needed.validators
                               if not isinstance(check, validators.Optional))]

    def _fill_ordered(self, form: StaffForm) -> None:
        """A new receipt of ``?purchase_order=<id>`` begins with all that is outstanding."""
        named = request.args.get("purchase_order", "")
        order = lookups.find(PurchaseOrder, named) if named and request.method == "GET" else None
        if order is None:
            return
        form.purchase_order.data = order
        with db.session.no_autoflush:
            for place, (line, rest) in enumerate(receipts.outstanding(order)):
                unit, _factor, left = received_lines.counted(rest, line)
                form.lines.add_typed(place, SimpleNamespace(
                    item=line.item, unit=unit, received_quantity=left, purchase_order_line=line))

    # ------------------------------------------------------------ what the order says

    def form_page(self, form: StaffForm, record: Any = None, refusal: Refused | None = None) -> Any:
        """Beside each line what was ordered and is still to come; its item stands."""
        order = record.purchase_order if record is not None else \
            form.purchase_order.data if "purchase_order" in form else None
        g.receipt_order = order
        if order is not None:
            lines, came = {line.id: line for line in order.lines}, received_lines.of_order(order)
            for entry in form.lines.entries:
                line = self._ordered_by(entry, lines)
                if line is not None:
                    entry.says = self._says(line, came[line.id])
                    if entry["item"].data is line.item:
                        entry["item"].fixed = gettext("The item stands in the order and stays.")
                        entry["item"].is_sent = True
        return super().form_page(form, record, refusal)

    @staticmethod
    def _ordered_by(entry: Any, lines: dict[int, Any]) -> Any:
        if entry.record is not None:
            return lines.get(entry.record.purchase_order_line_id)
        item = entry["item"].data
        return next((line for line in lines.values() if item is not None and line.item_id == item.id), None)

    @staticmethod
    def _says(line: Any, came: received_lines.Ordered) -> str:
        less = f" −{quantity(line.discount)}%" if line.discount else ""
        return gettext("Ordered %(ordered)s %(unit)s at %(price)s%(less)s; %(left)s %(base)s still to come",
                       ordered=quantity(line.quantity), unit=line.unit.unit_name,
                       price=rupiah(line.unit_price), less=less, base=line.item.base_unit,
                       left=quantity(max(came.whole - came.came, Decimal(0))))

    # ------------------------------------------------------------ saving

    def before_save(self, form: StaffForm, record: Any, is_new: bool) -> None:
        self._same_for_all(form, record)
        order = record.purchase_order
        if order is None:
            if record.source != GoodsSource.EMERGENCY:
                record.supplier = None
            return
        record.supplier, record.store, record.ordered_on = order.supplier, order.store, order.ordered_on
        if record.supplier_return is None:
            received_lines.propose(record, order)
        for line in record.lines:
            if line.is_bonus:
                received_lines.free(line)

    @staticmethod
    def _same_for_all(form: StaffForm, record: Any) -> None:
        for line in record.lines:
            if not line.batch_number and line.item is not None and line.item.batch_tracked:
                line.batch_number = form.same_batch_number.data
            if not line.expires_on and line.batch_number:
                line.expires_on = form.same_expires_on.data

    def after_save(self, record: Any, is_new: bool) -> None:
        if record.purchase_order is not None and any(self._not_taken(record)):
            flash(gettext("Supplier, store, price and discount are the order's. What was sent for them was "
                          "not taken."), "warning")

    @staticmethod
    def _not_taken(record: Any) -> Iterator[bool]:
        """Whether something else was sent for what the order says."""
        for name in ("supplier", "store"):
            sent = request.form.get(name, "").strip()
            yield bool(sent) and sent not in (str(getattr(record, f"{name}_id")), getattr(record, name).code)
        lines = list(record.lines)
        for key, sent in request.form.items():
            match = PRICED.fullmatch(key)
            if match and sent.strip():
                try:
                    typed = parse_decimal(sent)
                except ValueError:
                    typed = None
                yield all(typed != getattr(line, match[2]) for line in lines)

    # ------------------------------------------------------------ pages

    def cell_purchase_order(self, record: Any) -> Markup:
        """The order, or where the goods come from that have none."""
        if record.source is None or record.purchase_order is not None:
            return rendering.shown(self.every["purchase_order"], record.purchase_order)
        return escape(words.state_word(record.source))
