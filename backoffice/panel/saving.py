"""Writing what a form says, in one transaction; what the database refuses becomes a message at its field."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from backoffice.panel.columns import columns_of, key_of, mapped_tables
from backoffice.panel.forms import StaffForm, has_default
from models.base import UtcDateTime, db, one_transaction
from models.documents import Attachment, Document
from models.errors import N_, Conflict, NeedsHead, NotAllowed, PeriodClosed, Refused
from models.operations.core import amendments
from models.operations.core.approvals import opened, perform
from models.operations.ledger import backdating, days
from models.rights import is_bound_to_unit, may, scope
from portal.web import words

CHANGED = N_("Somebody else changed this record meanwhile. Look at it again, then repeat your step.")


def save(view: Any, form: StaffForm, record: Any = None, *, step: str = "", reason: str = "") -> Any:
    """Make or change a record from a valid form and, where `step` is named, take that step too. All or
    nothing.

    An approved document whose amounts change goes back to draft and takes `step` again; others keep their
    state. Raises `Refused` (its `field` names the form field to blame) and leaves nothing behind, but for a
    date that needs the head of store: then the document is kept without the step and waits for the head.
    """
    try:
        return _save(view, form, record, step)
    except NeedsHead as refusal:
        if not view.model.may_be_backdated or refusal.field is not None:
            raise
        return _save(view, form, record, "", waits=reason)


def _save(view: Any, form: StaffForm, record: Any, step: str, waits: str | None = None) -> Any:
    is_new = record is None
    try:
        with one_transaction():
            if is_new:
                record = _new(view)
            step = _write(view, form, record, is_new, step)
            if step:
                perform(record, step, by=current_user)
            if waits is not None:
                backdating.ask(record, by=current_user._get_current_object(), reason=waits)
    except PeriodClosed as refusal:
        if refusal.field is None and issubclass(view.model, Document):
            refusal.field = view.model.dated
        raise
    except IntegrityError as error:
        raise refusal_of(error, view.model) from error
    return record


def _write(view: Any, form: StaffForm, record: Any, is_new: bool, step: str) -> str:
    """Check and write the form in a transaction that is open; returns the step to take afterwards."""
    if not is_new:
        check_version(record, form.version.data)
        may_change(view, record)
    step = _fill(view, form, record, is_new, step)
    db.session.add(record)
    _check_period(form, record, is_new)
    db.session.flush()
    inside(record)
    if is_new and hasattr(record, "workflow"):
        opened(record, by=current_user)
    view.after_save(record, is_new)
    return step


def change(view: Any, form: StaffForm, record: Any) -> None:
    """Change a record from a valid form, in a transaction that is open. Raises `Refused` and leaves what was
    before."""
    try:
        with db.session.begin_nested():
            _write(view, form, record, False, "")
    except IntegrityError as error:
        raise refusal_of(error, view.model) from error
    except StaleDataError as error:
        raise Conflict(CHANGED) from error


def _new(view: Any) -> Any:
    record = view.model()
    if isinstance(record, Document):
        record.created_by_id = current_user.id
    return record


def _fill(view: Any, form: StaffForm, record: Any, is_new: bool, step: str) -> str:
    """Write the form into the record. Returns the step to take afterwards: of an approved document only when
    its amounts changed."""
    def fill() -> None:
        with db.session.no_autoflush:
            populate(form, record)
            view.before_save(form, record, is_new)

    if not is_new and amendments.is_amendable(record):
        return step if amendments.amend(record, fill, by=current_user) else ""
    fill()
    return step


def _check_period(form: StaffForm, record: Any, is_new: bool) -> None:
    """Raises `PeriodClosed` when a new or changed date is none that such a document may bear."""
    if not isinstance(record, Document) or record.dated not in form:
        return
    if is_new or sa.inspect(record).attrs[record.dated].history.has_changes():
        with db.session.no_autoflush:
            days.check_day(record, record.document_date, record.dated)


def populate(form: StaffForm, record: Any) -> None:
    """Set only what the form declares. An emptied field with a default of its own keeps what it has."""
    every = columns_of(type(record))
    for field in form.typed:
        column = every.get(field.short_name)
        if column is None:
            continue
        if field.data is None and not column.is_optional and (has_default(column.column)
                                                              or column.kind == "text"):
            if column.kind == "text" and not has_default(column.column):
                setattr(record, field.short_name, "")
            continue
        setattr(record, field.short_name, field.data)
    for lines in form.line_fields:
        lines.populate_obj(record, lines.short_name)


def check_version(record: Any, seen: str | None) -> None:
    """Raises `Conflict` unless `seen` is the version that the record has now."""
    if hasattr(record, "version") and str(record.version) != (seen or ""):
        raise Conflict(CHANGED)


def may_change(view: Any, record: Any) -> None:
    """Raises `NotAllowed` for the wrong role, `Refused` for a document that has left draft."""
    if not may(current_user, "edit", view.table):
        raise NotAllowed(N_("Your role may not change this."))
    if (
        isinstance(record, Document)
        and record.state != record.workflow.initial
        and not amendments.is_amendable(record)
    ):
        raise Refused(N_("Only a draft can be changed. Reject or reverse the document instead."))


def inside(record: Any) -> None:
    """Raises `Refused` when the record would lie outside what its author may see (another unit's
    document)."""
    criterion = scope(current_user, record.__tablename__)
    if criterion is None:
        return
    model = type(record)
    key = key_of(model)
    if db.session.scalar(sa.select(key).where(key == getattr(record, key.key), criterion)) is None:
        if hasattr(model, "store") and not is_bound_to_unit(current_user, record.__tablename__):
            raise Refused(N_("This store belongs to another work unit; its own people do this."),
                          field="store")
        raise Refused(N_("This belongs to another work unit."),
                      field=next((name for name in ("work_unit", "store") if hasattr(model, name)), None))


def delete(view: Any, record: Any, version: str | None) -> None:
    """Delete a master record, or a document that never had a number. Raises `Refused`."""
    if not may(current_user, "delete", view.table):
        raise NotAllowed(N_("Your role may not delete this."))
    try:
        with one_transaction() as session:
            if version:
                check_version(record, version)
            if isinstance(record, Document) and (record.number or record.state != record.workflow.initial):
                raise Refused(N_("A numbered document is never deleted. Cancel it instead."))
            if hasattr(record, "workflow"):
                for file in session.scalars(sa.select(Attachment).where(
                        Attachment.document_type == view.table, Attachment.document_id == record.id)):
                    session.delete(file)
            session.delete(record)
            session.flush()
    except IntegrityError as error:
        raise Refused(N_("Other records name this one, so it stays. Make it inactive instead.")) from error


# ---------------------------------------------------------------- what the database said

_SQLITE = re.compile(r"(UNIQUE|CHECK|NOT NULL|FOREIGN KEY) constraint failed(?:: (.*))?")


def refusal_of(error: IntegrityError, model: Any) -> Refused:
    """The refusal that a broken constraint means, at the field of its first column that a form shows."""
    kind, name, columns = _broken(error)
    field = _field_of(model, columns)
    if kind == "unique":
        return Refused(N_("Another record has this already. Choose another."), field=field)
    if kind == "empty":
        return Refused(N_("Please fill this in."), field=field)
    if kind == "reference":
        return Refused(N_("The chosen record does not fit, or is gone. Choose another."), field=field)
    if name.endswith("_positive"):
        return Refused(N_("Must be more than 0, for example 6."), field=field)
    if name.endswith("_not_negative"):
        return Refused(N_("Must be 0 or more."), field=field)
    if (order := _order(model, name)) is not None:
        later, sign, earlier = order
        return Refused(N_("Must be later than “%(other)s”.") if sign == ">" else
                       N_("Must not be earlier than “%(other)s”."),
                       field=_field_of(model, [later]), other=words.label(model.__table__.columns[earlier]))
    return Refused(N_("This does not keep the rule “%(rule)s”."), field=field,
                   rule=gettext(name.replace("_", " ")) if name else "?")


def _broken(error: IntegrityError) -> tuple[str, str, list[str]]:
    """Kind, name without its prefix, and columns of the constraint that was broken."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        state = getattr(error.orig, "sqlstate", "") or ""
        name, table = diagnosis.constraint_name or "", diagnosis.table_name or ""
        if diagnosis.column_name:
            return "empty", "", [diagnosis.column_name]
        kind = {"23505": "unique", "23503": "reference"}.get(state, "check")
        return kind, _short(name, table), _columns_of_constraint(table, name)
    match = _SQLITE.search(str(error.orig))
    if match is None:
        return "check", "", []
    word, rest = match[1], match[2] or ""
    if word in {"UNIQUE", "NOT NULL"}:
        columns = [part.strip().split(".")[-1] for part in rest.split(",") if "." in part]
        if rest.startswith("index"):
            columns = _columns_of_constraint("", rest.split("'")[1])
        return ("unique" if word == "UNIQUE" else "empty"), "", columns
    if word == "FOREIGN KEY":
        return "reference", "", []
    for table in mapped_tables():
        if rest.startswith(f"ck_{table}_") and (columns := _columns_of_constraint(table, rest)):
            return "check", _short(rest, table), columns
    return "check", rest, []


def _order(model: Any, name: str) -> tuple[str, str, str] | None:
    """Later column, sign and earlier column of a rule by that name that says which of two days comes
    first."""
    for constraint in model.__table__.constraints:
        if isinstance(constraint, sa.CheckConstraint) and _short(str(constraint.name),
                                                                 model.__tablename__) == name:
            days = {column.name for column in model.__table__.columns
                    if isinstance(column.type, sa.Date | UtcDateTime)}
            for later, sign, earlier in re.findall(r"(\w+) (>=?) (\w+)", str(constraint.sqltext)):
                if {later, earlier} <= days:
                    return later, sign, earlier
    return None


def _short(name: str, table: str) -> str:
    return re.sub(rf"^(ck|uq|fk|ix)_{re.escape(table)}_", "", name)


def _columns_of_constraint(table_name: str, name: str) -> list[str]:
    tables = db.metadata.tables
    for table in ([tables[table_name]] if table_name in tables else tables.values()):
        for constraint in (*table.constraints, *table.indexes):
            if constraint.name is None or str(constraint.name) not in {name, _short(name, table.name)}:
                continue
            if isinstance(constraint, sa.CheckConstraint):
                text = str(constraint.sqltext)
                return [column.name for column in table.columns if re.search(rf"\b{column.name}\b", text)]
            result = [column.name for column in getattr(constraint, "columns", ())]
            return result or [column.name for column in table.columns if column.name in name]
    return []


def _field_of(model: Any, columns: list[str]) -> str | None:
    every = columns_of(model)
    for wanted in columns:
        for name, column in every.items():
            if column.column.name == wanted and not column.column.primary_key:
                return name
    return None
