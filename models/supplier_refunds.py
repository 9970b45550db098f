"""The supplier pays back in money (RFD) what it credited and no invoice used."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import Id, Money, db, reference
from models.documents import Area, Document, Posts, author, state_column
from models.roles import Role
from models.step_ups import above_step_up_limit
from models.workflow import Transition, Workflow

if TYPE_CHECKING:
    from models.items import Supplier


class SupplierRefundState(StrEnum):
    DRAFT = "draft"
    POSTED = "posted"
    REVERSED = "reversed"
    CANCELLED = "cancelled"


F = SupplierRefundState


class SupplierRefund(Document, db.Model):
    """RFD: money that came back for credit notes of one supplier, whole or in part."""

    __tablename__ = "supplier_refund"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("state NOT IN ('posted', 'reversed') OR payment_reference IS NOT NULL",
                           name="payment_reference_when_posted"),
        sa.Index("ix_supplier_refund_supplier_id_state", "supplier_id", "state"),
    )
    prefix, dated = "RFD", "refunded_on"
    area, icon, rank = Area.PURCHASING, "cash", 80
    posts, process = Posts.JOURNAL, "purchasing"
    decides_on = ("amount",)
    workflow = Workflow(
        F.DRAFT,
        Transition("post", (F.DRAFT,), F.POSTED, Role.PAYABLES, numbers=True,
                   step_up=above_step_up_limit),
        Transition("reverse", (F.POSTED,), F.REVERSED, Role.PAYABLES, needs_reason=True),
        Transition("cancel", (F.DRAFT,), F.CANCELLED, Role.PAYABLES, needs_reason=True),
    )

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    supplier_id: Mapped[int] = reference("supplier", index=False)
    refunded_on: Mapped[date] = mapped_column(default=clock.today)
    #: What the bank calls it.
    payment_reference: Mapped[str | None] = mapped_column(sa.String(100))
    #: Rupiah, VAT included.
    amount: Mapped[Money]
    state: Mapped[SupplierRefundState] = state_column(F.DRAFT)

    supplier: Mapped[Supplier] = relationship("Supplier")
