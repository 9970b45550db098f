"""Text in drawings: how wide it is and where its lines end, reckoned on the server. Lengths are SVG units.

Widths are those of wide fonts, so that what fits here fits in a reader's browser too.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Widths as parts of the font's size.
_NARROW, _WIDE, _CAPITAL, _REST = 0.38, 0.98, 0.76, 0.63
_NARROW_LETTERS = frozenset("iljtfrI.,:;|!'()[]/ ·-1")
_WIDE_LETTERS = frozenset("mwMW@%→…")
#: Bold letters are wider.
BOLD = 1.08


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide `text` is at most when it is set in `size`."""
    ems = sum(_NARROW if letter in _NARROW_LETTERS else _WIDE if letter in _WIDE_LETTERS
              else _CAPITAL if letter.isupper() else _REST for letter in text)
    return ems * size * (BOLD if bold else 1)


def wrapped(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """`text` in lines no wider than `room`, broken between words; a word that is too long stands alone."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@dataclass(frozen=True)
class Rect:
    """An upright box: what must not lie on what is asked of it by tests."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def meets(self, other: Rect) -> bool:
        """Whether the two share more than an edge."""
        return (self.x < other.right and other.x < self.right
                and self.y < other.bottom and other.y < self.bottom)

    def holds(self, other: Rect) -> bool:
        """Whether `other` lies inside."""
        return (self.x <= other.x and other.right <= self.right
                and self.y <= other.y and other.bottom <= self.bottom)


def head(x: float, y: float, direction: int) -> str:
    """The path of an arrow's head whose point is at (x, y); `direction` 1 looks right, -1 left."""
    back = x - 9 * direction
    return f"M{round(x, 1)} {round(y, 1)}L{round(back, 1)} {round(y - 5, 1)}V{round(y + 5, 1)}z"
