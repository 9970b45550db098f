"""A made-up hospital for the SQL lab: half a year of plausible rows, the same on every machine."""

from __future__ import annotations

from decimal import Decimal

from portal.learn.lab.hospital import cases, clinic, flows, organisation, rooms, supplies
from portal.learn.lab.hospital.book import Book, Size

#: What students see, and what answers are checked on as well: other people, other amounts, fewer rows in some
#: tables and more in others.
SIZES = {
    "visible": (1, Size(units=14, items=160, suppliers=8, rooms=24, doctors=12, patients=140,
                        requests_a_week=12, assets=120, planted=False)),
    "hidden": (10, Size(units=11, items=110, suppliers=7, rooms=17, doctors=9, patients=170,
                       requests_a_week=8, assets=95, planted=True)),
}


def _plant(book: Book) -> None:
    """Ties and equal names: who sorts by half of what was asked, or groups by a name, is found out."""
    dearest = sorted(book.rows["asset"], key=lambda row: (-row["acquisition_cost"], row["id"]))
    dearest[10]["acquisition_cost"] = dearest[9]["acquisition_cost"]
    for table in ("item", "patient", "doctor"):
        rows = book.rows[table]
        rows[5]["name"] = rows[4]["name"]
    stocked = [row for row in book.rows["item"] if row["stock_on_hand"]]
    for row in stocked[:3]:
        row["minimum_stock"] = row["stock_on_hand"]
    known = {row["item_id"] for row in book.rows["store_item"] if row["store_id"] == 1}
    gone = next(row["id"] for row in book.rows["item"] if row["id"] not in known)
    book.add("store_item", store_id=1, item_id=gone, quantity=Decimal(0), value=Decimal(0))


def make(name: str) -> Book:
    """The rows of one of `SIZES`. Takes about a second."""
    seed, size = SIZES[name]
    book = Book(seed, size)
    organisation.write(book)
    supplies.write(book)
    clinic.people(book)
    rooms.write(book)
    flows.run(book)
    clinic.consultations(book)
    cases.write(book)
    if size.planted:
        _plant(book)
    book.rows["document_event"].sort(key=lambda row: (row["occurred_at"], row["id"]))
    for number, row in enumerate(book.rows["document_event"], 1):
        row["id"] = number
    return book
