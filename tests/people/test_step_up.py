"""A fresh proof before what does most harm: who is asked, how, and that nothing typed is lost by it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from models import actor, clock
from models.api import ApiToken
from models.base import db, one_transaction
from models.documents import WORKFLOWS, document_types
from models.errors import NeedsProof
from models.operations.core import step_up
from models.operations.core.approvals import perform
from models.operations.people import account_office, second_factor
from models.organisation import Setting
from models.people import User, UserSession
from models.purchasing import PurchaseOrder
from models.roles import Role
from models.settings import SETTINGS
from models.step_ups import above_step_up_limit
from portal.web import passwords, proving, tokens
from portal.web.config import read
from tests.grids.test_routes import PARTS, rules
from tests.people.test_passkeys import add, asked
from tests.support.factories import make_item, make_purchase_order, make_user, make_work_unit
from tests.support.passkeys import Device

PASSWORD = "melati putih 12 di taman"
DECISION = re.compile(r"approve|pay|settle|reverse_payment")
#: Approvals that spend and write off nothing: who comes in, who is seen, what is asked of the store, packs of
#: figures, and what a round through the rooms found (what it misses leaves the books by a disposal).
NO_RUPIAH = {"patient", "consultation", "store_request", "monthly_pack", "inventory_round"}
LARGE, SMALL = 60_000_000, 1_000_000
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture(autouse=True)
def _on(app: Flask, client: Any) -> Iterator[None]:
    clock.freeze(clock.now())
    client.set_cookie("language", "en")
    before, app.config["STEP_UP"] = app.config["STEP_UP"], "on"
    yield
    app.config["STEP_UP"] = before


def staff(role: Role = Role.FACILITIES_HEAD) -> User:
    return make_user(role, password_hash=passwords.hashed(PASSWORD))


def submitted(price: int, by: User | None = None) -> PurchaseOrder:
    by = by or make_user(Role.FACILITIES_STAFF)
    order = make_purchase_order((make_item(), 1, price), created_by=by, vat_percent=0)
    perform(order, "submit", by=by)
    db.session.commit()
    return order


def approve(client: Any, order: PurchaseOrder, **data: Any) -> Any:
    return client.post(f"/admin/purchase_order/{order.id}/approve", data={"version": order.version, **data})


def kept(page: Any) -> dict[str, str]:
    """The hidden fields of the form that asks."""
    form = page.text.partition('action="/account/proof"')[2].partition("</form>")[0]
    return {name: html.unescape(value) for name, value in FIELD.findall(form)}


def proved(client: Any, page: Any, password: str = PASSWORD) -> Any:
    """Type the password on the page that asks, and go where the browser goes."""
    assert (page.status_code, "Please confirm that it is you" in page.text) == (403, True)
    return client.post("/account/proof", data=kept(page) | {"proof_password": password})


def prove(client: Any) -> None:
    """As if the person had just proved who they are."""
    db.session.execute(sa.update(UserSession).values(proved_at=clock.now()))
    db.session.commit()


# ---------------------------------------------------------------- who is asked: the declarations

def test_every_decision_on_money_asks_above_the_limit() -> None:
    """Whatever document decides on stock, assets or money, whoever approves or pays it."""
    open_steps = [
        (table, step.name) for table, model in WORKFLOWS.items() for step in model.workflow
        if step.roles and DECISION.match(step.name) and not (step.step_up and (
            step.step_up is True or model.decides_on)) and table not in NO_RUPIAH]
    assert open_steps == []


def test_a_paper_that_names_what_it_decides_on_asks() -> None:
    """And a step that asks above the limit has something to hold against it."""
    for table, model in document_types().items():
        asks = any(step.step_up == above_step_up_limit for step in model.workflow)
        assert asks == bool(model.decides_on), table


def test_the_director_is_asked_at_each_approval_above_the_house_limit() -> None:
    marked = {(table, step.name): step.step_up for table, model in WORKFLOWS.items()
              for step in model.workflow if step.name == "approve_limit"}
    assert set(marked.values()) == {True}
    assert len(marked) == 2


def test_a_step_that_asks_is_a_persons() -> None:
    assert [(table, step.name) for table, model in WORKFLOWS.items() for step in model.workflow
            if step.step_up and (not step.roles or step.step_up not in (True, above_step_up_limit))] == []


def test_settings_that_say_who_decides_ask() -> None:
    known = {key for key in SETTINGS if key.startswith("security.") or key.endswith((".limit", "_limit",
             ".tolerance", ".own_only"))}
    assert known <= {key for key, declared in SETTINGS.items() if declared.step_up}


#: Files that are no list of the hospital's rows: papers of one record, what somebody brought along or made
#: in the laboratory, and empty sheets. (The patient's own record asks for the password each time.)
NO_LISTS = re.compile(
    r"/admin/static/.*|/static/.*|/learn/(?!classes/).*|.*/print|.*/file|.*/labels.*|/portal/.*|/verify/.*|"
    r"/admin/imports/.*|/admin/stocktake/<id>/sheet.*|.*/comparison\.pdf|/admin/rooms/.*|/asset/.*|/place/.*")


def exports(app: Any) -> list[str]:
    """Addresses that give files, as the URL map names them."""
    marks = re.compile(r"export|csv|xlsx|pdf|\.zip|backup|dump")
    return [rule.rule for rule in rules(app) if "GET" in (rule.methods or ())
            and marks.search(rule.rule) and not NO_LISTS.fullmatch(rule.rule)]


@pytest.mark.once
def test_every_file_with_many_rows_asks(app: Any, client: Any, sign_in: Any, monkeypatch: Any) -> None:
    """Whoever may have it. A file of one record would need the record: those are told apart by 404."""
    sign_in(client, make_user(*Role, password_hash=passwords.hashed(PASSWORD)))
    addresses = exports(app)
    assert len(addresses) > 60
    answers = {}
    for rule in addresses:
        path = re.sub(r"<(?:[^:<>]*:)?(\w+)>",
                      lambda part: {**PARTS, "key": "stock_on_hand"}.get(part[1], "1"), rule)
        answers[rule] = client.get(path).status_code
    assert {rule: status for rule, status in answers.items() if status not in (403, 404)} == {}
    assert sum(status == 403 for status in answers.values()) > 55
    assert client.get("/admin/rights/?format=xlsx").status_code == 403


def test_each_door_of_a_file_notes_it_and_so_asks(app: Any) -> None:
    """Nothing notes an export past the one function that asks, but for the two whose password was just
    asked, or where nobody sits at a screen."""
    root = Path(app.root_path)
    found = {str(path.relative_to(root)) for folder in ("backoffice", "portal", "models")
             for path in (root / folder).rglob("*.py")
             if "Activity.EXPORTED," in path.read_text(encoding="utf-8")}
    assert found - {"models/operations/clinic/patient_record.py"} == {
        "portal/web/export.py", "portal/record.py", "models/operations/setup/table_files.py",
        "models/operations/clinic/breaches.py", "portal/web/privacy_commands.py"}


# ---------------------------------------------------------------- stopped, and taken up again

def test_a_large_approval_is_stopped_and_goes_on_after_the_password(client: Any, session: Any,
                                                                    sign_in: Any) -> None:
    order, head = submitted(LARGE), staff()
    sign_in(client, head)
    with client.session_transaction() as cookie:
        before = cookie["sid"]
    page = approve(client, order, reason="Sesuai anggaran", next="inbox")
    assert order.state == "submitted"
    assert kept(page)["reason"] == "Sesuai anggaran"
    on = proved(client, page)
    assert (on.status_code, on.location) == (307, f"/admin/purchase_order/{order.id}/approve")
    with client.session_transaction() as cookie:
        assert cookie["sid"] != before, "the session goes on under a new token"
    done = client.post(on.location, data=kept(page))
    assert (done.status_code, done.location, order.state) == (303, "/admin/inbox/", "approved")
    with client.session_transaction() as cookie:
        cookie["sid"] = before
    assert client.get("/admin/").status_code == 302, "a copy of the old one opens nothing"


def test_what_is_below_the_limit_asks_nothing(client: Any, session: Any, sign_in: Any) -> None:
    order = submitted(SMALL)
    sign_in(client, staff())
    assert approve(client, order).status_code == 303


def test_the_limit_and_the_minutes_are_the_hospitals(client: Any, session: Any, sign_in: Any) -> None:
    db.session.add_all([Setting(key="security.step_up_limit", value="0"),
                        Setting(key="security.step_up_minutes", value="3")])
    first, second, third = (submitted(SMALL) for _ in range(3))
    sign_in(client, staff())
    assert approve(client, first).status_code == 403
    prove(client)
    assert approve(client, first).status_code == 303
    clock.freeze(clock.now() + timedelta(minutes=3))
    assert approve(client, second).status_code == 303
    clock.freeze(clock.now() + timedelta(seconds=1))
    assert approve(client, third).status_code == 403


def test_a_sign_in_counts_as_a_proof(client: Any, session: Any) -> None:
    order, head = submitted(LARGE), staff()
    client.post("/login", data={"email": head.email, "password": PASSWORD})
    assert approve(client, order).status_code == 303
    clock.freeze(clock.now() + timedelta(minutes=11))
    assert approve(client, submitted(LARGE)).status_code == 403


def test_the_session_ends_when_it_would_have(client: Any, session: Any, sign_in: Any) -> None:
    """A proof makes nobody's twelve hours longer."""
    order, head = submitted(LARGE), staff()
    sign_in(client, head)
    long_ago = clock.now() - timedelta(hours=11, minutes=55)
    db.session.execute(sa.update(UserSession).values(started_at=long_ago))
    db.session.commit()
    proved(client, approve(client, order))
    assert client.get("/account/").status_code == 200
    clock.freeze(clock.now() + timedelta(minutes=6))
    assert client.get("/account/").status_code == 302


def test_a_wrong_password_keeps_what_was_typed_and_is_counted(app: Flask, client: Any, session: Any,
                                                              sign_in: Any) -> None:
    order = submitted(LARGE)
    sign_in(client, staff())
    page = approve(client, order, reason="Sesuai anggaran")
    again = proved(client, page, "wrong")
    assert (again.status_code, order.state) == (422, "submitted")
    assert "This is not your present password." in again.text
    assert kept(again).items() - kept(page).items() <= {("csrf_token", kept(again)["csrf_token"])}
    assert kept(again).keys() == kept(page).keys()
    app.config["RATELIMIT_ENABLED"] = True
    tries = [client.post("/account/proof", data={"proof_password": "x"}).status_code for _ in range(12)]
    assert tries == [422] * 10 + [429] * 2


def test_who_may_not_do_it_is_not_asked_who_it_is(client: Any, session: Any, sign_in: Any) -> None:
    order = submitted(LARGE)
    sign_in(client, staff(Role.STORE_STAFF))
    answer = approve(client, order)
    assert (answer.status_code, "Please confirm" in answer.text) == (403, False)
    sign_in(client, staff())
    assert approve(client, order, version=99).status_code == 409


def test_with_a_factor_the_password_is_no_proof(client: Any, session: Any, sign_in: Any) -> None:
    order, head = submitted(LARGE), staff()
    head.factor_since = clock.now()
    code = second_factor.new_codes(head)[0]
    sign_in(client, head)
    page = approve(client, order)
    assert "proof_password" not in page.text
    assert proved(client, page).status_code == 422
    on = client.post("/account/proof", data=kept(page) | {"proof_code": code})
    assert on.status_code == 307
    assert client.post("/account/proof", data=kept(page) | {"proof_code": code}).status_code == 422, "once"


def test_a_passkey_proves_it_too(client: Any, session: Any, sign_in: Any) -> None:
    order, head, device = submitted(LARGE), staff(), Device()
    sign_in(client, head)
    add(client, device)
    clock.freeze(clock.now() + timedelta(minutes=11))
    page = approve(client, order)
    assert 'name="proof_passkey"' in page.text
    answer = {"proof_passkey": device.sign(asked(client))}
    assert client.post("/account/proof", data=kept(page) | answer).status_code == 307
    assert client.post("/account/proof", data=kept(page) | answer).status_code == 422


def test_where_the_house_wants_a_factor_the_password_does_not_do(client: Any, session: Any,
                                                                 sign_in: Any) -> None:
    db.session.add(Setting(key="security.step_up_password", value="no"))
    order = submitted(LARGE)
    sign_in(client, staff())
    page = approve(client, order)
    assert (page.status_code, 'href="/account/factor"' in page.text) == (403, True)
    given = {"proof_to": "/admin/", "proof_password": PASSWORD}
    assert client.post("/account/proof", data=given).status_code == 422


def test_a_form_with_a_field_called_code_keeps_it(client: Any, session: Any, sign_in: Any) -> None:
    """What the page asks has names of its own."""
    admin = staff(Role.ADMIN)
    sign_in(client, admin)
    page = client.post("/admin/settings/purchasing", data={
        "seen-purchase_order-limit": "50000000", "purchase_order-limit": "1", "code": "A1", "passkey": "B2"})
    assert {"code": "A1", "passkey": "B2"}.items() <= kept(page).items()


# ---------------------------------------------------------------- many at once

def test_ticked_rows_are_asked_for_before_the_first_is_done(client: Any, session: Any, sign_in: Any) -> None:
    small, large = submitted(SMALL), submitted(LARGE)
    sign_in(client, staff())
    ticked = {"action": "approve", "rowid": [small.id, large.id]}
    page = client.post("/admin/purchase_order/action/", data=ticked)
    assert (small.state, large.state) == ("submitted", "submitted")
    assert page.text.count('name="rowid"') == 2
    on = proved(client, page)
    client.post(on.location, data=ticked)
    assert (small.state, large.state) == ("approved", "approved")


@pytest.mark.parametrize("address", ["/admin/inbox/", "/admin/inbox/review"])
def test_the_inbox_asks_before_the_first_yes_and_never_before_a_no(client: Any, session: Any, sign_in: Any,
                                                                   address: str) -> None:
    small, large = submitted(SMALL), submitted(LARGE)
    sign_in(client, staff())
    small_key, large_key = (f"purchase_order:{order.id}:{order.version}" for order in (small, large))
    yes = ({"answer": "yes", "row": [small_key, large_key]} if address == "/admin/inbox/"
           else {"answer": f"yes:{large_key}"})
    page = client.post(address, data=yes)
    assert (page.status_code, small.state, large.state) == (403, "submitted", "submitted")
    on = proved(client, page)
    client.post(on.location, data=yes)
    assert large.state == "approved"
    clock.freeze(clock.now() + timedelta(minutes=11))
    other = submitted(LARGE)
    no = f"purchase_order:{other.id}:{other.version}"
    given = {"answer": "no", "row": [no], "reason": "Tidak"} if address == "/admin/inbox/" else {
        "answer": f"no:{no}", "reason": "Tidak"}
    assert client.post(address, data=given).status_code == 303
    assert other.state == "rejected"


# ---------------------------------------------------------------- files

def test_a_file_is_stopped_and_comes_after_the_proof(client: Any, session: Any, sign_in: Any) -> None:
    sign_in(client, staff())
    address = "/admin/item/export/csv/?q=kasa"
    page = client.get(address)
    on = proved(client, page)
    assert (on.status_code, on.headers["Refresh"]) == (200, f"0; url={address}")
    assert client.get(address).headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("to", ["https://evil.test/", "//evil.test", "/account/proof",
                                "javascript:alert(1)", ""])
def test_the_proof_leads_nowhere_else(client: Any, session: Any, sign_in: Any, to: str) -> None:
    sign_in(client, staff())
    for more in ({}, {"proof_taken_up": "1"}):
        answer = client.post("/account/proof", data={"proof_to": to, "proof_back": to,
                                                     "proof_password": PASSWORD, **more})
        led = answer.headers.get("Refresh", "").removeprefix("0; url=") or answer.location
        assert led == "/admin/"
        assert "evil" not in answer.text


def test_an_address_in_any_letters_is_gone_to(client: Any, session: Any, sign_in: Any) -> None:
    sign_in(client, staff())
    given = {"proof_to": "/admin/item/?q=é漢", "proof_password": PASSWORD}
    answer = client.post("/account/proof", data=given)
    assert (answer.status_code, "q=%C3%A9" in answer.headers["Refresh"]) == (200, True)


# ---------------------------------------------------------------- rights

def saved(client: Any, person: User, **changes: Any) -> Any:
    data = {"name": person.name, "email": person.email, "language": "id", "status": "active",
            "version": person.version, "roles_held": sorted(person.roles), **changes}
    return client.post(f"/admin/user/edit/?id={person.id}", data=data)


@pytest.mark.parametrize("change", [
    {"roles_held": ["director"]}, {"roles_held": []}, {"status": "inactive"}, {"email": "thief@rs.test"}])
def test_who_changes_an_account_is_asked(client: Any, session: Any, sign_in: Any,
                                         change: dict[str, Any]) -> None:
    person = make_user(Role.STORE_STAFF)
    sign_in(client, staff(Role.ADMIN))
    page = saved(client, person, **change)
    assert page.status_code == 403
    assert (person.roles, person.status) == ({Role.STORE_STAFF}, "active")
    on = proved(client, page)
    fields = kept(page) | change
    assert client.post(on.location, data=fields).status_code == 303


def test_who_moves_somebody_to_another_work_unit_is_asked(client: Any, session: Any, sign_in: Any) -> None:
    """It says which rows the account sees."""
    person, unit = make_user(Role.UNIT_USER), make_work_unit()
    sign_in(client, staff(Role.ADMIN))
    assert saved(client, person, work_unit=unit.id).status_code == 403


def test_who_changes_a_telephone_number_is_not(client: Any, session: Any, sign_in: Any) -> None:
    sign_in(client, staff(Role.ADMIN))
    assert saved(client, make_user(Role.STORE_STAFF), phone="08123456789").status_code == 303


def test_who_makes_an_account_with_a_role_is_asked(client: Any, session: Any, sign_in: Any) -> None:
    sign_in(client, staff(Role.ADMIN))
    data = {"name": "Baru", "email": "baru@rs.test", "language": "id", "status": "active",
            "roles_held": ["payables"]}
    assert client.post("/admin/user/new/", data=data).status_code == 403
    assert db.session.scalar(sa.select(User).where(User.email == "baru@rs.test")) is None


@pytest.mark.parametrize("address", ["factor/reset", "password_link"])
def test_who_opens_anothers_account_is_asked(client: Any, session: Any, sign_in: Any, address: str) -> None:
    person = make_user(Role.STORE_STAFF, factor_since=clock.now(), password_hash="x")
    sign_in(client, staff(Role.ADMIN))
    assert client.post(f"/admin/user/{person.id}/{address}").status_code == 403
    assert (person.factor_since is None, person.password_hash) == (False, "x")
    prove(client)
    assert client.post(f"/admin/user/{person.id}/{address}").status_code == 303


def test_who_raises_a_limit_is_asked_on_both_pages(client: Any, session: Any, sign_in: Any) -> None:
    row = Setting(key="security.step_up_limit", value="1")
    db.session.add(row)
    db.session.commit()
    sign_in(client, staff(Role.ADMIN))
    group = {"seen-security-step_up_limit": "1", "security-step_up_limit": "999"}
    assert client.post("/admin/settings/security", data=group).status_code == 403
    single = {"key": row.key, "value": "999", "version": getattr(row, "version", "")}
    assert client.post(f"/admin/setting/edit/?id={row.id}", data=single).status_code == 403
    assert row.value == "1"
    plain = {"seen-hospital-city": "", "hospital-city": "Malang"}
    assert client.post("/admin/settings/hospital", data=plain).status_code == 303


# ---------------------------------------------------------------- other doors

def test_a_part_of_a_page_sends_the_whole_page_to_the_question(app: Flask, client: Any, session: Any,
                                                               sign_in: Any) -> None:
    order = submitted(LARGE)
    sign_in(client, staff())
    here = f"/admin/purchase_order/details/?id={order.id}"
    part = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{here}"}
    answer = client.post(f"/admin/purchase_order/{order.id}/approve", data={"version": order.version},
                         headers=part)
    there = answer.headers["HX-Redirect"]
    assert (answer.status_code, there.startswith("/account/proof?to=")) == (403, True)
    page = client.get(there)
    assert page.status_code == 200
    done = client.post("/account/proof", data=kept(page) | {"proof_password": PASSWORD})
    assert done.headers["Refresh"] == f"0; url={here}"


def test_a_token_of_the_api_proves_nothing(app: Flask, session: Any) -> None:
    person = staff(Role.FACILITIES_HEAD)
    with app.test_request_context("/api/v1/rooms"):
        made, _row = tokens.issue(person, "script")
        db.session.commit()
    assert db.session.scalar(sa.select(ApiToken.id)) is not None
    order = submitted(LARGE)
    bearer = {"Authorization": f"Bearer {made}"}
    with app.test_request_context("/api/v1/orders", method="POST", headers=bearer):
        app.preprocess_request()
        with pytest.raises(NeedsProof) as stopped:
            perform(order, "approve", by=person)
        answer = app.make_response(proving.ask(stopped.value))
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")


def test_jobs_and_commands_are_not_asked(session: Any) -> None:
    order, head = submitted(LARGE), staff()
    with actor.acting(head.id, actor.Door.COMMAND):
        perform(order, "approve", by=head)
        account_office.grant(make_user(), Role.STORE_STAFF, by=make_user(Role.ADMIN))
    assert order.state == "approved"


def test_without_a_sign_in_nobody_is_asked(client: Any, session: Any) -> None:
    assert client.get("/account/proof").location.startswith("/login")
    assert client.post("/account/proof", data={"proof_password": "x"}).status_code == 302


def test_it_is_on_in_production_and_off_in_the_demo(app: Flask, client: Any, session: Any, sign_in: Any,
                                                    monkeypatch: Any) -> None:
    for name in ("STEP_UP", "RAWAT_CLOCK_AHEAD_DAYS"):
        monkeypatch.delenv(name, raising=False)
    secrets = {name: letter * 40 for name, letter in (("SECRET_KEY", "a"), ("NIK_KEY", "b"),
                                                      ("NIK_INDEX_KEY", "c"))}
    assert read({"RAWAT_ENV": "production", **secrets})["STEP_UP"] == "on"
    assert read({"RAWAT_ENV": "demo", **secrets})["STEP_UP"] == "off"
    app.config["STEP_UP"] = "off"
    order = submitted(LARGE)
    sign_in(client, staff())
    assert approve(client, order).status_code == 303


def test_asking_several_asks_once(session: Any) -> None:
    head = staff()
    orders = [submitted(SMALL), submitted(LARGE)]
    with actor.acting(head.id, actor.Door.BACK_OFFICE), one_transaction():
        step_up.require_for([(order, "approve") for order in orders], by=head)
    actor.set_actor(head.id, actor.Door.BACK_OFFICE, must_prove=True, proved_at=None)
    step_up.require_for([(orders[0], "approve")], by=head)
    with pytest.raises(NeedsProof):
        step_up.require_for([(order, "approve") for order in orders], by=head)
    actor.set_actor(None)
