"""Assets: the register and its documents."""

from __future__ import annotations

from backoffice.base import DocumentView, MasterView
from models.asset_documents import AssetReceipt
from models.asset_exits import AssetAuction
from models.asset_register import Asset
from models.depreciation import DepreciationRun
from models.maintenance import Maintenance


class AssetView(MasterView):
    model = Asset
    icon = "armchair"
    listed = ("tag", "name", "asset_type", "work_unit", "room", "condition", "acquired_on", "state")


class MaintenanceView(DocumentView):
    model = Maintenance
    icon = "tool"
    listed = ("number", "requested_on", "kind", "work_unit", "vendor", "estimated_cost", "state")
    line_asks = {"lines": ("asset", "quantity", "building", "employee", "fault")}


class AssetReceiptView(DocumentView):
    model = AssetReceipt
    icon = "package-import"
    line_asks = {"lines": ("asset_model", "received_quantity", "asset_procurement_line", "unit_price", "as_group",
                           "room", "work_unit")}


class DepreciationRunView(DocumentView):
    """The run computes its lines itself."""

    model = DepreciationRun
    icon = "trending-down"
    written_lines = ("lines",)


class AssetAuctionView(DocumentView):
    model = AssetAuction
    icon = "discount"
    listed = ("number", "auctioned_on", "appraiser", "buyer_name", "created_by", "state")
