"""A purchase request of what a store cannot give of a store request or a delivery, in one step."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.errors import N_, NotAllowed, Refused
from models.items import UnitConversion
from models.operations.core.approvals import opened
from models.operations.core.locking import lock
from models.operations.stores import requests
from models.people import User
from models.purchasing import BUYERS, PurchaseRequest, PurchaseRequestLine, PurchaseRequestState
from models.store_requests import DeliveryRequest, StoreRequest, StoreRequestState

#: Documents are in the hospital's own language.
FOR = "Untuk {number}: stok tidak cukup."
LIVING = (PurchaseRequestState.DRAFT, PurchaseRequestState.SUBMITTED, PurchaseRequestState.APPROVED)


def request_of(document: StoreRequest | DeliveryRequest) -> StoreRequest:
    """The store request itself, or the one that a delivery answers."""
    return document if isinstance(document, StoreRequest) else document.store_request


def can_ask(document: Any) -> bool:
    """Whether something of an approved request is not in the store."""
    request = request_of(document)
    return request.state == StoreRequestState.APPROVED and bool(requests.missing(request))


def make_purchase_request(document: StoreRequest | DeliveryRequest, *, by: User) -> PurchaseRequest:
    """Draft a purchase request of what is missing. Raises `NotAllowed`, or `Refused` when nothing is missing
    or somebody asked already."""
    if not by.has_role(*BUYERS):
        raise NotAllowed(N_("Your role may not do this step."))
    request = request_of(document)
    lock(request)
    known = db.session.scalars(sa.select(PurchaseRequest).where(
        PurchaseRequest.note == FOR.format(number=request.number),
        PurchaseRequest.state.in_(LIVING)).limit(1)).first()
    if known is not None:
        raise Refused(N_("%(document)s asks for it already."), document=str(known))
    short = requests.missing(request)
    if not short:
        raise Refused(N_("The store has all that %(number)s waits for."), number=request.number)
    units = {unit.item_id: unit for unit in db.session.scalars(
        sa.select(UnitConversion).where(UnitConversion.item_id.in_(short), UnitConversion.factor == 1))}
    made = PurchaseRequest(
        created_by=by, store_id=request.store_id, note=FOR.format(number=request.number),
        lines=[PurchaseRequestLine(item_id=item_id, unit_id=units[item_id].id, factor=Decimal(1),
                                   quantity=wanted - there)
               for item_id, (wanted, there) in short.items()])
    db.session.add(made)
    opened(made, by=by)
    return made
