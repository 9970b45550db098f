"""One field of ticked rows, with the rights, checks, versions and log rows of single edits; a list in
groups."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models.activity import ActivityLog
from models.base import db
from models.items import Item
from models.organisation import Status
from models.roles import Role
from models.stock import StockBalance
from models.store_requests import StoreRequest, Urgency
from tests.grids.test_statements import cost
from tests.panel.test_views import statements
from tests.support import factories as make
from tests.support import grid
from tests.support.specified_rights import who_may


def change(client: Any, table: str, records: list[Any], field: str = "", value: str = "", **more: str) -> Any:
    data: dict[str, Any] = {"rowid": [str(record.id) for record in records], **more}
    data |= {f"version-{record.id}": str(record.version) for record in records if hasattr(record, "version")}
    data |= {"field": field, field: value, "save": "1"} if field else {}
    return client.post(f"/admin/{table}/change/", data=data)


def offered(page: str) -> set[str]:
    choice = page.partition('id="field"')[2].partition("</select>")[0]
    return set(re.findall(r'<option value="(\w+)">', choice))


def test_a_field_of_all_ticked_rows_is_changed_and_each_is_logged(client: Any, sign_in: Any) -> None:
    items = [make.make_item(minimum_stock=3) for _ in range(3)]
    sign_in(client, Role.FACILITIES_STAFF)
    fields = offered(change(client, "item", items).text)
    assert {"minimum_stock", "status", "category"} <= fields
    assert not fields & {"code", "stock_on_hand", "version", "stock_value"}  # unique, or kept by the system
    before = db.session.scalar(sa.select(sa.func.count()).select_from(ActivityLog))
    answer = change(client, "item", items, "minimum_stock", "12,5", back="/admin/item/?search=kasa")
    assert (answer.status_code, answer.location) == (303, "/admin/item/?search=kasa")
    assert [item.minimum_stock for item in items] == [Decimal("12.5")] * 3
    logged = db.session.scalars(sa.select(ActivityLog.properties).order_by(ActivityLog.id)
                                .offset(before)).all()
    assert [set(row["new"]) for row in logged if "new" in row] == [{"minimum_stock"}] * 3


def test_one_bad_row_keeps_all_as_they_were_and_is_named(client: Any, sign_in: Any) -> None:
    fine, stale = make.make_item(), make.make_item()
    sign_in(client, Role.FACILITIES_STAFF)
    seen = {"rowid": [str(fine.id), str(stale.id)], "field": "status", "status": "inactive", "save": "1",
            f"version-{fine.id}": str(fine.version), f"version-{stale.id}": str(stale.version)}
    stale.description = "by another"
    db.session.commit()
    answer = client.post("/admin/item/change/", data=seen)
    assert answer.status_code == 422
    trouble = answer.text.partition('role="alert">')[2].partition("</section>")[0].partition("</form>")[0]
    assert f"{stale}:" in trouble.partition("</div>")[0]
    assert f"{fine}:" not in trouble
    assert {fine.status, stale.status} == {Status.ACTIVE}
    answer = change(client, "item", [fine, stale], "minimum_stock", "-1")
    assert answer.text.count("Harus 0 atau lebih") >= 2
    assert {item.minimum_stock for item in (fine, stale)} == {Decimal(0)}


def test_only_drafts_of_papers_are_changed(client: Any, sign_in: Any) -> None:
    """A sent request stays as it is, and so does the draft that was ticked beside it."""
    author = make.make_user(Role.UNIT_USER, work_unit=make.make_work_unit())
    draft, sent = (make.make_store_request((make.make_item(), 1), created_by=author) for _ in range(2))
    sign_in(client, author)
    client.post(f"/admin/store_request/{sent.id}/submit", data={"version": str(sent.version)})
    db.session.refresh(sent)
    assert sent.state == "submitted"
    answer = change(client, "store_request", [draft, sent], "urgency", "urgent")
    assert answer.status_code == 422
    assert "Hanya draf yang dapat diubah" in answer.text
    assert {draft.urgency, sent.urgency} == {Urgency.NORMAL}
    assert change(client, "store_request", [draft], "urgency", "urgent").status_code == 303
    assert draft.urgency == Urgency.URGENT
    assert len(draft.lines) == 1


def test_rows_and_fields_of_others_stay_theirs(client: Any, sign_in: Any) -> None:
    mine, others = (make.make_user(Role.UNIT_USER, work_unit=make.make_work_unit()) for _ in range(2))
    request = make.make_store_request((make.make_item(), 1), created_by=others)
    sign_in(client, mine)
    answer = change(client, "store_request", [request], "urgency", "urgent")
    assert answer.status_code == 422
    assert str(request.id) not in re.findall(r'name="rowid" value="(\d+)"', answer.text)
    assert request.urgency == Urgency.NORMAL
    own = make.make_store_request((make.make_item(), 1), created_by=mine)
    assert "work_unit" not in offered(change(client, "store_request", [own]).text)
    change(client, "store_request", [own], "created_by_id", str(others.id))
    assert db.session.get(StoreRequest, own.id).created_by_id == mine.id


@pytest.mark.parametrize("role", [Role.UNIT_USER, Role.STORE_HEAD, Role.DIRECTOR, Role.FACILITIES_STAFF])
def test_who_may_not_change_a_row_changes_no_rows(client: Any, sign_in: Any, role: Role) -> None:
    item = make.make_item()
    sign_in(client, make.make_user(role, work_unit=make.make_work_unit()))
    may = role in who_may("edit", "item")
    assert change(client, "item", [item], "status", "inactive").status_code == (303 if may else 403)
    assert (db.session.get(Item, item.id).status == Status.INACTIVE) is may
    assert ("/admin/item/change/" in client.get("/admin/item/?all=1").text) is may


def test_nothing_ticked_and_no_field_are_said(client: Any, sign_in: Any) -> None:
    item = make.make_item()
    sign_in(client, Role.ADMIN)
    assert change(client, "item", []).status_code == 422
    assert change(client, "item", [item], "stock_on_hand", "5").status_code == 200  # asks for a field again
    assert item.stock_on_hand == 0


# ---------------------------------------------------------------- groups


def groups(page: str) -> dict[str, list[str]]:
    """The cells of each group by what it is called."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [[re.sub(r"<[^>]+>", "", cell).strip()
             for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)]
    return {row[0]: row[1:] for row in rows if row}


def test_groups_count_and_sum_in_one_statement_within_filters(app: Any, client: Any, sign_in: Any) -> None:
    store, other = make.make_store(name="Gudang A"), make.make_store(name="Gudang B")
    for where, quantity in ((store, "2.5"), (store, "4"), (other, "10")):
        make.saved(grid.filled(StockBalance, store=where, quantity=Decimal(quantity)))
    sign_in(client, Role.STORE_HEAD)
    client.get("/admin/stock_balance/?group=store")
    with statements(app) as seen:
        page = client.get("/admin/stock_balance/?group=store").text
    assert sum("GROUP BY" in statement for statement in seen) == 1
    found = groups(page)
    assert found[str(store)] == ["2", "6,5"]
    assert found[str(other)] == ["1", "10"]
    assert f"?store={store.id}" in page  # each leads to its rows
    only = client.get(f"/admin/stock_balance/?group=store&store={other.id}").text
    assert list(groups(only)) == [str(other)]
    address = "/admin/stock_balance/?group=store"
    few = cost(app, client, address)
    for _ in range(4):
        make.saved(grid.filled(StockBalance, quantity=Decimal(1)))
    assert cost(app, client, address) == few


def test_groups_hold_only_the_own_rows_and_go_by_month(client: Any, sign_in: Any) -> None:
    mine, others = (make.make_user(Role.UNIT_USER, work_unit=make.make_work_unit()) for _ in range(2))
    for author in (mine, others, others):
        make.make_store_request((make.make_item(), 1), created_by=author)
    sign_in(client, mine)
    assert list(groups(client.get("/admin/store_request/?group=state").text).values()) == [["1"]]
    page = client.get("/admin/store_request/?group=requested_on").text
    assert list(groups(page).values()) == [["1"]]
    assert "requested_on_from=" in page
    assert "requested_on_to=" in page


def test_a_hidden_column_groups_and_sums_nothing(client: Any, sign_in: Any) -> None:
    make.make_supplier()
    sign_in(client, Role.STORE_HEAD)
    for name in ("bank_account", "password_hash", "id", "nonsense"):
        assert 'class="code strong"' in client.get(f"/admin/supplier/?group={name}").text
