"""Sheets of labels as PDF, of assets and of stock: a code, a name, a word more, and the QR code."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.web.pdf_letters import draw, fitted
from portal.web.pdf_letters import width as width_of
from portal.web.pdf_style import A4, MM

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

PAD = 2.0


@dataclass(frozen=True)
class Sheet:
    """A sheet of labels on A4, millimetres: `left` and `top` to the first label, `across` and `down` from one
    to the next."""

    name: str
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float
    down: float

    @property
    def count(self) -> int:
        return self.columns * self.rows


#: What stationers sell. The first is offered first.
SHEETS: dict[str, Sheet] = {
    "3x7": Sheet("63.5 × 38.1 mm (3 × 7)", 3, 7, 63.5, 38.1, 7.2, 15.1, 66.0, 38.1),
    "3x8": Sheet("63.5 × 33.9 mm (3 × 8)", 3, 8, 63.5, 33.9, 7.2, 12.9, 66.0, 33.9),
    "2x7": Sheet("99.1 × 38.1 mm (2 × 7)", 2, 7, 99.1, 38.1, 4.7, 15.1, 101.6, 38.1),
    "2x8": Sheet("99.1 × 33.9 mm (2 × 8)", 2, 8, 99.1, 33.9, 4.7, 12.9, 101.6, 33.9),
    "4x10": Sheet("48.5 × 25.4 mm (4 × 10)", 4, 10, 48.5, 25.4, 8.0, 21.5, 48.5, 25.4),
    "5x13": Sheet("38.1 × 21.2 mm (5 × 13)", 5, 13, 38.1, 21.2, 4.75, 10.7, 40.6, 21.2),
}


@dataclass(frozen=True)
class Label:
    """What stands on one label; `address` is behind its QR code: the thing's own page, or what a scanner of
    stock reads."""

    tag: str
    name: str
    unit: str
    address: str


def labels_pdf(labels: Iterable[Label], sheet: Sheet, *, owner: str, copies: int = 1,
               skip: int = 0) -> bytes:
    """The labels in order, each `copies` times, after `skip` labels of the first sheet that are used up."""
    from reportlab.pdfgen.canvas import Canvas  # only where labels are printed

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1)
    canvas.setTitle(f"{owner}: label")
    place = skip
    started = False
    for label in (label for label in labels for _copy in range(copies)):
        if started and place % sheet.count == 0:
            canvas.showPage()
        started = True
        row, column = divmod(place % sheet.count, sheet.columns)
        x = (sheet.left + column * sheet.across) * MM
        y = A4[1] - (sheet.top + row * sheet.down + sheet.height) * MM
        _draw(canvas, label, sheet, owner, x, y)
        place += 1
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, label: Label, sheet: Sheet, owner: str, x: float, y: float) -> None:
    width, height = sheet.width * MM, sheet.height * MM
    side = min(height - 2 * PAD * MM, width * 0.42)
    _qr(canvas, label.address, x + PAD * MM, y + (height - side) / 2, side)
    left = x + side + 2 * PAD * MM
    room = width - side - 3 * PAD * MM
    size = 8.0 if sheet.height > 30 else 6.5 if sheet.height > 24 else 5.2
    lines: list[tuple[str, float, str]] = [
        ("Helvetica", size - 1.5, entry) for entry in fitted(owner, "Helvetica", size - 1.5, room, 1)]
    tag_size = size + 1.5
    while tag_size > 4 and width_of(label.tag, "Courier-Bold", tag_size) > room:
        tag_size -= 0.25
    lines.append(("Courier-Bold", tag_size, label.tag))
    lines += [("Helvetica-Bold", size, entry)
              for entry in fitted(label.name, "Helvetica-Bold", size, room, 2)]
    lines += [("Helvetica", size - 0.5, entry)
              for entry in fitted(label.unit, "Helvetica", size - 0.5, room, 2)]
    tall = sum(font_size * 1.25 for _font, font_size, _text in lines)
    at = y + (height + tall) / 2
    for font, font_size, text in lines:
        at -= font_size * 1.25
        draw(canvas, left, at + font_size * 0.25, text, font, font_size)


def _qr(canvas: Canvas, address: str, x: float, y: float, side: float) -> None:
    import segno  # only where labels are printed

    matrix = [list(row) for row in segno.make(address, error="m", boost_error=False).matrix]
    step = side / len(matrix)
    path = canvas.beginPath()
    for row, cells in enumerate(matrix):
        start = None
        for column, dark in enumerate([*cells, 0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                path.rect(x + start * step, y + side - (row + 1) * step, (column - start) * step, step)
                start = None
    canvas.drawPath(path, stroke=0, fill=1)
