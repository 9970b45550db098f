"""The dictionary is searched by people's own words: both languages, the papers' names and short words."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from models.documents import document_types
from portal.learn import finding

pytestmark = pytest.mark.once

SEEDS = list(csv.DictReader(
    (Path(__file__).parents[1] / "data" / "seed-fields.csv").read_text(encoding="utf-8").splitlines()))


@pytest.fixture
def search(app):
    """`search(query)`: the tables that answer, best first, each with its columns."""

    def search(query):
        with app.test_request_context():
            return {entry.table: entry.columns for entries in finding.search(query).values()
                    for entry in entries}

    return search


@pytest.mark.parametrize(("query", "table"), [
    ("SR", "store_request"), ("dr", "delivery_request"), ("PR", "purchase_request"),
    ("PO", "purchase_order"), ("RCV", "goods_receipt"), ("RR", "goods_receipt"), ("RTA", "supplier_return"),
    ("Retur Aktif", "supplier_return"), ("RTP", "unit_return"), ("retur pasif", "unit_return"),
    ("OPN", "stocktake"), ("Stock Opname", "stocktake"), ("SPL", "spoilage"), ("Spoil", "spoilage"),
    ("tb_sr", "store_request"), ("Permintaan barang", "store_request"), ("Store request", "store_request"),
    ("ICD-10", "diagnosis"), ("SOAP", "clinical_note"), ("  kartu   stok ", "stock_move")])
def test_a_word_leads_to_its_table_first(search, query, table):
    assert next(iter(search(query))) == table


@pytest.mark.parametrize(("query", "table", "column"), [
    ("TB", "patient", "height_cm"), ("BB", "patient", "weight_kg"),
    ("tb_sr.sr_tgl", "store_request", "requested_on"),
    ("DO", "goods_receipt", "delivery_order_number"), ("PPN", "purchase_order", "vat_percent"),
    ("tinggi badan", "patient", "height_cm"), ("medical_record_number", "patient", "medical_record_number")])
def test_a_word_leads_to_its_column(search, query, table, column):
    assert column in search(query)[table]


def test_every_document_is_found_by_the_first_letters_of_its_number(search):
    assert [prefix for table, model in document_types().items()
            if table not in list(search(prefix := model.prefix))[:2]] == []


def test_every_name_of_the_papers_finds_what_became_of_it(search):
    lost = []
    for row in SEEDS:
        query = f"{row['seed_table']}.{row['seed_field']}" if row["seed_field"] else row["seed_table"]
        found = search(query)
        if row["table"] not in found or (row["column"] and row["column"] not in found[row["table"]]):
            lost.append(query)
    assert lost == []


def test_a_short_word_is_no_part_of_a_longer_one(search):
    assert "employee" not in search("PO")  # position
    assert "employee" in search("posit")


def test_where_no_name_answers_the_meanings_are_asked(search):
    assert "consultation" in search("gawat darurat")
    assert "doctor_schedule" not in search("Store request")


def test_nothing_typed_lists_everything_and_nonsense_nothing(search):
    assert len(search("")) > 100
    assert search("zzzzz") == {}
    assert search("(((") == {}
