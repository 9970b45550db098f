"""The tests' own ground: what one test writes, no other sees, whether it commits or not."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from models.base import db, one_transaction
from models.organisation import WorkUnit
from models.roles import Role
from tests.factories import make_user, make_work_unit

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
    session.rollback()

    def write(number: int) -> None:
        with app.app_context(), one_transaction():
            make_work_unit(code=f"{CODE}-{number}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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
