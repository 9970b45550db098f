"""What `flask verify` proves of store requests and deliveries; registered in `checks.CHECKS` by being
imported."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from models.documents import DocumentEvent
from models.operations.core.checks import check
from models.operations.core.report_kit import base_units, quantity
from models.operations.ledger import availability
from models.stock import MoveKind, StockMove
from models.store_requests import (
    DeliveryRequest,
    DeliveryRequestLine,
    DeliveryState,
    StoreRequest,
    StoreRequestLine,
    StoreRequestState,
)

#: Deliveries that promise something; a draft promises nothing yet.
WAITING = (DeliveryState.SUBMITTED, DeliveryState.APPROVED)


@check("deliveries: none that is still to leave hangs on a request that has ended")
def none_hangs(session: Any) -> Any:
    return session.execute(
        sa.select(DeliveryRequest.id, DeliveryRequest.number, DeliveryRequest.state, StoreRequest.number)
        .join(StoreRequest, StoreRequest.id == DeliveryRequest.store_request_id)
        .where(DeliveryRequest.state.in_(WAITING), StoreRequest.state != StoreRequestState.APPROVED)
        .limit(1)).first()


@check("store requests: none is done with something outstanding and no reason")
def done_with_a_reason(session: Any) -> Any:
    left = availability.outstanding_by_request(state=StoreRequestState.DONE).subquery()
    every = sa.orm.aliased(DocumentEvent)
    last = (sa.select(sa.func.max(every.id)).where(
        every.document_type == "store_request", every.document_id == left.c.request_id).scalar_subquery())
    return session.execute(
        sa.select(left.c.request_id, left.c.item_id, left.c.quantity)
        .join(DocumentEvent, DocumentEvent.id == last)
        .where(sa.func.coalesce(sa.func.trim(DocumentEvent.note), "") == "").limit(1)).first()


@check("store requests: no unit was given more than was granted")
def no_more_than_granted(session: Any) -> Any:
    line, asked = DeliveryRequestLine, StoreRequestLine
    granted = (sa.select(asked.store_request_id, asked.item_id,
                         quantity(sa.func.sum(availability.granted_base())).label("quantity"))
               .group_by(asked.store_request_id, asked.item_id).subquery())
    given = quantity(sa.func.sum(availability.given_base()))
    allowed = quantity(sa.func.max(granted.c.quantity))
    return session.execute(
        sa.select(DeliveryRequest.store_request_id, line.item_id, given)
        .join(line, line.delivery_request_id == DeliveryRequest.id)
        .outerjoin(granted, sa.and_(granted.c.store_request_id == DeliveryRequest.store_request_id,
                                    granted.c.item_id == line.item_id))
        .where(DeliveryRequest.state.in_(availability.GIVEN))
        .group_by(DeliveryRequest.store_request_id, line.item_id).having(given > allowed).limit(1)).first()


@check("deliveries: what each line says that left is what its moves took")
def left_as_moved(session: Any) -> Any:
    line, move = DeliveryRequestLine, StockMove
    moved = (sa.select(move.line_id, quantity(-sa.func.sum(move.quantity)).label("quantity"))
             .where(move.document_type == "delivery_request", move.kind == MoveKind.DELIVERY)
             .group_by(move.line_id).subquery())
    says = sa.func.coalesce(line.delivered_quantity, base_units(line.quantity, line.factor))
    return session.execute(
        sa.select(DeliveryRequest.number, line.id, says, moved.c.quantity)
        .join(line, line.delivery_request_id == DeliveryRequest.id)
        .outerjoin(moved, moved.c.line_id == line.id)
        .where(DeliveryRequest.state.in_(availability.GIVEN),
               says != sa.func.coalesce(moved.c.quantity, 0)).limit(1)).first()
