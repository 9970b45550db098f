"""Erasing an account: what only served the sign-in goes, the record stays, the person is told once more."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.accounts import AccountIdentity
from models.activity import Activity, ActivityLog
from models.base import db
from models.clinic import Patient, PatientState
from models.consultations import ConsultationMessage, ConsultationState
from models.errors import Refused
from models.form_drafts import FormDraft
from models.operations.clinic import conversations
from models.operations.core.approvals import perform
from models.operations.people import erasure
from models.outbox import DeliveryStatus, Notice, Outbox
from models.people import AccountStatus, User, UserSession
from models.roles import Role
from portal.web import passwords
from tests.support import factories

PASSWORD = "kata sandi kenari 2026"
ADDRESS = "kenari@surel.test"


@pytest.fixture
def patient(session: Any, client: Any, sign_in: Any) -> Patient:
    user = factories.make_user(Role.PATIENT, email=ADDRESS, phone="+6281234500004",
                               password_hash=passwords.hashed(PASSWORD))
    found = factories.make_patient(user=user, name="Kenari", phone="+6281234500005")
    visit = factories.make_consultation(patient=found, state=ConsultationState.APPROVED,
                                        approved_at=clock.now())
    conversations.send_message(visit, "an old question", by=user, client_id="one")
    factories.saved(AccountIdentity(user_id=user.id, issuer="https://id.test", subject="1", email=ADDRESS))
    factories.saved(FormDraft(user_id=user.id, form="ask", about="", fields="{}"))
    factories.saved(Outbox(user_id=user.id, to_address=ADDRESS, template="account_erased",
                           params={"name": "K"}, status=DeliveryStatus.SENT, sent_at=clock.now()))
    sign_in(client, user)
    return found


def close(client: Any, **more: str) -> Any:
    return client.post("/portal/close", data={"sure": "1", "current": PASSWORD, **more})


def count(model: Any, user_id: int) -> int:
    rows = sa.select(sa.func.count()).select_from(model).where(model.user_id == user_id)
    return db.session.scalar(rows) or 0


def test_the_page_offers_it_and_leaves_it_unticked(client: Any, patient: Patient) -> None:
    page = client.get("/portal/close").text
    assert 'name="erase" value="1">' in page
    assert "25 tahun" in page


def test_closing_alone_keeps_the_address(client: Any, patient: Patient) -> None:
    assert close(client).status_code == 303
    assert patient.user.email == ADDRESS


def test_the_sign_in_goes_and_the_record_stays(client: Any, patient: Patient, session: Any) -> None:
    user_id, patient_id = patient.user.id, patient.id
    assert close(client, erase="1").status_code == 303
    assert "dihapus" in client.get("/account/done").text
    session.expire_all()
    user = session.get_one(User, user_id)
    assert (user.email, user.phone, user.password_hash, user.status) == (
        f"{user_id}@erased.invalid", None, None, AccountStatus.INACTIVE)
    assert {model.__tablename__: count(model, user_id) for model in erasure.GOES} == {
        model.__tablename__: 0 for model in erasure.GOES}
    kept = session.get_one(Patient, patient_id)
    assert (kept.state, kept.name, kept.phone) == (PatientState.CLOSED, "Kenari", "+6281234500005")
    assert session.scalars(sa.select(ConsultationMessage.body)).all() == ["an old question"]
    assert all(consent.withdrawn_at is not None for consent in kept.consents)
    assert client.get("/portal/").status_code == 302
    assert client.post("/login", data={"email": ADDRESS, "password": PASSWORD}).status_code == 422


def test_the_person_is_told_at_the_old_address_and_nowhere_else_it_stays(client: Any, patient: Patient,
                                                                       session: Any) -> None:
    user_id = patient.user.id
    close(client, erase="1")
    session.expire_all()
    mails = session.scalars(sa.select(Outbox).where(Outbox.user_id == user_id)).all()
    waiting = {mail.template for mail in mails if mail.to_address == ADDRESS}
    assert "account_erased" in waiting
    assert {mail.status for mail in mails if mail.to_address == ADDRESS} == {DeliveryStatus.WAITING}
    assert [mail.params for mail in mails if mail.status == DeliveryStatus.SENT] == [{}]


def test_the_log_says_that_it_happened_and_not_once_more_what_it_was(client: Any, patient: Patient,
                                                                    session: Any) -> None:
    session.commit()
    last = session.scalar(sa.select(sa.func.max(ActivityLog.id))) or 0
    user_id = patient.user.id
    close(client, erase="1")
    rows = session.scalars(sa.select(ActivityLog).where(ActivityLog.id > last)).all()
    erased = [row for row in rows if row.properties == {"erased": "sign-in"}]
    assert [(row.table_name, row.changed_id, row.activity) for row in erased] == [
        ("user", str(user_id), Activity.UPDATED)]
    assert [(row.table_name, row.properties) for row in rows
            if ADDRESS in str(row.properties) and row.table_name != "outbox"] == []


def test_an_account_that_is_open_or_serves_staff_is_not_erased(session: Any, patient: Patient) -> None:
    with pytest.raises(Refused, match="Close it first"):
        erasure.erase(patient.user)
    doctor = factories.make_user(Role.DOCTOR, Role.PATIENT, status=AccountStatus.INACTIVE)
    with pytest.raises(Refused, match="Only the closed account of a patient"):
        erasure.erase(doctor)


def test_who_comes_back_is_given_an_address_first(client: Any, patient: Patient, session: Any) -> None:
    close(client, erase="1")
    session.expire_all()
    admin, person = factories.make_user(Role.ADMIN), session.get_one(Patient, patient.id)
    person.identity_checked = person.consents_given = True
    with pytest.raises(Refused, match="sign-in of this account was erased"):
        perform(person, "readmit", by=admin, reason="came back")


def test_sessions_and_notices_of_others_stay(client: Any, patient: Patient, session: Any) -> None:
    other = factories.make_patient().user
    factories.saved(UserSession(token_hash="1" * 64, user_id=other.id))
    factories.saved(Notice(user_id=other.id, event="account_erased", params={}, table_name="user",
                           record_id=other.id))
    other_id = other.id
    close(client, erase="1")
    assert (count(UserSession, other_id), count(Notice, other_id)) == (1, 1)
