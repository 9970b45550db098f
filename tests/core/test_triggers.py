"""The database itself refuses to change ledgers and posted documents, whoever asks and however."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import finality, triggers
from models.base import ExactDecimal, UtcDateTime, db
from models.documents import WORKFLOWS
from tests.support import factories

PAPERS = finality.papers()
LINES = finality.lines()

_counter = itertools.count(1)


@pytest.fixture(autouse=True)
def _loose(session: Any) -> Iterator[None]:
    """Without foreign keys and checks, so that a row needs no other: they are not what is tested here."""
    tables = {*finality.APPEND_ONLY, *(rule.table for rule in (*PAPERS, *LINES))}
    if session.connection().dialect.name == "sqlite":
        session.execute(sa.text("PRAGMA defer_foreign_keys=ON"))
        session.execute(sa.text("PRAGMA ignore_check_constraints=ON"))
        yield
        session.execute(sa.text("PRAGMA ignore_check_constraints=OFF"))
        return
    for table in tables:
        session.execute(sa.text(f'ALTER TABLE "{table}" DISABLE TRIGGER ALL'))
        session.execute(sa.text(f'ALTER TABLE "{table}" ENABLE TRIGGER USER'))
        for check in db.metadata.tables[table].constraints:
            if isinstance(check, sa.CheckConstraint):
                session.execute(sa.text(f'ALTER TABLE "{table}" DROP CONSTRAINT "{check.name}"'))
    yield


def filler(column: sa.Column[Any]) -> Any:
    """A value of the column's type that no other row has, where the type allows."""
    number = next(_counter)
    if isinstance(column.type, sa.Enum):
        return column.type.enums[0]
    if isinstance(column.type, sa.JSON):
        return {"n": number}
    if isinstance(column.type, UtcDateTime):
        return datetime(2026, 1, 2, tzinfo=UTC) + timedelta(minutes=number)
    if isinstance(column.type, ExactDecimal):
        return Decimal(number % 900 + 1)
    kind = column.type.python_type
    if kind is date:
        return date(2026, 1, 2) + timedelta(days=number)
    return f"x{number}" if kind is str else kind(number) if kind is not bool else False


def other(column: sa.Column[Any], value: Any) -> Any:
    """A value that differs from `value`."""
    if isinstance(column.type, sa.Enum):
        return next(word for word in column.type.enums if word != value)
    return not value if isinstance(column.type, sa.Boolean) else filler(column)


def put(session: Any, name: str, **values: Any) -> int:
    """Insert a row of `name`; its id."""
    table = db.metadata.tables[name]
    row = {column.name: filler(column) for column in table.columns
           if not column.nullable and column.computed is None
           and column.name != "id"}
    row |= values
    if name == "activity_log":  # a check asks for it
        row["salt"] = "0" * 32
    session.execute(sa.insert(table).values(row))
    return session.scalar(sa.select(sa.func.max(table.c.id)))


@contextmanager
def refused(session: Any, words: str) -> Iterator[None]:
    with pytest.raises(sa.exc.IntegrityError, match=words), session.begin_nested():
        yield


def change(session: Any, name: str, key: int, column: str) -> None:
    table = db.metadata.tables[name]
    value = session.scalar(sa.select(table.c[column]).where(table.c.id == key))
    with session.begin_nested():
        session.execute(sa.update(table).where(table.c.id == key).values({column: other(table.c[column],
                                                                                        value)}))


def delete(session: Any, name: str, key: int) -> None:
    table = db.metadata.tables[name]
    with session.begin_nested():
        session.execute(sa.delete(table).where(table.c.id == key))


def truncate(session: Any, name: str) -> None:
    session.execute(sa.text(f'TRUNCATE "{name}" CASCADE'))


# ---------------------------------------------------------------- ledgers only grow


@pytest.mark.parametrize("name", finality.APPEND_ONLY)
def test_a_ledger_refuses_update_and_delete(session: Any, name: str) -> None:
    key = put(session, name)
    words = f"append-only: {name}"
    table = db.metadata.tables[name]
    with refused(session, words):
        session.execute(sa.update(table).values(id=table.c.id))
    with refused(session, words):
        session.execute(sa.delete(table).where(table.c.id == key))


@pytest.mark.parametrize("name", finality.APPEND_ONLY)
def test_a_ledger_refuses_replacing_and_truncating(session: Any, name: str) -> None:
    key = put(session, name)
    if session.connection().dialect.name == "postgresql":
        with refused(session, "append-only: "):
            truncate(session, name)
        return
    # a connection that lacks it must not pass either
    session.execute(sa.text("PRAGMA recursive_triggers=OFF"))
    try:
        with refused(session, f"append-only: {name}"):
            session.execute(
                sa.text(f'INSERT OR REPLACE INTO "{name}" SELECT * FROM "{name}" WHERE id = {key}')
            )
    finally:
        session.execute(sa.text("PRAGMA recursive_triggers=ON"))


def test_a_ledger_refuses_replacing_by_another_key(session: Any) -> None:
    if session.connection().dialect.name == "postgresql":
        pytest.skip("PostgreSQL knows no INSERT OR REPLACE")
    key = put(session, "document_number", number="SR/2026/000001")
    with refused(session, "append-only: document_number"):
        session.execute(sa.text(
            "INSERT OR REPLACE INTO document_number SELECT id + 1, prefix, year, sequence, number, "
            "document_type,"
            f" document_id, verify_code FROM document_number WHERE id = {key}"))


# ---------------------------------------------------------------- posted is final


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.table)
def test_a_final_document_stands_still(session: Any, paper: finality.Papers) -> None:
    for position, state in enumerate(paper.final):
        key = put(session, paper.table, state=state, number=f"X/{position}")
        for column in paper.columns:
            if column in paper.late:
                continue
            with refused(session, f"posted is final: {paper.table}"):
                change(session, paper.table, key, column)
        for column in set(paper.late) - {"state"}:
            change(session, paper.table, key, column)
        with refused(session, f"posted is final: {paper.table}"):
            delete(session, paper.table, key)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.table)
def test_a_numbered_document_keeps_its_number_and_stays(session: Any, paper: finality.Papers) -> None:
    first = WORKFLOWS[paper.table].workflow.initial
    key = put(session, paper.table, state=first, number="X/1")
    change(session, paper.table, key, "note")
    for step in (lambda: change(session, paper.table, key, "number"),
                 lambda: delete(session, paper.table, key)):
        with refused(session, f"posted is final: {paper.table}"):
            step()
    free = put(session, paper.table, state=first, number=None)
    change(session, paper.table, free, "number")
    unnumbered = put(session, paper.table, state=first, number=None)
    delete(session, paper.table, unnumbered)


@pytest.mark.parametrize("rule", LINES, ids=lambda rule: rule.table)
def test_lines_stand_still_once_the_document_left_draft(session: Any, rule: finality.Lines) -> None:
    model = WORKFLOWS[rule.parent]
    parent = db.metadata.tables[rule.parent]
    still = next(name for name in rule.columns
                 if name not in {*rule.late, "id", rule.key} and not name.endswith("_id"))
    words = f"posted is final: {rule.table}"
    for state in model.workflow.states:
        opened = model.workflow.initial if model.workflow.initial in rule.open else rule.open[0]
        document = put(session, rule.parent, state=model.workflow.initial, number=None)
        key = put(session, rule.via[0], **{rule.via[1]: document}) if rule.via else document
        session.execute(sa.update(parent).where(parent.c.id == document).values(state=opened))
        line = put(session, rule.table, **{rule.key: key})
        session.execute(sa.update(parent).where(parent.c.id == document).values(state=state))
        if state in rule.open:
            change(session, rule.table, line, still)
            delete(session, rule.table, line)
            line = put(session, rule.table, **{rule.key: key})
            session.execute(sa.delete(parent).where(parent.c.id == document))
            continue
        with refused(session, words):
            put(session, rule.table, **{rule.key: key})
        with refused(session, words):
            change(session, rule.table, line, still)
        with refused(session, words):
            delete(session, rule.table, line)
        for column in rule.late:
            if state in rule.final:
                with refused(session, words):
                    change(session, rule.table, line, column)
            else:
                change(session, rule.table, line, column)
        session.execute(sa.update(parent).where(parent.c.id == document).values(state="cancelled"))


@pytest.mark.parametrize("name", ["goods_receipt", "goods_receipt_line"])
def test_documents_refuse_truncating(session: Any, name: str) -> None:
    if session.connection().dialect.name == "sqlite":
        pytest.skip("SQLite knows no TRUNCATE")
    with refused(session, "posted is final|append-only"):
        truncate(session, name)


def test_a_missing_rule_is_found(session: Any) -> None:
    assert triggers.missing(session.connection()) == []
    on = "" if session.connection().dialect.name == "sqlite" else " ON stock_move"
    session.execute(sa.text(f"DROP TRIGGER stock_move_keeps_update{on}"))
    assert triggers.missing(session.connection()) == ["stock_move_keeps_update"]


@pytest.mark.commits
def test_no_line_slips_in_while_the_document_is_submitted(session: Any) -> None:
    if session.connection().dialect.name == "sqlite":
        pytest.skip("SQLite lets one write at a time")
    request = factories.make_store_request()
    line = db.metadata.tables["store_request_line"]
    copied = [column for column in line.columns if column.name != "id"]
    again = sa.insert(line).from_select([column.name for column in copied], sa.select(*copied))
    parent = db.metadata.tables["store_request"]
    session.commit()
    engine = db.engine

    def add() -> None:
        with engine.begin() as connection:
            connection.execute(again)

    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as connection:
            connection.execute(sa.update(parent).where(parent.c.id == request.id).values(state="submitted"))
            adding = pool.submit(add)
            waits = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")  # never a snapshot
            while not connection.scalar(waits):
                assert not adding.done()
        with pytest.raises(sa.exc.IntegrityError, match="posted is final: store_request_line"):
            adding.result()
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(line)) == 1
