"""Batches: numbers compare without case and blanks; number and expiry are put right with a reason; a batch
that nothing lives on takes a new date; two rows of one batch are joined; found by number everywhere."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import clock
from models.activity import ActivityLog
from models.base import db
from models.errors import Conflict, NotAllowed, Refused
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.operations.ledger import stock
from models.operations.stores import batch_corrections, stores
from models.outbox import Notice
from models.roles import Role
from models.stock import BatchCorrection, MoveKind, StockBalance, StockBatch, StockMove
from models.stocktakes import Stocktake
from tests.stores.test_counting_lists import started
from tests.support import factories as make

DAY = date(2027, 12, 31)
RIGHT = date(2028, 12, 31)


@pytest.fixture
def head(session: Any) -> Any:
    return make.make_user(Role.STORE_HEAD)


@pytest.fixture
def item(session: Any) -> Any:
    return make.make_item(batch_tracked=True)


def batch_of(item: Any, number: str = "BX-1", quantity: int = 10, day: date | None = DAY,
             store: Any = None) -> StockBatch:
    store = store or make.make_store()
    make.stock_up(store, item, quantity, quantity * 100, number, day)
    return db.session.scalars(sa.select(StockBatch).where(
        StockBatch.item_id == item.id).order_by(StockBatch.id.desc())).first()


def wrong() -> list[str]:
    return [name for name, check in checks.CHECKS if name.startswith(("stock", "journal", "batches"))
            and check(db.session) is not None]


# ---------------------------------------------------------------- numbers

@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text("ABCxyz019-/.", min_size=1, max_size=12), st.data())
def test_the_same_number_however_it_is_typed_is_one_batch(session: Any, number: str, data: Any) -> None:
    item = make.make_item()
    spelled = "".join(data.draw(st.sampled_from([character, character.lower(), character.upper(),
                                                 f"{character} "])) for character in number)
    first, second = (stock.batches([(item.id, text, DAY)]) for text in (number, spelled))
    both = stock.batches([(item.id, number, DAY), (item.id, f" {spelled} ", DAY)])
    assert {*first.values(), *second.values(), *both.values()} == {first[item.id, number]}


def test_the_database_itself_keeps_one_row_of_a_number(session: Any, item: Any) -> None:
    session.add(StockBatch(item=item, number="BX-1"))
    session.flush()
    session.add(StockBatch(item=item, number="bx - 1"))
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
    session.rollback()


def test_another_date_is_refused_while_something_lives_and_taken_once_nothing_does(
        session: Any, item: Any, head: Any) -> None:
    make.make_chart()
    store, paper = make.make_store(), make.saved(Stocktake(store=make.make_store(), created_by=head))
    key = stock.batches([(item.id, "BX-1", DAY)])[item.id, "BX-1"]
    stock.receive(paper, store.id, [stock.Incoming(1, item.id, Decimal(5), key, Decimal(500))],
                  kind=MoveKind.RECEIPT, on=clock.today(), by=head,
                  against=stock.against(stock.Posting.RECEIVED_NOT_INVOICED))
    with pytest.raises(Refused) as refused:
        stock.batches([(item.id, "bx-1", RIGHT)])
    assert refused.value.field == "expires_on"
    stock.reverse(paper, on=clock.today(), by=head, reason="Tanggal salah")
    assert stock.batches([(item.id, "bx-1", RIGHT)]) == {(item.id, "bx-1"): key}
    batch = session.get(StockBatch, key)
    assert (batch.number, batch.expires_on) == ("bx-1", RIGHT)
    with pytest.raises(Refused):  # not two dates at once
        stock.batches([(item.id, "BX-1", DAY), (item.id, "bx-1", RIGHT)])


# ---------------------------------------------------------------- put right

def test_the_head_of_store_puts_number_and_expiry_right(client: Any, sign_in: Any, item: Any,
                                                        head: Any) -> None:
    batch = batch_of(item)
    sign_in(client, head)
    own = f"/admin/stock_batch/{batch.id}"
    assert client.get(f"{own}/correct").status_code == 200
    answer = client.post(f"{own}/correct", data={"number": "BX-7", "expires_on": "12/2028",
                                                 "reason": "Salah baca label", "seen": "0"})
    assert answer.status_code == 303
    db.session.expire_all()
    assert (batch.number, batch.expires_on) == ("BX-7", RIGHT)
    row = db.session.scalars(sa.select(BatchCorrection)).one()
    assert (row.number_before, row.expires_before, row.reason) == ("BX-1", DAY, "Salah baca label")
    page = client.get(answer.location)
    assert "Salah baca label" in page.text
    assert "BX-1" in page.text
    logged = db.session.scalars(sa.select(ActivityLog).where(ActivityLog.table_name == "stock_batch")).all()
    assert any("BX-7" in str(entry.properties) for entry in logged)
    assert wrong() == []


@pytest.mark.parametrize(("field", "typed"), [
    ("reason", {"reason": "  "}), ("number", {"number": ""}), ("number", {"number": "x" * 41}),
    ("expires_on", {"expires_on": "31/06/28"}), ("expires_on", {"expires_on": ""}),
    ("number", {"number": " bx-1", "expires_on": "31/12/2027"}), ("number", {"number": "other 2"})])
def test_wrong_corrections_are_told_at_the_field(client: Any, sign_in: Any, item: Any, head: Any, field: str,
                                                 typed: dict[str, str]) -> None:
    batch_of(item, "OTHER2")
    batch = batch_of(item)
    sign_in(client, head)
    given = {"number": "BX-9", "expires_on": "12/2028", "reason": "Label", "seen": "0"} | typed
    if given["number"].strip().lower() == "bx-1":
        given["number"] = "BX-1"
    answer = client.post(f"/admin/stock_batch/{batch.id}/correct", data=given)
    assert answer.status_code == 422
    if field != "reason":
        assert f'id="e-{field}"' in answer.text
    db.session.expire_all()
    assert (batch.number, batch.expires_on) == ("BX-1", DAY)


def test_nobody_else_corrects_and_nobody_overwrites_another(client: Any, sign_in: Any, item: Any,
                                                            head: Any) -> None:
    batch = batch_of(item)
    for role in (Role.STORE_STAFF, Role.FACILITIES_HEAD, Role.ADMIN):
        sign_in(client, role)
        for step in ("correct", "join"):
            assert client.get(f"/admin/stock_batch/{batch.id}/{step}").status_code == 403, role
            assert client.post(f"/admin/stock_batch/{batch.id}/{step}", data={}).status_code == 403
    with pytest.raises(NotAllowed):
        batch_corrections.correct(batch, "X", RIGHT, reason="x", by=make.make_user(Role.STORE_STAFF))
    batch_corrections.correct(batch, "BX-2", RIGHT, reason="satu", by=head, at=0)
    with pytest.raises(Conflict):
        batch_corrections.correct(batch, "BX-3", RIGHT, reason="dua", by=head, at=0)


def test_who_got_goods_under_the_wrong_date_is_listed_and_told(client: Any, sign_in: Any, item: Any,
                                                               head: Any) -> None:
    nurse = make.make_user(Role.UNIT_USER)
    stranger = make.make_user(Role.UNIT_USER)
    store = make.make_store()
    batch = batch_of(item, store=store)
    delivery = delivered(item, store, nurse, 4)
    sign_in(client, head)
    page = client.get(f"/admin/stock_batch/{batch.id}/correct")
    assert delivery.store_request.work_unit.name in page.text
    batch_corrections.correct(batch, "BX-1", RIGHT, reason="Salah baca", by=head)
    told = {notice.user_id for notice in db.session.scalars(
        sa.select(Notice).where(Notice.event == "batch_corrected"))}
    assert nurse.id in told
    assert head.id in told
    assert stranger.id not in told
    page = client.get(f"/admin/stock_batch/details/?id={batch.id}")
    assert delivery.store_request.work_unit.name in page.text


def delivered(item: Any, store: Any, nurse: Any, quantity: int) -> Any:
    """A delivery of the item to the nurse's unit."""
    keeper = make.make_user(Role.STORE_STAFF)
    request = make.make_store_request((item, quantity), created_by=nurse, store=store)
    perform(request, "submit", by=nurse)
    perform(request, "approve", by=make.make_user(Role.STORE_HEAD))
    delivery = stores.make_delivery(request, by=keeper)
    perform(delivery, "submit", by=keeper)
    perform(delivery, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    perform(delivery, "deliver", by=keeper)
    return delivery


# ---------------------------------------------------------------- joined

def test_two_rows_of_one_batch_are_joined(client: Any, sign_in: Any, item: Any, head: Any) -> None:
    store, other_store = make.make_store(), make.make_store()
    right = batch_of(item, "BX-1", 10, RIGHT, store)
    slip = batch_of(item, "BX-l", 5, DAY, store)
    batch_of(item, "BX-l", 3, DAY, other_store)
    worth = db.session.scalar(sa.select(sa.func.sum(StockMove.value)))
    sign_in(client, head)
    answer = client.post(f"/admin/stock_batch/{slip.id}/join",
                         data={"into": right.id, "reason": "Huruf l, bukan angka 1", "seen": "0"})
    assert answer.status_code == 303
    db.session.expire_all()
    held = {(row.store_id, row.batch_id): row.quantity for row in db.session.scalars(
        sa.select(StockBalance).where(StockBalance.item_id == item.id, StockBalance.quantity > 0))}
    assert held == {(store.id, right.id): 15, (other_store.id, right.id): 3}
    assert slip.same_as_id == right.id
    assert db.session.scalar(sa.select(sa.func.sum(StockMove.value))) == worth
    assert wrong() == []
    again = client.post(f"/admin/stock_batch/{slip.id}/join", data={"into": right.id, "reason": "x"})
    assert again.status_code == 422
    assert client.get(f"/admin/stock_batch/details/?id={right.id}").text.count("Huruf l") == 1


def test_batches_of_other_items_or_under_count_are_not_joined(item: Any, head: Any) -> None:
    store = make.make_store()
    one, two = batch_of(item, "A", 1, DAY, store), batch_of(item, "B", 1, DAY, store)
    strange = batch_of(make.make_item(), "A", 1, DAY, store)
    for into in (None, one, strange):
        with pytest.raises(Refused):
            batch_corrections.join(one, into, reason="x", by=head)
    started(make.make_user(Role.STORE_STAFF), store)
    with pytest.raises(Refused, match="counted"):
        batch_corrections.join(one, two, reason="x", by=head)


# ---------------------------------------------------------------- found, and the printed day

def test_a_batch_is_found_by_its_number_anywhere(client: Any, sign_in: Any, item: Any, head: Any) -> None:
    store = make.make_store()
    batch = batch_of(item, "LOT 77X", store=store)
    sign_in(client, head)
    for text in ("LOT 77X", "lot77x", "77x"):
        page = client.get("/admin/search", query_string={"q": text}).text
        assert f"/admin/stock_batch/details/?id={batch.id}" in page, text
        assert item.name in page
    assert "77X" in client.get("/admin/stock_balance/?search=77x").text
    assert "77X" in client.get("/admin/stock_move/?search=77x").text
    assert "LOT 77X" in client.get("/admin/stock_batch/?search=77x").text
    nurse = make.make_user(Role.UNIT_USER)
    delivery = delivered(item, store, nurse, 4)
    assert str(delivery.number) in client.get("/admin/delivery_request/?search=77x").text
    assert str(delivery.number) not in client.get("/admin/delivery_request/?search=78x").text
    recall = client.get("/admin/reports/recall/", query_string={"batch": " lot77X "})
    assert delivery.store_request.work_unit.name in recall.text


@pytest.mark.parametrize(("days", "late"), [(-1, True), (0, False), (1, False)])
def test_goods_are_good_through_the_printed_day(client: Any, sign_in: Any, item: Any, head: Any, days: int,
                                                late: bool) -> None:
    store = make.make_store()
    batch = batch_of(item, day=clock.today() + timedelta(days=days), store=store)
    sign_in(client, head)
    assert ("is-late" in client.get(f"/admin/item/details/?id={item.id}").text) is late
    assert ("is-overdue" in client.get(f"/admin/stock_batch/details/?id={batch.id}").text) is late
    page = client.get("/admin/reports/expiry/").text
    assert item.name in page
    assert ("is-late" in page) is late
    paper = make.saved(Stocktake(store=store, created_by=head))
    take = [stock.Outgoing(1, item.id, Decimal(1))]
    if late:
        with pytest.raises(Refused):
            stock.issue(paper, store.id, take, kind=MoveKind.DELIVERY, on=clock.today(), by=head,
                        against=stock.against(stock.Posting.LOSS))
    else:
        stock.issue(paper, store.id, take, kind=MoveKind.DELIVERY, on=clock.today(), by=head,
                    against=stock.against(stock.Posting.LOSS))


def test_verify_names_a_joined_row_that_still_holds_stock(item: Any, session: Any) -> None:
    """Rows of before that differ by case only are marked by the migration; both keep their stock until the
    head joins them."""
    store = make.make_store()
    first, second = batch_of(item, "A", 1, DAY, store), batch_of(item, "B", 1, DAY, store)
    assert wrong() == []
    session.execute(sa.update(StockBatch).where(StockBatch.id == second.id).values(same_as_id=first.id))
    session.expire_all()
    assert wrong() == ["batches: none that is the same as another holds stock"]
    batch_corrections.join(second, first, reason="Huruf besar", by=make.make_user(Role.STORE_HEAD))
    assert wrong() == []
    assert stock.batches([(item.id, "b", None)])[item.id, "b"] not in (first.id, second.id)
