"""Prices of the demo's items: rupiah per base unit that no storekeeper laughs at, a pack costs what is in
it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.operations.setup import reference

ROWS = list(reference.rows("barang_gudang_rs.csv"))
BY_NAME = {row["name_id"]: row for row in ROWS}
#: Category → the cheapest and the dearest base unit that a storekeeper has seen in it.
RANGES = {
    "obat_padat": (100, 15_000), "obat_cair": (5_000, 75_000), "obat_injeksi": (2_500, 80_000),
    "obat_vial_injeksi": (8_000, 2_750_000), "obat_topikal": (4_000, 45_000),
    "obat_inhalasi_lain": (750, 400_000), "cairan_infus": (3_000, 1_250_000),
    "desinfektan_antiseptik": (15_000, 300_000), "bmhp": (150, 700_000), "bmhp_benang": (20_000, 190_000),
    "bmhp_sarung_tangan": (750, 25_000), "reagen_laboratorium": (2_500, 2_500_000),
    "bahan_laboratorium": (100, 80_000), "bahan_radiologi": (15_000, 40_000),
    "gas_medik": (35_000, 2_200_000),
    "alat_tulis_kantor": (1_000, 30_000), "barang_cetakan": (100, 2_500), "kertas_cover": (9_000, 300_000),
    "bahan_komputer": (2_000, 1_900_000), "kebersihan": (10_000, 200_000),
    "alat_kebersihan": (1_000, 200_000),
    "bahan_makanan": (300, 170_000), "linen": (30_000, 1_500_000), "seragam_apd": (25_000, 5_000_000),
    "listrik_umum": (5_000, 70_000), "bahan_bakar": (10_000, 65_000),
}
#: What was laughed at, and other things whose price everybody knows: item → about what its base unit costs.
KNOWN = {
    "Daging sapi": 130_000, "Ayam potong": 38_000, "Bayam": 12_000, "Telur ayam": 29_000, "Beras": 15_000,
    "Rapid test malaria": 25_000, "Kantong plastik ungu limbah sitotoksik": 2_000,
    "Tabung vakum EDTA (ungu) 3 ml": 2_500, "Keyboard USB": 150_000, "Mouse USB": 95_000,
    "Deterjen bubuk laundry 10 kg": 180_000, "Reagen SGPT": 900_000, "Reagen SGOT": 900_000,
    "Streptokinase serbuk injeksi 1,5 juta UI": 2_500_000, "Albumin infus 20% 100 ml": 1_150_000,
    "Parasetamol tablet 500 mg": 180, "Ringer Laktat infus 500 ml": 8_500, "Spuit disposabel 3 ml": 1_150,
    "Kertas HVS A4 70 g": 48_000, "Toner printer laser hitam": 985_000, "Solar genset": 14_500,
    "Masker bedah 3 ply": 650, "Oksigen medik tabung 6 m3": 95_000, "Kasur busa antimikroba": 1_450_000,
}


def price(row: dict[str, str]) -> Decimal:
    return reference.price(row)


def test_every_category_of_the_file_has_its_range():
    assert {row["category"] for row in ROWS} == set(RANGES) == set(reference.CATEGORIES)


@pytest.mark.parametrize("category", RANGES)
def test_prices_of_a_category_are_in_its_range(category):
    low, high = RANGES[category]
    assert [(row["name_id"], price(row)) for row in ROWS
            if row["category"] == category and not low <= price(row) <= high] == []


@pytest.mark.parametrize("name", KNOWN)
def test_what_everybody_knows_the_price_of(name):
    assert abs(price(BY_NAME[name]) - KNOWN[name]) <= KNOWN[name] / 5


def test_a_bought_pack_is_no_fortune_and_no_odd_number():
    """A pack is between a purchase of petty cash and Rp 6 million; its price is its pieces', so whole
    rupiah."""
    for row in ROWS:
        pack = price(row) * int(row["base_per_purchase"] or 1)
        assert 4_500 <= pack <= (25_000_000 if row["purchase_unit"] == "drum" else 6_000_000), row
        assert price(row) == price(row).to_integral_value()


@pytest.mark.parametrize(("cheap", "dear"), [
    ("Tahu", "Ikan segar"), ("Ayam potong", "Daging sapi"), ("Bayam", "Telur ayam"),
    ("Amlodipin tablet 5 mg", "Amlodipin tablet 10 mg"), ("Spuit disposabel 10 ml", "Spuit disposabel 50 ml"),
    ("Kertas HVS A4 70 g", "Kertas HVS A4 80 g"), ("Sprei pasien anak", "Sprei pasien dewasa"),
    ("Dialyzer low flux", "Dialyzer high flux"), ("Oksigen medik tabung 1 m3", "Oksigen medik tabung 6 m3"),
    ("Masker bedah 3 ply", "Masker N95"), ("Perban elastis 3 inci", "Perban elastis 6 inci"),
])
def test_the_better_or_larger_thing_costs_more(cheap, dear):
    assert price(BY_NAME[cheap]) < price(BY_NAME[dear])
