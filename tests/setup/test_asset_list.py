"""The register of assets from a list: with what they lost before, by thousands, changed by tag, taken
back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from models import clock
from models.asset_register import Asset, AssetState, AssetType, BookKind, DepreciationMethod, TaxGroup
from models.base import db
from models.operations.assets import depreciation
from models.operations.core import checks
from models.operations.core.list_files import Row
from models.operations.setup import imports
from models.operations.setup.imports import Found
from models.roles import Role
from tests.assets.test_depreciation import posted
from tests.setup.test_imports import apply, bring, kept
from tests.support import factories as make

HEADS = ("tag,asset_type,name,acquisition_cost,acquired_on,quantity,work_unit,hospital_accumulated,"
         "hospital_until,tax_accumulated,tax_until,state_accumulated,state_until")
USG = "INV-001,ALKES,USG 4D,600000000,2023-01-10,1,IGD,450000000,2026-09-30,281250000,,360000000,"
NEW = "INV-002,ALKES,Monitor,12000000,2026-11-02,1,IGD,,,,,,"


@pytest.fixture(autouse=True)
def _in_november(session: Any) -> None:
    clock.freeze(datetime(2026, 11, 19, 5, tzinfo=UTC))
    make.make_chart()
    make.make_work_unit(code="IGD")
    make.saved(AssetType(code="ALKES", name="Alat kedokteran", useful_life=60, tax_group=TaxGroup.GROUP_2,
                         method=DepreciationMethod.STRAIGHT_LINE))
    db.session.commit()


@pytest.fixture
def staff(client: Any, sign_in: Any) -> Any:
    user = make.make_user(Role.FACILITIES_STAFF)
    sign_in(client, user)
    return user


def listed(client: Any, *lines: str, heads: str = HEADS) -> Any:
    return bring(client, "asset", "\n".join((heads, *lines)))


def broken() -> list[str]:
    return [name for name, row in checks.verify(db.session) if row is not None]


def assets() -> dict[str, Asset]:
    db.session.expire_all()
    return {asset.tag: asset for asset in db.session.scalars(sa.select(Asset).order_by(Asset.id))}


def test_assets_come_with_their_three_books(client: Any, session: Any, staff: Any) -> None:
    brought = listed(client, USG, NEW)
    assert (kept(brought).new_rows, kept(brought).wrong_rows) == (2, 0), kept(brought).findings
    page = client.get(brought.location).text
    assert "612.000.000" in page, "the preview says what comes into the register"
    assert apply(client, brought).status_code == 303
    found = assets()
    assert {book.book: (book.accumulated, book.anchored_on) for book in found["INV-001"].books} == {
        BookKind.HOSPITAL: (450_000_000, date(2026, 9, 30)), BookKind.TAX: (281_250_000, date(2026, 9, 30)),
        BookKind.STATE_PROPERTY: (360_000_000, date(2025, 12, 31))}
    assert {book.accumulated for book in found["INV-002"].books} == {0}
    assert [event.transition for event in found["INV-001"].events] == ["create"]
    assert broken() == []
    assert depreciation.due_period(BookKind.HOSPITAL)[0] == date(2026, 10, 1)
    run = posted(staff, date(2026, 10, 1))
    assert [(line.asset.tag, line.amount, line.periods) for line in run.lines] == [("INV-001", 10_000_000, 1)]


@pytest.mark.parametrize(("line", "column"), [
    (USG.replace("450000000", ""), "hospital_accumulated"),
    (USG.replace("450000000", "600000001"), "hospital_accumulated"),
    (USG.replace("2026-09-30", "2026-12-30"), "hospital_until"),
    (USG.replace("ALKES", "ALKAS"), "asset_type"),
    (NEW.replace("IGD,,", "IGD,5,"), "hospital_accumulated"),
    (NEW.replace("12000000", "-1"), "acquisition_cost")])
def test_what_is_wrong_is_said_of_its_row(client: Any, session: Any, staff: Any, line: str,
                                          column: str) -> None:
    brought = kept(listed(client, line))
    assert brought.wrong_rows == 1
    assert column in {found[2] for found in brought.findings}
    assert assets() == {}


def test_a_tag_that_lost_its_zeros_is_asked_about(client: Any, session: Any, staff: Any) -> None:
    make.make_asset(tag="00123")
    make.make_asset(tag="00124")
    db.session.commit()
    brought = listed(client, NEW.replace("INV-002", "123"))
    assert [(ask["cell"], ask["known"]) for ask in kept(brought).plan["asks"]] == [("123", "00123")]


def test_known_assets_change_by_their_tag(client: Any, session: Any, staff: Any) -> None:
    """What stands in the books stays, but for an opening before the first run."""
    apply(client, listed(client, USG, NEW))
    changed = listed(client, "INV-001,USG Doppler,440000000", heads="tag,name,hospital_accumulated")
    assert kept(changed).changed_rows == 1, kept(changed).findings
    assert apply(client, changed).status_code == 303
    assert (assets()["INV-001"].name, assets()["INV-001"].book_value) == ("USG Doppler", 160_000_000)
    assert broken() == []
    assert kept(listed(client, "INV-001,700000000", heads="tag,acquisition_cost")).wrong_rows == 1
    assert client.post(f"{changed.location}/undo", data={"reason": "salah berkas"}).status_code == 303
    assert (assets()["INV-001"].name, assets()["INV-001"].book_value) == ("USG 4D", 150_000_000)
    assert broken() == []


def test_a_list_is_taken_back_and_brought_again(client: Any, session: Any, staff: Any) -> None:
    brought = listed(client, USG, NEW)
    apply(client, brought)
    assert client.post(f"{brought.location}/undo", data={"reason": "salah berkas"}).status_code == 303
    assert {asset.state for asset in assets().values()} == {AssetState.RETIRED}
    assert broken() == []
    again = listed(client, USG.replace("600000000", "600000060"), NEW)
    assert (kept(again).new_rows, kept(again).wrong_rows) == (2, 0), kept(again).findings
    assert apply(client, again).status_code == 303
    assert assets()["INV-001"].acquisition_cost == 600_000_060
    assert broken() == []


def test_a_list_that_was_depreciated_stays(client: Any, session: Any, staff: Any, sign_in: Any) -> None:
    brought = listed(client, USG)
    apply(client, brought)
    posted(staff, date(2026, 10, 1))
    db.session.commit()
    sign_in(client, staff)
    assert client.post(f"{brought.location}/undo", data={"reason": "salah berkas"}).status_code == 422
    assert assets()["INV-001"].state == AssetState.REGISTERED


def chairs(first: int, count: int) -> tuple[Row, ...]:
    kinds = {"tag": "", "asset_type": "ALKES", "name": "Kursi", "acquisition_cost": Decimal(600_000_000),
             "acquired_on": date(2023, 1, 10), "hospital_accumulated": Decimal(450_000_000),
             "tax_accumulated": Decimal(281_250_000), "state_accumulated": Decimal(360_000_000)}
    return tuple(Row(number + 2, kinds | {"tag": f"KRS-{number:05d}"})
                 for number in range(first, first + count))


def applied(staff: Any, rows: tuple[Row, ...]) -> int:
    """SQL statements that it takes to write these rows."""
    brought = imports.bring(db.session, "asset", b"x", f"kursi-{rows[0].number}.csv", Found(rows), by=staff)
    statements: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", heard)
    try:
        imports.apply(db.session, brought, rows, by=staff, seen=brought.digest)
        db.session.commit()
    finally:
        event.remove(db.engine, "before_cursor_execute", heard)
    return len(statements)


def test_thousands_of_assets_are_written_by_few_statements_each(session: Any, staff: Any) -> None:
    """What a row more costs: its number, its entry in the journal and its lines; its books go together."""
    few, many = applied(staff, chairs(0, 40)), applied(staff, chairs(40, 240))
    assert (many - few) / 200 < 8
    assert session.scalar(sa.select(sa.func.count()).select_from(Asset)) == 280
    assert broken() == []
