"""How PDFs look that are drawn line by line: sheets, colours, and the letters that their fonts have."""

from __future__ import annotations

from portal.web import pdf_letters

#: Points of a millimetre and of a sheet, as ReportLab has them; that library is read when a paper is made.
MM = 72 / 25.4
A4 = 210 * MM, 297 * MM


def _colour(code: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(code.removeprefix("#"))
    return red / 255, green / 255, blue / 255


INK, HINT, RULE = _colour("#1c2b2a"), _colour("#5b6b69"), _colour("#c8d3d1")
BAR = _colour("#0f766e")


def plain(text: str) -> str:
    """What the standard fonts can write: letters beyond them as those that mean the same, else as a question
    mark."""
    return "".join(piece if kind != "wide" else "?" * len(piece) for piece, kind in pdf_letters.parts(text))
