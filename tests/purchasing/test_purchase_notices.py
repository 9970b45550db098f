"""Orders go to their suppliers by mail, with the printed order; payables are told of orders and receipts."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from models.base import db
from models.line_quantities import vat
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.operations.purchasing import receipts
from models.operations.purchasing.purchase_notices import TEMPLATE
from models.operations.purchasing.reports_payables import owed, received_not_invoiced
from models.outbox import Channel, DeliveryStatus, Notice, Outbox
from models.people import Language
from models.returns import SupplierReturn, SupplierReturnLine
from models.roles import Role
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceLine
from portal.web import channels, outbox_job
from tests.purchasing.test_receipts import Cast
from tests.support import factories as make


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What went out by mail."""
    found: list[Any] = []
    monkeypatch.setitem(channels.SENDERS, "test", lambda message, _url: found.append(message))
    return found


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def mails(template: str) -> list[Outbox]:
    return list(db.session.scalars(sa.select(Outbox).where(Outbox.template == template).order_by(Outbox.id)))


def go(limit: int = 50) -> Any:
    db.session.commit()
    return outbox_job.send_waiting({Channel.MAIL: "test:"}, limit)


# ---------------------------------------------------------------- to the supplier

@pytest.mark.parametrize(("came", "told"), [(4, ["Kasa steril: 6 tablet"]), (0, ["Kasa steril: 10 tablet"]),
                                            (10, None)])
def test_the_supplier_of_an_order_that_is_closed_short_is_told_what_is_not_waited_for(
        cast: Cast, sent: list[Any], came: int, told: list[str] | None) -> None:
    """A full one ends without a word."""
    cast.supplier.email = "jual@pemasok.example"
    order = cast.sent(cast.order((make.make_item(name="Kasa steril"), 10, 900)))
    if came:
        cast.received(order, came)
    if order.state == "sent":
        perform(order, "close", by=cast.buyer, reason="discontinued")
    assert order.state == "done"
    assert [mail.params["lines"] for mail in mails("purchase_order_closed")] == ([told] if told else [])
    go()
    texts = [message.text for message in sent
             if message.to == "jual@pemasok.example" and "ditutup" in message.subject]
    assert [(f"\n- {told[0]}\n" in text) for text in texts] == ([True] if told else [])


def test_a_sent_order_goes_to_its_supplier_once_as_a_pdf(app: Any, cast: Cast, sent: list[Any]) -> None:
    app.config["PUBLIC_URL"] = "https://rs.example"
    cast.supplier.email, cast.supplier.contact_name = "jual@pemasok.example", "Bu Lestari"
    order = cast.order((make.make_item(name="Kasa steril"), 10, 900))
    order.expected_on = date(2030, 1, 2)
    cast.sent(order)
    (written,) = mails(TEMPLATE)
    assert (written.to_address, written.language, written.user_id) == ("jual@pemasok.example", Language.ID,
                                                                       None)
    go()
    (letter,) = [each for each in sent if each.to == "jual@pemasok.example"]
    assert order.number in letter.subject
    assert "Bu Lestari" in letter.text
    assert "2 Jan 2030" in letter.text
    assert letter.enclosed.name == f"{order.number.replace('/', '-')}.pdf"
    paper = text_of(letter.enclosed.content)
    assert order.number in paper
    assert "Kasa steril" in paper
    assert "https://rs.example/verify/" in paper
    sent.clear()
    assert go().get("sent", 0) == 0
    assert sent == []


def test_the_supplier_reads_its_own_language(app: Any, cast: Cast, sent: list[Any]) -> None:
    cast.supplier.email, cast.supplier.language = "sales@supplier.example", Language.EN
    cast.sent(cast.order((make.make_item(), 1, 1)))
    go()
    (letter,) = [each for each in sent if each.to == "sales@supplier.example"]
    assert letter.subject.startswith("Purchase order PO/")
    assert "Purchase order" in text_of(letter.enclosed.content)


def test_what_is_not_committed_is_not_mailed(cast: Cast) -> None:
    cast.supplier.email = "jual@pemasok.example"
    order = cast.order((make.make_item(), 1, 1))
    db.session.commit()
    with db.session.begin_nested() as part:
        cast.sent(order)
        assert len(mails(TEMPLATE)) == 1
        part.rollback()
    assert mails(TEMPLATE) == []


def test_a_supplier_without_an_address_is_told_on_the_page_and_not_refused(
        client: Any, sign_in: Any, cast: Cast) -> None:
    order = cast.order((make.make_item(), 1, 1))
    perform(order, "submit", by=cast.buyer)
    perform(order, "approve", by=cast.head)
    perform(order, "approve_payment", by=cast.payables)
    sign_in(client, cast.buyer)
    assert "tidak punya alamat surel" in client.get(f"/admin/purchase_order/details/?id={order.id}").text
    answer = client.post(f"/admin/purchase_order/{order.id}/send", data={"version": order.version},
                         follow_redirects=True)
    assert answer.status_code == 200
    assert answer.text.count("tidak punya alamat surel") == 2  # the message, and the page itself
    assert mails(TEMPLATE) == []
    assert db.session.get(type(order), order.id).state == "sent"


def test_the_page_says_how_far_the_mail_is(client: Any, sign_in: Any, cast: Cast, sent: list[Any]) -> None:
    cast.supplier.email = "jual@pemasok.example"
    order = cast.sent(cast.order((make.make_item(), 1, 1)))
    address = f"/admin/purchase_order/details/?id={order.id}"
    sign_in(client, cast.buyer)
    assert "jual@pemasok.example" in client.get(address).text
    mails(TEMPLATE)[0].status = DeliveryStatus.FAILED
    db.session.flush()
    assert "Surel tidak sampai" in client.get(address).text


# ---------------------------------------------------------------- copies

def test_payables_and_heads_get_a_copy_on_approval_and_the_head_when_it_is_sent(
        app: Any, cast: Cast, sent: list[Any]) -> None:
    clerk = make.make_user(Role.PAYABLES)
    order = cast.order((make.make_item(), 10, 900))
    perform(order, "submit", by=cast.buyer)
    perform(order, "approve", by=cast.head)
    assert {each.user_id for each in mails("order_approved")} == {cast.payables.id, clerk.id, cast.head.id}
    perform(order, "approve_payment", by=cast.payables)
    perform(order, "send", by=cast.buyer)
    assert [each.user_id for each in mails("order_sent")] == [cast.head.id]
    go()
    assert all(order.number in text_of(each.enclosed.content) for each in sent if "disetujui" in each.subject)
    told = db.session.scalars(sa.select(Notice.event).where(Notice.user_id == clerk.id)).all()
    assert "order_approved" in told


def test_a_receipt_is_told_to_payables_with_the_receiving_report(app: Any, cast: Cast,
                                                                 sent: list[Any]) -> None:
    order = cast.sent(cast.order((make.make_item(name="Infus set"), 10, 900)))
    receipt = receipts.make_receipt(order, by=cast.keeper)
    line = receipt.lines[0]
    line.received_quantity, line.rejected_quantity, line.rejection_reason = Decimal(6), Decimal(2), "Bocor"
    perform(receipt, "post", by=cast.keeper)
    (written,) = mails("goods_received")
    assert written.user_id == cast.payables.id
    go()
    letter = next(each for each in sent if receipt.number in each.subject)
    assert "Rp5.400" in letter.text
    paper = text_of(letter.enclosed.content)
    for word in ("Laporan Penerimaan", "Infus set", "Bocor", order.number):
        assert word in paper
    assert line.outstanding_quantity == 4  # what was handed back is still to come
    assert db.session.scalar(sa.select(sa.func.sum(checks.StockMove.quantity))) == 6


# ---------------------------------------------------------------- goods received, not invoiced

def listed() -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for row in db.session.execute(received_not_invoiced({})):
        found[row.document] = found.get(row.document, Decimal(0)) + owed(row)
    return found


def invoice_for(cast: Cast, order: Any, line: Any, quantity: str) -> SupplierInvoice:
    invoice = make.saved(SupplierInvoice(
        created_by=cast.buyer, supplier=order.supplier, purchase_order=order,
        supplier_number=make.unique("F"), vat_amount=vat(line.net_amount, order.vat_percent), lines=[
            SupplierInvoiceLine(goods_receipt_line=line, item_id=line.item_id, unit_id=line.unit_id,
                                quantity=Decimal(quantity), unit_price=line.unit_price,
                                discount=line.discount)]))
    perform(invoice, "submit", by=cast.buyer)
    perform(invoice, "approve", by=cast.payables)
    return invoice


def test_the_list_is_the_account_to_the_sen(cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 7, "33.33"), (make.make_item(), 3, 1000)))
    receipt = cast.received(order)
    first, _second = receipt.lines
    assert listed() == {receipt.number: Decimal("3233.31")}
    invoice_for(cast, order, first, "7")
    assert listed() == {receipt.number: Decimal(3000)}
    back = make.saved(SupplierReturn(created_by=cast.buyer, supplier=cast.supplier, store=cast.store, lines=[
        SupplierReturnLine(item_id=receipt.lines[1].item_id, goods_receipt=receipt,
                           goods_receipt_line=receipt.lines[1],
                           unit_id=receipt.lines[1].unit_id, quantity=Decimal(1))]))
    perform(back, "submit", by=cast.buyer)
    perform(back, "approve", by=cast.head)
    perform(back, "send", by=cast.buyer)
    assert listed() == {receipt.number: Decimal(2000)}
    assert all(bad is None for _name, bad in checks.verify(db.session))


def test_the_list_is_for_payables_and_shows_the_account(client: Any, sign_in: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(name="Kasa steril"), 10, 900)))
    receipt = cast.received(order)
    sign_in(client, cast.payables)
    page = client.get("/admin/reports/received_not_invoiced/")
    assert page.status_code == 200
    assert receipt.number in page.text
    assert page.text.count("Rp9.000") == 2  # the line and the account
    assert client.get("/admin/reports/received_not_invoiced/csv/").status_code == 200


def test_goods_handed_back_need_a_reason(client: Any, sign_in: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 900)))
    receipt = receipts.make_receipt(order, by=cast.keeper)
    receipt.lines[0].rejected_quantity = Decimal(2)
    db.session.flush()
    sign_in(client, cast.keeper)
    answer = client.post(f"/admin/goods_receipt/{receipt.id}/post", data={"version": receipt.version})
    assert answer.status_code == 422
    assert "alasan" in answer.text
