"""Settings are typed: nothing senseless is saved, and a wrong value in the database takes no page down."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import settings
from models.errors import Refused
from models.journal import Posting
from models.operations.core import checks
from models.operations.ledger import journal
from models.organisation import Setting
from models.roles import Role
from models.settings import SETTINGS, setting
from tests.support import factories as make

#: Texts that no number, hour, switch, choice, list of addresses or account is.
SENSELESS = ("lima puluh juta", "tidak ada", "10%", "pagi", "abc", "-1", "NaN", "1e99", "\u0663", "9" * 40)


def planted(session: Any, key: str, value: str) -> None:
    """As it may stand in a database, whoever put it there."""
    session.execute(sa.delete(Setting).where(Setting.key == key))
    session.execute(sa.insert(Setting).values(key=key, value=value))
    session.commit()


def wrong_for(key: str) -> list[str]:
    return [text for text in SENSELESS if not _fits(key, text)]


def _fits(key: str, text: str) -> bool:
    try:
        settings.checked(key, text)
    except Refused:
        return False
    return True


TYPED = [key for key in SETTINGS if wrong_for(key)]


def test_every_setting_but_words_and_accounts_is_typed() -> None:
    words = {key for key in SETTINGS if key.startswith(("account.", "hospital.", "cleaning."))}
    assert set(SETTINGS) - set(TYPED) == words - {"hospital.phone", "hospital.logo"} | {"prescription.place"}


@pytest.mark.once
@pytest.mark.parametrize("key", SETTINGS)
def test_the_default_is_of_its_kind(key: str) -> None:
    settings.checked(key, SETTINGS[key].default)
    settings.worth(key, SETTINGS[key].strict)


@pytest.mark.once
@pytest.mark.parametrize(("key", "value"), [
    ("purchase_order.limit", "lima puluh juta"), ("account.inventory", "tidak ada"),
    ("goods_receipt.tolerance", "10%"),
    ("daily_report.hour", "pagi"), ("consultation.days_ahead", "abc"), ("consultation.days_ahead", "0"),
    ("goods_receipt.tolerance", "101"), ("daily_report.recipients", "mutu"), ("hospital.name", " "),
    ("depreciation.tax_method", "fast"), ("notices.sms", "maybe"), ("consultation.reminders", "24;soon")])
def test_a_senseless_value_is_refused_at_its_field(
        client: Any, session: Any, sign_in: Any, key: str, value: str) -> None:
    sign_in(client, Role.ADMIN)
    answer = client.post("/admin/setting/new/", data={"key": key, "value": value})
    assert answer.status_code == 422
    assert value.strip() in answer.text  # what was typed is kept
    assert session.scalar(sa.select(sa.func.count()).select_from(Setting).where(Setting.key == key)) == 0
    with pytest.raises(Refused) as told:
        make.saved(Setting(key=key, value=value))  # a list that is brought in, a command
    assert told.value.field == "value"


@pytest.mark.parametrize("key", ["hospital.nam", "approval.limit", ""])
def test_an_unknown_key_is_refused(client: Any, session: Any, sign_in: Any, key: str) -> None:
    sign_in(client, Role.ADMIN)
    assert client.post("/admin/setting/new/", data={"key": key, "value": "5"}).status_code == 422
    with pytest.raises(Refused):
        make.saved(Setting(key=key, value="5"))


@pytest.mark.parametrize(("key", "typed", "kept"), [
    ("purchase_order.limit", "75.000.000", "75000000"), ("purchase_order.limit", "75,000,000", "75000000"),
    ("goods_receipt.tolerance", "2,5", "2.5"), ("notices.sms", "Ya", "yes"), ("notices.sms", "tidak", "no"),
    ("daily_report.hour", " 7 ", "7")])
def test_what_people_write_is_understood(
        client: Any, session: Any, sign_in: Any, key: str, typed: str, kept: str) -> None:
    sign_in(client, Role.ADMIN)
    assert client.post("/admin/setting/new/", data={"key": key, "value": typed}).status_code in (302, 303)
    assert session.scalar(sa.select(Setting.value).where(Setting.key == key)) == kept


#: Pages that read settings, by who opens them; each one with every setting wrong, a few of them with one.
PAGES = {
    None: ("/portal/doctors", "/portal/doctors/{doctor}", "/portal/facilities", "/login"),
    Role.ADMIN: ("/admin/", "/admin/setting/", "/admin/inbox/", "/admin/consultation/"),
    Role.FACILITIES_HEAD: ("/admin/", "/admin/inbox/", "/admin/purchase_order/", "/admin/asset_procurement/"),
    Role.STORE_STAFF: ("/admin/", "/admin/goods_receipt/"),
    Role.PAYABLES: ("/admin/supplier_invoice/",),
    Role.PATIENT: ("/portal/", "/portal/consultations", "/portal/consultations/new"),
    Role.DOCTOR: ("/admin/desk/",)}
A_FEW = {None: ("/portal/doctors/{doctor}",), Role.FACILITIES_HEAD: ("/admin/", "/admin/purchase_order/"),
         Role.PATIENT: ("/portal/consultations/new",), Role.DOCTOR: ("/admin/desk/",)}


def all_open(client: Any, sign_in: Any, pages: dict[Role | None, tuple[str, ...]]) -> None:
    doctor = make.make_doctor()
    people = {Role.DOCTOR: doctor.user, Role.PATIENT: make.make_patient().user}
    for role, addresses in pages.items():
        reader = client if role else client.application.test_client()
        if role:
            sign_in(reader, people.get(role, role))
        for address in addresses:
            assert reader.get(address.format(doctor=doctor.id)).status_code == 200, (role, address)


@pytest.mark.once
@pytest.mark.parametrize("key", TYPED)
def test_a_wrong_value_in_the_database_takes_no_page_down(client: Any, session: Any, sign_in: Any,
                                                          key: str) -> None:
    for value in (wrong_for(key)[0], ""):
        if not _fits(key, value):
            planted(session, key, value)
            all_open(client, sign_in, A_FEW)


@pytest.mark.once
@pytest.mark.parametrize("way", ["", *SENSELESS])
def test_wrong_values_everywhere_take_no_page_down(client: Any, session: Any, sign_in: Any, way: str) -> None:
    for key in TYPED:
        if not _fits(key, way):
            planted(session, key, way)
    all_open(client, sign_in, PAGES)


def test_a_wrong_limit_lets_nothing_through(session: Any) -> None:
    planted(session, "purchase_order.limit", "lima puluh juta")
    assert setting("purchase_order.limit") == Decimal(0)  # every order needs the director
    planted(session, "goods_receipt.tolerance", "10%")
    assert setting("goods_receipt.tolerance") == Decimal(0)


def test_what_must_not_be_guessed_is_refused_with_a_sentence(session: Any) -> None:
    for key in ("depreciation.tax_method", "asset_receipt.capitalise_vat"):
        planted(session, key, "abc")
        with pytest.raises(Refused, match=f"{key} has a value that cannot be used: “abc”"):
            setting(key)


@pytest.mark.parametrize("code", ["tidak ada", "", " ", "999999"])
def test_a_wrong_account_is_refused_and_no_other_is_posted_to(session: Any, code: str) -> None:
    make.make_chart()
    make.make_account(code="999999", status="inactive")
    planted(session, "account.inventory", code)
    with pytest.raises(Refused, match=r"administrator corrects the setting account\.inventory"):
        journal.accounts([Posting.INVENTORY])
    planted(session, "account.inventory", " 117211 ")
    assert list(journal.accounts([Posting.INVENTORY])) == [Posting.INVENTORY]


def test_booking_goes_on_with_the_default(session: Any) -> None:
    planted(session, "consultation.days_ahead", "abc")
    assert setting("consultation.days_ahead") == 60


def test_verify_and_the_list_name_a_wrong_value(client: Any, session: Any, sign_in: Any) -> None:
    named = "settings: each has a known key and a value that can be used"
    assert dict(checks.verify(session))[named] is None
    planted(session, "daily_report.hour", "pagi")
    assert dict(checks.verify(session))[named] == ("daily_report.hour", "pagi")
    sign_in(client, Role.ADMIN)
    client.set_cookie("language", "en")
    assert "This cannot be used. Correct it." in client.get("/admin/setting/").text


def test_the_key_is_chosen_and_its_default_is_told(client: Any, session: Any, sign_in: Any) -> None:
    sign_in(client, Role.ADMIN)
    client.set_cookie("language", "en")
    page = client.get("/admin/setting/new/").text
    for key in SETTINGS:
        assert f'value="{key}"' in page
    assert page.index('name="key"') < page.index('name="value"')
    row = make.saved(Setting(key="purchase_order.limit", value="1000"))
    for address in ("/admin/setting/", f"/admin/setting/details/?id={row.id}"):
        assert "Purchase orders above it need the director" in client.get(address).text
    assert "Without a value of its own: 50000000" in client.get(f"/admin/setting/edit/?id={row.id}").text


@pytest.mark.once
@pytest.mark.parametrize("key", TYPED)
def test_a_wrong_value_stops_no_job(app: Any, session: Any, key: str) -> None:
    planted(session, key, wrong_for(key)[0])
    ended = app.test_cli_runner().invoke(args=["run-jobs"])
    assert "failed:" not in ended.output.replace(", 0 failed", "")
    assert ended.exit_code == 0
