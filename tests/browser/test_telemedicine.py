"""The whole of a consultation in Chromium: a patient on a telephone, a doctor at a desk, in Indonesian and in
English, once without script; what is typed on one side shows on the other, also after the connection was
lost."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Route, expect

from models import clock
from models.clinic import Doctor
from models.consultations import Consultation, ConsultationMessage, ConsultationState
from models.people import User
from models.prescriptions import Prescription, PrescriptionState
from models.roles import Role
from tests.benchmarks.clicks import Hand
from tests.browser.conftest import follow, step
from tests.browser.test_consultation import ask

pytestmark = pytest.mark.once

#: Demo doctors with an account that the tests may use up.
DOCTORS = itertools.cycle(("doctor", "doctor2"))


def approved(open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection, patient: Page,
             doctor: str) -> int:
    """The patient who is signed in asks the doctor, the administrator approves; the consultation's id."""
    from models.people import User
    doctor_id = rows.scalar(sa.select(Doctor.id).join(User, User.id == Doctor.user_id)
                            .where(User.email == f"{doctor}@demo.rawat"))
    ask(patient, doctor_id)
    number = int(patient.url.rpartition("/")[2])
    admin = open_browser()
    log_in(admin, Role.ADMIN)
    admin.goto(f"/admin/consultation/details/?id={number}")
    step(admin, "approve")
    return number


def due_now(rows: sa.Connection, number: int) -> None:
    """Its time has come, whatever the hour of the day and the doctor's hours: a moment of its own in the
    first minutes of today."""
    begin = clock.day_bounds(clock.today())[0] + timedelta(minutes=number % 15)
    rows.execute(sa.update(Consultation.__table__).where(Consultation.__table__.c.id == number)
                 .values(starts_at=begin, slot_minutes=1))


def both_sides(open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection,
               who: str) -> tuple[Page, Page, int]:
    """An approved consultation open on the patient's phone and in its doctor's room; its id."""
    name = next(DOCTORS)
    patient, doctor = open_browser(phone=True), open_browser()
    log_in(patient, who)
    number = approved(open_browser, log_in, rows, patient, name)
    due_now(rows, number)
    log_in(doctor, name)
    doctor.goto(f"/admin/consultation/details/?id={number}")
    return patient, doctor, number


def speak(page: Page, language: str) -> None:
    """The language of the account, by the button on the page."""
    button = page.locator(f"form[action='/language/{language}'] button:visible")
    if button.count():
        button.first.click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_a_visit_with_one_medicine_takes_a_doctor_eight_clicks(
        open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection) -> None:
    """From the desk to the completed consultation; what is typed or chosen by the keyboard is no click."""
    name = next(DOCTORS)
    patient, doctor = open_browser(phone=True), open_browser()
    log_in(patient, "patient2")
    due_now(rows, approved(open_browser, log_in, rows, patient, name))
    number = int(patient.url.rpartition("/")[2])
    log_in(doctor, name)
    hand = Hand(doctor)
    hand.click(doctor.locator(f".dk-row a.btn[href$='details/?id={number}']"), leads=True)
    hand.click("form[action$='/start'] button", leads=True)
    for part in ("subjective", "objective", "assessment", "plan"):
        doctor.fill(f"#{part}", "Batuk tiga hari, tidak sesak")
    hand.click("form[action$='/note'] button[value=sign]", leads=True)
    for box, words in (("code", "batuk pilek"), ("rx-item", "parasetamol tablet")):
        doctor.focus(f"#{box}-ts-control")
        doctor.keyboard.type(words)
        expect(doctor.locator(f"#{box}-ts-dropdown .option.active")).to_be_visible()
        doctor.keyboard.press("Enter")
        expect(doctor.locator(f"#{box}")).not_to_have_value("")  # Enter may come before the answer
        if box == "code":
            hand.click("form[action$='/diagnosis'] button", leads=True)
    doctor.fill("#dose_quantity", "1")
    doctor.select_option("#rhythm", "d3")
    doctor.fill("#duration_days", "3")
    for action in ("medicine", "issue", "complete"):
        hand.click(f"form[action$='/{action}'] button", leads=True)
    assert rows.scalar(sa.select(Consultation.state).where(
        Consultation.id == number)) == ConsultationState.COMPLETED
    assert hand.clicks <= 8


@pytest.mark.parametrize(("language", "script"), [("id-ID", True), ("en-GB", True), ("id-ID", False)])
def test_from_the_request_to_the_summary(
        open_browser: Callable[..., Page], log_in: Any, accessible: Any, shot: Any, rows: sa.Connection,
        language: str,
        script: bool) -> None:
    name = next(DOCTORS)
    patient = open_browser(phone=True, language=language)
    log_in(patient, "patient")
    speak(patient, language[:2])
    number = approved(open_browser, log_in, rows, patient, name)
    due_now(rows, number)
    talk, room = patient.url, f"/admin/consultation/details/?id={number}"
    doctor = open_browser(language=language, script=script)
    log_in(doctor, name)
    expect(doctor).to_have_url(re.compile("/admin/desk/"))
    speak(doctor, language[:2])
    doctor.goto(room)
    step_button = doctor.locator("form[action$='/start'] button")
    follow(doctor, step_button)
    expect(doctor.locator("#h-note")).to_be_visible()
    expect(doctor.locator("#why-not")).to_be_visible()  # why it cannot be completed yet

    doctor.fill("#composer [name=body]", "Sejak kapan batuknya?")
    doctor.click("#composer button[type=submit]")
    expect(patient.locator("#conversation")).to_contain_text("Sejak kapan batuknya?")
    patient.fill("#composer [name=body]", "Tiga hari, Dok.")
    patient.click("#composer .primary")
    if not script:
        doctor.goto(room)
    expect(doctor.locator("#conversation")).to_contain_text("Tiga hari, Dok.")

    for part, text in (("subjective", "Batuk tiga hari"), ("objective", "Tidak sesak"),
                       ("assessment", "ISPA"),
                       ("plan", "Minum hangat")):
        doctor.fill(f"#{part}", text)
    follow(doctor, "form[action$='/note'] button[value=sign]")
    if script:
        doctor.click("#code-ts-control")
        doctor.keyboard.type("batuk pilek")
        doctor.locator("#code-ts-dropdown .option", has_text="J00").first.click()
    else:
        doctor.fill("noscript input[name=code], form[action$='/diagnosis'] input[name=code]", "batuk pilek")
    follow(doctor, "form[action$='/diagnosis'] button")
    expect(doctor.locator("#h-diagnosis").locator("xpath=../..")).to_contain_text("J00")
    if script:
        doctor.click("#rx-item-ts-control")
        doctor.keyboard.type("parasetamol tablet")
        doctor.locator("#rx-item-ts-dropdown .option", has_text="Parasetamol tablet").first.click()
    else:
        doctor.fill("form[action$='/medicine'] input[name=rx-item]", "Parasetamol tablet 500 mg")
    doctor.fill("#dose_quantity", "1")
    doctor.fill("#dose_unit", "tablet")
    doctor.select_option("#rhythm", "d3")
    doctor.fill("#rx-quantity", "10")
    follow(doctor, "form[action$='/medicine'] button")
    follow(doctor, "form[action$='/issue'] button")
    if script:
        accessible(doctor)
        shot(doctor, f"room-{language[:2]}", full=True)
    follow(doctor, "form[action$='/complete'] button")
    expect(patient.locator("#summary")).to_be_visible()  # by itself
    expect(patient.locator("#summary")).to_contain_text("Minum hangat")
    accessible(patient)
    patient.goto(talk)
    shot(patient, f"summary-{language[:2]}-360", full=True)
    assert rows.scalar(sa.select(Consultation.state).where(Consultation.id
                                                           == number)) == ConsultationState.COMPLETED
    assert rows.scalar(sa.select(Prescription.state).where(
        Prescription.consultation_id == number)) == PrescriptionState.ISSUED
    for page in (patient, doctor):  # the account keeps its language, for the tests that follow too
        speak(page, "id")


def test_a_lost_connection_loses_and_doubles_nothing(
        open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection) -> None:
    patient, doctor, number = both_sides(open_browser, log_in, rows, "patient")
    patient.fill("#composer [name=body]", "Satu")
    patient.click("#composer .primary")
    expect(doctor.locator("#conversation")).to_contain_text("Satu")

    doctor.fill("#composer [name=body]", "Saya sedang menulis")  # typing shows on the other side
    expect(patient.locator("#typing")).to_be_visible()

    patient.context.set_offline(True)
    patient.fill("#composer [name=body]", "Dua, ditulis tanpa sinyal")
    patient.click("#composer .primary")
    expect(patient.locator("#connection")).to_be_visible()
    expect(patient.locator("#composer [name=body]")).to_have_value("Dua, ditulis tanpa sinyal")
    doctor.fill("#composer [name=body]", "Tiga, selagi Anda terputus")
    doctor.click("#composer button[type=submit]")
    expect(doctor.locator("#conversation")).to_contain_text("Tiga, selagi Anda terputus")
    patient.context.set_offline(False)
    for page in (patient, doctor):
        for text in ("Satu", "Dua, ditulis tanpa sinyal", "Tiga, selagi Anda terputus"):
            expect(page.locator("#conversation .said", has_text=text)).to_have_count(1)
    expect(patient.locator("#composer [name=body]")).to_have_value("")
    assert rows.scalar(sa.select(sa.func.count(ConsultationMessage.id)).where(
        ConsultationMessage.consultation_id == number)) == 3
    expect(patient.locator(".msg.me .seen")).to_have_count(2)  # both were read on the other side


def test_an_answer_that_never_came_and_a_doctor_who_was_cut_off(
        open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection) -> None:
    patient, doctor, number = both_sides(open_browser, log_in, rows, "patient2")

    cut = iter((True,))

    def arrives_without_answer(route: Route) -> None:
        if next(cut, False):
            route.fetch()  # the server wrote it
            route.abort("connectionreset")  # the page never hears so, and tries again
        else:
            route.continue_()

    patient.route("**/messages", arrives_without_answer)
    patient.fill("#composer [name=body]", "Satu, jawabannya hilang")
    patient.click("#composer .primary")
    expect(patient.locator("#composer [name=body]")).to_have_value("")

    doctor.context.set_offline(True)
    doctor.fill("#composer [name=body]", "Dua, dari dokter tanpa jaringan")
    doctor.click("#composer button[type=submit]")
    expect(doctor.locator("#connection")).to_be_visible()
    for text in ("Tiga, dokter terputus", "Empat, dokter masih terputus"):
        patient.fill("#composer [name=body]", text)
        patient.click("#composer .primary")
        expect(patient.locator("#conversation")).to_contain_text(text)
    expect(doctor.locator("#conversation")).not_to_contain_text("Empat, dokter masih terputus")
    doctor.context.set_offline(False)
    texts = ("Satu, jawabannya hilang", "Dua, dari dokter tanpa jaringan", "Tiga, dokter terputus",
             "Empat, dokter masih terputus")
    for page in (patient, doctor):
        for text in texts:
            expect(page.locator("#conversation .said", has_text=text)).to_have_count(1)
    expect(doctor.locator("#composer [name=body]")).to_have_value("")
    assert rows.scalar(sa.select(sa.func.count(ConsultationMessage.id)).where(
        ConsultationMessage.consultation_id == number)) == len(texts)


def test_a_message_is_sent_again_though_nothing_new_is_said(
        open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection) -> None:
    patient, _doctor, number = both_sides(open_browser, log_in, rows, "patient2")
    on_its_way: list[Route] = []

    def is_slow(route: Route) -> None:
        if on_its_way:
            route.continue_()
        else:
            route.fetch()  # the server wrote it
            on_its_way.append(route)

    patient.route("**/messages", is_slow)
    patient.fill("#composer [name=body]", "Dibaca lebih dulu daripada jawabannya")
    patient.click("#composer .primary")
    # The doctor's reading rings: the patient's page hears of its own message, and from here on there is no
    # more news.
    expect(patient.locator(".msg.me .seen")).to_have_count(1)
    on_its_way[0].abort("connectionreset")
    expect(patient.locator("#composer [name=body]")).to_have_value("")
    expect(patient.locator("#connection")).to_have_class(re.compile("ok"))
    assert rows.scalar(sa.select(sa.func.count(ConsultationMessage.id)).where(
        ConsultationMessage.consultation_id == number)) == 1


def test_a_message_that_is_refused_says_why_and_stays(
        open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection) -> None:
    patient = open_browser(phone=True)
    log_in(patient, "patient2")
    approved(open_browser, log_in, rows, patient, next(DOCTORS))
    text = patient.locator("#composer [name=body]")
    text.fill("Hasil laboratorium terlampir")
    patient.set_input_files("#composer [name=file]", {
        "name": "lab.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n".ljust(11 * 1024 * 1024)})
    expect(patient.locator("#composer .err")).to_contain_text("10 MB")  # said before it is sent, and not sent
    assert patient.eval_on_selector("#composer [name=file]", "field => field.files.length") == 0
    expect(text).to_have_value("Hasil laboratorium terlampir")
    patient.route("**/messages", lambda route: route.fulfill(
        status=429, content_type="text/html",
        body="<main><h1>Terlalu sering</h1><p>Tunggu beberapa menit.</p></main>"))
    text.fill("Dikirim terlalu sering")
    patient.click("#composer .primary")
    expect(patient.locator("#composer .err")).to_have_text("Tunggu beberapa menit.")  # a page's
    expect(text).to_have_value("Dikirim terlalu sering")
    patient.unroute("**/messages")
    patient.click("#composer .primary")
    expect(patient.locator("#conversation")).to_contain_text("Dikirim terlalu sering")
    expect(text).to_have_value("")
    expect(patient.locator("#composer .err")).to_have_count(0)


def test_a_doctor_who_cannot_come_moves_the_day(
        open_browser: Callable[..., Page], log_in: Any, accessible: Any, shot: Any,
        rows: sa.Connection) -> None:
    patient, doctor = open_browser(phone=True), open_browser()
    log_in(patient, "patient")
    number = approved(open_browser, log_in, rows, patient, "doctor2")
    on = (rows.scalar(sa.select(Consultation.starts_at).where(Consultation.id == number))
          + timedelta(hours=7)).date()
    log_in(doctor, "doctor2")
    accessible(doctor)
    shot(doctor, "desk")
    doctor.goto(f"/admin/desk/away?on={on.isoformat()}")
    expect(doctor.locator(f"#plan-{number}")).to_be_visible()
    accessible(doctor)
    shot(doctor, "away")
    # without a reason: told at the field
    follow(doctor, "form[method=post][action='/admin/desk/away'] button")
    expect(doctor.locator("#e-reason")).to_be_visible()
    doctor.fill("#reason", "Dokter sakit")
    follow(doctor, "form[method=post][action='/admin/desk/away'] button")
    expect(doctor.locator(".alert-success")).to_be_visible()
    assert rows.scalar(sa.select(Consultation.state).where(Consultation.id == number)) in (
        ConsultationState.RESCHEDULED, ConsultationState.CANCELLED)
    expect(patient.locator("#consultation-state")).to_contain_text("Dokter sakit")  # by itself


def test_what_was_typed_when_the_session_ended_is_there_after_the_sign_in(
        open_browser: Callable[..., Page], log_in: Any, rows: sa.Connection) -> None:
    def over() -> None:
        rows.execute(sa.text("UPDATE user_session SET ended_at = started_at WHERE ended_at IS NULL"))

    def door(who: str) -> None:
        expect(patient).to_have_url(re.compile("/login"))
        patient.fill("[name=email]", f"{who}@demo.rawat")
        patient.fill("[name=password]", "rawat-demo-2026")
        patient.press("[name=password]", "Enter")
        expect(patient).to_have_url(re.compile("/portal/profile/edit"))

    patient = open_browser(phone=True)
    log_in(patient, "patient")
    patient.goto("/portal/profile/edit")
    patient.fill("[name=address]", "Jalan Kenanga 7, ditulis lama sekali")
    over()
    patient.locator("main form button.primary").last.click()
    door("patient")
    expect(patient.locator("[name=address]")).to_have_value("Jalan Kenanga 7, ditulis lama sekali")
    expect(patient.locator("#trouble")).to_be_visible()
    patient.reload()
    expect(patient.locator("[name=address]")).not_to_have_value("Jalan Kenanga 7, ditulis lama sekali")

    patient.fill("[name=address]", "Hanya untuk saya")
    over()
    patient.locator("main form button.primary").last.click()
    door("patient2")  # somebody else signs in on the same telephone
    expect(patient.locator("[name=address]")).not_to_have_value("Hanya untuk saya")

    doctor = open_browser()
    log_in(doctor, Role.DOCTOR)
    number = rows.scalar(sa.select(Consultation.id).join(Consultation.doctor).join(Doctor.user).where(
        User.email == "doctor@demo.rawat", Consultation.state == ConsultationState.IN_PROGRESS).limit(1))
    doctor.goto(f"/admin/consultation/details/?id={number}")
    doctor.fill("#letter_body", "Istirahat di rumah")
    doctor.fill("#body", "Saya kirim suratnya")
    over()
    doctor.click("form[action$='/letter'] button")
    expect(doctor).to_have_url(re.compile("/login"))
    doctor.fill("[name=email]", "doctor@demo.rawat")
    doctor.fill("[name=password]", "rawat-demo-2026")
    doctor.press("[name=password]", "Enter")
    expect(doctor.locator("#letter_body")).to_have_value("Istirahat di rumah")
    expect(doctor.locator("#body")).to_have_value("Saya kirim suratnya")
