"""Who may open which page of the portal; what belongs to somebody else is as absent as what never was."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import abort, session
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from models import rights
from models.base import db
from models.clinic import Patient
from models.consultations import Consultation
from models.operations.core import owned

#: The largest key that a column can hold; a larger number in an address names nothing.
_LARGEST = 2**63 - 1


def signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """Only for somebody who signed in: everybody else goes to the sign-in page and comes back."""
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            from portal.web.signin import unauthorized
            return unauthorized()
        return view(*args, **kwargs)
    return guarded


def patients_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """Only for people with the role patient; 403 for the others who are signed in."""
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not rights.may_open(current_user, "portal"):
            abort(403)
        return view(*args, **kwargs)
    return signed_in(guarded)


def patient_or_404() -> Patient:
    """The registration of the person who is signed in."""
    patient = owned.patient_of(current_user)
    if patient is None:
        raise NotFound
    return patient


def people() -> list[Patient]:
    """The registrations that the person may act for, the own one first. Raises `NotFound` when there is
    none."""
    result = owned.patients_of(current_user)
    if not result:
        raise NotFound
    return result


#: Whose consultations the pages show, when it is not everybody whom the person acts for.
SHOWN = "shown_patient"


def shown(found: list[Patient]) -> list[Patient]:
    """Those of `people()` whom the person chose to look at; all of them without a choice."""
    chosen = [entry for entry in found if entry.id == session.get(SHOWN)]
    return chosen or found


def person_or_404(patient_id: int | None = None) -> Patient:
    """The registration that the person may act for; the own one without an id. 404 in every other case."""
    if patient_id is None:
        return patient_or_404()
    result = owned.own_patient(current_user, patient_id)
    if result is None:
        raise NotFound
    return result


def own_people() -> sa.Select[Any]:
    """The ids of those registrations, for use inside a query."""
    guardian = sa.orm.aliased(Patient)
    return sa.select(Patient.id).where(sa.or_(
        Patient.user_id == current_user.id,
        Patient.guardian_id.in_(sa.select(guardian.id).where(guardian.user_id == current_user.id))))


def own_consultation(consultation_id: int, *options: Any) -> Consultation:
    """The consultation, if it is of one of the person's registrations; 404 in every other case."""
    if consultation_id > _LARGEST:
        raise NotFound
    result = db.session.scalar(
        sa.select(Consultation)
        .where(Consultation.id == consultation_id, Consultation.patient_id.in_(own_people()))
        .options(joinedload(Consultation.patient).joinedload(Patient.guardian),
                 joinedload(Consultation.doctor), joinedload(Consultation.specialization), *options))
    if result is None:
        raise NotFound
    if not rights.may_open(current_user, "portal"):
        abort(403)
    return result
