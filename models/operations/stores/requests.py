"""What becomes of a store request beside its deliveries: granted, perhaps less than asked; closed with what
hangs on it; and who is told. The deliveries themselves are in `stores`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.errors import N_, Refused
from models.line_quantities import plain
from models.operations.core.approvals import after, by_system, effect
from models.operations.core.locking import lock
from models.operations.ledger import availability, stock
from models.operations.people.notices import Declared, declare, holders, settle, tell, to_make
from models.operations.stores import stores
from models.outbox import Channel
from models.people import AccountStatus, User, UserRole
from models.roles import Role
from models.settings import setting
from models.store_requests import DeliveryRequest, DeliveryState, StoreRequest, StoreRequestState

ZERO = Decimal(0)
#: Deliveries that fall with their request; what left the store stays a delivery.
NOT_LEFT = (DeliveryState.DRAFT, DeliveryState.SUBMITTED, DeliveryState.APPROVED, DeliveryState.REJECTED)
#: What a delivery says that fell without a reason of anybody; documents are in the hospital's own language.
ALL_DELIVERED = "Permintaan {number} sudah selesai."


# ---------------------------------------------------------------- granting

@effect(StoreRequest, "approve")
def _grant(request: StoreRequest, *, by: User, reason: str) -> None:
    """Each line is granted as it was asked for, or less. Raises `Refused` when nothing is granted at all."""
    stock.check_said(request.lines, "granted_quantity", lambda line: line.quantity, in_own_unit=True)
    lock(request)
    for line in request.lines:
        if line.granted_quantity == line.quantity:
            line.granted_quantity = None  # all of it
    if not any(line.granted for line in request.lines):
        raise Refused(N_("Nothing would be granted. Reject the request instead, with a reason."),
                      field="granted_quantity")


def lessened(request: StoreRequest) -> list[Any]:
    """The lines of which less was granted than asked."""
    return [line for line in request.lines if line.granted_quantity is not None]


@after(StoreRequest, "approve")
def _tell_what_was_granted(request: StoreRequest, *, by: User, reason: str) -> None:
    lines = lessened(request)
    if lines:
        tell("request_lessened", request, lines="; ".join(
            f"{line.item.name}: {plain(line.granted_quantity)} / {plain(line.quantity)} {line.unit.unit_name}"
            for line in lines))


# ---------------------------------------------------------------- ending

@effect(StoreRequest, "close", "cancel")
def _give_up_deliveries(request: StoreRequest, *, by: User, reason: str) -> None:
    """What has not left the store falls with its request."""
    lock(request)
    db.session.expire(request, ["deliveries"])
    for delivery in request.deliveries:
        if delivery.state in NOT_LEFT:
            lock(delivery)
            by_system(delivery, "cancel", by=by,
                      reason=reason.strip() or ALL_DELIVERED.format(number=request.number))


@effect(DeliveryRequest, "cancel")
def _give_back(delivery: DeliveryRequest, *, by: User, reason: str) -> None:
    """What an approved delivery promised is open again, because only living deliveries count; the unit is
    told."""
    if delivery.state != DeliveryState.APPROVED:
        return
    request = delivery.store_request
    if request.state == StoreRequestState.APPROVED:
        tell("delivery_cancelled", delivery, reason=reason.strip())
    stores.open_again(request, by=by, reason=reason)


@after(DeliveryRequest, "submit", "submit_urgent")
def _settle_request(delivery: DeliveryRequest, *, by: User, reason: str) -> None:
    """The request waits for no delivery any more when all of it is under way."""
    if not any(left > 0 for left in stores.outstanding(delivery.store_request).values()):
        settle("store_request", delivery.store_request_id)


# ---------------------------------------------------------------- urgent

@effect(DeliveryRequest, "submit_urgent")
def _check_allowed(delivery: DeliveryRequest, *, by: User, reason: str) -> None:
    if setting("delivery_request.urgent") != "yes":
        raise Refused(N_("Here urgent deliveries are approved like the others: submit it for approval."))


# ---------------------------------------------------------------- what is missing

def missing(request: StoreRequest) -> dict[int, tuple[Decimal, Decimal]]:
    """What the store cannot give of what the request still waits for: outstanding and available base units by
    item id. Two statements."""
    waiting = stores.outstanding(request, states=stores.GIVEN)
    left = {item_id: quantity for item_id, quantity in waiting.items() if quantity > 0}
    there = availability.available(request.store_id, left, but=request)
    return {item_id: (quantity, there[item_id].available) for item_id, quantity in left.items()
            if there[item_id].available < quantity}


def short_of(delivery: DeliveryRequest) -> dict[int, tuple[Decimal, Decimal]]:
    """What the store cannot give of a delivery that is to leave: wanted and unexpired base units by item
    id."""
    wanted: dict[int, Decimal] = {}
    for line in delivery.lines:
        wanted[line.item_id] = wanted.get(line.item_id, ZERO) + line.base_quantity
    there = availability.available(delivery.store_id, wanted)
    return {item_id: (quantity, there[item_id].usable) for item_id, quantity in wanted.items()
            if there[item_id].usable < quantity}


def taken_from_others(delivery: DeliveryRequest) -> list[int]:
    """Items of which less is left in the store than other approved requests wait for."""
    item_ids = {line.item_id for line in delivery.lines if line.delivered}
    there = availability.available(delivery.store_id, item_ids, but=delivery.store_request)
    return [item_id for item_id in item_ids if there[item_id].usable < there[item_id].reserved]


# ---------------------------------------------------------------- who is told

def _waits_for_delivery() -> sa.ColumnElement[bool]:
    """Approved requests of which something is granted and not under way."""
    left = availability.outstanding_by_request(stores.PROMISED).subquery()
    return StoreRequest.id.in_(sa.select(left.c.request_id))


to_make(StoreRequest, StoreRequestState.APPROVED, (Role.STORE_STAFF,), _waits_for_delivery)


def the_unit(delivery: DeliveryRequest) -> Iterable[User]:
    """Everybody who can acknowledge for the unit of the delivery, and who asked."""
    return db.session.scalars(
        sa.select(User).where(User.status == AccountStatus.ACTIVE, sa.or_(
            User.id == delivery.store_request.created_by_id,
            sa.and_(User.work_unit_id == delivery.work_unit_id, User.id.in_(
                sa.select(UserRole.user_id).where(UserRole.role == Role.UNIT_USER))))).order_by(User.id))


def _named(delivery: DeliveryRequest) -> dict[str, Any]:
    request = delivery.store_request
    return {"number": delivery.number or "", "request": request.number or "", "unit": request.work_unit.name,
            "store": delivery.store.name}


ADDRESS = "/admin/delivery_request/details/?id={id}"

declare(Declared(
    "request_lessened", lambda request: [request.created_by],
    N_("Less was granted of %(number)s than was asked for"),
    (N_("Granted / asked for: %(lines)s"),), lambda request: {"number": request.number},
    "/admin/store_request/details/?id={id}", channels=(Channel.MAIL,), icon="clipboard-list"))
declare(Declared(
    "delivery_cancelled", the_unit, N_("Delivery %(number)s will not come"),
    (N_("What it promised stands on %(request)s as not delivered. The reason: %(reason)s"),), _named,
    ADDRESS, channels=(Channel.MAIL,), icon="circle-x"))
declare(Declared(
    "delivery_short", holders(Role.STORE_HEAD), N_("Not all of %(number)s arrived at %(unit)s"),
    (N_("What is missing went back into stock or to the loss account. Look where it stayed."),), _named,
    ADDRESS, channels=(Channel.MAIL,), icon="alert-triangle"))
declare(Declared(
    "delivery_acknowledged_for", the_unit, N_("%(number)s was acknowledged for your unit"),
    (N_("The head of store acknowledged it, because nobody of the unit had. The reason: %(reason)s"),),
    _named, ADDRESS, channels=(Channel.MAIL,), on=(DeliveryRequest, ("acknowledge_for",)), icon="checks"))
declare(Declared(
    "delivery_urgent", holders(Role.FACILITIES_HEAD),
    N_("Urgent: %(number)s goes to %(unit)s without your approval"),
    (N_("It answers the urgent request %(request)s from %(store)s. You find it in the report of urgent "
        "deliveries."),), _named, ADDRESS, on=(DeliveryRequest, ("submit_urgent",)), icon="alert-triangle"))


@after(DeliveryRequest, "acknowledge", "acknowledge_for")
def _tell_of_shortage(delivery: DeliveryRequest, *, by: User, reason: str) -> None:
    if any(line.given < line.delivered for line in delivery.lines):
        tell("delivery_short", delivery)
