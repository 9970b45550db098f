"""Every form of the panel: whatever is typed gets an answer at its field, and only declared columns are in
it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.panel.columns import columns_of
from backoffice.panel.forms import LinesField
from models.base import db
from models.documents import Document
from models.roles import Role
from models.settings import SETTINGS
from tests.support import factories as make
from tests.support.specified_rights import TABLES, who_may

pytestmark = pytest.mark.once

GARBAGE = ("", "x", "-1", "9" * 40, "0,0001", "a\x00b", "2026-13-45", "<script>alert(1)</script>", "1e400",
           "NaN", "٣", "' OR 1=1 --")
WRITTEN = [table for table in TABLES if who_may("create", table)]


def author_of(table: str) -> Any:
    return make.make_user(min(who_may("create", table)))


@pytest.mark.parametrize("table", WRITTEN)
def test_garbage_is_a_message(app: Any, client: Any, sign_in: Any, table: str) -> None:
    view = app.extensions["rawat_panel"][table]
    if not view.can_create:
        pytest.skip("nobody types these")
    sign_in(client, author_of(table))
    wants_more_than_text = any(view.every[name].kind not in {"text", "long", "bool"}
                               and not view.every[name].is_optional for name in view.form_columns)
    page = client.get(f"/admin/{table}/new/").text
    names = set(re.findall(r'name="([a-z0-9_-]+)"', page)) - {"csrf_token", "version", "q", "next",
                                                              "_submit", "_save"}
    for garbage in GARBAGE:
        answer = client.post(f"/admin/{table}/new/", data={**dict.fromkeys(names, garbage), "_save": "1"})
        assert answer.status_code == 422 or (answer.status_code == 303 and not wants_more_than_text), (table,
                                                                                                       garbage)
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize("table", WRITTEN)
def test_system_columns_are_in_no_form(app: Any, table: str) -> None:
    view = app.extensions["rawat_panel"][table]
    for name in view.form_columns:
        column = view.every[name].column
        assert column.name not in {"state", "version", "created_by_id", "created_at", "password_hash",
                                   "stock_on_hand", "nik", "nik_index"}, (table, name)
        assert not (issubclass(view.model, Document) and column.name == "number")
    for name in view.typed_lines:
        unbound = getattr(view._create_form_class, name)
        assert unbound.field_class is LinesField
        typed = set(vars(unbound.kwargs["line_form"])) & set(columns_of(unbound.kwargs["model"]))
        assert not typed & {"state", "version", "system_quantity", "variance", "outstanding_quantity",
                            "unit_cost"}
        if "unit" in columns_of(unbound.kwargs["model"]):
            assert "factor" not in typed, (table, typed)


@pytest.mark.parametrize("table", WRITTEN)
def test_forms_hold_no_long_lists(app: Any, client: Any, sign_in: Any, table: str) -> None:
    view = app.extensions["rawat_panel"][table]
    sign_in(client, author_of(table))
    if not view.can_create:
        pytest.skip("nobody types these")
    for _ in range(40):
        make.make_work_unit()
    page = client.get(f"/admin/{table}/new/").text
    longest = max((select.count("<option") for select in re.findall(r"<select.*?</select>", page, re.S)),
                  default=0)
    # The keys of settings are declared in the code: their list does not grow with the data.
    assert longest <= (len(SETTINGS) if table == "setting" else 25)


@pytest.mark.parametrize(("typed", "kept"), [
    ("1.250", 1250), ("1.250,5", "1250.5"), ("1250.5", "1250.5"), ("0,125", "0.125"), ("Rp 1.000", 1000),
    ("7", 7)])
def test_numbers_as_people_write_them(client: Any, sign_in: Any, typed: str, kept: Any) -> None:
    item = make.make_item(precision=3)
    sign_in(client, Role.ADMIN)
    client.set_cookie("language", "id")
    data = {"version": item.version, "code": item.code, "name": item.name, "category": item.category_id,
            "base_unit": item.base_unit, "precision": "3", "status": "active", "minimum_stock": typed}
    assert client.post(f"/admin/item/edit/?id={item.id}", data=data).status_code == 303
    assert item.minimum_stock == Decimal(kept)


def test_a_new_item_has_its_base_unit(client: Any, sign_in: Any) -> None:
    from models.items import Item
    category = make.make_item().category_id
    sign_in(client, Role.ADMIN)
    data = {"code": "NEW-1", "name": "New item", "category": category, "base_unit": "pcs", "precision": "0",
            "minimum_stock": "0", "status": "active", "units-0-unit_name": "box", "units-0-factor": "12"}
    assert client.post("/admin/item/new/", data=data).status_code == 303
    item = db.session.scalars(sa.select(Item).where(Item.code == "NEW-1")).one()
    assert {unit.unit_name: unit.factor for unit in item.units} == {"pcs": 1, "box": 12}


def test_a_line_names_only_documents_that_one_may_read(client: Any, sign_in: Any) -> None:
    order = make.make_purchase_order((make.make_item(), 3, 100))
    person = sign_in(client, Role.FACILITIES_STAFF)
    rows = client.get("/admin/goods_receipt/ajax/lookup/?name=lines-purchase_order_line&query=")
    assert rows.status_code == 403  # drafts no receipts
    sign_in(client, Role.STORE_STAFF)
    rows = client.get("/admin/goods_receipt/ajax/lookup/?name=lines-purchase_order_line&query=").json
    assert order.lines[0].id in [row["id"] for row in rows]
    assert person.id
    sign_in(client, Role.UNIT_USER)
    assert client.get("/admin/goods_receipt/ajax/lookup/?name=lines-purchase_order_line").status_code == 403
    rows = client.get("/admin/unit_return/ajax/lookup/?name=lines-delivery_request_line&query=").json
    assert rows == []
