"""What else happens to stock in the demo: counts, spoilage, transfers and returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import chain, repeat
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.operations.ledger import stock
from models.operations.setup.demo.world import World, open_
from models.operations.stores import corrections, stocktake_counting
from models.returns import (
    Spoilage,
    SpoilageLine,
    SupplierReturn,
    SupplierReturnLine,
    UnitReturn,
    UnitReturnLine,
)
from models.stock import StockBalance, StockBatch, Store
from models.stocktakes import Stocktake, StockTransfer, StockTransferLine
from models.store_requests import DeliveryRequest


def _some_balances(world: World, store: Store, count: int) -> list[Any]:
    rows = world.session.execute(
        sa.select(StockBalance.item_id, StockBalance.batch_id, StockBalance.quantity)
        .where(StockBalance.store_id == store.id, StockBalance.quantity > 8).order_by(StockBalance.id)).all()
    return world.rng.sample(rows, min(count, len(rows)))


def stocktake(world: World, code: str) -> Callable[[], None]:
    def begin() -> None:
        counter = world.users["store_staff"]
        count = Stocktake(created_by=counter, store=world.things["stores"][code])
        open_(world, count, counter)
        corrections.choose_items(count, [item.id for item in world.things["stocked"][code][:15]])
        world.session.flush()
        world.do(count, "start", counter)
        count_lines(world, count, counter, (
            world.rng.choice((0, 0, 0, 0, 0, 0, -1, -2, 1)) for _line in count.lines))
        world.do(count, "submit", counter)
        world.do(count, "approve", "facilities_head")
    return begin


def count_lines(world: World, count: Stocktake, counter: Any, off: Iterable[int]) -> None:
    """Somebody counts every line; `off` says how far the shelf is from the books, line by line, as far as it
    goes."""
    there = stock.balances(count.store_id, {line.item_id for line in count.lines})
    for line, difference in zip(count.lines, chain(off, repeat(0)), strict=False):
        books = there.get((line.item_id, line.batch_id or 0), Decimal(0))
        stocktake_counting.count(count, line.id, max(Decimal(0), books + difference), seen=None, by=counter)
    world.session.flush()


def spoil(world: World) -> Callable[[], None]:
    def begin() -> None:
        author, store = world.users["store_staff"], world.things["stores"]["GF"]
        spoilage = spoilage_of(world, author, store, 2)
        world.do(spoilage, "submit", author)
        world.do(spoilage, "approve", "facilities_head")
    return begin


def spoilage_of(world: World, author: Any, store: Store, lines: int) -> Spoilage:
    rows = _some_balances(world, store, lines)
    spoilage = Spoilage(created_by=author, store=store, lines=[
        SpoilageLine(item_id=row.item_id, batch_id=row.batch_id,
                     unit=world.things["units_of"][row.item_id][0],
                     quantity=Decimal(world.rng.randrange(1, 6)), cause="Kemasan rusak saat penyimpanan")
        for row in rows])
    open_(world, spoilage, author)
    return spoilage


def transfer(world: World) -> Callable[[], None]:
    def begin() -> None:
        author = world.users["store_staff"]
        document = transfer_of(world, author)
        world.do(document, "submit", author)
        world.do(document, "approve", "store_head")
        world.do(document, "receive", "store_head")
    return begin


def transfer_of(world: World, author: Any) -> StockTransfer:
    stores = world.things["stores"]
    rows = _some_balances(world, stores["GU"], 2)
    transfer = StockTransfer(created_by=author, store=stores["GU"], to_store_id=stores["GF"].id, lines=[
        StockTransferLine(item_id=row.item_id, unit=world.things["units_of"][row.item_id][0],
                          quantity=Decimal(4))
        for row in rows])
    open_(world, transfer, author)
    return transfer


def still_there(line: Any) -> bool:
    """Whether one unit of a receipt's line can still be sent back: so much of its batch is in the store,
    unexpired."""
    there = db.session.scalar(
        sa.select(sa.type_coerce(sa.func.coalesce(sa.func.sum(StockBalance.quantity), 0),
                                 StockBalance.quantity.type))
        .join(StockBatch, StockBatch.id == StockBalance.batch_id).where(
            StockBalance.store_id == line.goods_receipt.store_id, StockBalance.batch_id == line.batch_id,
            sa.or_(StockBatch.expires_on.is_(None), StockBatch.expires_on >= clock.today())))
    return there >= line.factor


def supplier_return_of(world: World, author: Any, receipt: Any) -> SupplierReturn:
    line = next(filter(still_there, receipt.lines), receipt.lines[0])
    document = SupplierReturn(created_by=author, supplier_id=receipt.supplier_id, store_id=receipt.store_id,
                              lines=[
        SupplierReturnLine(item_id=line.item_id, goods_receipt_id=receipt.id, goods_receipt_line_id=line.id,
                           unit_id=line.unit_id, quantity=Decimal(1),
                           reason="Kemasan penyok, segel terbuka")])
    open_(world, document, author)
    return document


def unit_return_of(world: World, author: Any, delivery: DeliveryRequest) -> UnitReturn:
    line = delivery.lines[0]
    document = UnitReturn(created_by=author, work_unit_id=author.work_unit_id, store_id=delivery.store_id,
                          lines=[
        UnitReturnLine(item_id=line.item_id, delivery_request_line_id=line.id, unit_id=line.unit_id,
                       quantity=Decimal(1), reason="Sisa tindakan, belum dibuka")])
    open_(world, document, author)
    return document
