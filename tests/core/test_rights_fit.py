"""A row of the rights that does not fit its model is refused when the rights are imported, in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import rights
from models.roles import Role

pytestmark = pytest.mark.once


def row(scope: rights.Scope) -> rights.TableRights:
    return rights.TableRights("inventory", {Role.ADMIN: rights.every, Role.UNIT_USER: scope})


@pytest.mark.parametrize(("table", "scope"), [
    ("item", rights.own_unit), ("item", rights.own_store), ("item", rights.between_units),
    ("item", rights.own_doctor), ("item", rights.own_consultations), ("item", rights.released)])
def test_a_scope_that_needs_a_column_which_the_model_lacks(table: str, scope: rights.Scope) -> None:
    wanted = (rf"RIGHTS lets unit_user read {table} by the scope {scope.__name__}, which needs a column that "
              r"the model lacks: .*'Item' has no attribute")
    with pytest.raises(ValueError, match=wanted):
        rights.refuse_unfit(table, row(scope))


def test_a_scope_that_compares_a_property_of_python() -> None:
    """A delivery's work unit is read off its request: `model.work_unit_id == 7` would be False, no SQL."""
    def of_the_unit(user: object, model: object) -> object:
        return model.work_unit_id == 7  # type: ignore[attr-defined]

    with pytest.raises(ValueError, match=r"delivery_request by the scope of_the_unit, .* that is no column"):
        rights.refuse_unfit("delivery_request", row(of_the_unit))  # type: ignore[arg-type]


def test_a_table_that_no_model_has() -> None:
    with pytest.raises(ValueError, match=r"the table loan, which no model has: .* models/__init__.py"):
        rights.refuse_unfit("loan", row(rights.every))


def test_what_fits_is_taken() -> None:
    rights.refuse_unfit("store_request", row(rights.own_unit))
    rights.refuse_unfit("shelf", row(rights.own_store))
    rights.refuse_unfit("item", row(rights.every))


def test_the_table_itself_is_looked_at_when_it_is_imported() -> None:
    """The same file with another row for categories of items, which have no work unit."""
    source = Path(rights.__file__).read_text(encoding="utf-8")
    row = '    "item_category": _rights("inventory", STAFF, write=MASTER, delete=MASTER),\n'
    assert row in source
    wrong = source.replace(row, '    "item_category": _document(_with_unit(R.ADMIN), ()),\n')
    with pytest.raises(ValueError, match="unit_user read item_category by the scope own_unit"):
        exec(compile(wrong, "rights.py", "exec"), {"__name__": "models.rights"})
