"""What may be given instead: shown where an item runs short, never taken by itself; and items found by the
names that people know."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.item_substitutes import ItemSubstitute
from models.items import Item
from models.operations.stores.substitutes import suggestions
from models.organisation import Status
from models.roles import Role
from models.spelling import folded
from tests.support import factories as make


def allowed(item: Any, other: Any, **fields: Any) -> ItemSubstitute:
    fields.setdefault("approved_by_id", make.make_user(Role.STORE_HEAD).id)
    return make.saved(ItemSubstitute(item=item, substitute=other, **fields))


def test_what_holds_today_is_suggested_with_what_nobody_waits_for(session: Any) -> None:
    """The most first, in units of the item: 30 at two for one stand for 15, 20 at one for one for 20. What
    has expired does not count, what is over, to come, or out of use is left out; the other way is not
    meant."""
    item, half, same, over, later, unused = (make.make_item(batch_tracked=True) for _ in range(6))
    store, today = make.make_store(), clock.today()
    make.stock_up(store, half, 30, 30, "A", today + timedelta(days=9))
    make.stock_up(store, half, 500, 500, "OLD", today - timedelta(days=1))
    make.stock_up(store, same, 20, 20, "B", today + timedelta(days=9))
    allowed(item, half, factor=Decimal(2), note="Two for one")
    allowed(item, same)
    allowed(item, over, valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=1))
    allowed(item, later, valid_from=today + timedelta(days=1))
    allowed(item, unused)
    unused.status = Status.INACTIVE
    db.session.flush()
    found = suggestions([item.id, half.id], store.id)
    assert [(each.item.id, each.there, each.stands_for) for each in found[item.id]] == [
        (same.id, 20, 20), (half.id, 30, 15)]
    assert found[half.id] == []
    assert [each.there for each in suggestions([item.id], make.make_store().id)[item.id]] == [0, 0]


def test_the_head_who_writes_it_has_allowed_it(client: Any, sign_in: Any, session: Any) -> None:
    item, other = make.make_item(), make.make_item()
    head = make.make_user(Role.STORE_HEAD)
    typed = {"item": str(item.id), "substitute": str(other.id), "factor": "2", "valid_from": "2026-01-01"}
    sign_in(client, Role.FACILITIES_STAFF)
    assert client.post("/admin/item_substitute/new/", data=typed).status_code == 403
    sign_in(client, head)
    itself = typed | {"substitute": str(item.id)}
    assert client.post("/admin/item_substitute/new/", data=itself).status_code == 422
    assert client.post("/admin/item_substitute/new/", data=typed).status_code == 303
    (row,) = db.session.scalars(sa.select(ItemSubstitute)).all()
    assert (row.approved_by_id, row.factor) == (head.id, 2)


def test_the_items_page_and_the_list_of_shortages_name_it(client: Any, sign_in: Any, session: Any) -> None:
    item, other = make.make_item(minimum_stock=5), make.make_item(name="Ringer asetat")
    store = make.make_store()
    make.stock_up(store, other, 7, 7)
    allowed(item, other)
    sign_in(client, Role.STORE_STAFF)
    assert "Ringer asetat" in client.get(f"/admin/item/details/?id={item.id}").text
    assert "Ringer asetat" in client.get("/admin/reports/shortages/").text
    hint = f"/admin/spoilage/stock?store={store.id}&item={item.id}&quantity="
    assert "Ringer asetat" in client.get(f"{hint}1").text
    assert "Ringer asetat" not in client.get(f"{hint}0").text


# ---------------------------------------------------------------- names

@pytest.mark.parametrize(("foreign", "ours"), [
    ("paracetamol", "parasetamol"), ("amoxicillin", "amoksisilin"), ("ceftriaxone", "seftriakson"),
    ("omeprazole", "omeprazol"), ("phenytoin", "fenitoin"), ("chloramphenicol", "kloramfenikol"),
    ("dexamethasone", "deksametason"), ("azithromycin", "azitromisin")])
def test_foreign_and_indonesian_spellings_sound_the_same(foreign: str, ours: str) -> None:
    assert folded(foreign) == folded(ours)


def test_an_item_is_found_by_either_spelling_and_by_its_other_names(client: Any, sign_in: Any,
                                                                  session: Any) -> None:
    """In the list, in the choice of a line, in the search of the whole house; no other item comes along."""
    make.make_item(name="Parasetamol tablet 500 mg")
    make.make_item(name="Ceftriaxone injection 1 g")
    make.make_item(name="Spuit 5 ml", also_called="syringe, suntikan")
    make.make_item(name="Kertas HVS")
    sign_in(client, Role.FACILITIES_STAFF)
    for typed, name in (("paracetamol", "Parasetamol"), ("PARACETAMOL 500", "Parasetamol"),
                        ("parasetamol", "Parasetamol"), ("seftriakson", "Ceftriaxone"),
                        ("syringe", "Spuit"), ("siringe", "Spuit")):
        for address in (f"/admin/item/?search={typed}", f"/admin/search?q={typed}",
                        f"/admin/purchase_order/ajax/lookup/?name=lines-item&query={typed}"):
            page = client.get(address).text
            assert name in page, address
            assert "Kertas HVS" not in page, address


def test_signs_of_a_search_mean_themselves(client: Any, sign_in: Any, session: Any) -> None:
    make.make_item(name="Kertas HVS")
    sign_in(client, Role.FACILITIES_STAFF)
    for typed in ("%25%25%25", "___", "a%2Fb", "'; --", "x" * 300):
        assert "Kertas HVS" not in client.get(f"/admin/item/?search={typed}").text, typed
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Item)) == 1
