"""Journal and months to the sen and the day: legs, accounts, what is closed, dates that the head allows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.documents import DocumentEvent
from models.errors import NotAllowed, PeriodClosed, Refused
from models.goods_receipts import GoodsReceipt
from models.items import MOST_WORTH
from models.journal import Account, JournalEntry, Posting
from models.operations.core import approvals
from models.operations.ledger import backdating, days, journal, periods
from models.operations.ledger.journal import JournalLeg
from models.organisation import Setting, Status
from models.people import User
from models.returns import Spoilage
from models.roles import Role
from models.settings import DEFAULTS
from models.stocktakes import StockTransfer
from tests.support import factories as make
from tests.support.shelves import TODAY, YESTERDAY

pytestmark = pytest.mark.usefixtures("twentieth_of_may")


# ---------------------------------------------------------------- the journal

def paper(by: User) -> Spoilage:
    return make.saved(Spoilage(store_id=make.make_store().id, created_by=by))


def legs(document: Any) -> set[tuple[Any, ...]]:
    return {(line.purpose, line.account_id, line.debit, line.credit)
            for entry in make.db.session.scalars(sa.select(JournalEntry).filter_by(document_id=document.id))
            for line in entry.lines}


def test_legs_of_one_purpose_and_account_are_added_up(by: User) -> None:
    document, own = paper(by), make.make_account().id
    named = journal.accounts([Posting.LOSS, Posting.EXPENSE])
    journal.post_entry(TODAY, [
        JournalLeg(Posting.LOSS, Decimal(2)), JournalLeg(Posting.LOSS, Decimal(3)),
        JournalLeg(Posting.LOSS, Decimal(4), own),
        JournalLeg(Posting.EXPENSE, Decimal(-9))], document, by)
    assert legs(document) == {(Posting.LOSS, named[Posting.LOSS], 5, 0), (Posting.LOSS, own, 4, 0),
                              (Posting.EXPENSE, named[Posting.EXPENSE], 0, 9)}


def test_an_account_that_nothing_goes_to_need_not_be_there(by: User) -> None:
    document, own = paper(by), make.make_account().id
    make.saved(Setting(key="account.loss", value=make.make_account().code))
    make.db.session.execute(sa.update(Setting).values(value="none such"))
    journal.post_entry(TODAY, [JournalLeg(Posting.LOSS, Decimal(0)), JournalLeg(Posting.EXPENSE, Decimal(5)),
                               JournalLeg(Posting.LOSS, Decimal(-5), own)], document, by)
    assert {(purpose, debit, credit) for purpose, _account, debit, credit in legs(document)} == {
        (Posting.EXPENSE, 5, 0), (Posting.LOSS, 0, 5)}
    with pytest.raises(Refused, match="none such"):
        journal.post_entry(TODAY, [JournalLeg(Posting.LOSS, Decimal(1)),
                                   JournalLeg(Posting.EXPENSE, Decimal(-1))], document, by)


@pytest.mark.parametrize("amounts", [[], [0, 0], [5, -5]])
def test_nothing_is_written_when_nothing_is_left(by: User, amounts: list[int]) -> None:
    document = paper(by)
    journal.post_entry(TODAY, [JournalLeg(Posting.LOSS, Decimal(amount)) for amount in amounts], document, by)
    assert legs(document) == set()


@pytest.mark.parametrize("off", [Decimal("0.01"), Decimal("-0.01")])
def test_an_entry_that_is_off_by_a_sen_is_a_mistake(by: User, off: Decimal) -> None:
    with pytest.raises(ValueError, match="balance"):
        journal.post_entry(TODAY,
                           [JournalLeg(Posting.LOSS, Decimal(5)), JournalLeg(Posting.EXPENSE, off - 5)],
                           paper(by), by)


@pytest.mark.parametrize(("amount", "fits"), [(MOST_WORTH, True), (MOST_WORTH + 1, False)])
def test_an_amount_of_this_size_does_not_fit(by: User, amount: Decimal, fits: bool) -> None:
    document = paper(by)
    both = [JournalLeg(Posting.LOSS, amount), JournalLeg(Posting.EXPENSE, -amount)]
    if fits:
        journal.post_entry(TODAY, both, document, by)
    else:
        with pytest.raises(Refused, match="size"):
            journal.post_entry(TODAY, both, document, by)
    assert len(legs(document)) == 2 * fits


def test_an_account_that_is_named_and_not_there_is_refused_and_never_another_taken(by: User) -> None:
    account = make.make_account()
    make.saved(Setting(key="account.loss", value=f" {account.code} "))
    assert journal.accounts([Posting.LOSS]) == {Posting.LOSS: account.id}
    assert journal.accounts([]) == {}
    make.db.session.get(Account, account.id).status = Status.INACTIVE
    make.db.session.flush()
    with pytest.raises(Refused, match=account.code):
        journal.accounts([Posting.LOSS])
    make.db.session.execute(sa.update(Setting).values(value="none such"))
    with pytest.raises(Refused, match=r"setting account\.loss"):
        journal.accounts([Posting.EXPENSE, Posting.LOSS])


@pytest.mark.parametrize("written", [False, True])
def test_an_inactive_account_is_refused_with_and_without_a_setting(by: User, written: bool) -> None:
    code = DEFAULTS["account.loss"]
    if written:
        make.saved(Setting(key="account.loss", value=code))
    make.db.session.execute(sa.update(Account).where(Account.code == code).values(status=Status.INACTIVE))
    make.db.session.expire_all()
    with pytest.raises(Refused, match=code):
        journal.accounts([Posting.LOSS])


# ---------------------------------------------------------------- months

def entry_on(by: User, on: date) -> None:
    journal.post_entry(on, [JournalLeg(Posting.LOSS, Decimal(1)), JournalLeg(Posting.EXPENSE, Decimal(-1))],
                       paper(by), by)


@pytest.mark.parametrize(("earliest", "first", "count"), [
    (TODAY, None, 0), (date(2026, 4, 30), (2026, 4), 1), (date(2025, 10, 31), (2025, 10), 7),
    (date(2023, 5, 1), (2024, 5), 24)])
def test_the_months_that_are_over_since_the_first_entry(by: User, earliest: date, first: Any,
                                                        count: int) -> None:
    """Month by month, none left out, and no further back than two years."""
    days.begin_books(earliest)
    entry_on(by, earliest)
    found = [(year, month) for year, month, _period in periods.months()]
    assert len(found) == count
    assert found[:1] == ([first] if first else [])
    numbers = [year * 12 + month for year, month in found]
    assert numbers == [*range(2026 * 12 + 5 - count, 2026 * 12 + 5)]
    assert all(1 <= month <= 12 for _year, month in found)


def test_a_month_says_whether_it_is_closed(by: User) -> None:
    entry_on(by, date(2026, 3, 1))
    journal.close_period(2026, 3, by=make.make_user(Role.PAYABLES))
    assert [(month, bool(period and period.is_closed)) for _year, month, period in periods.months()] == [
        (3, True), (4, False)]


def test_what_stands_in_the_months_that_are_asked_for(by: User) -> None:
    store = make.make_store().id
    given = {"store_id": store, "created_by": by, "source": "donation", "source_name": "Yayasan Sehat"}
    for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 30), date(2026, 5, 1)):
        make.saved(GoodsReceipt(received_on=day, **given))
    ended = make.saved(GoodsReceipt(received_on=date(2026, 3, 2), **given))
    make.db.session.execute(sa.update(GoodsReceipt).where(GoodsReceipt.id == ended.id)
                            .values(state="cancelled"))
    found = periods.standing(date(2026, 3, 1), date(2026, 4, 30))
    draft = [("goods_receipt", "draft", "received_on", 1)]
    assert {month: [(row.table, row.state, row.dated, row.count) for row in rows]
            for month, rows in found.items()} == {(2026, 3): draft, (2026, 4): draft}


@pytest.mark.parametrize(("now", "is_over"), [((2026, 5, 31), False), ((2026, 6, 1), True)])
def test_a_month_is_closed_from_the_next_day_on(session: Any, now: tuple[int, ...], is_over: bool) -> None:
    payables = make.make_user(Role.PAYABLES)
    clock.freeze(datetime(*now, 10, tzinfo=clock.zone()))
    if is_over:
        assert journal.close_period(2026, 5, by=payables).closed_by_id == payables.id
        with pytest.raises(PeriodClosed):
            journal.close_period(2026, 5, by=payables)
    else:
        with pytest.raises(Refused, match="not over"):
            journal.close_period(2026, 5, by=payables)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PAYABLES])
def test_nobody_but_payables_closes(session: Any, role: Role) -> None:
    with pytest.raises(NotAllowed):
        journal.close_period(2026, 4, by=make.make_user(role))


@pytest.mark.parametrize(("on", "is_open"), [
    (date(2026, 3, 31), False), (date(2026, 4, 1), False), (date(2026, 4, 30), False),
    (date(2026, 5, 1), True), (TODAY, True), (TODAY + timedelta(days=1), False), (date(2025, 4, 30), False)])
def test_what_may_be_dated_when_april_is_closed(session: Any, on: date, is_open: bool) -> None:
    """Months before it that nobody ever opened are closed with it."""
    journal.close_period(2026, 4, by=make.make_user(Role.PAYABLES))
    if is_open:
        period = journal.open_period(on)
        assert (period.year, period.month) == (on.year, on.month)
        assert journal.open_period(on) is period
    else:
        with pytest.raises(PeriodClosed):
            journal.open_period(on)
    if is_open:
        days.check(on)
    else:
        with pytest.raises(PeriodClosed):
            days.check(on)


def test_a_month_that_is_closed_after_it_was_opened_takes_nothing_more(session: Any) -> None:
    """In the same transaction, too."""
    day = date(2026, 4, 15)
    journal.open_period(day)
    journal.close_period(2026, 4, by=make.make_user(Role.PAYABLES))
    with pytest.raises(PeriodClosed):
        journal.open_period(day)


def test_first_and_last_day_of_a_month() -> None:
    assert periods.bounds(2028, 2) == (date(2028, 2, 1), date(2028, 2, 29))
    assert periods.bounds(2026, 12) == (date(2026, 12, 1), date(2026, 12, 31))


# ---------------------------------------------------------------- dates that the head allows

@pytest.mark.parametrize(("on", "state", "role", "can"), [
    (YESTERDAY, "draft", Role.STORE_HEAD, True), (TODAY, "draft", Role.STORE_HEAD, False),
    (YESTERDAY, "draft", Role.STORE_STAFF, False), (YESTERDAY, "submitted", Role.STORE_HEAD, True),
    (YESTERDAY, "posted", Role.STORE_HEAD, False)])
def test_when_a_date_can_be_allowed(session: Any, on: date, state: str, role: Role, can: bool) -> None:
    maker, person = make.make_user(Role.STORE_STAFF), make.make_user(role)
    document = make.saved(Spoilage(store_id=make.make_store().id, created_by=maker, spoiled_on=on))
    make.db.session.execute(sa.update(Spoilage).values(state=state))
    assert backdating.can_be_allowed(document, person) is can
    assert not backdating.can_be_allowed(make.make_store_request(requested_on=on), person), "moves no stock"


@pytest.mark.parametrize(("on", "reason", "refusal"), [
    (YESTERDAY, "late", None), (YESTERDAY, " ", "write the reason"), (TODAY, "late", "needs no permission")])
def test_a_permission_is_written_with_its_day(session: Any, head: User, on: date, reason: str,
                                              refusal: str | None) -> None:
    document = make.saved(Spoilage(store_id=make.make_store().id, created_by=make.make_user(Role.STORE_STAFF),
                                   spoiled_on=on))
    if refusal:
        with pytest.raises(Refused, match=refusal):
            backdating.allow(document, by=head, reason=reason)
        assert not backdating.is_allowed(document, on)
        return
    backdating.allow(document, by=head, reason=reason)
    note = session.scalars(sa.select(DocumentEvent.note).filter_by(
        document_type="spoilage", document_id=document.id, transition="allow_date")).one()
    assert note == "2026-05-19: late"
    assert backdating.is_allowed(document, on)
    assert not backdating.is_allowed(document, TODAY)
    assert not backdating.is_allowed(make.saved(StockTransfer(
        id=document.id, store_id=document.store_id, to_store_id=make.make_store().id,
        created_by=document.created_by)), on), "of another type"
    other = make.saved(Spoilage(store_id=document.store_id, created_by=document.created_by, spoiled_on=on))
    assert not backdating.is_allowed(other, on)


def test_a_reason_that_begins_with_a_day_is_no_permission(session: Any, by: User) -> None:
    """Only the head of store's permission counts, not what somebody wrote at another step."""
    document = paper(by)
    approvals.remark(document, "submit", by=by, note=f"{YESTERDAY.isoformat()}: late")
    assert not backdating.is_allowed(document, YESTERDAY)
    approvals.remark(document, approvals.ALLOW_DATE, by=by, note=f"{YESTERDAY.isoformat()}: late")
    assert backdating.is_allowed(document, YESTERDAY)
