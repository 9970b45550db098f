"""The page of settings: groups, kinds, what was delivered, who changed what; nothing senseless is saved."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from models.organisation import Setting
from models.roles import Role
from models.setting_groups import GROUPS
from models.settings import SETTINGS, setting
from tests.support import factories as make

PURCHASING, ACCOUNTS = "/admin/settings/purchasing", "/admin/settings/accounts"


@pytest.fixture
def admin(client: Any, sign_in: Any) -> Any:
    return sign_in(client, Role.ADMIN)


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the page if nobody touched it."""
    form = dict(re.findall(r'<input type="hidden" name="(seen-[^"]+)" value="([^"]*)"', page))
    for tag in re.findall(r'<input (?![^>]*type="file")[^>]*id="[^>]*>', page):
        name, value = re.search(r' name="([^"]*)"', tag)[1], re.search(r' value="([^"]*)"', tag)[1]
        if "checkbox" not in tag or "checked" in tag:
            form[name] = value
    for name, body in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', page):
        form[name] = body
    for name, body in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        form[name] = re.search(r'value="([^"]*)" selected', body)[1]
    return form


def rows(session: Any) -> dict[str, str]:
    session.expire_all()
    return {row.key: row.value for row in session.scalars(sa.select(Setting))}


def test_every_setting_stands_in_exactly_one_group() -> None:
    placed = [key for group in GROUPS for key in group.keys]
    assert sorted(placed) == sorted(SETTINGS)


@pytest.mark.parametrize("name", [group.name for group in GROUPS])
def test_a_group_shows_each_of_its_settings_and_saves_nothing_by_itself(
        client: Any, session: Any, admin: Any, name: str) -> None:
    make.make_chart()
    session.commit()
    page = client.get(f"/admin/settings/{name}").text
    group = next(group for group in GROUPS if group.name == name)
    assert all(f'id="{key.replace(".", "-")}"' in page for key in group.keys)
    before = rows(session)
    assert client.post(f"/admin/settings/{name}", data=form_of(page)).status_code == 303
    assert rows(session) == before


def test_only_administrators_open_it(client: Any, sign_in: Any) -> None:
    for role in set(Role) - {Role.ADMIN}:
        sign_in(client, role)
        assert client.get("/admin/settings/").status_code == 403
        assert client.post(PURCHASING, data={}).status_code == 403
    sign_in(client, Role.ADMIN)
    assert client.get("/admin/settings/").status_code == 200
    assert client.get("/admin/settings/nothing").status_code == 404


def test_what_was_changed_is_saved_and_says_by_whom(client: Any, session: Any, admin: Any) -> None:
    form = form_of(client.get(PURCHASING).text)
    form |= {"purchase_order-limit": "75.000.000", "goods_receipt-tolerance": "2,5"}
    del form["reorder-automatic"]  # unticked
    assert client.post(PURCHASING, data=form).status_code == 303
    assert rows(session) == {"purchase_order.limit": "75000000", "goods_receipt.tolerance": "2.5",
                             "reorder.automatic": "no"}
    page = client.get(PURCHASING).text
    assert 'value="75.000.000"' in page or 'value="75,000,000"' in page
    assert page.count(admin.name) >= 3, "who changed each"
    assert len(re.findall(r'name="reset"', page)) == 3


def test_a_setting_goes_back_to_what_was_delivered(client: Any, session: Any, admin: Any) -> None:
    make.saved(Setting(key="purchase_order.limit", value="5"))
    session.commit()
    form = form_of(client.get(PURCHASING).text) | {"reset": "purchase_order-limit", "abc-a_percent": "70"}
    assert client.post(PURCHASING, data=form).status_code == 303
    assert (setting("purchase_order.limit"), setting("abc.a_percent")) == (50_000_000, 70), \
        "what was typed beside it is kept"


def test_with_one_wrong_value_nothing_is_saved_and_everything_typed_stays(client: Any, session: Any,
                                                                         admin: Any) -> None:
    form = form_of(client.get(PURCHASING).text) | {"purchase_order-limit": "lima puluh juta",
                                                   "abc-a_percent": "70"}
    answer = client.post(PURCHASING, data=form)
    assert answer.status_code == 422
    assert rows(session) == {}
    assert 'href="#purchase_order-limit"' in answer.text
    typed = form_of(answer.text)
    assert (typed["purchase_order-limit"], typed["abc-a_percent"]) == ("lima puluh juta", "70")


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten_unseen(client: Any, session: Any,
                                                                      admin: Any) -> None:
    form = form_of(client.get(PURCHASING).text)
    make.saved(Setting(key="purchase_order.limit", value="9000"))
    make.saved(Setting(key="abc.a_percent", value="60"))
    session.commit()
    answer = client.post(PURCHASING, data=form | {"purchase_order-limit": "8000"})
    assert answer.status_code == 409
    assert "9000" in answer.text
    assert rows(session) == {"purchase_order.limit": "9000", "abc.a_percent": "60"}
    again = form_of(answer.text)
    assert again["purchase_order-limit"] == "8000"
    assert client.post(PURCHASING, data=again).status_code == 303
    assert rows(session) == {"purchase_order.limit": "8000", "abc.a_percent": "60"}, \
        "what the person did not touch stays as the other wrote it"


def test_an_account_must_be_an_active_one_of_the_chart(client: Any, session: Any, admin: Any) -> None:
    make.make_chart()
    session.commit()
    form = form_of(client.get(ACCOUNTS).text)
    answer = client.post(ACCOUNTS, data=form | {"account-inventory": "999999"})
    assert answer.status_code == 422
    assert rows(session).get("account.inventory") != "999999"
    assert 'value="999999"' in answer.text


def test_a_wrong_value_and_an_unknown_key_in_the_database_are_said(client: Any, session: Any,
                                                                   admin: Any) -> None:
    session.execute(sa.insert(Setting), [{"key": "purchase_order.limit", "value": "abc"},
                                         {"key": "hospital.nam", "value": "x"}])
    session.commit()
    page = client.get(PURCHASING).text
    assert 'value="abc"' in page
    assert "hospital.nam" in page
    assert client.post(PURCHASING, data=form_of(page) | {"purchase_order-limit": "6.000"}).status_code == 303
    assert rows(session)["purchase_order.limit"] == "6000"


@pytest.mark.parametrize("forged", [{"seen-account-inventory": "117211", "account-inventory": "1"},
                                    {"reset": "account-inventory"}, {"reset": "nothing"}])
def test_a_group_writes_no_setting_of_another(client: Any, session: Any, admin: Any,
                                              forged: dict[str, str]) -> None:
    assert client.post(PURCHASING, data=form_of(client.get(PURCHASING).text) | forged).status_code == 303
    assert rows(session) == {}
