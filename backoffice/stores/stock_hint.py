"""What the store has of a line's item while it is typed, on every document that takes stock out of a
store."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import abort, request
from flask_admin import expose
from flask_login import current_user

from backoffice.panel import lookups
from backoffice.panel.forms import MOST_LINES
from models.base import db
from models.items import Item, UnitConversion
from models.operations.ledger import availability
from models.operations.stores import substitutes
from models.rights import may
from models.stock import StockBalance, StockBatch, Store
from portal.web.locale import parse_decimal


class StockHint:
    """Mixed into the views of such documents. The store is the form's field `store`, the batch the line's
    `batch`."""

    url: str
    table: str
    render: Any
    #: What is missing is given later: a request. Other documents are refused as a whole.
    waits_for_stock = False
    #: Whether stock past its expiry may leave with this document.
    takes_expired = True

    @property
    def stock_address(self) -> str:
        return f"{self.url}/stock"

    @expose("/stock")
    def stock_view(self) -> Any:
        """A fragment for the form's script: ``?store=&item=&quantity=&unit=&batch=``, and
        ``also=quantity;unit`` for each other line of the item; empty while there is nothing to say."""
        if not (may(current_user, "create", self.table) or may(current_user, "edit", self.table)):
            abort(403)
        requested = request.args
        key, store_id = lookups.identity(Item, requested.get("item", "")), lookups.identity(Store,
                                                                                            requested.get("store",
                                                                                                          ""))
        known = db.session.execute(
            sa.select(Item, UnitConversion.id, UnitConversion.factor).select_from(Item)
            .outerjoin(UnitConversion, UnitConversion.item_id == Item.id).where(Item.id == key)
        ).all() if key is not None and store_id is not None else []
        if not known:
            return "", 204
        item = known[0][0]
        batch_id = lookups.identity(StockBatch, requested.get("batch", ""))
        factors = {str(unit_id): factor for _item, unit_id, factor in known}
        there = availability.available(store_id, {item.id})[item.id]
        stock = self._stock(there, item.id, store_id, batch_id)

        def base(quantity: str, unit: str) -> Decimal:
            try:
                typed = parse_decimal(quantity[:20]) or Decimal(0)
            except ValueError:
                typed = Decimal(0)
            return max(typed, Decimal(0)) * factors.get(unit, Decimal(1))

        others = sum((base(*entry.partition(";")[::2]) for entry in requested.getlist("also")[:MOST_LINES]),
                     Decimal(0))
        wanted = base(requested.get("quantity", ""), requested.get("unit", "")) + others
        return self.render("backoffice/stores/line_stock.html", item=item, stock=stock, wanted=wanted,
                           left=stock - wanted, reserved=there.reserved,
                           instead=self._instead(item.id, store_id) if wanted > stock else [],
                           waits=self.waits_for_stock, of_batch=batch_id is not None, others=others)

    @staticmethod
    def _instead(item_id: int, store_id: Any) -> list[substitutes.Suggestion]:
        """What the store could give in place of what lacks, for who may know."""
        if not may(current_user, "read", "item_substitute"):
            return []
        return [other for other in substitutes.suggestions([item_id], store_id)[item_id] if other.there > 0]

    def _stock(self, there: availability.Available, item_id: int, store_id: Any, batch_id: Any) -> Decimal:
        """What this document can take: a request what nobody waits for, the others what lies there."""
        if batch_id is not None:
            return db.session.scalar(self._held(item_id, store_id, batch_id)) or Decimal(0)
        if self.waits_for_stock:
            return there.available
        return there.on_hand if self.takes_expired else there.usable

    def _held(self, item_id: int, store_id: Any, batch_id: Any) -> sa.Select[Any]:
        held = (sa.select(sa.func.sum(StockBalance.quantity))
                .join(StockBatch, StockBatch.id == StockBalance.batch_id)
                .where(StockBalance.item_id == item_id, StockBalance.store_id == store_id,
                       StockBalance.batch_id == batch_id))
        return held if self.takes_expired else held.where(availability.unexpired())
