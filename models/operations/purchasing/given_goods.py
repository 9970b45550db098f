"""Goods without an order: a donation, a programme's, or bought in an emergency. The head of facilities
decides; they come in at the value that is given, against the account of their source."""

from __future__ import annotations

from models import clock
from models.errors import N_, Refused, blame_line
from models.goods_receipts import GoodsReceipt, GoodsSource
from models.journal import Posting
from models.operations.core.approvals import effect
from models.operations.core.locking import lock
from models.operations.ledger import backdating, days, stock
from models.operations.purchasing import received_lines
from models.people import User
from models.stock import MoveKind

#: What stands against the stock.
AGAINST = {GoodsSource.DONATION: Posting.DONATION, GoodsSource.PROGRAMME: Posting.PROGRAMME,
           GoodsSource.EMERGENCY: Posting.RECEIVED_NOT_INVOICED}


@effect(GoodsReceipt, "submit")
def _check_given(receipt: GoodsReceipt, *, by: User, reason: str) -> None:
    """All that can be known before somebody decides: the day, the batches, the value."""
    lock(receipt)
    if receipt.source == GoodsSource.EMERGENCY and receipt.supplier_id is None:
        raise Refused(N_("Choose the supplier of what was bought: the invoice will come from there."),
                      field="supplier")
    if receipt.source != GoodsSource.EMERGENCY and not (receipt.source_name or "").strip():
        raise Refused(N_("Write who gave the goods, or which programme they are of."), field="source_name")
    days.check_day(receipt, receipt.received_on, field="received_on")
    stock.load_items(receipt.lines)
    received_lines.check_lines(receipt)
    stock.in_base(receipt.lines)
    for line in receipt.lines:
        with blame_line(line):
            if not line.unit_price:
                raise Refused(N_("%(item)s: write what one unit is worth."), item=line.item.name,
                              field="unit_price")
        line.discount, line.net_value = received_lines.ZERO, None
        line.net_value = line.net_amount


@effect(GoodsReceipt, "approve")
def _take_in_given(receipt: GoodsReceipt, *, by: User, reason: str) -> None:
    """Stock in at the value given. It is dated today unless the head of store allowed the day on which it
    came: a paper that waited over night is no reason to date before later moves."""
    lock(receipt)
    assert receipt.source is not None
    stock.load_items(receipt.lines)
    received_lines.check_lines(receipt)
    on = receipt.received_on if backdating.is_allowed(receipt, receipt.received_on) else clock.today()
    stock.receive(receipt, receipt.store_id, received_lines.take_in(receipt, {}), kind=MoveKind.RECEIPT,
                  on=on, by=by, reason=reason,
                  against=stock.against(AGAINST[receipt.source], receipt.account_id))
