"""What `tests/data/rights.csv` hides from a role stands on no page, in no form, file or search of that role,
and the activity log does not tell it. Expectations are read off that file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from models import clock
from models.asset_exits import AssetAuctionBid
from models.base import db
from models.consultations import ClinicalNote, ConsultationState, Diagnosis, TriageAnswer
from models.documents import Attachment, Comment
from models.duty import WalkIn
from models.operations.clinic.prescriptions import Medicine, prescribe
from models.operations.core.approvals import perform
from models.operations.people import nik
from models.prescriptions import Letter, LetterKind
from models.roles import Role
from portal.web import tokens
from tests.support import factories as make
from tests.support.specified_rights import PANEL, ROWS


@dataclass(frozen=True)
class Secret:
    """What must not be told: the texts that would tell it, the table and column whose log rows must mask it,
    and an address where somebody of `told_to` does see it (so that the texts are the right ones)."""

    texts: tuple[str, ...]
    column: str = ""
    told_to: tuple[Role, str] | None = None


@dataclass
class House:
    """One of everything that hides something, each secret under a word of its own."""

    keys: dict[str, int] = field(default_factory=dict)
    more: dict[str, list[str]] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    doctor: Any = None


NIK = "3171015705900009"


@pytest.fixture
def house(session: Any) -> House:
    make.make_chart()
    found = House()
    doctor = make.make_doctor(phone="+628170001177")
    patient = make.make_patient(allergies="Alergi Zirkonium", medical_record_number="88442211",
                                name="Ratih Rahasia")
    nik.keep(patient, NIK, confirmed=True)
    visit = make.make_consultation(
        doctor=doctor, patient=patient, state=ConsultationState.COMPLETED, approved_at=clock.now(), rating=2,
        completed_at=clock.now(), number="KON/2026/000707", complaint="Keluhan Xenolit",
        rating_comment="Ulasan Vanadis")
    make.saved(TriageAnswer(consultation=visit, question="onset", answer="jawaban_qwx"))
    paper = make.saved(Attachment(document_type="consultation", document_id=visit.id,
                                  file_name="hasil-osmium.pdf",
                                  media_type="application/pdf", size=4, content=b"%PDF",
                                  user_id=patient.user_id,
                                  sha256="0" * 64))
    make.saved(Attachment(document_type="patient", document_id=patient.id, file_name="kartu-osmium.pdf",
                          size=4,
                          media_type="application/pdf", content=b"%PDF", user_id=patient.user_id,
                          sha256="1" * 64))
    make.saved(ClinicalNote(consultation=visit, subjective="s", objective="o", assessment="a", plan="p",
                            author_id=doctor.user_id))
    make.saved(Diagnosis(consultation=visit, code="A90", name="Demam Krisoprase",
                         recorded_by_id=doctor.user_id))
    item = make.make_item(name="Morfinazol Rahasia", precision=3, controlled=True, batch_tracked=True)
    item.category.is_medicine = True
    store = make.make_store()
    make.stock_up(store, item, 5000, 500_000, "KRAKEN-1", clock.today() + timedelta(days=200))
    visit.state = ConsultationState.IN_PROGRESS
    rx = prescribe(visit, [Medicine(make.unit_of(item), Decimal("1370.125"), dose="7 Sendok Opal",
                                    frequency="3 x Beril")], by=doctor.user, note="Catatan Topas")
    perform(rx, "issue", by=doctor.user)
    perform(rx, "dispense", by=make.make_user(Role.STORE_STAFF),
            given={"store": store, "received_by": "Ibu Ratih"})
    until = clock.today() + timedelta(days=3)
    letter = make.saved(Letter(consultation=visit, kind=LetterKind.SICK, sick_from=clock.today(),
                               sick_until=until,
                               referred_to="Poli Turmalin", body="Surat Obsidian", author_id=doctor.user_id,
                               verify_code="vc-rights"))
    waiting = make.saved(WalkIn(patient=patient, created_by_id=patient.user_id, complaint="Keluhan Wolfram",
                                answers='{"onset": "jawaban_zrq"}'))
    supplier = make.make_supplier(bank_account="Bank Safir 900-77-1")
    bed = make.make_bed()
    rooms_in(bed)
    auction = make.make_open_auction()
    bid = make.saved(AssetAuctionBid(asset_auction_line=auction.lines[0], bidder_name="Budi", round=1,
                                     bidder_identity="IDENT-445566", amount=Decimal(2_000_000)))
    head = make.make_user(Role.DIRECTOR)
    make.saved(Comment(document_type="consultation", document_id=visit.id, user_id=doctor.user_id,
                       body="Ujar Agat"))
    session.commit()
    room = bed.inpatient_room
    found.doctor = doctor
    found.keys = {"patient": patient.id, "consultation": visit.id, "prescription": rx.id, "letter": letter.id,
                  "supplier": supplier.id, "bed": bed.id, "inpatient_room": room.id,
                  "room_class": room.room_class_id, "ward": room.ward_id, "room": make.make_room().id,
                  "user": head.id, "asset_auction_bid": bid.id, "walk_in": waiting.id}
    found.more = {"consultation": [f"{visit.id}/file?file={paper.id}"],
                  "report:stock_card": [f"?item={item.id}"],
                  "report:controlled": [f"?item={item.id}"], "report:recall": ["?batch=KRAKEN-1"],
                  "report:asset_auction_bids": [""]}
    page, card = "/admin/{0}/details/?id={1}", f"/admin/reports/stock_card/?item={item.id}"
    rx_page, own = page.format("prescription", rx.id), page.format("consultation", visit.id)
    found.secrets = {
        "complaint": Secret(("Xenolit",), "consultation.complaint", (Role.DOCTOR, own)),
        "triage answers": Secret(("jawaban_qwx",), "triage_answer.answer"),
        "walk_in.complaint": Secret(("Wolfram",), "walk_in.complaint"),
        "walk_in.answers": Secret(("jawaban_zrq",), "walk_in.answers"),
        "attachments": Secret(("osmium",), "attachment.file_name",
                              (Role.DOCTOR, page.format("patient", patient.id))),
        "rating_comment": Secret(("Vanadis",), "consultation.rating_comment"),
        "patient.nik in clear": Secret((NIK,), "patient.nik"),
        "patient.allergies": Secret(("Zirkonium",), "patient.allergies", (Role.DOCTOR, own)),
        "supplier.bank_account": Secret(("900-77-1",), told_to=(
            Role.PAYABLES, page.format("supplier", supplier.id))),
        "bed.guest": Secret(("TAMU-9911",), "bed.guest"),
        "user.password_hash": Secret((head.password_hash or "scrypt:",), "user.password_hash"),
        "prescription.note": Secret(("Topas",), "prescription.note", (Role.STORE_STAFF, rx_page)),
        "diagnosis.code": Secret(("A90", "Krisoprase"), "diagnosis.code", (Role.DOCTOR, own)),
        "prescription_line.item_id": Secret(("Morfinazol",), "prescription_line.item_id",
                                            (Role.STORE_STAFF, rx_page)),
        "prescription_line.quantity": Secret(("1370.125", "1,370.125", "1.370,125"),
                                             "prescription_line.quantity",
                                             (Role.STORE_HEAD, rx_page)),
        "prescription_line.dose": Secret(("Opal",), "prescription_line.dose"),
        "letter.body": Secret(("Obsidian",), "letter.body"),
        "letter.kind": Secret((">Sakit<", ">Sick<", "sick"), "letter.kind"),
        "letter.sick_from": Secret((), "letter.sick_from"),
        "letter.sick_until": Secret((until.isoformat(),), "letter.sick_until"),
        "letter.referred_to": Secret(("Turmalin",), "letter.referred_to"),
        "patient's record number in 'From or to'": Secret(
            ("88442211", "Ratih"), told_to=(Role.STORE_HEAD, card)),
        "bidder identity": Secret(("IDENT-445566",),
                                  told_to=(Role.RECEIVABLES, "/admin/reports/asset_auction_bids/")),
    }
    return found


def rooms_in(bed: Any) -> None:
    """Somebody lies in the bed, known by a word of the front office's own."""
    from models.beds import BedState
    assert bed.state == BedState.READY
    perform(bed, "check_in", by=make.make_user(Role.FRONT_OFFICE), given={"guest": "TAMU-9911"})


def words_of(cell: str) -> list[str]:
    """The columns that a cell of `hidden` names: by commas, or as table.column with blanks between."""
    parts = [part.strip() for part in cell.split(",")]
    return [word for part in parts
            for word in (part.split() if all("." in each for each in part.split()) else [part])]


HIDDEN = [(row.table, row.role, word) for row in ROWS if row.hidden and row.door in ("panel", "report")
          for word in words_of(row.hidden)]
#: Beside the file's cells: what the same reasons ask for where it does not say so.
TOO = [("report:recall", "facilities_staff", "patient's record number in 'From or to'"),
       ("report:recall", "facilities_head", "patient's record number in 'From or to'"),
       ("asset_auction_bid", "director", "bidder identity"), ("patient", "admin", "attachments"),
       ("prescription", "admin", "patient.allergies")]
CASES = sorted({(table, role) for table, role, _word in [*HIDDEN, *TOO]})


def text_of(answer: Any) -> str:
    """What a person reads of an answer, whatever kind of file it is."""
    if answer.mimetype == "application/pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    if "spreadsheetml" in answer.mimetype:
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
        return str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
    return answer.get_data().decode("utf-8", "replace")


def addresses(house: House, table: str) -> Iterator[str]:
    """List, page, form, paper and every file of the table's row or of the report."""
    more = house.more.get(table, [])
    if table.startswith("report:"):
        for query in more:
            yield from (f"/admin/reports/{table.removeprefix('report:')}/{part}{query}"
                        for part in ("", "csv/", "xlsx/", "pdf/"))
        return
    key = house.keys[table]
    for part in ("", f"details/?id={key}", f"edit/?id={key}", "export/csv/", "export/xlsx/", "export/json/",
                 f"{key}/print", *more):
        yield f"/admin/{table}/{part}"


def everywhere(table: str) -> Iterator[str]:
    yield from ("/admin/home/", "/admin/inbox/", "/admin/notices/")
    if table == "consultation":
        yield "/admin/desk/"


def test_every_hidden_word_is_known(house: House) -> None:
    assert {word for _table, _role, word in [*HIDDEN, *TOO]} - house.secrets.keys() == set()
    assert {table for table, _role in CASES if not table.startswith("report:")} - house.keys.keys() == set()


def test_the_secrets_are_told_where_they_should_be(client: Any, sign_in: Any, house: House) -> None:
    """Otherwise the tests below would look for words that stand nowhere."""
    for word, secret in house.secrets.items():
        if secret.told_to is None:
            continue
        role, address = secret.told_to
        sign_in(client, house.doctor.user if role == Role.DOCTOR else make.make_user(role))
        page = text_of(client.get(address))
        assert any(text in page for text in secret.texts), (word, address)


@pytest.mark.once
@pytest.mark.parametrize(("table", "role"), CASES, ids=["-".join(case) for case in CASES])
def test_hidden_columns_are_in_no_page_file_or_search(client: Any, sign_in: Any, house: House, table: str,
                                                      role: str
                                                      ) -> None:
    sign_in(client, house.doctor.user if role == "doctor" else make.make_user(Role(role)))
    words = [word for at, who, word in [*HIDDEN, *TOO] if (at, who) == (table, role)]
    secrets = [house.secrets[word] for word in words]
    wrong, opened = [], 0
    for language in ("id", "en"):
        client.set_cookie("language", language)
        for address in (*addresses(house, table), *everywhere(table)):
            answer = client.get(address)
            if answer.status_code != 200:
                assert answer.status_code in (403, 404, 422, 302), (address, answer.status_code)
                continue
            opened += 1
            page = text_of(answer)
            wrong += [f"{address}: {text}" for secret in secrets for text in secret.texts if text in page]
    assert wrong == []
    assert opened >= 4
    if not table.startswith("report:"):
        for text in (text for secret in secrets for text in secret.texts):
            for address in (f"/admin/{table}/?search={text}", f"/admin/search?q={text}"):
                assert f"/admin/{table}/details/?id={house.keys[table]}" not in client.get(address).text, (
                    address
                )


def test_the_log_masks_what_is_hidden_from_its_reader(client: Any, sign_in: Any, house: House) -> None:
    """List, page and export of the activity log, for every hidden word of a role that reads it."""
    readers = {role for table, role in PANEL if table == "activity_log"}
    columns = {house.secrets[word].column for _table, role, word in HIDDEN if role in readers} - {""}
    assert len(columns) > 12
    for role in readers:
        sign_in(client, Role(role))
        file = client.get("/admin/activity_log/export/csv/").data.decode("utf-8-sig")
        client.set_cookie("language", "en")
        rows = list(csv.DictReader(io.StringIO(file)))
        heads = list(rows[0])
        changed = next(head for head in heads if any((row[head] or "").startswith('{"new"') for row in rows))
        named = next(head for head in heads if any(row[head] == "prescription_line" for row in rows))
        seen = set()
        for row in rows:
            said = json.loads(row[changed]) if (row[changed] or "").startswith("{") else {}
            for part in ("old", "new"):
                for column, value in (said.get(part) or {}).items():
                    if f"{row[named]}.{column}" in columns and value is not None:
                        seen.add(f"{row[named]}.{column}")
                        assert value == "***", (row[named], column, value)
        assert seen >= columns - {"user.password_hash", "bed.guest", "letter.kind"}
        for table in sorted({column.split(".")[0] for column in columns}):
            page = client.get(f"/admin/activity_log/?table_name={table}").text
            assert [text for secret in house.secrets.values() if secret.column.startswith(f"{table}.")
                    for text in secret.texts if text in page and text != "sick"] == []


def test_the_room_of_the_own_consultation_still_tells(client: Any, sign_in: Any, house: House) -> None:
    """A doctor who is an administrator too reads the own patient's words in the room, and not in the office's
    list."""
    from models.people import UserRole
    db.session.add(UserRole(user_id=house.doctor.user_id, role=Role.ADMIN))
    db.session.commit()
    db.session.refresh(house.doctor.user)
    sign_in(client, house.doctor.user)
    key = house.keys["consultation"]
    page = client.get(f"/admin/consultation/details/?id={key}").text
    assert "Xenolit" in page
    assert client.get(f"/admin/consultation/{house.more['consultation'][0]}").status_code == 200
    assert "Xenolit" not in client.get("/admin/consultation/export/csv/").data.decode()
    assert "Zirkonium" not in client.get("/admin/patient/export/csv/").data.decode()


def test_the_other_doors_keep_them_too(client: Any, sign_in: Any, session: Any, house: House) -> None:
    """Boards and the API: who lies in a bed; the public list of doctors: their telephone and account; the own
    account's page: what a session is known by."""
    boards = [row for row in ROWS if row.door in ("page", "api") and row.hidden == "bed.guest"]
    assert len(boards) > 20
    for row in boards:
        user = make.make_user(Role(row.role))
        sign_in(client, user)
        text, _token = tokens.issue(user, "test")
        address = "/admin/rooms/" if row.door == "page" else row.table.removeprefix("api:GET")
        answer = client.get(address) if row.door == "page" else \
            client.get(f"/api/v1{address}", headers={"Authorization": f"Bearer {text}"})
        assert answer.status_code == 200, (row, answer.status_code)
        assert "TAMU-9911" not in answer.text, row
    sign_in(client, Role.PATIENT)
    for address in ("/portal/doctors", f"/portal/doctors/{house.doctor.id}"):
        page = client.get(address)
        assert page.status_code == 200
        assert "8170001177" not in page.text


# ---------------------------------------------------------------- what the office may still do

def test_the_office_approves_by_triage_and_time_and_corrects_identity(client: Any, sign_in: Any,
                                                                      house: House) -> None:
    from models.clinic import Patient
    from models.consultations import Consultation, Triage
    consultation = make.make_consultation(triage=Triage.URGENT, number="KON/2026/000708")
    session = db.session
    session.commit()
    sign_in(client, Role.ADMIN)
    client.set_cookie("language", "en")
    page = client.get(f"/admin/consultation/details/?id={consultation.id}").text
    assert "Urgent" in page
    assert client.post(f"/admin/consultation/{consultation.id}/approve",
                       data={"version": consultation.version}).status_code == 303
    assert session.get(Consultation, consultation.id).state == "approved"
    patient = session.get(Patient, house.keys["patient"])
    form = client.get(f"/admin/patient/edit/?id={patient.id}").text
    assert 'name="name"' not in form  # who somebody is, is corrected with a reason
    assert 'name="allergies"' not in form
    answer = client.post(f"/admin/patient/edit/?id={patient.id}", data={
        "version": patient.version, "payer": patient.payer.value, "allergies": "dihapus"})
    assert answer.status_code == 303, answer.text[:2000]
    answer = client.post(f"/admin/patient/{patient.id}/identity", data={
        "name": "Ratih Benar", "birth_date": patient.birth_date.isoformat(), "sex": patient.sex.value,
        "reason": "Nama di KTP", "allergies": "dihapus"})
    assert answer.status_code == 303, answer.text[:2000]
    session.refresh(patient)
    assert (patient.name, patient.allergies) == ("Ratih Benar", "Alergi Zirkonium")


def test_of_two_roles_the_one_that_sees_the_rows_decides(session: Any) -> None:
    """Another role shows a column only where it sees at least the same rows."""
    from models.rights import hidden
    for roles, table, name, is_hidden in (
            ((Role.STORE_STAFF, Role.PAYABLES), "supplier", "bank_account", False),
            ((Role.STORE_STAFF, Role.STORE_HEAD), "supplier", "bank_account", True),
            ((Role.ADMIN, Role.DOCTOR), "consultation", "complaint", True),
            ((Role.ADMIN, Role.DOCTOR), "prescription", "lines.item", True),
            ((Role.ADMIN, Role.STORE_STAFF), "prescription", "lines.item", False),
            ((Role.UNIT_USER,), "supplier", "bank_account", False)):
        assert (name in hidden(make.make_user(*roles), table)) is is_hidden, (roles, table)
