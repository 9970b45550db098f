"""What every page of every table costs in SQL: the same whatever the number of rows and of lines."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.panel.columns import mapped_tables
from tests.panel.test_views import statements
from tests.support import factories as make
from tests.support import grid
from tests.support.specified_rights import readers, who_may

pytestmark = pytest.mark.once

MOST_OF_A_LIST, MOST_OF_A_PAGE = 8, 10
#: Reading a clinical record is itself written down, in a transaction before the page is read.
RECORDED = 3
#: An invoice is held against order, receipts and the other invoices of both.
MATCHED = 2
TABLES = [table for table in grid.tables() if table != "activity_log"]  # its rows are the tests' own traces


def cost(app: Any, client: Any, address: str) -> int:
    """Statements of the page, opened once before: what the test wrote is not the page's."""
    assert client.get(address).status_code == 200, address
    with statements(app) as seen:
        assert client.get(address).status_code == 200, address
    return len([each for each in seen
                if "activity_log" not in each or address.startswith("/admin/activity_log")])


@pytest.mark.parametrize("table", TABLES)
def test_lists(app: Any, client: Any, sign_in: Any, table: str) -> None:
    model = mapped_tables()[table]
    make.make_chart()
    grid.row_of(model)
    sign_in(client, grid.reader(table) or make.make_user(*readers(table)))
    few = cost(app, client, f"/admin/{table}/")
    for _ in range(4):
        grid.row_of(model)
    many = cost(app, client, f"/admin/{table}/")
    assert many <= max(few, 5) <= MOST_OF_A_LIST


@pytest.mark.parametrize("table", [table for table in TABLES if grid.reader_role(table) is not None])
def test_details_and_edit(app: Any, client: Any, sign_in: Any, table: str) -> None:
    model = mapped_tables()[table]
    make.make_chart()
    small, large = grid.row_of(model), grid.row_of(model)
    if "lines" in sa.inspect(model).relationships:
        grid.add_lines(small, 1)
        grid.add_lines(large, 12)
    view = app.extensions["rawat_panel"][table]
    keys = [view.key(small), view.key(large)]
    sign_in(client, make.make_user(*{grid.reader_role(table), *who_may("edit", table)}))
    pages = ["details"]
    if who_may("edit", table) and view.can_edit:
        pages.append("edit")
    for page in pages:
        one, twelve = (cost(app, client, f"/admin/{table}/{page}/?id={key}") for key in keys)
        most = MOST_OF_A_PAGE + RECORDED * (table in grid.CLINICAL) + MATCHED * (table == "supplier_invoice")
        assert one == twelve <= most, page


@pytest.mark.parametrize("table", sorted(table for table in TABLES if who_may("create", table)))
def test_new(app: Any, client: Any, sign_in: Any, table: str) -> None:
    sign_in(client, make.make_user(sorted(who_may("create", table))[0]))
    if app.extensions["rawat_panel"][table].can_create:
        assert cost(app, client, f"/admin/{table}/new/") <= MOST_OF_A_LIST
