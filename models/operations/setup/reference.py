"""Real reference data for a new installation: chart of accounts, items and units, asset types,
specialisations, regions, holidays, civil code lists, room classes, names and interactions of medicines.
Sources and cautions: models/reference/SOURCES.md.

Loading twice adds nothing: rows that are there stay as the hospital keeps them.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from models.asset_register import AssetType, TaxGroup
from models.clinic import Specialization
from models.errors import N_, NotAllowed
from models.items import Item, ItemCategory, UnitConversion
from models.journal import Account
from models.operations.clinic import medicine_names
from models.operations.core import activity
from models.organisation import CodeList, Holiday, HolidayKind, Region, RegionLevel
from models.people import User
from models.places import RoomClass
from models.rights import RIGHTS

FILES = Path(__file__).resolve().parents[2] / "reference"

KINDS = {"aset": "asset", "kewajiban": "liability", "ekuitas": "equity", "pendapatan": "revenue",
         "beban": "expense", "belanja": "expense"}
LEVELS = {"1": RegionLevel.PROVINCE, "2": RegionLevel.REGENCY, "3": RegionLevel.DISTRICT}

#: Category → its name, and whether its items carry batch and expiry.
CATEGORIES: dict[str, tuple[str, bool]] = {
    "obat_padat": ("Obat padat", True),
    "obat_cair": ("Obat cair", True),
    "obat_injeksi": ("Obat injeksi", True),
    "obat_vial_injeksi": ("Obat injeksi vial", True),
    "obat_topikal": ("Obat topikal", True),
    "obat_inhalasi_lain": ("Obat inhalasi dan lain-lain", True),
    "cairan_infus": ("Cairan infus", True),
    "desinfektan_antiseptik": ("Desinfektan dan antiseptik", True),
    "bmhp": ("Bahan medis habis pakai", True),
    "bmhp_benang": ("Benang bedah", True),
    "bmhp_sarung_tangan": ("Sarung tangan medis", True),
    "reagen_laboratorium": ("Reagen laboratorium", True),
    "bahan_laboratorium": ("Bahan laboratorium", True),
    "bahan_radiologi": ("Bahan radiologi", True),
    "gas_medik": ("Gas medik", False),
    "alat_tulis_kantor": ("Alat tulis kantor", False),
    "barang_cetakan": ("Barang cetakan", False),
    "kertas_cover": ("Kertas dan sampul", False),
    "bahan_komputer": ("Bahan komputer", False),
    "kebersihan": ("Bahan kebersihan", False),
    "alat_kebersihan": ("Alat kebersihan", False),
    "bahan_makanan": ("Bahan makanan", False),
    "linen": ("Linen", False),
    "seragam_apd": ("Seragam dan APD", False),
    "listrik_umum": ("Listrik dan umum", False),
    "bahan_bakar": ("Bahan bakar", False),
}
#: How the codes of categories begin whose items a doctor can prescribe.
MEDICINES = ("obat_", "cairan_infus")
#: Medicines under the law on narcotics and psychotropics, by the words of their names.
CONTROLLED = ("morfin", "fentanil", "petidin", "kodein", "diazepam", "midazolam", "alprazolam",
              "fenobarbital", "ketamin", "klobazam", "lorazepam")


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a reference file, packed or not."""
    file = FILES / name
    content = file.read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode("utf-8")
    yield from csv.DictReader(io.StringIO(text, newline=""))


def load(session: Any, *, items: bool = True) -> dict[str, int]:
    """Load everything that is not there yet, the catalogue of items where `items` says so; returns how many
    rows were added by table. Flushes."""
    catalogue = {"item_category": _categories(session), "item": _items(session)} if items else {}
    added = {
        "account": _accounts(session),
        **catalogue,
        "asset_type": _asset_types(session),
        "specialization": _specializations(session),
        "room_class": _room_classes(session),
        "holiday": _holidays(session),
        "code_list": _codes(session),
        "region": _regions(session),
        **medicine_names.load(session),
    }
    session.flush()
    session.expire_all()
    return added


@cache
def catalogue_size() -> int:
    """How many items the catalogue has."""
    return sum(1 for _row in rows("barang_gudang_rs.csv"))


def load_items(session: Any, *, by: User) -> int:
    """The catalogue's categories and items that are not there yet; returns how many items. Flushes. Raises
    `NotAllowed`."""
    if not by.has_role(*RIGHTS["item"].create):
        raise NotAllowed(N_("Your role may not do this step."))
    before = session.scalar(sa.select(sa.func.max(Item.id))) or 0
    _categories(session)
    count = _items(session)
    activity.inserted(Item, [(key, {"code": code, "name": name}) for key, code, name in session.execute(
        sa.select(Item.id, Item.code, Item.name).where(Item.id > before).order_by(Item.id))])
    session.flush()
    return count


def _add(session: Any, model: Any, wanted: Iterable[dict[str, Any]], *key: str) -> int:
    """Insert the rows whose key is not there yet, in bulk."""
    columns = [getattr(model, name) for name in key]
    known = set(map(tuple, session.execute(sa.select(*columns))))
    fresh: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in wanted:
        identity = tuple(row[name] for name in key)
        if identity not in known:
            fresh.setdefault(identity, row)
    if fresh:
        session.execute(sa.insert(model), list(fresh.values()))
    return len(fresh)


def _accounts(session: Any) -> int:
    return _add(session, Account, ({
        "code": row["code"], "name": row["name_id"], "name_en": row["name_en"] or None,
        "group_name": row["group_name_id"], "kind": _kind(row["account_type"]),
        "normal_balance": row["normal_balance"].strip().lower(),
    } for row in rows("coa_rumah_sakit_blu.csv")), "code")


def _kind(word: str) -> str:
    return next((kind for start, kind in KINDS.items() if word.lower().startswith(start)), word.lower())


def _categories(session: Any) -> int:
    return _add(session, ItemCategory, ({
        "code": row["category"], "name": CATEGORIES[row["category"]][0],
        "is_medicine": row["category"].startswith(MEDICINES)}
                                        for row in rows("barang_gudang_rs.csv")), "code")


def price(row: dict[str, str]) -> Decimal:
    """Rupiah per base unit of a row of the items' file: believable, made up, never a real quotation."""
    return Decimal(row["unit_price_idr"])


def _items(session: Any) -> int:
    known = set(session.scalars(sa.select(Item.code)))
    categories = dict(session.execute(sa.select(ItemCategory.code, ItemCategory.id)).all())
    source = [row for row in rows("barang_gudang_rs.csv") if row["demo_item_code"] not in known]
    if not source:
        return 0
    session.execute(sa.insert(Item), [{
        "code": row["demo_item_code"], "name": row["name_id"], "category_id": categories[row["category"]],
        "base_unit": row["base_unit"], "bmn_code": row["bmn_persediaan_code"] or None,
        "batch_tracked": CATEGORIES[row["category"]][1],
        "controlled": any(word in row["name_id"].lower() for word in CONTROLLED),
        "price_hint": price(row),
    } for row in source])
    ids = dict(session.execute(sa.select(Item.code, Item.id)).all())
    units = []
    for row in source:
        item_id = ids[row["demo_item_code"]]
        units.append({"item_id": item_id, "unit_name": row["base_unit"], "factor": Decimal(1)})
        if row["purchase_unit"] and row["purchase_unit"] != row["base_unit"]:
            units.append({"item_id": item_id, "unit_name": row["purchase_unit"],
                          "factor": Decimal(row["base_per_purchase"])})
    session.execute(sa.insert(UnitConversion), units)
    return len(source)


#: First digit of a group of state assets → codes of the accounts of cost, accumulated depreciation and its
#: expense.
ASSET_ACCOUNTS = {"3": ("132311", "137121", "591121"), "4": ("133311", "137221", "591221"),
                  "5": ("134311", "137321", "591321"), "8": ("162211", "169411", "592121")}


#: How the code of a group of state assets begins → its group of the annexes of PMK 72/2023; what those do not
#: name is group 3, as the regulation says. Derived for this project: the hospital's tax accountant looks it
#: over.
TAX_GROUPS = {
    "302": TaxGroup.GROUP_2, "30202": TaxGroup.GROUP_1, "303": TaxGroup.GROUP_2, "304": TaxGroup.GROUP_1,
    "305": TaxGroup.GROUP_2, "30501": TaxGroup.GROUP_1, "306": TaxGroup.GROUP_1, "30603": TaxGroup.GROUP_2,
    "307": TaxGroup.GROUP_2, "308": TaxGroup.GROUP_2, "310": TaxGroup.GROUP_1, "315": TaxGroup.GROUP_1,
    "319": TaxGroup.GROUP_1, "40": TaxGroup.PERMANENT_BUILDING, "501": TaxGroup.PERMANENT_BUILDING,
    "80101": TaxGroup.GROUP_1,
}


def tax_group(code: str) -> TaxGroup:
    """Of the group of state assets that `code` names: that of its longest beginning in `TAX_GROUPS`."""
    return next((TAX_GROUPS[code[:size]] for size in range(len(code), 0, -1) if code[:size] in TAX_GROUPS),
                TaxGroup.GROUP_3)


def _asset_types(session: Any) -> int:
    ids = dict(session.execute(sa.select(Account.code, Account.id)).all())
    names = ("account_id", "accumulated_account_id", "expense_account_id")
    return _add(session, AssetType, ({
        **{name: ids.get(code)
           for name, code in zip(names, ASSET_ACCOUNTS[row["kelompok_code"][0]], strict=True)},
        "code": row["kelompok_code"], "name": f"{row['name']}", "method": "straight_line",
        "useful_life": 12 * int(row["useful_life_years"]), "tax_group": tax_group(row["kelompok_code"]),
        "is_medical_device": row["kelompok_code"].startswith("307"),
        "calibration_months": 12 if row["kelompok_code"].startswith("307") else None,
    } for row in rows("bmn_masa_manfaat.csv") if row["name"]), "name")


def _specializations(session: Any) -> int:
    return _add(session, Specialization,
                ({"code": row["title"], "name": row["name_id"], "name_en": row["name_en"]}
                                          for row in rows("spesialisasi_dokter.csv")), "code")


def _room_classes(session: Any) -> int:
    return _add(session, RoomClass, ({
        "code": row["code"], "name": row["name_id"], "bed_count": int(row["demo_max_beds_per_room"]),
        "needs_inspection": row["type"] in ("intensif", "isolasi", "perinatologi"),
    } for row in rows("kelas_rawat_inap.csv") if row["demo_max_beds_per_room"]), "code")


def _holidays(session: Any) -> int:
    return _add(session, Holiday, ({
        "on": date.fromisoformat(row["date"]), "kind": HolidayKind(row["type"]), "name": row["name_id"],
        "name_en": row["name_en"], "basis": row["basis"] or None,
    } for row in rows("hari_libur_2025_2027.csv")), "on", "name")


def _codes(session: Any) -> int:
    return _add(session, CodeList, ({"list": row["list"], "code": row["code"], "name": row["name_id"],
                                     "name_en": row["name_en"] or None}
                                    for row in rows("kode_ktp_dan_umum.csv")), "list", "code")


def _regions(session: Any) -> int:
    upper = ({"code": row["code"], "parent_code": row["parent_code"] or None, "level": LEVELS[row["level"]],
              "name": row["name"]} for row in rows("wilayah_prov_kab_kec.csv"))
    count = _add(session, Region, sorted(upper, key=lambda row: len(row["code"])), "code")
    lower = ({"code": row["code"], "parent_code": row["parent_code"], "level": RegionLevel.VILLAGE,
              "name": row["name"]} for row in rows("wilayah_desa_kelurahan.csv.gz"))
    return count + _add(session, Region, lower, "code")
