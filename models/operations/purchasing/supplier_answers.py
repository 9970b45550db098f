"""A supplier's answer that was recorded by mistake is taken back: its return waits for an answer again.

Nothing is edited away: the journal gets an opposite entry, the history tells who took it back and why, the
log keeps what stood there. What builds on the answer stops it, by name.
"""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_, Refused
from models.goods_receipts import GoodsReceipt, GoodsReceiptState
from models.items import Supplier
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.core.approvals import after, effect
from models.operations.core.locking import lock, lock_rows
from models.operations.ledger import journal
from models.operations.ledger.journal import JournalLeg
from models.operations.purchasing.supplier_returns import (
    CREDIT_NOTE,
    away,
    lock_receipts,
    open_credit,
    origin_of,
    share_away,
)
from models.people import User
from models.returns import SupplierReturn
from models.supplier_invoices import SupplierInvoice, SupplierInvoiceState
from models.supplier_refunds import SupplierRefund, SupplierRefundState

ZERO = Decimal(0)
#: What the opposite entry of a credit note is called in the journal.
TAKEN_BACK = "credit note taken back"


@effect(SupplierReturn, "unconfirm")
def _take_back(document: SupplierReturn, *, by: User, reason: str) -> None:
    lock(document)
    lock_receipts(document)
    _refuse_if_replaced(document)
    if document.credit_net is None:
        return
    lock_rows(Supplier, {document.supplier_id})
    _refuse_if_used(document)
    _take_back_entry(document, by)


@after(SupplierReturn, "unconfirm")
def _forget(document: SupplierReturn, *, by: User, reason: str) -> None:
    """The return waits for its answer as if there had been none."""
    for line in document.lines:
        line.credited_quantity = None
    document.credit_net = document.credit_vat = document.resolution = document.supplier_reference = None
    document.goods_lost = False


def _refuse_if_replaced(document: SupplierReturn) -> None:
    replacement = db.session.scalar(
        sa.select(GoodsReceipt).where(GoodsReceipt.supplier_return_id == document.id,
                                      GoodsReceipt.state == GoodsReceiptState.POSTED)
        .order_by(GoodsReceipt.id.desc()).limit(1))
    if replacement is not None:
        raise Refused(N_("%(document)s brought in what replaced the goods of %(number)s. Reverse it first."),
                      document=str(replacement), number=str(document))


def _refuse_if_used(document: SupplierReturn) -> None:
    """Credit is one sum by supplier: a note is unused while so much of the sum is left."""
    assert document.credit_net is not None
    assert document.credit_vat is not None
    missing = document.credit_net + document.credit_vat - open_credit(document.supplier_id)
    if missing <= 0:
        return
    refunds = list(db.session.scalars(
        sa.select(SupplierRefund).where(SupplierRefund.supplier_id == document.supplier_id,
                                        SupplierRefund.state == SupplierRefundState.POSTED)
        .order_by(SupplierRefund.id.desc())))
    if sum((refund.amount for refund in refunds), ZERO) >= missing:
        raise Refused(N_("The supplier paid the credit of %(number)s back with %(document)s. Reverse it "
                         "first."),
                      number=str(document), document=str(refunds[0]))
    bill = db.session.scalars(
        sa.select(SupplierInvoice).where(SupplierInvoice.supplier_id == document.supplier_id,
                                         SupplierInvoice.state == SupplierInvoiceState.PAID,
                                         SupplierInvoice.set_off_amount > 0)
        .order_by(SupplierInvoice.paid_on.desc(), SupplierInvoice.id.desc()).limit(1)).one()
    raise Refused(N_("The credit of %(number)s was set off when %(document)s was paid. It cannot be taken "
                     "back any "
                     "more."), number=str(document), document=str(bill))


def _take_back_entry(document: SupplierReturn, by: User) -> None:
    """The opposite of the credit note's entry, and a sen that rounding put elsewhere meanwhile."""
    rows = db.session.execute(
        sa.select(JournalLine.purpose, JournalLine.account_id, sa.func.sum(JournalLine.debit),
                  sa.func.sum(JournalLine.credit))
        .join(JournalEntry, JournalEntry.id == JournalLine.entry_id)
        .where(JournalEntry.document_type == document.__tablename__, JournalEntry.document_id == document.id,
               JournalEntry.description.in_((CREDIT_NOTE, TAKEN_BACK)))
        .group_by(JournalLine.purpose, JournalLine.account_id)).all()
    opposite = [JournalLeg(purpose, credit - debit, account_id)
                for purpose, account_id, debit, credit in rows]
    journal.post_entry(clock.today(), opposite, document, by, description=TAKEN_BACK)
    # the credit note still counts
    gone = away({origin_of(line.goods_receipt_line).id for line in document.lines})
    price = ZERO
    for line in document.lines:
        origin = origin_of(line.goods_receipt_line)
        before = gone.get(origin.id, ZERO)
        gone[origin.id] = before + (line.credited_quantity or ZERO)
        price += share_away(origin, before, gone[origin.id])
    less = price - (document.credit_net or ZERO)
    journal.post_entry(clock.today(), [JournalLeg(Posting.RECEIVED_NOT_INVOICED, less, document.account_id),
                                       JournalLeg(Posting.PRICE_VARIANCE, -less)], document, by,
                       description="rounding")
