"""A doctor now: the line of the doctor on duty, without an appointment.

The page shows itself how far the line is; who is taken finds the consultation there and in the bell.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from models.base import db, one_transaction
from models.clinic import Patient, PatientState
from models.consultations import Consultation, ConsultationState, VisitKind
from models.duty import WalkIn
from models.errors import Refused
from models.operations.clinic import duty, slots, which_doctor
from models.operations.core.approvals import perform
from portal import access, directory, fragments
from portal.asking import Asking, allowed_people
from portal.forms import AskForm, presses, takes
from portal.web.locale import refusal_text

TEMPLATE = "portal/now.html"


def _taken(patients: list[Patient]) -> Consultation | None:
    """The consultation that a doctor on duty holds with one of these people now."""
    return db.session.scalar(sa.select(Consultation).where(
        Consultation.patient_id.in_([patient.id for patient in patients]),
        Consultation.kind == VisitKind.NOW, Consultation.state == ConsultationState.IN_PROGRESS)
        .order_by(Consultation.id.desc()).limit(1))


def _stand(people: list[Patient]) -> dict[str, Any]:
    """Where these people stand: waiting, taken, or neither."""
    walk_in = duty.of_patients(people)
    return {"walk_in": walk_in, "place": duty.place_of(walk_in) if walk_in is not None else None,
            "taken": _taken(people) if walk_in is None else None}


def _page(people: list[Patient], asking: Asking | None = None, status: int = 200) -> Any:
    stand, on_duty = _stand(people), duty.doctors_on_duty()
    asking = asking or Asking(request.args, people)
    free: list[Any] = []
    if not on_duty and stand["walk_in"] is None:
        doctors, _count = directory.found_doctors({})
        general = [doctor for doctor in doctors if which_doctor.is_general(doctor.specialization)] or doctors
        times = slots.first_frees(general, patient=asking.patient, count=1)
        free = sorted(((times[doctor.id][0], doctor) for doctor in general if doctor.id in times),
                      key=lambda row: row[0].starts_at)[:3]
    return render_template(TEMPLATE, have="", asking=asking, errors=asking.errors, step="complaint",
                           questions=asking.questions("complaint"), on_duty=on_duty, free=free,
                           waiting=len(duty.waiting()), **stand), status


@access.patients_only
def show() -> Any:
    people = access.people()
    if request.args.get("part") == "line":
        return fragments.live_block(TEMPLATE, "line", **_stand(people))
    return _page([entry for entry in people if entry.state == PatientState.ACTIVE] or people)


@access.patients_only
@takes(AskForm)
def join(form: AskForm) -> Any:
    people = allowed_people()
    if not people:
        return redirect(url_for("portal.home"), 303)
    asking = Asking(form.typed, people)
    if duty.of_patients([asking.patient]) is not None:  # the button was pressed twice
        return redirect(url_for("portal.now"), 303)
    if not asking.check("complaint"):
        return _page(people, asking, 422)
    try:
        with one_transaction():
            duty.join(asking.patient, asking.complaint, by=current_user, answers=asking.answers)
    except Refused as refusal:
        again = Asking(form.typed, allowed_people())
        again.errors["complaint"] = refusal_text(refusal)
        return _page(again.people, again, refusal.status)
    flash(gettext("You are in the line. Keep this page open, or come back when the bell calls you."))
    return redirect(url_for("portal.now"), 303)


@access.patients_only
@presses
def leave() -> Any:
    walk_in: WalkIn | None = duty.of_patients(access.people())
    if walk_in is not None:
        with one_transaction():
            perform(walk_in, "leave", by=current_user)
        flash(gettext("You left the line."))
    return redirect(url_for("portal.now"), 303)


def add_to(bp: Blueprint) -> None:
    bp.add_url_rule("/now", "now", show)
    bp.add_url_rule("/now", "join_line", join, methods=("POST",))
    bp.add_url_rule("/now/leave", "leave_line", leave, methods=("POST",))
