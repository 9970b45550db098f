"""Quotations: several suppliers are asked for the same lines (RFQ), their answers are compared, one is
chosen for each line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import ExactDecimal, Factor, Id, Money, Quantity, db, reference
from models.documents import Area, Document, Posts, Signed, author, state_column
from models.errors import N_
from models.line_quantities import MeasuredLine, measured
from models.purchasing import PurchaseOrderState, net
from models.roles import Role
from models.workflow import Condition, Transition, Workflow, has_lines

if TYPE_CHECKING:
    from models.items import Item, Supplier, UnitConversion
    from models.purchasing import PurchaseOrder, PurchaseRequestLine
    from models.stock import Store


class QuotationRequestState(StrEnum):
    DRAFT = "draft"
    ASKED = "asked"
    DONE = "done"
    CANCELLED = "cancelled"


Q = QuotationRequestState
#: Orders that came to nothing: what they took can be asked for and ordered again.
DROPPED = (PurchaseOrderState.REJECTED, PurchaseOrderState.CANCELLED)

has_suppliers = Condition("has_suppliers", lambda asked, _user: bool(asked.quotations),
                          N_("Name at least one supplier to ask."), about="document")
nobody_answered = Condition(
    "nobody_answered", lambda asked, _user: not any(line.prices for line in asked.lines),
    N_("A supplier answered already, so it stays as it was sent. Cancel it, or take the answers out first."),
    about="document")
is_decided = Condition("is_decided", lambda asked, _user: all(line.chosen for line in asked.lines), "",
                       about="document")
no_living_order = Condition(
    "no_living_order", lambda asked, _user: not asked.living_orders,
    N_("An order was drafted from it. Cancel that order first, then choose anew."))


class QuotationRequest(Document, db.Model):
    """RFQ: what several suppliers are asked to offer, mostly lines of purchase requests."""

    __tablename__ = "quotation_request"
    __table_args__ = (
        sa.CheckConstraint("answer_by >= asked_on", name="answer_after_asked"),
        sa.Index("ix_quotation_request_state_asked_on", "state", "asked_on"),
    )
    prefix, dated = "RFQ", "asked_on"
    area, icon, rank = Area.PURCHASING, "list-details", 35
    posts, process = Posts.NOTHING, "purchasing"
    paper_title = N_("Request for quotation")
    signs = (Signed(N_("Purchasing"), "create", "send"), N_("Supplier"))
    workflow = Workflow(
        Q.DRAFT,
        Transition("send", (Q.DRAFT,), Q.ASKED, Role.FACILITIES_STAFF, when=(has_lines, has_suppliers),
                   numbers=True),
        Transition("recall", (Q.ASKED,), Q.DRAFT, Role.FACILITIES_STAFF, when=nobody_answered),
        Transition("decide", (Q.ASKED,), Q.DONE, Role.FACILITIES_STAFF, needs_reason=is_decided),
        Transition("open_again", (Q.DONE,), Q.ASKED, Role.FACILITIES_STAFF, when=no_living_order,
                   needs_reason=True),
        Transition("cancel", (Q.DRAFT, Q.ASKED), Q.CANCELLED, Role.FACILITIES_STAFF, needs_reason=True),
    )

    id: Mapped[Id]
    created_by_id: Mapped[int] = author()
    store_id: Mapped[int] = reference("store")
    asked_on: Mapped[date] = mapped_column(default=clock.today)
    #: Until when suppliers may answer.
    answer_by: Mapped[date | None]
    state: Mapped[QuotationRequestState] = state_column(Q.DRAFT)

    store: Mapped[Store] = relationship("Store")
    lines: Mapped[list[QuotationRequestLine]] = relationship(
        back_populates="quotation_request", cascade="all, delete-orphan", order_by="QuotationRequestLine.id")
    quotations: Mapped[list[Quotation]] = relationship(
        back_populates="quotation_request", cascade="all, delete-orphan", order_by="Quotation.id")

    @property
    def living_orders(self) -> list[PurchaseOrder]:
        """Orders that were drafted from it and not dropped."""
        return [each.purchase_order for each in self.quotations
                if each.purchase_order is not None and each.purchase_order.state not in DROPPED]


class QuotationRequestLine(MeasuredLine, db.Model):
    """One item that suppliers are asked to offer."""

    __tablename__ = "quotation_request_line"
    names_by = ("quotation_request", "item")
    __table_args__ = measured()

    id: Mapped[Id]
    quotation_request_id: Mapped[int] = reference("quotation_request", ondelete="CASCADE")
    purchase_request_line_id: Mapped[int | None] = reference("purchase_request_line")
    item_id: Mapped[int] = reference("item")
    unit_id: Mapped[int] = reference("unit_conversion")
    quantity: Mapped[Quantity]
    factor: Mapped[Factor]

    quotation_request: Mapped[QuotationRequest] = relationship(back_populates="lines")
    purchase_request_line: Mapped[PurchaseRequestLine | None] = relationship("PurchaseRequestLine")
    item: Mapped[Item] = relationship("Item")
    unit: Mapped[UnitConversion] = relationship("UnitConversion", foreign_keys=[unit_id])
    prices: Mapped[list[QuotationPrice]] = relationship(
        back_populates="quotation_request_line", cascade="all, delete-orphan", order_by="QuotationPrice.id")

    @property
    def offered(self) -> Iterator[QuotationPrice]:
        """The answers that name a price."""
        return (price for price in self.prices if not price.cannot)

    @property
    def cheapest(self) -> Decimal | None:
        """Rupiah net for the whole line, the lowest that was offered."""
        return min((price.net_amount for price in self.offered), default=None)

    @property
    def chosen(self) -> QuotationPrice | None:
        return next((price for price in self.prices if price.is_chosen), None)

    def __str__(self) -> str:
        return f"{self.quotation_request} · {self.item}"


class Quotation(db.Model):
    """One supplier that is asked, and what it says of all lines."""

    __tablename__ = "quotation"
    names_by = ("quotation_request", "supplier")
    __table_args__ = (sa.UniqueConstraint("quotation_request_id", "supplier_id"),)

    id: Mapped[Id]
    quotation_request_id: Mapped[int] = reference("quotation_request", ondelete="CASCADE", index=False)
    supplier_id: Mapped[int] = reference("supplier")
    #: The supplier's own number of its letter.
    supplier_number: Mapped[str | None] = mapped_column(sa.String(60))
    #: The last day on which its prices hold.
    valid_until: Mapped[date | None]
    #: The order that was drafted of what was chosen from it.
    purchase_order_id: Mapped[int | None] = reference("purchase_order")

    quotation_request: Mapped[QuotationRequest] = relationship(back_populates="quotations")
    supplier: Mapped[Supplier] = relationship("Supplier")
    purchase_order: Mapped[PurchaseOrder | None] = relationship("PurchaseOrder")
    prices: Mapped[list[QuotationPrice]] = relationship(back_populates="quotation", cascade="all",
                                                        order_by="QuotationPrice.id")

    @property
    def total(self) -> Decimal | None:
        """Rupiah net of all lines; None unless it offered each of them."""
        offered = [price for price in self.prices if not price.cannot]
        whole = len(offered) == len(self.quotation_request.lines) > 0
        return sum((price.net_amount for price in offered), Decimal(0)) if whole else None

    def __str__(self) -> str:
        return f"{self.quotation_request} · {self.supplier}"


class QuotationPrice(db.Model):
    """What one supplier answered for one line: a price, or that it cannot."""

    __tablename__ = "quotation_price"
    changes_in = (Q.ASKED,)
    refusal = N_("Answers are written while their request is out with the suppliers.")
    discount: Mapped[Decimal] = mapped_column(ExactDecimal(5, 2), default=Decimal(0), sort_order=1)
    __table_args__ = (
        sa.UniqueConstraint("quotation_id", "quotation_request_line_id"),
        sa.Index("uq_quotation_price_chosen", "quotation_request_line_id", unique=True,
                 postgresql_where=sa.text("is_chosen"), sqlite_where=sa.text("is_chosen")),
        sa.CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        sa.CheckConstraint((discount >= 0) & (discount <= 100), name="discount_is_percent"),
        sa.CheckConstraint("delivery_days >= 0", name="delivery_days_not_negative"),
        sa.CheckConstraint("cannot = (unit_price IS NULL)", name="a_price_or_cannot"),
        sa.CheckConstraint("NOT (cannot AND is_chosen)", name="chosen_has_a_price"),
    )

    id: Mapped[Id]
    quotation_id: Mapped[int] = reference("quotation", ondelete="CASCADE", index=False)
    quotation_request_line_id: Mapped[int] = reference("quotation_request_line", ondelete="CASCADE")
    cannot: Mapped[bool] = mapped_column(default=False)
    #: Rupiah per unit of measure of the line, before discount and VAT.
    unit_price: Mapped[Money | None]
    delivery_days: Mapped[int | None]
    is_chosen: Mapped[bool] = mapped_column(default=False)
    #: Why this one and not the cheapest.
    choice_reason: Mapped[str | None] = mapped_column(sa.String(300))

    quotation: Mapped[Quotation] = relationship(back_populates="prices")
    quotation_request_line: Mapped[QuotationRequestLine] = relationship(back_populates="prices")

    @property
    def net_amount(self) -> Decimal:
        """Rupiah for the whole line, discount taken, before VAT."""
        return net(self.quotation_request_line.quantity, self.unit_price or Decimal(0), self.discount)

    @property
    def is_cheapest(self) -> bool:
        return not self.cannot and self.net_amount == self.quotation_request_line.cheapest

    def __str__(self) -> str:
        return f"{self.quotation} · {self.quotation_request_line.item}"
