"""What stands in a new form already: the store of the person's last paper, the unit that a ward asks in."""

from __future__ import annotations

from typing import Any

from models.operations.core.approvals import perform
from models.organisation import Status
from models.roles import Role
from tests.support import factories as make
from tests.support.screens import form_of


def usual(client: Any, item: Any) -> list[str]:
    """The units of the item that the form presets, by name."""
    rows = client.get(f"/admin/store_request/ajax/lookup/?name=lines-unit&item={item.id}").get_json()
    return [row["text"] for row in rows if row["usual"]]


def test_the_unit_is_the_one_that_the_own_ward_asked_in_last(client: Any, sign_in: Any, session: Any) -> None:
    """Each ward asks in its own unit; who never asked gets the first, which is the base unit."""
    melati, igd = make.make_user(Role.UNIT_USER), make.make_user(Role.UNIT_USER)
    item = make.make_item({"box": "10"})
    for author, units in ((melati, (None, "box")), (igd, ("box", None))):
        for unit in units:
            request = make.make_store_request((item, 1), created_by=author)
            request.lines[0].unit = make.unit_of(item, unit)
            session.flush()
    sign_in(client, melati)
    assert [text.split()[0] for text in usual(client, item)] == ["box"]
    assert usual(client, make.make_item({"box": "10"})) == []
    sign_in(client, igd)
    assert [text.split()[0] for text in usual(client, item)] == [item.base_unit]


def test_the_store_is_the_one_of_the_person_s_last_request_while_it_is_in_use(
        client: Any, sign_in: Any, session: Any) -> None:
    nurse, other = make.make_user(Role.UNIT_USER), make.make_user(Role.UNIT_USER)
    first, last = make.make_store(), make.make_store()
    sign_in(client, nurse)
    assert form_of(client.get("/admin/store_request/new/").text)["store"] == ""
    for author, store in ((nurse, first), (nurse, last), (other, first)):
        request = make.make_store_request((make.make_item(), 1), created_by=author, store=store)
        perform(request, "submit", by=author)
    assert form_of(client.get("/admin/store_request/new/").text)["store"] == str(last.id)
    last.status = Status.INACTIVE
    session.flush()
    assert form_of(client.get("/admin/store_request/new/").text)["store"] == ""


def test_a_store_that_is_left_empty_is_asked_for(client: Any, sign_in: Any, session: Any) -> None:
    """What stands there beforehand is a proposal of the page: what is sent counts."""
    nurse = make.make_user(Role.UNIT_USER)
    make.make_store_request((make.make_item(), 1), created_by=nurse)
    sign_in(client, nurse)
    answer = client.post("/admin/store_request/new/", data={
        "urgency": "normal", "store": "", "lines-0-item": str(make.make_item().id), "lines-0-quantity": "1",
        "_submit": "1"})
    assert answer.status_code == 422
