"""What a supplier credited and no invoice used comes back in money: once, never more, and in the books."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.errors import Conflict, NotAllowed, PeriodClosed, Refused, WrongState
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.core import checks
from models.operations.core.approvals import opened, perform
from models.operations.core.report_kit import REPORTS
from models.operations.purchasing import supplier_refunds
from models.operations.purchasing.supplier_returns import open_credit
from models.returns import Resolution
from models.roles import Role
from models.supplier_refunds import SupplierRefund
from tests.purchasing.test_receipts import Cast, balance
from tests.purchasing.test_supplier_returns import answered, came, charged, pay
from tests.support import factories as make


def credited(cast: Cast, quantity: Any = 4) -> Any:
    """A credit note of 444 rupiah: four of ten pieces for 100 each, with 11 percent VAT."""
    receipt = came(cast)
    charged(cast, receipt, 10)
    return answered(cast, receipt, quantity, Resolution.CREDITED)


def refund(cast: Cast, amount: Any, **fields: Any) -> SupplierRefund:
    given = {"supplier": cast.supplier, "payment_reference": "TRX-7", **fields}
    made = make.saved(SupplierRefund(amount=Decimal(amount), created_by=cast.payables, **given))
    opened(made, by=cast.payables)
    return made


def test_the_whole_rest_comes_back_into_cash_against_payables(session: Any, cast: Cast) -> None:
    document = credited(cast)
    owed = balance(session, Posting.PAYABLES)
    made = supplier_refunds.make_refund(document, by=cast.payables)
    assert (made.supplier_id, made.amount, made.state) == (cast.supplier.id, 444, "draft")
    made.payment_reference = "TRX-7"
    perform(made, "post", by=cast.payables)
    assert made.number.startswith("RFD/")
    assert balance(session, Posting.CASH) == 444
    assert balance(session, Posting.PAYABLES) == owed - 444
    assert open_credit(cast.supplier.id) == 0
    assert not supplier_refunds.can_be_refunded(document)
    with pytest.raises(Refused, match="Nothing is left"):
        supplier_refunds.make_refund(document, by=cast.payables)


def test_the_money_goes_the_way_of_a_payment_backwards(session: Any, cast: Cast) -> None:
    credited(cast)
    pay(cast, charged(cast, came(cast, 1, 300), 1, 300))
    perform(refund(cast, 44), "post", by=cast.payables)
    accounts = {
        kind: set(session.execute(
            sa.select(JournalLine.purpose, JournalLine.account_id).join(JournalEntry)
            .where(JournalEntry.document_type == kind,
                   JournalLine.purpose.in_((Posting.CASH, Posting.PAYABLES)))))
        for kind in ("supplier_invoice", "supplier_refund")}
    assert accounts["supplier_invoice"] == accounts["supplier_refund"]


def test_parts_come_back_and_the_rest_is_set_off(session: Any, cast: Cast) -> None:
    credited(cast)
    perform(refund(cast, "144.50"), "post", by=cast.payables)
    assert open_credit(cast.supplier.id) == Decimal("299.50")
    bill = charged(cast, came(cast, 1, 300), 1, 300)
    with pytest.raises(Refused, match=r"At most 299\.5"), session.begin_nested():
        pay(cast, bill, set_off_amount=Decimal(300))
    session.expire_all()
    pay(cast, bill, set_off_amount=Decimal("299.50"))
    with pytest.raises(Refused, match="At most 0") as refused, session.begin_nested():
        perform(refund(cast, "0.01"), "post", by=cast.payables)
    assert refused.value.field == "amount"


def test_never_more_than_is_unused(session: Any, cast: Cast) -> None:
    credited(cast)
    made = refund(cast, "444.01")
    with pytest.raises(Refused, match="At most 444"), session.begin_nested():
        perform(made, "post", by=cast.payables)
    session.expire_all()
    assert (made.state, made.number) == ("draft", None)
    assert balance(session, Posting.CASH) == 0
    other = refund(cast, 1, supplier=make.make_supplier())
    with pytest.raises(Refused, match="At most 0"), session.begin_nested():
        perform(other, "post", by=cast.payables)


def test_a_reference_is_asked_for(session: Any, cast: Cast) -> None:
    credited(cast)
    made = refund(cast, 1, payment_reference="  ")
    with pytest.raises(Refused, match="reference") as refused, session.begin_nested():
        perform(made, "post", by=cast.payables)
    assert refused.value.field == "payment_reference"


def test_not_of_a_day_to_come(session: Any, cast: Cast) -> None:
    credited(cast)
    made = refund(cast, 1, refunded_on=clock.today() + timedelta(days=1))
    with pytest.raises(PeriodClosed), session.begin_nested():
        perform(made, "post", by=cast.payables)


def test_one_recorded_by_mistake_is_reversed_and_the_credit_is_unused_again(session: Any, cast: Cast) -> None:
    credited(cast)
    made = refund(cast, 444)
    perform(made, "post", by=cast.payables)
    with pytest.raises(Refused) as refused, session.begin_nested():
        perform(made, "reverse", by=cast.payables)
    assert refused.value.field == "reason"
    session.expire_all()
    perform(made, "reverse", by=cast.payables, reason="another supplier's money")
    assert balance(session, Posting.CASH) == 0
    assert open_credit(cast.supplier.id) == 444
    with pytest.raises(WrongState):
        perform(made, "reverse", by=cast.payables, reason="again")


def test_what_was_posted_stands_still(session: Any, cast: Cast) -> None:
    credited(cast)
    made = refund(cast, 100)
    perform(made, "post", by=cast.payables)
    made.amount = Decimal(1)
    with pytest.raises(Refused, match="is final"):
        session.flush()
    session.expire(made)
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        session.execute(sa.update(SupplierRefund.__table__).values(amount=Decimal(1)))


@pytest.mark.parametrize("values", [{"amount": Decimal(0)}, {"amount": Decimal(-1)}])
def test_the_database_knows_no_refund_of_nothing(session: Any, cast: Cast, values: dict[str, Any]) -> None:
    made = refund(cast, 1)
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        session.execute(sa.update(SupplierRefund.__table__).where(SupplierRefund.id
                                                                  == made.id).values(**values))


def test_the_database_wants_a_reference_of_what_is_posted(session: Any, cast: Cast) -> None:
    made = refund(cast, 1, payment_reference=None)
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        session.execute(sa.update(SupplierRefund.__table__).where(SupplierRefund.id
                                                                  == made.id).values(state="posted"))


def test_payables_alone_record_it(session: Any, cast: Cast) -> None:
    document = credited(cast)
    made = refund(cast, 1)
    for role in set(Role) - {Role.PAYABLES}:
        user = make.make_user(role)
        with pytest.raises(NotAllowed):
            supplier_refunds.make_refund(document, by=user)
        with pytest.raises(NotAllowed):
            perform(made, "post", by=user)


def test_a_stale_page_posts_nothing(session: Any, cast: Cast) -> None:
    credited(cast)
    made = refund(cast, 1)
    with pytest.raises(Conflict):
        perform(made, "post", by=cast.payables, version=made.version + 1)


def test_the_payables_report_tells_what_came_back(session: Any, cast: Cast) -> None:
    document = credited(cast)
    made = refund(cast, 144)
    perform(made, "post", by=cast.payables)
    report = REPORTS["payables"]
    assert [row.amount for row in session.execute(report.select({})) if row.invoice_id is None] == [-300]
    assert session.execute(report.summary({})).one().credit == -300
    notes, refunds = report.sections
    assert [row.document for row in session.execute(notes.select({}))] == [document.number]
    assert [(row.document, row.amount) for row in session.execute(refunds.select({}))] == [(made.number, 144)]
    assert session.execute(refunds.select({"supplier": make.make_supplier().id})).all() == []
    perform(refund(cast, 300), "post", by=cast.payables)
    assert [row for row in session.execute(report.select({})) if row.invoice_id is None] == []
    assert session.execute(notes.select({})).all() == []


def test_verify_finds_credit_that_was_used_beyond_what_was_given(session: Any, cast: Cast) -> None:
    credited(cast)
    made = refund(cast, 444)
    perform(made, "post", by=cast.payables)
    name, function = next(each for each in checks.CHECKS if "beyond what it gave" in each[0])
    assert function(session) is None, name
    trial = session.begin_nested()
    wrong = refund(cast, 1)
    session.execute(sa.update(SupplierRefund.__table__).where(SupplierRefund.id
                                                              == wrong.id).values(state="posted"))
    assert function(session).left == -1
    trial.rollback()
