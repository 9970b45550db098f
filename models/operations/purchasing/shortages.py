"""What runs short, and the purchase requests for it: on hand + on order − requested, held against the
minimum."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.items import Item, Supplier, UnitConversion
from models.operations.core.approvals import opened
from models.operations.core.jobs import each_day, job
from models.operations.core.locking import lock_rows
from models.operations.core.report_kit import ParameterValues, Statement, above_zero, base_units, quantity
from models.operations.core.system import the_system
from models.operations.people.notices import Declared, declare, holders, tell
from models.organisation import Status
from models.people import User
from models.purchasing import (
    BUYERS,
    GoodsReceipt,
    GoodsReceiptLine,
    GoodsReceiptState,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderState,
    PurchaseRequest,
    PurchaseRequestLine,
    PurchaseRequestState,
)
from models.settings import setting
from models.stock import Store, StoreItem
from models.store_requests import (
    DeliveryRequest,
    DeliveryRequestLine,
    DeliveryState,
    StoreRequest,
    StoreRequestLine,
    StoreRequestState,
)

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


def _on_order() -> Any:
    """Base units by item that orders still have to bring."""
    line, came = PurchaseOrderLine, received()
    left = quantity(base_units(line.quantity, line.factor) - sa.func.coalesce(came.c.quantity, 0))
    coming = PurchaseOrder.state.in_(LIVE) | ((PurchaseOrder.state == O.DRAFT)
                                              & line.purchase_request_line_id.is_(None))
    return (sa.select(line.item_id, quantity(sa.func.sum(above_zero(left))).label("quantity"))
            .join(PurchaseOrder, PurchaseOrder.id == line.purchase_order_id)
            .outerjoin(came, came.c.line_id == line.id).where(coming).group_by(line.item_id).subquery())


def _asked_for() -> Any:
    """Base units by item on purchase requests that no order has taken up yet, drafts included."""
    line = PurchaseRequestLine
    taken = (sa.select(PurchaseOrderLine.purchase_request_line_id.label("line_id"),
                       quantity(sa.func.sum(base_units(PurchaseOrderLine.quantity, PurchaseOrderLine.factor)))
                       .label("quantity"))
             .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.purchase_order_id)
             .join(line, line.id == PurchaseOrderLine.purchase_request_line_id)
             .join(PurchaseRequest, PurchaseRequest.id == line.purchase_request_id)
             .where(PurchaseOrder.state.in_((*LIVE, O.DONE)), PurchaseRequest.state == R.APPROVED)
             .group_by(PurchaseOrderLine.purchase_request_line_id).subquery())
    left = quantity(base_units(line.quantity, line.factor) - sa.func.coalesce(taken.c.quantity, 0))
    return (sa.select(line.item_id, quantity(sa.func.sum(above_zero(left))).label("quantity"))
            .join(PurchaseRequest, PurchaseRequest.id == line.purchase_request_id)
            .outerjoin(taken, taken.c.line_id == line.id)
            .where(PurchaseRequest.state.in_((R.DRAFT, R.SUBMITTED,
                                              R.APPROVED))).group_by(line.item_id).subquery())


def _requested() -> Any:
    """Base units by item that approved store requests still wait for."""
    requested = (sa.select(StoreRequest.id.label("request_id"), StoreRequestLine.item_id,
                           quantity(sa.func.sum(base_units(StoreRequestLine.quantity,
                                                           StoreRequestLine.factor)))
                           .label("quantity"))
                 .join(StoreRequestLine, StoreRequestLine.store_request_id == StoreRequest.id)
                 .where(StoreRequest.state == StoreRequestState.APPROVED)
                 .group_by(StoreRequest.id, StoreRequestLine.item_id).subquery())
    line = DeliveryRequestLine
    given = (sa.select(DeliveryRequest.store_request_id.label("request_id"), line.item_id,
                       quantity(sa.func.sum(base_units(line.quantity, line.factor))).label("quantity"))
             .join(line, line.delivery_request_id == DeliveryRequest.id)
             .join(StoreRequest, StoreRequest.id == DeliveryRequest.store_request_id)
             .where(DeliveryRequest.state.in_((DeliveryState.DELIVERED, DeliveryState.DONE)),
                    StoreRequest.state == StoreRequestState.APPROVED)
             .group_by(DeliveryRequest.store_request_id, line.item_id).subquery())
    left = quantity(requested.c.quantity - sa.func.coalesce(given.c.quantity, 0))
    return (sa.select(requested.c.item_id, quantity(sa.func.sum(above_zero(left))).label("quantity"))
            .outerjoin(given,
                       sa.and_(given.c.request_id == requested.c.request_id,
                               given.c.item_id == requested.c.item_id))
            .group_by(requested.c.item_id).subquery())


def shortages(values: ParameterValues) -> Statement:
    """Active items below their minimum, with the store and the supplier that they came from last.

    All quantities in base units; `shortage` is what is missing after what is on its way.
    """
    coming, wanted, requested = _on_order(), _asked_for(), _requested()
    line = GoodsReceiptLine
    last = (sa.select(line.id).join(GoodsReceipt, GoodsReceipt.id == line.goods_receipt_id)
            .where(line.item_id == Item.id, GoodsReceipt.state == GoodsReceiptState.POSTED)
            .order_by(GoodsReceipt.received_on.desc(), line.id.desc()).limit(1).scalar_subquery())
    home = sa.func.coalesce(
        sa.select(StoreItem.store_id).where(StoreItem.item_id == Item.id)
        .order_by(StoreItem.quantity.desc(), StoreItem.id).limit(1).scalar_subquery(),
        sa.select(sa.func.min(Store.id)).where(Store.status == Status.ACTIVE).scalar_subquery())
    missing = quantity(Item.minimum_stock - Item.stock_on_hand - sa.func.coalesce(coming.c.quantity, 0)
                       - sa.func.coalesce(wanted.c.quantity, 0) + sa.func.coalesce(requested.c.quantity, 0))
    short = (sa.select(Item.id, quantity(coming.c.quantity).label("on_order"),
                       quantity(wanted.c.quantity).label("asked_for"),
                       quantity(requested.c.quantity).label("requested"), missing.label("shortage"),
                       last.label("last_line_id"), home.label("home_id"))
             .outerjoin(coming, coming.c.item_id == Item.id).outerjoin(wanted, wanted.c.item_id == Item.id)
             .outerjoin(requested, requested.c.item_id == Item.id)
             .where(Item.status == Status.ACTIVE, missing > 0).subquery())
    base = aliased(UnitConversion)
    store_id = sa.func.coalesce(GoodsReceipt.store_id, short.c.home_id)
    result = (sa.select(
        Item.id.label("item_id"), (Item.code + " " + Item.name).label("item"), Item.base_unit, Item.precision,
        Item.minimum_stock, Item.stock_on_hand, short.c.on_order, short.c.asked_for, short.c.requested,
        short.c.shortage, Store.id.label("store_id"), Store.name.label("store"),
        Supplier.id.label("supplier_id"), Supplier.name.label("supplier"), base.id.label("base_unit_id"),
        line.unit_id.label("last_unit_id"), line.factor.label("last_factor"),
        line.unit_price.label("last_price"))
        .join(short, short.c.id == Item.id).outerjoin(line, line.id == short.c.last_line_id)
        .outerjoin(GoodsReceipt, GoodsReceipt.id == line.goods_receipt_id)
        .outerjoin(Store, Store.id == store_id).outerjoin(Supplier, Supplier.id == GoodsReceipt.supplier_id)
        .outerjoin(base, sa.and_(base.item_id == Item.id, base.unit_name == Item.base_unit)))
    if values.get("store"):
        result = result.where(store_id == values["store"])
    if values.get("supplier"):
        result = result.where(Supplier.id == values["supplier"])
    return result.order_by(Supplier.name.is_(None), Supplier.name, Item.name, Item.id)


def to_buy(row: Any) -> tuple[int, Decimal, Decimal | None]:
    """Unit id, quantity in it and its last price for a row of `shortages`: whole packs as they were bought
    last."""
    if row.last_unit_id is not None:
        packs = (row.shortage / row.last_factor).to_integral_value(ROUND_CEILING)
        base = packs * row.last_factor
        if base == base.quantize(Decimal(1).scaleb(-row.precision)):
            return row.last_unit_id, packs, row.last_price
    return row.base_unit_id, row.shortage, None


def make_purchase_requests(*, by: User, store_id: int | None = None, supplier_id: int | None = None,
                           item_ids: Iterable[int] | None = None) -> list[PurchaseRequest]:
    """Draft one purchase request per store and last supplier for what runs short; flushes, never commits.

    What a request or an order already asks for is not asked for again, whoever else does this at the same
    time. Raises `NotAllowed`, or `Refused` when nothing is short.
    """
    if not by.has_role(*BUYERS):
        raise NotAllowed(N_("Your role may not do this step."))
    made = _draft({"store": store_id, "supplier": supplier_id},
                  set(item_ids) if item_ids is not None else None, by)
    if not made:
        raise Refused(N_("Nothing is short: all that is below its minimum is asked for or on order already."))
    return made


def _draft(values: ParameterValues, chosen: set[int] | None, by: User,
           note: str | None = None) -> list[PurchaseRequest]:
    def short() -> list[Any]:
        return [row for row in db.session.execute(shortages(values))
                if (chosen is None or row.item_id in chosen) and row.store_id is not None]

    lock_rows(Item, {row.item_id for row in short()})
    grouped: dict[tuple[int, int | None], list[Any]] = {}
    for row in short():
        grouped.setdefault((row.store_id, row.supplier_id), []).append(row)
    made = []
    for (store, supplier), rows in grouped.items():
        lines = []
        for row in rows:
            unit_id, amount, price = to_buy(row)
            lines.append(PurchaseRequestLine(item_id=row.item_id, supplier_id=supplier, unit_id=unit_id,
                                             quantity=amount, estimated_price=price))
        request = PurchaseRequest(created_by=by, store_id=store, lines=lines, note=note)
        db.session.add(request)
        opened(request, by=by)
        made.append(request)
    return made


#: What a request says that no person made; documents are in the hospital's own language.
BY_THE_SYSTEM = "Dibuat otomatis: stok di bawah batas minimum."

declare(Declared(
    "reorder_drafted", holders(*BUYERS),
    N_("Stock below its minimum. Purchase requests drafted: %(count)s"),
    (N_("Look at them, correct what is needed, and submit them."),),
    address="/admin/purchase_request/?state=draft",
    channels=(), icon="shopping-cart"))


@job("reorder", due=each_day(hour=5))
def reorder() -> str:
    """Once a day: draft purchase requests, by store and supplier, for what is short and not asked for yet."""
    if setting("reorder.automatic") != "yes":
        return ""
    made = _draft({}, None, the_system(), BY_THE_SYSTEM)
    if made:
        tell("reorder_drafted", made[0], count=str(len(made)))
    return f"{len(made)} purchase requests drafted" if made else ""
