"""Documents in the panel: written in forms, moved by buttons; nothing else is changed by what is posted."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import DocumentEvent
from models.items import Item
from models.operations.core.approvals import perform
from models.operations.stores import stores
from models.roles import Role
from models.stocktakes import Stocktake, StocktakeLine
from models.store_requests import DeliveryRequest, StoreRequest
from tests.support import factories as make


@pytest.fixture
def author(session: Any) -> Any:
    return make.make_user(Role.UNIT_USER)


@pytest.fixture
def form(author: Any) -> dict[str, str]:
    """What a person sends for a request of one item."""
    item = make.make_item({"box": "10"})
    return {"store": str(make.make_store().id), "urgency": "normal", "lines-0-item": str(item.id),
            "lines-0-quantity": "2,5", "lines-0-unit": str(make.unit_of(item, "box").id)}


def newest() -> StoreRequest:
    return db.session.scalars(sa.select(StoreRequest).order_by(StoreRequest.id.desc())).first()


def step(client: Any, document: Any, name: str, **data: Any) -> Any:
    data.setdefault("version", document.version)
    return client.post(f"/admin/{document.__tablename__}/{document.id}/{name}", data=data)


def test_write_a_request_in_any_unit(client: Any, sign_in: Any, author: Any, form: Any) -> None:
    sign_in(client, author)
    answer = client.post("/admin/store_request/new/", data={**form, "_save": "1"})
    assert answer.status_code == 303
    request = newest()
    assert (request.state, request.number, request.work_unit_id) == ("draft", None, author.work_unit_id)
    assert request.lines[0].quantity == Decimal("2.5")
    assert request.lines[0].base_quantity == 25
    assert client.get(answer.headers["Location"]).status_code == 200


def test_submit_from_the_form_gives_a_number(client: Any, sign_in: Any, author: Any, form: Any) -> None:
    sign_in(client, author)
    assert client.post("/admin/store_request/new/", data={**form, "_submit": "1"}).status_code == 303
    assert newest().state == "submitted"
    assert newest().number.startswith("SR/")


def test_wrong_form_keeps_what_was_typed(client: Any, sign_in: Any, author: Any, form: Any) -> None:
    sign_in(client, author)
    before = db.session.scalar(sa.select(sa.func.count(StoreRequest.id)))
    for wrong in ({"lines-0-quantity": "0"}, {"lines-0-quantity": "many"}, {"lines-0-unit": "999999"},
                  {"store": ""},
                  {"store": "999999"}, {"urgency": "soonish"}, {"needed_on": "31-31-2026"},
                  {"purpose": "x" * 300},
                  {"lines-0-quantity": "0,25"}, {"purpose": "a\x00b"}):
        answer = client.post("/admin/store_request/new/", data={**form, "note": "Keep this note", **wrong})
        assert answer.status_code == 422, wrong
        assert "Keep this note" in answer.text
        assert "invalid-feedback" in answer.text
    unit_of_another = make.unit_of(make.make_item())
    answer = client.post("/admin/store_request/new/", data={**form, "lines-0-unit": str(unit_of_another.id)})
    assert answer.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(StoreRequest.id))) == before


def test_what_is_needed_before_it_is_asked_for_is_told_at_its_day(
        client: Any, sign_in: Any, author: Any, form: Any) -> None:
    sign_in(client, author)
    answer = client.post("/admin/store_request/new/", data={
        **form, "needed_on": (clock.today() - timedelta(days=1)).isoformat()})
    assert answer.status_code == 422
    assert (
        "Tidak boleh lebih awal daripada “Tanggal permintaan”."
        in answer.text.partition('name="needed_on"')[2][:400]
    )
    answer = client.post("/admin/store_request/new/", data={**form, "needed_on": clock.today().isoformat()})
    assert answer.status_code == 303


def test_messages_count_lines_as_the_page_does_and_write_numbers_as_its_reader(
        client: Any, sign_in: Any, author: Any, form: Any) -> None:
    sign_in(client, author)
    answer = client.post("/admin/store_request/new/", data={
        **form, "lines-7-item": form["lines-0-item"], "lines-7-quantity": "0,25",
        "lines-7-unit": form["lines-0-unit"]})
    assert answer.status_code == 422
    assert "pada baris 2" in answer.text
    assert "0,25 tidak menghasilkan" in answer.text


def test_empty_rows_are_no_lines_and_a_document_without_lines_is_not_submitted(
        client: Any, sign_in: Any, author: Any, form: Any) -> None:
    sign_in(client, author)
    head = {"store": form["store"], "urgency": "normal", "lines-0-item": "", "lines-0-quantity": "",
            "lines-1-item": ""}
    answer = client.post("/admin/store_request/new/", data={**head, "_submit": "1"})
    assert answer.status_code == 422
    assert client.post("/admin/store_request/new/", data={**head, "_save": "1"}).status_code == 303
    assert newest().lines == []


def test_without_script_an_item_is_named_by_its_code(client: Any, sign_in: Any, author: Any,
                                                     form: Any) -> None:
    sign_in(client, author)
    item = make.make_item()
    data = {**form, "lines-0-item": ["", item.code], "lines-0-unit": "", "lines-0-quantity": "3"}
    assert client.post("/admin/store_request/new/", data=data).status_code == 303
    assert newest().lines[0].item_id == item.id
    assert newest().lines[0].factor == 1


def test_change_add_and_remove_lines(client: Any, sign_in: Any, author: Any, form: Any) -> None:
    request = make.make_store_request((make.make_item(), 1), (make.make_item(), 2), created_by=author)
    first, second = request.lines
    sign_in(client, author)
    data = {"version": str(request.version), "store": str(request.store_id), "urgency": "urgent",
            "lines-0-id": str(first.id), "lines-0-item": str(first.item_id),
            "lines-0-unit": str(first.unit_id),
            "lines-0-quantity": "7", "lines-1-id": str(second.id), "lines-1-item": str(second.item_id),
            "lines-1-unit": str(second.unit_id), "lines-1-quantity": "2", "del-lines-1": "1",
            "lines-1000-item": form["lines-0-item"], "lines-1000-unit": form["lines-0-unit"],
            "lines-1000-quantity": "4"}
    assert client.post(f"/admin/store_request/edit/?id={request.id}", data=data).status_code == 303
    fresh = db.session.get(StoreRequest, request.id)
    assert [line.quantity for line in fresh.lines] == [7, 4]
    assert fresh.urgency == "urgent"


def test_a_line_of_another_document_is_not_taken(client: Any, sign_in: Any, author: Any) -> None:
    request = make.make_store_request((make.make_item(), 1), created_by=author)
    other = make.make_store_request((make.make_item(), 9))
    line = other.lines[0]
    sign_in(client, author)
    data = {"version": str(request.version), "store": str(request.store_id), "urgency": "normal",
            "lines-0-id": str(line.id), "lines-0-item": str(line.item_id), "lines-0-quantity": "1"}
    assert client.post(f"/admin/store_request/edit/?id={request.id}", data=data).status_code == 422
    assert db.session.get(StoreRequest, other.id).lines[0].quantity == 9


def test_the_second_of_two_writers_is_told(client: Any, sign_in: Any, author: Any) -> None:
    request = make.make_store_request((make.make_item(), 1), created_by=author)
    sign_in(client, author)
    seen = request.version
    data = {"version": str(seen), "store": str(request.store_id), "urgency": "urgent", "purpose": "first"}
    address = f"/admin/store_request/edit/?id={request.id}"
    assert client.post(address, data=data).status_code == 303
    answer = client.post(address, data={**data, "purpose": "second writer"})
    assert answer.status_code == 409
    assert "second writer" in answer.text
    assert client.post(address, data={**data, "version": ""}).status_code == 409
    assert db.session.get(StoreRequest, request.id).purpose == "first"
    assert step(client, request, "submit", version=seen).status_code == 409


def test_only_declared_columns_change(client: Any, sign_in: Any, author: Any, form: Any) -> None:
    stranger = make.make_user(Role.UNIT_USER)
    sign_in(client, author)
    extra = {"state": "approved", "number": "SR/2026/999999", "created_by": str(stranger.id), "id": "777777",
             "created_by_id": str(stranger.id), "work_unit": str(stranger.work_unit_id), "version": "55",
             "work_unit_id": str(stranger.work_unit_id), "created_at": "2001-01-01", "lines-0-factor": "1000",
             "lines-0-store_request": "1", "requested_on": "2001-01-01"}
    assert client.post("/admin/store_request/new/", data={**form, **extra}).status_code == 303
    request = newest()
    assert (request.state, request.number, request.created_by_id) == ("draft", None, author.id)
    assert request.work_unit_id == author.work_unit_id
    assert request.version < 5
    assert request.id != 777777
    assert request.lines[0].factor == 10
    assert request.requested_on.year > 2001


def test_ledger_numbers_are_in_no_form(client: Any, sign_in: Any) -> None:
    item = make.make_item()
    sign_in(client, Role.ADMIN)
    page = client.get(f"/admin/item/edit/?id={item.id}").text
    names = set(re.findall(r'name="([a-z_]+)"', page))
    assert "minimum_stock" in names
    assert not names & {"stock_on_hand", "id", "state"}
    data = {"version": str(item.version), "code": item.code, "name": "Renamed",
            "category": str(item.category_id),
            "base_unit": "tablet", "precision": "0", "minimum_stock": "1.250,5", "status": "active",
            "stock_on_hand": "1000"}
    answer = client.post(f"/admin/item/edit/?id={item.id}", data=data)
    assert answer.status_code == 303
    fresh = db.session.get(Item, item.id)
    assert fresh.stock_on_hand == 0
    assert fresh.minimum_stock == Decimal("1250.5")
    assert fresh.name == "Renamed"


def test_a_taken_code_is_a_message_at_its_field(client: Any, sign_in: Any) -> None:
    first, second = make.make_work_unit(), make.make_work_unit()
    sign_in(client, Role.ADMIN)
    data = {"version": str(second.version), "code": first.code, "name": second.name, "status": "active"}
    answer = client.post(f"/admin/work_unit/edit/?id={second.id}", data=data)
    assert answer.status_code == 422
    assert 'id="e-code"' in answer.text


def test_a_record_in_use_is_not_deleted(client: Any, sign_in: Any, author: Any) -> None:
    sign_in(client, Role.ADMIN)
    unit = author.work_unit
    answer = client.post("/admin/work_unit/delete/", data={"id": unit.id, "version": unit.version})
    assert answer.status_code == 422
    free = make.make_work_unit().id
    assert client.post("/admin/work_unit/delete/", data={"id": free}).status_code == 303
    assert client.get(f"/admin/work_unit/details/?id={free}").status_code == 404


def test_buttons_follow_the_workflow(client: Any, sign_in: Any, author: Any) -> None:
    request = make.make_store_request((make.make_item(), 1), created_by=author)
    sign_in(client, author)
    assert step(client, request, "approve").status_code == 403
    assert step(client, request, "fly").status_code == 404
    assert step(client, request, "cancel").status_code == 422  # no reason
    assert step(client, request, "submit").status_code == 303
    fresh = db.session.get(StoreRequest, request.id)
    assert fresh.state == "submitted"
    edit = f"/admin/store_request/edit/?id={request.id}"
    assert client.get(edit).status_code == 422
    assert client.post(edit, data={"version": fresh.version}).status_code == 422
    assert client.post(edit, data={"version": fresh.version - 1}).status_code == 409
    assert client.post(f"/admin/store_request/{request.id}/make_delivery").status_code == 403
    sign_in(client, Role.STORE_STAFF)
    assert client.post(f"/admin/store_request/{request.id}/make_delivery").status_code == 422
    assert client.get(edit).status_code == 403
    assert fresh.number not in client.get(edit).text
    head = sign_in(client, Role.STORE_HEAD)
    page = client.get(f"/admin/store_request/details/?id={request.id}").text
    assert f"/{request.id}/approve" in page
    assert f"/{request.id}/reject" in page
    assert "reason" in client.get(f"/admin/store_request/{request.id}/reject").text
    assert step(client, fresh, "reject", reason=" ").status_code == 422
    assert step(client, fresh, "submit").status_code == 403
    assert step(client, fresh, "approve").status_code == 303
    fresh = db.session.get(StoreRequest, request.id)
    assert fresh.state == "approved"
    assert step(client, fresh, "reject", reason="too late").status_code == 422
    events = db.session.scalars(sa.select(DocumentEvent.transition).where(
        DocumentEvent.document_type == "store_request", DocumentEvent.document_id == request.id,
        DocumentEvent.user_id == head.id)).all()
    assert events == ["approve"]
    assert head.name in client.get(f"/admin/store_request/details/?id={request.id}").text


def test_nobody_approves_the_own_document(client: Any, sign_in: Any) -> None:
    both = make.make_user(Role.UNIT_USER, Role.STORE_HEAD)
    request = make.make_store_request((make.make_item(), 1), created_by=both)
    sign_in(client, both)
    assert step(client, request, "submit").status_code == 303
    fresh = db.session.get(StoreRequest, request.id)
    assert step(client, fresh, "approve").status_code == 422
    assert f"details/?id={request.id}" not in client.get("/admin/inbox/").text


def test_inbox_holds_what_waits_for_my_role(client: Any, sign_in: Any, author: Any) -> None:
    request = make.make_store_request((make.make_item(), 1), created_by=author)
    sign_in(client, author)
    step(client, request, "submit")
    address = f"/admin/store_request/details/?id={request.id}"
    assert address not in client.get("/admin/inbox/").text
    for role, waits in ((Role.STORE_HEAD, True), (Role.PAYABLES, False), (Role.FACILITIES_HEAD, False)):
        sign_in(client, role)
        assert (address in client.get("/admin/inbox/").text) is waits, role


def test_several_rows_each_for_itself(client: Any, sign_in: Any, author: Any) -> None:
    rows = [make.make_store_request((make.make_item(), 1), created_by=author) for _ in range(3)]
    other = make.make_store_request()
    rows[1].lines.clear()
    sign_in(client, author)
    answer = client.post("/admin/store_request/action/", data={
        "action": "submit", "rowid": [str(row.id) for row in (*rows, other)] + ["abc"]},
                         follow_redirects=True)
    assert answer.status_code == 200
    assert answer.text.count("alert-danger") == 3
    states = [db.session.get(StoreRequest, row.id).state for row in (*rows, other)]
    assert states == ["submitted", "draft", "submitted", "draft"]
    assert client.post("/admin/store_request/action/",
                       data={"action": "approve", "rowid": "1"}).status_code == 403
    assert client.post("/admin/store_request/action/",
                       data={"action": "delete", "rowid": "1"}).status_code == 404


def test_the_journey_of_a_box(client: Any, sign_in: Any, author: Any) -> None:
    item, store = make.make_item({"box": "10"}), make.make_store()
    request = make.make_store_request((item, 20), created_by=author, store=store)
    make.stock_up(store, item, 15, 15000)
    sign_in(client, author)
    step(client, request, "submit")
    sign_in(client, Role.STORE_HEAD)
    step(client, db.session.get(StoreRequest, request.id), "approve")
    assert client.post(f"/admin/store_request/{request.id}/make_delivery").status_code == 403
    clerk = sign_in(client, Role.STORE_STAFF)
    answer = client.post(f"/admin/store_request/{request.id}/make_delivery")
    assert answer.status_code == 303
    delivery = db.session.scalars(sa.select(DeliveryRequest).order_by(DeliveryRequest.id.desc())).first()
    assert str(delivery.id) in answer.headers["Location"]
    assert delivery.created_by_id == clerk.id

    def now() -> DeliveryRequest:
        return db.session.get(DeliveryRequest, delivery.id)

    assert step(client, now(), "submit").status_code == 303
    sign_in(client, Role.FACILITIES_HEAD)
    assert step(client, now(), "approve").status_code == 303
    sign_in(client, clerk)
    assert step(client, now(), "deliver").status_code == 303  # 15 of 20: the rest is open again
    assert db.session.get(Item, item.id).stock_on_hand == 0
    make.stock_up(store, item, 5, 5000)
    second = stores.make_delivery(db.session.get(StoreRequest, request.id), by=clerk)
    perform(second, "submit", by=clerk)
    perform(second, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    perform(second, "deliver", by=clerk)
    db.session.commit()
    sign_in(client, author)
    assert step(client, now(), "acknowledge").status_code == 303
    assert now().state == "done"
    paper = client.get(f"/admin/delivery_request/{delivery.id}/print")
    assert paper.mimetype == "application/pdf"
    assert paper.data.startswith(b"%PDF")
    page = client.get(f"/admin/store_request/details/?id={request.id}").text
    assert now().number in page
    assert 'value="100"' in page  # all of it was delivered


def test_comments_are_kept_as_text(client: Any, sign_in: Any, author: Any) -> None:
    request = make.make_store_request((make.make_item(), 1), created_by=author)
    sign_in(client, author)
    assert client.post(f"/admin/store_request/{request.id}/comment", data={"comment": " "}).status_code == 422
    answer = client.post(f"/admin/store_request/{request.id}/comment",
                         data={"comment": "<script>alert(1)</script>"},
                         follow_redirects=True)
    assert "&lt;script&gt;" in answer.text
    assert "<script>alert" not in answer.text


def test_every_unsafe_address_wants_a_token(client: Any, sign_in: Any, author: Any, form: Any,
                                            csrf: Any) -> None:
    request = make.make_store_request((make.make_item(), 1), created_by=author)
    sign_in(client, author)
    for address in ("/admin/store_request/new/", f"/admin/store_request/edit/?id={request.id}",
                    "/admin/store_request/delete/", "/admin/store_request/action/",
                    "/admin/store_request/ajax/update/",
                    f"/admin/store_request/{request.id}/submit",
                    f"/admin/store_request/{request.id}/comment"):
        assert client.post(address, data={**form, "id": request.id}).status_code == 400, address
    assert db.session.get(StoreRequest, request.id).state == "draft"


def test_exports_hold_no_formulas(client: Any, sign_in: Any, author: Any) -> None:
    import io

    import python_calamine
    item = make.make_item(name="=HYPERLINK(\"http://x\")", description="@SUM(1)")
    sign_in(client, Role.ADMIN)
    text = client.get("/admin/item/export/csv/").data.decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert "'@SUM" in text
    assert item.code in text
    book = client.get("/admin/item/export/xlsx/").data
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert any("'=HYPERLINK" in str(cell) for row in rows for cell in row)
    assert b"<f>" not in book
    assert client.get("/admin/item/export/pdfx/").status_code == 404


def test_who_counts_does_not_read_what_is_expected(client: Any, sign_in: Any) -> None:
    store, item, keeper = make.make_store(), make.make_item(), make.make_user(Role.STORE_STAFF)
    make.stock_up(store, item, 77_123, 1_000)
    count = make.saved(Stocktake(store=store, created_by=keeper, lines=[
        StocktakeLine(item=item, unit=make.unit_of(item))]))
    sign_in(client, keeper)
    address = f"/admin/stocktake/details/?id={count.id}"
    assert step(client, count, "start").status_code == 303
    assert "77.123" not in client.get(address).text
    db.session.refresh(count)
    make.write_counts(count, keeper, -123)
    assert step(client, count, "submit").status_code == 303
    assert "77.123" in client.get(address).text


def test_an_empty_document_that_is_submitted_says_so_first(client: Any, sign_in: Any, author: Any) -> None:
    sign_in(client, author)
    answer = client.post("/admin/store_request/new/", data={"urgency": "normal", "_submit": "1"})
    assert answer.status_code == 422
    banner = answer.text.partition('role="alert"')[2]
    assert 0 < banner.index("belum punya baris") < banner.index("Gudang")


def test_a_step_for_ticked_rows_returns_to_the_list_as_it_was(client: Any, sign_in: Any) -> None:
    request = make.make_store_request()
    perform(request, "submit", by=request.created_by)
    sign_in(client, make.make_user(Role.STORE_HEAD))
    address = "/admin/store_request/?state=submitted&search=SR"
    assert 'name="back" value="/admin/store_request/?' in client.get(address).text
    for back, expected in ((address, address), ("//evil.example/", "/admin/store_request/"),
                           ("/admin/user/?x=1", "/admin/store_request/"), ("", "/admin/store_request/")):
        answer = client.post("/admin/store_request/action/", data={
            "action": "approve", "rowid": str(request.id), "back": back})
        assert (answer.status_code, answer.location) == (303, expected)


def test_the_history_says_what_happened_and_by_whom(client: Any, sign_in: Any, author: Any) -> None:
    request = make.make_store_request(created_by=author)
    head = make.make_user(Role.STORE_HEAD, name="Ratna Dewi")
    perform(request, "submit", by=author)
    perform(request, "approve", by=head)
    sign_in(client, author)
    page = client.get(f"/admin/store_request/details/?id={request.id}").text
    assert "Disetujui oleh Ratna Dewi" in page
    assert f"Diajukan oleh {author.name}" in page
    assert f"Dibuat oleh {author.name}" in page
