"""Random walks of beds and rooms: whoever does whatever in whatever order, each dirty place has exactly one
open cleaning of the kind that is due, a ready one has none, and from everywhere somebody leads it to ready
again.

Longer walks: `WALKS=300 WALK_STEPS=80 WALK_SEED=1`; `WALK_SHRINK=1` looks for the shortest walk that fails.
"""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from models import clock
from models.base import db, one_transaction
from models.bed_reservations import BedReservation, is_running
from models.beds import Bed, StayBed
from models.documents import DocumentEvent
from models.errors import Refused
from models.housekeeping import OPEN_TASKS, Cleaning, CleaningKind
from models.operations.core.approvals import opened, perform
from models.operations.core.checks import CHECKS
from models.operations.rooms import free_beds, reservations
from models.operations.rooms.cleaning import make_cleaning
from models.people import User
from models.places import InpatientRoom, Room, RoomClass
from models.roles import Role
from tests.support import factories

ROLES = (Role.FRONT_OFFICE, Role.HOUSEKEEPING, Role.HOUSEKEEPING, Role.FACILITIES_STAFF, Role.FACILITIES_HEAD,
         Role.UNIT_USER, Role.DOCTOR, Role.ADMIN)
STEPS = tuple(dict.fromkeys((*Bed.workflow.names, *Room.workflow.names, *Cleaning.workflow.names)))
#: The way from anywhere to ready: what is tried, in this order, of the place or of its open task.
WAY = ("check_out", "leave", "put_back", "start", "hand_over", "finish", "inspect", "waive")
PROVED = [(name, test) for name, test in CHECKS if name.startswith(("rooms:", "documents: every state"))]

which = st.integers(0, 4)
who = st.integers(0, len(ROLES) - 1)


class World:
    """Four beds of three rooms and classes, one room without beds, and a person for each role, two of them
    cleaners."""

    def __init__(self) -> None:
        self.classes = [factories.make_room_class(needs_inspection=asks).id for asks in (True, False)]
        rooms = [factories.make_inpatient_room(beds, is_isolation=isolation,
                                               room_class=db.session.get(RoomClass, self.classes[of]))
                 for beds, isolation, of in ((1, True, 0), (1, False, 0), (2, False, 1))]
        self.rooms = [room.id for room in rooms]
        self.places = [(Bed, bed.id) for room in rooms
                       for bed in room.beds] + [(Room, factories.make_room().id)]
        self.people = []
        for role in ROLES:
            person = factories.make_user(role)
            factories.make_employee(person)
            self.people.append(person.id)


class BedWalk(RuleBasedStateMachine):
    """People at work. `world` stands still; what a walk wrote is undone at its end."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        connection = db.session.connection()
        db.session.remove()
        self.undo = connection.begin_nested()
        self.touched: Any = None
        clock.freeze(clock.now())

    def teardown(self) -> None:
        clock.freeze(None)
        db.session.remove()
        self.undo.rollback()

    # ------------------------------------------------------------ tools of the walk

    def act(self, work: Any) -> bool:
        """Do it as a page does: all or nothing. A refusal changes nothing."""
        before = self._fingerprint()
        try:
            with one_transaction():
                work()
        except Refused:
            assert self._fingerprint() == before, "a refused step changed something"
            return False
        finally:
            db.session.expire_all()
        return True

    @staticmethod
    def _fingerprint() -> list[Any]:
        return [db.session.scalar(sa.select(sa.func.count()).select_from(DocumentEvent)),
                db.session.execute(sa.select(Cleaning.id, Cleaning.state,
                                             Cleaning.kind).order_by(Cleaning.id)).all(),
                db.session.execute(sa.select(BedReservation.id, BedReservation.state).order_by(
                    BedReservation.id)).all(),
                db.session.execute(sa.select(StayBed.id, StayBed.stay_id, StayBed.ended_at).order_by(
                    StayBed.id)).all(),
                db.session.execute(sa.select(Bed.id, Bed.state, Bed.cleaning_due).order_by(Bed.id)).all()]

    def person(self, number: int) -> User:
        return db.session.get_one(User, self.world.people[number])

    def place(self, number: int) -> Any:
        self.touched = self.world.places[number]
        return db.session.get_one(*self.touched)

    @staticmethod
    def task(place: Any) -> Cleaning | None:
        column = Cleaning.bed_id if isinstance(place, Bed) else Cleaning.room_id
        return db.session.scalar(sa.select(Cleaning).where(column == place.id,
                                                           Cleaning.state.in_(OPEN_TASKS)))

    @staticmethod
    def given(name: str, number: int) -> dict[str, Any] | None:
        if name == "check_in":
            return {"guest": f"FO-{number % 20}", "is_confirmed": number % 3 > 0}
        if name == "transfer":
            return {"to_bed": db.session.scalars(sa.select(Bed).order_by(
                Bed.state != "ready", Bed.id).limit(1)).one(), "is_confirmed": True}
        return {"checklist_done": number % 10 > 0, "cost": Decimal(25_000)} if name in ("finish",
                                                                                        "hand_over") else None

    # ------------------------------------------------------------ what people do

    @rule(which=which, who=who, step=st.sampled_from(STEPS), old=st.integers(0, 9),
          reason=st.sampled_from("abc "))
    def any_step(self, which: int, who: int, step: str, old: int, reason: str) -> None:
        """Any step of the place or of one of its tasks, an old one among them, by anybody."""
        place, by = self.place(which), self.person(who)
        column = Cleaning.bed_id if isinstance(place, Bed) else Cleaning.room_id
        tasks = list(db.session.scalars(sa.select(Cleaning).where(column
                                                                  == place.id).order_by(Cleaning.id.desc())))
        moved = place if step in place.workflow.names and old % 2 else tasks[old // 3
                                                                             % len(tasks)] if tasks else place
        self.act(lambda: perform(moved, step, by=by, given=self.given(step, old), reason=reason))

    @rule(which=which, turn=st.integers(0, 40), number=st.integers(1, 99))
    def allowed_step(self, which: int, turn: int, number: int) -> None:
        """Something that the workflow lets somebody do: walks get on."""
        place = self.place(which)
        able = [(moved, step.name, key) for moved in (place, self.task(place)) if moved is not None
                for key in self.world.people
                for step in moved.workflow.open_to(moved, db.session.get_one(User, key))]
        if able:
            moved, name, key = able[turn % len(able)]
            self.act(lambda: perform(moved, name, by=db.session.get_one(User, key),
                                     given=self.given(name, number),
                                     reason="because of the rain"))

    @rule(which=st.integers(0, 3), guest=st.integers(0, 20), hours=st.integers(1, 40), of_class=st.booleans())
    def keep_a_bed(self, which: int, guest: int, hours: int, of_class: bool) -> None:
        bed = self.place(which)

        def work() -> None:
            kept = BedReservation(guest_name=f"FO-{guest}", bed=None if of_class else bed,
                                  room_class=bed.inpatient_room.room_class if of_class else None,
                                  reserved_until=clock.now() + timedelta(hours=hours))
            reservations.prepare(kept, by=self.person(0))
            db.session.add(kept)
            opened(kept, by=self.person(0))
        self.act(work)

    @rule(who=who, which=st.integers(0, 9))
    def give_a_reservation_up(self, who: int, which: int) -> None:
        kept = list(db.session.scalars(sa.select(BedReservation).order_by(BedReservation.id)))
        if kept:
            self.act(lambda: perform(kept[which % len(kept)], "cancel", by=self.person(who), reason="rain"))

    @rule(minutes=st.sampled_from((1, 20, 40, 70, 60 * 30)))
    def time_goes_on(self, minutes: int) -> None:
        """Terms of taking back pass, reservations lapse."""
        clock.freeze(clock.now() + timedelta(minutes=minutes))
        self.act(lambda: reservations.lapse())

    @rule(which=st.integers(0, 3), minutes=st.integers(-10, 300), step=st.sampled_from(("check_in",
                                                                                       "check_out")))
    def enter_late(self, which: int, minutes: int, step: str) -> None:
        bed = self.place(which)
        given = {"happened_at": clock.now() - timedelta(minutes=minutes)} | (
            {"guest": f"FO-{which}"} if step == "check_in" else {})
        self.act(lambda: perform(bed, step, by=self.person(0), given=given, reason="late"))

    @rule(which=which, kind=st.sampled_from(CleaningKind))
    def ask_by_hand(self, which: int, kind: CleaningKind) -> None:
        place = self.place(which)
        self.act(lambda: make_cleaning(kind, by=self.person(1), **{place.__tablename__: place}))

    @rule(which=st.integers(0, 1))
    def change_the_class(self, which: int) -> None:
        room_class = db.session.get_one(RoomClass, self.world.classes[which])
        self.act(lambda: setattr(room_class, "needs_inspection", not room_class.needs_inspection))

    @rule(which=st.integers(0, 2), other=st.integers(0, 1), isolation=st.booleans())
    def change_the_room(self, which: int, other: int, isolation: bool) -> None:
        room = db.session.get_one(InpatientRoom, self.world.rooms[which])

        def work() -> None:
            room.room_class_id, room.is_isolation = self.world.classes[other], isolation
        self.act(work)

    @rule(which=st.integers(0, 3), other=st.integers(0, 2), number=st.integers(10, 10**9))
    def carry_the_bed(self, which: int, other: int, number: int) -> None:
        bed = self.place(which)

        def work() -> None:
            bed.inpatient_room_id, bed.number = self.world.rooms[other], str(number)
        self.act(work)

    # ------------------------------------------------------------ what holds

    @invariant()
    def verified(self) -> None:
        for name, test in PROVED:
            assert test(db.session) is None, (name, test(db.session))

    @invariant()
    def free_beds_are_ready_and_nobodys(self) -> None:
        """One definition: a free bed is ready, nobody lies in it, and no running reservation is of it; the
        sums are the same beds."""
        now = free_beds.standing()
        kept = set(db.session.scalars(sa.select(BedReservation.bed_id).where(is_running())))
        assert not set(now.free) & kept
        assert {bed.state.value for bed in now.free.values()} <= {"ready"}
        assert free_beds.summary()["total"]["free"] == len(now.free)

    @invariant()
    def stays_do_not_overlap(self) -> None:
        """Nobody lay in a bed in which another lay, nor in two beds."""
        for key in (StayBed.bed_id, StayBed.stay_id):
            lain = db.session.execute(sa.select(key, StayBed.started_at, StayBed.ended_at).order_by(
                key, StayBed.started_at, StayBed.ended_at.is_(None), StayBed.ended_at)).all()
            for (one, _start, end), (other, start, _end) in pairwise(lain):
                assert one != other or (end is not None and end <= start), (str(key), one, end, start)

    @invariant()
    def the_right_kind(self) -> None:
        """What a cleaning does is never less than what the bed needed when it was left."""
        open_ones = sa.select(Bed.cleaning_due, Cleaning.kind).join(Cleaning,
                                                                    Cleaning.bed_id == Bed.id).where(
            Cleaning.state.in_(OPEN_TASKS), Bed.cleaning_due.is_not(None))
        for due, kind in db.session.execute(open_ones):
            assert due.rank <= kind.rank
            assert kind != CleaningKind.ROUTINE

    @invariant()
    def not_stuck(self) -> None:
        """From where the place stands now somebody leads it to ready; what that takes is undone."""
        if self.touched is None:
            return
        trial = db.session.begin_nested()
        place = db.session.get_one(*self.touched)
        taken = []
        while place.state != "ready":
            taken.append(self._onward(place))
            assert len(taken) <= 6, taken
        trial.rollback()
        db.session.expire_all()
        self.touched = None

    def _onward(self, place: Any) -> str:
        for moved in (place, self.task(place)):
            for key in self.world.people if moved is not None else ():
                by = db.session.get_one(User, key)
                names = {step.name for step in moved.workflow.open_to(moved, by)}
                for name in (name for name in WAY if name in names):
                    perform(moved, name, by=by, given=self.given(name, 1), reason="because of the rain")
                    return name
        raise AssertionError(f"nobody can do anything with {place}, which is {place.state}")


def test_whatever_people_do_each_dirty_place_has_its_cleaning_and_none_is_stuck(session: Any) -> None:
    BedWalk.world = World()
    session.commit()
    chance = os.environ.get("WALK_SEED")
    run = seed(int(chance)) if chance else lambda machine: machine
    run_state_machine_as_test(run(BedWalk), settings=settings(
        max_examples=int(os.environ.get("WALKS", "6")),
        stateful_step_count=int(os.environ.get("WALK_STEPS", "30")),
        deadline=None, derandomize=not chance, database=None, suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink)[:1 + bool(os.environ.get("WALK_SHRINK"))], print_blob=False))
