"""Pages that read ask PostgreSQL without a transaction and keep the plans of their statements; what writes,
locks or acts for a patient has its transaction."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from models import clock, connections, database_roles
from models.base import db, one_transaction
from models.items import Item, ItemCategory
from models.people import UserSession
from models.roles import Role
from tests.support import factories

pytestmark = [pytest.mark.commits]

PAGES = ("/admin/", "/admin/item/", "/admin/store_request/", "/admin/stock_move/", "/admin/inbox/")


@pytest.fixture(autouse=True)
def _on_a_server(app: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("an embedded database plans in the process; TEST_DATABASE_URL names no server")


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """What was sent to the server since it was asked last: `Query "BEGIN"`, `Parse "" "SELECT …"`."""
    file = tmp_path / "sent.txt"
    with file.open("w+") as out, traced(out.fileno()):
        def since() -> list[str]:
            lines = [line.split("\t", 3) for line in file.read_text().splitlines()]
            out.seek(0)
            out.truncate()
            return [f"{kind} {rest.strip()}" for _time, kind, rest in
                    ((line[0], line[2], line[3] if len(line) > 3 else "") for line in lines if len(line) > 2
                     and line[0] == "F")]
        yield since


@contextmanager
def traced(number: int) -> Iterator[None]:
    """Every connection of the engine writes down what is sent."""
    def opened(connection: psycopg.Connection, _record: Any) -> None:
        connection.pgconn.trace(number)
        connection.pgconn.set_trace_flags(psycopg.pq.Trace.SUPPRESS_TIMESTAMPS)
    db.session.remove()
    db.engine.dispose()
    engine = db.engine
    sa.event.listen(engine, "connect", opened)
    try:
        yield
    finally:
        sa.event.remove(engine, "connect", opened)


def turns(sent: list[str]) -> list[str]:
    """The words that begin and end transactions."""
    words = [line.partition('"')[2].rstrip('"') for line in sent if line.startswith("Query")]
    return [word for word in words if word.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


def ask(client: Any, path: str) -> Any:
    """One page, while the test itself holds no connection."""
    db.session.remove()
    return contextvars.Context().run(client.get, path)


def test_pages_that_read_begin_nothing_roll_nothing_back_and_keep_their_plans(
        client: Any, sign_in: Any, heard: Callable[[], list[str]]) -> None:
    sign_in(client, Role.STORE_HEAD)
    db.session.commit()
    for _ in range(8):  # the driver prepares what it sees the sixth time
        for path in PAGES:
            assert ask(client, path).status_code == 200, path
    heard()
    for path in PAGES * 2:
        ask(client, path)
    sent = heard()
    assert turns(sent) == []
    assert not any(line.startswith("Parse") for line in sent)
    with db.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM pg_prepared_statements")) >= len(PAGES)


def test_a_page_that_writes_does_so_in_a_transaction(
        client: Any, sign_in: Any, heard: Callable[[], list[str]]) -> None:
    """As the sign of life of a session."""
    sign_in(client, Role.STORE_HEAD)
    db.session.execute(sa.update(UserSession).values(seen_at=clock.now() - timedelta(minutes=5)))
    db.session.commit()
    heard()
    assert ask(client, "/admin/item/").status_code == 200
    assert turns(heard()) == ["BEGIN", "COMMIT"]



def test_what_was_written_without_one_transaction_is_not_half_there(heard: Callable[[], list[str]]) -> None:
    connections.asks_only()
    db.session.scalar(sa.select(ItemCategory.id))
    db.session.add(ItemCategory(code="KAT-9", name="Kategori"))
    db.session.flush()
    db.session.remove()
    assert turns(heard()) == ["BEGIN", "ROLLBACK"]
    assert db.session.scalar(sa.select(sa.func.count(ItemCategory.id))) == 0


def test_inside_of_one_transaction_reading_is_part_of_it(heard: Callable[[], list[str]]) -> None:
    connections.asks_only()
    with one_transaction() as session:
        session.scalar(sa.select(ItemCategory.id))
        number = session.scalar(sa.text("SELECT pg_current_xact_id()::text"))
        assert session.scalar(sa.text("SELECT pg_current_xact_id()::text")) == number
    assert turns(heard()) == ["BEGIN", "COMMIT"]


def test_cursors_on_the_server_and_locks_have_a_transaction(heard: Callable[[], list[str]]) -> None:
    factories.make_item()
    db.session.commit()
    db.session.remove()
    heard()
    connections.asks_only()
    ids = sa.select(Item.id)
    for statement in (ids.execution_options(yield_per=1), ids.with_for_update()):
        assert len(db.session.scalars(statement).all()) == 1
        db.session.remove()
        assert turns(heard())[0] == "BEGIN"


def test_a_transaction_that_only_read_is_forgotten_without_a_rollback(heard: Callable[[], list[str]]) -> None:
    """Outside of requests too: after it the driver still knows its prepared statements."""
    for _ in range(8):
        db.session.scalar(sa.select(Item.id).where(Item.id == 1))
        db.session.remove()
    sent = heard()
    assert turns(sent) == ["BEGIN", "COMMIT"] * 8
    assert sum(line.startswith("Parse") for line in sent) == 6
    db.session.add(ItemCategory(code="KAT-9", name="Kategori"))
    db.session.flush()
    db.session.remove()
    assert turns(heard())[-1] == "ROLLBACK"


def test_a_search_is_planned_for_its_word(heard: Callable[[], list[str]]) -> None:
    connections.asks_only()
    heard()
    for word in "abcdefgh":
        db.session.scalars(sa.select(Item.id).where(Item.name.ilike(f"%{word}%"))).all()
    db.session.remove()
    assert sum(line.startswith("Parse") for line in heard()) == 8


def test_what_must_agree_is_read_of_one_moment(heard: Callable[[], list[str]]) -> None:
    """Reports and files: somebody commits between two statements, and is not seen by the second."""
    count = sa.select(sa.func.count(ItemCategory.id))
    connections.of_one_moment()
    assert db.session.scalar(count) == 0
    with sa.create_engine(db.engine.url, poolclass=sa.NullPool).begin() as other:
        other.execute(sa.insert(ItemCategory).values(code="KAT-9", name="Kategori"))
    assert db.session.scalar(count) == 0
    db.session.remove()
    assert turns(heard()) == ["BEGIN ISOLATION LEVEL REPEATABLE READ", "COMMIT"]
    with one_transaction() as session:
        assert session.scalar(count) == 1
    assert turns(heard()) == ["BEGIN", "COMMIT"]


@pytest.mark.parametrize("path", ["/admin/reports/stock_on_hand/", "/admin/item/export/csv/"])
def test_reports_and_files_are_of_one_moment(client: Any, sign_in: Any, heard: Callable[[], list[str]],
                                             path: str) -> None:
    sign_in(client, Role.STORE_HEAD)
    db.session.commit()
    heard()
    assert ask(client, path).status_code == 200
    assert "BEGIN ISOLATION LEVEL REPEATABLE READ" in turns(heard())


def test_a_patients_page_is_one_transaction_that_says_who_acts(monkeypatch: pytest.MonkeyPatch,
                                                                heard: Callable[[], list[str]]) -> None:
    """With roles, the person's name stands before the first row is read, in a request that reads too."""
    patient = factories.make_patient().user
    db.session.commit()
    db.session.remove()
    monkeypatch.setattr(database_roles, "transaction_words",
                        lambda: f"; SET LOCAL rawat.person = '{patient.id}'".encode())
    heard()
    connections.asks_only()
    person = sa.text("SELECT current_setting('rawat.person', true)")
    assert [db.session.scalar(person) for _ in range(2)] == [str(patient.id)] * 2
    db.session.remove()
    assert turns(heard()) == [f"BEGIN; SET LOCAL rawat.person = '{patient.id}'", "COMMIT"]
    monkeypatch.undo()
    assert db.session.scalar(person) in (None, "")


def test_a_connection_that_the_server_ended_is_not_handed_out(heard: Callable[[], list[str]]) -> None:
    """Nobody is told of it: the next one is open. One that lives is not asked each time."""
    heard()
    for _ in range(3):
        db.session.scalar(sa.select(Item.id))
        db.session.remove()
    assert not any("SELECT 1" in line for line in heard())
    pid = db.session.scalar(sa.text("SELECT pg_backend_pid()"))
    db.session.remove()
    with sa.create_engine(db.engine.url, poolclass=sa.NullPool).connect() as other:
        assert other.scalar(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    assert db.session.scalar(sa.text("SELECT pg_backend_pid()")) != pid
