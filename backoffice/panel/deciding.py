"""Deciding in the inbox: yes or no to papers one by one or to all that are ticked, each in a transaction of
its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from backoffice.panel import lookups
from backoffice.panel.columns import title_of
from backoffice.panel.inbox import Waiting, has_total
from models.base import db, one_transaction
from models.documents import WORKFLOWS, known_histories
from models.errors import N_, NotAllowed, Refused
from models.operations.core import step_up
from models.operations.core.approvals import perform
from models.operations.people import notices
from models.rights import may, scope
from models.workflow import Transition
from portal.web.locale import quantity

#: Papers that one press decides.
MOST_TICKED = 100
#: Lines of a paper that its row names.
NAMED = 3
GONE = Refused(N_("One ticked row is gone, or not yours."))


@dataclass
class Answers:
    """What the person can answer to a paper here; a paper that asks more than yes or no is opened."""

    key: str = ""
    yes: Transition | None = None
    no: Transition | None = None
    #: What it is about: its first lines, and how many more there are.
    lines: list[str] = field(default_factory=list)
    more: int = 0


@dataclass
class Outcome:
    """One paper after the answer: what it is called, its table, and why nothing happened, if so."""

    called: str
    table: str
    refusal: Refused | None = None
    state: Any = None


def _is_plain(step: Transition) -> bool:
    """Whether the step can be taken without a page that asks."""
    return step.may_skip or not (step.asks or step.line_asks)


def answers(record: Any, user: Any) -> tuple[Transition | None, Transition | None]:
    """The steps that say yes and no to a paper: where a person may refuse it with a reason, it is decided
    on."""
    steps = record.workflow.open_to(record, user)
    forward = notices.turn(type(record), record.state)
    yes = next((step for step in steps if step in forward and _is_plain(step)
                and not step.wants_reason(record, user)), None)
    no = next((step for step in steps if step.is_refusal and step.name != "cancel" and _is_plain(step)
               and step.wants_reason(record, user)), None)
    return (yes, no) if yes is not None and no is not None else (None, None)


def of_rows(rows: list[Waiting], user: Any) -> dict[tuple[str, int], Answers]:
    """What can be answered to each row, and what it is about; the rows get their amounts. A fixed number of
    statements for each type."""
    result: dict[tuple[str, int], Answers] = {}
    for table in dict.fromkeys(row.table for row in rows):
        model = WORKFLOWS.get(table)
        if model is None:
            continue
        theirs = {row.id: row for row in rows if row.table == table}
        found = list(db.session.scalars(_of_ids(model), {"ids": list(theirs)}).unique())
        if user.givers:  # whoever decides for another is held against each paper's history
            known_histories(found)
        for record in found:
            if has_total(model):
                theirs[record.id].amount = record.total
            yes, no = answers(record, user)
            said = [text for line in getattr(record, "lines", ()) if (text := _said(line))]
            result[table, record.id] = Answers(f"{table}:{record.id}:{record.version}", yes, no, said[:NAMED],
                                               max(0, len(said) - NAMED))
    return result


@cache
def _of_ids(model: Any) -> sa.Select[Any]:
    """The papers whose keys are `ids`, for their answers."""
    return sa.select(model).where(model.id.in_(sa.bindparam("ids", expanding=True))).options(*_loads(model))


def _loads(model: Any) -> tuple[Any, ...]:
    """Lines with what they name, so that no row asks for its own."""
    lines = sa.inspect(model).relationships.get("lines")
    if lines is None:
        return ()
    line = lines.mapper.class_
    named = sa.inspect(line).relationships
    load = selectinload(model.lines)
    return (load.options(*(joinedload(getattr(line, name)) for name in ("item", "unit", "asset")
                           if name in named)),)


def _said(line: Any) -> str:
    """An item with its quantity, or the thing that a line names."""
    item = getattr(line, "item", None)
    if item is None:
        asset = getattr(line, "asset", None)
        return str(asset) if asset is not None else ""
    amount, unit = getattr(line, "quantity", None), getattr(line, "unit", None)
    if amount is None:
        return str(item.name)
    return f"{item.name} {quantity(amount)} {unit.unit_name if unit is not None else item.base_unit}"


def decide(keys: list[str], *, yes: bool, reason: str, by: Any) -> list[Outcome]:
    """Answer each paper of `keys` (table, id and the version that was looked at), one after the other: what
    is refused leaves the others done."""
    keys = list(dict.fromkeys(keys))[:MOST_TICKED]
    if yes and step_up.is_due():  # asked before the first, so that none is half of what was ticked
        step_up.require_for(_steps_of(keys, by), by=by)
    return [_decide_one(key, yes, reason, by) for key in keys]


def _steps_of(keys: list[str], by: Any) -> Iterator[tuple[Any, str]]:
    """The papers that can be said yes to, each with the name of that step."""
    for key in keys:
        table, id, _version = _parts(key)
        record = paper(table, id, by)
        step = answers(record, by)[0] if record is not None else None
        if step is not None:
            yield record, step.name


def _parts(key: str) -> tuple[str, str, str]:
    table, id, version = ((*key.split(":"), "", "")[:3])
    return table, id, version


def _decide_one(key: str, yes: bool, reason: str, by: Any) -> Outcome:
    table, id, version = _parts(key)
    record = paper(table, id, by)
    if record is None:
        return Outcome("", table, GONE)
    called = str(getattr(record, title_of(type(record))) or "")
    seen = int(version) if _is_number(version) else -1
    try:
        with one_transaction():
            perform(record, _step(record, yes, reason, by, seen).name, by=by, reason=reason, version=seen)
    except Refused as refusal:
        return Outcome(called, table, refusal)
    return Outcome(called, table, state=record.state)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def paper(table: str, id: str, by: Any) -> Any:
    """The paper of that table and id, where the person may see it; else None."""
    model = WORKFLOWS.get(table)
    if model is None or table in notices.NOT_PAPERS or not _is_number(id) or not may(by, "read", table):
        return None
    return db.session.scalars(lookups.within(sa.select(model).where(model.id == int(id)),
                                             scope(by, table))).unique().first()


def _step(record: Any, yes: bool, reason: str, by: Any, version: int) -> Transition:
    """The step that answers. Raises what stands in its way, in the order in which every step says it."""
    step = answers(record, by)[0 if yes else 1]
    if step is not None:
        return step
    here = notices.turn(type(record), record.state) if yes else [
        each for each in record.workflow if record.state in each.sources and each.is_refusal]
    somewhere = [each for each in record.workflow if each.is_refusal is not yes]
    named = here or [each for each in somewhere if by.acts_in(*each.roles)] or somewhere
    record.workflow.require(record, named[0].name, by, reason or "-", version)
    raise Refused(N_("This paper asks for more than yes or no. Open it."))


def status_of(outcomes: list[Outcome]) -> int:
    """200 when something was done; else what a page of one paper would have answered."""
    refusals = [outcome.refusal for outcome in outcomes if outcome.refusal is not None]
    if len(refusals) < len(outcomes):
        return 200
    if len(refusals) == 1 and refusals[0] is GONE:
        return 404
    return NotAllowed.status if all(isinstance(each, NotAllowed) for each in refusals) else (
        refusals[0].status if len(refusals) == 1 else Refused.status)
