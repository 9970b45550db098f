"""Rooms, beds and cleaning."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_login import current_user

from backoffice.panel.base import MasterView
from backoffice.panel.reports import may_report
from backoffice.rooms.place_labels import PlaceLabels
from models.beds import Bed
from models.housekeeping import Cleaning
from models.operations.assets import exits
from models.operations.rooms import cleaning
from models.places import InpatientRoom, Land, Room


class InventoryList:
    """Mixed into the views of rooms: the way to the list of what belongs in one."""

    def links(self, record: Any) -> list[tuple[str, str, str]]:
        table = record.__tablename__
        kir = [(f"/admin/reports/room_inventory/?{table}={record.id}", gettext("Inventory list (KIR)"),
                "list-details")] if may_report("room_inventory") else []
        return [*kir, *fault_link(record)]


def fault_link(record: Any) -> list[tuple[str, str, str]]:
    """The way to report what is broken there."""
    return [(f"/admin/fault_report/new/?{record.__tablename__}={record.id}", gettext("Report a fault"),
             "alert-triangle")]


class RoomView(PlaceLabels, InventoryList, MasterView):
    model = Room


class BedView(PlaceLabels, MasterView):
    """Who lies in a bed is the front office's to know: lists show the state alone."""

    model = Bed
    column_list = ("number", "inpatient_room", "state")
    form_columns = ("inpatient_room", "number")
    column_details_list = ("inpatient_room",)

    def links(self, record: Any) -> list[tuple[str, str, str]]:
        return fault_link(record)


class LandView(MasterView):
    """What land is worth stands in the journal, too."""

    model = Land

    def after_save(self, record: Any, is_new: bool) -> None:
        exits.value_land(record, by=current_user._get_current_object())


class InpatientRoomView(PlaceLabels, InventoryList, MasterView):
    model = InpatientRoom
    column_list = ("number", "ward", "room_class", "floor", "is_isolation", "state")


class CleaningView(MasterView):
    model = Cleaning
    column_list = ("kind", "inpatient_room", "room", "bed", "employee", "requested_at", "state")
    form_columns = ("kind", "inpatient_room", "room", "bed", "employee", "note")
    asks_once = ("kind", "inpatient_room", "room", "bed")
    column_details_list = ("kind", "inpatient_room", "room", "bed", "needs_inspection", "employee",
                           "requested_at",
                           "started_at", "cleaned_at", "inspected_at", "cost", "checklist", "note")
    column_default_sort = (None, True)

    def before_save(self, form: Any, record: Any, is_new: bool) -> None:
        """A bed of a room, or the room as a whole: what is asked for by hand must be a place that can be
        dirty."""
        place = record.bed or record.room
        if is_new and place is not None:
            cleaning.check_place(place)
