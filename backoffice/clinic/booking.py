"""The page on which the office books a consultation for somebody who calls or stands at the desk."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import abort, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import joinedload

from backoffice.panel import lookups, parsing
from backoffice.panel.views import done, message_of
from models import clock
from models.base import db, one_transaction
from models.clinic import Doctor, Patient, PatientState, Payer
from models.consultations import ConsultationState, Triage
from models.errors import N_, NotAllowed, Refused
from models.operations.clinic import booking, slots
from models.organisation import Status
from models.roles import Role
from portal.web import words

#: Days that are shown at once, from the one that was chosen.
DAYS = 7


def _instant(text: str) -> datetime | None:
    try:
        result = datetime.fromisoformat(text.strip())
        return (result if result.tzinfo else result.replace(tzinfo=clock.zone())).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _one_of(kind: Any, text: str, default: Any) -> Any:
    return kind(text) if text in set(kind) else default


class BookingPages:
    """Mixed into the view of consultations."""

    @expose("/book", methods=("GET", "POST"))
    def book_view(self: Any) -> Any:
        """GET chooses doctor and time (``?patient=``, ``&doctor=``, ``&day=``), POST books."""
        if not current_user.has_role(Role.ADMIN):
            abort(403)
        patient = self._patient()
        doctor = self._doctor()
        if request.method == "GET":
            return self._book_page(patient, doctor)
        try:
            at = _instant(request.form.get("starts_at", ""))
            if doctor is None or at is None:
                raise Refused(N_("Please choose one of the free times."), field="starts_at")
            with one_transaction():
                made = booking.book_for(
                    patient, doctor, at, request.form.get("complaint", "").replace("\0", ""),
                    by=current_user._get_current_object(),
                    payer=_one_of(Payer, request.form.get("payer", ""), patient.payer),
                    triage=_one_of(Triage, request.form.get("triage", ""), Triage.ROUTINE))
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            db.session.rollback()
            return self._book_page(self._patient(), self._doctor(), refusal), refusal.status
        return done(self._booked(made), self.details_url(made))

    def _booked(self: Any, made: Any) -> str:
        """What was done, who decides, and whether the patient has to be called."""
        said = [gettext("%(number)s was booked: %(state)s.", number=made.number,
                        state=words.state_word(made.state))]
        if made.state == ConsultationState.REQUESTED:
            said.append(gettext("Another administrator approves it."))
        reached = made.patient.user or (made.patient.guardian.user if made.patient.guardian else None)
        if reached is None:
            said.append(gettext("The patient has no account: say it now, or call %(phone)s.",
                                phone=made.patient.phone or "–"))
        return " ".join(said)

    def _patient(self: Any) -> Patient:
        key = lookups.identity(Patient, request.values.get("patient", ""))
        patient = db.session.get(Patient, key, options=[joinedload(Patient.guardian)]) if key else None
        return patient if patient is not None else abort(404)

    def _doctor(self: Any) -> Doctor | None:
        key = lookups.identity(Doctor, request.values.get("doctor", ""))
        return db.session.scalar(sa.select(Doctor).where(
            Doctor.id == key, Doctor.status == Status.ACTIVE)
            .options(joinedload(Doctor.specialization))) if key else None

    def _book_page(self: Any, patient: Patient, doctor: Doctor | None, refusal: Refused | None = None) -> Any:
        day = max(parsing.day(request.values.get("day", "")) or clock.today(), clock.today())
        doctors, first, days = [], {}, []
        if doctor is None:
            doctors = list(db.session.scalars(
                sa.select(Doctor).join(Doctor.specialization).where(Doctor.status == Status.ACTIVE)
                .options(joinedload(Doctor.specialization))
                .order_by(sa.text("specialization.name"), Doctor.name)))
            first = slots.first_free(doctors, patient=patient)
        else:
            days = _by_day(doctor, day, patient)
        return self.render(
            "backoffice/clinic/book.html", view=self, patient=patient, doctor=doctor, doctors=doctors,
            first=first, days=days, day=day, today=clock.today(), before=day - timedelta(days=DAYS),
            after=day + timedelta(days=DAYS), last=slots.last_day(), refusal=refusal, message_of=message_of,
            typed=request.form, payers=list(Payer), triages=list(Triage),
            can_book=patient.state == PatientState.ACTIVE)


def _by_day(doctor: Doctor, day: date, patient: Patient) -> list[tuple[date, list[slots.Slot]]]:
    """The free times of a week from `day` on, by their day."""
    last = min(day + timedelta(days=DAYS - 1), slots.last_day())
    result: dict[date, list[slots.Slot]] = {}
    for slot in slots.free_between(doctor, day, last, patient=patient) if day <= last else ():
        result.setdefault(clock.local(slot.starts_at).date(), []).append(slot)
    return list(result.items())
