"""Quotations: asking several suppliers, writing down their answers, choosing, and the orders that come of
it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.base import db
from models.errors import N_, NotAllowed, Refused, WrongState
from models.items import Supplier
from models.operations.core.approvals import after, opened, perform
from models.operations.core.locking import lock
from models.operations.people.mail import post_to
from models.operations.purchasing import ordering, price_lists, prices
from models.operations.purchasing.ordering import Pick
from models.people import User
from models.purchasing import PurchaseOrder, PurchaseOrderLine, PurchaseRequest, PurchaseRequestState
from models.quotations import (
    Q,
    Quotation,
    QuotationPrice,
    QuotationRequest,
    QuotationRequestLine,
)
from models.roles import Role
from models.settings import setting

#: Suppliers that are proposed for a new request at most.
PROPOSED = 5
TEMPLATE = "quotation_asked"


def _may(by: User) -> None:
    if not by.has_role(Role.FACILITIES_STAFF):
        raise NotAllowed(N_("Your role may not do this step."))


# ---------------------------------------------------------------- asking

def ask(line_ids: Iterable[int], *, by: User) -> list[QuotationRequest]:
    """Draft a request for quotation of open lines of approved purchase requests, one for each store, with the
    suppliers that sold the items before or have a price of them. Raises `NotAllowed` or `Refused`."""
    _may(by)
    wanted = set(line_ids)
    lines = [entry for entry in ordering.open_lines(line_ids=wanted, limit=max(1, len(wanted)))
             if entry.left > 0]
    if not lines:
        raise Refused(N_("Tick at least one line first."))
    by_store: dict[int, list[ordering.OpenLine]] = {}
    for entry in lines:
        by_store.setdefault(entry.line.purchase_request.store_id, []).append(entry)
    made = []
    for store_id, entries in by_store.items():
        suppliers = _suppliers({entry.line.item_id for entry in entries},
                               [entry.line.supplier_id for entry in entries])
        request = QuotationRequest(
            created_by=by, store_id=store_id, answer_by=clock.today() + timedelta(days=7),
            quotations=[Quotation(supplier_id=supplier) for supplier in suppliers],
            lines=[QuotationRequestLine(
                purchase_request_line_id=entry.line.id, item_id=entry.line.item_id,
                unit_id=entry.line.unit_id, factor=entry.line.factor,
                quantity=entry.left.quantize(ordering.STEP)) for entry in entries])
        db.session.add(request)
        opened(request, by=by)
        made.append(request)
    return made


def _suppliers(item_ids: set[int], named: Iterable[int | None]) -> list[int]:
    """Suppliers to ask: whom the requests name, who sold the items before, who has a price of them."""
    count: dict[int, int] = {}
    for found in prices.offers(item_ids).values():
        for offer in found:
            count[offer.supplier_id] = count.get(offer.supplier_id, 0) + 1
    for agreed in price_lists.agreed(item_ids).values():
        for supplier_id in {price.supplier_id for price in agreed}:
            count[supplier_id] = count.get(supplier_id, 0) + 1
    first = dict.fromkeys(supplier for supplier in named if supplier is not None)
    return [*first, *(supplier for supplier in sorted(count, key=lambda key: (-count[key], key))
                      if supplier not in first)][:PROPOSED]


def ask_for_request(request: PurchaseRequest, *, by: User) -> QuotationRequest:
    """The same of every open line of one purchase request. Raises `NotAllowed` or `Refused`."""
    _may(by)
    if request.state != PurchaseRequestState.APPROVED:
        raise Refused(N_("The purchase request %(number)s is not approved."), number=str(request))
    still = [entry.line.id for entry in ordering.open_lines(request_id=request.id) if entry.left > 0]
    if not still:
        raise Refused(N_("Every line of %(number)s is ordered, or stands on a draft of an order."),
                      number=str(request))
    return ask(still, by=by)[0]


@after(QuotationRequest, "send")
def _to_the_suppliers(request: QuotationRequest, *, by: User, reason: str) -> None:
    """The letter goes to each supplier that has an address, once for each time that it is sent."""
    times = sum(event.transition == "send" for event in request.events) or 1
    for quotation in request.quotations:
        supplier = quotation.supplier
        if supplier.email:
            post_to(supplier.email, TEMPLATE, language=supplier.language, prints=request,
                    key=f"quotation-{quotation.id}-{times}", name=supplier.contact_name or supplier.name,
                    number=request.number, hospital=setting("hospital.name"), person=by.name,
                    answer_by=request.answer_by.isoformat() if request.answer_by else "")


# ---------------------------------------------------------------- answers

@dataclass(frozen=True)
class Answer:
    """What a supplier says of one line; `price` None with `cannot`."""

    price: Decimal | None = None
    discount: Decimal = Decimal(0)
    days: int | None = None
    cannot: bool = False


def write_answers(quotation: Quotation, answers: Mapping[int, Answer | None], *, by: User,
                  supplier_number: str | None = None, valid_until: date | None = None) -> None:
    """Keep what a supplier answered, by line id; None takes an answer out. Raises `NotAllowed` or `Refused`,
    whose ``field`` is ``price-<quotation>-<line>``."""
    _may(by)
    request = quotation.quotation_request
    _open(request)
    quotation.supplier_number, quotation.valid_until = supplier_number or None, valid_until
    known = {price.quotation_request_line_id: price for price in quotation.prices}
    lines = {line.id for line in request.lines}
    for line_id, answer in answers.items():
        if line_id not in lines:
            raise Refused(N_("A line was removed meanwhile. Look at the document again."))
        price = known.get(line_id)
        if answer is None:
            if price is not None:
                db.session.delete(price)
            continue
        if price is None:
            price = QuotationPrice(quotation=quotation, quotation_request_line_id=line_id)
            db.session.add(price)
        price.cannot, price.unit_price = answer.cannot, None if answer.cannot else answer.price
        price.discount, price.delivery_days = answer.discount, answer.days
        if answer.cannot:
            price.is_chosen, price.choice_reason = False, None
    db.session.flush()
    db.session.expire(quotation, ["prices"])
    for line in request.lines:
        db.session.expire(line, ["prices"])


def _open(request: QuotationRequest) -> None:
    """Raises `WrongState` unless the request is out with its suppliers."""
    lock(request)
    db.session.refresh(request, ["state"])
    if request.state != Q.ASKED:
        raise WrongState(QuotationPrice.refusal)


# ---------------------------------------------------------------- choosing

def choose(request: QuotationRequest, choices: Mapping[int, int | None], reasons: Mapping[int, str], *,
           by: User) -> None:
    """Choose one supplier's offer for each line: line id to quotation id, None for none. Whoever is not the
    cheapest needs a reason. Raises `NotAllowed` or `Refused`; ``field`` is ``chosen-<line>`` or
    ``reason-<line>``."""
    _may(by)
    _open(request)
    lines = {line.id: line for line in request.lines}
    for line_id in choices:
        for price in lines[line_id].prices if line_id in lines else ():
            price.is_chosen, price.choice_reason = False, None
    db.session.flush()  # the one chosen before steps back first: only one is chosen at a time
    for line_id, quotation_id in choices.items():
        line = lines.get(line_id)
        if quotation_id is None or line is None:
            continue
        offered = [each for each in line.offered if each.quotation_id == quotation_id]
        if not offered:
            raise Refused(N_("This supplier offered no price for %(item)s."), item=line.item.name,
                          field=f"chosen-{line_id}")
        price = offered[0]
        until = price.quotation.valid_until
        if until is not None and until < clock.today():
            raise Refused(N_("The offer of %(supplier)s held until %(day)s. Ask for a new one, and write its "
                             "day."), supplier=price.quotation.supplier.name, day=until,
                          field=f"chosen-{line_id}")
        reason = reasons.get(line_id, "").strip()
        if not price.is_cheapest and not reason:
            raise Refused(N_("%(supplier)s is not the cheapest for %(item)s: write why it is chosen."),
                          supplier=price.quotation.supplier.name, item=line.item.name,
                          field=f"reason-{line_id}")
        price.is_chosen, price.choice_reason = True, None if price.is_cheapest else reason[:300]
    db.session.flush()


def choose_cheapest(request: QuotationRequest) -> dict[int, int]:
    """The cheapest valid offer of each line: line id to quotation id; the quicker one of equal ones."""
    today = clock.today()
    result = {}
    for line in request.lines:
        offered = [price for price in line.offered
                   if price.quotation.valid_until is None or price.quotation.valid_until >= today]
        if offered:
            lowest = min(offered, key=lambda price: (
                price.net_amount, price.delivery_days is None, price.delivery_days or 0, price.id))
            result[line.id] = lowest.quotation_id
    return result


def decide(request: QuotationRequest, *, by: User, reason: str = "",
           version: int | None = None) -> list[PurchaseOrder]:
    """Close the request with what was chosen and draft one order for each chosen supplier.

    Raises `Refused`, also where a line was ordered elsewhere meanwhile.
    """
    perform(request, "decide", by=by, reason=reason, version=version)
    return make_orders(request, by=by)


def make_orders(request: QuotationRequest, *, by: User) -> list[PurchaseOrder]:
    """Draft an order for each supplier with what was chosen of its offer; none is made twice while one lives.
    Raises `NotAllowed` or `Refused`."""
    _may(by)
    lock(request)
    if request.state != Q.DONE:
        raise Refused(N_("Choose the offers first."))
    if request.living_orders:
        raise Refused(N_("%(order)s was drafted from it already."), order=str(request.living_orders[0]))
    made = []
    for quotation in request.quotations:
        chosen = [price for price in quotation.prices if price.is_chosen]
        if chosen:
            order = _order(request, quotation, chosen, by)
            quotation.purchase_order = order
            made.append(order)
    db.session.flush()
    return made


def _order(request: QuotationRequest, quotation: Quotation, chosen: Sequence[QuotationPrice],
           by: User) -> PurchaseOrder:
    """One order: lines of purchase requests by way of `ordering.make_orders`, what nobody requested beside
    them."""
    picks, free = [], []
    for price in chosen:
        line = price.quotation_request_line
        if line.purchase_request_line_id is not None:
            picks.append(Pick(line.purchase_request_line_id, _in_unit_of(line), quotation.supplier_id,
                              _per_unit(price), price.discount))
        else:
            free.append(PurchaseOrderLine(
                item_id=line.item_id, unit_id=line.unit_id, factor=line.factor, quantity=line.quantity,
                unit_price=price.unit_price or Decimal(0), discount=price.discount))
    if picks:
        (order, *more) = ordering.make_orders(picks, by=by)
        if more:
            raise Refused(N_("%(number)s asks for lines of several stores. Order them one by one."),
                          number=str(request))
        order.lines.extend(free)
    else:
        supplier = db.session.get_one(Supplier, quotation.supplier_id)
        order = ordering.drafted(supplier, request.store_id, free, by)
    days = max((price.delivery_days for price in chosen if price.delivery_days is not None), default=None)
    if days is not None:
        order.expected_on = clock.today() + timedelta(days=days)
    order.note = _note(request, quotation, chosen)
    return order


def _in_unit_of(line: QuotationRequestLine) -> Decimal:
    """The line's quantity in the unit of the purchase request's line. Raises `Refused` when it does not come
    out."""
    wanted = line.purchase_request_line
    assert wanted is not None
    amount = line.base_quantity / wanted.factor
    if amount != amount.quantize(ordering.STEP):
        raise Refused(N_("%(item)s was asked for in another unit than the purchase request's, and does not "
                         "come out."), item=line.item.name)
    return amount.quantize(ordering.STEP)


def _per_unit(price: QuotationPrice) -> Decimal:
    """The offered price in the unit of the purchase request's line."""
    line = price.quotation_request_line
    wanted = line.purchase_request_line
    assert wanted is not None
    return ((price.unit_price or Decimal(0)) / line.factor * wanted.factor).quantize(Decimal("0.01"))


def _note(request: QuotationRequest, quotation: Quotation, chosen: Iterable[QuotationPrice]) -> str:
    """Where the order comes from, and why not from the cheapest; papers are in the hospital's own
    language."""
    number = f" ({quotation.supplier_number})" if quotation.supplier_number else ""
    lines = [f"Dari {request.number}{number}."]
    lines += [f"{price.quotation_request_line.item.name}: {price.choice_reason}" for price in chosen
              if price.choice_reason]
    return "\n".join(lines)


def loaded(request_id: int) -> QuotationRequest:
    """The request with everything that its comparison shows, in a fixed number of statements."""
    return db.session.scalars(
        sa.select(QuotationRequest).where(QuotationRequest.id == request_id).options(
            sa.orm.selectinload(QuotationRequest.lines).options(
                joinedload(QuotationRequestLine.item), joinedload(QuotationRequestLine.unit),
                sa.orm.selectinload(QuotationRequestLine.prices)),
            sa.orm.selectinload(QuotationRequest.quotations).options(
                joinedload(Quotation.supplier), joinedload(Quotation.purchase_order),
                sa.orm.selectinload(Quotation.prices)))
        .execution_options(populate_existing=True)).one()
