"""The printed form of any document: letterhead, facts, lines, totals in words, approvals and a QR code.

One template serves every type: it is read off the metadata. The class says who signs (`signs`) and what
the paper is called (`paper_title`); `portal.web.paper_forms` holds what must be worked out.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale, gettext
from sqlalchemy.orm import joinedload, selectinload

from models.base import ExactDecimal, db
from models.delegations import Delegation
from models.documents import Document, DocumentEvent, DocumentNumber, line_type
from models.finality import FINAL_STATES
from models.operations.stores import shelves
from models.people import User
from portal.web import links, locale, paper_columns, pdf, words
from portal.web.amount_in_words import in_words
from portal.web.letterhead import Letterhead, letterhead, printed
from portal.web.paper_forms import FORMS, OWN_PAPERS, Form
from portal.web.signatures import Signature, for_whom, signatures

#: Never printed: keys, machinery, and what stands elsewhere on the form.
LEFT_OUT = frozenset({"id", "version", "number", "state", "created_at", "created_by_id", "note", "factor",
                      "net_value"})
#: Rows that a line came from or stands on: true, and of no use to who holds the paper.
MACHINERY = ("stock_move", "asset_book")
#: Where things go; a line names one of them.
ONE_PLACE = ("building", "room", "ward", "inpatient_room", "work_unit")
#: Points between the margins of A4, upright and across, and the part of it that a line has beside its number.
ROOM, WIDE_ROOM, LINES_SHARE = 504.0, 750.0, 0.95
#: Points of a fact's value; rows of a table that half a sheet may have, and that no sheet has.
FACT_ROOM, FEW_ROWS, MANY_ROWS = 165.0, 5, 60
#: Points between the upper and the lower margin of half a sheet (A5 across).
HALF_SHEET = 352.0
#: What a line is about; stands first and is widest.
THINGS = ("item", "asset", "asset_model", "land", "building", "ward")


@dataclass(frozen=True)
class Cell:
    """A heading or a value; a heading has its share of the width, in percent."""

    text: str
    is_number: bool = False
    width: float = 0


def _is_money(kind: Any) -> bool:
    return isinstance(kind, ExactDecimal) and kind.precision == 18


def _is_percent(kind: Any) -> bool:
    return isinstance(kind, ExactDecimal) and kind.precision == 5


def _shown(value: Any, column: sa.Column[Any] | None = None) -> Cell:
    if value is None or value == "":
        return Cell("–")
    if isinstance(value, bool):
        return Cell(gettext("Yes") if value else gettext("No"))
    if isinstance(value, Decimal):
        kind = column.type if column is not None else None
        if _is_percent(kind):
            return Cell(locale.percent(value), True)
        return Cell(locale.rupiah(value) if _is_money(kind) else locale.quantity(value), True)
    if isinstance(value, datetime):
        return Cell(locale.moment(value))
    if isinstance(value, date):
        return Cell(locale.day(value))
    if isinstance(value, int):
        is_year = column is not None and column.name.endswith("year")
        return Cell(str(value) if is_year else locale.quantity(value), True)
    if hasattr(value, "value"):
        return Cell(words.state_word(value))
    return Cell(str(value))


def _columns(model: Any, skip: frozenset[str]) -> list[tuple[sa.Column[Any], str]]:
    """The columns worth printing and the attribute that shows each (a reference by its relationship)."""
    mapper = sa.inspect(model)
    by_key = {next(iter(relation.local_columns)).name: relation.key for relation in mapper.relationships
              if relation.direction.name == "MANYTOONE" and len(relation.local_columns) == 1}
    result = []
    for column in mapper.local_table.columns:
        if column.name in skip or isinstance(column.type, sa.LargeBinary | sa.JSON):
            continue
        if column.foreign_keys and column.name not in by_key:
            continue
        result.append((column, by_key.get(column.name, column.name)))
    return result


def _options(model: Any, lines: Any) -> list[Any]:
    """Load what the form shows in a fixed number of statements."""
    options: list[Any] = [joinedload(getattr(model, relation.key))
                          for relation in sa.inspect(model).relationships
                          if relation.direction.name == "MANYTOONE"]
    if lines is not None:
        options.append(selectinload(model.lines).options(*(
            joinedload(getattr(lines, relation.key)) for relation in sa.inspect(lines).relationships
            if relation.direction.name == "MANYTOONE" and relation.mapper.class_ is not model)))
    return options


@dataclass
class Paper:
    """What the print template shows. `size` is a page size of CSS, `letters` the table's size in points."""

    title: str
    head: Letterhead
    number: str
    place_and_date: str
    state: str
    facts: list[tuple[str, str]]
    addressee: list[str] = field(default_factory=list)
    preamble: str = ""
    heads: list[Cell] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    sums: list[tuple[str, str]] = field(default_factory=list)
    total: str = ""
    in_words: str = ""
    note: str = ""
    approvals: list[tuple[str, str, str, str]] = field(default_factory=list)
    signs: list[Signature] = field(default_factory=list)
    qr: str = ""
    address: str = ""
    printed: str = ""
    size: str = "a4 portrait"
    letters: float = 8.5

    @property
    def is_small(self) -> bool:
        return self.size.startswith("a5")


def least_height(paper: Paper) -> float:
    """Points that the paper takes on half a sheet at least, as if nothing needed a second line: over
    `HALF_SHEET` it need not be tried there."""
    line, row = 13.5, paper.letters + 5
    parts = [62 if paper.qr else 22, 41, math.ceil(len(paper.facts) / 2) * (line + 3)]
    if paper.addressee:
        parts.append((len(paper.addressee) + 2) * line)
    if paper.heads:
        parts.append(line + (len(paper.rows) + 1) * row)
    if paper.total:
        parts.append((len(paper.sums) + 2) * line)
    if paper.signs:
        parts.append(4 * line)
    parts += [2 * line for text in (paper.preamble, paper.note, paper.approvals) if text]
    return sum(parts)


def _amount(document: Any) -> Decimal | None:
    """The document's total in rupiah, where its type has one."""
    for name in ("total", "grand_total", "amount"):
        value = getattr(document, name, None)
        if isinstance(value, Decimal):
            return value
    return None


def _rank(column: sa.Column[Any], name: str) -> int:
    """Where a line's column stands: the thing, how much of it, in which unit, at what price, then the
    rest."""
    if name in THINGS:
        return 0
    if name == "unit":
        return 2
    kind = column.type
    if column.foreign_keys or not isinstance(kind, ExactDecimal | sa.Integer):
        return 5
    return 3 if _is_money(kind) else 4 if _is_percent(kind) else 1


def _line_columns(document: Any, line_model: Any, form: Form) -> list[tuple[sa.Column[Any], str]]:
    """The columns that say something about these lines, in the order of a paper."""
    relations = sa.inspect(line_model).relationships
    result = []
    for column, name in _columns(line_model,
                                 LEFT_OUT | form.hides(document) | {f"{document.__tablename__}_id"}):
        target = relations[name].mapper.local_table.name if name in relations else ""
        if target.endswith("_line") or target in MACHINERY:
            continue
        values = [getattr(line, name) for line in document.lines]
        # A column that is empty on every line only takes the room of the others.
        if any(value is not None and value != "" and value is not False for value in values) and not (
                _is_percent(column.type) and not any(values)):
            result.append((column, name))
    return sorted(result, key=lambda entry: _rank(*entry))


def _line_table(document: Any, line_model: Any, form: Form) -> tuple[list[Cell], list[list[Cell]]]:
    """Headings and rows; a column of numbers stands at the right."""
    columns = _line_columns(document, line_model, form)
    extra = form.extra(document) if form.extra else {}
    places = shelves.locations(document.store_id, (line.item_id for line in document.lines)) \
        if document.is_sorted_by_shelf and document.state not in FINAL_STATES else {}
    if extra and not form.keeps_batch:  # batch and expiry stand there, as they moved
        columns = [(column, name) for column, name in columns
                   if name not in ("batch", "batch_number", "expires_on")]
    # A line names one place at most, so one column has them all.
    goes_to = [name for _column, name in columns if name in ONE_PLACE] if len(
        [name for _column, name in columns if name in ONE_PLACE]) > 1 else []
    columns = [(column, name) for column, name in columns if name not in goes_to]
    has_amount = any(_is_money(column.type) for column, _name in columns) and hasattr(line_model,
                                                                                      "net_amount")
    heads = [Cell(words.label(column), _rank(column, name) in (1, 3, 4)) for column, name in columns]
    heads += [Cell(gettext("Place"))] if goes_to else []
    heads += [Cell(str(head)) for head in form.extra_heads if extra]
    heads += [Cell(gettext("Total"), True)] if has_amount else []
    if not heads:
        return [], []
    if places:
        heads.insert(1, Cell(gettext("Shelf")))
    rows = []
    for line in sorted(document.lines, key=lambda line: shelves.walk(places.get(line.item_id))) \
            if places else document.lines:
        cells = [_shown(getattr(line, name), column) for column, name in columns]
        if places:
            cells.insert(1, _shown(places.get(line.item_id)))
        if goes_to:
            cells.append(_shown(next(filter(None, (getattr(line, name) for name in goes_to)), None)))
        if extra:
            cells.append(Cell("; ".join(extra.get(line.id, [])) or "–"))
        if has_amount:
            cells.append(Cell(locale.rupiah(line.net_amount), True))
        # A cell stands as its heading does, whether it holds a number or a dash.
        rows.append([Cell(cell.text, head.is_number) for cell, head in zip(cells, heads, strict=True)])
    return heads, rows


def _fit(paper: Paper) -> None:
    """Give the table its widths, its letters and a sheet on which no column reaches into the next."""
    table = paper_columns.fitted([head.text for head in paper.heads],
                                 [[cell.text for cell in row] for row in paper.rows],
                                 ROOM * LINES_SHARE, WIDE_ROOM * LINES_SHARE)
    paper.letters = table.size
    paper.size = "a4 landscape" if table.is_wide else paper.size
    paper.heads = [Cell(text, head.is_number, width * 100 * LINES_SHARE / 100)
                   for text, head, width in zip(table.heads, paper.heads, table.widths, strict=True)]
    paper.rows = [[Cell(text, cell.is_number) for text, cell in zip(texts, row, strict=True)]
                  for texts, row in zip(table.rows, paper.rows, strict=True)]


def _approvals(document: Any) -> list[tuple[str, str, str, str]]:
    giver = sa.orm.aliased(User)
    events = db.session.execute(
        sa.select(DocumentEvent, User.name, giver.name).join(User, User.id == DocumentEvent.user_id)
        .outerjoin(Delegation, Delegation.id == DocumentEvent.delegation_id)
        .outerjoin(giver, giver.id == Delegation.giver_id)
        .where(DocumentEvent.document_type == document.__tablename__,
               DocumentEvent.document_id == document.id,
               DocumentEvent.transition != "create").order_by(DocumentEvent.id))
    return [(words.step_word(event.transition), for_whom(name, behind), locale.moment(event.occurred_at),
             event.note or "")
            for event, name, behind in events]


def paper_of(document: Any, hides: frozenset[str] = frozenset()) -> Paper:
    """The printed form's content, in the reader's language, without the attributes `hides`."""
    model = type(document)
    form = FORMS.get(model.__tablename__, Form())
    line_model = line_type(model)
    document = db.session.scalars(
        sa.select(model).where(model.id == document.id).options(*_options(model, line_model))).unique().one()
    given = db.session.scalar(sa.select(DocumentNumber).where(
        DocumentNumber.document_type == model.__tablename__, DocumentNumber.document_id == document.id))
    head = letterhead()
    paper = Paper(
        title=gettext(model.paper_title) if model.paper_title else words.table_word(model.__tablename__),
        head=head, number=document.number or "", place_and_date=head.place_and_date(document.document_date),
        state=words.state_word(document.state), facts=_facts(document, form, head, hides),
        addressee=form.addressee(document) if form.addressee else [],
        preamble=str(form.preamble) % {"day": locale.day(document.document_date, "long")},
        note="" if "note" in hides else document.note or "", approvals=_approvals(document),
        signs=signatures(document), printed=printed())
    if line_model is not None:
        paper.heads, paper.rows = _line_table(document, line_model, form)
    if paper.heads:
        _fit(paper)
    amount = _amount(document)
    if amount is not None:
        paper.sums = _sums(document)
        paper.total = locale.rupiah(amount)
        paper.in_words = in_words(amount, "id" if locale.is_indonesian() else "en")
    if given is not None:
        paper.address = links.printed_address(f"/verify/{given.verify_code}")
        paper.qr = pdf.qr_data_uri(paper.address) if paper.address else ""
    return paper


def _facts(document: Any, form: Form, head: Letterhead, hides: frozenset[str]) -> list[tuple[str, str]]:
    """What the document's columns say, each with its word; long words are broken."""
    model = type(document)
    facts = [(words.label(column), _shown(getattr(document, name), column).text)
             for column, name in _columns(model, LEFT_OUT | form.leaves_out | {document.dated} | hides)
             if getattr(document, name) is not None]
    facts += form.facts(document, head) if form.facts else []
    facts.append((gettext("Made by"), document.created_by.name))
    return [(label, paper_columns.broken(text, "Helvetica", 9, FACT_ROOM)) for label, text in facts]


def _sums(document: Any) -> list[tuple[str, str]]:
    """What the total is made of, where tax is part of it."""
    vat = getattr(document, "vat_amount", None)
    if not vat:
        return []
    return [(gettext("Subtotal"), locale.rupiah(document.net_total)), (gettext("VAT"), locale.rupiah(vat))]


def document_pdf(document: Document, language: str | None = None,
                 hides: frozenset[str] = frozenset()) -> bytes:
    """The document as a PDF of a few pages, in `language` (id, en) or the reader's; on half a sheet (A5)
    where it has room there. A draft says so and carries no QR code."""
    if own := OWN_PAPERS.get(document.__tablename__):
        return own(document, language, hides)
    with force_locale(language) if language else contextlib.nullcontext():
        paper = paper_of(document, hides)
        if len(paper.rows) <= FEW_ROWS and paper.size == "a4 portrait" and least_height(paper) <= HALF_SHEET:
            content = pdf.on_one_page("print/document.html", paper=replace(paper, size="a5 landscape"))
            if content is not None:
                return content
        return pdf.rendered("print/document.html", paper=paper, is_long=len(paper.rows) > MANY_ROWS)


def file_name(document: Document) -> str:
    """What the document's PDF is called: ``PO-2026-000123.pdf``."""
    return f"{(document.number or f'{document.prefix}-{document.id}').replace('/', '-')}.pdf"
