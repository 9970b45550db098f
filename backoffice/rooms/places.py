"""Rooms, beds and cleaning."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import flash, g, redirect, request
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup, escape
from sqlalchemy.orm import joinedload

from backoffice.panel.base import LedgerView, MasterView
from backoffice.panel.reports import may_report
from backoffice.rooms import bed_steps
from backoffice.rooms.place_labels import PlaceLabels
from models.bed_reservations import BedReservation
from models.beds import Bed, BedState, Stay
from models.errors import AsksBack, Refused
from models.housekeeping import Cleaning
from models.operations.assets import exits
from models.operations.rooms import cleaning, displays, reservations
from models.places import InpatientRoom, Land, Room
from models.rights import may
from models.wall_displays import WallDisplay
from models.workflow import Transition
from portal.web.links import public_url


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
    column_details_list = ("inpatient_room", "state_since")
    step_template = "backoffice/rooms/bed_step.html"

    def name_of(self, record: Any) -> str:
        return bed_steps.place_in_words(record)

    def eager_for_list(self) -> list[Any]:
        return [*super().eager_for_list(), joinedload(Bed.inpatient_room).joinedload(InpatientRoom.ward)]

    def heading(self, record: Any) -> str:
        return record.number

    def links(self, record: Any) -> list[tuple[str, str, str]]:
        """The way to who lies there, and to keeping the bed for somebody."""
        result = []
        if may(current_user, "read", "stay") and (stay := record.stay) is not None:
            result.append((f"/admin/stay/details/?id={stay.id}", gettext("Who lies here"), "door-enter"))
        if may(current_user, "create", "bed_reservation") and record.state != BedState.OUT_OF_SERVICE:
            result.append((f"/admin/bed_reservation/new/?bed={record.id}", gettext("Reserve"),
                           "calendar-event"))
        return result

    def step_form(self, transition: Transition, moved: Any) -> Any:
        return bed_steps.step_form(transition, moved)

    def step_facts(self, moved: Any, step: Transition) -> dict[str, Any]:
        seen = may(current_user, "read", "stay")
        stay = bed_steps.last_stay(moved) if seen and step.name != "check_in" else None
        return {"stay": stay, "guest": bed_steps.guest_in_words(stay),
                "patients": bed_steps.found_patients() if seen else None,
                "reservations": bed_steps.reservations_of(moved) if seen else []}

    def _step(self, record: Any, moved: Any, name: str) -> Any:
        """Looking for a patient takes no step: the page comes again with those found."""
        if request.method != "POST" or bed_steps.FIND not in request.form:
            return super()._step(record, moved, name)
        step = next((step for step in moved.workflow.open_to(moved, current_user) if step.name == name), None)
        if step is None or "guest" not in step.asks:
            return redirect(self.details_url(record), 303)
        return self.step_page(record, moved, step, self.step_form(step, moved))

    def step_page(self, record: Any, moved: Any, transition: Transition, form: Any,
                  refusal: Refused | None = None, lines: Any = None) -> Any:
        form.asks_back = isinstance(refusal, AsksBack)
        return super().step_page(record, moved, transition, form, refusal, lines)

    def said(self, record: Any, moved: Any, transition: Transition) -> str:
        return bed_steps.said(moved, transition.name) or super().said(record, moved, transition)


class BedReservationView(MasterView):
    model = BedReservation
    column_list = ("guest", "bed", "room_class", "reserved_from", "reserved_until", "state")
    form_columns = ("guest_name", "bed", "room_class", "reserved_from", "reserved_until", "note")
    column_details_list = ("patient", "guest_name", "bed", "room_class", "reserved_from", "reserved_until",
                           "note", "stay", "created_by", "created_at")
    prefills = ("bed", "room_class")
    column_default_sort = ("reserved_until", True)

    def name_of(self, record: Any) -> str:
        return str(record)

    def heading(self, record: Any) -> str:
        return str(record)

    def cell_guest(self, record: Any) -> Markup:
        return escape(record)

    def before_save(self, form: Any, record: Any, is_new: bool) -> None:
        reservations.prepare(record, by=current_user._get_current_object())


class StayView(LedgerView):
    """Who was in which bed; the beds of a stay stand on its page."""

    model = Stay
    column_list = ("guest", "bed", "started_at", "ended_at", "outcome")
    column_details_list = ("patient", "outside_reference", "bed", "started_at", "ended_at", "outcome",
                           "voided_at", "checked_in_by", "checked_out_by")
    written_lines = lines = ("beds",)
    line_form_columns: ClassVar[dict[str, tuple[str, ...]]] = {"beds": ("bed", "started_at", "ended_at")}

    def name_of(self, record: Any) -> str:
        return str(record)

    def heading(self, record: Any) -> str:
        return str(record)

    def cell_guest(self, record: Any) -> Markup:
        return escape(record)


class WallDisplayView(MasterView):
    """Screens on walls. The address of one is told once, when it is made."""

    model = WallDisplay
    column_list = ("name", "ward", "seen_at", "created_at", "state")
    form_columns = ("name", "ward")
    column_details_list = ("ward", "seen_at", "created_by", "created_at")

    def before_save(self, form: Any, record: Any, is_new: bool) -> None:
        if is_new:
            g.wall_token = displays.prepare(record, by=current_user._get_current_object())

    def after_save(self, record: Any, is_new: bool) -> None:
        if is_new:
            house = public_url() or request.host_url.rstrip("/")
            flash(gettext("Open this address on the screen; it is shown once: %(address)s",
                          address=f"{house}/wall/{g.wall_token}"), "success")


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
