"""What is usual in a hospital: who asks for what, how much at once, how much a store keeps, what a pack
costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from models.items import Item

#: Base unit → least, most and step of what a ward asks for at once.
ASKED: dict[str, tuple[int, int, int]] = {
    "tablet": (10, 60, 10), "kapsul": (10, 60, 10), "ampul": (5, 20, 5), "vial": (2, 10, 1), "pen": (1, 5, 1),
    "botol": (2, 12, 1), "flakon": (5, 20, 5), "tube": (2, 6, 1), "supositoria": (5, 10, 5),
    "sachet": (6, 24, 6), "paket": (1, 2, 1), "tabung": (1, 3, 1), "inhaler": (1, 3, 1), "buah": (2, 10, 1),
    "set": (2, 10, 1), "roll": (2, 6, 1), "lembar": (10, 50, 10), "pasang": (50, 150, 50), "kit": (1, 1, 1),
    "test": (5, 25, 5), "strip": (50, 100, 50), "rim": (1, 5, 1), "jerigen": (1, 2, 1), "sak": (1, 3, 1),
    "kg": (2, 10, 1), "liter": (5, 20, 5),
}
#: Where a category is asked for in other amounts than its unit says.
ASKED_OF: dict[tuple[str, str], tuple[int, int, int]] = {
    ("bmhp", "buah"): (10, 50, 10), ("bahan_laboratorium", "buah"): (50, 100, 50),
    ("barang_cetakan", "lembar"): (100, 500, 100), ("linen", "lembar"): (2, 10, 2),
}
#: Rupiah that one line of a ward comes to at most, and one line of an order (a dearer single piece is one
#: piece).
MOST_ASKED, MOST_ORDERED = 1_500_000, 7_500_000

OFFICE = ("alat_tulis_kantor", "barang_cetakan", "kertas_cover", "kebersihan", "alat_kebersihan")
LINEN = ("linen", "seragam_apd")
#: Work unit → the categories that it fetches from stores; wards fetch what stands under "".
FETCHED: dict[str, tuple[str, ...]] = {
    "": ("obat_padat", "obat_cair", "obat_injeksi", "obat_vial_injeksi", "obat_topikal", "obat_inhalasi_lain",
         "cairan_infus", "bmhp", "bmhp_sarung_tangan", "desinfektan_antiseptik", *OFFICE, *LINEN),
    "LAB": ("reagen_laboratorium", "bahan_laboratorium", "bmhp_sarung_tangan", *OFFICE, "seragam_apd"),
    "IBS": ("obat_injeksi", "obat_vial_injeksi", "cairan_infus", "bmhp", "bmhp_benang", "bmhp_sarung_tangan",
            "gas_medik", "desinfektan_antiseptik", *OFFICE, *LINEN),
    "GIZI": ("bahan_makanan", *OFFICE, "seragam_apd"),
}


def fetches(unit: str, category: str) -> bool:
    """Whether a work unit asks for items of a category."""
    return category in FETCHED.get(unit, FETCHED[""])


def most_asked(item: Item, category: str) -> int:
    """Base units of an item that a ward asks for at most."""
    _low, high, step = ASKED_OF.get((category, item.base_unit)) or ASKED[item.base_unit]
    affordable = int(MOST_ASKED / (item.price_hint or 1000)) // step * step
    return max(1, min(high, affordable))


def asked(item: Item, category: str, dice: Any) -> Decimal:
    """Base units of an item that a ward asks for this time."""
    low, _high, step = ASKED_OF.get((category, item.base_unit)) or ASKED[item.base_unit]
    most = most_asked(item, category)
    return Decimal(dice.randrange(low, most + 1, step) if most > low else most)


def minimum(item: Item, category: str) -> Decimal:
    """Base units below which a store orders: what four wards ask for; of what is dear one is kept."""
    most = most_asked(item, category)
    return Decimal(4 * most if most > 1 else 2 if (item.price_hint or 0) <= MOST_ASKED else 1)


def rounded(price: Decimal) -> Decimal:
    """A price as suppliers write it: no odd rupiah."""
    step = 5 if price < 1_000 else 50 if price < 10_000 else 500 if price < 100_000 else 1_000
    return max(Decimal(step), Decimal(round(price / step) * step))


def packs_ordered(price: Decimal, wanted: int) -> Decimal:
    """Packs of an order's line: `wanted`, fewer of what is dear."""
    return Decimal(max(1, min(wanted, int(MOST_ORDERED / price))))
