"""What really comes: any unit of the item, broken packs, goods at no charge; the order, the ledger and the
journal agree to the piece and to the sen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import Refused
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine
from models.journal import Posting
from models.operations.core.approvals import perform
from models.operations.purchasing import matching, prices, receipts
from models.organisation import Setting
from models.purchasing import PurchaseOrder, PurchaseOrderState
from models.stock import StoreItem
from tests.purchasing.test_receipts import Cast, balance
from tests.support import factories as make


def paks(cast: Cast, price: str = "12345", discount: str = "0", quantity: int = 10) -> PurchaseOrder:
    """A sent order of packs of 12."""
    item = make.make_item({"pak": "12", "box": "60"})
    order = cast.order((item, quantity, price))
    order.lines[0].unit, order.lines[0].discount = make.unit_of(item, "pak"), Decimal(discount)
    db.session.flush()
    return cast.sent(order)


def came(cast: Cast, order: PurchaseOrder, *parts: tuple[Any, ...]) -> GoodsReceipt:
    """A posted receipt of quantities, each in a unit, with `True` behind for a bonus."""
    receipt = receipts.make_receipt(order, by=cast.keeper)
    item = order.lines[0].item
    receipt.lines = [GoodsReceiptLine(item=item, unit=make.unit_of(item, unit), is_bonus=bool(bonus),
                                      received_quantity=Decimal(quantity))
                     for quantity, unit, *bonus in parts]
    db.session.flush()
    perform(receipt, "post", by=cast.keeper)
    return receipt


def test_a_broken_pack_is_received_in_pieces(session: Any, cast: Cast) -> None:
    """Ten packs of 12 were ordered and 118 pieces came: two pieces are outstanding."""
    order = paks(cast)
    receipt = came(cast, order, (118, "tablet"))
    assert receipts.received(order) == {order.lines[0].id: 118}
    assert [(line, rest) for line, rest in receipts.outstanding(order)] == [(order.lines[0], 2)]
    assert order.state == PurchaseOrderState.SENT
    # 118 of 120 pieces of 123,450 rupiah
    assert receipt.lines[0].net_amount == Decimal("121392.50")
    rest = receipts.make_receipt(order, by=cast.keeper)
    assert [(line.unit.unit_name, line.received_quantity) for line in rest.lines] == [("tablet", 2)]
    perform(rest, "post", by=cast.keeper)
    assert order.state == PurchaseOrderState.DONE
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == -order.net_total


def test_units_can_be_mixed_on_one_receipt(session: Any, cast: Cast) -> None:
    order = paks(cast, "11425", "7.5")
    came(cast, order, (1, "box"), (4, "pak"), (12, "tablet"))
    assert order.state == PurchaseOrderState.DONE
    assert balance(session, Posting.INVENTORY) == order.net_total == Decimal("105681.25")


@pytest.mark.parametrize(("tolerance", "quantity", "fits"), [
    ("0", "120", True), ("0", "121", False), ("10", "132", True), ("10", "133", False)])
def test_the_tolerance_counts_pieces(session: Any, cast: Cast, tolerance: str, quantity: str,
                                     fits: bool) -> None:
    make.saved(Setting(key="goods_receipt.tolerance", value=tolerance))
    order = paks(cast)
    if fits:
        came(cast, order, (quantity, "tablet"))
        return
    with pytest.raises(Refused, match="at most 120 tablet") as refusal, session.begin_nested():
        came(cast, order, (quantity, "tablet"))
    assert refusal.value.field == "received_quantity"


def test_no_sen_is_lost_when_a_part_is_reversed_and_comes_again(session: Any, cast: Cast) -> None:
    """Three pieces for 100 rupiah, one at a time; the first goes back and comes again."""
    item = make.make_item()
    order = cast.order((item, 3, "33.34"))
    order.lines[0].discount = Decimal("0.02")
    cast.sent(order)
    parts = [came(cast, order, (1, "tablet")) for _ in range(2)]
    perform(parts[0], "reverse", by=cast.store_head, reason="wrong box")
    came(cast, order, (2, "tablet"))
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == -order.net_total
    assert session.scalars(sa.select(StoreItem)).one().value == order.net_total


def test_a_bonus_lies_in_stock_at_nothing_and_fills_no_order(session: Any, cast: Cast) -> None:
    """Ten and one free: eleven lie there at the price of ten; nothing of the order, of the price or of the
    invoice sees the one."""
    item = make.make_item()
    order = cast.sent(cast.order((item, 10, 1100)))
    receipt = came(cast, order, (10, "tablet"), (1, "tablet", True))
    held = session.scalars(sa.select(StoreItem)).one()
    assert (held.quantity, held.value) == (11, 11_000)
    assert receipts.received(order) == {order.lines[0].id: 10}
    assert order.state == PurchaseOrderState.DONE
    assert [entry.quantity for entry in matching.chargeable(order)] == [10]
    assert [paid.unit_price for offer in prices.offers([item.id])[item.id] for paid in offer.paid] == [1100]
    bonus = receipt.lines[1]
    assert (bonus.net_amount, bonus.unit_price, bonus.purchase_order_line_id) == (0, 0, None)
    perform(receipt, "reverse", by=cast.store_head, reason="wrong box")
    assert balance(session, Posting.INVENTORY) == 0
    assert order.state == PurchaseOrderState.SENT


def test_a_bonus_may_be_another_item_and_come_alone(session: Any, cast: Cast) -> None:
    order, other = paks(cast), make.make_item()
    receipt = receipts.make_receipt(order, by=cast.keeper)
    receipt.lines = [GoodsReceiptLine(item=other, unit=make.unit_of(other), is_bonus=True,
                                      received_quantity=Decimal(3))]
    db.session.flush()
    perform(receipt, "post", by=cast.keeper)
    assert other.stock_on_hand == 3
    assert receipts.received(order) == {}
    assert order.state == PurchaseOrderState.SENT


def test_a_bonus_that_is_reversed_opens_no_order_again(session: Any, cast: Cast) -> None:
    order = cast.sent(cast.order((make.make_item(), 10, 100)))
    bonus = came(cast, order, (1, "tablet", True))
    came(cast, order, (10, "tablet"))
    perform(bonus, "reverse", by=cast.store_head, reason="not ours")
    assert order.state == PurchaseOrderState.DONE


def test_what_nobody_ordered_is_no_part_of_the_order(session: Any, cast: Cast) -> None:
    order, other = paks(cast), make.make_item()
    receipt = receipts.make_receipt(order, by=cast.keeper)
    receipt.lines = [GoodsReceiptLine(item=other, unit=make.unit_of(other), received_quantity=Decimal(3))]
    db.session.flush()
    with pytest.raises(Refused, match="not on the order") as refusal:
        perform(receipt, "post", by=cast.keeper)
    assert refusal.value.field == "item"


def test_the_price_that_is_suggested_is_the_one_agreed_whatever_unit_came(session: Any, cast: Cast) -> None:
    order = paks(cast, "11425")
    came(cast, order, (118, "tablet"))
    item = order.lines[0].item
    paid = prices.offers([item.id])[item.id][0].last
    assert (paid.unit_price, paid.unit_name, paid.per(Decimal(12))) == (11425, "pak", 11425)


def test_goods_do_not_come_before_their_order(session: Any, cast: Cast) -> None:
    """Between the order's day and today, both included; nothing else."""
    order = paks(cast)
    receipt = receipts.make_receipt(order, by=cast.keeper)
    receipt.received_on = order.ordered_on.replace(year=order.ordered_on.year - 1)
    with pytest.raises(Refused, match="which this follows"), session.begin_nested():
        perform(receipt, "post", by=cast.keeper)
    receipt.received_on = clock.today()
    perform(receipt, "post", by=cast.keeper)


def test_who_has_a_draft_of_the_order_goes_on_with_it(session: Any, cast: Cast) -> None:
    order = paks(cast)
    first = receipts.make_receipt(order, by=cast.keeper)
    assert receipts.make_receipt(order, by=cast.keeper) is first
    colleague = make.make_user(*cast.keeper.roles)
    assert receipts.make_receipt(order, by=colleague) is not first
    perform(first, "cancel", by=cast.keeper, reason="twice")
    assert receipts.make_receipt(order, by=cast.keeper) is not first
