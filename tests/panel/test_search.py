"""Searching a list by the names of its references, and the remembered menu."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.panel import lists
from models.items import Item
from models.purchasing import PurchaseOrder
from models.roles import Role
from models.stock import StoreItem
from tests.support import factories as make


def listed(client: Any, search: str) -> list[str]:
    page = client.get(f"/admin/store_item/?search={search}").text
    return sorted(re.findall(r'class="code strong" href="[^"]*">([^<]*)<', page))


@pytest.mark.parametrize("few", [200, 1, 0])
def test_search_finds_the_same_by_known_keys_as_by_subquery(
        client: Any, sign_in: Any, session: Any, monkeypatch: Any, few: int) -> None:
    monkeypatch.setattr(lists, "FEW", few)
    north, south = make.make_store(name="Utara"), make.make_store(name="Selatan")
    items = [make.make_item(name=f"Kateter 100%_{number}") for number in range(3)]
    for store in (north, south):
        for item in items:
            make.saved(StoreItem(store=store, item=item))
    sign_in(client, Role.STORE_HEAD)
    assert len(listed(client, "kateter")) == 6
    assert len(listed(client, "kateter+utara")) == 3
    assert len(listed(client, "100%25_2+utara")) == 1
    assert listed(client, "kateter+tidakada") == []


def test_menu_is_the_persons_and_marks_the_open_entry(app: Any, client: Any, sign_in: Any) -> None:
    sign_in(client, Role.ADMIN)
    whole = client.get("/admin/store_request/").text
    assert 'class="active"><a href="/admin/store_request/" aria-current="page"' in whole
    assert 'href="/admin/activity_log/"' in whole
    client.set_cookie("language", "en")
    english = client.get("/admin/supplier/").text
    assert 'class="active"><a href="/admin/supplier/" aria-current="page"' in english
    assert 'class="active"><a href="/admin/store_request/"' not in english
    assert "Suppliers</a>" in english
    other = app.test_client()
    sign_in(other, Role.UNIT_USER)
    page = other.get("/admin/store_request/").text
    assert 'class="active"><a href="/admin/store_request/"' in page
    assert 'href="/admin/activity_log/"' not in page
    assert 'href="/admin/supplier/"' not in page


def test_a_part_of_a_number_is_found_by_its_index(session: Any) -> None:
    if session.connection().dialect.name != "postgresql":
        pytest.skip("SQLite walks the table")
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    wanted = sa.select(PurchaseOrder.id).where(lists.searched(PurchaseOrder, "0123", ()))
    statement = wanted.compile(session.connection(), compile_kwargs={"literal_binds": True})
    plan = session.connection().exec_driver_sql(f"EXPLAIN {statement}").scalars().all()
    assert any("ix_purchase_order_number_part" in line for line in plan), plan


def test_an_item_is_found_by_the_indexes_of_its_words(session: Any) -> None:
    if session.connection().dialect.name != "postgresql":
        pytest.skip("SQLite walks the table")
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    wanted = sa.select(Item.id).where(lists.searched(Item, "sarung", ()))
    statement = wanted.compile(session.connection(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {statement}").scalars())
    for name in ("code", "name", "barcode"):
        assert f"ix_item_{name}_part" in plan, plan
