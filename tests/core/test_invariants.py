"""What holds for every workflow, present and future: no state is a dead end, no turn is in vain.

Read off the declarations and tried out on a record of every type in every state.
`tests/data/final-states.csv` says which states are final (only a correction leaves them), which are a normal
condition of life (rests), and which are unfinished. Where today's workflows break an invariant,
`tests/data/invariants_broken.csv` names it; that list only shrinks.

1 free exit: tried 400 days later, with every month closed, masters inactive, class flags turned round, no
  stock, the author gone. Not made: the item counted later.
2 no hidden refusal: the button is there exactly where the step works, today and in that later world.
3 a turn is true: inbox and bell name those who can take a step, and nobody else. What a paper says while
  nobody can is not looked at.
4 somebody or a clock: a turn, a job that reminds people, or another record that it rests on. No job ends
  a state yet.
5 work has a task, once: `flask verify` finds what rests on nothing; the other direction is in the tests of
  those checks.
6 every step has its correction: of each step that writes, by what its effects call; that the correction
  leaves all as it was is tried on deliveries and receipts, and by the tests of the other areas. What one
  person presses alone (a bed, a room) is in 6 where a stay is written.
7 nothing living hangs on what has ended: each step that ends a paper, with each foreign key to it. Claims of
  lines, and what the end of the lower paper does to the upper, are not looked at; nor does `flask verify`.
8 the posting step sets the date: what works on the day works 40 days later, when its month was closed.
  Movements in between are not made, and what is refused on the day already is not judged, nor a correction
  that its row bounds to the open month.
9 policies are frozen: no condition reads a setting. Class flags are in 1 alone; units and schedules are not.
10 the smallest staff finishes: one person of each role brings every paper to a good end. The colleague of an
  author who is gone is in 1; that a delegate decides where the decider is away is in `test_delegates`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.panel import inbox
from models import clock, finality, settings
from models.documents import WORKFLOWS, Document
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.operations.ledger import periods
from models.operations.people import notices, waiting_papers
from models.operations.purchasing import receipts
from models.operations.stores import stores
from models.roles import Role
from models.workflow import Transition
from tests.support import factories as make
from tests.support import standing_books as standing
from tests.support import standing_papers as papers
from tests.support.specified_workflows import NOT_BUILT, SPECIFIED, lines

pytestmark = pytest.mark.once

STATES = {(row["table"], row["state"]): row for row in lines("final-states.csv")}
UNFINISHED = {cell for cell, row in STATES.items() if row["final"] == "no"}
#: Number of the invariant, table, state, and what of it: a step, a role or a word.
Break = tuple[int, str, str, str]
BROKEN: frozenset[Break] = frozenset((int(row["number"]), row["table"], row["state"], row["what"])
                                     for row in lines("invariants_broken.csv"))
#: As many lines as the list may have: lower it with every line that leaves, raise it only when a test asks
#: what none asked before.
MOST_BROKEN = 81


def agree(found: set[Break], numbers: set[int], table: str = "") -> None:
    """What breaks is what is listed: nothing new, and nothing that has been mended."""
    listed = {each for each in BROKEN if each[0] in numbers and table in ("", each[1])}
    assert sorted(found - listed) == [], "new: mend the workflow, the list takes no new line"
    assert sorted(listed - found) == [], "mended: take these lines out of invariants_broken.csv"


def steps_out(table: str, state: str) -> list[Transition]:
    return [step for step in WORKFLOWS[table].workflow if state in {source.value for source in step.sources}]


# ---------------------------------------------------------------- the list, and what is final

def test_the_list_of_what_breaks_only_shrinks() -> None:
    rows = list(lines("invariants_broken.csv"))
    assert len(rows) == len(BROKEN), "a line stands there twice"
    assert len(rows) <= MOST_BROKEN
    assert {each[0] for each in BROKEN} <= set(range(1, 11)), "a number that no test looks at"


def test_the_two_files_of_the_specification_agree() -> None:
    ways: dict[tuple[str, str], set[str]] = {}
    for row in SPECIFIED.values():
        ways.setdefault((row.table, row.source), set()).add(row.name)
        ways.setdefault((row.table, row.target), set())
    assert ways == {cell: set(row["ways_out"].split()) for cell, row in STATES.items()}


@pytest.mark.parametrize("table", sorted(WORKFLOWS))
def test_every_state_is_known_and_left_only_as_specified(table: str) -> None:
    """From a final state leads nothing but the corrections that the file names; rows not built are in
    `not_built.csv`."""
    for state in WORKFLOWS[table].workflow.states:
        assert (table, state.value) in STATES
        ways = {step.name for step in steps_out(table, state.value)
                if (table, step.name, state.value, "beside") not in NOT_BUILT}
        assert ways <= set(STATES[table, state.value]["ways_out"].split()), state


#: Ended, and their columns may still be written.
STILL_WRITTEN = {("consultation", "rejected")}


def test_what_has_ended_stands_still() -> None:
    """The columns of a document in a final state are guarded by `models.finality`."""
    guarded = {(paper.table, state) for paper in finality.papers() for state in paper.final}
    ended = {(table, state) for (table, state), row in STATES.items() if row["final"] == "yes"
             and table in WORKFLOWS and issubclass(WORKFLOWS[table], Document)
             and state in {each.value for each in WORKFLOWS[table].workflow.states}}
    assert ended - guarded == STILL_WRITTEN


# ---------------------------------------------------------------- 4: somebody or a clock

def _cared_for(table: str, state: Any) -> bool:
    """Whether a state has a turn that somebody is told of, a job that reminds people, or rests on a record
    whose states have one."""
    workflow = WORKFLOWS[table].workflow
    if table not in notices.NOT_PAPERS and notices.turn(WORKFLOWS[table], state):
        return True
    return (state in workflow.rests_on or (table, state) in notices.TO_MAKE
            or waiting_papers.is_reminded_of(WORKFLOWS[table], state))


def test_each_unfinished_state_has_somebody_or_a_clock() -> None:
    agree({(4, table, state.value, "") for table, model in WORKFLOWS.items()
           for state in model.workflow.states
           if (table, state.value) in UNFINISHED and not _cared_for(table, state)}, {4})


def test_what_a_state_rests_on_is_a_paper_that_somebody_is_told_of() -> None:
    for table, model in WORKFLOWS.items():
        for state, other in model.workflow.rests_on.items():
            assert (table, state.value) in UNFINISHED, (table, state)
            assert other in WORKFLOWS.keys() - notices.NOT_PAPERS, (table, state)


# ---------------------------------------------------------------- 5: work has a task

#: The check that `papers.put` itself breaks.
STANDS_THERE = "documents: every state is legal and is where the last event led"
#: Lines rest on the paper that they are of; these on one that must be there.
RESTING = sorted(table for table, model in WORKFLOWS.items() if model.workflow.rests_on
                 and not any(f"{other}_id" in model.__table__.c
                             for other in model.workflow.rests_on.values()))


@pytest.mark.parametrize("table", RESTING)
def test_what_rests_on_nothing_is_found(app: Any, session: Any, table: str) -> None:
    make.make_chart()
    record = papers.record_of(table)
    sound = {name for name, row in checks.verify(session) if row is not None}
    found = set()
    for state in WORKFLOWS[table].workflow.rests_on:
        with papers.undone():
            papers.put(record, state)
            if {name for name, row in checks.verify(session) if row is not None} <= sound | {STANDS_THERE}:
                found.add((5, table, state.value, "verify"))
    agree(found, {5}, table)


# ---------------------------------------------------------------- 1, 2, 3, 8, 9: tried out

@pytest.mark.parametrize("table", sorted(WORKFLOWS))
def test_every_state_keeps_its_promises(app: Any, session: Any, monkeypatch: Any, table: str) -> None:
    """A record of the table in each of its states, and everybody who may take a step of it."""
    make.make_chart()
    record = papers.record_of(table)
    people = papers.people_of(record)
    found: set[Break] = set()
    with app.test_request_context("/"):
        for state in WORKFLOWS[table].workflow.states:
            if not steps_out(table, state.value):
                continue
            with papers.undone():
                papers.put(record, state)
                found |= set(_breaks(record, people, monkeypatch))
    agree(found, {1, 2, 3, 8, 9}, table)


def _breaks(record: Any, people: list[Any], monkeypatch: Any) -> Iterator[Break]:
    cell = record.__tablename__, record.state.value
    yield from ((9, *cell, key) for key in _settings_read(record, people, monkeypatch))
    with papers.undone():
        papers.stock_up(record)
        today = papers.attempts(record, people)
        yield from _turns_in_vain(cell, record, people, today)
        if cell[0] in dict(periods.posting()):
            yield from _only_on_the_day(cell, record, people, today)
    with papers.undone():
        papers.hostile(record)
        tries = papers.attempts(record, people)
        yield from _no_way_out(cell, record, tries, people)
    clock.freeze(None)
    yield from _hidden(cell, today + tries)


def _only_on_the_day(cell: tuple[str, str], record: Any, people: list[Any],
                     today: list[papers.Tried]) -> Iterator[Break]:
    with papers.undone():
        papers.some_weeks_later()
        later = papers.attempts(record, people)
    clock.freeze(None)
    yield from ((8, *cell, name) for name in _worked(today) - _worked(later) - _until_its_month_closes(cell))


def _until_its_month_closes(cell: tuple[str, str]) -> set[str]:
    """Corrections that their row of the specification bounds to the paper's own open month."""
    return {step.name for step in steps_out(*cell) if step.name in CORRECTIONS
            and {"month_is_open", "entry_is_open"} & {condition.code for condition in step.conditions}}


def _worked(tries: list[papers.Tried]) -> set[str]:
    return {tried.step.name for tried in tries if tried.refused is None}


def _settings_read(record: Any, people: list[Any], monkeypatch: Any) -> set[str]:
    """The settings on which it depends who may take a step now."""
    read: set[str] = set()
    worth = settings.worth
    with monkeypatch.context() as patch:
        patch.setattr(settings, "worth", lambda key, value: read.add(key) or worth(key, value))
        for step in steps_out(record.__tablename__, record.state.value):
            for condition in step.conditions:
                for person in people:
                    condition.test(record, person)
    return read


def _hidden(cell: tuple[str, str], tries: list[papers.Tried]) -> Iterator[Break]:
    yield from ((2, *cell, tried.step.name) for tried in tries if tried.offered != (tried.refused is None))


def _turns_in_vain(cell: tuple[str, str], record: Any, people: list[Any],
                   today: list[papers.Tried]) -> Iterator[Break]:
    """Who is named by inbox or bell and can do nothing, and who could and is not named."""
    table = record.__tablename__
    steps = notices.turn(type(record), record.state)
    if table in notices.NOT_PAPERS or not steps:
        return
    able = {tried.person.id for tried in today
            if tried.step in steps and tried.step.last_resort is None and tried.refused is None}
    inboxed = {person.id for person in people
               if record.id in {row.id for row in inbox.waiting(person, limit=1000, tables=(table,))}}
    named = {"inbox": inboxed}
    roles = {role for step in steps for role in step.roles} - notices.TOLD_BY_ROWS
    if table not in notices.QUIET and roles:
        named["bell"] = set(notices.whose_turn(record, steps, roles))
    for person in people:
        mine = {role for step in steps for role in step.roles if person.has_role(role)}
        if not mine or (mine <= notices.TOLD_BY_ROWS):
            continue
        for where, ids in named.items():
            if (person.id in ids) != (person.id in able):
                who = "author" if person.id == getattr(record, "created_by_id", None) else min(mine)
                yield 3, *cell, f"{where} {'names' if person.id in ids else 'misses'} {who}"


def _no_way_out(cell: tuple[str, str], record: Any, tries: list[papers.Tried],
                people: list[Any]) -> Iterator[Break]:
    """Free steps of an unfinished state that nobody can take, and the state when there is none at all."""
    if cell not in UNFINISHED:
        return
    free = {step.name for step in steps_out(*cell) if step.is_free and _is_asked_for(step, record, people)}
    yield from ((1, *cell, name) for name in free - _worked(tries))
    if not free & _worked(tries):
        yield 1, *cell, ""


def _is_asked_for(step: Transition, record: Any, people: list[Any]) -> bool:
    """Whether what stands on the document lets the step be taken at all, whoever asks."""
    return all(condition.test(record, people[0]) for condition in step.conditions
               if condition.about == "document")


# ---------------------------------------------------------------- 6: every step has its correction

#: Steps that take back what another wrote.
CORRECTIONS = {"reverse", "reverse_payment", "unconfirm", "find", "undo_check_in", "undo_check_out",
               "undo_no_show"}
#: Steps that another paper corrects: the next count, a new booking; or the paper's next step: what was sent
#: back by mistake is refused and comes back.
BY_A_PAPER = {("stocktake", "approve"): "stocktake", ("supplier_return", "send"): "supplier_return",
              ("consultation", "cancel"): "consultation",
              # what was withdrawn by mistake is entered anew
              ("asset", "withdraw"): "asset",
              ("consultation", "reject"): "consultation", ("consultation", "reschedule"): "consultation"}


def test_each_step_that_writes_has_a_correction() -> None:
    found: set[Break] = set()
    for table, model in WORKFLOWS.items():
        for step in model.workflow:
            if step.name in CORRECTIONS or not step.roles or not standing.writes(model, step):
                continue
            back = {each.name for each in steps_out(table, step.target.value)} & CORRECTIONS
            if not back and (table, step.name) not in BY_A_PAPER:
                found |= {(6, table, source.value, step.name) for source in step.sources}
    agree(found, {6})


def _delivery() -> tuple[Any, str, str]:
    item, store, nurse = make.make_item(), make.make_store(), make.make_user(Role.UNIT_USER)
    make.stock_up(store, item, 7, "10.00")
    request = make.make_store_request((item, 3), created_by=nurse, store=store)
    perform(request, "submit", by=nurse)
    perform(request, "approve", by=make.make_user(Role.STORE_HEAD))
    keeper = make.make_user(Role.STORE_STAFF)
    delivery = stores.make_delivery(request, by=keeper)
    perform(delivery, "submit", by=keeper)
    perform(delivery, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    return delivery, "deliver", "reverse"


def _receipt() -> tuple[Any, str, str]:
    buyer, item = make.make_user(Role.FACILITIES_STAFF), make.make_item()
    order = make.make_purchase_order((item, 3, "3.33"), created_by=buyer)
    for name, role in (("submit", None), ("approve", Role.FACILITIES_HEAD),
                       ("approve_payment", Role.PAYABLES), ("send", None)):
        perform(order, name, by=make.make_user(role) if role else buyer)
    return receipts.make_receipt(order, by=make.make_user(Role.STORE_STAFF)), "post", "reverse"


@pytest.mark.parametrize("prepare", [_delivery, _receipt])
def test_step_and_correction_leave_all_as_it_was(session: Any, prepare: Any) -> None:
    """Stock, journal, the states of all others, and the same step can be taken by another paper again."""
    make.make_chart()
    record, name, back = prepare()
    session.expire_all()
    books, around = standing.books(), standing.states(but=record)
    perform(record, name, by=make.make_user(Role.STORE_STAFF))
    assert standing.books() != books
    perform(record, back, by=make.make_user(Role.STORE_HEAD), reason="The wrong box")
    assert standing.books() == books
    assert standing.states(but=record) == around


# ---------------------------------------------------------------- 7: nothing living hangs on what has ended

#: A good end of the upper paper with which the lower one goes on: goods are invoiced after they came.
GOES_ON = {("supplier_invoice", "purchase_order", "close")}


def _uppers(table: str) -> Iterator[tuple[str, str, bool]]:
    """Column, table and whether the row is a line of it, of each foreign key to another paper."""
    for key in WORKFLOWS[table].__table__.foreign_keys:
        upper = key.column.table.name
        if upper in WORKFLOWS and upper != table:
            yield key.parent.name, upper, key.ondelete == "CASCADE"


def _endings(table: str, whole: bool) -> Iterator[tuple[Any, Transition]]:
    """The steps by a person into a final state, with the state before; those of a paper that nobody approved
    yet only if it is the `whole`, because nothing but its own lines hangs on it."""
    workflow = WORKFLOWS[table].workflow
    early = {workflow.initial, *(step.target for step in workflow if step.name in ("submit", "reject"))}
    for step in workflow:
        ends = step.roles and STATES[table, step.target.value]["final"] == "yes"
        for source in step.sources if ends else ():
            if (table, source.value) in UNFINISHED and (whole or source not in early):
                yield source, step


@pytest.mark.parametrize("table", sorted(table for table in WORKFLOWS if [*_uppers(table)]))
def test_nothing_living_hangs_on_what_has_ended(app: Any, session: Any, table: str) -> None:
    """The upper paper ends while the lower one stands in each unfinished state: the step is refused, or ends
    the lower one too."""
    make.make_chart()
    record, found = papers.record_of(table), set[Break]()
    living = [state for state in WORKFLOWS[table].workflow.states if (table, state.value) in UNFINISHED]
    with app.test_request_context("/"):
        for column, upper, is_line in _uppers(table):
            on = session.get(WORKFLOWS[upper], getattr(record, column) or 0)
            people = papers.people_of(on) if on is not None else []
            for source, step in _endings(upper, is_line):
                for state in living if people and (table, upper, step.name) not in GOES_ON else ():
                    with papers.undone():
                        papers.put(record, state)
                        papers.put(on, source)
                        if papers.taken(on, step, people) and (table, record.state.value) in UNFINISHED:
                            found.add((7, table, state.value, f"{upper} {step.name}"))
    agree(found, {7}, table)


# ---------------------------------------------------------------- 10: the smallest staff

#: Conditions by which the person who takes a step must be another than the one who began, or who approved.
NOT_WHO_BEGAN = {"not_own", "did_not_count", "did_not_look", "not_who_cleaned"}


def _may(step: Transition, role: Role, began: Role, approved: frozenset[Role]) -> bool:
    codes = {condition.code for condition in step.conditions}
    if codes & NOT_WHO_BEGAN and role == began:
        return False
    if "another_person" in codes and role in approved:
        return False
    return "own_document" not in codes or role == began


def _ends(table: str) -> set[str]:
    """The final states that are no refusal."""
    refused = {step.target.value for step in WORKFLOWS[table].workflow if step.is_refusal}
    return {state for (at, state), row in STATES.items() if at == table and row["final"] == "yes"} - refused


def _reaches_its_end(table: str, began: Role) -> bool:
    """Whether one person of each role, `began` the author, brings the paper from its first state to an
    end."""
    workflow, ends = WORKFLOWS[table].workflow, _ends(table)
    queue = deque([(workflow.initial, frozenset[Role]())])
    seen = set(queue)
    while queue:
        state, approved = queue.popleft()
        if state.value in ends:
            return True
        for step in steps_out(table, state.value):
            for role in step.roles or (began,):
                if step.roles and not _may(step, role, began, approved):
                    continue
                after = (step.target, approved | {role} if step.name.startswith("approve") else approved)
                if after not in seen:
                    seen.add(after)
                    queue.append(after)
    return False


def test_one_person_of_each_role_brings_every_paper_to_its_end() -> None:
    found = set()
    for table, model in WORKFLOWS.items():
        first = {role for step in steps_out(table, model.workflow.initial.value) for role in step.roles}
        if _ends(table):
            found |= {(10, table, model.workflow.initial.value, role.value) for role in first
                      if not _reaches_its_end(table, role)}
    agree(found, {10})
