"""Giving a role on the page of the own account and in the panel; what pages and papers say of it."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from models import clock
from models.base import db
from models.delegations import Delegation, DelegationState
from models.operations.core.approvals import perform
from models.people import UserSession
from models.roles import Role
from tests.support import factories as make

pytestmark = pytest.mark.once
S = DelegationState


def typed(taker: Any, /, **more: str) -> dict[str, str]:
    today = clock.today()
    return {"taker": str(taker.id), "role": "store_head", "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=4)).strftime("%d/%m/%Y"), "reason": "Cuti tahunan", **more}


def delegations() -> list[Delegation]:
    return list(db.session.scalars(sa.select(Delegation).order_by(Delegation.id)))


def test_a_head_gives_the_role_and_takes_it_back(client: Any, sign_in: Any, session: Any) -> None:
    keeper = make.make_user(Role.STORE_STAFF, name="Eko Saputra")
    head = sign_in(client, Role.STORE_HEAD)
    assert client.post("/account/delegations", data=typed(keeper)).status_code == 303
    (given,) = delegations()
    assert (given.state, given.giver_id, given.taker_id, given.number is not None) == (
        S.GRANTED, head.id, keeper.id, True)
    page = client.get("/account/").text
    assert "Eko Saputra" in page
    address = f"/account/delegations/{given.id}/revoke"
    refused = client.post(address, data={"reason": " "})
    assert refused.status_code == 422
    assert f'id="reason-{given.id}-err"' in refused.text
    assert client.post(address, data={"reason": "Back"}).status_code == 303
    assert delegations()[0].state == S.REVOKED


@pytest.mark.parametrize(("more", "field"), [
    ({"taker": ""}, "taker"), ({"taker": "999999"}, "taker"), ({"role": "payables"}, "role"),
    ({"role": "nonsense"}, "role"), ({"starts_on": "tomorrow"}, "starts_on"), ({"ends_on": ""}, "ends_on"),
    ({"ends_on": "2026-02-31"}, "ends_on"), ({"ends_on": "01/01/2020"}, "ends_on"),
    ({"reason": ""}, "reason")])
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
        client: Any, sign_in: Any, session: Any, more: dict[str, str], field: str) -> None:
    keeper = make.make_user(Role.STORE_STAFF)
    sign_in(client, make.make_user(Role.STORE_HEAD, Role.RECEIVABLES))
    sent = typed(keeper, **more)
    answer = client.post("/account/delegations", data=sent)
    assert answer.status_code == 422
    assert f'id="{field}-err"' in answer.text
    if field != "reason":
        assert 'value="Cuti tahunan"' in answer.text
    assert delegations() == []


def test_others_delegations_are_absent_and_the_taker_ends_nothing(client: Any, sign_in: Any,
                                                                  session: Any) -> None:
    keeper, head = make.make_user(Role.STORE_STAFF), make.make_user(Role.STORE_HEAD)
    sign_in(client, head)
    client.post("/account/delegations", data=typed(keeper))
    key = delegations()[0].id
    for other in (keeper, make.make_user(Role.STORE_HEAD), make.make_user(Role.PATIENT)):
        sign_in(client, other)
        assert client.post(f"/account/delegations/{key}/revoke", data={"reason": "x"}).status_code == 404
    assert client.post(f"/account/delegations/{10**30}/revoke", data={"reason": "x"}).status_code == 404


def test_staff_without_a_role_to_give_have_no_form_and_patients_nothing(client: Any, sign_in: Any,
                                                                        session: Any) -> None:
    for role in (Role.STORE_STAFF, Role.PATIENT):
        sign_in(client, role)
        assert "/account/delegations" not in client.get("/account/").text
        sent = typed(make.make_user(Role.STORE_STAFF))
        assert client.post("/account/delegations", data=sent).status_code == 422


def test_a_head_gives_in_the_panel_too_and_only_the_own(client: Any, sign_in: Any, session: Any) -> None:
    keeper = make.make_user(Role.STORE_STAFF)
    head = sign_in(client, Role.STORE_HEAD)
    form = client.get("/admin/delegation/new/").text
    assert 'name="giver"' not in form
    assert 'value="payables"' not in form
    sent = typed(keeper, ends_on=clock.today().isoformat(), giver=str(make.make_user(Role.PAYABLES).id))
    assert client.post("/admin/delegation/new/", data={**sent, "_save": "1"}).status_code == 303
    (draft,) = delegations()
    assert (draft.state, draft.giver_id) == (S.DRAFT, head.id)
    answer = client.post(f"/admin/delegation/{draft.id}/grant", data={"version": str(draft.version)})
    assert answer.status_code == 303
    assert delegations()[0].state == S.GRANTED


def test_the_administrator_gives_of_who_is_away(client: Any, sign_in: Any, session: Any) -> None:
    keeper = make.make_user(Role.STORE_STAFF)
    head = make.make_user(Role.STORE_HEAD, created_at=clock.now() - timedelta(days=30))
    sign_in(client, Role.ADMIN)
    sent = typed(keeper, ends_on=clock.today().isoformat(), giver=str(head.id))
    assert client.post("/admin/delegation/new/", data={**sent, "_save": "1"}).status_code == 303
    (draft,) = delegations()
    client.post(f"/admin/delegation/{draft.id}/grant", data={"version": str(draft.version)})
    assert delegations()[0].state == S.GRANTED


def test_page_and_paper_say_in_whose_name_it_was_signed(client: Any, sign_in: Any, session: Any) -> None:
    make.make_chart()
    nurse, keeper = make.make_user(Role.UNIT_USER), make.make_user(Role.STORE_STAFF, name="Eko Saputra")
    head = make.make_user(Role.STORE_HEAD, name="Sri Wahyuni", language="en")
    make.saved(UserSession(user_id=head.id, token_hash="b" * 64))
    sign_in(client, head)
    client.post("/account/delegations", data=typed(keeper))
    request = make.make_store_request((make.make_item(), 3), created_by=nurse, store=make.make_store())
    perform(request, "submit", by=nurse)
    perform(request, "approve", by=keeper)
    page = client.get(f"/admin/store_request/details/?id={request.id}").text
    assert "Eko Saputra for Sri Wahyuni" in page
    answer = client.get(f"/admin/store_request/{request.id}/print")
    words = " ".join(text for sheet in PdfReader(io.BytesIO(answer.data)).pages
                     for text in sheet.extract_text().split())
    assert "for Sri Wahyuni, delegated until" in words
    sign_in(client, keeper)
    assert "Sri Wahyuni" in client.get("/admin/inbox/").text


def test_the_page_of_a_paper_says_for_whom_the_steps_would_be_taken(client: Any, sign_in: Any,
                                                                   session: Any) -> None:
    make.make_chart()
    nurse, keeper = make.make_user(Role.UNIT_USER), make.make_user(Role.STORE_STAFF, language="en")
    head = make.make_user(Role.STORE_HEAD, name="Sri Wahyuni")
    request = make.make_store_request((make.make_item(), 3), created_by=nurse, store=make.make_store())
    perform(request, "submit", by=nurse)
    address = f"/admin/store_request/details/?id={request.id}"
    sign_in(client, keeper)
    assert f"/admin/store_request/{request.id}/approve" not in client.get(address).text
    sign_in(client, head)
    client.post("/account/delegations", data=typed(keeper))
    sign_in(client, keeper)
    page = client.get(address).text
    assert f"/admin/store_request/{request.id}/approve" in page
    assert "You take steps for Sri Wahyuni" in page
    assert client.post(f"/admin/store_request/{request.id}/approve",
                       data={"version": str(request.version)}).status_code == 303
