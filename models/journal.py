"""The ledger of money: accounts, periods, and journal entries that always balance."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models import clock
from models.base import BigId, Code, Id, Money, Name, as_text, db, reference, seeded
from models.organisation import Status

if TYPE_CHECKING:
    from models.people import User

#: Years that the books know. What is dated outside of them is a slip of the keyboard.
FIRST_YEAR, LAST_YEAR = 2000, 2100


class AccountKind(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    REVENUE = "revenue"
    EXPENSE = "expense"


class Side(StrEnum):
    DEBIT = "debit"
    CREDIT = "credit"


class Account(db.Model):
    """An account of the chart (akun)."""

    __tablename__ = "account"
    text_columns = ("code", "name")
    __table_args__ = ({"info": {"seed": "akun"}},)

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True, info=seeded("akun.akun_kode"))
    name: Mapped[Name] = mapped_column(index=True)
    name_en: Mapped[Name | None]
    group_name: Mapped[Name | None]
    kind: Mapped[AccountKind]
    normal_balance: Mapped[Side]
    status: Mapped[Status] = mapped_column(default=Status.ACTIVE)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    __mapper_args__ = {"version_id_col": version}


class Period(db.Model):
    """An accounting month. Nothing is posted into a closed one."""

    __tablename__ = "period"
    __table_args__ = (
        sa.UniqueConstraint("year", "month"),
        sa.CheckConstraint("month >= 1 AND month <= 12", name="month_of_year"),
        sa.CheckConstraint(f"year BETWEEN {FIRST_YEAR} AND {LAST_YEAR}", name="year_sane"),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_by_somebody"),
    )

    id: Mapped[Id]
    year: Mapped[int]
    month: Mapped[int]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = reference("user")

    closed_by: Mapped[User | None] = relationship("User")

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @classmethod
    def text_sql(cls, row: Any) -> sa.ColumnElement[str]:
        month = sa.case((row.month < 10, "0"), else_="") + as_text(row.month)
        return as_text(row.year) + "-" + month


class Posting(StrEnum):
    """What a journal line is for; each has a setting `account.<purpose>` that names its account."""

    INVENTORY = "inventory"
    #: Between two stores.
    IN_TRANSIT = "in_transit"
    RECEIVED_NOT_INVOICED = "received_not_invoiced"
    PAYABLES = "payables"
    CASH = "cash"
    VAT = "vat"
    EXPENSE = "expense"
    LOSS = "loss"
    STOCK_GAIN = "stock_gain"
    OPENING_STOCK = "opening_stock"
    DONATION = "donation"
    PROGRAMME = "programme"
    PRICE_VARIANCE = "price_variance"
    FREIGHT = "freight"
    ROUNDING = "rounding"
    ASSET = "asset"
    ASSET_PAYABLE = "asset_payable"
    ASSET_OPENING = "asset_opening"
    LAND = "land"
    DEPRECIATION = "depreciation"
    ACCUMULATED_DEPRECIATION = "accumulated_depreciation"
    DISPOSAL_GAIN = "disposal_gain"
    DISPOSAL_LOSS = "disposal_loss"
    REVALUATION_SURPLUS = "revaluation_surplus"
    VALUE_LOSS = "value_loss"
    MAINTENANCE = "maintenance"
    CLEANING = "cleaning"


class JournalEntry(db.Model):
    """One posting of a document; its lines balance. Append-only."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        sa.Index("ix_journal_entry_document", "document_type", "document_id"),
        {"info": {"append_only": True}},
    )

    id: Mapped[Id]
    period_id: Mapped[int] = reference("period")
    posted_on: Mapped[date] = mapped_column(index=True)
    document_type: Mapped[Code]
    document_id: Mapped[int] = mapped_column(BigId)
    description: Mapped[Name | None]
    user_id: Mapped[int] = reference("user")
    occurred_at: Mapped[datetime] = mapped_column(default=clock.now)

    period: Mapped[Period] = relationship("Period")
    user: Mapped[User] = relationship("User")
    lines: Mapped[list[JournalLine]] = relationship(back_populates="entry", order_by="JournalLine.id")

    def __str__(self) -> str:
        return f"#{self.id}"


class JournalLine(db.Model):
    """One side of an entry, rupiah. Append-only."""

    __tablename__ = "journal_line"
    __table_args__ = (
        sa.CheckConstraint("debit >= 0 AND credit >= 0", name="sides_not_negative"),
        sa.CheckConstraint("(debit = 0) <> (credit = 0)", name="one_sided"),
        {"info": {"append_only": True}},
    )

    id: Mapped[Id]
    entry_id: Mapped[int] = reference("journal_entry")
    account_id: Mapped[int] = reference("account")
    purpose: Mapped[Posting] = mapped_column(index=True)
    debit: Mapped[Money] = mapped_column(default=Decimal(0))
    credit: Mapped[Money] = mapped_column(default=Decimal(0))

    entry: Mapped[JournalEntry] = relationship(back_populates="lines")
    account: Mapped[Account] = relationship("Account")
