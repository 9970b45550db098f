"""Consultations whose time came and that nobody decided on or began: ended by a job, with a kind word and the
next free times. `flask run-jobs` runs it."""

from __future__ import annotations

import sqlalchemy as sa

from models import clock
from models.base import db
from models.consultations import UNDO, Consultation, ConsultationState
from models.errors import N_
from models.operations.clinic import slots
from models.operations.core.approvals import by_system
from models.operations.core.jobs import job
from models.operations.core.system import the_system
from models.operations.people.notices import (
    PANEL,
    PORTAL,
    Declared,
    declare,
    holders,
    planned,
    tell,
    the_doctor_who_knew,
    the_patient,
)
from models.outbox import Channel
from models.roles import Role

C = ConsultationState
#: Consultations that one run ends; the next run goes on.
MOST = 500

declare(Declared(
    "consultation_expired", the_patient, N_("Your request could not be answered in time"),
    (N_("We are sorry: nobody answered your request %(number)s for %(when)s with %(doctor)s in time."),
     N_("Choose another time in the portal, it takes one step. Next free times: %(slots)s.")), planned,
    PORTAL, icon="clock-exclamation"))
declare(Declared(
    "consultation_lapsed", the_patient, N_("A consultation was not held"),
    (N_("Consultation %(number)s with %(doctor)s on %(when)s was not begun and has ended."),
     N_("Choose another time in the portal, it takes one step. Next free times: %(slots)s.")), planned,
    PORTAL, icon="clock-exclamation"))
declare(Declared(
    "consultation_missed_by_office", holders(Role.ADMIN), N_("A request ended without an answer"),
    (N_("The time of consultation %(number)s with %(doctor)s, %(when)s, came before anybody decided. The "
        "patient was told the next free times."),), planned, PANEL, channels=(Channel.MAIL,),
    icon="clock-exclamation"))
declare(Declared(
    "consultation_not_begun", the_doctor_who_knew, N_("A consultation was not held"),
    (N_("Consultation %(number)s on %(when)s was neither begun nor said to be missed, and has ended."),),
    planned, PANEL, channels=(Channel.MAIL,), icon="clock-exclamation"))


@job("consultations")
def expire() -> str:
    """End requests whose time came undecided, and approved ones a day after their time."""
    now, ended = clock.now(), 0
    # ends_at is no column: a consultation takes a day at most, so the rest is asked of each
    rows = db.session.scalars(sa.select(Consultation.id).where(
        sa.or_(sa.and_(Consultation.state == C.REQUESTED, Consultation.starts_at <= now),
               sa.and_(Consultation.state == C.APPROVED, Consultation.starts_at <= now - UNDO)))
        .order_by(Consultation.starts_at, Consultation.id).limit(MOST)).all()
    for key in rows:
        consultation = db.session.get(Consultation, key, with_for_update={"key_share": True},
                                      populate_existing=True)
        if consultation is not None and _is_over(consultation):
            _end(consultation)
            ended += 1
    return f"{ended} ended" if ended else ""


def _is_over(consultation: Consultation) -> bool:
    if consultation.state == C.REQUESTED:
        return consultation.starts_at <= clock.now()
    return consultation.state == C.APPROVED and consultation.ends_at + UNDO <= clock.now()


def _end(consultation: Consultation) -> None:
    was_asked = consultation.state == C.REQUESTED
    by_system(consultation, "expire", by=the_system())
    free = slots.next_free(consultation.doctor, patient=consultation.patient)
    words = ", ".join(map(str, free)) or "–"
    if was_asked:
        tell("consultation_expired", consultation, slots=words)
        tell("consultation_missed_by_office", consultation)
    else:
        tell("consultation_lapsed", consultation, slots=words)
        tell("consultation_not_begun", consultation)
