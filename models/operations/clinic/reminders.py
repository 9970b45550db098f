"""What is told because time passes: a consultation comes near, a doctor's licence runs out. Run by `flask
run-jobs`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.clinic import Doctor
from models.consultations import Consultation, ConsultationState
from models.errors import N_
from models.operations.core.jobs import each_day, job
from models.operations.people.notices import (
    PANEL,
    PORTAL,
    Declared,
    declare,
    holders,
    planned,
    tell,
    the_doctor,
    the_patient,
)
from models.organisation import Status
from models.outbox import Channel
from models.roles import Role
from models.settings import setting

#: Days before a licence runs out on which it is told, and again once it has.
LICENCE_DAYS = (7, 30, 90)
LICENCES = {"STR": "str_expires_on", "SIP": "sip_expires_on"}

declare(Declared(
    "consultation_reminder", the_patient, N_("Your consultation is near"),
    (N_("Consultation %(number)s with %(doctor)s begins on %(when)s."),
     N_("Open it in the portal at that time to talk with the doctor.")), planned, PORTAL, icon="clock"))
declare(Declared(
    "consultation_reminder_doctor", the_doctor, N_("A consultation is near"),
    (N_("Consultation %(number)s begins on %(when)s."),), planned, PANEL, icon="clock"))


def _doctor_and_office(doctor: Doctor) -> list[Any]:
    return [doctor.user, *holders(Role.ADMIN)(doctor)]


declare(
    Declared(
        "licence_runs_out",
        _doctor_and_office, N_("%(licence)s of %(doctor)s runs out"),
        (
            N_(
                "It is valid until %(day)s. After that day no new times are offered; please enter the new "
                "licence."
            ),
        ),
        lambda doctor: {"doctor": doctor.name},
        "/admin/doctor/details/?id={id}",
        channels=(Channel.MAIL,),
        icon="certificate",
    )
)
declare(Declared(
    "licence_ran_out", _doctor_and_office, N_("%(licence)s of %(doctor)s ran out"),
    (N_("It was valid until %(day)s. No new times are offered until the new licence is entered."),),
    lambda doctor: {"doctor": doctor.name}, "/admin/doctor/details/?id={id}", channels=(Channel.MAIL,),
    icon="certificate"))


def lead_hours() -> list[int]:
    """The hours of the setting, longest first."""
    return list(setting("consultation.reminders"))


@job("reminders")
def remind() -> str:
    """Remind patient and doctor of each approved consultation, once for each lead time.

    One that was approved after its reminder was due, or whose later reminder is due already, is not reminded
    late.
    """
    leads, now, notified = lead_hours(), clock.now(), 0
    for place, hours in enumerate(leads):
        later = timedelta(hours=leads[place + 1]) if place + 1 < len(leads) else timedelta(0)
        lead = timedelta(hours=hours)
        near = db.session.scalars(sa.select(Consultation).where(
            Consultation.state == ConsultationState.APPROVED, Consultation.starts_at > now + later,
            Consultation.starts_at <= now + lead).order_by(Consultation.id))
        for consultation in near.all():
            if consultation.approved_at is None or consultation.approved_at > consultation.starts_at - lead:
                continue
            for event in ("consultation_reminder", "consultation_reminder_doctor"):
                notified += tell(event, consultation, key=f"{event}:{consultation.id}:{hours}")
    return f"{notified} told" if notified else ""


@job("licences", due=each_day())
def warn_of_licences() -> str:
    """Tell doctor and administrators 90, 30 and 7 days before STR or SIP runs out, and once it has."""
    today, notified = clock.today(), 0
    for licence, column in LICENCES.items():
        expiry = getattr(Doctor, column)
        for doctor in db.session.scalars(sa.select(Doctor).where(
                Doctor.status == Status.ACTIVE, expiry <= today + timedelta(days=max(LICENCE_DAYS)))
                .order_by(Doctor.id)).all():
            day: date = getattr(doctor, column)
            left = (day - today).days
            event, step = ("licence_ran_out", "out") if left < 0 else (
                "licence_runs_out", str(next(days for days in LICENCE_DAYS if left <= days)))
            notified += tell(event, doctor, key=f"{licence}:{doctor.id}:{day.isoformat()}:{step}",
                             licence=licence, day=day)
    return f"{notified} told" if notified else ""


@job("old_notices", due=each_day())
def forget_old_notices() -> str:
    """Delete notices that were read over ninety days ago; what they told stands in the documents' own
    history."""
    from models.outbox import Notice
    gone = db.session.execute(  # type: ignore[attr-defined]
        sa.delete(Notice).where(Notice.read_at < clock.now() - timedelta(days=90))
        .execution_options(synchronize_session=False)).rowcount
    return f"{gone} forgotten" if gone else ""
