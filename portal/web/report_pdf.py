"""A report as PDF: drawn line by line, so that a long one costs as much for each page as a short one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from flask_babel import gettext

from models import clock
from portal.web import locale, pdf_letters
from portal.web.letterhead import Letterhead, letterhead, printed
from portal.web.pdf_style import A4, BAR, HINT, INK, RULE, plain
from portal.web.signatures import Signature

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

HEIGHT, WIDTH = A4  # across
MARGIN, GAP, SIZE, LEADING = 36, 6, 7.5, 9.5
#: A longer report is no paper; the last page says where the rest is.
MOST_ROWS = 20_000
MOST_LINES = 3
#: Points for the number of pages behind the page's own.
ROOM_OF_COUNT = 18
_CHUNK = 64 * 1024


class Total(list[str]):
    """The last row: what the rows above make."""


class Bars(list[tuple[str, float]]):
    """In place of a row: names and numbers, drawn as bars across the sheet under `label`."""

    def __init__(self, points: Iterable[tuple[str, float]], label: str) -> None:
        super().__init__(points)
        self.label = label


#: Heading, heads and rows of a further table; a row that is one text is a remark across it.
Table = tuple[str, Sequence[tuple[str, bool, float]], Iterable[Sequence[str] | str | Bars]]


def _split(text: str, font: str, size: float, width: float) -> list[str]:
    """The text in lines that fit."""
    from reportlab.lib.utils import simpleSplit

    return cast("list[str]", simpleSplit(text, font, size, width))


class _Paper:
    """Where the next row goes."""

    def __init__(self, canvas: Canvas, heads: Sequence[tuple[str, bool, float]], title: str, facts: str,
                 lead: Sequence[tuple[str, str]] = (), heading: str = "", preface: str = "", *,
                 whose: tuple[Letterhead, str]) -> None:
        self.head, self.printed = whose
        self.canvas, self.title, self.facts, self.lead, self.heading = canvas, title, facts, lead, heading
        self.preface = preface
        self._columns(heads)
        self.page = 0
        self.y = 0.0
        self.turn()

    def _columns(self, heads: Sequence[tuple[str, bool, float]]) -> None:
        self.heads = heads
        room = WIDTH - 2 * MARGIN - GAP * (len(heads) - 1)
        whole = sum(weight for _text, _right, weight in heads)
        self.widths = [room * weight / whole for _text, _right, weight in heads]

    def table(self, heading: str, heads: Sequence[tuple[str, bool, float]]) -> None:
        """Begin another table below, on a new page if only its head would still fit."""
        self._columns(heads)
        self.heading = heading
        if self.y - 70 < MARGIN:
            self.turn()
            return
        self.y -= 14
        self._head()

    def _head(self) -> None:
        if self.heading:
            self.canvas.setFillColor(INK)
            self.canvas.setFont("Helvetica-Bold", 10)
            self.canvas.drawString(MARGIN, self.y - 8, plain(self.heading))
            self.y -= 18
        self.row([text for text, _right, _weight in self.heads], bold=True)

    def _numbers(self) -> None:
        """The numbers of the whole, large, on the first page."""
        width = (WIDTH - 2 * MARGIN) / len(self.lead)
        for place, (label, number) in enumerate(self.lead):
            x = MARGIN + width * place
            self.canvas.setFillColor(HINT)
            self.canvas.setFont("Helvetica", SIZE)
            self.canvas.drawString(x, self.y - 8, plain(label))
            self.canvas.setFillColor(INK)
            self.canvas.setFont("Helvetica-Bold", 15)
            self.canvas.drawString(x, self.y - 25, plain(number))
        self.y -= 44

    def _words(self) -> None:
        """The text in front, on the first page; what would leave no room for a table goes on the next one."""
        self.canvas.setFillColor(INK)
        for paragraph in self.preface.splitlines():
            for line in _split(plain(paragraph), "Helvetica", SIZE + 1.5, WIDTH - 2 * MARGIN) or [""]:
                if self.y - 80 < MARGIN:
                    self.canvas.showPage()
                    self.page += 1
                    self.y = HEIGHT - MARGIN
                self.canvas.setFont("Helvetica", SIZE + 1.5)
                self.canvas.drawString(MARGIN, self.y - SIZE, line)
                self.y -= LEADING + 2.5
        self.y -= 10

    def turn(self) -> None:
        """Begin a page."""
        if self.page:
            self.canvas.showPage()
        self.page += 1
        canvas = self.canvas
        canvas.setFillColor(INK)
        canvas.setFont("Helvetica-Bold", 13)
        canvas.drawString(MARGIN, HEIGHT - MARGIN - 6, plain(self.title))
        canvas.setFont("Helvetica-Bold", SIZE + 1.5)
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - MARGIN - 4, plain(self.head.name))
        canvas.setFont("Helvetica", SIZE)
        canvas.setFillColor(HINT)
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - MARGIN - 15, plain(self.head.reached)[:110])
        canvas.drawString(MARGIN, HEIGHT - MARGIN - 19, plain(self.facts)[:130])
        canvas.drawString(MARGIN, MARGIN - 14, plain(self.printed))
        # how many pages there are is known at the end: drawn then, in this place of every page
        canvas.drawRightString(WIDTH - MARGIN - ROOM_OF_COUNT, MARGIN - 14,
                               plain(gettext("Page %(page)s of", page=self.page)))
        canvas.doForm("pages")
        self.y = HEIGHT - MARGIN - 36
        if self.preface and self.page == 1:
            self._words()
        if self.lead and self.page == 1:
            self._numbers()
        self._head()

    def put(self, row: Sequence[str] | str | Bars) -> None:
        """What a table has: a row, a remark, a chart."""
        if isinstance(row, str):
            self.note(row)
        elif isinstance(row, Bars):
            self.bars(row)
        else:
            self.row(cast("Sequence[str]", row), isinstance(row, Total))

    def row(self, cells: Sequence[str], bold: bool = False) -> None:
        font = "Helvetica-Bold" if bold else "Helvetica"
        wrapped = [self._wrapped(cell, width, font) for cell, width in zip(cells, self.widths, strict=True)]
        height = LEADING * max(1, *(len(lines) for lines in wrapped)) + 4
        if self.y - height < MARGIN and (not bold or isinstance(cells, Total)):
            self.turn()
        canvas, x = self.canvas, float(MARGIN)
        canvas.setFont(font, SIZE)
        canvas.setFillColor(INK)
        for lines, width, (_text, right, _weight) in zip(wrapped, self.widths, self.heads, strict=True):
            y = self.y - SIZE
            for line in lines:
                if right:
                    canvas.drawRightString(x + width, y, line)
                else:
                    canvas.drawString(x, y, line)
                y -= LEADING
            x += width + GAP
        self.y -= height
        canvas.setStrokeColor(INK if bold else RULE)
        canvas.setLineWidth(0.6 if bold else 0.3)
        canvas.line(MARGIN, self.y + 2, WIDTH - MARGIN, self.y + 2)

    def bars(self, points: Bars) -> None:
        """A chart of the points: a bar each, its number above and its name below where there is room."""
        height, most = 90.0, max((number for _name, number in points), default=0.0)
        if not most:
            return
        if self.y - height - 48 < MARGIN:
            self.turn()
        canvas, foot = self.canvas, self.y - height - 18
        canvas.setFillColor(HINT)
        canvas.setFont("Helvetica", SIZE)
        canvas.drawString(MARGIN, self.y - 6, plain(points.label))
        foot -= 8
        step = min((WIDTH - 2 * MARGIN) / len(points), 90.0)
        every = max(1, -(-len(points) // 16))
        for place, (name, number) in enumerate(points):
            x, tall = MARGIN + step * place, height * number / most
            canvas.setFillColor(BAR)
            canvas.rect(x + step * 0.15, foot, step * 0.7, tall, stroke=0, fill=1)
            canvas.setFillColor(INK)
            if place % every == 0:
                canvas.setFont("Helvetica", SIZE - 1)
                short = pdf_letters.fitted(name, "Helvetica", SIZE - 1, step * every - 2, 1)
                canvas.drawCentredString(x + step / 2, foot - 9, plain(short[0] if short else ""))
                canvas.drawCentredString(x + step / 2, foot + tall + 2,
                                         plain(locale.quantity(Decimal(round(number)))))
        self.y = foot - 22

    def note(self, text: str) -> None:
        """A remark across the table."""
        if self.y - LEADING < MARGIN:
            self.turn()
        self.canvas.setFont("Helvetica-Oblique", SIZE)
        self.canvas.setFillColor(HINT)
        self.canvas.drawString(MARGIN, self.y - SIZE, plain(text))
        self.y -= LEADING + 4

    def sign(self, offices: Sequence[str | Signature]) -> None:
        """Place and date, and a place for each signature, side by side; they stay together on one page."""
        if self.y - 112 < MARGIN:
            self.turn()
        width = (WIDTH - 2 * MARGIN) / len(offices)
        self.canvas.setFont("Helvetica", SIZE + 1)
        self.canvas.setFillColor(INK)
        self.y -= 8
        self.canvas.drawString(MARGIN, self.y - 8, plain(self.head.place_and_date(clock.today())))
        for place, each in enumerate(offices):
            sign = each if isinstance(each, Signature) else Signature(each)
            middle = MARGIN + width * (place + 0.5)
            self.canvas.drawCentredString(middle, self.y - 24, plain(sign.office))
            self.canvas.drawCentredString(middle, self.y - 80, plain(sign.name))
            self.canvas.line(middle - 80, self.y - 84, middle + 80, self.y - 84)
            self.canvas.drawCentredString(middle, self.y - 94, plain(sign.number))
        self.y -= 104

    def count(self) -> None:
        """Say on every page how many there are."""
        self.canvas.showPage()
        self.canvas.beginForm("pages")
        self.canvas.setFont("Helvetica", SIZE)
        self.canvas.setFillColor(HINT)
        self.canvas.drawRightString(WIDTH - MARGIN, MARGIN - 14, str(self.page))
        self.canvas.endForm()

    def _wrapped(self, text: str, width: float, font: str) -> list[str]:
        written = plain(text)
        if not written or self.canvas.stringWidth(written, font, SIZE) <= width:
            return [written] if written else []
        return _split(written[:400], font, SIZE, width)[:MOST_LINES]


def as_pdf(title: str, facts: str, heads: Sequence[tuple[str, bool, float]], rows: Iterable[Sequence[str]],
           cut: str, signatures: Sequence[str | Signature] = (), *, lead: Sequence[tuple[str, str]] = (),
           heading: str = "",
           more: Iterable[Table] = (), preface: str = "") -> Iterator[bytes]:
    """A table on A4, landscape, and `more` below it; on top a text, `preface`, and numbers (label, text),
    `lead`.

    `heads` are (text, at the right, relative width); `cut` is said when rows were left; `signatures` are the
    offices that sign below the last row.
    """
    # now, while whoever asks is known: what follows is made as it is sent
    whose = letterhead(), printed()
    return _pieces(title, facts, heads, rows, cut, signatures, lead, heading, more, preface, whose)


def _pieces(title: str, facts: str, heads: Sequence[tuple[str, bool, float]], rows: Iterable[Sequence[str]],
            cut: str, signatures: Sequence[str | Signature], lead: Sequence[tuple[str, str]], heading: str,
            more: Iterable[Table], preface: str, whose: tuple[Letterhead, str]) -> Iterator[bytes]:
    from reportlab.pdfgen.canvas import Canvas  # slow to import: only who prints pays

    with tempfile.TemporaryFile() as file:
        canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), pageCompression=1)
        canvas.setTitle(plain(title))
        paper = _Paper(canvas, heads, title, facts, lead, heading, preface, whose=whose)
        for number, row in enumerate(rows):
            if number >= MOST_ROWS:
                paper.turn()
                canvas.setFont("Helvetica", 9)
                canvas.drawString(MARGIN, paper.y - 12, plain(cut))
                break
            paper.row(row, isinstance(row, Total))
        for called, its_heads, its_rows in more:
            paper.table(called, its_heads)
            for row in its_rows:
                paper.put(row)
        if signatures:
            paper.sign(signatures)
        paper.count()
        canvas.save()
        file.seek(0)
        while piece := file.read(_CHUNK):
            yield piece
