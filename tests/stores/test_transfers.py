"""Stock between two stores: it leaves, is on its way, comes or does not, and the books know where it is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.errors import NotAllowed, NotEnoughStock, Refused
from models.items import Item
from models.journal import JournalLine, Posting
from models.operations.core import checks
from models.operations.core.approvals import opened, perform
from models.operations.core.report_kit import REPORTS
from models.operations.stores import transfers
from models.organisation import Setting
from models.outbox import Notice
from models.roles import Role
from models.stock import StockMove, Store, StoreItem
from models.stocktakes import StockTransfer, StockTransferLine
from tests.support import factories as make

LATER = timedelta(days=90)


class Cast:
    """Ten of an item at 10.01 rupiah in the first store, in two batches; nobody has any in the second."""

    def __init__(self) -> None:
        make.make_chart()
        self.clerk, self.other = make.make_user(Role.STORE_STAFF), make.make_user(Role.STORE_STAFF)
        self.head = make.make_user(Role.STORE_HEAD)
        self.first, self.second = make.make_store(), make.make_store()
        self.item = make.make_item(batch_tracked=True)
        make.stock_up(self.first, self.item, 3, "3.00", "A", clock.today() + LATER)
        make.stock_up(self.first, self.item, 7, "7.01", "B", clock.today() + 2 * LATER)

    def drafted(self, *quantities: str | int, **fields: Any) -> StockTransfer:
        document = make.saved(StockTransfer(
            created_by=self.clerk, store=self.first, to_store=self.second, **fields,
            lines=[StockTransferLine(item=self.item, unit=make.unit_of(self.item), quantity=Decimal(each))
                   for each in quantities]))
        opened(document, by=self.clerk)
        perform(document, "submit", by=self.clerk)
        return document

    def sent(self, *quantities: str | int) -> StockTransfer:
        document = self.drafted(*quantities)
        perform(document, "approve", by=self.head)
        return document

    def arrived(self, document: StockTransfer, **said: Any) -> None:
        perform(document, "receive", by=self.other, given_lines={document.lines[0].id: said} if said else {})


@pytest.fixture
def cast(session: Any) -> Any:
    yield Cast()
    session.flush()
    for name, function in checks.CHECKS:
        assert function(session) is None, name


def held(session: Any, store: Store, item: Item) -> tuple[Decimal, Decimal]:
    session.expire_all()
    row = session.scalars(sa.select(StoreItem).filter_by(store_id=store.id, item_id=item.id)).first()
    return (row.quantity, row.value) if row is not None else (Decimal(0), Decimal(0))


def money(session: Any, purpose: Posting) -> Decimal:
    debit, credit = session.execute(sa.select(
        sa.func.sum(JournalLine.debit), sa.func.sum(JournalLine.credit)).filter_by(purpose=purpose)).one()
    return (debit or 0) - (credit or 0)


# ---------------------------------------------------------------- on its way

def test_what_left_is_in_no_store_and_on_the_account_of_what_is_on_its_way(session: Any, cast: Cast) -> None:
    document = cast.sent(4)
    assert document.state == "sent"
    assert document.transferred_on == clock.today()
    assert held(session, cast.first, cast.item) == (6, Decimal("6.01"))
    assert held(session, cast.second, cast.item) == (0, 0)
    assert cast.item.stock_on_hand == 6
    assert money(session, Posting.IN_TRANSIT) == Decimal("4.00")
    assert money(session, Posting.INVENTORY) == Decimal("6.01")
    (row,) = session.execute(REPORTS["in_transit"].select({})).all()
    assert (row.document, row.quantity, row.value) == (document.number, 4, Decimal("4.00"))


def test_what_comes_has_its_batches_and_its_value(session: Any, cast: Cast) -> None:
    make.stock_up(cast.second, cast.item, 1, "100.00", "C", clock.today() + LATER)
    document = cast.sent(4)
    cast.arrived(document)
    assert (document.state, document.received_on) == ("posted", clock.today())
    assert held(session, cast.second, cast.item) == (5, Decimal("104.00"))
    assert cast.item.stock_on_hand == 11
    assert money(session, Posting.IN_TRANSIT) == 0
    moved = session.execute(sa.select(StockMove.kind, StockMove.quantity, StockMove.value).where(
        StockMove.document_type == "stock_transfer").order_by(StockMove.id)).all()
    assert [(kind.value, quantity) for kind, quantity, _ in moved] == [
        ("transfer_out", -3), ("transfer_out", -1), ("transfer_in", 3), ("transfer_in", 1)]
    assert session.execute(REPORTS["in_transit"].select({})).all() == []


def test_the_other_store_is_told_and_not_who_drafted_it_receives(session: Any, cast: Cast) -> None:
    document = cast.sent(4)
    told = set(session.scalars(sa.select(Notice.user_id).where(
        Notice.table_name == "stock_transfer", Notice.waits, Notice.read_at.is_(None))))
    assert {cast.other.id, cast.head.id} <= told
    assert cast.clerk.id not in told
    with pytest.raises(Refused, match="made this document yourself"):
        perform(document, "receive", by=cast.clerk)
    for role in set(Role) - {Role.STORE_STAFF, Role.STORE_HEAD}:
        with pytest.raises(NotAllowed):
            perform(document, "receive", by=make.make_user(role))
    perform(document, "receive", by=cast.head)
    assert document.state == "posted"


def test_between_shelves_of_one_house_both_at_once(session: Any, cast: Cast) -> None:
    make.saved(Setting(key="stock_transfer.receive_follows", value="yes"))
    document = cast.sent(4)
    assert document.state == "posted"
    assert held(session, cast.second, cast.item) == (4, Decimal("4.00"))
    assert [event.transition for event in document.events] == ["create", "submit", "approve", "receive"]


# ---------------------------------------------------------------- what did not come

def test_what_did_not_come_goes_back_at_the_price_at_which_it_left(session: Any, cast: Cast) -> None:
    facilities = make.make_user(Role.FACILITIES_HEAD)
    document = cast.sent(10)
    cast.arrived(document, arrived_quantity=Decimal(8))
    assert held(session, cast.second, cast.item)[0] == 8
    assert held(session, cast.first, cast.item)[0] == 2
    assert sum(held(session, store, cast.item)[1] for store in (cast.first, cast.second)) == Decimal("10.01")
    assert (money(session, Posting.IN_TRANSIT), money(session, Posting.LOSS)) == (0, 0)
    told = session.scalars(sa.select(Notice).where(Notice.event == "transfer_short")).all()
    assert {notice.user_id for notice in told} == {cast.head.id, facilities.id}
    assert f"{cast.item.name} −2" in told[0].params["lines"]


def test_what_is_lost_on_the_way_is_a_loss(session: Any, cast: Cast) -> None:
    document = cast.sent(10)
    cast.arrived(document, arrived_quantity=Decimal(0), is_lost=True)
    assert held(session, cast.first, cast.item) == held(session, cast.second, cast.item) == (0, 0)
    assert money(session, Posting.LOSS) == Decimal("10.01")
    assert money(session, Posting.IN_TRANSIT) == 0
    assert cast.item.stock_on_hand == 0


def test_nobody_is_told_when_all_of_it_came(session: Any, cast: Cast) -> None:
    cast.arrived(cast.sent(4), arrived_quantity=Decimal(4), is_lost=True)
    assert session.scalars(sa.select(Notice).where(Notice.event == "transfer_short")).all() == []
    assert money(session, Posting.LOSS) == 0


@pytest.mark.parametrize("arrived", [-1, 5, "3.5"])
def test_never_more_comes_than_was_sent(session: Any, cast: Cast, arrived: Any) -> None:
    document = cast.sent(4)
    with pytest.raises(Refused), session.begin_nested():
        cast.arrived(document, arrived_quantity=Decimal(arrived))
    assert document.state == "sent"


# ---------------------------------------------------------------- back, and less

@pytest.mark.parametrize("comes", [None, {}, {"arrived_quantity": Decimal(3)},
                                   {"arrived_quantity": Decimal(3), "is_lost": True}])
def test_a_reversed_transfer_leaves_all_as_it_was(session: Any, cast: Cast, comes: Any) -> None:
    document = cast.sent(4)
    if comes is not None:
        cast.arrived(document, **comes)
    with pytest.raises(NotAllowed):
        perform(document, "reverse", by=cast.clerk, reason="the wrong store")
    with pytest.raises(Refused) as refusal:
        perform(document, "reverse", by=cast.head)
    assert refusal.value.field == "reason"
    perform(document, "reverse", by=cast.head, reason="the wrong store")
    assert document.state == "reversed"
    assert held(session, cast.first, cast.item) == (10, Decimal("10.01"))
    assert held(session, cast.second, cast.item) == (0, 0)
    assert [money(session, each) for each in (Posting.IN_TRANSIT, Posting.LOSS)] == [0, 0]


def test_what_was_used_in_the_other_store_is_not_taken_back(session: Any, cast: Cast) -> None:
    document = cast.sent(4)
    cast.arrived(document)
    again = make.saved(StockTransfer(created_by=cast.clerk, store=cast.second, to_store=cast.first, lines=[
        StockTransferLine(item=cast.item, unit=make.unit_of(cast.item), quantity=Decimal(1))]))
    opened(again, by=cast.clerk)
    perform(again, "submit", by=cast.clerk)
    perform(again, "approve", by=cast.head)
    with pytest.raises(Refused, match="used since"), session.begin_nested():
        perform(document, "reverse", by=cast.head, reason="the wrong store")


def test_less_leaves_where_less_is_there(session: Any, cast: Cast) -> None:
    document = cast.drafted(6, 9)
    perform(document, "approve", by=cast.head)
    assert [line.moved_quantity for line in document.lines] == [6, 4]
    assert held(session, cast.first, cast.item) == (0, 0)
    perform(document, "receive", by=cast.other)
    assert held(session, cast.second, cast.item) == (10, Decimal("10.01"))


def test_nothing_leaves_where_nothing_is_there(session: Any, cast: Cast) -> None:
    perform(cast.drafted(10), "approve", by=cast.head)
    document = cast.drafted(1)
    with pytest.raises(NotEnoughStock), session.begin_nested():
        perform(document, "approve", by=cast.head)
    perform(document, "cancel", by=cast.clerk, reason="nothing there")
    assert document.state == "cancelled"


def test_verify_finds_what_is_on_the_way_of_nobody(session: Any, cast: Cast) -> None:
    """A transfer that says it came, and nothing did."""
    document = cast.sent(4)
    with session.begin_nested() as point:
        session.execute(sa.update(StockTransfer).where(StockTransfer.id == document.id).values(
            state="posted"), execution_options={"synchronize_session": False})
        assert transfers.account_of_transit(session) == (Decimal("4.00"), Decimal(0))
        point.rollback()
    assert transfers.account_of_transit(session) is None


# ---------------------------------------------------------------- through the pages

def test_a_clerk_receives_short_on_the_page(client: Any, sign_in: Any, session: Any, cast: Cast) -> None:
    document = cast.sent(4)
    line = document.lines[0].id
    sign_in(client, cast.other)
    page = f"/admin/stock_transfer/{document.id}/receive"
    assert document.number in client.get("/admin/inbox/").text
    text = client.get(page).text
    assert f'name="lines-{line}-arrived_quantity"' in text
    wrong = client.post(page, data={"version": document.version, f"lines-{line}-arrived_quantity": "5"})
    assert wrong.status_code == 422
    assert "antara 0 dan 4" in wrong.text
    done = client.post(page, data={"version": document.version, f"lines-{line}-arrived_quantity": "3"})
    assert done.status_code == 303
    assert held(session, cast.second, cast.item)[0] == 3
    assert "Jumlah sampai" in client.get(f"/admin/stock_transfer/details/?id={document.id}").text


def test_without_a_word_all_of_it_came(client: Any, sign_in: Any, session: Any, cast: Cast) -> None:
    document = cast.sent(4)
    sign_in(client, cast.other)
    answer = client.post(f"/admin/stock_transfer/{document.id}/receive", data={"version": document.version})
    assert answer.status_code == 303
    assert held(session, cast.second, cast.item)[0] == 4
