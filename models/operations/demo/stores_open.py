"""The stores' documents that stand at every step this morning."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from models import clock
from models.operations import counts, receipts
from models.operations.demo import stores, stores_counts
from models.operations.demo.world import World, open_
from models.purchasing import PurchaseOrder, PurchaseOrderLine, PurchaseRequest, PurchaseRequestLine
from models.returns import Resolution
from models.stocktakes import Stocktake


def load(world: World) -> None:
    _requests(world)
    _deliveries(world)
    _purchases(world)
    _orders(world)
    _returns(world)
    _counts(world)


def _requests(world: World) -> None:
    gf, gu = world.things["stores"]["GF"], world.things["stores"]["GU"]
    nurse, other = world.users["unit_user"], world.users["unit_user2"]
    stores.draft_request(world, nurse, gf, 3)
    for author, store, lines in ((nurse, gf, 4), (other, gf, 3), (world.users["unit_user3"], gf, 5),
                                 (world.users["unit_user7"], gu, 2)):
        world.do(stores.draft_request(world, author, store, lines), "submit", author)
    refused = stores.draft_request(world, nurse, gu, 2)
    world.do(refused, "submit", nurse)
    world.do(refused, "reject", "store_head", reason="Kertas sudah dikirim Senin lalu. Mohon cek lemari bangsal.")
    for author in (nurse, other):
        ready = stores.draft_request(world, author, gf, 3)
        world.do(ready, "submit", author)
        world.do(ready, "approve", "store_head")
        world.things.setdefault("deliverable", []).append(ready)


def _deliveries(world: World) -> None:
    """Deliveries as draft, submitted, approved, delivered, rejected, reversed."""
    gf, nurse = world.things["stores"]["GF"], world.users["unit_user"]

    def delivery() -> Any:
        request = stores.draft_request(world, nurse, gf, 2, most=5)
        world.do(request, "submit", nurse)
        world.do(request, "approve", "store_head")
        made = stores.make_delivery(world, request)
        assert made is not None
        return made

    delivery()
    for steps in (("submit",), ("submit",), ("submit", "approve"), ("submit", "approve", "deliver"),
                  ("submit", "approve", "deliver", "reverse"), ("submit", "reject"), ("cancel",)):
        made = delivery()
        if "deliver" in steps and not stores.enough(world, made):
            continue
        for step in steps:
            who: Any = made.created_by if step in ("submit", "deliver", "cancel") else (
                "store_head" if step == "reverse" else "facilities_head")
            reason = {"reverse": "Salah bangsal, barang kembali ke gudang", "cancel": "Dibuat dua kali",
                      "reject": "Kirim setelah serah terima shift"}.get(step, "")
            world.do(made, step, who, reason=reason)


def _lines(world: World, code: str, count: int) -> list[Any]:
    return world.rng.sample(world.things["stocked"][code], count)


def _request(world: World, author: Any, count: int) -> PurchaseRequest:
    supplier, store, _categories = world.things["suppliers"][2]
    request = PurchaseRequest(created_by=author, store=store, lines=[
        PurchaseRequestLine(item=item, unit=stores.biggest(world, item), supplier_id=supplier.id, quantity=Decimal(4),
                            estimated_price=stores.price_of(world, item)) for item in _lines(world, "GF", count)])
    open_(world, request, author)
    return request


def _purchases(world: World) -> None:
    author = world.users["store_staff"]
    _request(world, author, 3)
    for step in (None, "approve", "reject", "cancel"):
        request = _request(world, author, 4)
        if step == "cancel":
            world.do(request, "cancel", author, reason="Sudah masuk permintaan lain")
            continue
        world.do(request, "submit", author)
        if step:
            world.do(request, step, "facilities_head", reason="Gabungkan dengan kebutuhan bulan depan")


def _orders(world: World) -> None:
    author = world.users["facilities_staff"]

    def order(index: int, count: int, times: int) -> PurchaseOrder:
        supplier, store, _categories = world.things["suppliers"][index]
        made = PurchaseOrder(created_by=author, supplier=supplier, store=store, payment_terms="30 hari setelah faktur",
                             lines=[PurchaseOrderLine(item=item, unit=stores.biggest(world, item),
                                                      quantity=Decimal(times),
                                                      unit_price=stores.price_of(world, item))
                                    for item in _lines(world, store.code, count)])
        open_(world, made, author)
        return made

    order(1, 4, 5)
    small = ("submit", "approve", "approve_payment", "send")
    for index, count, times, steps in (
            (0, 7, 12, ("submit",)), (3, 9, 6, ("submit",)), (2, 5, 8, ("submit", "approve")),
            (5, 4, 5, ("submit", "approve")), (0, 6, 40, ("submit", "approve", "approve_payment")),
            (0, 5, 50, ("submit", "approve", "approve_payment", "approve_limit")), (2, 6, 10, small),
            (5, 6, 6, small), (1, 3, 4, ("submit", "reject")), (6, 3, 4, ("cancel",))):
        made = order(index, count, times)
        for step in steps:
            who: Any = {"approve": "facilities_head", "approve_payment": "payables", "approve_limit": "director",
                        "reject": "facilities_head"}.get(step, author)
            reason = {"reject": "Minta penawaran pembanding dulu.", "cancel": "Pemasok kehabisan stok"}.get(step, "")
            if step == "send" and not stores.may_send(made):
                world.do(made, "approve_limit", "director")
            world.do(made, step, who, reason=reason)
        if steps == small:
            world.things.setdefault("sent_orders", []).append(made)
    first, second = world.things["sent_orders"]
    stores.receive_order(world, first, {line.id for line in first.lines[:3]})
    clerk = world.users["store_staff"]
    receipts.make_receipt(second, by=clerk)
    world.do(receipts.make_receipt(second, by=clerk), "cancel", clerk, reason="Salah pesanan")
    wrong = receipts.make_receipt(second, by=clerk)
    wrong.lines = wrong.lines[:1]
    for line in wrong.lines:
        stores.give_batch(world, line)
    world.session.flush()
    world.do(wrong, "post", clerk)
    world.do(wrong, "reverse", "store_head", reason="Barang milik pesanan lain")
    _invoices(world, first)


def _invoices(world: World, order: PurchaseOrder) -> None:
    """Invoices of one part-received order at every step before payment."""
    author = world.users["facilities_staff"]
    for steps in ((), ("submit",), ("submit", "reject"), ("cancel",), ("submit", "approve")):
        invoice = stores.draft_invoice(world, order)
        assert invoice is not None
        for step in steps:
            world.do(invoice, step, "payables" if step in ("approve", "reject") else author,
                     reason="Faktur pajak belum dilampirkan" if step in ("reject", "cancel") else "")


def _returns(world: World) -> None:
    author = world.users["facilities_staff"]
    posted = [receipt for receipt in world.things.get("receipts", ())[-12:] if receipt.lines]
    for steps, receipt in zip(((), ("submit",), ("submit", "approve"), ("submit", "reject"), ("cancel",),
                               ("submit", "approve", "send"), ("submit", "approve", "send", "confirm")),
                              posted, strict=False):
        document = stores_counts.supplier_return_of(world, author, receipt)
        for step in steps:
            given = {"resolution": Resolution.CREDITED, "supplier_reference": "NK-2231"} if step == "confirm" else {}
            world.do(document, step, "facilities_head" if step in ("approve", "reject") else author,
                     reason="Hubungi pemasok lewat telepon dulu" if step in ("reject", "cancel") else "", **given)
    nurse = world.users["unit_user"]
    delivered = [delivery for delivery in world.things.get("deliveries", ())
             if delivery.work_unit_id == nurse.work_unit_id and delivery.state == "done"]
    for steps, delivery in zip(((), ("submit",), ("submit", "accept"), ("submit", "reject"), ("cancel",)),
                               reversed(delivered), strict=False):
        document = stores_counts.unit_return_of(world, nurse, delivery)
        for step in steps:
            world.do(document, step, nurse if step in ("submit", "cancel") else "store_staff",
                     reason="Segel sudah terbuka" if step in ("reject", "cancel") else "")
    store = world.things["stores"]["GF"]
    for steps in ((), ("submit",), ("submit", "reject"), ("cancel",)):
        keeper = world.users["store_staff"]
        for document, head in ((stores_counts.spoilage_of(world, keeper, store, 2), "facilities_head"),
                               (stores_counts.transfer_of(world, keeper), "store_head")):
            for step in steps:
                world.do(document, step, head if step == "reject" else document.created_by,
                         reason="Periksa jumlahnya sekali lagi" if step in ("reject", "cancel") else "")


def _counts(world: World) -> None:
    counter = world.users["store_staff3"]
    for code, steps in (("GL", ()), ("GL", ("start",)), ("GU", ("start", "submit")), ("GF", ("cancel",))):
        count = Stocktake(created_by=counter, store=world.things["stores"][code])
        open_(world, count, counter)
        counts.choose_items(count, [item.id for item in world.things["stocked"][code][16:26]])
        world.session.flush()
        for step in steps:
            if step == "submit":
                for line in count.lines:
                    line.counted_quantity = line.system_quantity
                count.lines[0].counted_quantity = (count.lines[0].system_quantity or Decimal(0)) + 1
                world.session.flush()
            world.do(count, step, counter, reason="Dijadwalkan ulang" if step == "cancel" else "")
    assert clock.today() < world.today
