"""Where an item lies in a store: written by the store's own people, kept through a recount, walked along by
papers."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pypdf
import pytest
import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import NotAllowed
from models.operations.core import checks, list_files
from models.operations.core.approvals import opened, perform
from models.operations.core.report_kit import REPORTS
from models.operations.setup import imports
from models.operations.stores import shelves, stocktake_counting
from models.roles import Role
from models.stock import Shelf, StoreItem
from models.stocktakes import Stocktake, StockTransfer, StockTransferLine
from tests.purchasing.test_invoices import typed
from tests.stores.test_stores import Cast
from tests.support import factories as make


def put(store: Any, item: Any, location: str) -> Shelf:
    return make.saved(Shelf(store=store, item=item, location=location))


@pytest.fixture
def things(session: Any) -> dict[str, Any]:
    """Three items of a store: one far down the aisle, one near, one that nobody gave a place."""
    make.make_chart()
    unit = make.make_work_unit()
    store = make.make_store(work_unit=unit)
    far, near, loose = (
        make.make_item(name="Abocath"),
        make.make_item(name="Zalf mata"), make.make_item(name="Baskom"),
    )
    for item in (far, near, loose):
        make.stock_up(store, item, 20, 200)
    put(store, far, "A-10-1")
    put(store, near, "A-2-1")
    return {"unit": unit, "store": store, "far": far, "near": near, "loose": loose,
            "keeper": make.make_user(Role.STORE_STAFF, work_unit=unit)}


# ---------------------------------------------------------------- the way along the shelves

def test_people_walk_by_number_and_what_has_no_shelf_comes_last() -> None:
    places = ["B-1", None, "A-10-1", "a-2-1", "A-2", "2-A", "10-A"]
    assert sorted(places, key=shelves.walk) == ["2-A", "10-A", "A-2", "a-2-1", "A-10-1", "B-1", None]


def test_counting_the_balances_anew_leaves_the_shelves(session: Any, things: dict[str, Any]) -> None:
    before = session.execute(sa.select(Shelf.id, Shelf.store_id, Shelf.item_id, Shelf.location)).all()
    held = set(session.scalars(sa.select(StoreItem.id)))
    checks.rebuild_balances(session)
    assert set(session.scalars(sa.select(StoreItem.id))) != held
    assert session.execute(sa.select(Shelf.id, Shelf.store_id, Shelf.item_id, Shelf.location)).all() == before


@pytest.mark.parametrize("location", ["", " A-1", "A-1 "])
def test_the_database_wants_a_written_place(session: Any, things: dict[str, Any], location: str) -> None:
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        put(things["store"], things["loose"], location)


def test_an_item_has_several_places_in_a_store_each_once(session: Any, things: dict[str, Any]) -> None:
    put(make.make_store(), things["far"], "C-1")
    put(things["store"], things["far"], "A-1-1")
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        put(things["store"], things["far"], "A-1-1")


def test_the_first_place_on_the_way_leads(session: Any, things: dict[str, Any]) -> None:
    """What lies in two places is fetched at the nearer one, and nothing is listed or counted twice."""
    store, far = things["store"], things["far"]
    put(store, far, "B-7")
    put(store, far, "A-1-1")
    assert shelves.locations(store.id, [far.id]) == {far.id: "A-1-1, A-10-1, B-7"}
    ways = shelves.locations(store.id, [far.id, things["near"].id])
    assert sorted(ways, key=lambda item: shelves.walk(ways[item])) == [far.id, things["near"].id]
    rows = [row for row in session.execute(REPORTS["stock_on_hand"].select({"store": store.id}))
            if row.item_id == far.id]
    assert [row.quantity for row in rows] == [20]
    assert set(rows[0].location.split(", ")) == {"A-1-1", "A-10-1", "B-7"}
    (held,) = shelves.held(far.id)
    assert (held.quantity, "B-7" in held.location) == (20, True)


# ---------------------------------------------------------------- who writes it

def written(client: Any, store: Any, item: Any, location: str) -> Any:
    return client.post("/admin/shelf/new/", data={"store": store.id, "item": item.id, "location": location})


def test_the_stores_own_staff_writes_and_moves_it(client: Any, sign_in: Any, things: dict[str, Any]) -> None:
    sign_in(client, things["keeper"])
    assert "A-10-1" in client.get("/admin/shelf/").text
    made = written(client, things["store"], things["loose"], " B-01-3 ")
    assert made.status_code == 303
    assert shelves.locations(things["store"].id, [things["loose"].id]) == {things["loose"].id: "B-01-3"}
    again = written(client, things["store"], things["loose"], "B-01-3")
    assert again.status_code == 422
    assert written(client, things["store"], make.make_item(), "").status_code == 422
    shelf = db.session.scalars(sa.select(Shelf).where(Shelf.item_id == things["loose"].id)).one()
    page = f"/admin/shelf/edit/?id={shelf.id}"
    data = typed(client.get(page).text)
    assert client.post(page, data={**data, "location": "B-09-9"}).status_code == 303
    db.session.refresh(shelf)
    assert shelf.location == "B-09-9"
    assert client.post(page, data={**data, "location": "B-00-0"}).status_code == 409
    assert client.post("/admin/shelf/delete/", data={"id": shelf.id}).status_code == 303


def test_another_stores_staff_does_not(client: Any, sign_in: Any, things: dict[str, Any]) -> None:
    sign_in(client, make.make_user(Role.STORE_STAFF, work_unit=make.make_work_unit()))
    shelf = db.session.scalars(sa.select(Shelf).where(Shelf.item_id == things["far"].id)).one()
    assert "A-10-1" not in client.get("/admin/shelf/").text
    assert client.get(f"/admin/shelf/edit/?id={shelf.id}").status_code == 404
    assert client.post("/admin/shelf/delete/", data={"id": shelf.id}).status_code == 404
    refused = written(client, things["store"], things["loose"], "B-01-3")
    assert refused.status_code == 422
    assert "unit kerja lain" in refused.text
    assert shelves.locations(things["store"].id, [things["loose"].id]) == {}
    # nobody's own store
    assert written(client, make.make_store(), things["loose"], "B-01-3").status_code == 303


def test_the_head_writes_in_every_store_and_others_read(client: Any, sign_in: Any,
                                                        things: dict[str, Any]) -> None:
    sign_in(client, make.make_user(Role.STORE_HEAD))
    assert written(client, things["store"], things["loose"], "B-01-3").status_code == 303
    for role in (Role.PAYABLES, Role.DIRECTOR, Role.FACILITIES_STAFF):
        sign_in(client, role)
        assert "B-01-3" in client.get("/admin/shelf/").text
        assert written(client, things["store"], make.make_item(), "B-01-4").status_code == 403
    sign_in(client, Role.UNIT_USER)
    assert client.get("/admin/shelf/").status_code == 403


def test_a_list_of_places_is_brought_by_the_head(session: Any, things: dict[str, Any]) -> None:
    head, code = make.make_user(Role.STORE_HEAD), things["store"].code
    text = (f"store,item,location\n{code},{things['far'].code},A-01-1\n{code},{things['near'].code},A-2-1\n"
            f"{code},{things['loose'].code},D-1\n")
    rows = list_files.read(text.encode(), "rak.csv").rows
    brought = imports.bring(session, "shelf", text.encode(), "rak.csv", imports.Found(rows), by=head)
    assert (brought.new_rows, brought.changed_rows, brought.same_rows, brought.wrong_rows) == (2, 0, 1, 0)
    imports.apply(session, brought, rows, by=head, seen=brought.digest)
    ids = {things[name].id: place for name, place in (("far", "A-01-1"), ("near", "A-2-1"), ("loose", "D-1"))}
    assert shelves.locations(things["store"].id, ids) == ids | {things["far"].id: "A-01-1, A-10-1"}
    with pytest.raises(NotAllowed):
        imports.bring(session, "shelf", text.encode(), "rak.csv", imports.Found(rows), by=things["keeper"])


# ---------------------------------------------------------------- counting along the shelves

@pytest.fixture
def count(things: dict[str, Any]) -> Stocktake:
    count = make.saved(Stocktake(created_by=things["keeper"], store=things["store"]))
    opened(count, by=things["keeper"])
    stocktake_counting.choose(count, stocktake_counting.Choice(), by=things["keeper"])
    perform(count, "start", by=things["keeper"])
    return count


def in_order(text: str, *words: str) -> bool:
    place = 0
    for word in words:
        place = text.find(word, place)
        if place < 0:
            return False
    return True


def test_the_count_goes_along_the_shelves(client: Any, sign_in: Any, things: dict[str, Any],
                                          count: Stocktake) -> None:
    lines = stocktake_counting.ordered(count, stocktake_counting.places_of(count))
    assert [line.item for line in lines] == [things["near"], things["far"], things["loose"]]
    sign_in(client, things["keeper"])
    page = client.get(f"/admin/stocktake/{count.id}/count").text
    assert in_order(page, "Rak A-2-1", "Zalf mata", "Rak A-10-1", "Abocath", "Tanpa rak", "Baskom")
    after = client.get(f"/admin/stocktake/{count.id}/count?after={lines[0].id}").text
    assert "<b>Rak A-10-1</b>" in after
    details = client.get(f"/admin/stocktake/details/?id={count.id}").text
    assert in_order(details, "Zalf mata", "Abocath", "Baskom")
    assert "A-10-1" in details


def test_the_sheets_are_headed_by_shelf(client: Any, sign_in: Any, things: dict[str, Any],
                                        count: Stocktake) -> None:
    sign_in(client, things["keeper"])
    pages = pypdf.PdfReader(io.BytesIO(client.get(f"/admin/stocktake/{count.id}/sheet.pdf").data)).pages
    assert len(pages) == 2  # what has no shelf is on paper of its own
    assert in_order(pages[0].extract_text(), "Rak A-2-1", "Zalf mata", "Rak A-10-1", "Abocath")
    assert "Baskom" in pages[1].extract_text()
    assert "Rak" not in pages[1].extract_text()
    sheet = client.get(f"/admin/stocktake/{count.id}/sheet.csv").data.decode()
    assert in_order(sheet, "Rak", "A-2-1", "Zalf mata", "A-10-1", "Abocath", "Baskom")
    paper = pypdf.PdfReader(io.BytesIO(client.get(f"/admin/stocktake/{count.id}/print").data))
    assert in_order(paper.pages[0].extract_text(), "Zalf mata", "A-2-1", "Abocath", "A-10-1", "Baskom")


def test_a_long_shelf_is_headed_again_on_the_next_sheet(client: Any, sign_in: Any,
                                                        things: dict[str, Any]) -> None:
    for number in range(60):
        item = make.make_item(name=f"Barang {number:02d}")
        make.stock_up(things["store"], item, 1, 1)
        put(things["store"], item, "B-1")
    count = make.saved(Stocktake(created_by=things["keeper"], store=things["store"]))
    opened(count, by=things["keeper"])
    stocktake_counting.choose(count, stocktake_counting.Choice(), by=things["keeper"])
    perform(count, "start", by=things["keeper"])
    sign_in(client, things["keeper"])
    pages = pypdf.PdfReader(io.BytesIO(client.get(f"/admin/stocktake/{count.id}/sheet.pdf").data)).pages
    heads = [page.extract_text().count("Rak B-1") for page in pages]
    assert heads == [1] * (len(pages) - 1) + [0]
    assert len(pages) >= 3


# ---------------------------------------------------------------- picking, and what lies where

def test_a_delivery_is_picked_along_the_shelves(client: Any, sign_in: Any, session: Any) -> None:
    cast = Cast()
    far, near = make.make_item(name="Abocath"), make.make_item(name="Zalf mata")
    for item, place in ((far, "A-10-1"), (near, "A-2-1")):
        make.stock_up(cast.store, item, 20, 200)
        put(cast.store, item, place)
    delivery = cast.deliverable(cast.approved((far, 1), (near, 1)))
    sign_in(client, cast.keeper)
    details = f"/admin/delivery_request/details/?id={delivery.id}"
    assert in_order(client.get(details).text, "Zalf mata", "A-2-1", "Abocath", "A-10-1")

    def paper() -> str:
        file = client.get(f"/admin/delivery_request/{delivery.id}/print").data
        return pypdf.PdfReader(io.BytesIO(file)).pages[0].extract_text()
    assert in_order(paper(), "Zalf mata", "A-2-1", "Abocath", "A-10-1")
    perform(delivery, "deliver", by=cast.keeper)
    assert "A-10-1" not in paper()  # the note for the unit says what it got
    assert "A-10-1" not in client.get(details).text


def test_without_shelves_papers_are_as_they_were(client: Any, sign_in: Any, session: Any) -> None:
    cast = Cast()
    item = make.make_item()
    make.stock_up(cast.store, item, 20, 200)
    delivery = cast.deliverable(cast.approved((item, 1)))
    sign_in(client, cast.keeper)
    assert '<th scope="col">Rak' not in client.get(f"/admin/delivery_request/details/?id={delivery.id}").text


def test_stock_on_hand_names_the_shelf(session: Any, things: dict[str, Any]) -> None:
    report = REPORTS["stock_on_hand"]
    rows = session.execute(report.select({"as_of": clock.today(), "store": things["store"].id})).all()
    assert {row.item_id: row.location for row in rows} == {
        things["far"].id: "A-10-1", things["near"].id: "A-2-1", things["loose"].id: None}
    assert "location" in [column.name for column in report.columns]


# ---------------------------------------------------------------- put away

def test_what_came_is_put_where_the_item_lies(client: Any, sign_in: Any, things: dict[str, Any]) -> None:
    """The page says where, and what has no shelf yet, after goods came from another store."""
    store, keeper, head = things["store"], things["keeper"], make.make_user(Role.STORE_HEAD)
    source, clerk = make.make_store(), make.make_user(Role.STORE_STAFF)
    for name in ("far", "loose"):
        make.stock_up(source, things[name], 5, 50)
    document = make.saved(StockTransfer(created_by=clerk, store=source, to_store=store, lines=[
        StockTransferLine(item=things[name], unit=make.unit_of(things[name]), quantity=Decimal(2))
        for name in ("far", "loose")]))
    opened(document, by=clerk)
    perform(document, "submit", by=clerk)
    perform(document, "approve", by=head)
    put(store, things["far"], "B-7")
    sign_in(client, keeper)
    text = client.post(f"/admin/stock_transfer/{document.id}/receive", data={"version": document.version},
                       follow_redirects=True).text
    assert "Abocath → A-10-1, B-7" in text
    assert "Baskom" in text.split("Belum ada rak")[1][:80]
