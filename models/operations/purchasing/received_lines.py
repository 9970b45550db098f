"""The lines of a receipt: which ordered line each fills, how much, in which batch, and at what value.

Everything is compared in base units. The value of a line is the share of its order line that came with it,
counted up from what came before: all receipts of an order line make its amount to the sen, in whatever units,
parts and order.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.errors import N_, Refused, blame_line
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState, value_of
from models.items import MOST_WORTH, UnitConversion
from models.line_quantities import SEN, net
from models.operations.core.bulk import update_all
from models.operations.ledger import stock
from models.purchasing import PurchaseOrder, PurchaseOrderLine
from models.settings import setting_of, worth

ZERO = Decimal(0)
UNIT = Decimal("0.001")

_ORDERED = (
    sa.select(
        PurchaseOrderLine.__table__.c["id", "item_id", "unit_id", "quantity", "factor", "unit_price",
                                      "discount"],
        GoodsReceiptLine.received_quantity.label("came"), GoodsReceiptLine.factor.label("came_by"),
        GoodsReceiptLine.net_value, GoodsReceiptLine.unit_price.label("came_at"),
        GoodsReceiptLine.discount.label("came_less"),
        setting_of("goods_receipt.tolerance").label("tolerance"))
    .outerjoin(sa.join(GoodsReceiptLine.__table__, GoodsReceipt.__table__, sa.and_(
        GoodsReceipt.id == GoodsReceiptLine.goods_receipt_id, GoodsReceipt.state == GoodsReceiptState.POSTED,
        # else all that was ever posted is walked through
        GoodsReceipt.purchase_order_id == sa.bindparam("key"),
        GoodsReceipt.supplier_return_id.is_(None))),
        GoodsReceiptLine.purchase_order_line_id == PurchaseOrderLine.id)
    .where(PurchaseOrderLine.purchase_order_id == sa.bindparam("key")).order_by(PurchaseOrderLine.id))


class Ordered:
    """An order line, what came of it in base units, and what that was worth."""

    def __init__(self, row: Any) -> None:
        self.row = row
        self.whole: Decimal = row.quantity * row.factor
        self.amount = net(row.quantity, row.unit_price, row.discount)
        self.came = self.worth = ZERO
        self.most = self.whole * (1 + worth("goods_receipt.tolerance", row.tolerance) / 100)

    def earlier(self, row: Any) -> None:
        """Count what came with one posted line."""
        self.came += row.came * row.came_by
        self.worth += value_of(row.net_value, row.came, row.came_at, row.came_less)

    def take(self, base: Decimal) -> Decimal:
        """The value of `base` more units: what is worth all that came, less what was booked of it."""
        self.came += base
        due = self.amount if self.came == self.whole \
            else (self.amount * self.came / self.whole).quantize(SEN, ROUND_HALF_UP)
        value = max(due - self.worth, ZERO)
        self.worth += value
        return value

    def price_of(self, factor: Decimal) -> Decimal:
        """Rupiah before discount for a unit of `factor` base units, to the sen."""
        if factor == self.row.factor:
            return self.row.unit_price
        return (self.row.unit_price * factor / self.row.factor).quantize(SEN, ROUND_HALF_UP)


def counted(rest: Decimal, line: Any) -> tuple[UnitConversion, Decimal, Decimal]:
    """Unit, factor and quantity for `rest` base units of a line: in its own unit where that is whole, or
    another part of it was counted so, else in the base unit."""
    quantity = (rest / line.factor).quantize(UNIT)
    if quantity * line.factor == rest and (quantity % 1 == 0 or line.quantity % 1):
        return line.unit, line.factor, quantity
    return next(unit for unit in line.item.units if unit.factor == 1), Decimal(1), rest


def of_order(order: PurchaseOrder) -> dict[int, Ordered]:
    """The lines of an order by id, with what was received of them. One statement."""
    lines: dict[int, Ordered] = {}
    # a row for each time that it came in
    for row in db.session.connection().execute(_ORDERED, {"key": order.id}):
        line = lines.setdefault(row.id, Ordered(row))
        if row.came:
            line.earlier(row)
    return lines


def _filled(line: GoodsReceiptLine, ordered: dict[int, Ordered]) -> Ordered | None:
    """The order line that a received line fills: the one that it names, else the first of its item that is
    still open."""
    named = ordered.get(line.purchase_order_line_id or 0)
    if named is not None and named.row.item_id == line.item.id:
        return named
    same = [entry for entry in ordered.values() if entry.row.item_id == line.item.id]
    return next((entry for entry in same if entry.came < entry.whole), same[-1] if same else None)


def against_order(receipt: GoodsReceipt, order: PurchaseOrder) -> dict[int, dict[str, Any]]:
    """What the order says of each line, by its id; refuses what was not ordered, and more than that."""
    ordered = of_order(order)
    kept: dict[int, dict[str, Any]] = {}
    for line in receipt.lines:
        with blame_line(line):
            if line.is_bonus:
                kept[line.id] = as_bonus()
                continue
            found = _filled(line, ordered)
            if found is None:
                raise Refused(N_("%(item)s is not on the order %(number)s. Mark it as a bonus if it came at "
                                 "no charge."), item=line.item.name, number=str(order), field="item")
            # The order says the price and its own unit's factor; who counts the boxes does not.
            factor = found.row.factor if line.unit_id == found.row.unit_id else line.factor
            base = line.received_quantity * factor
            if found.came + base > found.most:
                raise Refused(N_("%(item)s: at most %(left)s %(unit)s are outstanding on %(number)s. Mark "
                                 "what came at no charge as a bonus, on a line of its own."),
                              item=line.item.name, left=max(found.whole - found.came, ZERO),
                              unit=line.item.base_unit, number=str(order), field="received_quantity")
            value, price = found.take(base), found.price_of(factor)
            if max(value, price) > MOST_WORTH:
                raise Refused(N_("%(item)s: a store cannot hold this much. Check the quantity and the "
                                 "price."), item=line.item.name)
            kept[line.id] = {
                "purchase_order_line_id": found.row.id, "factor": factor, "net_value": value,
                "unit_price": price, "discount": found.row.discount,
                "ordered_quantity": (found.whole / factor).quantize(UNIT),
                "outstanding_quantity": ((found.whole - found.came) / factor).quantize(UNIT)}
    return kept


def propose(receipt: GoodsReceipt, order: PurchaseOrder) -> None:
    """Write what the order says on the lines of a draft, for people to see; posting reads it anew."""
    ordered, lines = of_order(order), {line.id: line for line in order.lines}
    for line in receipt.lines:
        free(line)
        found = None if line.is_bonus or line.item is None else _filled(line, ordered)
        if found is None or line.factor is None or line.received_quantity is None:
            continue
        line.purchase_order_line = lines[found.row.id]
        factor = found.row.factor if line.unit is lines[found.row.id].unit else line.factor
        found.came += line.received_quantity * factor
        line.unit_price = min(found.price_of(factor), MOST_WORTH)
        line.discount, line.ordered_quantity = found.row.discount, (found.whole / factor).quantize(UNIT)


def free(line: GoodsReceiptLine) -> None:
    """Take off the line what an order says."""
    line.purchase_order_line, line.ordered_quantity = None, None
    line.unit_price = line.discount = ZERO


def as_bonus() -> dict[str, Any]:
    """What is kept of goods that came at no charge."""
    return {"purchase_order_line_id": None, "unit_price": ZERO, "discount": ZERO, "net_value": ZERO,
            "ordered_quantity": None, "outstanding_quantity": None}


def check_line(receipt: GoodsReceipt, line: GoodsReceiptLine) -> None:
    """A batch where one is needed, nothing expired, a reason for what was handed back. Raises `Refused`."""
    number = (line.batch_number or "").strip()
    if line.item.batch_tracked and not (number and line.expires_on):
        raise Refused(N_("%(item)s needs a batch number and an expiry date."), item=line.item.name,
                      field="batch_number")
    if line.expires_on is not None and not number:
        raise Refused(N_("%(item)s has an expiry date but no batch number."), item=line.item.name,
                      field="batch_number")
    if line.expires_on is not None and line.expires_on < receipt.received_on:
        raise Refused(N_("Batch %(batch)s of %(item)s is already expired. Do not accept it."), batch=number,
                      item=line.item.name, field="expires_on")
    if line.rejected_quantity and not (line.rejection_reason or "").strip():
        raise Refused(N_("%(item)s: write why part of it was handed back."), item=line.item.name,
                      field="rejection_reason")


def check_lines(receipt: GoodsReceipt) -> None:
    for line in receipt.lines:
        with blame_line(line):
            check_line(receipt, line)


def take_in(receipt: GoodsReceipt, kept: dict[int, dict[str, Any]]) -> list[stock.Incoming]:
    """Give the lines their batches and what is `kept` of each (the same columns for all); what comes in."""
    def key(line: GoodsReceiptLine) -> tuple[int, str]:
        return line.item_id, (line.batch_number or "").strip()

    found = stock.batches((*key(line), line.expires_on) for line in receipt.lines)
    for part in _alike(receipt.lines, kept):
        update_all(part, [{"batch_id": found[key(line)], **kept.get(line.id, {})} for line in part])
    for line in receipt.lines:
        db.session.expire(line, ["purchase_order_line"])
    base = stock.in_base(receipt.lines)
    return [stock.Incoming(line.id, line.item_id, base[line.id], line.batch_id, line.net_amount)
            for line in receipt.lines if line.batch_id is not None]


def _alike(lines: Iterable[GoodsReceiptLine],
           kept: dict[int, dict[str, Any]]) -> list[list[GoodsReceiptLine]]:
    """The lines by the columns that are kept of them."""
    groups: dict[tuple[str, ...], list[GoodsReceiptLine]] = {}
    for line in lines:
        groups.setdefault(tuple(kept.get(line.id, ())), []).append(line)
    return list(groups.values())
