"""What suppliers took for an item and how punctual they are: the suggested price, and which supplier is
best."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import sqlalchemy as sa

from models import clock
from models.base import db
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState
from models.items import Supplier, UnitConversion
from models.operations.purchasing.reports_purchasing import on_time
from models.organisation import Status
from models.purchasing import SEN, PurchaseOrderLine

#: Days after which a price no longer says what a supplier takes today; older ones are shown and never the
#: best.
RECENT = 365
#: Prices of one supplier that are shown.
SHOWN = 3
#: A supplier that is late more often than this is not called the best, however cheap.
LEAST_ON_TIME = Decimal("0.5")
COST = Decimal("0.000001")


@dataclass(frozen=True)
class Paid:
    """One posted receipt of an item: rupiah per `unit_name`, before discount (percent) and VAT, as the order
    said; whatever unit was counted at the door, no sen is rounded."""

    receipt_id: int
    number: str
    received_on: date
    unit_price: Decimal
    discount: Decimal
    unit_name: str
    factor: Decimal

    @property
    def net(self) -> Decimal:
        """Rupiah per base unit, discount taken; six decimals."""
        return (self.unit_price * (100 - self.discount) / 100 / self.factor).quantize(COST, ROUND_HALF_UP)

    def per(self, factor: Decimal) -> Decimal:
        """Rupiah before discount for a unit of `factor` base units."""
        return (self.unit_price / self.factor * factor).quantize(SEN, ROUND_HALF_UP)


@dataclass(frozen=True)
class Offer:
    """What one supplier took for one item, newest first, and how many of its orders came in time."""

    supplier_id: int
    supplier: str
    paid: tuple[Paid, ...]
    due: int = 0
    in_time: int = 0
    is_best: bool = False

    @property
    def last(self) -> Paid:
        return self.paid[0]

    @property
    def is_recent(self) -> bool:
        return self.last.received_on >= clock.today() - timedelta(days=RECENT)

    @property
    def on_time_rate(self) -> Decimal | None:
        """0 to 1; None when no order of the past year fell due."""
        return Decimal(self.in_time) / self.due if self.due else None


def paid_for(item_ids: Iterable[int]) -> dict[tuple[int, int, str], list[Paid]]:
    """What active suppliers took last, newest first, by item id, supplier id and name; one statement."""
    ids = set(item_ids)
    paid: dict[tuple[int, int, str], list[Paid]] = {}
    if not ids:
        return paid
    line, agreed = GoodsReceiptLine, PurchaseOrderLine
    place = sa.func.row_number().over(
        partition_by=(line.item_id, GoodsReceipt.supplier_id),
        order_by=(GoodsReceipt.received_on.desc(), line.id.desc())).label("place")
    ranked = (sa.select(
        line.item_id, GoodsReceipt.supplier_id, Supplier.name.label("supplier"),
        GoodsReceipt.id.label("receipt_id"), GoodsReceipt.number, GoodsReceipt.received_on,
        sa.func.coalesce(agreed.unit_price, line.unit_price).label("unit_price"),
        sa.func.coalesce(agreed.discount, line.discount).label("discount"), UnitConversion.unit_name,
        sa.func.coalesce(agreed.factor, line.factor).label("factor"), place)
        .join(GoodsReceipt, GoodsReceipt.id == line.goods_receipt_id)
        .join(Supplier, Supplier.id == GoodsReceipt.supplier_id)
        .outerjoin(agreed, agreed.id == line.purchase_order_line_id)
        .join(UnitConversion, UnitConversion.id == sa.func.coalesce(agreed.unit_id, line.unit_id))
        .where(GoodsReceipt.state == GoodsReceiptState.POSTED, line.item_id.in_(ids),
               line.is_bonus.is_(False),
               Supplier.status == Status.ACTIVE).subquery())
    for row in db.session.execute(sa.select(ranked).where(ranked.c.place <= SHOWN).order_by(ranked.c.place)):
        paid.setdefault((row.item_id, row.supplier_id, row.supplier), []).append(Paid(
            row.receipt_id, row.number or "", row.received_on, row.unit_price, row.discount, row.unit_name,
            row.factor))
    return paid


def offers(item_ids: Iterable[int]) -> dict[int, list[Offer]]:
    """The offers of active suppliers by item id, the best first, then the cheapest; two statements for any
    number.

    Best is the lowest recent net price of a supplier that is not mostly late; the more punctual of equal
    ones.
    """
    ids = set(item_ids)
    result: dict[int, list[Offer]] = {item_id: [] for item_id in ids}
    paid = paid_for(ids)
    if not paid:
        return result
    punctual = _punctual({supplier_id for _item, supplier_id, _name in paid})
    for (item_id, supplier_id, supplier), rows in paid.items():
        due, in_time = punctual.get(supplier_id, (0, 0))
        result[item_id].append(Offer(supplier_id, supplier, tuple(rows), due, in_time))
    return {item_id: _ranked(rows) for item_id, rows in result.items()}


def _punctual(supplier_ids: set[int]) -> dict[int, tuple[int, int]]:
    """Orders that fell due in the past year, and those of them that came in time, by supplier."""
    if not supplier_ids:
        return {}
    today = clock.today()
    requested = {"from": today - timedelta(days=RECENT), "to": today, "suppliers": supplier_ids}
    return {row.supplier_id: (row.due, row.in_time) for row in db.session.execute(on_time(requested))}


def _ranked(rows: list[Offer]) -> list[Offer]:
    def order(offer: Offer) -> tuple[bool, bool, Decimal, Decimal, int]:
        rate = offer.on_time_rate
        is_late = rate is not None and rate < LEAST_ON_TIME
        return (not offer.is_recent, is_late, offer.last.net, -(rate or Decimal(0)), offer.supplier_id)

    rows = sorted(rows, key=order)
    if rows and rows[0].is_recent and not order(rows[0])[1]:
        rows[0] = replace(rows[0], is_best=True)
    return rows


def suggested(found: list[Offer], supplier_id: int | None) -> Paid | None:
    """The price to put on an order line for this supplier: what it took last. None when it never supplied the
    item."""
    return next((offer.last for offer in found if offer.supplier_id == supplier_id), None)
