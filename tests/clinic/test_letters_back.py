"""Letters: a number of their own, dates within sense, withdrawn and replaced, and what their code says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.consultations import Consultation, ConsultationState
from models.documents import DocumentNumber
from models.errors import Refused
from models.operations.clinic.clinical import replace_letter, write_letter
from models.operations.core.approvals import perform
from models.operations.people import notices
from models.people import AccountStatus
from models.prescriptions import Letter, LetterKind
from models.roles import Role
from tests.support import factories as make

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    clock.freeze(NOW)
    yield
    clock.freeze(None)


@pytest.fixture
def visit(session: Any) -> Consultation:
    return make.make_consultation(starts_at=NOW, state=ConsultationState.COMPLETED, approved_at=NOW,
                                  number="KON/2026/000401", completed_at=NOW)


def sick(visit: Consultation, first: int = 0, days: int = 3) -> Letter:
    start = clock.today() + timedelta(days=first)
    return write_letter(visit, LetterKind.SICK, by=visit.doctor.user, sick_from=start,
                        sick_until=start + timedelta(days=days - 1))


def told(user: Any) -> list[str]:
    return [notice.event for notice in notices.latest(user)]


@pytest.mark.parametrize(("first", "days", "field"), [
    (-4, 1, "sick_from"), (0, 15, "sick_until"), (0, 0, "sick_until"), (15, 1, "sick_from"),
    (-2000, 6210, "sick_from")])
def test_dates_without_sense_are_refused_at_their_field(session: Any, visit: Consultation, first: int,
                                                        days: int, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        sick(visit, first, days)
    assert refusal.value.field == field


@pytest.mark.parametrize(("first", "days"), [(-3, 1), (0, 14), (14, 1)])
def test_dates_at_the_edge_are_taken(session: Any, visit: Consultation, first: int, days: int) -> None:
    assert sick(visit, first, days).number is not None


def test_no_two_papers_have_one_number(session: Any, visit: Consultation) -> None:
    letters = [sick(visit), sick(visit), write_letter(visit, LetterKind.REFERRAL, by=visit.doctor.user,
                                                      referred_to="Poli Paru", body="Foto toraks")]
    assert [letter.number for letter in letters] == [f"SKT/2026/{number:06d}" for number in (1, 2, 3)]
    assert told(visit.patient.user) == ["letter_given"] * 3


def test_a_letter_is_withdrawn_with_a_reason_and_the_code_says_so(client: Any, visit: Consultation) -> None:
    letter = sick(visit)
    with pytest.raises(Refused, match="reason"):
        perform(letter, "withdraw", by=visit.doctor.user)
    db.session.commit()
    before = client.get(f"/verify/{letter.verify_code}").text
    assert letter.number in before
    assert "2 Mar 2026" in before
    assert "4 Mar 2026" in before
    perform(letter, "withdraw", by=visit.doctor.user, reason="The wrong patient")
    db.session.commit()
    after = client.get(f"/verify/{letter.verify_code}").text
    assert "not valid" in after or "tidak berlaku" in after
    for hidden in (visit.patient.name, visit.doctor.name, "The wrong patient"):
        assert hidden not in after
    assert told(visit.patient.user)[0] == "letter_withdrawn"


def test_a_letter_is_replaced_by_one_with_its_own_number(client: Any, visit: Consultation) -> None:
    letter = sick(visit)
    today = clock.today()
    new = replace_letter(letter, "One day too many", by=visit.doctor.user, sick_from=today, sick_until=today)
    db.session.commit()
    assert (letter.state, new.replaces, new.number) == ("replaced", letter, "SKT/2026/000002")
    assert new.number in client.get(f"/verify/{letter.verify_code}").text
    assert told(visit.patient.user)[0] == "letter_replaced"
    code = db.session.scalar(sa.select(DocumentNumber.verify_code).where(
        DocumentNumber.document_type == "letter", DocumentNumber.document_id == new.id))
    assert "2 Mar 2026" in client.get(f"/verify/{code}").text  # the code of the number says the same
    with pytest.raises(Refused):
        replace_letter(letter, "Again", by=visit.doctor.user, sick_from=today, sick_until=today)


def test_who_takes_a_letter_back(session: Any, visit: Consultation) -> None:
    letter, office = sick(visit), make.make_user(Role.ADMIN)
    with pytest.raises(Refused, match="another doctor"):
        perform(letter, "withdraw", by=make.make_doctor().user, reason="Not mine")
    with pytest.raises(Refused, match="doctor is gone"):
        perform(letter, "withdraw", by=office, reason="Her doctor is there")
    visit.doctor.user.status = AccountStatus.INACTIVE
    perform(letter, "withdraw", by=office, reason="The doctor left")
    assert letter.state == "withdrawn"


def test_room_and_portal_show_what_became_of_a_letter(client: Any, sign_in: Any,
                                                      visit: Consultation) -> None:
    letter = sick(visit)
    db.session.commit()
    sign_in(client, visit.doctor.user)
    address = f"/admin/consultation/{visit.id}/letter"
    assert client.post(address, data={"go": "withdraw", "letter": letter.id}).status_code == 422
    taken = client.post(address, data={"go": "replace", "letter": letter.id, "reason": "A day too many",
                                       "sick_from": "2026-03-02", "sick_until": "2026-03-02"})
    assert taken.status_code == 303
    assert "SKT/2026/000002" in client.get(f"/admin/consultation/details/?id={visit.id}").text
    assert client.post(address, data={"go": "withdraw", "letter": 999999, "reason": "x"}).status_code == 404
    sign_in(client, visit.patient.user)
    page = client.get("/portal/papers").text
    assert "SKT/2026/000001" in page
    assert "SKT/2026/000002" in page
    answer = client.get(f"/portal/letters/{letter.id}")
    assert answer.data.startswith(b"%PDF-")
    assert "000001" in answer.headers["Content-Disposition"]
