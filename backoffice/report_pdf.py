"""A report as PDF: drawn line by line, so that a long one costs as much for each page as a short one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = landscape(A4)
MARGIN, GAP, SIZE, LEADING = 36, 6, 7.5, 9.5
#: A longer report is no paper; the last page says where the rest is.
MOST_ROWS = 20_000
MOST_LINES = 3
_CHUNK = 64 * 1024
_INK, _HINT, _RULE = HexColor("#1c2b2a"), HexColor("#5b6b69"), HexColor("#c8d3d1")


def _plain(text: str) -> str:
    """What the standard fonts can write: the minus sign as a hyphen, other letters beyond them as a question mark."""
    return text.replace("−", "-").encode("cp1252", "replace").decode("cp1252")


class _Paper:
    """Where the next row goes."""

    def __init__(self, canvas: Canvas, heads: Sequence[tuple[str, bool, float]], title: str, facts: str) -> None:
        self.canvas, self.heads, self.title, self.facts = canvas, heads, title, facts
        room = WIDTH - 2 * MARGIN - GAP * (len(heads) - 1)
        whole = sum(weight for _text, _right, weight in heads)
        self.widths = [room * weight / whole for _text, _right, weight in heads]
        self.page = 0
        self.y = 0.0
        self.turn()

    def turn(self) -> None:
        """Begin a page."""
        if self.page:
            self.canvas.showPage()
        self.page += 1
        canvas = self.canvas
        canvas.setFillColor(_INK)
        canvas.setFont("Helvetica-Bold", 13)
        canvas.drawString(MARGIN, HEIGHT - MARGIN - 6, _plain(self.title))
        canvas.setFont("Helvetica", SIZE)
        canvas.setFillColor(_HINT)
        canvas.drawString(MARGIN, HEIGHT - MARGIN - 19, _plain(self.facts)[:190])
        canvas.drawRightString(WIDTH - MARGIN, MARGIN - 14, str(self.page))
        self.y = HEIGHT - MARGIN - 36
        self.row([text for text, _right, _weight in self.heads], bold=True)

    def row(self, cells: Sequence[str], bold: bool = False) -> None:
        font = "Helvetica-Bold" if bold else "Helvetica"
        wrapped = [self._wrapped(cell, width, font) for cell, width in zip(cells, self.widths, strict=True)]
        height = LEADING * max(1, *(len(lines) for lines in wrapped)) + 4
        if self.y - height < MARGIN and not bold:
            self.turn()
        canvas, x = self.canvas, float(MARGIN)
        canvas.setFont(font, SIZE)
        canvas.setFillColor(_INK)
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
        canvas.setStrokeColor(_INK if bold else _RULE)
        canvas.setLineWidth(0.6 if bold else 0.3)
        canvas.line(MARGIN, self.y + 2, WIDTH - MARGIN, self.y + 2)

    def _wrapped(self, text: str, width: float, font: str) -> list[str]:
        plain = _plain(text)
        if not plain or self.canvas.stringWidth(plain, font, SIZE) <= width:
            return [plain] if plain else []
        return simpleSplit(plain[:400], font, SIZE, width)[:MOST_LINES]


def as_pdf(title: str, facts: str, heads: Sequence[tuple[str, bool, float]], rows: Iterable[Sequence[str]],
           cut: str) -> Iterator[bytes]:
    """A table on A4, landscape. `heads` are (text, at the right, relative width); `cut` is said when rows were left."""
    with tempfile.TemporaryFile() as file:
        canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), pageCompression=1)
        canvas.setTitle(_plain(title))
        paper = _Paper(canvas, heads, title, facts)
        for number, row in enumerate(rows):
            if number >= MOST_ROWS:
                paper.turn()
                canvas.setFont("Helvetica", 9)
                canvas.drawString(MARGIN, paper.y - 12, _plain(cut))
                break
            paper.row(row)
        canvas.save()
        file.seek(0)
        while piece := file.read(_CHUNK):
            yield piece
