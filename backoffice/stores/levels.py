"""What a store wants to hold of an item, and what may be given in its place."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from backoffice.panel.base import MasterView
from models.item_substitutes import ItemSubstitute
from models.stock_levels import StockLevel


class StockLevelView(MasterView):
    model = StockLevel
    column_list = ("item", "store", "minimum", "maximum", "reorder_quantity")
    form_columns = ("store", "item", "minimum", "maximum", "reorder_quantity")
    prefills = ("store", "item")


class ItemSubstituteView(MasterView):
    """To write it is to allow it: whoever wrote the row last has approved it."""

    model = ItemSubstitute
    column_list = ("item", "substitute", "factor", "approved_by", "valid_from", "valid_to")
    form_columns = ("item", "substitute", "factor", "valid_from", "valid_to", "note")
    prefills = ("item",)

    def before_save(self, form: Any, record: ItemSubstitute, is_new: bool) -> None:
        record.approved_by_id = current_user.id
