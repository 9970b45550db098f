"""How the demo's wards ask and the stores deliver."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.items import Item
from models.operations.setup.demo import usual
from models.operations.setup.demo.world import Play, World, open_
from models.operations.stores import stores as operations
from models.stock import StockBalance, StockBatch, Store
from models.store_requests import DeliveryRequest, StoreRequest, StoreRequestLine, StoreRequestState

PURPOSES = ("Persediaan bangsal minggu ini", "Stok troli emergensi", "Kebutuhan tindakan terjadwal",
            "Pengganti stok kosong", "Persiapan akhir pekan")
#: Who asks at night, and for what.
NIGHT = (("unit_user2", "Pasien kecelakaan lalu lintas, stok troli habis"),
         ("unit_user3", "Pasien syok septik, persediaan ICU tidak cukup sampai pagi"))


def draft_request(world: World, author: Any, store: Store, lines: int, plenty: bool = False,
                  urgent: bool = False, purpose: str = "") -> StoreRequest:
    """A draft of a few items that the author's unit fetches from a store, in usual amounts; `plenty`: of
    which there is enough for it."""
    unit = next(code for code, row in world.things["units"].items() if row.id == author.work_unit_id)
    category_of = world.things["category_of"]
    among = [item for item in world.things["stocked"][store.code]
             if usual.fetches(unit, category_of[item.id])]
    if plenty:
        have = _unexpired(world, store.id, [item.id for item in among])
        among = [item for item in among
                 if have.get(item.id, 0) >= 2 * usual.most_asked(item, category_of[item.id])]
    chosen = [_line(world, item) for item in world.rng.sample(among, min(lines, len(among)))]
    request = StoreRequest(
        created_by=author, work_unit_id=author.work_unit_id, store=store, lines=chosen,
        needed_on=clock.today() + timedelta(days=0 if urgent else 2),
        purpose=purpose or world.rng.choice(PURPOSES), urgency="urgent" if urgent else "normal")
    open_(world, request, author)
    return request


def _line(world: World, item: Item) -> StoreRequestLine:
    """By the box where what is needed comes to whole boxes."""
    units, base = world.things["units_of"][item.id], usual.asked(item, world.things["category_of"][item.id],
                                                                 world.rng)
    unit = next((unit for unit in reversed(units) if base % unit.factor == 0), units[0])
    return StoreRequestLine(item=item, unit=unit, quantity=base / unit.factor)


def request(world: World, key: str) -> Play:
    """A ward asks, the head decides, a keeper brings it, the ward says that it came."""
    author = world.users[key]
    kitchen = author.work_unit_id == world.things["units"]["GIZI"].id
    store = world.things["stores"]["GU" if kitchen else
                                   world.rng.choices(("GF", "GU", "GL"), (6, 3, 1))[0]]
    dice, urgent = world.rng.random(), world.rng.random() < 0.1
    made = draft_request(world, author, store, world.rng.randrange(2, 6), plenty=dice > 0.15, urgent=urgent)
    yield 0.1
    if dice < 0.03:
        world.do(made, "cancel", author, reason="Salah pilih gudang")
        return
    world.do(made, "submit", author)
    yield 1
    if dice < 0.07:
        world.do(made, "reject", "store_head", reason="Stok bangsal masih cukup sampai minggu depan.")
        return
    world.do(made, "approve", "store_head")
    yield 0.7
    yield from _deliver(world, made, partly=dice > 0.85)
    if dice > 0.85:
        yield 24
        yield from _deliver(world, made)


def at_night(world: World) -> Play:
    """An emergency: minutes from the asking to the handing over."""
    key, purpose = NIGHT[world.serial("night") % len(NIGHT)]
    author = world.users[key]
    made = draft_request(world, author, world.things["stores"]["GF"], 3, plenty=True, urgent=True,
                         purpose=purpose)
    world.do(made, "submit", author)
    yield 0.15
    world.do(made, "approve", "store_head")
    yield 0.1
    yield from _deliver(world, made, hours=0.15)


def _deliver(world: World, made: StoreRequest, partly: bool = False, hours: float = 0.9) -> Play:
    delivery = make_delivery(world, made, partly)
    if delivery is None:
        return
    world.do(delivery, "submit", delivery.created_by)
    yield hours
    if not enough(world, delivery):
        world.do(delivery, "reject", "facilities_head", reason="Stok tidak cukup sampai barang datang.")
        world.do(made, "close", "store_head",
                 reason="Stok habis; sisanya diajukan lagi bila barang sudah ada.")
        return
    approve(world, delivery)
    yield hours
    if not enough(world, delivery):  # somebody else's was handed over first: it waits
        return
    world.do(delivery, "deliver", delivery.created_by)
    world.things.setdefault("deliveries", []).append(delivery)
    yield hours
    world.do(delivery, "acknowledge", made.created_by)


def approve(world: World, delivery: DeliveryRequest) -> None:
    """Where the workflow still asks for it: what is urgent may have had its one approval."""
    if delivery.workflow.step("approve", delivery.state):
        world.do(delivery, "approve", "facilities_head")


def make_delivery(world: World, made: StoreRequest, partly: bool = False) -> DeliveryRequest | None:
    if made.state != StoreRequestState.APPROVED or not operations.outstanding(made):
        return None
    who = world.users[world.rng.choice(("store_staff", "store_staff2"))]
    delivery = operations.make_delivery(made, by=who)
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
