"""A patient's own record: who looked at it, and all of it to take along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from models import clock
from models.activity import Activity, ActivityLog
from models.base import db
from models.clinic import Patient
from models.consultations import ClinicalNote, Consultation, ConsultationMessage, ConsultationState, Diagnosis
from models.documents import Attachment
from models.errors import N_
from models.operations.core.activity import plain
from models.operations.people import nik
from models.operations.people.notices import Declared, declare
from models.outbox import Channel
from models.people import User
from models.prescriptions import GIVEN_OUT, Letter, Prescription, PrescriptionLine
from models.vital_signs import VitalSign

FORMAT = "rawat-patient-record/1"
#: What is read of a record, and what else somebody does with it.
READING = (Activity.READ, Activity.EXPORTED)
CHANGING = (Activity.INSERTED, Activity.UPDATED, Activity.DELETED)
#: Columns that say nothing to anybody outside: keys of the installation, and secrets.
INTERNAL = frozenset({"nik", "nik_index", "version", "user_id", "patient_id", "created_by_id", "client_id",
                      "author_id", "attachment_id", "noted_by_id", "ended_by_id", "recorded_by_id",
                      "given_by_id", "guardian_id", "registered_by_id",
                      "doctor_id", "specialization_id", "consultation_id", "rescheduled_from_id",
                      "held_beside_id", "prescription_id", "item_id", "unit_id", "store_id", "verify_code",
                      "video_url", "entered_by_id"})
#: Tables that hang on a consultation.
HANGING = (ClinicalNote, Diagnosis, Letter, Prescription)

declare(Declared(
    "record_downloaded", lambda account: [account], N_("Your record was downloaded"),
    (N_("All data of a patient record was downloaded from your account. If it was not you, set a new "
        "password and contact "
        "the hospital at once."),), address="/account/", channels=(Channel.MAIL,), always=True,
    icon="download"))


# ---------------------------------------------------------------- who looked at it

def _text(column: Any) -> Any:
    return sa.cast(column, sa.String)


def one_persons_records(patient: Patient) -> list[str]:
    """The ids of the record and of those that were merged into it, as the log writes them."""
    return [str(patient.id), *map(str, db.session.scalars(
        sa.select(Patient.id).where(Patient.merged_into_id == patient.id).order_by(Patient.id)))]


def lookers(patient: Patient, *, changes: bool = False, before: int | None = None,
            only: int | None = None, limit: int = 50) -> list[ActivityLog]:
    """Who of the hospital read the record (and with `changes` wrote in it), newest first; one statement. With
    `only` that row of the log alone, when it is one of them.

    What the patient and the guardian did themselves is left out.
    """
    own = sa.select(Consultation.id).where(Consultation.patient_id == patient.id)
    rows = [(ActivityLog.table_name == "patient") & ActivityLog.changed_id.in_(one_persons_records(patient)),
            (ActivityLog.table_name == "consultation") & ActivityLog.changed_id.in_(
                sa.select(_text(Consultation.id)).where(Consultation.patient_id == patient.id)),
            (ActivityLog.table_name == "attachment") & ActivityLog.changed_id.in_(
                sa.select(_text(Attachment.id)).where(Attachment.document_type == "consultation",
                                                      Attachment.document_id.in_(own)))]
    rows += [(ActivityLog.table_name == model.__tablename__) & ActivityLog.changed_id.in_(
        sa.select(_text(model.id)).where(model.consultation_id.in_(own))) for model in HANGING]
    rows += [(ActivityLog.table_name == "vital_sign") & ActivityLog.changed_id.in_(
        sa.select(_text(VitalSign.id)).where(VitalSign.patient_id == patient.id))]
    wanted = READING + (CHANGING if changes else ())
    result = (sa.select(ActivityLog).where(sa.or_(*rows), ActivityLog.activity.in_(wanted),
                                           ActivityLog.user_id.is_not(None),
                                           ActivityLog.user_id.not_in(patient.owner_ids or {0}))
              .options(joinedload(ActivityLog.user).joinedload(User.user_roles))
              .order_by(ActivityLog.id.desc()).limit(limit))
    if before is not None:
        result = result.where(ActivityLog.id < before)
    if only is not None:
        result = result.where(ActivityLog.id == only)
    return list(db.session.scalars(result).unique())


#: Somebody who opens the record again within this time goes on with the same visit.
VISIT_GAP = timedelta(minutes=30)
#: Rows of the log that one page of visits reads.
MOST_ROWS = 600


@dataclass
class Visit:
    """One person's time with the record through one door: from, until, and what was opened or done how
    often."""

    user: Any
    door: str
    until: datetime
    since: datetime
    last_id: int
    #: By activity and table: how many different things.
    opened: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def take(self, row: ActivityLog) -> None:
        self.since, self.last_id = clock.aware(row.occurred_at), row.id
        self.opened.setdefault((row.activity.value, row.table_name or ""), set()).add(row.changed_id or "")


def visits(patient: Patient, *, changes: bool = False, before: int | None = None) -> tuple[list[Visit],
                                                                                      int | None]:
    """The log's rows of `lookers` as visits, newest first, and where the next page goes on (None: nothing
    older). The log itself keeps every row; one statement."""
    rows = lookers(patient, changes=changes, before=before, limit=MOST_ROWS + 1)
    more = len(rows) > MOST_ROWS
    rows = _up_to_a_pause(rows[:MOST_ROWS]) if more else rows
    found: list[Visit] = []
    last: dict[tuple[int | None, str], Visit] = {}
    for row in rows:
        key, at = (row.user_id, str(row.access.value)), clock.aware(row.occurred_at)
        visit = last.get(key)
        if visit is None or visit.since - at > VISIT_GAP:
            visit = last[key] = Visit(row.user, str(row.access.value), at, at, row.id)
            found.append(visit)
        visit.take(row)
    return found, rows[-1].id if more and rows else None


def _up_to_a_pause(rows: list[ActivityLog]) -> list[ActivityLog]:
    """The rows before the last pause in which nobody read, so that no visit is cut in two by a page."""
    for place in range(len(rows) - 1, 0, -1):
        if clock.aware(rows[place - 1].occurred_at) - clock.aware(rows[place].occurred_at) > VISIT_GAP:
            return rows[:place]
    return rows


# ---------------------------------------------------------------- all of it

def _row(record: Any) -> dict[str, Any]:
    """The columns of a record that mean something to its owner."""
    mapper = sa.inspect(type(record))
    return {attribute.key: plain(getattr(record, attribute.key)) for attribute in mapper.column_attrs
            if attribute.key not in INTERNAL and not isinstance(attribute.columns[0].type, sa.LargeBinary)}


def consultations_of(patient: Patient) -> list[Consultation]:
    """All of them with everything that hangs on them, oldest first."""
    return list(db.session.scalars(
        sa.select(Consultation).where(Consultation.patient_id == patient.id).order_by(Consultation.starts_at)
        .options(joinedload(Consultation.doctor), joinedload(Consultation.specialization),
                 selectinload(Consultation.messages).options(joinedload(ConsultationMessage.author),
                                                             joinedload(ConsultationMessage.attachment)),
                 selectinload(Consultation.notes), selectinload(Consultation.diagnoses),
                 selectinload(Consultation.letters),
                 selectinload(Consultation.prescriptions).selectinload(Prescription.lines).options(
                     joinedload(PrescriptionLine.item), joinedload(PrescriptionLine.unit)))).unique())


def files_of(patient: Patient) -> list[Attachment]:
    """The files of the consultations, without their content."""
    own = sa.select(Consultation.id).where(Consultation.patient_id == patient.id)
    return list(db.session.scalars(sa.select(Attachment).where(
        Attachment.document_type == "consultation", Attachment.document_id.in_(own)).order_by(Attachment.id)))


def issued(consultation: Consultation) -> list[Prescription]:
    """The prescriptions that the doctor gave out."""
    return [prescription for prescription in consultation.prescriptions
            if prescription.state in GIVEN_OUT]


def path_of(file: Attachment, numbers: dict[int, str]) -> str:
    """Where a file lies in the archive."""
    folder = numbers.get(file.document_id, str(file.document_id)).replace("/", "-")
    return f"files/{folder}/{file.id}-{file.file_name}"


def gathered(patient: Patient, consultations: list[Consultation], files: list[Attachment]) -> dict[str, Any]:
    """The record as data that a program can read; instants are UTC, ISO 8601, numbers are text where
    exact."""
    numbers = {consultation.id: consultation.number or str(consultation.id) for consultation in consultations}
    by_consultation: dict[int, list[Attachment]] = {}
    for file in files:
        by_consultation.setdefault(file.document_id, []).append(file)
    return {
        "format": FORMAT, "made_at": clock.now().isoformat(),
        "patient": {**_row(patient), "nik": nik.of(patient), "bmi": plain(patient.bmi)},
        "allergies": [{**_row(allergy), "noted_by": allergy.noted_by.name}
                      for allergy in patient.allergy_rows],
        "consents": [{**_row(consent), "given_by": consent.given_by.name} for consent in patient.consents],
        "measurements": [_row(sign) for sign in db.session.scalars(
            sa.select(VitalSign).where(VitalSign.patient_id == patient.id).order_by(VitalSign.id))],
        "consultations": [_consultation(consultation, by_consultation.get(consultation.id, []), numbers)
                          for consultation in consultations],
        "read_by": list(_readers(patient))}


def _consultation(each: Consultation, files: list[Attachment], numbers: dict[int, str]) -> dict[str, Any]:
    ended = each.state == ConsultationState.COMPLETED
    return {
        **_row(each), "doctor": each.doctor.name, "specialization": each.specialization.name,
        "messages": [{**_row(message), "by": message.author.name,
                      "file": message.attachment.file_name if message.attachment else None}
                     for message in each.messages],
        "notes": [_row(note) for note in each.notes] if ended else [],
        "diagnoses": [_row(diagnosis) for diagnosis in each.live_diagnoses] if ended else [],
        "prescriptions": [{**_row(rx), "number": rx.number,
                           "lines": [{**_row(line), "item": line.item.name, "unit": line.unit.unit_name}
                                     for line in rx.lines]} for rx in issued(each)],
        "letters": [_row(letter) for letter in each.letters],
        "files": [{"name": file.file_name, "media_type": file.media_type, "size": file.size,
                   "sha256": file.sha256, "path": path_of(file, numbers)} for file in files]}


def _readers(patient: Patient) -> Iterator[dict[str, Any]]:
    last: int | None = None
    while True:
        rows = lookers(patient, before=last, limit=500)
        for row in rows:
            yield {"at": row.occurred_at.isoformat(), "name": row.user.name if row.user else None,
                   "roles": sorted(row.user.roles) if row.user else [], "activity": row.activity.value,
                   "table": row.table_name}
        if len(rows) < 500:
            return
        last = rows[-1].id
