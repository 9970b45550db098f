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
from models.operations.stores import requests, stores
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
STEPS = ("approve", "approve", "approve", "deliver", "deliver", "deliver", "acknowledge", "acknowledge",
         "submit", "submit", "submit_urgent", "cancel", "reverse", "close", "open_again", "reject", "reopen",
         "acknowledge_for")
numbers = st.integers(0, 99)
WATCHED = ("stock", "journal", "store requests", "deliveries", "documents: every state")


class World:
    """Ids that stand still while the papers come and go."""

    def __init__(self) -> None:
        make.make_chart()
        self.people = {role: make.make_user(role).id for role in ROLES}
        self.store = make.make_store().id
        self.items = [make.make_item({"box": "10"}).id, make.make_item(precision=1).id]


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

    @rule(which=numbers, quantity=st.integers(1, 30), expired=st.booleans())
    def goods_come(self, which: int, quantity: int, expired: bool) -> None:
        day = clock.today() - timedelta(days=1) if expired and which % 3 == 0 else None
        number = f"B{which % 3}" if day else ""
        self.act(lambda: make.stock_up(
            db.session.get_one(Store, self.world.store),
            db.session.get_one(Item, self.world.items[which % 2]), quantity, quantity * 7, number, day))

    @rule(lines=st.lists(st.tuples(numbers, st.integers(1, 40)), min_size=1, max_size=3),
          urgent=st.booleans())
    def a_ward_asks(self, lines: list[tuple[int, int]], urgent: bool) -> None:
        def work() -> None:
            request = make.make_store_request(
                *((db.session.get_one(Item, self.world.items[which % 2]), quantity)
                  for which, quantity in lines),
                created_by=self.person(Role.UNIT_USER), store=db.session.get_one(Store, self.world.store),
                urgency=Urgency.URGENT if urgent else Urgency.NORMAL)
            perform(request, "submit", by=self.person(Role.UNIT_USER))
        self.act(work)

    @rule(which=numbers)
    def a_clerk_makes_a_delivery(self, which: int) -> None:
        asked = [paper for paper in self.papers() if isinstance(paper, StoreRequest)
                 and paper.state == StoreRequestState.APPROVED]
        if asked:
            self.act(lambda: stores.make_delivery(asked[which % len(asked)],
                                                  by=self.person(Role.STORE_STAFF)))

    @rule(which=numbers, name=st.sampled_from(STEPS), said=st.lists(st.integers(0, 45), max_size=3),
          lost=st.booleans())
    def a_step(self, which: int, name: str, said: list[int], lost: bool) -> None:
        open_to = [paper for paper in self.papers() if paper.workflow.step(name, paper.state) is not None]
        if not open_to:
            return
        paper = open_to[which % len(open_to)]
        step = paper.workflow.step(name, paper.state)
        lines: dict[int, dict[str, Any]] = {}
        for line, number in zip(paper.lines, said, strict=False) if step.line_asks else ():
            lines[line.id] = {step.line_asks[0]: Decimal(number)}
            if "missing" in step.line_asks and lost:
                lines[line.id]["missing"] = Missing.LOST
        by = self.person(next(role for role in ROLES if role in step.roles))
        if self.act(lambda: perform(paper, name, by=by, reason="because of the rain", given_lines=lines)):
            self.taken[name] += 1

    @rule(days=st.integers(1, 4))
    def days_pass(self, days: int) -> None:
        clock.freeze(clock.now() + timedelta(days=days))

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
        max_examples=int(os.environ.get("WALKS", "5")), stateful_step_count=int(os.environ.get(
            "WALK_STEPS", "35")), deadline=None, derandomize="WALKS" not in os.environ, database=None,
        phases=(Phase.generate,), suppress_health_check=list(HealthCheck)))
    assert len(RequestWalk.taken) >= 8, RequestWalk.taken  # else it proves little


def test_the_walk_knows_every_step() -> None:
    """A step that is added later is walked too."""
    known = {step.name for model in (StoreRequest, DeliveryRequest) for step in model.workflow}
    assert known - set(STEPS) <= {"recall"}
    assert requests.NOT_LEFT
