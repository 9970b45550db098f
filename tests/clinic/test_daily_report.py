"""The daily performance report: what it counts, its files, its mail."""

from __future__ import annotations

import io
import itertools
from datetime import UTC, datetime, timedelta

import pypdf
import pytest
import sqlalchemy as sa
from flask_babel import force_locale
from python_calamine import CalamineWorkbook

from backoffice.panel import jobs as scheduled
from backoffice.panel.reports import span
from models import clock
from models.base import db
from models.documents import Attachment, DocumentEvent
from models.operations.clinic.reports_clinic import spans
from models.operations.core import jobs
from models.operations.core.report_kit import REPORTS
from models.organisation import Setting
from models.outbox import JobRun, Outbox
from models.people import Language
from models.roles import Role
from portal.web.outbox_job import composed
from tests.support.factories import make_consultation, make_doctor, make_patient, make_user, saved

NOW = datetime(2026, 11, 20, 12, tzinfo=clock.zone()).astimezone(UTC)  # noon
MORNING = datetime(2026, 11, 20, 9, tzinfo=clock.zone()).astimezone(UTC)
REPORT = REPORTS["daily_performance"]
DAY = {"from": NOW.date(), "to": NOW.date()}


@pytest.fixture(autouse=True)
def noon(app):
    clock.freeze(NOW)


def held(doctor, number, **fields):
    consultation = make_consultation(doctor=doctor, starts_at=MORNING + timedelta(hours=number), **fields)
    saved(DocumentEvent(document_type="consultation", document_id=consultation.id, transition="create",
                        to_state="requested", user_id=consultation.created_by_id,
                        occurred_at=MORNING - timedelta(hours=5)))
    return consultation


@pytest.fixture
def day(session):
    """Two doctors: one with a completed (10 minutes late) and a missed one, the other with one still asked
    for."""
    busy, idle = make_doctor(name="dr. Ani"), make_doctor(name="dr. Budi")
    held(busy, 0, state="completed", approved_at=MORNING - timedelta(hours=3),
         started_at=MORNING + timedelta(minutes=10), completed_at=MORNING + timedelta(minutes=30))
    held(busy, 1, state="completed", approved_at=MORNING - timedelta(hours=4), started_at=MORNING,
         completed_at=MORNING + timedelta(hours=2))  # an hour early: nobody waited
    held(busy, 2, state="no_show", approved_at=MORNING - timedelta(hours=1))
    held(idle, 0)
    make_consultation(doctor=idle, starts_at=MORNING - timedelta(days=1), state="completed")
    make_patient(state="pending", registered_at=NOW - timedelta(days=3))
    return busy, idle


def rows(statement):
    return [row._mapping for row in db.session.execute(statement)]


def test_a_doctors_day_in_numbers(day):
    ani, budi = rows(REPORT.select(DAY))
    assert (ani["doctor"], ani["number"], ani["completed"], ani["no_show"], ani["open"]) == ("dr. Ani", 3, 2,
                                                                                             1, 0)
    assert ani["response"] == pytest.approx((2 + 1 + 4) / 3 * 60, abs=0.01)
    assert ani["waiting"] == pytest.approx(5, abs=0.01)
    assert (budi["number"], budi["open"], budi["response"], budi["waiting"]) == (1, 1, None, None)


def test_sections_say_the_same_in_other_ways(day):
    sections = {each.key: rows(each.select(DAY)) for each in REPORT.sections}
    assert {str(row["state"]): row["number"] for row in sections["by_state"]} == {
        "completed": 2, "no_show": 1, "requested": 1}
    assert sum(row["number"] for row in sections["by_specialization"]) == 4
    assert [(row["number"], row["completed"]) for row in sections["by_day"]] == [(4, 2)]
    (whole,) = rows(REPORT.summary(DAY))
    assert (whole["number"], whole["completed"]) == (4, 2)
    assert whole["registered"] == sum(row["number"] for row in sections["registrations"])


def test_a_day_is_the_hospitals(session):
    """23:30 in Jakarta is 16:30 of UTC's same day, 00:30 the day before."""
    doctor = make_doctor()
    first, after = clock.day_bounds(NOW.date())
    for at in (first, after - timedelta(minutes=30), after):
        make_consultation(doctor=doctor, starts_at=at)
    assert rows(REPORT.summary(DAY))[0]["number"] == 2


@pytest.mark.parametrize("days", [1, 7, 62, 63, 365, 4000])
def test_every_day_of_a_range_is_in_one_bar(days):
    start = NOW.date()
    end = start + timedelta(days=days - 1)
    found = spans(start, end)
    assert len(found) <= 62
    assert (found[0][0], found[-1][1]) == (start, end)
    assert all(left[1] + timedelta(days=1) == right[0] for left, right in itertools.pairwise(found))


@pytest.mark.parametrize(("minutes", "text"),
                         [(0, "0 min"), (59.4, "59 min"), (60, "1 h 00 min"), (185, "3 h 05 min"),
                                               (3000, "2 d 2 h")])
def test_minutes_as_people_say_them(app, minutes, text):
    with force_locale("en"):
        assert span(minutes) == text


@pytest.mark.parametrize(("role", "status"), [(Role.ADMIN, 200), (Role.DIRECTOR, 200), (Role.STORE_HEAD, 403),
                                              (Role.DOCTOR, 403), (Role.PATIENT, 403)])
def test_who_may_read_it(client, sign_in, role, status):
    sign_in(client, role)
    assert client.get("/admin/reports/daily_performance/").status_code == status
    for kind in ("csv", "xlsx", "pdf"):
        assert client.get(f"/admin/reports/daily_performance/{kind}/").status_code == status


def test_the_page_shows_every_section_with_its_chart(client, sign_in, day):
    sign_in(client, Role.DIRECTOR)
    page = client.get("/admin/reports/daily_performance/").get_data(as_text=True)
    assert [f'id="h-{each.key}"' in page for each in REPORT.sections] == [True] * 4
    assert page.count('<svg class="rw-bars"') == 2
    assert "dr. Ani" in page
    assert client.get("/admin/reports/daily_performance/?from=2031-01-01&to=2020-01-01").status_code == 200


def test_the_files_hold_every_section(client, sign_in, day):
    sign_in(client, Role.ADMIN)
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(client.get("/admin/reports/daily_performance/xlsx/").data)
    )
    assert len(book.sheet_names) == 5
    doctors = book.get_sheet_by_index(0).to_python()
    assert [doctors[1][0], int(doctors[1][1]), doctors[1][7]] == ["dr. Ani", 3, 5]
    paper = pypdf.PdfReader(io.BytesIO(client.get("/admin/reports/daily_performance/pdf/").data))
    text = "\n".join(page.extract_text() for page in paper.pages)
    with force_locale("id"):
        from flask_babel import gettext
        for each in REPORT.sections:
            assert gettext(each.title) in text
    assert "dr. Ani" in text


# ---------------------------------------------------------------- by mail

def configured(recipients, hour="6"):
    saved(Setting(key="daily_report.recipients", value=recipients))
    saved(Setting(key="daily_report.hour", value=hour))
    db.session.commit()


def test_it_goes_out_once_a_day_to_each_in_their_language(session, day):
    director = make_user(Role.DIRECTOR, language=Language.EN)
    make_user(Role.ADMIN)
    configured(f"{director.email}; mutu@rs.example , {director.email.upper()}")
    one = jobs.JOBS["daily_report"]
    for _ in range(3):
        jobs.run(one)
        session.commit()
    mails = session.scalars(sa.select(Outbox).where(Outbox.template
                                                    == "daily_report").order_by(Outbox.id)).all()
    assert sorted(mail.to_address.lower() for mail in mails) == sorted([director.email, "mutu@rs.example"])
    english = next(mail for mail in mails if mail.language == Language.EN)
    message = composed(english, "rs@example.org")
    assert message.subject == "Daily performance of telemedicine, 19 Nov 2026"
    assert "Consultations: 1, completed: 1." in message.text
    assert message.enclosed.content.startswith(b"%PDF")
    assert session.scalar(sa.select(sa.func.count()).select_from(Attachment)) == 2
    clock.freeze(NOW + timedelta(days=1))
    jobs.run(one)
    assert session.scalar(sa.select(sa.func.count()).select_from(Outbox).where(
        Outbox.template == "daily_report")) == 4


def test_nothing_goes_out_before_its_hour_or_to_nobody(session):
    one = jobs.JOBS["daily_report"]
    configured("mutu@rs.example", hour="13")
    assert jobs.run(one) is None
    assert session.scalar(sa.select(sa.func.count()).select_from(JobRun)) == 0
    clock.freeze(NOW + timedelta(hours=1))
    make_user(Role.ADMIN)
    assert jobs.run(one)


@pytest.mark.parametrize("text", ["", "x", "-1", "24", "٣", "6.5"])
def test_an_hour_that_is_none_is_six(session, text):
    session.execute(sa.insert(Setting).values(key="daily_report.hour", value=text))
    assert scheduled.hour() == 6
