"""Who is put out stays out: sessions and tokens end with the password, and nobody gives rights to the own
account."""

from __future__ import annotations

import ast
import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.api import ApiToken
from models.base import db, one_transaction
from models.operations.people import accounts, credentials
from models.outbox import Notice, Outbox
from models.people import AccountStatus, User
from models.roles import Role
from portal.web import passwords
from portal.web.outbox_job import composed
from tests.people.test_account import token_in
from tests.support import factories as make
from tests.support.applications import Client

PASSWORD, NEW = "melati putih 12 di taman", "kamboja kuning 7 di taman"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _public(app: Any, client: Any) -> None:
    app.config["PUBLIC_URL"] = "https://rs.example"
    client.set_cookie("language", "en")


@pytest.fixture
def victim(session: Any) -> User:
    return make.make_user(Role.FRONT_OFFICE, password_hash=passwords.hashed(PASSWORD))


@pytest.fixture
def thief(app: Any, sign_in: Any, victim: User) -> Callable[[], bool]:
    """Whether a browser and a program that are in as the victim still get an answer: both or none of them."""
    browser, bearer = app.test_client(), secrets.token_urlsafe(32)
    sign_in(browser, victim)
    make.saved(ApiToken(token_hash=hashlib.sha256(bearer.encode()).hexdigest(), user_id=victim.id,
                        name="phone",
                        expires_at=clock.now() + timedelta(days=90)))
    db.session.commit()

    def is_in() -> bool:
        page = browser.get("/account/").status_code == 200
        call = app.test_client().get("/api/v1/rooms",
                                     headers={"Authorization": f"Bearer {bearer}"}).status_code == 200
        assert page == call
        return page

    assert is_in()
    return is_in


def choose(client: Client, ticket: str, password: str) -> Any:
    """The page behind the mailed link, filled in."""
    return client.post("/account/password",
                       data={"ticket": ticket, "password": password, "repeated": password})


def edit(client: Client, user: User, **changed: Any) -> Any:
    """The administrator's form of an account, with everything that stands in it."""
    fields = {"version": user.version, "name": user.name, "email": user.email, "status": user.status.value,
              "language": user.language.value if user.language else "__None",
              "roles_held": [role.value for role in user.roles]}
    return client.post(f"/admin/user/edit/?id={user.id}", data=fields | changed)


# ---------------------------------------------------------------- every door

def own_change(client: Client, victim: User, sign_in: Any) -> None:
    sign_in(client, victim)
    answer = client.post("/account/password/change",
                         data={"current": PASSWORD, "password": NEW, "repeated": NEW})
    assert answer.status_code == 303, answer.status


def by_mail(client: Client, victim: User, sign_in: Any) -> None:
    with one_transaction():
        accounts.ask_reset(victim.email)
    mail = db.session.scalars(sa.select(Outbox).where(Outbox.user_id
                                                      == victim.id).order_by(Outbox.id)).all()[-1]
    answer = choose(client, token_in(mail), NEW)
    assert answer.status_code == 303, answer.status


def by_the_office(client: Client, victim: User, sign_in: Any) -> None:
    sign_in(client, make.make_user(Role.ADMIN))
    assert client.post(f"/admin/user/{victim.id}/password_link").status_code == 303


def closed(client: Client, victim: User, sign_in: Any) -> None:
    sign_in(client, make.make_user(Role.ADMIN))
    assert edit(client, victim, status="inactive").status_code in (302, 303)


def other_roles(client: Client, victim: User, sign_in: Any) -> None:
    sign_in(client, make.make_user(Role.ADMIN))
    assert edit(client, victim, roles_held=["housekeeping"]).status_code in (302, 303)


def other_address(client: Client, victim: User, sign_in: Any) -> None:
    sign_in(client, make.make_user(Role.ADMIN))
    assert edit(client, victim, email="lain@example.org").status_code in (302, 303)


def from_the_account_page(client: Client, victim: User, sign_in: Any) -> None:
    sign_in(client, victim)
    assert client.post("/account/sessions/end").status_code == 303
    assert client.post("/account/tokens/end").status_code == 303


def from_the_office(client: Client, victim: User, sign_in: Any) -> None:
    sign_in(client, make.make_user(Role.ADMIN))
    assert client.post(f"/admin/user/{victim.id}/access/end").status_code == 303


def past_the_program(client: Client, victim: User, sign_in: Any) -> None:
    """An operator in the database itself."""
    db.session.execute(sa.text('UPDATE "user" SET password_hash = :other WHERE id = :id'),
                       {"other": passwords.hashed(NEW), "id": victim.id})


DOORS = [own_change, by_mail, by_the_office, closed, other_roles, other_address, from_the_account_page,
         from_the_office,
         past_the_program]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_sessions_and_tokens_end_at_the_next_request(
        client: Client, session: Any, sign_in: Any, victim: User, thief: Callable[[], bool],
        door: Any) -> None:
    door(client, victim, sign_in)
    db.session.commit()
    assert not thief()


@pytest.mark.parametrize("door", [own_change, by_mail], ids=lambda door: door.__name__)
def test_the_owner_is_told_and_no_secret_is_in_the_mail(
        client: Client, session: Any, sign_in: Any, victim: User, door: Any) -> None:
    door(client, victim, sign_in)
    told = session.scalars(sa.select(Outbox).where(Outbox.template == "password_changed")).one()
    assert told.user_id == victim.id
    text = composed(told, "rs@example.org").text
    assert NEW not in text
    assert "ticket=" not in text


def test_the_own_browser_stays_in_after_the_own_change_with_another_session(
        client: Client, session: Any, sign_in: Any, victim: User) -> None:
    sign_in(client, victim)
    with client.session_transaction() as cookie:
        before = cookie["sid"]
    changed = client.post("/account/password/change", data={
        "current": PASSWORD, "password": NEW, "repeated": NEW})
    assert changed.status_code == 303
    assert client.get("/account/").status_code == 200
    with client.session_transaction() as cookie:
        assert cookie["sid"] != before


def test_a_closed_account_has_no_token_that_works_even_when_its_row_lives(
        app: Any, client: Client, session: Any, sign_in: Any, victim: User,
        thief: Callable[[], bool]) -> None:
    closed(client, victim, sign_in)
    session.execute(sa.update(ApiToken).values(revoked_at=None))
    session.commit()
    assert not thief()


def writers(path: Path) -> list[tuple[str, str]]:
    """File and function of every place that sets a password's hash."""
    places = []
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            targets = (node.targets if isinstance(node, ast.Assign)
                       else [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else [])
            places += [(path.name, function.name) for target in targets
                       if isinstance(target, ast.Attribute) and target.attr == "password_hash"]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "User":
                places += [(path.name, function.name) for word in node.keywords
                           if word.arg == "password_hash"]
    return places


def test_the_password_is_written_in_one_file() -> None:
    """`set_password` ends every access; `renew_hash` keeps the same password under new parameters."""
    places = [place for room in ("models", "backoffice", "portal")
              for path in sorted((ROOT / room).rglob("*.py")) for place in writers(path)]
    assert places == [("credentials.py", "set_password"), ("credentials.py", "renew_hash")]


# ---------------------------------------------------------------- nobody gives rights to the own account

@pytest.mark.parametrize("changed", [
    {"roles_held": ["admin", "facilities_head", "payables"]}, {"roles_held": ["facilities_head"]},
    {"status": "inactive"}, {"email": "baru@example.org"}], ids=str)
def test_nobody_changes_what_the_own_account_may(
        client: Client, session: Any, sign_in: Any, changed: dict[str, Any]) -> None:
    make.make_user(Role.ADMIN)
    mine = sign_in(client, Role.ADMIN)
    before = (mine.roles, mine.status, mine.email)
    answer = edit(client, mine, name="Nama Baru", **changed)
    assert answer.status_code == 422
    assert "Nama Baru" in answer.text  # what else was typed is kept
    session.refresh(mine)
    assert (mine.roles, mine.status, mine.email) == before


def test_the_last_administrator_stays(client: Client, session: Any, sign_in: Any) -> None:
    first, last = make.make_user(Role.ADMIN), sign_in(client, Role.ADMIN)
    assert edit(client, first, roles_held=["front_office"]).status_code in (302, 303)
    session.refresh(last)
    assert last.roles == {Role.ADMIN}
    assert edit(client, last, roles_held=["front_office"]).status_code == 422


def test_a_grant_of_a_deciding_role_is_told_to_the_other_administrators(
        client: Client, session: Any, sign_in: Any, victim: User) -> None:
    other = make.make_user(Role.ADMIN)
    mine = sign_in(client, Role.ADMIN)
    assert edit(client, victim, roles_held=["front_office", "facilities_head"]).status_code in (302, 303)
    told = session.scalars(sa.select(Notice).where(Notice.event == "account_granted")).all()
    assert [notice.user_id for notice in told] == [other.id]
    assert mine.id not in {notice.user_id for notice in told}


# ---------------------------------------------------------------- no administrator knows a password

def test_no_form_of_an_account_asks_for_a_password(client: Client, session: Any, sign_in: Any,
                                                   victim: User) -> None:
    sign_in(client, Role.ADMIN)
    for path in ("/admin/user/new/", f"/admin/user/edit/?id={victim.id}"):
        assert 'type="password"' not in client.get(path).text
    before = victim.password_hash
    edit(client, victim, password=NEW, password_hash=passwords.hashed(NEW), new_password=NEW)
    session.refresh(victim)
    assert victim.password_hash == before


def test_the_link_for_a_new_password_goes_to_the_owner_alone(
        client: Client, session: Any, sign_in: Any, victim: User) -> None:
    by_the_office(client, victim, sign_in)
    mail = session.scalars(sa.select(Outbox).where(Outbox.template == "password_office")).one()
    assert mail.to_address == victim.email
    secret = token_in(mail)
    page = client.get(f"/admin/outbox/details/?id={mail.id}")
    assert page.status_code == 200
    assert secret not in page.text
    for address in ("/admin/outbox/", "/admin/outbox/export/csv/", "/admin/activity_log/",
                    f"/admin/user/details/?id={victim.id}"):
        assert secret not in client.get(address).text
    owner = client.application.test_client()
    assert choose(owner, secret, NEW).status_code == 303
    assert choose(owner, secret, PASSWORD).status_code == 422
    session.refresh(victim)
    assert passwords.verified(NEW, victim.password_hash)


def test_a_new_account_is_invited_by_mail(client: Client, session: Any, sign_in: Any) -> None:
    sign_in(client, Role.ADMIN)
    answer = client.post("/admin/user/new/", data={
        "name": "Rina Wati", "email": "rina@rs.example", "status": "active", "language": "id",
        "roles_held": ["store_staff"]})
    assert answer.status_code in (302, 303), answer.status
    made = session.scalars(sa.select(User).where(User.email == "rina@rs.example")).one()
    assert made.password_hash is None
    mail = session.scalars(sa.select(Outbox).where(Outbox.template == "account_invitation")).one()
    assert mail.to_address == made.email


def test_an_address_that_an_administrator_wrote_gets_no_link_from_the_same_one_at_once(
        client: Client, session: Any, sign_in: Any, victim: User) -> None:
    """Another address, then a link to it, would be a password that the administrator knows."""
    former = victim.email
    sign_in(client, Role.ADMIN)
    assert edit(client, victim, email="lain@example.org").status_code in (302, 303)
    told = session.scalars(sa.select(Outbox.to_address).where(Outbox.template == "email_set")).all()
    assert set(told) == {former, "lain@example.org"}
    assert client.post(f"/admin/user/{victim.id}/password_link").status_code == 422
    with one_transaction():
        accounts.ask_reset("lain@example.org")
    assert session.scalar(sa.select(sa.func.count()).select_from(Outbox).where(
        Outbox.to_address == "lain@example.org",
        Outbox.template.in_(("password_reset", "password_office")))) == 0
    other = client.application.test_client()
    sign_in(other, make.make_user(Role.ADMIN))
    assert other.post(f"/admin/user/{victim.id}/password_link").status_code == 303


# ---------------------------------------------------------------- seen, and ended one by one

def test_people_see_and_end_their_tokens_and_nobody_elses(
        client: Client, session: Any, sign_in: Any, victim: User, thief: Callable[[], bool]) -> None:
    token = session.scalars(sa.select(ApiToken).where(ApiToken.user_id == victim.id)).one()
    sign_in(client, Role.STORE_STAFF)
    assert client.post(f"/account/tokens/{token.id}/end").status_code == 404
    assert thief()
    sign_in(client, victim)
    page = client.get("/account/").text
    assert "phone" in page
    assert token.token_hash not in page
    assert client.post(f"/account/tokens/{token.id}/end").status_code == 303
    session.refresh(token)
    assert token.revoked_at is not None


def test_an_administrator_sees_and_ends_those_of_an_account_and_no_other_role_does(
        client: Client, session: Any, sign_in: Any, victim: User, thief: Callable[[], bool]) -> None:
    token = session.scalars(sa.select(ApiToken).where(ApiToken.user_id == victim.id)).one()
    sign_in(client, Role.FACILITIES_HEAD)
    assert client.post(f"/admin/user/{victim.id}/access/end").status_code in (403, 404)
    assert thief()
    sign_in(client, Role.ADMIN)
    page = client.get(f"/admin/user/details/?id={victim.id}").text
    assert "phone" in page
    assert token.token_hash not in page
    assert client.post(f"/admin/user/{victim.id}/access/end", data={"token": token.id}).status_code == 303
    session.refresh(token)
    assert token.revoked_at is not None


# ---------------------------------------------------------------- whose account a doctor's is

def test_another_account_of_a_doctor_is_told_to_both_and_to_the_other_administrators(
        client: Client, session: Any, sign_in: Any) -> None:
    doctor, new, other = make.make_doctor(), make.make_user(Role.DOCTOR), make.make_user(Role.ADMIN)
    former = doctor.user
    mine = sign_in(client, Role.ADMIN)
    page = client.get(f"/admin/doctor/edit/?id={doctor.id}")
    assert page.status_code == 200
    fields = {"version": doctor.version, "name": doctor.name, "specialization": doctor.specialization_id,
              "status": doctor.status.value, "fee": doctor.fee if doctor.fee is not None else "0"}
    assert client.post(f"/admin/doctor/edit/?id={doctor.id}",
                       data=fields | {"user": mine.id}).status_code == 422
    answer = client.post(f"/admin/doctor/edit/?id={doctor.id}", data=fields | {"user": new.id})
    assert answer.status_code in (302, 303), answer.status
    told = {(notice.event, notice.user_id) for notice in session.scalars(sa.select(Notice).where(
        Notice.event.in_(("own_account_linked", "account_linked"))))}
    assert told == {("own_account_linked", former.id), ("own_account_linked", new.id),
                    ("account_linked", other.id)}


def test_verify_finds_a_closed_account_that_is_still_in(session: Any, victim: User,
                                                        thief: Callable[[], bool]) -> None:
    assert credentials.closed_accounts(session) is None
    victim.status = AccountStatus.INACTIVE
    session.flush()
    session.execute(sa.update(ApiToken).values(revoked_at=None))
    assert credentials.closed_accounts(session) is not None


def test_a_ticket_that_was_mailed_before_the_change_opens_nothing(
        client: Client, session: Any, sign_in: Any, victim: User) -> None:
    with one_transaction():
        accounts.ask_reset(victim.email)
    mail = session.scalars(sa.select(Outbox).where(Outbox.user_id == victim.id)).all()[-1]
    own_change(client, victim, sign_in)
    visitor = client.application.test_client()
    assert choose(visitor, token_in(mail), NEW).status_code != 303
