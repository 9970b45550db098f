"""The four figures of the clinic on every home that has to do with patients: doctors available, consultations
done, patients registered, consultations today. Counts alone, so whoever reads no patient sees them too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import format_decimal, gettext
from flask_login import current_user

from backoffice.panel import named_filters
from backoffice.panel.inbox import for_person
from models import clock
from models.clinic import Doctor, Patient, PatientState
from models.consultations import Consultation, ConsultationState
from models.rights import may, scope
from models.roles import Role
from portal.web import replica

#: Whose home shows them; an administrator's tiles are the same four, with their trends.
ROLES = frozenset({Role.DIRECTOR, Role.FRONT_OFFICE, Role.DOCTOR})
REPORT = "/admin/reports/daily_performance/"


@dataclass(frozen=True)
class Figure:
    """A number and where its rows are; no address for whom no list is open."""

    word: str
    number: str
    address: str | None


def shown() -> list[Figure]:
    """The person's four; one statement. A doctor's are of the own consultations and patients."""
    if not current_user.has_role(*ROLES) or current_user.has_role(Role.ADMIN):
        return []
    numbers = replica.session().execute(for_person(("figures",), _counting)).one()
    day = clock.today().isoformat()
    places = ("/admin/doctor/?only=available" if _reads_all("doctor") else "/portal/doctors",
              _address("consultation", "state=completed"), _address("patient", "state=active"),
              _address("consultation", f"starts_at_from={day}&starts_at_to={day}"))
    words = (gettext("Doctors available"), gettext("Consultations done"), gettext("Patients registered"),
             gettext("Consultations today"))
    return [Figure(word, format_decimal(number), place)
            for word, number, place in zip(words, numbers, places, strict=True)]


def _counting() -> sa.Select[Any]:
    start, end = clock.day_bounds(clock.today())
    today = sa.and_(Consultation.starts_at >= start, Consultation.starts_at < end, Consultation.state.in_(
        (ConsultationState.APPROVED, ConsultationState.IN_PROGRESS, ConsultationState.COMPLETED,
         ConsultationState.NO_SHOW)))
    counted = (
        (Doctor, named_filters.of("doctor")["available"].criterion(Doctor)),
        (Consultation, Consultation.state == ConsultationState.COMPLETED),
        (Patient, Patient.state == PatientState.ACTIVE), (Consultation, today))
    return sa.select(*(_count(model, criterion).label(f"n{place}")
                       for place, (model, criterion) in enumerate(counted)))


def _count(model: Any, criterion: Any) -> Any:
    """How many rows there are; of those whom the person treats, the own ones."""
    rows = sa.select(sa.func.count()).select_from(model).where(criterion)
    table = model.__tablename__
    own = scope(current_user, table) if table != "doctor" and may(current_user, "read", table) else None
    return (rows if own is None else rows.where(own)).scalar_subquery()


def _reads_all(table: str) -> bool:
    return may(current_user, "read", table) and scope(current_user, table) is None


def _address(table: str, query: str) -> str | None:
    """The list where the person reads one, else the report of the day."""
    if may(current_user, "read", table):
        return f"/admin/{table}/?{query}"
    return REPORT if current_user.has_role(Role.DIRECTOR) else None
