"""A report as PDF: drawn line by line, so that a long one costs as much for each page as a short one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from portal.web.pdf_style import HINT, INK, RULE, plain

WIDTH, HEIGHT = landscape(A4)
MARGIN, GAP, SIZE, LEADING = 36, 6, 7.5, 9.5
#: A longer report is no paper; the last page says where the rest is.
MOST_ROWS = 20_000
MOST_LINES = 3
_CHUNK = 64 * 1024


#: Heading, heads and rows of a further table; a row that is one text is a remark across it.
Table = tuple[str, Sequence[tuple[str, bool, float]], Iterable[Sequence[str] | str]]


class _Paper:
    """Where the next row goes."""

    def __init__(self, canvas: Canvas, heads: Sequence[tuple[str, bool, float]], title: str, facts: str,
                 lead: Sequence[tuple[str, str]] = (), heading: str = "", preface: str = "") -> None:
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
            for line in simpleSplit(plain(paragraph), "Helvetica", SIZE + 1.5, WIDTH - 2 * MARGIN) or [""]:
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
        canvas.setFont("Helvetica", SIZE)
        canvas.setFillColor(HINT)
        canvas.drawString(MARGIN, HEIGHT - MARGIN - 19, plain(self.facts)[:190])
        canvas.drawRightString(WIDTH - MARGIN, MARGIN - 14, str(self.page))
        self.y = HEIGHT - MARGIN - 36
        if self.preface and self.page == 1:
            self._words()
        if self.lead and self.page == 1:
            self._numbers()
        self._head()

    def row(self, cells: Sequence[str], bold: bool = False) -> None:
        font = "Helvetica-Bold" if bold else "Helvetica"
        wrapped = [self._wrapped(cell, width, font) for cell, width in zip(cells, self.widths, strict=True)]
        height = LEADING * max(1, *(len(lines) for lines in wrapped)) + 4
        if self.y - height < MARGIN and not bold:
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

    def note(self, text: str) -> None:
        """A remark across the table."""
        if self.y - LEADING < MARGIN:
            self.turn()
        self.canvas.setFont("Helvetica-Oblique", SIZE)
        self.canvas.setFillColor(HINT)
        self.canvas.drawString(MARGIN, self.y - SIZE, plain(text))
        self.y -= LEADING + 4

    def sign(self, offices: Sequence[str]) -> None:
        """A place for each signature, side by side; they stay together on one page."""
        if self.y - 96 < MARGIN:
            self.turn()
        width = (WIDTH - 2 * MARGIN) / len(offices)
        self.canvas.setFont("Helvetica", SIZE + 1)
        self.canvas.setFillColor(INK)
        for place, office in enumerate(offices):
            middle = MARGIN + width * (place + 0.5)
            self.canvas.drawCentredString(middle, self.y - 20, plain(office))
            self.canvas.line(middle - 80, self.y - 84, middle + 80, self.y - 84)
        self.y -= 96

    def _wrapped(self, text: str, width: float, font: str) -> list[str]:
        written = plain(text)
        if not written or self.canvas.stringWidth(written, font, SIZE) <= width:
            return [written] if written else []
        return simpleSplit(written[:400], font, SIZE, width)[:MOST_LINES]


def as_pdf(title: str, facts: str, heads: Sequence[tuple[str, bool, float]], rows: Iterable[Sequence[str]],
           cut: str, signatures: Sequence[str] = (), *, lead: Sequence[tuple[str, str]] = (),
           heading: str = "",
           more: Iterable[Table] = (), preface: str = "") -> Iterator[bytes]:
    """A table on A4, landscape, and `more` below it; on top a text, `preface`, and numbers (label, text),
    `lead`.

    `heads` are (text, at the right, relative width); `cut` is said when rows were left; `signatures` are the
    offices that sign below the last row.
    """
    with tempfile.TemporaryFile() as file:
        canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), pageCompression=1)
        canvas.setTitle(plain(title))
        paper = _Paper(canvas, heads, title, facts, lead, heading, preface)
        for number, row in enumerate(rows):
            if number >= MOST_ROWS:
                paper.turn()
                canvas.setFont("Helvetica", 9)
                canvas.drawString(MARGIN, paper.y - 12, plain(cut))
                break
            paper.row(row)
        for called, its_heads, its_rows in more:
            paper.table(called, its_heads)
            for row in its_rows:
                if isinstance(row, str):
                    paper.note(row)
                else:
                    paper.row(row)
        if signatures:
            paper.sign(signatures)
        canvas.save()
        file.seek(0)
        while piece := file.read(_CHUNK):
            yield piece
