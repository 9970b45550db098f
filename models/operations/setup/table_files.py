"""Tables out of and into the hospital: every row as plain values, master data from a list, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import RelationshipProperty

from models.activity import Activity
from models.base import ExactDecimal
from models.documents import Document
from models.errors import N_, Refused
from models.operations.core import activity, spoilt_codes
from models.operations.core.list_files import Row, day, number
from models.rights import RIGHTS, model_of

#: Never typed in: keys, versions, what a workflow or an operation keeps.
_KEPT = frozenset({"id", "version", "state", "stock_on_hand", "created_at", "last_received_on",
                   "last_issued_on", "book_value"})
#: Accounts have passwords, and cleaning tasks and assets begin with a step of their own.
_NOT_BY_LIST = frozenset({"user", "cleaning", "asset", "setting"})
_TRUE, _FALSE = frozenset({"1", "true", "yes", "ya"}), frozenset({"0", "false", "no", "tidak"})
#: Text columns up to this length hold codes and numbers, longer ones words.
MOST_OF_A_CODE = 80
#: What stands for a record in a list, first that the table has.
_HANDLES = ("code", "number", "name")


def _model(table: str) -> Any:
    try:
        return model_of(table)
    except KeyError:
        raise Refused(N_("There is no table %(table)s."), table=table) from None


def columns_of(table: str) -> dict[str, sa.Column[Any]]:
    """Attribute name and column of what an export holds; secrets, NIK and files stay out. Raises
    `Refused`."""
    mapper = sa.inspect(_model(table))
    return {attribute.key: attribute.columns[0] for attribute in mapper.column_attrs
            if isinstance(attribute.columns[0], sa.Column) and not activity.is_masked(attribute.columns[0])}


def rows_of(session: Any, table: str) -> Iterator[list[Any]]:
    """Every row of `table` in the order of its key, streamed; the log notes the export with the next
    commit."""
    columns = columns_of(table)
    model = _model(table)
    activity.record(Activity.EXPORTED, table_name=table, session=session)
    session.flush()
    chosen = sa.select(*(getattr(model, key) for key in columns)).order_by(*sa.inspect(model).primary_key)
    for row in session.execute(chosen.execution_options(yield_per=1000)):
        yield [value.value if isinstance(value, Enum) else value for value in row]


def importable() -> list[str]:
    """The tables whose rows a list may bring: master data, no documents."""
    return sorted(table for table, rights in RIGHTS.items()
                  if rights.create and table not in _NOT_BY_LIST and not issubclass(model_of(table),
                                                                                    Document))


def add_rows(session: Any, table: str, rows: Iterable[Row]) -> int:
    """Add master records, one per row of attribute names and cells; returns how many. Flushes.

    A reference is `work_unit` (code or name of the record) or `work_unit_id` (its key). Empty cells take the
    default. Raises `Refused` with a line for each bad row; the caller's transaction must then not be
    committed.
    """
    model = _model(table)
    if table not in importable():
        raise Refused(N_("%(table)s is not master data; it is not imported from a list."), table=table)
    reader = RowReader(session, model)
    added, bad = 0, []
    for row in rows:
        try:
            values = reader.values(row.cells)
            record = model(**values)
            with session.begin_nested():
                session.add(record)
                session.flush()
            added += 1
            if getattr(record, "user_id", None) is not None:
                from models.operations.people.account_office import tell_link  # pulls in mail and notices
                tell_link(record, None, by=None)
        except Refused as refusal:
            bad.append((row.number, str(refusal)))
        except (IntegrityError, StatementError, ValueError) as error:
            bad.append((row.number, _reason(error)))
    if bad:
        raise Refused(N_("Nothing was imported; %(count)s rows are wrong:\n%(lines)s"), count=len(bad),
                      lines="\n".join(f"row {place}: {reason}" for place, reason in bad))
    return added


def _reason(error: Exception) -> str:
    original = getattr(error, "orig", None) or error
    text = str(original).strip()
    return text.splitlines()[0] if text else type(original).__name__


class RowReader:
    """Turns the cells of one table's list into attribute values."""

    def __init__(self, session: Any, model: Any) -> None:
        self.session = session
        mapper = sa.inspect(model)
        self.columns = {attribute.key: attribute.columns[0] for attribute in mapper.column_attrs
                        if attribute.key not in _KEPT and not activity.is_masked(attribute.columns[0])}
        self.references: dict[str, RelationshipProperty[Any]] = {
            relation.key: relation for relation in mapper.relationships
            if not relation.uselist and relation.direction.name == "MANYTOONE"}
        self.found: dict[tuple[str, str], Any] = {}

    def values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        values = self.read(row)
        self.complete(values)
        return values

    def complete(self, values: Mapping[str, Any], wrong: list[Refused] | None = None) -> None:
        """Raises `Refused` when a new record would lack what its table wants; with `wrong`, gathers all of it
        there."""
        faulty = {refusal.field for refusal in wrong or ()}
        for name, column in self.columns.items():
            field = name.removesuffix("_id")
            if name in values or field in values or field in faulty:
                continue
            if not column.nullable and column.default is None and column.server_default is None:
                refusal = Refused(N_("%(name)s is empty"), field=field, name=name)
                if wrong is None:
                    raise refusal
                wrong.append(refusal)

    def read(self, row: Mapping[str, Any], wrong: list[Refused] | None = None) -> dict[str, Any]:
        """The cells that are filled, as attribute values. Raises `Refused`, its `field` the column; with
        `wrong`, gathers what is wrong with any cell there and reads the others."""
        values: dict[str, Any] = {}
        for name, cell in row.items():
            try:
                self._cell(values, name, cell)
            except Refused as refusal:
                if wrong is None:
                    raise
                wrong.append(refusal)
        return values

    def _cell(self, values: dict[str, Any], name: str, cell: Any) -> None:
        if name in self.references:
            if not _empty(cell):
                values[name] = self._referred(name, str(_whole(cell)).strip())
        elif name in self.columns:
            if not _empty(cell):
                values[name] = self._value(name, self.columns[name], cell)
        elif name not in _KEPT:
            raise Refused(N_("there is no column %(name)s"), name=name)

    def _value(self, name: str, column: sa.Column[Any], cell: Any) -> Any:
        try:
            return _read(column.type, cell)
        except (ValueError, InvalidOperation, KeyError):
            kinds = getattr(column.type, "enums", None)
            expected = ", ".join(kinds) if kinds else _kind(column.type)
            raise Refused(N_("%(name)s is “%(cell)s”; it must be %(expected)s"), field=name,
                          name=name, cell=str(cell)[:60], expected=expected) from None
        except Refused as refusal:
            refusal.field = name
            raise

    def _referred(self, name: str, handle: str) -> Any:
        if (name, handle) not in self.found:
            target = self.references[name].mapper
            names = [key for key in _HANDLES if key in target.column_attrs]
            for key in names:
                rows = self.session.scalars(sa.select(target.class_).where(
                    getattr(target.class_, key) == handle).limit(2)).all()
                if len(rows) > 1:
                    raise Refused(N_("%(name)s “%(handle)s” names several; give its key as %(name)s_id"),
                                  field=name,
                                  name=name, handle=handle)
                if rows:
                    self.found[name, handle] = rows[0]
                    break
            else:
                raise Refused(N_("there is no %(name)s “%(handle)s”"), field=name, name=name,
                              handle=handle[:60])
        return self.found[name, handle]


def _empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _whole(cell: Any) -> Any:
    """Spreadsheets keep every number as a float: 12.0 is 12."""
    return int(cell) if isinstance(cell, float | Decimal) and cell == int(cell) else cell


def _kind(kind: Any) -> str:
    """What a cell of that column must be; translated where it is told."""
    if isinstance(kind, ExactDecimal):
        return N_("a number like 1250 or 12,5")
    if isinstance(kind, sa.Boolean):
        return N_("yes or no")
    if isinstance(kind, sa.Date):
        return N_("a day like 2026-11-19")
    return N_("an hour like 09:30") if isinstance(kind, sa.Time) else N_("a whole number")


def _read(kind: Any, cell: Any) -> Any:
    cell = _whole(cell)
    text = str(cell).strip()
    if isinstance(kind, sa.Enum):
        if text not in kind.enums:
            raise ValueError(text)
        return kind.enum_class(text) if kind.enum_class else text
    if isinstance(kind, ExactDecimal):
        return kind.exact(number(cell))
    if isinstance(kind, sa.Boolean):
        if text.lower() not in _TRUE | _FALSE:
            raise ValueError(text)
        return text.lower() in _TRUE
    if isinstance(kind, sa.Integer):
        return int(text)
    if isinstance(kind, sa.Date):
        return day(cell)
    if isinstance(kind, sa.Time):
        return cell if isinstance(cell, time) else time.fromisoformat(text)
    return _text(kind, cell, text)


def _text(kind: Any, cell: Any, text: str) -> str:
    if isinstance(kind, sa.String) and kind.length and kind.length <= MOST_OF_A_CODE:
        spoilt_codes.check_text(cell)
    if isinstance(kind, sa.String) and kind.length and len(text) > kind.length:
        raise Refused(N_("“%(cell)s” is longer than %(most)s letters"), cell=text[:30], most=kind.length)
    # The quote that exports put before a formula is not part of the text.
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text
