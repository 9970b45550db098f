"""Which papers hold a registered thing: asked by conditions of its own workflow, which is declared before
those papers are, so their tables are looked up by name."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import object_session

from models.base import Base


class AssetDisposalState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    POSTED = "posted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    REVERSED = "reversed"


class AssetAuctionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RECEIVABLES_APPROVED = "receivables_approved"
    OPEN = "open"
    AWARDED = "awarded"
    SOLD = "sold"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


#: Auctions in these states offer nothing (any more); disposals in these claim something.
IDLE_AUCTIONS = (AssetAuctionState.DRAFT, AssetAuctionState.REJECTED, AssetAuctionState.CANCELLED,
                 AssetAuctionState.SOLD)
CLAIMING_DISPOSALS = (AssetDisposalState.SUBMITTED, AssetDisposalState.APPROVED)


def _table(name: str) -> sa.Table:
    return Base.metadata.tables[name]


def offers() -> sa.ColumnElement[bool]:
    """Criterion over the joined tables of auctions and their lots: the lot is still offered, or awarded to
    somebody who has not paid."""
    auction, lot = _table("asset_auction").c, _table("asset_auction_line").c
    return sa.and_(auction.state.not_in(IDLE_AUCTIONS), ~lot.is_dropped,
                   sa.or_(auction.state != AssetAuctionState.AWARDED, lot.sale_price.is_not(None)))


def is_claimed(asset: Any) -> bool:
    """Whether a disposal on its way or a living auction names the asset."""
    auction, lot = _table("asset_auction"), _table("asset_auction_line")
    disposal, line = _table("asset_disposal"), _table("asset_disposal_line")
    session = object_session(asset)
    if session is None:
        return False
    return bool(session.scalar(sa.select(sa.or_(
        sa.exists().where(lot.c.asset_id == asset.id, lot.c.asset_auction_id == auction.c.id, offers()),
        sa.exists().where(line.c.asset_id == asset.id, line.c.asset_disposal_id == disposal.c.id,
                          disposal.c.state.in_(CLAIMING_DISPOSALS))))))


#: What is built on an entry: tables with a key to the asset. Movements count once another unit was asked.
BUILT = ("depreciation_run_line", "maintenance_line", "calibration", "asset_disposal_line",
         "asset_auction_line")


def is_built_on(asset: Any) -> bool:
    """Whether the entry came by a receipt or from a group, was depreciated, or stands on a paper."""
    session = object_session(asset)
    if session is None or asset.asset_receipt_line_id is not None or asset.split_from_id is not None:
        return True
    tables = Base.metadata.tables
    keyed = [sa.exists().where(tables[name].c.asset_id == asset.id) for name in BUILT]
    book, change, parts = tables["asset_book"].c, tables["asset_book_change"].c, tables["asset"].alias().c
    return bool(session.scalar(sa.select(sa.or_(
        *keyed, sa.exists().where(parts.split_from_id == asset.id),
        sa.exists().where(parts.parent_id == asset.id),
        sa.exists().where(change.asset_book_id == book.id, book.asset_id == asset.id,
                          change.kind != "opening")))))
