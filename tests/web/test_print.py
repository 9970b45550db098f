"""Every document prints: what the paper says, in both languages, and that a draft says it is one."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask_babel import force_locale
from pypdf import PdfReader
from xhtml2pdf.default import DEFAULT_CSS

from models.base import ExactDecimal
from models.documents import WORKFLOWS, Document
from models.operations.core.approvals import perform
from models.operations.purchasing import receipts
from models.operations.stores import stores
from models.roles import Role
from models.stocktakes import StocktakeLine, StocktakeState
from portal.web import letterhead, pdf
from portal.web import print as printing
from portal.web.amount_in_words import in_words
from portal.web.signatures import Signature
from tests.support import factories


def text_of(document, app, language="id"):
    """The words on the paper, spaces made one, and how many pictures there are."""
    with app.test_request_context("/", base_url="https://rs.example"):
        reader = PdfReader(io.BytesIO(printing.document_pdf(document, language)))
    words = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    return words, sum(len(page.images) for page in reader.pages)


@pytest.fixture
def request_document(session):
    item = factories.make_item({"box": "100"}, name="Kasa steril")
    request = factories.make_store_request((item, 2))
    factories.stock_up(request.store, item, 500, 500_000, batch="B-77")
    return request


def test_a_draft_says_so_and_carries_no_code(app, request_document):
    words, pictures = text_of(request_document, app, "en")
    assert "DRAFT" in words
    assert "/verify/" not in words
    assert pictures == 0


def test_the_paper_has_number_lines_approvals_and_the_code(app, session, request_document):
    request, head = request_document, factories.make_user(Role.STORE_HEAD, name="Ratna Kepala")
    perform(request, "submit", by=request.created_by)
    perform(request, "approve", by=head)
    session.flush()
    words, pictures = text_of(request, app, "en")
    for part in (request.number, "Kasa steril", "Ratna Kepala", request.created_by.name,
                 "https://rs.example/verify/"):
        assert part in words
    assert "DRAFT" not in words
    assert pictures == 1


def test_a_delivery_names_the_batches_that_left(app, session, request_document):
    request, item = request_document, request_document.lines[0].item
    keeper = factories.make_user(Role.STORE_STAFF)
    perform(request, "submit", by=request.created_by)
    perform(request, "approve", by=factories.make_user(Role.STORE_HEAD))
    delivery = stores.make_delivery(request, by=keeper)
    perform(delivery, "submit", by=keeper)
    perform(delivery, "approve", by=factories.make_user(Role.FACILITIES_HEAD))
    perform(delivery, "deliver", by=keeper)
    session.flush()
    words, _pictures = text_of(delivery, app, "en")
    assert delivery.number in words
    assert "B-77" in words
    assert item.name in words
    assert request.number in words
    assert "Received by" in words


def test_an_order_tells_its_total_in_words_of_the_language(app, session):
    item = factories.make_item(name="Infus")
    order = factories.make_purchase_order((item, 10, 12_500))
    amount = order.total
    for language in ("id", "en"):
        words, _pictures = text_of(order, app, language)
        assert in_words(amount, language) in words


def test_indonesian_differs_from_english(app, request_document):
    indonesian, english = (text_of(request_document, app, language)[0] for language in ("id", "en"))
    assert "Permintaan" in indonesian
    assert "Store request" in english


def test_every_document_type_has_a_paper(app, session):
    """Read off the metadata: no type fails for a column or a relation that the form does not know."""
    for model in WORKFLOWS.values():
        if issubclass(model, Document):
            lines = getattr(model, "lines", None)
            columns = printing._columns(model, printing.LEFT_OUT)
            assert columns
            assert printing._options(model, lines.property.mapper.class_ if lines is not None else None)


@pytest.mark.parametrize(("amount", "language", "words"), [
    (0, "id", "Nol rupiah"), (11, "id", "Sebelas rupiah"), (1_000, "id", "Seribu rupiah"),
    (100_116, "id", "Seratus ribu seratus enam belas rupiah"), (1_000_000, "id", "Satu juta rupiah"),
    (2_021_000_000, "id", "Dua miliar dua puluh satu juta rupiah"),
    (9_001_375, "id", "Sembilan juta seribu tiga ratus tujuh puluh lima rupiah"),
    ("-5", "id", "Minus lima rupiah"), ("1.25", "id", "Satu rupiah dua puluh lima sen"),
    (342, "en", "Three hundred forty-two rupiah"), (1_001_000, "en", "One million one thousand rupiah"),
])
def test_amounts_in_words(amount, language, words):
    assert in_words(Decimal(amount), language) == words


def test_a_receipt_prints_what_came_in(app, session):
    factories.make_chart()
    item = factories.make_item(name="Alkohol swab")
    order = factories.make_purchase_order((item, 5, 1_000))
    for step, who in (("submit", order.created_by), ("approve", factories.make_user(Role.FACILITIES_HEAD)),
                      ("approve_payment", factories.make_user(Role.PAYABLES)), ("send", order.created_by)):
        perform(order, step, by=who)
    keeper = factories.make_user(Role.STORE_STAFF)
    receipt = receipts.make_receipt(order, by=keeper)
    perform(receipt, "post", by=keeper)
    words, _pictures = text_of(receipt, app)
    for part in (receipt.number, order.number, "Alkohol swab"):
        assert part in words


def test_an_order_prints_as_a_supplier_needs_it(app, session):
    """Thing, quantity, unit, price, sum; where a column is empty it is not there; the supplier's tax number
    is."""
    supplier = factories.make_supplier(npwp="0123456789012345", address="Jl. Melati 7")
    order = factories.make_purchase_order((factories.make_item(name="Infus"), 10, 12_500), supplier=supplier)
    with app.test_request_context("/"):
        paper = printing.paper_of(order)
        heads = [head.text for head in paper.heads]
        item, quantity, unit, price, total = paper.rows[0]
    assert len(heads) == 5, heads
    assert [quantity.text, price.text, total.text] == ["10", "Rp12.500", "Rp125.000"]
    assert "Infus" in item.text
    assert [cell.is_number for cell in (item, quantity, unit, price, total)] == [False, True, False, True,
                                                                                 True]
    assert sum(head.width for head in paper.heads) == pytest.approx(95)
    assert paper.addressee[:2] == [supplier.name, "Jl. Melati 7"]
    assert "0123456789012345" in paper.addressee[-1]
    assert paper.sums == [("Subtotal", "Rp125.000"), ("PPN", "Rp13.750")]
    assert paper.total == "Rp138.750"


def test_a_count_is_blind_on_paper_until_it_is_handed_in(app):
    line = StocktakeLine(system_quantity=Decimal(77), counted_quantity=Decimal(70))
    for state, is_told in ((StocktakeState.COUNTING, False), (StocktakeState.SUBMITTED, True)):
        count = SimpleNamespace(__tablename__="stocktake", state=state, lines=[line])
        shown = printing._line_columns(count, StocktakeLine, printing.FORMS["stocktake"])
        assert ("system_quantity" in {name for _column, name in shown}) is is_told


def test_lines_of_every_document_type_print_with_and_without_values(app):
    """One bare line of each type, read off the metadata: no column and no relation stops a form."""
    with app.test_request_context("/"):
        for name, model in WORKFLOWS.items():
            lines = getattr(model, "lines", None)
            if not issubclass(model, Document) or lines is None:
                continue
            bare = lines.property.mapper.class_()
            full = lines.property.mapper.class_()
            for column in sa.inspect(type(full)).local_table.columns:
                if isinstance(column.type, ExactDecimal | sa.Integer) and not column.computed:
                    setattr(full, column.name, Decimal(1))
            form = printing.FORMS.get(name, printing.Form())
            for line in (bare, full):
                like = SimpleNamespace(__tablename__=name, id=0, state="posted", lines=[line],
                                       is_sorted_by_shelf=model.is_sorted_by_shelf)
                heads, rows = printing._line_table(like, type(line), form)
                assert all(len(row) == len(heads) for row in rows)
                paper = printing.Paper("Form", "RS", "", "", "", [], heads, rows)
                content = pdf.rendered("print/document.html", paper=paper)
                assert "Form" in PdfReader(io.BytesIO(content)).pages[0].extract_text(), name


def test_years_are_not_grouped_and_a_minus_is_drawn(app):
    year = WORKFLOWS["asset_plan"].__table__.c.budget_year
    with app.test_request_context("/"):
        assert printing._shown(2027, year).text == "2027"
        paper = printing.Paper("Form", "RS", "", "", "", [("Variance", printing._shown(Decimal(-12)).text)])
        content = pdf.rendered("print/document.html", paper=paper)
    assert "-12" in PdfReader(io.BytesIO(content)).pages[0].extract_text()


def drawn(content):
    """What is drawn on each page."""
    return [page.get_contents().get_data() for page in PdfReader(io.BytesIO(content)).pages]


def a_paper(rows):
    return printing.Paper("Form", letterhead.Letterhead("RS"), "F-1", "", "", [("Made by", "Ratna")] * 3,
                          heads=[printing.Cell("Item", width=50)],
                          rows=[[printing.Cell(f"Item {number}")] for number in range(rows)], note="Note",
                          signs=[Signature("Head", "Ratna")], sums=[("VAT", "Rp1")], total="Rp10", qr="",
                          approvals=[("Approved", "Ratna", "today", "")])


def test_the_short_base_sheet_draws_what_the_librarys_own_draws(app, monkeypatch):
    sheets = []
    for base in (pdf.BASE_CSS, DEFAULT_CSS):
        monkeypatch.setattr(pdf, "BASE_CSS", base)
        with app.test_request_context("/"):
            sheets.append(drawn(pdf.rendered("print/document.html", paper=a_paper(3))))
    assert sheets[0] == sheets[1]


@pytest.mark.parametrize(("rows", "count"), [(3, 1), (50, 2), (100, 3)])
@pytest.mark.parametrize("is_long", [False, True])
def test_each_page_says_how_many_there_are(app, rows, count, is_long):
    with app.test_request_context("/"), force_locale("en"):
        content = pdf.rendered("print/document.html", paper=a_paper(rows), is_long=is_long)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    assert len(pages) == count
    for number, text in enumerate(pages, 1):
        assert f"Page {number} of {count}" in " ".join(text.split())


def test_half_a_sheet_is_not_tried_where_there_is_no_room(app):
    """The estimate may be too low, never too high: what fits is always tried."""
    with app.test_request_context("/"):
        for rows in range(12):
            paper = replace(a_paper(rows), size="a5 landscape")
            if pdf.on_one_page("print/document.html", paper=paper) is not None:
                assert printing.least_height(paper) <= printing.HALF_SHEET, rows
        assert printing.least_height(a_paper(30)) > printing.HALF_SHEET
