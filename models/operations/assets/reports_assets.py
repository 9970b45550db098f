"""Reports of assets: the register as of a day, what came, what was written off, what was sold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.asset_claims import AssetAuctionState, AssetDisposalState
from models.asset_exits import (
    AssetAuction,
    AssetAuctionBid,
    AssetAuctionLine,
    AssetDisposal,
    AssetDisposalLine,
)
from models.asset_register import (
    Asset,
    AssetBook,
    AssetModel,
    AssetState,
    AssetType,
    BookKind,
    Ownership,
    Vendor,
)
from models.depreciation import AssetBookChange, DepreciationRun, DepreciationRunLine, DepreciationRunState
from models.errors import N_
from models.facilities import ClassFacility, RoomFacility
from models.operations.assets.plans import PRESENT
from models.operations.core.report_kit import (
    UNIT,
    Column,
    Parameter,
    ParameterValues,
    Report,
    Statement,
    Veil,
    declare,
    period,
    rupiah,
    where,
    within,
)
from models.organisation import Status, WorkUnit
from models.places import Building, InpatientRoom, Land, PhysicalCondition, Room, RoomClass, Ward
from models.rights import ASSETS, RIGHTS, may_see

ROLES = frozenset(ASSETS)
AS_OF = Parameter("to", N_("As of"), "date", lambda: clock.today())
TAG = Column("tag", N_("Tag"), "code", links=("=asset", "asset_id"))
NAME = Column("name", N_("Name"))
KIND = Column("kind", N_("Asset type"))
UNIT_COLUMN = Column("unit", N_("Work unit"), unless="work_unit")
PLACE = Column("place", N_("Place"))
COST = Column("cost", N_("Cost"), "money")
#: What an asset is worth to a reader of one row.
WHERE = sa.func.coalesce(InpatientRoom.number, Room.name, Ward.name, Building.name)


def _named(*columns: Any) -> Statement:
    """Assets with their type, unit and place."""
    return (sa.select(Asset.id.label("asset_id"), Asset.tag, Asset.name, AssetType.name.label("kind"),
                      WorkUnit.name.label("unit"), WHERE.label("place"), Asset.quantity, *columns)
            .join(AssetType, AssetType.id == Asset.asset_type_id)
            .outerjoin(WorkUnit, WorkUnit.id == Asset.work_unit_id)
            .outerjoin(InpatientRoom, InpatientRoom.id == Asset.inpatient_room_id)
            .outerjoin(Room, Room.id == Asset.room_id).outerjoin(Ward, Ward.id == Asset.ward_id)
            .outerjoin(Building, Building.id == Asset.building_id))


# ---------------------------------------------------------------- the register

def _value_on(values: ParameterValues) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    """Cost and accumulated depreciation in the hospital's book at the end of the day asked for: what runs and
    changes counted later is taken back."""
    day = values.get("to") or clock.today()
    later_runs = (
        sa.select(sa.func.coalesce(sa.func.sum(DepreciationRunLine.amount), 0))
        .join(DepreciationRun, DepreciationRun.id == DepreciationRunLine.depreciation_run_id)
        .where(DepreciationRunLine.asset_book_id == AssetBook.id, DepreciationRun.period_end > day,
               DepreciationRun.state == DepreciationRunState.POSTED).scalar_subquery())
    change = AssetBookChange
    later = (sa.select(sa.func.coalesce(sa.func.sum(change.amount), 0))
             .where(change.asset_book_id == AssetBook.id, change.changed_on > day, change.kind != "opening")
             .scalar_subquery())
    later_cost = (sa.select(sa.func.coalesce(sa.func.sum(change.cost_change), 0))
                  .where(change.asset_book_id == AssetBook.id, change.changed_on > day).scalar_subquery())
    gone = sa.func.coalesce(AssetBook.accumulated, 0) - sa.func.coalesce(later_runs,
                                                                         0) - sa.func.coalesce(later, 0)
    return Asset.acquisition_cost - sa.func.coalesce(later_cost, 0), gone


def register(values: ParameterValues) -> Statement:
    """Every asset of ours that was in the books on the day, by type and tag."""
    day = values.get("to") or clock.today()
    cost, gone = _value_on(values)
    statement = _named(
        Asset.acquired_on, Asset.condition, Asset.state, rupiah(cost).label("cost"),
        rupiah(gone).label("accumulated"),
        rupiah(cost - gone).label("book_value"))
    return _there(statement, values, day).order_by(AssetType.name, Asset.tag)


def _there(statement: Statement, values: ParameterValues, day: object) -> Statement:
    return (statement.outerjoin(AssetBook,
                                (AssetBook.asset_id == Asset.id) & (AssetBook.book == BookKind.HOSPITAL))
            .where(Asset.ownership == Ownership.OWNED, Asset.acquired_on <= day,
                   sa.or_(Asset.retired_on.is_(None), Asset.retired_on > day),
                   sa.or_(Asset.state != AssetState.RETIRED, Asset.retired_on.is_not(None)),
                   *where(values, work_unit=Asset.work_unit_id)))


def register_sum(values: ParameterValues) -> Statement:
    cost, gone = _value_on(values)
    statement = sa.select(
        sa.func.count(Asset.id).label("assets"), rupiah(sa.func.sum(cost)).label("cost"),
        rupiah(sa.func.sum(gone)).label("accumulated"), rupiah(sa.func.sum(cost - gone)).label("book_value")
    ).select_from(Asset)
    return _there(statement, values, values.get("to") or clock.today())


declare(Report(
    "asset_register", N_("Asset register"), "assets", register, icon="armchair", roles=ROLES,
    about=N_("What was in the books on a day, with its cost, what it lost by then and its book value."),
    columns=(TAG, NAME, KIND, UNIT_COLUMN, PLACE, Column("quantity", N_("Quantity"), "number"),
             Column("acquired_on", N_("Acquired on"), "date"), Column("condition", N_("Condition"), "word"),
             COST, Column("accumulated", N_("Accumulated depreciation"), "money"),
             Column("book_value", N_("Book value"), "money")),
    parameters=(AS_OF, UNIT), summary=register_sum,
    tiles=(Column("assets", N_("Assets"), "number"), COST,
           Column("accumulated", N_("Accumulated depreciation"), "money"),
           Column("book_value", N_("Book value"), "money"))))


# ---------------------------------------------------------------- what came

def additions(values: ParameterValues) -> Statement:
    """Assets by the day of their acquisition; what a reversed receipt withdrew is left out."""
    return (_named(Asset.acquired_on, Asset.funding_source, Vendor.name.label("vendor"),
                   rupiah(Asset.acquisition_cost).label("cost"))
            .outerjoin(Vendor, Vendor.id == Asset.vendor_id)
            .where(Asset.split_from_id.is_(None), ~_withdrawn(), *within(values, Asset.acquired_on),
                   *where(values, work_unit=Asset.work_unit_id))
            .order_by(Asset.acquired_on, Asset.tag))


def _withdrawn() -> sa.ColumnElement[bool]:
    from models.asset_documents import AssetReceipt, AssetReceiptLine, AssetReceiptState
    return sa.exists().where(
        AssetReceiptLine.id == Asset.asset_receipt_line_id,
        AssetReceipt.id == AssetReceiptLine.asset_receipt_id,
        AssetReceipt.state == AssetReceiptState.REVERSED)


declare(Report(
    "asset_additions", N_("Additions of assets"), "assets", additions, icon="package-import", roles=ROLES,
    about=N_("What was acquired in a period, from whom, by which money."),
    columns=(Column("acquired_on", N_("Acquired on"), "date"), TAG, NAME, KIND, UNIT_COLUMN, PLACE,
             Column("quantity", N_("Quantity"), "number"), Column("vendor", N_("Vendor")),
             Column("funding_source", N_("Funding source"), "word"), COST),
    parameters=(*period(365), UNIT)))


# ---------------------------------------------------------------- what rooms lack

def room_gaps(values: ParameterValues) -> Statement:
    """Rooms that have less of a model in good condition than their class promises: by room, as the page of
    gaps sums it up by unit."""
    amount = RoomFacility.quantity.type
    placed = (sa.select(sa.func.coalesce(sa.func.sum(RoomFacility.quantity), 0))
              .join(Asset, Asset.id == RoomFacility.asset_id)
              .where(RoomFacility.inpatient_room_id == InpatientRoom.id, RoomFacility.status == Status.ACTIVE,
                     RoomFacility.condition == PhysicalCondition.GOOD, Asset.asset_model_id == AssetModel.id,
                     Asset.state.in_(PRESENT)).correlate(InpatientRoom, AssetModel).scalar_subquery())
    standing = (sa.select(sa.type_coerce(sa.func.coalesce(sa.func.sum(Asset.quantity), 0), sa.Integer))
                .where(Asset.inpatient_room_id == InpatientRoom.id, Asset.asset_model_id == AssetModel.id,
                       Asset.state.in_(PRESENT), Asset.condition == PhysicalCondition.GOOD,
                       ~sa.exists().where(RoomFacility.asset_id == Asset.id,
                                          RoomFacility.status == Status.ACTIVE))
                .correlate(InpatientRoom, AssetModel).scalar_subquery())
    # A whole thing, in the steps in which the database keeps quantities.
    there = sa.type_coerce(placed + sa.literal(Decimal(1), amount) * standing, amount)
    return (sa.select(
        WorkUnit.name.label("unit"), Ward.name.label("ward"), InpatientRoom.id.label("room_id"),
        InpatientRoom.number.label("room"), RoomClass.name.label("room_class"),
        AssetModel.name.label("thing"), ClassFacility.quantity.label("wanted"), sa.type_coerce(there,
        amount).label("present"),
        sa.type_coerce(ClassFacility.quantity - there, amount).label("missing"))
        .select_from(InpatientRoom).join(Ward, Ward.id == InpatientRoom.ward_id)
        .outerjoin(WorkUnit, WorkUnit.id == Ward.work_unit_id)
        .join(RoomClass, RoomClass.id == InpatientRoom.room_class_id)
        .join(ClassFacility,
              (ClassFacility.room_class_id == RoomClass.id) & (ClassFacility.status == Status.ACTIVE))
        .join(AssetModel, AssetModel.id == ClassFacility.asset_model_id)
        .where(Ward.status == Status.ACTIVE, there < ClassFacility.quantity,
               *where(values, work_unit=Ward.work_unit_id))
        .order_by(WorkUnit.name, Ward.name, InpatientRoom.number, AssetModel.name))


declare(Report(
    "room_gaps", N_("What rooms lack"), "assets", room_gaps, icon="layout-grid", roles=ROLES,
    about=N_("Each room that has less in good condition than its class promises."),
    columns=(UNIT_COLUMN, Column("ward", N_("Ward")),
             Column("room", N_("Room"), "code", links=("=inpatient_room", "room_id")),
             Column("room_class", N_("Room class")), Column("thing", N_("Name")),
             Column("wanted", N_("Standard"), "quantity"), Column("present", N_("There"), "quantity"),
             Column("missing", N_("Lacking"), "quantity")),
    parameters=(UNIT,)))


# ---------------------------------------------------------------- what went

def disposals(values: ParameterValues) -> Statement:
    """Lines of disposals that were posted."""
    line = AssetDisposalLine
    return (sa.select(
        AssetDisposal.id.label("disposal_id"), AssetDisposal.number.label("document"),
        AssetDisposal.disposed_on, AssetDisposal.route, Asset.id.label("asset_id"), Asset.tag, Asset.name,
        AssetType.name.label("kind"), WorkUnit.name.label("unit"), line.quantity, line.reason,
        rupiah(line.book_value).label("book_value"))
        .join(line, line.asset_disposal_id == AssetDisposal.id).join(Asset, Asset.id == line.asset_id)
        .join(AssetType, AssetType.id == Asset.asset_type_id).outerjoin(WorkUnit,
                                                                        WorkUnit.id == Asset.work_unit_id)
        .where(AssetDisposal.state == AssetDisposalState.POSTED,
               *within(values, AssetDisposal.disposed_on),
               *where(values, work_unit=Asset.work_unit_id))
        .order_by(AssetDisposal.disposed_on, AssetDisposal.id, line.id))


declare(Report(
    "asset_disposals", N_("Disposals of assets"), "assets", disposals, icon="archive", roles=ROLES,
    about=N_("What was written off or held for sale, and what it was worth in the books then."),
    columns=(Column("disposed_on", N_("Date"), "date"),
             Column("document", N_("Document"), "code", links=("=asset_disposal", "disposal_id")), TAG, NAME,
             KIND, UNIT_COLUMN, Column("quantity", N_("Quantity"), "number"), Column("route", N_("Route"),
             "word"),
             Column("reason", N_("Reason")), Column("book_value", N_("Book value"), "money")),
    parameters=(*period(365), UNIT)))


def auctions(values: ParameterValues) -> Statement:
    """Lots of auctions, sold or not."""
    line = AssetAuctionLine
    return (sa.select(
        AssetAuction.id.label("auction_id"), AssetAuction.number.label("document"), AssetAuction.auctioned_on,
        AssetAuction.round, AssetAuction.state, AssetAuction.buyer_name, AssetAuction.minutes_number,
        sa.func.coalesce(Asset.tag + " " + Asset.name, Land.name).label("thing"),
        rupiah(line.appraised_value).label("appraised_value"),
        rupiah(line.reserve_price).label("reserve_price"),
        rupiah(line.sale_price).label("sale_price"))
        .join(line, line.asset_auction_id == AssetAuction.id).outerjoin(Asset, Asset.id == line.asset_id)
        .outerjoin(Land, Land.id == line.land_id)
        .where(AssetAuction.state.not_in((AssetAuctionState.DRAFT, AssetAuctionState.CANCELLED)),
               *within(values, AssetAuction.auctioned_on))
        .order_by(AssetAuction.auctioned_on, AssetAuction.id, line.id))


declare(Report(
    "asset_auctions", N_("Auctions of assets"), "assets", auctions, icon="discount", roles=ROLES,
    about=N_("What was offered, in which round, and what it brought."),
    columns=(Column("auctioned_on", N_("Date"), "date"),
             Column("document", N_("Document"), "code", links=("=asset_auction", "auction_id")),
             Column("thing", N_("Lot")), Column("state", N_("State"), "word"),
             Column("round", N_("Round"), "number"),
             Column("appraised_value", N_("Appraised value"), "money"),
             Column("reserve_price", N_("Reserve price"), "money"),
             Column("sale_price", N_("Sale price"), "money"),
             Column("buyer_name", N_("Buyer")), Column("minutes_number", N_("Minutes"), "code")),
    parameters=period(365)))


def bids(values: ParameterValues) -> Statement:
    """Every bid of auctions, by auction, lot and amount."""
    line, bid = AssetAuctionLine, AssetAuctionBid
    return (sa.select(
        AssetAuction.id.label("auction_id"), AssetAuction.number.label("document"), AssetAuction.auctioned_on,
        sa.func.coalesce(Asset.tag + " " + Asset.name, Land.name).label("thing"), bid.round, bid.bidder_name,
        bid.bidder_identity, bid.note, rupiah(bid.amount).label("amount"))
        .join(line, line.asset_auction_id == AssetAuction.id).join(bid, bid.asset_auction_line_id == line.id)
        .outerjoin(Asset, Asset.id == line.asset_id).outerjoin(Land, Land.id == line.land_id)
        .where(*within(values, AssetAuction.auctioned_on))
        .order_by(AssetAuction.auctioned_on, AssetAuction.id, line.id, bid.round, bid.amount.desc(), bid.id))


declare(Report(
    "asset_auction_bids", N_("Bids at auctions"), "assets", bids, icon="discount",
    roles=RIGHTS["asset_auction_bid"].roles,
    about=N_("Who offered how much for what, in which round."),
    columns=(Column("auctioned_on", N_("Date"), "date"),
             Column("document", N_("Document"), "code", links=("=asset_auction", "auction_id")),
             Column("thing", N_("Lot")), Column("round", N_("Round"), "number"),
             Column("bidder_name", N_("Bidder")),
             Column("bidder_identity", N_("Identity"), "code", veil=Veil(
                 "bidder_identity", "",
                 lambda reader: may_see(reader, "asset_auction_bid", "bidder_identity"))),
             Column("amount", N_("Amount"), "money"),
             Column("note", N_("Note"))),
    parameters=period(365)))
