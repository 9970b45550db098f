"""The journal: balanced entries into open periods, and the accounts that the settings name."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import Document, Posts
from models.errors import N_, NotAllowed, PeriodClosed, Refused
from models.items import MOST_WORTH
from models.journal import Account, JournalEntry, JournalLine, Period, Posting
from models.operations.core.bulk import insert_all
from models.operations.core.locking import insert_once, locked_rows
from models.operations.ledger import days
from models.organisation import Setting, Status
from models.people import User
from models.roles import Role
from models.settings import DEFAULTS

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class JournalLeg:
    """One side of an entry: rupiah, debit above zero, credit below. Without `account_id` the setting's
    account."""

    purpose: Posting
    amount: Decimal
    account_id: int | None = None


#: What the settings name, whether or not the chart has it, and the accounts of the defaults (without a key).
_NAMED: sa.CompoundSelect[Any] = sa.union_all(
    sa.select(Setting.key, Setting.value.label("code"), Account.id, Account.status)
    .outerjoin(Account, Account.code == sa.func.trim(Setting.value))
    .where(Setting.key.in_(sa.bindparam("keys", expanding=True))),
    sa.select(sa.null(), Account.code, Account.id, Account.status)
    .where(Account.code.in_(sa.bindparam("codes", expanding=True))))


def accounts(purposes: Iterable[Posting]) -> dict[Posting, int]:
    """The account ids that the settings `account.<purpose>` name.

    Raises `Refused` when the chart has none of that code, or an inactive one: never another in its place.
    """
    keys = {f"account.{purpose}": purpose for purpose in purposes}
    if not keys:
        return {}
    defaults = {key: DEFAULTS.get(key, "") for key in keys}
    rows = db.session.connection().execute(_NAMED,
                                           {"keys": list(keys), "codes": list(defaults.values())}).all()
    written = {row.key: row for row in rows if row.key is not None}
    ids = {row.code: row.id for row in rows if row.key is None and row.status == Status.ACTIVE}
    result: dict[Posting, int] = {}
    for key, purpose in keys.items():
        row = written.get(key)
        code = row.code if row else defaults[key]
        account = row.id if row and row.status == Status.ACTIVE else None if row else ids.get(code)
        if account is None:
            raise Refused(N_("The chart of accounts has no active account %(code)s. An administrator "
                             "corrects the "
                             "setting %(key)s."), code=code.strip() or "–", key=key)
        result[purpose] = account
    return result


_MONTH = (sa.select(Period).where(Period.year == sa.bindparam("year"), Period.month == sa.bindparam("month"))
          .with_for_update(read=True).execution_options(populate_existing=True))


def open_period(on: date) -> Period:
    """The period of `on`, held open until the transaction ends. Raises `PeriodClosed`."""
    days.check_not_ahead(on)
    days.check_year(on.year, PeriodClosed)
    notes = locked_rows()
    if ("period", on.year, on.month) in notes:
        period = notes["period", on.year, on.month]
        if not period.is_closed:
            return period
    month = {"year": on.year, "month": on.month}
    period = db.session.scalar(_MONTH, month)
    if period is None:
        if not days.may_be_begun(on):
            raise days.closed(on)
        db.session.execute(insert_once(Period.__table__).values(**month))
        period = db.session.scalar(_MONTH, month)
        assert period is not None
    if period.is_closed:
        raise days.closed(on)
    notes["period", on.year, on.month] = period
    return period


def close_period(year: int, month: int, *, by: User) -> Period:
    """Close a month that is over: nothing more is posted into it. Raises `NotAllowed` or `Refused`."""
    if not by.has_role(Role.PAYABLES):
        raise NotAllowed(N_("Your role may not do this step."))
    days.check_year(year)
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


def post_entry(on: date, lines: Iterable[JournalLeg], document: Any, by: User, description: str | None = None
               ) -> None:
    """Write one entry of `document`, dated `on`; legs of one purpose and account are added up.

    Nothing is written when nothing is left to post (goods without a value). Raises `PeriodClosed`, and
    ValueError when the legs do not balance or the document's type says that it posts nothing: these are
    mistakes in the program, not of a person.
    """
    if isinstance(document, Document) and document.posts is Posts.NOTHING:
        raise ValueError(f"{type(document).__name__} says that it posts nothing, and writes to the journal")
    days.check_follows(document, on)
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
        return
    if max(abs(amount) for amount in sums.values()) > MOST_WORTH:
        raise Refused(N_("An amount of this size does not fit the books. Check the prices and the "
                         "quantities."))
    ((entry_id,),) = insert_all(JournalEntry, [
        {"period_id": period.id, "posted_on": on, "document_type": document.__tablename__,
         "document_id": document.id, "description": description, "user_id": by.id,
         "occurred_at": clock.now()}])
    insert_all(JournalLine, [
        {"entry_id": entry_id, "account_id": account_id, "purpose": purpose, "debit": max(amount, ZERO),
         "credit": max(-amount, ZERO)} for (purpose, account_id), amount in sums.items() if amount])


def post_many(on: date, entries: Sequence[tuple[Any, Sequence[JournalLeg]]], by: User,
              description: str | None = None) -> None:
    """An entry for each of many documents, all dated `on`, in two statements; as `post_entry` does, for legs
    that the operation knows to balance and to fit."""
    period = open_period(on)
    wanted = [(document, [leg for leg in legs if leg.amount]) for document, legs in entries]
    wanted = [(document, legs) for document, legs in wanted if legs]
    if not wanted:
        return
    named = accounts({leg.purpose for _document, legs in wanted for leg in legs if leg.account_id is None})
    if any(sum((leg.amount for leg in legs), ZERO) for _document, legs in wanted):
        raise ValueError("an entry does not balance")
    (ids,) = insert_all(JournalEntry, [
        {"period_id": period.id, "posted_on": on, "document_type": document.__tablename__,
         "document_id": document.id, "description": description, "user_id": by.id,
         "occurred_at": clock.now()} for document, _legs in wanted])
    insert_all(JournalLine, [
        {"entry_id": entry_id, "account_id": named[leg.purpose] if leg.account_id is None else leg.account_id,
         "purpose": leg.purpose, "debit": max(leg.amount, ZERO), "credit": max(-leg.amount, ZERO)}
        for entry_id, (_document, legs) in zip(ids, wanted, strict=True) for leg in legs])


def reverse_entries(document: Any, *, on: date, by: User) -> None:
    """Take back all that `document` has in the journal, with one opposite entry dated `on`."""
    rows = db.session.execute(
        sa.select(JournalLine.purpose, JournalLine.account_id, sa.func.sum(JournalLine.debit),
                  sa.func.sum(JournalLine.credit))
        .join(JournalEntry, JournalEntry.id == JournalLine.entry_id)
        .where(JournalEntry.document_type == document.__tablename__, JournalEntry.document_id == document.id)
        .group_by(JournalLine.purpose, JournalLine.account_id))
    post_entry(on, [JournalLeg(purpose, credit - debit, account_id)
                    for purpose, account_id, debit, credit in rows],
               document, by, description="reversal")
