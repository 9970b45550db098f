"""Changing an approved order: changed amounts are approved again from the start, other changes keep the
approvals."""

from __future__ import annotations

from typing import Any

import pytest

from models.base import db
from models.errors import Conflict, Refused, WrongState
from models.operations.core import amendments, checks
from models.operations.core.approvals import perform, withdraw_approvals
from models.purchasing import PurchaseOrder
from models.roles import Role
from tests.purchasing.test_receipts import Cast
from tests.support import factories as make

STEPS = (("approve", "head"), ("approve_payment", "payables"), ("approve_limit", "director"))


def approved(cast: Cast, steps: int = 2, price: str = "1000") -> PurchaseOrder:
    order = cast.order((make.make_item(name="Kasa steril"), 10, price), (make.make_item(), 5, 200))
    perform(order, "submit", by=cast.buyer)
    for name, who in STEPS[:steps]:
        perform(order, name, by=getattr(cast, who))
    return order


def typed(order: PurchaseOrder, **changes: str) -> dict[str, str]:
    """The form as it comes, changed where said."""
    data = {"version": str(order.version), "supplier": str(order.supplier_id), "store": str(order.store_id),
            "ordered_on": order.ordered_on.isoformat(), "_save": "1",
            "vat_percent": f"{order.vat_percent.normalize():f}"}
    for place, line in enumerate(order.lines):
        data |= {f"lines-{place}-id": str(line.id), f"lines-{place}-item": str(line.item_id),
                 f"lines-{place}-unit": str(line.unit_id),
                 f"lines-{place}-quantity": f"{line.quantity.normalize():f}",
                 f"lines-{place}-unit_price": f"{line.unit_price.normalize():f}",
                 f"lines-{place}-discount": "0"}
    return {**data, **changes}


def edit(client: Any, order: PurchaseOrder, **changes: str) -> Any:
    return client.post(f"/admin/purchase_order/edit/?id={order.id}", data=typed(order, **changes))


@pytest.mark.parametrize(("steps", "price"), [(1, "1000"), (2, "1000"), (3, "9000000")])
def test_changed_amounts_are_approved_again(client: Any, sign_in: Any, cast: Cast, steps: int,
                                            price: str) -> None:
    order = approved(cast, steps, price)
    number = order.number
    sign_in(client, cast.buyer)
    assert edit(client, order, **{"lines-0-quantity": "12"}).status_code == 303
    order = db.session.get(PurchaseOrder, order.id)
    assert (order.state, order.number, order.lines[0].quantity) == ("submitted", number, 12)
    assert order.approver_ids == set()
    amended, submitted = order.events[-2:]
    assert [(each.transition, each.to_state, each.user_id) for each in (amended, submitted)] == [
        ("amend", "draft", cast.buyer.id), ("submit", "submitted", cast.buyer.id)]
    assert "Kasa steril: 10 tablet × Rp" in amended.note
    assert "→ 12 tablet ×" in amended.note
    page = client.get(f"/admin/purchase_order/details/?id={order.id}").text
    assert "persetujuan ditarik kembali" in page
    assert "Disetujui oleh" in page
    for name, who in STEPS[:steps]:
        perform(order, name, by=getattr(cast, who))
    perform(order, "send", by=cast.buyer) if steps > 1 else None
    assert all(bad is None for _name, bad in checks.verify(db.session))


@pytest.mark.parametrize("changes", [
    {"lines-0-unit_price": "999"}, {"lines-1-discount": "5"}, {"vat_percent": "12"}, {"del-lines-1": "1"},
    {"lines-2-quantity": "3", "lines-2-unit_price": "10"}])
def test_every_amount_counts(client: Any, sign_in: Any, cast: Cast, changes: dict[str, str]) -> None:
    order = approved(cast)
    if "lines-2-quantity" in changes:
        changes = {**changes, "lines-2-item": str(make.make_item().id)}
    sign_in(client, cast.buyer)
    assert edit(client, order, **changes).status_code == 303
    assert db.session.get(PurchaseOrder, order.id).state == "submitted"


def test_another_supplier_is_approved_again(client: Any, sign_in: Any, cast: Cast) -> None:
    order = approved(cast)
    sign_in(client, cast.buyer)
    edit(client, order, supplier=str(make.make_supplier(name="PT Lain").id))
    order = db.session.get(PurchaseOrder, order.id)
    assert (order.state, order.supplier.name) == ("submitted", "PT Lain")
    assert "→ PT Lain" in order.events[-2].note


def test_other_changes_keep_the_approvals(client: Any, sign_in: Any, cast: Cast) -> None:
    order = approved(cast)
    events = len(order.events)
    sign_in(client, cast.buyer)
    page = client.get(f"/admin/purchase_order/edit/?id={order.id}")
    assert page.status_code == 200
    assert "persetujuan ditarik kembali" in page.text
    assert 'name="_submit"' not in page.text
    answer = edit(client, order, payment_terms="45 hari", note="Kirim pagi", expected_on="2030-01-02")
    assert answer.status_code == 303
    order = db.session.get(PurchaseOrder, order.id)
    assert (order.state, order.payment_terms, order.note) == ("payment_approved", "45 hari", "Kirim pagi")
    assert len(order.events) == events
    assert order.approver_ids == {cast.head.id, cast.payables.id}


def test_wrong_amounts_leave_the_approvals(client: Any, sign_in: Any, cast: Cast) -> None:
    order = approved(cast)
    sign_in(client, cast.buyer)
    for changes in ({"lines-0-quantity": "0"}, {"lines-0-quantity": "-1"}, {"lines-0-discount": "101"},
                    {"lines-0-unit": str(make.unit_of(make.make_item()).id)},
                    {"del-lines-0": "1", "del-lines-1": "1"}):
        assert edit(client, order, **changes).status_code == 422, changes
        order = db.session.get(PurchaseOrder, order.id)
        assert (order.state, len(order.lines)) == ("payment_approved", 2)


def test_sent_orders_stand_still(client: Any, sign_in: Any, cast: Cast) -> None:
    order = approved(cast)
    perform(order, "send", by=cast.buyer)
    sign_in(client, cast.buyer)
    assert edit(client, order, **{"lines-0-quantity": "12"}).status_code == 422
    assert f"/admin/purchase_order/edit/?id={order.id}" not in client.get(
        f"/admin/purchase_order/details/?id={order.id}").text
    with pytest.raises(WrongState):
        withdraw_approvals(db.session.get(PurchaseOrder, order.id), by=cast.buyer, note="")


def test_only_the_buyer_amends(client: Any, sign_in: Any, cast: Cast) -> None:
    order = approved(cast)
    for person in (cast.head, cast.payables, cast.director, cast.keeper):
        sign_in(client, person)
        assert edit(client, order, **{"lines-0-quantity": "12"}).status_code == 403


def test_who_amended_does_not_approve(client: Any, sign_in: Any, cast: Cast) -> None:
    both = make.make_user(Role.FACILITIES_STAFF, Role.FACILITIES_HEAD)
    order = approved(cast, 1)
    sign_in(client, both)
    edit(client, order, **{"lines-0-quantity": "12"})
    order = db.session.get(PurchaseOrder, order.id)
    with pytest.raises(Refused, match="changed the amounts"):
        perform(order, "approve", by=both)
    perform(order, "approve", by=cast.head)
    assert order.state == "approved"


def test_an_approval_meanwhile_is_a_conflict(client: Any, sign_in: Any, cast: Cast) -> None:
    order = approved(cast, 1)
    data = typed(order, **{"lines-0-quantity": "12"})
    perform(order, "approve_payment", by=cast.payables)
    sign_in(client, cast.buyer)
    answer = client.post(f"/admin/purchase_order/edit/?id={order.id}", data=data)
    assert answer.status_code == 409
    assert 'value="12"' in answer.text
    assert db.session.get(PurchaseOrder, order.id).state == "payment_approved"


def test_a_stale_document_is_not_amended(cast: Cast) -> None:
    order = approved(cast)
    db.session.commit()  # in the transaction that holds its lock nobody can be faster
    assert order.version
    db.session.execute(PurchaseOrder.__table__.update().where(PurchaseOrder.id
                                                              == order.id).values(version=99))
    with pytest.raises(Conflict):
        amendments.amend(order, lambda: None, by=cast.buyer)


def test_what_the_history_says() -> None:
    before = [("PPN", "11%"), ("Kasa", "10 box × Rp900"), ("Infus", "1 set × Rp5"), ("Infus", "1 set × Rp5")]
    after = [("PPN", "11%"), ("Kasa", "12 box × Rp900"), ("Infus", "1 set × Rp5"), ("Jarum", "2 box × Rp1")]
    assert amendments.difference_text(before, after) == (
        "Kasa: 10 box × Rp900 → 12 box × Rp900; Infus: 1 set × Rp5 → –; Jarum: – → 2 box × Rp1")
    assert len(amendments.difference_text([], [("x", "y" * 5000)])) == amendments.LONGEST
