"""The printed form of any document: letterhead, facts, lines, totals in words, approvals and a QR code.

One template serves every type: it is read off the metadata. The class says who signs (`signs`) and what
the paper is called (`paper_title`); `FORMS` holds what must be worked out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, selectinload

from models.asset_exits import AssetAuctionState
from models.base import ExactDecimal, db
from models.documents import Document, DocumentEvent, DocumentNumber, line_type
from models.finality import FINAL_STATES
from models.operations.stores import count_moments, shelves
from models.people import User
from models.settings import setting
from models.stock import StockBatch, StockMove
from models.stocktakes import StocktakeState
from portal.web import links, locale, pdf, prescription_paper, words
from portal.web.amount_in_words import in_words

#: Never printed: keys, machinery, and what stands elsewhere on the form.
LEFT_OUT = frozenset({"id", "version", "number", "state", "created_at", "created_by_id", "note", "factor",
                      "net_value"})
#: Rows that a line came from or stands on: true, and of no use to who holds the paper.
MACHINERY = ("stock_move", "asset_book")
#: What a line is about; stands first and is widest.
THINGS = ("item", "asset", "asset_model", "land", "building", "ward")


@dataclass(frozen=True)
class Cell:
    """A heading or a value; a heading has its share of the width, in percent."""

    text: str
    is_number: bool = False
    width: int = 0


@dataclass(frozen=True)
class Form:
    """What a type's print works out beyond its metadata and the plain words on its class."""

    extra: Callable[[Any], dict[int, list[str]]] | None = None
    extra_heads: tuple[Any, ...] = ()
    facts: Callable[[Any], list[tuple[str, str]]] | None = None
    #: Line columns that this document keeps to itself as it stands.
    hides: Callable[[Any], frozenset[str]] = lambda _document: frozenset()
    #: Whether batch and expiry stand beside the extra columns; else those say them.
    keeps_batch: bool = False


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


def _batches(document: Any) -> dict[int, list[str]]:
    """Batch and expiry that left the store for each line of a delivery, from the ledger."""
    rows = db.session.execute(
        sa.select(StockMove.line_id, StockBatch.number, StockBatch.expires_on, StockMove.quantity)
        .join(StockBatch, StockBatch.id == StockMove.batch_id)
        .where(StockMove.document_type == document.__tablename__, StockMove.document_id == document.id,
               StockMove.reverses_id.is_(None)).order_by(StockMove.id))
    result: dict[int, list[str]] = {}
    for line_id, number, expires_on, quantity in rows:
        if number:
            until = f" · {locale.day(expires_on)}" if expires_on else ""
            result.setdefault(line_id, []).append(f"{number}{until} · {locale.quantity(abs(quantity))}")
    return result


def _bids(auction: Any) -> dict[int, list[str]]:
    """What was offered for each lot in the last round, highest first, and which bid won."""
    result = {}
    for line in auction.lines:
        mine = sorted((bid for bid in line.bids if bid.round == auction.round),
                      key=lambda bid: (-bid.amount, bid.offered_at, bid.id))
        is_sold = auction.state == AssetAuctionState.SOLD
        notes = {bid.id: gettext("won") for bid in mine if is_sold and bid is line.winner}
        notes |= {bid.id: bid.note or "" for bid in mine if not bid.is_valid}
        result[line.id] = [f"{bid.bidder_name} ({bid.bidder_identity}) {locale.rupiah(bid.amount)}"
                           + (f" – {notes[bid.id]}" if notes.get(bid.id) else "") for bid in mine]
    return result if any(result.values()) else {}


def _blind(document: Any) -> frozenset[str]:
    """Who counts must not read what is expected."""
    is_counted = document.state not in (StocktakeState.DRAFT, StocktakeState.COUNTING)
    return frozenset({"count_again"}) if is_counted else frozenset({"system_quantity", "variance",
                                                                    "count_again"})


def _moved_since(document: Any) -> dict[int, list[str]]:
    """What moved of each line after it was counted; the posting leaves it alone."""
    return {line_id: [f"{'+' if entry.quantity > 0 else ''}{locale.quantity(entry.quantity)}"]
            for line_id, entry in count_moments.since(document).items()}


def _supplier(document: Any) -> list[tuple[str, str]]:
    """What a supplier's copy of the order must say of the supplier."""
    supplier = document.supplier
    return [(words.label(name), getattr(supplier, name)) for name in ("address", "phone", "npwp")
            if getattr(supplier, name)]


def _vendor(document: Any) -> list[tuple[str, str]]:
    """What a vendor's copy of the order must say of the vendor."""
    vendor = document.vendor
    return [(words.label(name), getattr(vendor, name)) for name in ("address", "phone", "tax_number")
            if getattr(vendor, name)]


#: Types whose paper is a form of its own: ``def f(document, language, hides) -> bytes``.
OWN_PAPERS: dict[str, Callable[..., bytes]] = {"prescription": prescription_paper.printed}
FORMS: dict[str, Form] = {
    "delivery_request": Form(_batches, (_l("Batch, expiry, base units"),)),
    "purchase_order": Form(facts=_supplier),
    "stocktake": Form(_moved_since, (_l("Moved since"),), hides=_blind, keeps_batch=True),
    "asset_procurement": Form(facts=_vendor),
    "asset_auction": Form(_bids, (_l("Bids of the round"),)),
    "goods_receipt": Form(_batches, (_l("Batch, expiry, base units"),)),
}


@dataclass
class Paper:
    """What the print template shows."""

    title: str
    hospital: str
    number: str
    on: str
    state: str
    facts: list[tuple[str, str]]
    heads: list[Cell] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    sums: list[tuple[str, str]] = field(default_factory=list)
    total: str = ""
    in_words: str = ""
    note: str = ""
    approvals: list[tuple[str, str, str, str]] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)
    qr: str = ""
    address: str = ""


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


#: Shares of the width by rank, before they are made to add up.
_SHARES = (36, 11, 9, 16, 9, 18)


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
    columns = _line_columns(document, line_model, form)
    extra = form.extra(document) if form.extra else {}
    places = shelves.locations(document.store_id, (line.item_id for line in document.lines)) \
        if document.is_sorted_by_shelf and document.state not in FINAL_STATES else {}
    if extra and not form.keeps_batch:  # batch and expiry stand there, as they moved
        columns = [(column, name) for column, name in columns
                   if name not in ("batch", "batch_number", "expires_on")]
    has_amount = any(_is_money(column.type) for column, _name in columns) and hasattr(line_model,
                                                                                      "net_amount")
    heads = [Cell(words.label(column), _rank(column, name) in (1, 3, 4), _SHARES[_rank(column, name)])
             for column, name in columns]
    heads += [Cell(str(head), False, 24) for head in form.extra_heads if extra]
    heads += [Cell(gettext("Total"), True, _SHARES[3])] if has_amount else []
    if not heads:
        return [], []
    if places:
        heads.insert(1, Cell(gettext("Shelf"), False, 12))
    shares = sum(head.width for head in heads)
    # A heading's longest word is not broken: about one percent of the paper a letter.
    widths = [max(head.width * 95 // shares, max(map(len, head.text.split())) + 1) for head in heads]
    widths[0] += 95 - sum(widths)
    heads = [Cell(head.text, head.is_number, width) for head, width in zip(heads, widths, strict=True)]
    rows = []
    for line in sorted(document.lines, key=lambda line: shelves.walk(places.get(line.item_id))) \
            if places else document.lines:
        cells = [_shown(getattr(line, name), column) for column, name in columns]
        if places:
            cells.insert(1, _shown(places.get(line.item_id)))
        if extra:
            cells.append(Cell("; ".join(extra.get(line.id, [])) or "–"))
        if has_amount:
            cells.append(Cell(locale.rupiah(line.net_amount), True))
        # A cell stands as its heading does, whether it holds a number or a dash.
        rows.append([Cell(cell.text, head.is_number) for cell, head in zip(cells, heads, strict=True)])
    return heads, rows


def _approvals(document: Any) -> list[tuple[str, str, str, str]]:
    events = db.session.execute(
        sa.select(DocumentEvent, User.name).join(User, User.id == DocumentEvent.user_id)
        .where(DocumentEvent.document_type == document.__tablename__,
               DocumentEvent.document_id == document.id,
               DocumentEvent.transition != "create").order_by(DocumentEvent.id))
    return [(words.step_word(event.transition), name, locale.moment(event.occurred_at), event.note or "")
            for event, name in events]


def paper_of(document: Any, hides: frozenset[str] = frozenset()) -> Paper:
    """The printed form's content, in the reader's language, without the attributes `hides`."""
    model = type(document)
    form = FORMS.get(model.__tablename__, Form())
    line_model = line_type(model)
    document = db.session.scalars(
        sa.select(model).where(model.id == document.id).options(*_options(model, line_model))).unique().one()
    given = db.session.scalar(sa.select(DocumentNumber).where(
        DocumentNumber.document_type == model.__tablename__, DocumentNumber.document_id == document.id))
    hospital = setting("hospital.name")
    facts = [(words.label(column), _shown(getattr(document, name), column).text)
             for column, name in _columns(model, LEFT_OUT | {document.dated} | hides)
             if getattr(document, name) is not None]
    facts += form.facts(document) if form.facts else []
    facts.append((gettext("Made by"), document.created_by.name))
    paper = Paper(
        title=gettext(model.paper_title) if model.paper_title else words.table_word(model.__tablename__),
        hospital=hospital,
        number=document.number or "",
        on=locale.day(document.document_date, "long"), state=words.state_word(document.state), facts=facts,
        note="" if "note" in hides else document.note or "", approvals=_approvals(document),
        signs=[gettext(sign) for sign in model.signs])
    if line_model is not None:
        paper.heads, paper.rows = _line_table(document, line_model, form)
    amount = _amount(document)
    if amount is not None:
        vat = getattr(document, "vat_amount", None)
        if vat:
            paper.sums = [(gettext("VAT"), locale.rupiah(vat))]
        paper.total = locale.rupiah(amount)
        paper.in_words = in_words(amount, "id" if locale.is_indonesian() else "en")
    if given is not None:
        paper.address = links.printed_address(f"/verify/{given.verify_code}")
        paper.qr = pdf.qr_data_uri(paper.address) if paper.address else ""
    return paper


def document_pdf(document: Document, language: str | None = None,
                 hides: frozenset[str] = frozenset()) -> bytes:
    """The document as a PDF of a few pages, in `language` (id, en) or the reader's. A draft says so and
    carries no QR code."""
    if own := OWN_PAPERS.get(document.__tablename__):
        return own(document, language, hides)
    with force_locale(language) if language else contextlib.nullcontext():
        return pdf.rendered("print/document.html", paper=paper_of(document, hides))


def file_name(document: Document) -> str:
    """What the document's PDF is called: ``PO-2026-000123.pdf``."""
    return f"{(document.number or f'{document.prefix}-{document.id}').replace('/', '-')}.pdf"
