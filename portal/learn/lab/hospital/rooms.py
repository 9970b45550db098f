"""Wards, rooms, beds, stays and cleanings of the made-up hospital, and the things that last."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from models.operations.setup import reference
from portal.learn.lab.hospital import words
from portal.learn.lab.hospital.book import FIRST, TODAY, Book
from portal.learn.lab.hospital.organisation import unit_id, with_role

#: The classes that wards of each kind have.
CLASSES = {"general": ("VIP", "KELAS1", "KELAS2", "KELAS3"), "surgical": ("KELAS1", "KELAS2", "KELAS3"),
           "paediatric": ("KELAS1", "KELAS3"), "intensive": ("ICU",), "isolation": ("ISO-N",)}
END = datetime.combine(TODAY, time(10, 0))


def write(book: Book) -> None:
    """Rooms with beds and who stayed in them, then things."""
    for row in reference.rows("kelas_rawat_inap.csv"):
        if row["demo_max_beds_per_room"]:
            book.add("room_class", code=row["code"], name=row["name_id"],
                     bed_count=int(row["demo_max_beds_per_room"]), status="active",
                     needs_inspection=row["type"] in ("intensif", "isolasi", "perinatologi"))
    for code, name, kind, unit in words.WARDS:
        book.add("ward", code=code, name=name, building_id=2, kind=kind, work_unit_id=unit_id(book, unit),
                 status="active")
    for number in range(book.size.rooms):
        _room(book, number)
    _facilities(book)
    for bed in book.rows["bed"]:
        _stays(book, bed)
    _assets(book)


def _room(book: Book, number: int) -> None:
    wards = book.rows["ward"]
    ward = wards[number % len(wards)]
    codes = CLASSES[ward["kind"]]
    code = codes[number // len(wards) % len(codes)]
    kind = next((row for row in book.rows["room_class"] if row["code"] == code), book.rows["room_class"][0])
    floor = 1 + number % 4
    key = book.add("inpatient_room", ward_id=ward["id"], room_class_id=kind["id"],
                   number=f"{floor}{number // len(wards) + 1:02d}", area=Decimal(12 + 6 * kind["bed_count"]),
                   state="ready", is_isolation=ward["kind"] == "isolation", floor=floor)
    for bed in range(kind["bed_count"]):
        book.add("bed", inpatient_room_id=key, number=str(bed + 1), state="ready",
                 state_since=datetime.combine(FIRST, time()))


def _facilities(book: Book) -> None:
    """What a class promises, and what its rooms have of it: some lack something."""
    for name, many in words.PROMISED:
        item = next((row["id"] for row in book.rows["item"] if row["name"].startswith(name)), None)
        if item is None:
            continue
        for kind in book.rows["room_class"]:
            if kind["code"] in ("VIP", "KELAS1", "KELAS2", "KRIS", "ICU"):
                book.add("class_facility", room_class_id=kind["id"], item_id=item,
                         quantity=Decimal(many * kind["bed_count"]), condition="good", status="active")
    for room in book.rows["inpatient_room"]:
        for promise in book.rows["class_facility"]:
            if promise["room_class_id"] == room["room_class_id"] and book.often(0.85):
                less = Decimal(1) if promise["quantity"] > 1 and book.often(0.2) else Decimal(0)
                book.add("room_facility", inpatient_room_id=room["id"], item_id=promise["item_id"],
                         quantity=promise["quantity"] - less, status="active",
                         condition=book.one(("good", "good", "good", "slightly_damaged")))


def _stays(book: Book, bed: dict[str, Any]) -> None:
    """One patient after the other; between two of them the bed is cleaned."""
    desk = with_role(book, "front_office")
    room = book.row("inpatient_room", bed["inpatient_room_id"])
    inspected = book.row("room_class", room["room_class_id"])["needs_inspection"]
    at = book.at(FIRST + timedelta(days=book.chance.randint(0, 9)), 1, 10)
    if book.often(0.06):  # never used
        return
    while at < END:
        until = at + timedelta(hours=book.chance.randint(20, 190))
        patient = book.one(book.rows["patient"])["id"] if book.often(0.7) else None
        is_open = until > END - timedelta(hours=6)
        book.add("stay", bed_id=bed["id"], patient_id=patient, started_at=at,
                 outside_reference=None if patient else f"FO-{at:%y%m}-{len(book.rows['stay']) + 1:04d}",
                 ended_at=None if is_open else until, checked_in_by_id=book.one(desk),
                 checked_out_by_id=None if is_open else book.one(desk))
        if is_open:
            bed["state"], bed["state_since"] = "occupied", at
            room["state"] = "occupied"
            return
        at = _clean(book, bed, room["is_isolation"], inspected, until)
        at += timedelta(hours=book.chance.randint(2, 160))


def _clean(book: Book, bed: dict[str, Any], isolation: bool, inspected: bool, at: datetime) -> datetime:
    """A cleaning after a patient left; gives when the bed is ready again. The last of some beds is still
    open."""
    started = book.after(at, 10, 90)
    done = book.after(started, 25, 70 if not isolation else 140)
    values: dict[str, Any] = {
        "kind": "isolation" if isolation else "terminal", "inpatient_room_id": bed["inpatient_room_id"],
        "bed_id": bed["id"], "requested_at": at, "needs_inspection": inspected,
        "cost": Decimal(book.chance.randint(25, 70)) * 1000}
    if at > END - timedelta(hours=30) and book.often(0.5):
        book.add("cleaning", employee_id=None, state="waiting", **values)
        bed["state"], bed["state_since"] = "needs_cleaning", at
        return END
    seen = book.after(done, 10, 60) if inspected else None
    book.add("cleaning", employee_id=book.one(row["id"] for row in book.rows["employee"]), started_at=started,
             cleaned_at=done, inspected_at=seen, state="inspected" if inspected else "finished", **values)
    bed["state_since"] = seen or done
    return seen or done


def _assets(book: Book) -> None:
    """Things and their parts; a part of a part for some, so that a tree has three levels."""
    for row in reference.rows("bmn_masa_manfaat.csv"):
        if row["name"] and row["kelompok_code"][0] == "3":
            is_device = row["kelompok_code"].startswith("307")
            book.add("asset_type", code=row["kelompok_code"], name=row["name"], method="straight_line",
                     useful_life=12 * int(row["useful_life_years"]), is_medical_device=is_device,
                     calibration_months=12 if is_device else None, status="active")
    number = 0
    while len(book.rows["asset"]) < book.size.assets:
        name, code, cost, unit, parts = words.ASSETS[number % len(words.ASSETS)]
        number += 1
        exact = cost if book.often(0.3) else cost * book.chance.randint(85, 118) // 100
        key = _asset(book, name, code, Decimal(exact), unit, None)
        for part in parts:
            inner = _asset(book, part, code, Decimal(exact // 20), unit, key)
            if book.often(0.3):
                _asset(book, f"Suku cadang {part.lower()}", code, Decimal(exact // 100), unit, inner)


def _asset(book: Book, name: str, code: str, cost: Decimal, unit: str, parent: int | None) -> int:
    kind = next((row["id"] for row in book.rows["asset_type"] if row["code"] == code),
                book.rows["asset_type"][0]["id"])
    room = book.one(book.rows["room"]) if book.often(0.8) else None
    day = date(book.chance.randint(2018, 2025), book.chance.randint(1, 12), book.chance.randint(1, 28))
    key = len(book.rows["asset"]) + 1
    return book.add("asset", tag=f"AST-{day.year}-{key:05d}", asset_type_id=kind, name=name,
                    brand=book.one(words.BRANDS), serial_number=f"SN{key * 7919 % 100000:05d}"
                    if book.often(0.85) else None, condition=book.one(("good",) * 6 + (
                        "slightly_damaged", "badly_damaged")), acquisition_cost=cost, acquired_on=day,
                    state=book.one(("in_use",) * 8 + ("registered", "under_maintenance", "retired")),
                    funding_source=book.one(("blu", "blu", "apbn", "apbd", "grant")), parent_id=parent,
                    work_unit_id=unit_id(book, unit), building_id=room["building_id"] if room else 1,
                    room_id=room["id"] if room else None)
