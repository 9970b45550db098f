"""How PDFs look that are drawn line by line: colours, and the letters that their fonts have."""

from __future__ import annotations

from reportlab.lib.colors import HexColor

INK, HINT, RULE = HexColor("#1c2b2a"), HexColor("#5b6b69"), HexColor("#c8d3d1")


def plain(text: str) -> str:
    """What the standard fonts can write: the minus sign as a hyphen, other letters beyond them as a question
    mark."""
    return text.replace("−", "-").encode("cp1252", "replace").decode("cp1252")
