"""Where each item stands in each store: what may be given out, what comes, what is asked for, what units wait
for. Base units, one row for a store and an item."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models.base import ExactDecimal
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState
from models.operations.core.report_kit import above_zero, base_units, quantity
from models.operations.ledger import availability
from models.operations.purchasing.taken import takes
from models.operations.stores import transfers
from models.purchasing import (
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderState,
    PurchaseRequest,
    PurchaseRequestLine,
    PurchaseRequestState,
)
from models.stocktakes import StockTransfer

O, R = PurchaseOrderState, PurchaseRequestState  # noqa: E741 - one letter for states, as in every workflow table
#: Orders that will bring something, or did.
LIVE = (O.SUBMITTED, O.APPROVED, O.PAYMENT_APPROVED, O.LIMIT_APPROVED, O.SENT)


def received() -> Any:
    """Base units received by order line, posted receipts only."""
    line = GoodsReceiptLine
    return (sa.select(line.purchase_order_line_id.label("line_id"),
                      quantity(sa.func.sum(base_units(line.received_quantity,
                                                      line.factor))).label("quantity"))
            .join(GoodsReceipt, GoodsReceipt.id == line.goods_receipt_id)
            .where(GoodsReceipt.state == GoodsReceiptState.POSTED, GoodsReceipt.supplier_return_id.is_(None))
            .group_by(line.purchase_order_line_id).subquery())


def on_order() -> sa.Select[Any]:
    """What orders still have to bring."""
    line, came = PurchaseOrderLine, received()
    left = quantity(base_units(line.quantity, line.factor) - sa.func.coalesce(came.c.quantity, 0))
    coming = PurchaseOrder.state.in_(LIVE) | ((PurchaseOrder.state == O.DRAFT)
                                              & line.purchase_request_line_id.is_(None))
    return (sa.select(PurchaseOrder.store_id, line.item_id,
                      quantity(sa.func.sum(above_zero(left))).label("quantity"))
            .join(PurchaseOrder, PurchaseOrder.id == line.purchase_order_id)
            .outerjoin(came, came.c.line_id == line.id).where(coming)
            .group_by(PurchaseOrder.store_id, line.item_id))


def asked_for() -> sa.Select[Any]:
    """What purchase requests ask for that no order has taken up yet, drafts included."""
    line = PurchaseRequestLine
    taken = (sa.select(PurchaseOrderLine.purchase_request_line_id.label("line_id"),
                       quantity(sa.func.sum(takes())).label("quantity"))
             .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.purchase_order_id)
             .join(line, line.id == PurchaseOrderLine.purchase_request_line_id)
             .join(PurchaseRequest, PurchaseRequest.id == line.purchase_request_id)
             .where(PurchaseOrder.state.in_((*LIVE, O.DONE)), PurchaseRequest.state == R.APPROVED)
             .group_by(PurchaseOrderLine.purchase_request_line_id).subquery())
    left = quantity(base_units(line.quantity, line.factor) - sa.func.coalesce(taken.c.quantity, 0))
    return (sa.select(PurchaseRequest.store_id, line.item_id,
                      quantity(sa.func.sum(above_zero(left))).label("quantity"))
            .join(PurchaseRequest, PurchaseRequest.id == line.purchase_request_id)
            .outerjoin(taken, taken.c.line_id == line.id)
            .where(PurchaseRequest.state.in_((R.DRAFT, R.SUBMITTED, R.APPROVED)))
            .group_by(PurchaseRequest.store_id, line.item_id))


def on_the_way() -> sa.Select[Any]:
    """What other stores sent and this one has not received."""
    line = transfers.in_transit().subquery()
    return (sa.select(StockTransfer.to_store_id.label("store_id"), line.c.item_id,
                      quantity(sa.func.sum(line.c.quantity)).label("quantity"))
            .join(line, line.c.document_id == StockTransfer.id)
            .group_by(StockTransfer.to_store_id, line.c.item_id))


#: What adds up to where an item stands. What units wait for is what is reserved for them: it is taken off
#: once.
PARTS = ("usable", "in_transit", "on_order", "asked_for", "requested")


def standing() -> sa.CTE:
    """`store_id`, `item_id`, each of `PARTS`, and `position`: usable + in transit + on order + asked for
    − requested."""
    held, coming, asked = availability.available_by_store(), on_order().subquery(), asked_for().subquery()
    sent = on_the_way().subquery()
    none = sa.type_coerce(sa.literal_column("0"), ExactDecimal(24, 3))

    def rows(source: Any, **parts: Any) -> sa.Select[Any]:
        return sa.select(source.c.store_id, source.c.item_id,
                         *(parts.get(name, none).label(name) for name in PARTS))

    every = sa.union_all(rows(held, usable=held.c.usable, requested=held.c.reserved),
                         rows(sent, in_transit=sent.c.quantity),
                         rows(coming, on_order=coming.c.quantity),
                         rows(asked, asked_for=asked.c.quantity)).subquery()
    sums = {name: quantity(sa.func.sum(every.c[name])) for name in PARTS}
    return (sa.select(every.c.store_id, every.c.item_id,
                      *(column.label(name) for name, column in sums.items()),
                      quantity(sums["usable"] + sums["in_transit"] + sums["on_order"] + sums["asked_for"]
                               - sums["requested"])
                      .label("position"))
            .group_by(every.c.store_id, every.c.item_id).cte("standing"))
