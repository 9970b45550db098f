"""A bar chart of a result: one column names the bars, one gives their length. Drawn on the server as SVG."""

from __future__ import annotations

from dataclasses import dataclass

from portal.learn.lab.engine import Result, Value

#: Bars that are drawn; a result has more rows than an eye compares.
MOST = 20
#: Width of the names in front and of the longest bar, and height of a row, in units of a drawing 640 wide.
NAMES, LONGEST, ROW = 200, 310, 30
#: Characters of a name; more would run into the bar.
LETTERS = 26


@dataclass(frozen=True)
class Bar:
    """A bar with its place; `label` is the name whole, `short` what fits in front."""

    label: str
    short: str
    value: float
    x: float
    y: int
    width: float


@dataclass(frozen=True)
class Chart:
    """The bars, which columns they come from, and the size of the drawing."""

    x: str
    y: str
    labels: list[str]
    numbers: list[str]
    bars: list[Bar]
    zero: float
    height: int
    left_out: int


def draw(result: Result, x: str = "", y: str = "") -> Chart | None:
    """The chart of the columns `x` (names) and `y` (numbers), or of the first of each kind; None when there
    is no number or fewer than two rows."""
    numbers = [name for at, name in enumerate(result.columns) if _is_number(result, at)]
    labels = list(dict.fromkeys(result.columns))
    y = y if y in numbers else next((name for name in numbers if not _is_key(name)), "")
    if not y or len(result.rows) < 2:
        return None
    x = x if x in labels else next((name for name in labels if name not in numbers), labels[0])
    across, up = result.columns.index(x), result.columns.index(y)
    rows = [(row[across], float(row[up] or 0)) for row in result.rows[:MOST]]
    low, high = min(0.0, *(value for _name, value in rows)), max(0.0, *(value for _name, value in rows))
    scale = LONGEST / ((high - low) or 1)
    zero = NAMES + 10 - low * scale
    bars = [_bar(name, value, at, zero, scale) for at, (name, value) in enumerate(rows)]
    return Chart(x, y, labels, numbers, bars, round(zero, 1), ROW * len(bars) + 10,
                 len(result.rows) - len(bars))


def _bar(name: Value, value: float, at: int, zero: float, scale: float) -> Bar:
    label = "NULL" if name is None else str(name)
    length = abs(value) * scale
    return Bar(label, label if len(label) <= LETTERS else label[:LETTERS - 1] + "…", value,
               round(zero - (length if value < 0 else 0), 1), at * ROW + 6, round(length, 1))


def _is_number(result: Result, at: int) -> bool:
    """Whether a column holds numbers alone, and one at least; an infinite one cannot be drawn."""
    values = [row[at] for row in result.rows if row[at] is not None]
    return bool(values) and all(isinstance(value, int | float) and abs(value) < 1e300 for value in values)


def _is_key(name: str) -> bool:
    return name.lower() == "id" or name.lower().endswith("_id")
