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
from models.people import AccountStatus
from models.roles import Role
from tests.support import factories as make

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)


def fields_of(client: Any, about: str) -> dict[str, dict[str, str]]:
    """What the person who is signed in is given back, by form."""
    return {kept["form"]: kept["fields"] for kept in client.get(f"/drafts?about={about}").json}


def test_typed_text_comes_back_to_its_person_until_the_form_is_taken(client: Any, sign_in: Any) -> None:
    visit = make.make_consultation(starts_at=clock.now(), state=ConsultationState.IN_PROGRESS,
                                   approved_at=clock.now(), number="KON/2026/000403")
    about = f"consultation:{visit.id}"
    db.session.commit()
    assert client.get(f"/drafts?about={about}").status_code == 401
    sign_in(client, visit.doctor.user)
    form = {"form": "letter", "about": about, "f-referred_to": "Poli Rahasia", "csrf_token": "x"}
    assert client.post("/drafts", data=form).status_code == 204
    assert fields_of(client, about) == {"letter": {"f-referred_to": "Poli Rahasia"}}
    for other in (visit.patient.user, make.make_user(Role.ADMIN)):
        db.session.commit()
        sign_in(client, other)
        assert fields_of(client, about) == {}
    stranger = make.make_doctor().user
    db.session.commit()
    sign_in(client, stranger)  # the record is none of this person's, and so is every draft of it
    assert client.get(f"/drafts?about={about}").status_code == 404
    assert client.post("/drafts", data=form).status_code == 404
    assert not any("Rahasia" in str(row.properties) for row in db.session.scalars(sa.select(ActivityLog)))
    sign_in(client, visit.doctor.user)
    sent = {"letter_kind": "referral", "referred_to": "", "_draft": f"letter|{about}"}
    assert client.post(f"/admin/consultation/{visit.id}/letter", data=sent).status_code == 422
    assert fields_of(client, about) != {}
    sent |= {"referred_to": "Poli Paru", "letter_body": "Foto toraks"}
    assert client.post(f"/admin/consultation/{visit.id}/letter", data=sent).status_code == 303
    assert fields_of(client, about) == {}


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
        form_drafts.keep(user, "letter", "consultation:1", {"f-body": "x" * 200_001})


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


def test_passwords_codes_and_the_number_of_a_person_are_never_kept(session: Any) -> None:
    user = make.make_user(Role.ADMIN)
    form_drafts.keep(user, "edit", "patient:1", {
        "f-name": "Sari", "f-nik": "3204110101900001", "f-guardian_nik": "3204110101900002",
        "f-new_password": "rahasia sekali", "f-csrf_token": "x", "f-otp": "123456"})
    assert form_drafts.kept_of(user, "patient:1") == {"edit": {"f-name": "Sari"}}


def test_a_field_that_was_emptied_is_kept_beside_others(session: Any) -> None:
    user = make.make_user(Role.ADMIN)
    typed = {"f-note": "", "f-name": "Kasa", "c-is_active=y": "0", "f-lines-3-quantity": "12,5"}
    form_drafts.keep(user, "edit", "item:1", typed)
    assert form_drafts.kept_of(user, "item:1") == {"edit": typed}


def test_a_long_document_is_kept_whole(client: Any, sign_in: Any) -> None:
    lines = {f"f-lines-{place}-{name}": "7" for place in range(500) for name in ("item", "unit", "quantity")}
    sign_in(client, Role.UNIT_USER)
    assert client.post("/drafts", data=lines | {"form": "new", "about": "store_request"}).status_code == 204
    assert fields_of(client, "store_request")["new"] == lines


def test_drafts_of_a_new_record_are_each_persons_own(client: Any, sign_in: Any) -> None:
    first, second = make.make_user(Role.UNIT_USER), make.make_user(Role.UNIT_USER)
    sign_in(client, first)
    client.post("/drafts", data={"form": "new", "about": "store_request", "f-note": "milik pertama"})
    sign_in(client, second)
    assert fields_of(client, "store_request") == {}


def test_who_no_longer_sees_the_record_is_given_nothing_of_it(client: Any, sign_in: Any) -> None:
    item = make.make_item()
    keeper = make.make_user(Role.UNIT_USER)
    paper = make.make_store_request((item, 3), created_by=keeper, work_unit=keeper.work_unit)
    about = f"store_request:{paper.id}"
    db.session.commit()
    sign_in(client, keeper)
    client.post("/drafts", data={"form": "edit", "about": about, "f-note": "untuk poli"})
    assert fields_of(client, about) == {"edit": {"f-note": "untuk poli"}}
    keeper.work_unit = make.make_work_unit()
    db.session.commit()
    assert client.get(f"/drafts?about={about}").status_code == 404


def test_drafts_go_with_the_account(session: Any) -> None:
    user, other = make.make_user(Role.UNIT_USER), make.make_user(Role.UNIT_USER)
    for each in (user, other):
        form_drafts.keep(each, "new", "store_request", {"f-note": "a"})
    user.status = AccountStatus.INACTIVE
    session.flush()
    assert [draft.user_id for draft in session.scalars(sa.select(FormDraft))] == [other.id]
