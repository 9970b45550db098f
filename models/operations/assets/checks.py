"""What `flask verify` proves of assets: the register and the journal say the same of every account."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models.asset_claims import AssetAuctionState, AssetDisposalState, offers
from models.asset_exits import AssetAuction, AssetAuctionLine, AssetDisposal, AssetDisposalLine, DisposalRoute
from models.asset_register import Asset, AssetBook, AssetState, AssetType, BookKind, Ownership
from models.journal import Account, JournalLine, Posting
from models.maintenance import Maintenance, MaintenanceLine, MaintenanceLineState, MaintenanceState
from models.operations.assets.entry import GONE
from models.operations.core.checks import check
from models.organisation import Setting
from models.settings import DEFAULTS

ZERO = Decimal(0)
#: Orders that work on nothing (any more), and disposals that will not take an asset away.
ENDED_ORDERS = (MaintenanceState.DONE, MaintenanceState.CANCELLED)
ENDED_DISPOSALS = (AssetDisposalState.POSTED, AssetDisposalState.CANCELLED, AssetDisposalState.REVERSED)


def _in_journal(session: Any, purpose: Posting, sign: int) -> dict[int, Decimal]:
    """The balance of each account that lines of `purpose` stand on; `sign` is -1 where credit is the usual
    side."""
    return {account: sign * (debit - credit) for account, debit, credit in session.execute(
        sa.select(JournalLine.account_id, sa.func.sum(JournalLine.debit), sa.func.sum(JournalLine.credit))
        .where(JournalLine.purpose == purpose).group_by(JournalLine.account_id)) if debit != credit}


def _standard(session: Any, purpose: Posting) -> int | None:
    """The account of the setting of `purpose`; None where the chart lacks it."""
    key = f"account.{purpose}"
    code = session.scalar(sa.select(Setting.value).where(Setting.key == key)) or DEFAULTS[key]
    return session.scalar(sa.select(Account.id).where(Account.code == code))


def _compare(session: Any, purpose: Posting, sign: int, own: Any, worth: Any, *joins: Any) -> Any:
    """The first account that register and journal disagree on: (account id, register, journal)."""
    account = sa.func.coalesce(own, _standard(session, purpose))
    statement = sa.select(account, sa.func.sum(worth)).select_from(Asset).join(
        AssetType, AssetType.id == Asset.asset_type_id)
    for target, on in joins:
        statement = statement.join(target, on)
    stored = {key: value for key, value in session.execute(
        statement.where(Asset.state.not_in(GONE), Asset.ownership == Ownership.OWNED).group_by(account))
              if value}
    posted = _in_journal(session, purpose, sign)
    for key in sorted({*stored, *posted}, key=lambda key: key or 0):
        if stored.get(key, ZERO) != posted.get(key, ZERO):
            return key, stored.get(key, ZERO), posted.get(key, ZERO)
    return None


@check("register: the cost of the assets is the balance of the asset accounts")
def cost_of_the_register(session: Any) -> Any:
    return _compare(session, Posting.ASSET, 1, sa.func.coalesce(Asset.account_id, AssetType.account_id),
                    Asset.acquisition_cost)


@check("register: the accumulated depreciation of the assets is the balance of its accounts")
def accumulated_of_the_register(session: Any) -> Any:
    return _compare(session, Posting.ACCUMULATED_DEPRECIATION, -1, AssetType.accumulated_account_id,
                    AssetBook.accumulated,
                    (AssetBook, (AssetBook.asset_id == Asset.id) & (AssetBook.book == BookKind.HOSPITAL)))


@check("register: the hospital's book of a living asset stands on the asset's own cost")
def books_agree(session: Any) -> Any:
    return session.execute(
        sa.select(Asset.id, Asset.tag, AssetBook.book, Asset.acquisition_cost, AssetBook.cost)
        .join(AssetBook, AssetBook.asset_id == Asset.id)
        .where(Asset.state.not_in(GONE), AssetBook.book == BookKind.HOSPITAL,
               AssetBook.cost != Asset.acquisition_cost).limit(1)).first()


@check("assets: what is under maintenance stands on an open order, or is proposed for disposal")
def worked_on(session: Any) -> Any:
    """The first asset of which that is not so: (id, tag). Of an order in progress each line counts, because
    its assets come back when the whole order is finished."""
    order, line = Maintenance, MaintenanceLine
    on_order = sa.exists().where(
        line.maintenance_id == order.id, line.asset_id == Asset.id, order.state.not_in(ENDED_ORDERS),
        (order.state == MaintenanceState.IN_PROGRESS) | (line.state == MaintenanceLineState.PLANNED))
    proposed = sa.exists().where(
        AssetDisposalLine.asset_disposal_id == AssetDisposal.id, AssetDisposalLine.asset_id == Asset.id,
        AssetDisposal.state.not_in(ENDED_DISPOSALS))
    return session.execute(sa.select(Asset.id, Asset.tag).where(
        Asset.state == AssetState.UNDER_MAINTENANCE, ~on_order, ~proposed)
        .order_by(Asset.id).limit(1)).first()


@check("assets: what is held for sale was put there by a disposal, and stands on one living auction at most")
def held_for_sale(session: Any) -> Any:
    """The first asset of which that is not so: (id, tag, living auctions)."""
    line, lot = AssetDisposalLine, AssetAuctionLine
    proposed = sa.exists().where(
        line.held_asset_id == Asset.id, line.asset_disposal_id == AssetDisposal.id,
        AssetDisposal.route == DisposalRoute.AUCTION, AssetDisposal.state == AssetDisposalState.POSTED)
    row = session.execute(sa.select(Asset.id, Asset.tag).where(
        Asset.state == AssetState.HELD_FOR_SALE, ~proposed).order_by(Asset.id).limit(1)).first()
    if row is not None:
        return *row, 0
    offered = (sa.select(Asset.id, Asset.tag, sa.func.count()).join(lot, lot.asset_id == Asset.id)
               .join(AssetAuction, AssetAuction.id == lot.asset_auction_id).where(offers())
               .group_by(Asset.id, Asset.tag))
    twice = session.execute(offered.having(sa.func.count() > 1).order_by(Asset.id).limit(1)).first()
    return twice or session.execute(
        offered.where(Asset.state != AssetState.HELD_FOR_SALE,
                      AssetAuction.state.in_((AssetAuctionState.OPEN, AssetAuctionState.AWARDED)))
        .order_by(Asset.id).limit(1)).first()


@check("assets: a thing is claimed by one disposal on its way at most")
def claimed_once(session: Any) -> Any:
    """The first asset that two disposals, submitted or approved, both name: (id, tag, disposals)."""
    line = AssetDisposalLine
    return session.execute(
        sa.select(Asset.id, Asset.tag, sa.func.count()).join(line, line.asset_id == Asset.id)
        .join(AssetDisposal, AssetDisposal.id == line.asset_disposal_id)
        .where(AssetDisposal.state.in_((AssetDisposalState.SUBMITTED, AssetDisposalState.APPROVED)))
        .group_by(Asset.id, Asset.tag).having(sa.func.count() > 1).order_by(Asset.id).limit(1)).first()
