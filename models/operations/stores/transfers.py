"""Stock on its way between two stores: it leaves one, is in transit, and comes into the other.

In transit it lies in no store: its value stands on an account of its own, which is what the transfers that
are sent carry, to the sen.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.errors import N_
from models.items import Item
from models.journal import JournalLine, Posting
from models.line_quantities import plain
from models.operations.core.approvals import after, by_system, effect
from models.operations.core.checks import check
from models.operations.core.locking import lock
from models.operations.ledger import journal, stock
from models.operations.ledger.journal import JournalLeg
from models.operations.people.notices import Declared, declare, holders, tell
from models.people import User
from models.roles import Role
from models.settings import setting
from models.stock import MoveKind, StockMove
from models.stocktakes import StockTransfer, StockTransferLine, StockTransferState

ZERO = Decimal(0)


@effect(StockTransfer, "approve")
def _leave(document: StockTransfer, *, by: User, reason: str) -> None:
    """Out of its store, expired batches too, as much as is there."""
    moved = stock.issue(document, document.store_id, stock.going(document.lines, lambda line: line.batch_id),
                        kind=MoveKind.TRANSFER_OUT, on=stock.posting_day(document), by=by, reason=reason,
                        expired_too=True, against=stock.against(Posting.IN_TRANSIT))
    stock.keep_moved(document.lines, moved)


@after(StockTransfer, "approve")
def _at_once(document: StockTransfer, *, by: User, reason: str) -> None:
    """Between shelves of one house nobody says that it came."""
    if setting("stock_transfer.receive_follows") == "yes":
        by_system(document, "receive", by=by)


@effect(StockTransfer, "receive")
def _arrive(document: StockTransfer, *, by: User, reason: str) -> None:
    """What came, at the price at which it left; what did not goes back, or to the loss account."""
    stock.check_said(document.lines, "arrived_quantity", lambda line: line.gone_quantity)
    lock(document)
    document.received_on = clock.today()
    moves = stock.moves_of(document, MoveKind.TRANSFER_OUT)
    stock.lock_pairs({(store, move.item_id) for move in moves
                      for store in (document.store_id, document.to_store_id)})
    came: list[stock.Incoming] = []
    back: list[stock.Incoming] = []
    lost = ZERO
    for line in document.lines:
        here, rest = _divided(line, [move for move in moves if move.line_id == line.id])
        came += here
        if line.is_lost:
            lost += sum((row.value or ZERO for row in rest), ZERO)
        else:
            back += rest
    for store_id, rows, kind in ((document.to_store_id, came, MoveKind.TRANSFER_IN),
                                 (document.store_id, back, MoveKind.CAME_BACK)):
        stock.receive(document, store_id, rows, kind=kind, on=clock.today(), by=by, reason=reason,
                      against=stock.against(Posting.IN_TRANSIT))
    journal.post_entry(clock.today(), [JournalLeg(Posting.LOSS, lost), JournalLeg(Posting.IN_TRANSIT, -lost)],
                       document, by, description="lost on the way")


def _divided(line: StockTransferLine, moves: Iterable[StockMove]) -> tuple[list[stock.Incoming],
                                                                         list[stock.Incoming]]:
    """What came of a line and what did not, by batch in the order in which it left."""
    if line.arrived_quantity is None:
        line.arrived_quantity = line.gone_quantity
    left = line.arrived_quantity
    here: list[stock.Incoming] = []
    rest: list[stock.Incoming] = []
    for move in moves:
        whole, worth = -move.quantity, -move.value
        part = min(left, whole)
        left -= part
        for rows, quantity, before in ((here, part, ZERO), (rest, whole - part, part)):
            if quantity:
                rows.append(stock.Incoming(line.id, line.item_id, quantity, move.batch_id,
                                           stock.share(worth, quantity, whole, before)))
    return here, rest


@effect(StockTransfer, "reverse")
def _take_back(document: StockTransfer, *, by: User, reason: str) -> None:
    """Opposite moves in both stores, unless what came was used since."""
    stock.reverse(document, on=clock.today(), by=by, reason=reason)


# ---------------------------------------------------------------- who is told

def short_lines(document: StockTransfer) -> list[StockTransferLine]:
    """The lines of which less came than was sent."""
    return [line for line in document.lines
            if line.arrived_quantity is not None and line.arrived_quantity < line.gone_quantity]


def _missing(line: StockTransferLine) -> str:
    left = line.gone_quantity - (line.arrived_quantity or ZERO)
    return f"{line.item.name} −{plain(left)} {line.item.base_unit}"


def _said(document: StockTransfer) -> dict[str, Any]:
    return {"number": document.number or "", "store": document.store.name, "other": document.to_store.name,
            "lines": "; ".join(map(_missing, short_lines(document)))}


declare(Declared(
    "transfer_short", holders(Role.STORE_HEAD, Role.FACILITIES_HEAD),
    N_("%(number)s did not arrive whole"),
    (N_("From %(store)s to %(other)s less came than was sent: %(lines)s."),), _said,
    "/admin/stock_transfer/details/?id={id}", icon="alert-triangle"))


@after(StockTransfer, "receive")
def _tell_heads(document: StockTransfer, *, by: User, reason: str) -> None:
    if short_lines(document):
        tell("transfer_short", document)


# ---------------------------------------------------------------- what is on its way

def in_transit() -> sa.Select[Any]:
    """Lines of transfers that are sent, with base units and value that left."""
    move, document, line = StockMove, StockTransfer, StockTransferLine
    worth = sa.type_coerce(-sa.func.sum(move.value), move.value.type)
    quantity = sa.type_coerce(-sa.func.sum(move.quantity), move.quantity.type)
    return (sa.select(line.id.label("line_id"), line.item_id, document.id.label("document_id"),
                      quantity.label("quantity"), worth.label("value"))
            .join(document, document.id == line.stock_transfer_id)
            .join(move, sa.and_(move.document_type == "stock_transfer", move.document_id == document.id,
                                move.line_id == line.id, move.kind == MoveKind.TRANSFER_OUT))
            .join(Item, Item.id == line.item_id)
            .where(document.state == StockTransferState.SENT)
            .group_by(line.id, line.item_id, document.id))


@check("stock: what is in transit is what the account says")
def account_of_transit(session: Any) -> tuple[Any, ...] | None:
    """The account against the transfers that are sent, to the sen."""
    debit, credit = session.execute(sa.select(
        sa.type_coerce(sa.func.coalesce(sa.func.sum(JournalLine.debit), 0), JournalLine.debit.type),
        sa.type_coerce(sa.func.coalesce(sa.func.sum(JournalLine.credit), 0), JournalLine.credit.type))
        .where(JournalLine.purpose == Posting.IN_TRANSIT)).one()
    sent = sum((row.value for row in session.execute(in_transit())), ZERO)
    return None if debit - credit == sent else (debit - credit, sent)
