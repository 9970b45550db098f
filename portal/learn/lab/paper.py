"""The store request on paper in its steps to third normal form: small tables that stand in the lab's files.

The rows are the same in both files. `paper_0` is what the form holds, a group of goods in one cell; `paper_1`
has one value in each cell; `paper_2_…` and `paper_3_…` are what second and third normal form make of it.
"""

from __future__ import annotations

from portal.learn.lab.hospital import forms

#: Request, day, work unit's code and name, store's code, name and keeper, goods.
FORMS = (
    ("SR-101", "2026-06-01", "MELATI", "Rawat Inap Melati", "GF", "Gudang Farmasi", "Yoga Pratama",
     (("OBT-01", "Parasetamol 500 mg", "tablet", 100), ("ALK-07", "Sarung tangan M", "box", 2))),
    ("SR-102", "2026-06-01", "IGD", "Instalasi Gawat Darurat", "GF", "Gudang Farmasi", "Yoga Pratama",
     (("ALK-07", "Sarung tangan M", "box", 5), ("ALK-09", "Spuit 3 ml", "buah", 200),
      ("INF-02", "Ringer laktat 500 ml", "botol", 24))),
    ("SR-103", "2026-06-02", "MELATI", "Rawat Inap Melati", "GU", "Gudang Umum", "Eko Saputra",
     (("ATK-03", "Kertas A4", "rim", 4),)),
    ("SR-104", "2026-06-03", "LAB", "Laboratorium", "GU", "Gudang Umum", "Eko Saputra",
     (("ATK-03", "Kertas A4", "rim", 2), ("ATK-11", "Tinta pencetak", "botol", 1))),
    ("SR-105", "2026-06-04", "IGD", "Instalasi Gawat Darurat", "GF", "Gudang Farmasi", "Yoga Pratama",
     (("OBT-01", "Parasetamol 500 mg", "tablet", 60),)),
)

_SCHEMA = """
CREATE TABLE paper_0 (
    request_no TEXT PRIMARY KEY, requested_on DATE, unit_code TEXT, unit_name TEXT, store_code TEXT,
    store_name TEXT, keeper TEXT, goods TEXT);
CREATE TABLE paper_1 (
    request_no TEXT, item_code TEXT, requested_on DATE, unit_code TEXT, unit_name TEXT, store_code TEXT,
    store_name TEXT, keeper TEXT, item_name TEXT, measure TEXT, quantity INTEGER,
    PRIMARY KEY (request_no, item_code));
CREATE TABLE paper_2_request (
    request_no TEXT PRIMARY KEY, requested_on DATE, unit_code TEXT, unit_name TEXT, store_code TEXT,
    store_name TEXT, keeper TEXT);
CREATE TABLE paper_2_item (item_code TEXT PRIMARY KEY, item_name TEXT, measure TEXT);
CREATE TABLE paper_2_line (
    request_no TEXT REFERENCES paper_2_request, item_code TEXT REFERENCES paper_2_item, quantity INTEGER,
    PRIMARY KEY (request_no, item_code));
CREATE TABLE paper_3_unit (unit_code TEXT PRIMARY KEY, unit_name TEXT);
CREATE TABLE paper_3_store (store_code TEXT PRIMARY KEY, store_name TEXT, keeper TEXT);
CREATE TABLE paper_3_item (item_code TEXT PRIMARY KEY, item_name TEXT, measure TEXT);
CREATE TABLE paper_3_request (
    request_no TEXT PRIMARY KEY, requested_on DATE, unit_code TEXT REFERENCES paper_3_unit,
    store_code TEXT REFERENCES paper_3_store);
CREATE TABLE paper_3_line (
    request_no TEXT REFERENCES paper_3_request, item_code TEXT REFERENCES paper_3_item, quantity INTEGER,
    PRIMARY KEY (request_no, item_code))
"""
STATEMENTS = tuple(_SCHEMA.strip().split(";\n"))


def _rows() -> dict[str, list[tuple[object, ...]]]:
    lines = [(form[:7], good) for form in FORMS for good in form[7]]
    items = list(dict.fromkeys(good[:3] for _head, good in lines))
    amounts = [(head[0], good[0], good[3]) for head, good in lines]
    return {
        "paper_0": [(*form[:7], "; ".join(f"{code} {name} {number} {unit}" for code, name, unit, number
                                          in form[7])) for form in FORMS],
        "paper_1": [(head[0], good[0], *head[1:], *good[1:]) for head, good in lines],
        "paper_2_request": [form[:7] for form in FORMS],
        "paper_2_item": list(items), "paper_2_line": list(amounts),
        "paper_3_unit": list(dict.fromkeys(form[2:4] for form in FORMS)),
        "paper_3_store": list(dict.fromkeys(form[4:7] for form in FORMS)),
        "paper_3_item": list(items),
        "paper_3_request": [(form[0], form[1], form[2], form[4]) for form in FORMS],
        "paper_3_line": list(amounts),
    }


ROWS = _rows()


def columns(table: str) -> dict[str, str]:
    """The columns of one of these tables or of one of the exercises' forms, each with its type. Raises
    KeyError."""
    statement = next((entry for entry in STATEMENTS + forms.STATEMENTS
                      if entry.startswith(f"CREATE TABLE {table} ")), None)
    if statement is None:
        raise KeyError(table)
    inside = statement.split("(", 1)[1].split("PRIMARY KEY (")[0]
    words = [part.split() for part in inside.split(",") if part.strip()]
    return {part[0]: part[1].strip(")").lower() for part in words}
