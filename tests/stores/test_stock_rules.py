"""The tables of stock: factors frozen on lines, precision, and what the database itself refuses."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models import clock
from models.errors import Refused
from models.items import Item
from models.journal import Posting
from models.purchasing import net
from models.settings import DEFAULTS
from models.stock import StockBatch, StockMove, StoreItem
from models.stocktakes import Stocktake, StocktakeLine
from models.store_requests import StoreRequestLine
from tests.support import factories as make


def test_a_line_takes_the_factor_of_its_unit_and_keeps_it(session):
    item = make.make_item({"box": "100"})
    request = make.make_store_request((item, 1))
    line = StoreRequestLine(item=item, unit=make.unit_of(item, "box"), quantity=Decimal(2))
    request.lines.append(line)
    session.flush()
    assert line.base_quantity == 200
    make.unit_of(item, "box").factor = Decimal(50)
    line.quantity = Decimal(3)
    session.flush()
    assert line.base_quantity == 300
    line.unit = make.unit_of(item)
    session.flush()
    assert line.base_quantity == 3


def test_a_unit_of_another_item_is_refused_by_the_database(session):
    item, other = make.make_item(), make.make_item()
    request = make.make_store_request((item, 1))
    with pytest.raises(IntegrityError), session.begin_nested():
        make.saved(StoreRequestLine(store_request=request, item=item, unit=make.unit_of(other),
                                    quantity=Decimal(1)))


@pytest.mark.parametrize(("precision", "quantity", "factor", "base"), [
    (0, "0.5", "100", "50"), (0, "0.333", "100", None), (3, "0.333", "1", "0.333"), (2, "0.333", "1", None),
    (0, "3", "0.5", None), (0, "4", "0.5", "2")])
def test_a_conversion_comes_out_to_the_precision_or_is_refused(session, precision, quantity, factor, base):
    item = make.make_item(precision=precision)
    if base is None:
        with pytest.raises(Refused):
            item.in_base(Decimal(quantity), Decimal(factor))
    else:
        assert item.in_base(Decimal(quantity), Decimal(factor)) == Decimal(base)


@pytest.mark.parametrize("values", [{"quantity": -1}, {"value": -1}, {"quantity": 0, "value": 1}])
def test_a_store_never_holds_less_than_nothing(session, values):
    item, store = make.make_item(), make.make_store()
    row = {"quantity": Decimal(1),
           "value": Decimal(0)} | {key: Decimal(value) for key, value in values.items()}
    with pytest.raises(IntegrityError), session.begin_nested():
        make.saved(StoreItem(store=store, item=item, **row))


def test_a_move_of_a_line_is_posted_once_and_never_changed(session):
    item, store = make.make_item(), make.make_store()
    make.stock_up(store, item, 10, 100)
    move = session.scalars(sa.select(StockMove)).one()
    columns = {column.name: getattr(move, column.name) for column in StockMove.__table__.columns
               if column.name != "id"}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(sa.insert(StockMove.__table__), columns)
    for statement in (sa.update(StockMove.__table__).values(quantity=Decimal(9)),
                      sa.delete(StockMove.__table__)):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(statement)


def test_stock_without_a_batch_never_expires(session):
    item = make.make_item()
    with pytest.raises(IntegrityError), session.begin_nested():
        make.saved(StockBatch(item=item, number="", expires_on=date(2030, 1, 1)))


def test_the_variance_is_what_was_counted_less_what_was_expected(session):
    item, store = make.make_item(), make.make_store()
    count = make.saved(Stocktake(store=store, created_by=make.make_user()))
    line = make.saved(StocktakeLine(stocktake=count, item=item, unit=make.unit_of(item),
                                    system_quantity=Decimal("10.5"), counted_quantity=Decimal(7),
                                    counted_at=clock.now()))
    session.refresh(line)
    assert line.variance == Decimal("-3.5")


@pytest.mark.parametrize("discount", ["-1", "100.01"])
def test_a_discount_is_a_percentage(session, discount):
    order = make.make_purchase_order()
    order.lines[0].discount = Decimal(discount)
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_net_price_takes_the_discount_and_rounds_once():
    assert net(Decimal(3), Decimal("33.33"), Decimal("12.5")) == Decimal("87.49")


def test_the_base_unit_is_always_a_unit_with_factor_one(session):
    item = make.make_item()
    assert [(unit.unit_name, unit.factor) for unit in item.units] == [("tablet", 1)]
    bare = make.saved(Item(code=make.unique("IT"), name="Gauze", base_unit="roll", category=item.category))
    assert [(unit.unit_name, unit.factor) for unit in bare.units] == [("roll", 1)]
    bare.base_unit = "piece"
    session.flush()
    assert [(unit.unit_name, unit.factor) for unit in bare.units] == [("piece", 1)]
    bare.units[0].factor = Decimal(2)
    with pytest.raises(Refused):
        session.flush()


def test_every_posting_has_an_account_of_the_chart():
    with open(Path(__file__).parents[2] / "models/reference/coa_rumah_sakit_blu.csv",
              encoding="utf-8") as file:
        chart = {row["code"] for row in csv.DictReader(file)}
    assert {DEFAULTS.get(f"account.{purpose}") for purpose in Posting} <= chart
