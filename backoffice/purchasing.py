"""Purchasing: from the request over the order to the receipt and the invoice."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup, escape
from sqlalchemy.orm import selectinload

from backoffice.base import DocumentView, Make
from models.operations import receipts
from models.purchasing import GoodsReceipt, PurchaseOrder, PurchaseRequest
from models.roles import Role
from models.supplier_invoices import SupplierInvoice
from portal.site.locale import rupiah


class PurchaseRequestView(DocumentView):
    model = PurchaseRequest
    icon = "shopping-cart"
    listed = ("number", "requested_on", "store", "needed_on", "created_by", "state")
    makes = (Make("make_order", lazy_gettext("Make the order"), (Role.FACILITIES_STAFF,), receipts.make_order,
                  lambda request: request.state == "approved"),)


class PurchaseOrderView(DocumentView):
    model = PurchaseOrder
    icon = "file-invoice"
    listed = ("number", "ordered_on", "supplier", "total", "expected_on", "state")
    numbers = ("total",)
    asks = ("supplier", "store", "ordered_on", "expected_on", "payment_terms", "vat_percent", "note")
    facts = ("supplier", "store", "ordered_on", "expected_on", "payment_terms", "vat_percent", "total", "created_by",
             "created_at", "note")
    line_asks = {"lines": ("item", "quantity", "unit", "unit_price", "discount", "purchase_request_line")}
    makes = (Make("make_receipt", lazy_gettext("Receive the goods"), (Role.STORE_STAFF,), receipts.make_receipt,
                  lambda order: order.state == "sent"),)

    def eager_for_list(self) -> list[Any]:
        return [*super().eager_for_list(), selectinload(PurchaseOrder.lines)]

    def label(self, name: str) -> str:
        return gettext("Total with VAT") if name == "total" else super().label(name)

    def cell_total(self, record: Any) -> Markup:
        return escape(rupiah(record.total))


class GoodsReceiptView(DocumentView):
    model = GoodsReceipt
    icon = "package-import"
    listed = ("number", "received_on", "purchase_order", "supplier", "store", "delivery_order_number", "state")
    asks = ("purchase_order", "supplier", "store", "received_on", "ordered_on", "delivery_order_number", "note")
    line_asks = {"lines": ("item", "received_quantity", "unit", "purchase_order_line", "unit_price", "discount",
                           "batch_number", "expires_on")}


class SupplierInvoiceView(DocumentView):
    model = SupplierInvoice
    icon = "receipt"
    listed = ("number", "invoiced_on", "supplier", "purchase_order", "supplier_number", "due_on", "state")
