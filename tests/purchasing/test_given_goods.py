"""Goods that nobody ordered: a donation, a programme's, an emergency. Whoever receives them does not decide;
they come in at the value that is given, against the account of their source."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import NotAllowed, Refused
from models.goods_receipts import GoodsReceipt, GoodsReceiptLine, GoodsReceiptState, GoodsSource
from models.journal import Posting
from models.operations.core.approvals import opened, perform
from models.operations.purchasing import prices, receipts
from models.roles import Role
from models.stock import StoreItem
from tests.purchasing.test_receipts import Cast, balance
from tests.support import factories as make

S = GoodsSource


def given(cast: Cast, source: S = S.DONATION, price: str = "250", **fields: Any) -> GoodsReceipt:
    """A draft of two packs of 12 of a new item, each worth `price`."""
    item = make.make_item({"pak": "12"})
    named = {"supplier": cast.supplier} if source == S.EMERGENCY else {"source_name": "Yayasan Harapan"}
    author = fields.pop("created_by", cast.keeper)
    receipt = make.saved(GoodsReceipt(
        created_by=author, store=cast.store, source=source, **{**named, **fields},
        lines=[GoodsReceiptLine(item=item, unit=make.unit_of(item, "pak"), received_quantity=Decimal(2),
                                unit_price=Decimal(price))]))
    opened(receipt, by=author)
    return receipt


@pytest.mark.parametrize(("source", "purpose"), [
    (S.DONATION, Posting.DONATION), (S.PROGRAMME, Posting.PROGRAMME),
    (S.EMERGENCY, Posting.RECEIVED_NOT_INVOICED)])
def test_they_come_in_at_the_value_given_against_their_source(session: Any, cast: Cast, source: S,
                                                              purpose: Posting) -> None:
    receipt = given(cast, source)
    perform(receipt, "submit", by=cast.keeper)
    assert receipt.number.startswith("RCV/")
    assert balance(session, Posting.INVENTORY) == 0
    perform(receipt, "approve", by=cast.head)
    assert receipt.state == GoodsReceiptState.POSTED
    assert session.scalars(sa.select(StoreItem)).one().quantity == 24
    assert (balance(session, Posting.INVENTORY), balance(session, purpose)) == (500, -500)
    perform(receipt, "reverse", by=cast.store_head, reason="counted twice")
    assert (balance(session, Posting.INVENTORY), balance(session, purpose)) == (0, 0)


@pytest.mark.parametrize(("source", "missing", "field"), [
    (S.DONATION, {"source_name": " "}, "source_name"), (S.PROGRAMME, {"source_name": None}, "source_name"),
    (S.EMERGENCY, {"supplier": None}, "supplier")])
def test_who_gave_them_is_written(session: Any, cast: Cast, source: S, missing: dict[str, Any],
                                  field: str) -> None:
    with pytest.raises(Refused) as refusal:
        perform(given(cast, source, **missing), "submit", by=cast.keeper)
    assert refusal.value.field == field


def test_goods_without_a_value_are_refused_at_their_line(session: Any, cast: Cast) -> None:
    receipt = given(cast, price="0")
    with pytest.raises(Refused, match="worth") as refusal:
        perform(receipt, "submit", by=cast.keeper)
    assert (refusal.value.field, refusal.value.line) == ("unit_price", receipt.lines[0])


def test_nobody_decides_on_what_he_received(session: Any, cast: Cast) -> None:
    both = make.make_user(Role.STORE_STAFF, Role.FACILITIES_HEAD)
    receipt = given(cast, created_by=both)
    perform(receipt, "submit", by=both)
    with pytest.raises(Refused, match="yourself"):
        perform(receipt, "approve", by=both)
    with pytest.raises(NotAllowed):
        perform(receipt, "approve", by=cast.store_head)


def test_each_kind_goes_its_own_way(session: Any, cast: Cast) -> None:
    with pytest.raises(Refused, match="without an order"):
        perform(given(cast), "post", by=cast.keeper)
    ordered = receipts.make_receipt(cast.sent(cast.order()), by=cast.keeper)
    with pytest.raises(Refused, match="of an order are posted"):
        perform(ordered, "submit", by=cast.keeper)
    assert [step.name for step in ordered.workflow.open_to(ordered, cast.keeper)] == ["post", "cancel"]


def test_it_is_taken_back_rejected_opened_again_and_given_up(session: Any, cast: Cast) -> None:
    receipt = given(cast)
    for name, by, state in (("submit", cast.keeper, "submitted"), ("recall", cast.keeper, "draft"),
                            ("submit", cast.keeper, "submitted"), ("reject", cast.head, "rejected"),
                            ("reopen", cast.keeper, "draft"), ("submit", cast.keeper, "submitted"),
                            ("reject", cast.head, "rejected"), ("cancel", cast.keeper, "cancelled")):
        perform(receipt, name, by=by, reason="Nilainya belum jelas")
        assert receipt.state == state
    assert db.session.scalar(sa.select(sa.func.count(StoreItem.id))) == 0


def test_a_paper_that_waited_over_night_is_posted_on_the_day_of_the_decision(session: Any,
                                                                             cast: Cast) -> None:
    """The item moved meanwhile: that is no reason to refuse, nor to date before it."""
    receipt = given(cast)
    perform(receipt, "submit", by=cast.keeper)
    clock.freeze(clock.now() + timedelta(days=1))
    make.stock_up(cast.store, receipt.lines[0].item, 5, 50)
    perform(receipt, "approve", by=cast.head)
    assert receipt.lines[0].item.stock_on_hand == 29
    clock.freeze(None)


def test_what_was_given_is_no_price_of_a_supplier(session: Any, cast: Cast) -> None:
    """An emergency's is: it will be invoiced."""
    for source, known in ((S.DONATION, 0), (S.EMERGENCY, 1)):
        receipt = given(cast, source)
        perform(receipt, "submit", by=cast.keeper)
        perform(receipt, "approve", by=cast.head)
        item = receipt.lines[0].item_id
        assert len(prices.offers([item])[item]) == known


# ---------------------------------------------------------------- the form


def typed(cast: Cast, **changes: str) -> dict[str, str]:
    item = make.make_item(batch_tracked=True)
    return {"source": "donation", "source_name": "Yayasan Harapan", "store": str(cast.store.id),
            "received_on": clock.today().isoformat(), "lines-0-item": str(item.id),
            "lines-0-received_quantity": "24", "lines-0-unit": str(make.unit_of(item).id),
            "lines-0-unit_price": "1.500,50", "same_batch_number": "H-1", "same_expires_on": "2030-01-31",
            "_submit": "1", **changes}


def test_the_form_asks_for_source_and_worth_and_not_for_an_order(client: Any, sign_in: Any,
                                                                 cast: Cast) -> None:
    sign_in(client, cast.keeper)
    page = client.get("/admin/goods_receipt/new/?source=donation").text
    assert 'name="source_name"' in page
    assert 'name="lines-0-unit_price"' in page
    assert 'name="purchase_order"' not in page
    assert 'name="lines-0-rejected_quantity"' not in page
    ordered = client.get("/admin/goods_receipt/new/").text
    assert 'name="source"' not in ordered
    assert 'name="supplier"' not in ordered
    assert 'name="lines-0-unit_price"' not in ordered


def test_it_is_submitted_from_the_form_and_decided_by_the_head(client: Any, sign_in: Any, cast: Cast) -> None:
    sign_in(client, cast.keeper)
    answer = client.post("/admin/goods_receipt/new/", data=typed(cast))
    assert answer.status_code == 303, answer.text
    receipt = db.session.scalars(sa.select(GoodsReceipt)).one()
    assert (receipt.state, receipt.source, receipt.lines[0].batch_number) == ("submitted", "donation", "H-1")
    sign_in(client, cast.head)
    assert str(receipt.number) in client.get("/admin/inbox/").text
    assert client.post(f"/admin/goods_receipt/{receipt.id}/approve",
                       data={"version": receipt.version}).status_code == 303
    db.session.expire_all()
    assert (receipt.state, receipt.lines[0].net_amount) == ("posted", Decimal("36012.00"))
    page = client.get(f"/admin/goods_receipt/details/?id={receipt.id}").text
    assert "Yayasan Harapan" in page


@pytest.mark.parametrize(("changes", "field"), [
    ({"source_name": ""}, "source_name"), ({"source": "emergency"}, "supplier"),
    ({"source": "theft"}, "source"), ({"lines-0-unit_price": "0"}, "lines-0-unit_price"),
    ({"store": ""}, "store")])
def test_what_is_missing_is_told_at_its_field_and_nothing_typed_is_lost(
        client: Any, sign_in: Any, cast: Cast, changes: dict[str, str], field: str) -> None:
    sign_in(client, cast.keeper)
    answer = client.post("/admin/goods_receipt/new/", data=typed(cast, **changes))
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text
    assert 'value="H-1"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count(GoodsReceipt.id))) == 0
