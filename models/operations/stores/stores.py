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
from models.errors import N_, NotAllowed, Refused, blame_line
from models.journal import Posting
from models.line_quantities import MeasuredLine
from models.operations.core.approvals import after, by_system, effect, opened
from models.operations.core.locking import lock, lock_rows
from models.operations.ledger import journal, stock
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
    StoreRequest,
    StoreRequestState,
)

ZERO = Decimal(0)
GIVEN = (DeliveryState.DELIVERED, DeliveryState.DONE)
#: Deliveries that will give, or gave, what they list.
PROMISED = (*GIVEN, DeliveryState.SUBMITTED, DeliveryState.APPROVED)


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

def by_item(lines: Iterable[Any]) -> dict[int, Decimal]:
    """Base units by item id."""
    sums: dict[int, Decimal] = {}
    for line in lines:
        sums[line.item_id] = sums.get(line.item_id, ZERO) + line.base_quantity
    return sums


def outstanding(request: StoreRequest, *, states: tuple[DeliveryState, ...] = PROMISED,
                but: DeliveryRequest | None = None) -> dict[int, Decimal]:
    """Base units by item id that no delivery in `states` covers yet, without counting the delivery `but`."""
    line = DeliveryRequestLine
    rows = db.session.execute(
        sa.select(line.item_id, line.quantity, line.factor)
        .join(DeliveryRequest, DeliveryRequest.id == line.delivery_request_id)
        .where(DeliveryRequest.store_request_id == request.id, DeliveryRequest.state.in_(states),
               DeliveryRequest.id != (but.id if but is not None else 0)))
    left = by_item(request.lines)
    for item_id, quantity, factor in rows:
        left[item_id] = left.get(item_id, ZERO) - quantity * factor
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
        base = min(line.base_quantity, left.get(line.item_id, ZERO))
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


@effect(DeliveryRequest, "submit")
def _check_delivery(delivery: DeliveryRequest, *, by: User, reason: str) -> None:
    _check_against_request(delivery, PROMISED)


@effect(DeliveryRequest, "deliver")
def _deliver(delivery: DeliveryRequest, *, by: User, reason: str) -> None:
    """Stock out, first expiry first; the cost goes to the account of the unit."""
    _check_against_request(delivery, GIVEN)
    delivery.delivered_on = clock.today()
    if delivery.account_id is None:
        unit = db.session.get_one(WorkUnit, delivery.store_request.work_unit_id)
        delivery.account_id = unit.account_id or journal.accounts([Posting.EXPENSE])[Posting.EXPENSE]
    base = stock.in_base(delivery.lines)
    stock.issue(delivery, delivery.store_id,
                [stock.Outgoing(line.id, line.item_id, base[line.id]) for line in delivery.lines],
                kind=MoveKind.DELIVERY, on=delivery.delivered_on, by=by, reason=reason,
                against=stock.against(Posting.EXPENSE, delivery.account_id))


@after(DeliveryRequest, "acknowledge")
def _close_request(delivery: DeliveryRequest, *, by: User, reason: str) -> None:
    """The request closes by itself when everything is delivered and every delivery is acknowledged."""
    request = delivery.store_request
    lock(request)
    db.session.expire(request, ["deliveries"])
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
        left = given.base_quantity - back.get(given.id, ZERO)
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
        moves = db.session.scalars(
            sa.select(StockMove).where(StockMove.document_type == "delivery_request",
                                       StockMove.document_id == given.delivery_request_id,
                                       StockMove.line_id == given.id, StockMove.kind == MoveKind.DELIVERY)
            .order_by(StockMove.id)).all()
        gone, rest = back.get(given.id, ZERO), base[line.id]
        back[given.id] = gone + rest
        for move in moves:
            whole = -move.quantity
            before = min(gone, whole)
            gone -= before
            part = min(rest, whole - before)
            if part > 0:
                rest -= part
                wanted.append(stock.Incoming(line.id, line.item_id, part, move.batch_id,
                                             stock.share(-move.value, part, whole, before)))
        if rest > 0:
            raise Refused(N_("%(item)s: more would come back than was delivered."), item=line.item.name)
    stock.receive(document, document.store_id, wanted, kind=MoveKind.UNIT_RETURN,
                  on=stock.posting_day(document), by=by, reason=reason,
                  against=lambda moved: [JournalLeg(Posting.EXPENSE, -move.value, account_of[move.line_id])
                                         for move in moved])
