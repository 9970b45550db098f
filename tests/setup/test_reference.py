"""The reference data reaches an empty installation whole, and loading it again changes nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from models.asset_register import AssetType, TaxGroup
from models.clinic import Specialization
from models.items import Item, UnitConversion
from models.journal import Account
from models.operations.setup import reference
from models.organisation import Region, RegionLevel
from models.settings import DEFAULTS


@pytest.fixture
def loaded(session):
    return reference.load(session)


def test_everything_of_the_files_is_there(session, loaded):
    assert (loaded["item"], loaded["specialization"], loaded["account"]) == (583, 48, 151)
    levels = dict(session.execute(sa.select(Region.level, sa.func.count()).group_by(Region.level)).all())
    assert levels[RegionLevel.PROVINCE] == 38
    assert levels[RegionLevel.VILLAGE] == 83_762
    assert session.get(Region, "11.01.01.2001").name == "Keude Bakongan"


def test_every_item_has_its_base_unit_and_a_price(session, loaded):
    base = sa.select(UnitConversion.item_id).join(Item).where(
        UnitConversion.unit_name == Item.base_unit, UnitConversion.factor == 1)
    assert session.scalar(sa.select(sa.func.count()).select_from(Item).where(Item.id.not_in(base))) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Item).where(
        sa.or_(Item.price_hint.is_(None), Item.price_hint <= 0))) == 0


def test_the_accounts_that_postings_use_are_in_the_chart(session, loaded):
    needed = {code for key, code in DEFAULTS.items() if key.startswith("account.")}
    assert needed <= set(session.scalars(sa.select(Account.code)))


def test_every_asset_type_has_its_tax_group(session, loaded):
    groups = dict(session.execute(sa.select(AssetType.code, AssetType.tax_group)).all())
    assert None not in groups.values()
    assert {code: groups[code] for code in ("31001", "30502", "30101", "40101", "80101")} == {
        "31001": TaxGroup.GROUP_1, "30502": TaxGroup.GROUP_2, "30101": TaxGroup.GROUP_3,
        "40101": TaxGroup.PERMANENT_BUILDING, "80101": TaxGroup.GROUP_1}


def test_loading_again_adds_nothing_and_keeps_what_was_changed(session, loaded):
    kept = session.scalar(sa.select(Specialization).where(Specialization.code == "Sp.A"))
    kept.name = "Kesehatan Anak"
    session.flush()
    assert set(reference.load(session).values()) == {0}
    assert session.scalar(sa.select(Specialization.name).where(Specialization.code
                                                               == "Sp.A")) == "Kesehatan Anak"


def test_each_kind_of_asset_stands_on_the_accounts_of_its_group(session, loaded):
    for kind in session.scalars(sa.select(AssetType)):
        codes = [kind.account.code, kind.accumulated_account.code, kind.expense_account.code]
        assert tuple(codes) == reference.ASSET_ACCOUNTS[kind.code[0]]
