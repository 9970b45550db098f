"""Charts as inline SVG: drawn on the server, coloured by the stylesheet, read aloud by their label; the
numbers stand in a table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flask_babel import get_locale
from markupsafe import Markup, escape

from portal.web.locale import quantity

WIDE, HIGH, LEFT, FOOT = 640, 160, 34, 18


def spark(values: Sequence[int]) -> Markup:
    """A small line without axes, for a tile; it only repeats what the tile's words say."""
    if len(values) < 2:
        return Markup("")
    most = max(values) or 1
    step = 88 / (len(values) - 1)
    points = " ".join(f"{place * step:.1f},{30 - 26 * value / most:.1f}"
                      for place, value in enumerate(values))
    return Markup(
        '<svg class="rw-spark" viewBox="0 0 88 34" preserveAspectRatio="none" aria-hidden="true">'
        '<polygon class="area" points="0,34 {0} 88,34"/><polyline points="{0}"/></svg>'
    ).format(points)


def _ticks(most: int) -> list[int]:
    """Round numbers from 0 to at least `most`, at most five."""
    for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000):
        if step * 4 >= most:
            break
    else:
        step = -(-most // 4)
    return [step * number for number in range(-(-max(most, 1) // step) + 1)]


def bars(points: Sequence[tuple[str, int]], title: str) -> Markup:
    """One bar for each (name, number), with an axis; `title` says what they are."""
    return _drawn(tuple(points), title, str(get_locale())) if points else Markup("")


@lru_cache(maxsize=200)  # the same numbers stand on many homes, for most of a day
def _drawn(points: tuple[tuple[str, int], ...], title: str, _language: str) -> Markup:
    ticks = _ticks(max(number for _name, number in points))
    top, room = ticks[-1], WIDE - LEFT - 6
    entry = room / len(points)
    parts = []
    for tick in ticks:
        y = HIGH - FOOT - (HIGH - FOOT - 10) * tick / top
        parts.append(Markup('<line class="grid" x1="{}" x2="{}" y1="{y:.1f}" y2="{y:.1f}"/>'
                            '<text x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(
                                LEFT, WIDE, LEFT - 6, y + 4, quantity(tick), y=y))
    every = max(1, -(-len(points) * 84 // room)) if room else 1
    for place, (name, number) in enumerate(points):
        high = (HIGH - FOOT - 10) * number / top
        x = LEFT + place * entry
        parts.append(Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="1.5"><title>{}: '
                            '{}</title>'
                            '</rect>').format(x + entry * .15, HIGH - FOOT - high, entry * .7, high, name,
                                              quantity(number)))
        if place % int(every) == 0:
            parts.append(Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                x + entry / 2, HIGH - 4, name))
    return Markup('<svg class="rw-bars" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDE, HIGH, _label(points, title), Markup("").join(parts))


def _label(points: Sequence[tuple[str, int]], title: str) -> Any:
    low, high = min(points, key=lambda entry: entry[1]), max(points, key=lambda entry: entry[1])
    return escape(f"{title}: {quantity(sum(number for _name, number in points))}; "
                  f"{low[0]} {quantity(low[1])} – {high[0]} {quantity(high[1])}")
