"""Stores: requests, deliveries and what else moves stock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from markupsafe import Markup, escape

from backoffice.panel import drafts_from
from backoffice.panel.base import DocumentView, LedgerView, Make, MasterView
from backoffice.panel.export_rows import ExportColumn
from backoffice.panel.rendering import BLANK
from backoffice.stores.by_shelf import ByShelf
from backoffice.stores.labels import LabelPages
from backoffice.stores.put_away import PutAway
from backoffice.stores.stock_hint import StockHint
from backoffice.stores.stocktake_counting import CountingPages, moved_words
from models import clock
from models.items import Item, UnitConversion
from models.operations.ledger import availability, stock
from models.operations.purchasing import replacements, supplier_refunds
from models.operations.stores import count_moments, levels, shelves, stocktake_counting, substitutes
from models.returns import Spoilage, SupplierReturn, UnitReturn
from models.rights import hidden, may
from models.roles import Role
from models.stock import Shelf, StockBalance, StockMove, StoreItem
from models.stocktakes import Stocktake, StocktakeState, StockTransfer
from models.workflow import Transition
from portal.web.locale import quantity, rupiah


def meter(part: Decimal, whole: Decimal) -> Markup:
    """How much of a quantity, as a bar and in percent."""
    percent = int(part * 100 / whole) if whole else 0
    return Markup('<span class="nowrap"><progress class="rw-meter" max="100" value="{0}" aria-label="{0} '
                  '%"></progress>'
                  ' {0}%</span>').format(percent)


def stock_cell(stock: availability.Available) -> Markup:
    """What can be used; beneath it what nobody waits for, and what is expired."""
    beside = [gettext("%(quantity)s available", quantity=quantity(stock.available))] if stock.reserved else []
    if stock.expired:
        beside.append(gettext("%(quantity)s expired", quantity=quantity(stock.expired)))
    small = Markup('<small class="rw-sub">{}</small>').format(" · ".join(beside)) if beside else Markup("")
    return escape(quantity(stock.usable)) + small


class ItemView(LabelPages, MasterView):
    model = Item
    column_list = ("code", "name", "category", "stock_on_hand", "base_unit", "minimum_stock", "status")
    lines = ("units",)
    details_template = "backoffice/stores/item.html"

    def links(self, record: Item) -> list[tuple[str, str, str]]:
        return [*super().links(record), self.label_link(record)]

    def extra(self, record: Any) -> dict[str, Any]:
        instead = (substitutes.suggestions([record.id])[record.id]
                   if may(current_user, "read", "item_substitute") else [])
        if not may(current_user, "read", "stock_balance"):
            return {"held": [], "substitutes": instead}
        return {"held": shelves.held(record.id), "today": clock.today(), "levels": levels.of_item(record.id),
                "substitutes": instead,
                "stock": availability.in_all_stores([record.id])[record.id]}

    def label(self, name: str) -> str:
        return gettext("Usable stock") if name == "stock_on_hand" else super().label(name)

    def cells_of(self, records: list[Item]) -> dict[str, Callable[[Item], Markup]]:
        """What can be used of each item, and what is expired or promised of it."""
        there = availability.in_all_stores(item.id for item in records)
        return {"stock_on_hand": lambda item: stock_cell(there[item.id])}

    def before_save(self, form: Any, record: Any, is_new: bool) -> None:
        """The base unit is a unit of measure too, with factor 1."""
        if record.base_unit and all(unit.unit_name != record.base_unit for unit in record.units):
            record.units.append(UnitConversion(unit_name=record.base_unit, factor=Decimal(1)))


class StockMoveView(LedgerView):
    """The ledger. Whoever opens prescriptions without their medicines does not learn here what was on
    which."""

    model = StockMove
    column_list = ("moved_on", "item", "store", "batch", "kind", "quantity", "value")

    @staticmethod
    def _hides_medicines() -> bool:
        return "lines.item" in hidden(current_user, "prescription")

    def _is_veiled(self, record: Any) -> bool:
        return record.document_type == "prescription" and self._hides_medicines()

    def cell_document_id(self, record: Any) -> Markup:
        return BLANK if self._is_veiled(record) else self._number(record.document_id)

    def cell_line_id(self, record: Any) -> Markup:
        return BLANK if self._is_veiled(record) else self._number(record.line_id)

    @staticmethod
    def _number(key: int) -> Markup:
        return escape(str(key))

    def export_column(self, column: ExportColumn) -> ExportColumn:
        if column.name in {"document_id", "line_id"} and self._hides_medicines():
            shown = sa.case((StockMove.document_type != "prescription", column.value))
            return replace(column, value=shown)
        return column


class StockBalanceView(LedgerView):
    model = StockBalance
    column_list = ("item", "store", "batch", "quantity")


class StoreItemView(LedgerView):
    model = StoreItem
    column_list = ("item", "store", "quantity", "value")


class ShelfView(LabelPages, MasterView):
    model = Shelf
    column_list = ("location", "item", "store")
    form_columns = ("store", "item", "location")
    prefills = ("store", "item")
    column_default_sort = ("location", False)

    def links(self, record: Shelf) -> list[tuple[str, str, str]]:
        return [*super().links(record), self.label_link(record)]


def went_short(document: Any) -> list[str]:
    """That less left than was approved, line by line, because no more was there or the clerk said so."""
    short = [line for line in document.lines if line.gone_quantity < line.base_quantity]
    return [gettext("Less than approved: %(lines)s.", lines="; ".join(
        gettext("%(item)s %(gone)s of %(approved)s %(unit)s", item=line.item.name, unit=line.item.base_unit,
                gone=quantity(line.gone_quantity), approved=quantity(line.base_quantity))
        for line in short))] if short else []


class SpoilageView(StockHint, DocumentView):
    model = Spoilage
    line_form_columns = {"lines": ("item", "quantity", "unit", "batch", "cause")}

    def after_step(self, moved: Any, transition: Transition) -> list[str]:
        return went_short(moved) if transition.name == "approve" else []


class SupplierReturnView(StockHint, DocumentView):
    model = SupplierReturn
    makes = (Make("make_replacement", lazy_gettext("Receive the replacement"), (Role.STORE_STAFF,),
                  replacements.make_replacement, replacements.is_replaced),
             Make("make_refund", lazy_gettext("The supplier pays back"), (Role.PAYABLES,),
                  supplier_refunds.make_refund, supplier_refunds.can_be_refunded, opens="edit", icon="cash"))

    def after_step(self, moved: Any, transition: Transition) -> list[str]:
        """What did not go, and what the supplier's answer means for the money."""
        if transition.name == "send":
            return went_short(moved)
        if transition.name != "confirm" or moved.credit_net is None:
            return []
        if not moved.credit_net:
            return [gettext("Nothing of it was invoiced: the supplier does not charge it.")]
        return [gettext("%(amount)s of credit can be set off when an invoice of this supplier is paid.",
                        amount=rupiah(moved.credit_net + moved.credit_vat))]

    def lines_say(self, record: Any, step: Transition) -> dict[int, str]:
        """Beside each line that is to go: what was approved, and what of its batch is there."""
        there = stock.balances(record.store_id, {line.item_id for line in record.lines})
        return {line.id: gettext("approved %(approved)s %(unit)s, there are %(there)s",
                                 approved=quantity(line.base_quantity), unit=line.item.base_unit,
                                 there=quantity(there.get(
                                     (line.item_id, line.goods_receipt_line.batch_id), Decimal(0))))
                for line in record.lines}


class UnitReturnView(PutAway, DocumentView):
    model = UnitReturn
    puts_away = ("accept", "store_id")


class StockTransferView(PutAway, StockHint, ByShelf, DocumentView):
    model = StockTransfer
    puts_away = ("receive", "to_store_id")

    def lines_say(self, record: Any, step: Transition) -> dict[int, str]:
        """Beside each line that is to come: what left."""
        return {line.id: gettext("%(sent)s %(unit)s were sent", sent=quantity(line.gone_quantity),
                                 unit=line.item.base_unit) for line in record.lines}
    makes = drafts_from.makes(StockTransfer)


class StocktakeView(CountingPages, ByShelf, DocumentView):
    """Counted blind: what the ledger expects is not on the form."""

    model = Stocktake
    makes = drafts_from.makes(Stocktake)
    line_form_columns = {"lines": ("item", "unit", "batch", "note")}

    def line_extras(self, record: Any, collection: str) -> list[tuple[str, Any]]:
        """What moved of each line since it was counted, or since the start where it is still open: it
        survives the posting."""
        if record.state == StocktakeState.DRAFT:
            return []
        since = stocktake_counting.moved(record)
        return [(gettext("Moved since"),
                 lambda line: moved_words(since.get(line.id)) or "–")] if since else []

    def lines_say(self, record: Any, step: Transition) -> dict[int, str]:
        """Beside each line that may be counted again: what was counted, and how far off it is."""
        since = count_moments.since(record)
        return {line.id: " · ".join(filter(None, (
            gettext("Expected %(quantity)s", quantity=quantity(line.system_quantity)),
            gettext("counted %(quantity)s", quantity=quantity(line.counted_quantity)),
            gettext("variance %(quantity)s", quantity=quantity(line.variance)),
            gettext("%(moved)s since it was counted", moved=moved_words(since[line.id])) if line.id in since
            else "")))
            for line in stocktake_counting.ordered(record, {})}

    def line_table(self, record: Any, collection: str) -> dict[str, Any]:
        table = super().line_table(record, collection)
        out = {"last_move"}
        if record.state in (StocktakeState.DRAFT, StocktakeState.COUNTING):
            out |= {"system_quantity", "variance"}
        table["columns"] = [entry for entry in table["columns"] if entry.name not in out]
        return table
