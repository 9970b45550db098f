"""Ways back in the life of a consultation: begun by mistake, missed by mistake, given to another doctor, and
requests whose time came before anybody decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.clinic import PatientState
from models.consultations import Consultation, ConsultationState, NoteDraft
from models.errors import NotAllowed, Refused, WrongState
from models.operations.clinic import overdue, slots
from models.operations.clinic.clinical import write_note
from models.operations.clinic.consultations import request
from models.operations.core.approvals import perform
from models.operations.people import form_drafts, notices
from models.organisation import Setting
from models.outbox import Notice, Outbox
from models.prescriptions import Prescription
from models.roles import Role
from tests.support import factories as make

#: A Monday, ten in the morning in Jakarta.
TEN = datetime(2026, 3, 2, 3, tzinfo=UTC)
C = ConsultationState


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    clock.freeze(TEN)
    yield
    clock.freeze(None)


def approved(**fields: Any) -> Consultation:
    return make.make_consultation(**{"starts_at": TEN, "state": C.APPROVED, "number": "KON/2026/000901",
                                     "approved_at": TEN - timedelta(days=1), **fields})


def begun(**fields: Any) -> Consultation:
    visit = approved(**fields)
    perform(visit, "start", by=visit.doctor.user)
    return visit


def told(user: Any) -> list[str]:
    return [notice.event for notice in notices.latest(user)]


# ---------------------------------------------------------------- starting

@pytest.mark.parametrize(("minutes", "may"), [(-16, False), (-15, True), (0, True), (13 * 60 + 59, True),
                                              (14 * 60, False)])
def test_a_consultation_is_started_from_a_quarter_before_until_its_day_ends(session: Any, minutes: int,
                                                                            may: bool) -> None:
    visit = approved()
    clock.freeze(TEN + timedelta(minutes=minutes))
    if may:
        perform(visit, "start", by=visit.doctor.user)
    else:
        with pytest.raises(Refused, match="15 minutes before"):
            perform(visit, "start", by=visit.doctor.user)


def test_a_start_by_mistake_is_undone_while_nothing_is_signed(session: Any) -> None:
    visit = begun()
    with pytest.raises(Refused, match="reason"):
        perform(visit, "undo_start", by=visit.doctor.user)
    perform(visit, "undo_start", by=visit.doctor.user, reason="The wrong patient")
    assert (visit.state, visit.started_at) == (C.APPROVED, None)
    perform(visit, "start", by=visit.doctor.user)
    write_note(visit, by=visit.doctor.user, subjective="s", objective="o", assessment="a", plan="p")
    session.expire(visit)
    with pytest.raises(Refused, match="signed"):
        perform(visit, "undo_start", by=visit.doctor.user, reason="Again")


def test_who_does_not_come_ends_as_missed_and_nobody_invents_a_diagnosis(session: Any) -> None:
    visit = begun()
    with pytest.raises(Refused, match="not over yet"):
        perform(visit, "no_show", by=visit.doctor.user)
    clock.freeze(visit.ends_at)
    perform(visit, "no_show", by=visit.doctor.user)
    assert visit.state == C.NO_SHOW
    assert "consultation_missed" in told(visit.patient.user)


def test_missed_by_mistake_is_taken_back_for_a_day_and_the_patient_is_told(session: Any) -> None:
    visit = begun()
    clock.freeze(visit.ends_at)
    perform(visit, "no_show", by=visit.doctor.user)
    clock.freeze(visit.ends_at + timedelta(hours=1))
    with pytest.raises(Refused, match="reason"):
        perform(visit, "undo_no_show", by=visit.doctor.user)
    perform(visit, "undo_no_show", by=visit.doctor.user, reason="Stood in another room")
    assert visit.state == C.APPROVED
    assert "consultation_back" in told(visit.patient.user)
    perform(visit, "no_show", by=visit.doctor.user)
    clock.freeze(clock.now() + timedelta(hours=24, seconds=1))
    with pytest.raises(Refused, match="24 hours"):
        perform(visit, "undo_no_show", by=visit.doctor.user, reason="Too late")


def test_missed_by_mistake_may_be_planned_at_a_new_time(session: Any) -> None:
    visit = approved()
    clock.freeze(visit.ends_at)
    perform(visit, "no_show", by=visit.doctor.user)
    later = slots.next_free(visit.doctor, after=TEN + timedelta(hours=3))[0]
    perform(visit, "undo_no_show", by=visit.doctor.user, reason="Power cut",
            given={"moved_to": later.starts_at})
    assert (visit.state, visit.starts_at, visit.moved_to) == (C.APPROVED, later.starts_at, None)


# ---------------------------------------------------------------- another doctor

def test_the_office_gives_a_consultation_to_another_doctor(session: Any) -> None:
    visit, other, office = begun(), make.make_doctor(), make.make_user(Role.ADMIN)
    before = visit.doctor
    visit.draft = NoteDraft(subjective="typed, not signed")
    session.flush()
    with pytest.raises(NotAllowed):
        perform(visit, "reassign", by=before.user, reason="ill", given={"moved_to_doctor": other})
    with pytest.raises(Refused, match="another doctor"):
        perform(visit, "reassign", by=office, reason="ill", given={"moved_to_doctor": before})
    perform(visit, "reassign", by=office, reason="ill", given={"moved_to_doctor": other})
    assert (visit.state, visit.doctor_id, visit.draft, visit.started_at) == (C.APPROVED, other.id, None, None)
    assert "consultation_reassigned" in told(visit.patient.user)
    assert "consultation_planned" in told(other.user)
    assert "consultation_handed_over" in told(before.user)
    kept = form_drafts.kept_of(before.user, f"consultation:{visit.id}")
    assert kept["note"]["subjective"] == "typed, not signed"
    assert form_drafts.kept_of(other.user, f"consultation:{visit.id}") == {}
    perform(visit, "reassign", by=office, reason="well again", given={"moved_to_doctor": before})
    assert visit.draft.subjective == "typed, not signed"


def test_the_other_doctor_is_free_then_and_has_a_licence(session: Any) -> None:
    visit, office = approved(), make.make_user(Role.ADMIN)
    busy = make.make_doctor()
    make.make_consultation(doctor=busy, starts_at=TEN, state=C.APPROVED)
    with pytest.raises(Refused, match="another consultation at this time"):
        perform(visit, "reassign", by=office, reason="ill", given={"moved_to_doctor": busy})
    session.rollback()


def test_a_doctor_without_a_licence_takes_nothing_over(session: Any) -> None:
    visit, office = approved(), make.make_user(Role.ADMIN)
    gone = make.make_doctor(sip_expires_on=clock.today() - timedelta(days=1))
    with pytest.raises(Refused, match="licence"):
        perform(visit, "reassign", by=office, reason="ill", given={"moved_to_doctor": gone})


# ---------------------------------------------------------------- by time

def test_a_request_nobody_decided_on_ends_at_its_time_with_the_next_times(session: Any) -> None:
    office = make.make_user(Role.ADMIN)
    visit = make.make_consultation(starts_at=TEN + timedelta(minutes=20), number="KON/2026/000063")
    overdue.expire()
    assert visit.state == C.REQUESTED
    clock.freeze(visit.starts_at)
    with pytest.raises(Refused, match="already over"):
        perform(visit, "approve", by=office)
    assert overdue.expire() == "1 ended"
    assert overdue.expire() == ""
    assert visit.state == C.EXPIRED
    assert told(visit.patient.user) == ["consultation_expired"]
    assert "consultation_missed_by_office" in told(office)
    assert told(visit.doctor.user) == []  # it was never approved: between patient and office
    words = session.scalars(sa.select(Outbox).where(Outbox.template == "consultation_expired")).one()
    assert words.params["slots"].startswith("02/03 11:30")
    assert slots.booked(TEN, TEN + timedelta(hours=1), doctors=[visit.doctor_id]) == []
    with pytest.raises(WrongState):
        perform(visit, "cancel", by=office, reason="late")


def test_an_approved_one_ends_a_day_after_its_time(session: Any) -> None:
    visit = approved()
    clock.freeze(visit.ends_at + timedelta(hours=24) - timedelta(seconds=1))
    assert overdue.expire() == ""
    clock.freeze(visit.ends_at + timedelta(hours=24))
    assert overdue.expire() == "1 ended"
    assert told(visit.patient.user) == ["consultation_lapsed"]
    assert told(visit.doctor.user) == ["consultation_not_begun"]


def test_consent_is_withdrawn_at_once_while_the_doctor_talks(session: Any) -> None:
    visit = begun()
    perform(visit.patient, "close", by=visit.patient.user)
    assert (visit.patient.state, visit.state) == (PatientState.CLOSED, C.CANCELLED)


# ---------------------------------------------------------------- asking: notice, limits, urgency

def test_no_time_is_asked_for_that_nobody_can_approve_in_time(session: Any) -> None:
    patient, doctor = make.make_patient(), make.make_doctor()
    with pytest.raises(Refused, match="too near"):
        request(patient, doctor, TEN + timedelta(minutes=45), "A cough", by=patient.user)
    request(patient, doctor, TEN + timedelta(minutes=60), "A cough", by=patient.user)
    session.add(Setting(key="consultation.auto_approve", value="yes"))
    assert slots.free_slots(doctor, clock.today())[0].starts_at == TEN + timedelta(minutes=15)
    office = make.make_user(Role.ADMIN)  # who is asked by telephone looks at the clock
    request(make.make_patient(), doctor, TEN + timedelta(minutes=15), "A cough", by=office)


def test_one_patient_does_not_take_all_times(session: Any) -> None:
    patient, doctor = make.make_patient(), make.make_doctor()
    for hour in (2, 3):
        request(patient, doctor, TEN + timedelta(hours=hour), "A cough", by=patient.user)
    with pytest.raises(Refused, match="with this doctor"):
        request(patient, doctor, TEN + timedelta(hours=4), "A cough", by=patient.user)
    for hour in (4, 5):
        request(patient, make.make_doctor(), TEN + timedelta(hours=hour), "A cough", by=patient.user)
    third = make.make_doctor()
    request(patient, third, TEN + timedelta(days=1), "A cough", by=patient.user)
    with pytest.raises(Refused, match="consultations to come"):
        request(patient, third, TEN + timedelta(days=1, hours=1), "A cough", by=patient.user)
    request(patient, third, TEN + timedelta(days=1, hours=1), "A cough", by=make.make_user(Role.ADMIN))


@pytest.mark.parametrize(("value", "breath", "state"), [
    ("no", "", C.REQUESTED), ("yes", "1", C.APPROVED), ("not_urgent", "", C.APPROVED),
    ("not_urgent", "1", C.REQUESTED)])
def test_what_is_approved_by_itself(session: Any, value: str, breath: str, state: ConsultationState) -> None:
    session.add(Setting(key="consultation.auto_approve", value=value))
    patient = make.make_patient()
    visit = request(patient, make.make_doctor(), TEN + timedelta(hours=2), "A cough", by=patient.user,
                    answers={"breath": breath} if breath else {})
    assert visit.state == state


def test_the_inbox_goes_by_urgency_then_by_the_appointment(client: Any, sign_in: Any) -> None:
    late = make.make_consultation(starts_at=TEN + timedelta(days=9), number="KON/2026/000001")
    near = make.make_consultation(starts_at=TEN + timedelta(hours=3), number="KON/2026/000002")
    urgent = make.make_consultation(starts_at=TEN + timedelta(days=2), number="KON/2026/000003",
                                    triage="urgent")
    db.session.commit()
    sign_in(client, Role.ADMIN)
    for address in ("/admin/inbox/", "/admin/"):
        page = client.get(address).text
        places = [page.index(each.number) for each in (urgent, near, late)]
        assert places == sorted(places), address
        assert urgent.doctor.name in page
        assert "13.00" in page or "13:00" in page
        assert "Mendesak" in page or "Urgent" in page


def test_a_prescription_that_was_begun_does_not_pass_to_the_other_doctor(session: Any) -> None:
    visit, other, office = begun(), make.make_doctor(), make.make_user(Role.ADMIN)
    session.add(Prescription(consultation=visit, created_by_id=visit.doctor.user_id))
    session.flush()
    perform(visit, "reassign", by=office, reason="ill", given={"moved_to_doctor": other})
    assert [paper.state for paper in visit.prescriptions] == ["cancelled"]


def test_a_notice_of_what_expired_is_no_open_turn(session: Any) -> None:
    """The office's bell no longer says that the request waits."""
    make.make_user(Role.ADMIN)
    patient = make.make_patient()
    visit = request(patient, make.make_doctor(), TEN + timedelta(hours=2), "A cough", by=patient.user)
    clock.freeze(visit.starts_at)
    overdue.expire()
    assert session.scalar(sa.select(sa.func.count()).select_from(Notice).where(
        Notice.waits, Notice.read_at.is_(None))) == 0
