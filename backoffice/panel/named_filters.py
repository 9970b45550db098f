"""Filters of a list that are no column: `?only=<name>`. The tiles of the home page lead to them, so a tile's
number is the list's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from models import clock
from models.asset_history import MovementState
from models.clinic import Doctor, Patient, PatientState
from models.items import Item
from models.operations.ledger import availability
from models.operations.purchasing.price_lists import holds
from models.operations.rooms import free_beds
from models.organisation import Status
from models.outbox import Channel, DeliveryStatus, Outbox
from models.people import User
from models.settings import setting
from models.stock import StockBalance, StockBatch
from models.supplier_prices import PriceKind

SOON = timedelta(days=90)


@dataclass(frozen=True)
class Preset:
    label: Any
    criterion: Callable[[Any], sa.ColumnElement[bool]]
    #: Whether the criterion is the same the whole day, so that a statement with it may be kept.
    is_lasting: bool = True


def _states(*states: str) -> Callable[[Any], sa.ColumnElement[bool]]:
    return lambda model: model.state.in_(states)


def licensed(day: Any) -> sa.ColumnElement[bool]:
    """`Doctor.licensed_on` as a criterion."""
    return sa.and_(*(sa.or_(column.is_(None), column >= day)
                     for column in (Doctor.str_expires_on, Doctor.sip_expires_on)))


def _expiring(_model: Any) -> sa.ColumnElement[bool]:
    soon = clock.today() + timedelta(days=30)
    return (StockBalance.quantity > 0) & StockBalance.batch_id.in_(
        sa.select(StockBatch.id).where(StockBatch.expires_on <= soon))


def _unreached(_model: Any) -> sa.ColumnElement[bool]:
    """Patients whose account has an address that nobody confirmed, or that a mail came back from."""
    failed = sa.select(Outbox.user_id).where(Outbox.status == DeliveryStatus.FAILED,
                                             Outbox.channel == Channel.MAIL, Outbox.user_id.is_not(None))
    return Patient.state.in_((PatientState.PENDING, PatientState.ACTIVE)) & Patient.user_id.in_(
        sa.select(User.id).where(sa.or_(User.email_confirmed_at.is_(None), User.id.in_(failed))))


def _ending(model: Any) -> sa.ColumnElement[bool]:
    return (model.kind == PriceKind.CONTRACT) \
        & (model.valid_to <= clock.today() + timedelta(days=setting("contract.warn_days")))


def awaited(model: Any) -> sa.ColumnElement[bool]:
    """Movements that the unit which gets the asset has not acknowledged."""
    return model.state == MovementState.AWAITED


PRESETS: dict[str, dict[str, Preset]] = {
    "bed": {"free": Preset(_l("Free"), lambda model: model.id.in_(free_beds.free_ids()), is_lasting=False)},
    "doctor": {
        "available": Preset(_l("Available"),
                            lambda _m: (Doctor.status == Status.ACTIVE) & licensed(clock.today())),
        "expiring": Preset(_l("Licence runs out within 90 days, or did"),
                           lambda _m: (Doctor.status == Status.ACTIVE) & ~licensed(clock.today() + SOON))},
    "item": {"short": Preset(
        _l("Below minimum"), lambda _m: (availability.usable_of_item() < Item.minimum_stock)
        & (Item.status == Status.ACTIVE))},
    "patient": {"unconfirmed": Preset(_l("E-mail address not confirmed, or mail came back"), _unreached)},
    "supplier_price": {
        "holds": Preset(_l("Holds today"), lambda _m: holds()),
        "ending": Preset(_l("Contracts that end soon, or did"), _ending, is_lasting=False)},
    "stock_balance": {"expiring": Preset(_l("Expires within 30 days, or did"), _expiring)},
    "store_request": {"open": Preset(_l("To decide or deliver"), _states("submitted", "approved"))},
    "maintenance": {"open": Preset(lazy_pgettext("state", "Open"),
                                   _states("submitted", "approved", "payment_approved", "in_progress"))},
    "fault_report": {
        "open": Preset(lazy_pgettext("state", "Open"), _states("reported", "acknowledged", "ordered")),
        "unanswered": Preset(_l("Not answered yet"), _states("reported"))},
    "asset_movement": {"awaited": Preset(_l("To acknowledge"), awaited)},
    "consultation": {"open": Preset(lazy_pgettext("state", "Open"),
                                    _states("requested", "approved", "in_progress"))},
}


def of(table: str) -> dict[str, Preset]:
    return PRESETS.get(table, {})
