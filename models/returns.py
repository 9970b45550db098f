"""Goods that go back or go to waste: supplier return (RTA), unit return (RTP), spoilage (SPL)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock, worths
from models.base import Factor, Id, Money, Quantity, UnitCost, db, reference, seeded
from models.documents import Area, Document, Posts, author, state_column
from models.errors import N_
from models.line_quantities import MeasuredLine, MovedLine, measured, moved
from models.roles import Role
from models.step_ups import above_step_up_limit
from models.workflow import (
    Transition,
    Workflow,
    approval_steps,
    author_steps,
    has_lines,
    not_own,
    own_work_unit,
)

if TYPE_CHECKING:
    from models.goods_receipts import GoodsReceipt, GoodsReceiptLine
    from models.items import Item, Supplier, UnitConversion
    from models.journal import Account
    from models.organisation import WorkUnit
    from models.stock import StockBatch, Store
    from models.store_requests import DeliveryRequestLine


class SupplierReturnState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SENT = "sent"
    DONE = "done"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


A = SupplierReturnState
GOES = N_("Base units that go. Empty: what was approved, or less where less is there.")


class Resolution(StrEnum):
    """What the supplier did about returned goods."""

    REPLACED = "replaced"
    CREDITED = "credited"
    #: The goods come back, or are lost.
    REFUSED = "refused"


class SupplierReturn(Document, db.Model):
    """RTA: goods sent back to their supplier, against receipts."""

    __tablename__ = "supplier_return"
    __table_args__ = (
        sa.Index("ix_supplier_return_state_returned_on", "state", "returned_on"),
        sa.CheckConstraint("credit_net >= 0", name="credit_net_not_negative"),
        sa.CheckConstraint("credit_vat >= 0", name="credit_vat_not_negative"),
        sa.CheckConstraint("(credit_net IS NULL) = (credit_vat IS NULL)", name="credit_has_net_and_vat"),
        {"info": {"seed": "tb_rta"}},
    )
    prefix, dated = "RTA", "returned_on"
    follows = ("lines.goods_receipt",)
    area, icon, rank = Area.PURCHASING, "arrow-back-up", 70
    posts, process = Posts.STOCK_THAT_DAY, "purchasing"
    decides_on = ("worth",)
    may_be_backdated = True
    late_columns = ("credit_net", "credit_vat")
    workflow = Workflow(
        A.DRAFT,
        *approval_steps(A, author=Role.FACILITIES_STAFF, approver=Role.FACILITIES_HEAD,
                        step_up=above_step_up_limit),
        Transition("send", (A.APPROVED,), A.SENT, (Role.STORE_STAFF, Role.FACILITIES_STAFF),
                   line_asks=("moved_quantity",), line_hint=GOES, may_skip=True),
        Transition("confirm", (A.SENT,), A.DONE, Role.FACILITIES_STAFF,
                   asks=("resolution", "supplier_reference", "goods_lost")),
        Transition("unconfirm", (A.DONE,), A.SENT, Role.FACILITIES_HEAD, needs_reason=True),
        *author_steps(A, author=Role.FACILITIES_STAFF, cancels=(A.APPROVED,)),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_rta.rta_id"))
    created_by_id: Mapped[int] = author("tb_rta.user_id")
    account_id: Mapped[int | None] = reference("account", "tb_rta.akun_kode")
    supplier_id: Mapped[int] = reference("supplier", "tb_rta.supplier_id")
    store_id: Mapped[int] = reference("store")
    returned_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_rta.tgl_retur"))
    state: Mapped[SupplierReturnState] = state_column(A.DRAFT, "tb_rta.status")
    resolution: Mapped[Resolution | None]
    supplier_reference: Mapped[str | None] = mapped_column(sa.String(100))
    #: Of goods that the supplier refused: they did not come back either.
    goods_lost: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"))
    #: The credit note, rupiah, posted when the supplier credited what was invoiced already: 0 where nothing
    #: was.
    credit_net: Mapped[Money | None] = mapped_column(info={"derived": True})
    credit_vat: Mapped[Money | None] = mapped_column(info={"derived": True})

    account: Mapped[Account | None] = relationship("Account")
    supplier: Mapped[Supplier] = relationship("Supplier")
    store: Mapped[Store] = relationship("Store")
    lines: Mapped[list[SupplierReturnLine]] = relationship(
        back_populates="supplier_return", cascade="all, delete-orphan", order_by="SupplierReturnLine.id")
    #: What came back in its place.
    replacements: Mapped[list[GoodsReceipt]] = relationship(back_populates="supplier_return")

    @property
    def worth(self) -> Decimal:
        """Rupiah of what goes, at the store's average."""
        return worths.in_store(self, ((line.item_id, line.gone_quantity) for line in self.lines))


class SupplierReturnLine(MovedLine, db.Model):
    """One item of an RTA, taken from one line of a receipt."""

    __tablename__ = "supplier_return_line"
    late_columns = ("moved_quantity", "credited_quantity")
    late_in = (A.SENT,)
    __table_args__ = (
        *measured(), *moved(),
        sa.CheckConstraint("credited_quantity >= 0 AND credited_quantity <= quantity * factor",
                           name="credited_is_returned"),
        {"info": {"seed": "tb_detRta"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detRta.detRta_id"))
    supplier_return_id: Mapped[int] = reference("supplier_return", "tb_detRta.rta_id", ondelete="CASCADE")
    item_id: Mapped[int] = reference("item", "tb_detRta.barang_id")
    goods_receipt_id: Mapped[int] = reference("goods_receipt", "tb_detRta.rcv_id")
    goods_receipt_line_id: Mapped[int] = reference("goods_receipt_line")
    unit_id: Mapped[int] = reference("unit_conversion", "tb_detRta.unit_konversi_id")
    quantity: Mapped[Quantity] = mapped_column(info=seeded("tb_detRta.jumlah_retur"))
    factor: Mapped[Factor]
    reason: Mapped[str | None] = mapped_column(sa.Text, info=seeded("tb_detRta.keterangan"))
    #: Base units that the supplier's credit note covers: those that were invoiced. The others are not
    #: charged.
    credited_quantity: Mapped[Quantity | None] = mapped_column(info={"derived": True})

    supplier_return: Mapped[SupplierReturn] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship("Item")
    goods_receipt: Mapped[GoodsReceipt] = relationship("GoodsReceipt")
    goods_receipt_line: Mapped[GoodsReceiptLine] = relationship("GoodsReceiptLine")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])


class UnitReturnState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REVERSED = "reversed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


P = UnitReturnState


class UnitReturn(Document, db.Model):
    """RTP: a unit gives back what it was delivered."""

    __tablename__ = "unit_return"
    __table_args__ = (
        sa.Index("ix_unit_return_state_returned_on", "state", "returned_on"),
        {"info": {"seed": "tb_rtp"}},
    )
    prefix, dated = "RTP", "returned_on"
    follows = ("lines.delivery_request_line.delivery_request",)
    area, icon, rank = Area.INVENTORY, "truck-return", 90
    posts, process = Posts.STOCK_THAT_DAY, "corrections"
    may_be_backdated = True
    workflow = Workflow(
        P.DRAFT,
        Transition("submit", (P.DRAFT,), P.SUBMITTED, Role.UNIT_USER, when=(has_lines, own_work_unit),
                   numbers=True),
        Transition("accept", (P.SUBMITTED,), P.ACCEPTED, Role.STORE_STAFF, when=not_own),
        Transition("reverse", (P.ACCEPTED,), P.REVERSED, Role.STORE_HEAD, needs_reason=True),
        Transition("reject", (P.SUBMITTED,), P.REJECTED, Role.STORE_STAFF, needs_reason=True),
        *author_steps(P, author=Role.UNIT_USER),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_rtp.rtp_id"))
    created_by_id: Mapped[int] = author("tb_rtp.user_id")
    work_unit_id: Mapped[int] = reference("work_unit", "tb_rtp.unit_kerja_id")
    account_id: Mapped[int | None] = reference("account", "tb_rtp.akun_kode")
    store_id: Mapped[int] = reference("store")
    returned_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_rtp.rtp_tgl"))
    state: Mapped[UnitReturnState] = state_column(P.DRAFT, "tb_rtp.rtp_status")

    work_unit: Mapped[WorkUnit] = relationship("WorkUnit")
    account: Mapped[Account | None] = relationship("Account")
    store: Mapped[Store] = relationship("Store")
    lines: Mapped[list[UnitReturnLine]] = relationship(
        back_populates="unit_return", cascade="all, delete-orphan", order_by="UnitReturnLine.id")


class UnitReturnLine(MeasuredLine, db.Model):
    """One item of an RTP, from one line of a delivery."""

    __tablename__ = "unit_return_line"
    __table_args__ = (
        *measured(),
        {"info": {"seed": "tb_detRtp"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detRtp.detRtp_id"))
    unit_return_id: Mapped[int] = reference("unit_return", "tb_detRtp.rtp_id", ondelete="CASCADE")
    item_id: Mapped[int] = reference("item", "tb_detRtp.barang_id")
    delivery_request_line_id: Mapped[int] = reference("delivery_request_line")
    unit_id: Mapped[int] = reference("unit_conversion", "tb_detRtp.unit_konversi_id")
    quantity: Mapped[Quantity]
    factor: Mapped[Factor]
    reason: Mapped[str | None] = mapped_column(sa.Text, info=seeded("tb_detRtp.keterangan"))

    unit_return: Mapped[UnitReturn] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship("Item")
    delivery_request_line: Mapped[DeliveryRequestLine] = relationship("DeliveryRequestLine")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])


class SpoilageState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    POSTED = "posted"
    REVERSED = "reversed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


L = SpoilageState
KEEPERS = (Role.FACILITIES_STAFF, Role.STORE_STAFF)


class Spoilage(Document, db.Model):
    """SPL: damaged or expired stock, taken out to the loss account."""

    __tablename__ = "spoilage"
    __table_args__ = (
        sa.Index("ix_spoilage_state_spoiled_on", "state", "spoiled_on"),
        {"info": {"seed": "tb_spoil"}},
    )
    prefix, dated = "SPL", "spoiled_on"
    follows = ("lines.goods_receipt",)
    area, icon, rank = Area.INVENTORY, "trash", 100
    posts, process = Posts.STOCK_THAT_DAY, "corrections"
    decides_on = ("worth",)
    may_be_backdated = True
    workflow = Workflow(
        L.DRAFT,
        *approval_steps(L, author=KEEPERS, approver=Role.FACILITIES_HEAD, approved=L.POSTED,
                        step_up=above_step_up_limit),
        Transition("reverse", (L.POSTED,), L.REVERSED, Role.FACILITIES_HEAD, when=not_own, needs_reason=True),
        *author_steps(L, author=KEEPERS),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_spoil.spoil_id"))
    created_by_id: Mapped[int] = author("tb_spoil.user_id")
    account_id: Mapped[int | None] = reference("account", "tb_spoil.akun_kode")
    store_id: Mapped[int] = reference("store")
    spoiled_on: Mapped[date] = mapped_column(default=clock.today, info=seeded("tb_spoil.tgl_spoil"))
    state: Mapped[SpoilageState] = state_column(L.DRAFT, "tb_spoil.status")

    account: Mapped[Account | None] = relationship("Account")
    store: Mapped[Store] = relationship("Store")
    lines: Mapped[list[SpoilageLine]] = relationship(
        back_populates="spoilage", cascade="all, delete-orphan", order_by="SpoilageLine.id")

    @property
    def worth(self) -> Decimal:
        """Rupiah of what is given up, at the store's average."""
        return worths.in_store(self, ((line.item_id, line.gone_quantity) for line in self.lines))


class SpoilageLine(MovedLine, db.Model):
    """One spoiled item."""

    __tablename__ = "spoilage_line"
    late_columns = ("unit_cost", "moved_quantity")
    __table_args__ = (
        *measured(), *moved(),
        sa.ForeignKeyConstraint(["item_id", "batch_id"], ["stock_batch.item_id", "stock_batch.id"],
                                name="batch_of_item"),
        {"info": {"seed": "tb_detSpoil"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detSpoil.detSpoil_id"))
    spoilage_id: Mapped[int] = reference("spoilage", "tb_detSpoil.spoil_id", ondelete="CASCADE")
    item_id: Mapped[int] = reference("item", "tb_detSpoil.barang_id")
    goods_receipt_id: Mapped[int | None] = reference("goods_receipt", "tb_detSpoil.rcv_id")
    unit_id: Mapped[int] = reference("unit_conversion")
    batch_id: Mapped[int | None] = reference("stock_batch")
    #: Rupiah per base unit, kept at posting.
    unit_cost: Mapped[UnitCost | None] = mapped_column(info=seeded("tb_detSpoil.harga"))
    quantity: Mapped[Quantity] = mapped_column(info=seeded("tb_detSpoil.jmlah_spoil"))
    factor: Mapped[Factor]
    cause: Mapped[str | None] = mapped_column(sa.Text)

    spoilage: Mapped[Spoilage] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship("Item")
    goods_receipt: Mapped[GoodsReceipt | None] = relationship("GoodsReceipt")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])
    batch: Mapped[StockBatch | None] = relationship("StockBatch", foreign_keys=[batch_id])
