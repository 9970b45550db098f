"""No page leads to a refusal: whatever a role is shown as a link on the pages that it may open, opens. None
of these pages says anything in English, by a raw value or by a column's name."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.panel.columns import mapped_tables
from models.operations.core.report_kit import REPORTS
from models.roles import STAFF_ROLES, Role
from tests.support import factories as make
from tests.support import grid, raw_words
from tests.support.specified_rights import TABLES, readers, report_readers

pytestmark = pytest.mark.once

PLACES = ("/admin/home/", "/admin/inbox/", "/admin/notices/", "/admin/reports/", "/admin/rooms/",
          "/admin/housekeeping/", "/admin/care/", "/admin/imports/", "/admin/desk/", "/admin/scan/")


def pages(role: Role, keys: dict[str, Any]) -> Iterator[str]:
    """Every page of the panel's own, each list and one row of it, each report."""
    yield from PLACES
    for table, key in keys.items():
        if role in readers(table):
            yield from (f"/admin/{table}/", f"/admin/{table}/details/?id={key}")
    for key in sorted(REPORTS):
        if role in report_readers(key):
            yield f"/admin/reports/{key}/?item={keys['item']}&batch=L-1"


def links(text: str) -> set[str]:
    return {html.unescape(found) for found in re.findall(r'href="((?:/admin|/asset)/[^"#]*)"', text)}


def opens(role: Role, address: str) -> bool | None:
    """Whether a list, a row or a report opens, by its roles, which other tests hold; None for any other
    page."""
    parts = address.partition("?")[0].strip("/").split("/")
    if parts[:2] == ["admin", "reports"] and len(parts) == 3 and parts[2] in REPORTS:
        return role in report_readers(parts[2])
    if parts[0] == "admin" and len(parts) > 1 and parts[1] in TABLES and parts[2:] in ([], ["details"]):
        return role in readers(parts[1])
    return None


def shape(address: str) -> str:
    """The same page of another record is not asked again."""
    return re.sub(r"[0-9a-f-]{8,}|\d+", "N", address)


@pytest.fixture
def keys(app: Any, session: Any) -> dict[str, Any]:
    """A row of every table, and medicine that moved, so that reports have rows."""
    make.make_chart()
    item = make.make_item(controlled=True, batch_tracked=True, minimum_stock=500)
    make.stock_up(make.make_store(), item, 50, 50_000, "L-1")
    found = {table: app.extensions["rawat_panel"][table].key(grid.row_of(mapped_tables()[table]))
             for table in grid.tables() if table != "activity_log"}
    session.commit()
    return found | {"item": item.id, "activity_log": 1}


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_no_link_leads_to_a_refusal(client: Any, sign_in: Any, keys: dict[str, Any], role: Role) -> None:
    sign_in(client, role)
    seen: set[str] = set()
    wrong, opened = [], 0
    reader = raw_words.Reader()
    foreign: dict[str, str] = {}
    for page in pages(role, keys):
        answer = client.get(page)
        if answer.status_code != 200:
            continue
        opened += 1
        for text in reader.left_in(answer.text):
            foreign.setdefault(text, page)
        for address in sorted(links(answer.text)):
            if shape(address) in seen or "/export/" in address:
                continue
            seen.add(shape(address))
            known = opens(role, address)
            if known is not None:
                status = 200 if known else 403
            else:
                led = client.get(address)
                status = led.status_code
                if status == 200 and led.mimetype == "text/html":
                    for text in reader.left_in(led.text):
                        foreign.setdefault(text, address)
            if status == 403:
                wrong.append(f"{page} leads to {address}")
    assert wrong == []
    assert foreign == {}
    assert opened > 20
