"""Half a year of requests, deliveries, orders, receipts and invoices of the made-up hospital, day by day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from portal.learn.lab.hospital.book import FIRST, TODAY, Book
from portal.learn.lab.hospital.organisation import with_role
from portal.learn.lab.hospital.supplies import (
    ACCRUED,
    CASH,
    EXPENSE,
    INVENTORY,
    PAYABLE,
    SEN,
    VAT,
    Ledger,
    price,
)

#: Above this net sum an order needs the director, too.
LIMIT = Decimal(15_000_000)
PURPOSES = ("Stok ruangan", "Tindakan pasien", "Persiapan operasi", "Pengganti yang rusak", None)


def run(book: Book) -> None:
    """Every day in turn: first what was put off to it, then new requests and orders."""
    ledger = Ledger(book)
    ledger.open()
    day = FIRST + timedelta(days=1)
    while day <= TODAY:
        for what in book.agenda.pop(day, []):
            what(day)
        if day.weekday() < 5 or book.often(0.15):
            for _number in range(book.chance.randint(0, 2 * book.size.requests_a_week // 5)):
                _request(book, ledger, day)
        if day.weekday() == 0:
            _reorder(book, ledger, day)
        day += timedelta(days=1)
    ledger.close()


def _lines(book: Book, table: str, parent: int, wanted: Iterable[tuple[int, dict[str, Any], Decimal]],
           **more: Any) -> None:
    for item, unit, quantity in wanted:
        book.add(f"{table}_line", item_id=item, unit_id=unit["id"], quantity=quantity, factor=unit["factor"],
                 **{f"{table}_id": parent}, **more)


# ---------------------------------------------------------------- requests and deliveries

def _request(book: Book, ledger: Ledger, day: date) -> None:
    unit = book.one(book.rows["work_unit"][:-1])
    author = book.one(key for key in with_role(book, "unit_user")
                      if book.row("user", key)["work_unit_id"] == unit["id"])
    store, at = book.one((1, 1, 2)), book.at(day)
    known = [item for item in book.rows["item"]
             if item["status"] == "active" and ledger.home(item) == store]
    key = book.document("store_request", author, at, work_unit_id=unit["id"], store_id=store,
                        requested_on=day,
                        needed_on=day + timedelta(days=book.chance.randint(1, 7))
                        if book.often(0.7) else None,
                        purpose=book.one(PURPOSES), urgency="urgent" if book.often(0.2) else "normal")
    wanted = []
    for item in book.some(known, 6):
        unit_of_measure = book.one(ledger.units[item["id"]][:1] * 3 + ledger.units[item["id"]])
        small = unit_of_measure["factor"] == 1
        wanted.append((item["id"], unit_of_measure, Decimal(book.chance.randint(1, 12 if small else 1))))
    _lines(book, "store_request", key, wanted)
    book.step("store_request", key, "create", "draft", author, at)
    if book.often(0.04):
        return
    at = book.after(at, 5, 90)
    book.step("store_request", key, "submit", "submitted", author, at)
    book.later(day + timedelta(days=book.one((0, 0, 1, 1, 2, 3))) + timedelta(days=1),
               lambda then: _decide(book, ledger, key, then))


def _decide(book: Book, ledger: Ledger, key: int, day: date) -> None:
    head, at = with_role(book, "store_head")[0], book.at(day, 1, 3)
    if book.often(0.06):
        book.step("store_request", key, "reject", "rejected", head, at, note=book.one(
            ("Stok ruangan masih cukup", "Melebihi pemakaian bulan lalu")))
        return
    book.step("store_request", key, "approve", "approved", head, at)
    book.later(day + timedelta(days=book.one((0, 1, 1, 2))) + timedelta(days=1),
               lambda then: _deliver(book, ledger, key, then))


def _deliver(book: Book, ledger: Ledger, request: int, day: date) -> None:
    """As much as the store has; the next delivery takes the rest when there is some."""
    row = book.row("store_request", request)
    store, staff, at = row["store_id"], book.one(with_role(book, "store_staff")), book.at(day, 2, 4)
    given = []
    for line in book.rows["store_request_line"]:
        if line["store_request_id"] == request:
            can = ledger.on_hand(store, line["item_id"]) // line["factor"]
            if can:
                given.append((line["item_id"], {"id": line["unit_id"], "factor": line["factor"]},
                              min(can, line["quantity"])))
    if not given:
        return
    key = book.document("delivery_request", staff, at, store_request_id=request, store_id=store,
                        delivered_on=day)
    first = len(book.rows["delivery_request_line"]) + 1
    _lines(book, "delivery_request", key, given)
    book.step("delivery_request", key, "create", "draft", staff, at)
    at = book.after(at, 5, 40)
    book.step("delivery_request", key, "submit", "submitted", staff, at)
    at = book.after(at, 20, 150)
    book.step("delivery_request", key, "approve", "approved", with_role(book, "facilities_head")[0], at)
    at = book.after(at, 10, 120)
    book.step("delivery_request", key, "deliver", "delivered", staff, at)
    total = sum((ledger.issue(store, item, quantity * unit["factor"], document="delivery_request", key=key,
                              line=first + number, kind="delivery", by=staff, at=at)
                 for number, (item, unit, quantity) in enumerate(given)), Decimal(0))
    book.journal("delivery_request", key, staff, at, (EXPENSE, "expense", total),
                 (INVENTORY, "inventory", -total))
    if book.often(0.9):
        at, author = book.after(at, 15, 300), row["created_by_id"]
        book.step("delivery_request", key, "acknowledge", "done", author, at)
        book.step("store_request", request, "close", "done", author, at)


# ---------------------------------------------------------------- orders, receipts, invoices

def _reorder(book: Book, ledger: Ledger, day: date) -> None:
    """Per store, what runs short goes to one supplier; the last supplier never gets an order."""
    for store in (1, 2):
        short = [item for item in book.rows["item"][:-4] if ledger.home(item) == store
                 and item["status"] == "active"
                 and ledger.on_hand(store, item["id"]) < item["minimum_stock"] and book.often(0.45)]
        if short:
            _order(book, ledger, store, sorted(book.some(short, 9), key=lambda item: item["id"]), day)


def _order(book: Book, ledger: Ledger, store: int, items: list[dict[str, Any]], day: date) -> None:
    buyer, at = with_role(book, "store_staff")[store - 1], book.at(day, 1, 3)
    supplier = book.one(book.rows["supplier"][:-1])
    expected = day + timedelta(days=supplier["lead_time_days"] or 4)
    key = book.document("purchase_order", buyer, at, supplier_id=supplier["id"], store_id=store,
                        ordered_on=day, expected_on=expected,
                        vat_percent=Decimal(11) if supplier["charges_vat"] else Decimal(0))
    net = Decimal(0)
    for item in items:
        unit = ledger.units[item["id"]][-1]
        wanted = item["minimum_stock"] * 2
        quantity = max(Decimal(1), (wanted / unit["factor"]).quantize(Decimal(1)))
        rise = Decimal(book.chance.randint(94, 112)) / 100
        unit_price = (price(item) * unit["factor"] * rise).quantize(SEN)
        net += quantity * unit_price
        book.add("purchase_order_line", purchase_order_id=key, item_id=item["id"], unit_id=unit["id"],
                 quantity=quantity, factor=unit["factor"], unit_price=unit_price, discount=Decimal(0))
    book.step("purchase_order", key, "create", "draft", buyer, at)
    way = [("submit", "submitted", buyer), ("approve", "approved", with_role(book, "store_head")[0]),
           ("approve_payment", "payment_approved", with_role(book, "payables")[0])]
    if net > LIMIT:
        way.append(("approve_limit", "limit_approved", with_role(book, "director")[0]))
    way.append(("send", "sent", buyer))
    for word, state, person in way:
        at = book.after(at, 20, 200)
        book.step("purchase_order", key, word, state, person, at)
    late = book.one((-1, 0, 0, 0, 1, 3, 6))
    book.later(max(day + timedelta(days=2), expected + timedelta(days=late)),
               lambda then: _receive(book, ledger, key, then))


def _receive(book: Book, ledger: Ledger, order: int, day: date) -> None:
    """All of it, or a part first and the rest a week later."""
    row, at = book.row("purchase_order", order), book.at(day, 2, 6)
    staff = row["created_by_id"]
    came: dict[int, Decimal] = {}
    for receipt in book.rows["goods_receipt_line"]:
        line = receipt["purchase_order_line_id"]
        came[line] = came.get(line, Decimal(0)) + receipt["received_quantity"]
    open_lines = [line for line in book.rows["purchase_order_line"] if line["purchase_order_id"] == order
                  and line["quantity"] > came.get(line["id"], Decimal(0))]
    is_part = not any(line["id"] in came for line in open_lines) and book.often(0.2)
    taken = open_lines[:max(1, len(open_lines) // 2)] if is_part else open_lines
    key = book.document("goods_receipt", staff, at, purchase_order_id=order, supplier_id=row["supplier_id"],
                        store_id=row["store_id"], received_on=day,
                        delivery_order_number=f"SJ-{day:%m%d}-{order:03d}" if book.often(0.9) else None)
    total, lines = Decimal(0), []
    for line in taken:
        total += _receive_line(book, ledger, key, line, staff, at)
        lines.append(len(book.rows["goods_receipt_line"]))
    book.step("goods_receipt", key, "create", "draft", staff, at)
    book.step("goods_receipt", key, "post", "posted", staff, at)
    book.journal("goods_receipt", key, staff, at, (INVENTORY, "inventory", total),
                 (ACCRUED, "received_not_invoiced", -total))
    if len(taken) == len(open_lines):
        book.step("purchase_order", order, "close", "done", staff, book.after(at, 5, 60))
    else:
        book.later(day + timedelta(days=7), lambda then: _receive(book, ledger, order, then))
    if book.often(0.85):
        book.later(day + timedelta(days=book.chance.randint(2, 12)),
                   lambda then: _invoice(book, order, lines, then))


def _receive_line(book: Book, ledger: Ledger, key: int, line: dict[str, Any], staff: int,
                  at: datetime) -> Decimal:
    batch = ledger.batch(line["item_id"], at.date())
    born = book.row("stock_batch", batch)
    value: Decimal = (line["quantity"] * line["unit_price"]).quantize(SEN)
    number = book.add("goods_receipt_line", goods_receipt_id=key, purchase_order_line_id=line["id"],
                      item_id=line["item_id"], unit_id=line["unit_id"], ordered_quantity=line["quantity"],
                      received_quantity=line["quantity"], factor=line["factor"],
                      unit_price=line["unit_price"], batch_number=born["number"],
                      expires_on=born["expires_on"], batch_id=batch)
    store = book.row("goods_receipt", key)["store_id"]
    ledger.receive(store, line["item_id"], batch, line["quantity"] * line["factor"], value,
                   document="goods_receipt", key=key, line=number, kind="receipt", by=staff, at=at)
    return value


def _invoice(book: Book, order: int, lines: list[int], day: date) -> None:
    clerk, at = with_role(book, "payables")[0], book.at(day)
    row, net = book.row("purchase_order", order), Decimal(0)
    key = book.document("supplier_invoice", clerk, at, supplier_id=row["supplier_id"],
                        purchase_order_id=order, invoiced_on=day,
                        supplier_number=f"F{order:03d}-{len(book.rows['supplier_invoice']) + 1:04d}",
                        due_on=day + timedelta(days=30), paid_on=None)
    for number in lines:
        line = book.row("goods_receipt_line", number)
        net += (line["received_quantity"] * line["unit_price"]).quantize(SEN)
        book.add("supplier_invoice_line", supplier_invoice_id=key, goods_receipt_line_id=number,
                 item_id=line["item_id"], unit_id=line["unit_id"], quantity=line["received_quantity"],
                 factor=line["factor"], unit_price=line["unit_price"])
    vat = (net * row["vat_percent"] / 100).quantize(SEN)
    book.row("supplier_invoice", key)["vat_amount"] = vat
    book.step("supplier_invoice", key, "create", "draft", clerk, at)
    book.step("supplier_invoice", key, "submit", "submitted", clerk, book.after(at, 10, 60))
    at = book.after(at, 90, 400)
    book.step("supplier_invoice", key, "approve", "approved", with_role(book, "facilities_head")[0], at)
    book.journal("supplier_invoice", key, clerk, at, (ACCRUED, "received_not_invoiced", net),
                 (VAT, "vat", vat), (PAYABLE, "payables", -net - vat))
    book.later(day + timedelta(days=book.chance.randint(20, 45)),
               lambda then: _pay(book, key, net + vat, then))


def _pay(book: Book, invoice: int, amount: Decimal, day: date) -> None:
    clerk, at = with_role(book, "payables")[0], book.at(day)
    book.row("supplier_invoice", invoice)["paid_on"] = day
    book.step("supplier_invoice", invoice, "pay", "paid", clerk, at)
    book.journal("supplier_invoice", invoice, clerk, at, (PAYABLE, "payables", amount),
                 (CASH, "cash", -amount))
