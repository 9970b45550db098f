"""Quotations: asked of several suppliers, answered line by line, compared, chosen, ordered."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import NotAllowed, Refused, WrongState
from models.operations.core.approvals import perform
from models.operations.purchasing import price_lists, quotations
from models.operations.purchasing.quotations import Answer
from models.outbox import Outbox
from models.purchasing import PurchaseOrder, PurchaseOrderState, PurchaseRequestState
from models.quotations import QuotationPrice, QuotationRequest, QuotationRequestState
from models.roles import Role
from tests.purchasing.test_receipts import Cast
from tests.support import factories as make


class Asked(Cast):
    """Two items of an approved purchase request, asked of three suppliers."""

    def __init__(self) -> None:
        super().__init__()
        self.items = [make.make_item(), make.make_item()]
        self.wish = self.request(*self.items)  # five of each
        self.suppliers = [make.make_supplier(email=f"s{place}@example.org") for place in range(3)]
        self.asked = quotations.ask_for_request(self.wish, by=self.buyer)
        self.asked.quotations = [quotations.Quotation(supplier=supplier) for supplier in self.suppliers]
        db.session.flush()
        perform(self.asked, "send", by=self.buyer)

    def answer(self, place: int, *prices: int | None, **more: Any) -> None:
        """What supplier `place` takes for each item; None: it cannot."""
        asked = quotations.loaded(self.asked.id)
        quotations.write_answers(asked.quotations[place], {
            line.id: Answer(cannot=True) if price is None else Answer(Decimal(price), days=place + 2)
            for line, price in zip(asked.lines, prices, strict=True)}, by=self.buyer, **more)

    def choose(self, *places: int, **reasons: str) -> None:
        asked = quotations.loaded(self.asked.id)
        quotations.choose(asked, {line.id: asked.quotations[place].id for line, place
                                  in zip(asked.lines, places, strict=True)},
                          {line.id: reasons.get("why", "") for line in asked.lines}, by=self.buyer)


@pytest.fixture
def cast(session: Any) -> Asked:
    return Asked()


def test_open_lines_are_asked_of_who_sold_the_item_or_has_a_price(cast: Asked) -> None:
    """The quantity is what is still open."""
    item = make.make_item()
    cast.received(cast.sent(cast.order((item, 5, 100))))
    wish = cast.request(item)
    asked = quotations.ask_for_request(wish, by=cast.buyer)
    assert [quotation.supplier_id for quotation in asked.quotations] == [cast.supplier.id]
    assert [(line.purchase_request_line_id, line.quantity) for line in asked.lines] == [(wish.lines[0].id, 5)]
    assert asked.store_id == wish.store_id
    with pytest.raises(NotAllowed):
        quotations.ask_for_request(wish, by=cast.head)


def test_it_is_sent_with_a_number_to_each_supplier_and_called_back_before_answers(cast: Asked) -> None:
    assert cast.asked.number is not None
    letters = db.session.scalars(sa.select(Outbox).filter_by(template=quotations.TEMPLATE)).all()
    assert {letter.to_address for letter in letters} == {supplier.email for supplier in cast.suppliers}
    number = cast.asked.number
    perform(cast.asked, "recall", by=cast.buyer)
    perform(cast.asked, "send", by=cast.buyer)
    assert cast.asked.number == number
    cast.answer(0, 10, 10)
    with pytest.raises(Refused, match="answered"):
        perform(cast.asked, "recall", by=cast.buyer)
    perform(cast.asked, "cancel", by=cast.buyer, reason="Not needed")
    with pytest.raises((Refused, WrongState)):
        cast.answer(1, 10, 10)


def test_nobody_asked_is_not_sent(cast: Asked) -> None:
    asked = quotations.ask_for_request(cast.request(make.make_item()), by=cast.buyer)
    asked.quotations = []
    db.session.flush()
    with pytest.raises(Refused, match="supplier"):
        perform(asked, "send", by=cast.buyer)


def test_the_cheapest_of_a_line_and_of_all_lines(cast: Asked) -> None:
    """Five of each: A 10 and 30, B 12 and 20, C 9 and cannot. The first line is cheapest at C (45), the
    second at B (100), all together at B (160); C offered not all."""
    for place, prices in enumerate(((10, 30), (12, 20), (9, None))):
        cast.answer(place, *prices)
    asked = quotations.loaded(cast.asked.id)
    assert [line.cheapest for line in asked.lines] == [45, 100]
    assert [quotation.total for quotation in asked.quotations] == [200, 160, None]
    assert quotations.choose_cheapest(asked) == {asked.lines[0].id: asked.quotations[2].id,
                                                asked.lines[1].id: asked.quotations[1].id}


def test_who_is_not_the_cheapest_needs_a_reason_that_goes_to_the_order(cast: Asked) -> None:
    cast.answer(0, 10, 10)
    cast.answer(1, 12, 9)
    with pytest.raises(Refused) as refusal:
        cast.choose(1, 1)
    assert refusal.value.field == f"reason-{cast.asked.lines[0].id}"
    cast.choose(1, 1, why="One delivery for both")
    (order,) = quotations.decide(quotations.loaded(cast.asked.id), by=cast.buyer)
    assert (order.supplier_id, order.state) == (cast.suppliers[1].id, PurchaseOrderState.DRAFT)
    assert [(line.quantity, line.unit_price) for line in order.lines] == [(5, 12), (5, 9)]
    assert {line.purchase_request_line_id for line in order.lines} == {line.id for line in cast.wish.lines}
    assert order.expected_on == clock.today() + timedelta(days=3)
    assert "One delivery for both" in (order.note or "")
    assert cast.asked.number in order.note
    assert {source.kind for source in price_lists.sources(order).values()} == {"quotation"}
    for step, by in (("submit", cast.buyer), ("approve", cast.head), ("approve_payment", cast.payables),
                     ("send", cast.buyer)):
        perform(order, step, by=by)
    assert cast.wish.state == PurchaseRequestState.DONE


def test_two_winners_are_two_orders(cast: Asked) -> None:
    cast.answer(0, 10, 12)
    cast.answer(1, 11, 9)
    cast.choose(0, 1)
    made = quotations.decide(quotations.loaded(cast.asked.id), by=cast.buyer)
    assert [(order.supplier_id, order.net_total) for order in made] == [
        (cast.suppliers[0].id, 50), (cast.suppliers[1].id, 45)]


def test_what_cannot_be_or_is_over_is_not_chosen(cast: Asked) -> None:
    cast.answer(0, None, 10)
    with pytest.raises(Refused, match="no price") as refusal:
        cast.choose(0, 0)
    assert refusal.value.field == f"chosen-{cast.asked.lines[0].id}"
    cast.answer(0, 10, 10, valid_until=clock.today())
    cast.choose(0, 0)
    clock.freeze(clock.now() + timedelta(days=1))
    with pytest.raises(Refused, match="held until"):
        cast.choose(0, 0)


def test_a_line_without_an_offer_is_left_with_a_reason_and_stays_open(cast: Asked) -> None:
    cast.answer(0, 10, None)
    asked = quotations.loaded(cast.asked.id)
    quotations.choose(asked, {asked.lines[0].id: asked.quotations[0].id}, {}, by=cast.buyer)
    with pytest.raises(Refused) as refusal:
        quotations.decide(quotations.loaded(cast.asked.id), by=cast.buyer)
    assert refusal.value.field == "reason"
    made = quotations.decide(quotations.loaded(cast.asked.id), by=cast.buyer, reason="Nobody has it now")
    assert [len(order.lines) for order in made] == [1]
    assert quotations.ask_for_request(cast.wish, by=cast.buyer).lines[0].item_id == cast.items[1].id


def test_an_order_that_was_dropped_lets_it_be_chosen_anew(cast: Asked) -> None:
    """While the order lives nothing is chosen again; after it is cancelled the other supplier gets it."""
    cast.answer(0, 10, 10)
    cast.answer(1, 11, 11)
    cast.choose(0, 0)
    (order,) = quotations.decide(quotations.loaded(cast.asked.id), by=cast.buyer)
    with pytest.raises(Refused, match="Cancel that order first"):
        perform(quotations.loaded(cast.asked.id), "open_again", by=cast.buyer, reason="No stock")
    with pytest.raises(Refused, match="already"):
        quotations.make_orders(quotations.loaded(cast.asked.id), by=cast.buyer)
    perform(order, "cancel", by=cast.buyer, reason="No stock there")
    perform(quotations.loaded(cast.asked.id), "open_again", by=cast.buyer, reason="No stock")
    cast.choose(1, 1, why="The other has none")
    (again,) = quotations.decide(quotations.loaded(cast.asked.id), by=cast.buyer)
    assert again.supplier_id == cast.suppliers[1].id


def test_one_offer_of_a_line_is_chosen_and_answers_stand_still_afterwards(cast: Asked) -> None:
    """Said by the database."""
    cast.answer(0, 10, 10)
    cast.answer(1, 11, 11)
    cast.choose(0, 0)
    prices = db.session.scalars(sa.select(QuotationPrice).order_by(QuotationPrice.id)).all()
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        db.session.execute(sa.update(QuotationPrice).values(is_chosen=True))
    quotations.decide(quotations.loaded(cast.asked.id), by=cast.buyer)
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        db.session.execute(sa.update(QuotationPrice).where(QuotationPrice.id == prices[0].id)
                           .values(unit_price=Decimal(1)))


# ---------------------------------------------------------------- the page

def test_answers_are_written_compared_and_chosen_on_one_page(client: Any, sign_in: Any, cast: Asked) -> None:
    """What is wrong is said at its field and everything typed is kept; then one press makes the order."""
    asked = quotations.loaded(cast.asked.id)
    (a, b, _c), (first, second) = asked.quotations, asked.lines
    address = f"/admin/quotation_request/{asked.id}/compare"
    sign_in(client, cast.buyer)
    typed = {f"price-{a.id}-{first.id}": "1.250,50", f"days-{a.id}-{first.id}": "x",
             f"price-{a.id}-{second.id}": "20", f"price-{b.id}-{first.id}": "1300",
             f"cannot-{b.id}-{second.id}": "1", f"until-{a.id}": "2099-01-31", f"number-{a.id}": "SP-7"}
    wrong = client.post(address, data=typed | {"save": "1"})
    assert wrong.status_code == 422
    assert 'value="1.250,50"' in wrong.text
    assert f'id="e-days-{a.id}-{first.id}"' in wrong.text
    assert not db.session.scalars(sa.select(QuotationPrice)).all()
    typed[f"days-{a.id}-{first.id}"] = "4"
    assert client.post(address, data=typed | {"cheapest": "1"}).status_code == 303
    page = client.get(address).text
    assert page.count("is-best") == 3, "two lines and the total"
    chosen = {f"chosen-{line.id}": str(a.id) for line in (first, second)}
    version = {"version": str(db.session.get(QuotationRequest, asked.id).version)}
    answer = client.post(address, data=typed | chosen | version | {"decide": "1"})
    (order,) = db.session.scalars(sa.select(PurchaseOrder).filter_by(supplier_id=cast.suppliers[0].id)).all()
    assert answer.status_code == 303
    assert answer.location.endswith(f"/admin/purchase_order/details/?id={order.id}")
    assert [line.unit_price for line in order.lines] == [Decimal("1250.50"), 20]
    assert db.session.get(QuotationRequest, asked.id).state == QuotationRequestState.DONE
    assert client.get(address).status_code == 200
    assert client.get(f"/admin/quotation_request/{asked.id}/comparison.pdf").data.startswith(b"%PDF-")


def test_who_reads_compares_and_only_purchasing_writes(client: Any, sign_in: Any, cast: Asked) -> None:
    address = f"/admin/quotation_request/{cast.asked.id}/compare"
    for role, reads, writes in ((Role.FACILITIES_HEAD, 200, 403), (Role.PAYABLES, 200, 403),
                                (Role.DIRECTOR, 200, 403), (Role.STORE_HEAD, 403, 403),
                                (Role.UNIT_USER, 403, 403), (Role.FACILITIES_STAFF, 200, 303)):
        sign_in(client, role)
        assert client.get(address).status_code == reads, role
        assert client.post(address, data={"save": "1"}).status_code == writes, role


def test_a_letter_shows_no_other_suppliers_price(client: Any, sign_in: Any, cast: Asked) -> None:
    """The print of the document goes to suppliers: neither names nor prices of the others are on it."""
    import io

    from pypdf import PdfReader
    cast.answer(0, 777, 777)
    sign_in(client, cast.buyer)
    paper = client.get(f"/admin/quotation_request/{cast.asked.id}/print").data
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    assert cast.items[0].name in text
    assert "777" not in text
    assert not any(supplier.name in text for supplier in cast.suppliers)


def test_ticked_lines_of_several_requests_are_asked_together(client: Any, sign_in: Any, cast: Asked) -> None:
    wishes = [cast.request(make.make_item()) for _ in range(2)]
    sign_in(client, cast.buyer)
    answer = client.post("/admin/purchase_order/open_lines", data={
        "ask": "1", "line": [str(wish.lines[0].id) for wish in wishes]})
    assert answer.status_code == 303
    asked = db.session.scalars(sa.select(QuotationRequest).order_by(QuotationRequest.id.desc())).first()
    assert {line.item_id for line in asked.lines} == {wish.lines[0].item_id for wish in wishes}
    assert client.post("/admin/purchase_order/open_lines", data={"ask": "1"}).status_code == 422
