"""A student joins with a code, with an account or without one; codes are not guessed, addresses not tried
out."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from models.clinic import Patient
from models.learning import ClassMember
from models.operations.learning import classes, joining
from models.outbox import Outbox
from models.people import AccountStatus, User
from models.roles import Role
from portal.learn.classes import joining as pages
from portal.web import passwords
from tests.support.classroom import make_class, put_in
from tests.support.factories import make_user

PASSWORD = "four small green boats"


def form(code: str | None, /, **fields: str) -> dict[str, str]:
    return {"code": code or "", "name": "Ani Lestari", "email": "ani@example.org", "password": PASSWORD, **fields}


def account(session: Any, email: str = "ani@example.org") -> User | None:
    return session.scalar(sa.select(User).where(User.email == email))


# ---------------------------------------------------------------- without an account

def test_who_has_no_account_becomes_a_student_of_the_class(client: Any, session: Any) -> None:
    group = make_class()
    answer = client.post("/learn/join", data=form(group.invitation_code))
    assert (answer.status_code, answer.location) == (303, "/learn/joined")
    ani = account(session)
    assert ani is not None
    assert ani.roles == {Role.STUDENT}
    assert [member.student_id for member in classes.present(group)] == [ani.id]
    assert session.scalar(sa.select(sa.func.count()).select_from(Patient)) == 0
    assert client.get("/learn/joined").status_code == 200
    client.post("/login", data={"email": "ani@example.org", "password": PASSWORD})
    assert client.get("/learn/").status_code == 200
    assert client.get("/portal/").status_code == 403


def test_the_page_opens_without_a_sign_in_and_keeps_the_code_of_the_address(client: Any) -> None:
    page = client.get("/learn/join?code=ABCD-EFGH")
    assert page.status_code == 200
    assert 'value="ABCD-EFGH"' in page.text
    assert 'href="/learn/join"' in client.get("/login").text


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}-{2}", "{1} {2}", "{3}"])
def test_a_code_is_read_as_people_type_it(session: Any, typed: str) -> None:
    group = make_class()
    code = group.invitation_code
    assert code is not None
    assert classes.by_code(typed.format(code, code[:4], code[4:], code.lower())) is group


@pytest.mark.parametrize(("fields", "field"), [
    ({"code": "NOTA-CODE"}, "code"), ({"code": ""}, "code"), ({"code": "x" * 5000}, "code"),
    ({"name": ""}, "name"), ({"name": "x" * 201}, "name"), ({"email": "no address"}, "email"),
    ({"email": ""}, "email"), ({"password": "short"}, "password"), ({"password": "x" * 201}, "password"),
    ({"password": "ani@example.org"}, "password"),
])
def test_what_is_wrong_is_said_at_the_field_and_no_account_is_made(
        client: Any, session: Any, fields: dict[str, str], field: str) -> None:
    group = make_class()
    answer = client.post("/learn/join", data=form(group.invitation_code or "", **fields))
    assert answer.status_code == 422
    assert f'id="{field}-err"' in answer.text
    assert PASSWORD not in answer.text
    if field != "name":
        assert 'value="Ani Lestari"' in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(ClassMember)) == 0
    assert account(session) is None


def test_an_address_with_an_account_gets_the_same_answer_and_its_owner_a_mail(client: Any,
                                                                              session: Any) -> None:
    group, owner = make_class(), make_user(Role.PATIENT, email="ani@example.org", password_hash="kept")
    answer = client.post("/learn/join", data=form(group.invitation_code, email="Ani@Example.org"))
    assert (answer.status_code, answer.location) == (303, "/learn/joined")
    assert (owner.roles, owner.password_hash, classes.present(group)) == ({Role.PATIENT}, "kept", [])
    session.expire_all()
    assert session.scalar(sa.select(sa.func.count()).select_from(Outbox).where(
        Outbox.to_address == "ani@example.org")) == 1


def test_who_registers_at_the_same_moment_is_told_nothing_either(client: Any, session: Any,
                                                                  monkeypatch: Any) -> None:
    """The address was free when it was looked at, and has an account when it is written."""
    group, _owner = make_class(), make_user(Role.STUDENT, email="ani@example.org")
    told = iter([False, True])
    monkeypatch.setattr(pages.registration, "told_owner", lambda _email: next(told))
    answer = client.post("/learn/join", data=form(group.invitation_code))
    assert (answer.status_code, answer.location) == (303, "/learn/joined")
    assert classes.present(group) == []


@pytest.mark.parametrize("why", ["closed", "no code", "teacher gone"])
def test_a_class_that_invites_nobody_is_as_one_that_is_not_there(client: Any, session: Any, why: str) -> None:
    teacher = make_user(Role.TEACHER)
    group = make_class(teacher)
    code = group.invitation_code
    if why == "closed":
        classes.close(group, by=teacher)
    elif why == "no code":
        classes.stop_inviting(group, by=teacher)
    else:
        teacher.status = AccountStatus.INACTIVE
    answer = client.post("/learn/join", data=form(code))
    assert answer.status_code == 422
    assert "Tidak ada kelas dengan kode undangan ini" in answer.text
    assert account(session) is None


# ---------------------------------------------------------------- with an account

def test_a_student_joins_by_typing_the_code_and_only_once(client: Any, sign_in: Any, session: Any) -> None:
    group = make_class()
    ani = sign_in(client, Role.STUDENT)
    for _ in range(2):
        assert client.post("/learn/join", data={"code": group.invitation_code}).location == "/learn/join"
    assert [member.student_id for member in classes.present(group)] == [ani.id]
    assert group.name in client.get("/learn/join").text


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STUDENT])
def test_no_other_role_joins(client: Any, sign_in: Any, session: Any, role: Role) -> None:
    group = make_class()
    sign_in(client, role)
    assert client.get("/learn/join").status_code == 403
    assert client.post("/learn/join", data={"code": group.invitation_code}).status_code == 403
    assert classes.present(group) == []


def test_a_student_sees_the_own_classes_and_no_progress_of_others(client: Any, sign_in: Any,
                                                                  session: Any) -> None:
    mine, others = make_class(name="Databases"), make_class(name="Somebody else's")
    ani = sign_in(client, Role.STUDENT)
    put_in(mine, ani)
    put_in(mine, make_user(Role.STUDENT, name="Budi of the same class"))
    put_in(others)
    page = client.get("/learn/join").text
    assert "Databases" in page
    assert "Somebody else" not in page
    assert "Budi" not in page
    for rest in ("", "/progress", "/marks.xlsx"):
        assert client.get(f"/learn/classes/{mine.id}{rest}").status_code == 403


def test_a_student_leaves_and_comes_back(client: Any, sign_in: Any, session: Any) -> None:
    group = make_class()
    ani = sign_in(client, Role.STUDENT)
    put_in(group, ani)
    assert client.post(f"/learn/join/{group.id}/leave").status_code == 303
    assert classes.present(group) == []
    assert client.post(f"/learn/join/{group.id}/leave").status_code == 404
    client.post("/learn/join", data={"code": group.invitation_code})
    assert len(classes.present(group)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(ClassMember)) == 2


def test_nobody_leaves_for_somebody_else(client: Any, sign_in: Any, session: Any) -> None:
    group = make_class()
    put_in(group)
    sign_in(client, Role.STUDENT)
    assert client.post(f"/learn/join/{group.id}/leave").status_code == 404
    assert len(classes.present(group)) == 1


def test_a_full_class_takes_nobody(client: Any, sign_in: Any, session: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(classes, "MOST_STUDENTS", 1)
    group = make_class()
    put_in(group)
    sign_in(client, Role.STUDENT)
    answer = client.post("/learn/join", data={"code": group.invitation_code})
    assert answer.status_code == 422
    assert 'id="code-err"' in answer.text
    assert len(classes.present(group)) == 1


def test_an_account_that_is_closed_signs_in_no_more(client: Any, session: Any) -> None:
    """As every account is ended: by the administrator, in the panel."""
    group = make_class()
    member = joining.register(group, name="Ani", email="ani@example.org",
                              password_hash=passwords.hashed(PASSWORD))
    member.student.status = AccountStatus.INACTIVE
    client.post("/login", data={"email": "ani@example.org", "password": PASSWORD})
    assert client.get("/learn/").status_code == 302
    assert [entry.student.name for entry in classes.present(group)] == ["Ani"]


# ---------------------------------------------------------------- guessing

def test_a_student_tries_ten_codes_and_waits(app: Any, client: Any, sign_in: Any, session: Any,
                                             monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    group = make_class()
    sign_in(client, Role.STUDENT)
    statuses = [client.post("/learn/join", data={"code": f"WRONG{number:03}"}).status_code
                for number in range(pages.own_tries.limit)]
    assert set(statuses) == {422}
    answer = client.post("/learn/join", data={"code": group.invitation_code})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert classes.present(group) == []
    sign_in(client, Role.STUDENT)  # another student of the same room
    assert client.post("/learn/join", data={"code": group.invitation_code}).status_code == 303


def test_an_address_tries_a_hundred_codes_and_waits(app: Any, client: Any, session: Any,
                                                    monkeypatch: Any) -> None:
    """A whole class that registers from one address fits into it."""
    assert pages.tries.limit == 100
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    there = {"REMOTE_ADDR": "198.51.100.7"}
    pages.tries.forget(there["REMOTE_ADDR"])
    assert {pages.tries.take(there["REMOTE_ADDR"]) for _ in range(100)} == {0}
    answer = client.post("/learn/join", data=form(make_class().invitation_code), environ_base=there)
    assert answer.status_code == 429
    assert account(session) is None


def test_codes_are_too_many_to_guess() -> None:
    """A hundred tries in ten minutes, all year, against a hundred classes: less than one in a thousand."""
    tries = 100 * 6 * 24 * 365
    assert tries * 100 / len(classes.LETTERS) ** classes.LENGTH < 0.001


def test_two_codes_differ(session: Any) -> None:
    teacher = make_user(Role.TEACHER)
    assert len({classes.make(f"Class {number}", by=teacher).invitation_code for number in range(20)}) == 20
