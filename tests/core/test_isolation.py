"""The tests' own ground: what one test writes, no other sees, whether it commits or not."""

from __future__ import annotations

import gc
import threading
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from models.base import db, one_transaction
from models.errors import Conflict, Refused
from models.organisation import WorkUnit
from models.roles import Role
from tests.support import races
from tests.support.factories import make_user, make_work_unit
from tests.support.races import at_once

CODE = "ISOLATION"


def written(session: Any) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(WorkUnit).where(WorkUnit.code == CODE))


@pytest.mark.parametrize("turn", [1, 2])
def test_a_committed_row_is_gone_for_the_next_test(session: Any, turn: int) -> None:
    assert written(session) == 0
    with one_transaction():
        make_work_unit(code=CODE)
    session.rollback()
    assert written(session) == 1


def test_a_rollback_undoes_only_its_own_transaction(session: Any) -> None:
    with one_transaction():
        make_work_unit(code=CODE)
    make_user(Role.UNIT_USER)
    session.rollback()
    assert written(session) == 1
    assert session.scalar(sa.text('SELECT count(*) FROM "user"')) == 0


@pytest.mark.commits
@pytest.mark.parametrize("turn", [1, 2])
def test_threads_write_for_real_in_a_database_of_their_own(app: Flask, session: Any, turn: int) -> None:
    assert written(session) == 0

    def write(number: int) -> None:
        with one_transaction():
            make_work_unit(code=f"{CODE}-{number}")

    at_once(app, [partial(write, number) for number in range(4)])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(WorkUnit)) == 4


def test_a_foreign_key_is_checked(session: Any) -> None:
    make_user()
    with pytest.raises(sa.exc.IntegrityError):
        session.execute(sa.text('UPDATE "user" SET work_unit_id = 999999'))


def test_a_request_sees_the_test_and_the_test_sees_it(client: Any, session: Any, sign_in: Any) -> None:
    person = sign_in(client, Role.ADMIN)
    assert client.post("/language/en").status_code == 303
    assert person.language == "en"
    other = client.application.test_client()
    assert other.get("/admin/").status_code == 302


@pytest.mark.commits
def test_after_a_race_the_test_sees_what_was_written(app: Flask, session: Any) -> None:
    with one_transaction():
        unit = make_work_unit(code=CODE)
    key = unit.id

    def rename(name: str) -> str:
        with one_transaction() as own:
            own.get_one(WorkUnit, key).name = name
            if name == "refused":
                raise Refused("no")
        return name

    renamed, refused = at_once(app, [partial(rename, name) for name in ("renamed", "refused")])
    assert (renamed, str(refused), unit.name) == ("renamed", "no", "renamed")


@pytest.mark.commits
def test_what_nobody_expects_of_a_race_is_raised(app: Flask) -> None:
    def lose(what: Exception) -> None:
        raise what

    with pytest.raises(ZeroDivisionError):
        at_once(app, [lambda: 1 // 0])
    with pytest.raises(Refused):
        at_once(app, [partial(lose, Refused("no"))], told=Conflict)


def test_an_act_that_hangs_fails_its_test(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(races, "HUNG", 0.1)
    go_on = threading.Event()
    with pytest.raises(pytest.fail.Exception, match="1 of 1 still run"):
        at_once(app, [go_on.wait])
    go_on.set()


@pytest.mark.commits
def test_a_test_remembers_what_it_saw_until_it_looks_again(app: Flask, session: Any) -> None:
    with one_transaction():
        key = make_work_unit(code=CODE, name="before").id

    def rename() -> None:
        with app.app_context(), one_transaction() as own:
            own.get_one(WorkUnit, key).name = "after"

    other = threading.Thread(target=rename)
    other.start()
    other.join()
    gc.collect()
    assert session.get_one(WorkUnit, key).name == "before"
    session.expire_all()
    assert session.get_one(WorkUnit, key).name == "after"
