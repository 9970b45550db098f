"""The stores' documents that stand at every step this morning."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from models import clock
from models.errors import NotEnoughStock
from models.operations.core import amendments
from models.operations.purchasing import receipts, supplier_refunds
from models.operations.setup.demo import stores, stores_counts
from models.operations.setup.demo.world import World, open_
from models.operations.stores import corrections
from models.purchasing import PurchaseOrder, PurchaseOrderLine, PurchaseRequest, PurchaseRequestLine
from models.request_templates import RequestTemplate, RequestTemplateLine, TemplateFor
from models.returns import Resolution
from models.stocktakes import Stocktake
from models.store_requests import DeliveryState


def load(world: World) -> None:
    _requests(world)
    _deliveries(world)
    _purchases(world)
    _orders(world)
    _returns(world)
    _counts(world)
    _templates(world)


def _requests(world: World) -> None:
    gf, gu = world.things["stores"]["GF"], world.things["stores"]["GU"]
    nurse, other = world.users["unit_user"], world.users["unit_user2"]
    stores.draft_request(world, nurse, gf, 3)
    for author, store, lines in ((nurse, gf, 4), (other, gf, 3), (world.users["unit_user3"], gf, 5),
                                 (world.users["unit_user7"], gu, 2)):
        world.do(stores.draft_request(world, author, store, lines), "submit", author)
    refused = stores.draft_request(world, nurse, gu, 2)
    world.do(refused, "submit", nurse)
    world.do(refused, "reject", "store_head",
             reason="Kertas sudah dikirim Senin lalu. Mohon cek lemari bangsal.")
    for author in (nurse, other):
        ready = stores.draft_request(world, author, gf, 3)
        world.do(ready, "submit", author)
        world.do(ready, "approve", "store_head")
        world.things.setdefault("deliverable", []).append(ready)


def _deliveries(world: World) -> None:
    """Deliveries as draft, submitted, approved, delivered, rejected, reversed."""
    gf, nurse = world.things["stores"]["GF"], world.users["unit_user"]

    def delivery(plenty: bool = False) -> Any:
        request = stores.draft_request(world, nurse, gf, 2, most=5, plenty=plenty)
        world.do(request, "submit", nurse)
        world.do(request, "approve", "store_head")
        made = stores.make_delivery(world, request)
        assert made is not None
        return made

    delivery()
    for steps in (("submit",), ("submit",), ("submit", "approve"), ("submit", "approve", "deliver"),
                  ("submit", "approve", "deliver", "reverse"), ("submit", "reject"), ("cancel",)):
        made = delivery(plenty="deliver" in steps)
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
        PurchaseRequestLine(item=item, unit=stores.biggest(world, item), supplier_id=supplier.id,
                            quantity=Decimal(4),
                            estimated_price=stores.price_of(world, item))
        for item in _lines(world, "GF", count)])
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
        made = PurchaseOrder(created_by=author, supplier=supplier, store=store,
                             payment_terms="30 hari setelah faktur",
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
        while "approve_limit" in steps and not made.is_above_limit:
            for line in made.lines:
                line.quantity *= 2
            world.session.flush()
        for step in steps:
            who: Any = {"approve": "facilities_head", "approve_payment": "payables",
                        "approve_limit": "director", "reject": "facilities_head"}.get(step, author)
            reason = {"reject": "Minta penawaran pembanding dulu.",
                      "cancel": "Pemasok kehabisan stok"}.get(step, "")
            if step == "send" and not stores.may_send(made):
                world.do(made, "approve_limit", "director")
            world.do(made, step, who, reason=reason)
        if steps == small:
            world.things.setdefault("sent_orders", []).append(made)
    _amended(world, order(3, 4, 5), author)
    first, second = world.things["sent_orders"]
    broken = receipts.make_receipt(first, by=world.users["store_staff"])
    broken.delivery_order_number, broken.lines = "SJ-40817", broken.lines[:3]
    for line in broken.lines:
        stores.give_batch(world, line)
    part = broken.lines[0]
    part.rejected_quantity, part.rejection_reason = Decimal(2), "Kemasan penyok, segel terbuka"
    part.received_quantity -= 2
    world.session.flush()
    world.do(broken, "post", world.users["store_staff"])
    world.things.setdefault("receipts", []).append(broken)
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


def _amended(world: World, order: PurchaseOrder, author: Any) -> None:
    """Approved, then the supplier had less of the first item: it waits for the head again."""
    world.do(order, "submit", author)
    world.do(order, "approve", "facilities_head")

    def less() -> None:
        order.lines[0].quantity -= 2
    amendments.amend(order, less, by=author)
    world.do(order, "submit", author)


def _invoices(world: World, order: PurchaseOrder) -> None:
    """Invoices of one part-received order at every step before payment."""
    author = world.users["facilities_staff"]
    for steps in ((), ("submit",), ("submit", "reject"), ("cancel",), ("submit", "approve")):
        invoice = stores.draft_invoice(world, order)
        assert invoice is not None
        for step in steps:
            world.do(invoice, step, "payables" if step in ("approve", "reject") else author,
                     reason="Faktur pajak belum dilampirkan" if step in ("reject", "cancel") else "")


#: How far the returns to suppliers of this morning came; the seventh is credited.
RETURNS = ((), ("submit",), ("submit", "approve"), ("submit", "reject"), ("cancel",),
           ("submit", "approve", "send"), ("submit", "approve", "send", "confirm"),
           ("submit", "approve", "send", "confirm", "replace"),
           ("submit", "approve", "send", "confirm", "unconfirm"))
RETURN_REASONS = {"reject": "Hubungi pemasok lewat telepon dulu", "cancel": "Sudah ditukar di tempat",
                  "unconfirm": "Nota kredit milik rumah sakit lain"}


def _returns(world: World) -> None:
    _supplier_returns(world)
    _unit_returns(world)
    _losses_and_transfers(world)


def _supplier_returns(world: World) -> None:
    author = world.users["facilities_staff"]
    posted = [receipt for receipt in world.things.get("receipts", ())[-40:]
              if any(map(stores_counts.still_there, receipt.lines))]
    invoiced = next((receipt for receipt in posted if receipts.invoiced(
        line.id for line in receipt.lines if stores_counts.still_there(line))), None)
    if invoiced is not None:  # the seventh is credited: of what was charged, so that the supplier owes money
        posted.remove(invoiced)
        posted.insert(6, invoiced)
    for steps, receipt in zip(RETURNS, posted, strict=False):
        document = stores_counts.supplier_return_of(world, author, receipt)
        for step in steps:
            if step == "replace":
                _replace(world, document)
                continue
            try:
                with world.session.begin_nested():
                    world.do(document, step,
                             "facilities_head" if step in ("approve", "reject", "unconfirm") else author,
                             reason=RETURN_REASONS.get(step, ""), **_answer(step, steps))
            except NotEnoughStock:  # used up meanwhile: it waits for what does not come
                break
        if document.credit_net:
            _refunds(world, document)


def _answer(step: str, steps: tuple[str, ...]) -> dict[str, Any]:
    """What the supplier did, where the step asks for it."""
    if step != "confirm":
        return {}
    if "replace" in steps:
        return {"resolution": Resolution.REPLACED, "supplier_reference": "SJ-0917/TUKAR"}
    return {"resolution": Resolution.CREDITED, "supplier_reference": "NK-2231"}


def _replace(world: World, document: Any) -> None:
    new = receipts.make_replacement(document, by=world.users["store_staff"])
    for line in new.lines:
        stores.give_batch(world, line)
    world.do(new, "post", "store_staff")


def _unit_returns(world: World) -> None:
    nurse = world.users["unit_user"]
    delivered = [delivery for delivery in world.things.get("deliveries", ())
             if delivery.work_unit_id == nurse.work_unit_id and delivery.state == DeliveryState.DONE]
    people: dict[str, Any] = {"submit": nurse, "cancel": nurse, "reverse": "store_head"}
    for steps, delivery in zip(((), ("submit",), ("submit", "accept"), ("submit", "reject"), ("cancel",),
                                ("submit", "accept", "reverse")), reversed(delivered), strict=False):
        document = stores_counts.unit_return_of(world, nurse, delivery)
        for step in steps:
            world.do(document, step, people.get(step, "store_staff"),
                     reason="" if step in ("submit", "accept") else "Segel sudah terbuka")


def _losses_and_transfers(world: World) -> None:
    store = world.things["stores"]["GF"]
    for steps in ((), ("submit",), ("submit", "reject"), ("cancel",), ("submit", "approve"),
                  ("submit", "approve", "reverse")):
        keeper = world.users["store_staff"]
        for document, head in ((stores_counts.spoilage_of(world, keeper, store, 2), "facilities_head"),
                               (stores_counts.transfer_of(world, keeper), "store_head")):
            for step in steps:
                world.do(document, step, document.created_by if step in ("submit", "cancel") else head,
                         reason="" if step in ("submit", "approve") else "Periksa jumlahnya sekali lagi")


def _refunds(world: World, document: Any) -> None:
    """The supplier pays back a part of its credit: once recorded twice, once by mistake; the rest is
    drafted."""
    clerk = world.users["payables"]
    for steps, part in ((("cancel",), 2), (("post", "reverse"), 3), (("post",), 2), ((), 1)):
        refund = supplier_refunds.make_refund(document, by=clerk)
        refund.amount = (refund.amount / part).quantize(Decimal(1))
        refund.payment_reference = f"BCA-{refund.id:05d}"
        world.session.flush()
        for step in steps:
            world.do(refund, step, clerk, reason={"cancel": "Dicatat dua kali",
                                                  "reverse": "Uang dari pemasok lain"}.get(step, ""))


def _counts(world: World) -> None:
    counter = world.users["store_staff2"]
    for code, steps in (("GL", ()), ("GL", ("start",)), ("GU", ("start", "submit")), ("GF", ("cancel",)),
                        ("GF", ("start", "submit", "recount"))):
        count = Stocktake(created_by=counter, store=world.things["stores"][code])
        open_(world, count, counter)
        corrections.choose_items(count, [item.id for item in world.things["stocked"][code][16:26]])
        world.session.flush()
        for step in steps:
            if step == "submit":
                stores_counts.count_lines(world, count, counter, (1,))
            world.do(count, step, "facilities_head" if step == "recount" else counter,
                     reason={"cancel": "Dijadwalkan ulang",
                             "recount": "Selisihnya besar, tolong hitung sekali lagi"}
                     .get(step, ""),
                     lines={count.lines[0].id: {"count_again": True}} if step == "recount" else None)
    assert clock.today() < world.today


def _templates(world: World) -> None:
    """What wards ask for every week, and what the pharmacy buys every month."""
    stocked = world.things["stocked"]
    for name, who, kind, store, items in (
            ("Persediaan bangsal mingguan", "unit_user", TemplateFor.STORE_REQUEST, "GF", stocked["GF"][:8]),
            ("Alat tulis bulanan", "unit_user", TemplateFor.STORE_REQUEST, "GU", stocked["GU"][:5]),
            ("Troli emergensi IGD", "unit_user2", TemplateFor.STORE_REQUEST, "GF", stocked["GF"][10:16]),
            ("Belanja rutin farmasi", "store_staff", TemplateFor.PURCHASE_REQUEST, "GF",
             stocked["GF"][20:26])):
        author = world.users[who]
        world.session.add(RequestTemplate(
            name=name, document_type=kind, work_unit_id=author.work_unit_id,
            store=world.things["stores"][store],
            created_by=author,
            lines=[RequestTemplateLine(item=item, unit=world.things["units_of"][item.id][0],
                                                          quantity=Decimal(10)) for item in items]))
    world.session.flush()
