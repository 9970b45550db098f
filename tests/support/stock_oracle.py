"""What must hold of stores and purchasing after every step, worked out anew in plain Python from the papers.

Nothing here calls the operations' own sums: the ledger is added up by hand, and the limits are read off the
lines.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import WORKFLOWS, DocumentEvent, DocumentNumber
from models.goods_receipts import GoodsReceipt
from models.items import Item
from models.journal import JournalEntry, JournalLine
from models.operations.core import checks
from models.operations.core.report_kit import REPORTS
from models.purchasing import PurchaseOrder, PurchaseRequest
from models.returns import Spoilage, SupplierReturn, UnitReturn
from models.settings import setting
from models.stock import StockBalance, StockBatch, StockMove, StoreItem
from models.stocktakes import Stocktake, StockTransfer
from models.store_requests import DeliveryRequest, StoreRequest
from models.supplier_invoices import SupplierInvoice
from models.supplier_refunds import SupplierRefund

ZERO = Decimal(0)
SEN = Decimal("0.01")
#: Documents that move stock, and the states in which they have done so.
MOVERS = {
    GoodsReceipt: {"posted"}, DeliveryRequest: {"delivered", "done"}, SupplierReturn: {"sent", "done"},
    UnitReturn: {"accepted"}, Spoilage: {"posted"}, Stocktake: {"posted"}, StockTransfer: {"sent", "posted"}}
PLANS = (StoreRequest, PurchaseRequest, PurchaseOrder, SupplierInvoice)
SIGN = {"goods_receipt": 1, "unit_return": 1, "delivery_request": -1, "supplier_return": -1, "spoilage": -1}


class Books:
    """Everything that the database says of stock, papers and money, read once."""

    def __init__(self) -> None:
        session = db.session
        session.expire_all()
        self.moves = list(session.scalars(sa.select(StockMove).order_by(StockMove.id)))
        self.entries = list(session.execute(
            sa.select(JournalEntry.id, JournalEntry.document_type, JournalEntry.document_id,
                      JournalLine.purpose, JournalLine.account_id, JournalLine.debit, JournalLine.credit)
            .join(JournalLine, JournalLine.entry_id == JournalEntry.id)))
        self.papers = {model: list(session.scalars(
            sa.select(model).options(sa.orm.selectinload(model.lines)).order_by(model.id)))
            for model in WORKFLOWS.values() if model in MOVERS or model in PLANS}

        self.refunds = list(session.scalars(sa.select(SupplierRefund).where(SupplierRefund.state
                                                                            == "posted")))

    def live(self, model: type[Any]) -> list[Any]:
        """Papers that did what they are for, and were not taken back."""
        return [paper for paper in self.papers[model] if paper.state in MOVERS[model]]

    def money(self, purpose: str) -> Decimal:
        return sum((row.debit - row.credit for row in self.entries if row.purpose == purpose), ZERO)

    def worth(self, *tables: str) -> Decimal:
        return sum((move.value for move in self.moves if move.document_type in tables), ZERO)


def upto(total: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return (total * part / whole).quantize(SEN, ROUND_HALF_UP)


def hold(books: Books) -> None:
    """Assert every invariant."""
    for rule in (balances, money, accounts, limits, papers, days):
        rule(books)


def balances(books: Books) -> None:
    """Batches, averages and stock on hand are the sums of the moves; nothing is below zero."""
    batch: Counter[Any] = Counter()
    pair: dict[Any, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    item: Counter[int] = Counter()
    for move in books.moves:
        batch[move.store_id, move.item_id, move.batch_id] += move.quantity
        pair[move.store_id, move.item_id][0] += move.quantity
        pair[move.store_id, move.item_id][1] += move.value
        item[move.item_id] += move.quantity
    kept = {(row.store_id, row.item_id, row.batch_id): row.quantity
            for row in db.session.scalars(sa.select(StockBalance))}
    assert {key: value for key, value in kept.items() if value} == {key: value
                                                                    for key, value in batch.items() if value}
    averages = {(row.store_id, row.item_id): [row.quantity, row.value]
                for row in db.session.scalars(sa.select(StoreItem))}
    assert {key: value for key, value in averages.items() if any(value)} == {
        key: value for key, value in pair.items() if any(value)}
    hand = dict(db.session.execute(sa.select(Item.id, Item.stock_on_hand)).all())
    assert {key: value for key, value in hand.items() if value} == {key: value for key, value in item.items()
                                                                    if value}
    assert min([*kept.values(), *hand.values(), *(part for both in averages.values() for part in both)],
               default=0) >= 0
    assert all(quantity or not value for quantity, value in averages.values()), "value without quantity"


def money(books: Books) -> None:
    """Entries balance, and the inventory account is the value of the stock to the last sen."""
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for row in books.entries:
        sums[row.id] += row.debit - row.credit
        assert (row.debit > 0) != (row.credit > 0)
    assert not any(sums.values()), "an entry does not balance"
    assert books.money("inventory") == sum((move.value for move in books.moves), ZERO)


def accounts(books: Books) -> None:
    """Every account says what the papers say."""
    due, away = ZERO, still_away(books)
    charged, cleared = charged_of(books, "quantity"), charged_of(books, "cleared_amount")
    for line in (line for receipt in books.live(GoodsReceipt) for line in receipt.lines
                 if line.origin_line_id is None):
        here = line.base_quantity - away.get(line.id, ZERO)
        due += upto(line.net_amount, here, line.base_quantity) - cleared.get(line.id, ZERO)
        if charged.get(line.id) == line.received_quantity:
            assert cleared[line.id] == line.net_amount, "all invoices of a line do not make its worth"
    assert books.money("received_not_invoiced") == -due
    bills = [bill for bill in books.papers[SupplierInvoice] if bill.state in ("approved", "paid")]
    assert books.money("freight") == sum((bill.freight_amount for bill in bills), ZERO)
    assert books.money("rounding") == sum((bill.rounding_amount for bill in bills), ZERO)
    paid = [bill for bill in bills if bill.state == "paid"]
    notes = [back for back in books.live(SupplierReturn) if back.credit_net is not None]
    used = sum((bill.set_off_amount for bill in paid), ZERO)
    credit = sum((back.credit_net + back.credit_vat for back in notes), ZERO)
    owed = sum((bill.total for bill in bills if bill.state == "approved"), ZERO)
    back_in_money = sum((refund.amount for refund in books.refunds), ZERO)
    assert books.money("payables") == -owed + credit - used - back_in_money
    assert books.money("cash") == used + back_in_money - sum((bill.total for bill in paid), ZERO)
    assert books.money("vat") == sum((bill.vat_amount for bill in bills), ZERO) - sum(
        (back.credit_vat for back in notes), ZERO)
    left: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for back in notes:
        left[back.supplier_id] += back.credit_net + back.credit_vat
    for bill in paid:
        left[bill.supplier_id] -= bill.set_off_amount
    for refund in books.refunds:
        left[refund.supplier_id] -= refund.amount
    assert min(left.values(), default=ZERO) >= 0, "credit was spent twice"
    assert books.money("expense") == -books.worth("delivery_request", "unit_return")
    refused = {back.id for back in books.live(SupplierReturn)
               if back.resolution == "refused" and back.goods_lost}
    lost = sum((move.value for move in books.moves
                if move.document_type == "supplier_return" and move.document_id in refused), ZERO)
    sent = {paper.id for paper in books.papers[StockTransfer] if paper.state == "sent"}
    on_the_way = -sum((move.value for move in books.moves
                       if move.document_type == "stock_transfer" and move.document_id in sent), ZERO)
    assert books.money("in_transit") == on_the_way
    lost += books.worth("stock_transfer") + on_the_way
    assert books.money("loss") + books.money("stock_gain") == -books.worth("spoilage", "stocktake") - lost


def gone(line: Any) -> Decimal:
    """Base units that a line moved: less than it says where less was there."""
    return getattr(line, "gone_quantity", line.base_quantity)


def returns_that_went(books: Books) -> list[SupplierReturn]:
    """The supplier did not refuse them: those count as never sent."""
    return [back for back in books.live(SupplierReturn) if back.resolution != "refused"]


def base_of(books: Books, model: type[Any], key: str) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for paper in returns_that_went(books) if model is SupplierReturn else books.live(model):
        for line in paper.lines:
            sums[getattr(line, key)] += gone(line)
    return sums


def origins(books: Books) -> dict[int, int]:
    """The line of the order's own goods, by the id of any received line."""
    return {line.id: line.origin_line_id or line.id for receipt in books.papers[GoodsReceipt]
            for line in receipt.lines}


def still_away(books: Books) -> dict[int, Decimal]:
    """Base units sent back, neither replaced nor credited, by the line of the order's own goods."""
    root, sums = origins(books), defaultdict(lambda: ZERO)
    for back in returns_that_went(books):
        for line in back.lines:
            sums[root[line.goods_receipt_line_id]] += gone(line) - (line.credited_quantity or ZERO)
    for receipt in books.live(GoodsReceipt):
        for line in receipt.lines:
            if line.origin_line_id is not None:
                sums[line.origin_line_id] -= line.base_quantity
    return sums


def charged_of(books: Books, name: str) -> dict[int, Decimal]:
    """Quantities or amounts of invoices that live, by the received line."""
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for bill in books.papers[SupplierInvoice]:
        if bill.state in ("approved", "paid"):
            for line in bill.lines:
                sums[line.goods_receipt_line_id] += getattr(line, name)
    return sums


def limits(books: Books) -> None:
    """Nothing comes, goes back or is charged that was not ordered, received or delivered; nothing is ordered
    twice."""
    tolerance = 1 + Decimal(setting("goods_receipt.tolerance")) / 100
    came: dict[int, Decimal] = defaultdict(lambda: ZERO)
    replaced: Counter[Any] = Counter()
    root = origins(books)
    for receipt in books.live(GoodsReceipt):
        for line in receipt.lines:
            if receipt.supplier_return_id is None:
                came[line.purchase_order_line_id] += line.base_quantity
            else:
                replaced[receipt.supplier_return_id, line.origin_line_id] += line.base_quantity
    for back in books.live(SupplierReturn):
        for line in back.lines:
            if back.resolution == "replaced":
                replaced[back.id, root[line.goods_receipt_line_id]] -= gone(line)
    assert max(replaced.values(), default=0) <= 0, "more was replaced than went back"
    assert min(still_away(books).values(), default=0) >= 0
    ordered = {line.id: line for order in books.papers[PurchaseOrder] for line in order.lines}
    assert all(quantity <= ordered[key].base_quantity * tolerance for key, quantity in came.items())
    lines = {line.id: line for receipt in books.live(GoodsReceipt) for line in receipt.lines}
    for key, quantity in base_of(books, SupplierReturn, "goods_receipt_line_id").items():
        assert quantity <= lines[key].base_quantity, "more went back than came"
    for key, quantity in charged_of(books, "quantity").items():
        assert quantity <= lines[key].received_quantity, "more was charged than came"
        assert lines[key].origin_line_id is None, "what replaced others was charged"
    given = {line.id: line for delivery in books.live(DeliveryRequest) for line in delivery.lines}
    for key, quantity in base_of(books, UnitReturn, "delivery_request_line_id").items():
        assert quantity <= given[key].delivered - given[key].lost, "a unit gave back more than it got"
    outstanding: Counter[Any] = Counter()
    for request in books.papers[StoreRequest]:
        for line in request.lines:
            outstanding[request.id, line.item_id] += line.granted
    for delivery in books.live(DeliveryRequest):
        for line in delivery.lines:
            outstanding[delivery.store_request_id, line.item_id] -= line.given
    assert min(outstanding.values(), default=0) >= 0, "more was delivered than granted"
    taken: dict[int, list[Decimal]] = defaultdict(list)
    for order in books.papers[PurchaseOrder]:
        for line in order.lines:
            if order.state not in ("draft", "rejected",
                                   "cancelled") and line.purchase_request_line_id is not None:
                taken[line.purchase_request_line_id].append(
                    came[line.id] if order.state == "done" else line.base_quantity)
    wanted = {line.id: line for request in books.papers[PurchaseRequest] for line in request.lines}
    for key, parts in taken.items():  # one order may round up to whole packs, a second takes the rest at most
        parts = [part for part in parts if part]
        assert len(parts) == 1 or sum(parts) <= wanted[key].base_quantity * tolerance, "ordered twice"
    for kind in ("delivery_request", "unit_return"):
        assert books.worth(kind) * SIGN[kind] >= 0
    assert books.worth("delivery_request", "unit_return") <= 0, "units gave back more value than they got"


def papers(books: Books) -> None:
    """A paper moved what its lines say and only once it was posted; numbers and states follow its history."""
    moved: dict[Any, Any] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for move in books.moves:
        moved[move.document_type, move.document_id][move.line_id] += move.quantity
    expires = dict(db.session.execute(sa.select(StockBatch.id, StockBatch.expires_on)).all())
    for move in books.moves:
        if move.kind == "delivery":
            assert expires[move.batch_id] is None or expires[move.batch_id] >= move.moved_on, (
                "expired was delivered"
            )
    for model, states in MOVERS.items():
        for paper in books.papers[model]:
            sums = {key: value for key, value in moved[model.__tablename__, paper.id].items() if value}
            if paper.state not in states:
                assert sums == {}, f"{paper} ({paper.state}) moved stock"
            elif model is StockTransfer:  # what is on the way, or was lost on it
                left = {line.id: -gone(line) if paper.state == "sent" else
                        line.is_lost * (line.arrived_quantity - gone(line)) for line in paper.lines}
                assert sums == {key: value for key, value in left.items() if value}
            elif model is Stocktake:
                assert sums == {line.id: line.variance for line in paper.lines if line.variance}
            else:
                sign = SIGN[model.__tablename__]
                came_back = model is SupplierReturn and paper.resolution == "refused" and not paper.goods_lost
                left = {line.id: line.delivered if model is DeliveryRequest else gone(line)
                        for line in paper.lines}
                assert sums == {key: sign * quantity for key, quantity in left.items()
                                if quantity and not came_back}
                assert all(quantity <= line.base_quantity
                           for line, quantity in zip(paper.lines, left.values(), strict=True))
    for count in books.live(Stocktake):
        for line in count.lines:
            own = min((move.id for move in books.moves
                       if (move.document_type, move.document_id) == ("stocktake", count.id)), default=0)
            between = [move for move in books.moves if (line.last_move_id or 0) < move.id < own]
            assert not [move for move in between if (move.kind, move.store_id, move.batch_id) == (
                "stocktake", count.store_id, line.batch_id)], "counted twice"
    numbers = list(db.session.execute(sa.select(DocumentNumber.prefix, DocumentNumber.year,
                                                DocumentNumber.sequence)))
    for series, count in Counter((prefix, year) for prefix, year, _ in numbers).items():
        assert {sequence for prefix, year, sequence in numbers
                if (prefix, year) == series} == set(range(1, count + 1))
    last = {(event.document_type, event.document_id): event for event in db.session.scalars(
        sa.select(DocumentEvent).order_by(DocumentEvent.id))}
    whole: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for receipt in books.live(GoodsReceipt):
        for line in receipt.lines:
            whole[line.purchase_order_line_id] += line.base_quantity * (receipt.supplier_return_id is None)
    for order in books.papers[PurchaseOrder]:
        if order.state == "done":
            assert last["purchase_order", order.id].note or all(
                whole[line.id] >= line.base_quantity
                for line in order.lines), "closed, and not all of it came"
    for model, found in books.papers.items():
        for paper in found:
            assert last[model.__tablename__, paper.id].to_state == paper.state
            assert paper.number is not None or paper.state in ("draft", "cancelled")


def days(books: Books) -> None:
    """On no day was less than nothing there, and the reports as of a day say what the moves say."""
    on: dict[Any, Any] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for move in books.moves:
        on[move.store_id, move.item_id, move.batch_id][move.moved_on] += move.quantity
    for by_day in on.values():
        running = ZERO
        for _, quantity in sorted(by_day.items()):
            running += quantity
            assert running >= 0, "less than nothing on an earlier day"


def reports(books: Books, first: date) -> None:
    """Stock on hand as of each day, the stock cards and the movements agree with the ledger."""
    # some are dated before the walk began
    day = first = min([first, *(move.moved_on for move in books.moves)])
    while day <= clock.today():
        held: dict[Any, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        for move in books.moves:
            if move.moved_on <= day:
                held[move.item_id, move.store.name][0] += move.quantity
                held[move.item_id, move.store.name][1] += move.value
        said = {(row.item_id, row.store): [row.quantity, row.value]
                for row in db.session.execute(REPORTS["stock_on_hand"].select({"as_of": day}))}
        assert said == {key: both for key, both in held.items() if both[0]}, day
        day += timedelta(days=1)
    for item_id in {move.item_id for move in books.moves}:
        rows = db.session.execute(REPORTS["stock_card"].select({"item": item_id, "from": first})).all()
        mine = sorted((move for move in books.moves if move.item_id == item_id),
                      key=lambda move: (move.moved_on, move.id))
        running, worth, told = ZERO, ZERO, []
        for move in mine:
            running, worth = running + move.quantity, worth + move.value
            told.append((move.id, running, worth))
        assert [(row.id, row.balance, row.worth) for row in rows] == told[::-1]
    for report in REPORTS.values():
        if report.area in ("inventory", "purchasing"):
            values = {each.name: each.default() for each in report.parameters if each.default is not None}
            if all(each.name in values for each in report.parameters if each.required):
                for row in db.session.execute(report.select(values)).all():
                    for column in report.columns:
                        column.of(row)


def verified(*areas: str) -> None:
    """What `flask verify` proves; of those areas alone, where any are named."""
    wrong = [(name, row) for name, function in checks.CHECKS if not areas or name.startswith(areas)
             for row in [function(db.session)] if row is not None]
    assert wrong == [], wrong
