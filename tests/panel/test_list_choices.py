"""What a person chooses of the panel: columns, filters by name, the menu, pages by name. None of it widens
what the person may see."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.panel.columns import grows, mapped_tables
from backoffice.panel.lists import ListQuery, read_page
from models import sorted_by
from models.base import db
from models.panel_choices import ChoiceKind, PanelChoice, SavedFilter
from models.people import Language
from models.roles import Role
from tests.grids.test_statements import cost
from tests.support import factories as make
from tests.support import grid
from tests.support.specified_rights import TABLES, readers, who_may

#: What the list of one table costs at most with all columns that it offers.
MOST = 10


def heads(page: Any) -> list[str]:
    return re.findall(r'<th scope="col" class="column-header col-(\w+)', page.text)


def choose(client: Any, table: str, *columns: str, **more: str) -> Any:
    return client.post(f"/admin/{table}/columns", data={"column": list(columns), **more})


def test_columns_are_shown_in_the_chosen_order_to_that_person_alone(client: Any, sign_in: Any) -> None:
    make.make_supplier()
    sign_in(client, make.make_user(Role.PAYABLES))
    before = heads(client.get("/admin/supplier/"))
    assert choose(client, "supplier", "phone", "bank_account").status_code == 303
    assert heads(client.get("/admin/supplier/")) == [before[0], "phone", "bank_account"]
    mine = client.get("/admin/supplier/export/csv/?columns=shown").text.splitlines()[0]
    assert mine.count(",") == 2
    choose(client, "supplier", "phone", reset="1")
    assert heads(client.get("/admin/supplier/")) == before
    choose(client, "supplier", "phone")
    sign_in(client, make.make_user(Role.PAYABLES))
    assert heads(client.get("/admin/supplier/")) == before


def test_a_column_that_the_role_may_not_see_is_never_shown(client: Any, sign_in: Any) -> None:
    """Not offered, not taken, and not shown where it was chosen while the person had another role."""
    make.make_supplier(bank_account="BNI 0009998887")
    head = make.make_user(Role.STORE_HEAD)
    sign_in(client, head)
    page = client.get("/admin/supplier/")
    assert 'value="phone"' in page.text
    assert 'value="bank_account"' not in page.text
    choose(client, "supplier", "bank_account", "phone")
    assert "bank_account" not in heads(client.get("/admin/supplier/"))
    db.session.execute(sa.update(PanelChoice).where(PanelChoice.about == "supplier")
                       .values(value="bank_account,phone"))
    assert heads(client.get("/admin/supplier/"))[1:] == ["phone"]
    assert "0009998887" not in client.get("/admin/supplier/").text


@pytest.mark.once
def test_no_list_offers_keys_secrets_or_what_the_log_masks(app: Any) -> None:
    from models.operations.core.activity import is_masked
    for table in TABLES:
        view = app.extensions["rawat_panel"][table]
        more = set(view.offered_columns) - set(view.column_list)
        wrong = {name for name in more if is_masked(view.every[name].column)
                 or view.every[name].kind in {"long", "json", "binary"} or name in {"id", "version", "nik"}}
        assert not wrong, table


@pytest.mark.once
@pytest.mark.parametrize("part", range(4))
def test_all_columns_cost_the_same_whatever_the_rows(app: Any, client: Any, sign_in: Any, part: int) -> None:
    make.make_chart()
    wrong = {}
    for table in [name for name in TABLES if name != "activity_log"][part::4]:
        view = app.extensions["rawat_panel"][table]
        person = grid.reader(table) or make.make_user(*readers(table))
        make.saved(PanelChoice(user_id=person.id, kind=ChoiceKind.COLUMNS, about=table,
                               value=",".join(view.offered_columns)))
        grid.row_of(mapped_tables()[table])
        sign_in(client, person)
        few = cost(app, client, f"/admin/{table}/")
        for _ in range(3):
            grid.row_of(mapped_tables()[table])
        many = cost(app, client, f"/admin/{table}/")
        if not many <= max(few, 5) <= MOST:
            wrong[table] = (few, many)
    assert wrong == {}


@pytest.mark.once
def test_a_table_that_grows_is_sorted_by_an_index(app: Any, client: Any, sign_in: Any) -> None:
    """Both ways, also after a page: the database sorts no rows. Documents are sorted by number and day."""
    wrong = []
    with app.test_request_context("/admin/"):
        for table in TABLES:
            view = app.extensions["rawat_panel"][table]
            if not grows(view.model):
                continue
            assert view.column_sortable_list <= {
                name for name in view.every if view.every[name].column.name in sorted_by.led(
                    view.model.__table__)}
            if view.is_document:
                assert {"number", view.model.dated} <= view.column_sortable_list, table
            for name in sorted(view.column_sortable_list):
                for descending in (False, True):
                    wrong += [f"{table} by {name}"] if sorts(view, name, descending) else []
    assert not wrong, ", ".join(wrong)


def sorts(view: Any, name: str, descending: bool) -> bool:
    """Whether SQLite would sort rows for this page of the list."""
    kept: list[Any] = []

    class Asked:
        def scalars(self, statement: Any) -> Any:
            kept.append(statement)
            return self

        unique = lambda self: []  # noqa: E731

    from backoffice.panel import lists
    real, lists.db = lists.db, type("Db", (), {"session": Asked()})
    try:
        read_page(view, ListQuery(view, sort=name, descending=descending), sa.select(view.model))
    finally:
        lists.db = real
    if db.engine.dialect.name != "sqlite":
        return False
    plain = kept[0].with_only_columns(view.model.__table__)
    text = str(plain.compile(db.engine, compile_kwargs={"literal_binds": True}))
    return any("TEMP B-TREE" in row[-1] for row in db.session.execute(sa.text(f"EXPLAIN QUERY PLAN {text}")))


def test_empty_values_stand_at_one_end_and_every_row_once(client: Any, sign_in: Any) -> None:
    suppliers = [make.make_supplier(phone=f"08{place:03}" if place % 2 else None) for place in range(50)]
    sign_in(client, Role.ADMIN)
    choose(client, "supplier", "phone")
    for order in ("sort=phone", "sort=phone&desc=1"):
        seen, address = [], f"/admin/supplier/?{order}"
        while address:
            page = client.get(address).text
            seen += re.findall(r'class="code strong"[^>]*>([^<]+)<', page)
            match = re.search(r'rel="next" href="([^"]+)"', page)
            address = match[1].replace("&amp;", "&") if match else ""
        assert sorted(seen) == sorted({supplier.code for supplier in suppliers} | set(seen)), order
        assert len(seen) == len(set(seen)) >= 50, order


# ---------------------------------------------------------------- filters by name


def keep(client: Any, table: str = "item", **data: str) -> Any:
    return client.post(f"/admin/{table}/filters", data={"save": "1", "query": "status=inactive", **data},
                       follow_redirects=True)


def test_a_filter_is_saved_overwritten_made_the_default_and_deleted(client: Any, sign_in: Any) -> None:
    make.make_item()
    sign_in(client, make.make_user(Role.ADMIN))
    assert "Filter “Lama” disimpan." in keep(client, name=" Lama ").text
    keep(client, name="Lama", query="status=active&sort=name&after=3&nonsense=1")
    saved = db.session.scalars(sa.select(SavedFilter)).one()
    assert saved.query == "status=active&sort=name"
    assert "/admin/item/?status=active&amp;sort=name" in client.get("/admin/item/").text
    client.post("/admin/item/filters", data={"default": str(saved.id)})
    answer = client.get("/admin/item/")
    assert (answer.status_code, answer.location) == (302, "/admin/item/?status=active&sort=name")
    whole = client.get("/admin/item/?status=active&sort=name").text
    assert 'href="/admin/item/?all=1"' in whole  # the way to all rows does not lead back to the filter
    assert client.get("/admin/item/?all=1").status_code == 200
    client.post("/admin/item/filters", data={"whole": str(saved.id)})
    assert client.get("/admin/item/").status_code == 200
    client.post("/admin/item/filters", data={"delete": str(saved.id)})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SavedFilter)) == 0


def test_a_filter_without_a_name_or_for_a_strange_role_is_refused(client: Any, sign_in: Any) -> None:
    sign_in(client, make.make_user(Role.STORE_HEAD))
    assert "Tuliskan nama filter" in keep(client, name=" ").text
    assert "peran Anda sendiri" in keep(client, name="x", shared_with="director").text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SavedFilter)) == 0


def test_a_shared_filter_is_opened_by_the_role_on_its_own_rows_and_changed_by_nobody_else(
        client: Any, sign_in: Any) -> None:
    author, colleague = (make.make_user(Role.UNIT_USER, work_unit=make.make_work_unit()) for _ in range(2))
    make.make_store_request((make.make_item(), 1), created_by=author, purpose="Milik penulis")
    sign_in(client, author)
    keep(client, "store_request", name="Draf kita", query="state=draft", shared_with="unit_user")
    keep(client, "store_request", name="Rahasia", query="state=draft")
    saved = db.session.scalars(sa.select(SavedFilter).where(SavedFilter.name == "Draf kita")).one()
    sign_in(client, colleague)
    page = client.get("/admin/store_request/?state=draft").text
    assert "Draf kita" in page
    assert "Rahasia" not in page
    assert 'class="code strong"' not in page
    for act in ("delete", "default"):
        assert client.post("/admin/store_request/filters", data={act: str(saved.id)}).status_code == 404
    sign_in(client, make.make_user(Role.STORE_HEAD))
    assert "Draf kita" not in client.get("/admin/store_request/").text


def test_words_that_may_name_a_patient_are_not_saved(client: Any, sign_in: Any) -> None:
    sign_in(client, make.make_user(Role.ADMIN))
    keep(client, "patient", name="Aktif", query="search=Siti&state=active")
    assert db.session.scalars(sa.select(SavedFilter.query)).one() == "state=active"


# ---------------------------------------------------------------- the menu, and pages by name


def test_pages_are_pinned_and_groups_stay_folded(client: Any, sign_in: Any) -> None:
    sign_in(client, make.make_user(Role.ADMIN))
    pinned = r'<ul class="rw-pinned"><li><a href="/admin/supplier/">'
    assert not re.search(pinned, client.get("/admin/").text)
    assert client.post("/admin/choices/", data={"pin": "supplier"}).status_code == 303
    assert re.search(pinned, client.get("/admin/").text)
    client.post("/admin/choices/", data={"pin": "supplier"})
    assert not re.search(pinned, client.get("/admin/").text)
    assert 'data-group="purchasing">' in client.get("/admin/").text  # long: folded at first
    client.post("/admin/choices/", data={"open": "purchasing", "script": "1"})
    assert 'data-group="purchasing" open>' in client.get("/admin/").text
    client.post("/admin/choices/", data={"fold": "purchasing"})
    assert 'data-group="purchasing">' in client.get("/admin/").text
    assert 'data-group="purchasing" open>' in client.get("/admin/supplier/").text  # where the page stands


def test_nobody_pins_what_the_role_may_not_open(client: Any, sign_in: Any) -> None:
    person = make.make_user(Role.HOUSEKEEPING)
    sign_in(client, person)
    assert client.post("/admin/choices/", data={"pin": "user"}).status_code == 404
    make.saved(PanelChoice(user_id=person.id, kind=ChoiceKind.FAVOURITE, about="user"))
    assert 'href="/admin/user/"' not in client.get("/admin/").text


@pytest.mark.parametrize("language", list(Language))
def test_the_search_box_opens_pages_and_actions_in_both_languages(client: Any, sign_in: Any,
                                                                  language: Language) -> None:
    sign_in(client, make.make_user(Role.STORE_STAFF, language=language))
    for typed in ("permintaan pembelian", "purchase request"):
        page = client.post("/admin/search", data={"q": typed}, follow_redirects=True).text
        assert 'href="/admin/purchase_request/"' in page.partition("h-places")[2]
        assert 'href="/admin/purchase_request/new/"' in page.partition("h-places")[2]


@pytest.mark.parametrize("role", [Role.UNIT_USER, Role.ADMIN, Role.DIRECTOR, Role.HOUSEKEEPING])
def test_the_search_box_offers_only_what_opens(client: Any, sign_in: Any, role: Role) -> None:
    sign_in(client, role)
    addresses = [row[2] for row in client.get("/admin/search/places").json]
    for table in TABLES:
        assert (f"/admin/{table}/new/" in addresses) <= (role in who_may("create", table)), table
        assert (f"/admin/{table}/" in addresses) <= (role in readers(table)), table
    assert len(addresses) == len(set(addresses)) > 5
    assert {client.get(address).status_code for address in addresses[::9]} <= {200, 302}
