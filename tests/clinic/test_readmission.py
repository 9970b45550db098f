"""Closed patients come back; closing, rejecting and reinstating, and what becomes of the NIK."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from models import clock
from models.accounts import AccountIdentity, AccountTicket, TicketKind
from models.clinic import Patient, PatientState
from models.consultations import ClinicalNote
from models.documents import WORKFLOWS
from models.errors import NotAllowed, Refused
from models.operations.clinic import merging
from models.operations.clinic.patients import CONSENTS
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.operations.people import accounts, nik
from models.operations.people.notices import turn
from models.outbox import Notice, Outbox
from models.people import AccountStatus, User
from models.roles import Role
from tests.support.factories import make_consultation, make_doctor, make_patient, make_user, saved

NIK = "3171015705900001"
BORN = date(1990, 5, 17)
AGREED = {"identity_checked": True, "consents_given": True}


@pytest.fixture
def admin(session):
    return make_user(Role.ADMIN)


@pytest.fixture
def closed(session):
    """A patient who closed the account a while ago."""
    patient = make_patient(birth_date=BORN, allergies="Udang",
                           user=make_user(Role.PATIENT, password_hash="old"))
    nik.keep(patient, NIK, confirmed=True)
    perform(patient, "close", by=patient.user)
    return patient


# ---------------------------------------------------------------- readmitting

def test_the_same_record_goes_on(closed, admin, session):
    number = closed.medical_record_number
    perform(closed, "readmit", by=admin, given=AGREED)
    assert (closed.state, closed.medical_record_number, closed.allergies) == ("active", number, "Udang")
    assert nik.of(closed) == NIK
    assert [bad for name, bad in checks.verify(session)
            if bad and name.startswith(("patients", "accounts"))] == []


def test_consents_are_given_anew_and_the_old_ones_stay_withdrawn(closed, admin):
    perform(closed, "readmit", by=admin, given=AGREED)
    alive = [each for each in closed.consents if each.withdrawn_at is None]
    assert {(each.kind, each.text_version) for each in alive} == set(CONSENTS.items())
    assert all(each.given_by_id == admin.id and each.given_at for each in alive)
    assert len(closed.consents) == 4


@pytest.mark.parametrize("missing", sorted(AGREED))
def test_identity_and_consents_are_asked_at_their_field(closed, admin, missing):
    with pytest.raises(Refused) as told:
        perform(closed, "readmit", by=admin, given=AGREED | {missing: False})
    assert told.value.field == missing


def test_the_account_opens_by_a_mail_and_the_old_password_is_gone(closed, admin, session):
    saved(AccountIdentity(user_id=closed.user_id, issuer="https://accounts.google.com", subject="1"))
    perform(closed, "readmit", by=admin, given=AGREED)
    assert (closed.user.status, closed.user.password_hash) == (AccountStatus.ACTIVE, None)
    assert session.scalar(sa.select(sa.func.count()).select_from(AccountIdentity)) == 0
    mail = session.scalars(sa.select(Outbox).where(Outbox.template == "account_readmitted")).one()
    ticket = session.get(AccountTicket, mail.params["link_ticket"])
    assert (ticket.kind, ticket.to_address) == (TicketKind.RESET_PASSWORD, closed.user.email)
    accounts.reset_password(accounts.token_of(ticket), "new")
    assert closed.user.password_hash == "new"
    assert "registration_readmitted" in session.scalars(sa.select(Outbox.template))


def test_no_link_goes_to_an_address_that_the_same_administrator_just_wrote(closed, admin):
    closed.user.email_set_at, closed.user.email_set_by_id = clock.now(), admin.id
    with pytest.raises(Refused, match="changed the address"):
        perform(closed, "readmit", by=admin, given=AGREED)


def test_an_account_that_was_shut_for_its_work_is_not_opened_here(closed, admin):
    closed.user.user_roles.append(type(admin.user_roles[0])(role=Role.STORE_STAFF))
    closed.user.status = AccountStatus.INACTIVE
    with pytest.raises(Refused, match="its other roles"):
        perform(closed, "readmit", by=admin, given=AGREED)


def test_what_was_merged_is_not_readmitted(admin, session):
    gone, kept = (make_patient(name="Siti", birth_date=BORN) for _ in "12")
    merging.merge(gone, kept, by=admin)
    with pytest.raises(Refused, match="merged"):
        perform(gone, "readmit", by=admin, given=AGREED)


def test_only_another_administrator_readmits(closed, admin):
    with pytest.raises(NotAllowed):
        perform(closed, "readmit", by=make_user(Role.DOCTOR), given=AGREED)
    closed.user.user_roles.append(type(admin.user_roles[0])(role=Role.ADMIN))
    with pytest.raises(Refused, match="your own"):
        perform(closed, "readmit", by=closed.user, given=AGREED)


def test_a_registration_that_was_never_approved_gets_its_number_then(admin, session):
    patient = make_patient(state="pending", birth_date=BORN)
    perform(patient, "close", by=patient.user)
    perform(patient, "readmit", by=admin, given=AGREED)
    assert patient.medical_record_number


def test_who_registered_anew_after_closing_becomes_one_with_the_old_record(closed, admin):
    """The old one is readmitted, then the new one is merged into it: one record, one NIK, the allergies."""
    new = make_patient(name=closed.name, birth_date=BORN, state="pending")
    nik.keep(new, NIK, confirmed=True)
    assert [each.patient.id for each in merging.like(new)] == [closed.id]
    with pytest.raises(Refused, match="Readmit it first"):
        merging.merge(new, closed, by=admin)
    perform(closed, "readmit", by=admin, given=AGREED)
    merging.merge(new, closed, by=admin)
    assert (nik.of(closed), closed.allergies) == (NIK, "Udang")


def test_nobody_is_told_that_a_closed_record_waits_for_them(closed):
    assert turn(Patient, PatientState.CLOSED) == []
    assert WORKFLOWS["patient"].workflow.waiting_on(PatientState.CLOSED) == ()


# ---------------------------------------------------------------- closing

@pytest.mark.parametrize("state", ["pending", "active", "suspended", "rejected"])
@pytest.mark.parametrize("who", ["patient", "admin"])
def test_consent_can_be_withdrawn_in_every_state(session, admin, state, who):
    patient = make_patient(state=state)
    perform(patient, "close", by=admin if who == "admin" else patient.user)
    assert patient.state == "closed"
    assert all(consent.withdrawn_at for consent in patient.consents)
    assert session.get(Patient, patient.id).name


@pytest.mark.parametrize("state", ["requested", "approved", "in_progress"])
def test_what_is_open_ends_with_it_one_in_progress_too(session, state):
    patient = make_patient()
    visit = make_consultation(patient=patient, state=state, approved_at=clock.now())
    note = saved(ClinicalNote(consultation_id=visit.id, subjective="a", objective="b", assessment="c",
                              plan="d",
                              author_id=visit.doctor.user_id)) if state == "in_progress" else None
    perform(patient, "close", by=patient.user)
    assert visit.state == "cancelled"
    assert note is None or session.get(ClinicalNote, note.id) is note


def test_a_doctor_cancels_what_is_in_progress_while_nothing_is_signed(session):
    doctor = make_doctor()
    one, two = (make_consultation(doctor=doctor, state="in_progress", approved_at=clock.now(),
                                  starts_at=clock.now() + timedelta(days=day)) for day in (1, 2))
    perform(one, "cancel", by=doctor.user, reason="The patient is not there")
    saved(ClinicalNote(consultation_id=two.id, subjective="a", objective="b", assessment="c", plan="d",
                       author_id=doctor.user_id))
    with pytest.raises(Refused, match="signed"):
        perform(two, "cancel", by=doctor.user, reason="The patient is not there")
    with pytest.raises(NotAllowed):
        perform(two, "cancel", by=two.patient.user, reason="x")


# ---------------------------------------------------------------- the NIK of a rejected registration

@pytest.fixture
def rejected(session, admin):
    patient = make_patient(state="pending", birth_date=BORN)
    nik.keep(patient, NIK, confirmed=True)
    perform(patient, "reject", by=admin, reason="The photo is unreadable")
    return patient


def test_the_nik_of_a_rejected_registration_is_free(rejected, session):
    other = make_patient(state="pending", birth_date=BORN)
    assert nik.keep(other, NIK, confirmed=True) is True
    assert (nik.of(rejected), rejected.nik_index) == (NIK, None)
    assert nik.find(NIK).id == other.id


def test_reinstated_it_holds_its_nik_again(rejected, admin):
    perform(rejected, "reinstate", by=admin)
    assert (rejected.state, nik.find(NIK).id) == ("active", rejected.id)


@pytest.mark.parametrize("step", ["reinstate", "readmit"])
def test_it_does_not_come_back_when_the_nik_was_taken_meanwhile(rejected, admin, session, step):
    other = make_patient(birth_date=BORN)
    nik.keep(other, NIK, confirmed=True)
    if step == "readmit":
        perform(rejected, "close", by=rejected.user)
    with pytest.raises(Refused, match=other.medical_record_number), session.begin_nested():
        perform(rejected, step, by=admin, given=AGREED if step == "readmit" else {})


def test_the_database_keeps_a_rejected_one_from_holding_a_nik(rejected, session):
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        session.execute(sa.update(Patient.__table__).where(Patient.__table__.c.id == rejected.id)
                        .values(nik_index="x"))


# ---------------------------------------------------------------- guardians

@pytest.fixture
def orphan(session, admin):
    """A suspended child whose guardian closed the account."""
    guardian = make_patient()
    child = make_patient(guardian=guardian, birth_date=date(2020, 1, 2))
    perform(child, "suspend", by=admin, reason="Checked")
    perform(guardian, "close", by=guardian.user)
    return child


def test_a_child_whose_guardian_left_comes_back_with_another_one(orphan, admin):
    with pytest.raises(Refused) as told:
        perform(orphan, "reinstate", by=admin)
    assert told.value.field == "guardian"
    aunt = make_patient()
    perform(orphan, "reinstate", by=admin, given={"guardian": aunt})
    assert (orphan.state, orphan.guardian_id) == ("active", aunt.id)
    assert aunt.user_id in orphan.owner_ids


@pytest.mark.parametrize("which", ["pending", "child", "itself", "for somebody with an account"])
def test_who_cannot_be_a_guardian_is_refused_at_the_field(orphan, admin, session, which):
    grown = make_patient(state="suspended")
    named = {"pending": lambda: make_patient(state="pending"), "itself": lambda: orphan,
             "child": lambda: make_patient(guardian=make_patient()),
             "for somebody with an account": make_patient}[which]()
    with pytest.raises(Refused) as told:
        perform(grown if which.startswith("for") else orphan, "reinstate", by=admin,
                given={"guardian": named})
    assert told.value.field == "guardian"


# ---------------------------------------------------------------- one NIK in two records

def test_a_nik_that_another_record_has_is_a_question_for_the_office(admin, session):
    first, second = make_patient(birth_date=BORN), make_patient(birth_date=BORN, state="pending",
                                                                name="Other name")
    nik.keep(first, NIK, confirmed=True)
    from models.operations.clinic.patients import update_profile
    update_profile(second, {}, by=second.user, number=NIK, nik_confirmed=True)
    assert nik.masked_of(second) == nik.masked_of(first)
    told = session.scalars(sa.select(Notice).where(Notice.event == "nik_in_question")).all()
    assert {each.user_id for each in told} == {admin.id}
    assert [(each.patient.id, each.reasons) for each in merging.like(second)] == [
        (first.id, (merging.REASONS["nik"],))]
    with pytest.raises(Refused, match=first.medical_record_number), session.begin_nested():
        perform(second, "approve", by=admin)


def test_the_office_is_told_whose_it_is(admin, session):
    first, second = make_patient(birth_date=BORN), make_patient(birth_date=BORN)
    nik.keep(first, NIK, confirmed=True)
    from models.operations.clinic.patients import update_profile
    with pytest.raises(Refused, match=first.medical_record_number) as told:
        update_profile(second, {}, by=admin, number=NIK, nik_confirmed=True)
    assert told.value.field == "nik"
    assert session.scalar(sa.select(sa.func.count()).select_from(User)) == 3
