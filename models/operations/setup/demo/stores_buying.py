"""How the demo buys: requests, orders and their approvals, goods that come, invoices."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.items import Item, Supplier, UnitConversion
from models.operations.purchasing import matching, receipts
from models.operations.setup.demo import usual
from models.operations.setup.demo.world import Play, World, open_
from models.purchasing import (
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderState,
    PurchaseRequest,
    PurchaseRequestLine,
)
from models.stock import Store, StoreItem
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceLine

#: A list price is not the price of every order.
PRICES = (96, 98, 100, 100, 100, 100, 102, 103, 105)


def sold_by(world: World, supplier: Supplier) -> list[Item]:
    """What a store keeps of the items that a supplier sells."""
    store, sells = next((store, sells) for entry, store, sells in world.things["suppliers"]
                        if entry is supplier)
    return [item for item in world.things["stocked"][store.code]
            if world.things["category_of"][item.id] in sells]


def biggest(world: World, item: Item) -> UnitConversion:
    """The unit that the item is bought in."""
    return world.things["units_of"][item.id][-1]


def price_of(world: World, item: Item) -> Decimal:
    """Rupiah per bought unit, moving a little over the year."""
    exact = (item.price_hint or Decimal(1000)) * biggest(world, item).factor * world.rng.choice(PRICES) / 100
    return usual.rounded(exact)


def _packs(world: World, item: Item, times: int) -> Decimal:
    """Bought units that come to `times` the least that a store keeps."""
    per_pack, wanted = biggest(world, item).factor, item.minimum_stock * times
    return max(Decimal(1), (wanted / per_pack).to_integral_value()) if per_pack > 1 else wanted


def buying(world: World, supplier: Supplier, store: Store, items: list[Item], times: int) -> Play:
    """PR, order, approvals, receipt (sometimes in two parts) and invoice for what fills the shelf."""
    author = world.users[world.rng.choice(("facilities_staff", "facilities_staff3"))]
    request = PurchaseRequest(created_by=author, store=store, lines=[
        PurchaseRequestLine(item=item, unit=biggest(world, item), supplier_id=supplier.id,
                            quantity=_packs(world, item, times), estimated_price=price_of(world, item))
        for item in items])
    open_(world, request, author)
    yield 0.2
    world.do(request, "submit", author)
    yield 4
    world.do(request, "approve", "facilities_head")
    yield 1
    order = receipts.make_order(request, supplier.id, by=author)
    lead = supplier.lead_time_days or 5
    # Most orders come by the day agreed; a few suppliers promise too much.
    order.expected_on = clock.today() + timedelta(days=lead + world.rng.choice((0, 4, 8, 8, 9)))
    order.payment_terms = "30 hari setelah faktur"
    for line in order.lines:
        if world.rng.random() < 0.2:
            line.discount = Decimal(world.rng.choice((5, 10)))
    world.session.flush()
    yield from _send(world, order, author)
    yield 24 * lead
    part = order.lines if world.rng.random() < 0.7 else order.lines[: max(1, len(order.lines) * 2 // 3)]
    receive_order(world, order, {line.id for line in part})
    yield 24 * 4
    world.begin(world.office(1), _invoice(world, order))
    if len(part) < len(order.lines):
        yield 24 * 2
        receive_order(world, order, None)
        yield 24 * 3
        yield from _invoice(world, order)


def _send(world: World, order: PurchaseOrder, author: Any) -> Play:
    """All the approvals that an order needs, then it goes to the supplier."""
    world.do(order, "submit", author)
    yield 2
    world.do(order, "approve", "facilities_head", reason="Harga sesuai kontrak payung.")
    yield 1.5
    world.do(order, "approve_payment", "payables")
    yield 0.6
    if not may_send(order):
        world.do(order, "approve_limit", "director")
        yield 0.6
    world.do(order, "send", author)


def small(world: World, supplier: Supplier, store: Store) -> Play:
    """A few items of a supplier: asked for in the morning, ordered before noon, there four days of work
    later."""
    items = sold_by(world, supplier)
    items = world.rng.sample(items, min(len(items), world.rng.randrange(2, 5)))
    author = world.users[world.rng.choice(("facilities_staff", "facilities_staff3"))]
    request = PurchaseRequest(created_by=author, store=store, lines=[
        _request_line(world, supplier, item) for item in items])
    open_(world, request, author)
    yield 0.2
    world.do(request, "submit", author)
    yield 0.7
    world.do(request, "approve", "facilities_head")
    yield 0.7
    order = receipts.make_order(request, supplier.id, by=author)
    arrives = clock.today()
    for _day in range(4):
        arrives = world.workday(arrives + timedelta(days=1))
    order.expected_on, order.payment_terms = arrives, "30 hari setelah faktur"
    world.session.flush()
    yield from _send(world, order, author)
    world.begin(world.on(arrives), _arrives(world, order))


def _arrives(world: World, order: PurchaseOrder) -> Play:
    receive_order(world, order, None)
    yield 24
    yield from _invoice(world, order)


def _request_line(world: World, supplier: Supplier, item: Item) -> PurchaseRequestLine:
    price = price_of(world, item)
    packs = min(_packs(world, item, 1), usual.packs_ordered(price, 10))
    return PurchaseRequestLine(item=item, unit=biggest(world, item), supplier_id=supplier.id, quantity=packs,
                               estimated_price=price)


def late(world: World) -> Play:
    """An order of which half came, and the rest not by the day agreed."""
    supplier, store, _categories = world.things["suppliers"][3]
    author = world.users["facilities_staff"]
    order = PurchaseOrder(
        created_by=author, supplier=supplier, store=store, payment_terms="30 hari setelah faktur",
        expected_on=clock.today() + timedelta(days=9), lines=[
            order_line(world, item, 4) for item in world.things["stocked"][store.code][3:9]])
    open_(world, order, author)
    yield from _send(world, order, author)
    yield 24 * 8
    receive_order(world, order, {line.id for line in order.lines[:3]})


def order_line(world: World, item: Item, packs: int) -> PurchaseOrderLine:
    """A line of so many packs, fewer of what is dear."""
    price = price_of(world, item)
    return PurchaseOrderLine(item=item, unit=biggest(world, item), unit_price=price,
                             quantity=usual.packs_ordered(price, packs))


def may_send(document: PurchaseOrder) -> bool:
    step = document.workflow.step("send", document.state)
    return step is not None and all(condition.test(document, document.created_by)
                                    for condition in step.conditions)


def receive_order(world: World, order: PurchaseOrder, line_ids: set[int] | None) -> None:
    who = world.users[world.rng.choice(("store_staff", "store_staff2"))]
    if order.state != PurchaseOrderState.SENT:
        return
    receipt = receipts.make_receipt(order, by=who)
    receipt.delivery_order_number = f"SJ-{10_000 + 17 * world.serial('delivery order')}"
    if line_ids is not None:
        receipt.lines = [line for line in receipt.lines if line.purchase_order_line_id in line_ids]
    for line in receipt.lines:
        give_batch(world, line)
    world.session.flush()
    world.do(receipt, "post", who)
    world.things.setdefault("receipts", []).append(receipt)


def give_batch(world: World, line: Any) -> None:
    """What the label on the box says, on a line of a receipt."""
    item = world.session.get(Item, line.item_id)
    if item.batch_tracked:
        # Most outlive the demo by far; a few run out soon: the expiry list has something to say.
        line.expires_on = clock.today() + timedelta(days=world.rng.choice((384, 430, 540, 720, 900, 900)))
        lot = f"{item.code.replace('-', '')[-5:]}{clock.today():%y%m}"
        line.batch_number = f"{lot}{world.serial(f'batch {lot}'):02d}"


def draft_invoice(world: World, order: PurchaseOrder) -> SupplierInvoice | None:
    """A draft invoice for all that was received of an order and is not invoiced yet; None when nothing is
    left."""
    world.session.flush()
    lines = matching.chargeable(order)
    if not lines:
        return None
    author = world.users["facilities_staff"]
    invoice = SupplierInvoice(
        created_by=author, supplier_id=order.supplier_id, purchase_order_id=order.id,
        supplier_number=f"INV/{clock.today():%y%m}/{1_000 + 37 * world.serial('invoice'):05d}",
        due_on=clock.today() + timedelta(days=30), lines=[
            SupplierInvoiceLine(goods_receipt_line_id=source.id, item_id=source.item_id,
                                unit_id=source.unit_id, quantity=line.quantity, unit_price=line.unit_price,
                                discount=line.discount)
            for line in lines for source in [line.goods_receipt_line]],
        vat_amount=matching.proposed_vat(order, lines))
    open_(world, invoice, author)
    return invoice


def _invoice(world: World, order: PurchaseOrder) -> Play:
    """One invoice for all receipts that no invoice charged yet; paid a month later."""
    invoice = draft_invoice(world, order)
    if invoice is None:
        return
    world.do(invoice, "submit", "facilities_staff")
    yield 20
    world.do(invoice, "approve", "payables")
    yield 24 * 26
    world.do(invoice, "pay", "payables", paid_on=clock.today(), payment_reference=f"SP2D-{invoice.id:05d}")


def replenish(world: World, supplier: Supplier, store: Store) -> Play:
    """What runs short of a supplier's items is bought, now and then from a rival."""
    items = sold_by(world, supplier)
    quantity = dict(world.session.execute(
        sa.select(StoreItem.item_id, StoreItem.quantity).where(StoreItem.store_id == store.id)).all())
    short = [item for item in items
             if quantity.get(item.id, Decimal(0)) < item.minimum_stock * 3 / 2][:30]
    if short:
        rivals = [entry for entry, place, _sells in world.things["suppliers"] if place is store]
        chosen = world.rng.choice(rivals) if world.rng.random() < 0.2 else supplier
        yield from buying(world, chosen, store, short, 2)
