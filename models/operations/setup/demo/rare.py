"""What happens now and then: places in the line that ended, letters taken back, reservations that were used,
lapsed or given up, screens on walls, faults that were reported, and values that changed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import actor, clock
from models.asset_register import Asset, AssetState
from models.asset_values import AssetValueChange, AssetValueChangeLine
from models.bed_reservations import BedReservation
from models.fault_reports import FaultPriority
from models.monthly_reports import MonthlyPack, MonthlyPackState
from models.operations.assets import faults
from models.operations.clinic import clinical, duty
from models.operations.rooms import displays, free_beds, reservations
from models.operations.setup.demo import monthly_reports
from models.operations.setup.demo.world import World, open_
from models.people import User
from models.places import PhysicalCondition, Ward
from models.prescriptions import Letter, LetterKind, LetterState
from models.wall_displays import WallDisplay

#: What a technician hears, what is done with it, and how it ended.
FAULTS = (
    ("Layar berkedip lalu mati", FaultPriority.NORMAL, ()),
    ("Roda depan macet", FaultPriority.NORMAL, ("acknowledge",)),
    ("Kabel daya terkelupas", FaultPriority.URGENT, ("acknowledge", "order")),
    ("Tidak mau menyala", FaultPriority.NORMAL, ("acknowledge", "close")),
    ("Alarm berbunyi terus", FaultPriority.NORMAL, ("dismiss",)),
)
#: Steps of changes of value, and who makes them.
CHANGES = ((), ("submit",), ("submit", "approve"), ("submit", "reject"), ("cancel",),
           ("submit", "approve", "approve_receivables"),
           ("submit", "approve", "approve_receivables", "reverse"))


def load_line(world: World) -> None:
    """One doctor's duty ended before everybody was seen; one patient went, one is with a doctor now."""
    evening, day = world.things["doctors"][11], world.things["doctors"][10]
    people = world.things["patients"]
    until = (clock.local(world.end) + timedelta(hours=4)).time().replace(minute=0, second=0, microsecond=0)
    for doctor in (evening, day):
        actor.set_actor(doctor.user_id, actor.Door.BACK_OFFICE, "10.10.0.22")
        duty.switch_on(doctor, until, by=doctor.user)
        if doctor is evening:
            _join(people[20], "Sakit pinggang setelah mengangkat barang")
            actor.set_actor(doctor.user_id, actor.Door.BACK_OFFICE, "10.10.0.22")
            duty.switch_off(doctor, by=doctor.user)
    gone = _join(people[21], "Batuk pilek tiga hari")
    world.do(gone, "leave", people[21].user)
    _join(people[22], "Gatal di kedua tangan sejak kemarin")
    actor.set_actor(day.user_id, actor.Door.BACK_OFFICE, "10.10.0.22")
    duty.take_next(day, by=day.user)


def _join(patient: Any, complaint: str) -> Any:
    actor.set_actor(patient.user_id, actor.Door.PORTAL, "10.20.0.5")
    return duty.join(patient, complaint, by=patient.user, payer=patient.payer)


def load_open(world: World) -> None:
    """The rest, at the end of the year that was played."""
    clock.freeze(world.end)
    _letters(world)
    _reservations(world)
    _screens(world)
    with world.at_desks():
        _faults(world)
        _changes_of_value(world)
        _pack(world)


def _letters(world: World) -> None:
    """One letter was for the wrong person; one had the wrong days."""
    own = sa.select(Letter).where(Letter.kind == LetterKind.SICK, Letter.state == LetterState.ISSUED)
    letters = list(world.session.scalars(own.order_by(Letter.id.desc()).limit(2)))
    for letter in letters[:1]:
        world.do(letter, "withdraw", _author(letter), reason="Surat dibuat untuk anggota keluarga lain")
    for letter in letters[1:]:
        user = _author(letter)
        actor.set_actor(user.id, actor.Door.PORTAL, "10.20.0.5")
        clinical.replace_letter(letter, "Tanggalnya keliru satu hari", by=user, body=letter.body,
                                sick_from=clock.today(), sick_until=clock.today() + timedelta(days=1))


def _author(letter: Letter) -> User:
    user = letter.consultation.doctor.user
    assert user is not None
    return user


def _reservations(world: World) -> None:
    """One was given up, one guest came, one did not."""
    desk, free = world.users["front_office"], list(free_beds.standing().free.values())
    names = [f"FO-{world.today:%y%m}-{number:04d}" for number in (821, 822, 823)]
    clock.freeze(world.end - timedelta(hours=8))
    kept = []
    for bed, name, hours in zip(free[-3:], names, (30, 24, 6), strict=False):
        reservation = BedReservation(guest_name=name, bed=bed, reserved_from=clock.now(),
                                     reserved_until=clock.now() + timedelta(hours=hours))
        reservations.prepare(reservation, by=desk)
        open_(world, reservation, desk)
        kept.append(reservation)
    clock.freeze(world.end)
    for reservation in kept[:1]:
        world.do(reservation, "cancel", "front_office", reason="Keluarga memilih rawat jalan")
    for bed, name in zip(free[-2:-1], names[1:], strict=False):
        world.do(bed, "check_in", "front_office", guest=name)
    actor.set_actor(None, actor.Door.COMMAND)
    reservations.lapse()


def _screens(world: World) -> None:
    """A screen hangs in a ward; one was taken down."""
    admin = world.users["admin"]
    ward = world.session.scalar(sa.select(Ward).order_by(Ward.id).limit(1))
    for name, shows in (("Lobi Gedung B", None), ("Pos perawat", ward)):
        display = WallDisplay(name=name, ward=shows)
        displays.prepare(display, by=admin)
        open_(world, display, admin)
        if shows is None:
            world.do(display, "revoke", "admin")


def _things(world: World) -> list[Asset]:
    """Things in use and in good condition; those with the highest numbers, which nothing else is told of."""
    return list(world.session.scalars(
        sa.select(Asset).where(Asset.state == AssetState.IN_USE,
                               Asset.condition == PhysicalCondition.GOOD)
        .order_by(Asset.id.desc()).limit(len(CHANGES))))


def _faults(world: World) -> None:
    staff = world.users["facilities_staff"]
    for asset, (text, priority, steps) in zip(_things(world), FAULTS, strict=False):
        actor.set_actor(staff.id, actor.Door.BACK_OFFICE, "10.10.0.21")
        found = faults.report(asset, text, by=staff, priority=priority)
        for step in steps:
            given: dict[str, Any] = {"result": "Sekring diganti, alat diuji dan berfungsi"} \
                if step == "close" else {}
            world.do(found, step, staff, reason="Bukan kerusakan: alarm baterai" if step == "dismiss" else "",
                     **given)


def _changes_of_value(world: World) -> None:
    """Improvements at every step, one of each."""
    staff = world.users["facilities_staff"]
    who = {"approve": "facilities_head", "reject": "facilities_head", "reverse": "facilities_head",
           "approve_receivables": "receivables"}
    why = {"reject": "Lampirkan berita acara serah terima", "cancel": "Sudah dicatat sebagai pemeliharaan",
           "reverse": "Nilainya tertukar dengan alat lain"}
    for asset, steps in zip(_things(world), CHANGES, strict=False):
        paper = AssetValueChange(created_by_id=staff.id, lines=[
            AssetValueChangeLine(asset_id=asset.id, amount=Decimal(3_500_000), added_months=12)])
        open_(world, paper, staff)
        for step in steps:
            world.do(paper, step, who.get(step, staff), reason=why.get(step, ""))


def _pack(world: World) -> None:
    """The two oldest packs that were given out had a wrong table and were taken back; their second edition is
    on its way."""
    oldest = world.session.scalars(sa.select(MonthlyPack).where(
        MonthlyPack.state == MonthlyPackState.RELEASED).order_by(MonthlyPack.id).limit(2)).all()
    for pack, steps in zip(oldest, (("submit", "reject"), ()), strict=False):
        world.do(pack, "withdraw", "facilities_head", reason="Tabel hunian memuat bulan yang lain")
        monthly_reports.made(world, pack.period, steps)
