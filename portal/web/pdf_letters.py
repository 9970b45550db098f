"""Letters that the built-in fonts of PDF do not have: written in a font that has them, or in the letters that
mean the same; nothing is printed as a black box."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

#: A font of every reader of PDF, for Chinese, Japanese and what else is full width.
WIDE = "STSong-Light"
#: How small, and how far from the line, what stands below or above it is.
SMALL, BELOW, ABOVE = 0.7, -0.15, 0.35


#: Signs that no font has and that mean nothing else.
ALIKE = {"\N{MINUS SIGN}": "-", "\N{GREATER-THAN OR EQUAL TO}": ">=", "\N{LESS-THAN OR EQUAL TO}": "<=",
         "\N{RIGHTWARDS ARROW}": "->", "\N{GREEK SMALL LETTER MU}": "\N{MICRO SIGN}",
         "\N{GREEK SMALL LETTER ALPHA}": "alfa", "\N{GREEK SMALL LETTER BETA}": "beta",
         "\N{GREEK SMALL LETTER GAMMA}": "gamma", "\N{BLACK SQUARE}": "*"}


@functools.cache
def _metrics() -> Any:
    """ReportLab's measures of letters, read when the first paper is made."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont(WIDE))
    return pdfmetrics


def _has(text: str) -> bool:
    """Whether the built-in fonts have all of it."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@functools.cache
def _written(letter: str) -> tuple[str, str]:
    """How a letter is written: as what, and its kind (plain, below, above, wide)."""
    if letter in ALIKE:
        return ALIKE[letter], "plain"
    if _has(letter):
        return letter, "plain"
    means = unicodedata.decomposition(letter)
    alike = unicodedata.normalize("NFKC", letter)
    if not _has(alike):  # an accent that the fonts do not have: the letter without it
        alike = "".join(part for part in unicodedata.normalize("NFKD", letter)
                        if not unicodedata.combining(part))
    if alike and _has(alike):
        kind = "below" if means.startswith("<sub>") else "above" if means.startswith("<super>") else "plain"
        return alike, kind
    return (letter, "wide") if unicodedata.east_asian_width(letter) in "WF" else ("?", "plain")


def parts(text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces of one kind."""
    for kind, letters in groupby(map(_written, text), key=lambda each: each[1]):
        yield "".join(letter for letter, _kind in letters), kind


def width(text: str, font: str, size: float) -> float:
    metrics = _metrics()
    return float(sum(metrics.stringWidth(piece, WIDE if kind == "wide" else font,
                                         size if kind in ("plain", "wide") else size * SMALL)
                     for piece, kind in parts(text)))


def draw(canvas: Canvas, x: float, y: float, text: str, font: str, size: float) -> None:
    """Write `text` from `x` on the line at `y`."""
    metrics = _metrics()
    for piece, kind in parts(text):
        is_small = kind in ("below", "above")
        used, used_size = WIDE if kind == "wide" else font, size * SMALL if is_small else size
        canvas.setFont(used, used_size)
        canvas.drawString(x, y + size * {"below": BELOW, "above": ABOVE}.get(kind, 0), piece)
        x += metrics.stringWidth(piece, used, used_size)


def fitted(text: str, font: str, size: float, room: float, most: int) -> list[str]:
    """At most `most` lines of `text`, broken between words, or where no blank is; the last ends in points."""
    lines: list[str] = []
    rest = " ".join(text.split())
    while rest and len(lines) < most:
        end = next((place for place in range(len(rest), 0, -1) if width(rest[:place], font, size) <= room), 1)
        if end < len(rest) and " " in rest[:end + 1]:
            end = rest.rindex(" ", 0, end + 1)
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    if rest:
        last = lines[-1]
        while last and width(last + "...", font, size) > room:
            last = last[:-1]
        lines[-1] = last.rstrip() + "..."
    return lines


_TAG = re.compile(r"(<style.*?</style>|<title.*?</title>|<[^>]*>)", re.DOTALL)
_IN_HTML = {"below": "<sub>{}</sub>", "above": "<sup>{}</sup>",
            "wide": f'<span style="font-family: {WIDE}">{{}}</span>'}


def in_html(html: str) -> str:
    """The page of a print template with such letters marked up."""
    if _has(html):
        return html
    _metrics()
    for letter, alike in ALIKE.items():
        html = html.replace(letter, escape(alike))
    pieces = _TAG.split(html)
    for place in range(0, len(pieces), 2):
        if not _has(pieces[place]):
            pieces[place] = "".join(_IN_HTML.get(kind, "{}").format(piece) if kind in _IN_HTML else piece
                                    for piece, kind in parts(pieces[place]))
    return "".join(pieces)
