"""From approved purchase requests to orders: what is still open of each line, and one order for many
requests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.base import db
from models.errors import N_, NotAllowed, Refused, blame_line
from models.items import Item, Supplier
from models.operations.core.approvals import after, by_system, effect, opened
from models.operations.core.locking import lock, lock_rows
from models.operations.core.report_kit import base_units, quantity
from models.operations.purchasing import price_lists
from models.operations.purchasing.taken import takes
from models.organisation import Status
from models.people import User
from models.purchasing import (
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderState,
    PurchaseRequest,
    PurchaseRequestLine,
    PurchaseRequestState,
)
from models.roles import Role

ZERO = Decimal(0)
STEP = Decimal("0.001")
#: Orders that do not take their request's lines (yet, or any more).
OPEN_ORDERS = (PurchaseOrderState.DRAFT, PurchaseOrderState.REJECTED, PurchaseOrderState.CANCELLED)
#: The same when a new draft is made: what stands on another draft is not drafted again.
DROPPED_ORDERS = (PurchaseOrderState.REJECTED, PurchaseOrderState.CANCELLED)


@effect(PurchaseRequest, "approve")
def _keep_approver(request: PurchaseRequest, *, by: User, reason: str) -> None:
    request.approved_by_id = by.id


# ---------------------------------------------------------------- what is open

def ordered(line_ids: Iterable[int], but: PurchaseOrder | None = None,
            without: Sequence[PurchaseOrderState] = OPEN_ORDERS) -> dict[int, Decimal]:
    """Base units by request line that orders in other states than `without` take, the order `but` left out.
    A closed order takes only what came."""
    line = PurchaseOrderLine
    rows = db.session.execute(
        sa.select(line.purchase_request_line_id, quantity(sa.func.sum(takes())))
        .join(PurchaseOrder, PurchaseOrder.id == line.purchase_order_id)
        .where(line.purchase_request_line_id.in_(list(line_ids)), PurchaseOrder.state.not_in(without),
               PurchaseOrder.id != (but.id if but is not None and but.id is not None else 0))
        .group_by(line.purchase_request_line_id))
    return {line_id: base for line_id, base in rows if line_id is not None}


def left_of(line: PurchaseRequestLine, taken: dict[int, Decimal]) -> Decimal:
    """How much of a request's line is not ordered, in its own unit; never below zero."""
    return max(ZERO, line.base_quantity - taken.get(line.id, ZERO)) / line.factor


def check_left(line: PurchaseRequestLine, base: Decimal, before: Decimal, field: str | None = None) -> None:
    """Refuse base units that would order the line a second time.

    The first order may round up to whole packs; later ones take what is left, and no more.
    """
    if not before or before + base <= line.base_quantity:
        return
    named = {"item": line.item.name, "request": str(line.purchase_request), "field": field}
    if before >= line.base_quantity:
        raise Refused(N_("%(item)s of %(request)s is ordered already; a line is ordered once."), **named)
    raise Refused(N_("%(item)s of %(request)s: only %(left)s %(unit)s are not ordered yet."),
                  unit=line.unit.unit_name,
                  left=left_of(line, {line.id: before}), **named)


@dataclass(frozen=True)
class OpenLine:
    """A line of an approved request that can be ordered; quantities in the line's unit."""

    line: PurchaseRequestLine
    left: Decimal
    #: On drafts of orders; counted in `left` no more.
    drafted: Decimal


def open_lines(*, supplier_id: int | None = None, item_id: int | None = None, store_id: int | None = None,
               request_id: int | None = None, line_ids: Iterable[int] | None = None,
               limit: int = 200) -> list[OpenLine]:
    """Lines of approved requests that no order covers yet, by supplier and item; one statement.

    What stands on a draft of an order is no longer open, except where nothing else is left of the line (then
    it is listed with nothing left, so that a person sees where it is).
    """
    line, order_line = PurchaseRequestLine, PurchaseOrderLine

    def on(criterion: sa.ColumnElement[bool]) -> sa.ScalarSelect[Decimal]:
        return (sa.select(quantity(sa.func.sum(takes()))).select_from(order_line)
                .join(PurchaseOrder, PurchaseOrder.id == order_line.purchase_order_id)
                .where(order_line.purchase_request_line_id == line.id,
                       criterion).correlate(line).scalar_subquery())

    taken = on(PurchaseOrder.state.not_in(OPEN_ORDERS))
    drafted = on(PurchaseOrder.state == PurchaseOrderState.DRAFT)
    requested = base_units(line.quantity, line.factor)
    criteria = [column == value for column, value in (
        (line.supplier_id, supplier_id), (line.item_id, item_id), (PurchaseRequest.store_id, store_id),
        (PurchaseRequest.id, request_id)) if value]
    if line_ids is not None:
        criteria.append(line.id.in_(list(line_ids)))
    rows = db.session.execute(
        sa.select(line, quantity(taken).label("taken"), quantity(drafted).label("drafted"))
        .join(PurchaseRequest,
              PurchaseRequest.id == line.purchase_request_id).join(Item, Item.id == line.item_id)
        .outerjoin(Supplier, Supplier.id == line.supplier_id)
        .where(PurchaseRequest.state == PurchaseRequestState.APPROVED, quantity(taken) < requested, *criteria)
        .options(joinedload(line.purchase_request).joinedload(PurchaseRequest.store), joinedload(line.item),
                 joinedload(line.unit), joinedload(line.supplier))
        .order_by(Supplier.name.is_(None), Supplier.name, Item.name, line.id).limit(limit))
    return [OpenLine(entry, left_of(entry, {entry.id: gone + draft}), draft / entry.factor)
            for entry, gone, draft in rows]


# ---------------------------------------------------------------- making orders

@dataclass(frozen=True)
class Pick:
    """A request's line to order: how much in its unit, from whom, at which price."""

    line_id: int
    quantity: Decimal
    supplier_id: int
    unit_price: Decimal = ZERO
    discount: Decimal = ZERO


def make_orders(picks: Sequence[Pick], *, by: User) -> list[PurchaseOrder]:
    """Draft one order for each supplier and store with the picked lines; flushes, never commits.

    Raises `NotAllowed`, or `Refused` whose `field` is ``quantity-<line id>`` or ``supplier-<line id>``.
    """
    if not by.has_role(Role.FACILITIES_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))
    if not picks:
        raise Refused(N_("Tick at least one line first."))
    ids = {pick.line_id for pick in picks}
    lock_rows(PurchaseRequestLine, ids)
    lines = {line.id: line for line in db.session.scalars(
        sa.select(PurchaseRequestLine).where(PurchaseRequestLine.id.in_(ids))
        .options(joinedload(PurchaseRequestLine.purchase_request), joinedload(PurchaseRequestLine.item),
                 joinedload(PurchaseRequestLine.unit)).execution_options(populate_existing=True))}
    suppliers = {supplier.id: supplier for supplier in db.session.scalars(
        sa.select(Supplier).where(Supplier.id.in_({pick.supplier_id for pick in picks})))}
    before = ordered(ids, without=DROPPED_ORDERS)
    grouped: dict[tuple[int, int], list[PurchaseOrderLine]] = {}
    for pick in picks:
        line, supplier = lines.get(pick.line_id), suppliers.get(pick.supplier_id)
        if line is None:
            raise Refused(N_("A line was removed meanwhile. Look at the document again."))
        request = line.purchase_request
        if request.state != PurchaseRequestState.APPROVED:
            raise Refused(N_("The purchase request %(number)s is not approved."), number=str(request),
                          field=f"quantity-{line.id}")
        if supplier is None or supplier.status != Status.ACTIVE:
            raise Refused(N_("Choose a supplier that is in use."), field=f"supplier-{line.id}")
        if pick.quantity <= 0:
            raise Refused(N_("Must be more than 0, for example 6."), field=f"quantity-{line.id}")
        try:
            base = line.item.in_base(pick.quantity, line.factor)
        except Refused as refusal:
            refusal.field = f"quantity-{line.id}"
            raise
        check_left(line, base, before.get(line.id, ZERO), f"quantity-{line.id}")
        before[line.id] = before.get(line.id, ZERO) + base
        grouped.setdefault((supplier.id, request.store_id), []).append(PurchaseOrderLine(
            purchase_request_line_id=line.id, item_id=line.item_id, unit_id=line.unit_id, factor=line.factor,
            quantity=pick.quantity, unit_price=pick.unit_price, discount=pick.discount))
    return [drafted(suppliers[supplier_id], store_id, entry, by)
            for (supplier_id, store_id), entry in grouped.items()]


@effect(PurchaseOrder, "send")
def _promised(order: PurchaseOrder, *, by: User, reason: str) -> None:
    """Without a day agreed, the supplier's usual time of delivery is what it is held to."""
    if order.expected_on is None and order.supplier.lead_time_days is not None:
        order.expected_on = max(clock.today(),
                                order.ordered_on) + timedelta(days=order.supplier.lead_time_days)


def drafted(supplier: Supplier, store_id: int, lines: list[PurchaseOrderLine], by: User) -> PurchaseOrder:
    """A draft order with these lines, its VAT and its day as the supplier has them. Flushes."""
    order = PurchaseOrder(supplier=supplier, store_id=store_id, created_by=by, lines=lines)
    if not supplier.charges_vat:
        order.vat_percent = ZERO
    if supplier.lead_time_days is not None:
        order.expected_on = clock.today() + timedelta(days=supplier.lead_time_days)
    db.session.add(order)
    opened(order, by=by)
    return order


def make_order(request: PurchaseRequest, supplier_id: int | None = None, *, by: User) -> PurchaseOrder:
    """Draft an order to a supplier with the request's open lines that propose it or nobody.

    Without `supplier_id`, to the first supplier that an open line proposes, and without what stands on a
    draft; at the supplier's contract or list where one holds. Raises `NotAllowed`, or `Refused` when the
    request is not approved or no line is left.
    """
    if not by.has_role(Role.FACILITIES_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))
    if request.state != PurchaseRequestState.APPROVED:
        raise Refused(N_("The purchase request %(number)s is not approved."), number=str(request))
    ids = {line.id for line in request.lines}
    lock_rows(PurchaseRequestLine, ids)
    taken = ordered(ids, without=DROPPED_ORDERS if supplier_id is None else OPEN_ORDERS)
    left = {line.id: left_of(line, taken).quantize(STEP) for line in request.lines}
    still = [line for line in request.lines if left[line.id] > 0]
    if supplier_id is None:
        proposed = [line.supplier_id for line in still if line.supplier_id is not None]
        if not still:
            raise Refused(N_("Every line of %(number)s is ordered, or stands on a draft of an order."),
                          number=str(request))
        if not proposed:
            raise Refused(N_("No open line of %(number)s proposes a supplier. Draft the order by hand."),
                          number=str(request))
        supplier_id = proposed[0]
    agreed = price_lists.agreed({line.item_id for line in still})
    lines = []
    for line in still:
        if line.supplier_id in (None, supplier_id):
            price = price_lists.best(agreed[line.item_id], supplier_id, left[line.id] * line.factor)
            lines.append(PurchaseOrderLine(
                purchase_request_line_id=line.id, item_id=line.item_id, unit_id=line.unit_id,
                quantity=left[line.id], factor=line.factor,
                unit_price=line.estimated_price or ZERO if price is None else price.per(line.factor),
                discount=ZERO if price is None else price.discount))
    if not lines:
        raise Refused(N_("No line of %(number)s is left to order from this supplier."), number=str(request))
    return drafted(db.session.get_one(Supplier, supplier_id), request.store_id, lines, by)


# ---------------------------------------------------------------- effects

@effect(PurchaseOrder, "submit")
def _check_order(order: PurchaseOrder, *, by: User, reason: str) -> None:
    """A request line is ordered once; the request is approved; the supplier is in use. Now it is known who
    must approve."""
    lock(order)
    order.needs_director = order.is_above_limit
    if order.supplier.status != Status.ACTIVE:
        raise Refused(N_("The supplier %(supplier)s is no longer used."), supplier=order.supplier.name,
                      field="supplier")
    named = [line for line in order.lines if line.purchase_request_line_id is not None]
    ids = [line.purchase_request_line_id for line in named if line.purchase_request_line_id is not None]
    lock_rows(PurchaseRequestLine, set(ids))
    before = ordered(ids, but=order)
    for line in named:
        with blame_line(line):
            wanted = line.purchase_request_line
            assert wanted is not None
            check_left(wanted, line.base_quantity, before.get(wanted.id, ZERO))
            before[wanted.id] = before.get(wanted.id, ZERO) + line.base_quantity
            if wanted.purchase_request.state != PurchaseRequestState.APPROVED:
                raise Refused(N_("The purchase request %(number)s is not approved."),
                              number=str(wanted.purchase_request))
            if wanted.item_id != line.item_id:
                raise Refused(N_("%(item)s is not what %(request)s asks for on this line."),
                              item=line.item.name,
                              request=str(wanted.purchase_request))


def _requests_of(order: PurchaseOrder) -> list[PurchaseRequest]:
    """The requests that the order answers, locked in one order."""
    ids = {line.purchase_request_line.purchase_request_id for line in order.lines
           if line.purchase_request_line is not None}
    lock_rows(PurchaseRequest, ids)
    return list(db.session.scalars(
        sa.select(PurchaseRequest).where(PurchaseRequest.id.in_(ids)).order_by(PurchaseRequest.id)
        .execution_options(populate_existing=True)))


@after(PurchaseOrder, "send", "open_again")
def _close_requests(order: PurchaseOrder, *, by: User, reason: str) -> None:
    """Requests close by themselves when every line went to a supplier."""
    for request in _requests_of(order):
        if request.state == PurchaseRequestState.APPROVED and request.is_fully_ordered:
            by_system(request, "close", by=by)


@after(PurchaseOrder, "close")
def open_requests_again(order: PurchaseOrder, *, by: User, reason: str) -> None:
    """What an order that is closed did not bring is open again on its requests."""
    for request in _requests_of(order):
        if request.state == PurchaseRequestState.DONE and not request.is_fully_ordered:
            by_system(request, "open_again", by=by, reason=reason)


@effect(PurchaseOrder, "open_again")
def _check_still_open(order: PurchaseOrder, *, by: User, reason: str) -> None:
    """What did not come was not ordered elsewhere meanwhile: it would come twice."""
    named = {line.purchase_request_line_id: line for line in order.lines
             if line.purchase_request_line_id is not None}
    lock_rows(PurchaseRequestLine, set(named))
    before = ordered(named, but=order)
    for key, line in named.items():
        wanted = line.purchase_request_line
        assert wanted is not None
        elsewhere = before.get(key, ZERO)
        if elsewhere and elsewhere + line.base_quantity > wanted.base_quantity:
            raise Refused(N_("%(item)s of %(request)s was ordered elsewhere meanwhile. Make a new order for "
                             "what is still missing."), item=line.item.name,
                          request=str(wanted.purchase_request))
