"""A request begins from an earlier one, or from a template of the unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models.operations.core.approvals import opened
from models.organisation import Status
from models.purchasing import PurchaseRequest, PurchaseRequestLine
from models.request_templates import RequestTemplate, TemplateFor
from models.roles import Role
from models.stocktakes import Stocktake, StocktakeLine
from models.store_requests import StoreRequest, StoreRequestLine
from tests.support import factories as make


@pytest.fixture
def nurse(session: Any) -> Any:
    return make.make_user(Role.UNIT_USER)


@pytest.fixture
def earlier(nurse: Any, session: Any) -> StoreRequest:
    """A request for 2 boxes of pills and 5 soaps."""
    pills, soap = make.make_item({"box": "100"}, name="Pil"), make.make_item(name="Sabun")
    request = make.saved(StoreRequest(
        created_by=nurse, work_unit_id=nurse.work_unit_id, store=make.make_store(), purpose="Troli emergensi",
        lines=[StoreRequestLine(item=pills, unit=make.unit_of(pills, "box"), quantity=Decimal(2)),
               StoreRequestLine(item=soap, unit=make.unit_of(soap), quantity=Decimal(5))]))
    opened(request, by=nurse)
    return request


def newest(session: Any, model: Any) -> Any:
    return session.scalars(sa.select(model).order_by(model.id.desc()).limit(1)).one()


def test_a_request_is_copied_into_a_new_draft(client: Any, sign_in: Any, session: Any, nurse: Any,
                                              earlier: Any
                                              ) -> None:
    client.set_cookie("language", "en")
    sign_in(client, nurse)
    assert f'action="/admin/store_request/{earlier.id}/copy"' in client.get(
        f"/admin/store_request/details/?id={earlier.id}").text
    make.unit_of(earlier.lines[0].item, "box").factor = Decimal(50)  # the boxes are smaller today
    session.flush()
    answer = client.post(f"/admin/store_request/{earlier.id}/copy")
    made = newest(session, StoreRequest)
    assert answer.location.endswith(f"/admin/store_request/edit/?id={made.id}")
    assert (made.state, made.number, made.purpose, made.work_unit_id) == (
        "draft", None, "Troli emergensi", nurse.work_unit_id)
    assert [(line.item_id, line.quantity, line.factor) for line in made.lines] == [
        (earlier.lines[0].item_id, 2, 50), (earlier.lines[1].item_id, 5, 1)]
    assert client.get(answer.location).status_code == 200


def test_items_out_of_use_stay_behind_and_are_named(client: Any, sign_in: Any, session: Any, nurse: Any,
                                                    earlier: Any
                                                    ) -> None:
    sign_in(client, nurse)
    earlier.lines[0].item.status = Status.INACTIVE
    session.flush()
    answer = client.post(f"/admin/store_request/{earlier.id}/copy")
    assert "Pil" in client.get(answer.location).text
    assert [line.item.name for line in newest(session, StoreRequest).lines] == ["Sabun"]
    earlier.lines[1].item.status = Status.INACTIVE
    session.flush()
    before = newest(session, StoreRequest).id
    assert client.post(f"/admin/store_request/{earlier.id}/copy").status_code == 422
    assert newest(session, StoreRequest).id == before


def test_only_who_writes_such_documents_copies_them(client: Any, sign_in: Any, session: Any,
                                                    earlier: Any) -> None:
    sign_in(client, Role.STORE_HEAD)
    assert "/copy" not in client.get(f"/admin/store_request/details/?id={earlier.id}").text
    assert client.post(f"/admin/store_request/{earlier.id}/copy").status_code == 403
    sign_in(client, Role.UNIT_USER)  # of another unit
    assert client.post(f"/admin/store_request/{earlier.id}/copy").status_code == 404
    assert client.post(f"/admin/store_request/{earlier.id}/save_template").status_code == 404


def test_a_stocktake_of_batches_is_copied_by_item(client: Any, sign_in: Any, session: Any) -> None:
    keeper, item = make.make_user(Role.STORE_STAFF), make.make_item()
    store = make.make_store()
    make.stock_up(store, item, 1, 1, "A")
    make.stock_up(store, item, 1, 1, "B")
    from models.stock import StockBatch
    count = make.saved(Stocktake(created_by=keeper, store=store, lines=[
        StocktakeLine(item=item, unit=make.unit_of(item), batch=batch)
        for batch in session.scalars(sa.select(StockBatch).where(StockBatch.item_id == item.id))]))
    assert len(count.lines) == 2
    sign_in(client, keeper)
    client.post(f"/admin/stocktake/{count.id}/copy")
    assert [(line.item_id, line.batch_id) for line in newest(session, Stocktake).lines] == [(item.id, None)]


def test_a_template_is_kept_managed_and_used(client: Any, sign_in: Any, session: Any, nurse: Any,
                                             earlier: Any) -> None:
    sign_in(client, nurse)
    answer = client.post(f"/admin/store_request/{earlier.id}/save_template")
    template = newest(session, RequestTemplate)
    assert answer.location.endswith(f"/admin/request_template/edit/?id={template.id}")
    assert (template.name, template.work_unit_id, len(template.lines)) == ("Troli emergensi",
                                                                           nurse.work_unit_id, 2)
    client.post(f"/admin/store_request/{earlier.id}/save_template")
    assert newest(session, RequestTemplate).name == "Troli emergensi (2)"
    form = {"version": template.version, "name": "Troli", "document_type": "store_request",
            "store": template.store_id, "lines-0-id": template.lines[0].id,
            "lines-0-item": template.lines[0].item_id,
            "lines-0-quantity": "3", "lines-0-unit": template.lines[0].unit_id}
    assert client.post(f"/admin/request_template/edit/?id={template.id}", data=form).status_code == 303
    assert (template.name, template.lines[0].quantity) == ("Troli", 3)
    used = client.post(f"/admin/request_template/{template.id}/use")
    made = newest(session, StoreRequest)
    assert used.location.endswith(f"/admin/store_request/edit/?id={made.id}")
    assert [line.quantity for line in made.lines] == [3, 5]
    assert made.created_by_id == nurse.id
    assert client.post("/admin/request_template/delete/", data={"id": template.id}).status_code == 303


def test_templates_are_of_the_own_unit_only(client: Any, sign_in: Any, session: Any, nurse: Any,
                                            earlier: Any) -> None:
    sign_in(client, nurse)
    client.post(f"/admin/store_request/{earlier.id}/save_template")
    template = newest(session, RequestTemplate)
    other = sign_in(client, Role.UNIT_USER)
    for path in (f"details/?id={template.id}", f"edit/?id={template.id}"):
        assert client.get(f"/admin/request_template/{path}").status_code == 404
    assert client.post(f"/admin/request_template/{template.id}/use").status_code == 404
    form = {"name": "Troli", "document_type": "store_request", "store": template.store_id,
            "work_unit": nurse.work_unit_id, "lines-0-item": template.lines[0].item_id,
            "lines-0-quantity": "1"}
    assert client.post("/admin/request_template/new/", data=form).status_code == 303
    assert newest(session, RequestTemplate).work_unit_id == other.work_unit_id  # whatever was sent
    mate = sign_in(client, make.make_user(Role.UNIT_USER, work_unit_id=nurse.work_unit_id))
    client.post(f"/admin/request_template/{template.id}/use")
    assert newest(session, StoreRequest).created_by_id == mate.id


def test_templates_of_purchase_requests(client: Any, sign_in: Any, session: Any) -> None:
    keeper, item = make.make_user(Role.STORE_STAFF, work_unit=make.make_work_unit()), make.make_item()
    request = make.saved(PurchaseRequest(created_by=keeper, store=make.make_store(), lines=[
        PurchaseRequestLine(item=item, unit=make.unit_of(item), quantity=Decimal(9))]))
    sign_in(client, keeper)
    client.post(f"/admin/purchase_request/{request.id}/save_template")
    template = newest(session, RequestTemplate)
    assert template.document_type == TemplateFor.PURCHASE_REQUEST
    client.post(f"/admin/request_template/{template.id}/use")
    assert newest(session, PurchaseRequest).lines[0].quantity == 9
    mate = make.make_user(Role.UNIT_USER, work_unit_id=keeper.work_unit_id)
    sign_in(client, mate)  # the same unit, but no buyer
    assert "/use" not in client.get(f"/admin/request_template/details/?id={template.id}").text
    assert client.post(f"/admin/request_template/{template.id}/use").status_code in (403, 422)
