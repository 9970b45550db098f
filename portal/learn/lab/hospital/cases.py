"""Rows that exercises ask about and that chance alone may not make: boundaries, ties, what is missing, what
is wrong on purpose. Both files have them, unless the function says that the hidden one alone does."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from portal.learn.lab.hospital.book import FIRST, TODAY, Book
from portal.learn.lab.hospital.organisation import with_role

#: The number of the batch that is called back.
RECALLED = "KX-2207"


def _at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the half-year, in UTC."""
    return datetime.combine(date(FIRST.year, month, day), time(hour, minute))


#: Saturday evening and Sunday evening in UTC: Sunday and Monday in Indonesia.
WEEKEND = (_at(6, 6, 20, 15), _at(6, 7, 4, 40), _at(6, 7, 21, 5),
           _at(6, 13, 22, 30), _at(6, 14, 2, 10))


def write(book: Book) -> None:
    """Add all of them, after half a year has passed."""
    _weekend_requests(book)
    _other_specialities(book)
    _edges_of_dates(book)
    _orders_given_up(book)
    _in_two_stores(book)
    _recalled_batch(book)
    _nothing_there(book)
    _wrong_invoices(book)
    if book.size.planted:
        _ties(book)
        _unsound(book)
    for table in ("store_request", "purchase_order"):
        for row in book.rows[table]:
            if row["state"] == "draft":
                row["number"] = None


def _weekend_requests(book: Book) -> None:
    """Asked for another unit than the author's own, at the edges of a Sunday; the last one has no lines."""
    authors = [row for row in book.rows["user"] if row["id"] in with_role(book, "unit_user")]
    for number, at in enumerate(WEEKEND):
        author = authors[number % len(authors)]
        unit = next(row for row in book.rows["work_unit"][number:] if row["id"] != author["work_unit_id"])
        key = book.document("store_request", author["id"], at, work_unit_id=unit["id"], store_id=1,
                            requested_on=at.date(), needed_on=None, purpose="Titipan unit lain",
                            urgency="normal")
        book.step("store_request", key, "create", "draft", author["id"], at)
        if number:
            book.step("store_request", key, "submit", "submitted", author["id"], at + timedelta(minutes=10))
        for item in book.rows["item"][number * 3:number * 3 + 4 - number]:
            unit_id = next(row["id"] for row in book.rows["unit_conversion"] if row["item_id"] == item["id"])
            book.add("store_request_line", store_request_id=key, item_id=item["id"], unit_id=unit_id,
                     quantity=Decimal(number + 2), factor=Decimal(1))


def _other_specialities(book: Book) -> None:
    """Patients who asked for another field than the doctor's."""
    kinds = [row["id"] for row in book.rows["specialization"]]
    for row in book.rows["consultation"][::9]:
        row["specialization_id"] = kinds[row["specialization_id"] % len(kinds)]


def _nothing_there(book: Book) -> None:
    """Requests without a line, an item that is not used and has no label, a doctor whose patients always
    came."""
    unit, author = book.rows["work_unit"][1], book.rows["user"][0]["id"]
    for day in (1, 2, 3, 4, 5, 8, 9, 10, 11, 12):
        at = _at(6, day, 3, 0)
        key = book.document("store_request", author, at, work_unit_id=unit["id"], store_id=1,
                            requested_on=at.date(), needed_on=None, purpose=None, urgency="normal")
        book.step("store_request", key, "create", "draft", author, at)
        book.step("store_request", key, "submit", "submitted", author, at + timedelta(minutes=5))
    unused = book.rows["item"][-1]
    unused["status"], unused["barcode"] = "inactive", None
    for row in book.rows["consultation"]:
        if row["doctor_id"] == 1 and row["state"] == "no_show":
            row["state"] = "cancelled"
            event = next(each for each in book.rows["document_event"] if each["transition"] == "no_show"
                         and each["document_id"] == row["id"])
            event["transition"], event["to_state"] = "cancel", "cancelled"


def _edges_of_dates(book: Book) -> None:
    """Dates on the limits that exercises name, and just beside them."""
    tracked = [row for row in book.rows["stock_batch"] if row["expires_on"]]
    for row, days in zip(tracked[3:], (-1, 0, 60, 60, 61), strict=False):
        row["expires_on"] = TODAY + timedelta(days=days)
    doctors = book.rows["doctor"]
    doctors[1]["sip_expires_on"] = date(2025, 9, 12)
    doctors[3]["sip_expires_on"] = doctors[4]["sip_expires_on"] = date(2026, 12, 31)
    doctors[-1]["sip_expires_on"] = date(2026, 8, 15)
    for row, born in zip(book.rows["patient"][-6:], (
            date(1989, 12, 31), date(1990, 1, 1), date(1999, 12, 31), date(1995, 3, 9), date(1991, 7, 2),
            date(2000, 1, 1)), strict=True):
        row["birth_date"] = born


def _orders_given_up(book: Book) -> None:
    """Orders that were cancelled, rejected or left as drafts, later than the others and at other prices; the
    items of the first stand on no other order."""
    ordered = {row["item_id"] for row in book.rows["purchase_order_line"]}
    units = Counter(row["item_id"] for row in book.rows["unit_conversion"])
    never = [row["id"] for row in book.rows["item"]
             if row["id"] not in ordered and row["status"] == "active" and units[row["id"]] > 1]
    often = [row["item_id"] for row in book.rows["purchase_order_line"][:3]]
    buyer, head = with_role(book, "store_staff")[0], with_role(book, "store_head")[0]
    for number, (last, items) in enumerate((("cancel", never[:3]), ("reject", often), (None, often[:2]))):
        at = _at(6, 22 + number, 2, 0)
        key = book.document("purchase_order", buyer, at, supplier_id=1, store_id=1, ordered_on=at.date(),
                            expected_on=at.date() + timedelta(days=5), vat_percent=Decimal(11))
        book.step("purchase_order", key, "create", "draft", buyer, at)
        for item in items:
            for unit in (-1, 0) if last == "cancel" else (-1,):
                _order_line(book, key, item, Decimal(77_700 + number), unit)
        if last:
            book.step("purchase_order", key, "submit", "submitted", buyer, at + timedelta(minutes=20))
            book.step("purchase_order", key, last, f"{last}ed" if last == "reject" else "cancelled", head,
                      at + timedelta(minutes=90), note="Barang belum diperlukan")


def _order_line(book: Book, order: int, item: int, unit_price: Decimal, which: int = -1) -> None:
    unit = [row for row in book.rows["unit_conversion"] if row["item_id"] == item][which]
    book.add("purchase_order_line", purchase_order_id=order, item_id=item, unit_id=unit["id"],
             quantity=Decimal(3), factor=unit["factor"], unit_price=unit_price * unit["factor"],
             discount=Decimal(0))


def _in_two_stores(book: Book) -> None:
    """Half of some items goes from the pharmacy to the general store: moves, balances and values."""
    staff, at = with_role(book, "store_staff")[0], _at(6, 29, 3, 0)
    places = [row for row in book.rows["stock_balance"] if row["store_id"] == 1 and row["quantity"] >= 4]
    for number, place in enumerate(places[5:45:8], 1):
        source = next(row for row in book.rows["store_item"]
                      if (row["store_id"], row["item_id"]) == (1, place["item_id"]))
        quantity = Decimal(int(place["quantity"]) // 2)
        value = (source["value"] * quantity / source["quantity"]).quantize(Decimal("0.01"))
        for store, sign, kind in ((1, -1, "transfer_out"), (2, 1, "transfer_in")):
            book.add("stock_move", store_id=store, item_id=place["item_id"], batch_id=place["batch_id"],
                     quantity=sign * quantity, unit_cost=(value / quantity).quantize(Decimal("0.000001")),
                     value=sign * value, document_type="stock_transfer", document_id=number, line_id=number,
                     kind=kind, user_id=staff, occurred_at=at, moved_on=at.date())
        place["quantity"] -= quantity
        source["quantity"], source["value"] = source["quantity"] - quantity, source["value"] - value
        book.add("stock_balance", store_id=2, item_id=place["item_id"], batch_id=place["batch_id"],
                 quantity=quantity)
        book.add("store_item", store_id=2, item_id=place["item_id"], quantity=quantity, value=value)


def _recalled_batch(book: Book) -> None:
    """The batch of the pharmacy that went to most units, of an item with several batches and two moves on one
    day."""
    moves = [row for row in book.rows["stock_move"] if row["store_id"] == 1]
    days = Counter((row["item_id"], row["moved_on"]) for row in moves)
    batches = {item: {row["batch_id"] for row in moves if row["item_id"] == item}
               for item in {row["item_id"] for row in moves}}
    busy = {item for (item, _day), many in days.items() if many > 1 and len(batches[item]) > 1}
    gone = Counter(row["batch_id"] for row in moves
                   if row["item_id"] in busy and row["kind"] == "delivery")
    first, most = max(sorted(gone.items()), key=lambda entry: entry[1])
    assert most > 1, "no batch went out more than once"
    book.row("stock_batch", first)["number"] = RECALLED
    for row in book.rows["goods_receipt_line"]:
        if row["batch_id"] == first:
            row["batch_number"] = RECALLED


def _wrong_invoices(book: Book) -> None:
    """More charged than came, the same charged twice, and a double charge that was rejected."""
    charged = {row["goods_receipt_line_id"] for row in book.rows["supplier_invoice_line"]}
    lines = book.rows["goods_receipt_line"]
    new = [row for row in lines if row["id"] not in charged]
    old = [row for row in lines if row["id"] in charged]
    for number, (line, more, state) in enumerate((
            (new[0], 2, "submitted"), (old[1], 0, "submitted"), (old[4], 0, "rejected"),
            (new[1], 0, "submitted"))):
        at = _at(5, 25 + number, 3, 30)
        _invoice(book, line, line["received_quantity"] + more, state, at)


def _invoice(book: Book, line: dict[str, Any], quantity: Decimal, state: str, at: datetime) -> None:
    clerk, head = with_role(book, "payables")[0], with_role(book, "facilities_head")[0]
    receipt = book.row("goods_receipt", line["goods_receipt_id"])
    key = book.document("supplier_invoice", clerk, at, supplier_id=receipt["supplier_id"],
                        purchase_order_id=receipt["purchase_order_id"], supplier_number=f"L-{at:%m%d}",
                        invoiced_on=at.date(), due_on=at.date() + timedelta(days=30), paid_on=None,
                        vat_amount=Decimal(0))
    book.add("supplier_invoice_line", supplier_invoice_id=key, goods_receipt_line_id=line["id"],
             item_id=line["item_id"], unit_id=line["unit_id"], quantity=quantity, factor=line["factor"],
             unit_price=line["unit_price"])
    book.step("supplier_invoice", key, "create", "draft", clerk, at)
    book.step("supplier_invoice", key, "submit", "submitted", clerk, at + timedelta(minutes=15))
    if state == "rejected":
        book.step("supplier_invoice", key, "reject", "rejected", head, at + timedelta(hours=2),
                  note="Sudah pernah ditagih")


def _ties(book: Book) -> None:
    """Hidden file alone. Equal costs at the end of the first ten, equal values of stock, beds that are ready
    since the same moment, two lines of one item on one day, suppliers who were always on time."""
    dear = sorted((row for row in book.rows["asset"] if row["state"] != "retired"),
                  key=lambda row: (-row["acquisition_cost"], row["tag"]))
    for row in dear[8:12]:
        row["acquisition_cost"] = dear[8]["acquisition_cost"]
    ready = [row for row in book.rows["bed"] if row["state"] == "ready"]
    for row in ready[2:6]:
        row["state_since"] = _at(6, 28, 2, 0)
    last = max((row for row in book.rows["purchase_order"] if row["state"] in ("sent", "done")),
               key=lambda row: (row["ordered_on"], row["id"]))
    line = next(row for row in book.rows["purchase_order_line"] if row["purchase_order_id"] == last["id"])
    _order_line(book, last["id"], line["item_id"], Decimal(4_321))
    valued = sorted((row for row in book.rows["store_item"] if row["value"]), key=lambda row: row["value"])
    valued[20]["value"] = valued[21]["value"]
    _always_on_time(book, {1, 2})


def _always_on_time(book: Book, suppliers: set[int]) -> None:
    for receipt in book.rows["goods_receipt"]:
        order = book.row("purchase_order", receipt["purchase_order_id"])
        if order["supplier_id"] in suppliers:
            order["expected_on"] = max(order["expected_on"], receipt["received_on"])


def _unsound(book: Book) -> None:
    """Hidden file alone. What the hospital's own rules forbid, so that a query which trusts them is found
    out: an author who approved, entries that balance only together, balances that no move explains."""
    event = next(row for row in book.rows["document_event"]
                 if row["document_type"] == "purchase_order" and row["transition"] == "approve")
    event["user_id"] = book.row("purchase_order", event["document_id"])["created_by_id"]
    entries = [row["id"] for row in book.rows["journal_entry"] if row["document_type"] == "delivery_request"]
    for entry, amount in zip(entries, (Decimal(500), Decimal(-500)), strict=False):
        line = next(row for row in book.rows["journal_line"]
                    if row["entry_id"] == entry and row["debit"] > 500)
        line["debit"] += amount
    _unsound_balances(book)


def _unsound_balances(book: Book) -> None:
    balances = book.rows["stock_balance"]
    batches = Counter((row["store_id"], row["item_id"]) for row in balances)
    first, second = [row for row in balances if batches[row["store_id"], row["item_id"]] > 1][:2]
    assert first["item_id"] == second["item_id"]
    first["quantity"], second["quantity"] = first["quantity"] + 3, second["quantity"] - 3
    book.add("stock_balance", store_id=2, item_id=first["item_id"], batch_id=first["batch_id"],
             quantity=Decimal(5))
