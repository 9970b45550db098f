"""The activity log writes itself: every insert, update and delete of the ORM, and what `record` is told.

Rows are collected while the session flushes and written in one statement just before the commit, each with
its own hash and without a lock; `models.operations.core.sealing` seals what is committed. Statements that
pass the ORM (Core, bulk) are not seen; operations that use them for more than derived numbers insert by
`bulk.insert_all`, which logs, or call `record` themselves. Secrets, identity numbers, what
patient and doctor write and what medicine a patient gets are masked: the log says that they changed, never
from what to what. Rows that were written before a column was masked are masked as they are read
(`shown_today`).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction, UOWTransaction
from sqlalchemy.orm.base import PassiveFlag

from models import clock
from models.activity import Activity, ActivityLog
from models.actor import actor
from models.base import db
from models.rights import RIGHTS

MASK = "***"
#: Tables whose rows follow from others, or are the log itself; a sign-in is recorded as such, not as a
#: session row.
UNLOGGED = frozenset({
    "activity_log", "log_seal",
    "stock_balance", "store_item", "number_counter", "user_session", "document_number",
    "notice", "job_run", "video_signal", "panel_choice", "secret_try"})
#: Columns that are kept by operations from other rows.
DERIVED = frozenset({("item", "stock_on_hand")})
_SECRET_WORDS = ("password", "secret", "token", "nik")

_PENDING = "activity_pending"
_MARKS = "activity_marks"
_OLD = "activity_old"


# ---------------------------------------------------------------- what the session did

def _logged(instance: Any) -> bool:
    table = sa.inspect(instance).mapper.local_table
    return getattr(table, "name", None) not in UNLOGGED


_AS_IS = frozenset({type(None), bool, int, str})


def plain(value: Any) -> Any:
    """`value` as JSON can hold it without loss: decimals and instants as text."""
    kind = type(value)
    if kind in _AS_IS:  # these three are nearly all of them
        return value
    if kind is Decimal:
        return str(value)
    if kind is dict:
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in value]
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return str(value)


@cache
def _columns(mapper: Any) -> tuple[tuple[str, sa.Column[Any]], ...]:
    """Attribute and column of what is logged of a record."""
    return tuple(
        (attribute.key, column) for attribute in mapper.column_attrs
        if isinstance(column := attribute.columns[0], sa.Column) and column is not mapper.version_id_col
        and (column.table.name, column.name) not in DERIVED)


@cache
def is_masked(column: sa.Column[Any]) -> bool:
    """Whether the column holds a secret, a NIK or a file, which neither log nor export shows."""
    return (bool(column.info.get("masked")) or column.name in column.table.info.get("masked", ())
            or isinstance(column.type, sa.LargeBinary)
            or any(word in column.name.split("_") for word in _SECRET_WORDS))


@cache
def _masked_of(column: sa.Column[Any]) -> str:
    """The column beside it that names the table which the row is about: masked where that table is
    clinical."""
    return str(column.info.get("masked_of", ""))


def _is_clinical(table: str) -> bool:
    """Whether the table holds a patient's record; files that wait for a request count with those of the
    request."""
    rights = RIGHTS.get(table.removesuffix("_draft"))
    return rights is not None and rights.clinical


def _hides(column: sa.Column[Any], values: Mapping[str, Any]) -> bool:
    """Whether the log masks this column of a row of `values`; where they do not say what the row is about, it
    does."""
    if is_masked(column):
        return True
    beside = _masked_of(column)
    return bool(beside) and _is_clinical(str(values.get(beside) or "consultation"))


def _shown(column: sa.Column[Any], value: Any, values: Mapping[str, Any]) -> Any:
    return MASK if value is not None and _hides(column, values) else plain(value)


def shown_today(table_name: str | None, properties: Mapping[str, Any] | None) -> dict[str, Any]:
    """A row's `properties` with what is masked today masked, whenever it was written. The row itself stays as
    it is."""
    result = dict(properties or {})
    table = db.metadata.tables.get(table_name or "")
    if table is None:
        return result
    for part in ("old", "new"):
        values = result.get(part)
        if isinstance(values, dict):
            result[part] = {name: MASK if value is not None and name in table.columns
                            and _hides(table.columns[name], values) else value
                            for name, value in values.items()}
    return result


def _image(mapper: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is logged of a whole row, by column name; empty columns are left out."""
    return {column.name: _shown(column, value, values) for key, column in _columns(mapper)
            if (value := values.get(key)) is not None}


def _identity(instance: Any) -> str:
    state = sa.inspect(instance)
    return ",".join(str(plain(part)) for part in state.mapper.primary_key_from_instance(instance))


@event.listens_for(db.session, "before_flush")
def _fetch_old_values(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    """An attribute that was set before it was loaded has no old value in memory: read it while it is still
    there."""
    for instance in session.dirty:
        state = sa.inspect(instance)
        if not _logged(instance) or state.identity is None:
            continue
        unknown = [(key, column) for key, column in _columns(state.mapper) if key in state.committed_state
                   and (history := state.get_history(key, PassiveFlag.PASSIVE_NO_FETCH)).added
                   and not history.deleted]
        if not unknown:
            continue
        same_row = [column == value
                    for column, value in zip(state.mapper.primary_key, state.identity, strict=True)]
        row = session.connection().execute(sa.select(*(column
                                                       for _, column in unknown)).where(*same_row)).first()
        if row is not None:
            olds = session.info.setdefault(_OLD, {})
            olds[state] = {key: value for (key, _), value in zip(unknown, row, strict=True)}


@event.listens_for(db.session, "after_flush")
def _collect(session: Session, context: UOWTransaction) -> None:
    olds = session.info.pop(_OLD, {})
    for state, (is_delete, list_only) in list(context.states.items()):
        instance = state.obj()
        if list_only or instance is None or not _logged(instance):
            continue
        mapper = state.mapper
        if is_delete:
            _add(session, Activity.DELETED, mapper.local_table.name, _identity(instance),
                 {"old": _image(mapper, state.dict)})
        elif state.key is None:
            _add(session, Activity.INSERTED, mapper.local_table.name, _identity(instance),
                 {"new": _image(mapper, state.dict)})
        else:
            _collect_update(session, instance, olds.get(state, {}))


def _collect_update(session: Session, instance: Any, olds: dict[str, Any]) -> None:
    state = sa.inspect(instance)
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for key, column in _columns(state.mapper):
        if key not in state.committed_state:  # it was not touched
            continue
        history = state.get_history(key, PassiveFlag.PASSIVE_NO_FETCH)
        if not history.has_changes():
            continue
        before = history.deleted[0] if history.deleted else olds.get(key)
        after = history.added[0] if history.added else None
        if plain(before) == plain(after):
            continue
        old[column.name], new[column.name] = _shown(column, before, state.dict), _shown(column, after,
                                                                                        state.dict)
    if new:
        _add(session, Activity.UPDATED, state.mapper.local_table.name, _identity(instance),
             {"old": old, "new": new})


def inserted(model: type[Any], rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Log rows (id, values by column name) that were inserted past the session."""
    mapper, session = sa.inspect(model), db.session()
    if mapper.local_table.name not in UNLOGGED:
        for key, values in rows:
            _add(session, Activity.INSERTED, mapper.local_table.name, str(key),
                 {"new": {"id": key, **_image(mapper, values)}})


def updated(model: type[Any], rows: Iterable[tuple[int, Mapping[str, Any], Mapping[str, Any]]]) -> None:
    """Log rows (id, old and new values by column name) that were updated past the session."""
    mapper, session = sa.inspect(model), db.session()
    for key, before, after in rows:
        names = [(name, column) for name, column in _columns(mapper)
                 if name in after and plain(before[name]) != plain(after[name])]
        if names and mapper.local_table.name not in UNLOGGED:
            _add(session, Activity.UPDATED, mapper.local_table.name, str(key), {
                "old": {column.name: _shown(column, before[name], before) for name, column in names},
                "new": {column.name: _shown(column, after[name], before) for name, column in names}})


def record(activity: Activity | str, *, table_name: str | None = None, changed_id: object = None,
           properties: Mapping[str, Any] | None = None, user_id: int | None = None,
           session: Session | None = None) -> None:
    """Note a login, logout, failed login, reading or export; written with the next commit.

    `user_id` is for somebody who is not (yet) the acting person. `properties` must hold no secret.
    """
    _add(session or db.session(), Activity(activity), table_name,
         None if changed_id is None else str(changed_id),
         plain(properties or {}), user_id)


def _add(session: Session, activity: Activity, table_name: str | None, changed_id: str | None,
         properties: dict[str, Any], user_id: int | None = None) -> None:
    who = actor()
    session.info.setdefault(_PENDING, []).append({
        "user_id": who.user_id if user_id is None else user_id, "access": who.door, "table_name": table_name,
        "changed_id": changed_id, "activity": activity, "properties": properties, "occurred_at": clock.now(),
        "address": who.address})


# ---------------------------------------------------------------- rollbacks take their rows with them

@event.listens_for(db.session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        marks = session.info.setdefault(_MARKS, WeakKeyDictionary())
        marks[transaction] = len(session.info.get(_PENDING, ()))


@event.listens_for(db.session, "after_transaction_end")
def _end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_PENDING, None)


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    within: SessionTransaction | None = transaction
    while within is not None and not within.nested and within.parent is not None:
        within = within.parent
    keep = session.info.get(_MARKS, {}).get(within, 0)
    del session.info.get(_PENDING, [])[keep:]
    session.info.pop(_OLD, None)


# ---------------------------------------------------------------- written

#: What a proof shows of a row; the rest of it stays behind its own digest.
SHOWN = ("access", "activity", "changed_id", "occurred_at", "table_name", "user_id")
#: What the hash of a row of before the seals is made of.
_CHAINED = ("id", "user_id", "access", "table_name", "changed_id", "activity", "properties", "occurred_at",
            "address", "previous_hash")
canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def digest(text: str) -> str:
    """SHA-256 (hex) of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def rest_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of what a proof does not show: address, properties and the salt."""
    return digest(canonical({name: plain(row[name]) for name in ("address", "properties", "salt")}))


def row_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over the canonical JSON of what a row says; of rows of before the seals also of
    `previous_hash`."""
    if row["salt"] is None:
        return digest(canonical({name: plain(row[name]) for name in _CHAINED}))
    return digest(canonical({**{name: plain(row[name]) for name in SHOWN}, "rest": rest_hash(row)}))


_NAMES = ", ".join(column.name for column in ActivityLog.__table__.columns
                   if column.name not in ("id", "previous_hash"))
# The transaction has its number before its rows have theirs: so the sealer knows when a number that it does
# not see can come no more.
_INSERT_ALL = sa.text(
    f"INSERT INTO activity_log ({_NAMES}) SELECT {_NAMES} FROM (SELECT pg_current_xact_id() AS own OFFSET 0) "
    "AS numbered, json_populate_recordset(NULL::activity_log, CAST(:rows AS json)) WHERE own IS NOT NULL")
#: Called with the session before a transaction commits that wrote to the log.
ON_WRITTEN: list[Callable[[Session], None]] = []


@event.listens_for(db.session, "before_commit")
def _write(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    pending = session.info.pop(_PENDING, None)
    if not pending:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":  # one parameter instead of ten a row
        connection.execute(_INSERT_ALL, {"rows": f"[{','.join(map(_as_json, pending))}]"})
    else:
        connection.execute(sa.insert(ActivityLog.__table__), [_hashed(row) for row in pending])
    for told in ON_WRITTEN:
        told(session)


def write(session: Session) -> None:
    """Write what waits now and not at the commit: for who reads the log in the same transaction."""
    _write(session)


def _hashed(row: dict[str, Any]) -> dict[str, Any]:
    row |= {"salt": secrets.token_hex(16), "previous_hash": None}
    return row | {"hash": row_hash(row)}


def _as_json(row: dict[str, Any]) -> str:
    """The row with salt and hash as one JSON text; each part is written once, for the hash and for the
    insert."""
    rest = canonical({"address": row["address"], "properties": row["properties"],  # plain already
                      "salt": secrets.token_hex(16)})
    shown = canonical({**{name: plain(row[name]) for name in SHOWN}, "rest": digest(rest)})
    return f'{shown[:-1]},{rest[1:-1]},"hash":"{digest(shown)}"}}'
