"""Stores, items, suppliers and the ledger of the made-up hospital: what lies where, and at what value."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from models.operations.setup import reference
from portal.learn.lab.hospital import words
from portal.learn.lab.hospital.book import FIRST, Book
from portal.learn.lab.hospital.organisation import unit_id, with_role

STORES = (("GF", "Gudang Farmasi", "FAR"), ("GU", "Gudang Umum", "SARPRAS"))
SEN, MICRO = Decimal("0.01"), Decimal("0.000001")
INVENTORY, ACCRUED, PAYABLE = "117211", "212112", "212122"
EXPENSE, CASH, VAT = "593211", "111911", "525112"


def write(book: Book) -> None:
    """Everything about goods that is there before the first document."""
    for code, name, unit in STORES:
        book.add("store", code=code, name=name, work_unit_id=unit_id(book, unit), status="active")
    if book.size.planted:
        book.add("store", code="GK", name="Gudang Kosong", work_unit_id=None, status="inactive")
    source = list(reference.rows("barang_gudang_rs.csv"))
    for code in dict.fromkeys(row["category"] for row in source):
        book.add("item_category", code=code, name=reference.CATEGORIES[code][0], name_en=None,
                 is_medicine=code.startswith(reference.MEDICINES))
    chosen = sorted(book.chance.sample(range(len(source)), book.size.items - len(words.PROMISED)))
    linen = [index for word, _many in words.PROMISED
             for index, row in enumerate(source) if row["name_id"].startswith(word)][:len(words.PROMISED)]
    for index in sorted({*chosen, *linen}):
        _item(book, source[index])
    for number, (name, contact) in enumerate(words.SUPPLIERS[:book.size.suppliers], 1):
        book.add("supplier", code=f"PMS-{number:03d}", name=name, contact_name=contact,
                 charges_vat=number % 4 != 0, lead_time_days=None if book.size.planted and number == 2
                 else 2 + number % 6, status="active")


def _item(book: Book, row: dict[str, str]) -> None:
    category = next(entry["id"] for entry in book.rows["item_category"] if entry["code"] == row["category"])
    code = row["demo_item_code"]
    key = len(book.rows["item"]) + 1
    barcode = None if book.often(0.15) else f"299{key:010d}"
    book.add("item", code=code, name=row["name_id"], category_id=category, base_unit=row["base_unit"],
             barcode=barcode, batch_tracked=reference.CATEGORIES[row["category"]][1],
             controlled=any(word in row["name_id"].lower() for word in reference.CONTROLLED),
             stock_on_hand=Decimal(0), minimum_stock=Decimal(book.one((10, 20, 25, 50, 100))),
             status="inactive" if book.often(0.03) else "active",
             price_hint=None if book.size.planted and book.often(0.05) else reference.price(row))
    book.add("unit_conversion", item_id=key, unit_name=row["base_unit"], factor=Decimal(1), barcode=None)
    if row["purchase_unit"] and row["purchase_unit"] != row["base_unit"]:
        book.add("unit_conversion", item_id=key, unit_name=row["purchase_unit"],
                 factor=Decimal(row["base_per_purchase"]),
                 barcode=f"1299{key:010d}" if book.often(0.5) else None)


def price(item: dict[str, object]) -> Decimal:
    """What one base unit costs at first."""
    hint = item["price_hint"]
    return hint if isinstance(hint, Decimal) else Decimal(1_000)


class Ledger:
    """Stock by store and item: batches with quantities, and the value of all of them at moving average."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.batches: dict[tuple[int, int], dict[int, Decimal]] = {}
        self.value: dict[tuple[int, int], Decimal] = {}
        self.units: dict[int, list[dict[str, object]]] = {}
        for row in book.rows["unit_conversion"]:
            self.units.setdefault(row["item_id"], []).append(row)

    def on_hand(self, store: int, item: int) -> Decimal:
        """Base units of all batches."""
        return sum(self.batches.get((store, item), {}).values(), Decimal(0))

    def home(self, item: dict[str, object]) -> int:
        """The store that keeps the item: medicines and what is used on patients lie in the pharmacy."""
        category = self.book.row("item_category", int(str(item["category_id"])))["code"]
        return 1 if category.startswith(("obat_", "cairan", "bmhp", "gas")) else 2

    def batch(self, item: int, day: date) -> int:
        """A new batch; what keeps for ever has no day of expiry."""
        book, tracked = self.book, self.book.row("item", item)["batch_tracked"]
        number = f"B{day:%y%m}{len(book.rows['stock_batch']) + 1:04d}"
        return book.add("stock_batch", item_id=item, number=number if tracked else "-" + number,
                        expires_on=day + timedelta(days=book.chance.randint(60, 720)) if tracked else None)

    def receive(self, store: int, item: int, batch: int, quantity: Decimal, value: Decimal, *, document: str,
                key: int, line: int, kind: str, by: int, at: datetime) -> None:
        """Goods come in at their price."""
        place = self.batches.setdefault((store, item), {})
        place[batch] = place.get(batch, Decimal(0)) + quantity
        self.value[store, item] = self.value.get((store, item), Decimal(0)) + value
        self.book.row("item", item)["last_received_on"] = at.date()
        self._move(store, item, batch, quantity, value, document, key, line, kind, by, at)

    def issue(self, store: int, item: int, quantity: Decimal, *, document: str, key: int, line: int,
              kind: str, by: int, at: datetime) -> Decimal:
        """Goods go out at the average cost, what expires first goes first. Gives their value."""
        place, total = self.batches[store, item], Decimal(0)
        for batch in sorted(place, key=lambda entry: (
                self.book.row("stock_batch", entry)["expires_on"] or date.max, entry)):
            taken = min(quantity, place[batch])
            if not taken:
                continue
            on_hand = self.on_hand(store, item)
            value = (self.value[store, item] if taken == on_hand
                     else (self.value[store, item] * taken / on_hand).quantize(SEN))
            place[batch] -= taken
            self.value[store, item] -= value
            quantity, total = quantity - taken, total + value
            self._move(store, item, batch, -taken, -value, document, key, line, kind, by, at)
        self.book.row("item", item)["last_issued_on"] = at.date()
        return total

    def _move(self, store: int, item: int, batch: int, quantity: Decimal, value: Decimal, document: str,
              key: int, line: int, kind: str, by: int, at: datetime) -> None:
        self.book.add("stock_move", store_id=store, item_id=item, batch_id=batch, quantity=quantity,
                      unit_cost=(value / quantity).quantize(MICRO), value=value, document_type=document,
                      document_id=key, line_id=line, kind=kind, user_id=by, occurred_at=at,
                      moved_on=at.date())

    def open(self) -> None:
        """What lay there on the first day."""
        book, by = self.book, with_role(self.book, "store_head")[0]
        at = book.at(FIRST)
        for item in book.rows["item"][:-4]:
            quantity = Decimal(int(item["minimum_stock"]) * book.chance.randint(4, 14) // 5)
            store = self.home(item)
            self.receive(store, item["id"], self.batch(item["id"], FIRST), quantity,
                         (quantity * price(item)).quantize(SEN), document="store", key=store, line=item["id"],
                         kind="opening", by=by, at=at)
        for store in (1, 2):
            total = sum((value for (place, _item), value in self.value.items() if place == store), Decimal(0))
            book.journal("store", store, by, at, (INVENTORY, "opening_stock", total),
                         ("391116", "opening_stock", -total))

    def close(self) -> None:
        """Write the balances that the moves add up to."""
        book = self.book
        for (store, item), place in sorted(self.batches.items()):
            total = sum(place.values(), Decimal(0))
            book.add("store_item", store_id=store, item_id=item, quantity=total,
                     value=self.value[store, item])
            book.row("item", item)["stock_on_hand"] += total
            for batch, quantity in sorted(place.items()):
                book.add("stock_balance", store_id=store, item_id=item, batch_id=batch, quantity=quantity)
