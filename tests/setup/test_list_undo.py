"""A list of master data that was applied is taken back as a whole, or not at all."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from models.base import db, one_transaction
from models.errors import Conflict
from models.imports import ListImport
from models.items import Item, ItemCategory, UnitConversion
from models.operations.core import checks
from models.operations.core.list_files import Row
from models.operations.setup import imports
from models.organisation import WorkUnit
from models.people import User
from models.roles import Role
from tests.setup.test_imports import apply, bring, kept
from tests.support import factories as make
from tests.support.races import at_once, won

TEXT = ("code,name,category,base_unit,minimum_stock\n"
        "NEW-1,Baru,obat,tablet,7\nOLD-1,Lama sekali,obat,tablet,20\n")


@pytest.fixture
def admin(client: Any, sign_in: Any, session: Any) -> Any:
    make.make_chart()
    client.set_cookie("language", "en")
    return sign_in(client, Role.ADMIN)


@pytest.fixture
def old(session: Any) -> Item:
    category = make.saved(ItemCategory(code="obat", name="Obat"))
    return make.make_item(code="OLD-1", name="Lama", category=category, minimum_stock=5)


def undo(client: Any, brought: Any, reason: str = "salah berkas") -> Any:
    return client.post(f"{brought.location}/undo", data={"reason": reason})


def new() -> Item | None:
    found: Item | None = db.session.scalars(sa.select(Item).where(Item.code == "NEW-1")).first()
    return found


def test_what_was_changed_has_its_old_values_and_what_was_made_is_gone(client: Any, admin: Any, old: Item
                                                                       ) -> None:
    brought = bring(client, "item", TEXT)
    assert undo(client, brought).status_code == 422  # not applied yet
    assert apply(client, brought).status_code == 303
    assert undo(client, brought, " ").status_code == 422  # no reason
    assert undo(client, brought).status_code == 303
    db.session.refresh(old)
    assert (old.name, old.minimum_stock) == ("Lama", 5)
    assert new() is None
    assert db.session.scalars(sa.select(UnitConversion).where(UnitConversion.item_id != old.id)).all() == []
    assert kept(brought).reversal_reason == "salah berkas"
    assert "taken back" in client.get(brought.location).text
    assert undo(client, brought).status_code == 422  # once
    assert [name for name, bad in checks.verify(db.session) if bad] == []
    again = bring(client, "item", TEXT)
    assert "already" not in client.get(again.location).text
    assert apply(client, again).status_code == 303


@pytest.mark.parametrize("how", ["used", "changed", "changed new", "unit", "gone"])
def test_it_is_refused_when_somebody_built_on_one_row_and_nothing_is_taken_back(
        client: Any, admin: Any, old: Item, how: str) -> None:
    brought = bring(client, "item", TEXT)
    apply(client, brought)
    made = new()
    assert made is not None
    if how == "used":
        make.stock_up(make.make_store(), made, 3, 30)
    elif how == "changed":
        old.minimum_stock = Decimal(21)
    elif how == "changed new":
        made.description = "dilengkapi"
    elif how == "unit":
        made.units.append(UnitConversion(unit_name="box", factor=Decimal(10)))
    else:
        db.session.delete(old)
    db.session.commit()
    answer = undo(client, brought)
    assert answer.status_code == 422
    row, called = (3, "Lama") if how in {"changed", "gone"} else (2, "Baru")
    assert f"row {row}, " in answer.text
    assert called in answer.text
    assert {"used": "Store items", "changed": "Minimum stock: the list wrote 20, now it is 21",
            "gone": "is gone"}.get(how, "was changed") in answer.text
    assert new() is not None
    if how != "gone":
        db.session.refresh(old)
        assert old.name == "Lama sekali"
    assert kept(brought).reversed_at is None


def test_what_was_made_and_deleted_since_needs_no_taking_back(client: Any, admin: Any, old: Item) -> None:
    brought = bring(client, "item", TEXT)
    apply(client, brought)
    db.session.delete(new())
    db.session.commit()
    assert undo(client, brought).status_code == 303
    db.session.refresh(old)
    assert old.name == "Lama"


def test_only_who_may_bring_the_list_takes_it_back(client: Any, admin: Any, sign_in: Any, old: Item) -> None:
    brought = bring(client, "work_unit", "code,name\nHD,Hemodialisis\n")
    apply(client, brought)
    sign_in(client, Role.FACILITIES_STAFF)
    assert undo(client, brought).status_code == 404
    assert db.session.scalars(sa.select(WorkUnit.code).where(WorkUnit.code == "HD")).one()


def test_the_same_file_is_noticed(client: Any, admin: Any, sign_in: Any, old: Item) -> None:
    first = bring(client, "item", TEXT)
    apply(client, first)
    sign_in(client, Role.FACILITIES_STAFF)
    client.set_cookie("language", "en")
    second = bring(client, "item", TEXT)
    page = client.get(second.location).text
    assert "This file was brought in on" in page
    assert first.location in page
    assert kept(second).same_rows == 2
    other = bring(client, "item", TEXT + "N-3,Tiga,obat,tablet,1\n")
    assert "This file was brought in on" not in client.get(other.location).text


def test_the_database_takes_back_only_what_was_applied(session: Any) -> None:
    user = make.make_user(Role.ADMIN)
    session.add(ListImport(kind="item", file_name="x", content=b"x", sha256="x", uploaded_by=user,
                           reversed_by=user, reversed_at=user.created_at))
    with pytest.raises(sa.exc.IntegrityError, match="only_applied_is_reversed"):
        session.flush()


def test_the_rows_of_a_long_list_are_searched_and_paged(client: Any, admin: Any, old: Item) -> None:
    rows = "".join(f"N-{place:03},Barang {place:03},obat,tablet,{place}\n" for place in range(45))
    brought = bring(client, "item", f"code,name,category,base_unit,minimum_stock\n{rows}OLD-1,Baru,,,\n")
    first, last = (client.get(f"{brought.location}?page={page}").text for page in (1, 3))
    assert ("N-019" in first, "N-020" in first, "OLD-1" in first) == (True, False, True)
    assert ("N-044" in last, "N-039" in last, "Page 3 of 3" in last) == (True, False, True)
    found = client.get(f"{brought.location}?q=n-03 BARANG").text
    assert ("N-030" in found, "N-029" in found, "OLD-1" in found) == (True, False, False)
    for odd in ("page=0", "page=99999999", "page=x", "q=nichts"):
        assert client.get(f"{brought.location}?{odd}").status_code == 200


@pytest.mark.commits
def test_of_two_lists_that_change_the_same_record_at_once_one_is_shown_again(app: Any, session: Any,
                                                                             old: Item) -> None:
    people = [make.make_user(Role.ADMIN).id for _ in range(2)]
    rows = [(Row(2, {"code": "OLD-1", "minimum_stock": str(amount)}),) for amount in (30, 40)]
    lists = [imports.bring(session, "item", b"x", "x.csv", imports.Found(some),
                           by=session.get_one(User, person))
             for some, person in zip(rows, people, strict=True)]
    seen = [(each.id, each.digest, person, some)
            for each, person, some in zip(lists, people, rows, strict=True)]

    def press(key: int, digest: str, person: int, some: Any) -> None:
        with one_transaction() as own:
            imports.apply(own, own.get_one(ListImport, key), some, by=own.get_one(User, person), seen=digest)

    results = at_once(app, [partial(press, *each) for each in seen], told=Conflict)
    assert len(won(results)) == 1
    assert old.minimum_stock in {30, 40}
    assert old.version == 2
