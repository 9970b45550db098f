"""A record of every workflow in each of its states, who could take its steps, and what happens when they try.

Nothing here knows a single type: rows are made by `tests.support.grid` and put into the state by a statement,
so a new workflow is walked at once. Every attempt is undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backoffice.panel.columns import mapped_tables
from models import clock
from models.base import db
from models.documents import WORKFLOWS
from models.errors import Refused
from models.journal import Period
from models.operations.core.approvals import perform
from models.operations.people import turns
from models.organisation import Status
from models.people import AccountStatus, User, UserRole
from models.roles import Role
from models.workflow import Transition
from tests.support import factories as make
from tests.support import grid

#: Columns that the state itself asks for.
GOES_WITH: dict[tuple[str, str], dict[str, Any]] = {
    ("cleaning", "to_inspect"): {"needs_inspection": True},
    ("cleaning", "inspected"): {"needs_inspection": True},
    ("supplier_refund", "posted"): {"payment_reference": "TRF-1"},
    ("supplier_refund", "reversed"): {"payment_reference": "TRF-1"},
}


@dataclass(frozen=True)
class Tried:
    """One person's attempt at one step: whether the button is there, and how it was refused, None for done.

    A refusal of a field that the step asks for is a question, not a refusal.
    """

    step: Transition
    person: User
    offered: bool
    refused: str | None


@contextmanager
def undone() -> Iterator[None]:
    """What the block writes is taken back."""
    nested = db.session.begin_nested()
    try:
        yield
    finally:
        if nested.is_active:
            nested.rollback()
        db.session.expire_all()


def record_of(table: str) -> Any:
    """A row of the table with a line where it has lines, made by somebody who may make one."""
    record = grid.row_of(WORKFLOWS[table])
    if "lines" in sa.inspect(type(record)).relationships and not record.lines:
        grid.add_lines(record, 1)
    return record


def put(record: Any, state: Any) -> None:
    """The record stands in `state`, however it came there."""
    model = type(record)
    values = {"state": state, **GOES_WITH.get((model.__tablename__, state.value), {})}
    if hasattr(model, "prefix") and state != model.workflow.initial:
        values["number"] = f"{model.prefix}/2026/9{record.id:05}"
    if state.value == "posted" and hasattr(model, "posted_on"):
        values["posted_on"] = clock.today()
    db.session.execute(sa.update(model).where(model.id == record.id).values(**values),
                       execution_options={"synchronize_session": False})
    db.session.expire_all()


def _is_own(record: Any, role: Role) -> User | None:
    """The doctor or patient whom the record is about."""
    visit = getattr(record, "consultation", None) or record
    if role == Role.DOCTOR:
        doctor = getattr(visit, "doctor", None)
        return doctor.user if doctor is not None else None
    patient = visit if visit.__tablename__ == "patient" else getattr(visit, "patient", None)
    if role == Role.PATIENT and patient is not None:
        return db.session.get(User, min(patient.owner_ids))
    return None


def people_of(record: Any) -> list[User]:
    """The author first, who holds the roles of the first step; then one other person of each role that takes
    a step: of the record's work unit, its doctor, its patient."""
    workflow, unit = record.workflow, turns.unit_of(record)
    author = getattr(record, "created_by", None)
    found = [] if author is None else [author]
    if author is not None:
        first = {role for step in workflow if workflow.initial in step.sources for role in step.roles}
        for role in first - set(author.roles):
            db.session.add(UserRole(user_id=author.id, role=role))
        author.work_unit_id = unit or author.work_unit_id
    roles = dict.fromkeys(role for step in workflow for role in step.roles)
    found += [_is_own(record, role) or make.make_user(role, **({"work_unit_id": unit} if unit else {}))
              for role in roles]
    db.session.flush()
    db.session.expire_all()
    return found


def attempt(record: Any, step: Transition, person: User) -> Tried:
    """Whether `person` can take the step now; taken back."""
    offered, refused = step in record.workflow.open_to(record, person), None
    with undone():
        try:
            perform(record, step.name, by=person, reason="Because")
        except Refused as refusal:
            is_question = refusal.field is not None and refusal.field in (*step.asks, *step.line_asks)
            refused = None if is_question else str(refusal)
    return Tried(step, person, offered, refused)


def attempts(record: Any, people: list[User]) -> list[Tried]:
    """Everybody tries each step of their roles that leads out of the record's state."""
    return [attempt(record, step, person) for step in record.workflow if record.state in step.sources
            for person in people
            if person.status == AccountStatus.ACTIVE and person.has_role(*step.roles)]


def taken(record: Any, step: Transition, people: list[User]) -> bool:
    """Whether one of them takes the step; it stays taken."""
    for person in people:
        if not person.has_role(*step.roles):
            continue
        with db.session.begin_nested() as point:
            try:
                perform(record, step.name, by=person, reason="Because")
            except Refused:
                point.rollback()
                db.session.expire_all()
                continue
        db.session.expire_all()
        return True
    return False


# ---------------------------------------------------------------- worlds

def stock_up(record: Any) -> None:
    """Plenty of whatever the record's lines name, in its store."""
    store = next((store for name in ("store", "from_store") if (store := getattr(record, name, None))), None)
    items = {line.item for line in getattr(record, "lines", ()) if getattr(line, "item", None) is not None}
    for item in items if store is not None else ():
        make.stock_up(store, item, 100, 100_000)
    db.session.expire_all()


def some_weeks_later(days: int = 40) -> None:
    """So many days later; the months that are over by then are closed."""
    before = clock.today().replace(day=1) - timedelta(days=1)  # a test's papers may be of yesterday's month
    clock.freeze(clock.now() + timedelta(days=days))
    closer = make.make_user(Role.PAYABLES)
    at = before.replace(day=1)
    while at < clock.today().replace(day=1):
        closed = {"closed_at": clock.now(), "closed_by_id": closer.id}
        known = db.session.scalar(sa.select(Period.id).where(Period.year == at.year,
                                                             Period.month == at.month))
        db.session.execute(sa.insert(Period).values(year=at.year, month=at.month, **closed) if known is None
                           else sa.update(Period).where(Period.id == known).values(**closed))
        at = (at + timedelta(days=32)).replace(day=1)
    db.session.expire_all()


def hostile(record: Any) -> None:
    """More than a year later: every month closed, every master record inactive, every class with its flags
    turned round, the author gone. There is no stock in any world."""
    author = getattr(record, "created_by_id", None)
    some_weeks_later(400)
    for model in mapped_tables().values():
        status = model.__table__.columns.get("status")
        if status is not None and getattr(status.type, "enum_class", None) is Status:
            db.session.execute(sa.update(model).values(status=Status.INACTIVE),
                               execution_options={"synchronize_session": False})
    rooms = mapped_tables()["room_class"]
    db.session.execute(sa.update(rooms).values(needs_inspection=~rooms.needs_inspection),
                       execution_options={"synchronize_session": False})
    if author is not None:
        db.session.execute(sa.update(User).where(User.id == author).values(status=AccountStatus.INACTIVE),
                           execution_options={"synchronize_session": False})
    db.session.expire_all()
