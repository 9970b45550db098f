"""A year of the stores: first stock, weekly requests and deliveries, monthly buying, and what waits today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from string import ascii_uppercase
from typing import Any

import sqlalchemy as sa

from models import clock
from models.barcodes import check_digit
from models.items import Item, ItemCategory, Supplier, UnitConversion
from models.operations.purchasing import matching, receipts
from models.operations.setup.demo import stores_counts
from models.operations.setup.demo.clinic_talk import PRESCRIBED
from models.operations.setup.demo.world import World, open_
from models.operations.stores import stores as operations
from models.purchasing import (
    GoodsReceiptLine,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderState,
    PurchaseRequest,
    PurchaseRequestLine,
)
from models.stock import Shelf, StockBalance, StockBatch, Store, StoreItem
from models.store_requests import DeliveryRequest, StoreRequest, StoreRequestLine, StoreRequestState
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceLine

STORES = (("GF", "Gudang Farmasi", "FAR"), ("GU", "Gudang Umum", "SARPRAS"), ("GL", "Gudang Linen", "CSSD"))
#: Supplier: code, name, which store it serves, the categories it sells.
SUPPLIERS = (
    ("PT Medika Sarana Nusantara", "GF", ("obat_injeksi", "cairan_infus", "obat_vial_injeksi")),
    ("PT Farmaindo Sejahtera", "GF", ("obat_padat", "obat_cair", "obat_topikal", "obat_inhalasi_lain")),
    ("PT Alkesindo Prima", "GF", ("bmhp", "bmhp_benang", "bmhp_sarung_tangan", "bahan_radiologi")),
    ("PT Sinar Diagnostika", "GF", ("reagen_laboratorium", "bahan_laboratorium", "desinfektan_antiseptik")),
    ("PT Aneka Gas Husada", "GF", ("gas_medik",)),
    ("CV Cahaya Kertas", "GU", ("alat_tulis_kantor", "barang_cetakan", "kertas_cover", "bahan_komputer")),
    ("CV Sumber Bersih", "GU",
     ("kebersihan", "alat_kebersihan", "listrik_umum", "bahan_bakar", "bahan_makanan")),
    ("CV Bina Linen Mandiri", "GL", ("linen", "seragam_apd")),
)
CONTACTS = ("Rudi Hartono", "Lestari Wibowo", "Anton Siregar", "Maria Kusuma", "Dedi Supriadi", "Yanti Halim",
            "Slamet Riyadi", "Nur Aini")
WARD_PURPOSES = ("Persediaan bangsal minggu ini", "Stok troli emergensi", "Kebutuhan tindakan terjadwal",
                 "Pengganti stok kosong", "Persiapan akhir pekan")


def load_masters(world: World) -> None:
    session, units = world.session, world.things["units"]
    stores = {code: Store(code=code, name=name, work_unit_id=units[unit].id) for code, name, unit in STORES}
    session.add_all(stores.values())
    suppliers = []
    for index, (name, store, categories) in enumerate(SUPPLIERS, 1):
        supplier = Supplier(code=f"PMS-{index:03d}", name=name, address=f"Jl. Industri Raya No. {12 * index}",
                            phone=f"+62215550{index:03d}", lead_time_days=3 + index % 5,
                            npwp=f"0{index}.234.56{index}.7-0{index}2.000",
                            bank_account=f"BCA 52{index}00{index}7781",
                            contact_name=CONTACTS[index - 1],
                            # One of them still wants its orders on paper.
                            email=None if name == "CV Sumber Bersih" else f"order{index}@pemasok.example")
        suppliers.append((supplier, stores[store], categories))
        session.add(supplier)
    session.flush()
    by_category: dict[str, list[Item]] = {}
    with_category = sa.select(Item, ItemCategory.code).join(ItemCategory, ItemCategory.id == Item.category_id)
    for item, category in session.execute(with_category.order_by(Item.name.not_in(PRESCRIBED), Item.id)):
        by_category.setdefault(category, []).append(item)
    units_of: dict[int, list[UnitConversion]] = {}
    for unit in session.scalars(sa.select(UnitConversion).order_by(UnitConversion.item_id,
                                                                   UnitConversion.factor)):
        units_of.setdefault(unit.item_id, []).append(unit)
    label_items(by_category, units_of)
    stocked: dict[str, list[Item]] = {"GF": [], "GU": [], "GL": []}
    for _supplier, store, categories in suppliers:
        for category in categories:
            stocked[store.code] += by_category.get(category, ())[:22]
    for items in stocked.values():
        for item in items:
            dear = (item.price_hint or 0) > 20_000
            item.minimum_stock = Decimal(world.rng.choice((6, 10, 15) if dear else (30, 50, 80)))
    session.flush()
    for code, items in stocked.items():
        session.add_all(shelves_of(stores[code], items))
    session.flush()
    world.things.update(stores=stores, suppliers=suppliers, by_category=by_category, units_of=units_of,
                        stocked=stocked)


def shelves_of(store: Store, items: list[Item]) -> list[Shelf]:
    """A rack for each category, six items to a bay, two to a board; what came last has no place yet."""
    result: list[Shelf] = []
    racks: dict[int, list[Item]] = {}
    for item in items:
        racks.setdefault(item.category_id, []).append(item)
    for rack, mine in zip(ascii_uppercase, racks.values(), strict=False):
        for place, item in enumerate(mine[:20]):
            result.append(Shelf(store=store, item=item,
                                location=f"{rack}-{place // 6 + 1:02d}-{place % 6 // 2 + 1}"))
    return result


def label_items(by_category: dict[str, list[Item]], units_of: dict[int, list[UnitConversion]]) -> None:
    """Barcodes of the in-house range of GS1 (they begin with 2), so that no real article has them; packings
    too."""
    for items in by_category.values():
        for item in items:
            item.barcode = check_digit(f"299{item.id:09d}")
            for packing, unit in enumerate((unit for unit in units_of.get(item.id, ()) if unit.factor != 1),
                                           1):
                unit.barcode = check_digit(f"{packing}299{item.id:09d}")


def biggest(world: World, item: Item) -> UnitConversion:
    """The unit that the item is bought in."""
    return world.things["units_of"][item.id][-1]


def plan(world: World) -> None:
    """First stock a year ago, then requests every week and buying every month."""
    for index, (supplier, store, categories) in enumerate(world.things["suppliers"]):
        items = [item for category in categories
                 for item in world.things["by_category"].get(category, ())[:22]]
        world.at(world.moment(366, 8, index), _buying(world, supplier, store, items, Decimal(2)))
    for month in range(1, 12):
        for index, (supplier, store, categories) in enumerate(world.things["suppliers"]):
            if (month + index) % 2 == 0:
                world.at(world.moment(366 - 30 * month, 9, index),
                         _replenish(world, supplier, store, categories))
    world.at(world.moment(24, 9), _late(world))
    authors = [key for key in sorted(world.users) if key.startswith("unit_user")]
    for week in range(50):
        for number in range(3):
            days_ago = 350 - 7 * week - world.rng.randrange(0, 6)
            author = authors[(week * 3 + number) % len(authors)]
            world.at(world.moment(days_ago, 8 + number % 6, world.rng.randrange(60)), _request(world, author))
    for quarter, days_ago in enumerate((270, 180, 90)):
        world.at(world.moment(days_ago, 15), stores_counts.stocktake(world, ("GU", "GL", "GF")[quarter]))
    for days_ago in (250, 160, 75, 20):
        world.at(world.moment(days_ago, 11), stores_counts.spoil(world))
    for days_ago in (200, 110, 45):
        world.at(world.moment(days_ago, 10), stores_counts.transfer(world))


# ---------------------------------------------------------------- buying

def _buying(world: World, supplier: Supplier, store: Store, items: list[Item],
            packs: Decimal) -> Callable[[], None]:
    """PR, order, approvals, receipt (sometimes in two parts) and invoice for some packs of each item."""
    def begin() -> None:
        author = world.users[world.rng.choice(("facilities_staff", "facilities_staff3"))]
        request = PurchaseRequest(created_by=author, store=store, lines=[
            PurchaseRequestLine(item=item, unit=biggest(world, item), supplier_id=supplier.id,
                                quantity=_packs(world, item, packs),
                                estimated_price=price_of(world, item)) for item in items])
        open_(world, request, author)
        world.do(request, "submit", author)
        world.at(world.later(5), lambda: order(request, author))

    def order(request: PurchaseRequest, author: Any) -> None:
        world.do(request, "approve", "facilities_head")
        document = receipts.make_order(request, supplier.id, by=author)
        # Most orders come by the day agreed; a few suppliers promise too much.
        document.expected_on = clock.today() + timedelta(
            days=(supplier.lead_time_days or 5) + world.rng.choice((0, 4, 8, 8, 9)))
        document.payment_terms = "30 hari setelah faktur"
        for line in document.lines:
            if world.rng.random() < 0.2:
                line.discount = Decimal(world.rng.choice((5, 10)))
        world.session.flush()
        world.do(document, "submit", author)
        world.at(world.later(20), lambda: approve(document, author))

    def approve(document: PurchaseOrder, author: Any) -> None:
        world.do(document, "approve", "facilities_head", reason="Harga sesuai kontrak payung.")
        world.do(document, "approve_payment", "payables")
        if document.workflow.step("send", document.state) and may_send(document):
            world.do(document, "send", author)
        else:
            world.do(document, "approve_limit", "director")
            world.do(document, "send", author)
        world.at(world.later(24 * (supplier.lead_time_days or 4)), lambda: receive(document))

    def receive(document: PurchaseOrder) -> None:
        part = document.lines if world.rng.random() < 0.7 else document.lines[: max(1, len(document.lines)
                                                                                    * 2 // 3)]
        receive_order(world, document, {line.id for line in part})
        if len(part) < len(document.lines):
            world.at(world.later(24 * 6), lambda: receive_order(world, document, None))
            world.at(world.later(24 * 9), lambda: _invoice(world, document))
        world.at(world.later(24 * 4), lambda: _invoice(world, document))

    return begin


def _late(world: World) -> Callable[[], None]:
    """An order of which half came, and the rest not by the day agreed."""
    supplier, store, _categories = world.things["suppliers"][3]

    def begin() -> None:
        author = world.users["facilities_staff"]
        order = PurchaseOrder(
            created_by=author, supplier=supplier, store=store, payment_terms="30 hari setelah faktur",
            expected_on=clock.today() + timedelta(days=9), lines=[
                PurchaseOrderLine(item=item, unit=biggest(world, item), quantity=Decimal(4),
                                  unit_price=price_of(world, item))
                for item in world.things["stocked"][store.code][3:9]])
        open_(world, order, author)
        for step, who in (("submit", author), ("approve", "facilities_head"),
                          ("approve_payment", "payables")):
            world.do(order, step, who)
        if not may_send(order):
            world.do(order, "approve_limit", "director")
        world.do(order, "send", author)
        world.at(world.later(24 * 8),
                 lambda: receive_order(world, order, {line.id for line in order.lines[:3]}))

    return begin


def may_send(document: PurchaseOrder) -> bool:
    step = document.workflow.step("send", document.state)
    return step is not None and all(condition.test(document, document.created_by)
                                    for condition in step.conditions)


def _packs(world: World, item: Item, packs: Decimal) -> Decimal:
    per_pack, wanted = biggest(world, item).factor, item.minimum_stock * packs
    return max(Decimal(1), (wanted / per_pack).to_integral_value()) if per_pack > 1 else wanted


def price_of(world: World, item: Item) -> Decimal:
    """Rupiah per bought unit, moving a little over the year."""
    drift = Decimal(world.rng.randrange(96, 107)) / 100
    return ((item.price_hint or Decimal(1000)) * biggest(world, item).factor * drift).quantize(Decimal(1))


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


def give_batch(world: World, line: GoodsReceiptLine) -> None:
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


def _invoice(world: World, order: PurchaseOrder) -> None:
    """One invoice for all receipts that no invoice charged yet; paid a month later."""
    invoice = draft_invoice(world, order)
    if invoice is None:
        return
    world.do(invoice, "submit", "facilities_staff")

    def decide() -> None:
        world.do(invoice, "approve", "payables")
        world.at(world.later(24 * 26), lambda: world.do(
            invoice, "pay", "payables", paid_on=clock.today(), payment_reference=f"SP2D-{invoice.id:05d}"))
    world.at(world.later(30), decide)


def _replenish(world: World, supplier: Supplier, store: Store,
               categories: tuple[str, ...]) -> Callable[[], None]:
    def begin() -> None:
        items = [item for category in categories
                 for item in world.things["by_category"].get(category, ())[:22]]
        quantity = dict(world.session.execute(
            sa.select(StoreItem.item_id, StoreItem.quantity).where(StoreItem.store_id == store.id)).all())
        short = [item for item in items
                 if quantity.get(item.id, Decimal(0)) < item.minimum_stock * 3 / 2][:30]
        if short:
            rivals = [entry for entry, place, _sells in world.things["suppliers"] if place is store]
            chosen = world.rng.choice(rivals) if world.rng.random() < 0.3 else supplier
            _buying(world, chosen, store, short, Decimal(2))()
    return begin


# ---------------------------------------------------------------- requests and deliveries

def draft_request(world: World, author: Any, store: Store, lines: int, most: int = 14,
                  plenty: bool = False) -> StoreRequest:
    """A draft of a few items of a store, in the units that people use; `plenty`: of which there is enough for
    it."""
    among = world.things["stocked"][store.code]
    if plenty:
        have = _unexpired(world, store.id, [item.id for item in among])
        among = [item for item in among if have.get(item.id, 0) >= 100]
    items = world.rng.sample(among, lines)
    chosen = []
    for item in items:
        units = world.things["units_of"][item.id]
        unit = (
            units[-1] if len(units) > 1 and units[-1].factor <= 50 and world.rng.random() < 0.4 else units[0]
        )
        quantity = world.rng.randrange(1, 3) if unit.factor > 1 else world.rng.randrange(2, most)
        chosen.append(StoreRequestLine(item=item, unit=unit, quantity=Decimal(quantity)))
    request = StoreRequest(
        created_by=author, work_unit_id=author.work_unit_id, store=store, lines=chosen,
        needed_on=clock.today() + timedelta(days=2), purpose=world.rng.choice(WARD_PURPOSES),
        urgency="urgent" if world.rng.random() < 0.15 else "normal")
    open_(world, request, author)
    return request


def _request(world: World, key: str) -> Callable[[], None]:
    def begin() -> None:
        author = world.users[key]
        store = world.things["stores"][world.rng.choices(("GF", "GU", "GL"), (6, 3, 1))[0]]
        request = draft_request(world, author, store, world.rng.randrange(2, 6))
        dice = world.rng.random()
        if dice < 0.03:
            world.do(request, "cancel", author, reason="Salah pilih gudang")
            return
        world.do(request, "submit", author)
        world.at(world.later(3), lambda: decide(request, author, dice))

    def decide(request: StoreRequest, author: Any, dice: float) -> None:
        if dice < 0.07:
            world.do(request, "reject", "store_head", reason="Stok bangsal masih cukup sampai minggu depan.")
            return
        world.do(request, "approve", "store_head")
        world.at(world.later(6), lambda: deliver(request, author, partly=dice > 0.85))

    def deliver(request: StoreRequest, author: Any, partly: bool) -> None:
        delivery = make_delivery(world, request, partly)
        if delivery is None:
            return
        world.do(delivery, "submit", delivery.created_by)
        world.at(world.later(4), lambda: hand_over(request, delivery, author, partly))

    def hand_over(request: StoreRequest, delivery: DeliveryRequest, author: Any, partly: bool) -> None:
        if not enough(world, delivery):
            world.do(delivery, "reject", "facilities_head", reason="Stok tidak cukup sampai barang datang.")
            world.do(request, "close", "store_head",
                     reason="Stok habis; sisanya diajukan lagi bila barang sudah ada.")
            return
        world.do(delivery, "approve", "facilities_head")
        delivery.delivered_on = clock.today()
        world.session.flush()
        world.do(delivery, "deliver", delivery.created_by)
        world.things.setdefault("deliveries", []).append(delivery)
        world.at(world.later(3), lambda: world.do(delivery, "acknowledge", author))
        if partly:
            world.at(world.later(60), lambda: deliver(request, author, False))

    return begin


def make_delivery(world: World, request: StoreRequest, partly: bool = False) -> DeliveryRequest | None:
    if request.state != StoreRequestState.APPROVED or not operations.outstanding(request):
        return None
    who = world.users[world.rng.choice(("store_staff", "store_staff2"))]
    delivery = operations.make_delivery(request, by=who)
    if partly and len(delivery.lines) > 1:
        delivery.lines = delivery.lines[:-1]
        world.session.flush()
    return delivery


def enough(world: World, delivery: DeliveryRequest) -> bool:
    """Whether unexpired stock covers the delivery."""
    have = _unexpired(world, delivery.store_id, [line.item_id for line in delivery.lines])
    need: dict[int, Decimal] = {}
    for line in delivery.lines:
        need[line.item_id] = need.get(line.item_id, Decimal(0)) + line.base_quantity
    return all(have.get(item_id, Decimal(0)) >= quantity for item_id, quantity in need.items())


def _unexpired(world: World, store_id: int, item_ids: list[int]) -> dict[int, Decimal]:
    """What a store holds of these items and may still give out, in base units."""
    have: dict[int, Decimal] = {}
    for item_id, quantity in world.session.execute(
            sa.select(StockBalance.item_id, StockBalance.quantity)
            .join(StockBatch, StockBatch.id == StockBalance.batch_id)
            .where(StockBalance.store_id == store_id, StockBalance.item_id.in_(item_ids),
                   sa.or_(StockBatch.expires_on.is_(None), StockBatch.expires_on > clock.today()))):
        have[item_id] = have.get(item_id, Decimal(0)) + quantity
    return have


# ---------------------------------------------------------------- what waits today

def load_open(world: World) -> None:
    """Documents at every step, so that each inbox has something in it."""
    from models.operations.setup.demo import stores_open
    stores_open.load(world)
