"""The patient's own history in one line of time, and the measurements that patient and guardian enter."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import NotFound

from models import clock
from models.base import db, one_transaction
from models.clinic import Patient
from models.consultations import MessageSide
from models.errors import N_, Refused
from models.follow_up import FollowUp
from models.operations.clinic import timeline, vital_signs
from models.vital_signs import VitalKind, VitalSign
from portal import access, directory
from portal.web import vital_charts
from portal.web.locale import refusal_text

PAGE, LIST = "portal/vitals.html", "portal/history.html"


def _patient() -> tuple[list[Patient], Patient]:
    """Everybody whom the person acts for, and the one that the address names; the own one without."""
    wanted = directory.number(request.values.get("patient"), 2**63 - 1)
    people = access.people()
    return people, access.person_or_404(wanted) if wanted is not None else people[0]


@access.patients_only
def history() -> Any:
    """All that happened, newest first."""
    people, patient = _patient()
    return render_template(LIST, patient=patient, people=people, entries=timeline.of_patient(patient),
                           visit_address=lambda visit: url_for("portal.consultation",
                                                               consultation_id=visit.id), answer_form="")


def _page(people: list[Patient], patient: Patient, status: int = 200, **given: Any) -> Any:
    charts = vital_charts.all_kinds(patient)
    return render_template(PAGE, **{
        "patient": patient, "people": people, "charts": charts, "kinds": list(VitalKind),
        "grown": vital_charts.growing(patient, charts), "error": "", "field": "", "unusual": False,
        "typed": request.form, "now": vital_charts.default_moment(), "limits": vital_signs.LIMITS,
        "corrected": None, "own_correction": _correction, **given}), status


def _correction(sign: VitalSign) -> str:
    """Where the person corrects a measurement; "" for what the doctor measured."""
    return url_for("portal.vitals_correct", sign_id=sign.id, patient=sign.patient_id) \
        if sign.side == MessageSide.PATIENT else ""


@access.patients_only
def show() -> Any:
    return _page(*_patient())


def _kind() -> VitalKind:
    kinds = {entry.value: entry for entry in VitalKind}
    if request.form.get("kind", "") not in kinds:
        raise Refused(N_("Choose what was measured."), field="kind")
    return kinds[request.form["kind"]]


def entered(patient: Patient, *, replaces: VitalSign | None = None, **more: Any) -> VitalSign:
    """Write down what the form says. Raises `Refused`."""
    form = request.form
    try:
        at = vital_charts.instant_of(form.get("measured_at", ""))
    except ValueError:
        raise Refused(N_("Write the day and the time of the measurement."),
                      field="measured_at") from None
    return vital_signs.enter(
        patient, replaces.kind if replaces is not None else _kind(), form.get("value", "")[:20],
        by=current_user, second_value=form.get("second_value", "")[:20], measured_at=at,
        confirmed=form.get("confirmed") == "1", replaces=replaces, **more)


def _sign_or_404(patient: Patient, sign_id: int) -> VitalSign:
    sign = vital_signs.own(patient, sign_id)
    if sign is None:
        raise NotFound
    return sign


@access.patients_only
def enter() -> Any:
    _people, patient = _patient()
    key = patient.id
    try:
        with one_transaction():
            entered(patient)
    except Refused as refusal:
        return _page(access.people(), access.person_or_404(key), refusal.status, **_told(refusal))
    flash(gettext("The measurement was kept. The doctor of your next consultation sees it."))
    return redirect(url_for("portal.vitals", patient=key), 303)


def _told(refusal: Refused) -> dict[str, Any]:
    return {"error": refusal_text(refusal), "field": refusal.field or "",
            "unusual": isinstance(refusal, vital_signs.Unusual)}


@access.patients_only
def correct(sign_id: int) -> Any:
    """GET shows the form filled, POST puts the right figure in the place of the wrong one."""
    people, patient = _patient()
    sign, key = _sign_or_404(patient, sign_id), patient.id
    if request.method == "GET":
        return _page(people, patient, corrected=sign)
    try:
        with one_transaction():
            if request.form.get("go") == "remove":
                vital_signs.take_back(sign, by=current_user)
            else:
                entered(patient, replaces=sign)
    except Refused as refusal:
        patient = access.person_or_404(key)
        return _page(access.people(), patient, refusal.status, corrected=_sign_or_404(patient, sign_id),
                     **_told(refusal))
    flash(gettext("The measurement was corrected; the old figure stays in the record."))
    return redirect(url_for("portal.vitals", patient=key), 303)


@access.patients_only
def follow_up(follow_up_id: int) -> Any:
    """To the free times of the doctor in the week of the follow-up."""
    found = db.session.get(FollowUp, follow_up_id) if follow_up_id < 2**63 else None
    if found is None or access.own_consultation(found.consultation_id) is None:
        raise NotFound
    day: date = max(found.due_on, clock.today())
    year, week, _weekday = day.isocalendar()
    return redirect(url_for("portal.doctor", doctor_id=found.consultation.doctor_id,
                            week=f"{year}-W{week:02}"), 303)


def add_to(bp: Blueprint) -> None:
    bp.add_url_rule("/record", "history", history)
    bp.add_url_rule("/measurements", "vitals", show)
    bp.add_url_rule("/measurements", "vitals_enter", enter, methods=("POST",))
    bp.add_url_rule("/measurements/<int:sign_id>", "vitals_correct", correct, methods=("GET", "POST"))
    bp.add_url_rule("/follow-ups/<int:follow_up_id>", "follow_up", follow_up)
