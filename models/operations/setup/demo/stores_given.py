"""Goods that nobody ordered, at every step: a donation, a programme's, an emergency."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from models import clock
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsSource
from models.items import Item, Supplier
from models.operations.purchasing.received_lines import counted
from models.operations.setup.demo.world import World, open_

S = GoodsSource
#: Source, who gave it, the steps.
GIVEN: tuple[tuple[S, str, tuple[str, ...]], ...] = (
    (S.DONATION, "Yayasan Peduli Sehat", ("submit", "approve")),
    (S.PROGRAMME, "Program TB Dinas Kesehatan", ("submit", "approve")),
    (S.EMERGENCY, "", ("submit", "approve")),
    (S.PROGRAMME, "Program Imunisasi", ("submit",)),
    (S.DONATION, "Alumni FK angkatan 1998", ("submit", "reject")),
    (S.DONATION, "Warga, lewat kotak donasi", ()),
)


def load(world: World) -> None:
    """No dice: what comes after keeps its own."""
    store, clerk = world.things["stores"]["GF"], world.users["store_staff"]
    items = [world.session.get(Item, key if isinstance(key, int) else key.id)
             for key in world.things["stocked"]["GF"][:2 * len(GIVEN)]]
    supplier = world.session.query(Supplier).order_by(Supplier.id).first()
    for place, (source, name, steps) in enumerate(GIVEN):
        named: dict[str, Any] = {"supplier": supplier} if source == S.EMERGENCY else {"source_name": name}
        receipt = GoodsReceipt(created_by=clerk, store_id=store.id, source=source, **named,
                               lines=[_line(item) for item in items[2 * place:2 * place + 2]])
        world.a_little_later()
        open_(world, receipt, clerk)
        for step in steps:
            reason = "Sisa umur simpannya terlalu pendek." if step == "reject" else ""
            world.do(receipt, step, clerk if step == "submit" else "facilities_head", reason=reason)


def _line(item: Item) -> GoodsReceiptLine:
    line = GoodsReceiptLine(item=item, unit=next(unit for unit in item.units if unit.factor == 1),
                            received_quantity=Decimal(24), unit_price=item.price_hint or Decimal(1000))
    if item.batch_tracked:
        line.expires_on = clock.today() + timedelta(days=400)
        line.batch_number = f"H{item.code.replace('-', '')[-5:]}{clock.today():%y%m}"
    return line


def as_it_came(lines: list[GoodsReceiptLine]) -> list[GoodsReceiptLine]:
    """One more of the first at no charge, and a broken pack of the last."""
    first, last = lines[0], lines[-1]
    rest = last.received_quantity * last.factor - (2 if last.factor > 2 else 0)
    last.unit, last.factor, last.received_quantity = counted(rest, last)
    return [*lines, GoodsReceiptLine(
        item=first.item, unit=first.unit, factor=first.factor, is_bonus=True, received_quantity=Decimal(1),
        batch_number=first.batch_number, expires_on=first.expires_on)]
