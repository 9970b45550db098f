"""What was typed and not sent: kept by person, form and record, given back to that person alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.activity import ActivityLog
from models.base import db
from models.consultations import ConsultationState
from models.errors import Refused
from models.form_drafts import FormDraft
from models.operations.people import form_drafts
from models.roles import Role
from tests.support import factories as make

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)


def test_typed_text_comes_back_to_its_person_until_the_form_is_taken(client: Any, sign_in: Any) -> None:
    visit = make.make_consultation(starts_at=clock.now(), state=ConsultationState.IN_PROGRESS,
                                   approved_at=clock.now(), number="KON/2026/000403")
    about = f"consultation:{visit.id}"
    db.session.commit()
    assert client.get(f"/drafts?about={about}").status_code == 401
    sign_in(client, visit.doctor.user)
    form = {"form": "letter", "about": about, "f-referred_to": "Poli Rahasia", "csrf_token": "x"}
    assert client.post("/drafts", data=form).status_code == 204
    assert client.get(f"/drafts?about={about}").json == {"letter": {"f-referred_to": "Poli Rahasia"}}
    for other in (visit.patient.user, make.make_user(Role.ADMIN)):
        db.session.commit()
        sign_in(client, other)
        assert client.get(f"/drafts?about={about}").json == {}
    assert not any("Rahasia" in str(row.properties) for row in db.session.scalars(sa.select(ActivityLog)))
    sign_in(client, visit.doctor.user)
    sent = {"letter_kind": "referral", "referred_to": "", "_draft": f"letter|{about}"}
    assert client.post(f"/admin/consultation/{visit.id}/letter", data=sent).status_code == 422
    assert client.get(f"/drafts?about={about}").json != {}
    sent |= {"referred_to": "Poli Paru", "letter_body": "Foto toraks"}
    assert client.post(f"/admin/consultation/{visit.id}/letter", data=sent).status_code == 303
    assert client.get(f"/drafts?about={about}").json == {}


def test_the_forms_of_the_room_are_kept(client: Any, sign_in: Any) -> None:
    visit = make.make_consultation(starts_at=clock.now(), state=ConsultationState.IN_PROGRESS,
                                   approved_at=clock.now(), number="KON/2026/000404")
    db.session.commit()
    sign_in(client, visit.doctor.user)
    page = client.get(f"/admin/consultation/details/?id={visit.id}").text
    for name in ("message", "letter", "medicine"):
        assert f'data-draft="{name}"' in page


def test_nothing_typed_is_no_draft_and_names_are_checked(session: Any) -> None:
    user = make.make_user(Role.DOCTOR)
    assert form_drafts.keep(user, "letter", "consultation:1", {"f-body": "  "}) is None
    form_drafts.keep(user, "letter", "consultation:1", {"f-body": "a"})
    form_drafts.keep(user, "letter", "consultation:1", {"f-body": "ab"})
    assert form_drafts.kept_of(user, "consultation:1") == {"letter": {"f-body": "ab"}}
    form_drafts.keep(user, "letter", "consultation:1", {"f-body": ""})
    assert form_drafts.kept_of(user, "consultation:1") == {}
    for form, about in (("", "consultation:1"), ("letter", ""), ("let'ter", "consultation:1")):
        with pytest.raises(Refused):
            form_drafts.keep(user, form, about, {"f-body": "a"})
    with pytest.raises(Refused, match="too long"):
        form_drafts.keep(user, "letter", "consultation:1", {"f-body": "x" * 40_001})


def test_drafts_go_after_thirty_days(session: Any) -> None:
    user = make.make_user(Role.DOCTOR)
    clock.freeze(NOW)
    try:
        form_drafts.keep(user, "letter", "consultation:1", {"f-body": "old"})
        clock.freeze(NOW + timedelta(days=2))
        form_drafts.keep(user, "letter", "consultation:2", {"f-body": "new"})
        clock.freeze(NOW + timedelta(days=30, hours=1))
        assert form_drafts.forget_old() == "1 forgotten"
        assert [draft.about for draft in session.scalars(sa.select(FormDraft))] == ["consultation:2"]
    finally:
        clock.freeze(None)
