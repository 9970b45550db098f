"""Who is affected: the persons whose data somebody read, by the activity log; and whose records are past the
years that the law asks for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.activity import Activity, ActivityLog
from models.actor import Door
from models.api import ApiToken
from models.base import db
from models.beds import Stay
from models.clinic import Patient
from models.consultations import Consultation, ConsultationState
from models.database_roles import towards_patients
from models.errors import N_, Refused
from models.people import User

#: Years after the last visit for which a record is kept (Permenkes 24/2022, article 39).
KEPT_YEARS = 25
#: What gives data away.
GIVES = (Activity.READ, Activity.EXPORTED)
#: Of these everybody is in an exported list.
LISTS = "patient"


@dataclass(frozen=True)
class Suspicion:
    """What is known of a breach: rows of the log between two instants, and, where given, of these accounts,
    tokens' accounts through the API, or network addresses."""

    since: datetime
    until: datetime
    accounts: Collection[str] = ()
    tokens: Collection[str] = ()
    addresses: Collection[str] = ()


@dataclass
class Affected:
    """A person whose data were read: when first and last, of which tables, by which accounts."""

    patient: Patient
    first: datetime
    last: datetime
    tables: set[str] = field(default_factory=set)
    readers: set[str] = field(default_factory=set)
    #: Whether a whole list was taken away, and not this person's record opened.
    in_lists: bool = False


def affected(what: Suspicion) -> list[Affected]:
    """The persons whose data were read or taken away, by their record's number. Raises `Refused` for an
    account or token that is not there."""
    found: dict[int, Affected] = {}
    names = {user.id: user.email for user in db.session.scalars(sa.select(User))}
    for patient_id, row in _rows(what):
        at = clock.aware(row.occurred_at)
        entry = found.get(patient_id)
        if entry is None:
            patient = db.session.get(Patient, patient_id)
            if patient is None:
                continue
            entry = found[patient_id] = Affected(patient, at, at)
        entry.first, entry.last = min(entry.first, at), max(entry.last, at)
        entry.tables.add(row.table_name or "")
        entry.readers.add(names.get(row.user_id or 0, "-"))
        entry.in_lists = entry.in_lists or row.changed_id is None
    return sorted(found.values(), key=lambda entry: (entry.patient.medical_record_number or "~",
                                                     entry.patient.id))


def _rows(what: Suspicion) -> Iterator[tuple[int, Any]]:
    """Patient and row of the log, for each row that gave data of that patient away."""
    fits = _fits(what)
    log = (ActivityLog.table_name, ActivityLog.changed_id, ActivityLog.user_id, ActivityLog.occurred_at)
    for table in ("patient", "attachment", *towards_patients()):
        path, patient_id = _to_patient(table)
        key = sa.cast(path.c.id if table == "patient" else db.metadata.tables[table].c.id, sa.String)
        rows = sa.select(patient_id, *log).select_from(path).join(
            ActivityLog, ActivityLog.changed_id == key).where(ActivityLog.table_name == table, *fits)
        yield from ((row[0], row) for row in db.session.execute(rows))
    everybody = None
    lists = sa.select(*log).where(ActivityLog.changed_id.is_(None), ActivityLog.activity == Activity.EXPORTED,
                                  ActivityLog.table_name == LISTS, *fits)
    for row in db.session.execute(lists):
        if everybody is None:
            everybody = db.session.execute(sa.select(Patient.id, Patient.registered_at)).all()
        yield from ((key, row) for key, since in everybody
                    if clock.aware(since) <= clock.aware(row.occurred_at))


def _to_patient(table: str) -> tuple[Any, Any]:
    """The tables from `table` to the patient, joined, and the column of the patient's id."""
    first = db.metadata.tables[table]
    if table == "patient":
        return first, first.c.id
    if table == "attachment":
        visit = db.metadata.tables["consultation"]
        return first.join(visit, sa.and_(first.c.document_type == "consultation",
                                         first.c.document_id == visit.c.id)), visit.c.patient_id
    path: Any = first
    here, steps = first, towards_patients()
    while True:
        column, parent = steps[here.name]
        if parent == "patient":
            return path, here.c[column]
        above = db.metadata.tables[parent]
        path = path.join(above, here.c[column] == above.c.id)
        here = above


def _fits(what: Suspicion) -> list[Any]:
    fits: list[Any] = [ActivityLog.activity.in_(GIVES), ActivityLog.occurred_at >= what.since,
                       ActivityLog.occurred_at <= what.until]
    whose: list[Any] = []
    if what.accounts:
        ids = [_one(sa.select(User.id).where(sa.func.lower(User.email) == name.strip().lower()), name)
               for name in what.accounts]
        whose.append(ActivityLog.user_id.in_(ids))
    for name in what.tokens:
        token = db.session.scalar(sa.select(ApiToken).where(ApiToken.name == name)
                                  .order_by(ApiToken.id.desc()).limit(1))
        if token is None:
            raise Refused(N_("There is no account or token %(name)s."), name=name)
        whose.append(sa.and_(ActivityLog.user_id == token.user_id, ActivityLog.access == Door.API,
                             ActivityLog.occurred_at >= token.created_at))
    if what.addresses:
        whose.append(ActivityLog.address.in_(what.addresses))
    return [*fits, sa.or_(*whose)] if whose else fits


def _one(statement: Any, name: str) -> int:
    key = db.session.scalar(statement)
    if key is None:
        raise Refused(N_("There is no account or token %(name)s."), name=name)
    return int(key)


def contact_of(patient: Patient) -> tuple[str, str]:
    """E-mail and telephone by which the person is told: the own ones, else the guardian's."""
    account = patient.user or (patient.guardian.user if patient.guardian is not None else None)
    phone = patient.phone or (account.phone if account is not None else None) or (
        patient.guardian.phone if patient.guardian is not None else None)
    # Dialled as it stands; a number that begins with + looks like a formula to a spreadsheet.
    dialled = re.sub(r"^\+", "00", re.sub(r"^\+62", "0", phone or ""))
    return account.email if account is not None else "", dialled


# ---------------------------------------------------------------- past the years

def past_keeping(day: date) -> list[tuple[Patient, date]]:
    """Records whose last visit lies more than `KEPT_YEARS` before `day`, and that visit's day; a person who
    never came counts from the registration. Whether they are destroyed, and how, a committee decides."""
    visit = sa.select(Consultation.patient_id, sa.func.max(Consultation.starts_at).label("at")).where(
        Consultation.state == ConsultationState.COMPLETED).group_by(Consultation.patient_id).subquery()
    stay = sa.select(
        Stay.patient_id, sa.func.max(sa.func.coalesce(Stay.ended_at, clock.now())).label("at")).where(
            Stay.patient_id.is_not(None), Stay.voided_at.is_(None)).group_by(Stay.patient_id).subquery()
    rows = db.session.execute(
        sa.select(Patient, visit.c.at, stay.c.at).outerjoin(visit, visit.c.patient_id == Patient.id)
        .outerjoin(stay, stay.c.patient_id == Patient.id).options(joinedload(Patient.user))
        .order_by(Patient.id))
    found = []
    for patient, *visits in rows:
        last = max((clock.aware(at) for at in visits if at is not None),
                   default=clock.aware(patient.registered_at))
        kept = clock.local(last).date()
        if (day.year - kept.year, day.month, day.day) > (KEPT_YEARS, kept.month, kept.day):
            found.append((patient, kept))
    return found
