"""What runs short: by store and over all stores, without what has expired, and asked for as a person ticks
it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import Conflict, Refused
from models.operations.core import jobs
from models.operations.core.approvals import opened, perform
from models.operations.purchasing.shortages import (
    Wanted,
    lacking,
    make_purchase_requests,
    proposals,
    shortages,
)
from models.organisation import Setting
from models.purchasing import PurchaseRequest, PurchaseRequestLine
from models.roles import Role
from models.stock_levels import StockLevel
from models.stocktakes import StockTransfer, StockTransferLine
from models.supplier_prices import PriceKind, SupplierPrice
from tests.purchasing.test_receipts import Cast
from tests.support import factories as make


@pytest.fixture
def cast(session: Any) -> Cast:
    return Cast()


def short() -> dict[tuple[int, int], Decimal]:
    """What is missing, by item and store."""
    return {(row.item_id, row.store_id): row.shortage for row in db.session.execute(shortages({}))}


def level(store: Any, item: Any, minimum: int, maximum: int | None = None,
          lot: int | None = None) -> StockLevel:
    return make.saved(StockLevel(store=store, item=item, minimum=Decimal(minimum),
                                 maximum=None if maximum is None else Decimal(maximum),
                                 reorder_quantity=None if lot is None else Decimal(lot)))


# ---------------------------------------------------------------- what is short

def test_expired_stock_is_not_stock(cast: Cast) -> None:
    """Minimum 50: 100 that expired yesterday are nothing, 100 that expire today are still there."""
    clock.freeze(clock.now().replace(hour=3))  # the job runs from the morning on
    gone, today = (make.make_item(minimum_stock=50, batch_tracked=True) for _ in range(2))
    make.stock_up(cast.store, gone, 100, 1000, "B1", clock.today() - timedelta(days=1))
    make.stock_up(cast.store, today, 100, 1000, "B1", clock.today())
    assert short() == {(gone.id, cast.store.id): 50}
    assert jobs.run(jobs.JOBS["reorder"]) == "1 purchase requests drafted"


def test_a_store_has_a_minimum_of_its_own(cast: Cast) -> None:
    """Plenty in one store does not help another that is below its own minimum, and a level of nothing asks
    for nothing."""
    item, ward = make.make_item(minimum_stock=10), make.make_store()
    make.stock_up(cast.store, item, 500, 500)
    level(ward, item, 40)
    level(cast.store, item, 500)
    assert short() == {(item.id, ward.id): 40}
    make.stock_up(ward, item, 39, 39)
    assert short() == {(item.id, ward.id): 1}
    make.stock_up(ward, item, 1, 1)
    assert short() == {}


def test_the_items_own_minimum_holds_over_all_stores_beside_those_of_stores(cast: Cast) -> None:
    """100 over all, 20 lie there; the depot lacks 30 of its own: 30 for the depot and the other 50 for the
    house, never 80 and 30."""
    item, depot = make.make_item(minimum_stock=100), make.make_store()
    make.stock_up(cast.store, item, 20, 20)
    level(depot, item, 30)
    assert short() == {(item.id, depot.id): 30, (item.id, cast.store.id): 50}


def test_what_another_store_sent_is_on_its_way_and_not_bought_again(cast: Cast) -> None:
    """The house keeps 60 of its minimum while 25 of them are on the road; the depot lacks 5 of its 30."""
    item, depot = make.make_item(minimum_stock=60), make.make_store()
    make.stock_up(cast.store, item, 60, 60)
    level(depot, item, 30)
    clerk, other = make.make_user(Role.STORE_STAFF), make.make_user(Role.STORE_STAFF)
    transfer = make.saved(StockTransfer(created_by=clerk, store=cast.store, to_store=depot, lines=[
        StockTransferLine(item=item, unit=make.unit_of(item), quantity=Decimal(25))]))
    opened(transfer, by=clerk)
    perform(transfer, "submit", by=clerk)
    perform(transfer, "approve", by=cast.store_head)
    assert short() == {(item.id, depot.id): 5}
    (row,) = db.session.execute(shortages({})).all()
    assert (row.usable, row.in_transit, row.position) == (0, 25, 25)
    perform(transfer, "receive", by=other)
    (row,) = db.session.execute(shortages({})).all()
    assert (row.usable, row.in_transit, row.shortage) == (25, 0, 5)


def test_what_units_wait_for_is_taken_off_once_and_of_their_store(cast: Cast) -> None:
    """On hand 100, minimum 50: an approved request of 50 leaves 50, of 60 leaves 40."""
    item, other = make.make_item(), make.make_store()
    make.stock_up(cast.store, item, 100, 100)
    make.stock_up(other, item, 100, 100)
    level(cast.store, item, 50)
    level(other, item, 50)
    nurse_wants = make.make_store_request((item, 50), store=cast.store)
    perform(nurse_wants, "submit", by=nurse_wants.created_by)
    perform(nurse_wants, "approve", by=cast.store_head)
    assert short() == {}
    more = make.make_store_request((item, 10), store=cast.store)
    perform(more, "submit", by=more.created_by)
    perform(more, "approve", by=cast.store_head)
    assert short() == {(item.id, cast.store.id): 10}


def test_the_database_keeps_the_order_of_levels(cast: Cast) -> None:
    for wrong in ({"minimum": Decimal(-1)}, {"minimum": Decimal(5), "maximum": Decimal(4)},
                  {"reorder_quantity": Decimal(0)}):
        with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
            make.saved(StockLevel(store=cast.store, item=make.make_item(), **wrong))


# ---------------------------------------------------------------- how much

class Row:
    def __init__(self, shortage: int, position: int, maximum: int | None, lot: int | None) -> None:
        self.shortage, self.position = Decimal(shortage), Decimal(position)
        self.maximum = None if maximum is None else Decimal(maximum)
        self.reorder_quantity = None if lot is None else Decimal(lot)


@pytest.mark.parametrize(("shortage", "position", "maximum", "lot", "wanted"), [
    (30, 20, None, None, 30),   # up to the minimum
    (30, 20, 200, None, 180),   # up to the maximum
    (30, 20, None, 25, 50),     # whole lots that reach the minimum
    (30, 20, 200, 50, 150),     # as many lots as fit below the maximum: 20 + 150 = 170, 220 would be too many
    (30, 20, 55, 50, 50),       # the minimum goes first: less than one lot would not reach it
])
def test_how_much_is_proposed(shortage: int, position: int, maximum: int | None, lot: int | None,
                              wanted: int) -> None:
    assert lacking(Row(shortage, position, maximum, lot)) == wanted


def test_the_contract_gives_supplier_price_and_least_quantity(cast: Cast) -> None:
    """Bought last from one supplier, under contract with another, who sells no less than 5 boxes of 10."""
    item = make.make_item({"box": "10"}, minimum_stock=20)
    cast.received(cast.sent(cast.order((item, 5, 100))))
    bound = make.make_supplier()
    make.saved(SupplierPrice(supplier=bound, item=item, unit=make.unit_of(item, "box"),
                             kind=PriceKind.CONTRACT, contract_number="K-1", minimum_quantity=Decimal(5),
                             unit_price=Decimal(900), valid_from=clock.today(), valid_to=clock.today()))
    (row,) = db.session.execute(shortages({})).all()
    proposal = proposals([row])[item.id, cast.store.id]
    assert (row.supplier_id, row.shortage) == (bound.id, 15)
    assert (proposal.quantity, proposal.unit_name, proposal.price) == (50, "tablet", 90)
    clock.freeze(clock.now() + timedelta(days=1))
    (row,) = db.session.execute(shortages({})).all()
    assert row.supplier_id == cast.supplier.id, "the contract is over"
    assert proposals([row])[item.id, cast.store.id].price == 100


# ---------------------------------------------------------------- the page

def test_only_what_is_ticked_is_asked_for_in_the_written_quantity(client: Any, sign_in: Any,
                                                                  cast: Cast) -> None:
    """Of three items of one supplier, one is ticked: nothing else is on the request."""
    items = [make.make_item(minimum_stock=20) for _ in range(3)]
    for item in items:
        cast.received(cast.sent(cast.order((item, 5, 100))))
    sign_in(client, cast.keeper)
    page = client.get("/admin/reports/shortages/").text
    key = f"{items[1].id}-{cast.store.id}"
    assert page.count('name="item"') == 3
    assert f'name="quantity-{key}"' in page
    unit = make.unit_of(items[1]).id
    answer = client.post("/admin/reports/shortages/requests", data={
        "chosen": "1", "item": key, f"quantity-{key}": "12", f"unit-{key}": str(unit),
        f"quantity-{items[0].id}-{cast.store.id}": "99"})
    assert answer.status_code == 303
    (line,) = db.session.scalars(sa.select(PurchaseRequestLine)).all()
    assert (line.item_id, line.quantity, line.supplier_id) == (items[1].id, 12, cast.supplier.id)


def test_nothing_ticked_asks_for_nothing_and_what_was_typed_is_kept(client: Any, sign_in: Any,
                                                                    cast: Cast) -> None:
    item = make.make_item(minimum_stock=20)
    key, unit = f"{item.id}-{cast.store.id}", make.unit_of(item).id
    sign_in(client, cast.keeper)
    assert client.post("/admin/reports/shortages/requests", data={"chosen": "1"}).status_code == 422
    for typed in ("zwölf", "0", "-3", "1,2345"):
        answer = client.post("/admin/reports/shortages/requests", data={
            "chosen": "1", "item": key, f"quantity-{key}": typed, f"unit-{key}": str(unit)})
        assert answer.status_code == 422, typed
        assert f'value="{typed}"' in answer.text
        assert f'id="e-{key}"' in answer.text
    assert not db.session.scalars(sa.select(PurchaseRequest)).all()


def test_what_somebody_asked_for_meanwhile_is_not_asked_for_again(cast: Cast) -> None:
    item = make.make_item(minimum_stock=20)
    key = (item.id, cast.store.id)
    make_purchase_requests(by=cast.keeper, chosen={key: None})
    with pytest.raises(Conflict) as refusal:
        make_purchase_requests(by=cast.keeper, chosen={key: None})
    assert refusal.value.field == f"quantity-{item.id}-{cast.store.id}"


def test_a_unit_of_another_item_is_refused(cast: Cast) -> None:
    item, other = make.make_item(minimum_stock=20), make.make_item()
    with pytest.raises(Refused):
        make_purchase_requests(by=cast.keeper, chosen={
            (item.id, cast.store.id): Wanted(make.unit_of(other).id, Decimal(3))})


def test_the_forecast_proposes_where_the_setting_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A month uses 300, seven days of delivery and thirty between orders: 370 without any error; 20 are
    there."""
    from models.operations.purchasing import forecasts
    from models.operations.stores.forecasting import Forecast
    item = make.make_item(minimum_stock=40)
    make.stock_up(cast.store, item, 20, 20)
    said = Forecast("moving_average", Decimal(300), Decimal(0), Decimal(0), 12)
    monkeypatch.setattr(forecasts, "needs", lambda rows: {
        (row.item_id, row.store_id): forecasts.need(said, 7, 30) for row in rows})
    (row,) = db.session.execute(shortages({})).all()
    assert proposals([row])[item.id, cast.store.id].quantity == 20
    make.saved(Setting(key="reorder.proposal", value="forecast"))
    proposal = proposals([row])[item.id, cast.store.id]
    assert (proposal.quantity, proposal.by) == (350, "forecast")
