"""Warranties and service contracts: what covers an asset, and who is told before they end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.asset_register import Asset
from models.base import db
from models.errors import N_
from models.maintenance import Maintenance
from models.operations.assets.books import DEPRECIATES
from models.operations.core.jobs import each_day, job
from models.operations.people.notices import Declared, declare, holders, tell
from models.organisation import Status
from models.outbox import Channel
from models.roles import Role
from models.settings import setting
from models.stock import StoreItem
from models.upkeep import ModelPart, ServiceContract, ServiceContractLine


@dataclass
class Cover:
    """What an asset's repair may be charged to before it costs money."""

    asset: Asset
    warranty_until: date | None = None
    contracts: list[ServiceContract] = field(default_factory=list)


def covers(order: Maintenance, on: date | None = None) -> list[Cover]:
    """The order's assets that are under warranty or contract on that day (today). Two statements at most."""
    day = on or clock.today()
    assets = {line.asset.id: line.asset for line in order.lines if line.asset is not None}
    if not assets:
        return []
    result = {key: Cover(asset, asset.warranty_until) for key, asset in assets.items()
              if asset.warranty_until is not None and asset.warranty_until >= day}
    for contract in _contracts(assets, day):
        named = {line.asset_id for line in contract.lines}
        for key, asset in assets.items():
            if key in named or (contract.asset_model_id is not None
                                and contract.asset_model_id == asset.asset_model_id):
                result.setdefault(key, Cover(asset)).contracts.append(contract)
    return [result[key] for key in sorted(result)]


def _contracts(assets: dict[int, Asset], day: date) -> list[ServiceContract]:
    models = {asset.asset_model_id for asset in assets.values() if asset.asset_model_id is not None}
    named = sa.select(ServiceContractLine.service_contract_id).where(
        ServiceContractLine.asset_id.in_(assets))
    return list(db.session.scalars(
        sa.select(ServiceContract).where(
            ServiceContract.status == Status.ACTIVE, ServiceContract.starts_on <= day,
            ServiceContract.ends_on >= day,
            sa.or_(ServiceContract.asset_model_id.in_(models), ServiceContract.id.in_(named)))
        .options(joinedload(ServiceContract.lines), joinedload(ServiceContract.vendor))
        .order_by(ServiceContract.ends_on, ServiceContract.id)).unique())


# ---------------------------------------------------------------- alarms

declare(Declared(
    "warranty_ends", holders(Role.FACILITIES_STAFF), N_("The warranty of %(asset)s ends"),
    (N_("It holds until %(day)s. Have what is wrong with it mended before."),),
    lambda asset: {"asset": str(asset), "day": asset.warranty_until}, "/admin/asset/details/?id={id}",
    channels=(Channel.MAIL,), icon="certificate"))
declare(Declared(
    "service_contract_ends", holders(Role.FACILITIES_STAFF, Role.FACILITIES_HEAD),
    N_("The service contract %(number)s ends"),
    (N_("With %(vendor)s, until %(day)s. Renew it, or end what rests on it."),),
    lambda contract: {"number": contract.number, "vendor": str(contract.vendor), "day": contract.ends_on},
    "/admin/service_contract/details/?id={id}", channels=(Channel.MAIL,), icon="certificate"))


@job("ending_contracts", due=each_day())
def tell_of_ends() -> str:
    """Once for each warranty and contract, so many days before it ends."""
    today = clock.today()
    soon = today + timedelta(days=setting("service_contract.warn_days"))
    told = 0
    for contract in db.session.scalars(
            sa.select(ServiceContract).where(ServiceContract.status == Status.ACTIVE,
                                             ServiceContract.ends_on.between(today, soon))
            .order_by(ServiceContract.ends_on, ServiceContract.id)):
        told += bool(tell("service_contract_ends", contract,
                          key=f"contract:{contract.id}:{contract.ends_on}"))
    for asset in db.session.scalars(
            sa.select(Asset).where(Asset.warranty_until.between(today, soon), Asset.state.in_(DEPRECIATES))
            .order_by(Asset.warranty_until, Asset.id).limit(1000)):
        told += bool(tell("warranty_ends", asset, key=f"warranty:{asset.id}:{asset.warranty_until}"))
    return f"{told} warranties and contracts" if told else ""


# ---------------------------------------------------------------- spare parts of a model

@dataclass(frozen=True)
class PartInStock:
    """A spare part of a model, and what the stores hold of it."""

    part: ModelPart
    on_hand: Decimal

    @property
    def is_short(self) -> bool:
        return self.on_hand < self.part.minimum


def parts_of(order: Maintenance) -> list[PartInStock]:
    """The spare parts of the models that the order works on. One statement."""
    models = {line.asset.asset_model_id for line in order.lines if line.asset is not None} - {None}
    if not models:
        return []
    rows: Any = db.session.execute(
        sa.select(ModelPart, on_hand()).options(joinedload(ModelPart.item), joinedload(ModelPart.asset_model))
        .where(ModelPart.asset_model_id.in_(models), ModelPart.status == Status.ACTIVE)
        .order_by(ModelPart.asset_model_id, ModelPart.id)).all()
    return [PartInStock(part, Decimal(held or 0)) for part, held in rows]


def on_hand() -> Any:
    """What all stores hold of a part's item, as a correlated subquery."""
    return sa.type_coerce(
        sa.select(sa.func.coalesce(sa.func.sum(StoreItem.quantity), 0))
        .where(StoreItem.item_id == ModelPart.item_id).correlate(ModelPart).scalar_subquery(),
        StoreItem.quantity.type)
