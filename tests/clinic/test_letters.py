"""Sick letters and referrals: authored in the room, printed with a code that proves them and tells nothing
clinical."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.consultations import Consultation, ConsultationState
from models.operations.clinic.clinical import add_diagnosis, write_letter, write_note
from models.prescriptions import Letter, LetterKind
from models.roles import Role
from tests.support import factories as make


@pytest.fixture
def visit(session: Any) -> Consultation:
    visit = make.make_consultation(state=ConsultationState.IN_PROGRESS, number="KON/2026/000401",
                                   approved_at=clock.now())
    write_note(visit, by=visit.doctor.user, subjective="Batuk rahasia", objective="b", assessment="c",
               plan="d")
    add_diagnosis(visit, "J06.9", by=visit.doctor.user)
    db.session.commit()
    return visit


def test_a_sick_letter_is_authored_printed_and_verified(client: Any, sign_in: Any,
                                                        visit: Consultation) -> None:
    sign_in(client, visit.doctor.user)
    today = clock.today()
    form = {"letter_kind": "sick", "sick_from": today.isoformat(), "sick_until": ""}
    refused = client.post(f"/admin/consultation/{visit.id}/letter", data=form)
    assert refused.status_code == 422
    assert 'id="e-letter-sick_until"' in refused.text
    form["sick_until"] = (today + timedelta(days=2)).isoformat()
    assert client.post(f"/admin/consultation/{visit.id}/letter", data=form).status_code == 303
    letter = db.session.scalars(sa.select(Letter)).one()
    assert client.get(f"/admin/letter/{letter.id}/print").data.startswith(b"%PDF-")
    verified = client.get(f"/verify/{letter.verify_code}")
    assert verified.status_code == 200
    for hidden in (visit.patient.name, visit.doctor.name, "J06.9", "rahasia"):
        assert hidden not in verified.text


def test_letters_are_the_doctors_alone(client: Any, sign_in: Any, visit: Consultation) -> None:
    letter = write_letter(visit, LetterKind.REFERRAL, by=visit.doctor.user, referred_to="Poli Paru",
                          body="Foto toraks")
    address = f"/admin/letter/{letter.id}/print"
    db.session.commit()
    sign_in(client, make.make_doctor().user)
    assert client.get(address).status_code == 404
    sign_in(client, Role.ADMIN)
    assert client.get(address).status_code == 403
    sign_in(client, visit.patient.user)
    assert client.get(address).status_code == 403
