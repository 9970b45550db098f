"""Taking a merge back: exactly what moved goes back, and what nobody changed since becomes what it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from models import clock
from models.activity import Activity
from models.base import db
from models.clinic import Patient, PatientState
from models.consultations import Consultation
from models.documents import WORKFLOWS
from models.errors import N_, Refused
from models.merges import PatientMerge, PatientMergeMove
from models.operations.clinic import merging
from models.operations.core import activity
from models.operations.core.approvals import put_back
from models.operations.core.checks import check
from models.operations.core.locking import lock
from models.operations.people.notices import ASK, Declared, declare, tell, the_account
from models.outbox import Channel
from models.people import User

#: The event of a record that came back out of a merge. No row of a workflow: it undoes another operation.
UNMERGED = "unmerge"


@dataclass(frozen=True)
class TakenBack:
    """How many rows of each table went back, and the columns of the record that stayed which somebody changed
    since."""

    moved: dict[str, int]
    left: tuple[str, ...]


declare(Declared(
    "registration_unmerged", the_account, N_("Two registrations are apart again"),
    (N_("The registration of %(patient)s had been joined with another one. That was taken back: each has "
        "its own "
        "record again."),
     N_("Sign in with your own password, or let the sign-in page send you a new one."), ASK),
    lambda patient: {"patient": patient.name}, "/portal/", channels=(Channel.MAIL,), always=True,
    icon="users"))


def living(gone: Patient) -> PatientMerge | None:
    """The merge that made this record a pointer, when it was kept and not taken back."""
    return db.session.scalar(sa.select(PatientMerge).where(
        PatientMerge.gone_id == gone.id, PatientMerge.taken_back_at.is_(None)))


def of(patient: Patient) -> list[PatientMerge]:
    """All merges of this record, the newest first."""
    return list(db.session.scalars(sa.select(PatientMerge).where(
        sa.or_(PatientMerge.gone_id == patient.id, PatientMerge.kept_id == patient.id))
        .order_by(PatientMerge.id.desc())))


def required(gone: Patient) -> PatientMerge:
    """The merge of this record that can be taken back now. Raises `Refused`."""
    if gone.merged_into_id is None:
        raise Refused(N_("This record is not merged."))
    result = living(gone)
    if result is None:
        raise Refused(N_("This merge was made before what moved was kept; it cannot be taken back here. "
                         "Write what "
                         "belongs to whom into the record that stayed."))
    later = db.session.scalar(sa.select(PatientMerge).where(
        PatientMerge.id > result.id, PatientMerge.taken_back_at.is_(None),
        sa.or_(PatientMerge.gone_id.in_((result.gone_id, result.kept_id)),
               PatientMerge.kept_id.in_((result.gone_id, result.kept_id)))).order_by(PatientMerge.id.desc()))
    if later is not None:
        raise Refused(N_("%(gone)s was merged into %(kept)s later. Take that back first."),
                      gone=_called(later.gone), kept=_called(later.kept))
    return result


def _called(patient: Patient) -> str:
    return patient.medical_record_number or patient.name


def left_alone(merge: PatientMerge) -> tuple[str, ...]:
    """Columns of the record that stayed which were changed since: they would stay as they are."""
    now = _now(merge)
    return tuple(sorted(move.column_name for move in merge.moves
                        if move.table_name == "patient" and move.row_id == merge.kept_id
                        and now[move.table_name, move.row_id, move.column_name] != move.after))


def take_back(gone: Patient, *, by: User, reason: str) -> TakenBack:
    """Make two records of one again. Flushes.

    What was made after the merge stays with the record that stayed. Raises `NotAllowed`, `Conflict` or
    `Refused`.
    """
    kept_id = gone.merged_into_id
    stored = db.session.get(Patient, kept_id) if kept_id is not None else None
    merging.may_decide(gone, stored or gone, by)
    merge = required(gone)
    if not reason.strip():
        raise Refused(N_("Please write why the merge is taken back."), field="reason")
    for patient in sorted((gone, merge.kept), key=lambda entry: entry.id):
        lock(patient)
    db.session.refresh(merge)
    merge = required(gone)
    left = left_alone(merge)
    moved = _restore(merge, by, reason)
    merge.taken_back_at, merge.taken_back_by_id, merge.reason = clock.now(), by.id, reason.strip()
    db.session.flush()
    tell("registration_unmerged", gone)
    tell("registration_unmerged", merge.kept)
    activity.record(Activity.UPDATED, table_name="patient", changed_id=merge.kept_id,
                    properties={"unmerged": {"patient": gone.id, "moved": moved, "left": list(left)}})
    return TakenBack(moved, left)


def _now(merge: PatientMerge) -> dict[tuple[str, int, str], Any]:
    """What the changed values are now."""
    result: dict[tuple[str, int, str], Any] = {}
    for name, moves in _by_table(merge).items():
        table = db.metadata.tables[name]
        columns = sorted({move.column_name for move in moves})
        for row in db.session.execute(sa.select(table.c.id, *(table.c[column] for column in columns)).where(
                table.c.id.in_({move.row_id for move in moves}))).mappings():
            result |= {(name, row["id"], column): activity.plain(row[column]) for column in columns}
    return {(move.table_name, move.row_id, move.column_name):
            result.get((move.table_name, move.row_id, move.column_name)) for move in merge.moves}


def _by_table(merge: PatientMerge) -> dict[str, list[PatientMergeMove]]:
    result: dict[str, list[PatientMergeMove]] = {}
    for move in merge.moves:
        result.setdefault(move.table_name, []).append(move)
    return result


def _restore(merge: PatientMerge, by: User, reason: str) -> dict[str, int]:
    """Write back what is as the merge left it; how many rows of each table went back to the record that had
    gone."""
    now, gone = _now(merge), merge.gone
    back = [entry for entry in merge.moves
            if now[entry.table_name, entry.row_id,
                   entry.column_name] == entry.after or (entry.row_id == gone.id
            and entry.table_name == "patient")]
    # The NIK is unique: the record that stayed lets go of it first.
    own = [entry for entry in back if entry.table_name == "patient" and entry.row_id == gone.id]
    _write([entry for entry in back if entry not in own])
    state = next((entry.before for entry in own if entry.column_name == "state"), PatientState.ACTIVE)
    with db.session.no_autoflush:
        for entry in own:
            if entry.column_name != "state":
                setattr(gone, entry.column_name, _value("patient", entry.column_name, entry.before))
        _without_a_lost_nik(gone, own)
    put_back(gone, PatientState(state), UNMERGED, by=by, note=reason)
    merging.forget(gone, merge.kept)
    for patient in (gone, merge.kept):
        db.session.refresh(patient)
    moved: dict[str, int] = {}
    for entry in back:
        if entry.after == merge.kept_id and entry.before == gone.id:
            moved[entry.table_name] = moved.get(entry.table_name, 0) + 1
    return moved


def _without_a_lost_nik(gone: Patient, own: list[PatientMergeMove]) -> None:
    """Another record may have got the number meanwhile: then it stays a question."""
    if any(entry.column_name == "nik_index" and entry.before for entry in own) and db.session.scalar(
            sa.select(Patient.id).where(Patient.nik_index == gone.nik_index,
                                        Patient.id != gone.id)) is not None:
        gone.nik_index = None


def _write(moves: list[PatientMergeMove]) -> None:
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for move in moves:
        rows.setdefault((move.table_name, move.row_id), {})[move.column_name] = _value(
            move.table_name, move.column_name, move.before)
    with db.session.no_autoflush:
        for (name, row_id), values in rows.items():
            table = db.metadata.tables[name]
            if "version" in table.columns and (name in WORKFLOWS or name == "user"):
                values["version"] = table.c.version + 1
            db.session.execute(sa.update(table).where(table.c.id == row_id).values(values))
    record: Any
    for record in list(db.session.identity_map.values()):
        if (record.__tablename__, getattr(record, "id", 0)) in rows:
            db.session.expire(record)


def _value(name: str, column: str, text: Any) -> Any:
    """What `activity.plain` wrote, as the column takes it."""
    kind = db.metadata.tables[name].c[column].type.python_type
    if text is None or not isinstance(text, str):
        return text
    if kind in (datetime, date):
        return kind.fromisoformat(text)
    return Decimal(text) if kind is Decimal else text


# ---------------------------------------------------------------- what `flask verify` proves

@check("patients: a merged record holds nothing but its pointer, and one that came back points nowhere")
def merged(session: Any) -> Any:
    living_merge = sa.select(PatientMerge.id).where(
        PatientMerge.gone_id == Patient.id, PatientMerge.taken_back_at.is_(None))
    visits = sa.select(Consultation.id).where(Consultation.patient_id == Patient.id)
    return session.execute(sa.select(Patient.id, Patient.merged_into_id).where(sa.or_(
        sa.and_(Patient.merged_into_id.is_(None), living_merge.exists()),
        sa.and_(Patient.merged_into_id.is_not(None), visits.exists()))).limit(1)).first()


@check("consultations: two at one time are held only by records that were merged")
def held_beside(session: Any) -> Any:
    other = sa.orm.aliased(Consultation)
    return session.execute(
        sa.select(Consultation.id, Consultation.number).outerjoin(other,
                                                                  other.id
                                                                  == Consultation.held_beside_id).where(
            Consultation.held_beside_id.is_not(None),
            Consultation.patient_id != other.patient_id).limit(1)).first()
