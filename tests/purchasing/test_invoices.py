"""Supplier invoices in the panel: begun from what came in, and shown beside order and receipt."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.operations.core.approvals import perform
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceLine
from tests.purchasing.test_receipts import Cast
from tests.support import factories as make


def typed(page: str) -> dict[str, str]:
    """What the form would send as it stands."""
    found = dict(re.findall(r'<input[^>]*name="([\w-]+)" value="([^"]*)"', page))
    for name, body in re.findall(r'<select[^>]*name="([\w-]+)".*?>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    return {name: value for name, value in found.items() if "__n__" not in name}


def invoice_of(cast: Cast, receipt: Any, quantity: str, price: str, vat: str = "0") -> SupplierInvoice:
    line = receipt.lines[0]
    return make.saved(SupplierInvoice(
        created_by=cast.buyer, supplier=cast.supplier, purchase_order=receipt.purchase_order,
        vat_amount=Decimal(vat),
        supplier_number=make.unique("F"), lines=[SupplierInvoiceLine(
            goods_receipt_line=line, item_id=line.item_id, unit_id=line.unit_id, quantity=Decimal(quantity),
            unit_price=Decimal(price))]))


def test_an_invoice_begins_with_what_can_be_charged(client: Any, sign_in: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 900), (make.make_item(), 4, 100)))
    receipt = cast.received(order, quantity=4)
    first = invoice_of(cast, receipt, "1", "900", "99")
    perform(first, "submit", by=cast.buyer)
    perform(first, "approve", by=cast.payables)
    sign_in(client, cast.buyer)
    address = f"/admin/supplier_invoice/new/?purchase_order={order.id}"
    assert address in client.get(f"/admin/purchase_order/details/?id={order.id}").text
    page = client.get(address)
    assert page.status_code == 200
    data = typed(page.text)
    assert (data["supplier"], data["purchase_order"]) == (str(order.supplier_id), str(order.id))
    answer = client.post("/admin/supplier_invoice/new/",
                         data={**data, "supplier_number": "F-1", "_submit": "1"})
    assert answer.status_code == 303, answer.text
    invoice = db.session.scalars(sa.select(SupplierInvoice).order_by(SupplierInvoice.id.desc())).first()
    assert [(line.quantity, line.unit_price) for line in invoice.lines] == [(3, 900), (4, 100)]
    assert invoice.vat_amount == Decimal("341.00")
    perform(invoice, "approve", by=cast.payables)
    assert client.get("/admin/supplier_invoice/new/?purchase_order=abc").status_code == 200
    assert client.get("/admin/supplier_invoice/new/?purchase_order=999999").status_code == 200


def test_the_page_shows_where_the_invoice_differs(client: Any, sign_in: Any, cast: Cast) -> None:
    cast.supplier.npwp = "01.234.567.8-901.000"
    receipt = cast.received(cast.sent(cast.order((make.make_item(), 10, 900))), quantity=6)
    wrong = invoice_of(cast, receipt, "8", "950", "100")
    perform(wrong, "submit", by=cast.buyer)
    sign_in(client, cast.payables)
    page = client.get(f"/admin/supplier_invoice/details/?id={wrong.id}").text
    assert "2 kelebihan" in page  # eight charged, six came
    assert "Rp400" in page  # eight at fifty rupiah too much
    assert "Rp836" in page  # eleven percent of 7,600
    assert "01.234.567.8-901.000" in page
    answer = client.post(f"/admin/supplier_invoice/{wrong.id}/approve", data={"version": wrong.version})
    assert answer.status_code == 422
    right = invoice_of(cast, receipt, "6", "900", "594")
    perform(right, "submit", by=cast.buyer)
    page = client.get(f"/admin/supplier_invoice/details/?id={right.id}").text
    assert "kelebihan" not in page
    assert client.post(f"/admin/supplier_invoice/{right.id}/approve",
                       data={"version": right.version}).status_code == 303
    page = client.get(f"/admin/supplier_invoice/details/?id={right.id}").text
    assert "kelebihan" not in page  # what it charged itself does not count before it
