"""What will be used next month, from what was used in the months before: plain sums over a list of numbers.

Two methods, and each is told with its error, found by forecasting the last months from what was known before
them. The better one is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

#: Months that the moving average looks back.
WINDOW = 3
SEASON = 12
#: Last months that are forecast to find the error.
TESTED = 6
#: Months without which nothing is said.
FEWEST = WINDOW + 1
#: From a mean absolute error to a standard deviation, as for a normal spread.
SPREAD = Decimal("1.25")
#: Nineteen times of twenty the stock lasts.
SERVICE = Decimal("1.65")
PLACES = Decimal("0.001")

Method = Callable[[Sequence[Decimal]], Decimal | None]


def moving_average(history: Sequence[Decimal]) -> Decimal | None:
    """The mean of the last three months; None for fewer."""
    last = history[-WINDOW:]
    return sum(last, Decimal(0)) / WINDOW if len(last) == WINDOW else None


def seasonal(history: Sequence[Decimal]) -> Decimal | None:
    """The same month a year before; None while there is no year."""
    return history[-SEASON] if len(history) >= SEASON else None


METHODS: dict[str, Method] = {"moving_average": moving_average, "seasonal": seasonal}


@dataclass(frozen=True)
class Forecast:
    """Base units of the next month by a method. `mae` is the mean error in base units, `mape` the same in
    percent of the months in which something was used; None where nothing could be tested."""

    method: str
    quantity: Decimal
    mae: Decimal | None
    mape: Decimal | None
    months: int

    def for_days(self, days: int) -> Decimal:
        return self.quantity * days / 30

    def safety(self, days: int) -> Decimal:
        """Stock that covers the error over so many days."""
        return SERVICE * SPREAD * (self.mae or Decimal(0)) * (Decimal(days) / 30).sqrt()


def errors(history: Sequence[Decimal], method: Method) -> tuple[Decimal | None, Decimal | None]:
    """Mean absolute error, and mean absolute percent error, of the last months one month ahead each."""
    misses, percents = [], []
    for place in range(max(1, len(history) - TESTED), len(history)):
        said = method(history[:place])
        if said is None:
            continue
        miss = abs(said - history[place])
        misses.append(miss)
        if history[place] > 0:
            percents.append(miss / history[place] * 100)
    return (_mean(misses, PLACES), _mean(percents, Decimal("0.01")))


def _mean(values: Sequence[Decimal], places: Decimal) -> Decimal | None:
    return (sum(values, Decimal(0)) / len(values)).quantize(places) if values else None


def forecasts(history: Sequence[Decimal]) -> list[Forecast]:
    """What each method says of the next month, the smallest error first; methods that lack history left
    out."""
    result = []
    for name, method in METHODS.items():
        said = method(history)
        if said is not None and len(history) >= FEWEST:
            mae, mape = errors(history, method)
            result.append(Forecast(name, max(said, Decimal(0)).quantize(PLACES), mae, mape, len(history)))
    return sorted(result, key=lambda each: (each.mae is None, each.mae or Decimal(0)))


def best(history: Sequence[Decimal]) -> Forecast | None:
    """The forecast with the smallest error; None while there is too little history."""
    return next(iter(forecasts(history)), None)
