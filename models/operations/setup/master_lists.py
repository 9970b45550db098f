"""Rows of master data from a list: known again by their natural key, looked at and written all at once.

However many rows there are, what they name is read and what they say is written in a few statements; only
where the database refuses is the list halved until the rows that it refuses are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import selectinload

from models.errors import N_, Refused
from models.imports import ListImport
from models.items import Item, UnitConversion
from models.operations.core import bulk, spoilt_codes
from models.operations.core.approvals import opened
from models.operations.core.list_files import Row
from models.operations.setup import import_plan, list_cells, list_layouts
from models.operations.setup.import_plan import Outcome
from models.operations.setup.list_layouts import Layout
from models.operations.setup.list_references import ByKey, Referred, by_key, chunks, handle_of
from models.operations.stores import barcode_rules
from models.people import User
from models.rights import model_of, scope

#: Rows that are tried alone after the database refused them together; more are not looked at.
MOST_TRIED = 100
_DATABASE = (IntegrityError, StatementError, ValueError, OverflowError)


@dataclass
class Draft:
    """One row: what it says, what is wrong with it, the record that it is about."""

    row: Row
    keys: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    wrong: list[Refused] = field(default_factory=list)
    record: Any = None
    is_new: bool = False

    @property
    def number(self) -> int:
        return self.row.number


class MasterList:
    """The rows of a list of `table`, brought by `by` (None: the command line)."""

    def __init__(self, session: Any, table: str, rows: Iterable[Row], *, by: User | None,
                 mark: str | None, brought: ListImport | None = None) -> None:
        self.session, self.table, self.by, self.mark, self.brought = session, table, by, mark, brought
        self.model = model_of(table)
        self.layout: Layout = list_layouts.layout_for(table, by)
        self.columns = list_layouts.attributes(table)
        self.references = list_layouts.references(table)
        self.drafts = [Draft(row) for row in rows]
        self._named: dict[str, Any] = {}

    def apply(self, outcome: Outcome) -> None:
        """Write every row that is not wrong, and say in `outcome` what was done."""
        with self.session.no_autoflush:
            self._look_up()
            self._know()
            for draft in self.drafts:
                self._read(draft, outcome)
            self._only_once()
        self._write([draft for draft in self.drafts if not draft.wrong and (draft.is_new or draft.values)],
                    outcome)
        for draft in self.drafts:
            if draft.wrong:
                outcome.refused(draft.number, *draft.wrong)
            elif not draft.is_new and not draft.values:
                outcome.same += 1

    # ------------------------------------------------------------ what the rows are about

    def _look_up(self) -> None:
        """The records that the rows name, in a few statements."""
        for name, relation in self.references.items():
            for column, kind in ((name, Referred), (f"{name}_id", ByKey)):
                handles = {handle_of(draft.row.cells[column]) for draft in self.drafts
                           if not list_cells.is_empty(draft.row.cells.get(column))
                           and not list_cells.clears(draft.row.cells[column])}
                if handles and name in self.layout.names:
                    self._named[column] = kind(self.session, name, relation.mapper.class_, handles)

    def _know(self) -> None:
        """The key of each row, and the record that has it."""
        for draft in self.drafts:
            for name in self.layout.keys:
                try:
                    self._key(draft, name)
                except Refused as refusal:
                    draft.wrong.append(refusal)
        self._known_by_number()
        whole = [draft for draft in self.drafts
                 if draft.record is None and len(draft.keys) == len(self.layout.keys)]
        if not whole or not self.layout.keys:
            return
        chosen = max(self.layout.keys, key=lambda name: len({_id(draft.keys[name]) for draft in whole}))
        found = {}
        for some in chunks({_id(draft.keys[chosen]) for draft in whole}):
            column = self._attribute(chosen)
            for record in self.session.scalars(self._loading().where(column.in_(some))):
                found[tuple(_id(getattr(record, name)) for name in self.layout.keys)] = record
        for draft in whole:
            draft.record = found.get(tuple(_id(draft.keys[name]) for name in self.layout.keys))

    def _known_by_number(self) -> None:
        """An export holds the record's own number: it tells apart what bears the same name."""
        numbered = [draft for draft in self.drafts if draft.wrong and "id" in self.columns
                    and not list_cells.is_empty(draft.row.cells.get("id"))]
        records = by_key(self.session, self.model, {handle_of(draft.row.cells["id"]) for draft in numbered})
        for draft in numbered:
            record = records.get(handle_of(draft.row.cells["id"]))
            if record is not None and all(
                    list_cells.is_written(getattr(record, name), draft.row.cells.get(name))
                    for name in self.layout.keys):
                draft.record, draft.wrong = record, []
                draft.keys = {name: getattr(record, name) for name in self.layout.keys}

    def _key(self, draft: Draft, name: str) -> None:
        column, cell = self._cell(draft, name)
        if list_cells.is_empty(cell) or list_cells.clears(cell):
            raise Refused(N_("%(name)s is empty"), field=name, name=name)
        draft.keys[name] = self._value(draft, name, column, cell)

    def _loading(self) -> sa.Select[Any]:
        return sa.select(self.model).options(*(
            selectinload(getattr(self.model, name)) for name in self.references))

    def _attribute(self, name: str) -> Any:
        relation = self.references.get(name)
        return getattr(self.model, name) if relation is None else next(iter(relation.local_columns))

    # ------------------------------------------------------------ what they say

    def _cell(self, draft: Draft, name: str) -> tuple[str, Any]:
        """The column that holds it, `category` or `category_id`, and its cell."""
        cells = draft.row.cells
        if name in self.references and list_cells.is_empty(cells.get(name)) and f"{name}_id" in cells:
            return f"{name}_id", cells[f"{name}_id"]
        return name, cells.get(name)

    def _value(self, draft: Draft, name: str, column: str, cell: Any) -> Any:
        if name in self.references:
            return self._named[column].get(handle_of(cell), self._item(draft, name))
        return list_cells.value_of(name, self.columns[name], cell, self.mark)

    def _item(self, draft: Draft, name: str) -> Any:
        """The row's item, which a unit of measure belongs to; None for any other reference."""
        if "item" not in self.references or self.references[name].mapper.class_ is not UnitConversion:
            return None
        return draft.keys.get("item") or draft.values.get("item") or getattr(draft.record, "item", None)

    def _read(self, draft: Draft, outcome: Outcome) -> None:
        """What the row changes, or what it makes."""
        draft.is_new = draft.record is None
        for name in self.layout.columns:
            column, cell = self._cell(draft, name)
            if list_cells.is_empty(cell) or (draft.record is not None and self._stands(draft, name, column,
                                                                                      cell)):
                continue
            try:
                value = self._filled(draft, name, column, cell)
            except Refused as refusal:
                draft.wrong.append(refusal)
                continue
            if draft.record is None or self._standing(draft.record, name) != value:
                draft.values[name] = value
        self._check(draft)
        for name in self.layout.kept:
            cell = draft.row.cells.get(name)
            if name == "version" or list_cells.is_empty(cell):
                continue
            if not self._stands(draft, name, name, cell):
                outcome.note(draft.number, "ignored", name,
                             N_("“%(cell)s” is not taken: the system keeps this column itself"),
                             {"cell": str(cell)[:60]})

    def _stands(self, draft: Draft, name: str, column: str, cell: Any) -> bool:
        """Whether the cell is what an export writes of the record."""
        if draft.record is None:
            return False
        value = self._standing(draft.record, name)
        return list_cells.is_written(value if column == name else _id(value), cell)

    def _standing(self, record: Any, name: str) -> Any:
        """What the record says in that column of the list."""
        return getattr(record, name)

    def _says(self, draft: Draft) -> dict[str, Any]:
        """What a new row says, as the plan keeps it."""
        return {name: getattr(draft.record, name) for name in self.layout.names}

    def _filled(self, draft: Draft, name: str, column: str, cell: Any) -> Any:
        """What a filled cell says; None for the word that empties a value."""
        if not list_cells.clears(cell):
            return self._value(draft, name, column, cell)
        if not self.columns[name].nullable:
            raise Refused(N_("%(name)s cannot be emptied"), field=name, name=name)
        return None

    def _check(self, draft: Draft) -> None:
        """What the table wants of a row, before the database says it."""
        faulty = {refusal.field for refusal in draft.wrong}
        if draft.is_new:
            draft.values = {**draft.keys, **draft.values}
            draft.wrong += [Refused(N_("%(name)s is empty"), field=name, name=name)
                            for name in self.layout.names if name in self.layout.required
                            and draft.values.get(name) is None and name not in faulty]
        for name, value in draft.values.items():
            if name in self.references or value is None or name in faulty:
                continue
            rule = _rules(self.model).get(self.columns[name].name)
            if rule == "positive" and value <= 0:
                draft.wrong.append(Refused(N_("Must be more than 0, for example 6."), field=name))
            elif rule == "not_negative" and value < 0:
                draft.wrong.append(Refused(N_("Must be 0 or more."), field=name))

    # ------------------------------------------------------------ what only one may have

    def _only_once(self) -> None:
        seen: dict[Any, int] = {}
        for draft in self.drafts:
            if self.layout.keys and len(draft.keys) == len(self.layout.keys):
                key = tuple(_id(draft.keys[name]) for name in self.layout.keys)
                if None not in key:  # a record that an export knew by its own number
                    self._refuse_twice(draft, seen, key, self.layout.keys[0])
        for name in self.layout.columns:
            column = self.columns[name]
            if column.unique and name not in self.references:
                self._unique(name)

    def _unique(self, name: str) -> None:
        """Said by the name of the record that has it."""
        drafts = [draft for draft in self.drafts if draft.values.get(name) is not None]
        values = {draft.values[name] for draft in drafts}
        holders: dict[str, str] = {}
        owners = self._owners(name, values)
        if name == "barcode" and self.model in (Item, UnitConversion):
            holders = barcode_rules.holders(self.model, values)
        seen: dict[Any, int] = {}
        for draft in drafts:
            value = draft.values[name]
            owner = owners.get(value)
            other = holders.get(value) or (str(owner) if owner not in (None, draft.record) else None)
            if other is not None:
                draft.wrong.append(Refused(N_("“%(value)s” belongs to %(other)s already"), field=name,
                                           value=str(value)[:60], other=other))
            else:
                self._refuse_twice(draft, seen, value, name)

    def _owners(self, name: str, values: Iterable[Any]) -> dict[Any, Any]:
        """The records that have one of these values, by the value."""
        column = getattr(self.model, name)
        return {getattr(record, name): record for some in chunks(values)
                for record in self.session.scalars(sa.select(self.model).where(column.in_(some)))}

    @staticmethod
    def _refuse_twice(draft: Draft, seen: dict[Any, int], value: Any, name: str) -> None:
        if value in seen:
            draft.wrong.append(Refused(N_("the same stands in row %(row)s already"), field=name,
                                       row=seen[value]))
        seen.setdefault(value, draft.number)

    # ------------------------------------------------------------ written

    def _write(self, drafts: list[Draft], outcome: Outcome) -> None:
        before = {draft.number: ({name: self._standing(draft.record, name) for name in draft.values},
                                 str(draft.record)) for draft in drafts if not draft.is_new}
        self._try(drafts, [0])
        written = [draft for draft in drafts if not draft.wrong]
        self._refuse_outside(written)
        for draft in written:
            if draft.wrong:
                continue
            outcome.touched.append((draft.number, draft.is_new, draft.record))
            if draft.is_new:
                outcome.new += 1
                outcome.rows.append(import_plan.new_row(draft.number, self._says(draft), str(draft.record)))
            else:
                outcome.changed += 1
                was, called = before[draft.number]
                outcome.rows.append(import_plan.changed_row(draft.number, was, draft.values, called))

    def _try(self, drafts: list[Draft], tried: list[int]) -> None:
        """Write them together; where the database refuses that, one half and the other."""
        if not drafts:
            return
        if tried[0] > MOST_TRIED:
            for draft in drafts:
                draft.wrong.append(Refused(N_("not looked at: too many rows before it are wrong")))
            return
        try:
            with self.session.begin_nested():
                self._put_all(drafts)
        except (Refused, *_DATABASE) as error:
            for draft in drafts:
                draft.record = None if draft.is_new else draft.record
            if len(drafts) == 1:
                tried[0] += 1
                drafts[0].wrong.append(error if isinstance(error, Refused) else _reason(self.model, error))
                return
            half = len(drafts) // 2
            self._try(drafts[:half], tried)
            self._try(drafts[half:], tried)

    def _put_all(self, drafts: list[Draft]) -> None:
        """New rows and what others listen to pass through the session, all other changes past it."""
        together: list[Draft] = []
        alone: list[Draft] = []
        for draft in drafts:
            (alone if draft.is_new or list_layouts.is_guarded(self.table, draft.values)
             else together).append(draft)
        for draft in alone:
            self._put(draft)
        self.session.flush()
        for draft in alone:
            if draft.is_new and hasattr(draft.record, "workflow") and self.by is not None:
                opened(draft.record, by=self.by)
        bulk.update_seen([(draft.record, self._kept(draft)) for draft in together])
        self._follow(drafts)

    def _follow(self, drafts: list[Draft]) -> None:
        """What else is to be done once the rows are written."""

    def _kept(self, draft: Draft) -> dict[str, Any]:
        """The values by the columns that keep them."""
        return {self.columns[name].name: _id(value) for name, value in draft.values.items()}

    def _put(self, draft: Draft) -> None:
        if draft.is_new:
            draft.record = self.model(**draft.values)
            self.session.add(draft.record)
        else:
            for name, value in draft.values.items():
                setattr(draft.record, name, value)

    def _refuse_outside(self, drafts: list[Draft]) -> None:
        """A list reaches only what its author sees."""
        criterion = scope(self.by, self.table) if self.by is not None else None
        if criterion is None:
            return
        inside = {str(key) for some in chunks(draft.record.id for draft in drafts)
                  for key in self.session.scalars(sa.select(self.model.id).where(
                      self.model.id.in_(some), criterion))}
        for draft in drafts:
            if str(draft.record.id) not in inside:
                draft.wrong.append(Refused(N_("This belongs to another work unit."),
                                           field=self.layout.keys[0]))


def _id(value: Any) -> Any:
    return sa.inspect(value).identity[0] if hasattr(value, "__mapper__") else value


def doubts(session: Any, table: str, rows: Iterable[Row]) -> list[spoilt_codes.Doubt]:
    """Codes that may have lost zeros in front."""
    return spoilt_codes.of_records(session, model_of(table), rows)


def _rules(model: Any) -> Mapping[str, str]:
    """The simple checks of a table by column: `{"factor": "positive"}`."""
    result: dict[str, str] = {}
    for constraint in model.__table__.constraints:
        if isinstance(constraint, sa.CheckConstraint) and constraint.name:
            named = re.fullmatch(rf"ck_{model.__tablename__}_(\w+?)_(not_negative|positive)",
                                 str(constraint.name))
            if named and named[1] in model.__table__.columns:
                result[named[1]] = named[2]
    return result


def _reason(model: Any, error: Exception) -> Refused:
    text = str(getattr(error, "orig", None) or error)
    result = re.search(rf"ck_{model.__tablename__}_(\w+)", text)
    if result:
        column = next((name for name in sorted(model.__table__.columns.keys(), key=len, reverse=True)
                       if result[1].startswith(name)), None)
        return Refused(N_("does not keep the rule “%(rule)s”"), field=column,
                       rule=result[1].replace("_", " "))
    return Refused(N_("does not fit: %(reason)s"), reason=(text.strip().splitlines() or ["?"])[0][:200])
