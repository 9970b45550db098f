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
from portal.forms import takes
from portal.record_forms import VitalForm
from portal.web import vital_charts
from portal.web.locale import refusal_text

PAGE, LIST = "portal/vitals.html", "portal/history.html"


def _patient(form: VitalForm | None = None) -> tuple[list[Patient], Patient]:
    """Everybody whom the person acts for, and the one that form or address name; the own one without."""
    wanted = directory.number(request.args.get("patient"), 2**63 - 1)
    if form is not None and form.was_sent("patient"):
        wanted = form.patient.data
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
        "typed": {}, "now": vital_charts.default_moment(), "limits": vital_signs.LIMITS,
        "corrected": None, "own_correction": _correction, **given}), status


def _correction(sign: VitalSign) -> str:
    """Where the person corrects a measurement; "" for what the doctor measured."""
    return url_for("portal.vitals_correct", sign_id=sign.id, patient=sign.patient_id) \
        if sign.side == MessageSide.PATIENT else ""


@access.patients_only
def show() -> Any:
    return _page(*_patient())


def _entered(patient: Patient, form: VitalForm, *, replaces: VitalSign | None = None) -> VitalSign:
    """Write down what the form says. Raises `Refused`."""
    kind = replaces.kind if replaces is not None else form.kind.data
    if kind is None:
        raise Refused(N_("Choose what was measured."), field="kind")
    try:
        at = vital_charts.instant_of(form.measured_at.data or "")
    except ValueError:
        raise Refused(N_("Write the day and the time of the measurement."),
                      field="measured_at") from None
    return vital_signs.enter(
        patient, kind, form.value.data or "", by=current_user, second_value=form.second_value.data or "",
        measured_at=at, confirmed=form.confirmed.data, replaces=replaces)


def _sign_or_404(patient: Patient, sign_id: int) -> VitalSign:
    sign = vital_signs.own(patient, sign_id)
    if sign is None:
        raise NotFound
    return sign


@access.patients_only
@takes(VitalForm)
def enter(*, form: VitalForm) -> Any:
    people, patient = _patient(form)
    if not form.validate():
        return _page(people, patient, 422, **_wrong(form))
    key = patient.id
    try:
        with one_transaction():
            _entered(patient, form)
    except Refused as refusal:
        return _page(access.people(), access.person_or_404(key), refusal.status, **_told(form, refusal))
    flash(gettext("The measurement was kept. The doctor of your next consultation sees it."))
    return redirect(url_for("portal.vitals", patient=key), 303)


def _wrong(form: VitalForm) -> dict[str, Any]:
    field, error = next(iter(form.problems.items()))
    return {"error": error, "field": field, "typed": form.typed}


def _told(form: VitalForm, refusal: Refused) -> dict[str, Any]:
    return {"error": refusal_text(refusal), "field": refusal.field or "", "typed": form.typed,
            "unusual": isinstance(refusal, vital_signs.Unusual)}


@access.patients_only
def correction(sign_id: int) -> Any:
    """The form, filled with what was measured."""
    people, patient = _patient()
    return _page(people, patient, corrected=_sign_or_404(patient, sign_id))


@access.patients_only
@takes(VitalForm)
def correct(sign_id: int, *, form: VitalForm) -> Any:
    """Put the right figure in the place of the wrong one."""
    people, patient = _patient(form)
    sign, key = _sign_or_404(patient, sign_id), patient.id
    if not form.validate():
        return _page(people, patient, 422, corrected=sign, **_wrong(form))
    try:
        with one_transaction():
            if form.go.data == "remove":
                vital_signs.take_back(sign, by=current_user)
            else:
                _entered(patient, form, replaces=sign)
    except Refused as refusal:
        patient = access.person_or_404(key)
        return _page(access.people(), patient, refusal.status, corrected=_sign_or_404(patient, sign_id),
                     **_told(form, refusal))
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
    bp.add_url_rule("/measurements/<int:sign_id>", "vitals_correct", correction)
    bp.add_url_rule("/measurements/<int:sign_id>", "vitals_corrected", correct, methods=("POST",))
    bp.add_url_rule("/follow-ups/<int:follow_up_id>", "follow_up", follow_up)
