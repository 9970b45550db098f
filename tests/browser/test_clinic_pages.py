"""The pages around patients: no violation of WCAG 2.2 AA and nothing wider than the screen, on a phone and at
a desk, in both languages; what is searched for never stands in the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from models.clinic import Patient, PatientState
from models.consultations import Consultation, ConsultationState
from models.people import User
from models.roles import Role

pytestmark = pytest.mark.once


BOTH = [(True, "id-ID"), (False, "en-GB")]


@pytest.mark.parametrize(("phone", "language"), BOTH)
def test_the_administrators_pages(open_browser: Callable[..., Page], log_in: Any, accessible: Any,
                                  rows: sa.Connection, phone: bool, language: str) -> None:
    one, two = rows.scalars(sa.select(Patient.id).where(Patient.state == PatientState.ACTIVE).limit(2))
    page = open_browser(phone=phone, language=language)
    log_in(page, Role.ADMIN)
    for address in ("/admin/patient/duplicates", f"/admin/patient/{one}/merge?with={two}",
                    "/admin/reports/daily_performance/", "/admin/activity_log/", "/admin/patient/"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        accessible(page)
    name = rows.scalar(sa.select(Patient.name).where(Patient.id == one))
    for field in ("#search", "#q"):
        page.goto("/admin/patient/")
        page.fill(field, name)
        page.press(field, "Enter")
        expect(page.locator(f"a[href='/admin/patient/details/?id={one}']").first).to_be_visible()
        assert name.split()[0].lower() not in page.url.lower()
        assert "=~" in page.url
        accessible(page)


@pytest.mark.parametrize(("phone", "language"), BOTH)
def test_the_patients_pages(open_browser: Callable[..., Page], log_in: Any, accessible: Any,
                            rows: sa.Connection,
                            phone: bool, language: str) -> None:
    page = open_browser(phone=phone, language=language)
    log_in(page, Role.PATIENT)
    me = rows.scalar(sa.select(Patient.id).join(User, User.id == Patient.user_id)
                     .where(User.email == "patient@demo.rawat"))
    done, doctor = rows.execute(sa.select(Consultation.id, Consultation.doctor_id).where(
        Consultation.patient_id == me, Consultation.state == ConsultationState.COMPLETED).limit(1)).one()
    for address in ("/portal/", "/portal/doctors", f"/portal/doctors/{doctor}",
                    f"/portal/consultations/new?doctor={doctor}", "/portal/consultations",
                    f"/portal/consultations/{done}", "/portal/profile", "/portal/profile/edit",
                    "/portal/people/new", "/portal/record/readers", "/portal/record/download",
                    "/portal/notices", "/account/", "/portal/facilities"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        accessible(page)


@pytest.mark.parametrize(("phone", "language"), BOTH)
def test_the_door(open_browser: Callable[..., Page], accessible: Any, phone: bool, language: str) -> None:
    for dark in (False, True):
        page = open_browser(phone=phone, language=language, dark=dark)
        for address in ("/login", "/register", "/account/forgotten", "/nothing/here"):
            page.goto(address)
            accessible(page)
        page.goto("/login")
        page.fill("[name=email]", "nobody@example.org")
        page.fill("[name=password]", "wrong password here")
        page.press("[name=password]", "Enter")
        expect(page.locator("#form-errors")).to_be_visible()
        accessible(page)
