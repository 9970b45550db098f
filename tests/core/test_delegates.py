"""With the decider away a delegate decides: every separated step of the specification, and random walks of
grants, revocations, time and steps against a model of who may do what.

More walks: `WALKS=500`.
"""

from __future__ import annotations

import os
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models import clock
from models.base import db
from models.delegations import NEVER_GIVEN, Delegation, DelegationState
from models.documents import WORKFLOWS
from models.errors import Refused
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.operations.people import delegations
from models.people import AccountStatus, User
from models.roles import Role
from tests.support import factories as make
from tests.support import standing_papers as papers
from tests.support.specified_workflows import SPECIFIED, Row

pytestmark = pytest.mark.once

#: What the specification says of a step that another person than an earlier one must take.
APART = re.compile(r"\bnot own\b|\banother person\b|\bnot who\b|\bdid not (count|look)\b"
                   r"|moved by somebody else")
SEPARATED = [row for row in SPECIFIED.values() if APART.search(row.condition)
             and row.roles - {role.value for role in NEVER_GIVEN}]
TABLES = sorted({row.table for row in SEPARATED})
#: Whose record, made from metadata alone, nobody can decide on: its period is not over, its goods came by an
#: order, or were never delivered. Holder and delegate are refused alike there.
NOBODY_CAN = frozenset({"depreciation_run", "goods_receipt", "unit_return"})


def stands_in(giver: User, role: Role, *, own: Role = Role.FRONT_OFFICE, taker: User | None = None) -> User:
    """Somebody to whom `giver` gave the role for today."""
    taker = taker or make.make_user(own)
    db.session.execute(sa.insert(Delegation).values(
        created_by_id=giver.id, giver_id=giver.id, taker_id=taker.id, role=role, starts_on=clock.today(),
        ends_on=clock.today(), reason="Leave", state=DelegationState.GRANTED, created_at=clock.now()))
    db.session.expire_all()
    return taker


def test_the_specification_separates_many_steps() -> None:
    assert len(SEPARATED) >= 30
    assert {"approve", "approve_payment", "approve_limit", "approve_receivables", "reverse", "receive",
            "accept", "inspect"} <= {row.name for row in SEPARATED}


@pytest.mark.parametrize("table", TABLES)
def test_a_delegate_takes_each_separated_step_that_its_holder_could(app: Any, session: Any,
                                                                    table: str) -> None:
    """Exactly where the holder can, the taker can, with the same refusal where not, in the holder's name."""
    make.make_chart()
    record = papers.record_of(table)
    people, tried = papers.people_of(record), 0
    with app.test_request_context("/"):
        for row in (row for row in SEPARATED if row.table == table):
            tried += _tried(record, people, row)
    assert bool(tried) is (table not in NOBODY_CAN), "whether a step of it was taken by anybody"


def _tried(record: Any, people: list[User], row: Row) -> int:
    taken, begun = 0, {getattr(record, name, None) for name in ("created_by_id", "moved_by_id")}
    for role in sorted(Role(name) for name in row.roles - {role.value for role in NEVER_GIVEN}):
        with papers.undone():
            papers.put(record, next(state for state in record.workflow.states if state.value == row.source))
            papers.stock_up(record)
            step = record.workflow.step(row.name, record.state)
            holder = next(each for each in people if each.has_role(role) and each.id not in begun)
            own = papers.attempt(record, step, holder)
            with papers.undone():
                theirs = papers.attempt(record, step, stands_in(holder, role))
            assert (theirs.offered, theirs.refused) == (own.offered, own.refused), (row, role)
            if own.offered and own.refused is None:
                taken += 1
                with papers.undone():
                    _never_the_author(record, step, holder, role)
    return taken


def _never_the_author(record: Any, step: Any, holder: User, role: Role) -> None:
    """The author as taker is refused what any other taker may."""
    author = getattr(record, "created_by", None)
    if author is None or author.id == holder.id:
        return
    tried = papers.attempt(record, step, stands_in(holder, role, taker=author))
    assert tried.refused is not None, (record, step.name)
    assert not tried.offered


# ---------------------------------------------------------------- walks

START = datetime(2026, 5, 11, 9, tzinfo=clock.zone())
KINDS = ("give", "give", "revoke", "day", "expire", "approve", "approve", "reject", "close", "open")
turns = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 5), st.integers(0, 4)),
                 min_size=6, max_size=30)


class House:
    """Two heads of store, two colleagues, a nurse; what the test knows of who stands in for whom."""

    def __init__(self) -> None:
        clock.freeze(START)
        make.make_chart()
        self.heads = [make.make_user(Role.STORE_HEAD) for _ in range(2)]
        self.others = [make.make_user(Role.STORE_STAFF), make.make_user(Role.UNIT_USER)]
        self.people = [*self.heads, *self.others]
        self.nurse, self.item = make.make_user(Role.UNIT_USER), make.make_item()
        self.store = make.make_store()
        #: Giver, taker, first and last day, id; those that stand.
        self.known: list[tuple[User, User, date, date, int]] = []
        self.closed: set[int] = set()

    def givers_of(self, person: User) -> set[int]:
        return {giver.id for giver, taker, first, last, _key in self.known
                if taker is person and first <= clock.today() <= last
                and not {giver.id, taker.id} & self.closed}

    def turn(self, kind: str, one: int, other: int, more: int) -> None:
        getattr(self, f"_{kind}")(self.people[one % 4], self.people[other % 4], more)
        db.session.expire_all()

    def _give(self, giver: User, taker: User, more: int) -> None:
        first, last = clock.today() + timedelta(days=more - 1), clock.today() + timedelta(days=2 * more)
        is_right = (
            giver in self.heads and taker is not giver and last >= first and last >= clock.today()
            and not {giver.id, taker.id} & self.closed
            and not any(known[0] is giver and known[2] <= last and known[3] >= first for known in self.known))
        point = db.session.begin_nested()
        try:
            given = delegations.give(giver, taker, Role.STORE_HEAD, first, last, reason="Leave", by=giver)
        except Refused:
            point.rollback()
            assert not is_right
            return
        assert is_right
        self.known.append((giver, taker, first, last, given.id))

    def _revoke(self, _one: User, _other: User, more: int) -> None:
        if self.known:
            giver, _taker, _first, _last, key = self.known.pop(more % len(self.known))
            perform(db.session.get(Delegation, key), "revoke", by=giver, reason="Back")

    def _day(self, _one: User, _other: User, more: int) -> None:
        clock.freeze(clock.now() + timedelta(days=more))

    def _expire(self, _one: User, _other: User, _more: int) -> None:
        delegations.expire()
        self.known = [each for each in self.known if each[3] >= clock.today()]

    def _close(self, person: User, _other: User, more: int) -> None:
        if more:  # seldom
            return
        self.closed.add(person.id)
        self._status(person, AccountStatus.INACTIVE)

    def _open(self, person: User, _other: User, _more: int) -> None:
        self.closed.discard(person.id)
        self._status(person, AccountStatus.ACTIVE)

    @staticmethod
    def _status(person: User, status: AccountStatus) -> None:
        """Past the office: what stands must open nothing all the same."""
        db.session.execute(sa.update(User).where(User.id == person.id).values(status=status))

    def _approve(self, person: User, author: User, _more: int) -> None:
        self._decide("approve", person, author)

    def _reject(self, person: User, author: User, _more: int) -> None:
        self._decide("reject", person, author)

    def _decide(self, name: str, person: User, author: User) -> None:
        """`person` decides on a paper of `author`, or of the nurse."""
        if person.id in self.closed:
            return  # a closed account has no session
        maker = author if author is self.others[1] else self.nurse
        paper = make.make_store_request((self.item, 1), created_by=maker, store=self.store)
        perform(paper, "submit", by=maker)
        db.session.expire_all()
        givers = self.givers_of(person) if maker is not person else set()
        is_right = person in self.heads or bool(givers)
        point = db.session.begin_nested()
        try:
            perform(paper, name, by=person, reason="Because")
        except Refused:
            point.rollback()
            assert not is_right
            return
        assert is_right
        event = paper.events[-1]
        assert event.user_id == person.id
        if person in self.heads:
            assert event.delegation_id is None
        else:
            assert event.delegation.giver_id in givers

    def check(self) -> None:
        for _giver, taker, *_days in self.known:
            assert {giver.id for giver in taker.givers} == self.givers_of(taker) | {
                each[0].id for each in self.known
                if each[1] is taker and each[0].id not in self.closed and taker.id in self.closed
                and each[2] <= clock.today() <= each[3]}


def test_whatever_is_given_taken_back_and_signed_names_stay_true(app: Any, session: Any) -> None:
    """A step is open exactly to who holds the role or has it today; its event says in whose name; at the end
    `verify` finds nothing that was signed without a delegation, or on one's own paper."""
    @settings(max_examples=int(os.environ.get("WALKS", "20")), deadline=None, derandomize=True, database=None,
              phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
    @given(turns=turns)
    def walk(turns: list[tuple[str, int, int, int]]) -> None:
        with papers.undone():
            house = House()
            for turn in turns:
                house.turn(*turn)
                house.check()
            wrong = {name for name, bad in checks.verify(db.session) if bad is not None}
            assert not any("in another's name" in name or "nobody decides" in name for name in wrong)
        clock.freeze(None)

    try:
        walk()
    finally:
        clock.freeze(None)


def test_no_type_is_left_out_but_the_delegation_itself() -> None:
    """None is passed on."""
    assert {table for table, model in WORKFLOWS.items() if not model.is_delegable} == {"delegation"}
