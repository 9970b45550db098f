"""Journey two in Chromium: a patient registers without script, asks, is approved, and talks with the
doctor."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from models.clinic import Doctor, Patient
from models.people import User
from models.roles import Role
from tests.browser.conftest import PASSWORD, step

EMAIL = "sari.journey@example.org"


def register(page: Page) -> None:
    page.goto("/register")
    page.click("#form-register button")
    expect(page.locator("#form-errors")).to_be_visible()
    page.fill("[name=name]", "Sari Wulandari")
    page.fill("[name=birth_date]", "1991-04-12")
    page.locator("#sex label").nth(1).click()
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.check("[name=consent_privacy]")
    page.check("[name=consent_telemedicine]")
    page.click("#form-register button")
    expect(page).to_have_url(re.compile("/register/done"))
    page.goto("/login")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page).to_have_url(re.compile("/portal/"))


def ask(page: Page, doctor_id: int) -> None:
    """All four steps of the request; the first free time of the doctor."""
    go_on = "#form-consultation .actions .primary"
    page.goto(f"/portal/consultations/new?doctor={doctor_id}")
    page.fill("[name=complaint]", "Batuk sejak tiga hari, terutama malam.")
    page.check("[name=onset][value=days]", force=True)
    page.check("[name=severity][value='4']", force=True)
    page.click(go_on)
    page.locator("label.slot").first.click()
    page.click(go_on)
    expect(page.locator("[name=files]")).to_be_visible()
    page.click(go_on)
    page.check("[name=consent_record]")
    page.check("[name=consent]")
    page.click(go_on)
    page.wait_for_url(re.compile(r"/portal/consultations/\d+$"))


def test_a_patient_registers_asks_and_talks_with_the_doctor(
        open_browser: Callable[..., Page], log_in: Any, shot: Any, accessible: Any,
        rows: sa.Connection) -> None:
    plain = open_browser(phone=True, script=False)
    register(plain)
    patient_id = rows.scalar(sa.select(Patient.id).join(User, User.id == Patient.user_id).where(User.email
                                                                                                == EMAIL))
    doctor_id = rows.scalar(sa.select(Doctor.id).join(User, User.id == Doctor.user_id)
                            .where(User.email == "doctor@demo.rawat"))
    admin, patient, doctor = open_browser(), open_browser(phone=True), open_browser()
    log_in(admin, Role.ADMIN)
    admin.goto(f"/admin/patient/details/?id={patient_id}")
    step(admin, "approve")

    log_in(patient, EMAIL)
    accessible(patient)
    ask(patient, doctor_id)
    consultation = patient.url
    number = int(consultation.rpartition("/")[2])
    state = patient.locator("#consultation-state .track li")
    expect(state.nth(0)).to_have_class("now")
    admin.goto(f"/admin/consultation/details/?id={number}")
    step(admin, "approve")
    expect(state.nth(1)).to_have_class("now")  # by itself, the page stays open

    log_in(doctor, Role.DOCTOR)
    doctor.goto(f"/admin/consultation/details/?id={number}")
    doctor.fill("#body", "Selamat pagi, apakah ada demam?")
    doctor.click("#composer button[type=submit]")
    expect(patient.locator("#conversation")).to_contain_text("apakah ada demam?")
    patient.fill("#composer [name=body]", "Tidak ada, Dokter.")
    patient.click("#composer .primary")
    expect(patient.locator("#conversation")).to_contain_text("Tidak ada, Dokter.")
    expect(doctor.locator("#conversation")).to_contain_text("Tidak ada, Dokter.")
    accessible(patient)
    shot(patient, "portal-consultation-360")
    patient.goto("/portal/")
    accessible(patient)
    shot(patient, "portal-home-360")

    plain.goto(consultation)  # the same conversation without script
    plain.fill("#composer [name=body]", "Terima kasih.")
    plain.click("#composer .primary")
    expect(plain.locator("#conversation")).to_contain_text("Terima kasih.")

    other = open_browser(phone=True)
    log_in(other, "patient2")
    for address in (consultation, f"{consultation}/news", f"/admin/consultation/details/?id={number}"):
        answer = other.request.get(address)
        assert answer.status in (403, 404)
        assert "batuk" not in answer.text().lower()


@pytest.mark.parametrize("path", [
    "/login", "/register", "/portal/doctors", "/portal/specializations", "/portal/facilities"])
@pytest.mark.parametrize("look", ["phone", "dark phone", "desk"])
def test_public_pages_are_open_to_everybody(
        open_browser: Callable[..., Page], accessible: Any, path: str, look: str) -> None:
    page = open_browser(phone="phone" in look, dark="dark" in look)
    page.goto(path)
    accessible(page)


@pytest.mark.parametrize("path", [
    "/portal/", "/portal/profile", "/portal/profile/edit", "/portal/consultations",
    "/portal/consultations/new"])
def test_pages_of_the_portal_are_open_to_everybody(
        open_browser: Callable[..., Page], log_in: Any, accessible: Any, path: str) -> None:
    page = open_browser(phone=True)
    log_in(page, Role.PATIENT)
    page.goto(path)
    accessible(page)


@pytest.mark.parametrize("path", ["/learn/"])
def test_pages_to_learn_from_are_open_to_everybody(
        open_browser: Callable[..., Page], log_in: Any, accessible: Any, path: str) -> None:
    page = open_browser()
    log_in(page, Role.STUDENT)
    page.goto(path)
    accessible(page)
