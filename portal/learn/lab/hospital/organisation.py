"""People, work units, buildings, rooms, accounts and months of the made-up hospital."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from models.operations.setup import reference
from portal.learn.lab.hospital import words
from portal.learn.lab.hospital.book import Book

STAFF = (("admin", "SARPRAS"), ("facilities_staff", "SARPRAS"), ("facilities_head", "SARPRAS"),
         ("store_head", "FAR"), ("store_staff", "FAR"), ("store_staff", "SARPRAS"), ("payables", "KEU"),
         ("receivables", "KEU"), ("director", "DIR"), ("front_office", "RJ"), ("front_office", "RJ"),
         ("housekeeping", "SARPRAS"), ("housekeeping", "SARPRAS"), ("housekeeping", "SARPRAS"))
HIRED = datetime.combine(date(2025, 12, 1), time(1))
#: A province with its regencies and districts is enough to climb a tree.
PROVINCE = "34"
LEVELS = {"1": "province", "2": "regency", "3": "district"}


def write(book: Book) -> None:
    """Everything that is there before the first document."""
    _accounts(book)
    for month in range(1, 7):
        closed = datetime.combine(date(2026, month + 1, 5), time(3)) if month < 5 else None
        book.add("period", year=2026, month=month, closed_at=closed)
    for code, name in words.UNITS[:book.size.units]:
        book.add("work_unit", code=code, name=name, status="active")
    for role, unit in STAFF:
        user(book, person(book), role, unit)
    for unit in book.rows["work_unit"]:
        user(book, person(book), "unit_user", unit["code"])
    _regions(book)
    _places(book)


def _accounts(book: Book) -> None:
    for row in reference.rows("coa_rumah_sakit_blu.csv"):
        kind = next(word for start, word in reference.KINDS.items()
                    if row["account_type"].lower().startswith(start))
        book.add("account", code=row["code"], name=row["name_id"], name_en=row["name_en"] or None,
                 kind=str(kind), normal_balance=row["normal_balance"].strip().lower(), status="active")


def person(book: Book) -> str:
    """A name."""
    return f"{book.one(words.FIRST_NAMES)} {book.one(words.LAST_NAMES)}"


def unit_id(book: Book, code: str) -> int | None:
    """The work unit with that code; None where this hospital has no such unit."""
    return next((row["id"] for row in book.rows["work_unit"] if row["code"] == code), None)


def user(book: Book, name: str, role: str, unit: str | None = None) -> int:
    """An account with one role; who works in the rooms is an employee as well."""
    key = book.add("user", name=name, work_unit_id=unit_id(book, unit) if unit else None,
                   language="en" if book.often(0.1) else "id", status="active", created_at=HIRED)
    book.add("user_role", user_id=key, role=role)
    if role == "housekeeping":
        book.add("employee", code=f"PEG-{len(book.rows['employee']) + 1:03d}", name=name,
                 position="Petugas kebersihan", work_unit_id=unit_id(book, unit or ""), user_id=key,
                 status="active")
    return key


def with_role(book: Book, role: str) -> list[int]:
    """The accounts that have the role."""
    return [row["user_id"] for row in book.rows["user_role"] if row["role"] == role]


def _regions(book: Book) -> None:
    for row in reference.rows("wilayah_prov_kab_kec.csv"):
        if row["code"].split(".")[0] == PROVINCE:
            book.add("region", code=row["code"], parent_code=row["parent_code"] or None,
                     level=LEVELS[row["level"]], name=row["name"])


def _places(book: Book) -> None:
    for code, name, area, floors, year in words.BUILDINGS:
        book.add("building", code=code, name=name, floor_area=area, floors=floors,
                 completed_on=date(year, 2, 20), cost=area * 7_400_000, status="active")
    for number, (name, kind, unit, building) in enumerate(words.ROOMS, 1):
        found = unit_id(book, unit)
        values: dict[str, Any] = {"work_unit_id": found}
        book.add("room", code=f"R-{number:03d}", building_id=building + 1, name=name, kind=kind,
                 area=book.chance.randint(16, 60), condition=book.one(("good", "good", "slightly_damaged")),
                 state=book.one(("ready", "ready", "in_use", "needs_cleaning")),
                 floor=book.chance.randint(1, 3), **values)
