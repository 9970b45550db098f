"""Codes and numbers of state property, its cards and lists, the list of devices; serial numbers that stand
twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_register import Asset
from models.errors import Refused
from models.operations.assets import entry
from models.operations.core.approvals import opened
from models.operations.core.report_kit import REPORTS
from models.roles import Role
from tests.assets.test_asset_exits import Cast
from tests.support import factories as make

BED = "3070101001"


@pytest.fixture
def cast(session):
    return Cast()


def rows(session, key, **values):
    return session.execute(REPORTS[key].select({"from": None, "to": None, **values})).all()


# ---------------------------------------------------------------- code and number

def test_numbers_under_a_code_go_on_without_a_gap(session):
    model = make.make_asset_model(bmn_code=BED)
    assets = [make.make_asset(asset_model=model) for _ in range(3)]
    other = make.make_asset(bmn_code="3050104001")
    assert [(asset.bmn_code, asset.nup) for asset in (*assets, other)] == [
        (BED, 1), (BED, 2), (BED, 3), ("3050104001", 1)]
    assert make.make_asset().nup is None


def test_what_gets_another_code_gets_its_next_number(session):
    first, second = make.make_asset(bmn_code=BED), make.make_asset(bmn_code="3050104001")
    second.bmn_code = BED
    session.flush()
    assert (first.nup, second.nup) == (1, 2)
    second.bmn_code = None
    session.flush()
    assert second.nup is None


@pytest.mark.parametrize("code", ["307010100", "30701010011", "30701O1001"])
def test_the_database_knows_a_code_by_its_ten_digits(session, code):
    with pytest.raises((sa.exc.IntegrityError, sa.exc.DataError)), session.begin_nested():
        make.make_asset(bmn_code=code)


def test_a_number_stands_once_under_a_code(session):
    one, two = make.make_asset(bmn_code=BED), make.make_asset(bmn_code=BED)
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        session.execute(sa.update(Asset).where(Asset.id == two.id).values(nup=one.nup))


# ---------------------------------------------------------------- serial numbers

def test_a_serial_number_that_stands_twice_asks_back(session):
    model = make.make_asset_model()
    one = make.make_asset(asset_model=model, serial_number="SN-77")
    two = make.make_asset(asset_model=model, serial_number="sn- 77")
    with pytest.raises(Refused, match=one.tag) as refusal:
        entry.check_serial(two)
    assert refusal.value.field == "serial_number"
    two.serial_is_shared = True
    entry.check_serial(two)
    entry.check_serial(make.make_asset(asset_model=make.make_asset_model(), serial_number="SN-77"))


# ---------------------------------------------------------------- cards and lists

def test_each_card_holds_its_kind(session, cast):
    bed = cast.asset(bmn_code=BED)
    hall = cast.asset(bmn_code="4010101001")
    plain = cast.asset()
    found = {card: [row.asset_id for row in rows(session, "bmn_cards", card=card, to=clock.today())]
             for card in "BCDEF"}
    assert found == {"B": [bed.id], "C": [hall.id], "D": [], "E": [], "F": []}
    land = make.make_building().land
    assert [row.name for row in rows(session, "bmn_cards", card="A", to=clock.today())] == [land.name]
    assert plain.id not in {key for keys in found.values() for key in keys}


def test_the_semester_adds_up_by_code(session, cast):
    day = clock.today()
    start = date(day.year, 1 if day.month < 7 else 7, 1)
    old = cast.asset(cost=1_000, months=20, bmn_code=BED)
    new = make.make_asset(acquisition_cost=Decimal(500), acquired_on=day, bmn_code=BED)
    opened(new, by=cast.staff)
    cast.posted(cast.disposal((old, 1)))
    [row] = rows(session, "bmn_semester", **{"from": start, "to": day})
    assert (row.opening_quantity, row.added_quantity, row.removed_quantity,
            row.closing_quantity) == (1, 1, 1, 1)
    assert (row.opening_value, row.added_value, row.removed_value,
            row.closing_value) == (1000, 500, 1000, 500)


def test_lists_of_rooms_and_of_the_others(session, cast):
    inside, outside = cast.asset(bmn_code=BED, room=make.make_room()), cast.asset(bmn_code=BED)
    assert [row.asset_id for row in rows(session, "bmn_rooms", kind="rooms")] == [inside.id]
    assert [row.asset_id for row in rows(session, "bmn_rooms", kind="others")] == [outside.id]


def test_devices_are_listed_for_the_ministry_by_their_national_name(session, cast):
    model = make.make_asset_model(aspak_name="Patient Monitor")
    model.asset_type.is_medical_device = True
    device = cast.asset(asset_model=model, serial_number="PM-1")
    cast.asset()
    [row] = rows(session, "aspak")
    assert (row.asset_id, row.national_name, row.serial_number) == (device.id, "Patient Monitor", "PM-1")


@pytest.mark.parametrize("key", ["bmn_cards", "bmn_semester", "bmn_rooms", "aspak"])
def test_each_answers_on_screen_and_as_files(client, session, sign_in, cast, key):
    cast.asset(bmn_code=BED)
    sign_in(client, Role.FACILITIES_STAFF)
    for part in ("", "csv/", "xlsx/", "pdf/"):
        assert client.get(f"/admin/reports/{key}/{part}").status_code == 200
    sign_in(client, Role.UNIT_USER)
    assert client.get(f"/admin/reports/{key}/").status_code == 403
