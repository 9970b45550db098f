"""What a supplier answers to goods that came back: others in their place, or a credit note; to the sen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import DocumentEvent
from models.errors import NotAllowed, Refused
from models.journal import Posting
from models.operations.core.approvals import perform
from models.operations.core.report_kit import REPORTS
from models.operations.purchasing import receipts, supplier_returns
from models.operations.purchasing.matching import chargeable
from models.operations.purchasing.reports_payables import owed, received_not_invoiced
from models.organisation import Setting
from models.purchasing import PurchaseOrderState
from models.returns import Resolution
from models.roles import Role
from tests.purchasing.test_receipts import Cast, back, balance, invoice
from tests.support import factories as make


def came(cast: Cast, quantity: Any = 10, price: Any = 100) -> Any:
    return cast.received(cast.sent(cast.order((make.make_item(), quantity, price))))


def answered(cast: Cast, receipt: Any, quantity: Any, resolution: Resolution) -> Any:
    document = back(cast, receipt, quantity)
    perform(document, "send", by=cast.keeper)
    perform(document, "confirm", by=cast.buyer,
            given={"resolution": resolution, "supplier_reference": "NK-1"})
    return document


def charged(cast: Cast, receipt: Any, quantity: Any, price: Any = 100, vat: str | None = None) -> Any:
    bill = invoice(cast, receipt, quantity, price, vat)
    perform(bill, "approve", by=cast.payables)
    return bill


def pay(cast: Cast, bill: Any, **given: Any) -> None:
    perform(bill, "pay", by=cast.payables,
            given={"paid_on": clock.today(), "payment_reference": "TRX-1", **given})


def replaced(cast: Cast, document: Any, quantity: Any = None) -> Any:
    receipt = receipts.make_replacement(document, by=cast.keeper)
    if quantity is not None:
        receipt.lines[0].received_quantity = Decimal(quantity)
    perform(receipt, "post", by=cast.keeper)
    return receipt


def not_invoiced() -> list[Decimal]:
    return [owed(row) for row in db.session.execute(received_not_invoiced({}))]


# ---------------------------------------------------------------- credited

def test_what_was_invoiced_is_credited_with_its_vat_against_payables(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    charged(cast, receipt, 10, vat="110")
    document = answered(cast, receipt, 4, Resolution.CREDITED)
    assert (document.credit_net, document.credit_vat) == (400, 44)
    assert document.lines[0].credited_quantity == 4
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0
    assert balance(session, Posting.PAYABLES) == -(1110 - 444)
    assert balance(session, Posting.VAT) == 110 - 44
    assert not_invoiced() == []
    assert chargeable(receipt.purchase_order) == []


def test_what_was_not_invoiced_is_not_charged_any_more(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    document = answered(cast, receipt, 4, Resolution.CREDITED)
    assert (document.credit_net, document.credit_vat) == (0, 0)
    assert balance(session, Posting.PAYABLES) == 0
    assert [each.quantity for each in chargeable(receipt.purchase_order)] == [6]
    bill = invoice(cast, receipt, 7, 100)
    with pytest.raises(Refused, match="only 6") as refused:
        perform(bill, "approve", by=cast.payables)
    assert refused.value.status == 422
    session.expire_all()
    charged(cast, receipt, 6)
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0


def test_partly_invoiced_goods_are_credited_in_that_part(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    charged(cast, receipt, 8)
    document = answered(cast, receipt, 5, Resolution.CREDITED)
    assert document.credit_net == 300
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0
    with pytest.raises(Refused, match="only 0"), session.begin_nested():
        charged(cast, receipt, 1)


def test_a_credit_is_set_off_when_an_invoice_is_paid_and_never_twice(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    charged(cast, receipt, 10)
    answered(cast, receipt, 4, Resolution.CREDITED)
    # the order's VAT is 11 percent
    assert supplier_returns.open_credit(cast.supplier.id) == Decimal("444.00")
    first, second = (charged(cast, came(cast, 1, 300), 1, 300) for _ in range(2))
    with pytest.raises(Refused, match="At most 333"), session.begin_nested():
        pay(cast, first, set_off_amount=Decimal(334))
    session.expire_all()
    pay(cast, first, set_off_amount=Decimal(333))
    assert balance(session, Posting.CASH) == 0
    with pytest.raises(Refused, match="At most 111"), session.begin_nested():
        pay(cast, second, set_off_amount=Decimal(112))
    session.expire_all()
    pay(cast, second, set_off_amount=Decimal(111))
    assert balance(session, Posting.CASH) == -222
    assert supplier_returns.open_credit(cast.supplier.id) == 0


def test_payables_list_what_is_to_be_paid_and_what_was_credited(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    bill = charged(cast, receipt, 10)
    document = answered(cast, receipt, 4, Resolution.CREDITED)
    report = REPORTS["payables"]
    rows = session.execute(report.select({})).all()
    assert [(row.document, row.amount) for row in rows] == [(bill.number, 1110), (None, Decimal("-444.00"))]
    tiles = session.execute(report.summary({})).one()
    assert (tiles.owed, tiles.credit, tiles.account) == (1110, -444, 666)
    assert [(row.document, row.total) for row in session.execute(report.sections[0].select({}))] == [
        (document.number, 444)]
    other = make.make_supplier()
    assert session.execute(report.select({"supplier": other.id})).all() == []


# ---------------------------------------------------------------- replaced

def test_goods_in_place_of_others_come_in_and_clear_the_return(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    order = receipt.purchase_order
    charged(cast, receipt, 10)
    item = receipt.lines[0].item
    document = answered(cast, receipt, 4, Resolution.REPLACED)
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 400
    first = replaced(cast, document, 3)
    assert (first.purchase_order_id, first.supplier_return_id) == (order.id, document.id)
    assert first.lines[0].outstanding_quantity == 1
    assert item.stock_on_hand == 9
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 100
    assert not_invoiced() == [-100]
    replaced(cast, document)
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0
    assert balance(session, Posting.INVENTORY) == 1000
    assert chargeable(order) == []  # it was invoiced already, and is not charged a second time
    with pytest.raises(Refused, match="replaced already"):
        receipts.make_replacement(document, by=cast.keeper)
    assert order.state == PurchaseOrderState.DONE


def test_what_is_replaced_before_the_invoice_is_charged_once(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    new = replaced(cast, answered(cast, receipt, 4, Resolution.REPLACED))
    assert [(each.goods_receipt_line.id, each.quantity) for each in chargeable(receipt.purchase_order)] == [
        (receipt.lines[0].id, 10)]
    with pytest.raises(Refused, match="does not match"), session.begin_nested():
        charged(cast, new, 4)
    charged(cast, receipt, 10)
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0


def test_never_more_than_went_back_is_replaced(session: Any, cast: Cast) -> None:
    make.saved(Setting(key="goods_receipt.tolerance", value="50"))
    receipt = came(cast)
    document = answered(cast, receipt, 4, Resolution.REPLACED)
    drafts = [receipts.make_replacement(document, by=cast.keeper) for _ in range(2)]
    drafts[0].lines[0].received_quantity = Decimal("5")
    with pytest.raises(Refused, match="at most 4"), session.begin_nested():
        perform(drafts[0], "post", by=cast.keeper)
    session.expire_all()
    perform(drafts[1], "post", by=cast.keeper)
    with pytest.raises(Refused, match="at most 0"), session.begin_nested():
        perform(drafts[0], "post", by=cast.keeper)


def test_a_line_that_did_not_go_back_is_no_replacement(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    draft = receipts.make_replacement(answered(cast, receipt, 4, Resolution.REPLACED), by=cast.keeper)
    draft.lines[0].item = other = make.make_item()
    draft.lines[0].unit = make.unit_of(other)
    with pytest.raises(Refused, match="did not go back"), session.begin_nested():
        perform(draft, "post", by=cast.keeper)


@pytest.mark.parametrize("resolution", [Resolution.CREDITED, None])
def test_only_a_return_that_is_replaced_brings_others(session: Any, cast: Cast, resolution: Any) -> None:
    receipt = came(cast)
    if resolution is None:
        document = back(cast, receipt, 4)
        perform(document, "send", by=cast.keeper)
    else:
        document = answered(cast, receipt, 4, resolution)
    with pytest.raises(Refused, match="did not say"):
        receipts.make_replacement(document, by=cast.keeper)
    with pytest.raises(NotAllowed):
        receipts.make_replacement(document, by=cast.buyer)


def test_replaced_goods_can_go_back_again_and_be_credited(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    charged(cast, receipt, 10)
    new = replaced(cast, answered(cast, receipt, 4, Resolution.REPLACED))
    with pytest.raises(Refused, match="can still go back"), session.begin_nested():
        back(cast, new, 5)
    document = answered(cast, new, 2, Resolution.CREDITED)
    assert document.credit_net == 200
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0
    with pytest.raises(Refused, match="builds on"):
        perform(new, "reverse", by=cast.store_head, reason="a mistake")


def test_a_replacement_that_is_reversed_is_owed_again(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    charged(cast, receipt, 10)
    document = answered(cast, receipt, 4, Resolution.REPLACED)
    perform(replaced(cast, document), "reverse", by=cast.store_head, reason="the wrong supplier's box")
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 400
    assert receipts.make_replacement(document, by=cast.keeper).lines[0].received_quantity == 4


@pytest.mark.parametrize("turn", [("bill", "back", "new"), ("back", "bill", "new"), ("back", "new", "bill")])
def test_halves_of_a_sen_leave_nothing_behind(session: Any, cast: Cast, turn: tuple[str, ...]) -> None:
    """Ten for five sen: what is invoiced, sent back and replaced rounds up each time; the account ends at
    nothing."""
    make.saved(Setting(key="supplier_invoice.tolerance", value="100"))
    order = cast.order((make.make_item(), 10, "0.01"))
    order.lines[0].discount = Decimal(50)
    receipt = cast.received(cast.sent(order))
    for _ in range(3):
        for step in turn:
            if step == "bill":
                charged(cast, receipt, 2, "0.01")
            elif step == "back":
                document = answered(cast, receipt, 3, Resolution.REPLACED)
            else:
                perform(replaced(cast, document, 1), "reverse", by=cast.store_head, reason="again")
                replaced(cast, document, 1)
                replaced(cast, document)
    charged(cast, receipt, 4, "0.01")
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0


# ---------------------------------------------------------------- an order whose receipt is taken back

def test_an_order_that_was_full_opens_again_when_a_receipt_is_reversed(session: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    cast.received(order, 4)
    second = cast.received(order, 6)
    assert order.state == PurchaseOrderState.DONE
    perform(second, "reverse", by=cast.store_head, reason="another hospital's box")
    assert order.state == PurchaseOrderState.SENT
    event = session.scalars(sa.select(DocumentEvent).where(
        DocumentEvent.document_type == "purchase_order", DocumentEvent.document_id == order.id)
        .order_by(DocumentEvent.id.desc())).first()
    assert (event.transition, event.from_state, event.to_state, event.note, event.user_id) == (
        "open_again", "done", "sent", "another hospital's box", cast.store_head.id)
    assert receipts.make_receipt(order, by=cast.keeper).lines[0].received_quantity == 6
    cast.received(order, 6)
    assert order.state == PurchaseOrderState.DONE


def test_an_order_that_was_closed_short_stays_closed(session: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    receipt = cast.received(order, 4)
    perform(order, "close", by=cast.buyer, reason="the supplier has no more")
    perform(receipt, "reverse", by=cast.store_head, reason="the wrong box")
    assert order.state == PurchaseOrderState.DONE


def test_what_is_full_is_not_opened_by_hand(session: Any, cast: Cast) -> None:
    order = came(cast).purchase_order
    for role in set(Role) - {Role.FACILITIES_HEAD}:
        with pytest.raises(NotAllowed):
            perform(order, "open_again", by=make.make_user(role), reason="closed by mistake")
    with pytest.raises(Refused, match="Everything on it was received"):
        perform(order, "open_again", by=cast.head, reason="closed by mistake")
