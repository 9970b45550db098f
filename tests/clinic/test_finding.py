"""Patients are found by what people have at hand, in any usual writing, by whoever may; a NIK is noted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from models.activity import Activity, ActivityLog
from models.base import db
from models.clinic import Patient, Sex
from models.operations.clinic import finding
from models.operations.people import nik
from models.roles import Role
from tests.support import factories as make

NIK = "3171015705900001"
BORN = date(1990, 5, 17)


@pytest.fixture
def patient(session: Any) -> Patient:
    made = make.make_patient(name="Zubaidah Canaria", birth_date=BORN, sex=Sex.FEMALE,
                             medical_record_number="00000932", phone="+6281299887766")
    nik.keep(made, NIK)
    make.make_patient(name="Orang Lain", birth_date=date(1985, 1, 2), phone="+6281200000000")
    db.session.commit()
    return made


def found(client: Any, path: str, field: str, typed: str) -> str:
    answer = client.post(path, data={field: typed})
    assert answer.status_code == 303
    return str(client.get(answer.headers["Location"]).text)


@pytest.mark.parametrize("typed", [
    "081299887766", "0812-9988-7766", "0812 9988 7766", "+62 812-9988-7766", "6281299887766", "81299887766",
    "(0812) 99887766", "17-05-1990", "17/5/1990", "17.05.90", "1990-05-17", "17 Mei 1990", "17 may 1990",
    "17051990", "00000932", "932", "0000-0932", "00.00.09.32", "RM 932", "No. RM: 00000932", NIK,
    "3171 0157 0590 0001", "31.71.01.570590.0001", "zubaidah 17/05/1990", "canaria 932"])
def test_a_patient_is_found_in_the_list_and_by_the_search_box(
        client: Any, sign_in: Any, patient: Patient, typed: str) -> None:
    sign_in(client, Role.ADMIN)
    for path, field in (("/admin/patient/find", "search"), ("/admin/search", "q")):
        page = found(client, path, field, typed)
        assert f"/admin/patient/details/?id={patient.id}" in page, path
        assert "Orang Lain" not in page, path


@pytest.mark.parametrize("typed", ["17-05-1990", "0812-9988-7766", "0000-0932"])
def test_consultations_are_found_by_the_same_words_about_their_patient(
        client: Any, sign_in: Any, patient: Patient, typed: str) -> None:
    make.make_consultation(patient=patient)
    db.session.commit()
    sign_in(client, Role.ADMIN)
    assert "Zubaidah" in found(client, "/admin/consultation/find", "search", typed)


@pytest.mark.parametrize(("typed", "day"), [
    ("1-2-03", date(2003, 2, 1)), ("31/02/1990", None), ("17 Agt 1945", date(1945, 8, 17)), ("1990", None),
    ("17-05-2990", None), ("05-17-1990", None), ("12 bulan 1990", None), ("٣-٥-١٩٩٠", None)])
def test_what_is_no_birth_date_is_none(typed: str, day: date | None) -> None:
    assert finding.birth_date_in(typed) == day


@pytest.mark.parametrize("typed", ["", "0", "RM", "123456789", "12a", "-", "²", "\0", "1" * 5000])
def test_odd_words_mean_no_record_and_break_nothing(
        client: Any, sign_in: Any, patient: Patient, typed: str) -> None:
    assert finding.record_number_in(typed) is None
    sign_in(client, Role.ADMIN)
    assert client.post("/admin/patient/find", data={"search": typed}).status_code == 303


def noted() -> list[ActivityLog]:
    return [row for row in db.session.scalars(sa.select(ActivityLog).where(
        ActivityLog.activity == Activity.READ, ActivityLog.table_name == "patient"))
        if row.properties.get("searched_by") == "nik"]


def test_who_looks_by_nik_is_noted_without_the_number(
        client: Any, sign_in: Any, patient: Patient) -> None:
    office = sign_in(client, Role.ADMIN)
    found(client, "/admin/patient/find", "search", NIK)
    found(client, "/admin/search", "q", "3171015705909999")  # nobody's
    found(client, "/admin/search", "q", "Zubaidah")
    rows = noted()
    assert [row.changed_id for row in rows] == [str(patient.id), None]
    assert {row.user_id for row in rows} == {office.id}
    assert not [row for row in rows if NIK in str(row.properties)]


def test_a_treating_doctor_finds_by_name_and_telephone_and_not_by_nik(
        client: Any, sign_in: Any, patient: Patient) -> None:
    doctor = make.make_doctor()
    make.make_consultation(patient=patient, doctor=doctor, state="approved")
    db.session.commit()
    sign_in(client, doctor.user)
    assert "Zubaidah" in found(client, "/admin/patient/find", "search", "0812-9988-7766")
    assert "Zubaidah" not in found(client, "/admin/patient/find", "search", NIK)
    assert "Zubaidah" not in found(client, "/admin/search", "q", NIK)
    assert noted() == []


def test_a_stranger_doctor_finds_nobody(client: Any, sign_in: Any, patient: Patient) -> None:
    sign_in(client, make.make_doctor().user)
    for typed in ("0812-9988-7766", "17-05-1990", "932", NIK):
        assert "Zubaidah" not in found(client, "/admin/search", "q", typed)
