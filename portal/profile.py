"""The patient's profile: shown, completed part by part, with the address chosen from province down to
village."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from models import clock
from models.base import db, one_transaction
from models.clinic import BloodType, MaritalStatus, Patient, PatientState, Payer, Sex
from models.errors import N_, Refused
from models.operations.clinic import patients
from models.operations.people import nik
from models.organisation import Region
from portal import access, account, fragments, words
from portal.forms import ProfileForm, takes
from portal.web import htmx, locale
from portal.web import words as site_words

ENUMS: dict[str, type[Any]] = {"sex": Sex, "marital_status": MaritalStatus, "blood_type": BloodType,
                               "payer": Payer}
TEXTS = ("name", "address", "phone", "allergies", "payer_name", "payer_number")
NUMBERS = ("height_cm", "weight_kg")
#: Levels of the address, and the letters of a region's code at each.
LEVELS = (("province", 2), ("regency", 5), ("district", 8), ("village", 13))


def _regions(chosen: str) -> dict[str, Any]:
    """The choices of each level that can be chosen now, and the chosen code of each; one statement a
    level."""
    picked = {level: chosen[:length] if len(chosen) >= length else "" for level, length in LEVELS}
    choices: dict[str, list[Any]] = {}
    parent: str | None = None
    for level, _ in LEVELS:
        if level != "province" and not parent:
            choices[level] = []
            continue
        choices[level] = list(db.session.execute(
            sa.select(Region.code, Region.name)
            .where(Region.parent_code.is_(None) if parent is None else Region.parent_code == parent)
            .order_by(Region.name)).all())
        if picked[level] not in {code for code, _ in choices[level]}:
            picked[level] = ""
        parent = picked[level]
    return {"picked": picked, "choices": choices}


def _deepest(form: Mapping[str, str]) -> str:
    """The lowest level that was chosen and still lies in the one above it."""
    code = ""
    for level, length in LEVELS:
        value = form.get(level, "")
        if len(value) != length or not value.startswith(code):
            break
        code = value
    return code


def _where(code: str | None) -> str:
    """Village, district, regency, province; one statement."""
    if not code:
        return ""
    codes = [code[:length] for _, length in LEVELS if len(code) >= length]
    rows = dict(db.session.execute(sa.select(Region.code, Region.name).where(Region.code.in_(codes))).all())
    return ", ".join(rows[code] for code in reversed(codes) if code in rows)


def urls(patient: Patient) -> dict[str, str]:
    """Where this profile is shown and changed: the own one has addresses without an id."""
    if patient.user_id == current_user.id:
        return {"profile_url": url_for("portal.profile"), "edit_url": url_for("portal.profile_edit"),
                "save_url": url_for("portal.profile_save")}
    return {"profile_url": url_for("portal.person", patient_id=patient.id),
            **dict.fromkeys(("edit_url", "save_url"), url_for("portal.person_edit", patient_id=patient.id))}


@access.patients_only
def show(patient_id: int | None = None) -> Any:
    patient = access.person_or_404(patient_id)
    mine = patient.user_id == current_user.id
    return render_template(
        "portal/profile.html", patient=patient, mine=mine, dependants=access.people()[1:] if mine else [],
        nik=nik.masked_of(patient), complete=words.completeness(patient), where=_where(patient.region_code),
        today=clock.today(), consents=patient.consents, bmi=_bmi(patient), **urls(patient))


def _bmi(patient: Patient) -> dict[str, Any] | None:
    """The index, its word and its place on a scale from 15 to 35 that is 320 wide (WHO, adults)."""
    value = patient.bmi
    if value is None:
        return None
    if patient.age_on(clock.today()) < 18:
        word = None
    elif value < 18.5:
        word = gettext("Low")
    else:
        word = gettext("Normal") if value < 25 else gettext("Overweight") if value < 30 else gettext("Obese")
    place = min(max((float(value) - 15) / 20 * 320, 6), 314)
    return {"value": value, "word": word, "place": round(place, 1), "good": 18.5 <= value < 25}


def _typed(patient: Patient) -> MultiDict[str, str]:
    """The form as the record stands, numbers as the reader's language writes them."""
    typed: dict[str, str] = {field: getattr(patient, field) or "" for field in TEXTS}
    typed |= {field: str(getattr(patient, field) or "") for field in ENUMS}
    typed |= {field: locale.quantity(value) if (value := getattr(patient, field)) is not None else ""
              for field in NUMBERS}
    typed["birth_date"] = patient.birth_date.isoformat()
    return MultiDict(typed)


def _form_page(patient: Patient, typed: Mapping[str, str], code: str, errors: dict[str, str] | None = None,
               status: int = 200, doubt: bool = False) -> Any:
    labels = {"name": gettext("Full name"), "birth_date": gettext("Birth date"),
              "height_cm": gettext("Height"),
              "weight_kg": gettext("Weight"), "phone": gettext("Telephone"),
              "address": gettext("Street and number"),
              "region_code": gettext("Village"), "nik": gettext("NIK"), "allergies": gettext("Allergies")}
    labels |= {field: site_words.label(field) for field in (*ENUMS, "payer_name", "payer_number")}
    return render_template(
        "portal/profile_form.html", patient=patient, typed=typed, errors=errors or {}, labels=labels,
        doubt=doubt,
        nik=nik.masked_of(patient), enums={field: list(kind) for field, kind in ENUMS.items()},
        **_regions(code), **urls(patient)), status


@access.patients_only
def edit(patient_id: int | None = None) -> Any:
    patient = access.person_or_404(patient_id)
    return _form_page(patient, _typed(patient), patient.region_code or "")


@access.patients_only
def regions() -> Any:
    """The four selects after a choice; the whole form for a browser without script."""
    if not htmx.wants_fragment():
        return redirect(url_for("portal.profile_edit"))
    return fragments.page_or_block("portal/profile_form.html", "region_fields", errors={},
                                   **_regions(_deepest(request.args)))


def _values(form: ProfileForm) -> dict[str, Any]:
    """What the form holds; a field that it lacks stays as it is."""
    values = form.sent_values((*TEXTS, *ENUMS, *NUMBERS, "birth_date"))
    if any(form.was_sent(level) for level, _ in LEVELS):
        values["region_code"] = _deepest(form.typed) or None
    elif form.was_sent("region_code"):
        values["region_code"] = form.region_code.data or None
    code = values.get("region_code")
    if code and db.session.get(Region, code) is None:
        form.blame_at("region_code", gettext("Please choose one of the list."))
    return values


@access.patients_only
@takes(ProfileForm)
def save(form: ProfileForm, patient_id: int | None = None) -> Any:
    patient = access.person_or_404(patient_id)
    if form.go.data == "regions":  # without script: show the next level, save nothing yet
        return _form_page(patient, form.typed, _deepest(form.typed))
    form.validate()
    values = _values(form)
    doubt = False
    if not form.problems:
        account.count_nik(str(form.nik.data or ""))
        try:
            with one_transaction():
                _write(access.person_or_404(patient_id), form, values)
            flash(gettext("Your profile was saved."))
            return redirect(urls(access.person_or_404(patient_id))["profile_url"], 303)
        except Refused as refusal:
            doubt = isinstance(refusal, nik.NikDoubt)
            form.blame(refusal)
    patient = access.person_or_404(patient_id)
    return _form_page(patient, form.typed, _deepest(form.typed) or patient.region_code or "", form.problems,
                      422, doubt)


def _write(patient: Patient, form: ProfileForm, values: dict[str, Any]) -> None:
    if patient.state == PatientState.ACTIVE and values.get("birth_date", patient.birth_date) \
            != patient.birth_date:
        raise Refused(N_("The birth date was checked by the hospital. Ask the hospital to correct it."),
                      field="birth_date")
    patients.update_profile(patient, values, by=current_user, number=form.nik.data or None,
                            nik_confirmed=form.nik_confirmed.data)


def add_to(bp: Blueprint) -> None:
    bp.add_url_rule("/profile", "profile", show)
    bp.add_url_rule("/profile", "profile_save", save, methods=("POST",))
    bp.add_url_rule("/profile/edit", "profile_edit", edit)
    bp.add_url_rule("/profile/edit", "profile_edit_save", save, methods=("POST",))
    bp.add_url_rule("/people/<int:patient_id>", "person", show)
    bp.add_url_rule("/people/<int:patient_id>/edit", "person_edit", edit)
    bp.add_url_rule("/people/<int:patient_id>/edit", "person_save", save, methods=("POST",))
    bp.add_url_rule("/regions", "regions", regions)
