"""The records that the cells of a list name: by code, number, name, or as exports write them; looked up for
all rows at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from models.errors import N_, Refused
from models.operations.setup.list_cells import whole

#: What stands for a record in a list, first that the table has.
HANDLES = ("code", "number", "name", "unit_name")
#: The same of tables whose rows are called otherwise, or by names that several bear.
HANDLES_OF = {"user": ("email",), "doctor": ("str_number", "name")}
#: Values of one statement.
CHUNK = 500
#: Tables up to this size are read whole for what no column of theirs says (`12-A` for a bed).
MOST_READ_WHOLE = 20_000


def handles(model: Any) -> list[str]:
    """The columns that may stand for a record of `model`, the surest first."""
    every = sa.inspect(model).column_attrs
    return [name for name in HANDLES_OF.get(model.__tablename__, HANDLES) if name in every]


def handle_of(cell: Any) -> str:
    return str(whole(cell)).strip()


def chunks(values: Iterable[Any]) -> Iterable[list[Any]]:
    every = list(values)
    for start in range(0, len(every), CHUNK):
        yield every[start:start + CHUNK]


class Referred:
    """The records of one relationship by what the list calls them."""

    def __init__(self, session: Any, name: str, model: Any, handles: Iterable[str]) -> None:
        self._name = name
        wanted = {handle for handle in handles if handle}
        self._found: dict[str, list[Any]] = {}
        if wanted:
            self._look(session, model, wanted)

    def _look(self, session: Any, model: Any, wanted: set[str]) -> None:
        names = handles(model)
        first = {handle.split(" ", 1)[0] for handle in wanted if " " in handle}
        for name in names:
            column = getattr(model, name)
            # "OBT-1 Parasetamol" is how an item is written: what stands before the blank may be its code
            texts = wanted | first if name == names[0] else wanted
            for some in chunks(sorted(texts)):
                for record in session.scalars(sa.select(model).where(column.in_(some))):
                    text = getattr(record, name)
                    if text in wanted:
                        self._keep(name, names, text, record)
                    elif str(record) in wanted:
                        self._found.setdefault(str(record), []).append(record)
        lacking = wanted - self._found.keys()
        if lacking and session.scalar(sa.select(sa.func.count()).select_from(model)) <= MOST_READ_WHOLE:
            for record in session.scalars(sa.select(model)):
                if (text := str(record).strip()) in lacking:
                    self._found.setdefault(text, []).append(record)

    def _keep(self, name: str, names: list[str], text: str, record: Any) -> None:
        """A code goes before a number, that before a name."""
        held = self._found.setdefault(text, [])
        earlier = names[:names.index(name)]
        if not any(getattr(other, before) == text for other in held for before in earlier) \
                and record not in held:
            held.append(record)

    def get(self, handle: str, item: Any = None) -> Any:
        """The record, of a unit of measure the one of `item`. Raises `Refused` when there is none, or
        several."""
        records = self._found.get(handle, [])
        if item is not None:
            records = [record for record in records if record.item_id == item.id]
        if len(records) > 1:
            raise Refused(N_("%(name)s “%(handle)s” names several; give its key as %(name)s_id"),
                          field=self._name, name=self._name, handle=handle[:60])
        if not records:
            raise Refused(N_("there is no %(name)s “%(handle)s”"), field=self._name, name=self._name,
                          handle=handle[:60])
        return records[0]


class ByKey:
    """The same by their keys, for a column like `category_id`."""

    def __init__(self, session: Any, name: str, model: Any, handles: Iterable[str]) -> None:
        self._name = name
        self._found = by_key(session, model, handles)

    def get(self, handle: str, item: Any = None) -> Any:
        if handle not in self._found or (item is not None and self._found[handle].item_id != item.id):
            raise Refused(N_("there is no %(name)s “%(handle)s”"), field=self._name, name=self._name,
                          handle=handle[:60])
        return self._found[handle]


def by_key(session: Any, model: Any, handles: Iterable[str]) -> dict[str, Any]:
    """The records of these whole keys, by the key as text."""
    key = sa.inspect(model).primary_key[0]
    attribute = getattr(model, sa.inspect(model).get_property_by_column(key).key)
    wanted = sorted({int(handle) for handle in handles if handle.isdecimal() and len(handle) < 16})
    return {str(getattr(record, attribute.key)): record for some in chunks(wanted)
            for record in session.scalars(sa.select(model).where(attribute.in_(some)))}
