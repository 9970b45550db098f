"""What a new hospital lacks: shown to its administrator until it is there or put away."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa

from models.activity import ActivityLog
from models.base import db
from models.documents import WORKFLOWS
from models.imports import OPENING_STOCK
from models.items import Item
from models.operations.core.approvals import perform
from models.operations.people import accounts
from models.operations.setup import first_steps, list_layouts, reference
from models.operations.setup.first_steps import STEPS
from models.organisation import Setting
from models.people import User
from models.roles import STAFF_ROLES, Role
from models.scopes import model_of
from tests.panel.test_views import statements
from tests.support import factories as make


@pytest.fixture
def admin(client: Any, sign_in: Any, session: Any) -> User:
    client.set_cookie("language", "en")
    user: User = sign_in(client, Role.ADMIN)
    return user


def standing() -> dict[str, bool]:
    return {found.step.key: found.is_done for found in first_steps.look()}


def settle() -> None:
    """Everything that the stores' work needs."""
    make.make_chart()
    db.session.add_all(Setting(key=key, value="RSUD Contoh" if key.endswith("name") else "0221234567")
                       for key in first_steps.HOSPITAL)
    for role in STAFF_ROLES:
        make.make_user(role)
    store, item = make.make_store(), make.make_item()
    make.make_bed()
    make.make_room()
    make.stock_up(store, item, 5, 10)
    db.session.commit()


# ---------------------------------------------------------------- the list

@pytest.mark.once
def test_what_a_step_needs_comes_before_it() -> None:
    """A table stands after every table that its rows must name."""
    place = {step.table: number for number, step in enumerate(STEPS) if step.table}
    for table, number in place.items():
        for column in model_of(table).__table__.columns:
            if column.nullable:
                continue
            for key in column.foreign_keys:
                other = key.column.table.name
                assert place.get(other, -1) <= number, (table, other)


@pytest.mark.once
def test_every_step_leads_to_a_page_and_to_its_list() -> None:
    assert len({step.key for step in STEPS}) == len(STEPS)
    for step in STEPS:
        assert step.address or step.table or step.kind, step.key
        assert step.roles, step.key
    assert {step.kind for step in STEPS} >= {
        "user", "employee", "room", "bed", "inpatient_room", "doctor", "doctor_schedule", "asset", "patient",
        "item", "store", "work_unit", OPENING_STOCK}
    assert {step.kind for step in STEPS if step.kind} <= set(list_layouts.kinds())


def test_an_empty_hospital_lacks_everything_but_its_administrator(session: Any, admin: User) -> None:
    found = {each.step.key: each for each in first_steps.look()}
    assert {key for key, each in found.items() if each.is_done} <= {"mail"}
    assert set(found["hospital"].lacking) == set(first_steps.HOSPITAL)
    needed = {role for model in WORKFLOWS.values() for step in model.workflow for role in step.roles}
    assert set(found["people"].lacking) == {role.value for role in needed & STAFF_ROLES - {Role.ADMIN}}
    assert not first_steps.is_over(list(found.values()))


def test_each_step_is_done_by_what_it_asks_for(session: Any, admin: User) -> None:
    settle()
    optional = {step.key for step in STEPS if step.is_optional}
    assert {key for key, is_done in standing().items() if not is_done} - optional == {"first_request"}
    asking = make.make_user(Role.UNIT_USER, work_unit=make.make_work_unit())
    request = make.make_store_request((make.make_item(), 1), created_by=asking, work_unit=asking.work_unit)
    perform(request, "submit", by=asking)
    assert not standing()["first_request"]
    perform(request, "approve", by=make.make_user(Role.STORE_HEAD))
    assert first_steps.is_over(first_steps.look())


def test_a_closed_account_holds_no_role_for_the_hospital(session: Any, admin: User) -> None:
    head = make.make_user(Role.STORE_HEAD)
    db.session.commit()
    assert "store_head" not in {each.step.key: each for each in first_steps.look()}["people"].lacking
    head.status = "inactive"
    db.session.commit()
    assert "store_head" in {each.step.key: each for each in first_steps.look()}["people"].lacking


def test_it_costs_one_statement_beside_the_settings(app: Any, session: Any, admin: User) -> None:
    first_steps.look()
    with statements(app) as few:
        first_steps.look()
    settle()
    with statements(app) as many:
        first_steps.look()
    assert len(few) == len(many) <= 2


# ---------------------------------------------------------------- its pages

def test_the_administrators_home_shows_it_until_it_is_put_away(client: Any, admin: User) -> None:
    home = client.get("/admin/home/").text
    assert "First steps" in home
    for address in ("/admin/settings/hospital", "/admin/work_unit/", "/admin/imports/?kind=bed",
                    "/admin/imports/?kind=user"):
        assert address in home
    assert "Done by: Store head" in home, "opening stock is not the administrator's to bring"
    assert client.post("/admin/first_steps/away").status_code == 303
    assert "Put this list away" not in client.get("/admin/home/").text
    page = client.get("/admin/first_steps/").text
    assert "Show it on my home page" in page
    assert client.post("/admin/first_steps/back").status_code == 303
    assert "Put this list away" in client.get("/admin/home/").text


def test_every_link_of_it_opens(client: Any, admin: User) -> None:
    page = client.get("/admin/first_steps/").text
    main = page[page.index("h-steps"):]
    links = set(re.findall(r'href="(/admin/[^"]+)"', main))
    assert len(links) > 20
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link


@pytest.mark.parametrize("role", sorted(STAFF_ROLES - {Role.ADMIN}))
def test_nobody_else_sees_it(client: Any, sign_in: Any, session: Any, role: Role) -> None:
    sign_in(client, role)
    assert client.get("/admin/first_steps/").status_code == 403
    assert client.post("/admin/first_steps/catalogue").status_code == 403
    assert "first_steps" not in client.get("/admin/home/").text


def test_the_catalogue_is_taken_once_and_leaves_own_items_alone(client: Any, admin: User, session: Any
                                                                ) -> None:
    make.make_chart()
    code = next(iter(reference.rows("barang_gudang_rs.csv")))["demo_item_code"]
    own = make.make_item(code=code, name="Punya kami")
    db.session.commit()
    size = reference.catalogue_size()
    assert str(size) in client.get("/admin/first_steps/").text
    assert client.post("/admin/first_steps/catalogue").status_code == 303
    db.session.expire_all()
    assert session.scalar(sa.select(sa.func.count()).select_from(Item)) == size
    assert own.name == "Punya kami"
    logged = sa.select(sa.func.count()).select_from(ActivityLog).where(
        ActivityLog.table_name == "item", ActivityLog.user_id == admin.id)
    assert session.scalar(logged) == size - 1
    assert client.post("/admin/first_steps/catalogue").status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(Item)) == size


def test_reference_data_comes_without_the_catalogue_unless_it_is_asked_for(app: Any, session: Any) -> None:
    assert "item" not in reference.load(session, items=False)
    assert session.scalar(sa.select(sa.func.count()).select_from(Item)) == 0


def test_without_mail_the_list_says_what_is_missing(client: Any, admin: User,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_links", [False])
    assert not standing()["mail"]
    assert "PUBLIC_URL" in client.get("/admin/home/").text
