"""Rights by store: off by default, all of them work in every store; switched on, in their own."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import WORKFLOWS
from models.errors import NotAllowed
from models.operations.core.approvals import opened, perform
from models.operations.stores import stores
from models.organisation import Setting
from models.outbox import Notice
from models.people import AccountStatus
from models.roles import Role
from models.stocktakes import StockTransfer, StockTransferLine
from tests.support import factories as make
from tests.support import grid
from tests.support.specified_rights import readers


class Hospital:
    """A pharmacy and a general store, each of a unit of its own, with a clerk and a head each."""

    def __init__(self) -> None:
        make.make_chart()
        self.item = make.make_item()
        self.units = [make.make_work_unit(), make.make_work_unit()]
        self.stores = [make.make_store(work_unit=unit) for unit in self.units]
        self.clerks = [make.make_user(Role.STORE_STAFF, work_unit=unit) for unit in self.units]
        self.heads = [make.make_user(Role.STORE_HEAD, work_unit=unit) for unit in self.units]
        self.nurse, self.facilities = make.make_user(Role.UNIT_USER), make.make_user(Role.FACILITIES_HEAD)
        for store in self.stores:
            make.stock_up(store, self.item, 100)

    def submitted(self, store: int = 0) -> Any:
        request = make.make_store_request((self.item, 10), created_by=self.nurse, store=self.stores[store])
        perform(request, "submit", by=self.nurse)
        return request

    def approved(self) -> Any:
        """A delivery from the pharmacy that may leave."""
        request = self.submitted()
        perform(request, "approve", by=self.heads[0])
        delivery = stores.make_delivery(request, by=self.clerks[0])
        perform(delivery, "submit", by=self.clerks[0])
        perform(delivery, "approve", by=self.facilities)
        return delivery

    def transfer(self, by: Any) -> Any:
        """From the pharmacy to the general store."""
        document = make.saved(StockTransfer(
            created_by=by, store_id=self.stores[0].id, to_store_id=self.stores[1].id,
            lines=[StockTransferLine(item=self.item, unit=make.unit_of(self.item), quantity=5)]))
        opened(document, by=by)
        return document


@pytest.fixture
def hospital(session: Any) -> Hospital:
    return Hospital()


def by_store(value: str = "yes") -> None:
    make.saved(Setting(key="stores.own_only", value=value))


def status(client: Any, record: Any) -> int:
    return client.get(f"/admin/{record.__tablename__}/details/?id={record.id}").status_code


# ---------------------------------------------------------------- off

@pytest.mark.parametrize("switched", [None, "no"])
def test_by_default_all_of_them_work_in_every_store(client: Any, sign_in: Any, hospital: Hospital,
                                                    switched: str | None) -> None:
    if switched is not None:
        by_store(switched)
    request = hospital.submitted()
    perform(request, "approve", by=hospital.heads[1])
    delivery = stores.make_delivery(request, by=hospital.clerks[1])
    perform(delivery, "submit", by=hospital.clerks[1])
    perform(delivery, "approve", by=hospital.facilities)
    perform(delivery, "deliver", by=hospital.clerks[1])
    db.session.commit()
    for person in (hospital.clerks[1], hospital.heads[1]):
        sign_in(client, person)
        assert (status(client, request), status(client, delivery)) == (200, 200)


# ---------------------------------------------------------------- on

def test_what_is_not_of_the_own_store_is_absent(client: Any, sign_in: Any, hospital: Hospital) -> None:
    by_store()
    delivery = hospital.approved()
    request = delivery.store_request
    db.session.commit()
    for people, seen in ((0, 200), (1, 404)):
        for person in (hospital.clerks[people], hospital.heads[people]):
            sign_in(client, person)
            assert (status(client, request), status(client, delivery)) == (seen, seen), person.email
            listed = client.get("/admin/store_request/").text
            assert (request.number in listed) == (seen == 200)
            assert client.post(f"/admin/delivery_request/{delivery.id}/cancel", data={
                "version": delivery.version}).status_code == (422 if seen == 200 else 404)
    for person in (hospital.facilities, hospital.nurse, make.make_user(Role.ADMIN)):
        sign_in(client, person)
        assert status(client, request) == 200  # the others see what they saw


@pytest.mark.parametrize("table", sorted(
    name for name, model in WORKFLOWS.items() if "store_id" in model.__table__.columns
    and not model.__table__.columns["store_id"].nullable and Role.STORE_HEAD in readers(name)))
def test_every_paper_of_a_store_is_seen_by_its_own_people(
        client: Any, sign_in: Any, hospital: Hospital, table: str) -> None:
    by_store()
    paper = grid.row_of(WORKFLOWS[table])
    paper.store_id = hospital.stores[0].id
    if hasattr(paper, "to_store_id"):
        paper.to_store_id = make.make_store(work_unit=hospital.units[0]).id
    db.session.commit()
    for head, seen in zip(hospital.heads, (200, 404), strict=True):
        sign_in(client, head)
        assert status(client, paper) == seen


def test_steps_and_new_papers_are_of_the_own_store_whichever_door(session: Any, hospital: Hospital) -> None:
    by_store()
    request = hospital.submitted()
    with pytest.raises(NotAllowed):
        perform(request, "approve", by=hospital.heads[1])
    perform(request, "approve", by=hospital.heads[0])
    with pytest.raises(NotAllowed), session.begin_nested():
        stores.make_delivery(request, by=hospital.clerks[1])
    delivery = stores.make_delivery(request, by=hospital.clerks[0])
    with pytest.raises(NotAllowed):
        perform(delivery, "submit", by=hospital.clerks[1])
    perform(delivery, "submit", by=hospital.clerks[0])
    perform(delivery, "approve", by=hospital.facilities)  # heads of facilities are of no store
    with pytest.raises(NotAllowed):
        perform(delivery, "deliver", by=hospital.clerks[1])
    perform(delivery, "deliver", by=hospital.clerks[0])
    with pytest.raises(NotAllowed):
        perform(delivery, "reverse", by=hospital.heads[1], reason="wrong ward")
    perform(delivery, "reverse", by=hospital.heads[0], reason="wrong ward")


def test_the_head_of_the_source_approves_a_transfer_that_both_see(client: Any, sign_in: Any,
                                                                 hospital: Hospital) -> None:
    by_store()
    document = hospital.transfer(hospital.clerks[0])
    perform(document, "submit", by=hospital.clerks[0])
    db.session.commit()
    for people in (0, 1):
        sign_in(client, hospital.heads[people])
        page = client.get(f"/admin/stock_transfer/details/?id={document.id}")
        assert page.status_code == 200
        assert (f"/admin/stock_transfer/{document.id}/approve" in page.text) == (people == 0)
    with pytest.raises(NotAllowed):
        perform(document, "approve", by=hospital.heads[1])
    perform(document, "approve", by=hospital.heads[0])


def test_a_form_for_another_store_is_refused_at_the_store(client: Any, sign_in: Any,
                                                         hospital: Hospital) -> None:
    by_store()
    sign_in(client, hospital.clerks[0])
    for store, expected in ((1, 422), (0, 303)):
        answer = client.post("/admin/spoilage/new/", data={
            "store": hospital.stores[store].id, "spoiled_on": str(clock.today()),
            "lines-0-item": hospital.item.id, "lines-0-quantity": "1",
            "lines-0-unit": make.unit_of(hospital.item).id})
        assert answer.status_code == expected
        assert ("unit kerja lain" in answer.text) == (expected == 422)


def test_only_the_own_people_are_told(session: Any, hospital: Hospital) -> None:
    by_store()
    request = hospital.submitted()

    def told() -> set[int]:
        return set(session.scalars(sa.select(Notice.user_id).where(
            Notice.table_name == "store_request", Notice.record_id == request.id,
            Notice.event == "document_waits", Notice.read_at.is_(None))))

    assert told() == {hospital.heads[0].id}
    perform(request, "approve", by=hospital.heads[0])
    assert told() == {hospital.clerks[0].id}


# ---------------------------------------------------------------- nobody is stuck

def test_a_store_of_no_unit_is_everybodys(session: Any, hospital: Hospital) -> None:
    by_store()
    hospital.stores[0].work_unit = None
    session.flush()
    perform(hospital.submitted(), "approve", by=hospital.heads[1])


def test_a_store_whose_unit_has_nobody_left_is_everybodys(client: Any, sign_in: Any,
                                                         hospital: Hospital) -> None:
    by_store()
    request = hospital.submitted()
    hospital.heads[0].status = AccountStatus.INACTIVE
    db.session.commit()
    sign_in(client, hospital.heads[1])
    assert status(client, request) == 200
    perform(request, "approve", by=hospital.heads[1])
    with pytest.raises(NotAllowed):  # it still has its clerk
        stores.make_delivery(request, by=hospital.clerks[1])
