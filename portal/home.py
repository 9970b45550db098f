"""The patient's home: the next consultation, unread messages, the profile; or how the registration stands."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask_login import current_user
from sqlalchemy.orm import joinedload

from models import clock
from models.base import db
from models.clinic import Patient, PatientState
from models.consultations import Consultation, ConsultationMessage, ConsultationState, MessageSide
from models.operations.clinic import conversations
from models.operations.clinic.consultations import can_still_change
from portal import access, fragments, words
from portal.web import htmx

C = ConsultationState
COMING = (C.REQUESTED, C.APPROVED, C.IN_PROGRESS)
TEMPLATE = "portal/home.html"


def _consultations(patients: list[Patient], *criteria: Any) -> sa.Select[Any]:
    return (sa.select(Consultation)
            .where(Consultation.patient_id.in_([patient.id for patient in patients]), *criteria)
            .options(joinedload(Consultation.doctor), joinedload(Consultation.specialization),
                     joinedload(Consultation.patient)))


def _next(patients: list[Patient]) -> Consultation | None:
    """The one that is held now, else the nearest to come."""
    since = clock.day_bounds(clock.today())[0]
    coming = (Consultation.state == C.IN_PROGRESS) | (
        Consultation.state.in_((C.REQUESTED, C.APPROVED)) & (Consultation.starts_at > since))
    return db.session.scalar(_consultations(patients, coming).order_by(
        Consultation.state != C.IN_PROGRESS, Consultation.starts_at, Consultation.id).limit(1))


def _unread(counts: dict[int, int]) -> list[tuple[Consultation, ConsultationMessage, int]]:
    """The conversations with something unread, each with the last unread message; one statement."""
    if not counts:
        return []
    last = (sa.select(sa.func.max(ConsultationMessage.id))
            .where(ConsultationMessage.consultation_id.in_(list(counts)),
                   ConsultationMessage.read_at.is_(None), ConsultationMessage.side == MessageSide.DOCTOR)
            .group_by(ConsultationMessage.consultation_id))
    rows = db.session.execute(
        sa.select(Consultation, ConsultationMessage)
        .join(ConsultationMessage, ConsultationMessage.consultation_id == Consultation.id)
        .where(ConsultationMessage.id.in_(last))
        .options(joinedload(Consultation.doctor))
        .order_by(ConsultationMessage.id.desc()).limit(5))
    return [(consultation, message, counts[consultation.id]) for consultation, message in rows]


def _live(patients: list[Patient]) -> dict[str, Any]:
    result = _next(patients)
    return {"patient": patients[0], "patients": patients, "next": result, "can_change": result is not None
            and can_still_change(result, current_user)}


@access.patients_only
def home() -> Any:
    people = access.people()
    patients, patient = access.shown(people), people[0]
    if request.args.get("part") == "next" and htmx.wants_fragment():
        return fragments.live_block(TEMPLATE, "next_consultation", **_live(patients) | {"patient": patient})
    if patient.state != PatientState.ACTIVE:
        return render_template("portal/waiting.html", patient=patient, complete=words.completeness(patient))
    counts = conversations.unread_counts(current_user)
    past = db.session.scalars(_consultations(patients, Consultation.state.not_in(COMING)).order_by(
        Consultation.starts_at.desc(), Consultation.id.desc()).limit(4)).all()
    return render_template(TEMPLATE, have="", unread=_unread(counts), past=past, greeting=words.greeting(),
                           complete=words.completeness(patient), today=clock.today(), people=people,
                           **_live(patients) | {"patient": patient})


@access.patients_only
def waiting() -> Any:
    """How the registration stands, for the waiting page to refresh itself; the home once it is approved."""
    patient = access.patient_or_404()
    if patient.state == PatientState.ACTIVE and htmx.wants_fragment():
        return htmx.sent_to("/portal/")
    if htmx.wants_fragment():
        return fragments.live_block("portal/waiting.html", "registration", patient=patient)
    return render_template("portal/waiting.html", patient=patient, complete=words.completeness(patient),
                           have="")


def add_to(bp: Blueprint) -> None:
    bp.add_url_rule("/", "home", home)
    bp.add_url_rule("/waiting", "waiting", waiting)
