"""What a vendor brings becomes registered assets: never more than ordered, no sen lost, withdrawn only
untouched."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
import sqlalchemy as sa

from models import clock
from models.asset_documents import (
    AssetProcurement,
    AssetProcurementLine,
    AssetProcurementState,
    AssetReceiptState,
)
from models.asset_register import (
    Asset,
    AssetBook,
    AssetState,
    AssetType,
    BookKind,
    DepreciationMethod,
    TaxGroup,
)
from models.base import db, one_transaction
from models.errors import NotAllowed, PeriodClosed, Refused
from models.facilities import RoomFacility
from models.journal import JournalEntry, JournalLine, Posting
from models.operations.assets import books, entry, receipts
from models.operations.core import checks
from models.operations.core.approvals import opened, perform
from models.operations.ledger import journal
from models.organisation import Setting, Status
from models.people import User
from models.places import FundingSource, Room
from models.roles import Role
from tests.support import factories as make
from tests.support.races import at_once, won


class Cast:
    """Who orders and receives."""

    def __init__(self) -> None:
        make.make_chart()
        self.buyer = make.make_user(Role.FACILITIES_STAFF)
        self.head = make.make_user(Role.FACILITIES_HEAD)
        self.payables = make.make_user(Role.PAYABLES)
        self.director = make.make_user(Role.DIRECTOR)

    def sent(self, *wanted, **fields):
        """A procurement that went to the vendor: so many of a model at a price each."""
        procurement = make.saved(AssetProcurement(created_by=self.buyer, vendor=make.make_vendor(), lines=[
            AssetProcurementLine(asset_model=model, quantity=quantity, unit_price=Decimal(price))
            for model, quantity, price in wanted], **fields))
        opened(procurement, by=self.buyer)
        perform(procurement, "submit", by=self.buyer)
        perform(procurement, "approve", by=self.head)
        perform(procurement, "approve_payment", by=self.payables)
        if procurement.is_above_limit:
            perform(procurement, "approve_limit", by=self.director)
        perform(procurement, "send", by=self.buyer)
        return procurement

    def received(self, procurement, *quantities, **fields):
        receipt = receipts.make_receipt(procurement, by=self.buyer)
        for line, quantity in zip(receipt.lines, quantities, strict=False):
            line.received_quantity = quantity
        for name, value in fields.items():
            for line in receipt.lines:
                setattr(line, name, value)
        perform(receipt, "post", by=self.buyer)
        return receipt


def assets_of(session, receipt):
    return session.scalars(sa.select(Asset).where(Asset.asset_receipt_line_id.in_(
        [line.id for line in receipt.lines])).order_by(Asset.id)).all()


def balance(session, purpose):
    debit, credit = session.execute(sa.select(
        sa.func.sum(JournalLine.debit), sa.func.sum(JournalLine.credit)).filter_by(purpose=purpose)).one()
    return (debit or 0) - (credit or 0)


def test_each_thing_is_an_asset_with_tag_cost_place_and_books(session, cast):
    room, unit = make.make_room(), make.make_work_unit()
    procurement = cast.sent((make.make_asset_model(brand="Mindray"), 3, 42_500_000), tax_percent=Decimal(11),
                            funding_source=FundingSource.APBD)
    receipt = cast.received(procurement, room=room, work_unit=unit, serial_numbers="SN-1\nSN-2\n\n",
                            warranty_until=clock.today() + timedelta(days=365))
    assert receipt.state == AssetReceiptState.POSTED
    assert receipt.number.startswith("PNR/")
    found = assets_of(session, receipt)
    assert [asset.acquisition_cost for asset in found] == [Decimal("47175000.00")] * 3
    assert [asset.serial_number for asset in found] == ["SN-1", "SN-2", None]
    year = clock.today().year
    assert [asset.tag for asset in found] == [f"AST-{year}-{place:06d}" for place in (1, 2, 3)]
    assert len({asset.qr_code for asset in found}) == 3
    for asset in found:
        assert (asset.room, asset.work_unit, asset.quantity, asset.state) == (room, unit, 1,
                                                                              AssetState.REGISTERED)
        assert (asset.vendor, asset.funding_source, asset.brand) == (
            procurement.vendor, FundingSource.APBD, "Mindray")
        assert asset.warranty_until == clock.today() + timedelta(days=365)
        assert [(book.book, book.cost, book.accumulated) for book in asset.books] == [
            (BookKind.HOSPITAL, asset.acquisition_cost, 0),
            (BookKind.STATE_PROPERTY, asset.acquisition_cost, 0)]
        assert [event.transition for event in asset.events] == ["create"]
    assert balance(session, Posting.ASSET) == Decimal("141525000.00")
    assert balance(session, Posting.ASSET_PAYABLE) == Decimal("-141525000.00")
    assert procurement.state == AssetProcurementState.DONE


def test_forty_chairs_may_be_one_group_asset(session, cast):
    procurement = cast.sent((make.make_asset_model(), 40, "3450000.33"), tax_percent=Decimal(11))
    (chairs,) = assets_of(session, cast.received(procurement, as_group=True))
    assert (chairs.quantity, chairs.acquisition_cost) == (40, Decimal("153180014.65"))


def test_what_does_not_divide_is_not_lost(session, cast):
    procurement = cast.sent((make.make_asset_model(), 3, "33.35"), tax_percent=Decimal(11))
    found = assets_of(session, cast.received(procurement))
    # 100.05 and 11 % of it, rounded once
    assert sum(asset.acquisition_cost for asset in found) == Decimal("111.06")
    assert {asset.acquisition_cost for asset in found} == {Decimal("37.02")}
    assert entry.shares(Decimal("100.00"), 3) == [Decimal("33.33"), Decimal("33.34"), Decimal("33.33")]


def test_vat_is_expensed_where_the_setting_says_so(session, cast):
    make.saved(Setting(key="asset_receipt.capitalise_vat", value="no"))
    procurement = cast.sent((make.make_asset_model(), 2, 1_000_000), tax_percent=Decimal(11))
    found = assets_of(session, cast.received(procurement))
    assert [asset.acquisition_cost for asset in found] == [1_000_000, 1_000_000]
    assert balance(session, Posting.VAT) == 220_000
    assert balance(session, Posting.ASSET_PAYABLE) == -2_220_000


def test_the_type_says_which_books_and_accounts(session, cast):
    account, accumulated = make.make_account(), make.make_account()
    kind = make.saved(AssetType(code="MED", name="Medical", method=DepreciationMethod.DECLINING_BALANCE,
                                useful_life=60,
                                residual_percent=Decimal(10), tax_group=TaxGroup.GROUP_2, account=account,
                                accumulated_account=accumulated))
    house = make.saved(AssetType(code="HSE", name="House", method=DepreciationMethod.DECLINING_BALANCE,
                                 useful_life=600, tax_group=TaxGroup.PERMANENT_BUILDING))
    art = make.saved(AssetType(code="ART", name="Art", method=DepreciationMethod.NONE, useful_life=None))
    procurement = cast.sent(*((make.make_asset_model(asset_type=each), 1, 1_000)
                              for each in (kind, house, art)))
    found = assets_of(session, cast.received(procurement))
    told = [[(book.book, book.method, book.useful_life, book.residual_value) for book in asset.books]
            for asset in found]
    straight, declining = DepreciationMethod.STRAIGHT_LINE, DepreciationMethod.DECLINING_BALANCE
    assert told[0] == [(BookKind.HOSPITAL, declining, 60, 100), (BookKind.TAX, straight, 96, 0),
                       (BookKind.STATE_PROPERTY, straight, 60, 0)]
    assert told[1][1] == (BookKind.TAX, straight, 240, 0)
    assert told[2] == []
    assert found[0].account_id == account.id
    kind.accumulated_account = make.make_account()
    with pytest.raises(Refused):
        session.flush()
    kind.accumulated_account = accumulated


def test_received_in_parts_until_everything_is_there(session, cast):
    procurement = cast.sent((make.make_asset_model(), 5, 100), (make.make_asset_model(), 1, 7))
    first = cast.received(procurement, 2, 1)
    assert [(line.ordered_quantity, line.outstanding_quantity) for line in first.lines] == [(5, 3), (1, 0)]
    assert procurement.state == AssetProcurementState.SENT
    second = receipts.make_receipt(procurement, by=cast.buyer)
    assert [(line.received_quantity, line.ordered_quantity) for line in second.lines] == [(3, 5)]
    perform(second, "post", by=cast.buyer)
    assert procurement.state == AssetProcurementState.DONE
    with pytest.raises(Refused):
        receipts.make_receipt(procurement, by=cast.buyer)


@pytest.mark.parametrize(("fields", "field"), [
    ({"received_quantity": 3}, "received_quantity"),
    ({"serial_numbers": "A\nB\nC"}, "serial_numbers"),
    ({"serial_numbers": "A\nA"}, "serial_numbers"),
    ({"warranty_until": date(2020, 1, 1)}, "warranty_until"),
    ({"as_group": True, "serial_numbers": "A\nB"}, "serial_numbers"),
])
def test_bad_lines_are_refused_with_a_sentence(session, cast, fields, field):
    procurement = cast.sent((make.make_asset_model(), 2, 100))
    receipt = receipts.make_receipt(procurement, by=cast.buyer)
    for name, value in fields.items():
        setattr(receipt.lines[0], name, value)
    with pytest.raises(Refused) as refusal:
        perform(receipt, "post", by=cast.buyer)
    assert refusal.value.field == field
    assert assets_of(session, receipt) == []


def test_another_model_another_line_two_places_and_a_closed_place(session, cast):
    procurement, other = (cast.sent((make.make_asset_model(), 2, 100)) for _ in range(2))
    receipt = receipts.make_receipt(procurement, by=cast.buyer)
    line = receipt.lines[0]
    right, building = line.asset_procurement_line, make.make_building(status=Status.INACTIVE)
    line.asset_procurement_line = other.lines[0]
    with pytest.raises(Refused, match="is not on this line"):
        perform(receipt, "post", by=cast.buyer)
    line.asset_procurement_line, line.building = right, building
    with pytest.raises(Refused, match="no longer in use"):
        perform(receipt, "post", by=cast.buyer)
    with session.no_autoflush:
        line.room = Room(name="x")
        with pytest.raises(Refused, match="one place"):
            receipts._check_line(receipt, line)
        session.expunge(line.room)
        line.room = None
    line.building = None
    perform(receipt, "post", by=cast.buyer)


def test_the_order_says_the_price(session, cast):
    procurement = cast.sent((make.make_asset_model(), 1, 100))
    receipt = receipts.make_receipt(procurement, by=cast.buyer)
    receipt.lines[0].unit_price = Decimal(1)
    perform(receipt, "post", by=cast.buyer)
    assert assets_of(session, receipt)[0].acquisition_cost == 100


def test_only_what_was_sent_and_only_into_an_open_period(session, cast):
    draft = make.make_asset_procurement(created_by=cast.buyer)
    with pytest.raises(Refused):
        receipts.make_receipt(draft, by=cast.buyer)
    procurement = cast.sent((make.make_asset_model(), 1, 100))
    with pytest.raises(NotAllowed):
        receipts.make_receipt(procurement, by=cast.head)
    receipt = receipts.make_receipt(procurement, by=cast.buyer)
    last_month = clock.today().replace(day=1) - timedelta(days=1)
    journal.close_period(last_month.year, last_month.month, by=cast.payables)
    receipt.received_on = last_month
    with pytest.raises(PeriodClosed):
        perform(receipt, "post", by=cast.buyer)
    receipt.received_on = clock.today() + timedelta(days=1)
    with pytest.raises(PeriodClosed):
        perform(receipt, "post", by=cast.buyer)


def test_untouched_assets_are_withdrawn_by_a_reversal(session, cast):
    procurement = cast.sent((make.make_asset_model(), 2, 1_000_000))
    receipt = cast.received(procurement)
    with pytest.raises(NotAllowed):
        perform(receipt, "reverse", by=cast.buyer, reason="wrong crate")
    perform(receipt, "reverse", by=cast.head, reason="wrong crate")
    assert {asset.state for asset in assets_of(session, receipt)} == {AssetState.RETIRED}
    assert balance(session, Posting.ASSET) == balance(session, Posting.ASSET_PAYABLE) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(JournalEntry)) == 2


@pytest.mark.parametrize("touch", ["use", "maintain", "depreciate", "place"])
def test_touched_assets_keep_their_receipt(session, cast, touch):
    room = make.make_room()
    receipt = cast.received(cast.sent((make.make_asset_model(), 2, 1_000_000)), room=room,
                            work_unit=make.make_work_unit())
    asset = assets_of(session, receipt)[1]
    if touch == "use":
        perform(asset, "put_into_use", by=cast.buyer)
    elif touch == "maintain":
        make.make_maintenance(asset)
    elif touch == "place":
        make.saved(RoomFacility(room_id=room.id, asset_id=asset.id))
    else:
        book = session.scalars(sa.select(AssetBook).filter_by(asset_id=asset.id,
                                                              book=BookKind.STATE_PROPERTY)).one()
        books.enter_opening(book, Decimal(1), clock.today(), by=cast.buyer)
    with pytest.raises(Refused, match=asset.tag):
        perform(receipt, "reverse", by=cast.head, reason="wrong crate")
    assert receipt.state == AssetReceiptState.POSTED


def test_an_asset_entered_by_hand_is_in_the_books_too(session, cast):
    model = make.make_asset_model()
    asset = make.saved(Asset(name="Old scale", asset_type=model.asset_type, acquisition_cost=Decimal(900)))
    opened(asset, by=cast.buyer)
    assert balance(session, Posting.ASSET) == 900
    assert balance(session, Posting.ASSET_OPENING) == -900
    books.enter_opening(asset.books[0], Decimal(250), clock.today(), by=cast.buyer)
    assert (asset.book_value, balance(session, Posting.ASSET_OPENING)) == (650, -650)


def test_verify_names_the_account_that_differs(session, cast):
    asset = assets_of(session, cast.received(cast.sent((make.make_asset_model(), 1, 100))))[0]
    found = dict(checks.CHECKS)
    for name, column in (("register: the cost of the assets is the balance of the asset accounts",
                          Asset.__table__.c.acquisition_cost),
                         ("register: the hospital's book of a living asset stands on the asset's own cost",
                          AssetBook.__table__.c.cost)):
        with session.begin_nested() as nested:
            session.execute(sa.update(column.table).values({column: Decimal(101)}))
            assert found[name](session) is not None
            nested.rollback()
    with session.begin_nested() as nested:
        session.execute(sa.update(AssetBook.__table__).values(accumulated=Decimal(1)))
        name = "register: the accumulated depreciation of the assets is the balance of its accounts"
        assert found[name](session) == (
            entry.accounts_of((asset,))[asset.id].accumulated, 1, 0)
        nested.rollback()


@pytest.mark.commits
def test_two_receipts_at_once_never_receive_more_than_was_ordered(app, session):
    with one_transaction():
        cast = Cast()
        procurement = cast.sent((make.make_asset_model(), 4, 100))
        drafts = [receipts.make_receipt(procurement, by=cast.buyer).id for _ in range(4)]
        for key in drafts:
            db.session.get(receipts.AssetReceipt, key).lines[0].received_quantity = 3
        by_id, procurement_id = cast.buyer.id, procurement.id

    def post(key):
        with one_transaction() as own:
            perform(own.get(receipts.AssetReceipt, key), "post", by=own.get(User, by_id))

    assert len(won(at_once(app, [partial(post, key) for key in drafts]))) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Asset)) == 3
    assert session.get(AssetProcurement, procurement_id).state == AssetProcurementState.SENT
    for name, function in checks.CHECKS:
        assert function(session) is None, name
