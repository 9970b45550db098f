"""The stores' documents that stand at every step this morning: each was begun on one of the last days of
work."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from models.errors import NotEnoughStock
from models.operations.core import amendments
from models.operations.purchasing import matching, receipts, supplier_refunds
from models.operations.setup.demo import stores_buying, stores_counts, stores_given, stores_wards, usual
from models.operations.setup.demo.world import Play, World, open_
from models.operations.stores import corrections
from models.purchasing import PurchaseOrder, PurchaseRequest, PurchaseRequestLine
from models.request_templates import RequestTemplate, RequestTemplateLine, TemplateFor
from models.returns import Resolution
from models.stocktakes import Stocktake
from models.store_requests import DeliveryState


def plan(world: World) -> None:
    """Each kind of document begins so many days of work ago."""
    days = world.workdays(10)
    for play, ago in ((_requests, 2), (_deliveries, 4), (_purchases, 3), (_orders, 8), (_supplier_returns, 4),
                      (_unit_returns, 3), (_losses_and_transfers, 3), (_counts, 3)):
        world.begin(world.on(days[-ago], 7.5, 9.5), play(world), whole=True)


def load(world: World) -> None:
    world.finish()
    _templates(world)
    stores_given.load(world)


def _requests(world: World) -> Play:
    gf, gu = world.things["stores"]["GF"], world.things["stores"]["GU"]
    nurse, other = world.users["unit_user"], world.users["unit_user2"]
    refused = stores_wards.draft_request(world, nurse, gu, 2)
    world.do(refused, "submit", nurse)
    yield 2
    world.do(refused, "reject", "store_head",
             reason="Kertas sudah dikirim Senin lalu. Mohon cek lemari bangsal.")
    for author in (nurse, other):
        yield 1
        ready = stores_wards.draft_request(world, author, gf, 3)
        world.do(ready, "submit", author)
        yield 0.8
        world.do(ready, "approve", "store_head")
        world.things.setdefault("deliverable", []).append(ready)
    yield 2
    stores_wards.draft_request(world, nurse, gf, 3)
    for author, store, lines in ((nurse, gf, 4), (other, gf, 3), (world.users["unit_user3"], gf, 5),
                                 (world.users["unit_user7"], gu, 2)):
        yield 0.7
        world.do(stores_wards.draft_request(world, author, store, lines, urgent=author is other), "submit",
                 author)


def _deliveries(world: World) -> Play:
    """Deliveries as draft, submitted, approved, delivered, rejected, reversed."""
    gf, nurse = world.things["stores"]["GF"], world.users["unit_user"]
    for steps in (("submit", "approve", "deliver", "reverse"), ("submit", "reject"), ("cancel",),
                  ("submit", "approve", "deliver"), (), ("submit",), ("submit",), ("submit", "approve")):
        request = stores_wards.draft_request(world, nurse, gf, 2, plenty="deliver" in steps)
        world.do(request, "submit", nurse)
        yield 0.6
        world.do(request, "approve", "store_head")
        yield 0.6
        made = stores_wards.make_delivery(world, request)
        assert made is not None
        for step in steps:
            who: Any = made.created_by if step in ("submit", "deliver", "cancel") else (
                "store_head" if step == "reverse" else "facilities_head")
            reason = {"reverse": "Salah bangsal, barang kembali ke gudang", "cancel": "Dibuat dua kali",
                      "reject": "Kirim setelah serah terima shift"}.get(step, "")
            world.do(made, step, who, reason=reason)
            yield 0.8


def _lines(world: World, code: str, count: int) -> list[Any]:
    return world.rng.sample(world.things["stocked"][code], count)


def _request(world: World, author: Any, count: int) -> PurchaseRequest:
    supplier, store, _categories = world.things["suppliers"][2]
    lines = []
    for item in world.rng.sample(stores_buying.sold_by(world, supplier), count):
        price = stores_buying.price_of(world, item)
        lines.append(PurchaseRequestLine(item=item, unit=stores_buying.biggest(world, item),
                                         supplier_id=supplier.id, quantity=usual.packs_ordered(price, 4),
                                         estimated_price=price))
    request = PurchaseRequest(created_by=author, store=store, lines=lines)
    open_(world, request, author)
    return request


def _purchases(world: World) -> Play:
    author = world.users["store_staff"]
    for step in ("reject", "cancel", "approve", None):
        request = _request(world, author, 4)
        yield 0.8
        if step == "cancel":
            world.do(request, "cancel", author, reason="Sudah masuk permintaan lain")
            continue
        world.do(request, "submit", author)
        yield 3
        if step:
            world.do(request, step, "facilities_head", reason="Gabungkan dengan kebutuhan bulan depan")
    _request(world, author, 3)


def _order(world: World, index: int, count: int, packs: int, dear: bool = False) -> PurchaseOrder:
    """A draft; `dear`: of the dearest items of the supplier."""
    supplier, store, _categories = world.things["suppliers"][index]
    items = stores_buying.sold_by(world, supplier)
    items = (sorted(items, key=lambda item: (-(item.price_hint or 0), item.id))[:count] if dear
             else world.rng.sample(items, count))
    author = world.users["facilities_staff"]
    made = PurchaseOrder(created_by=author, supplier=supplier, store=store,
                         payment_terms="30 hari setelah faktur",
                         lines=[stores_buying.order_line(world, item, packs) for item in items])
    open_(world, made, author)
    return made


#: Supplier, lines, packs and steps of the orders of these days; the dear ones need the director.
SENT = ("submit", "approve", "approve_payment", "send")
ORDERS: tuple[tuple[int, int, int, tuple[str, ...]], ...] = (
    (2, 6, 10, SENT), (5, 6, 6, SENT), (1, 3, 4, ("submit", "reject")), (6, 3, 4, ("cancel",)),
    (0, 4, 4, ("submit", "approve", "approve_payment", "approve_limit")),
    (3, 4, 6, ("submit", "approve", "approve_payment")), (2, 5, 8, ("submit", "approve")),
    (5, 4, 5, ("submit", "approve")), (0, 7, 12, ("submit",)), (3, 9, 6, ("submit",)))


def _orders(world: World) -> Play:
    author = world.users["facilities_staff"]
    for index, count, packs, steps in ORDERS:
        dear = "approve_payment" in steps and "send" not in steps
        made = _order(world, index, count, packs, dear=dear)
        while dear and not made.is_above_limit:
            for line in made.lines:
                line.quantity += 2
            world.session.flush()
        yield 0.6
        for step in steps:
            who: Any = {"approve": "facilities_head", "approve_payment": "payables",
                        "approve_limit": "director", "reject": "facilities_head"}.get(step, author)
            reason = {"reject": "Minta penawaran pembanding dulu.",
                      "cancel": "Pemasok kehabisan stok"}.get(step, "")
            if step == "send" and not stores_buying.may_send(made):
                world.do(made, "approve_limit", "director")
            world.do(made, step, who, reason=reason)
            yield 1.2
        if steps == SENT:
            world.things.setdefault("sent_orders", []).append(made)
    yield from _amended(world, _order(world, 3, 4, 5), author)
    _order(world, 1, 4, 5)
    yield 1
    yield from _receipts(world, *world.things["sent_orders"])


def _receipts(world: World, first: PurchaseOrder, second: PurchaseOrder) -> Play:
    """Goods with a dented box, and receipts of an order at every step."""
    broken = receipts.make_receipt(first, by=world.users["store_staff"])
    most_first = sorted(broken.lines, key=lambda line: -line.received_quantity)
    broken.delivery_order_number, broken.lines = "SJ-40817", most_first[:3]
    for line in broken.lines:
        stores_buying.give_batch(world, line)
    part = broken.lines[0]
    part.rejected_quantity, part.rejection_reason = Decimal(1), "Kemasan penyok, segel terbuka"
    part.received_quantity -= 1
    broken.lines = stores_given.as_it_came(broken.lines)
    world.session.flush()
    world.do(broken, "post", world.users["store_staff"])
    world.things.setdefault("receipts", []).append(broken)
    yield 1
    clerk = world.users["store_staff"]
    world.do(receipts.make_receipt(second, by=clerk), "cancel", clerk, reason="Salah pesanan")
    yield 0.6
    wrong = receipts.make_receipt(second, by=clerk)
    wrong.lines = wrong.lines[:1]
    for line in wrong.lines:
        stores_buying.give_batch(world, line)
    world.session.flush()
    world.do(wrong, "post", clerk)
    yield 0.6
    world.do(wrong, "reverse", "store_head", reason="Barang milik pesanan lain")
    receipts.make_receipt(second, by=clerk)
    yield 2
    yield from _invoices(world, first)


def _amended(world: World, order: PurchaseOrder, author: Any) -> Play:
    """Approved, then the supplier had less of the first item: it waits for the head again."""
    world.do(order, "submit", author)
    yield 2
    world.do(order, "approve", "facilities_head")
    yield 1

    def less() -> None:
        order.lines[0].quantity += 1 if order.lines[0].quantity == 1 else -1
    amendments.amend(order, less, by=author)
    world.do(order, "submit", author)


def _invoices(world: World, order: PurchaseOrder) -> Play:
    """Invoices of one part-received order at every step before payment."""
    author = world.users["facilities_staff"]
    for steps in ((), ("submit",), ("submit", "reject"), ("cancel",), ("submit", "approve")):
        invoice = stores_buying.draft_invoice(world, order)
        assert invoice is not None
        for step in steps:
            world.do(invoice, step, "payables" if step in ("approve", "reject") else author,
                     reason="Faktur pajak belum dilampirkan" if step in ("reject", "cancel") else "")
            yield 0.7


#: How far the returns to suppliers of this morning came; the seventh is credited.
RETURNS = ((), ("submit",), ("submit", "approve"), ("submit", "reject"), ("cancel",),
           ("submit", "approve", "send"), ("submit", "approve", "send", "confirm"),
           ("submit", "approve", "send", "confirm", "replace"),
           ("submit", "approve", "send", "confirm", "unconfirm"))
RETURN_REASONS = {"reject": "Hubungi pemasok lewat telepon dulu", "cancel": "Sudah ditukar di tempat",
                  "unconfirm": "Nota kredit milik rumah sakit lain"}


def _supplier_returns(world: World) -> Play:
    author = world.users["facilities_staff"]
    posted = [receipt for receipt in world.things.get("receipts", ())[-40:]
              if any(map(stores_counts.still_there, receipt.lines))]
    invoiced = next((receipt for receipt in posted if matching.taken(
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
            yield 1
            try:
                with world.session.begin_nested():
                    world.do(document, step,
                             "facilities_head" if step in ("approve", "reject", "unconfirm") else author,
                             reason=RETURN_REASONS.get(step, ""), **_answer(step, steps))
            except NotEnoughStock:  # used up meanwhile: it waits for what does not come
                break
        if document.credit_net:
            yield from _refunds(world, document)


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
        stores_buying.give_batch(world, line)
    world.do(new, "post", "store_staff")


def _unit_returns(world: World) -> Play:
    nurse = world.users["unit_user"]
    delivered = [delivery for delivery in world.things.get("deliveries", ())
             if delivery.work_unit_id == nurse.work_unit_id and delivery.state == DeliveryState.DONE]
    people: dict[str, Any] = {"submit": nurse, "cancel": nurse, "reverse": "store_head"}
    for steps, delivery in zip(((), ("submit",), ("submit", "accept"), ("submit", "reject"), ("cancel",),
                                ("submit", "accept", "reverse")), reversed(delivered), strict=False):
        document = stores_counts.unit_return_of(world, nurse, delivery)
        for step in steps:
            yield 0.7
            world.do(document, step, people.get(step, "store_staff"),
                     reason="" if step in ("submit", "accept") else "Segel sudah terbuka")


def _losses_and_transfers(world: World) -> Play:
    store = world.things["stores"]["GF"]
    for steps in (("submit", "reject"), ("cancel",), ("submit",), (), ("submit", "approve"),
                  ("submit", "approve", "reverse")):
        keeper = world.users["store_staff"]
        for document, head in ((stores_counts.spoilage_of(world, keeper, store, 2), "facilities_head"),
                               (stores_counts.transfer_of(world, keeper), "store_head")):
            for step in steps:
                yield 0.7
                world.do(document, step, document.created_by if step in ("submit", "cancel") else head,
                         reason="" if step in ("submit", "approve") else "Periksa jumlahnya sekali lagi")


def _refunds(world: World, document: Any) -> Play:
    """The supplier pays back a part of its credit: once recorded twice, once by mistake; the rest is
    drafted."""
    clerk = world.users["payables"]
    for steps, part in ((("cancel",), 2), (("post", "reverse"), 3), (("post",), 2), ((), 1)):
        refund = supplier_refunds.make_refund(document, by=clerk)
        refund.amount = (refund.amount / part).quantize(Decimal(1))
        refund.payment_reference = f"BCA-{refund.id:05d}"
        world.session.flush()
        for step in steps:
            yield 0.6
            world.do(refund, step, clerk, reason={"cancel": "Dicatat dua kali",
                                                  "reverse": "Uang dari pemasok lain"}.get(step, ""))


def _counts(world: World) -> Play:
    counter = world.users["store_staff2"]
    for code, steps in (("GL", ()), ("GL", ("start",)), ("GU", ("start", "submit")), ("GF", ("cancel",)),
                        ("GF", ("start", "submit", "recount"))):
        count = Stocktake(created_by=counter, store=world.things["stores"][code])
        open_(world, count, counter)
        corrections.choose_items(count, [item.id for item in world.things["stocked"][code][16:26]])
        world.session.flush()
        for step in steps:
            yield 0.9
            if step == "submit":
                stores_counts.count_lines(world, count, counter, (1,))
            world.do(count, step, "facilities_head" if step == "recount" else counter,
                     reason={"cancel": "Dijadwalkan ulang",
                             "recount": "Selisihnya besar, tolong hitung sekali lagi"}
                     .get(step, ""),
                     lines={count.lines[0].id: {"count_again": True}} if step == "recount" else None)


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
            lines=[_template_line(world, kind, item) for item in items]))
    world.session.flush()


def _template_line(world: World, kind: TemplateFor, item: Any) -> RequestTemplateLine:
    units = world.things["units_of"][item.id]
    if kind is TemplateFor.PURCHASE_REQUEST:
        return RequestTemplateLine(item=item, unit=units[-1], quantity=Decimal(2))
    most = usual.most_asked(item, world.things["category_of"][item.id])
    return RequestTemplateLine(item=item, unit=units[0], quantity=Decimal(min(10, most)))
