"""What `flask verify` proves: the books agree with each other, to the last unit and sen.

`CHECKS` holds (name, function(session) -> the first bad row, or None). Other areas append theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa

from models.documents import WORKFLOWS, DocumentEvent, DocumentNumber
from models.items import Item
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.core.approvals import AMEND, DATE_EVENTS
from models.stock import StockBalance, StockMove, StoreItem

Check = Callable[[Any], Any]
CHECKS: list[tuple[str, Check]] = []
Finder = Callable[[Any], list[str]]
WARNINGS: list[tuple[str, Finder]] = []
ZERO = Decimal(0)


def check(name: str) -> Callable[[Check], Check]:
    """Register a check under the name that `flask verify` prints."""
    def keep(function: Check) -> Check:
        CHECKS.append((name, function))
        return function
    return keep


def warning(name: str) -> Callable[[Finder], Finder]:
    """Register what is no mistake and may become one: a function that gives a sentence for each finding."""
    def keep(function: Finder) -> Finder:
        WARNINGS.append((name, function))
        return function
    return keep


def warnings(session: Any) -> list[tuple[str, str]]:
    """Every finding of every warning, in the order of their registration; none of them fails `verify`."""
    return [(name, finding) for name, function in WARNINGS for finding in function(session)]


def verify(session: Any) -> list[tuple[str, Any]]:
    """Run every check: (name, first bad row or None), in the order of their registration."""
    return [(name, function(session)) for name, function in CHECKS]


def _differ(session: Any, kept: Any, summed: Any) -> Any:
    """The first row that only one of the two selects gives; both leave zeros out."""
    left = {tuple(row) for row in session.execute(kept)}
    right = {tuple(row) for row in session.execute(summed)}
    wrong = left ^ right
    return min(wrong, key=str) if wrong else None


@check("stock: balances by batch are the sums of the moves")
def balances(session: Any) -> Any:
    move, held = StockMove, StockBalance
    total = sa.func.sum(move.quantity)
    return _differ(
        session,
        sa.select(held.store_id, held.item_id, held.batch_id, held.quantity).where(held.quantity != 0),
        sa.select(move.store_id, move.item_id, move.batch_id, total)
        .group_by(move.store_id, move.item_id, move.batch_id).having(total != 0))


@check("stock: quantity and value by store are the sums of the moves")
def averages(session: Any) -> Any:
    move, held = StockMove, StoreItem
    total, worth = sa.func.sum(move.quantity), sa.func.sum(move.value)
    return _differ(
        session,
        sa.select(held.store_id, held.item_id, held.quantity, held.value)
        .where((held.quantity != 0) | (held.value != 0)),
        sa.select(move.store_id, move.item_id, total, worth).group_by(move.store_id, move.item_id)
        .having((total != 0) | (worth != 0)))


@check("stock: on hand of each item is the sum of its moves")
def on_hand(session: Any) -> Any:
    total = sa.func.sum(StockMove.quantity)
    return _differ(
        session, sa.select(Item.id, Item.stock_on_hand).where(Item.stock_on_hand != 0),
        sa.select(StockMove.item_id, total).group_by(StockMove.item_id).having(total != 0))


@check("stock: nothing is below zero")
def nothing_negative(session: Any) -> Any:
    for model, column in ((StockBalance, StockBalance.quantity), (StoreItem, StoreItem.quantity),
                          (StoreItem, StoreItem.value), (Item, Item.stock_on_hand)):
        row = session.scalar(sa.select(model).where(column < 0).limit(1))
        if row is not None:
            return row
    return None


@check("journal: every entry balances")
def entries_balance(session: Any) -> Any:
    debit, credit = sa.func.sum(JournalLine.debit), sa.func.sum(JournalLine.credit)
    return session.execute(
        sa.select(JournalEntry.id, JournalEntry.document_type, JournalEntry.document_id, debit, credit)
        .outerjoin(JournalLine, JournalLine.entry_id == JournalEntry.id)
        .group_by(JournalEntry.id, JournalEntry.document_type, JournalEntry.document_id)
        .having((debit != credit) | (sa.func.count(JournalLine.id) == 0)).limit(1)).first()


@check("journal: the inventory account is the value of the stock, document by document")
def inventory_account(session: Any) -> Any:
    worth = sa.func.sum(StockMove.value)
    moved = {(kind, key): value for kind, key, value in session.execute(
        sa.select(StockMove.document_type, StockMove.document_id, worth)
        .group_by(StockMove.document_type, StockMove.document_id).having(worth != 0))}
    balance = sa.func.sum(JournalLine.debit) - sa.func.sum(JournalLine.credit)
    posted = {(kind, key): debit - credit for kind, key, debit, credit in session.execute(
        sa.select(JournalEntry.document_type, JournalEntry.document_id, sa.func.sum(JournalLine.debit),
                  sa.func.sum(JournalLine.credit))
        .join(JournalLine,
              JournalLine.entry_id == JournalEntry.id).where(JournalLine.purpose == Posting.INVENTORY)
        .group_by(JournalEntry.document_type, JournalEntry.document_id).having(balance != 0))}
    wrong = moved.items() ^ posted.items()
    return min(wrong, key=str) if wrong else None


@check("documents: numbers are gapless per type and year, and stand on their documents")
def numbers(session: Any) -> Any:
    row = session.execute(
        sa.select(DocumentNumber.prefix, DocumentNumber.year, sa.func.min(DocumentNumber.sequence),
                  sa.func.max(DocumentNumber.sequence), sa.func.count())
        .group_by(DocumentNumber.prefix, DocumentNumber.year)
        .having((sa.func.min(DocumentNumber.sequence) != 1)
                | (sa.func.max(DocumentNumber.sequence) != sa.func.count())).limit(1)).first()
    if row:
        return row
    return session.execute(_numbers_of()).first()


@cache
def _numbers_of() -> sa.CompoundSelect[Any]:
    """Documents whose number was never given to them, and given numbers whose document is gone."""
    parts: list[Any] = []
    for table, model in WORKFLOWS.items():
        if not hasattr(model, "number") or not hasattr(model, "prefix"):
            continue
        given, name = DocumentNumber.__table__.alias(), sa.literal(table)
        parts.append(sa.select(name, model.id, model.number, given.c.number)
                     .outerjoin(given, (given.c.document_type == table) & (given.c.document_id == model.id))
                     .where(model.number.is_distinct_from(given.c.number)))
        parts.append(sa.select(name, DocumentNumber.document_id, sa.null(), DocumentNumber.number)
                     .outerjoin(model, model.id == DocumentNumber.document_id)
                     .where(DocumentNumber.document_type == table, model.id.is_(None)))
    return sa.union_all(*parts).limit(1)


@check("documents: every state is legal and is where the last event led")
def states(session: Any) -> Any:
    row = session.execute(_states_of()).first()
    if row:
        return row
    event = DocumentEvent
    for table, name, source, target, key in session.execute(
            sa.select(event.document_type, event.transition, event.from_state, event.to_state,
                      sa.func.min(event.document_id))
            .where(event.from_state.is_not(None))
            .group_by(event.document_type, event.transition, event.from_state, event.to_state)):
        if table in WORKFLOWS and (name, source, target) not in _steps_of(table):
            return (table, key, name, source, target)
    return None


@cache
def _states_of() -> sa.CompoundSelect[Any]:
    """Documents that are elsewhere than where their last event led, or that left the start without one."""
    last = (sa.select(DocumentEvent.document_type, DocumentEvent.document_id,
                      sa.func.max(DocumentEvent.id).label("id"))
            .group_by(DocumentEvent.document_type, DocumentEvent.document_id).subquery())
    parts: list[Any] = []
    for table, model in WORKFLOWS.items():
        name, state = sa.literal(table), sa.cast(model.state, sa.String)
        parts.append(sa.select(name, model.id, state, DocumentEvent.transition, DocumentEvent.to_state)
                     .join(last, (last.c.document_type == table) & (last.c.document_id == model.id))
                     .join(DocumentEvent, DocumentEvent.id == last.c.id)
                     .where(state != DocumentEvent.to_state))
        if hasattr(model, "number"):
            parts.append(sa.select(name, model.id, state, sa.null(), sa.null()).where(
                model.state != model.workflow.initial,
                ~sa.exists().where(DocumentEvent.document_type == table,
                                   DocumentEvent.document_id == model.id)))
    return sa.union_all(*parts).limit(1)


@cache
def _steps_of(table: str) -> set[tuple[str, str, str]]:
    """Every step that a record of the table may have taken: name, from and to."""
    workflow = WORKFLOWS[table].workflow
    return ({(step.name, source.value, step.target.value) for step in workflow for source in step.sources}
            | {(name, source.value, target.value) for name, source, target in workflow.former}
            | {(AMEND, source.value, workflow.initial.value) for source in workflow.amendable}
            | {(name, state.value, state.value) for name in DATE_EVENTS for state in workflow.states})


def rebuild_balances(session: Any) -> None:
    """Write balances, averages and stock on hand anew from the moves. Flushes, never commits."""
    session.flush()
    move = StockMove
    sums = session.execute(
        sa.select(move.store_id, move.item_id, move.batch_id, sa.func.sum(move.quantity))
        .group_by(move.store_id, move.item_id, move.batch_id)).all()
    worths = session.execute(
        sa.select(move.store_id, move.item_id, sa.func.sum(move.quantity), sa.func.sum(move.value))
        .group_by(move.store_id, move.item_id)).all()
    session.execute(sa.delete(StockBalance.__table__))
    session.execute(sa.delete(StoreItem.__table__))
    if sums:
        session.execute(sa.insert(StockBalance.__table__), [
            {"store_id": store, "item_id": item, "batch_id": batch, "quantity": quantity}
            for store, item, batch, quantity in sums])
        session.execute(sa.insert(StoreItem.__table__), [
            {"store_id": store, "item_id": item, "quantity": quantity, "value": value}
            for store, item, quantity, value in worths])
    held: dict[int, Decimal] = {}
    for _store, item, quantity, _value in worths:
        held[item] = held.get(item, ZERO) + quantity
    table = Item.__table__
    wrong = session.execute(sa.select(table.c.id, table.c.stock_on_hand)).all()
    for item, quantity in wrong:
        if quantity != held.get(item, ZERO):
            session.execute(sa.update(table).where(table.c.id
                                                   == item).values(stock_on_hand=held.get(item, ZERO)))
    session.expire_all()
