"""Doctors, patients and consultations of the made-up hospital."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from models.operations.setup import reference
from portal.learn.lab.hospital import words
from portal.learn.lab.hospital.book import FIRST, TODAY, Book
from portal.learn.lab.hospital.organisation import person, user, with_role

END = datetime.combine(TODAY, time(10, 0))


def people(book: Book) -> None:
    """Specialisations, doctors and patients."""
    for row in reference.rows("spesialisasi_dokter.csv"):
        if row["name_id"] in words.SPECIALIZATIONS:
            book.add("specialization", code=row["title"], name=row["name_id"], name_en=row["name_en"],
                     status="active")
    for number in range(1, book.size.doctors + 1):
        _doctor(book, number)
    for number in range(1, book.size.patients + 1):
        _patient(book, number)


def _doctor(book: Book, number: int) -> None:
    kinds = book.rows["specialization"][:-1]
    kind = kinds[number % len(kinds)]
    name = f"dr. {person(book)}, {kind['code']}"
    sip = date(book.one((2026, 2026, 2027, 2028)), book.chance.randint(1, 12), book.chance.randint(1, 28))
    unknown = book.size.planted and number == 3
    book.add("doctor", user_id=user(book, name, "doctor", "RJ"), name=name, specialization_id=kind["id"],
             str_number=f"STR-31{number:04d}", str_expires_on=date(2029, 5, 17),
             sip_number=None if unknown else f"SIP-52{number:04d}", sip_expires_on=None if unknown else sip,
             fee=Decimal(book.one((100, 125, 150, 175, 200))) * 1000,
             status="inactive" if number == book.size.doctors else "active")


def _patient(book: Book, number: int) -> None:
    born = date(book.one((1952, 1960, 1968, 1975, 1983, 1988, 1990, 1993, 1996, 1999, 2004, 2012, 2019)),
                book.chance.randint(1, 12), book.chance.randint(1, 28))
    name, grown = person(book), born.year < 2010
    known = book.often(0.75)
    book.add("patient", user_id=user(book, name, "patient") if grown else None,
             medical_record_number=f"{number:06d}", name=name, birth_date=born,
             sex=book.one(("male", "female")),
             height_cm=Decimal(book.chance.randint(1450 if grown else 900, 1850 if grown else 1500)) / 10
             if known else None,
             weight_kg=Decimal(book.chance.randint(420 if grown else 120, 950 if grown else 500)) / 10
             if known else None,
             region_code=book.one(row["code"] for row in book.rows["region"] if row["level"] == "district"),
             blood_type=book.one(("A", "B", "AB", "O", "O+", "unknown")), allergies=book.one(words.ALLERGIES),
             payer=book.one(("bpjs", "bpjs", "bpjs", "self", "insurance")),
             state="pending" if number > book.size.patients - 3 else "active",
             registered_at=book.at(FIRST - timedelta(days=book.chance.randint(1, 300))))


def consultations(book: Book) -> None:
    """One doctor's hours after another's, a patient in each, in the order of their beginning."""
    slots = []
    for doctor in book.rows["doctor"]:
        if doctor["status"] != "active":
            continue
        for week in range(26):
            for hour in book.some(range(1, 9), 3):
                day = FIRST + timedelta(days=7 * week + (doctor["id"] + hour) % 5)
                if book.often(0.6):
                    slots.append((datetime.combine(day, time(hour)), doctor["id"]))
    for at, doctor in sorted(slots):
        if at.date() <= TODAY:
            _consultation(book, at, book.row("doctor", doctor))


def _consultation(book: Book, at: datetime, doctor: dict[str, Any]) -> None:
    patient = book.one(row for row in book.rows["patient"] if row["state"] == "active")
    requested_at = book.after(at - timedelta(days=book.chance.randint(1, 6)), 0, 300)
    by = patient["user_id"] or book.rows["user"][0]["id"]
    key = book.document("consultation", by, requested_at, patient_id=patient["id"], doctor_id=doctor["id"],
                        specialization_id=doctor["specialization_id"], complaint=book.one(words.COMPLAINTS),
                        requested_on=requested_at.date(), starts_at=at, slot_minutes=book.one((15, 20, 30)),
                        payer=patient["payer"], triage=book.one(("routine",) * 6 + ("soon", "urgent")))
    row, admin = book.row("consultation", key), with_role(book, "admin")[0]
    book.step("consultation", key, "create", "requested", by, requested_at)
    seen = book.after(requested_at, 20, 600)
    if book.often(0.05):
        book.step("consultation", key, "reject", "rejected", admin, seen, note="Jadwal dokter berubah")
        return
    book.step("consultation", key, "approve", "approved", admin, seen)
    row["approved_at"] = seen
    if book.often(0.06):
        book.step("consultation", key, "cancel", "cancelled", by, book.after(seen, 30, 400), note="Batal")
    elif book.often(0.06 + 0.03 * (doctor["id"] % 4)):
        book.step("consultation", key, "no_show", "no_show", doctor["user_id"], at + timedelta(minutes=30))
    else:
        _talk(book, row, doctor["user_id"], at)


def _talk(book: Book, row: dict[str, Any], doctor: int, at: datetime) -> None:
    started = book.after(at, 0, 12)
    row["started_at"] = started
    book.step("consultation", row["id"], "start", "in_progress", doctor, started)
    now = started
    for number in range(book.chance.randint(2, 7)):
        now = book.after(now, 1, 4)
        side = "doctor" if number % 2 == 0 else "patient"
        book.add("consultation_message", consultation_id=row["id"], side=side,
                 author_id=doctor if side == "doctor" else row["created_by_id"],
                 body=book.one(words.DOCTOR_SAYS if side == "doctor" else words.PATIENT_SAYS), sent_at=now,
                 read_at=book.after(now, 0, 3) if book.often(0.9) else None)
    row["completed_at"] = book.after(now, 1, 6)
    book.step("consultation", row["id"], "complete", "completed", doctor, row["completed_at"])
    if book.often(0.6):
        row["rating"] = book.one((3, 4, 4, 5, 5, 5))
