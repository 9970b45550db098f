"""How assets leave the books: write-off (disposal) and auction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.asset_claims import AssetAuctionState, AssetDisposalState, is_claimed
from models.asset_register import Asset, AssetState, Ownership
from models.base import Code, Id, Money, Name, Text, db, reference, seeded
from models.documents import Area, Document, Posts, Signed, author, state_column
from models.errors import N_
from models.places import Building, FundingSource, Land, Ward
from models.roles import Role
from models.step_ups import above_step_up_limit
from models.workflow import Condition, Transition, Workflow, another_person, author_steps, has_lines, not_own

if TYPE_CHECKING:
    from models.journal import Account
    from models.organisation import Employee


class DisposalRoute(StrEnum):
    SCRAP = "scrap"
    AUCTION = "auction"
    GRANT = "grant"
    RETURN_TO_OWNER = "return_to_owner"
    #: What was reported lost and will not be found.
    LOST = "lost"


D = AssetDisposalState


#: Which routes out of the books who paid leaves open. State property is sold at auction, handed over or
#: destroyed (PMK 165/2021); what a donor or a lender paid goes back or is destroyed, unless they agree to a
#: sale on paper.
ROUTES: dict[FundingSource, frozenset[DisposalRoute]] = {
    FundingSource.APBN: frozenset({DisposalRoute.SCRAP, DisposalRoute.AUCTION, DisposalRoute.GRANT}),
    FundingSource.APBD: frozenset({DisposalRoute.SCRAP, DisposalRoute.AUCTION, DisposalRoute.GRANT}),
    FundingSource.BLU: frozenset({DisposalRoute.SCRAP, DisposalRoute.AUCTION, DisposalRoute.GRANT}),
    FundingSource.GRANT: frozenset({DisposalRoute.SCRAP, DisposalRoute.RETURN_TO_OWNER}),
    FundingSource.LOAN: frozenset({DisposalRoute.SCRAP, DisposalRoute.RETURN_TO_OWNER}),
    FundingSource.OTHER: frozenset(DisposalRoute) - {DisposalRoute.LOST},
}


def routes_of(asset: Asset) -> frozenset[DisposalRoute]:
    """The ways out of the books that are open to an asset; what is lost is written off as lost, what is not
    ours only goes back."""
    if asset.state == AssetState.LOST:
        return frozenset({DisposalRoute.LOST})
    if asset.ownership != Ownership.OWNED:
        return frozenset({DisposalRoute.RETURN_TO_OWNER})
    return ROUTES[asset.funding_source]


#: What was sold, is offered, or left by another paper since cannot come back by this one.
nothing_offered = Condition(
    "nothing_offered",
    lambda disposal, _user: all(
        thing.state == (AssetState.HELD_FOR_SALE if disposal.route == DisposalRoute.AUCTION
                        else AssetState.RETIRED) and not is_claimed(thing)
        for line in disposal.lines if (thing := line.held_asset or line.asset) is not None),
    N_("Something of it was sold, is offered at an auction or is back in use; only that paper's own steps "
       "lead back."))


class AssetDisposal(Document, db.Model):
    """WO: assets to be written off: scrapped, held for an auction, or lost.

    Of what was lost: who answers for it (`responsible` of the house, or `responsible_name`), and the claim
    (tuntutan ganti rugi): `claim_amount` in rupiah with the number of the decision that fixed it. The claim
    is kept here, the journal has the loss.
    """

    __tablename__ = "asset_disposal"
    __table_args__ = (
        sa.CheckConstraint("claim_amount >= 0", name="claim_amount_not_negative"),
        sa.CheckConstraint("claim_amount IS NULL OR claim_amount = 0 OR claim_decision IS NOT NULL",
                           name="claim_is_decided"),
        sa.CheckConstraint("route = 'lost' OR (responsible_id IS NULL AND responsible_name IS NULL "
                           "AND claim_amount IS NULL AND claim_decision IS NULL)", name="claim_when_lost"),
        sa.Index("ix_asset_disposal_state_disposed_on", "state", "disposed_on"),
        {"info": {"seed": "tb_penghapusan"}},
    )
    prefix, dated = "WO", "disposed_on"
    area, icon, rank = Area.ASSETS, "archive", 170
    posts, process = Posts.JOURNAL, "assets"
    decides_on = ("cost",)
    signs = (Signed(N_("Head of facilities"), "approve"),
             Signed(N_("Accounts receivable"), "approve_receivables"))
    paper_title = N_("Minutes of disposal")
    workflow = Workflow(
        D.DRAFT,
        Transition("submit", (D.DRAFT,), D.SUBMITTED, Role.FACILITIES_STAFF, when=has_lines, numbers=True),
        Transition("approve", (D.SUBMITTED,), D.APPROVED, Role.FACILITIES_HEAD, when=not_own,
                   step_up=above_step_up_limit),
        Transition("approve_receivables", (D.APPROVED,), D.POSTED, Role.RECEIVABLES,
                   when=(not_own, another_person), step_up=above_step_up_limit),
        Transition("reject", (D.SUBMITTED,), D.REJECTED, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("reject", (D.APPROVED,), D.REJECTED, Role.RECEIVABLES, needs_reason=True),
        Transition("reverse", (D.POSTED,), D.REVERSED, Role.FACILITIES_HEAD,
                   when=(not_own, nothing_offered), needs_reason=True),
        *author_steps(D, author=Role.FACILITIES_STAFF, cancels=(D.APPROVED,)),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_penghapusan.penghapusan_id"))
    created_by_id: Mapped[int] = author("tb_penghapusan.user_id")
    account_id: Mapped[int | None] = reference("account", "tb_penghapusan.akun_kode")
    disposed_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_penghapusan.tgl"))
    state: Mapped[AssetDisposalState] = state_column(D.DRAFT, "tb_penghapusan.status")
    route: Mapped[DisposalRoute] = mapped_column(default=DisposalRoute.SCRAP)
    responsible_id: Mapped[int | None] = reference("employee")
    responsible_name: Mapped[Name | None]
    claim_amount: Mapped[Money | None]
    claim_decision: Mapped[Code | None]

    responsible: Mapped[Employee | None] = relationship("Employee")
    account: Mapped[Account | None] = relationship("Account")
    lines: Mapped[list[AssetDisposalLine]] = relationship(
        back_populates="asset_disposal", cascade="all, delete-orphan", order_by="AssetDisposalLine.id")

    @property
    def cost(self) -> Decimal:
        """What was paid for the things that go, rupiah: a costly device that is depreciated to nothing is
        still a costly device."""
        return sum((line.asset.acquisition_cost * line.quantity / line.asset.quantity
                    for line in self.lines), Decimal(0))


class AssetDisposalLine(db.Model):
    """One asset, whole or, of a group asset, in part; where it stood and why it goes."""

    __tablename__ = "asset_disposal_line"
    late_columns = ("book_value", "held_asset_id")
    __table_args__ = (
        sa.UniqueConstraint("asset_disposal_id", "asset_id"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("book_value >= 0", name="book_value_not_negative"),
        {"info": {"seed": "tb_detPenghapusan"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detPenghapusan.detPenghapusan_id"))
    asset_disposal_id: Mapped[int] = reference(
        "asset_disposal", "tb_detPenghapusan.penghapusan_id", ondelete="CASCADE")
    asset_id: Mapped[int] = reference("asset", "tb_detPenghapusan.aset_id")
    building_id: Mapped[int | None] = reference("building", "tb_detPenghapusan.gedung_id")
    ward_id: Mapped[int | None] = reference("ward", "tb_detPenghapusan.sal_id")
    quantity: Mapped[int] = mapped_column(default=1, info=seeded("tb_detPenghapusan.jumlah"))
    reason: Mapped[Text] = mapped_column(info=seeded("tb_detPenghapusan.keterangan"))
    book_value: Mapped[Money | None]
    #: What went: the asset itself, or the part that was taken from a group.
    held_asset_id: Mapped[int | None] = reference("asset")

    asset_disposal: Mapped[AssetDisposal] = relationship(back_populates="lines")
    asset: Mapped[Asset] = relationship(Asset, foreign_keys=[asset_id])
    held_asset: Mapped[Asset | None] = relationship(Asset, foreign_keys=[held_asset_id])
    building: Mapped[Building | None] = relationship(Building)
    ward: Mapped[Ward | None] = relationship(Ward)


A = AssetAuctionState

may_be_sold = Condition(
    "may_be_sold",
    lambda auction, _user: all(line.land_id is not None or line.asset.state == AssetState.HELD_FOR_SALE
                               for line in auction.lots),
    N_("Only land and assets that are held for sale can be auctioned."))


no_bid = Condition("no_bid", lambda auction, _user: all(line.winner is None for line in auction.lots),
                   N_("There is a bid at the reserve price; the auction did not fail."), about="document")
no_valid_bid = Condition(
    "no_valid_bid", lambda auction, _user: all(line.winner is None for line in auction.lots),
    N_("There is a valid bid at the reserve price. Award the lots, or mark the bid as not valid first."),
    about="document")


class AssetAuction(Document, db.Model):
    """AUC: assets held for sale, or land, offered to bidders in rounds."""

    __tablename__ = "asset_auction"
    __table_args__ = (
        sa.CheckConstraint("round > 0", name="round_positive"),
        sa.CheckConstraint("(paid_on IS NULL) = (payment_reference IS NULL)", name="payment_is_whole"),
        sa.Index("ix_asset_auction_state_auctioned_on", "state", "auctioned_on"),
        {"info": {"seed": "tb_pelelangan"}},
    )
    prefix, dated = "AUC", "auctioned_on"
    is_planned_ahead = True
    area, icon, rank = Area.ASSETS, "discount", 180
    posts, process = Posts.JOURNAL, "assets"
    decides_on = ("total", "cost")
    signs = (Signed(N_("Head of facilities"), "approve"),
             Signed(N_("Accounts receivable"), "approve_receivables"),
             N_("Buyer"))
    paper_title = N_("Minutes of auction")
    workflow = Workflow(
        A.DRAFT,
        Transition("submit", (A.DRAFT,), A.SUBMITTED, Role.FACILITIES_STAFF, when=has_lines, numbers=True),
        Transition("approve", (A.SUBMITTED,), A.APPROVED, Role.FACILITIES_HEAD, when=(not_own, may_be_sold),
                   step_up=above_step_up_limit),
        Transition("approve_receivables", (A.APPROVED,), A.RECEIVABLES_APPROVED, Role.RECEIVABLES,
                   when=(not_own, another_person), step_up=above_step_up_limit),
        Transition("reject", (A.SUBMITTED,), A.REJECTED, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("reject", (A.APPROVED,), A.REJECTED, Role.RECEIVABLES, needs_reason=True),
        Transition("open", (A.RECEIVABLES_APPROVED, A.FAILED), A.OPEN, Role.FACILITIES_STAFF,
                   asks=("appraiser", "appraised_on"), line_asks=("appraised_value", "reserve_price")),
        Transition("sell", (A.OPEN,), A.AWARDED, Role.FACILITIES_STAFF,
                   asks=("minutes_number",)),
        Transition("settle", (A.AWARDED,), A.SOLD, Role.RECEIVABLES, asks=("paid_on", "payment_reference"),
                   step_up=above_step_up_limit),
        Transition("default", (A.AWARDED,), A.FAILED, Role.FACILITIES_STAFF, needs_reason=True),
        Transition("fail", (A.OPEN,), A.FAILED, Role.FACILITIES_STAFF, when=no_bid),
        *author_steps(A, author=Role.FACILITIES_STAFF,
                      cancels=(A.APPROVED, A.RECEIVABLES_APPROVED, A.FAILED)),
        Transition("cancel", (A.OPEN,), A.CANCELLED, Role.FACILITIES_STAFF, when=no_valid_bid,
                   needs_reason=True),
        former=(("sell", A.OPEN, A.SOLD),),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_pelelangan.pelelangan_id"))
    created_by_id: Mapped[int] = author("tb_pelelangan.user_id")
    account_id: Mapped[int | None] = reference("account", "tb_pelelangan.akun_id")
    auctioned_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_pelelangan.tgl"))
    state: Mapped[AssetAuctionState] = state_column(A.DRAFT, "tb_pelelangan.status")
    round: Mapped[int] = mapped_column(default=1)
    appraiser: Mapped[Name | None]
    appraised_on: Mapped[date | None]
    buyer_name: Mapped[Name | None]
    buyer_identity: Mapped[Code | None]
    minutes_number: Mapped[Code | None]
    #: When and by which transfer the buyers' money came.
    paid_on: Mapped[date | None]
    payment_reference: Mapped[Code | None]

    account: Mapped[Account | None] = relationship("Account")
    lines: Mapped[list[AssetAuctionLine]] = relationship(
        back_populates="asset_auction", cascade="all, delete-orphan", order_by="AssetAuctionLine.id")

    @property
    def lots(self) -> list[AssetAuctionLine]:
        """The lines that are still offered."""
        return [line for line in self.lines if not line.is_dropped]

    @property
    def total(self) -> Decimal:
        """Proceeds in rupiah; zero until awarded."""
        return sum((line.sale_price or Decimal(0) for line in self.lines), Decimal(0))

    @property
    def cost(self) -> Decimal:
        """What was paid for the assets that are offered, and what the register says land is worth, rupiah."""
        assets = (line.asset.acquisition_cost for line in self.lots if line.asset is not None)
        land = (line.land.total_area * line.land.price_per_m2 for line in self.lots if line.land is not None)
        return sum((*assets, *land), Decimal(0))


class AssetAuctionLine(db.Model):
    """One asset or one parcel of land. Prices are for the whole line; `sale_price` is the winning bid's.

    `is_dropped`: it was not for sale any more when a round began.
    """

    __tablename__ = "asset_auction_line"
    late_columns = ("appraised_value", "reserve_price", "sale_price", "is_dropped")
    __table_args__ = (
        sa.CheckConstraint("(asset_id IS NULL) <> (land_id IS NULL)", name="one_thing"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("appraised_value >= 0", name="appraised_value_not_negative"),
        sa.CheckConstraint("reserve_price >= 0", name="reserve_price_not_negative"),
        sa.CheckConstraint("sale_price >= reserve_price", name="sale_price_over_reserve"),
        {"info": {"seed": "tb_detPelelangan"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detPelelangan.detPelelangan_id"))
    asset_auction_id: Mapped[int] = reference("asset_auction", "tb_detPelelangan.pelelangan_id",
                                              ondelete="CASCADE")
    asset_id: Mapped[int | None] = reference("asset", "tb_detPelelangan.aset_id")
    land_id: Mapped[int | None] = reference("land", "tb_detPelelangan.tanah_id")
    quantity: Mapped[int] = mapped_column(default=1, info=seeded("tb_detPelelangan.jumlah"))
    appraised_value: Mapped[Money | None]
    reserve_price: Mapped[Money | None]
    sale_price: Mapped[Money | None] = mapped_column(info=seeded("tb_detPelelangan.harga_pelelangan"))
    is_dropped: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"))

    asset_auction: Mapped[AssetAuction] = relationship(back_populates="lines")
    asset: Mapped[Asset | None] = relationship(Asset)
    land: Mapped[Land | None] = relationship(Land)
    bids: Mapped[list[AssetAuctionBid]] = relationship(
        back_populates="asset_auction_line", cascade="all, delete-orphan", order_by="AssetAuctionBid.id")

    @property
    def winner(self) -> AssetAuctionBid | None:
        return winner_of(self, self.bids)

    def __str__(self) -> str:
        return str(self.asset or self.land)

    @classmethod
    def text_sql(cls, row: Any) -> sa.ColumnElement[str]:
        return sa.func.coalesce(cls.reference_text_sql(row, "asset"), cls.reference_text_sql(row, "land"))


class AssetAuctionBid(db.Model):
    """What somebody offered for a lot in a round, rupiah. What is not valid stays, with the reason in
    `note`."""

    __tablename__ = "asset_auction_bid"
    text_columns = ("bidder_name",)
    # those of a buyer who does not pay are marked while the lot is awarded
    changes_in = (A.OPEN, A.AWARDED)
    refusal = N_("Bids are written while their auction is open: neither before nor afterwards.")
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("round > 0", name="round_positive"),
        sa.CheckConstraint("is_valid OR note IS NOT NULL", name="reason_when_not_valid"),
        sa.UniqueConstraint("asset_auction_line_id", "round", "bidder_identity", "amount"),
    )

    id: Mapped[Id]
    asset_auction_line_id: Mapped[int] = reference("asset_auction_line", ondelete="CASCADE")
    round: Mapped[int] = mapped_column(default=1)
    bidder_name: Mapped[Name]
    bidder_identity: Mapped[Code]
    amount: Mapped[Money]
    offered_at: Mapped[datetime] = mapped_column(default=clock.now)
    is_valid: Mapped[bool] = mapped_column(default=True)
    note: Mapped[Text | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}

    asset_auction_line: Mapped[AssetAuctionLine] = relationship(back_populates="bids")


def winner_of(line: AssetAuctionLine, bids: Iterable[AssetAuctionBid]) -> AssetAuctionBid | None:
    """The highest valid bid of the round at or above the reserve price; of equal ones the first that was
    made."""
    reserve = line.reserve_price
    if reserve is None:
        return None
    fits = [bid for bid in bids if bid.asset_auction_line_id == line.id and bid.is_valid
            and bid.round == line.asset_auction.round and bid.amount >= reserve]
    return min(fits, key=lambda bid: (-bid.amount, bid.offered_at, bid.id), default=None)
