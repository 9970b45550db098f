"""The supplier's answer in the panel: others come in by one button, a credit note is set off against an
invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.goods_receipts import GoodsReceipt
from models.operations.core.approvals import perform
from models.operations.purchasing import supplier_refunds, supplier_returns
from models.supplier_refunds import SupplierRefund
from tests.purchasing.test_invoices import typed
from tests.purchasing.test_receipts import Cast, back, invoice
from tests.support import factories as make


def sent_back(cast: Cast, *, is_invoiced: bool) -> Any:
    receipt = cast.received(cast.sent(cast.order((make.make_item(), 10, 100))))
    if is_invoiced:
        perform(invoice(cast, receipt, 10, 100, "110"), "approve", by=cast.payables)
    document = back(cast, receipt, 4)
    perform(document, "send", by=cast.keeper)
    return document


def confirm(client: Any, document: Any, **answer: str) -> Any:
    data = {"version": document.version, "supplier_reference": "NK-7", **answer}
    return client.post(f"/admin/supplier_return/{document.id}/confirm", data=data, follow_redirects=True)


def test_a_credit_is_told_and_proposed_when_an_invoice_is_paid(client: Any, sign_in: Any, cast: Cast) -> None:
    document = sent_back(cast, is_invoiced=True)
    sign_in(client, cast.buyer)
    page = confirm(client, document, resolution="credited")
    assert page.status_code == 200
    assert "Rp444" in page.text
    bill = invoice(cast, cast.received(cast.sent(cast.order((make.make_item(), 5, 100)))), 5, 100)
    perform(bill, "approve", by=cast.payables)
    sign_in(client, cast.payables)
    assert "Rp444" in client.get(f"/admin/supplier_invoice/details/?id={bill.id}").text
    page = client.get(f"/admin/supplier_invoice/{bill.id}/pay")
    assert (
        f'value="{clock.today().isoformat()}"' in page.text.partition('name="paid_on"')[2].partition(">")[0]
    )
    data = {**typed(page.text), "paid_on": clock.today().isoformat(), "payment_reference": "TRX-9"}
    none = client.post(f"/admin/supplier_invoice/{bill.id}/pay", data={**data, "paid_on": ""})
    assert none.status_code == 422
    assert 'id="e-paid_on"' in none.text
    ahead = client.post(f"/admin/supplier_invoice/{bill.id}/pay", data={**data, "paid_on": "2031-01-01"})
    assert ahead.status_code == 422
    assert ['id="e-paid_on"' in ahead.text, 'value="TRX-9"' in ahead.text] == [True, True]
    assert data["set_off_amount"] == "444"
    wrong = client.post(f"/admin/supplier_invoice/{bill.id}/pay", data={**data, "set_off_amount": "445"})
    assert wrong.status_code == 422
    assert 'value="445"' in wrong.text
    assert 'value="TRX-9"' in wrong.text
    assert client.post(f"/admin/supplier_invoice/{bill.id}/pay", data=data).status_code == 303
    db.session.refresh(bill)
    assert (bill.state, bill.set_off_amount) == ("paid", 444)
    assert supplier_returns.open_credit(cast.supplier.id) == 0
    report = client.get("/admin/reports/payables/")
    assert report.status_code == 200


def test_payables_record_what_the_supplier_pays_back(client: Any, sign_in: Any, cast: Cast) -> None:
    document = sent_back(cast, is_invoiced=True)
    sign_in(client, cast.buyer)
    confirm(client, document, resolution="credited")
    page = f"/admin/supplier_return/details/?id={document.id}"
    assert "make_refund" not in client.get(page).text
    assert client.post(f"/admin/supplier_return/{document.id}/make_refund").status_code == 403
    assert client.get("/admin/supplier_refund/new/").status_code == 403
    sign_in(client, cast.payables)
    assert "make_refund" in client.get(page).text
    made = client.post(f"/admin/supplier_return/{document.id}/make_refund")
    assert made.status_code == 303
    assert made.location.startswith("/admin/supplier_refund/edit/")
    form = client.get(made.location).text
    assert "langkah “Bukukan”" in form  # not "submitted", which other documents are
    data = typed(form)
    assert data["amount"] == "444"
    more = client.post(made.location,
                       data={**data, "amount": "445", "payment_reference": "TRX-7", "_submit": "1"})
    assert more.status_code == 422
    assert 'value="445"' in more.text
    assert "paling banyak 444 rupiah" in more.text
    lacking = client.post(made.location, data={**data, "_submit": "1"})
    assert lacking.status_code == 422
    assert "is-invalid" in lacking.text
    answer = client.post(made.location, data={**data, "payment_reference": "TRX-7", "_submit": "1"})
    assert answer.status_code == 303
    refund = db.session.scalars(sa.select(SupplierRefund)).one()
    assert (refund.state, refund.amount, refund.supplier_id) == ("posted", 444, cast.supplier.id)
    assert f"/admin/reports/payables/?supplier={cast.supplier.id}" in client.get(answer.location).text
    assert refund.number in client.get("/admin/reports/payables/").text
    assert "make_refund" not in client.get(page).text
    assert client.get(f"/admin/supplier_refund/{refund.id}/print").mimetype == "application/pdf"


def test_a_confirmation_by_mistake_is_taken_back_on_the_page(client: Any, sign_in: Any, cast: Cast) -> None:
    document = sent_back(cast, is_invoiced=True)
    sign_in(client, cast.buyer)
    confirm(client, document, resolution="credited")
    page, step = (
        f"/admin/supplier_return/details/?id={document.id}",
        f"/admin/supplier_return/{document.id}/unconfirm",
    )
    assert "unconfirm" not in client.get(page).text
    db.session.refresh(document)
    assert client.post(step, data={"version": document.version, "reason": "salah"}).status_code == 403
    sign_in(client, cast.head)
    assert step in client.get(page).text
    assert str(document.number) not in client.get("/admin/inbox/").text
    lacking = client.post(step, data={"version": document.version, "reason": ""})
    assert lacking.status_code == 422
    refund = supplier_refunds.make_refund(document, by=cast.payables)
    refund.payment_reference = "TRX-7"
    perform(refund, "post", by=cast.payables)
    refused = client.post(step, data={"version": document.version, "reason": "salah pemasok"})
    assert refused.status_code == 422
    assert refund.number in refused.text
    perform(refund, "reverse", by=cast.payables, reason="salah")
    taken = client.post(step, data={"version": document.version, "reason": "salah pemasok"})
    assert taken.status_code == 303
    db.session.refresh(document)
    assert (document.state, document.resolution) == ("sent", None)
    text = client.get(page).text
    assert "salah pemasok" in text
    assert f"Konfirmasi dibatalkan oleh {cast.head.name}" in text
    sign_in(client, cast.buyer)
    assert f"/admin/supplier_return/{document.id}/confirm" in client.get(page).text


def test_no_credit_no_question(client: Any, sign_in: Any, cast: Cast) -> None:
    receipt = cast.received(cast.sent(cast.order((make.make_item(), 5, 100))))
    bill = invoice(cast, receipt, 5, 100)
    perform(bill, "approve", by=cast.payables)
    sign_in(client, cast.payables)
    assert "set_off_amount" not in client.get(f"/admin/supplier_invoice/{bill.id}/pay").text
    answer = client.post(f"/admin/supplier_invoice/{bill.id}/pay", data={
        "version": bill.version, "paid_on": clock.today().isoformat(), "payment_reference": "TRX-9"})
    assert answer.status_code == 303


def test_what_was_not_invoiced_is_said_to_be_not_charged(client: Any, sign_in: Any, cast: Cast) -> None:
    sign_in(client, cast.buyer)
    assert "pemasok tidak menagihnya" in confirm(client, sent_back(cast, is_invoiced=False),
                                                 resolution="credited").text


def test_the_answer_is_asked_for_at_its_field(client: Any, sign_in: Any, cast: Cast) -> None:
    document = sent_back(cast, is_invoiced=False)
    sign_in(client, cast.buyer)
    answer = client.post(f"/admin/supplier_return/{document.id}/confirm", data={
        "version": document.version, "resolution": "replaced", "supplier_reference": ""})
    assert answer.status_code == 422
    assert "is-invalid" in answer.text
    db.session.refresh(document)
    assert (document.state, document.resolution) == ("sent", None)


def test_the_storekeeper_receives_the_replacement(client: Any, sign_in: Any, cast: Cast) -> None:
    document = sent_back(cast, is_invoiced=True)
    item = document.lines[0].item
    sign_in(client, cast.buyer)
    confirm(client, document, resolution="replaced")
    page = f"/admin/supplier_return/details/?id={document.id}"
    assert "make_replacement" not in client.get(page).text
    assert client.post(f"/admin/supplier_return/{document.id}/make_replacement").status_code == 403
    sign_in(client, cast.keeper)
    assert "make_replacement" in client.get(page).text
    answer = client.post(f"/admin/supplier_return/{document.id}/make_replacement")
    assert answer.status_code == 303
    draft = db.session.scalars(sa.select(GoodsReceipt).order_by(GoodsReceipt.id.desc())).first()
    form = client.get(f"/admin/goods_receipt/edit/?id={draft.id}")
    data = {name: value for name, value in typed(form.text).items()
            if not name.startswith("del-") and not name.endswith("is_bonus")}
    assert data["lines-0-received_quantity"] == "4"
    more = client.post(f"/admin/goods_receipt/edit/?id={draft.id}",
                       data={**data, "lines-0-received_quantity": "5", "_submit": "1"})
    assert more.status_code == 422
    assert 'value="5"' in more.text
    assert "is-invalid" in more.text
    assert client.post(f"/admin/goods_receipt/edit/?id={draft.id}", data={
        **data, "lines-0-received_quantity": "3", "_submit": "1"}).status_code == 303
    db.session.expire_all()
    assert (draft.state, item.stock_on_hand) == ("posted", Decimal(9))
    assert draft.number in client.get(page).text
    assert document.number in client.get(f"/admin/goods_receipt/details/?id={draft.id}").text


def test_an_order_that_opened_again_is_received_again_from_its_page(client: Any, sign_in: Any,
                                                                    cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    receipt = cast.received(order)
    sign_in(client, cast.keeper)
    page = f"/admin/purchase_order/details/?id={order.id}"
    assert "make_receipt" not in client.get(page).text
    perform(receipt, "reverse", by=cast.store_head, reason="salah kotak")
    text = client.get(page).text
    assert "Dibuka kembali oleh" in text
    assert "salah kotak" in text
    assert "open_again" not in text  # no button of anybody's
    assert client.post(f"/admin/purchase_order/{order.id}/make_receipt").status_code == 303
