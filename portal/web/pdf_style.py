"""How PDFs look that are drawn line by line: colours, and the letters that their fonts have."""

from __future__ import annotations

from reportlab.lib.colors import HexColor

from portal.web import pdf_letters

INK, HINT, RULE = HexColor("#1c2b2a"), HexColor("#5b6b69"), HexColor("#c8d3d1")
BAR = HexColor("#0f766e")


def plain(text: str) -> str:
    """What the standard fonts can write: letters beyond them as those that mean the same, else as a question
    mark."""
    return "".join(piece if kind != "wide" else "?" * len(piece) for piece, kind in pdf_letters.parts(text))
