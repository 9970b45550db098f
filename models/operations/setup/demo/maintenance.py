"""How the demo hospital cares for its assets: a year of depreciation, maintenance and calibration."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_history import Calibration, CalibrationResult, MaintenanceSchedule
from models.asset_register import Asset, AssetState, AssetType, BookKind, Vendor
from models.depreciation import DepreciationRun
from models.depreciation_rules import accumulated_at, next_period, period_of
from models.items import Item
from models.maintenance import Maintenance, MaintenanceKind, MaintenanceLine, MaintenanceState
from models.operations.assets import books, calibration, depreciation, maintenance, maintenance_due
from models.operations.ledger import journal
from models.operations.setup.demo import monthly_reports
from models.operations.setup.demo.world import World, open_
from models.places import PhysicalCondition
from models.stock import Store, StoreItem

#: Words of an asset type's name, and percent of residual value.
TYPES = (("kedokteran", 5), ("angkutan darat bermotor", 10), ("alat besar", 5))
#: Model, months between services, what is done, rupiah, whether a vendor does it.
SERVICES = (
    ("GEN-1", 3, "Servis berkala genset: oli, filter, uji beban", 3_500_000, True),
    ("AC-2", 4, "Cuci AC dan periksa freon", 250_000, True),
    ("AMB-1", 6, "Servis berkala kendaraan", 2_750_000, True),
    ("CT-64", 6, "Pemeliharaan preventif tabung dan gantry", 18_500_000, True),
    ("PC-1", 12, "Bersihkan kipas dan perbarui perangkat lunak", 0, False),
)
FAULTS = (
    ("Layar berkedip dan alarm tidak berbunyi", "Modul layar diganti, alarm diuji", 1_250_000),
    ("Baterai tidak menyimpan daya", "Baterai diganti baru", 875_000),
    ("Tidak dingin, air menetes", "Freon diisi, pipa pembuangan dibersihkan", 450_000),
    ("Roda macet", "Bantalan roda diganti", 150_000),
    ("Tidak mau menyala", "Sekring diganti, kabel dirapikan", 0),
)


def load_types(world: World) -> None:
    """Residual values of the types, who calibrates, and what is serviced how often."""
    session = world.session
    for kind in session.scalars(sa.select(AssetType).order_by(AssetType.id)):
        for word, residual in TYPES:
            if word in kind.name.lower():
                kind.residual_percent = Decimal(residual)
    laboratory = Vendor(code="VND-006", name="Balai Pengamanan Alat dan Fasilitas Kesehatan",
                        phone="+62217770006",
                        address="Jl. Kalibrasi No. 42")
    session.add(laboratory)
    session.flush()
    world.things["laboratory"] = laboratory
    world.things["care_rng"] = random.Random(7)


def plan(world: World) -> None:
    rng = world.things["care_rng"]
    for asset in world.things["assets"]:
        if asset.asset_type.calibration_months:
            _plan_calibrations(world, asset, rng)
    world.at(world.moment(359, 8), lambda: _schedules(world))
    for days_ago, which in ((310, 0), (262, 2), (198, 1), (141, 3), (96, 4), (48, 0)):
        world.at(world.moment(days_ago, 13), _repaired(world, which))
    world.at(world.moment(33, 9), lambda: _beyond_repair(world))
    for days_ago in range(350, 0, -14):
        world.at(world.moment(days_ago, 6), lambda: _orders(world))
    day = period_of(BookKind.HOSPITAL, world.today - timedelta(days=358))[0]
    before = period_of(BookKind.STATE_PROPERTY, day)[0]
    while before < day:  # the months of the first semester from before the demo's year
        world.at(world.moment(357, 16), _closed(world, before))
        before = next_period(BookKind.HOSPITAL, period_of(BookKind.HOSPITAL, before)[1])[0]
    while day <= world.today:
        start, end = period_of(BookKind.HOSPITAL, day)
        days_ago = (world.today - end).days
        world.at(world.moment(days_ago - 5, 9), _run(world, BookKind.HOSPITAL, start))
        world.at(world.moment(days_ago - 5, 10), _run(world, BookKind.TAX, start))
        if end.month in (6, 12):
            world.at(world.moment(days_ago - 5, 11), _run(world, BookKind.STATE_PROPERTY, start))
        world.at(world.moment(days_ago - 6, 16), _closed(world, start))
        day = next_period(BookKind.HOSPITAL, end)[0]


def later(world: World, hours: float) -> Any:
    """So many hours from now, moved into working hours; without the dice of the other parts of the demo."""
    when = clock.local(clock.now() + timedelta(hours=hours))
    if when.hour >= 16:
        when = (when + timedelta(days=1)).replace(hour=9)
    return when.replace(hour=9) if when.hour < 7 else when


def used(world: World, asset: Asset) -> None:
    """An asset that was bought before the demo's year enters with what it lost until then."""
    for book in asset.books:
        first = period_of(book.book, world.today - timedelta(days=358))[0]
        until = first - timedelta(days=1)
        if book.starts_on <= until:
            lost = accumulated_at(books.terms_of(book), until)
            # of the same period, which may end a few days after the demo begins
            day = min(until, clock.today())
            books.enter_opening(book, lost, day, by=world.users["facilities_staff"],
                                reason="Saldo awal saat register dipindahkan ke sistem")


# ---------------------------------------------------------------- depreciation

#: The packs of the newest months wait in `monthly_reports.load_open`.
MONTHS_ON_THEIR_WAY = 5


def _closed(world: World, month: date) -> Callable[[], None]:
    def close() -> None:
        if depreciation.due_period(BookKind.HOSPITAL)[0] == month:
            return  # its depreciation still waits for the head
        period = journal.close_period(month.year, month.month, by=world.users["payables"])
        if (world.today - month).days > MONTHS_ON_THEIR_WAY * 31:
            monthly_reports.released(world, period)
    return close


def _run(world: World, book: BookKind, day: date) -> Callable[[], None]:
    """A run, posted; the last one of the hospital's book still waits, that of the tax book was rejected."""
    def begin() -> None:
        following = next_period(BookKind.HOSPITAL, period_of(BookKind.HOSPITAL, day)[1])[1]
        newest = (world.today - following).days < 6  # the run of the month after this one is not made yet
        run = draft_run(world, book, day)
        world.do(run, "submit", "facilities_staff")
        if newest and book == BookKind.HOSPITAL:
            return
        if newest and book == BookKind.TAX:
            world.do(run, "reject", "facilities_head", reason="Kelompok pajak dua aset masih keliru")
            return
        world.do(run, "approve", "facilities_head")
    return begin


def draft_run(world: World, book: BookKind, day: date) -> DepreciationRun:
    start, end = period_of(book, day)
    run = DepreciationRun(created_by=world.users["facilities_staff"], book=book, period_start=start,
                          period_end=end)
    open_(world, run, run.created_by)
    return run


# ---------------------------------------------------------------- calibration

def _plan_calibrations(world: World, asset: Asset, rng: Any) -> None:
    """Once a year since it was bought, as far as the demo's year reaches; a few still wait for it, one
    failed."""
    place = world.things.setdefault("calibrated", [0])
    place[0] += 1
    number = place[0]
    late, failed = number % 13 == 5, number == 9
    if late or failed:
        world.things.setdefault("waits", set()).add(asset.id)
    if failed:
        world.at(world.moment(12, 14), _calibrated(world, asset, 12, failed=True))
    last = 372 if late else rng.randrange(25, 330)
    for days_ago in (last,) if last > 360 else (last, last + 362):
        if (world.today - timedelta(days=days_ago)) > asset.acquired_on:
            world.at(world.moment(min(days_ago, 358), 14), _calibrated(world, asset, days_ago))


def _calibrated(world: World, asset: Asset, days_ago: int, *, failed: bool = False) -> Callable[[], None]:
    day = world.today - timedelta(days=days_ago)
    return lambda: _certificate(world, asset, day, failed=failed)


def _certificate(world: World, asset: Asset, day: date, *, failed: bool = False,
                 line_id: int | None = None) -> None:
    """What the laboratory found on `day`; it numbers its certificates one after the other, year by year."""
    world.session.add(Calibration(
        asset=asset, calibrated_on=day, valid_until=calibration.add_months(day, 12) - timedelta(days=1),
        result=CalibrationResult.UNFIT if failed else CalibrationResult.FIT,
        vendor=world.things["laboratory"],
        certificate_number=f"KAL.{day.year}.{world.serial(f'certificate {day.year}'):04d}",
        cost=Decimal(450_000),
        note="Keluaran di luar toleransi" if failed else None, maintenance_line_id=line_id))


# ---------------------------------------------------------------- maintenance

def _schedules(world: World) -> None:
    vendor = world.things["vendors"][4]
    for code, months, name, cost, outside in SERVICES:
        model = world.things["models"][code]
        for place, asset in enumerate(entry for entry in world.things["assets"]
                                      if entry.asset_model is model):
            world.session.add(MaintenanceSchedule(
                asset=asset, name=name, every_months=months, vendor=vendor if outside else None,
                estimated_cost=Decimal(cost), next_due_on=clock.today() + timedelta(days=21 + 9 * place)))
    world.session.flush()


def _orders(world: World) -> None:
    """What falls due is ordered as the job does; most of it is approved and done within two weeks."""
    for order in maintenance_due.make_orders(by=world.users["facilities_staff"]):
        world.at(later(world, 20), partial(_approved, world, order))


def _approved(world: World, order: Maintenance) -> None:
    if order.state != MaintenanceState.SUBMITTED or not _can_work(order):
        return
    world.do(order, "approve", "facilities_head")
    if order.estimated_cost:
        world.do(order, "approve_payment", "payables")
    if order.lines[0].asset_id in world.things.get("waits", ()):
        return
    world.at(later(world, 60), lambda: _worked(world, order, "Sesuai daftar periksa, berfungsi baik",
                                              int(order.estimated_cost)))


def _can_work(order: Maintenance) -> bool:
    return all(line.asset is None or line.asset.state in (AssetState.IN_USE, AssetState.REGISTERED)
               for line in order.lines)


def _worked(world: World, order: Maintenance, result: str, cost: int, part: Item | None = None) -> None:
    approved = order.state in (MaintenanceState.APPROVED, MaintenanceState.PAYMENT_APPROVED)
    if not approved or not _can_work(order):
        return
    staff, line = world.users["facilities_staff"], order.lines[0]
    world.do(order, "start", staff)
    if part is not None:
        store = world.session.scalars(sa.select(Store).join(StoreItem, StoreItem.store_id == Store.id).where(
            StoreItem.item_id == part.id, StoreItem.quantity > 1).order_by(Store.id)).first()
        if store is not None:
            maintenance.add_part(line, store=store, item=part, unit=None, quantity=Decimal(1), by=staff)
            world.session.expire(line, ["parts"])
    clock.freeze(clock.now() + timedelta(hours=3 + order.id % 9))
    world.do(line, "finish", staff, result=result, cost=Decimal(cost), condition_after=PhysicalCondition.GOOD)
    if order.kind == MaintenanceKind.CALIBRATION:
        assert line.asset is not None
        _certificate(world, line.asset, clock.today(), line_id=line.id)
        world.session.flush()
    world.do(order, "finish", staff)


def mend(world: World, which: int, steps: tuple[str, ...] = ("submit",),
         asset: Asset | None = None) -> Maintenance:
    """A unit asks for the repair of one of its things, and the order goes as far as `steps` say."""
    rng = world.things["care_rng"]
    author = world.users[rng.choice(("unit_user", "unit_user2"))]
    mine = [entry for entry in world.things["assets"]
            if entry.state == AssetState.IN_USE and entry.work_unit_id == author.work_unit_id
            and not entry.asset_type.calibration_months]
    fault, _result, cost = FAULTS[which]
    order = Maintenance(
        created_by=author, work_unit_id=author.work_unit_id, estimated_cost=Decimal(cost),
        vendor=world.things["vendors"][1] if cost > 500_000 else None,
        lines=[MaintenanceLine(asset=asset or rng.choice(mine), fault=fault)])
    open_(world, order, author)
    who = {"approve": "facilities_head", "approve_payment": "payables", "start": "facilities_staff"}
    for step in steps:
        if step != "approve_payment" or cost:
            world.do(order, step, who.get(step, author))
    return order


def _repaired(world: World, which: int) -> Callable[[], None]:
    def begin() -> None:
        order = mend(world, which, ("submit", "approve", "approve_payment"))
        part = world.session.scalar(
            sa.select(Item).join(StoreItem, StoreItem.item_id == Item.id)
            .where(StoreItem.quantity > 3, Item.name.ilike("%bater%")).order_by(Item.id).limit(1))
        world.at(later(world, 40), lambda: _worked(world, order, FAULTS[which][1], FAULTS[which][2],
                                                  part if which == 1 else None))
    return begin


def _beyond_repair(world: World) -> None:
    chair = next(entry for entry in world.things["assets"]
                 if entry.asset_model is world.things["models"]["CHAIR-T"]
                 and entry.state == AssetState.IN_USE)
    order = mend(world, 3, ("submit", "approve", "approve_payment", "start"), chair)
    line, staff = order.lines[0], world.users["facilities_staff"]
    world.do(line, "fail", staff, reason="Rangka patah, tidak dapat dilas lagi")
    world.do(order, "finish", staff)


def load_open(world: World) -> None:
    """What waits today: an order being worked on, one half done, a run in draft and one that was given up."""
    session, staff = world.session, world.users["facilities_staff"]
    mend(world, 2, ("submit", "approve", "approve_payment", "start"))
    author = world.users["unit_user"]
    two = [entry for entry in world.things["assets"] if entry.state == AssetState.IN_USE
           and not entry.asset_type.calibration_months][:2]
    order = Maintenance(created_by=author, work_unit_id=author.work_unit_id, lines=[
        MaintenanceLine(asset=asset, fault="Roda macet") for asset in two])
    open_(world, order, author)
    for step, who in (("submit", author), ("approve", "facilities_head"), ("start", staff)):
        world.do(order, step, who)
    world.do(order.lines[0], "start", staff)
    world.do(order.lines[0], "finish", staff, result="Roda dilumasi", cost=Decimal(0),
             condition_after=PhysicalCondition.GOOD)
    due = session.scalar(sa.select(DepreciationRun.id).where(DepreciationRun.book == BookKind.STATE_PROPERTY))
    given_up = draft_run(world, BookKind.STATE_PROPERTY, world.today)
    world.do(given_up, "cancel", staff, reason="Semester belum berakhir")
    if due is not None:
        draft_run(world, BookKind.STATE_PROPERTY, depreciation.due_period(BookKind.STATE_PROPERTY)[0])
    session.flush()

