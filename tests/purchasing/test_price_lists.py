"""Price lists and contracts: never two prices on one day, a contract before a list before the last price."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db, one_transaction
from models.errors import Refused
from models.operations.core import jobs
from models.operations.purchasing import price_lists, receipts
from models.organisation import Status
from models.outbox import Notice
from models.supplier_prices import PriceKind, SupplierPrice
from tests.purchasing.test_receipts import Cast
from tests.support import factories as make


@pytest.fixture
def cast(session: Any) -> Cast:
    return Cast()


def priced(cast: Cast, item: Any, price: int, first: date, last: date | None, contract: str | None = None,
           **more: Any) -> SupplierPrice:
    more.setdefault("unit", make.unit_of(item))
    more.setdefault("supplier", cast.supplier)
    return make.saved(SupplierPrice(
        item=item, unit_price=Decimal(price), valid_from=first, valid_to=last, contract_number=contract,
        kind=PriceKind.CONTRACT if contract else PriceKind.PRICE_LIST, **more))


def test_two_prices_never_hold_on_one_day(cast: Cast) -> None:
    """The last day of one may not be the first of the next; the day after may. Another unit, least quantity,
    supplier or kind is another price."""
    item, today = make.make_item({"box": "10"}), clock.today()
    later = today + timedelta(days=10)
    priced(cast, item, 100, today, later)
    for first, last in ((later, None), (today, today), (today - timedelta(days=5), today),
                        (today - timedelta(days=5), later + timedelta(days=5))):
        with pytest.raises(sa.exc.IntegrityError, match="ex_supplier_price_days"), db.session.begin_nested():
            priced(cast, item, 90, first, last)
    priced(cast, item, 90, later + timedelta(days=1), None)
    priced(cast, item, 90, today - timedelta(days=5), today - timedelta(days=1))
    priced(cast, item, 950, today, later, unit=make.unit_of(item, "box"))
    priced(cast, item, 80, today, later, minimum_quantity=Decimal(50))
    priced(cast, item, 99, today, later, supplier=make.make_supplier())
    priced(cast, item, 95, today, later, "K-1")


def test_an_overlap_is_told_in_words(cast: Cast) -> None:
    item, today = make.make_item(), clock.today()
    priced(cast, item, 100, today, today)
    with pytest.raises(Refused, match="End that one first") as refusal, one_transaction():
        priced(cast, item, 90, today, today)
    assert refusal.value.field == "valid_from"


def test_a_new_price_of_the_list_ends_the_one_before(cast: Cast) -> None:
    item, today = make.make_item(), clock.today()
    old = priced(cast, item, 100, today - timedelta(days=30), None)
    priced(cast, item, 110, today, None)
    assert old.valid_to == today - timedelta(days=1)


def test_a_contract_goes_before_a_list_before_what_was_paid_last(cast: Cast) -> None:
    """Paid 100 before; the list says 90, the contract 95 until today: an order takes 95 today, 90 tomorrow,
    and what the request estimates once the list is over too."""
    item, today = make.make_item(), clock.today()
    cast.received(cast.sent(cast.order((item, 5, 100))))
    priced(cast, item, 90, today, today + timedelta(days=1))
    priced(cast, item, 95, today, today, "K-1")
    prices = []
    for _day in range(3):
        order = receipts.make_order(cast.request(item), cast.supplier.id, by=cast.buyer)
        prices.append((order.lines[0].unit_price, price_lists.sources(order)[order.lines[0].id].kind))
        clock.freeze(clock.now() + timedelta(days=1))
    assert prices == [(95, "contract"), (90, "price_list"), (100, "last")]


def test_the_best_price_is_the_lowest_of_those_whose_quantity_is_reached(cast: Cast) -> None:
    item, today = make.make_item({"box": "10"}), clock.today()
    one = priced(cast, item, 100, today, None)
    box = priced(cast, item, 900, today, None, unit=make.unit_of(item, "box"), minimum_quantity=Decimal(5))
    held = price_lists.agreed([item.id])[item.id]
    assert price_lists.best(held, cast.supplier.id, Decimal(49)) is one
    assert price_lists.best(held, cast.supplier.id, Decimal(50)) is box
    assert price_lists.best(held, cast.supplier.id + 1, Decimal(50)) is None
    cast.supplier.status = Status.INACTIVE
    db.session.flush()
    assert price_lists.agreed([item.id])[item.id] == []


def test_a_line_above_its_contract_says_by_how_much(client: Any, sign_in: Any, cast: Cast) -> None:
    """Contract 95 less 10 percent: ten at 100 are 145 too many; at the contract's price nothing is said."""
    item, today = make.make_item(), clock.today()
    priced(cast, item, 95, today, today, "K-77", discount=Decimal(10))
    dear, fair = cast.order((item, 10, 100)), cast.order((item, 10, 95))
    fair.lines[0].discount = Decimal(10)
    db.session.flush()
    assert [price_lists.sources(order)[order.lines[0].id].above for order in (dear, fair)] == [145, 0]
    sign_in(client, cast.buyer)
    assert "K-77" in client.get(f"/admin/purchase_order/details/?id={dear.id}").text
    page = client.get(f"/admin/purchase_order/prices?item={item.id}&supplier={cast.supplier.id}").text
    assert "K-77" in page
    assert "85,5" not in page, "the price before the discount, and the discount beside it"


def test_the_form_asks_a_contract_for_its_number_and_end(client: Any, sign_in: Any, cast: Cast) -> None:
    from models.roles import Role
    item, other = make.make_item({"box": "10"}), make.make_item()
    sign_in(client, Role.FACILITIES_STAFF)
    typed = {"supplier": str(cast.supplier.id), "item": str(item.id), "unit": "", "unit_price": "1.250,50",
             "kind": "contract", "minimum_quantity": "1", "valid_from": "2026-01-01", "valid_to": "",
             "contract_number": ""}
    for missing, given in (("contract_number", {}), ("valid_to", {"contract_number": "K-9"}),
                           ("unit", {"contract_number": "K-9", "valid_to": "2026-12-31",
                                     "unit": str(make.unit_of(other).id)})):
        answer = client.post("/admin/supplier_price/new/", data=typed | given)
        assert answer.status_code == 422, missing
        assert f'id="e-{missing}"' in answer.text, missing
    answer = client.post("/admin/supplier_price/new/", data=typed | {"contract_number": "K-9",
                                                                    "valid_to": "2026-12-31"})
    assert answer.status_code == 303
    (price,) = db.session.scalars(sa.select(SupplierPrice)).all()
    assert (price.unit_price, price.unit, price.contract_number) == (
        Decimal("1250.50"), make.unit_of(item), "K-9")


def test_purchasing_is_told_of_a_contract_that_ends_and_that_ended(cast: Cast) -> None:
    """Thirty days before and the day after, each once, though the job runs every day."""
    clock.freeze(clock.now().replace(hour=3))
    item, today = make.make_item(), clock.today()
    priced(cast, item, 95, today, today + timedelta(days=30), "K-1")
    priced(cast, make.make_item(), 95, today, today + timedelta(days=31), "K-2")

    def told() -> list[tuple[str, str]]:
        return sorted({(notice.event, notice.params["number"]) for notice in db.session.scalars(
            sa.select(Notice).where(Notice.event.like("contract_%")))})

    jobs.run(jobs.JOBS["contracts"])
    assert told() == [("contract_ends", "K-1")]
    ends = db.session.scalars(sa.select(Notice).filter_by(event="contract_ends"))
    assert {notice.user_id for notice in ends} == {cast.buyer.id, cast.head.id}
    clock.freeze(clock.now() + timedelta(days=31))
    jobs.run(jobs.JOBS["contracts"])
    assert told() == [("contract_ended", "K-1"), ("contract_ends", "K-1"), ("contract_ends", "K-2")]
    clock.freeze(clock.now() + timedelta(days=1))
    jobs.run(jobs.JOBS["contracts"])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Notice).where(
        Notice.event == "contract_ended", Notice.user_id == cast.buyer.id)) == 2
