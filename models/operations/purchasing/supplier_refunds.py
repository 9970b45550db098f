"""Money that a supplier pays back for credit notes that no invoice used.

Credit is one sum by supplier: what its credit notes gave, less what payments set off, less what came back in
money. Whoever spends of it holds the supplier's row, so that the same rupiah are never spent twice.
"""

from __future__ import annotations

from decimal import Decimal

from models import clock
from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.items import Supplier
from models.journal import Posting
from models.operations.core.approvals import effect, opened
from models.operations.core.locking import lock, lock_rows
from models.operations.ledger import journal
from models.operations.ledger.journal import JournalLeg
from models.operations.purchasing.supplier_returns import open_credit
from models.people import User
from models.returns import SupplierReturn
from models.roles import Role
from models.supplier_refunds import SupplierRefund


def can_be_refunded(document: SupplierReturn) -> bool:
    """Whether the return became a credit note whose supplier has credit that nothing used."""
    return bool(document.credit_net) and open_credit(document.supplier_id) > 0


def make_refund(document: SupplierReturn, *, by: User) -> SupplierRefund:
    """Draft a refund of all that is left of the supplier's credit. Raises `NotAllowed` or `Refused`."""
    if not by.has_role(Role.PAYABLES):
        raise NotAllowed(N_("Your role may not do this step."))
    left = open_credit(document.supplier_id)
    if left <= 0:
        raise Refused(N_("Nothing is left of this supplier's credit notes."))
    refund = SupplierRefund(supplier_id=document.supplier_id, amount=left, created_by=by)
    db.session.add(refund)
    opened(refund, by=by)
    return refund


@effect(SupplierRefund, "post")
def _post(refund: SupplierRefund, *, by: User, reason: str) -> None:
    """Money in against payables, as an invoice is paid, the other way round."""
    lock(refund)
    if not (refund.payment_reference or "").strip():
        raise Refused(N_("Write the date and the reference of the payment."), field="payment_reference")
    lock_rows(Supplier, {refund.supplier_id})
    most = max(open_credit(refund.supplier_id), Decimal(0))
    if refund.amount > most:
        raise Refused(N_("At most %(most)s rupiah of this supplier's credit notes are unused."), most=most,
                      field="amount")
    journal.post_entry(refund.refunded_on,
                       [JournalLeg(Posting.CASH, refund.amount),
                        JournalLeg(Posting.PAYABLES, -refund.amount)],
                       refund, by)


@effect(SupplierRefund, "reverse")
def _reverse(refund: SupplierRefund, *, by: User, reason: str) -> None:
    """The money never came, or was somebody else's: the credit is unused again."""
    lock(refund)
    journal.reverse_entries(refund, on=clock.today(), by=by)
