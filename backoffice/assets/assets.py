"""Assets: the register and its documents."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from markupsafe import Markup, escape
from sqlalchemy.orm import joinedload, selectinload
from wtforms import validators

from backoffice.assets.pages import AssetPages, PlanPages, ProcurementPages
from backoffice.assets.together import TogetherPages
from backoffice.panel.base import DocumentView, LedgerView, Make, MasterView
from backoffice.panel.fields import DayField, ExactField
from backoffice.panel.forms import StaffForm
from backoffice.panel.views import message_of
from models.asset_documents import (
    AssetPlan,
    AssetProcurement,
    AssetProcurementState,
    AssetReceipt,
    AssetReceiptState,
)
from models.asset_exits import (
    AssetAuction,
    AssetAuctionBid,
    AssetAuctionLine,
    AssetAuctionState,
    AssetDisposal,
    AssetDisposalState,
    DisposalRoute,
)
from models.asset_history import AssetMovement
from models.asset_register import Asset
from models.base import db
from models.operations.assets import auctions, entry, openings, receipts
from models.roles import Role
from portal.web.locale import rupiah

#: What an asset came with, by book; asked once, when it is made.
OPENINGS = tuple(name for names in openings.ATTRIBUTES.values() for name in names)


class AssetView(TogetherPages, AssetPages, MasterView):
    model = Asset
    column_list = ("tag", "name", "state", "asset_type", "work_unit", "room", "condition", "acquired_on")
    beside_new = (("/admin/asset/tree/", lazy_gettext("Where assets stand"), "sitemap"),)
    details_template = "backoffice/assets/asset.html"
    # what a part was taken from, and its number under its code, the system writes
    form_excluded_columns = ("split_from", "nup")
    create_template = "backoffice/assets/asset_form.html"
    above_lines = OPENINGS

    def get_create_form(self) -> type[StaffForm]:
        """A new asset says in the same form what it lost before, in each book."""
        body: dict[str, Any] = {}
        for amount, until in openings.ATTRIBUTES.values():
            body[amount] = ExactField(lazy_gettext("Accumulated depreciation"), [validators.Optional()],
                                      exact=Asset.acquisition_cost.type)
            body[until] = DayField(lazy_gettext("Counted until"), [validators.Optional()])
        return type("NewAssetForm", (self.form_class(),), body)

    def get_edit_form(self) -> type[StaffForm]:
        return self.form_class()

    def before_save(self, form: Any, record: Any, is_new: bool) -> None:
        if not is_new:
            entry.check_change(record)
        entry.check_serial(record)
        if is_new:
            self._take_openings(form, record)

    @staticmethod
    def _take_openings(form: Any, record: Any) -> None:
        """What the asset lost before, as it was typed or as it is proposed."""
        for name in OPENINGS:
            if form[name].data is not None:
                setattr(record, name, form[name].data)
        if record.asset_type is None:
            return
        proposals = openings.Proposals().of(record.asset_type, record.acquisition_cost, record.acquired_on,
                                            record.ownership)
        wrong = openings.check(record, proposals)
        for proposal in proposals:
            for name, value in zip(openings.ATTRIBUTES[proposal.book], (proposal.accumulated, proposal.until),
                                   strict=True):
                if form[name].data is None:
                    form[name].data, form[name].raw_data = value, None
        for refusal in wrong[1:]:
            form[refusal.field].errors = [message_of(refusal)]
        if wrong:
            raise wrong[0]


class AssetMovementView(LedgerView):
    model = AssetMovement
    column_list = ("asset", "moved_at", "from_work_unit", "to_work_unit", "to_room", "to_inpatient_room",
                   "state")
    column_default_sort = (None, True)

    def links(self, record: Any) -> list[tuple[str, str, str]]:
        return [(f"/admin/asset/details/?id={record.asset_id}", gettext("The asset's page"), "armchair")]


class AssetPlanView(PlanPages, DocumentView):
    model = AssetPlan
    column_list = ("number", "planned_on", "work_unit", "budget_year", "created_by", "state")
    line_form_columns = {"lines": ("asset_model", "quantity", "work_unit", "estimated_price",
                                   "justification")}
    beside_new = (("/admin/asset_plan/gaps/", lazy_gettext("What rooms lack"), "layout-grid"),)


class AssetProcurementView(ProcurementPages, DocumentView):
    model = AssetProcurement
    beside_new = (("/admin/asset_procurement/plans/", lazy_gettext("Order from plans"), "list-check"),)
    column_list = ("number", "procured_on", "vendor", "total", "expected_on", "state")
    late = ("expected_on", ("sent",))
    numbers = ("total",)
    line_form_columns = {"lines": ("asset_model", "quantity", "unit_price", "asset_plan_line")}
    makes = (Make("make_receipt", lazy_gettext("Receive the assets"), (Role.FACILITIES_STAFF,),
                  receipts.make_receipt,
                  lambda procurement: procurement.state == AssetProcurementState.SENT),)

    def eager_for_list(self) -> list[Any]:
        return [*super().eager_for_list(), selectinload(AssetProcurement.lines)]

    def label(self, name: str) -> str:
        return gettext("Total with VAT") if name == "total" else super().label(name)

    def cell_total(self, record: Any) -> Markup:
        return escape(rupiah(record.total))


class AssetReceiptView(DocumentView):
    model = AssetReceipt
    column_list = ("number", "received_on", "asset_procurement", "delivery_order_number", "created_by",
                   "state")
    form_columns = ("asset_procurement", "received_on", "delivery_order_number", "account", "note")
    line_form_columns = {"lines": ("asset_model", "received_quantity", "asset_procurement_line", "unit_price",
                                   "as_group", "work_unit", "room", "inpatient_room", "ward", "building",
                                   "warranty_until", "serial_numbers")}

    def links(self, record: Any) -> list[tuple[str, str, str]]:
        if record.state != AssetReceiptState.POSTED:
            return []
        return [(f"/admin/asset/labels/?receipt={record.id}", gettext("Print labels"), "printer")]


class AssetDisposalView(DocumentView):
    model = AssetDisposal
    column_list = ("number", "disposed_on", "route", "created_by", "state")
    line_form_columns = {"lines": ("asset", "quantity", "reason", "building", "ward")}
    makes = (Make("make_auction", lazy_gettext("Make the auction"), (Role.FACILITIES_STAFF,),
                  auctions.make_auction,
                  lambda disposal: disposal.state == AssetDisposalState.POSTED
                  and disposal.route == DisposalRoute.AUCTION),)


class AssetAuctionView(DocumentView):
    """An auction with its lots; the bids of each round stand below."""

    model = AssetAuction
    details_template = "backoffice/assets/auction.html"
    column_list = ("number", "auctioned_on", "round", "buyer_name", "created_by", "state")
    form_columns = ("auctioned_on", "account", "note")
    line_form_columns = {"lines": ("asset", "land", "quantity", "appraised_value", "reserve_price")}

    def extra(self, record: Any) -> dict[str, Any]:
        bid = AssetAuctionBid
        bids = db.session.scalars(
            sa.select(bid).where(bid.asset_auction_line_id.in_([line.id for line in record.lines]))
            .order_by(bid.round.desc(), bid.asset_auction_line_id, bid.amount.desc(), bid.offered_at,
                      bid.id)).all()
        return {"bids": bids, "winners": {bid.id for bid in auctions.winning(record, bids)},
                "working": record.state in (AssetAuctionState.OPEN, AssetAuctionState.AWARDED)
                and current_user.has_role(Role.FACILITIES_STAFF)}


class AssetAuctionBidView(MasterView):
    """What somebody offered; written while the auction is open."""

    model = AssetAuctionBid
    column_list = ("bidder_name", "asset_auction_line", "round", "amount", "offered_at", "is_valid")
    form_columns = ("asset_auction_line", "bidder_name", "bidder_identity", "amount", "offered_at",
                    "is_valid",
                    "note")
    prefills = ("asset_auction_line",)

    def eager_for_list(self) -> list[Any]:
        return [*super().eager_for_list(), joinedload(AssetAuctionBid.asset_auction_line).options(
            joinedload(AssetAuctionLine.asset), joinedload(AssetAuctionLine.land))]

    def before_save(self, form: Any, record: AssetAuctionBid, is_new: bool) -> None:
        auctions.check_bid(record, is_new=is_new)

    def details_url(self, record: Any) -> str:
        """A bid is seen on its auction."""
        lot = record.asset_auction_line
        return (
            f"/admin/asset_auction/details/?id={lot.asset_auction_id}#h-bids"
            if lot
            else super().details_url(record)
        )
