"""Tables out of the hospital: every row as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

import sqlalchemy as sa

from models.activity import Activity
from models.errors import N_, Refused
from models.operations.core import activity
from models.rights import model_of


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
