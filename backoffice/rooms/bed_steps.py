"""What the steps of a bed ask: who comes, which bed is next, how the stay ended, when it was."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms import fields as wtf
from wtforms.validators import Optional

from backoffice.panel import fields
from backoffice.panel.forms import StaffForm
from models.base import db
from models.bed_reservations import BedReservation, ReservationState
from models.beds import Bed, BedState, DischargeOutcome, Stay
from models.clinic import Patient
from models.operations.rooms import free_beds, guests
from models.workflow import Transition
from portal.web import words
from portal.web.locale import day

#: Names of the buttons that look for a patient, and that take one of those found.
FIND, PICK = "find", "pick"


class OtherBedField(wtf.SelectField):
    """One of the beds that are free now, or kept for somebody."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, choices=self._offered, coerce=str, **kwargs)
        self.type = "SelectField"

    @staticmethod
    def _offered() -> list[tuple[str, str]]:
        now = free_beds.standing()
        kept = [bed for key in now.kept if (bed := db.session.get_one(Bed, key)).state == BedState.READY]
        beds = sorted((*now.free.values(), *kept), key=lambda bed: (
            bed.inpatient_room.ward.name, bed.inpatient_room.number, bed.number))
        return [("", "–")] + [(str(bed.id), _offer(bed, bed.id in now.kept)) for bed in beds]

    def process_formdata(self, values: list[str]) -> None:
        text = values[0] if values else ""
        key = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
        self.data = db.session.get(Bed, key) if key is not None else None

    def process_data(self, value: Any) -> None:
        self.data = value

    def iter_choices(self) -> Any:
        chosen = str(self.data.id) if self.data is not None else ""
        for value, label in self._offered():
            yield value, label, value == chosen, {}

    def pre_validate(self, form: Any) -> None:
        """Whether the bed is ready the step itself looks, under its lock."""


def _offer(bed: Bed, is_kept: bool) -> str:
    room = bed.inpatient_room
    told = f"{room.ward} · {bed} · {room.room_class}"
    return gettext("%(bed)s (reserved)", bed=told) if is_kept else told


def _made(transition: Transition) -> dict[str, Any]:
    """The fields of a step, in the order of the page."""
    every = {
        "guest": fields.TextField(lazy_gettext("Guest"), description=lazy_gettext(
            "Medical record number, or the front office's own reference. By name: look for the patient.")),
        "to_bed": OtherBedField(lazy_gettext("To bed")),
        "outcome": fields.EnumField(lazy_gettext("How the stay ended"), enum=DischargeOutcome, optional=False,
                                    word=words.state_word, default=DischargeOutcome.HOME),
        "happened_at": fields.MomentField(lazy_gettext("When, if not now"), [Optional()],
                                          description=lazy_gettext(
            "Only where it is entered later than it happened; then write the reason, too.")),
        "is_confirmed": wtf.BooleanField(lazy_gettext("Yes, that is meant")),
    }
    return {name: field for name, field in every.items() if name in transition.asks}


def step_form(transition: Transition, bed: Bed) -> StaffForm:
    """The form of a step; what the board's patient finder picked stands in it."""
    form: StaffForm = type("BedStepForm", (StaffForm,), _made(transition))()
    picked = request.form.get(PICK, "").replace("\x00", "")[:20]
    if picked and "guest" in form:
        form["guest"].data, form["guest"].raw_data = picked, [picked]
    return form


def found_patients() -> list[tuple[str, str]] | None:
    """Record number, and name with birth date, of the patients that were looked for; None where nobody was.
    The front office sees no more of them."""
    if request.method != "POST" or FIND not in request.form:
        return None
    return [(patient.medical_record_number or "", called(patient))
            for patient in guests.found(request.form.get("guest", "")[:200])]


def called(patient: Patient) -> str:
    return f"{patient.name}, {day(patient.birth_date)}"


def guest_in_words(stay: Stay | None) -> str:
    """Who it is, for the front office: record number, name and birth date, or the outside reference."""
    if stay is None:
        return ""
    if stay.patient is None:
        return stay.outside_reference or ""
    return f"{stay.patient.medical_record_number or ''} {called(stay.patient)}".strip()


def place_in_words(bed: Bed) -> str:
    """Bed and ward, so that nobody takes one for another."""
    return f"{bed}, {bed.inpatient_room.ward}"


def last_stay(bed: Bed) -> Stay | None:
    """The stay of the bed, or the one that was in it last."""
    return bed.stay or (bed.left.stay if bed.left is not None else None)


def said(bed: Bed, step: str) -> str | None:
    """The message after a step of the front office; None where the usual one does."""
    stay = last_stay(bed)
    if stay is None:
        return None
    facts = {"guest": guest_in_words(stay), "bed": place_in_words(bed)}
    if step == "check_in":
        return gettext("%(guest)s is in bed %(bed)s.", **facts)
    if step == "check_out":
        return gettext("%(guest)s left bed %(bed)s; it waits for cleaning.", **facts)
    if step == "transfer":
        return gettext("%(guest)s moved from bed %(bed)s to bed %(other)s.", other=place_in_words(stay.bed),
                       **facts)
    if step == "undo_check_out":
        return gettext("%(guest)s is in bed %(bed)s as before.", **facts)
    return None


def reservations_of(bed: Bed) -> list[Any]:
    """The reservations of the bed that are still to be reckoned with, soonest first."""
    return list(db.session.scalars(sa.select(BedReservation).where(
        BedReservation.bed_id == bed.id, BedReservation.state == ReservationState.HELD)
        .order_by(BedReservation.reserved_from).limit(5)))
