"""A supplier's answer recorded by mistake is taken back, as long as nothing builds on it; the books
follow."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models.documents import DocumentEvent
from models.errors import NotAllowed, Refused, WrongState
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.core import checks
from models.operations.core.approvals import perform
from models.operations.purchasing import receipts, supplier_refunds
from models.operations.purchasing.matching import chargeable
from models.operations.purchasing.supplier_returns import open_credit
from models.organisation import Setting
from models.returns import Resolution
from models.roles import Role
from tests.purchasing.test_receipts import Cast, back, balance
from tests.purchasing.test_supplier_returns import answered, came, charged, not_invoiced, pay, replaced
from tests.support import factories as make

ANSWER = {"resolution": Resolution.CREDITED, "supplier_reference": "NK-2"}


def credited(cast: Cast) -> Any:
    """A credit note of 444 rupiah: four of ten pieces for 100 each, with 11 percent VAT."""
    receipt = came(cast)
    charged(cast, receipt, 10)
    return answered(cast, receipt, 4, Resolution.CREDITED)


def take_back(cast: Cast, document: Any) -> None:
    perform(document, "unconfirm", by=cast.head, reason="the note was another hospital's")


def entries(session: Any, document: Any) -> list[tuple[Any, ...]]:
    """What the journal has of the document: entry, its name, purpose, debit less credit."""
    line = JournalLine
    return [tuple(row) for row in session.execute(
        sa.select(JournalEntry.id, JournalEntry.description, line.purpose, line.debit - line.credit)
        .join(line, line.entry_id == JournalEntry.id)
        .where(JournalEntry.document_type == "supplier_return", JournalEntry.document_id == document.id)
        .order_by(JournalEntry.id, line.id))]


def test_a_credit_note_is_taken_back_by_an_opposite_entry(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    charged(cast, receipt, 10)
    document = back(cast, receipt, 4)
    perform(document, "send", by=cast.keeper)
    before = {purpose: balance(session, purpose) for purpose in Posting}
    perform(document, "confirm", by=cast.buyer, given=ANSWER)
    written = entries(session, document)
    take_back(cast, document)
    assert {purpose: balance(session, purpose) for purpose in Posting} == before
    after = entries(session, document)
    assert after[:len(written)] == written
    note = {purpose: amount for _, name, purpose, amount in written if name == "credit note"}
    assert {purpose: -amount for _, name, purpose, amount in after[len(written):]} == note
    assert open_credit(cast.supplier.id) == 0
    assert not_invoiced() == [-400]


def test_the_return_waits_for_an_answer_again_and_tells_who_took_it_back(session: Any, cast: Cast) -> None:
    document = credited(cast)
    take_back(cast, document)
    assert document.state == "sent"
    assert (document.resolution, document.supplier_reference, document.credit_net,
            document.credit_vat) == (None,) * 4
    assert document.lines[0].credited_quantity is None
    event = session.scalars(sa.select(DocumentEvent).where(
        DocumentEvent.document_type == "supplier_return", DocumentEvent.document_id == document.id)
        .order_by(DocumentEvent.id.desc())).first()
    assert (event.transition, event.from_state, event.to_state, event.note, event.user_id) == (
        "unconfirm", "done", "sent", "the note was another hospital's", cast.head.id)
    perform(document, "confirm", by=cast.buyer,
            given={"resolution": Resolution.REPLACED, "supplier_reference": "SJ-1"})
    replaced(cast, document)
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0


def test_each_answer_is_taken_back_for_itself(session: Any, cast: Cast) -> None:
    document = credited(cast)
    take_back(cast, document)
    perform(document, "confirm", by=cast.buyer, given=ANSWER)
    assert open_credit(cast.supplier.id) == 444
    take_back(cast, document)
    assert balance(session, Posting.PAYABLES) == -1110
    perform(document, "confirm", by=cast.buyer, given=ANSWER)
    assert balance(session, Posting.PAYABLES) == -(1110 - 444)
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0


def test_what_was_not_invoiced_can_be_charged_again(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    document = answered(cast, receipt, 4, Resolution.CREDITED)
    written = entries(session, document)
    take_back(cast, document)
    assert entries(session, document) == written
    perform(document, "confirm", by=cast.buyer,
            given={"resolution": Resolution.REPLACED, "supplier_reference": "SJ-1"})
    replaced(cast, document)
    assert [each.quantity for each in chargeable(receipt.purchase_order)] == [10]


def test_a_replacement_that_came_in_is_named(session: Any, cast: Cast) -> None:
    receipt = came(cast)
    document = answered(cast, receipt, 4, Resolution.REPLACED)
    draft = receipts.make_replacement(document, by=cast.keeper)
    new = replaced(cast, document, 1)
    with pytest.raises(Refused, match=new.number), session.begin_nested():
        take_back(cast, document)
    session.expire_all()
    assert document.state == "done"
    perform(new, "reverse", by=cast.store_head, reason="the wrong box")
    take_back(cast, document)
    with pytest.raises(Refused, match="did not say"), session.begin_nested():
        perform(draft, "post", by=cast.keeper)


def test_an_invoice_that_used_the_credit_is_named(session: Any, cast: Cast) -> None:
    document = credited(cast)
    bill = charged(cast, came(cast, 1, 300), 1, 300)
    pay(cast, bill, set_off_amount=Decimal(1))
    with pytest.raises(Refused, match=bill.number), session.begin_nested():
        take_back(cast, document)
    session.expire_all()
    assert (document.state, document.credit_net, open_credit(cast.supplier.id)) == ("done", 400, 443)


def test_a_refund_of_the_credit_is_named_and_reversed_first(session: Any, cast: Cast) -> None:
    document = credited(cast)
    refund = supplier_refunds.make_refund(document, by=cast.payables)
    refund.payment_reference = "TRX-7"
    perform(refund, "post", by=cast.payables)
    with pytest.raises(Refused, match=refund.number), session.begin_nested():
        take_back(cast, document)
    session.expire_all()
    perform(refund, "reverse", by=cast.payables, reason="not ours")
    take_back(cast, document)
    assert open_credit(cast.supplier.id) == 0


def test_as_much_credit_of_another_note_is_enough(session: Any, cast: Cast) -> None:
    first, second = credited(cast), credited(cast)
    pay(cast, charged(cast, came(cast, 1, 444), 1, 444), set_off_amount=Decimal(444))
    take_back(cast, second)
    assert open_credit(cast.supplier.id) == 0
    with pytest.raises(Refused, match="set off"), session.begin_nested():
        take_back(cast, first)


def test_the_head_of_facilities_alone_takes_it_back_with_a_reason(session: Any, cast: Cast) -> None:
    document = credited(cast)
    for role in set(Role) - {Role.FACILITIES_HEAD}:
        with pytest.raises(NotAllowed):
            perform(document, "unconfirm", by=make.make_user(role), reason="wrong")
    with pytest.raises(Refused) as refused:
        perform(document, "unconfirm", by=cast.head)
    assert refused.value.field == "reason"
    take_back(cast, document)
    with pytest.raises(WrongState):
        take_back(cast, document)


def test_a_return_on_its_way_waits_for_no_head(session: Any, cast: Cast) -> None:
    document = credited(cast)
    assert Role.FACILITIES_HEAD not in document.workflow.waiting_on(document.state)


@pytest.mark.parametrize("between", ["nothing", "back", "credit"])
def test_halves_of_a_sen_leave_nothing_behind(session: Any, cast: Cast, between: str) -> None:
    """Ten for five sen: what is invoiced, sent back and credited rounds up each time, and other things happen
    before the answer is taken back."""
    make.saved(Setting(key="supplier_invoice.tolerance", value="100"))
    order = cast.order((make.make_item(), 10, "0.01"))
    order.lines[0].discount = Decimal(50)
    receipt = cast.received(cast.sent(order))
    charged(cast, receipt, 7, "0.01")
    document = answered(cast, receipt, 5, Resolution.CREDITED)
    if between != "nothing":
        other = back(cast, receipt, 3)
        perform(other, "send", by=cast.keeper)
        if between == "credit":
            perform(other, "confirm", by=cast.buyer, given=ANSWER)
    take_back(cast, document)
    for name, function in checks.CHECKS:
        assert function(session) is None, name
    perform(document, "confirm", by=cast.buyer, given=ANSWER)
    if between == "back":
        perform(other, "confirm", by=cast.buyer, given=ANSWER)
    for each in chargeable(order):
        charged(cast, receipt, each.quantity, "0.01")
    assert balance(session, Posting.RECEIVED_NOT_INVOICED) == 0
