"""Mass assignment, for every form: whoever posts every column of a table changes only those that the form
declares."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from wtforms import SelectField

from backoffice.panel.columns import columns_of, mapped_tables
from models.base import db
from models.roles import Role
from tests.support import factories as make
from tests.support import grid
from tests.support.specified_rights import who_may

pytestmark = pytest.mark.once

TABLES = sorted(table for table in grid.tables() if who_may("edit", table) | who_may("create", table))
#: Filled in by the operation that a save is, whatever was posted.
FOLLOWS = {"version", "updated_at", "period_end"}
#: The same of one table: the order's own day, and who wrote the row.
FOLLOWS_IN = {"goods_receipt": {"ordered_on"}, "item_substitute": {"approved_by_id"},
              # a run is dated the last day of its period
              "depreciation_run": {"run_on"}}


def posted(model: Any) -> dict[str, str]:
    """A value for every column and every reference, under both of its names, none of which it has by
    itself."""
    found: dict[str, str] = {}
    for name, column in columns_of(model).items():
        kept = column.column
        if column.relation is not None:
            value: Any = "1"
        elif isinstance(kept.type, sa.Enum) and kept.type.enum_class:
            value = list(kept.type.enum_class)[-1].value
        else:
            value = grid.value_of(kept)
        text = value.isoformat() if isinstance(value, date | datetime | time) else \
            "7" if isinstance(value, int | Decimal) else str(value)
        found |= {name: text, kept.name: text, kept.key: text}
    return found


def typed(field: Any) -> Any:
    """What the browser sends for a field that nobody touched."""
    value = field.data
    if value is None or value is False:
        return ""
    if isinstance(value, list | tuple | set | frozenset):
        return [str(getattr(each, "value", each)) for each in value]
    if hasattr(value, "id"):
        return str(value.id)
    return str(getattr(value, "value", None) or (value if isinstance(field, SelectField) else field._value()))


def snapshot(model: Any, key: Any) -> dict[str, Any]:
    table = model.__table__
    [primary] = table.primary_key.columns
    return dict(db.session.execute(sa.select(table).where(primary == key)).mappings().one())


@pytest.mark.parametrize("table", TABLES)
def test_only_declared_columns_change(app: Any, client: Any, sign_in: Any, table: str) -> None:
    model, view = mapped_tables()[table], app.extensions["rawat_panel"][table]
    if not view.can_edit or not who_may("edit", table):
        pytest.skip("nobody types these")
    make.make_chart()
    record = grid.row_of(model)
    key = view.key(record)
    declared = {view.every[name].column.name for name in view.form_columns}
    role = grid.reader_role(table)
    editor = make.make_user(*{*who_may("edit", table), *([role] if role else [Role.ADMIN])})
    sign_in(client, editor)
    before = snapshot(model, key)
    data: dict[str, Any] = posted(model) | {"version": str(before.get("version", "")), "_save": "1"}
    with app.test_request_context():
        own = view._edit_form_class(formdata=None, obj=db.session.get(model, key), meta={"csrf": False})
        data |= {field.name: typed(field) for field in own.typed}
    if table == "user":
        data["roles_held"] = [role.value for role in record.roles]
    answer = client.post(f"/admin/{table}/edit/?id={key}", data=data)
    assert answer.status_code == 303
    db.session.expire_all()
    after = snapshot(model, key)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= declared | FOLLOWS | FOLLOWS_IN.get(table, set()), changed - declared


@pytest.mark.parametrize("table", sorted(table for table in TABLES if who_may("create", table)))
def test_a_new_record_takes_no_more_than_the_form_asks(app: Any, client: Any, sign_in: Any,
                                                       table: str) -> None:
    """What nobody may type, state, author, number, version, keeps its own value in a record made from every
    column."""
    model, view = mapped_tables()[table], app.extensions["rawat_panel"][table]
    if not view.can_create:
        pytest.skip("nobody types these")
    sign_in(client, make.make_user(sorted(who_may("create", table))[0]))
    client.post(f"/admin/{table}/new/", data=posted(model) | {"id": "4711", "_save": "1"})
    record = db.session.scalars(sa.select(model).order_by(sa.inspect(model).primary_key[0].desc())).first()
    if record is None or "id" not in columns_of(model):
        return
    assert record.id != 4711
    if hasattr(model, "workflow"):
        assert record.state == model.workflow.initial
    for name in ("number", "decided_reason", "approved_at"):
        if name in columns_of(model) and name not in view.form_columns:
            assert getattr(record, name) is None, name
