"""Two people at the same rest: one gets it, the other is told, and the books agree. With threads and real
commits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db, one_transaction
from models.goods_receipts import GoodsReceipt
from models.items import Item
from models.operations.core import checks
from models.operations.core.approvals import opened, perform
from models.operations.purchasing import receipts, supplier_refunds, supplier_returns
from models.people import User
from models.purchasing import PurchaseOrder
from models.returns import SupplierReturn, UnitReturn, UnitReturnLine
from models.roles import Role
from models.stocktakes import Stocktake, StocktakeLine
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceLine
from models.supplier_refunds import SupplierRefund
from tests.purchasing.test_receipts import Cast
from tests.stores.test_stores import Cast as Wards
from tests.support import factories as make
from tests.support import races

pytestmark = pytest.mark.commits

Job = tuple[type[Any], int, str, int]


def at_once(app: Any, jobs: Sequence[Job]) -> int:
    """Take all the steps (model, id, step, person) at once; how many were made. The others were told why
    not."""
    def take(model: type[Any], key: int, step: str, person: int) -> None:
        with one_transaction() as session:
            perform(session.get_one(model, key), step, by=session.get_one(User, person))

    made = races.won(races.at_once(app, [partial(take, *job) for job in jobs]))
    assert [name for name, check in checks.CHECKS if check(db.session) is not None] == []
    return len(made)


def on_hand(key: int) -> Decimal:
    return db.session.scalars(sa.select(Item.stock_on_hand).where(Item.id == key)).one()


def receiving(quantities: Sequence[int]) -> tuple[list[Job], int, int]:
    """Draft receipts of these quantities on one order of ten."""
    with one_transaction():
        cast = Cast()
        item = make.make_item()
        order = cast.sent(cast.order((item, 10, 100)))
        drafts = []
        for quantity in quantities:
            draft = receipts.make_receipt(order, by=make.make_user(Role.STORE_STAFF))
            draft.lines[0].received_quantity = Decimal(quantity)
            drafts.append(draft)
        db.session.flush()
        return [(GoodsReceipt, draft.id, "post", draft.created_by_id) for draft in drafts], item.id, order.id


def test_the_rest_of_an_order_is_received_once(app: Any) -> None:
    jobs, item, _ = receiving([7] * 6)
    assert at_once(app, jobs) == 1
    assert on_hand(item) == 7


def test_parts_of_an_order_received_at_once_add_up_and_close_it(app: Any) -> None:
    jobs, item, order = receiving([2] * 5)
    assert at_once(app, jobs) == 5
    assert on_hand(item) == 10
    assert db.session.get_one(PurchaseOrder, order).state == "done"


def test_posting_clicked_eight_times_posts_once(app: Any) -> None:
    jobs, item, _ = receiving([10])
    assert at_once(app, jobs * 8) == 1
    assert on_hand(item) == 10


def test_what_came_goes_back_once(app: Any) -> None:
    with one_transaction():
        cast = Cast()
        item = make.make_item()
        receipt = cast.received(cast.sent(cast.order((item, 10, 100))))
        jobs: list[Job] = []
        for _ in range(5):
            back = receipts.make_return(receipt, by=cast.buyer)
            back.lines[0].quantity = Decimal(6)
            perform(back, "submit", by=cast.buyer)
            perform(back, "approve", by=cast.head)
            jobs.append((SupplierReturn, back.id, "send", cast.keeper.id))
        key = item.id
    assert at_once(app, jobs) == 1
    assert on_hand(key) == 4


def test_what_came_is_charged_once(app: Any) -> None:
    with one_transaction():
        cast = Cast()
        line = cast.received(cast.sent(cast.order((make.make_item(), 10, 100)))).lines[0]
        jobs: list[Job] = []
        for number in range(5):
            bill = make.saved(SupplierInvoice(
                created_by=cast.buyer, supplier=cast.supplier,
                purchase_order=line.goods_receipt.purchase_order,
                supplier_number=f"F-{number}", vat_amount=Decimal(110), lines=[SupplierInvoiceLine(
                    goods_receipt_line=line, item=line.item, unit=line.unit, quantity=Decimal(10),
                    unit_price=Decimal(100))]))
            opened(bill, by=cast.buyer)
            perform(bill, "submit", by=cast.buyer)
            jobs.append((SupplierInvoice, bill.id, "approve", cast.payables.id))
    assert at_once(app, jobs) == 1


def test_what_a_unit_got_comes_back_once(app: Any) -> None:
    with one_transaction():
        cast = Wards()
        item = make.make_item()
        make.stock_up(cast.store, item, 10, 100)
        delivery = cast.deliverable(cast.approved((item, 10)))
        perform(delivery, "deliver", by=cast.keeper)
        given, jobs = delivery.lines[0], []
        for _ in range(5):
            back = make.saved(UnitReturn(
                created_by=cast.nurse, work_unit_id=delivery.work_unit_id, store_id=delivery.store_id,
                lines=[UnitReturnLine(item=item, unit=make.unit_of(item), quantity=Decimal(6),
                                      delivery_request_line=given)]))
            opened(back, by=cast.nurse)
            perform(back, "submit", by=cast.nurse)
            jobs.append((UnitReturn, back.id, "accept", cast.keeper.id))
        key = item.id
    assert at_once(app, jobs) == 1
    assert on_hand(key) == 6


def test_one_of_two_counts_of_the_same_batch_starts(app: Any) -> None:
    with one_transaction():
        make.make_chart()
        counter, store, item = make.make_user(Role.STORE_STAFF), make.make_store(), make.make_item()
        make.stock_up(store, item, 10, 100)
        jobs: list[Job] = []
        for _ in range(5):
            count = make.saved(Stocktake(created_by=counter, store=store, lines=[
                StocktakeLine(item=item, unit=make.unit_of(item))]))
            opened(count, by=counter)
            jobs.append((Stocktake, count.id, "start", counter.id))
    assert at_once(app, jobs) == 1


def charged(cast: Cast, line: Any, number: str) -> SupplierInvoice:
    """An approved invoice of all of a received line."""
    bill = make.saved(SupplierInvoice(
        created_by=cast.buyer, supplier=cast.supplier, purchase_order=line.goods_receipt.purchase_order,
        supplier_number=number, vat_amount=Decimal(110), lines=[SupplierInvoiceLine(
            goods_receipt_line=line, item=line.item, unit=line.unit, quantity=line.received_quantity,
            unit_price=Decimal(100))]))
    opened(bill, by=cast.buyer)
    perform(bill, "submit", by=cast.buyer)
    perform(bill, "approve", by=cast.payables)
    return bill


def sent(cast: Cast) -> SupplierReturn:
    """Four of ten invoiced pieces on their way back."""
    line = cast.received(cast.sent(cast.order((make.make_item(), 10, 100)))).lines[0]
    charged(cast, line, "K-0")
    back = receipts.make_return(line.goods_receipt, by=cast.buyer)
    back.lines[0].quantity = Decimal(4)
    for step, who in (("submit", cast.buyer), ("approve", cast.head), ("send", cast.keeper)):
        perform(back, step, by=who)
    return back


def credited(cast: Cast) -> SupplierReturn:
    """The same, credited: 444 rupiah."""
    back = sent(cast)
    perform(back, "confirm", by=cast.buyer, given={"resolution": "credited", "supplier_reference": "NK-1"})
    return back


def refunding(cast: Cast, back: SupplierReturn) -> Job:
    """The posting of a refund of all of its credit."""
    refund = supplier_refunds.make_refund(back, by=cast.payables)
    refund.payment_reference = "TRX-2"
    db.session.flush()
    return SupplierRefund, refund.id, "post", cast.payables.id


def test_a_credit_is_set_off_or_paid_back_once(app: Any) -> None:
    """Two invoices and two refunds that each want all of it."""
    with one_transaction():
        cast = Cast()
        back = credited(cast)
        jobs: list[Job] = []
        for number in (1, 2):
            bill = charged(cast, cast.received(cast.sent(cast.order((make.make_item(), 10, 100)))).lines[0],
                           f"K-{number}")
            bill.paid_on, bill.payment_reference, bill.set_off_amount = clock.today(), "TRX-1", Decimal(444)
            jobs.append((SupplierInvoice, bill.id, "pay", cast.payables.id))
            jobs.append(refunding(cast, back))
        supplier = cast.supplier.id
    assert at_once(app, jobs) == 1
    assert supplier_returns.open_credit(supplier) == 0


def test_a_credit_is_taken_back_or_paid_back(app: Any) -> None:
    """Two want its money, two want the credit note undone: one of the four gets it."""
    with one_transaction():
        cast = Cast()
        back = credited(cast)
        jobs: list[Job] = [(SupplierReturn, back.id, "unconfirm", cast.head.id)] * 2
        for _ in range(2):
            jobs.append(refunding(cast, back))
        supplier = cast.supplier.id
    assert at_once(app, jobs) == 1
    assert supplier_returns.open_credit(supplier) == 0


def test_an_answer_is_taken_back_or_its_replacement_comes_in(app: Any) -> None:
    with one_transaction():
        cast = Cast()
        back = sent(cast)
        perform(back, "confirm", by=cast.buyer,
                given={"resolution": "replaced", "supplier_reference": "SJ-1"})
        draft = receipts.make_replacement(back, by=cast.keeper)
        db.session.flush()
        jobs: list[Job] = [(SupplierReturn, back.id, "unconfirm", cast.head.id),
                           (GoodsReceipt, draft.id, "post", cast.keeper.id)] * 2
        keys = back.id, draft.id
    assert at_once(app, jobs) == 1
    assert (db.session.get_one(SupplierReturn, keys[0]).state,
            db.session.get_one(GoodsReceipt, keys[1]).state) in (
        ("done", "posted"), ("sent", "draft"))
