"""The activity log's page, that every reading of a patient's record is in it, and that a patient stays
masked."""

from __future__ import annotations

import csv
import html
import io
import logging
import re
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from models import clock
from models.activity import Activity, ActivityLog
from models.base import db
from models.documents import Comment
from models.operations.clinic import prescriptions
from models.operations.core import activity
from models.operations.core.approvals import perform
from models.operations.core.log_proofs import verify_log
from models.operations.people import nik
from models.roles import Role
from models.stock import StockMove
from tests.support import factories as make
from tests.support import grid, tampering
from tests.support.specified_rights import TABLES, readers

CLINICAL = sorted(grid.CLINICAL)
NIK = "3171015705900001"


# ---------------------------------------------------------------- the page

@pytest.fixture
def patient(session):
    found = make.make_patient(name="Zubaidah Canaria", phone="+6281299887766", payer_number="0001122334455")
    nik.keep(found, NIK, confirmed=True)
    session.commit()
    return found


def test_the_log_has_the_columns_of_figure_nine(client, sign_in, patient):
    sign_in(client, Role.ADMIN)
    page = client.get("/admin/activity_log/").get_data(as_text=True)
    heads = re.findall(r'class="column-header col-(\w+)', page)
    assert heads[:8] == ["id", "occurred_at", "user", "access", "activity", "table_name", "changed_id",
                         "properties"]


def test_it_is_filtered_by_user_door_action_table_record_day_and_text(client, sign_in, session):
    admin = sign_in(client, Role.ADMIN)
    unit = make.make_work_unit(name="Unit Kanari")
    session.commit()
    unit.name = "Unit Gelatik"
    session.commit()
    today = clock.today()

    def rows(query):
        page = client.get(f"/admin/activity_log/?{query}").get_data(as_text=True)
        return len(re.findall(r'<tr role="row"[^>]*>\s*<td', page))

    assert rows("table_name=work_unit&changed_id=" + str(unit.id)) == 2
    assert rows(f"table_name=work_unit&changed_id={unit.id}&activity=updated") == 1
    assert rows(f"table_name=work_unit&changed_id={unit.id}&activity=deleted") == 0
    assert rows("search=Gelatik") == 1
    assert rows("search=Kanari") == 2
    assert rows(f"table_name=work_unit&changed_id={unit.id}&access=command") == 2
    assert rows(f"table_name=work_unit&changed_id={unit.id}&access=portal") == 0
    assert rows(f"search=Gelatik&occurred_at_from={today}&occurred_at_to={today}") == 1
    assert rows(f"search=Gelatik&occurred_at_from={today + timedelta(days=1)}") == 0
    assert rows(f"search=Gelatik&user={admin.id}") == 0, "nobody in particular did it"


def test_a_search_looks_back_thirty_days_and_says_so_until_days_are_chosen(client, sign_in, session):
    now = clock.now()
    for ago, name in ((31, "Gudang Lama"), (29, "Gudang Baru")):
        clock.freeze(now - timedelta(days=ago))
        make.make_store(name=name)
        session.commit()
    clock.freeze(now)
    sign_in(client, Role.ADMIN)
    client.set_cookie("language", "en")

    def shown(query):
        page = client.get(f"/admin/activity_log/?search=Gudang{query}").text
        return {name for name in ("Lama", "Baru") if f"Gudang {name}" in page}, page

    names, page = shown("")
    assert names == {"Baru"}
    [link] = re.findall(r'from [^<]*</span>\s*<a href="([^"]+)"', page) or re.findall(
        r'href="(/admin/activity_log/[^"]*1970-01-01[^"]*)"', page)
    whole = client.get(html.unescape(link)).text
    assert "Gudang Lama" in whole
    assert "Gudang Baru" in whole
    assert "1970" not in re.sub(r"<[^>]+>", "", whole)
    first = clock.local(now).date() - timedelta(days=31)
    assert shown(f"&occurred_at_from={first}")[0] == {"Lama", "Baru"}
    assert shown(f"&occurred_at_to={first}")[0] == {"Lama"}


def test_old_and_new_values_stand_side_by_side_and_secrets_are_hidden(client, sign_in, session, patient):
    sign_in(client, Role.ADMIN)
    patient.phone = "+628111111111"
    patient.allergies = "Penicillin canary"
    session.commit()
    row = session.scalars(sa.select(ActivityLog).where(
        ActivityLog.table_name == "patient", ActivityLog.activity == Activity.UPDATED)
        .order_by(ActivityLog.id.desc())).first()
    page = client.get(f"/admin/activity_log/details/?id={row.id}").get_data(as_text=True)
    assert "+6281299887766" in page
    assert "+628111111111" in page
    assert "disembunyikan" in page
    assert "Penicillin" not in page
    assert f"/admin/patient/details/?id={patient.id}" in page


def test_the_export_holds_the_values_as_json(client, sign_in, session):
    make.make_work_unit(code="WU-X", name="Unit Ekspor")
    session.commit()
    sign_in(client, Role.ADMIN)
    text = client.get("/admin/activity_log/export/csv/?table_name=work_unit").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert any('"Unit Ekspor"' in cell for row in rows for cell in row)


def test_nobody_else_reads_it_and_nobody_writes_it(client, sign_in):
    for role in (Role.DIRECTOR, Role.FACILITIES_HEAD, Role.DOCTOR):
        sign_in(client, role)
        assert client.get("/admin/activity_log/").status_code == 403
    sign_in(client, Role.ADMIN)
    assert client.get("/admin/activity_log/new/").status_code == 403
    assert client.post("/admin/activity_log/delete/", data={"id": "1"}).status_code in (403, 404)


# ---------------------------------------------------------------- every reading

def reading_pages(app):
    """Table and address of every page of the panel that shows one record of a patient."""
    found = []
    for rule in app.url_map.iter_rules():
        parts = rule.rule.split("/")
        if len(parts) < 4 or parts[1] != "admin" or parts[2] not in CLINICAL or "GET" not in rule.methods:
            continue
        if rule.rule.endswith(("/details/", "/edit/")):
            found.append((parts[2], rule.rule + "?id={id}"))
        elif "<id>" in rule.rule and "<line>" not in rule.rule:
            steps = ("cancel", "reschedule", "reject", "suspend") if "<step>" in rule.rule else ("",)
            found += [(parts[2], rule.rule.replace("<id>", "{id}").replace("<step>", step)) for step in steps]
    return sorted(set(found))


def test_there_are_such_pages(app):
    assert {table for table, _page in reading_pages(app)} == set(CLINICAL)
    assert len(reading_pages(app)) > 15


@pytest.mark.parametrize("table", CLINICAL)
def test_every_page_of_a_patients_record_is_written_down(app, client, sign_in, session, table):
    """Whatever address shows it: its own page, its form, its print, the page that asks for a reason."""
    from backoffice.panel.columns import mapped_tables
    record = grid.row_of(mapped_tables()[table])
    consultation = record if table == "consultation" else getattr(record, "consultation", None)
    who = [role for role in readers(table) if role != Role.DOCTOR]
    people = [make.make_user(*who)] if who else []
    if consultation is None and not people:  # a doctor's alone: who treats the patient
        consultation = make.make_consultation(patient=record.patient, state="approved")
    if consultation is not None:
        consultation.approved_at = clock.now()
        people.append(consultation.doctor.user)
    session.commit()
    unseen, shown = [], 0
    for person in people:
        sign_in(client, person)
        for of, page in reading_pages(app):
            if of != table:
                continue
            before = readings()
            answer = client.get(page.format(id=record.id))
            if answer.status_code == 200 and not page.endswith(("/messages", "/news")):
                shown += 1
                if readings() == before:
                    unseen.append(page)
    assert shown
    assert unseen == []


def readings():
    return db.session.scalar(sa.select(sa.func.count()).where(ActivityLog.activity == Activity.READ))


def test_verify_names_the_row_that_was_tampered_with(session, patient):
    """The database itself refuses to change a row; who owns it can take that refusal away."""
    second = session.scalars(sa.select(ActivityLog.id).order_by(ActivityLog.id)).all()[1]
    assert verify_log(session) is None
    tampering.tamper(session, "UPDATE activity_log SET access = 'api' WHERE id = :id", id=second)
    assert verify_log(session).row_id == second


# ---------------------------------------------------------------- privacy

#: Table, column and value of what the log kept in clear before the column was masked.
OPEN_ONCE = [
    ("prescription_line", {"item_id": 776655, "unit_id": 776656, "quantity": "776657.000"}),
    ("letter",
     {"kind": "sick", "sick_from": "2031-07-07", "sick_until": "2031-08-08", "referred_to": "Poli Terbuka"}),
    ("prescription", {"note": "Catatan terbuka"}),
    ("consultation", {"note": "Catatan terbuka", "decided_reason": "Alasan terbuka"}),
    ("comment", {"document_type": "consultation", "body": "Ujar terbuka"}),
    ("document_event", {"document_type": "prescription", "note": "Sebab terbuka"}),
    ("attachment", {"document_type": "consultation_draft", "file_name": "terbuka.pdf"}),
    ("stock_move", {"document_type": "prescription", "item_id": 776655, "quantity": "-776657.000"}),
]


@pytest.mark.parametrize(("table", "values"), OPEN_ONCE, ids=[table for table, _values in OPEN_ONCE])
def test_what_old_rows_tell_in_clear_is_masked_as_it_is_read(client, sign_in, session, table, values):
    """The row stays as it was written, and its hash with it; list, page, search and file do not say what it
    holds."""
    changes = {"new": values} if table != "letter" else {"old": values, "new": values}
    activity._add(db.session(), Activity.INSERTED, table, "4711", changes)
    session.commit()
    row = session.scalars(sa.select(ActivityLog).where(ActivityLog.table_name == table)).one()
    assert row.properties == changes
    assert verify_log() is None
    secret = {str(value) for name, value in values.items() if name != "document_type"} - {"sick"}
    sign_in(client, Role.ADMIN)
    for address in (f"?table_name={table}", f"details/?id={row.id}", f"export/csv/?table_name={table}"):
        answer = client.get(f"/admin/activity_log/{address}")
        assert answer.status_code == 200
        text = answer.get_data(as_text=True)
        assert [value for value in secret if value in text] == []
        assert "***" in text or "eye-off" in text
    for value in secret:
        found = client.get(f"/admin/activity_log/?table_name={table}&search={value}").get_data(as_text=True)
        assert f"/admin/activity_log/details/?id={row.id}" not in found


def test_what_is_no_patients_record_stays_open(client, sign_in, session):
    """Comments and moves of a store's papers are told; those of a consultation and a prescription are not."""
    by = make.make_user(Role.STORE_STAFF)
    for of in ("spoilage", "consultation"):
        make.saved(Comment(document_type=of, document_id=1, user_id=by.id, body=f"Ujar {of}"))
    session.commit()
    kept = [row.properties["new"]["body"] for row in session.scalars(
        sa.select(ActivityLog).where(ActivityLog.table_name == "comment").order_by(ActivityLog.id))]
    assert kept == ["Ujar spoilage", activity.MASK]
    item = make.make_item()
    make.stock_up(make.make_store(), item, 5, 50)
    session.commit()
    moved = session.scalars(sa.select(ActivityLog).where(ActivityLog.table_name == "stock_move")).all()
    assert [row.properties["new"]["item_id"] for row in moved] == [item.id]


def test_the_log_and_the_ledger_do_not_join_a_medicine_with_a_patient(client, sign_in, session):
    """An administrator opens prescriptions without their medicines, and moves without their prescription."""
    make.make_chart()
    visit = make.make_consultation(state="in_progress", approved_at=clock.now(), number="KON/2026/000901")
    item = make.make_item(name="Obat uji", controlled=True)
    item.category.is_medicine = True
    store = make.make_store()
    make.stock_up(store, item, 50, 5_000)
    paper = prescriptions.prescribe(visit,
                                    [prescriptions.Medicine(make.unit_of(item), Decimal(2),
                                                            directions="Pagi")],
                                    by=visit.doctor.user)
    perform(paper, "issue", by=visit.doctor.user)
    perform(paper, "dispense", by=make.make_user(Role.STORE_STAFF),
            given={"store": store, "received_by": "Ibu"})
    session.commit()
    [logged] = [row.properties["new"] for row in session.scalars(
        sa.select(ActivityLog).where(ActivityLog.table_name == "stock_move"))
        if row.properties["new"]["document_type"] == "prescription"]
    assert {logged[name]
            for name in ("item_id", "batch_id", "quantity", "unit_cost", "value")} == {activity.MASK}
    move = session.scalars(sa.select(StockMove).where(StockMove.document_type == "prescription")).one()
    card = f"/admin/reports/stock_card/?item={item.id}"
    for role, tells in ((Role.ADMIN, False), (Role.STORE_HEAD, True), (Role.DIRECTOR, True)):
        sign_in(client, role)
        for address in (card, card.replace("/?", "/csv/?"), "/admin/reports/controlled/"):
            assert (paper.number in client.get(address).get_data(as_text=True)) is tells, (role, address)
        page = client.get(f"/admin/stock_move/details/?id={move.id}").get_data(as_text=True)
        assert ("<dd>Resep</dd>" in page)
        assert (f"<dd>{paper.id}</dd>" in page) is tells
        sheet = list(
            csv.reader(io.StringIO(client.get("/admin/stock_move/export/csv/").data.decode("utf-8-sig")))
        )
        [row] = [row for row in sheet if "prescription" in row]
        assert (str(paper.id) == row[row.index("prescription") + 1]) is tells

def pages(app, client, patient):
    """Every list, export and page of the panel that an administrator and doctor can open."""
    consultation = db.session.scalar(sa.select(make.Consultation).where(make.Consultation.patient_id
                                                                        == patient.id))
    yield "/admin/"
    yield "/admin/inbox/"
    yield "/admin/notices/"
    yield "/admin/search?q=zubaidah"
    for table in TABLES:
        yield f"/admin/{table}/"
        yield f"/admin/{table}/export/csv/"
    for page in ("details", "edit"):
        yield f"/admin/patient/{page}/?id={patient.id}"
    yield f"/admin/consultation/details/?id={consultation.id}"
    yield f"/admin/consultation/{consultation.id}/print"
    for key in db.session.scalars(sa.select(ActivityLog.id).where(ActivityLog.table_name == "patient")):
        yield f"/admin/activity_log/details/?id={key}"


def test_a_nik_is_nowhere_in_clear_and_nothing_of_a_patient_in_an_address(
        app, client, sign_in, session, patient, caplog):
    caplog.set_level(logging.DEBUG)
    person = make.make_user(*(role for role in Role
                              if role not in (Role.PATIENT, Role.STUDENT, Role.TEACHER)))
    doctor = make.make_doctor(user=person)
    make.make_consultation(patient=patient, doctor=doctor, approved_at=clock.now(), number="KON/2026/900009")
    session.commit()
    sign_in(client, person)
    clear, addressed = [], []
    for address in pages(app, client, patient):
        answer = client.get(address)
        assert answer.status_code in (200, 403), address
        text = answer.get_data().decode("utf-8", "replace")
        if NIK in text or NIK in re.sub(r"[ .-]", "", text):
            clear.append(address)
        for link in re.findall(r'(?:href|src|action|hx-get|hx-post)="([^"]*)"', text):
            if re.search(r"zubaidah|canaria|6281299887766|0001122334455|3171015705900001",
                         html.unescape(link), re.I):
                addressed.append((address, link))
    assert clear == []
    assert addressed == []
    assert not re.search(r"zubaidah|canaria|3171015705900001", caplog.text, re.I)


def test_an_error_of_the_database_names_no_patient(app, client, sign_in, session, patient, caplog):
    """Neither the page nor the log line of a failure holds what was to be written."""
    with pytest.raises(sa.exc.IntegrityError) as error, session.begin_nested():
        session.execute(sa.insert(make.Patient.__table__).values(
            name="Zubaidah Canaria", medical_record_number=patient.medical_record_number,
            birth_date=clock.today(),
            sex="female"))
    assert "Canaria" not in str(error.value)


def test_the_page_of_an_error_names_no_patient(app, client, sign_in, monkeypatch, caplog, patient):
    from backoffice.clinic.clinic import PatientView

    def breaks(self, record):
        raise RuntimeError("broken")

    monkeypatch.setattr(PatientView, "cell_nik", breaks)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False
    try:
        sign_in(client, Role.ADMIN)
        answer = client.get(f"/admin/patient/details/?id={patient.id}")
    finally:
        app.testing = True
    assert answer.status_code == 500
    assert "Canaria" not in answer.get_data(as_text=True)
    assert "Canaria" not in caplog.text
