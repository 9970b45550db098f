"""Every view of the panel: opens as the rights say, within its scope, in a fixed number of statements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.panel.menu import ON_PAGES, PAGES_IN_MENU
from models import clock
from models.base import db
from models.roles import Role
from tests.support import factories as make
from tests.support.specified_rights import TABLES, openers, readers, who_may

#: A list, whatever it holds: session, roles, rows, counts, and at most two for what a view adds.
MOST_OF_A_LIST = 6
MOST_OF_A_PAGE = 8


@contextmanager
def statements(app: Any) -> Iterator[list[str]]:
    """The SQL of the block, savepoints and BEGIN left out."""
    seen: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            seen.append(statement)

    target = db.engine
    engine = target.engine if isinstance(target, sa.Connection) else target
    sa.event.listen(engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", keep)


@pytest.fixture
def hospital(session: Any) -> dict[str, Any]:
    """A few rows of the tables that journeys use, made so that each row brings references of its own."""
    units = [make.make_work_unit() for _ in range(3)]
    authors = [make.make_user(Role.UNIT_USER, work_unit=unit) for unit in units]
    requests = [make.make_store_request((make.make_item({"box": "10"}), 2), (make.make_item(), 1),
                                        created_by=author)
                for author in authors]
    return {"units": units, "authors": authors, "requests": requests,
            "consultations": [make.make_consultation() for _ in range(3)],
            "suppliers": [make.make_supplier()]}


@pytest.mark.once
@pytest.mark.parametrize("role", list(Role))
def test_what_a_role_reads_opens_and_what_it_makes_has_a_form(app: Any, client: Any, sign_in: Any,
                                                              role: Role) -> None:
    """Every other list, and every page of its rows, is refused: `tests/grids/test_routes.py`."""
    sign_in(client, role)
    for table in TABLES:
        if role not in readers(table):
            continue
        assert client.get(f"/admin/{table}/").status_code == 200, table
        assert client.get(f"/admin/{table}/details/?id=999999").status_code == 404, table
        makes = role in who_may("create", table)
        opens = makes and app.extensions["rawat_panel"][table].can_create
        assert client.get(f"/admin/{table}/new/").status_code == (200 if opens else 403), table
        if not makes:
            assert client.post(f"/admin/{table}/new/", data={}).status_code == 403, table


@pytest.mark.parametrize("table", TABLES)
def test_hostile_addresses_are_no_errors(client: Any, sign_in: Any, table: str) -> None:
    role = Role.ADMIN if Role.ADMIN in readers(table) else min(readers(table))
    sign_in(client, role)
    for id in ("abc", "1,2", "9" * 30, "-1", "0", "1%00", "", "١"):
        assert client.get(f"/admin/{table}/details/?id={id}").status_code == 404
        assert client.get(f"/admin/{table}/edit/?id={id}").status_code in (403, 404)
    for query in ("state=nowhere", "status=nowhere", "store=abc", "sort=password_hash&desc=1", "after=abc",
                  "page_size=9999999", "search=%25%5F%27%22%00", "requested_on_from=yesterday", "start=-5",
                  "before=99999999999999999999", "search=" + "a" * 5000):
        assert client.get(f"/admin/{table}/?{query}").status_code == 200, query


def test_lists_cost_the_same_however_long(app: Any, client: Any, sign_in: Any, hospital: Any) -> None:
    sign_in(client, Role.ADMIN)
    client.get("/admin/")  # the session's own touch, once a minute
    tables = [table for table in TABLES if Role.ADMIN in readers(table)]
    before = {}
    for table in tables:
        with statements(app) as seen:
            client.get(f"/admin/{table}/")
        before[table] = len(seen)
        assert len(seen) <= MOST_OF_A_LIST, (table, seen)
    for _ in range(3):
        make.make_store_request((make.make_item(), 1))
        make.make_consultation()
        make.make_supplier()
    client.get("/admin/")  # writes what the test itself left for the log
    for table in tables:
        with statements(app) as seen:
            client.get(f"/admin/{table}/")
        assert len(seen) <= max(before[table], 5), (table, seen)


def test_pages_of_one_document_cost_the_same_however_many_lines(app: Any, client: Any, sign_in: Any) -> None:
    author = make.make_user(Role.UNIT_USER)
    small = make.make_store_request((make.make_item({"box": "10"}), 1), created_by=author)
    large = make.make_store_request(*((make.make_item({"box": "10"}), 1) for _ in range(12)),
                                    created_by=author)
    sign_in(client, author)
    client.get("/admin/")  # the session's own touch, once a minute
    for page in ("details", "edit"):
        counts = []
        for request in (small, large):
            with statements(app) as seen:
                assert client.get(f"/admin/store_request/{page}/?id={request.id}").status_code == 200
            counts.append(len(seen))
        assert counts[0] == counts[1] <= MOST_OF_A_PAGE
    with statements(app) as seen:
        client.get("/admin/store_request/new/")
    assert len(seen) <= MOST_OF_A_LIST


def bare(answer: Any) -> str:
    """The body without its hidden fields (the token, the address that was asked for)."""
    return re.sub(r'<input type="hidden"[^>]*>', "", answer.text)


def test_another_units_document_does_not_exist(client: Any, sign_in: Any, hospital: Any) -> None:
    mine, other = hospital["requests"][:2]
    sign_in(client, hospital["authors"][0])
    none = client.get("/admin/store_request/details/?id=888888")
    for method, address in (
        ("GET", f"/admin/store_request/details/?id={other.id}"),
        ("GET", f"/admin/store_request/edit/?id={other.id}"),
        ("POST", f"/admin/store_request/edit/?id={other.id}"),
        ("POST", f"/admin/store_request/{other.id}/submit"),
        ("POST", f"/admin/store_request/{other.id}/comment"),
        ("GET", f"/admin/store_request/{other.id}/print"),
    ):
        answer = client.open(address, method=method, data={"version": "1"} if method == "POST" else None)
        assert answer.status_code == 404, address
        assert bare(answer) == bare(none)
    assert client.post("/admin/store_request/delete/", data={"id": other.id}).status_code == 404
    listed = client.get("/admin/store_request/").text
    assert f"/store_request/details/?id={mine.id}\"" in listed
    assert f"/store_request/details/?id={other.id}\"" not in listed
    export = client.get("/admin/store_request/export/csv/").text
    assert hospital["units"][1].name not in export


def test_lookups_are_scoped_and_capped(client: Any, sign_in: Any, hospital: Any) -> None:
    for _ in range(30):
        make.make_item()
    sign_in(client, hospital["authors"][0])
    rows = client.get("/admin/store_request/ajax/lookup/?name=lines-item&query=&limit=5000").json
    assert len(rows) == 20
    units = client.get("/admin/store_request/ajax/lookup/?name=work_unit&query=").json
    assert [row["id"] for row in units] == [hospital["units"][0].id]
    assert client.get("/admin/store_request/ajax/lookup/?name=state").status_code == 404
    assert client.get("/admin/store_request/ajax/lookup/?name=created_by&query=").json == []
    item = hospital["requests"][0].lines[0].item
    texts = [row["text"] for row in client.get(
        f"/admin/store_request/ajax/lookup/?name=lines-unit&item={item.id}").json]
    assert texts[0] == "tablet"
    assert texts[1].startswith("box")
    assert client.post("/admin/store_request/ajax/update/", data={"list_form_pk": 1}).status_code == 404


def test_what_was_typed_whole_comes_first(client: Any, sign_in: Any, hospital: Any) -> None:
    """An m stands in "pemeriksaan" too: size L was offered before the size M that was typed."""
    for size in ("L", "M", "M panjang", "XL"):
        make.make_item(name=f"Sarung tangan pemeriksaan ukuran {size}")
    sign_in(client, hospital["authors"][0])
    found = client.get("/admin/store_request/ajax/lookup/?name=lines-item"
                       "&query=sarung tangan pemeriksaan ukuran m").json
    assert [row["text"].rpartition("ukuran ")[2] for row in found] == ["M", "M panjang", "L", "XL"]


def test_search_means_what_is_typed(client: Any, sign_in: Any) -> None:
    make.make_item(name="Alcohol 70% wipes")
    make.make_item(name="Alcohol swabs")
    sign_in(client, Role.ADMIN)
    found = client.get("/admin/item/?search=70%25").text
    assert "wipes" in found
    assert "swabs" not in found
    assert "swabs" not in client.get("/admin/item/?search=s_abs").text


def test_days_and_states_filter(client: Any, sign_in: Any) -> None:
    tomorrow = make.make_consultation(number="KON/2026/000801")
    day = tomorrow.starts_at.astimezone(clock.zone()).date()
    sign_in(client, Role.ADMIN)

    def shown(query: str) -> bool:
        return tomorrow.number in client.get(f"/admin/consultation/?{query}").text

    assert shown(f"starts_at_from={day}&starts_at_to={day}&state=requested")
    assert not shown(f"starts_at_from={day + timedelta(days=1)}")
    assert not shown(f"starts_at_to={day - timedelta(days=1)}")
    assert not shown("state=completed")
    assert shown(f"doctor={tomorrow.doctor_id}")
    assert not shown(f"doctor={make.make_doctor().id}")


def test_pages_by_key_show_every_row_once(client: Any, sign_in: Any) -> None:
    names = {make.make_item(minimum_stock=index % 3).code for index in range(45)}
    sign_in(client, Role.ADMIN)
    for start in ("/admin/item/", "/admin/item/?sort=minimum_stock",
                  "/admin/item/?sort=minimum_stock&desc=1"):
        seen: list[str] = []
        address: str | None = start
        previous = ""
        while address:
            page = client.get(address).text
            seen += re.findall(r'class="code strong"[^>]*>([^<]+)<', page)
            previous = address
            match = re.search(r'rel="next" href="([^"]+)"', page)
            address = match[1].replace("&amp;", "&") if match else None
        assert set(seen) >= names, start
        assert len(seen) == len(set(seen)), start
        back = re.search(r'rel="prev" href="([^"]+)"', client.get(previous).text)
        assert back
        assert client.get(back[1].replace("&amp;", "&")).status_code == 200


def test_menu_shows_only_what_may_be_opened(client: Any, sign_in: Any) -> None:
    for role in (Role.UNIT_USER, Role.HOUSEKEEPING, Role.ADMIN):
        sign_in(client, role)
        shown = re.findall(r'<li[^>]*><a href="/admin/([a-z_]+)/"', client.get("/admin/home/").text)
        placed = {row[2].split("/")[2] for row in PAGES_IN_MENU}
        tables = set(shown) - {"home", "inbox", "reports", "desk"} - placed
        assert tables == {table for table in TABLES if role in readers(table)} - ON_PAGES


def test_home_inbox_search_open_for_staff_only(client: Any, sign_in: Any) -> None:
    for role in Role:
        sign_in(client, role)
        expected = 200 if role in openers("inbox") else 403
        for address in ("/admin/home/", "/admin/inbox/", "/admin/search?q=ab"):
            assert client.get(address).status_code == expected, (role, address)


def test_no_inline_script_or_style(client: Any, sign_in: Any, hospital: Any) -> None:
    request = hospital["requests"][0]
    sign_in(client, hospital["authors"][0])
    for address in ("/admin/", "/admin/store_request/", "/admin/store_request/new/",
                    f"/admin/store_request/details/?id={request.id}",
                    f"/admin/store_request/edit/?id={request.id}"):
        page = client.get(address)
        assert not re.search(r"\son[a-z]+=|<script(?![^>]*src=)|\sstyle=|<style|javascript:",
                             page.text), address
        assert "'unsafe" not in page.headers["Content-Security-Policy"]


def test_not_signed_in_goes_to_the_door(client: Any) -> None:
    answer = client.get("/admin/store_request/")
    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]


def test_a_list_is_filtered_by_the_day_on_which_something_ends(client: Any, sign_in: Any) -> None:
    """`valid_to_from` is the column `valid_to` from a day on."""
    sign_in(client, sorted(readers("item_substitute"))[0])
    page = client.get("/admin/item_substitute/?valid_to_from=2020-02-03&valid_to_to=2031-01-02")
    assert page.status_code == 200
    assert "3 Feb 2020" in page.text
    assert "2 Jan 2031" in page.text
