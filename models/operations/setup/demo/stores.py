"""A year of the stores: first stock, requests and deliveries, buying, and what waits today."""

from __future__ import annotations

from datetime import date, timedelta
from string import ascii_uppercase

import sqlalchemy as sa

from models.barcodes import check_digit
from models.items import Item, ItemCategory, Supplier, UnitConversion
from models.operations.setup.demo import stores_buying, stores_counts, stores_open, stores_wards, usual
from models.operations.setup.demo.clinic_talk import PRESCRIBED
from models.operations.setup.demo.world import World
from models.stock import Shelf, Store

STORES = (("GF", "Gudang Farmasi", "FAR"), ("GU", "Gudang Umum", "SARPRAS"), ("GL", "Gudang Linen", "CSSD"))
#: Supplier: name, which store it serves, the categories it sells.
SUPPLIERS = (
    ("PT Medika Sarana Nusantara", "GF", ("obat_injeksi", "cairan_infus", "obat_vial_injeksi")),
    ("PT Farmaindo Sejahtera", "GF", ("obat_padat", "obat_cair", "obat_topikal", "obat_inhalasi_lain")),
    ("PT Alkesindo Prima", "GF", ("bmhp", "bmhp_benang", "bmhp_sarung_tangan", "bahan_radiologi")),
    ("PT Sinar Diagnostika", "GF", ("reagen_laboratorium", "bahan_laboratorium", "desinfektan_antiseptik")),
    ("PT Aneka Gas Husada", "GF", ("gas_medik",)),
    ("CV Cahaya Kertas", "GU", ("alat_tulis_kantor", "barang_cetakan", "kertas_cover", "bahan_komputer")),
    ("CV Sumber Bersih", "GU", ("kebersihan", "alat_kebersihan")),
    ("CV Bina Linen Mandiri", "GL", ("linen", "seragam_apd")),
    ("UD Pangan Segar Lestari", "GU", ("bahan_makanan",)),
    ("CV Terang Jaya Teknik", "GU", ("listrik_umum", "bahan_bakar")),
)
#: In the suppliers' order: who answers, street and town, telephone, tax number, bank account. All made up.
ABOUT = (
    ("Rudi Hartono", "Jl. Soekarno-Hatta No. 512, Bandung", "+62227301846", "02.418.937.1-424.000",
     "Mandiri 130-00-1174625-3"),
    ("Lestari Wibowo", "Kawasan Industri Jatake Blok M No. 8, Tangerang", "+62215908274",
     "01.736.502.8-402.000", "BCA 604-0318927"),
    ("Anton Siregar", "Jl. Gatot Subroto Kav. 27 Lt. 3, Jakarta Selatan", "+62215264093",
     "03.152.748.6-061.000", "BNI 0482-719-356"),
    ("Maria Kusuma", "Ruko Sentra Niaga Puri Blok T2 No. 19, Jakarta Barat", "+62215835517",
     "02.967.314.5-086.000", "BCA 497-2065138"),
    ("Dedi Supriadi", "Jl. Raya Cicalengka KM 4,5, Kab. Bandung", "+62227949308", "01.384.629.0-445.000",
     "Mandiri 131-00-0692841-7"),
    ("Yanti Halim", "Jl. Pasar Baru Gg. Melati No. 3A, Bandung", "+62224203179", "71.605.283.9-423.000",
     "BRI 0286-01-004713-30-8"),
    ("Haji Slamet Mulyadi", "Jl. Terusan Kopo No. 341, Kab. Bandung", "+62225412760", "80.249.716.3-445.000",
     "BJB 0084-2713-60001"),
    ("Nur Aini", "Jl. Cigondewah Kaler No. 77, Bandung", "+62226031582", "83.517.046.2-422.000",
     "BRI 0389-01-021956-50-2"),
    ("Ujang Suherman", "Pasar Induk Caringin Blok C1 No. 14, Bandung", "+6281322094715",
     "92.830.175.4-422.000", "BJB 0052-9184-37004"),
    ("Teguh Santoso", "Jl. ABC No. 26, Bandung", "+62224238651", "75.091.463.7-423.000", "BCA 282-4470915"),
)
#: Its orders still go out on paper.
NO_MAIL = "CV Sumber Bersih"
#: Items of a category that are stocked.
STOCKED = 22
#: Days of work before today on which the stores are as busy as they are.
LATELY = 22


def load_masters(world: World) -> None:
    session, units = world.session, world.things["units"]
    stores = {code: Store(code=code, name=name, work_unit_id=units[unit].id) for code, name, unit in STORES}
    session.add_all(stores.values())
    suppliers = []
    for index, ((name, store, categories), (contact, address, phone, npwp, bank)) in enumerate(
            zip(SUPPLIERS, ABOUT, strict=True), 1):
        supplier = Supplier(code=f"PMS-{index:03d}", name=name, address=address, phone=phone,
                            lead_time_days=3 + index % 5, npwp=npwp, bank_account=bank, contact_name=contact,
                            email=None if name == NO_MAIL else f"order{index}@pemasok.example")
        suppliers.append((supplier, stores[store], categories))
        session.add(supplier)
    session.flush()
    by_category: dict[str, list[Item]] = {}
    category_of: dict[int, str] = {}
    with_category = sa.select(Item, ItemCategory.code).join(ItemCategory, ItemCategory.id == Item.category_id)
    for item, category in session.execute(with_category.order_by(Item.name.not_in(PRESCRIBED), Item.id)):
        by_category.setdefault(category, []).append(item)
        category_of[item.id] = category
    units_of: dict[int, list[UnitConversion]] = {}
    for unit in session.scalars(sa.select(UnitConversion).order_by(UnitConversion.item_id,
                                                                   UnitConversion.factor,
                                                                   UnitConversion.id)):
        units_of.setdefault(unit.item_id, []).append(unit)
    label_items(by_category, units_of)
    stocked: dict[str, list[Item]] = {"GF": [], "GU": [], "GL": []}
    for _supplier, store, categories in suppliers:
        for category in categories:
            stocked[store.code] += by_category.get(category, ())[:STOCKED]
    for items in stocked.values():
        for item in items:
            item.minimum_stock = usual.minimum(item, category_of[item.id])
    session.flush()
    for code, items in stocked.items():
        session.add_all(shelves_of(stores[code], items))
    session.flush()
    world.things.update(stores=stores, suppliers=suppliers, by_category=by_category, category_of=category_of,
                        units_of=units_of, stocked=stocked)


def shelves_of(store: Store, items: list[Item]) -> list[Shelf]:
    """A rack for each category, six items to a bay, two to a board; what came last has no place yet."""
    result: list[Shelf] = []
    racks: dict[int, list[Item]] = {}
    for item in items:
        racks.setdefault(item.category_id, []).append(item)
    for rack, mine in zip(ascii_uppercase, racks.values(), strict=False):
        for place, item in enumerate(mine[:20]):
            result.append(Shelf(store=store, item=item,
                                location=f"{rack}-{place // 6 + 1:02d}-{place % 6 // 2 + 1}"))
    return result


def label_items(by_category: dict[str, list[Item]], units_of: dict[int, list[UnitConversion]]) -> None:
    """Barcodes of the in-house range of GS1 (they begin with 2), so that no real article has them; packings
    too."""
    for items in by_category.values():
        for item in items:
            item.barcode = check_digit(f"299{item.id:09d}")
            for packing, unit in enumerate((unit for unit in units_of.get(item.id, ()) if unit.factor != 1),
                                           1):
                unit.barcode = check_digit(f"{packing}299{item.id:09d}")


def plan(world: World) -> None:
    """First stock a year ago, then requests every week and buying every month; lately both on every day of
    work."""
    _first_stock_and_months(world)
    authors = [key for key in sorted(world.users) if key.startswith("unit_user")]
    lately = world.workdays(LATELY)
    for week in range(50):
        for number in range(1 + week % 2):
            day = world.workday(world.today - timedelta(days=350 - 7 * week - world.rng.randrange(0, 6)))
            if day < lately[0]:
                author = authors[(week * 2 + number) % len(authors)]
                world.begin(world.on(day), stores_wards.request(world, author))
    for place, day in enumerate(lately):
        _busy_day(world, place, day, authors)
    for quarter, days_ago in enumerate((270, 180, 90)):
        world.at(world.moment(days_ago, 15), stores_counts.stocktake(world, ("GU", "GL", "GF")[quarter]))
    for days_ago in (250, 160, 75, 20):
        world.at(world.moment(days_ago, 11), stores_counts.spoil(world))
    for days_ago in (200, 110, 45):
        world.at(world.moment(days_ago, 10), stores_counts.transfer(world))
    stores_open.plan(world)


def _first_stock_and_months(world: World) -> None:
    for index, (supplier, store, _categories) in enumerate(world.things["suppliers"]):
        items = stores_buying.sold_by(world, supplier)
        world.begin(world.moment(366, 8, index), stores_buying.buying(world, supplier, store, items, 2))
    for month in range(1, 12):
        for index, (supplier, store, _categories) in enumerate(world.things["suppliers"]):
            if (month + index) % 2 == 0:
                day = world.workday(world.today - timedelta(days=366 - 30 * month))
                world.begin(world.on(day, 8, 11), stores_buying.replenish(world, supplier, store))
    world.begin(world.on(world.workday(world.today - timedelta(days=24)), 8, 10), stores_buying.late(world))


def _busy_day(world: World, place: int, day: date, authors: list[str]) -> None:
    """Three wards ask, a buyer orders what comes four days of work later; some nights have an emergency."""
    for number in range(3):
        author = authors[(place * 3 + number) % len(authors)]
        world.begin(world.on(day), stores_wards.request(world, author))
    supplier, store, _categories = world.things["suppliers"][place % len(SUPPLIERS)]
    world.begin(world.on(day, 7.6, 9.5), stores_buying.small(world, supplier, store))
    if place % 4 == 2:
        world.begin(world.on(day, 20.0, 23.5), stores_wards.at_night(world))


def load_open(world: World) -> None:
    """Documents at every step, so that each inbox has something in it: what of them was not over by now."""
    stores_open.load(world)
