"""The supplier refuses what was sent back: the goods return at the price they left, or are lost.

What the return took off goods received not invoiced is owed again, so it counts as never sent.
"""

from __future__ import annotations

from decimal import Decimal

from models import clock
from models.base import db
from models.errors import N_, Refused
from models.goods_receipts import GoodsReceiptState
from models.journal import Posting
from models.operations.core.approvals import effect
from models.operations.core.locking import lock
from models.operations.ledger import journal, stock
from models.operations.ledger.journal import JournalLeg
from models.operations.purchasing.supplier_returns import away, lock_receipts, origin_of, share_away
from models.people import User
from models.returns import Resolution, SupplierReturn
from models.stock import MoveKind

ZERO = Decimal(0)
#: What the entry is called in the journal.
REFUSED = "refused by the supplier"


def _price(document: SupplierReturn) -> Decimal:
    """Rupiah that the return took off goods received not invoiced. With this answer on it, it does not count
    among what is away."""
    db.session.flush()
    gone = away({origin_of(line.goods_receipt_line).id for line in document.lines})
    price = ZERO
    for line in document.lines:
        origin = origin_of(line.goods_receipt_line)
        before = gone.get(origin.id, ZERO)
        gone[origin.id] = before + line.gone_quantity
        price += share_away(origin, before, gone[origin.id])
    return price


def _legs(document: SupplierReturn, price: Decimal, worth: Decimal) -> list[JournalLeg]:
    return [JournalLeg(Posting.RECEIVED_NOT_INVOICED, -price, document.account_id),
            JournalLeg(Posting.PRICE_VARIANCE, price - worth)]


@effect(SupplierReturn, "confirm")
def _come_back(document: SupplierReturn, *, by: User, reason: str) -> None:
    if document.resolution != Resolution.REFUSED:
        document.goods_lost = False
        return
    lock(document)
    lock_receipts(document)
    price, left = _price(document), stock.moves_of(document, MoveKind.SUPPLIER_RETURN)
    worth = -sum((move.value for move in left), ZERO)
    if document.goods_lost:
        journal.post_entry(clock.today(), [JournalLeg(Posting.LOSS, worth), *_legs(document, price, worth)],
                           document, by, description=REFUSED)
        return
    stock.receive(document, document.store_id,
                  [stock.Incoming(move.line_id, move.item_id, -move.quantity, move.batch_id, -move.value)
                   for move in left],
                  kind=MoveKind.CAME_BACK, on=clock.today(), by=by, reason=reason,
                  against=lambda moved: _legs(document, price, worth))


@effect(SupplierReturn, "unconfirm")
def _go_again(document: SupplierReturn, *, by: User, reason: str) -> None:
    """The opposite: they are at the supplier's after all."""
    if document.resolution != Resolution.REFUSED:
        return
    lock(document)
    lock_receipts(document)
    for receipt in {line.goods_receipt for line in document.lines}:
        db.session.refresh(receipt, ["state"])
        if receipt.state != GoodsReceiptState.POSTED:
            raise Refused(N_("The goods receipt %(number)s is not posted, so nothing can go back."),
                          number=str(receipt))
    worth = -sum((move.value for move in stock.moves_of(document, MoveKind.SUPPLIER_RETURN)), ZERO)
    legs = [JournalLeg(leg.purpose, -leg.amount, leg.account_id)
            for leg in _legs(document, _price(document), worth)]
    if document.goods_lost:
        journal.post_entry(clock.today(), [JournalLeg(Posting.LOSS, -worth), *legs], document, by,
                           description=REFUSED)
    else:
        stock.undo(document, stock.moves_of(document, MoveKind.CAME_BACK), on=clock.today(), by=by,
                   reason=reason, against=lambda moved: legs)
