"""People from lists: accounts with invitations, doctors with accounts, patients by the office's rules."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from models.accounts import AccountTicket, TicketKind
from models.base import db
from models.clinic import Consent, Doctor, DoctorSchedule, Patient, PatientState, Relation
from models.imports import ListImport
from models.operations.core import checks
from models.operations.core.list_files import Row
from models.operations.people import accounts, nik
from models.operations.setup import imports
from models.outbox import Notice, Outbox
from models.people import User
from models.roles import Role
from tests.panel.test_views import statements
from tests.setup.test_imports import apply, bring, kept
from tests.support import factories as make

USERS = "email,name,roles,work_unit,phone\n"
SITI = 'SITI@rs.example.org,Siti Aminah,"unit_user; Staf Gudang",IGD,0812 3456 7890\n'
DOCTORS = "str_number,name,specialization,user,languages,fee\n"
PATIENTS = "name,birth_date,sex,nik,phone,consent_way,consent_on,identity_checked,is_another_person\n"
AMINAH = "Aminah,1990-05-17,female,3273015705900001,0812 3456 7890,on_paper,2026-01-05,ya,\n"
BUDI = "Budi,1985-01-02,male,,,orally,2026-01-05,,\n"


@pytest.fixture
def admin(client: Any, sign_in: Any, session: Any) -> User:
    make.make_chart()
    make.make_work_unit(code="IGD")
    client.set_cookie("language", "en")
    user: User = sign_in(client, Role.ADMIN)
    return user


def undo(client: Any, brought: Any) -> Any:
    return client.post(f"{brought.location}/undo", data={"reason": "salah berkas"})


def one(model: Any, **values: Any) -> Any:
    db.session.expire_all()
    return db.session.scalars(sa.select(model).filter_by(**values)).one_or_none()


def wrong(brought: Any) -> dict[str, str]:
    """The first finding of each column."""
    return {found[2]: found[3] for found in reversed(kept(brought).findings) if found[1] == "wrong"}


# ---------------------------------------------------------------- accounts

def test_owners_of_new_accounts_are_invited_and_choose_their_password(client: Any, admin: User) -> None:
    other = make.make_user(Role.ADMIN)
    brought = bring(client, "user", USERS + SITI)
    page = client.get(brought.location).text
    assert "Store staff, Unit user" in page
    assert "1 invitation" in page, "the preview says who is written to"
    assert one(User, email="siti@rs.example.org") is None
    assert db.session.scalars(sa.select(Outbox)).all() == [], "looking sends nothing"
    assert apply(client, brought).status_code == 303
    siti = one(User, email="siti@rs.example.org")
    assert siti.roles == {Role.UNIT_USER, Role.STORE_STAFF}
    assert (siti.password_hash, siti.phone, siti.work_unit.code) == (None, "+6281234567890", "IGD")
    ticket = one(AccountTicket, user_id=siti.id)
    assert ticket.kind == TicketKind.RESET_PASSWORD
    mail = one(Outbox, user_id=siti.id)
    assert (mail.template, mail.params["link_ticket"]) == ("account_invitation", ticket.id)
    told = db.session.scalars(sa.select(Notice).where(Notice.event == "accounts_brought")).all()
    assert [notice.user_id for notice in told] == ([other.id] if _decides(siti) else [])
    client.get(f"/admin/user/details/?id={siti.id}")


def _decides(user: User) -> bool:
    from models.operations.people.account_office import deciding_roles
    return bool(deciding_roles() & user.roles)


def test_other_administrators_are_told_once_of_roles_that_decide(client: Any, admin: User) -> None:
    other = make.make_user(Role.ADMIN)
    apply(client, bring(client, "user", USERS + "a@rs.example.org,A A,store_head,,\n"
                                                "b@rs.example.org,B B,admin,,\n"))
    told = db.session.scalars(sa.select(Notice).where(Notice.event == "accounts_brought")).all()
    assert [(notice.user_id, notice.params["roles"]) for notice in told] == [
        (other.id, ["admin", "store_head"])]


@pytest.mark.parametrize(("line", "column"), [
    ("no address,Siti,unit_user,,\n", "email"), ("a@rs.example.org,Siti,nurse,,\n", "roles"),
    ("a@rs.example.org,Siti,patient,,\n", "roles"), ("a@rs.example.org,Siti,,,\n", "roles"),
    ("a@rs.example.org,Siti,unit_user,NONE,\n", "work_unit"),
    ("a@rs.example.org,Siti,unit_user,,call me\n", "phone"),
    ("a@rs.example.org,Siti,unit_user,,\nA@rs.example.org,Siti,unit_user,,\n", "email")])
def test_what_is_wrong_with_an_account_is_said_of_its_cell(client: Any, admin: User, line: str, column: str
                                                           ) -> None:
    brought = bring(client, "user", USERS + line)
    assert column in wrong(brought), kept(brought).findings
    assert apply(client, brought).status_code == 422


def test_rights_of_a_known_account_are_no_lists_to_change(client: Any, admin: User) -> None:
    siti = make.make_user(Role.UNIT_USER, email="siti@rs.example.org", name="Siti")
    db.session.commit()
    brought = bring(client, "user", "email,name,roles,status\nsiti@rs.example.org,Siti,admin,inactive\n")
    assert set(wrong(brought)) == {"roles", "status"}
    changed = bring(client, "user", "email,name\nSiti@rs.example.org,Siti Aminah\n")
    assert apply(client, changed).status_code == 303
    db.session.refresh(siti)
    assert (siti.name, siti.roles) == ("Siti Aminah", {Role.UNIT_USER})
    unit = bring(client, "user", f"email,work_unit\n{admin.email},IGD\n")
    assert set(wrong(unit)) == {"work_unit"}


def test_accounts_are_taken_back_until_one_was_opened(client: Any, admin: User) -> None:
    brought = bring(client, "user", USERS + SITI)
    apply(client, brought)
    assert undo(client, brought).status_code == 303
    assert one(User, email="siti@rs.example.org") is None
    assert db.session.scalars(sa.select(AccountTicket)).all() == []
    again = bring(client, "user", USERS + SITI)
    apply(client, again)
    siti = one(User, email="siti@rs.example.org")
    siti.password_hash = "x"
    db.session.commit()
    assert undo(client, again).status_code == 422
    assert one(User, email="siti@rs.example.org") is not None


def test_without_mail_nobody_is_made_who_could_not_come_in(client: Any, admin: User,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_links", [False])
    brought = bring(client, "user", USERS + SITI)
    assert "PUBLIC_URL" in client.get(brought.location).text
    assert apply(client, brought).status_code == 422
    assert one(User, email="siti@rs.example.org") is None


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_else_brings_people(client: Any, sign_in: Any, session: Any, role: Role) -> None:
    sign_in(client, role)
    for kind, text in (("user", USERS + SITI), ("doctor", DOCTORS), ("patient", PATIENTS + AMINAH)):
        assert bring(client, kind, text).status_code in {403, 404, 422}
        assert client.get(f"/admin/imports/template/{kind}.csv").status_code in {403, 404}
    assert db.session.scalars(sa.select(ListImport)).all() == []


# ---------------------------------------------------------------- doctors

def test_doctors_come_with_accounts_and_hours(client: Any, admin: User) -> None:
    make.saved(make.Specialization(code="Sp.A", name="Anak"))
    user = make.make_user(Role.DOCTOR, email="wijaya@rs.example.org")
    db.session.commit()
    brought = bring(client, "doctor",
                    DOCTORS + 'STR-77,"dr. Wijaya, Sp.A",Sp.A,wijaya@rs.example.org,"id, su",150000\n')
    assert kept(brought).findings == []
    assert apply(client, brought).status_code == 303
    doctor = one(Doctor, str_number="STR-77")
    assert (doctor.user_id, doctor.languages, doctor.fee) == (user.id, "id,su", 150_000)
    assert [notice.user_id for notice in db.session.scalars(sa.select(Notice).where(
        Notice.event == "own_account_linked"))] == [user.id]
    hours = bring(client, "doctor_schedule",
                  "doctor,weekday,starts_at,ends_at\nSTR-77,Senin,09:00,12:00\nSTR-77,Friday,13.30,15.00\n")
    assert kept(hours).findings == []
    assert "Friday" in client.get(hours.location).text
    assert apply(client, hours).status_code == 303
    assert sorted(db.session.scalars(sa.select(DoctorSchedule.weekday))) == [0, 4]
    assert undo(client, brought).status_code == 422, "hours hang on the doctor"
    assert undo(client, hours).status_code == 303
    assert undo(client, brought).status_code == 303
    assert one(Doctor, str_number="STR-77") is None


def test_an_account_is_one_doctors_and_never_the_own(client: Any, admin: User) -> None:
    make.saved(make.Specialization(code="Sp.A", name="Anak"))
    taken = make.make_doctor(user=make.make_user(Role.DOCTOR, email="d@rs.example.org"))
    db.session.commit()
    brought = bring(client, "doctor", DOCTORS + "S-1,dr. Satu,Sp.A,d@rs.example.org,id,1\n"
                                                f"S-2,dr. Dua,Sp.A,{admin.email},id,1\n"
                                                "S-3,dr. Tiga,Sp.A,nobody@rs.example.org,Indonesia,1\n")
    found = {(row, column) for row, word, column, *_more in kept(brought).findings if word == "wrong"}
    assert found == {(2, "user"), (3, "user"), (4, "user"), (4, "languages")}
    assert taken.name in client.get(brought.location).text


# ---------------------------------------------------------------- patients

def test_patients_are_registered_with_consents_and_known_by_their_numbers(client: Any, admin: User) -> None:
    brought = bring(client, "patient", PATIENTS + AMINAH + BUDI)
    assert kept(brought).findings == []
    page = client.get(brought.location).text
    assert "3273015705900001" not in page
    assert "************0001" in page
    assert apply(client, brought).status_code == 303
    aminah, budi = one(Patient, name="Aminah"), one(Patient, name="Budi")
    assert (aminah.state, aminah.medical_record_number, nik.of(aminah)) == (
        PatientState.ACTIVE, "00000001", "3273015705900001")
    assert (budi.state, budi.medical_record_number) == (PatientState.PENDING, None)
    assert [event.transition for event in aminah.events] == ["create", "approve"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Consent)) == 4
    assert {consent.said_by for consent in aminah.consents} == {"Aminah"}
    again = bring(client, "patient", PATIENTS + AMINAH)
    assert (kept(again).same_rows, kept(again).wrong_rows) == (1, 0), kept(again).findings
    assert [name for name, bad in checks.verify(db.session) if bad] == []


def test_no_nik_lies_open_in_what_is_kept_of_the_list(client: Any, admin: User) -> None:
    brought = bring(client, "patient", PATIENTS + AMINAH)
    apply(client, brought)
    row = kept(brought)
    assert b"3273015705900001" not in row.content
    assert "3273015705900001" not in str([row.plan, row.findings, row.written])
    assert b"3273015705900001" in imports.content_of(row)
    assert client.get(f"/admin/list_import/details/?id={row.id}").text.count("3273015705900001") == 0


@pytest.mark.parametrize(("line", "column"), [
    (AMINAH.replace("Aminah", "Aminah Lain"), "nik"),  # another record has the NIK
    (AMINAH.replace("3273015705900001", "").replace("0812 3456 7890", ""), "is_another_person"),
    ("Lain,1990-05-17,female,,0812 3456 7890,on_paper,2026-01-05,,\n", "is_another_person"),
    ("Lain,1990-05-18,female,3273015705900002,,on_paper,2026-01-05,,\n", "nik"),  # another birth date
    ("Lain,1990-05-17,female,32730157059,,on_paper,2026-01-05,,\n", "nik"),
    ("Lain,1990-05-17,female,,,portal,2026-01-05,,\n", "consent_way"),
    ("Lain,1990-05-17,female,,,,2026-01-05,,\n", "consent_way"),
    ("Lain,1990-05-17,female,,,orally,2099-01-05,,\n", "consent_on"),
    ("Lain,2099-05-17,female,,,orally,2026-01-05,,\n", "birth_date"),
    ("Lain,1990-05-17,female,,telepon,orally,2026-01-05,,\n", "phone")])
def test_the_offices_rules_hold_for_every_row(client: Any, admin: User, line: str, column: str) -> None:
    apply(client, bring(client, "patient", PATIENTS + AMINAH))
    brought = bring(client, "patient", PATIENTS + line)
    assert column in wrong(brought), kept(brought).findings
    assert kept(brought).new_rows == 0 or kept(brought).wrong_rows == 1
    assert apply(client, brought).status_code == 422


def test_doubles_within_a_list_are_found_and_may_be_said_to_be_two(client: Any, admin: User) -> None:
    brought = bring(client, "patient", PATIENTS + BUDI + BUDI)
    assert set(wrong(brought)) == {"is_another_person"}
    both = bring(client, "patient", PATIENTS + BUDI + BUDI.replace(",,\n", ",,ya\n"))
    assert kept(both).wrong_rows == 0, kept(both).findings
    numbers = bring(client, "patient", PATIENTS + AMINAH + AMINAH.replace("Aminah", "Lain").replace(
        "ya,", "ya,ya"))
    assert set(wrong(numbers)) >= {"nik"}


def test_patients_taken_back_are_rejected_and_hold_nothing(client: Any, admin: User) -> None:
    brought = bring(client, "patient", PATIENTS + AMINAH + BUDI)
    apply(client, brought)
    assert undo(client, brought).status_code == 303
    aminah = one(Patient, name="Aminah")
    assert (aminah.state, aminah.nik_index) == (PatientState.REJECTED, None)
    assert all(consent.withdrawn_at for consent in aminah.consents)
    assert [name for name, bad in checks.verify(db.session) if bad] == []
    again = bring(client, "patient", PATIENTS + AMINAH + BUDI)
    assert (kept(again).new_rows, kept(again).wrong_rows) == (2, 0), kept(again).findings
    assert apply(client, again).status_code == 303


def test_patients_stay_once_somebody_worked_with_one(client: Any, admin: User) -> None:
    brought = bring(client, "patient", PATIENTS + AMINAH + BUDI)
    apply(client, brought)
    make.saved(Patient(name="Anak", birth_date=date(2020, 1, 1), sex="male", relation=Relation.CHILD,
                       guardian=one(Patient, name="Aminah")))
    db.session.commit()
    assert undo(client, brought).status_code == 422
    assert one(Patient, name="Budi").state == PatientState.PENDING


# ---------------------------------------------------------------- sizes, templates

def users(first: int, last: int) -> tuple[Row, ...]:
    return tuple(Row(place, {"email": f"p{place}@rs.example.org", "name": f"Orang {place}",
                             "roles": "unit_user", "work_unit": "IGD"}) for place in range(first, last))


def doctors(first: int, last: int) -> tuple[Row, ...]:
    return tuple(Row(place, {"str_number": f"STR-{place}", "name": f"dr. {place}", "specialization": "Sp.A",
                             "user": f"d{place}@rs.example.org"}) for place in range(first, last))


def people(first: int, last: int) -> tuple[Row, ...]:
    return tuple(Row(place, {"name": f"Orang {place}", "birth_date": date(1990, 5, 17), "sex": "female",
                             "nik": f"327301570590{place:04}", "phone": f"08123450{place:04}",
                             "consent_way": "orally", "consent_on": date(2026, 1, 5),
                             "identity_checked": "ya"}) for place in range(first, last))


@pytest.mark.parametrize(("kind", "rows"), [("user", users), ("doctor", doctors), ("patient", people)])
def test_people_cost_no_statements_each(app: Any, session: Any, admin: User, kind: str, rows: Any) -> None:
    make.saved(make.Specialization(code="Sp.A", name="Anak"))
    if kind == "doctor":
        for place in range(2, 83):
            make.make_user(Role.DOCTOR, email=f"d{place}@rs.example.org")
    session.commit()

    def told(some: tuple[Row, ...]) -> list[int]:
        """Statements of looking, applying and taking back; those that insert count on PostgreSQL alone."""
        counted = []
        with statements(app) as looking:
            brought = imports.bring(session, kind, b"x", "x.csv", imports.Found(some), by=admin)
        assert brought.wrong_rows == 0, brought.findings[:3]
        with statements(app) as applying:
            imports.apply(session, brought, some, by=admin, seen=brought.digest)
            session.commit()
        with statements(app) as undoing:
            imports.undo(session, brought, by=admin, reason="coba")
            session.commit()
        session.expire_all()
        rowwise = ("INSERT",) if db.engine.dialect.name == "sqlite" else ()
        for each in (looking, applying, undoing):
            counted.append(sum(not statement.startswith(rowwise) if rowwise else True for statement in each))
        return counted

    few, many = told(rows(2, 4)), told(rows(4, 80))
    assert all(later <= first + 6 for first, later in zip(few[:2], many[:2], strict=True)), (few, many)


@pytest.mark.parametrize(("kind", "column", "code"), [
    ("user", "Roles", "store_head"), ("user", "Work unit", "IGD"), ("doctor", "Specialization", "Sp.A"),
    ("doctor_schedule", "Weekday", "0"), ("patient", "Sex", "female"), ("patient", "Consent way", "orally")])
def test_a_template_names_what_may_be_chosen(client: Any, admin: User, kind: str, column: str, code: str
                                             ) -> None:
    make.saved(make.Specialization(code="Sp.A", name="Anak"))
    db.session.commit()
    file = client.get(f"/admin/imports/template/{kind}.xlsx").data
    codes = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(1).to_python()
    assert (column, code) in {(str(row[0]), str(row[1])) for row in codes if len(row) > 1}
    heads = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python()[0]
    assert "Password" not in " ".join(map(str, heads))
