"""Allergies of the person and of those in their care: chosen, with what they are, and ended with a reason."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import NotFound

from models.base import one_transaction
from models.clinic import Patient
from models.errors import Refused
from models.operations.clinic import allergies
from models.patient_allergies import AllergySeverity
from portal import access, profile
from portal.forms import takes
from portal.record_forms import AllergyForm


def _address(patient: Patient) -> str:
    return url_for("portal.allergies", patient_id=None if patient.user_id == current_user.id else patient.id)


def _page(patient: Patient, form: AllergyForm | None = None, status: int = 200) -> Any:
    return render_template(
        "portal/allergies.html", patient=patient, errors=form.problems if form is not None else {},
        address=_address(patient), severities=list(AllergySeverity),
        typed=form.typed if form is not None else {}, **profile.urls(patient)), status


@access.patients_only
def show(patient_id: int | None = None) -> Any:
    return _page(access.person_or_404(patient_id))


@access.patients_only
@takes(AllergyForm)
def save(patient_id: int | None = None, *, form: AllergyForm) -> Any:
    """Note an allergy, or end the one that `allergy` names."""
    patient = access.person_or_404(patient_id)
    if not form.validate():
        return _page(patient, form, 422)
    try:
        with one_transaction():
            if form.allergy.raw_data and form.allergy.raw_data[0]:
                row = next((row for row in patient.living_allergies if row.id == form.allergy.data), None)
                if row is None:
                    raise NotFound
                allergies.end(row, by=current_user, reason=form.end_reason.data)
                said = gettext("The allergy was ended; it stays in the record.")
            else:
                row = allergies.note(patient, form.said.data, by=current_user, reaction=form.reaction.data,
                                     severity=form.severity.data or AllergySeverity.UNKNOWN)
                said = gettext("Noted: %(what)s", what=str(row))
    except Refused as refusal:
        form.blame(refusal)
        return _page(access.person_or_404(patient_id), form, refusal.status)
    flash(said, "success")
    return redirect(_address(patient), 303)


@access.patients_only
def names() -> Any:
    """What the field offers while somebody types."""
    typed = request.args.get("said", "").replace("\0", "")[:80]
    return render_template("portal/allergy_names.html",
                           choices=allergies.choices(typed) if len(typed.strip()) > 1 else [])


def add_to(bp: Blueprint) -> None:
    for rule in ("/allergies", "/people/<int:patient_id>/allergies"):
        bp.add_url_rule(rule, "allergies", show)
        bp.add_url_rule(rule, "allergies_save", save, methods=("POST",))
    bp.add_url_rule("/allergies/names", "allergy_names", names)
