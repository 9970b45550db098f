"""Orders from the open lines of many purchase requests, and what suppliers took before, beside a line."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext, ngettext
from flask_login import current_user

from backoffice.panel import lookups
from backoffice.panel.views import done, message_of
from models.base import db, one_transaction
from models.errors import NotAllowed, Refused
from models.items import Item, Supplier, UnitConversion
from models.operations.purchasing import ordering, price_lists, prices, quotations
from models.operations.purchasing.ordering import OpenLine, Pick
from models.operations.purchasing.prices import Offer
from models.purchasing import PurchaseRequest
from models.rights import may
from models.stock import Store
from models.supplier_prices import PriceKind, SupplierPrice
from portal.web.locale import parse_decimal, quantity

#: Rows of one page; more are reached with the filters.
MOST = 200
#: What the page can be narrowed to, by the name in its address.
FILTERS: dict[str, Any] = {"supplier": Supplier, "item": Item, "store": Store, "request": PurchaseRequest}


@dataclass
class Row:
    """One open line with what is known of its price, and what was typed."""

    open: OpenLine
    offers: list[Offer]
    #: Prices of contracts and lists that hold today.
    agreed: list[SupplierPrice] = field(default_factory=list)
    ticked: bool = False
    quantity: str = ""
    price: str = ""
    supplier_id: int | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return self.open.line.id

    @property
    def best(self) -> Offer | None:
        return next((offer for offer in self.offers if offer.is_best), None)

    @property
    def choices(self) -> list[tuple[int, str]]:
        """Suppliers to choose from: who supplied the item before, and whom the request proposes."""
        result = {price.supplier_id: price.supplier.name for price in self.agreed}
        result |= {offer.supplier_id: offer.supplier for offer in self.offers}
        proposed = self.open.line.supplier
        if proposed is not None:
            result.setdefault(proposed.id, proposed.name)
        return list(result.items())

    def price_from(self, supplier_id: int | None) -> tuple[Decimal, Decimal]:
        """Unit price and discount to order at: what its contract says, else its list, else what the
        supplier took last, else what the request estimates."""
        price = self.agreed_price(supplier_id)
        if price is not None:
            return price.per(self.open.line.factor), price.discount
        last = prices.suggested(self.offers, supplier_id)
        if last is None:
            return self.open.line.estimated_price or Decimal(0), Decimal(0)
        return last.per(self.open.line.factor), last.discount


    def agreed_price(self, supplier_id: int | None) -> SupplierPrice | None:
        """The price of the supplier's contract or list for what is still open."""
        return price_lists.best(self.agreed, supplier_id, self.open.left * self.open.line.factor)

    def source(self, supplier_id: int | None) -> str:
        """Where `price_from` has it from, in words."""
        price = self.agreed_price(supplier_id)
        if price is not None:
            return gettext("contract %(number)s", number=price.contract_number) \
                if price.kind is PriceKind.CONTRACT else gettext("price list")
        if prices.suggested(self.offers, supplier_id) is not None:
            return gettext("paid last")
        return gettext("estimate of the request") if self.open.line.estimated_price else ""

    @property
    def contracted_supplier(self) -> int | None:
        """Who has the cheapest contract for what is open."""
        base = self.open.left * self.open.line.factor
        fits = [price for price in self.agreed if price.kind is PriceKind.CONTRACT and price.least <= base]
        return min(fits, key=lambda price: (price.net, price.id)).supplier_id if fits else None


class OrderingPages:
    """What `PurchaseOrderView` has beside its list and forms."""

    price_address = "/admin/purchase_order/prices"

    @expose("/open_lines", methods=("GET", "POST"))
    def open_lines_view(self) -> Any:
        """GET shows what approved requests still want; POST drafts one order for each supplier (and
        store)."""
        if not self.can_make_new():
            abort(403)
        chosen = {name: lookups.find(model, request.args.get(name, "")) if request.args.get(name) else None
                  for name, model in FILTERS.items()}
        rows = self._rows(chosen)
        if request.method == "POST":
            return self._order(chosen, rows)
        return self._open_page(chosen, rows)

    def _rows(self, chosen: dict[str, Any]) -> list[Row]:
        result = ordering.open_lines(**{f"{name}_id": record.id if record is not None else None
                                        for name, record in chosen.items()}, limit=MOST + 1)
        known = prices.offers({entry.line.item_id for entry in result})
        agreed = price_lists.agreed({entry.line.item_id for entry in result})
        rows = [Row(entry, known[entry.line.item_id], agreed[entry.line.item_id]) for entry in result]
        for row in rows:
            row.quantity = quantity(row.open.left)
            row.supplier_id = (row.open.line.supplier_id or row.contracted_supplier
                               or (row.best.supplier_id if row.best else None))
        return rows

    def _open_page(self, chosen: dict[str, Any], rows: list[Row], message: str = "", status: int = 200,
                   one: Supplier | None = None) -> Any:
        page = self.render("backoffice/purchasing/open_lines.html", view=self, chosen=chosen,
                           rows=rows[:MOST],
                           more=len(rows) > MOST, message=message, one=one)
        return page, status

    def _order(self, chosen: dict[str, Any], rows: list[Row]) -> Any:
        typed = request.form
        ticked = set(typed.getlist("line"))
        one = lookups.find(Supplier, typed.get("one_supplier", "")) if typed.get("one_supplier") else None
        if "ask" in typed:
            return self._ask(chosen, rows, ticked)
        picks = []
        for row in rows[:MOST]:
            row.ticked = str(row.id) in ticked
            row.quantity = typed.get(f"quantity-{row.id}", row.quantity)[:30]
            row.price = typed.get(f"price-{row.id}", "")[:30]
            row.supplier_id = lookups.identity(Supplier, typed.get(f"supplier-{row.id}", ""))
            if row.ticked:
                picks.append(self._pick(row, one))
        if len(ticked - {str(row.id) for row in rows}):
            return self._open_page(chosen, rows, gettext(
                "A ticked line is no longer open: somebody ordered it meanwhile. Look at the list again."),
                                   409, one)
        wrong = sum(bool(row.errors) for row in rows)
        if wrong:
            return self._open_page(chosen, rows,
                                   gettext("Nothing was made yet: please look at the marked lines."),
                                   422, one)
        try:
            with one_transaction():
                made = ordering.make_orders([pick for pick in picks if pick],
                                            by=current_user._get_current_object())
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            name, _, key = (refusal.field or "").partition("-")
            row = next((row for row in rows if str(row.id) == key), None)
            if row is not None:
                row.errors[name] = message_of(refusal)
            return self._open_page(chosen, rows, message_of(refusal), refusal.status, one)
        if len(made) == 1:
            return done(gettext("The order was drafted. Check the prices, then submit it."),
                        self.details_url(made[0]))
        flash(ngettext("%(num)d order was drafted. Check the prices, then submit it.",
                       "%(num)d orders were drafted. Check the prices, then submit them.", len(made)),
              "success")
        return redirect(f"{self.url}/?state=draft", 303)

    def _ask(self, chosen: dict[str, Any], rows: list[Row], ticked: set[str]) -> Any:
        """Draft a request for quotation of the ticked lines in place of an order."""
        for row in rows:
            row.ticked = str(row.id) in ticked
        try:
            with one_transaction():
                made = quotations.ask((row.id for row in rows if row.ticked),
                                      by=current_user._get_current_object())
        except Refused as refusal:
            return self._open_page(chosen, rows, message_of(refusal), refusal.status)
        return done(gettext("The request for quotation was drafted. Look at the suppliers, then send it."),
                    f"/admin/quotation_request/details/?id={made[0].id}" if len(made) == 1
                    else "/admin/quotation_request/?state=draft")

    def _pick(self, row: Row, one: Supplier | None) -> Pick | None:
        """What was typed for a ticked row, or None with the reasons in its `errors`."""
        amount = self._number(row, "quantity", row.quantity)
        if amount is not None and (amount <= 0 or amount >= Decimal(10) ** 11):
            row.errors["quantity"] = gettext("Must be more than 0, for example 6.")
        elif amount is not None and amount != amount.quantize(ordering.STEP):
            row.errors["quantity"] = gettext("At most %(places)s decimals.", places=3)
        elif amount is None and not row.errors:
            row.errors["quantity"] = gettext("Please fill this in.")
        supplier_id = one.id if one is not None else row.supplier_id
        if supplier_id is None:
            row.errors["supplier"] = gettext("Nobody supplied this item yet. Choose one supplier for all "
                                             "below.")
        price, discount = row.price_from(supplier_id)
        typed = self._number(row, "price", row.price)
        if typed is not None:
            price, discount = typed, Decimal(0)
        if price < 0 or price >= Decimal(10) ** 15:
            row.errors["price"] = gettext("Must be 0 or more.")
        elif price != price.quantize(Decimal("0.01")):
            row.errors["price"] = gettext("At most %(places)s decimals.", places=2)
        if row.errors or amount is None or supplier_id is None:
            return None
        return Pick(row.id, amount, supplier_id, price, discount)

    @staticmethod
    def _number(row: Row, name: str, text: str) -> Decimal | None:
        try:
            return parse_decimal(text)
        except ValueError:
            row.errors[name] = gettext("Write a number, for example 12.5.")
            return None

    @expose("/prices")
    def prices_view(self) -> Any:
        """What suppliers took for a line's item: ``?item=&supplier=&unit=``; a fragment for the form's
        script."""
        if not (may(current_user, "create", self.table) or may(current_user, "edit", self.table)):
            abort(403)
        key = lookups.identity(Item, request.args.get("item", ""))
        item = db.session.get(Item, key) if key is not None else None
        if item is None:
            return "", 204
        result = prices.offers([item.id])[item.id]
        agreed = price_lists.agreed([item.id])[item.id]
        unit = db.session.scalars(sa.select(UnitConversion).where(
            UnitConversion.item_id == item.id,
            UnitConversion.id == lookups.identity(UnitConversion, request.args.get("unit", "")))).first()
        return self.render("backoffice/purchasing/line_prices.html", item=item, offers=result, unit=unit,
                           agreed=sorted(agreed, key=lambda price: (price.kind != PriceKind.CONTRACT,
                                                                    price.net)),
                           factor=unit.factor if unit is not None else Decimal(1),
                           unit_name=unit.unit_name if unit is not None else item.base_unit,
                           supplier_id=lookups.identity(Supplier, request.args.get("supplier", "")))
