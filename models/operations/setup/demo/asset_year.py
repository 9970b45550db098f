"""A year of asset documents: what arrived in crates, what was written off, what went at auction."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import actor, clock
from models.asset_documents import (
    AssetPlan,
    AssetPlanLine,
    AssetProcurement,
    AssetProcurementLine,
    AssetReceipt,
)
from models.asset_exits import (
    AssetAuction,
    AssetAuctionBid,
    AssetAuctionLine,
    AssetDisposal,
    AssetDisposalLine,
    DisposalRoute,
)
from models.asset_register import Asset, AssetState
from models.facilities import RoomFacility
from models.operations.assets import auctions, moves, plans, receipts
from models.operations.setup.demo.world import World, open_
from models.places import Land

REASONS = {"reject": "Lengkapi dulu dengan tiga penawaran.", "cancel": "Tidak jadi",
           "close": "Anggaran sudah dipakai", "reverse": "Barang tertukar, diambil kembali oleh vendor"}
WHO = {"approve": "facilities_head", "approve_payment": "payables", "approve_limit": "director",
       "approve_receivables": "receivables", "reject": "facilities_head", "close": "facilities_staff",
       "reverse": "facilities_head"}
SENT = ("submit", "approve", "approve_payment", "send")
POSTED = ("submit", "approve", "approve_receivables")
BUYERS = (("CV Barokah Logam", "NIB 9120304512231"), ("UD Sumber Rejeki", "NIB 8120012345671"),
          ("Slamet Widodo", "NIB 1250000412387"))
FAULTS = ("Rusak berat, biaya perbaikan melebihi nilai buku", "Suku cadang tidak diproduksi lagi",
          "Tidak layak pakai menurut hasil pemeriksaan teknisi")


def dice(world: World) -> random.Random:
    """Chance of this file's own: what it throws leaves the stores' year as it is."""
    return world.things.setdefault("asset_dice", random.Random(7))


def walk(world: World, document: Any, author: Any, steps: tuple[str, ...]) -> None:
    """Take a document through `steps`, each by the person of its role."""
    for step in steps:
        world.do(document, step, WHO.get(step, author), reason=REASONS.get(step, ""))


def plan(world: World) -> None:
    """Days ago: what came, what went."""
    for days_ago, code, count, group, room in (
            (300, "MON-5", 4, False, "Ruang Resusitasi IGD"),
            (260, "CHAIR-T", 40, True, "Poli Penyakit Dalam"),
            (180, "PC-1", 6, False, "Laboratorium Klinik"), (95, "USG-4D", 1, False, "Poli Kebidanan")):
        world.at(world.moment(days_ago, 10), _bought(world, code, count, group, room))
    world.at(world.moment(280, 9), lambda: _planned_things(world))
    for days_ago, code, room in ((200, "MON-5", "Poli Penyakit Dalam"), (75, "PC-1", "Poli Kebidanan")):
        world.at(world.moment(days_ago, 15), _goes(world, code, room))
    world.at(world.moment(120, 11), _wrong_crate(world))
    world.at(world.moment(240, 9), lambda: _write_off(world, ("PC-1", "PC-1"), POSTED))
    world.at(world.moment(170, 9), _sold(world, ("BED-E", "BED-E"), (2_600_000, 3_100_000)))
    world.at(world.moment(110, 9), _sold(world, ("AC-2",), (450_000,), rounds=2))


def _planned_things(world: World) -> None:
    """A unit's plan is approved and its chairs and monitors are ordered of one vendor."""
    author = world.users["unit_user"]
    models = world.things["models"]
    plan = AssetPlan(created_by=author, work_unit_id=author.work_unit_id, budget_year=clock.today().year,
                     lines=[
        AssetPlanLine(work_unit_id=author.work_unit_id, asset_model=models[code], quantity=quantity,
                      budget_year=clock.today().year, estimated_price=models[code].estimated_price,
                      justification=why)
        for code, quantity, why in (("MON-5", 2, "Monitor lama sering mati"),
                                    ("INF-P", 4, "Penambahan kapasitas"),
                                    ("CHAIR-T", 6, "Ruang tunggu keluarga"))])
    open_(world, plan, author)
    walk(world, plan, author, ("submit", "approve"))
    later = clock.now()

    def order() -> None:
        staff = world.users["facilities_staff"]
        actor.set_actor(staff.id, actor.Door.BACK_OFFICE, "10.10.0.21")
        first, _second, third = plan.lines
        made = plans.make_procurement(
            world.things["vendors"][1].id, {first.id: (2, None), third.id: (6, None)}, by=staff)
        walk(world, made, staff, (*SENT[:3], "approve_limit", "send") if made.is_above_limit else SENT)
        world.at(later + timedelta(days=30), lambda: _all_arrives(world, made))
    world.at(later + timedelta(days=9), order)


def _all_arrives(world: World, procurement: AssetProcurement) -> None:
    author = world.users["facilities_staff"]
    receipt = receipts.make_receipt(procurement, by=author)
    for line in receipt.lines:
        line.building = world.things["buildings"]["B"]
    walk(world, receipt, author, ("post",))
    use(world, receipt)


def _moved(world: World, code: str, room: str, acknowledged: bool) -> None:
    """Lent to a ward, which says that it came."""
    staff, nurse, unit = (
        world.users["facilities_staff"],
        world.users["unit_user"],
        world.things["units"]["MELATI"],
    )
    actor.set_actor(staff.id, actor.Door.BACK_OFFICE, "10.10.0.21")
    asset = next(row for row in world.session.scalars(
        sa.select(Asset).where(Asset.asset_model_id == world.things["models"][code].id,
                               Asset.state == AssetState.IN_USE).order_by(Asset.id.desc()))
        if row.work_unit_id != unit.id)
    movement = moves.move(asset, world.things["rooms"][room], unit, by=staff,
                          reason="Dipinjamkan selama perbaikan")
    if acknowledged:
        actor.set_actor(nurse.id, actor.Door.BACK_OFFICE, "10.10.0.33")
        moves.acknowledge(movement, by=nurse)


def _bought(world: World, code: str, count: int, group: bool, room: str) -> Callable[[], None]:
    """Ordered, received in two parts and put into use."""
    def begin() -> None:
        procurement = procure(world, code, count, SENT)
        first = (count + 1) // 2
        later = clock.now()
        for days, part in ((12, first), (30, count - first)):
            if part:
                world.at(later + timedelta(days=days), _arrives(world, procurement, part, group, room))
    return begin


def _arrives(world: World, procurement: AssetProcurement, part: int, group: bool,
             room: str) -> Callable[[], None]:
    return lambda: use(world, receive(world, procurement, part, ("post",), group, room))


def _goes(world: World, code: str, room: str) -> Callable[[], None]:
    return lambda: _moved(world, code, room, True)


def _wrong_crate(world: World) -> Callable[[], None]:
    def begin() -> None:
        procurement = procure(world, "INF-P", 3, SENT)
        receive(world, procurement, 2, ("post", "reverse"), False, None)
    return begin


def procure(world: World, code: str, quantity: int, steps: tuple[str, ...]) -> AssetProcurement:
    """An order of one model."""
    author = world.users["facilities_staff"]
    model = world.things["models"][code]
    vendor = world.things["vendors"][dice(world).randrange(len(world.things["vendors"]))]
    document = AssetProcurement(
        created_by=author, vendor=vendor, tax_percent=Decimal(11),
        expected_on=clock.today() + timedelta(days=21),
        lines=[AssetProcurementLine(asset_model=model, vendor_id=vendor.id, unit_price=model.estimated_price,
                                    quantity=quantity)])
    open_(world, document, author)
    if document.is_above_limit and steps == SENT:
        steps = (*SENT[:3], "approve_limit", "send")
    walk(world, document, author, steps)
    return document


def receive(world: World, procurement: AssetProcurement, quantity: int, steps: tuple[str, ...], group: bool,
            room: str | None) -> AssetReceipt:
    """So many things of a procurement that was sent arrive."""
    author = world.users["facilities_staff"]
    receipt = receipts.make_receipt(procurement, by=author)
    receipt.delivery_order_number = f"SJ-{dice(world).randrange(1000, 9999)}"
    line = receipt.lines[0]
    line.received_quantity, line.as_group = quantity, group
    line.work_unit = world.things["units"]["RJ"]
    if room is not None:
        line.room = world.things["rooms"][room]
    else:
        line.building = world.things["buildings"]["B"]
    line.warranty_until = clock.today() + timedelta(days=365)
    if not group:
        line.serial_numbers = "\n".join(f"SN{dice(world).randrange(10 ** 7, 10 ** 8)}"
                                        for _ in range(quantity))
    walk(world, receipt, author, steps)
    return receipt


def use(world: World, receipt: AssetReceipt) -> None:
    """What a receipt brought is put into use."""
    for asset in world.session.scalars(sa.select(Asset).where(
            Asset.asset_receipt_line_id.in_([line.id for line in receipt.lines])).order_by(Asset.id)):
        world.do(asset, "put_into_use", "facilities_staff")


# ---------------------------------------------------------------- on the way out

def _worn_out(world: World, code: str) -> Asset:
    """The oldest asset of a model that equips no room and stands on no document yet."""
    taken = world.things.setdefault("leaving", set())
    result = world.session.scalars(
        sa.select(Asset).where(
            Asset.asset_model_id == world.things["models"][code].id, Asset.id.not_in(taken),
            Asset.state.in_((AssetState.IN_USE, AssetState.REGISTERED)), Asset.quantity == 1,
            ~sa.exists().where(RoomFacility.asset_id == Asset.id)).order_by(Asset.acquired_on,
                                                                            Asset.id)).first()
    assert result is not None, code
    taken.add(result.id)
    return result


def _write_off(world: World, codes: tuple[str, ...], steps: tuple[str, ...],
               route: DisposalRoute = DisposalRoute.SCRAP) -> AssetDisposal:
    author = world.users["facilities_staff"]
    document = AssetDisposal(created_by=author, route=route, lines=[AssetDisposalLine(
        asset=_worn_out(world, code), quantity=1, reason=dice(world).choice(FAULTS)) for code in codes])
    open_(world, document, author)
    walk(world, document, author, steps)
    return document


def _sold(world: World, codes: tuple[str, ...], prices: tuple[int, ...],
          rounds: int = 1) -> Callable[[], None]:
    """Held for sale, and some weeks later sold; in the second round where nobody bid in the first."""
    def begin() -> None:
        disposal = _write_off(world, codes, POSTED, DisposalRoute.AUCTION)
        world.at(clock.now() + timedelta(days=20), lambda: _auction(world, disposal, prices, rounds))
    return begin


def _auction(world: World, disposal: AssetDisposal, prices: tuple[int, ...], rounds: int) -> None:
    auction = _offered(world, disposal, POSTED)
    for number in range(rounds):
        _round(world, auction, prices, Decimal(rounds - number))
        if number + 1 < rounds:
            _bids(world, auction, prices, ("0.6",))
            world.do(auction, "fail", "facilities_staff")
    _sale(world, auction, prices)


def _offered(world: World, disposal: AssetDisposal, steps: tuple[str, ...]) -> AssetAuction:
    author = world.users["facilities_staff"]
    auction = auctions.make_auction(disposal, by=author)
    walk(world, auction, author, steps)
    return auction


def _round(world: World, auction: AssetAuction, prices: tuple[int, ...],
           factor: Decimal = Decimal(1)) -> None:
    world.do(auction, "open", "facilities_staff", appraiser="KJPP Andalan dan Rekan",
             appraised_on=clock.today() - timedelta(days=3), lines={
                 line.id: {"appraised_value": Decimal(price) * factor * Decimal("1.1"),
                           "reserve_price": Decimal(price) * factor}
                 for line, price in zip(auction.lines, prices, strict=True)})


def _bids(world: World, auction: AssetAuction, prices: tuple[int, ...], offers: tuple[str, ...]) -> None:
    """What each of the bidders offers for each lot, in shares of its price; the last one's papers are not
    complete."""
    staff = world.users["facilities_staff"]
    actor.set_actor(staff.id, actor.Door.BACK_OFFICE, "10.10.0.21")
    first = dice(world).randrange(len(BUYERS))
    for line, price in zip(auction.lines, prices, strict=True):
        for place, offer in enumerate(offers):
            name, identity = BUYERS[(first + place) % len(BUYERS)]
            is_valid = place < 2 or place + 1 < len(offers)
            world.session.add(AssetAuctionBid(
                asset_auction_line=line, round=auction.round, bidder_name=name, bidder_identity=identity,
                amount=(Decimal(price) * Decimal(offer)).quantize(Decimal(1)), is_valid=is_valid,
                offered_at=clock.now() + timedelta(minutes=7 * place - 40),
                note=None if is_valid else "Uang jaminan tidak disetor"))
    world.session.flush()


def _sale(world: World, auction: AssetAuction, prices: tuple[int, ...]) -> None:
    _bids(world, auction, prices, ("1.02", "1.15", "1.2"))
    world.do(auction, "sell", "facilities_staff",
             minutes_number=f"RL-{dice(world).randrange(100, 999)}/{clock.today().year}")
    world.do(auction, "settle", "receivables", paid_on=clock.today(),
             payment_reference=f"TRF-{dice(world).randrange(10_000, 99_999)}")


# ---------------------------------------------------------------- what waits today

def load_open(world: World) -> None:
    """Papers at every step."""
    _moved(world, "DEF-1", "Poli Penyakit Dalam", False)
    chairs = world.session.scalars(sa.select(Asset).where(
        Asset.quantity > 10, Asset.state == AssetState.IN_USE).order_by(Asset.id)).first()
    assert chairs is not None
    moves.move(chairs, world.things["rooms"]["Laboratorium Klinik"], world.things["units"]["ANGGREK"],
               quantity=6,
               by=world.users["facilities_staff"], reason="Ruang tunggu pengambilan sampel")
    for code, ordered, quantity, taken in (("MON-5", 2, 1, ("post",)), ("PC-1", 4, 4, ("post",)),
                                           ("AC-2", 2, 1, ()),
                                           ("CHAIR-T", 10, 10, ("cancel",))):
        receive(world, procure(world, code, ordered, SENT), quantity, taken, False, None)
    papers: tuple[tuple[str, ...], ...] = ((), ("submit",), ("submit", "approve"), ("submit", "reject"),
                                           ("cancel",))
    for steps in papers:
        _write_off(world, ("AC-2",), steps)
    for count, steps in enumerate((*papers, POSTED)):
        held = _write_off(world, ("PC-1" if count % 2 else "INF-P",), POSTED, DisposalRoute.AUCTION)
        _offered(world, held, steps)
    prices = (1_250_000,)
    for failed in (False, True):
        auction = _offered(world, _write_off(world, ("INF-P",), POSTED, DisposalRoute.AUCTION), POSTED)
        _round(world, auction, prices)
        _bids(world, auction, prices, ("0.85",) if failed else ("0.95", "1.04"))
        if failed:
            world.do(auction, "fail", "facilities_staff")
    land = world.session.scalar(sa.select(Land).where(Land.code == "T-02"))
    author = world.users["facilities_staff"]
    auction = AssetAuction(created_by=author, lines=[AssetAuctionLine(
        land=land, appraised_value=Decimal(9_600_000_000), reserve_price=Decimal(9_300_000_000))])
    open_(world, auction, author)
    walk(world, auction, author, ("submit",))
