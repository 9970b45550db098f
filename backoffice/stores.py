"""Stores: requests, deliveries and what else moves stock."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext

from backoffice.base import DocumentView, LedgerView, Make, MasterView
from models.items import Item, UnitConversion
from models.operations import stores
from models.returns import Spoilage
from models.roles import Role
from models.stock import StockBalance, StockMove, StoreItem
from models.stocktakes import Stocktake
from models.store_requests import DeliveryRequest, StoreRequest


class StoreRequestView(DocumentView):
    model = StoreRequest
    icon = "clipboard-list"
    listed = ("number", "requested_on", "work_unit", "store", "urgency", "needed_on", "created_by", "state")
    asks = ("work_unit", "store", "needed_on", "urgency", "purpose", "note")
    makes = (Make("make_delivery", lazy_gettext("Make the delivery"), (Role.STORE_STAFF,), stores.make_delivery,
                  lambda request: request.state == "approved"),)


class DeliveryRequestView(DocumentView):
    model = DeliveryRequest
    icon = "truck-delivery"
    listed = ("number", "delivered_on", "store_request", "store", "created_by", "state")
    asks = ("store_request", "store", "delivered_on", "account", "note")


class ItemView(MasterView):
    model = Item
    icon = "package"
    listed = ("code", "name", "category", "stock_on_hand", "base_unit", "minimum_stock", "status")
    lines = ("units",)

    def before_save(self, form: Any, record: Any, is_new: bool) -> None:
        """The base unit is a unit of measure too, with factor 1."""
        if record.base_unit and all(unit.unit_name != record.base_unit for unit in record.units):
            record.units.append(UnitConversion(unit_name=record.base_unit, factor=Decimal(1)))


class StockMoveView(LedgerView):
    model = StockMove
    listed = ("moved_on", "item", "store", "batch", "kind", "quantity", "value")


class StockBalanceView(LedgerView):
    model = StockBalance
    listed = ("item", "store", "batch", "quantity")


class StoreItemView(LedgerView):
    model = StoreItem
    listed = ("item", "store", "quantity", "value")


class SpoilageView(DocumentView):
    model = Spoilage
    icon = "trash"
    line_asks = {"lines": ("item", "quantity", "unit", "batch", "cause")}


class StocktakeView(DocumentView):
    """Counted blind: what the ledger expects is not on the form."""

    model = Stocktake
    icon = "clipboard-check"
    line_asks = {"lines": ("item", "counted_quantity", "unit", "batch", "note")}
