"""Requests and deliveries in any order: asked, granted less, delivered in part, cancelled, reversed, closed,
opened again, acknowledged with something missing.

After each step: nothing is below zero, no unit has more than was granted, reserved is what living approved
requests still take, `flask verify` finds nothing wrong. At the end: whatever is unfinished has a way out that
somebody can take at once. Longer walks: `WALKS=200 WALK_STEPS=80`.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from models import clock
from models.base import db, one_transaction
from models.errors import Refused
from models.items import Item
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.operations.ledger import availability
from models.operations.stores import stores
from models.people import User
from models.roles import Role
from models.stock import Store, StoreItem
from models.store_requests import (
    DeliveryRequest,
    DeliveryState,
    Missing,
    StoreRequest,
    StoreRequestState,
    Urgency,
)
from tests.support import factories as make

START = datetime(2026, 5, 12, 9, tzinfo=clock.zone())
GIVEN = (DeliveryState.DELIVERED, DeliveryState.DONE)
ROLES = (Role.UNIT_USER, Role.STORE_STAFF, Role.STORE_HEAD, Role.FACILITIES_HEAD)
#: Steps that lead on; they are as likely as three that lead back.
ONWARD = ("submit", "submit_urgent", "approve", "deliver", "acknowledge", "acknowledge_for")
#: What a turn may be, the daily work more often.
KINDS = ("goods_come", "ask", "ask", "make_a_delivery", "make_a_delivery", *("step",) * 7, "days_pass")
#: A number to choose by; spread, because hypothesis likes zero.
numbers = st.integers(0, 2**32).map(lambda number: ((number + 1) * 2_654_435_761 >> 8) % 100_003)
WATCHED = ("stock", "journal", "store requests", "deliveries", "documents: every state")


class World:
    """Ids that stand still while the papers come and go; the store has something of each item."""

    def __init__(self) -> None:
        make.make_chart()
        self.people = {role: make.make_user(role).id for role in ROLES}
        self.store = make.make_store().id
        items = [make.make_item({"box": "10"}), make.make_item(precision=1)]
        self.items = [item.id for item in items]
        for item in items:
            make.stock_up(db.session.get_one(Store, self.store), item, 60, 420)


class RequestWalk(RuleBasedStateMachine):
    """A ward, a store and their heads at work."""

    world: World
    #: Steps that were taken, of all walks.
    taken: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        clock.freeze(START)
        connection = db.session.connection()
        db.session.remove()
        self.undo = connection.begin_nested()

    def teardown(self) -> None:
        try:
            assert [name for name, row in checks.verify(db.session) if row is not None] == []
            for paper in self.papers():
                self.has_a_way_out(paper)
        finally:
            db.session.remove()
            self.undo.rollback()
            clock.freeze(None)

    # ------------------------------------------------------------ tools

    def person(self, role: Role) -> User:
        return db.session.get_one(User, self.world.people[role])

    @staticmethod
    def papers() -> list[Any]:
        return [*db.session.scalars(sa.select(StoreRequest).order_by(StoreRequest.id)),
                *db.session.scalars(sa.select(DeliveryRequest).order_by(DeliveryRequest.id))]

    def act(self, work: Any) -> bool:
        try:
            with one_transaction():
                work()
        except Refused:
            return False
        finally:
            db.session.expire_all()
        return True

    def has_a_way_out(self, paper: Any) -> None:
        """Somebody can take a step that leads out of an unfinished state, now."""
        if paper.state in ("done", "cancelled", "reversed"):
            return
        for step in paper.workflow:
            for person in map(self.person, ROLES):
                if paper.state not in step.sources or not person.has_role(*step.roles):
                    continue
                nested = db.session.begin_nested()
                try:
                    perform(paper, step.name, by=person, reason="Because")
                    return
                except Refused:
                    pass
                finally:
                    nested.rollback()
                    db.session.expire_all()
        raise AssertionError(f"{paper} is {paper.state} and nobody can do anything")

    # ------------------------------------------------------------ what people do

    @rule(kind=numbers, which=numbers, said=st.lists(st.integers(0, 30), min_size=1, max_size=2),
          odd=st.booleans())
    def a_turn(self, kind: int, which: int, said: list[int], odd: bool) -> None:
        getattr(self, KINDS[kind % len(KINDS)])(which, said, odd)

    def goods_come(self, which: int, said: list[int], odd: bool) -> None:
        """Some of them expired yesterday."""
        day = clock.today() - timedelta(days=1) if odd else None
        self.act(lambda: make.stock_up(
            db.session.get_one(Store, self.world.store),
            db.session.get_one(Item, self.world.items[which % 2]), said[0] + 1, (said[0] + 1) * 7,
            f"B{day}" if day else "", day))

    def ask(self, which: int, said: list[int], odd: bool) -> None:
        def work() -> None:
            request = make.make_store_request(
                *((db.session.get_one(Item, self.world.items[(which + place) % 2]), quantity + 1)
                  for place, quantity in enumerate(said)),
                created_by=self.person(Role.UNIT_USER), store=db.session.get_one(Store, self.world.store),
                urgency=Urgency.URGENT if odd else Urgency.NORMAL)
            perform(request, "submit", by=self.person(Role.UNIT_USER))
        self.act(work)

    def make_a_delivery(self, which: int, said: list[int], odd: bool) -> None:
        asked = [paper for paper in self.papers() if isinstance(paper, StoreRequest)
                 and paper.state == StoreRequestState.APPROVED]
        if asked:
            self.act(lambda: stores.make_delivery(asked[which % len(asked)],
                                                  by=self.person(Role.STORE_STAFF)))

    def step(self, which: int, said: list[int], odd: bool) -> None:
        """One of the steps that some paper can take; every other time a person says how much of each line."""
        choices = [(paper, step) for paper in self.papers() for step in paper.workflow
                   if paper.state in step.sources and step.roles
                   for _ in range(3 if step.name in ONWARD else 1)]
        if not choices:
            return
        paper, step = choices[which % len(choices)]
        lines: dict[int, dict[str, Any]] = {}
        for line, number in zip(paper.lines, said, strict=False) if step.line_asks and which % 2 else ():
            lines[line.id] = {step.line_asks[0]: Decimal(number)}
            if "missing" in step.line_asks and odd:
                lines[line.id]["missing"] = Missing.LOST
        by = self.person(next(role for role in ROLES if role in step.roles))
        if self.act(lambda: perform(paper, step.name, by=by, reason="because of the rain",
                                    given_lines=lines)):
            self.taken[step.name] += 1

    def days_pass(self, which: int, said: list[int], odd: bool) -> None:
        clock.freeze(clock.now() + timedelta(days=1 + which % 4))

    # ------------------------------------------------------------ what holds

    @invariant()
    def nothing_is_below_zero_and_nobody_has_more_than_granted(self) -> None:
        assert all(quantity >= 0 for quantity in db.session.scalars(sa.select(StoreItem.quantity)))
        for request in self.papers():
            if isinstance(request, StoreRequest):
                given = request.delivered_by_item
                for item_id in self.world.items:
                    granted = sum((line.granted for line in request.lines if line.item_id == item_id),
                                  Decimal(0))
                    assert given.get(item_id, 0) <= granted

    @invariant()
    def reserved_is_what_living_approved_requests_still_take(self) -> None:
        waiting: dict[int, Decimal] = dict.fromkeys(self.world.items, Decimal(0))
        for request in self.papers():
            if isinstance(request, StoreRequest) and request.state == StoreRequestState.APPROVED:
                for item_id, left in stores.outstanding(request, states=GIVEN).items():
                    waiting[item_id] += max(left, Decimal(0))
        there = availability.available(self.world.store, self.world.items)
        assert {item_id: there[item_id].reserved for item_id in waiting} == waiting
        assert all(each.available == max(each.usable - each.reserved, Decimal(0)) for each in there.values())

    @invariant()
    def verify_is_content(self) -> None:
        assert [name for name, check in checks.CHECKS if name.startswith(WATCHED)
                and check(db.session) is not None] == []


@pytest.mark.once
def test_whatever_people_do_with_requests_and_deliveries(app: Any, session: Any) -> None:
    clock.freeze(START)
    RequestWalk.world = World()
    session.commit()
    run_state_machine_as_test(RequestWalk, settings=settings(
        max_examples=int(os.environ.get("WALKS", "4")), stateful_step_count=int(os.environ.get(
            "WALK_STEPS", "45")), deadline=None, derandomize="WALKS" not in os.environ, database=None,
        phases=(Phase.generate,), suppress_health_check=list(HealthCheck)))
    # else it proves little
    assert "WALKS" in os.environ or len(RequestWalk.taken) >= 8, RequestWalk.taken
