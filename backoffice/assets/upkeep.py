"""What upkeep rests on: service contracts, meter readings, spare parts of models."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from backoffice.panel.base import MasterView
from models.errors import N_, Refused
from models.operations.assets import schedules
from models.upkeep import MeterReading, ModelPart, ServiceContract


class ServiceContractView(MasterView):
    """With its scan; the assets that it names stand on its lines, a model covers all of them."""

    model = ServiceContract
    lines = ("lines",)
    column_list = ("number", "vendor", "asset_model", "starts_on", "ends_on", "annual_cost", "status")
    form_columns = ("number", "vendor", "starts_on", "ends_on", "asset_model", "covers", "annual_cost",
                    "status")
    column_default_sort = ("ends_on", False)
    keeps_files = True

    def before_save(self, form: Any, record: ServiceContract, is_new: bool) -> None:
        if record.ends_on and record.starts_on and record.ends_on < record.starts_on:
            raise Refused(N_("It ends before it begins."), field="ends_on")
        if record.asset_model is None and not record.lines:
            raise Refused(N_("Name a model, or the assets that it covers."), field="asset_model")


class MeterReadingView(MasterView):
    """Written once; a wrong one is followed by a right one, with the reason."""

    model = MeterReading
    column_list = ("asset", "read_on", "value", "user", "reason")
    form_columns = ("asset", "read_on", "value", "reason")
    prefills = ("asset",)
    column_default_sort = (None, True)

    def before_save(self, form: Any, record: MeterReading, is_new: bool) -> None:
        record.user_id = current_user.id
        schedules.check_reading(record)

    def after_save(self, record: MeterReading, is_new: bool) -> None:
        schedules.reached(record.asset_id)


class ModelPartView(MasterView):
    model = ModelPart
    column_list = ("item", "asset_model", "minimum", "note", "status")
    form_columns = ("asset_model", "item", "minimum", "note", "status")
    prefills = ("asset_model",)
