"""Papers that one would sign: head, place and date, names, sums, pages; no column over another; the patient's
language."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask_babel import force_locale
from pypdf import PdfReader

from backoffice.panel import monthly_reports, report_sums
from models.documents import document_types
from models.operations.core.approvals import perform
from models.operations.core.report_kit import Column
from models.organisation import Employee, Setting
from models.people import Language
from models.prescriptions import Letter
from models.roles import Role
from portal.web import paper_columns, patient_papers, pdf_letters, prescription_paper, report_pdf
from portal.web import print as printing
from portal.web.print import ROOM, WIDE_ROOM
from portal.web.signatures import signatures
from tests.support import factories, grid

pytestmark = pytest.mark.once

HOSPITAL = {"name": "RSUD Tirta Husada", "address": "Jl. Husada 1", "phone": "(0321) 555-0123",
            "city": "Mojokerto"}


@pytest.fixture
def hospital(session):
    for key, value in HOSPITAL.items():
        row = session.scalar(sa.select(Setting).where(Setting.key == f"hospital.{key}"))
        if row is None:
            session.add(Setting(key=f"hospital.{key}", value=value))
        else:
            row.value = value
    session.flush()


def pages_of(document, app, language):
    with app.test_request_context("/", base_url="https://rs.example"):
        reader = PdfReader(io.BytesIO(printing.document_pdf(document, language)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def an_order(lines=1):
    return factories.make_purchase_order(*(
        (factories.make_item(name=f"Infus {place}"), 10, 12_500) for place in range(lines)))


def test_an_order_has_head_place_date_names_and_sums(app, session, hospital):
    order, head = an_order(), factories.make_user(Role.FACILITIES_HEAD, name="Hendra Wijaya")
    order.ordered_on = date(2026, 11, 18)
    session.add(Employee(code="19790101-1", name=head.name, user_id=head.id))
    perform(order, "submit", by=order.created_by)
    perform(order, "approve", by=head)
    session.flush()
    for language, words in (("id", ("Kepada Yth.", "Subtotal", "Halaman 1 dari 1", "Dicetak")),
                            ("en", ("Addressed to", "Subtotal", "Page 1 of 1", "Printed"))):
        [page] = pages_of(order, app, language)
        for part in (*HOSPITAL.values(), *words, "Hendra Wijaya", "19790101-1", order.supplier.name,
                     "Mojokerto, 18 November 2026", "Rp125.000" if language == "id" else "Rp125,000"):
            assert part in page, (language, part)


def test_names_of_a_rejected_round_are_not_signed_again(session):
    request = factories.make_store_request((factories.make_item(), 2))
    head = factories.make_user(Role.STORE_HEAD)
    perform(request, "submit", by=request.created_by)
    perform(request, "reject", by=head, reason="terlalu banyak")
    perform(request, "reopen", by=request.created_by)
    session.flush()
    assert [sign.name for sign in signatures(request)] == [request.created_by.name, ""]


def test_the_director_signs_only_what_is_above_the_limit(session):
    order = an_order()
    assert len(signatures(order)) == 3
    order.needs_director = True
    assert len(signatures(order)) == 4


@pytest.mark.parametrize("name", sorted(set(document_types()) - {"prescription", "consultation"}))
def test_every_type_prints_with_head_place_date_names_and_pages(app, session, hospital, name):
    """In both languages."""
    document = grid.row_of(document_types()[name])
    if hasattr(document, "lines"):
        grid.add_lines(document, 2)
    session.flush()
    session.expire_all()
    for language, page_words in (("id", "Halaman 1 dari "), ("en", "Page 1 of ")):
        first, *_rest = pages = pages_of(document, app, language)
        whole = " ".join(pages)
        for part in (*HOSPITAL.values(), page_words + str(len(pages)), document.created_by.name):
            assert part in (first if part != document.created_by.name else whole), (language, part)
        assert re.search(rf"Mojokerto, {document.document_date.day} \w+ {document.document_date.year}", first)
        for sign in signatures(document):
            assert sign.office in whole or language == "en"
            assert sign.name in whole


def test_a_short_paper_takes_half_a_sheet_and_a_long_one_a_whole(app, session, hospital):
    sizes = []
    for lines in (1, 40):
        request = factories.make_store_request(*((factories.make_item(), 2) for _each in range(lines)))
        with app.test_request_context("/"):
            reader = PdfReader(io.BytesIO(printing.document_pdf(request, "id")))
        sizes.append((round(float(reader.pages[0].mediabox.width)), len(reader.pages)))
        last = " ".join(reader.pages[-1].extract_text().split())
        assert f"Halaman {len(reader.pages)} dari {len(reader.pages)}" in last
        assert float(reader.pages[0].mediabox.height) == pytest.approx(420 if lines == 1 else 842, abs=1)
    assert sizes[1][1] > 1


#: Lengths from none to far more than a sheet is wide.
TEXTS = ("–", "2", "Rp42.500.000", "Rp242.500.000.000,00", "SN-2026-000123", "X" * 90,
         "Monitor pasien 5 parameter", "Ruang operasi 2, Gedung B Rawat Inap, lantai 3")


@pytest.mark.parametrize("columns", [1, 3, 6, 9, 12])
def test_no_word_of_a_table_is_wider_than_its_column(columns):
    rows = [[TEXTS[(row * 3 + place) % len(TEXTS)] for place in range(columns)] for row in range(8)]
    heads = ["Jumlah yang diterima"] * columns
    table = paper_columns.fitted(heads, rows, ROOM * 0.95, WIDE_ROOM * 0.95)
    room = (WIDE_ROOM if table.is_wide else ROOM) * 0.95
    assert sum(table.widths) == pytest.approx(100)
    for place, width in enumerate(table.widths):
        for text in (table.heads[place], *(row[place] for row in table.rows)):
            for word in text.split():
                font = paper_columns.BOLD if text == table.heads[place] else paper_columns.FONT
                assert pdf_letters.width(word, font, table.size) <= room * width / 100 - 5, (word, place)


def test_in_the_printed_table_no_text_begins_before_the_one_at_its_left_ends(app, session):
    """Measured in the PDF: the receipt of equipment whose columns lay over each other."""
    receipt = grid.row_of(document_types()["asset_receipt"])
    grid.add_lines(receipt, 2)
    for line in receipt.lines:
        line.serial_numbers, line.unit_price = "SN-MINDRAY-2026-0000001\n" * 3, Decimal(42_500_000)
        line.asset_model.name = "Monitor-pasien-5-parameter-dengan-kabel-panjang" * 2
        line.room = factories.make_room(name="Ruang tindakan endoskopi lantai tiga")
    session.flush()
    with app.test_request_context("/"):
        reader = PdfReader(io.BytesIO(printing.document_pdf(receipt, "id")))
    lines, most = {}, 0

    def seen(text, moved, matrix, font, size):
        if text.strip():
            name = (font or {}).get("/BaseFont", "/Helvetica").lstrip("/")
            start = float(matrix[4] * moved[0] + matrix[5] * moved[2] + moved[4])
            height = float(matrix[4] * moved[1] + matrix[5] * moved[3] + moved[5])
            lines.setdefault(round(height, 1), []).append(
                (start, start + pdf_letters.width(text.strip(), name, size), text))

    for page in reader.pages:
        lines.clear()
        page.extract_text(visitor_text=seen)
        for found in lines.values():
            most = max(most, len(found))
            for left, right in pairwise(sorted(found)):
                # pieces of one line of text are placed by their first
                assert left[0] == right[0] or left[1] <= right[0] + 1, (left, right)
    assert most >= 5


def test_a_report_says_whose_it_is_and_how_many_pages(app, session, hospital):
    rows = [[f"Barang {place}", "Rp1.000"] for place in range(60)]
    with app.test_request_context("/"):
        content = b"".join(report_pdf.as_pdf(
            "Stok", "per hari ini", [("Barang", False, 3.0), ("Nilai", True, 1.0)],
            [*rows, report_pdf.Total(["Total", "Rp60.000"])], "", ["Direktur"]))
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]
    assert len(pages) > 1
    for page in pages:
        assert HOSPITAL["name"] in page
        assert "Dicetak" in page
        assert re.search(rf"dari\s*{len(pages)}\b", page), page[-60:]
    assert "Rp60.000" in pages[-1]
    assert "Mojokerto, " in pages[-1]


@pytest.mark.parametrize("language", list(Language))
def test_a_letter_speaks_the_language_of_the_patient_not_of_who_prints_it(app, session, hospital, language):
    letter = grid.row_of(Letter)
    patient = letter.consultation.patient
    patient.user = factories.make_user(Role.PATIENT)
    patient.user.language = language
    session.flush()
    other = "en" if language == Language.ID else "id"
    with app.test_request_context("/"), force_locale(other):
        content = patient_papers.printed(patient_papers.letter_sheet, letter)
    [page] = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]
    word = {"id": ("Halaman 1 dari 1", "Pasien"), "en": ("Page 1 of 1", "Patient")}[language.value]
    for part in (*HOSPITAL.values(), *word, letter.consultation.doctor.name):
        assert part in page
    assert "SIP SIP" not in page


def test_a_child_without_an_account_reads_the_language_of_the_guardian(session):
    guardian, child = factories.make_patient(), factories.make_patient()
    guardian.user = factories.make_user(Role.PATIENT)
    guardian.user.language = Language.EN
    child.user, child.guardian = None, guardian
    assert prescription_paper.language_of(child) == "en"
    child.guardian = None
    assert prescription_paper.language_of(child) == "id"
    session.rollback()


def test_a_day_on_which_nothing_happened_is_no_line_and_amounts_are_drawn():
    columns = (Column("on", "Date", "date"), Column("count", "Count", "number"),
               Column("cost", "Cost", "money"))
    rows = [SimpleNamespace(on=date(2026, 6, day), count=day % 2, cost=1_000 * (day % 2) * day)
            for day in range(1, 9)]
    busy = [row for row in rows if not monthly_reports._is_empty_day(columns, row)]
    assert [row.on.day for row in busy] == [1, 3, 5, 7]
    bars = monthly_reports._chart(columns, busy)
    assert [height for _name, height in bars] == [1_000, 3_000, 5_000, 7_000]


def test_the_printed_report_ends_with_the_sum_of_its_amounts_but_not_of_prices():
    columns = (Column("item", "Item"), Column("price", "Price", "money", sums=False),
               Column("value", "Value", "money"))
    rows = [SimpleNamespace(item="A", price=Decimal(10), value=Decimal(100)),
            SimpleNamespace(item="B", price=Decimal(20), value=Decimal("200.50"))]
    with force_locale("id"):
        made = list(report_sums.summed(columns, rows, lambda column, row: str(column.of(row))))
    assert isinstance(made[-1], report_pdf.Total)
    assert made[-1] == ["Total", "", "Rp300,50"]
    with force_locale("id"):
        assert len(list(report_sums.summed(columns, rows[:1], lambda column, row: ""))) == 1
