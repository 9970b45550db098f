"""Moves of the ledger: how they are reversed, what they say, and that nothing goes below nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models.errors import Conflict, NotEnoughStock, Refused
from models.imports import ListImport
from models.items import Item
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.ledger import stock
from models.people import User
from models.returns import Spoilage
from models.stock import MoveKind, StockBalance, StockMove, StoreItem
from models.stocktakes import StockTransfer
from tests.support import factories as make
from tests.support import grid
from tests.support.shelves import LOSS, TODAY, Shelf

pytestmark = pytest.mark.usefixtures("twentieth_of_may")


# ---------------------------------------------------------------- reversing

def test_only_the_moves_of_this_document_are_reversed(by: User) -> None:
    """A document of another type may have the same id."""
    shelf, other = Shelf(by), Shelf(by)
    first, second = shelf.put(5, 50), shelf.put(2, 20)
    transfer = make.saved(StockTransfer(id=first.id, store_id=shelf.store.id, created_by=by,
                                        to_store_id=other.store.id))
    shelf.put_more(3, 30, document=transfer)
    assert [move.quantity for move in stock.reverse(first, on=TODAY, by=by)] == [-5]
    assert shelf.held == (5, 50)
    assert [move.quantity for move in stock.reverse(second, on=TODAY, by=by)] == [-2]


def test_what_was_reversed_is_not_reversed_again_with_what_came_later(by: User) -> None:
    shelf = Shelf(by)
    paper = shelf.put(5, 50)
    stock.reverse(paper, on=TODAY, by=by)
    shelf.put_more(3, 30, document=paper, line=2)
    assert [(move.line_id, move.quantity) for move in stock.reverse(paper, on=TODAY, by=by)] == [(2, -3)]
    assert shelf.held == (0, 0)
    assert stock.reverse(paper, on=TODAY, by=by) == []


@pytest.mark.parametrize(("quantity", "value"), [(4, 50), (4, 49)])
def test_what_a_store_does_not_hold_any_more_is_not_reversed(by: User, quantity: int, value: int) -> None:
    """A store that does not agree with the ledger never goes below nothing."""
    shelf = Shelf(by)
    paper = shelf.put(5, 50)
    held = sa.update(StoreItem).where(StoreItem.item_id == shelf.item.id)
    make.db.session.execute(held.values(quantity=quantity, value=value))
    with pytest.raises(NotEnoughStock, match="no longer there") as refusal:
        stock.reverse(paper, on=TODAY, by=by)
    assert refusal.value.params["item"] == shelf.item.name
    make.db.session.execute(held.values(quantity=5, value=50))


def test_stock_on_hand_that_does_not_agree_refuses(by: User) -> None:
    shelf = Shelf(by)
    shelf.put(5, 50)
    on_hand = sa.update(Item).where(Item.id == shelf.item.id)
    make.db.session.execute(on_hand.values(stock_on_hand=1))
    with make.db.session.begin_nested() as point:
        with pytest.raises(NotEnoughStock, match="does not agree"):
            shelf.take(2)
        point.rollback()
    assert [move.quantity for move in shelf.take(1)] == [-1]
    make.db.session.execute(on_hand.values(stock_on_hand=4))


def test_a_batch_that_is_short_refuses_and_names_its_item(by: User) -> None:
    """A balance that does not agree with the ledger never goes below nothing."""
    shelf, short = Shelf(by), Shelf(by)
    short.store = shelf.store
    paper = shelf.paper()
    stock.receive(paper, shelf.store.id,
                  [stock.Incoming(number, each.item.id, Decimal(5), each.batch(), Decimal(50))
                   for number, each in enumerate((shelf, short))],
                  kind=MoveKind.RECEIPT, on=TODAY, by=by, against=LOSS)
    balance = sa.update(StockBalance).where(StockBalance.item_id == short.item.id)
    make.db.session.execute(balance.values(quantity=4))
    with make.db.session.begin_nested() as point:
        with pytest.raises(NotEnoughStock, match="no longer there") as refusal:
            stock.reverse(paper, on=TODAY, by=by)
        point.rollback()
    assert refusal.value.params["item"] == short.item.name
    make.db.session.execute(balance.values(quantity=5))


def test_what_was_used_is_not_reversed_and_what_was_used_before_does_not_matter(by: User) -> None:
    shelf = Shelf(by)
    shelf.put(5, 50)
    shelf.take(1)
    second = shelf.put(2, 20)
    stock.reverse(second, on=TODAY, by=by)
    third, paper = shelf.put(2, 20), shelf.paper()
    shelf.take(5, document=paper)  # four lay there before: one of them came in with the third
    with pytest.raises(Refused, match="was used since"):
        stock.reverse(third, on=TODAY, by=by)
    stock.reverse(paper, on=TODAY, by=by)
    stock.reverse(third, on=TODAY, by=by)
    assert shelf.held == (4, 40)


def test_a_single_unit_that_was_used_is_not_reversed(by: User) -> None:
    shelf = Shelf(by)
    receipt = shelf.put(1, 10)
    shelf.put(1, 10)
    shelf.take("1.001")
    with pytest.raises(Refused, match="was used since"):
        stock.reverse(receipt, on=TODAY, by=by)


def test_use_of_another_item_or_store_does_not_stand_in_the_way(by: User) -> None:
    shelf, elsewhere, another = Shelf(by), Shelf(by), Shelf(by)
    elsewhere.store, another.item = shelf.store, shelf.item
    elsewhere.put(5, 5)
    another.put(5, 5)
    receipt = shelf.put(5, 50)
    elsewhere.take(1)
    another.take(1)
    moved = stock.reverse(receipt, on=TODAY, by=by)
    assert [(move.quantity, move.value, move.kind) for move in moved] == [(-5, -50, MoveKind.REVERSAL)]
    assert make.db.session.scalar(sa.select(sa.func.sum(JournalLine.debit - JournalLine.credit)).join(
        JournalEntry, JournalEntry.id == JournalLine.entry_id).where(
            JournalLine.purpose == Posting.INVENTORY, JournalEntry.document_id == receipt.id)) == 0


# ---------------------------------------------------------------- moves as written

def test_a_move_says_who_when_why_and_at_what_cost(by: User) -> None:
    shelf = Shelf(by)
    paper = shelf.put(3, 10, reason="  first  ")
    move = make.db.session.scalars(sa.select(StockMove).filter_by(document_id=paper.id)).one()
    assert (move.quantity, move.value, move.unit_cost) == (3, 10, Decimal("3.333333"))
    assert (move.user_id, move.moved_on, move.reason, move.line_id, move.kind) == (
        by.id, TODAY, "first", 1, MoveKind.RECEIPT)
    entry = make.db.session.scalars(sa.select(JournalEntry).filter_by(document_id=paper.id)).one()
    assert {(line.purpose, line.debit, line.credit) for line in entry.lines} == {
        (Posting.INVENTORY, 10, 0), (Posting.LOSS, 0, 10)}
    silent = shelf.put(1, 1)
    assert make.db.session.scalars(sa.select(StockMove.reason).filter_by(document_id=silent.id)).one() is None


@pytest.mark.parametrize("post", [Shelf.put_more, Shelf.take])
def test_a_paper_that_somebody_else_changed_posts_nothing(by: User, post: Any) -> None:
    shelf = Shelf(by)
    shelf.put(5, 50)
    paper = shelf.paper()
    make.db.session.execute(sa.update(Spoilage).where(Spoilage.id == paper.id).values(
        version=Spoilage.version + 1), execution_options={"synchronize_session": False})
    with pytest.raises(Conflict, match="changed this record meanwhile"):
        post(shelf, 1, document=paper)
    assert shelf.held == (5, 50)


def test_what_is_no_document_may_bring_stock_in(by: User) -> None:
    """An import of opening stock."""
    shelf, imported = Shelf(by), grid.row_of(ListImport)
    assert [move.quantity for move in shelf.put_more(5, 50, document=imported)] == [5]
    assert shelf.held == (5, 50)


def test_what_lies_in_a_store(by: User) -> None:
    shelf, other, elsewhere = Shelf(by), Shelf(by), Shelf(by)
    other.store, elsewhere.item = shelf.store, shelf.item
    shelf.put(5, 50)
    elsewhere.put(2, 20)
    assert stock.balances(shelf.store.id, {shelf.item.id, other.item.id}) == {
        (shelf.item.id, shelf.batch()): 5}
    assert not stock.lies_in(shelf.store.id, other.item.id)
    other.put(1, 10)
    assert stock.balances(shelf.store.id, {shelf.item.id}) == {(shelf.item.id, shelf.batch()): 5}
    assert stock.balances(shelf.store.id, set()) == {}
