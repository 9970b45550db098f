"""Measurements as charts: lines that a template draws as SVG, for portal and panel, without a library.

A chart is 340 units wide, so on a telephone one unit is about a pixel and its words can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from math import ceil, floor, log10
from typing import Any

from flask import Flask
from flask_babel import gettext

from models import clock
from models.clinic import Patient
from models.operations.clinic import growth, vital_signs
from models.vital_signs import VitalKind, VitalSign
from portal.web.locale import day as day_word
from portal.web.locale import quantity

WIDTH, HEIGHT = 340, 210
LEFT, RIGHT, TOP, BOTTOM = 38, 26, 10, 26
#: Under this many years the growth charts of the WHO are shown.
GROWS_UNTIL = 19


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    title: str


@dataclass(frozen=True)
class Line:
    """A curve: its class in the stylesheet, its points as SVG writes them, and the word at its end."""

    look: str
    points: str
    word: str = ""
    x: float = 0
    y: float = 0


@dataclass(frozen=True)
class Chart:
    title: str
    unit: str
    lines: list[Line]
    dots: list[Dot]
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    #: Rows of the table beside it.
    rows: list[Any] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class Scale:
    """From values to places."""

    first: float
    last: float
    low: float
    high: float

    def x(self, value: float) -> float:
        span = (self.last - self.first) or 1
        return round(LEFT + (value - self.first) / span * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        span = (self.high - self.low) or 1
        return round(HEIGHT - BOTTOM - (value - self.low) / span * (HEIGHT - TOP - BOTTOM), 1)

    def path(self, points: Iterable[tuple[float, float]]) -> str:
        return " ".join(f"{self.x(at)},{self.y(value)}" for at, value in points)


def steps(low: float, high: float, most: int = 5) -> list[float]:
    """Round figures that span from `low` to `high`."""
    span = max(high - low, 1e-6)
    rough = span / most
    unit = 10 ** floor(log10(rough))
    step = next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough)
    first, count = floor(low / step), ceil(high / step) - floor(low / step)
    return [round((first + place) * step, 6) for place in range(count + 1)]


def _figure(value: float) -> str:
    return f"{value:g}"


def over_time(kind: VitalKind, signs: Sequence[VitalSign]) -> Chart | None:
    """The measurements of one kind, `signs` newest first; None without any."""
    if not signs:
        return None
    rows = sorted(signs, key=lambda sign: sign.measured_at)
    ats = [sign.measured_at.timestamp() for sign in rows]
    values = [float(sign.value) for sign in rows]
    second = [float(sign.second_value) for sign in rows if sign.second_value is not None]
    ticks = steps(min(values + second) - 0.5, max(values + second) + 0.5)
    first, last = ats[0], ats[-1]
    if last - first < 86_400:  # a day or less: the points stand in the middle of one
        first, last = first - 43_200, last + 43_200
    scale = Scale(first, last, ticks[0], ticks[-1])
    lines = [Line("own", scale.path(zip(ats, values, strict=True)))]
    dots = [Dot(scale.x(at), scale.y(float(sign.value)), _title(sign))
            for at, sign in zip(ats, rows, strict=True)]
    if second and len(second) == len(rows):
        lines.append(Line("own is-second", scale.path(zip(ats, second, strict=True))))
        dots += [Dot(scale.x(at), scale.y(float(sign.second_value or 0)), _title(sign))
                 for at, sign in zip(ats, rows, strict=True)]
    ends = [(scale.x(at), _short_day(at)) for at in ((ats[0], ats[-1]) if ats[-1] - ats[0] > 86_400
                                                     else (ats[-1],))]
    return Chart(gettext(vital_signs.WORDS[kind]), vital_signs.shown_unit(signs[0].unit), lines, dots, ends,
                 [(scale.y(tick), _figure(tick)) for tick in ticks], list(signs))


def _title(sign: VitalSign) -> str:
    return f"{figure(sign)} {vital_signs.shown_unit(sign.unit)}, {day_word(clock.local(sign.measured_at))}"


def figure(sign: VitalSign) -> str:
    """The figure as people say it: 120/80, 36,8."""
    return f"{quantity(sign.value)}/{quantity(sign.second_value)}" if sign.second_value is not None \
        else quantity(sign.value)


def _short_day(at: float) -> str:
    return day_word(clock.local(datetime.fromtimestamp(at, clock.zone())))


def all_kinds(patient: Patient) -> list[tuple[VitalKind, Chart]]:
    """A chart for each kind that was ever measured; one statement."""
    by_kind: dict[VitalKind, list[VitalSign]] = {}
    for sign in vital_signs.of(patient):
        by_kind.setdefault(sign.kind, []).append(sign)
    found = [(kind, over_time(kind, by_kind.get(kind, []))) for kind in VitalKind]
    return [(kind, chart) for kind, chart in found if chart is not None]


# ---------------------------------------------------------------- children

def growing(patient: Patient, charts: list[tuple[VitalKind, Chart]]) -> list[Chart]:
    """The growth charts of a child with its points: those for which it has any."""
    if patient.age_on(clock.today()) >= GROWS_UNTIL:
        return []
    signs = {kind: [(clock.local(sign.measured_at).date(), float(sign.value)) for sign in chart.rows]
             for kind, chart in charts}
    weights, heights = signs.get(VitalKind.WEIGHT, []), signs.get(VitalKind.HEIGHT, [])
    found = []
    for indicator in growth.Indicator:
        points = growth.points(indicator, patient.sex, patient.birth_date, weights, heights)
        if any(point.z is not None for point in points):
            found.append(_growth(indicator, patient, points))
    return found


def _growth(indicator: growth.Indicator, patient: Patient, points: list[growth.Point]) -> Chart:
    shown = sorted((point for point in points if point.z is not None), key=lambda point: point.at)
    by_height = indicator in growth.BY_HEIGHT
    first, last = _around(indicator, [point.at for point in shown])
    curves = growth.lines(indicator, patient.sex, first, last, (last - first) / 40)
    values = [value for z in growth.LINES for _at, value in curves[z]] + [point.value for point in shown]
    ticks = steps(min(values), max(values), 6)
    scale = Scale(first, last, ticks[0], ticks[-1])
    lines = [Line(f"z z{abs(z)}", scale.path(curves[z]), f"{z:+d}" if z else "0", WIDTH - RIGHT + 3,
                  scale.y(curves[z][-1][1]) + 4) for z in growth.LINES]
    lines.append(Line("own", scale.path((point.at, point.value) for point in shown)))
    unit = "cm" if indicator == growth.Indicator.HEIGHT_FOR_AGE else \
        "kg/m²" if indicator == growth.Indicator.BMI_FOR_AGE else "kg"
    rows = [{"on": point.on, "value": _one_decimal(point.value), "z": _signed(point.z or 0),
             "meaning": growth.meaning(indicator, point.z)} for point in reversed(shown)]
    note = gettext("Across: length or height in cm.") if by_height else gettext("Across: age.")
    return Chart(gettext(growth.WORDS[indicator]), unit, lines,
                 [Dot(scale.x(point.at), scale.y(point.value), f"{point.value:.1f} {unit}, z {point.z:+.2f}")
                  for point in shown],
                 [(scale.x(at), _figure(at) if by_height else _age(at)) for at in _marks(first, last)],
                 [(scale.y(tick), _figure(tick)) for tick in ticks], rows, note)


def _one_decimal(value: float) -> str:
    return quantity(Decimal(str(round(value, 1))))


def _signed(z: float) -> str:
    """A z-score with its sign: +0,52, −2,1."""
    return ("+" if z >= 0 else "") + quantity(Decimal(str(round(z, 2))))


def _around(indicator: growth.Indicator, ats: list[float]) -> tuple[float, float]:
    """What of the table is shown: where the child's points are, and some of what lies around them."""
    if indicator in growth.BY_HEIGHT:
        low, high = (45.0, 110.0) if indicator == growth.Indicator.WEIGHT_FOR_LENGTH else (65.0, 120.0)
        return max(low, floor(min(ats) - 10)), min(high, ceil(max(ats) + 10))
    until = growth.UNTIL[indicator]
    for edge in (24, 60, 120):
        if max(ats) <= edge <= until:
            return 0.0, float(edge)
    return 60.0 if min(ats) >= 60 else 0.0, float(until)


def _marks(first: float, last: float) -> list[float]:
    ticks = [tick for tick in steps(first, last, 4) if first <= tick <= last]
    if last - first in (24, 60, 120, 228, 168):  # ages: whole years
        years = 12 if last - first <= 60 else 24 if last - first <= 120 else 48
        step = 6 if last - first == 24 else years
        ticks = [first + step * place for place in range(int((last - first) // step) + 1)]
    return ticks


def _age(months: float) -> str:
    if months < 24 and months % 12:
        return gettext("%(months)s mo", months=round(months))
    return gettext("%(years)s y", years=round(months / 12))


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        vital_word=lambda kind: gettext(vital_signs.WORDS[kind]), vital_figure=figure,
        vital_unit=vital_signs.shown_unit)


def default_moment() -> str:
    """Now, as a form's field of day and time takes it."""
    return clock.local(clock.now()).strftime("%Y-%m-%dT%H:%M")


def instant_of(text: str) -> datetime | None:
    """What such a field holds: wall-clock time of the hospital; None for nothing. Raises ValueError."""
    if not text.strip():
        return None
    at = datetime.fromisoformat(text.strip()[:25])
    return at if at.tzinfo else at.replace(tzinfo=clock.zone())

