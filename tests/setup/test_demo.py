"""The demo hospital: lived in, sound, and the same each time."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from models import clock
from models.base import db
from models.documents import WORKFLOWS
from models.operations.core import checks
from models.operations.setup import demo
from models.people import User
from models.roles import Role
from models.stock import StockMove

#: What no declared step leads to, or what no demo document is left in.
NOT_SHOWN = {
    ("room", "cleaning"),
    ("asset", "lost"), ("prescription", "draft"), ("prescription", "cancelled"),
    ("cleaning", "finished"), ("cleaning", "inspected"), ("cleaning", "cancelled"),
}


def content() -> str:
    """A checksum of what people see; random codes and hashes left out."""
    parts = []
    for table, model in sorted(WORKFLOWS.items()):
        columns = [column for column in model.__table__.columns
                   if column.name in ("id", "number", "state", "created_by_id", "name", "complaint", "tag")]
        parts.append((table, db.session.execute(sa.select(*columns).order_by(model.id)).all()))
    moves = db.session.execute(sa.select(StockMove.id, StockMove.item_id, StockMove.quantity, StockMove.value)
                               .order_by(StockMove.id)).all()
    return hashlib.sha256(repr((parts, moves)).encode()).hexdigest()


def is_lived_in_and_sound(session) -> None:
    """Every invariant holds, and every state of every document is shown."""
    wrong = [(name, bad) for name, bad in checks.verify(session) if bad is not None]
    assert wrong == []
    empty = []
    for table, model in WORKFLOWS.items():
        shown = set(session.scalars(sa.select(model.state).distinct()))
        reached = {model.workflow.initial} | {step.target for step in model.workflow}
        empty += [(table, state.value) for state in reached - shown if (table, state.value) not in NOT_SHOWN]
    assert empty == []


@pytest.mark.commits
def test_the_demo_hospital_is_lived_in_and_sound_and_repeatable(app, session, template, database_server):
    demo.load(session)
    is_lived_in_and_sound(session)
    for role in Role:
        account = session.scalar(sa.select(User).where(User.email == f"{role.value}@demo.rawat"))
        assert account.has_role(role)
        assert account.is_demo
    PasswordHasher().verify(account.password_hash, "rawat-demo-2026")
    assert session.scalar(sa.select(sa.func.count()).select_from(StockMove)) > 500
    if database_server.name != "sqlite":
        return  # what the dice say does not depend on the database, and loading takes as long again
    # The same seed gives the same hospital.
    first = content()
    session.remove()
    engines = db._app_engines[app]
    mine, url = engines[None], database_server.copy(template)
    from models.base import prepare_engine
    engines[None] = sa.create_engine(url)
    prepare_engine(engines[None])
    try:
        demo.load(session)
        assert content() == first
    finally:
        session.remove()
        engines[None].dispose()
        engines[None] = mine
        database_server.drop(url)


@pytest.fixture
def early_in_next_month():
    """The seventh: of the month's books some are open, some closed, and little of the month has happened."""
    today = clock.today()
    day = (today.replace(day=1) + timedelta(days=32)).replace(day=7)
    clock.run_ahead(clock.ahead() + (day - today))


@pytest.mark.commits
@pytest.mark.usefixtures("early_in_next_month")
@pytest.mark.once
def test_a_larger_hospital_has_as_many_moves_more_and_is_as_sound_on_another_day(app, session):
    demo.load(session, scale=2)
    is_lived_in_and_sound(session)
    assert session.scalar(sa.select(sa.func.count()).select_from(StockMove)) > 1_500
