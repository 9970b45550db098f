"""Land, buildings, wards, rooms and beds, and how they stand this morning."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from models.beds import Bed, BedState
from models.housekeeping import Cleaning
from models.operations.demo.world import World
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

BUILDINGS = (
    ("A", "Gedung A Rawat Jalan dan IGD", 4, 5200, 2014), ("B", "Gedung B Rawat Inap", 6, 8800, 2017),
    ("C", "Gedung C Bedah dan Penunjang", 3, 4100, 2019), ("D", "Gedung D Logistik dan Utilitas", 2, 2300, 2012),
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
    ("A", "Ruang Resusitasi IGD", RoomKind.EMERGENCY, "IGD"), ("A", "Ruang Tindakan IGD", RoomKind.EMERGENCY, "IGD"),
    ("C", "Kamar Operasi 1", RoomKind.THEATRE, "IBS"), ("C", "Kamar Operasi 2", RoomKind.THEATRE, "IBS"),
    ("C", "Laboratorium Klinik", RoomKind.LABORATORY, "LAB"), ("C", "Ruang CT Scan", RoomKind.RADIOLOGY, "RAD"),
    ("D", "Gudang Farmasi", RoomKind.STORE, "FAR"), ("D", "Gudang Umum", RoomKind.STORE, "SARPRAS"),
    ("D", "Dapur Gizi", RoomKind.KITCHEN, "GIZI"), ("D", "Laundry", RoomKind.LAUNDRY, "CSSD"),
    ("A", "Ruang Direksi", RoomKind.OFFICE, "DIR"),
)


def load(world: World) -> None:
    session, units = world.session, world.things["units"]
    land = Land(code="T-01", name="Tanah RSUD Tirta Husada", total_area=Decimal(24500), built_area=Decimal(9800),
                price_per_m2=Decimal(3_750_000), funding_source=FundingSource.APBD,
                certificate_number="HP 12.03.04.05.1.00017", address="Jl. Tirta Husada No. 1")
    session.add_all([land, Land(code="T-02", name="Lahan parkir timur", total_area=Decimal(3200), built_area=Decimal(0),
                                price_per_m2=Decimal(2_900_000), funding_source=FundingSource.BLU)])
    buildings = {}
    for code, name, floors, area, year in BUILDINGS:
        buildings[code] = Building(
            code=f"GD-{code}", name=name, land=land, floors=floors, floor_area=Decimal(area),
            cost=Decimal(area) * 7_400_000, permit_number=f"IMB/{year}/0{ord(code)}", permit_date=date(year - 2, 3, 14),
            construction_started_on=date(year - 2, 5, 2), completed_on=date(year, 2, 20))
    session.add_all(buildings.values())
    rooms = {}
    for index, (building, name, kind, unit) in enumerate(ROOMS, 1):
        rooms[name] = Room(code=f"R-{index:03d}", name=name, kind=kind, building=buildings[building],
                           area=Decimal(18 + 4 * (index % 5)), work_unit_id=units[unit].id, floor=1 + index % 2)
    session.add_all(rooms.values())
    classes = {row.code: row for row in session.scalars(sa.select(RoomClass))}
    beds: list[Bed] = []
    for floor, (code, name, ward_kind, unit, wanted) in enumerate(WARDS, 1):
        ward = Ward(code=code, name=name, kind=ward_kind, building=buildings["B"], work_unit_id=units[unit].id)
        number = 0
        for room_class, count in wanted:
            for _ in range(count):
                number += 1
                room = InpatientRoom(
                    ward=ward, room_class=classes[room_class], number=f"{floor}{number:02d}",
                    area=Decimal(12 + 6 * classes[room_class].bed_count),
                    beds=[Bed(number=str(place)) for place in range(1, classes[room_class].bed_count + 1)])
                session.add(room)
                beds += room.beds
    session.flush()
    world.things.update(buildings=buildings, rooms=rooms, beds=beds)


def load_open(world: World) -> None:
    """Most beds are taken; some wait for cleaning, are being cleaned, or are out of service."""
    step = Bed.workflow.step("check_in", BedState.READY)
    assert step is not None
    fit = [bed for bed in world.things["beds"]
           if all(condition.test(bed, world.users["front_office"]) for condition in step.conditions)]
    guests = world.rng.sample(fit, len(fit) * 2 // 3)
    for number, bed in enumerate(guests, 1):
        world.do(bed, "check_in", "front_office", guest=f"FO-{world.today:%y%m}-{number:04d}")
    for index, bed in enumerate(guests[:7]):
        world.do(bed, "check_out", "front_office")
        world.session.flush()
        task = world.session.scalar(sa.select(Cleaning).where(Cleaning.bed_id == bed.id).order_by(Cleaning.id.desc()))
        if index % 3:
            world.do(task, "start", "housekeeping")
    for index, name in enumerate(("Poli Anak", "Poli Jantung", "Ruang Tindakan IGD")):
        room = world.things["rooms"][name]
        world.do(room, "use", "front_office")
        if index == 2:
            world.do(room, "leave", "front_office")
    for bed in world.rng.sample([bed for bed in world.things["beds"] if bed.state == "ready"], 3):
        world.do(bed, "take_out", "facilities_staff", reason="Ranjang elektrik menunggu suku cadang")
    world.do(world.things["rooms"]["Kamar Operasi 2"], "take_out", "facilities_staff",
             reason="Penggantian filter HEPA")
