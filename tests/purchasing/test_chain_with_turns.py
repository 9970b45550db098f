"""The papers' chain with what really happens to it, through the screens: asked for more than there is, given
in part, ordered and received in two parts, sent back and credited, counted while the ward fetches.

Each step is taken by the person whose it is, by the button that the page shows. After it the books agree.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models.base import db
from models.items import Item
from models.journal import JournalLine, Posting
from models.operations.core import checks
from models.outbox import Notice
from models.purchasing import PurchaseRequest
from models.roles import Role
from models.stock import StockBatch, StoreItem
from models.stocktakes import StocktakeLine
from models.store_requests import DeliveryState, StoreRequestState
from tests.support import factories as make
from tests.support.screens import Desk, form_of

PEOPLE = {"nurse": Role.UNIT_USER, "keeper": Role.STORE_STAFF, "store_head": Role.STORE_HEAD,
          "buyer": Role.FACILITIES_STAFF, "chief": Role.FACILITIES_HEAD, "payables": Role.PAYABLES}


@pytest.fixture
def desk(client: Any, sign_in: Any, session: Any) -> Desk:
    make.make_chart()
    return Desk(client, sign_in, {name: make.make_user(role) for name, role in PEOPLE.items()})


@pytest.fixture
def goods(session: Any) -> tuple[Any, Item, Any]:
    """A store with 40 pieces of an item that is bought by the box of ten, and its supplier; never below
    60."""
    supplier, store = make.make_supplier(), make.make_store()
    item = make.make_item({"box": "10"}, batch_tracked=True, minimum_stock=Decimal(60),
                          price_hint=Decimal(500))
    make.stock_up(store, item, 40, 20_000, batch="LAMA")
    return store, item, supplier


def on_hand(store: Any, item: Item) -> Decimal:
    db.session.expire_all()
    return db.session.scalar(sa.select(StoreItem.quantity).where(
        StoreItem.store_id == store.id, StoreItem.item_id == item.id)) or Decimal(0)


def bought(desk: Desk, goods: tuple[Any, Item, Any], boxes: int) -> Any:
    """The order of some boxes, approved by everybody and sent."""
    store, item, supplier = goods
    wish = desk.new("buyer", "purchase_request", store=store.id, lines__0__item=item.id,
                    lines__0__unit=make.unit_of(item, "box").id, lines__0__quantity=boxes,
                    lines__0__supplier=supplier.id, lines__0__estimated_price=5_000)
    desk.step("chief", wish, "approve")
    order = desk.make("buyer", wish, "make_order")
    desk.change("buyer", order, lines__0__unit_price="4995,5", lines__0__discount="7,5")
    desk.step("chief", order, "approve")
    desk.step("payables", order, "approve_payment")
    return desk.step("buyer", order, "send")


def received(desk: Desk, order: Any, boxes: int, batch: str) -> Any:
    receipt = desk.make("keeper", order, "make_receipt")
    return desk.change("keeper", receipt, lines__0__received_quantity=boxes, lines__0__batch_number=batch,
                       lines__0__expires_on="2031-12-31")


def the_books_agree() -> None:
    db.session.flush()
    assert [name for name, check in checks.CHECKS if check(db.session) is not None] == []


def test_asked_for_more_than_there_is_and_given_in_two_parts(desk: Desk, goods: Any) -> None:
    """70 asked, 40 there: 40 come at once, an order of four boxes fills the shelf, 30 follow; the request
    ends by itself when both were acknowledged."""
    store, item, _supplier = goods
    request = desk.new("nurse", "store_request", store=store.id, lines__0__item=item.id,
                       lines__0__quantity=70)
    desk.step("store_head", request, "approve")
    first = desk.make("keeper", request, "make_delivery")
    desk.change("keeper", first, lines__0__quantity=40)
    desk.step("chief", first, "approve")
    desk.step("keeper", first, "deliver")
    desk.step("nurse", first, "acknowledge", shortage_note="30 menyusul")
    assert on_hand(store, item) == 0
    assert request.state == StoreRequestState.APPROVED, "the rest is still open"

    order = bought(desk, goods, 4)
    received(desk, order, 3, "BARU-1")
    received(desk, order, 1, "BARU-2")
    assert on_hand(store, item) == 40
    second = desk.make("keeper", request, "make_delivery")
    assert [line.base_quantity for line in second.lines] == [30]
    desk.step("keeper", second, "submit")
    desk.step("chief", second, "approve")
    desk.step("keeper", second, "deliver")
    desk.step("nurse", second, "acknowledge")
    assert on_hand(store, item) == 10
    assert (request.state, second.state) == (StoreRequestState.DONE, DeliveryState.DONE)
    the_books_agree()


def test_shortage_to_payment_with_a_box_sent_back_and_credited(desk: Desk, goods: Any) -> None:
    """The invoice that the system proposes is approved as it stands; a box goes back; its credit is set off
    against the next payment."""
    store, item, _supplier = goods
    order = bought(desk, goods, 10)
    receipt = received(desk, order, 10, "KIRIM-1")
    assert on_hand(store, item) == 140
    address = f"/admin/supplier_invoice/new/?purchase_order={order.id}"
    proposed = form_of(desk.look("buyer", address))
    answer = desk.send("buyer", address, {**proposed, "supplier_number": "F-118", "_submit": "1"})
    invoice = desk.at(answer.headers["Location"])
    desk.step("payables", invoice, "approve")

    back = desk.make("buyer", receipt, "make_return")
    desk.change("buyer", back, lines__0__quantity=1, lines__0__reason="Segel kotak rusak")
    desk.step("chief", back, "approve")
    desk.step("keeper", back, "send")
    assert on_hand(store, item) == 130
    desk.step("buyer", back, "confirm", resolution="credited", supplier_reference="NK-118")
    assert back.credit_net == Decimal("4620.84"), "a box at 4,995.50 less 7.5 % is 4,620.8375"
    desk.step("payables", invoice, "pay", payment_reference="SP2D-118")
    the_books_agree()


def test_a_count_while_the_ward_fetches_and_a_box_comes(desk: Desk, goods: Any) -> None:
    """Counting begins at 40; 15 leave, ten come, then 34 are counted where 35 should lie: one is missing, and
    no move is counted twice."""
    store, item, _supplier = goods
    count = desk.new("keeper", "stocktake", store=store.id, lines__0__item=item.id)
    request = desk.new("nurse", "store_request", store=store.id, lines__0__item=item.id,
                       lines__0__quantity=15)
    desk.step("store_head", request, "approve")
    delivery = desk.make("keeper", request, "make_delivery")
    for who, step in (("keeper", "submit"), ("chief", "approve"), ("keeper", "deliver")):
        desk.step(who, delivery, step)
    received(desk, bought(desk, goods, 1), 1, "BARU-9")
    assert on_hand(store, item) == 35

    old = db.session.scalars(sa.select(StocktakeLine).where(StocktakeLine.stocktake_id == count.id)).all()
    for line in old:
        lies = 24 if line.batch.number == "LAMA" else 10
        desk.send("keeper", f"/admin/stocktake/{count.id}/count",
                  {"line": line.id, f"q{make.unit_of(item).id}": lies, "seen": ""})
    desk.step("keeper", count, "submit")
    desk.step("chief", count, "approve")
    assert on_hand(store, item) == 34
    desk.step("nurse", delivery, "acknowledge")
    the_books_agree()


def test_shortages_become_a_request_that_waits_for_the_chief(desk: Desk, goods: Any) -> None:
    """40 there, never below 60: the list asks for it, one press makes the request, the inbox decides."""
    _store, item, _supplier = goods
    assert item.name in desk.look("keeper", "/admin/reports/shortages/")
    desk.sits("keeper")
    assert desk.client.post("/admin/reports/shortages/requests", data={"item": item.id}).status_code == 303
    wish = db.session.scalars(sa.select(PurchaseRequest).order_by(PurchaseRequest.id.desc())).first()
    assert wish is not None
    desk.step("keeper", wish, "submit")
    desk.send("chief", "/admin/inbox/", {"one": f"yes:purchase_request:{wish.id}:{wish.version}"})
    assert wish.state == "approved"
    the_books_agree()


def test_an_approved_delivery_that_the_shelf_no_longer_covers_goes_in_part(desk: Desk, goods: Any) -> None:
    """40 are approved for one ward; six are found broken meanwhile. 34 leave, six are open again, and are
    given up when the ward says so."""
    store, item, _supplier = goods
    request = desk.new("nurse", "store_request", store=store.id, lines__0__item=item.id,
                       lines__0__quantity=40)
    desk.step("store_head", request, "approve")
    delivery = desk.make("keeper", request, "make_delivery")
    desk.step("keeper", delivery, "submit")
    desk.step("chief", delivery, "approve")
    broken = desk.new("keeper", "spoilage", store=store.id, lines__0__item=item.id, lines__0__quantity=6,
                      lines__0__cause="broken")
    desk.step("chief", broken, "approve")
    desk.step("keeper", delivery, "deliver")
    assert [line.delivered for line in delivery.lines] == [34]
    desk.step("nurse", delivery, "acknowledge")
    assert (on_hand(store, item), request.state) == (0, StoreRequestState.APPROVED)
    desk.step("nurse", request, "close", reason="Sudah cukup")
    assert request.state == StoreRequestState.DONE
    the_books_agree()


def test_a_broken_pack_and_a_box_for_nothing_come_with_an_order(desk: Desk, goods: Any) -> None:
    """Ten boxes are ordered; nine and eight loose pieces come, and one box at no charge. Two pieces are still
    outstanding, the stock is worth what the order says of 98."""
    store, item, _supplier = goods
    order = bought(desk, goods, 10)
    box, piece = make.unit_of(item, "box"), make.unit_of(item)
    receipt = desk.make("keeper", order, "make_receipt")
    desk.change("keeper", receipt, lines__0__received_quantity=9, lines__0__unit=box.id,
                lines__0__batch_number="A-1", lines__0__expires_on="12/2031",
                lines__1__item=item.id, lines__1__received_quantity=8, lines__1__unit=piece.id,
                lines__1__batch_number="A-1", lines__1__expires_on="12/2031",
                lines__2__item=item.id, lines__2__received_quantity=1, lines__2__unit=box.id,
                lines__2__is_bonus="y", lines__2__batch_number="A-1", lines__2__expires_on="12/2031")
    assert on_hand(store, item) == 40 + 98 + 10
    assert sum(line.net_amount for line in receipt.lines) == Decimal("45284.21"), "98/100 of 46,208.38"
    rest = desk.make("keeper", order, "make_receipt")
    assert [(line.received_quantity, line.unit_id) for line in rest.lines] == [(2, piece.id)]
    the_books_agree()


def test_a_wrong_expiry_is_put_right_and_the_ward_hears_of_it(desk: Desk, goods: Any) -> None:
    """The box says 2031, the clerk typed 2027; five went to the ward. The head of store puts the batch right
    with a reason, and the ward is told."""
    store, item, _supplier = goods
    order = bought(desk, goods, 1)
    receipt = desk.make("keeper", order, "make_receipt")
    desk.change("keeper", receipt, lines__0__received_quantity=1, lines__0__batch_number="SALAH-1",
                lines__0__expires_on="2027-01-31")
    request = desk.new("nurse", "store_request", store=store.id, lines__0__item=item.id,
                       lines__0__quantity=5)
    desk.step("store_head", request, "approve")
    delivery = desk.make("keeper", request, "make_delivery")
    for who, step in (("keeper", "submit"), ("chief", "approve"), ("keeper", "deliver"),
                      ("nurse", "acknowledge")):
        desk.step(who, delivery, step)
    batch = db.session.scalars(sa.select(StockBatch).where(StockBatch.number == "SALAH-1")).one()
    address = f"/admin/stock_batch/{batch.id}/correct"
    page = desk.look("store_head", address)
    assert str(delivery) in page, "what was given under the wrong date is listed"
    desk.send("store_head", address, form_of(page) | {"expires_on": "2031-01-31",
                                                      "reason": "Salah baca tahun pada dus"})
    db.session.expire_all()
    assert batch.expires_on == date(2031, 1, 31)
    told = db.session.scalars(sa.select(Notice).where(Notice.user_id == desk.people["nurse"].id)).all()
    assert any("SALAH-1" in str(notice.params) for notice in told)
    the_books_agree()


def test_what_was_bought_on_the_spot_is_approved_charged_and_paid(desk: Desk, goods: Any) -> None:
    """At night ten pieces are bought without an order; the chief approves the receipt, the buyer enters the
    invoice from its page as it is proposed, payables approve and pay it: nothing stays received and not
    invoiced."""
    store, item, supplier = goods
    address = "/admin/goods_receipt/new/?source=emergency"
    values = form_of(desk.look("keeper", address)) | {
        "source": "emergency", "supplier": str(supplier.id), "store": str(store.id),
        "lines-0-item": str(item.id), "lines-0-received_quantity": "10", "lines-0-unit_price": "750,5",
        "lines-0-batch_number": "MALAM-1", "lines-0-expires_on": "12/2030", "_submit": "1"}
    receipt = desk.at(desk.send("keeper", address, values).headers["Location"])
    desk.step("chief", receipt, "approve")
    assert on_hand(store, item) == 50
    enter = f"/admin/supplier_invoice/new/?goods_receipt={receipt.id}"
    assert enter in desk.look("buyer", f"/admin/goods_receipt/details/?id={receipt.id}")
    proposed = form_of(desk.look("buyer", enter))
    answer = desk.send("buyer", enter, {**proposed, "supplier_number": "NOTA-7", "_submit": "1"})
    invoice = desk.at(answer.headers["Location"])
    assert (invoice.net_total, invoice.vat_amount) == (Decimal(7505), Decimal("825.55")), "11 percent"
    desk.step("payables", invoice, "approve")
    desk.step("payables", invoice, "pay", payment_reference="KAS-7")
    left = db.session.scalar(sa.select(sa.func.sum(JournalLine.debit - JournalLine.credit)).where(
        JournalLine.purpose == Posting.RECEIVED_NOT_INVOICED))
    assert not left
    again = form_of(desk.look("buyer", enter))
    assert "lines-0-goods_receipt_line" not in again or not again["lines-0-goods_receipt_line"]
    the_books_agree()
