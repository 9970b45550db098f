"""What waits for a person: every document at a step that one of their roles takes, in one statement."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import g
from flask_login import current_user
from sqlalchemy.orm import selectinload

from backoffice.panel.columns import columns_of, mapped_tables, title_of
from models import clock
from models.base import UtcDateTime, db
from models.delegations import Delegation
from models.documents import WORKFLOWS, Document, DocumentEvent
from models.journal import Period
from models.operations.clinic import conversations
from models.operations.ledger import backdating
from models.operations.people import notices, snoozing
from models.organisation import Setting
from models.people import User
from models.rights import may, scope
from models.roles import Role
from models.stand_ins import Giver
from models.workflow import Transition, not_own, own_document
from portal.web.more_types import more_types

#: The menu's number stops here.
MOST = 99


@dataclass
class Waiting:
    table: str
    id: int
    title: str
    state: str
    party: str
    who: str
    since: datetime | None
    is_urgent: bool = False
    #: Of a request for a consultation: its time, how urgent its triage calls it, and its doctor.
    at: datetime | None = None
    level: str = ""
    whose: str = ""
    amount: Decimal | None = None

    @property
    def prefix(self) -> str:
        more = more_types()
        if self.table not in WORKFLOWS and more is not None:
            return more.prefix(self.table)
        return getattr(WORKFLOWS[self.table], "prefix", self.table[:3].upper())

    @property
    def days(self) -> int:
        return (clock.now() - self.since).days if self.since else 0

    @property
    def address(self) -> str:
        return f"/admin/{self.table}/details/?id={self.id}"


def _turns(user: User, model: Any) -> sa.ColumnElement[bool] | None:
    """Rows of `model` whose next step is one of this person's roles', or of a role that it has for
    another."""
    mine = _steps_of(user, model)
    for giver in user.givers if model.is_delegable else ():
        theirs = _steps_of(giver, model)
        if theirs is not None:
            mine = theirs & _apart(user, giver, model) if mine is None else sa.or_(
                mine, theirs & _apart(user, giver, model))
    return mine


def _apart(user: User, giver: Giver, model: Any) -> sa.ColumnElement[bool]:
    """Rows on which the person decides in the giver's name: neither made by that person, nor any step of
    theirs since it last was a draft taken otherwise (`stand_ins.is_mixed_up` says it of one paper)."""
    event, table = sa.orm.aliased(DocumentEvent), model.__tablename__
    begun = (sa.select(sa.func.max(DocumentEvent.id)).where(
        DocumentEvent.document_type == table, DocumentEvent.document_id == model.id,
        DocumentEvent.to_state == model.workflow.initial.value).correlate(model).scalar_subquery())
    theirs = sa.select(Delegation.id).where(Delegation.giver_id == giver.id)
    apart = ~sa.exists().where(
        event.document_type == table, event.document_id == model.id, event.user_id == user.id,
        event.id > sa.func.coalesce(begun, 0),
        sa.or_(event.delegation_id.is_(None), event.delegation_id.not_in(theirs)))
    return apart & (model.created_by_id != user.id) if hasattr(model, "created_by_id") else apart


def _steps_of(user: User | Giver, model: Any) -> sa.ColumnElement[bool] | None:
    result = []
    for state in model.workflow.states:
        next_paper = notices.TO_MAKE.get((model.__tablename__, state))
        here = model.state == state
        if next_paper is not None and isinstance(user, User) and user.has_role(*next_paper.roles):
            result.append(here & next_paper.rows())
        steps = [step for step in notices.turn(model, state) if user.has_role(*step.roles)]
        if not steps:
            continue
        able = [_able(step, model, user) for step in steps]
        if all(criterion is not None for criterion in able):
            here = here & sa.or_(*able)
        if hasattr(model, "created_by_id"):
            if all(not_own in step.conditions for step in steps):
                here = here & (model.created_by_id != user.id)
            elif all(own_document in step.conditions for step in steps):
                here = here & (model.created_by_id == user.id)
        result.append(here)
    if getattr(model, "may_be_backdated", False) and isinstance(user, User) \
            and user.has_role(Role.STORE_HEAD):
        result.append(backdating.waiting(model))
    return sa.or_(*result) if result else None


#: What a type may say of its waiting rows (`waits_as`), and what it is where it says nothing.
_UNSAID: dict[str, Callable[[], Any]] = {
    "urgency": lambda: sa.literal(0), "at": lambda: sa.cast(sa.null(), UtcDateTime()),
    "level": lambda: sa.literal(""), "whose": lambda: sa.literal("")}


def waits_as(model: Any) -> list[Any]:
    """How urgent the model's waiting rows are, their appointment, its level and whose it is; as columns."""
    said = model.waits_as() if hasattr(model, "waits_as") else {}
    if "urgency" not in said and hasattr(model, "is_urgent"):
        said["urgency"] = sa.case((model.is_urgent, 1), else_=0)
    return [(said[name] if name in said else unsaid()).label(name) for name, unsaid in _UNSAID.items()]


def _able(step: Transition, model: Any, user: User | Giver) -> sa.ColumnElement[bool] | None:
    """Rows of which the person can take the step, and which wait for it; None for all."""
    conditions = (*step.conditions, *((step.last_resort,) if step.last_resort else ()))
    result = [condition.rows(model, user) for condition in conditions if condition.rows is not None]
    return sa.and_(*result) if result else None


def _parts(user: User, tables: tuple[str, ...] = ()) -> list[sa.Select[Any]]:
    parts = []
    for table, model in sorted(WORKFLOWS.items()):
        if table in notices.NOT_PAPERS or (tables and table not in tables) or not may(user, "read", table):
            continue
        mine = _turns(user, model)
        if mine is None:
            continue
        criterion = scope(user, table)
        title = getattr(model, title_of(model))
        if not isinstance(title.type, sa.String):
            title = sa.literal("")
        since = sa.select(sa.func.max(DocumentEvent.occurred_at)).where(
            DocumentEvent.document_type == table, DocumentEvent.document_id == model.id).scalar_subquery()
        who = sa.select(User.name).where(User.id == model.created_by_id).scalar_subquery() \
            if hasattr(model, "created_by_id") else sa.literal("")
        part = sa.select(
            sa.literal(table).label("table"), model.id.label("id"),
            sa.func.coalesce(title, "").label("title"),
            sa.cast(model.state, sa.String(32)).label("state"),
            sa.func.coalesce(_party(model), "").label("party"),
            sa.func.coalesce(who, "").label("who"), since.label("since"),
            *waits_as(model)).where(mine)
        parts.append(part if criterion is None else part.where(criterion))
    more = more_types()
    return parts if more is None or tables else [*parts, *more.waiting(user)]


#: Whom or what a document concerns, the first that it has; after a dot, what that one concerns.
PARTIES = ("work_unit", "supplier", "vendor", "asset_procurement.vendor", "patient", "consultation.patient",
           "store_request.work_unit", "store", "room", "inpatient_room", "asset", "bed", "room_class",
           "building", "taker")
#: The same of a document that names things in its lines only.
THINGS = ("asset", "land")


def _party(model: Any) -> Any:
    """Name of whom the document concerns: a unit, a supplier, a patient, a store; else its month or its first
    thing."""
    if hasattr(model, "concerns"):
        return model.concerns()
    if "name" in columns_of(model):
        return model.name
    named = [name for path in PARTIES if (name := _named(model, *path.split("."))) is not None]
    if named:  # the first that is filled in
        return named[0] if len(named) == 1 else sa.func.coalesce(*named)
    month = _month(model)
    if month is not None:
        return month
    lines = sa.inspect(model).relationships.get("lines")
    if lines is None:
        return sa.literal("")
    line = lines.mapper.class_
    return sa.func.coalesce(*(
        sa.select(thing).where(lines.primaryjoin).order_by(line.id).limit(1).scalar_subquery()
        for name in THINGS if (thing := _named(line, name)) is not None), sa.literal(""), sa.literal(""))


def _month(model: Any) -> Any:
    """The month that it is about, as 9/2026; None where it is about none."""
    every = columns_of(model)
    if "period_start" in every:
        day = sa.cast(model.period_start, sa.String(10))
        number = sa.cast(sa.cast(sa.func.substr(day, 6, 2), sa.Integer), sa.String(2))
        return number + "/" + sa.func.substr(day, 1, 4)
    if "period" in every:
        return sa.select(sa.cast(Period.month, sa.String(2)) + "/" + sa.cast(Period.year,
                                                                             sa.String(4))).where(
            Period.id == model.period_id).scalar_subquery()
    return None


def _named(model: Any, name: str, *further: str) -> Any:
    """What the record is called that `name` of `model` refers to, as a subquery; None where there is none."""
    column = columns_of(model).get(name)
    if column is None or column.relation is None:
        return None
    target = column.target
    label = _named(target, *further) if further else next(
        (getattr(target, entry) for entry in ("name", "number", "code") if entry in columns_of(target)), None)
    if label is None:
        return None
    local = getattr(model, sa.inspect(model).get_property_by_column(column.column).key)
    return sa.select(label).where(target.id == local).scalar_subquery()


def waiting(user: User, *, limit: int = 50, tables: tuple[str, ...] = (),
            later: bool = False, with_amounts: bool = True) -> list[Waiting]:
    """What waits for `user`, longest first, with amounts where the document has them and they are wanted;
    with `later` what the person put off."""
    def make() -> Any:
        return _statement(user, limit, tables, later)

    statement = for_person(("waiting", limit, tables, later), make) if current_user == user else make()
    if statement is None:
        return []
    result = [Waiting(row.table, row.id, row.title, row.state, row.party, row.who,
                      clock.aware(row.since) if row.since else None, bool(row.urgency) and not row.level,
                      clock.aware(row.at) if row.at else None, row.level, row.whose or "")
              for row in db.session.execute(statement)]
    if with_amounts:
        _amounts(result)
    return result


def _statement(user: User, limit: int, tables: tuple[str, ...], later: bool) -> sa.Select[Any] | None:
    parts = _parts(user, tables)
    if not parts:
        return None
    union = (sa.union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    is_asleep = _key(union).in_(snoozing.asleep(user))
    # what has an appointment goes by it, before what only waits
    return sa.select(union).where(is_asleep if later else ~is_asleep).order_by(
        union.c.urgency.desc(), union.c["at"].is_(None), union.c["at"], union.c.since, union.c.table,
        union.c.id).limit(first_rows(limit))


def _key(union: Any) -> sa.ColumnElement[str]:
    """A paper as `snoozing.key` writes it."""
    return union.c.table + ":" + sa.cast(union.c.id, sa.String(20))


def has_total(model: Any) -> bool:
    """Whether the papers of a type have a total of their lines."""
    return hasattr(model, "total") and hasattr(model, "lines") and issubclass(model, Document)


def _amounts(found: list[Waiting]) -> None:
    """Totals, one statement pair for each type that has a total."""
    for table in {row.table for row in found}:
        model = mapped_tables().get(table)
        if not has_total(model):
            continue
        ids = [row.id for row in found if row.table == table]
        records = {record.id: record for record in db.session.scalars(_with_lines(model), {"ids": ids})}
        for row in found:
            if row.table == table and row.id in records:
                row.amount = records[row.id].total


@cache
def _with_lines(model: Any) -> sa.Select[Any]:
    return sa.select(model).where(model.id.in_(sa.bindparam("ids", expanding=True))).options(
        selectinload(model.lines))


def first_rows(number: int) -> sa.ColumnElement[int]:
    """A LIMIT written into the statement: PostgreSQL plans one that it does not know for a tenth of all
    rows."""
    return sa.literal_column(str(int(number)), sa.Integer)


#: Those used last are at the end.
_statements: dict[tuple[Any, ...], Any] = {}
_gate = threading.Lock()
#: About 0.4 MB each.
MOST_KEPT = 300


def for_person(key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    """A statement that depends on nothing but `key`, who asks and the day: made once for each person, roles
    and unit."""
    user = current_user._get_current_object()
    more = more_types()
    whole = (*key, user.id, user.roles, user.givers, user.work_unit_id, user.status, clock.today(),
             snoozing.morning(),
             more.key() if more else None)
    with _gate:
        result = _statements.pop(whole, None)
        if result is not None:
            _statements[whole] = result
            return result
    result = make()
    with _gate:
        _statements[whole] = result
        while len(_statements) > MOST_KEPT:
            del _statements[next(iter(_statements))]
    return result


def frame_columns() -> tuple[Any, ...]:
    """Scalar subqueries of what every page's frame shows: the hospital's name, how much waits, unread
    notices."""
    return for_person(("frame",), _frame_columns)


def _frame_columns() -> tuple[Any, ...]:
    parts = _parts(current_user._get_current_object())
    bell = notices.unread(current_user.id).label("bell")
    is_doctor = current_user.has_role("doctor")
    talk = (conversations.unread_of(current_user.id) if is_doctor else sa.literal(0)).label("talk")
    name = sa.select(Setting.value).where(Setting.key == "hospital.name").scalar_subquery()
    logo = sa.select(Setting.value).where(Setting.key == "hospital.logo").scalar_subquery().label("logo")
    if not parts:
        return name.label("hospital"), sa.literal(0).label("waiting"), bell, talk, logo
    keys = [part.with_only_columns(part.selected_columns["table"], part.selected_columns["id"])
            for part in parts]
    union = (sa.union_all(*keys) if len(keys) > 1 else keys[0]).subquery()
    awake = ~_key(union).in_(snoozing.asleep(current_user._get_current_object()))
    capped = sa.select(union).where(awake).limit(first_rows(MOST + 1)).subquery()
    number = sa.select(sa.func.count()).select_from(capped).scalar_subquery().label("waiting")
    return name.label("hospital"), number, bell, talk, logo


def keep_frame(row: Any) -> None:
    """Remember the frame's values for this request; a page that counts anyway reads them in the same
    statement."""
    g.panel_frame = {name: row[name] for name in ("hospital", "waiting", "bell", "talk", "logo")}


def _frame() -> dict[str, Any]:
    if "panel_frame" not in g:
        keep_frame(db.session.execute(
            for_person(("frame statement",), lambda: sa.select(*frame_columns()))).one()._mapping)
    return g.panel_frame


def _capped(number: int) -> str:
    return "" if not number else f"{MOST}+" if number > MOST else str(number)


def inbox_count() -> str:
    """How many documents wait, for the menu: empty for none, 99+ beyond."""
    return _capped(_frame()["waiting"]) if current_user.is_authenticated else ""


def bell_count() -> str:
    """How many notices are unread, for the bell."""
    return _capped(_frame()["bell"]) if current_user.is_authenticated else ""


def talk_count() -> str:
    """How many messages of patients the doctor has not read."""
    return _capped(_frame()["talk"]) if current_user.is_authenticated else ""


def hospital_name() -> str:
    return (_frame()["hospital"] if current_user.is_authenticated else None) or "Rawat"


def hospital_logo() -> str:
    """The id of the hospital's picture, or ""."""
    return (_frame()["logo"] if current_user.is_authenticated else None) or ""
