"""How the demo hospital plans its buying: levels of each store, price lists and contracts, quotations at
every step, substitutes, and the other names of what people look for."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.item_substitutes import ItemSubstitute
from models.items import Item, Supplier
from models.operations.purchasing import quotations
from models.operations.purchasing.quotations import Answer
from models.operations.setup.demo import stores_buying
from models.operations.setup.demo.world import World, open_
from models.purchasing import PurchaseRequest, PurchaseRequestLine
from models.quotations import Quotation, QuotationRequest
from models.stock_levels import StockLevel
from models.supplier_prices import PriceKind, SupplierPrice

#: Beginnings of names in the catalogue, and what people call those items beside it.
ALSO_CALLED = (
    ("Parasetamol", "paracetamol, acetaminophen"), ("Amoksisilin", "amoxicillin"),
    ("Seftriakson", "ceftriaxone"), ("Omeprazol", "omeprazole"), ("Kaptopril", "captopril"),
    ("Natrium Klorida infus 0,9%", "NaCl, normal saline, NS"), ("Ringer Laktat", "RL, lactated ringer"),
    ("Spuit disposabel", "syringe, suntikan"), ("Sarung tangan pemeriksaan", "handscoon, examination glove"),
    ("Masker bedah", "surgical mask"), ("Kasa steril", "gauze"), ("Alkohol swab", "alcohol pad"),
)
#: What runs short, what may be given instead (codes), how much of it for one, and why.
SUBSTITUTES = (
    ("OBT-P-007", "OBT-P-006", 2, "Dua tablet 5 mg untuk satu tablet 10 mg."),
    ("OBT-P-044", "OBT-P-043", 2, "Dua tablet 200 mg untuk satu tablet 400 mg."),
    ("OBT-P-085", "OBT-P-084", 2, "Dua tablet 4 mg untuk satu tablet 8 mg."),
    ("OBT-P-054", "OBT-P-053", 2, "Dua tablet 12,5 mg untuk satu tablet 25 mg."),
    ("OBT-C-013", "OBT-C-012", 2, "Dua botol 500 ml untuk satu botol 1000 ml."),
    ("OBT-C-015", "OBT-C-016", 1, "Setelah dikonfirmasi dokter yang merawat."),
    ("BMH-G-002", "BMH-G-003", 1, "Nitril untuk petugas yang alergi lateks juga."),
)
#: Contracts by the supplier's place: number, and days from today until the last one.
CONTRACTS = ((0, "KTR/MSN/2026/007", 20), (1, "KTR/FIS/2026/014", 140), (4, "KTR/AGH/2025/031", -10))
#: Items of a supplier that its contract or list names.
MANY = 14


def load_open(world: World) -> None:
    """All of it, as it stands this morning; its dice are its own, so the year before it stays as it is."""
    dice = random.Random(world.today.toordinal() * 3 + 11)
    _names(world)
    _levels(world)
    _prices(world)
    _substitutes(world)
    _quotations(world, dice)


def _names(world: World) -> None:
    for begins, words in ALSO_CALLED:
        for item in world.session.scalars(sa.select(Item).where(Item.name.startswith(begins))):
            item.also_called = words
    world.session.flush()


def _levels(world: World) -> None:
    """The pharmacy and the linen store know what they want of each item; the general store goes by the
    item's own minimum."""
    for code in ("GF", "GL"):
        for item in world.things["stocked"][code][:40]:
            pack = stores_buying.biggest(world, item).factor
            least = max(item.minimum_stock, Decimal(1))
            world.session.add(StockLevel(
                store=world.things["stores"][code], item=item, minimum=least,
                maximum=max(least * 3, least + pack), reorder_quantity=pack if pack > 1 else None))
    world.session.flush()


def _price(world: World, item: Item, percent: int) -> Decimal:
    """Rupiah for the unit that the item is bought in, to fifty rupiah."""
    whole = (item.price_hint or Decimal(1000)) * stores_buying.biggest(world, item).factor * percent / 100
    return max(Decimal(50), (whole / 50).quantize(Decimal(1)) * 50)


def _prices(world: World) -> None:
    today = clock.today()
    ends = {place: (number, days) for place, number, days in CONTRACTS}
    for place, (supplier, _store, categories) in enumerate(world.things["suppliers"]):
        items = [item for category in categories
                 for item in world.things["by_category"].get(category, ())[:22]]
        for item in items[:MANY]:
            world.session.add(SupplierPrice(
                supplier=supplier, item=item, unit=stores_buying.biggest(world, item),
                unit_price=_price(world, item, 102), discount=Decimal(5 if place % 2 else 0),
                valid_from=today - timedelta(days=150)))
        if place in ends:
            number, days = ends[place]
            world.session.add_all(SupplierPrice(
                supplier=supplier, item=item, unit=stores_buying.biggest(world, item),
                unit_price=_price(world, item, 93), kind=PriceKind.CONTRACT,
                contract_number=number, valid_from=today - timedelta(days=225),
                valid_to=today + timedelta(days=days)) for item in items[2:MANY])
    world.session.flush()


def _substitutes(world: World) -> None:
    items = {item.code: item for item in world.session.scalars(sa.select(Item).where(
        Item.code.in_({code for row in SUBSTITUTES for code in row[:2]})))}
    head = world.users["facilities_head"]
    world.session.add_all(ItemSubstitute(
        item=items[code], substitute=items[other], factor=Decimal(factor), approved_by_id=head.id,
        valid_from=clock.today() - timedelta(days=90), note=note)
        for code, other, factor, note in SUBSTITUTES if code in items and other in items)
    world.session.flush()


# ---------------------------------------------------------------- quotations

def _quotations(world: World, dice: random.Random) -> None:
    """One at each step: a draft, one that waits for answers, one with answers, one ordered, one given up."""
    buyer = world.users["facilities_staff"]
    stocked = world.things["stocked"]["GF"]
    for place, steps in enumerate(((), ("send",), ("send", "answers"), ("send", "answers", "decide"),
                                   ("send", "cancel"))):
        asked = _asked(world, stocked[place * 5:place * 5 + 3], buyer)
        for step in steps:
            if step == "answers":
                _answer(world, asked, buyer, dice)
            elif step == "decide":
                _decide(asked, buyer)
            else:
                world.do(asked, step, buyer, reason="Anggaran dialihkan" if step == "cancel" else "")


def _asked(world: World, items: Iterable[Item], buyer: Any) -> QuotationRequest:
    """A draft of what the pharmacy may buy, asked of three suppliers."""
    keeper = world.users["store_staff"]
    wish = PurchaseRequest(created_by=keeper, store=world.things["stores"]["GF"], lines=[
        PurchaseRequestLine(item=item, unit=stores_buying.biggest(world, item), quantity=Decimal(4),
                            estimated_price=_price(world, item, 100)) for item in items])
    world.a_little_later()
    open_(world, wish, keeper)
    world.do(wish, "submit", keeper)
    world.do(wish, "approve", "facilities_head")
    asked = quotations.ask_for_request(wish, by=buyer)
    rivals: list[Supplier] = [entry for entry, _store, _sells in world.things["suppliers"][:3]]
    known = {quotation.supplier_id for quotation in asked.quotations}
    asked.quotations.extend(Quotation(supplier=rival) for rival in rivals if rival.id not in known)
    world.session.flush()
    return asked


def _answer(world: World, asked: QuotationRequest, buyer: Any, dice: random.Random) -> None:
    """What each of them takes; the last one cannot deliver the first item."""
    for place, quotation in enumerate(asked.quotations):
        quotations.write_answers(quotation, {
            line.id: Answer(cannot=True)
            if place == len(asked.quotations) - 1 and line is asked.lines[0] else Answer(
                _price(world, line.item, dice.randrange(90, 112)), Decimal(dice.choice((0, 0, 2, 5))),
                dice.randrange(2, 9)) for line in asked.lines}, by=buyer,
            supplier_number=f"SPH/{clock.today():%m}/{410 + 23 * place + dice.randrange(20)}",
            valid_until=clock.today() + timedelta(days=30))


def _decide(asked: QuotationRequest, buyer: Any) -> None:
    """The cheapest of each line, but one supplier for the last because it comes along."""
    asked = quotations.loaded(asked.id)
    choices: dict[int, int | None] = dict(quotations.choose_cheapest(asked))
    last = asked.lines[-1]
    choices[last.id] = choices[asked.lines[0].id]
    why = {last.id: "Satu pengiriman dengan barang lain, selisihnya kecil."}
    quotations.choose(asked, choices, why, by=buyer)
    quotations.decide(asked, by=buyer)
