"""`flask verify` finds what is wrong, names the first bad row and exits 1; balances can be rebuilt from the
ledger."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from models.items import Item
from models.stock import StockBalance, StoreItem
from tests.support.factories import make_item, make_store, stock_up


@pytest.fixture
def stocked(session):
    store, item = make_store(), make_item()
    stock_up(store, item, 10, 25_000)
    session.commit()
    return store, item


def test_all_is_well(app, stocked):
    result = app.test_cli_runner().invoke(args=["verify"])
    assert result.exit_code == 0, result.output
    # a role that hangs on one person is worth a warning, and nothing wrong
    assert all(line.startswith(("ok ", "warns ")) for line in result.output.splitlines())


@pytest.mark.parametrize("wrong", [
    sa.update(StockBalance).values(quantity=StockBalance.quantity + 1),
    sa.update(StoreItem).values(value=StoreItem.value + 1),
    sa.update(Item).values(stock_on_hand=Item.stock_on_hand + 1),
], ids=["balance", "value", "on hand"])
def test_a_wrong_row_is_found_and_rebuilt(app, session, stocked, wrong):
    session.execute(wrong.execution_options(synchronize_session=False))
    session.commit()
    result = app.test_cli_runner().invoke(args=["verify"])
    assert result.exit_code == 1
    assert [line for line in result.output.splitlines() if line.startswith("WRONG stock")]
    result = app.test_cli_runner().invoke(args=["verify", "--rebuild-balances"])
    assert result.exit_code == 0, result.output
