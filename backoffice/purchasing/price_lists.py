"""Prices of suppliers, by list and by contract."""

from __future__ import annotations

from typing import Any

from backoffice.panel import lookups
from backoffice.panel.base import MasterView
from models.errors import N_, Refused
from models.supplier_prices import PriceKind, SupplierPrice


class SupplierPriceView(MasterView):
    model = SupplierPrice
    column_list = ("item", "supplier", "unit", "unit_price", "minimum_quantity", "kind", "valid_from",
                   "valid_to")
    form_columns = ("supplier", "item", "unit", "unit_price", "discount", "minimum_quantity", "kind",
                    "contract_number", "valid_from", "valid_to")
    prefills = ("supplier", "item")

    def before_save(self, form: Any, record: SupplierPrice, is_new: bool) -> None:
        """Without a unit, the item's base unit; a contract has its number and its last day."""
        if record.unit is None and record.item is not None:
            record.unit = lookups.base_unit(record.item.id)
        if record.unit is not None and record.item is not None and record.unit.item_id != record.item.id:
            raise Refused(N_("Choose a unit of measure of this item."), field="unit")
        if record.kind is not PriceKind.CONTRACT:
            return
        if not record.contract_number:
            raise Refused(N_("Write the number of the contract."), field="contract_number")
        if record.valid_to is None:
            raise Refused(N_("Write the last day of the contract."), field="valid_to")
