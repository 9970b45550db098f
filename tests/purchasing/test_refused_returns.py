"""What goes back to a supplier: on the day on which it goes, as much as there is; and a supplier that says
no."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.errors import NotEnoughStock, Refused
from models.journal import Posting
from models.operations.core.approvals import opened, perform
from models.operations.purchasing import receipts
from models.outbox import Outbox
from models.returns import Resolution, Spoilage, SpoilageLine, SupplierReturn
from models.stock import StockMove, StoreItem
from tests.purchasing.test_receipts import Cast, back, balance
from tests.purchasing.test_supplier_returns import came, charged
from tests.support import factories as make
from tests.support import standing_books as standing
from tests.support.standing_papers import some_weeks_later

REFUSED = {"resolution": Resolution.REFUSED, "supplier_reference": "SJ-9"}


def approved(cast: Cast, quantity: int = 4) -> SupplierReturn:
    """So many of ten that came for 100 each may go back."""
    return back(cast, came(cast), quantity)


def use(cast: Cast, document: SupplierReturn, quantity: int) -> None:
    """So many of the item are spoilt meanwhile."""
    item = document.lines[0].item
    other = make.saved(Spoilage(created_by=cast.keeper, store=cast.store, lines=[
        SpoilageLine(item=item, unit=make.unit_of(item), quantity=Decimal(quantity))]))
    opened(other, by=cast.keeper)
    perform(other, "submit", by=cast.keeper)
    perform(other, "approve", by=cast.head)


def lies(session: Any, cast: Cast) -> tuple[Decimal, Decimal]:
    session.expire_all()
    row = session.scalars(sa.select(StoreItem).filter_by(store_id=cast.store.id)).one()
    return row.quantity, row.value


# ---------------------------------------------------------------- it goes

def test_it_is_dated_the_day_on_which_it_goes(session: Any, cast: Cast) -> None:
    document = approved(cast)
    clock.freeze(clock.now() + timedelta(days=1))
    use(cast, document, 1)
    clock.freeze(clock.now() + timedelta(days=1))
    perform(document, "send", by=cast.keeper)
    assert document.returned_on == clock.today()
    assert set(session.scalars(sa.select(StockMove.moved_on).where(
        StockMove.document_type == "supplier_return",
        StockMove.document_id == document.id))) == {clock.today()}


def test_it_goes_though_its_month_is_closed(session: Any, cast: Cast) -> None:
    document = approved(cast)
    some_weeks_later()
    perform(document, "send", by=cast.keeper)
    assert (document.state, document.returned_on) == ("sent", clock.today())


def test_as_much_goes_as_is_there(session: Any, cast: Cast) -> None:
    """Six were approved, three are left."""
    document = approved(cast, 6)
    use(cast, document, 7)
    perform(document, "send", by=cast.keeper)
    line = document.lines[0]
    assert (line.quantity, line.moved_quantity) == (6, 3)
    assert lies(session, cast) == (0, 0)
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == -700


def test_nothing_goes_where_nothing_is_there(session: Any, cast: Cast) -> None:
    document = approved(cast)
    use(cast, document, 10)
    with pytest.raises(NotEnoughStock, match="Nothing of"), session.begin_nested():
        perform(document, "send", by=cast.keeper)
    perform(document, "cancel", by=cast.buyer, reason="they were spoilt")
    assert document.state == "cancelled"


@pytest.mark.parametrize("said", [-1, 5, "0.5"])
def test_never_more_goes_than_was_approved(session: Any, cast: Cast, said: Any) -> None:
    document = approved(cast)
    with pytest.raises(Refused) as refusal, session.begin_nested():
        perform(document, "send", by=cast.keeper,
                given_lines={document.lines[0].id: {"moved_quantity": Decimal(said)}})
    assert said == "0.5" or refusal.value.field == "moved_quantity"
    assert document.state == "approved"


def test_what_did_not_go_can_go_with_another_return(session: Any, cast: Cast) -> None:
    document = approved(cast)
    perform(document, "send", by=cast.keeper,
            given_lines={document.lines[0].id: {"moved_quantity": Decimal(1)}})
    rest = receipts.make_return(document.lines[0].goods_receipt, by=cast.buyer)
    assert rest.lines[0].quantity == 9


def test_an_approved_return_is_given_up_with_a_reason(session: Any, cast: Cast) -> None:
    document = approved(cast)
    with pytest.raises(Refused):
        perform(document, "cancel", by=cast.buyer)
    perform(document, "cancel", by=cast.buyer, reason="they were used")
    assert document.state == "cancelled"
    assert lies(session, cast) == (10, 1000)


def test_the_supplier_is_written_to_once(session: Any, cast: Cast) -> None:
    cast.supplier.email = "gudang@pemasok.example"
    document = approved(cast)
    perform(document, "send", by=cast.keeper)
    mail = session.scalars(sa.select(Outbox).where(Outbox.template == "supplier_return_sent")).one()
    assert (mail.to_address, mail.document_type, mail.document_id) == (
        "gudang@pemasok.example", "supplier_return", document.id)


# ---------------------------------------------------------------- the supplier says no

@pytest.mark.parametrize("invoiced", [False, True])
def test_refused_goods_come_back_at_the_price_at_which_they_left(session: Any, cast: Cast,
                                                                 invoiced: bool) -> None:
    """All is as before they went, and they can go back again."""
    receipt = came(cast)
    if invoiced:
        charged(cast, receipt, 10)
    before = standing.books()
    document = back(cast, receipt, 4)
    perform(document, "send", by=cast.keeper)
    perform(document, "confirm", by=cast.buyer, given=REFUSED)
    assert document.state == "done"
    assert standing.books() == before
    assert receipts.make_return(receipt, by=cast.buyer).lines[0].quantity == 10


def test_the_price_does_not_follow_what_happened_meanwhile(session: Any, cast: Cast) -> None:
    """They left at 100; what came for 300 meanwhile changes the average, not what comes back."""
    receipt = came(cast)
    document = back(cast, receipt, 4)
    perform(document, "send", by=cast.keeper)
    cast.received(cast.sent(cast.order((receipt.lines[0].item, 6, 300))))
    perform(document, "confirm", by=cast.buyer, given=REFUSED)
    assert lies(session, cast) == (16, 600 + 1800 + 400)


def test_refused_goods_that_do_not_come_back_are_a_loss(session: Any, cast: Cast) -> None:
    document = approved(cast)
    perform(document, "send", by=cast.keeper)
    perform(document, "confirm", by=cast.buyer, given={**REFUSED, "goods_lost": True})
    assert lies(session, cast) == (6, 600)
    assert balance(session, Posting.LOSS) == 400
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == -1000


@pytest.mark.parametrize("lost", [False, True])
def test_a_refusal_is_taken_back_and_recorded_again(session: Any, cast: Cast, lost: bool) -> None:
    document = approved(cast)
    perform(document, "send", by=cast.keeper)
    before = standing.books()
    for _ in range(2):
        perform(document, "confirm", by=cast.buyer, given={**REFUSED, "goods_lost": lost})
        assert standing.books() != before
        perform(document, "unconfirm", by=cast.head, reason="they said yes")
        assert standing.books() == before
        assert (document.state, document.resolution, document.goods_lost) == ("sent", None, False)
    perform(document, "confirm", by=cast.buyer,
            given={"resolution": Resolution.REPLACED, "supplier_reference": "SJ-1"})
    assert receipts.make_replacement(document, by=cast.keeper).lines[0].received_quantity == 4


def test_a_receipt_whose_goods_came_back_is_reversed(session: Any, cast: Cast) -> None:
    """Then the refusal stands: there is nothing any more that could go."""
    receipt = came(cast)
    document = back(cast, receipt, 4)
    perform(document, "send", by=cast.keeper)
    with pytest.raises(Refused, match="builds on this document"), session.begin_nested():
        perform(receipt, "reverse", by=cast.store_head, reason="wrong supplier")
    perform(document, "confirm", by=cast.buyer, given=REFUSED)
    perform(receipt, "reverse", by=cast.store_head, reason="wrong supplier")
    assert (receipt.state, lies(session, cast)) == ("reversed", (0, 0))
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0
    with pytest.raises(Refused, match="is not posted"), session.begin_nested():
        perform(document, "unconfirm", by=cast.head, reason="they said yes")


def test_a_receipt_whose_goods_were_lost_with_the_supplier_stands(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    document = back(cast, receipt, 4)
    perform(document, "send", by=cast.keeper)
    perform(document, "confirm", by=cast.buyer, given={**REFUSED, "goods_lost": True})
    with pytest.raises(Refused, match="builds on this document"), session.begin_nested():
        perform(receipt, "reverse", by=cast.store_head, reason="wrong supplier")


def test_what_came_back_and_was_used_keeps_its_answer(session: Any, cast: Cast) -> None:
    document = approved(cast)
    perform(document, "send", by=cast.keeper)
    perform(document, "confirm", by=cast.buyer, given=REFUSED)
    use(cast, document, 10)
    with pytest.raises(Refused, match=r"used since|no longer there"), session.begin_nested():
        perform(document, "unconfirm", by=cast.head, reason="they said yes")
    assert document.state == "done"


def test_less_is_credited_where_less_went(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    charged(cast, receipt, 10)
    document = back(cast, receipt, 4)
    perform(document, "send", by=cast.keeper,
            given_lines={document.lines[0].id: {"moved_quantity": Decimal(3)}})
    perform(document, "confirm", by=cast.buyer,
            given={"resolution": Resolution.CREDITED, "supplier_reference": "NK-1"})
    assert document.credit_net == 300
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0
