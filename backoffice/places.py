"""Rooms, beds and cleaning."""

from __future__ import annotations

from backoffice.base import MasterView
from models.beds import Bed
from models.housekeeping import Cleaning
from models.places import InpatientRoom


class BedView(MasterView):
    """Who lies in a bed is the front office's to know: lists show the state alone."""

    model = Bed
    icon = "bed"
    listed = ("number", "inpatient_room", "state")
    asks = ("inpatient_room", "number")
    facts = ("inpatient_room",)


class InpatientRoomView(MasterView):
    model = InpatientRoom
    icon = "bed"
    listed = ("number", "ward", "room_class", "floor", "is_isolation", "state")


class CleaningView(MasterView):
    model = Cleaning
    icon = "spray"
    listed = ("kind", "inpatient_room", "room", "bed", "employee", "requested_at", "state")
    asks = ("kind", "inpatient_room", "room", "bed", "employee", "note")
    default_order = (None, True)
