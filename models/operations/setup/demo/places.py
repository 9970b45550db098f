"""Land, buildings, wards, rooms and beds, and how they stand this morning."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import sqlalchemy as sa

from models import clock
from models.bed_reservations import BedReservation
from models.beds import Bed, BedState, DischargeOutcome, Stay
from models.housekeeping import Cleaning, CleaningKind, CleaningState
from models.inventory_rounds import InventoryRound
from models.operations.assets import inventory_rounds
from models.operations.rooms import free_beds, reservations
from models.operations.setup.demo.world import World, open_
from models.organisation import Employee
from models.places import (
    Building,
    FundingSource,
    InpatientRoom,
    Land,
    Room,
    RoomClass,
    RoomKind,
    Ward,
    WardKind,
)

#: Building: code, name, floors, square metres, its permit, and the days of permit, beginning and end.
BUILDINGS = (
    ("A", "Gedung A Rawat Jalan dan IGD", 4, 5200, "503/0417/IMB-BPPT/2012",
     date(2012, 9, 18), date(2012, 11, 5), date(2014, 6, 30)),
    ("B", "Gedung B Rawat Inap", 6, 8800, "503/1183/IMB-BPMPT/2015",
     date(2015, 3, 24), date(2015, 5, 11), date(2017, 8, 14)),
    ("C", "Gedung C Bedah dan Penunjang", 3, 4100, "503/0296/IMB-DPMPTSP/2017",
     date(2017, 2, 7), date(2017, 4, 3), date(2019, 1, 25)),
    ("D", "Gedung D Logistik dan Utilitas", 2, 2300, "648/0752/IMB-DTK/2010",
     date(2010, 6, 29), date(2010, 8, 2), date(2012, 3, 16)),
)
#: Ward: code, name, kind, unit, then rooms as (class, how many).
WARDS = (
    ("MEL", "Sal Melati", WardKind.GENERAL, "MELATI", (("KELAS1", 3), ("KELAS2", 3), ("KRIS", 3))),
    ("ANG", "Sal Anggrek", WardKind.SURGICAL, "ANGGREK", (("VIP", 4), ("KELAS1", 3), ("KELAS2", 2))),
    ("MAW", "Sal Mawar", WardKind.PAEDIATRIC, "MAWAR", (("KELAS1", 2), ("KRIS", 3))),
    ("ICU", "ICU", WardKind.INTENSIVE, "ICU", (("ICU", 6),)),
    ("ISO", "Sal Isolasi", WardKind.ISOLATION, "ICU", (("ISO-N", 3),)),
)
ROOMS = (
    ("A", "Poli Penyakit Dalam", RoomKind.POLYCLINIC, "RJ"), ("A", "Poli Anak", RoomKind.POLYCLINIC, "RJ"),
    ("A", "Poli Jantung", RoomKind.POLYCLINIC, "RJ"), ("A", "Poli Kebidanan", RoomKind.POLYCLINIC, "RJ"),
    ("A", "Ruang Resusitasi IGD", RoomKind.EMERGENCY, "IGD"),
    ("A", "Ruang Tindakan IGD", RoomKind.EMERGENCY, "IGD"),
    ("C", "Kamar Operasi 1", RoomKind.THEATRE, "IBS"), ("C", "Kamar Operasi 2", RoomKind.THEATRE, "IBS"),
    ("C", "Laboratorium Klinik", RoomKind.LABORATORY, "LAB"),
    ("C", "Ruang CT Scan", RoomKind.RADIOLOGY, "RAD"),
    ("D", "Gudang Farmasi", RoomKind.STORE, "FAR"), ("D", "Gudang Umum", RoomKind.STORE, "SARPRAS"),
    ("D", "Dapur Gizi", RoomKind.KITCHEN, "GIZI"), ("D", "Laundry", RoomKind.LAUNDRY, "CSSD"),
    ("A", "Ruang Direksi", RoomKind.OFFICE, "DIR"),
)


#: What a room measures, in square metres, and its floor; by name.
SIZES: dict[str, tuple[int, int]] = {
    "Poli Penyakit Dalam": (24, 2), "Poli Anak": (22, 2), "Poli Jantung": (26, 3), "Poli Kebidanan": (28, 3),
    "Ruang Resusitasi IGD": (54, 1), "Ruang Tindakan IGD": (36, 1), "Kamar Operasi 1": (49, 2),
    "Kamar Operasi 2": (45, 2), "Laboratorium Klinik": (86, 1), "Ruang CT Scan": (42, 1),
    "Gudang Farmasi": (160, 1), "Gudang Umum": (240, 1), "Dapur Gizi": (185, 1), "Laundry": (210, 1),
    "Ruang Direksi": (48, 4)}


def load(world: World) -> None:
    session, units = world.session, world.things["units"]
    land = Land(code="T-01", name="Tanah RSUD Tirta Husada", total_area=Decimal(24500),
                built_area=Decimal(9800),
                price_per_m2=Decimal(3_750_000), funding_source=FundingSource.APBD,
                certificate_number="HP 12.03.04.05.1.00017", address="Jl. Tirta Husada No. 1")
    session.add_all([land, Land(code="T-02", name="Lahan parkir timur", total_area=Decimal(3200),
                                built_area=Decimal(0),
                                price_per_m2=Decimal(2_900_000), funding_source=FundingSource.BLU)])
    buildings = {}
    for code, name, floors, area, permit, permitted, begun, done in BUILDINGS:
        buildings[code] = Building(
            code=f"GD-{code}", name=name, land=land, floors=floors, floor_area=Decimal(area),
            cost=Decimal(area) * 7_400_000, permit_number=permit, permit_date=permitted,
            construction_started_on=begun, completed_on=done)
    session.add_all(buildings.values())
    rooms = {}
    for index, (building, name, kind, unit) in enumerate(ROOMS, 1):
        rooms[name] = Room(code=f"R-{index:03d}", name=name, kind=kind, building=buildings[building],
                           area=Decimal(SIZES[name][0]), work_unit_id=units[unit].id,
                           floor=SIZES[name][1])
    session.add_all(rooms.values())
    classes = {row.code: row for row in session.scalars(sa.select(RoomClass))}
    beds: list[Bed] = []
    for floor, (code, name, ward_kind, unit, wanted) in enumerate(WARDS, 1):
        ward = Ward(code=code, name=name, kind=ward_kind, building=buildings["B"],
                    work_unit_id=units[unit].id)
        number = 0
        for room_class, count in wanted:
            for _ in range(count):
                number += 1
                room = InpatientRoom(
                    ward=ward, room_class=classes[room_class], number=f"{floor}{number:02d}", floor=floor,
                    is_isolation=ward_kind == WardKind.ISOLATION,
                    area=Decimal(12 + 6 * classes[room_class].bed_count),
                    beds=[Bed(number=str(place)) for place in range(1, classes[room_class].bed_count + 1)])
                session.add(room)
                beds += room.beds
    session.flush()
    world.things.update(buildings=buildings, rooms=rooms, beds=beds)


def load_past(world: World) -> None:
    """Three months of stays and of the cleaning after each, so that occupancy and turnaround have something
    to tell.

    Written row by row instead of step by step: two thousand stays through the panel's door would take
    minutes.
    """
    session = world.session
    dice = random.Random(90)  # its own: what is added here leaves the rest of the hospital as it was
    desk, cleaners = world.users["front_office"], list(session.scalars(sa.select(Employee).where(
        Employee.user_id == world.users["housekeeping"].id))) or [None]
    number = 0
    for bed in world.things["beds"]:
        room = bed.inpatient_room
        intensive = room.ward.kind == WardKind.INTENSIVE
        when = world.moment(90, 8) + timedelta(hours=dice.randrange(0, 90))
        while True:
            left = when + timedelta(hours=dice.randrange(30, 90 if intensive else 150))
            if left > world.moment(6, 17):
                break
            number += 1
            session.add(Stay(bed=bed, outside_reference=f"FO-{clock.local(when):%y%m}-{9000 - number:04d}",
                             started_at=when, ended_at=left, checked_in_by_id=desk.id,
                             checked_out_by_id=desk.id, outcome=_ended(number, intensive)))
            begun = left + timedelta(minutes=dice.randrange(8, 75))
            done = begun + timedelta(minutes=dice.randrange(25, 60 if not room.is_isolation else 110))
            inspected = (
                done + timedelta(minutes=dice.randrange(5, 40)) if room.room_class.needs_inspection else None
            )
            session.add(Cleaning(
                kind=CleaningKind.ISOLATION if room.ward.kind == WardKind.ISOLATION
                else CleaningKind.TERMINAL,
                bed=bed, inpatient_room=room, employee=dice.choice(cleaners), requested_at=left,
                started_at=begun,
                cleaned_at=done, inspected_at=inspected, checklist_done=True,
                needs_inspection=room.room_class.needs_inspection,
                cost=Decimal(dice.randrange(25, 70) * 1000),
                state=CleaningState.INSPECTED if inspected else CleaningState.FINISHED))
            when = (inspected or done) + timedelta(hours=dice.randrange(1, 40))
    session.flush()


def _ended(number: int, intensive: bool) -> DischargeOutcome:
    """Most go home; of those in intensive care some die."""
    if number % (23 if intensive else 97) == 0:
        return DischargeOutcome.DIED
    return {5: DischargeOutcome.REFERRED, 11: DischargeOutcome.OWN_WISH}.get(number % 40,
                                                                            DischargeOutcome.HOME)


def load_open(world: World) -> None:
    """Most beds are taken; some wait for cleaning, are being cleaned, or are out of service."""
    step = Bed.workflow.step("check_in", BedState.READY)
    assert step is not None
    fit = [bed for bed in world.things["beds"]
           if all(condition.test(bed, world.users["front_office"]) for condition in step.conditions)]
    guests = world.rng.sample(fit, len(fit) * 2 // 3)
    dice = random.Random(91)  # its own, as above
    came = sorted(dice.randrange(200, 5 * 24 * 60) for _bed in guests)[::-1]
    for number, (bed, ago) in enumerate(zip(guests, came, strict=True), 1):
        clock.freeze(world.end - timedelta(minutes=ago))
        world.do(bed, "check_in", "front_office", guest=f"FO-{world.today:%y%m}-{number:04d}")
    for index, bed in enumerate(guests[:7]):
        clock.freeze(world.end - timedelta(minutes=190 - index * 24 - dice.randrange(20)))
        world.do(bed, "check_out", "front_office")
        world.session.flush()
        task = world.session.scalar(sa.select(Cleaning).where(Cleaning.bed_id
                                                              == bed.id).order_by(Cleaning.id.desc()))
        if index % 3:
            world.do(task, "start", "housekeeping")
    clock.freeze(world.end - timedelta(minutes=15))
    _to_inspect(world, guests[7:])
    clock.freeze(world.end)
    _moved_and_kept(world, next(bed for bed in reversed(guests) if bed.state == BedState.OCCUPIED))
    for index, name in enumerate(("Poli Anak", "Poli Jantung", "Ruang Tindakan IGD")):
        room = world.things["rooms"][name]
        world.do(room, "use", "front_office")
        if index == 2:
            world.do(room, "leave", "front_office")
    for bed in world.rng.sample([bed for bed in world.things["beds"] if bed.state == BedState.READY], 3):
        world.do(bed, "take_out", "facilities_staff", reason="Ranjang elektrik menunggu suku cadang")
    _rounds(world)
    world.do(world.things["rooms"]["Kamar Operasi 2"], "take_out", "facilities_staff",
             reason="Penggantian filter HEPA")


def _to_inspect(world: World, guests: list[Bed]) -> None:
    """One bed of a class that asks for it was cleaned, and waits for the second pair of eyes."""
    bed = next((bed for bed in guests if bed.inpatient_room.room_class.needs_inspection), None)
    if bed is None:
        return
    world.do(bed, "check_out", "front_office")
    task = world.session.scalar(sa.select(Cleaning).where(Cleaning.bed_id
                                                          == bed.id).order_by(Cleaning.id.desc()))
    world.do(task, "start", "housekeeping")
    world.do(task, "hand_over", "housekeeping", checklist_done=True, cost=Decimal(45_000))


def _moved_and_kept(world: World, guest: Bed) -> None:
    """Somebody went on to another bed; one bed is kept for somebody, and one of a class for somebody else."""
    desk, free = world.users["front_office"], list(free_beds.standing().free.values())
    world.do(guest, "transfer", "front_office", reason="Permintaan keluarga, lebih dekat ke ruang perawat",
             to_bed=free[0])
    until = clock.now() + timedelta(hours=30)
    for bed, name in ((free[1], "Sumarni (rujukan RS Harapan)"), (free[2], f"FO-{world.today:%y%m}-0812")):
        kept = BedReservation(guest_name=name, bed=bed if bed is free[1] else None, reserved_until=until,
                              room_class=None if bed is free[1] else bed.inpatient_room.room_class)
        reservations.prepare(kept, by=desk)
        open_(world, kept, desk)


def _rounds(world: World) -> None:
    """Inventory rounds at every step; the one that was posted found all it looked for."""
    staff = world.users["facilities_staff"]
    for name, seen, steps in (
            ("Poli Kebidanan", 100, ("start", "submit", "approve")), ("Laboratorium Klinik", 4, ("start",)),
            ("Poli Penyakit Dalam", 30, ("start", "submit")), ("Ruang Direksi", 0, ()),
            ("Dapur Gizi", 0, ("cancel",))):
        round_ = InventoryRound(created_by_id=staff.id, room=world.things["rooms"][name])
        open_(world, round_, staff)
        for step in steps:
            if step == "submit":
                for line in list(round_.lines)[:seen]:
                    inventory_rounds.see(round_, line.asset.tag, by=staff)
            world.do(round_, step, "facilities_head" if step == "approve" else staff,
                     reason="Ruangan sedang dipakai" if step == "cancel" else "")
        if steps == ("start",):
            for line in list(round_.lines)[:seen]:
                inventory_rounds.see(round_, line.asset.tag, by=staff)
