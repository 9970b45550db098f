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
from models import clock
from models.base import db
from models.items import Item, UnitConversion
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
        item = db.session.get(Item, key) if key is not None and store_id is not None else None
        if item is None:
            return "", 204
        batch_id = lookups.identity(StockBatch, requested.get("batch", ""))
        held = self._held(item.id, store_id, batch_id).scalar_subquery()
        known = db.session.execute(
            sa.select(UnitConversion.id, UnitConversion.factor, held).select_from(Item)
            .outerjoin(UnitConversion, UnitConversion.item_id == Item.id).where(Item.id == item.id)).all()
        factors = {str(key): factor for key, factor, _ in known}
        stock = known[0][2] or Decimal(0)

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
                           left=stock - wanted,
                           waits=self.waits_for_stock, of_batch=batch_id is not None, others=others)

    def _held(self, item_id: int, store_id: Any, batch_id: Any) -> sa.Select[Any]:
        held = (sa.select(sa.func.sum(StockBalance.quantity))
                .join(StockBatch, StockBatch.id == StockBalance.batch_id)
                .where(StockBalance.item_id == item_id, StockBalance.store_id == store_id))
        if batch_id is not None:
            held = held.where(StockBalance.batch_id == batch_id)
        if not self.takes_expired:
            held = held.where(sa.or_(StockBatch.expires_on.is_(None), StockBatch.expires_on >= clock.today()))
        return held
