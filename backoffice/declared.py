"""All declared views by table. A table without one gets its view from the metadata."""

from __future__ import annotations

from backoffice import (
    accounts,
    assets,
    care,
    clinic,
    consulting,
    copying,
    dispensing,
    inventory,
    notices,
    packs,
    periods,
    places,
    purchasing,
    stores,
    trail,
)
from backoffice.base import DocumentView, LedgerView, MasterView, StaffView

ROOMS = (stores, purchasing, assets, care, places, clinic, consulting, dispensing, inventory, accounts, notices,
         copying, packs, periods, trail)


def declared_views() -> dict[str, type[StaffView]]:
    """Every view class of the area files by table name."""
    bases = {StaffView, MasterView, DocumentView, LedgerView}
    return {value.model.__tablename__: value for room in ROOMS for value in vars(room).values()
            if isinstance(value, type) and issubclass(value, StaffView) and value not in bases}
