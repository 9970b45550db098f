"""How a child grows against the standards of the WHO: z-scores by L, M and S, and the lines of the charts.

Tables: WHO Child Growth Standards 2006 (0 to 60 months) and WHO Reference 2007 (61 to 228 months);
`models/reference/SOURCES.md` says where they come from.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from math import log
from pathlib import Path

from models.clinic import Sex
from models.errors import N_

REFERENCE = Path(__file__).parents[2] / "reference"
#: Days of a month in the WHO's tables.
MONTH_DAYS = 30.4375
#: Below this a child is measured lying, from then on standing.
STANDS_FROM = 24
#: What a child of 24 months and more is shorter standing than lying, in centimetres.
LYING = 0.7
LINES = (-3, -2, -1, 0, 1, 2, 3)


class Indicator(StrEnum):
    WEIGHT_FOR_AGE = "weight_for_age"
    HEIGHT_FOR_AGE = "length_height_for_age"
    WEIGHT_FOR_LENGTH = "weight_for_length"
    WEIGHT_FOR_HEIGHT = "weight_for_height"
    BMI_FOR_AGE = "bmi_for_age"


I = Indicator  # noqa: E741 (short, and only here)
#: Indicators that are read against the child's length or height instead of its age.
BY_HEIGHT = (I.WEIGHT_FOR_LENGTH, I.WEIGHT_FOR_HEIGHT)
#: Those whose extremes are stretched by the WHO: a z-score beyond 3 counts in steps of the last one.
STRETCHED = (I.WEIGHT_FOR_AGE, I.WEIGHT_FOR_LENGTH, I.WEIGHT_FOR_HEIGHT, I.BMI_FOR_AGE)
#: Age in months up to which there is a table.
UNTIL = {I.WEIGHT_FOR_AGE: 120, I.HEIGHT_FOR_AGE: 228, I.BMI_FOR_AGE: 228}

WORDS = {
    I.WEIGHT_FOR_AGE: N_("Weight for age"), I.HEIGHT_FOR_AGE: N_("Length or height for age"),
    I.WEIGHT_FOR_LENGTH: N_("Weight for length"), I.WEIGHT_FOR_HEIGHT: N_("Weight for height"),
    I.BMI_FOR_AGE: N_("BMI for age"),
}


@dataclass(frozen=True)
class LMS:
    """Skewness, median and coefficient of variation at one age or height."""

    l: float  # noqa: E741 (their names)
    m: float
    s: float

    def value(self, z: float) -> float:
        """The measure at a z-score."""
        if abs(self.l) < 1e-9:
            from math import exp
            return self.m * exp(self.s * z)
        return self.m * float((1 + self.l * self.s * z) ** (1 / self.l))

    def plain_z(self, value: float) -> float:
        """The z-score of a measure, as the formula gives it."""
        if abs(self.l) < 1e-9:
            return log(value / self.m) / self.s
        return float((value / self.m) ** self.l - 1) / (self.l * self.s)

    def z(self, value: float, *, stretched: bool) -> float:
        """The z-score; with `stretched` beyond -3 and 3 in steps of the last one, as the WHO does for
        weights."""
        plain = self.plain_z(value)
        if not stretched or -3 <= plain <= 3:
            return plain
        if plain > 3:
            return 3 + (value - self.value(3)) / (self.value(3) - self.value(2))
        return -3 + (value - self.value(-3)) / (self.value(-2) - self.value(-3))


@cache
def table(indicator: Indicator, sex: Sex) -> tuple[tuple[float, ...], tuple[LMS, ...]]:
    """Ages in months (or heights in centimetres), and L, M, S at each."""
    name, by = ("who_wfl_wfh_lms.csv", "length_height_cm") if indicator in BY_HEIGHT \
        else ("who_growth_lms.csv", "age_months")
    letter = "M" if sex == Sex.MALE else "F"
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        rows = sorted((float(row[by]), LMS(float(row["L"]), float(row["M"]), float(row["S"])))
                      for row in csv.DictReader(file)
                      if row["indicator"] == indicator.value and row["sex"] == letter)
    return tuple(at for at, _lms in rows), tuple(lms for _at, lms in rows)


def lms_at(indicator: Indicator, sex: Sex, at: float) -> LMS | None:
    """L, M and S at an age in months or a height in centimetres, linear between the rows of the table; None
    outside of it."""
    places, rows = table(indicator, sex)
    if not places or not places[0] <= at <= places[-1]:
        return None
    right = min(bisect_right(places, at), len(places) - 1)
    if indicator not in BY_HEIGHT and at == STANDS_FROM:
        right -= 1  # lying, as the row says; a day later the child stands
    left = right - 1
    part = (at - places[left]) / (places[right] - places[left])
    low, high = rows[left], rows[right]
    if places[left] == STANDS_FROM and indicator == I.HEIGHT_FOR_AGE:  # that row is of lying children
        low = LMS(low.l, low.m - LYING, low.s * low.m / (low.m - LYING))
        part = at - STANDS_FROM
    elif places[left] == STANDS_FROM < at and indicator == I.BMI_FOR_AGE:
        low = high
    return LMS(low.l + (high.l - low.l) * part, low.m + (high.m - low.m) * part,
               low.s + (high.s - low.s) * part)


def months_between(born: date, day: date) -> float:
    """Age in months as the WHO counts them."""
    return (day - born).days / MONTH_DAYS


def z_score(indicator: Indicator, sex: Sex, at: float, value: float) -> float | None:
    """The z-score of a measure at an age in months (or a height in centimetres); None where there is no
    table. Length and height are as they were measured: lying under 24 months, standing from then on."""
    lms = lms_at(indicator, sex, at)
    return lms.z(value, stretched=indicator in STRETCHED) if lms is not None and value > 0 else None


def lines(indicator: Indicator, sex: Sex, first: float, last: float,
          step: float) -> dict[int, list[tuple[float, float]]]:
    """The curves from -3 to 3 standard deviations between two ages (or heights): points (at, value)."""
    places, _rows = table(indicator, sex)
    first, last = max(first, places[0]), min(last, places[-1])
    count = max(1, round((last - first) / step))
    ats = [first + (last - first) * place / count for place in range(count + 1)]
    result: dict[int, list[tuple[float, float]]] = {z: [] for z in LINES}
    for at in ats:
        lms = lms_at(indicator, sex, at)
        if lms is not None:
            for z in LINES:
                result[z].append((at, lms.value(z)))
    return result


@dataclass(frozen=True)
class Point:
    """A measure of the child in a chart: at which age (months) or height (cm), how much, and its z-score."""

    on: date
    at: float
    value: float
    z: float | None


def points(indicator: Indicator, sex: Sex, born: date, weights: list[tuple[date, float]],
           heights: list[tuple[date, float]]) -> list[Point]:
    """The child's points in one chart. A weight goes with the height nearest to it within 31 days, where the
    chart needs both."""
    found: list[tuple[date, float, float]] = []
    for on, value in heights if indicator == I.HEIGHT_FOR_AGE else weights:
        age = months_between(born, on)
        if indicator in (I.WEIGHT_FOR_AGE, I.HEIGHT_FOR_AGE):
            found.append((on, age, value))
            continue
        near = min((entry for entry in heights if abs((entry[0] - on).days) <= 31),
                   key=lambda entry: abs((entry[0] - on).days), default=None)
        lies = indicator == I.WEIGHT_FOR_LENGTH
        if near is None or (indicator in BY_HEIGHT and lies != (age < STANDS_FROM)):
            continue
        found.append((on, near[1], value) if indicator in BY_HEIGHT
                     else (on, age, value / (near[1] / 100) ** 2))
    return [Point(on, at, value, z_score(indicator, sex, at, value)) for on, at, value in found
            if on >= born]


def meaning(indicator: Indicator, z: float | None) -> str:
    """What a z-score is called (Permenkes 2/2020), in English to be translated; empty for none."""
    if z is None:
        return ""
    return next(word for above, word in NAMES[indicator] if z >= above)


_LOWEST = float("-inf")
_BY_WEIGHT = ((3, N_("obese")), (2.000001, N_("overweight")), (1.000001, N_("at risk of overweight")),
              (-2, N_("well nourished")), (-3, N_("wasted")), (_LOWEST, N_("severely wasted")))
NAMES: dict[Indicator, tuple[tuple[float, str], ...]] = {
    I.WEIGHT_FOR_AGE: ((1.000001, N_("at risk of too high a weight")), (-2, N_("normal weight")),
                       (-3, N_("underweight")), (_LOWEST, N_("severely underweight"))),
    I.HEIGHT_FOR_AGE: ((3.000001, N_("tall")), (-2, N_("normal height")), (-3, N_("stunted")),
                       (_LOWEST, N_("severely stunted"))),
    I.WEIGHT_FOR_LENGTH: _BY_WEIGHT, I.WEIGHT_FOR_HEIGHT: _BY_WEIGHT, I.BMI_FOR_AGE: _BY_WEIGHT,
}
