"""Stores: requests, deliveries and what else moves stock."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import abort, request
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import joinedload, selectinload

from backoffice import lookups
from backoffice.base import DocumentView, LedgerView, Make, MasterView
from models.base import db
from models.items import Item, UnitConversion
from models.operations import stores
from models.returns import Spoilage
from models.rights import may
from models.roles import Role
from models.stock import StockBalance, StockMove, Store, StoreItem
from models.stocktakes import Stocktake, StocktakeState
from models.store_requests import DeliveryRequest, StoreRequest
from portal.site.locale import parse_decimal


def meter(part: Decimal, whole: Decimal) -> Markup:
    """How much of a quantity, as a bar and in percent."""
    percent = int(part * 100 / whole) if whole else 0
    return Markup('<span class="nowrap"><progress class="rw-meter" max="100" value="{0}" aria-label="{0} %"></progress>'
                  ' {0}%</span>').format(percent)


class StoreRequestView(DocumentView):
    model = StoreRequest
    icon = "clipboard-list"
    listed = ("number", "requested_on", "work_unit", "store", "urgency", "needed_on", "created_by", "state")
    asks = ("work_unit", "store", "needed_on", "urgency", "purpose", "note")
    makes = (Make("make_delivery", lazy_gettext("Make the delivery"), (Role.STORE_STAFF,), stores.make_delivery,
                  lambda request: request.state == "approved"),)

    stock_address = "/admin/store_request/stock"

    @expose("/stock")
    def stock_view(self) -> Any:
        """What the store has of a line's item, and a warning where the line is over it or goes under the minimum.

        A fragment for the form's script: ``?store=&item=&quantity=&unit=``; empty while there is nothing to say.
        """
        if not (may(current_user, "create", self.table) or may(current_user, "edit", self.table)):
            abort(403)
        asked = request.args
        key, store_id = lookups.identity(Item, asked.get("item", "")), lookups.identity(Store, asked.get("store", ""))
        item = db.session.get(Item, key) if key is not None and store_id is not None else None
        if item is None:
            return "", 204
        factor, stock = db.session.execute(sa.select(
            sa.select(UnitConversion.factor).where(
                UnitConversion.item_id == item.id,
                UnitConversion.id == lookups.identity(UnitConversion, asked.get("unit", ""))).scalar_subquery(),
            sa.select(StoreItem.quantity).where(
                StoreItem.item_id == item.id, StoreItem.store_id == store_id).scalar_subquery())).one()
        stock = stock or Decimal(0)
        try:
            typed = parse_decimal(asked.get("quantity", "")[:20]) or Decimal(0)
        except ValueError:
            typed = Decimal(0)
        wanted = max(typed, Decimal(0)) * (factor or Decimal(1))
        return self.render("backoffice/line_stock.html", item=item, stock=stock, wanted=wanted, left=stock - wanted)

    def details_options(self) -> list[Any]:
        return [*super().details_options(),
                selectinload(StoreRequest.deliveries).selectinload(DeliveryRequest.lines)]

    def line_extras(self, record: Any, collection: str) -> list[tuple[str, Any]]:
        """How much of each item the unit was given so far, in the unit of measure that it asked in."""
        if record.state not in ("approved", "done"):
            return []
        left = dict(record.delivered_by_item)
        given: dict[int, Decimal] = {}
        for line in record.lines:
            given[line.id] = min(left.get(line.item_id, Decimal(0)), line.base_quantity)
            left[line.item_id] = left.get(line.item_id, Decimal(0)) - given[line.id]
        return [(gettext("Delivered"), lambda line: meter(given[line.id], line.base_quantity))]


class DeliveryRequestView(DocumentView):
    model = DeliveryRequest
    icon = "truck-delivery"
    listed = ("number", "delivered_on", "store_request", "store", "created_by", "state")
    asks = ("store_request", "store", "delivered_on", "account", "note")
    details_template = "backoffice/moves.html"

    def extra(self, record: Any) -> dict[str, Any]:
        """The batches that left the store, once they did."""
        if record.state not in ("delivered", "done", "reversed"):
            return {"moves": []}
        return {"moves": list(db.session.scalars(
            sa.select(StockMove).where(StockMove.document_type == self.table, StockMove.document_id == record.id)
            .options(joinedload(StockMove.item), joinedload(StockMove.batch)).order_by(StockMove.id)))}


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

    def line_table(self, record: Any, collection: str) -> dict[str, Any]:
        table = super().line_table(record, collection)
        if record.state in (StocktakeState.DRAFT, StocktakeState.COUNTING):
            table["columns"] = [each for each in table["columns"]
                                if each.name not in ("system_quantity", "variance", "last_move")]
        return table
