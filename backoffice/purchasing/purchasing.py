"""Purchasing: from the request over the order to the receipt and the invoice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from flask import request
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from markupsafe import Markup, escape

from backoffice.panel import drafts_from, lookups
from backoffice.panel.base import DocumentView, Make
from backoffice.panel.forms import StaffForm
from backoffice.panel.rendering import BLANK
from backoffice.panel.reports import may_report
from backoffice.purchasing.ordering import OrderingPages
from backoffice.stores.stores import meter
from models import clock
from models.base import db
from models.goods_receipts import GoodsReceipt
from models.line_quantities import vat
from models.operations.purchasing import (
    matching,
    price_lists,
    purchase_notices,
    quotations,
    receipts,
    supplier_returns,
)
from models.outbox import Outbox
from models.purchasing import (
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderState,
    PurchaseRequest,
    PurchaseRequestState,
    net,
)
from models.rights import may
from models.roles import Role
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceState
from models.supplier_refunds import SupplierRefund
from models.workflow import Transition
from portal.web.locale import rupiah

ZERO = Decimal(0)
#: Orders that were sent to their supplier.
WITH_SUPPLIER = (PurchaseOrderState.SENT, PurchaseOrderState.DONE)
_lines = PurchaseOrderLine.__table__
#: What the lines of `orders` cost; made once for every list.
_amounts = sa.select(_lines.c["purchase_order_id", "id", "quantity", "factor", "unit_price", "discount"]) \
    .where(_lines.c.purchase_order_id.in_(sa.bindparam("orders", expanding=True)))


def source_words(source: price_lists.Source) -> Markup:
    """Where a price comes from; in red by how much it is above the contract."""
    said = {"contract": gettext("contract %(number)s", number=source.name),
            "quotation": gettext("quotation %(number)s", number=source.name),
            "price_list": gettext("price list"), "last": gettext("paid last, %(number)s", number=source.name),
            "typed": gettext("typed")}[source.kind]
    if not source.above:
        return escape(said)
    return Markup('{}<small class="text-danger">{}</small>').format(
        said, gettext("%(amount)s above the contract", amount=rupiah(source.above)))


class PurchaseRequestView(DocumentView):
    model = PurchaseRequest
    column_list = ("number", "requested_on", "store", "needed_on", "created_by", "state")
    late = ("needed_on", ("submitted", "approved"))
    beside_new = drafts_from.BESIDE_NEW
    makes = (*drafts_from.makes(PurchaseRequest),
             Make("make_order", lazy_gettext("Make the order"), (Role.FACILITIES_STAFF,), receipts.make_order,
                  lambda request: request.state == PurchaseRequestState.APPROVED),
             Make("ask_quotations", lazy_gettext("Ask for quotations"), (Role.FACILITIES_STAFF,),
                  quotations.ask_for_request,
                  lambda request: request.state == PurchaseRequestState.APPROVED, opens="edit",
                  is_aside=True, icon="list-details"))
    details_template = "backoffice/purchasing/purchase_request.html"

    def line_extras(self, record: Any, collection: str) -> list[tuple[str, Any]]:
        """How much of each line went to a supplier."""
        if record.state not in (PurchaseRequestState.APPROVED, PurchaseRequestState.DONE):
            return []
        gone = record.ordered_by_line
        return [(gettext("Ordered"), lambda line: meter(min(gone.get(line.id, ZERO), line.base_quantity),
                                                        line.base_quantity))]


class PurchaseOrderView(OrderingPages, DocumentView):
    model = PurchaseOrder
    stock_address = OrderingPages.price_address
    beside_new = (("/admin/purchase_order/open_lines", lazy_gettext("Order from requests"), "shopping-cart"),)
    column_list = ("number", "ordered_on", "supplier", "total", "state", "receipts", "expected_on")
    late = ("expected_on", ("sent",))
    numbers = ("total",)
    form_columns = ("supplier", "store", "ordered_on", "expected_on", "payment_terms", "vat_percent", "note")
    column_details_list = ("supplier", "store", "ordered_on", "expected_on", "payment_terms", "vat_percent",
                           "total",
                           "created_by", "created_at", "note")
    line_form_columns = {"lines": ("item", "quantity", "unit", "unit_price", "discount",
                                   "purchase_request_line")}
    makes = (Make("make_receipt", lazy_gettext("Receive the goods"), (Role.STORE_STAFF,),
                  receipts.make_receipt, lambda order: order.state == PurchaseOrderState.SENT,
                  opens="edit", icon="package-import"),)

    details_template = "backoffice/purchasing/purchase_order.html"

    def extra(self, record: Any) -> dict[str, Any]:
        """How the order reaches its supplier, once it is approved."""
        if record.state not in (PurchaseOrderState.PAYMENT_APPROVED, PurchaseOrderState.LIMIT_APPROVED,
                                *WITH_SUPPLIER):
            return {}
        mail = db.session.scalars(sa.select(Outbox).where(
            Outbox.document_type == self.table, Outbox.document_id == record.id,
            Outbox.template == purchase_notices.TEMPLATE)).first() if record.state in WITH_SUPPLIER else None
        return {"mail": mail, "by_mail": True}

    def line_extras(self, record: Any, collection: str) -> list[tuple[str, Any]]:
        """Where each price comes from, until the order is with its supplier."""
        result = super().line_extras(record, collection)
        if record.state in (*WITH_SUPPLIER, PurchaseOrderState.CANCELLED) or not record.lines:
            return result
        known = price_lists.sources(record)
        return [*result, (gettext("Price from"), lambda line: source_words(known[line.id]))]

    def other_steps(self, record: Any) -> list[tuple[str, Any, str]]:
        """The invoice for what came in, for who writes invoices."""
        result = super().other_steps(record)
        if record.state in WITH_SUPPLIER and may(current_user, "create", "supplier_invoice"):
            result.append((f"/admin/supplier_invoice/new/?purchase_order={record.id}",
                           lazy_gettext("Enter the invoice"), "receipt"))
        return result

    def after_step(self, moved: Any, transition: Transition) -> list[str]:
        if transition.name != "send" or moved.supplier.email:
            return []
        return [gettext("%(supplier)s has no e-mail address: print the order and hand it over.",
                        supplier=moved.supplier.name)]

    def label(self, name: str) -> str:
        own = {"total": lazy_gettext("Total with VAT"), "receipts": lazy_gettext("Received")}
        return str(own[name]) if name in own else super().label(name)

    def cells_of(self, records: list[PurchaseOrder]) -> dict[str, Callable[[PurchaseOrder], Markup]]:
        """What each order costs, and how much of that came in: two statements a page, no line as a record."""
        gone = [order.id for order in records if order.state in WITH_SUPPLIER]
        came = receipts.received_of(gone) if gone else {}
        nets, there = dict.fromkeys((order.id for order in records), ZERO), dict.fromkeys(gone, ZERO)
        for key, line, quantity, factor, price, discount in db.session.connection().execute(
                _amounts, {"orders": list(nets)}):
            amount = net(quantity, price, discount)
            nets[key] += amount
            if line in came:
                there[key] += amount * min(came[line] / (quantity * factor), 1)
        return {"total": lambda order: escape(rupiah(nets[order.id] + vat(nets[order.id],
                                                                          order.vat_percent))),
                "receipts": lambda order: meter(there[order.id], nets[order.id]) if order.id in there
                else BLANK}

    def cell_total(self, record: Any) -> Markup:
        return escape(rupiah(record.total))


class SupplierInvoiceView(DocumentView):
    model = SupplierInvoice
    column_list = ("number", "invoiced_on", "supplier", "purchase_order", "supplier_number", "due_on",
                   "state")
    late = ("due_on", ("submitted", "approved"))
    form_columns = ("supplier", "purchase_order", "supplier_number", "tax_invoice_number", "invoiced_on",
                    "due_on", "vat_amount", "freight_amount", "rounding_amount", "paper_total", "note")
    line_form_columns = {"lines": ("goods_receipt_line", "item", "quantity", "unit", "unit_price", "discount",
                                   "amount")}
    details_template = "backoffice/purchasing/supplier_invoice.html"

    def extra(self, record: Any) -> dict[str, Any]:
        """The three-way match, line by line, and what the supplier credited."""
        if not record.lines:
            return {}
        is_paid = record.state == SupplierInvoiceState.PAID
        matches = matching.matches(record)
        due = matching.vat_due(record, matches)
        charged = sum((match.charged for match in matches), ZERO)
        return {"matches": matches, "vat_due": due, "vat_fits": matching.vat_fits(record, due),
                "total": charged + record.total - record.net_total,
                "credit": ZERO if is_paid else supplier_returns.open_credit(record.supplier_id)}

    def step_form(self, transition: Transition, moved: Any) -> Any:
        """A payment is of today and proposes to set off what the supplier credited; without credit none is
        asked."""
        form = super().step_form(transition, moved)
        if transition.name != "pay":
            return form
        if request.method == "GET":
            form.paid_on.data = clock.today()
        credit = supplier_returns.open_credit(moved.supplier_id)
        if not credit and "set_off_amount" not in request.form:
            del form.set_off_amount
        elif request.method == "GET":
            form.set_off_amount.data = min(credit, moved.total)
        return form

    def filled(self, record: Any = None) -> StaffForm:
        """A new invoice of ``?purchase_order=<id>``, or of a receipt without one (``?goods_receipt=<id>``),
        begins with all that its supplier can still charge."""
        form = super().filled(record)
        bought = _named() if record is None and request.method == "GET" else None
        if bought is None or bought.supplier is None:
            return form
        form.supplier.data = bought.supplier
        form.purchase_order.data = bought if isinstance(bought, PurchaseOrder) else None
        lines = matching.chargeable(bought)
        for place, entry in enumerate(lines):
            source = entry.goods_receipt_line
            form.lines.add_typed(place, SimpleNamespace(
                goods_receipt_line=source, item=source.item, unit=source.unit, quantity=entry.quantity,
                unit_price=entry.unit_price, discount=entry.discount, amount=None))
        form.vat_amount.data = matching.proposed_vat(bought, lines)
        return form


def _named() -> PurchaseOrder | GoodsReceipt | None:
    """What the address of a new invoice says that it charges."""
    for model in (PurchaseOrder, GoodsReceipt):
        named = request.args.get(model.__tablename__, "")
        if named:
            return lookups.find(model, named)
    return None


class SupplierRefundView(DocumentView):
    model = SupplierRefund
    lines = ()
    column_list = ("number", "refunded_on", "supplier", "amount", "payment_reference", "state")
    form_columns = ("supplier", "refunded_on", "amount", "payment_reference", "note")
    prefills = ("supplier",)

    def links(self, record: Any) -> list[tuple[str, str, str]]:
        """The supplier's account: invoices, credit notes and what is left of them."""
        if not may_report("payables"):
            return []
        return [(f"/admin/reports/payables/?supplier={record.supplier_id}",
                 gettext("To be paid to suppliers"), "report-analytics")]
