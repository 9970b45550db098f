"""Forecasts of consumption: each method on series whose next number and whose error are reckoned by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models import clock
from models.base import db
from models.operations.core.report_kit import REPORTS
from models.operations.purchasing import forecasts
from models.operations.stores import consumption, forecasting
from models.operations.stores.forecasting import Forecast
from models.operations.stores.reports_cards import abc, abc_class
from models.organisation import Setting
from tests.support import factories as make


def series(*values: int) -> list[Decimal]:
    return [Decimal(value) for value in values]


def test_the_mean_of_three_months() -> None:
    assert forecasting.moving_average(series(100, 10, 20, 30)) == 20
    assert forecasting.moving_average(series(10, 20)) is None


def test_the_month_of_a_year_ago() -> None:
    assert forecasting.seasonal(series(*range(1, 13))) == 1
    assert forecasting.seasonal(series(*range(1, 12))) is None


def test_the_error_of_the_mean_by_hand() -> None:
    """10 20 30 40 50: 40 was to be 20, 50 was to be 30. Both miss by 20: 50 % of 40, 40 % of 50."""
    assert forecasting.errors(series(10, 20, 30, 40, 50), forecasting.moving_average) == (20, 45)


def test_a_month_without_use_counts_in_the_error_and_in_no_percentage() -> None:
    """30 30 30 0 30: 0 was to be 30, 30 was to be 20. Misses 30 and 10; percent of the second alone:
    33.33."""
    assert forecasting.errors(series(30, 30, 30, 0, 30), forecasting.moving_average) == (20, Decimal("33.33"))


def test_only_the_last_six_months_are_tested() -> None:
    history = series(*[1000] * 6, *[10] * 12)
    assert forecasting.errors(history, forecasting.moving_average) == (0, 0)


def test_a_season_is_found_where_there_is_one() -> None:
    """Two equal years of a saw: as a year ago never misses, the mean does."""
    year = [10, 40, 10, 40, 10, 40, 10, 40, 10, 40, 10, 40]
    said = forecasting.best(series(*year, *year))
    assert said is not None
    assert (said.method, said.quantity, said.mae, said.mape) == ("seasonal", 10, 0, 0)


def test_a_steady_use_is_forecast_without_error_and_a_new_item_not_at_all() -> None:
    said = forecasting.best(series(50, 50, 50, 50, 50))
    assert said == Forecast("moving_average", Decimal(50), Decimal(0), Decimal(0), 5)
    assert forecasting.best(series(50, 50, 50)) is None
    assert forecasting.best([]) is None


def test_what_should_stand_covers_lead_time_cycle_and_error() -> None:
    """300 a month, off by 40: 7 + 23 days use 300; safety 1.65 × 1.25 × 40 × √1 = 82.5."""
    wanted = forecasts.need(Forecast("moving_average", Decimal(300), Decimal(40), Decimal(10), 12), 7, 23)
    assert (wanted.safety, wanted.target) == (Decimal("82.5"), Decimal("382.500"))


# ---------------------------------------------------------------- read off the ledger

@pytest.fixture
def used(session: Any) -> Any:
    """Deliver some of an item on a day; the clock stands where it stood afterwards."""
    from tests.panel.test_reports import Hospital
    hospital = Hospital()
    now = clock.now()

    def give(item: Any, quantity: int, day: date) -> None:
        clock.freeze(now.replace(year=day.year, month=day.month, day=day.day))
        hospital.delivered(item, quantity)
        clock.freeze(now)

    give.hospital = hospital  # type: ignore[attr-defined]
    return give


def test_use_is_summed_by_month_from_the_first_on_and_this_month_is_left_out(used: Any) -> None:
    hospital = used.hospital
    item = hospital.item()
    today = clock.today()
    months = [date((today.year * 12 + today.month - 1 - back) // 12, (today.month - 1 - back) % 12 + 1, 1)
              for back in range(5)]
    clock.freeze(clock.now().replace(year=months[4].year, month=months[4].month, day=1))
    make.stock_up(hospital.store, item, 1000, 5000)
    clock.freeze(None)
    now = clock.now()
    for back, quantity in ((3, 30), (2, 12), (2, 8), (0, 99)):
        used(item, quantity, months[back])
    clock.freeze(now)
    (row,) = db.session.execute(consumption.by_month()).all()
    assert consumption.history(row) == [30, 20, 0]
    assert row.this_month == 99
    (shown,) = db.session.execute(REPORTS["consumption_forecast"].select({})).all()
    assert forecasts.forecast_of(shown) is None, "three months are too few"


def test_classes_end_where_the_settings_say(used: Any) -> None:
    """Worth 700, 200 and 100 of 1000: what begins below 80 is A, below 95 B; with 60 and 90 the second begins
    at 70, the third at 90."""
    hospital = used.hospital
    items = [hospital.item() for _ in range(3)]
    for item, price in zip(items, (70, 20, 10), strict=True):
        make.stock_up(hospital.store, item, 100, 100 * price)
        hospital.delivered(item, 10)

    def classes() -> list[str]:
        return [abc_class(row) for row in db.session.execute(abc({}))]

    assert classes() == ["A", "A", "B"]
    make.saved(Setting(key="abc.a_percent", value="60"))
    make.saved(Setting(key="abc.b_percent", value="90"))
    assert classes() == ["A", "B", "C"]
