"""Blind count sheets on paper: what to count and where to write it, shelf by shelf, with room for two
signatures."""

from __future__ import annotations

import io
from collections.abc import Mapping
from itertools import count, groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_babel import force_locale, gettext

from models.base import db
from models.items import Item, ItemCategory
from models.operations.stores import count_moments, stocktake_counting
from models.settings import setting
from models.stocktakes import Stocktake, StocktakeLine
from portal.web import locale
from portal.web.pdf_style import A4, HINT, INK, RULE, plain

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
MARGIN, ROW = 40, 20
#: Left edges: number, item with its code, batch, expiry, unit, room for the figure, room for a remark.
PLACES = (MARGIN, 62, 268, 348, 402, 446, 506)


def known_heads() -> dict[str, str]:
    """What may stand in the first row of a sheet, in both languages, and what it means."""
    keys = ("line", "shelf", "code", "item", "barcode", "batch", "expires_on", "unit", "counted", "note",
            "moved")
    result: dict[str, str] = {}
    for language in ("en", "id"):
        with force_locale(language):
            result |= {gettext(head): key for head, key in zip(stocktake_counting.SHEET, keys, strict=True)}
    return {head: key for head, key in result.items() if key in ("line", "code", "batch", "counted", "note")}


def own_sheet(sheets: tuple[str, ...]) -> str | None:
    """Of the sheets of a workbook the one that was written here."""
    names = {"Sheet1"}  # before the sheet had a name of its own
    for language in ("en", "id"):
        with force_locale(language):
            names.add(gettext("Count sheet"))
    result = [sheet for sheet in sheets if sheet in names]
    return result[0] if len(result) == 1 else None


def categories(record: Stocktake) -> list[Any]:
    """The categories on the list, with how many lines each has."""
    return list(db.session.execute(
        sa.select(ItemCategory.id, ItemCategory.name, sa.func.count().label("lines"))
        .join(Item, Item.category_id == ItemCategory.id).join(StocktakeLine, StocktakeLine.item_id == Item.id)
        .where(StocktakeLine.stocktake_id == record.id).group_by(ItemCategory.id, ItemCategory.name)
        .order_by(ItemCategory.name)))


class _Sheet:
    def __init__(self, canvas: Canvas, record: Stocktake, hospital: str, moved: Mapping[int, Any]) -> None:
        self.canvas, self.record, self.hospital, self.moved = canvas, record, hospital, moved
        self.page, self.y, self.category, self.shelf = 0, 0.0, "", ""

    def turn(self, category: str) -> None:
        """Begin a sheet of a category, or of shelves; its foot is signed by itself."""
        canvas = self.canvas
        if self.page:
            canvas.showPage()
        self.page, self.category = self.page + 1, category
        canvas.setFillColor(INK)
        canvas.setFont("Helvetica-Bold", 13)
        canvas.drawString(MARGIN, HEIGHT - 44, plain(gettext("Count sheet")))
        canvas.setFont("Helvetica-Bold", 10)
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 44, plain(self.record.number or ""))
        canvas.setFont("Helvetica", 9)
        canvas.drawString(MARGIN, HEIGHT - 60, plain(f"{self.hospital} · {self.record.store}"))
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 60,
                               plain(locale.day(self.record.counted_on, "long")))
        canvas.setFont("Helvetica-Bold", 10)
        canvas.drawString(MARGIN, HEIGHT - 78, plain(category))
        canvas.setFillColor(HINT)
        canvas.setFont("Helvetica", 8)
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 78, plain(gettext(
            "Count what is there. Write 0 where nothing is there.")))
        self.y = HEIGHT - 98
        canvas.setFont("Helvetica-Bold", 8)
        canvas.setFillColor(INK)
        for place, head in zip(PLACES,
                               (gettext("No."), gettext("Item"), gettext("Batch"), gettext("Expires on"),
                                        gettext("Unit"), gettext("Counted"), gettext("Note")), strict=True):
            canvas.drawString(place, self.y, plain(head))
        self.y -= 5
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.8)
        canvas.line(MARGIN, self.y, WIDTH - MARGIN, self.y)
        self._foot()

    def _foot(self) -> None:
        canvas = self.canvas
        canvas.setFont("Helvetica", 8)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.4)
        for x, word in ((MARGIN, gettext("Counted by")), (MARGIN + 175, gettext("Second counter")),
                        (MARGIN + 350, gettext("Date and hour"))):
            canvas.drawString(x, 84, plain(word))
            canvas.line(x, 48, x + 150, 48)
        canvas.setFillColor(HINT)
        canvas.drawRightString(WIDTH - MARGIN, 30, str(self.page))
        canvas.drawString(MARGIN, 30, plain(gettext("Name and signature")))
        canvas.setFillColor(INK)

    def head(self, shelf: str) -> None:
        """Begin a shelf, with room for one row at least."""
        if self.y - 2 * ROW < 104:
            self.turn(self.category)
        self.shelf = shelf
        self._head(shelf)

    def _head(self, words: str) -> None:
        self.y -= ROW
        self.canvas.setFillColor(INK)
        self.canvas.setFont("Helvetica-Bold", 9.5)
        self.canvas.drawString(MARGIN, self.y + 6, plain(gettext("Shelf %(shelf)s", shelf=words)))

    def row(self, number: int, line: StocktakeLine) -> None:
        if self.y - ROW < 104:
            self.turn(self.category)
            if self.shelf:
                self._head(self.shelf)
        canvas = self.canvas
        self.y -= ROW
        item, batch = line.item, line.batch
        canvas.setFillColor(INK)
        canvas.setFont("Helvetica", 8.5)
        canvas.drawString(PLACES[0], self.y + 6, str(number))
        canvas.drawString(PLACES[1], self.y + 9, self._fitting(item.name, PLACES[2] - PLACES[1] - 6, 8.5))
        canvas.drawString(PLACES[2], self.y + 6,
                          self._fitting(batch.number if batch else "", PLACES[3] - PLACES[2] - 4, 8.5))
        canvas.drawString(PLACES[3], self.y + 6, plain(locale.day(batch.expires_on))
                          if batch and batch.expires_on else "")
        canvas.drawString(PLACES[4], self.y + 6,
                          self._fitting(item.base_unit, PLACES[5] - PLACES[4] - 4, 8.5))
        canvas.setFont("Helvetica", 6.5)
        canvas.setFillColor(HINT)
        since = self.moved.get(line.id)
        code = item.code if since is None else f"{item.code} · " + gettext(
            "%(moved)s moved since %(hour)s", moved=f"{since.quantity:+}", hour=self._since(line))
        canvas.drawString(PLACES[1], self.y + 2, plain(code))
        canvas.setFillColor(INK)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.5)
        canvas.rect(PLACES[5], self.y + 2, PLACES[6] - PLACES[5] - 6, ROW - 4)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.3)
        canvas.line(MARGIN, self.y, WIDTH - MARGIN, self.y)

    def _since(self, line: StocktakeLine) -> str:
        return locale.moment(line.counted_at or count_moments.began(self.record))

    def _fitting(self, text: str, width: float, size: float) -> str:
        written = plain(text)
        while written and self.canvas.stringWidth(written, "Helvetica", size) > width:
            written = written[:-2].rstrip() + "."
        return written


def as_pdf(record: Stocktake, lines: list[StocktakeLine], places: Mapping[int, str]) -> bytes:
    """The sheets: shelf by shelf, then what has none, each category on paper of its own. What is expected is
    not on them."""
    from reportlab.pdfgen.canvas import Canvas  # slow to import: only who prints pays

    hospital = setting("hospital.name")
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, pageCompression=1)
    canvas.setTitle(plain(f"{gettext('Count sheet')} {record.number or ''}"))
    sheet = _Sheet(canvas, record, hospital, stocktake_counting.moved(record))
    numbers = count(1)
    on_shelves = [line for line in lines if line.item_id in places]
    if on_shelves:
        sheet.turn(gettext("By shelf"))
    for shelf, mine in groupby(on_shelves, key=lambda line: places[line.item_id]):
        sheet.head(shelf)
        for line in mine:
            sheet.row(next(numbers), line)
    sheet.shelf = ""
    for category, rest in groupby((line for line in lines if line.item_id not in places),
                                  key=lambda line: line.item.category.name):
        sheet.turn(category)
        for line in rest:
            sheet.row(next(numbers), line)
    if not lines:
        sheet.turn("")
    canvas.save()
    return file.getvalue()
