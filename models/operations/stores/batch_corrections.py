"""A batch whose number or expiry was written wrongly is put right, with a reason; who has goods is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.base import db
from models.documents import DocumentNumber
from models.errors import N_, Conflict, NotAllowed, Refused
from models.operations.core.checks import check
from models.operations.ledger import stock
from models.operations.people.notices import Declared, declare, holders, tell
from models.organisation import WorkUnit
from models.people import User, UserRole
from models.roles import Role
from models.stock import BatchCorrection, StockBalance, StockBatch, StockMove, batch_key
from models.stocktakes import Stocktake, StocktakeLine, StocktakeState
from models.store_requests import DeliveryRequest, StoreRequest

#: Who puts a batch right.
CORRECTOR = Role.STORE_HEAD


def corrections(batch: StockBatch) -> Sequence[BatchCorrection]:
    """What was put right of it, the newest first; what was joined into it too."""
    return db.session.scalars(sa.select(BatchCorrection).where(
        sa.or_(BatchCorrection.batch_id == batch.id, BatchCorrection.joined_to_id == batch.id))
        .options(sa.orm.joinedload(BatchCorrection.user)).order_by(BatchCorrection.id.desc())).all()


def seen(batch: StockBatch) -> int:
    """What a form keeps, to notice that somebody else corrected the batch meanwhile."""
    return db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(BatchCorrection.id), 0)).where(
        BatchCorrection.batch_id == batch.id)) or 0


def correct(batch: StockBatch, number: str, expires_on: date | None, *, reason: str, by: User,
            at: int | None = None) -> BatchCorrection:
    """Put number and expiry right; `at` is what `seen` said when the form was drawn. Tells everybody who has
    goods of it. Raises `NotAllowed`, `Conflict` or `Refused`."""
    reason, number = _asked(reason, by), " ".join(number.split())
    batch = _locked(batch.id, at)
    if not batch.number:
        raise Refused(N_("Stock without a batch has no number to correct."), field="number")
    if not number or len(number) > 40:
        raise Refused(N_("Write the number as it stands on the box, at most 40 characters."), field="number")
    if expires_on is None and batch.item.batch_tracked:
        raise Refused(N_("%(item)s needs a batch number and an expiry date."), field="expires_on",
                      item=batch.item.name)
    if (number, expires_on) == (batch.number, batch.expires_on):
        raise Refused(N_("This is what is written there already."), field="number")
    other = db.session.scalars(sa.select(StockBatch).where(
        StockBatch.item_id == batch.item_id, StockBatch.number_key == batch_key(number),
        StockBatch.id != batch.id)).first()
    if other is not None:
        raise Refused(N_("%(item)s has a batch %(batch)s already. Where they are the same, join them."),
                      field="number", item=batch.item.name, batch=other.number)
    made = _written(batch, number, expires_on, reason, by)
    batch.number, batch.expires_on, batch.same_as_id = number, expires_on, None
    db.session.flush()
    _tell(batch, made)
    return made


def join(batch: StockBatch, into: StockBatch | None, *, reason: str, by: User,
         at: int | None = None) -> BatchCorrection:
    """Two rows turned out to be one batch: what lies in `batch` lies in `into` from now on; both keep their
    history. Raises `NotAllowed`, `Conflict` or `Refused`."""
    reason = _asked(reason, by)
    if into is None or into.item_id != batch.item_id or into.id == batch.id or not batch.number \
            or not into.number:
        raise Refused(N_("Choose another batch of the same item."), field="into")
    for key in sorted((batch.id, into.id)):
        _locked(key, None)
    batch, into = _locked(batch.id, at), _locked(into.id, None)
    if into.same_as_id is not None:
        raise Refused(N_("Batch %(batch)s was joined with another itself; choose that one."), field="into",
                      batch=into.number)
    counted = db.session.scalar(
        sa.select(Stocktake.number).join(StocktakeLine, StocktakeLine.stocktake_id == Stocktake.id)
        .where(StocktakeLine.batch_id.in_((batch.id, into.id)),
               Stocktake.state.in_((StocktakeState.COUNTING, StocktakeState.SUBMITTED))).limit(1))
    if counted is not None:
        raise Refused(N_("%(item)s is being counted on %(document)s. Finish or cancel that count first."),
                      item=batch.item.name, document=counted)
    made = _written(batch, into.number, into.expires_on, reason, by, into)
    batch.same_as_id = into.id
    for row in db.session.scalars(sa.select(StockBatch).where(StockBatch.same_as_id == batch.id)):
        row.same_as_id = into.id
    db.session.flush()
    held = db.session.execute(sa.select(StockBalance.store_id, StockBalance.quantity).where(
        StockBalance.batch_id == batch.id, StockBalance.quantity > 0).order_by(StockBalance.store_id)).all()
    stock.rebatch(made, [(store_id, stock.Outgoing(place, batch.item_id, quantity, batch.id))
                         for place, (store_id, quantity) in enumerate(held, start=1)],
                  into.id, by=by, reason=reason)
    _tell(batch, made)
    return made


def _asked(reason: str, by: User) -> str:
    if not by.has_role(CORRECTOR):
        raise NotAllowed(N_("Your role may not do this step."))
    if not reason.strip():
        raise Refused(N_("Write why it is corrected."), field="reason")
    return reason.strip()[:500]


def _locked(key: int, at: int | None) -> StockBatch:
    batch = db.session.get_one(StockBatch, key, with_for_update=True, populate_existing=True)
    if at is not None and at != seen(batch):
        raise Conflict(N_("Somebody else corrected this batch meanwhile. Look at it, then write again."))
    if batch.same_as_id is not None and db.session.scalar(sa.select(sa.exists().where(
            BatchCorrection.batch_id == key, BatchCorrection.joined_to_id.is_not(None)))):
        raise Refused(N_("This batch was joined with another already; correct that one."))
    return batch


def _written(batch: StockBatch, number: str, expires_on: date | None, reason: str, by: User,
             into: StockBatch | None = None) -> BatchCorrection:
    made = BatchCorrection(
        batch_id=batch.id, number_before=batch.number, number_after=number, expires_before=batch.expires_on,
        expires_after=expires_on, joined_to_id=into.id if into is not None else None, reason=reason,
        user_id=by.id)
    db.session.add(made)
    db.session.flush()
    return made


# ---------------------------------------------------------------- who has goods of it

def given_out(batch: StockBatch) -> list[Any]:
    """The papers with which goods of the batch left a store for a unit or a patient, newest first: kind, id,
    number, day, unit and quantity (base units)."""
    move = StockMove
    columns: Any = (move.document_type, move.document_id, DocumentNumber.number, move.moved_on,
                    WorkUnit.name.label("unit"), (-sa.func.sum(move.quantity)).label("quantity"))
    return list(db.session.execute(
        sa.select(*columns)
        .outerjoin(DocumentNumber, sa.and_(DocumentNumber.document_type == move.document_type,
                                           DocumentNumber.document_id == move.document_id))
        .outerjoin(DeliveryRequest, sa.and_(move.document_type == "delivery_request",
                                            DeliveryRequest.id == move.document_id))
        .outerjoin(StoreRequest, StoreRequest.id == DeliveryRequest.store_request_id)
        .outerjoin(WorkUnit, WorkUnit.id == StoreRequest.work_unit_id)
        .where(move.batch_id == batch.id, move.document_type.in_(("delivery_request", "prescription")))
        .group_by(move.document_type, move.document_id, DocumentNumber.number, move.moved_on, WorkUnit.name)
        .having(sa.func.sum(move.quantity) != 0)
        .order_by(move.moved_on.desc(), move.document_id.desc()).limit(200)))


def _receivers(batch: StockBatch) -> list[User]:
    """Who works in the units that got goods of the batch, and the heads of stores."""
    units = (sa.select(StoreRequest.work_unit_id)
             .join(DeliveryRequest, DeliveryRequest.store_request_id == StoreRequest.id)
             .join(StockMove, sa.and_(StockMove.document_type == "delivery_request",
                                      StockMove.document_id == DeliveryRequest.id))
             .where(StockMove.batch_id == batch.id))
    people = db.session.scalars(sa.select(User).where(
        User.work_unit_id.in_(units),
        User.id.in_(sa.select(UserRole.user_id).where(UserRole.role == Role.UNIT_USER))).order_by(User.id))
    return [*people, *_heads(batch)]


_heads = holders(CORRECTOR)
declare(Declared(
    "batch_corrected", _receivers, N_("Batch %(before)s of %(item)s was corrected"),
    (N_("It is %(after)s, good through %(expires)s. Look at what your unit still has of it. Reason: "
        "%(reason)s"),),
    lambda batch: {"item": batch.item.name, "after": batch.number, "expires": batch.expires_on or "–"},
    channels=(), icon="tags"))


def _tell(batch: StockBatch, made: BatchCorrection) -> None:
    tell("batch_corrected", batch, before=made.number_before, reason=made.reason, after=made.number_after,
         expires=made.expires_after or "–")


# ---------------------------------------------------------------- what `flask verify` proves

@check("batches: none that is the same as another holds stock")
def joined_are_empty(session: Any) -> Any:
    return session.execute(
        sa.select(StockBatch.id, StockBatch.number, StockBalance.quantity)
        .join(StockBalance, StockBalance.batch_id == StockBatch.id)
        .where(StockBatch.same_as_id.is_not(None), StockBalance.quantity > 0).limit(1)).first()

