"""What the stores do: check lines, make deliveries from requests, deliver, take back, and let units
return."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import Area, Document, Posts, document_types, line_type
from models.errors import N_, NotAllowed, NotEnoughStock, Refused, blame_line
from models.journal import Posting
from models.line_quantities import MeasuredLine
from models.operations.core.approvals import after, by_system, effect, opened
from models.operations.core.locking import lock, lock_rows
from models.operations.ledger import availability, journal, stock
from models.operations.ledger.journal import JournalLeg
from models.organisation import Status, WorkUnit
from models.people import User
from models.returns import UnitReturn, UnitReturnLine, UnitReturnState
from models.roles import Role
from models.stock import MoveKind, StockMove
from models.store_requests import (
    DeliveryRequest,
    DeliveryRequestLine,
    DeliveryState,
    Missing,
    StoreRequest,
    StoreRequestState,
)

ZERO = Decimal(0)
GIVEN = availability.GIVEN
#: Deliveries that will give, or gave, what they list.
PROMISED = (*GIVEN, DeliveryState.SUBMITTED, DeliveryState.APPROVED)
#: What a unit return says that no person wrote; documents are in the hospital's own language.
NOT_ARRIVED = "Tidak sampai di unit dengan {number}."


def _check_lines(document: Any, *, by: User, reason: str) -> None:
    """Every quantity comes out to its item's precision, and the items that are asked for are in use."""
    db.session.flush()
    stock.load_items(document.lines)
    for line in document.lines:
        with blame_line(line):
            line.item.in_base(line.base_quantity, Decimal(1))
            if line.item.status != Status.ACTIVE and document.posts is Posts.NOTHING:
                raise Refused(N_("%(item)s is no longer used. Take its line out."), item=line.item.name)


def has_checked_lines(model: type[Document]) -> bool:
    """Whether it is a type of stores or purchasing whose lines count items in units of measure."""
    lines = line_type(model)
    return (model.area in (Area.INVENTORY, Area.PURCHASING)
            and lines is not None and issubclass(lines, MeasuredLine))


for _model in filter(has_checked_lines, document_types().values()):
    effect(_model, *(step.name for step in _model.workflow if step.numbers))(_check_lines)


# ---------------------------------------------------------------- delivery

def outstanding(request: StoreRequest, *, states: tuple[DeliveryState, ...] = PROMISED,
                but: DeliveryRequest | None = None) -> dict[int, Decimal]:
    """Base units by item id that were granted and no delivery in `states` covers yet, without counting the
    delivery `but`."""
    line = DeliveryRequestLine
    rows = db.session.execute(
        sa.select(line.item_id, availability.given_base())
        .join(DeliveryRequest, DeliveryRequest.id == line.delivery_request_id)
        .where(DeliveryRequest.store_request_id == request.id, DeliveryRequest.state.in_(states),
               DeliveryRequest.id != (but.id if but is not None else 0)))
    left: dict[int, Decimal] = {}
    for wanted in request.lines:
        left[wanted.item_id] = left.get(wanted.item_id, ZERO) + wanted.granted
    for item_id, given in rows:
        left[item_id] = left.get(item_id, ZERO) - given
    return left


def make_delivery(request: StoreRequest, *, by: User) -> DeliveryRequest:
    """Draft a delivery with all that is outstanding. Raises `NotAllowed` or `Refused` (not approved, nothing
    left)."""
    if not by.has_role(Role.STORE_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))
    lock(request)
    if request.state != StoreRequestState.APPROVED:
        raise Refused(N_("The store request %(number)s is not approved, so nothing can be delivered on it."),
                      number=str(request))
    left = outstanding(request)
    lines: list[DeliveryRequestLine] = []
    for line in request.lines:
        base = min(line.granted, left.get(line.item_id, ZERO))
        if base <= 0:
            continue
        left[line.item_id] -= base
        unit, factor, quantity = line.unit, line.factor, base / line.factor
        if quantity != quantity.quantize(Decimal("0.001")) or quantity * factor != base:
            unit = next(unit for unit in line.item.units if unit.factor == 1)
            factor, quantity = unit.factor, base
        lines.append(DeliveryRequestLine(item_id=line.item_id, unit_id=unit.id, factor=factor,
                                         quantity=quantity.quantize(Decimal("0.001"))))
    if not lines:
        raise Refused(N_("Everything on %(number)s is delivered or under way already."), number=str(request))
    delivery = DeliveryRequest(store_request=request, store_id=request.store_id, created_by=by, lines=lines)
    db.session.add(delivery)
    opened(delivery, by=by)
    return delivery


def _check_against_request(delivery: DeliveryRequest, states: tuple[DeliveryState, ...]) -> None:
    lock(delivery)
    request = db.session.scalars(
        sa.select(StoreRequest).where(StoreRequest.id
                                      == delivery.store_request_id).with_for_update(key_share=True)
        .execution_options(populate_existing=True)).one()
    if request.state != StoreRequestState.APPROVED:
        raise Refused(N_("The store request %(number)s is not approved, so nothing can be delivered on it."),
                      number=str(request))
    if delivery.store_id != request.store_id:
        raise Refused(N_("The store request %(number)s asks another store."), number=str(request),
                      field="store")
    left = outstanding(request, states=states, but=delivery)
    for line in delivery.lines:
        with blame_line(line):
            if line.item_id not in left:
                raise Refused(N_("%(item)s is not on the store request %(number)s."), item=line.item.name,
                              number=str(request))
            left[line.item_id] -= line.base_quantity
            if left[line.item_id] < 0:
                raise Refused(N_("%(item)s: at most %(left)s %(unit)s are outstanding on %(number)s."),
                              item=line.item.name, left=left[line.item_id] + line.base_quantity,
                              unit=line.item.base_unit, number=str(request), field="quantity")


@effect(DeliveryRequest, "submit", "submit_urgent")
def _check_delivery(delivery: DeliveryRequest, *, by: User, reason: str) -> None:
    _check_against_request(delivery, PROMISED)


@effect(DeliveryRequest, "deliver")
def _deliver(delivery: DeliveryRequest, *, by: User, reason: str) -> None:
    """Stock out, first expiry first, as much as is there or as the clerk says; the cost goes to the account
    of the unit. What does not leave is open again on the store request, because only what left counts."""
    stock.check_said(delivery.lines, "delivered_quantity", lambda line: line.base_quantity)
    _check_against_request(delivery, GIVEN)
    delivery.delivered_on = clock.today()
    if delivery.account_id is None:
        unit = db.session.get_one(WorkUnit, delivery.store_request.work_unit_id)
        delivery.account_id = unit.account_id or journal.accounts([Posting.EXPENSE])[Posting.EXPENSE]
    leaving = _leaving(delivery)
    stock.issue(delivery, delivery.store_id,
                [stock.Outgoing(line.id, line.item_id, leaving[line.id]) for line in delivery.lines
                 if leaving[line.id]],
                kind=MoveKind.DELIVERY, on=delivery.delivered_on, by=by, reason=reason,
                against=stock.against(Posting.EXPENSE, delivery.account_id))
    for line in delivery.lines:
        line.delivered_quantity = leaving[line.id]


def _leaving(delivery: DeliveryRequest) -> dict[int, Decimal]:
    """Base units that leave by line id: what the clerk says, else as much as is there unexpired. Raises
    `NotEnoughStock` or `Refused` where that is nothing, or more than was approved."""
    approved = stock.in_base(delivery.lines)
    item_ids = {line.item_id for line in delivery.lines}
    stock.lock_pairs({(delivery.store_id, item_id) for item_id in item_ids})
    there = availability.available(delivery.store_id, item_ids, on=delivery.delivered_on)
    left = {item_id: there[item_id].usable for item_id in item_ids}
    leaving: dict[int, Decimal] = {}
    for line in sorted(delivery.lines, key=lambda each: each.delivered_quantity is None):
        said = line.delivered_quantity
        leaving[line.id] = min(approved[line.id], max(left[line.item_id], ZERO)) if said is None else said
        left[line.item_id] -= leaving[line.id]
    if not any(leaving.values()):
        if any(line.delivered_quantity is not None for line in delivery.lines):
            raise Refused(N_("Nothing would leave the store. Cancel the delivery instead, with a reason."),
                          field="delivered_quantity")
        _refuse_empty(delivery.lines[0], approved[delivery.lines[0].id])
    return leaving


def _refuse_empty(line: DeliveryRequestLine, asked: Decimal) -> None:
    raise NotEnoughStock(
        N_("Not enough of %(item)s: asked %(asked)s %(unit)s, there are %(available)s unexpired. Nothing of "
           "this delivery is there: wait for goods, ask to buy them, or cancel the delivery with a reason."),
        item=line.item.name, asked=asked, unit=line.item.base_unit, available=ZERO)


@effect(DeliveryRequest, "acknowledge", "acknowledge_for")
def _take_in(delivery: DeliveryRequest, *, by: User, reason: str) -> None:
    """What arrived, line by line. What did not goes back into stock by a unit return of its own, or to the
    loss account."""
    stock.check_said(delivery.lines, "arrived_quantity", lambda line: line.delivered)
    lock(delivery)
    back: list[DeliveryRequestLine] = []
    lost = ZERO
    for line in delivery.lines:
        arrived = line.delivered if line.arrived_quantity is None else line.arrived_quantity
        line.delivered_quantity, line.arrived_quantity = line.delivered, arrived
        if arrived == line.delivered:
            line.missing = None
            continue
        line.missing = line.missing or Missing.STILL_IN_STORE
        if line.missing is Missing.LOST:
            lost += sum((value for *_batch, value in cost_of(line, line.lost, line.given)), ZERO)
        else:
            back.append(line)
    if back:
        _bring_back(delivery, back, by=by)
    if lost:
        journal.post_entry(clock.today(), [JournalLeg(Posting.LOSS, lost),
                                           JournalLeg(Posting.EXPENSE, -lost, delivery.account_id)],
                           delivery, by)


def _bring_back(delivery: DeliveryRequest, short: list[DeliveryRequestLine], *, by: User) -> None:
    """A unit return, made and accepted at once, of what never left the store or came back with the
    porter."""
    made = UnitReturn(
        created_by=by, work_unit_id=delivery.work_unit_id, store_id=delivery.store_id,
        account_id=delivery.account_id, note=NOT_ARRIVED.format(number=delivery.number),
        lines=[UnitReturnLine(item_id=line.item_id, delivery_request_line=line,
                              unit=next(unit for unit in line.item.units if unit.factor == 1),
                              factor=Decimal(1), quantity=line.delivered - line.given) for line in short])
    db.session.add(made)
    opened(made, by=by)
    by_system(made, "submit", by=by, reason=made.note or "")
    by_system(made, "accept", by=by, reason=made.note or "")


@after(DeliveryRequest, "acknowledge", "acknowledge_for")
def _close_request(delivery: DeliveryRequest, *, by: User, reason: str) -> None:
    """The request closes by itself when everything is delivered and every delivery is acknowledged. One that
    was closed because all had left is open again when not all arrived."""
    request = delivery.store_request
    lock(request)
    db.session.expire(request, ["deliveries"])
    last = next(reversed(request.events), None)
    if last is not None and last.transition == "close" and not last.note:
        open_again(request, by=by, reason=NOT_ARRIVED.format(number=delivery.number))
    waiting = any(other.state == DeliveryState.DELIVERED for other in request.deliveries)
    if request.state == StoreRequestState.APPROVED and not waiting and request.is_fully_delivered:
        by_system(request, "close", by=by)


@effect(DeliveryRequest, "reverse")
def _take_back(delivery: DeliveryRequest, *, by: User, reason: str) -> None:
    """Reversing moves, unless the unit returned some of it."""
    lock(delivery)
    built_on = db.session.scalar(
        sa.select(UnitReturn).join(UnitReturnLine, UnitReturnLine.unit_return_id == UnitReturn.id)
        .join(DeliveryRequestLine, DeliveryRequestLine.id == UnitReturnLine.delivery_request_line_id)
        .where(DeliveryRequestLine.delivery_request_id == delivery.id,
               UnitReturn.state.in_((UnitReturnState.SUBMITTED, UnitReturnState.ACCEPTED))).limit(1))
    if built_on is not None:
        raise Refused(N_("%(document)s builds on this document; it cannot be reversed."),
                      document=str(built_on))
    stock.reverse(delivery, on=clock.today(), by=by, reason=reason)


@after(DeliveryRequest, "reverse")
def _open_after_reversing(delivery: DeliveryRequest, *, by: User, reason: str) -> None:
    open_again(delivery.store_request, by=by, reason=reason)


def open_again(request: StoreRequest, *, by: User, reason: str) -> None:
    """A request that is done can be delivered again when something of it is not there any more."""
    lock(request)
    db.session.expire(request, ["deliveries"])
    if request.state == StoreRequestState.DONE and not request.is_fully_delivered:
        by_system(request, "open_again", by=by, reason=reason)


# ---------------------------------------------------------------- unit return

@effect(UnitReturn, "submit")
@effect(UnitReturn, "accept")
def _check_return(document: UnitReturn, *, by: User, reason: str) -> None:
    """Lines name deliveries of this unit from this store."""
    lock(document)
    lock_rows(DeliveryRequest, {line.delivery_request_line.delivery_request_id for line in document.lines})
    for line in document.lines:
        with blame_line(line):
            given = line.delivery_request_line
            delivery = given.delivery_request
            db.session.refresh(delivery, ["state"])
            if (given.item_id != line.item_id or delivery.work_unit_id != document.work_unit_id
                    or delivery.store_id != document.store_id or delivery.state not in GIVEN):
                raise Refused(N_("%(item)s was not delivered to this unit by this store with %(delivery)s."),
                              item=line.item.name, delivery=str(delivery))
    requested: dict[int, Decimal] = {}
    for line in document.lines:
        requested[line.delivery_request_line_id] = requested.get(line.delivery_request_line_id,
                                                                 ZERO) + line.base_quantity
    back = returned_by_line(requested)
    for line in document.lines:
        given = line.delivery_request_line
        left = given.delivered - given.lost - back.get(given.id, ZERO)
        if requested[given.id] > left:
            with blame_line(line):
                raise Refused(
                    N_("%(item)s: the unit still has at most %(left)s %(unit)s of this delivery to give "
                       "back."),
                    item=line.item.name, left=left, unit=line.item.base_unit, field="quantity")


def returned_by_line(delivery_line_ids: Iterable[int]) -> dict[int, Decimal]:
    """Base units that units gave back, by delivery line id."""
    rows = db.session.execute(
        sa.select(UnitReturnLine.delivery_request_line_id, UnitReturnLine.quantity, UnitReturnLine.factor)
        .join(UnitReturn, UnitReturn.id == UnitReturnLine.unit_return_id)
        .where(UnitReturn.state == UnitReturnState.ACCEPTED,
               UnitReturnLine.delivery_request_line_id.in_(list(delivery_line_ids))))
    back: dict[int, Decimal] = {}
    for line_id, quantity, factor in rows:
        back[line_id] = back.get(line_id, ZERO) + quantity * factor
    return back


def cost_of(given: DeliveryRequestLine, rest: Decimal,
            gone: Decimal) -> list[tuple[int, Decimal, Decimal]]:
    """Batch, base units and rupiah of `rest` of a delivered line, in the order it went out, after `gone` of
    it."""
    parts: list[tuple[int, Decimal, Decimal]] = []
    moves = db.session.scalars(
        sa.select(StockMove).where(StockMove.document_type == "delivery_request",
                                   StockMove.document_id == given.delivery_request_id,
                                   StockMove.line_id == given.id, StockMove.kind == MoveKind.DELIVERY)
        .order_by(StockMove.id))
    for move in moves:
        whole = -move.quantity
        before = min(gone, whole)
        gone -= before
        part = min(rest, whole - before)
        if part > 0:
            rest -= part
            parts.append((move.batch_id, part, stock.share(-move.value, part, whole, before)))
    if rest > 0:
        raise Refused(N_("%(item)s: more would come back than was delivered."), item=given.item.name)
    return parts


@effect(UnitReturn, "accept")
def _accept_return(document: UnitReturn, *, by: User, reason: str) -> None:
    """Stock in at what the delivery cost, into the batches it came from, in the order they went out."""
    base = stock.in_base(document.lines)
    back = returned_by_line({line.delivery_request_line_id for line in document.lines})
    wanted: list[stock.Incoming] = []
    account_of: dict[int, int | None] = {}
    for line in document.lines:
        given = line.delivery_request_line
        account_of[line.id] = document.account_id or given.delivery_request.account_id
        gone = back.get(given.id, ZERO)
        back[given.id] = gone + base[line.id]
        wanted += [stock.Incoming(line.id, line.item_id, part, batch_id, value)
                   for batch_id, part, value in cost_of(given, base[line.id], gone)]
    stock.receive(document, document.store_id, wanted, kind=MoveKind.UNIT_RETURN,
                  on=stock.posting_day(document), by=by, reason=reason,
                  against=lambda moved: [JournalLeg(Posting.EXPENSE, -move.value, account_of[move.line_id])
                                         for move in moved])
