"""Each paper whose approval decides on rupiah asks who it is above the house's limit, and not below it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from models import clock
from models.asset_documents import AssetPlan, AssetPlanLine
from models.asset_exits import AssetAuction, AssetAuctionLine, AssetDisposal, AssetDisposalLine, DisposalRoute
from models.asset_register import AssetState
from models.asset_values import AssetValueChange, AssetValueChangeLine, ValueChangeKind
from models.base import db
from models.errors import NeedsProof
from models.operations.core.approvals import opened, perform
from models.people import User
from models.places import Land
from models.purchasing import PurchaseRequest, PurchaseRequestLine
from models.returns import Spoilage, SpoilageLine
from models.roles import Role
from models.step_ups import amount_of
from models.stock import StoreItem
from models.stocktakes import Stocktake, StocktakeLine, StockTransfer, StockTransferLine
from models.store_requests import DeliveryRequest, DeliveryRequestLine
from portal.web import passwords, tokens
from tests.support import factories as make

PASSWORD = "melati putih 12 di taman"
#: The house's limit as it is delivered is 50 million; so many rupiah are above and below it.
ABOVE, BELOW = 60_000_000, 40_000_000
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture(autouse=True)
def _on(app: Flask, client: Any, session: Any) -> Iterator[None]:
    clock.freeze(clock.now())
    make.make_chart()
    client.set_cookie("language", "en")
    before, app.config["STEP_UP"] = app.config["STEP_UP"], "on"
    yield
    app.config["STEP_UP"] = before


def stocked(rupiah: int) -> tuple[Any, Any]:
    """A store with ten of an item that are worth twice as much; five of them are what is decided on."""
    store, item = make.make_store(), make.make_item()
    make.stock_up(store, item, 10, 2 * rupiah)
    return store, item


def half(item: Any) -> dict[str, Any]:
    return {"item": item, "unit": make.unit_of(item), "quantity": Decimal(5), "factor": Decimal(1)}


def submitted(document: Any, by: User) -> Any:
    make.saved(document)
    opened(document, by=by)
    perform(document, "submit", by=by)
    db.session.commit()
    return document


def spoilage(rupiah: int) -> Spoilage:
    (store, item), by = stocked(rupiah), make.make_user(Role.STORE_STAFF)
    return submitted(Spoilage(created_by=by, store=store, lines=[SpoilageLine(**half(item))]), by)


def counted(rupiah: int, off: int) -> Stocktake:
    (store, item), by = stocked(rupiah), make.make_user(Role.STORE_STAFF)
    count = make.saved(Stocktake(created_by=by, store=store, lines=[
        StocktakeLine(item=item, unit=make.unit_of(item))]))
    opened(count, by=by)
    perform(count, "start", by=by)
    make.write_counts(count, by, off)
    perform(count, "submit", by=by)
    db.session.commit()
    return count


def missing(rupiah: int) -> Stocktake:
    return counted(rupiah, -5)


def found(rupiah: int) -> Stocktake:
    return counted(rupiah, 5)


def transfer(rupiah: int) -> StockTransfer:
    (store, item), by = stocked(rupiah), make.make_user(Role.STORE_STAFF)
    return submitted(StockTransfer(created_by=by, store=store, to_store=make.make_store(),
                                   lines=[StockTransferLine(**half(item))]), by)


def delivery(rupiah: int) -> DeliveryRequest:
    (store, item), by = stocked(rupiah), make.make_user(Role.STORE_STAFF)
    request = make.make_store_request((item, 5), store=store)
    perform(request, "submit", by=request.created_by)
    perform(request, "approve", by=make.make_user(Role.STORE_HEAD))
    return submitted(DeliveryRequest(created_by=by, store=store, store_request=request, lines=[
        DeliveryRequestLine(**half(item))]), by)


def disposal(rupiah: int, **fields: Any) -> AssetDisposal:
    """Half of a group of things: the other half stays."""
    by = make.make_user(Role.FACILITIES_STAFF)
    group = make.make_asset(quantity=4, acquisition_cost=Decimal(2 * rupiah))
    opened(group, by=by)
    return submitted(AssetDisposal(created_by=by, route=DisposalRoute.SCRAP, lines=[
        AssetDisposalLine(asset=group, quantity=2, reason="Rusak berat")], **fields), by)


def disposal_to_book(rupiah: int) -> AssetDisposal:
    """As receivables see it."""
    document = disposal(rupiah)
    perform(document, "approve", by=make.make_user(Role.FACILITIES_HEAD))
    db.session.commit()
    return document


def auction(rupiah: int) -> AssetAuction:
    by = make.make_user(Role.FACILITIES_STAFF)
    thing = make.make_asset(acquisition_cost=Decimal(rupiah), state=AssetState.HELD_FOR_SALE)
    return submitted(AssetAuction(created_by=by, lines=[AssetAuctionLine(asset=thing)]), by)


def auction_of_land(rupiah: int) -> AssetAuction:
    by = make.make_user(Role.FACILITIES_STAFF)
    parcel = make.saved(Land(code=make.unique("L"), name="Tanah", total_area=Decimal(100),
                             price_per_m2=Decimal(rupiah // 100), funding_source="blu"))
    return submitted(AssetAuction(created_by=by, lines=[AssetAuctionLine(land=parcel)]), by)


def written_down(rupiah: int) -> AssetValueChange:
    """To nothing: what it was worth is what is decided on."""
    by = make.make_user(Role.FACILITIES_STAFF)
    thing = make.make_asset(acquisition_cost=Decimal(rupiah), state=AssetState.IN_USE)
    opened(thing, by=by)
    return submitted(AssetValueChange(created_by=by, kind=ValueChangeKind.IMPAIRMENT, lines=[
        AssetValueChangeLine(asset=thing, amount=Decimal(0))]), by)


def purchase_request(rupiah: int) -> PurchaseRequest:
    by, item = make.make_user(Role.STORE_STAFF), make.make_item()
    return submitted(PurchaseRequest(created_by=by, store=make.make_store(), lines=[
        PurchaseRequestLine(estimated_price=Decimal(rupiah // 5), **half(item))]), by)


def plan(rupiah: int) -> AssetPlan:
    by = make.make_user(Role.FACILITIES_STAFF)
    unit = make.make_work_unit()
    return submitted(AssetPlan(created_by=by, work_unit=unit, lines=[
        AssetPlanLine(work_unit=unit, asset_model=make.make_asset_model(), quantity=2,
                      estimated_price=Decimal(rupiah // 2))]), by)


PAPERS: list[tuple[Callable[[int], Any], str, Role]] = [
    (spoilage, "approve", Role.FACILITIES_HEAD), (missing, "approve", Role.FACILITIES_HEAD),
    (found, "approve", Role.FACILITIES_HEAD), (transfer, "approve", Role.STORE_HEAD),
    (delivery, "approve", Role.FACILITIES_HEAD), (disposal, "approve", Role.FACILITIES_HEAD),
    (disposal_to_book, "approve_receivables", Role.RECEIVABLES), (auction, "approve", Role.FACILITIES_HEAD),
    (auction_of_land, "approve", Role.FACILITIES_HEAD), (written_down, "approve", Role.FACILITIES_HEAD),
    (purchase_request, "approve", Role.FACILITIES_HEAD), (plan, "approve", Role.FACILITIES_HEAD)]
each_paper = pytest.mark.parametrize(("paper", "step", "role"), PAPERS,
                                     ids=[row[0].__name__ for row in PAPERS])


def kept(page: Any) -> dict[str, str]:
    form = page.text.partition('action="/account/proof"')[2].partition("</form>")[0]
    return {name: html.unescape(value) for name, value in FIELD.findall(form)}


@each_paper
def test_above_the_limit_it_is_stopped_and_goes_on_after_the_proof(
        client: Any, session: Any, sign_in: Any, paper: Callable[[int], Any], step: str, role: Role) -> None:
    document = paper(ABOVE)
    sign_in(client, make.make_user(role, password_hash=passwords.hashed(PASSWORD)))
    was = document.state
    page = client.post(f"/admin/{document.__tablename__}/{document.id}/{step}",
                       data={"version": document.version})
    assert (page.status_code, "This approves a large amount." in page.text) == (403, True)
    assert document.state == was
    on = client.post("/account/proof", data=kept(page) | {"proof_password": PASSWORD})
    assert on.status_code == 307
    assert client.post(on.location, data=kept(page)).status_code == 303
    assert document.state != was


@each_paper
def test_below_the_limit_nothing_is_asked(
        client: Any, session: Any, sign_in: Any, paper: Callable[[int], Any], step: str, role: Role) -> None:
    document = paper(BELOW)
    sign_in(client, make.make_user(role))
    was = document.state
    assert client.post(f"/admin/{document.__tablename__}/{document.id}/{step}",
                       data={"version": document.version}).status_code == 303
    assert document.state != was


@each_paper
def test_a_token_of_the_api_is_stopped_too(
        app: Flask, session: Any, paper: Callable[[int], Any], step: str, role: Role) -> None:
    document, person = paper(ABOVE), make.make_user(role)
    with app.test_request_context("/api/v1/rooms"):
        made, _row = tokens.issue(person, "script")
        db.session.commit()
    bearer = {"Authorization": f"Bearer {made}"}
    with app.test_request_context("/api/v1/orders", method="POST", headers=bearer):
        app.preprocess_request()
        with pytest.raises(NeedsProof):
            perform(document, step, by=person)


def test_too_much_on_one_line_hides_nothing_that_another_lacks(session: Any) -> None:
    """Two items of 30 million: one is five short, of the other five too many were found."""
    by, store = make.make_user(Role.STORE_STAFF), make.make_store()
    items = [make.make_item(), make.make_item()]
    for item in items:
        make.stock_up(store, item, 10, 60_000_000)
    count = make.saved(Stocktake(created_by=by, store=store, lines=[
        StocktakeLine(item=item, unit=make.unit_of(item)) for item in items]))
    opened(count, by=by)
    perform(count, "start", by=by)
    make.write_counts(count, by, -5, 5)
    assert amount_of(count) == 60_000_000


def test_what_the_store_has_none_of_counts_at_its_reference_price(session: Any) -> None:
    by, store = make.make_user(Role.STORE_STAFF), make.make_store()
    item = make.make_item(price_hint=Decimal(7))
    document = make.saved(Spoilage(created_by=by, store=store, lines=[SpoilageLine(**half(item))]))
    assert db.session.query(StoreItem).filter_by(item_id=item.id).count() == 0
    assert amount_of(document) == 35
    bare = make.saved(Spoilage(created_by=by, store=store, lines=[SpoilageLine(**half(make.make_item()))]))
    assert amount_of(bare) == 0


def test_a_costly_device_without_book_value_is_still_costly(session: Any) -> None:
    document = disposal(ABOVE)
    for book in document.lines[0].asset.books:
        book.accumulated = book.cost - book.residual_value
    assert amount_of(document) == ABOVE
