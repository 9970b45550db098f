"""Widths of a printed table: every column holds its longest word, so that none is printed over the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.web import pdf_letters

FONT, BOLD = "Helvetica", "Helvetica-Bold"
#: Points left and right of a cell's text together.
PADDING = 9.0
#: A word may take this part of the room; a longer one is broken.
LARGEST = 0.34
#: What a column asks for beyond its longest word, so that texts do not become columns of single words.
WISH = 150.0


@dataclass(frozen=True)
class Fitted:
    """The table as it is printed: each column's share in percent, the words that fit, the size of letters in
    points; `is_wide` when it needs the sheet's long side."""

    widths: list[float]
    heads: list[str]
    rows: list[list[str]]
    size: float
    is_wide: bool


def _longest(texts: Sequence[str], font: str, size: float) -> float:
    return max((pdf_letters.width(word, font, size) for text in set(texts) for word in text.split()),
               default=0.0)


def broken(text: str, font: str, size: float, room: float) -> str:
    """The text with a blank where a word would not fit into `room` points."""
    result = []
    for word in text.split():
        while len(word) > 1 and pdf_letters.width(word, font, size) > room:
            end = next((place for place in range(len(word) - 1, 0, -1)
                        if pdf_letters.width(word[:place], font, size) <= room), 1)
            result.append(word[:end])
            word = word[end:]
        result.append(word)
    return " ".join(result)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], room: float,
           size: float) -> tuple[list[float], list[str], list[list[str]]] | None:
    """Widths in points, heads and rows when they fit into `room`; None when they do not."""
    widest = room * LARGEST - PADDING
    heads = [broken(head, BOLD, size, widest) for head in heads]
    rows = [[broken(cell, FONT, size, widest) for cell in row] for row in rows]
    columns = [[row[place] for row in rows] for place in range(len(heads))]
    least = [max(_longest([head], BOLD, size), _longest(cells, FONT, size)) + PADDING
             for head, cells in zip(heads, columns, strict=True)]
    left = room - sum(least)
    if left < 0:
        return None
    wish = [max(0.0, min(WISH, max((pdf_letters.width(cell, FONT, size) for cell in set(cells)), default=0.0))
                + PADDING - low) for low, cells in zip(least, columns, strict=True)]
    share = min(1.0, left / sum(wish)) if sum(wish) else 0.0
    widths = [low + more * share for low, more in zip(least, wish, strict=True)]
    widths[0] += room - sum(widths)
    return widths, list(heads), rows


def fitted(heads: Sequence[str], rows: Sequence[Sequence[str]], room: float, wide_room: float) -> Fitted:
    """The table in `room` points, else smaller, else on the long side of `wide_room` points, else with words
    broken where they must be."""
    for space, size in ((room, 8.5), (room, 7.5), (wide_room, 8.0), (wide_room, 7.0)):
        if table := _table(heads, rows, space, size):
            return _shares(table, space, size, space == wide_room)
    size, each = 6.5, wide_room / max(1, len(heads))
    cut = [[broken(cell, FONT, size, each - PADDING) for cell in row] for row in rows]
    cut_heads = [broken(head, BOLD, size, each - PADDING) for head in heads]
    return _shares(([each] * len(heads), cut_heads, cut), wide_room, size, True)


def _shares(table: tuple[list[float], list[str], list[list[str]]], space: float, size: float,
            is_wide: bool) -> Fitted:
    widths, heads, rows = table
    return Fitted([100 * width / space for width in widths], heads, rows, size, is_wide)
