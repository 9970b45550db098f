"""The panel's asset pages: receipts, disposals and auctions in the browser's own words, refusals at their
field."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_documents import AssetReceipt
from models.asset_exits import AssetAuction, AssetAuctionState, DisposalRoute
from models.asset_register import Asset, AssetState
from models.journal import JournalLine, Posting
from models.places import Land
from models.roles import Role
from tests.assets.test_asset_exits import Cast as Exits
from tests.assets.test_asset_receipts import Cast as Receipts
from tests.support import factories as make


@pytest.fixture
def exits(session):
    return Exits()


def step(client, document, name, **data):
    table = document.__tablename__
    return client.post(f"/admin/{table}/{document.id}/{name}",
                       data={"version": str(document.version), **data})


def test_a_procurement_is_received_in_the_panel(client, session, sign_in):
    cast = Receipts()
    procurement = cast.sent((make.make_asset_model(name="Kursi tunggu"), 40, 3_450_000),
                            tax_percent=Decimal(11))
    room = make.make_room(name="Poli Anak")
    sign_in(client, cast.buyer)
    answer = step(client, procurement, "make_receipt")
    receipt = session.scalars(sa.select(AssetReceipt)).one()
    assert answer.location == f"/admin/asset_receipt/details/?id={receipt.id}"
    line = receipt.lines[0]
    form = {"version": str(receipt.version), "asset_procurement": procurement.id,
            "received_on": clock.today(),
            "lines-0-id": line.id, "lines-0-asset_model": line.asset_model_id,
            "lines-0-received_quantity": "41",
            "lines-0-asset_procurement_line": line.asset_procurement_line_id, "lines-0-unit_price": "3450000",
            "lines-0-as_group": "y", "lines-0-room": room.id, "_submit": "1"}
    address = f"/admin/asset_receipt/edit/?id={receipt.id}"
    answer = client.post(address, data=form)
    assert answer.status_code == 422
    assert "40" in answer.text
    assert client.post(address, data=form | {"lines-0-received_quantity": "40"}).status_code == 303
    chairs = session.scalars(sa.select(Asset)).one()
    assert (chairs.quantity, chairs.room, chairs.acquisition_cost) == (40, room, Decimal("153180000"))
    assert "AST-" in client.get("/admin/asset/?search=Kursi").text


def test_an_auction_is_opened_and_sold_in_the_panel(client, session, sign_in, exits):
    asset = exits.held(exits.asset())
    auction = exits.approved(exits.auction(asset))
    sign_in(client, exits.staff)
    line = f"lines-{auction.lines[0].id}"
    page = client.get(f"/admin/asset_auction/{auction.id}/open").text
    assert f'name="{line}-reserve_price"' in page
    form = {"appraiser": "KJPP Andi", "appraised_on": clock.today(), f"{line}-appraised_value": "10000000"}
    answer = step(client, auction, "open", **form)
    assert answer.status_code == 422
    assert "KJPP Andi" in answer.text
    answer = step(client, auction, "open", **form, **{f"{line}-reserve_price": "-1"})
    assert answer.status_code == 422
    assert step(client, auction, "open", **form, **{f"{line}-reserve_price": "9.000.000"}).status_code == 303
    assert auction.lines[0].reserve_price == 9_000_000
    assert step(client, auction, "sell", minutes_number="RL-1").status_code == 422
    assert session.get(AssetAuction, auction.id).state == AssetAuctionState.OPEN
    page = client.get(f"/admin/asset_auction/details/?id={auction.id}").text
    address = f"/admin/asset_auction_bid/new/?asset_auction_line={auction.lines[0].id}"
    assert address in page
    bid = {"asset_auction_line": auction.lines[0].id, "bidder_name": "CV Barokah", "bidder_identity": "NIB 1",
           "amount": "8.999.999", "is_valid": "y"}
    for change, name in (({"amount": "0"}, "amount"), ({"is_valid": ""}, "note"),
                         ({"bidder_name": ""}, "bidder_name"),
                         ({"amount": "-5"}, "amount")):
        answer = client.post(address, data=bid | change)
        assert answer.status_code == 422, name
        assert (
            f'id="{name}-' in answer.text or f'id="error-{name}' in answer.text or "is-invalid" in answer.text
        )
    answer = client.post(address, data=bid)
    assert answer.location.startswith(f"/admin/asset_auction/details/?id={auction.id}")
    assert step(client, auction, "sell", minutes_number="RL-1").status_code == 422
    assert client.post(address, data=bid | {"amount": "9.000.000"}).status_code == 303
    assert "CV Barokah" in client.get(f"/admin/asset_auction/details/?id={auction.id}").text
    assert step(client, auction, "fail").status_code == 422
    assert step(client, auction, "sell", minutes_number="RL-1").status_code == 303
    assert (auction.state, asset.state, auction.buyer_name) == (
        AssetAuctionState.AWARDED, AssetState.HELD_FOR_SALE, "CV Barokah")
    paid = {"paid_on": clock.today(), "payment_reference": "TRF-1"}
    assert step(client, auction, "settle", **paid).status_code == 403
    sign_in(client, exits.receivables)
    for missing in paid:
        assert step(client, auction, "settle", **{**paid, missing: ""}).status_code == 422
    assert step(client, auction, "settle", **paid).status_code == 303
    assert (auction.state, asset.state) == (AssetAuctionState.SOLD, AssetState.RETIRED)
    sign_in(client, exits.staff)
    answer = client.post(address, data=bid | {"amount": "9.100.000"})
    assert answer.status_code == 422
    assert client.get(f"/admin/asset_auction/{auction.id}/print").mimetype == "application/pdf"


def test_a_disposal_leads_to_its_auction(client, session, sign_in, exits):
    document = exits.posted(exits.disposal((exits.asset(), 1), route=DisposalRoute.AUCTION))
    sign_in(client, exits.staff)
    assert step(client, document, "make_auction").status_code == 303
    auction = session.scalars(sa.select(AssetAuction)).one()
    assert [line.asset for line in auction.lines] == [document.lines[0].held_asset]
    assert step(client, document, "make_auction").status_code == 422


def test_land_is_in_the_journal_as_its_form_says(client, session, sign_in, exits):
    sign_in(client, Role.ADMIN)
    form = {"code": "T-9", "name": "Lahan barat", "total_area": "100", "built_area": "0",
            "price_per_m2": "2000000", "funding_source": "blu", "status": "active"}
    assert client.post("/admin/land/new/", data=form).status_code == 303
    land = session.scalars(sa.select(Land).filter_by(code="T-9")).one()
    answer = client.post(f"/admin/land/edit/?id={land.id}",
                         data=form | {"price_per_m2": "1500000", "version": str(land.version)})
    assert answer.status_code == 303
    debit, credit = session.execute(sa.select(
        sa.func.sum(JournalLine.debit),
        sa.func.sum(JournalLine.credit)).filter_by(purpose=Posting.LAND)).one()
    assert debit - credit == 150_000_000


def test_what_stands_in_the_books_is_not_typed_over(client, session, sign_in, exits):
    asset = exits.asset()
    sign_in(client, exits.staff)
    with client.application.test_request_context():
        view = client.application.extensions["rawat_panel"]["asset"]
    form = {"name": "Another name", "asset_type": asset.asset_type_id, "asset_model": asset.asset_model_id,
            "acquisition_cost": "12000000", "acquired_on": asset.acquired_on, "quantity": "1",
            "ownership": "owned", "condition": "good", "funding_source": "blu", "account": asset.account_id,
            "version": str(asset.version)}
    assert set(form) - {"version"} <= set(view.form_columns)
    address = f"/admin/asset/edit/?id={asset.id}"
    for change in ({"acquisition_cost": "1"}, {"quantity": "2"}, {"funding_source": "apbn"}):
        answer = client.post(address, data=form | change)
        assert answer.status_code == 422
    assert client.post(address, data=form).status_code == 303
    assert (asset.name, asset.acquisition_cost) == ("Another name", 12_000_000)
