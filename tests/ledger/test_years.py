"""A year that no calendar of the hospital has is refused where it is typed, in words, and never breaks a
page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models import clock
from models.asset_documents import AssetPlan
from models.errors import PeriodClosed
from models.journal import Period
from models.operations.ledger import days, journal
from models.roles import Role
from tests.support import factories as make


@pytest.mark.parametrize("year", [13468, 1999, 2101, 0, -1])
def test_the_database_keeps_no_period_of_such_a_year(session: Any, year: int) -> None:
    with pytest.raises(IntegrityError, match="ck_period_year_sane"), session.begin_nested():
        session.add(Period(year=year, month=1))


@pytest.mark.parametrize("year", [2000, 2100])
def test_the_first_and_the_last_year_are_kept(session: Any, year: int) -> None:
    assert make.saved(Period(year=year, month=12)).id


def test_nothing_is_posted_before_the_books_begin(session: Any) -> None:
    with pytest.raises(PeriodClosed, match="The books know the years 2000 to 2100"):
        journal.open_period(date(1999, 12, 31))
    days.begin_books(date(2000, 1, 1))
    assert journal.open_period(date(2000, 1, 1)).year == 2000


@pytest.mark.parametrize("month", ["1999-12", "0001-01", "13468-01", "9999-12"])
def test_no_such_month_is_closed(client: Any, sign_in: Any, session: Any, month: str) -> None:
    sign_in(client, make.make_user(Role.PAYABLES, language="en"))
    answer = client.post("/admin/period/closing", data={"month": month})
    assert answer.status_code == 422
    said = "Choose one of the list" if month == "13468-01" else "The books know the years 2000 to 2100"
    assert said in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Period)) == 0


def plan(year: str) -> dict[str, Any]:
    unit = make.make_work_unit().id
    return {"work_unit": unit, "planned_on": clock.today(), "budget_year": year, "lines-0-work_unit": unit,
            "lines-0-asset_model": make.make_asset_model().id, "lines-0-quantity": "1",
            "lines-0-estimated_price": "1000", "lines-0-justification": "worn out"}


@pytest.mark.parametrize("year", ["13468", "1999", "2201", "-2026", "99999999999999999999"])
def test_a_plan_for_such_a_year_is_refused_at_the_field(client: Any, sign_in: Any, session: Any,
                                                        year: str) -> None:
    sign_in(client, make.make_user(Role.FACILITIES_STAFF, language="en"))
    assert client.post("/admin/asset_plan/new/", data=plan("2027")).status_code in (302, 303)
    answer = client.post("/admin/asset_plan/new/", data=plan(year))
    assert answer.status_code == 422
    assert '<a href="#budget_year">Budget year</a>' in answer.text
    assert session.scalars(sa.select(AssetPlan.budget_year)).all() == [2027]


@pytest.mark.parametrize("part", ["", "csv/", "xlsx/", "pdf/"])
def test_a_report_from_such_a_year_says_so(client: Any, sign_in: Any, session: Any, part: str) -> None:
    make.make_chart()
    sign_in(client, make.make_user(Role.STORE_HEAD, language="en"))
    answer = client.get(f"/admin/reports/usage/{part}?from=13468-01-01")
    assert answer.status_code == 422
    assert "From: write a day between 1900 and 2200" in answer.text


def test_the_monthly_packs_open_whatever_months_there_are(client: Any, sign_in: Any, session: Any) -> None:
    for year in (2000, 2100):
        make.saved(Period(year=year, month=12))
    sign_in(client, Role.FACILITIES_STAFF)
    for address in ("/admin/monthly_pack/", "/admin/monthly_pack/new/", "/admin/period/"):
        assert client.get(address).status_code == 200
