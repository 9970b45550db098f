"""How assets come: the plan of a budget year, the procurement from a vendor, the receipt."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.asset_register import Asset, AssetModel, Vendor, one_place
from models.base import Code, Id, Money, Percent, Text, db, reference, seeded
from models.documents import Area, Document, Posts, Signed, author, state_column
from models.errors import N_
from models.places import FundingSource
from models.roles import Role
from models.settings import setting
from models.step_ups import above_step_up_limit
from models.workflow import (
    Condition,
    Transition,
    Workflow,
    another_person,
    approval_steps,
    author_steps,
    has_lines,
    not_own,
)

if TYPE_CHECKING:
    from models.journal import Account
    from models.organisation import WorkUnit
    from models.places import Building, InpatientRoom, Room, Ward


class AssetPlanState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DONE = "done"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


P = AssetPlanState
PLANNERS = (Role.UNIT_USER, Role.FACILITIES_STAFF)

fully_procured = Condition("fully_procured", lambda plan, _user: plan.is_fully_procured, "")
not_all_procured = Condition("not_all_procured", lambda plan, _user: not plan.is_fully_procured,
                             N_("Everything on it was ordered; there is nothing left to order."))


class AssetPlan(Document, db.Model):
    """PLN: the asset models that a unit wants in a budget year. Its approved lines are open to procure."""

    __tablename__ = "asset_plan"
    __table_args__ = (
        sa.CheckConstraint("budget_year BETWEEN 2000 AND 2200", name="budget_year_sane"),
        sa.Index("ix_asset_plan_state_planned_on", "state", "planned_on"),
        {"info": {"seed": "tb_perencanaan"}},
    )
    prefix, dated = "PLN", "planned_on"
    area, icon, rank = Area.ASSETS, "list-check", 130
    posts, process = Posts.NOTHING, "assets"
    decides_on = ("estimate",)
    workflow = Workflow(
        P.DRAFT,
        *approval_steps(P, author=PLANNERS, approver=Role.FACILITIES_HEAD, step_up=above_step_up_limit),
        Transition("close", (P.APPROVED,), P.DONE, Role.FACILITIES_STAFF, needs_reason=fully_procured),
        Transition("open_again", (P.DONE,), P.APPROVED, Role.FACILITIES_HEAD, when=not_all_procured,
                   needs_reason=True),
        *author_steps(P, author=PLANNERS),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_perencanaan.perencanaan_id"))
    created_by_id: Mapped[int] = author("tb_perencanaan.user_id")
    planned_on: Mapped[date] = mapped_column(default=clock.today,
                                             info=seeded("tb_perencanaan.perencanaan_tgl"))
    state: Mapped[AssetPlanState] = state_column(P.DRAFT, "tb_perencanaan.perencanaan_status")
    work_unit_id: Mapped[int] = reference("work_unit")
    budget_year: Mapped[int] = mapped_column(default=lambda: clock.today().year + 1)

    work_unit: Mapped[WorkUnit] = relationship("WorkUnit")
    lines: Mapped[list[AssetPlanLine]] = relationship(
        back_populates="asset_plan", cascade="all, delete-orphan", order_by="AssetPlanLine.id")

    @property
    def estimate(self) -> Decimal:
        """Rupiah of the lines that say what one thing may cost."""
        return sum((line.quantity * (line.estimated_price or Decimal(0)) for line in self.lines), Decimal(0))

    @property
    def is_fully_procured(self) -> bool:
        return all(line.open_quantity <= 0 for line in self.lines)


class AssetPlanLine(db.Model):
    """So many things of one model for one unit and budget year."""

    __tablename__ = "asset_plan_line"
    names_by = ("asset_plan", "asset_model")
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("budget_year BETWEEN 2000 AND 2200", name="budget_year_sane"),
        sa.CheckConstraint("estimated_price >= 0", name="estimated_price_not_negative"),
        {"info": {"seed": "tb_detPerencanaan"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detPerencanaan.detPerencanaan_id"))
    asset_plan_id: Mapped[int] = reference("asset_plan", "tb_detPerencanaan.perencanaan_id",
                                           ondelete="CASCADE")
    work_unit_id: Mapped[int] = reference("work_unit", "tb_detPerencanaan.unit_kerja_id")
    asset_model_id: Mapped[int] = reference("asset_model", "tb_detPerencanaan.aset_id")
    budget_year: Mapped[int] = mapped_column(
        default=lambda: clock.today().year + 1, info=seeded("tb_detPerencanaan.tahun_anggaran"))
    quantity: Mapped[int] = mapped_column(info=seeded("tb_detPerencanaan.jumlah"))
    estimated_price: Mapped[Money | None]
    justification: Mapped[Text | None]

    asset_plan: Mapped[AssetPlan] = relationship(back_populates="lines")
    work_unit: Mapped[WorkUnit] = relationship("WorkUnit")
    asset_model: Mapped[AssetModel] = relationship(AssetModel)
    procurement_lines: Mapped[list[AssetProcurementLine]] = relationship(back_populates="asset_plan_line")

    @property
    def open_quantity(self) -> int:
        """Things planned and on no living procurement yet; computed, never stored."""
        return self.quantity - sum(
            line.received_quantity if line.asset_procurement.state == AssetProcurementState.DONE
            else line.quantity
            for line in self.procurement_lines if line.asset_procurement.is_living)


class AssetProcurementState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PAYMENT_APPROVED = "payment_approved"
    LIMIT_APPROVED = "limit_approved"
    SENT = "sent"
    DONE = "done"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


G = AssetProcurementState

above_limit = Condition("above_limit", lambda procurement, _user: procurement.needs_director,
                        N_("The total is not above the limit; the director's approval is not needed."),
                        rows=lambda model, _user: model.needs_director, is_kept=True, about="document")
within_limit = Condition("within_limit", lambda procurement, _user: not procurement.needs_director,
                         N_("The total is above the limit: the director must approve first."),
                         rows=lambda model, _user: ~model.needs_director, is_kept=True, about="document")
fully_received = Condition("fully_received", lambda document, _user: document.is_fully_received, "")
not_all_received = Condition("not_all_received", lambda document, _user: not document.is_fully_received,
                             N_("Everything on it was received; there is nothing left to wait for."))


class AssetProcurement(Document, db.Model):
    """PNG: the order of planned assets from one vendor. Its lines carry that vendor too, as the paper draws
    it."""

    __tablename__ = "asset_procurement"
    __table_args__ = (
        sa.UniqueConstraint("id", "vendor_id"),
        sa.CheckConstraint("expected_on >= procured_on", name="expected_after_procured"),
        sa.Index("ix_asset_procurement_state_procured_on", "state", "procured_on"),
        {"info": {"seed": "tb_penyediaan"}},
    )
    prefix, dated = "PNG", "procured_on"
    follows = ("lines.asset_plan",)
    area, icon, rank = Area.ASSETS, "file-dollar", 140
    posts, process = Posts.NOTHING, "assets"
    decides_on = ("total",)
    signs = (Signed(N_("Head of facilities"), "approve"), Signed(N_("Accounts payable"), "approve_payment"),
             Signed(N_("Director"), "approve_limit", only_if=above_limit), N_("Vendor"))
    paper_title = N_("Order of equipment")
    workflow = Workflow(
        G.DRAFT,
        Transition("submit", (G.DRAFT,), G.SUBMITTED, Role.FACILITIES_STAFF, when=has_lines, numbers=True),
        Transition("approve", (G.SUBMITTED,), G.APPROVED, Role.FACILITIES_HEAD, when=not_own,
                   step_up=above_step_up_limit),
        Transition("approve_payment", (G.APPROVED,), G.PAYMENT_APPROVED, Role.PAYABLES,
                   when=(not_own, another_person), step_up=above_step_up_limit),
        Transition("approve_limit", (G.PAYMENT_APPROVED,), G.LIMIT_APPROVED, Role.DIRECTOR,
                   when=(above_limit, not_own, another_person), step_up=True),
        Transition("reject", (G.SUBMITTED,), G.REJECTED, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("reject", (G.APPROVED,), G.REJECTED, Role.PAYABLES, needs_reason=True),
        Transition("reject", (G.PAYMENT_APPROVED,), G.REJECTED, Role.DIRECTOR, needs_reason=True),
        Transition("send", (G.PAYMENT_APPROVED,), G.SENT, Role.FACILITIES_STAFF, when=within_limit),
        Transition("send", (G.LIMIT_APPROVED,), G.SENT, Role.FACILITIES_STAFF),
        Transition("close", (G.SENT,), G.DONE, Role.FACILITIES_STAFF, needs_reason=fully_received),
        Transition("open_again", (G.DONE,), G.SENT, Role.FACILITIES_HEAD, when=not_all_received,
                   needs_reason=True),
        *author_steps(G, author=Role.FACILITIES_STAFF,
                      cancels=(G.APPROVED, G.PAYMENT_APPROVED, G.LIMIT_APPROVED)),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_penyediaan.penyediaan_id"))
    created_by_id: Mapped[int] = author("tb_penyediaan.user_id")
    procured_on: Mapped[date] = mapped_column(default=clock.today,
                                              info=seeded("tb_penyediaan.penyediaan_tgl"))
    state: Mapped[AssetProcurementState] = state_column(G.DRAFT, "tb_penyediaan.penyediaan_status")
    vendor_id: Mapped[int] = reference("vendor")
    expected_on: Mapped[date | None]
    tax_percent: Mapped[Percent] = mapped_column(default=Decimal(0))
    funding_source: Mapped[FundingSource] = mapped_column(default=FundingSource.BLU)
    #: Whether the total was above the limit when it was submitted; a limit that changes later changes no
    #: procurement.
    needs_director: Mapped[bool] = mapped_column(default=False, server_default=sa.text("false"),
                                                 info={"derived": True})

    vendor: Mapped[Vendor] = relationship(Vendor)
    lines: Mapped[list[AssetProcurementLine]] = relationship(
        back_populates="asset_procurement", cascade="all, delete-orphan", order_by="AssetProcurementLine.id",
        foreign_keys="AssetProcurementLine.asset_procurement_id")
    receipts: Mapped[list[AssetReceipt]] = relationship(back_populates="asset_procurement")

    @property
    def net_total(self) -> Decimal:
        """Rupiah, before tax."""
        return sum((line.unit_price * line.quantity for line in self.lines), Decimal(0))

    @property
    def vat_amount(self) -> Decimal:
        """Rupiah."""
        return self.total - self.net_total

    @property
    def total(self) -> Decimal:
        """Rupiah, tax included, rounded to whole sen."""
        return (self.net_total * (1 + self.tax_percent / 100)).quantize(Decimal("0.01"))

    @property
    def is_above_limit(self) -> bool:
        """Whether the director must approve too."""
        return self.total > setting("asset_procurement.limit")

    @property
    def is_living(self) -> bool:
        return self.state not in (G.REJECTED, G.CANCELLED)

    @property
    def is_fully_received(self) -> bool:
        return all(line.received_quantity >= line.quantity for line in self.lines)


class AssetProcurementLine(db.Model):
    """So many things of one model at a price, from a line of a plan."""

    __tablename__ = "asset_procurement_line"
    names_by = ("asset_procurement", "asset_model")
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        sa.ForeignKeyConstraint(["asset_procurement_id", "vendor_id"],
                                ["asset_procurement.id", "asset_procurement.vendor_id"],
                                name="vendor_of_procurement", onupdate="CASCADE", ondelete="CASCADE"),
        {"info": {"seed": "tb_detPenyediaan"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detPenyediaan.detPenyediaan_id"))
    asset_procurement_id: Mapped[int] = reference(
        "asset_procurement", "tb_detPenyediaan.penyediaan_id", ondelete="CASCADE")
    asset_plan_id: Mapped[int | None] = reference("asset_plan", "tb_detPenyediaan.perencanaan_id")
    asset_plan_line_id: Mapped[int | None] = reference("asset_plan_line")
    asset_model_id: Mapped[int] = reference("asset_model", "tb_detPenyediaan.aset_id")
    vendor_id: Mapped[int] = reference("vendor", "tb_detPenyediaan.vendor_id")
    unit_price: Mapped[Money] = mapped_column(info=seeded("tb_detPenyediaan.harga"))
    quantity: Mapped[int] = mapped_column(info=seeded("tb_detPenyediaan.jumlah"))

    asset_procurement: Mapped[AssetProcurement] = relationship(
        back_populates="lines", foreign_keys=[asset_procurement_id])
    asset_plan: Mapped[AssetPlan | None] = relationship()
    asset_plan_line: Mapped[AssetPlanLine | None] = relationship(back_populates="procurement_lines")
    asset_model: Mapped[AssetModel] = relationship(AssetModel)
    vendor: Mapped[Vendor] = relationship(Vendor, foreign_keys=[vendor_id])
    receipt_lines: Mapped[list[AssetReceiptLine]] = relationship(back_populates="asset_procurement_line")

    @property
    def net_amount(self) -> Decimal:
        """Rupiah, before tax."""
        return self.unit_price * self.quantity

    @property
    def received_quantity(self) -> int:
        """Things received by posted receipts; computed, never stored."""
        return sum(line.received_quantity for line in self.receipt_lines
                   if line.asset_receipt.state == AssetReceiptState.POSTED)


@event.listens_for(AssetProcurementLine, "before_insert")
@event.listens_for(AssetProcurementLine, "before_update")
def _same_vendor_and_plan(_mapper: Any, _connection: Any, line: AssetProcurementLine) -> None:
    """The line's vendor and plan are those of its header and its plan line; nobody types them twice."""
    if line.asset_procurement is not None:
        line.vendor_id = line.asset_procurement.vendor_id
    if line.asset_plan_line is not None:
        line.asset_plan_id = line.asset_plan_line.asset_plan_id


class AssetReceiptState(StrEnum):
    DRAFT = "draft"
    POSTED = "posted"
    REVERSED = "reversed"
    CANCELLED = "cancelled"


V = AssetReceiptState


class AssetReceipt(Document, db.Model):
    """PNR: what the vendor brought against a procurement."""

    __tablename__ = "asset_receipt"
    __table_args__ = (
        sa.Index("ix_asset_receipt_state_received_on", "state", "received_on"),
        {"info": {"seed": "tb_penerimaan"}},
    )
    prefix, dated = "PNR", "received_on"
    follows = ("asset_procurement",)
    area, icon, rank = Area.ASSETS, "package-import", 150
    posts, process = Posts.JOURNAL, "assets"
    signs = (N_("Vendor"), Signed(N_("Received by (facilities)"), "create", "post"))
    paper_title = N_("Record of handing over equipment (BAST)")
    workflow = Workflow(
        V.DRAFT,
        Transition("post", (V.DRAFT,), V.POSTED, Role.FACILITIES_STAFF, when=has_lines, numbers=True),
        Transition("reverse", (V.POSTED,), V.REVERSED, Role.FACILITIES_HEAD, needs_reason=True),
        Transition("cancel", (V.DRAFT,), V.CANCELLED, Role.FACILITIES_STAFF, needs_reason=True),
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_penerimaan.rcvA_id"))
    created_by_id: Mapped[int] = author("tb_penerimaan.user_id")
    account_id: Mapped[int | None] = reference("account", "tb_penerimaan.akun_kode")
    received_on: Mapped[date] = mapped_column(default=clock.today,
                                              info=seeded("tb_penerimaan.penerimaan_tgl"))
    state: Mapped[AssetReceiptState] = state_column(V.DRAFT, "tb_penerimaan.penerimaan_status")
    asset_procurement_id: Mapped[int] = reference("asset_procurement")
    delivery_order_number: Mapped[Code | None]

    account: Mapped[Account | None] = relationship("Account")
    asset_procurement: Mapped[AssetProcurement] = relationship(back_populates="receipts")
    lines: Mapped[list[AssetReceiptLine]] = relationship(
        back_populates="asset_receipt", cascade="all, delete-orphan", order_by="AssetReceiptLine.id")


class AssetReceiptLine(db.Model):
    """So many things of a procurement line, and where they go (one place at most). `as_group` registers them
    as one asset of that quantity; otherwise each is an asset, with the serial number on its line of
    `serial_numbers`."""

    __tablename__ = "asset_receipt_line"
    __table_args__ = (
        sa.CheckConstraint("ordered_quantity > 0", name="ordered_quantity_positive"),
        one_place(),
        sa.CheckConstraint("received_quantity > 0", name="received_quantity_positive"),
        sa.CheckConstraint("outstanding_quantity >= 0", name="outstanding_quantity_not_negative"),
        sa.CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        {"info": {"seed": "tb_detPenerimaan"}},
    )

    id: Mapped[Id] = mapped_column(info=seeded("tb_detPenerimaan.detPenerimaan_id"))
    asset_receipt_id: Mapped[int] = reference("asset_receipt", "tb_detPenerimaan.rcvA_id", ondelete="CASCADE")
    asset_procurement_line_id: Mapped[int] = reference("asset_procurement_line")
    asset_model_id: Mapped[int] = reference("asset_model", "tb_detPenerimaan.aset_id")
    ordered_quantity: Mapped[int] = mapped_column(info=seeded("tb_detPenerimaan.jumlah_order"))
    received_quantity: Mapped[int] = mapped_column(info=seeded("tb_detPenerimaan.jumlah_rcvA"))
    outstanding_quantity: Mapped[int | None] = mapped_column(info=seeded("tb_detPenerimaan.jumlah_sisa"))
    unit_price: Mapped[Money] = mapped_column(info=seeded("tb_detPenerimaan.harga"))
    as_group: Mapped[bool] = mapped_column(default=False)
    warranty_until: Mapped[date | None]
    serial_numbers: Mapped[Text | None]
    building_id: Mapped[int | None] = reference("building")
    room_id: Mapped[int | None] = reference("room")
    ward_id: Mapped[int | None] = reference("ward")
    inpatient_room_id: Mapped[int | None] = reference("inpatient_room")
    work_unit_id: Mapped[int | None] = reference("work_unit")

    asset_receipt: Mapped[AssetReceipt] = relationship(back_populates="lines")
    assets: Mapped[list[Asset]] = relationship(Asset, order_by=Asset.id, viewonly=True)
    asset_procurement_line: Mapped[AssetProcurementLine] = relationship(back_populates="receipt_lines")
    asset_model: Mapped[AssetModel] = relationship(AssetModel)
    building: Mapped[Building | None] = relationship("Building")
    room: Mapped[Room | None] = relationship("Room")
    ward: Mapped[Ward | None] = relationship("Ward")
    inpatient_room: Mapped[InpatientRoom | None] = relationship("InpatientRoom")
    work_unit: Mapped[WorkUnit | None] = relationship("WorkUnit")

    @property
    def serials(self) -> list[str]:
        """The serial numbers, one a line, in order; blank lines do not count."""
        return [text for row in (self.serial_numbers or "").splitlines() if (text := row.strip())]


AssetProcurement.__table__.append_constraint(sa.CheckConstraint(
    sa.and_(AssetProcurement.__table__.c.tax_percent >= 0, AssetProcurement.__table__.c.tax_percent <= 100),
    name="tax_percent_in_range"))
