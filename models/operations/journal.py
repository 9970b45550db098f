"""The journal: balanced entries into open periods, and the accounts that the settings name."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_, NotAllowed, PeriodClosed, Refused
from models.journal import Account, JournalEntry, JournalLine, Period, Posting
from models.operations.once import insert_once
from models.organisation import Setting
from models.people import User
from models.roles import Role
from models.settings import DEFAULTS

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry: rupiah, debit above zero, credit below. Without `account_id` the setting's account."""

    purpose: Posting
    amount: Decimal
    account_id: int | None = None


def accounts(purposes: Iterable[Posting]) -> dict[Posting, int]:
    """The account ids that the settings `account.<purpose>` name. Raises `Refused` when the chart lacks one."""
    keys = {f"account.{purpose}": purpose for purpose in purposes}
    if not keys:
        return {}
    codes = {key: DEFAULTS.get(key, "") for key in keys}
    codes.update(db.session.execute(sa.select(Setting.key, Setting.value).where(Setting.key.in_(keys))).all())
    ids = dict(db.session.execute(
        sa.select(Account.code, Account.id).where(Account.code.in_(codes.values()))).all())
    for key, code in codes.items():
        if code not in ids:
            raise Refused(N_("The chart of accounts has no account %(code)s. Correct the setting %(key)s."),
                          code=code or "–", key=key)
    return {purpose: ids[codes[key]] for key, purpose in keys.items()}


def open_period(on: date) -> Period:
    """The period of `on`, held open until the transaction ends. Raises `PeriodClosed`."""
    if on > clock.today():
        raise PeriodClosed(N_("The date %(on)s lies in the future. Use today's date or an earlier one."), on=on)
    month = sa.select(Period).filter_by(year=on.year, month=on.month).execution_options(populate_existing=True)
    period = db.session.scalar(month.with_for_update(read=True))
    if period is None:
        db.session.execute(insert_once(Period.__table__).values(year=on.year, month=on.month))
        period = db.session.scalar(month.with_for_update(read=True))
        assert period is not None
    if period.is_closed:
        raise PeriodClosed(N_("The period %(period)s is closed. Use a date in an open period."), period=str(period))
    return period


def close_period(year: int, month: int, *, by: User) -> Period:
    """Close a month that is over: nothing more is posted into it. Raises `NotAllowed` or `Refused`."""
    if not by.has_role(Role.PAYABLES):
        raise NotAllowed(N_("Your role may not do this step."))
    if date(year, month, calendar.monthrange(year, month)[1]) >= clock.today():
        raise Refused(N_("The month is not over yet; it can be closed from its next day on."))
    db.session.execute(insert_once(Period.__table__).values(year=year, month=month))
    period = db.session.scalars(
        sa.select(Period).filter_by(year=year, month=month).with_for_update()
        .execution_options(populate_existing=True)).one()
    if period.is_closed:
        raise PeriodClosed(N_("The period %(period)s is already closed."), period=str(period))
    period.closed_at = clock.now()
    period.closed_by_id = by.id
    db.session.flush()
    return period


def post_entry(on: date, lines: Iterable[Leg], document: Any, by: User, description: str | None = None
               ) -> JournalEntry | None:
    """Write one entry of `document`, dated `on`; legs of one purpose and account are added up.

    Returns None when nothing is left to post (goods without a value). Raises `PeriodClosed`, and ValueError when
    the legs do not balance: that is a mistake in the program, not of a person.
    """
    period = open_period(on)
    legs = list(lines)
    named = accounts({leg.purpose for leg in legs if leg.account_id is None and leg.amount})
    sums: dict[tuple[Posting, int], Decimal] = {}
    for leg in legs:
        if leg.amount:
            key = (leg.purpose, leg.account_id if leg.account_id is not None else named[leg.purpose])
            sums[key] = sums.get(key, ZERO) + leg.amount
    if sum(sums.values(), ZERO) != 0:
        raise ValueError(f"the entry of {document} does not balance: {sums}")
    if not any(sums.values()):
        return None
    entry = JournalEntry(
        period_id=period.id, posted_on=on, document_type=document.__tablename__, document_id=document.id,
        description=description, user_id=by.id, occurred_at=clock.now(),
        lines=[JournalLine(purpose=purpose, account_id=account_id, debit=max(amount, ZERO), credit=max(-amount, ZERO))
               for (purpose, account_id), amount in sums.items() if amount])
    db.session.add(entry)
    db.session.flush()
    return entry


def reverse_entries(document: Any, *, on: date, by: User) -> JournalEntry | None:
    """Take back all that `document` has in the journal, with one opposite entry dated `on`."""
    rows = db.session.execute(
        sa.select(JournalLine.purpose, JournalLine.account_id, sa.func.sum(JournalLine.debit),
                  sa.func.sum(JournalLine.credit))
        .join(JournalEntry, JournalEntry.id == JournalLine.entry_id)
        .where(JournalEntry.document_type == document.__tablename__, JournalEntry.document_id == document.id)
        .group_by(JournalLine.purpose, JournalLine.account_id))
    return post_entry(on, [Leg(purpose, credit - debit, account_id) for purpose, account_id, debit, credit in rows],
                      document, by, description="reversal")
