"""How an asset enters the register and the journal: its accounts, and its cost when it came without a
receipt."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import clock
from models.asset_register import Asset, AssetState, AssetType, Ownership
from models.base import db
from models.errors import N_, Refused
from models.journal import Posting
from models.operations.assets import openings
from models.operations.assets.books import open_books
from models.operations.core.approvals import after
from models.operations.ledger import journal
from models.operations.ledger.journal import JournalLeg
from models.people import User

SEN = Decimal("0.01")
#: States of assets that are out of the books.
GONE = (AssetState.RETIRED,)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of an asset: its cost, its accumulated depreciation."""

    cost: int
    accumulated: int


def accounts_of(assets: Iterable[Asset]) -> dict[int, Accounts]:
    """Accounts by asset id: the asset's own, else its type's, else those of the settings."""
    standard = journal.accounts((Posting.ASSET, Posting.ACCUMULATED_DEPRECIATION))
    return {asset.id: Accounts(
        asset.account_id or asset.asset_type.account_id or standard[Posting.ASSET],
        asset.asset_type.accumulated_account_id or standard[Posting.ACCUMULATED_DEPRECIATION])
            for asset in assets}


@event.listens_for(Session, "before_flush")
def _accounts_stand(session: Session, _context: Any, _instances: Any) -> None:
    """What stands on an account stays there: a type with assets in the books keeps its balance accounts."""
    for kind in session.dirty:
        if not isinstance(kind, AssetType):
            continue
        state: Any = sa.inspect(kind)
        changed = [name for name in ("account", "accumulated_account")
                   if state.attrs[name].history.has_changes()
                   or state.attrs[f"{name}_id"].history.has_changes()]
        with session.no_autoflush:
            if changed and session.scalar(sa.select(sa.exists().where(
                    Asset.asset_type_id == kind.id, Asset.account_id.is_not(None),
                    Asset.state.not_in(GONE)))):
                raise Refused(N_("Assets of the type %(kind)s stand on this account. Make a new type for "
                                 "the other "
                                 "account."), kind=kind.name, field=changed[0])


@after(Asset, "create")
def _enter(asset: Asset, *, by: User, reason: str) -> None:
    """An asset of ours that came without a receipt enters the books today, its cost against the opening
    account."""
    if (
        asset.asset_receipt_line_id is not None
        or asset.split_from_id is not None
        or asset.ownership != Ownership.OWNED
    ):
        return
    asset.account_id = accounts_of((asset,))[asset.id].cost
    journal.post_entry(clock.today(), (JournalLeg(Posting.ASSET, asset.acquisition_cost, asset.account_id),
                                       JournalLeg(Posting.ASSET_OPENING, -asset.acquisition_cost)),
                       asset, by, description="opening")
    open_books(asset)
    openings.enter(asset, by=by)


#: What the books stand on: it is typed when the asset enters and changes by documents alone afterwards.
FIXED = ("acquisition_cost", "quantity", "acquired_on", "asset_type", "account", "ownership",
         "funding_source")
#: Where an asset stands and who keeps it: moved by movements once it is in use.
MOVED = ("building", "room", "ward", "inpatient_room", "work_unit")


def check_change(asset: Asset) -> None:
    """Raises `Refused` when a form would change what only documents change."""
    state: Any = sa.inspect(asset)
    for name in FIXED:
        history = state.attrs[name].history
        if history.has_changes() and (history.deleted or (None,))[0] != getattr(asset, name):
            raise Refused(N_("This stands in the books. Write the asset off and enter it anew, or reverse "
                             "its receipt."),
                          field=name)
    if asset.state != AssetState.REGISTERED:
        for name in MOVED:
            history = state.attrs[name].history
            if history.has_changes() and (history.deleted or (None,))[0] is not getattr(asset, name):
                raise Refused(
                    N_("An asset in use goes elsewhere by a movement, so that its history is kept."),
                    field=name,
                )


def check_serial(asset: Asset) -> None:
    """Raises `Refused` when another thing of the model has this serial number, unless a person said that it
    is meant."""
    with db.session.no_autoflush:
        other = same_serial(asset.serial_number, asset.asset_model or asset.asset_model_id, asset.id)
    if other is not None and not asset.serial_is_shared:
        raise Refused(N_("This serial number is already on %(asset)s. Correct it, or tick that the same "
                         "number is meant."), field="serial_number", asset=str(other))


def same_serial(serial: str | None, model: Any, but: int | None = None) -> Asset | None:
    """Another living asset of the model with this serial number, capitals and blanks apart."""
    key = getattr(model, "id", model)
    if not (serial or "").strip() or key is None:
        return None
    plain = sa.func.replace(sa.func.upper(Asset.serial_number), " ", "")
    return db.session.scalars(sa.select(Asset).where(
        plain == str(serial).upper().replace(" ", ""), Asset.asset_model_id == key, Asset.id != (but or 0),
        Asset.state.not_in(GONE)).order_by(Asset.id).limit(1)).first()


def shares(whole: Decimal, parts: int) -> list[Decimal]:
    """`whole` in `parts` sums of whole sen that add up to it and differ by one sen at most."""
    upto = [(whole * place / parts).quantize(SEN, ROUND_HALF_UP) for place in range(parts + 1)]
    return [after - before for before, after in itertools.pairwise(upto)]
