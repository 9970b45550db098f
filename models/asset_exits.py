"""How assets leave the books: write-off (disposal) and auction."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.asset_register import Asset, AssetState
from models.base import Code, Id, Money, Name, Text, db, reference, seeded
from models.documents import Document, author, state_column
from models.errors import N_
from models.places import Building, Land, Ward
from models.roles import Role
from models.workflow import Condition, Transition, Workflow, another_person, has_lines, not_own, own_document

if TYPE_CHECKING:
    from models.journal import Account


class AssetDisposalState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    POSTED = "posted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class DisposalRoute(StrEnum):
    SCRAP = "scrap"
    AUCTION = "auction"
    GRANT = "grant"
    RETURN_TO_OWNER = "return_to_owner"


D = AssetDisposalState


class AssetDisposal(Document, db.Model):
    """WO: assets to be written off, scrapped or held for an auction."""

    __tablename__ = "asset_disposal"
    __table_args__ = (
        sa.Index("ix_asset_disposal_state_disposed_on", "state", "disposed_on"),
        {"info": {"seed": "tb_penghapusan"}},
    )
    prefix = "WO"
    dated = "disposed_on"
    workflow = Workflow(
        D.DRAFT,
        Transition("submit", (D.DRAFT,), D.SUBMITTED, Role.FACILITIES_STAFF, when=has_lines, numbers=True),
        Transition("approve", (D.SUBMITTED,), D.APPROVED, Role.FACILITIES_HEAD, when=not_own),
        Transition("reject", (D.SUBMITTED,), D.REJECTED, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("reject", (D.APPROVED,), D.REJECTED, Role.RECEIVABLES, needs_reason=True),
        Transition("reopen", (D.REJECTED,), D.DRAFT, Role.FACILITIES_STAFF, when=own_document),
        Transition("cancel", (D.DRAFT, D.SUBMITTED), D.CANCELLED, Role.FACILITIES_STAFF, needs_reason=True),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_penghapusan.penghapusan_id"))
    created_by_id: Mapped[int] = author("tb_penghapusan.user_id")
    account_id: Mapped[int | None] = reference("account", "tb_penghapusan.akun_kode")
    disposed_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_penghapusan.tgl"))
    state: Mapped[AssetDisposalState] = state_column(D.DRAFT, "tb_penghapusan.status")
    route: Mapped[DisposalRoute] = mapped_column(default=DisposalRoute.SCRAP)

    account: Mapped[Account | None] = relationship("Account")
    lines: Mapped[list[AssetDisposalLine]] = relationship(
        back_populates="asset_disposal", cascade="all, delete-orphan", order_by="AssetDisposalLine.id")


class AssetDisposalLine(db.Model):
    """One asset, whole or, of a group asset, in part; where it stood and why it goes."""

    __tablename__ = "asset_disposal_line"
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

    asset_disposal: Mapped[AssetDisposal] = relationship(back_populates="lines")
    asset: Mapped[Asset] = relationship(Asset)
    building: Mapped[Building | None] = relationship(Building)
    ward: Mapped[Ward | None] = relationship(Ward)


class AssetAuctionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RECEIVABLES_APPROVED = "receivables_approved"
    OPEN = "open"
    SOLD = "sold"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


A = AssetAuctionState

may_be_sold = Condition(
    "may_be_sold",
    lambda auction, _user: all(line.land_id is not None or line.asset.state == AssetState.HELD_FOR_SALE
                               for line in auction.lines),
    N_("Only land and assets that are held for sale can be auctioned."))


class AssetAuction(Document, db.Model):
    """AUC: assets held for sale, or land, offered to bidders in rounds."""

    __tablename__ = "asset_auction"
    __table_args__ = (
        sa.CheckConstraint("round > 0", name="round_positive"),
        sa.Index("ix_asset_auction_state_auctioned_on", "state", "auctioned_on"),
        {"info": {"seed": "tb_pelelangan"}},
    )
    prefix = "AUC"
    dated = "auctioned_on"
    workflow = Workflow(
        A.DRAFT,
        Transition("submit", (A.DRAFT,), A.SUBMITTED, Role.FACILITIES_STAFF, when=has_lines, numbers=True),
        Transition("approve", (A.SUBMITTED,), A.APPROVED, Role.FACILITIES_HEAD, when=(not_own, may_be_sold)),
        Transition("approve_receivables", (A.APPROVED,), A.RECEIVABLES_APPROVED, Role.RECEIVABLES,
                   when=(not_own, another_person)),
        Transition("reject", (A.SUBMITTED,), A.REJECTED, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("reject", (A.APPROVED,), A.REJECTED, Role.RECEIVABLES, needs_reason=True),
        Transition("reopen", (A.REJECTED,), A.DRAFT, Role.FACILITIES_STAFF, when=own_document),
        Transition("cancel", (A.DRAFT, A.SUBMITTED), A.CANCELLED, Role.FACILITIES_STAFF, needs_reason=True),
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

    account: Mapped[Account | None] = relationship("Account")
    lines: Mapped[list[AssetAuctionLine]] = relationship(
        back_populates="asset_auction", cascade="all, delete-orphan", order_by="AssetAuctionLine.id")

    @property
    def total(self) -> Decimal:
        """Proceeds in rupiah; zero until sold."""
        return sum((line.sale_price or Decimal(0) for line in self.lines), Decimal(0))


class AssetAuctionLine(db.Model):
    """One asset or one parcel of land. Prices are for the whole line."""

    __tablename__ = "asset_auction_line"
    __table_args__ = (
        sa.CheckConstraint("(asset_id IS NULL) <> (land_id IS NULL)", name="one_thing"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("appraised_value >= 0", name="appraised_value_not_negative"),
        sa.CheckConstraint("reserve_price >= 0", name="reserve_price_not_negative"),
        sa.CheckConstraint("sale_price >= reserve_price", name="sale_price_over_reserve"),
        {"info": {"seed": "tb_detPelelangan"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detPelelangan.detPelelangan_id"))
    asset_auction_id: Mapped[int] = reference("asset_auction", "tb_detPelelangan.pelelangan_id", ondelete="CASCADE")
    asset_id: Mapped[int | None] = reference("asset", "tb_detPelelangan.aset_id")
    land_id: Mapped[int | None] = reference("land", "tb_detPelelangan.tanah_id")
    quantity: Mapped[int] = mapped_column(default=1, info=seeded("tb_detPelelangan.jumlah"))
    appraised_value: Mapped[Money | None]
    reserve_price: Mapped[Money | None]
    sale_price: Mapped[Money | None] = mapped_column(info=seeded("tb_detPelelangan.harga_pelelangan"))

    asset_auction: Mapped[AssetAuction] = relationship(back_populates="lines")
    asset: Mapped[Asset | None] = relationship(Asset)
    land: Mapped[Land | None] = relationship(Land)
