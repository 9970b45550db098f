"""Two records of one person become one: found, compared, merged. The one that goes stays as a pointer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.activity import Activity
from models.base import db
from models.clinic import Patient, PatientState, Payer
from models.consultations import HOLDS_SLOT, Consultation
from models.documents import WORKFLOWS
from models.errors import N_, NotAllowed, Refused
from models.operations import activity, allergies
from models.operations.approvals import by_system
from models.operations.notices import ASK, Declared, declare, tell, the_account
from models.operations.once import lock
from models.outbox import Channel
from models.people import User
from models.roles import Role

#: Every foreign key to a patient, and what merging does with it: "moves" to the record that stays, or "stays" where it
#: is because it tells of the record that goes. A test holds this against the metadata.
KEYS: dict[tuple[str, str], str] = {
    ("consultation", "patient_id"): "moves",
    ("stay", "patient_id"): "moves",
    ("patient", "guardian_id"): "moves",
    ("patient", "merged_into_id"): "moves",
    # Whoever consented, consented for that registration: it is withdrawn with it, the own consents stay in force.
    ("consent", "patient_id"): "stays",
    # A letter of invitation or confirmation opens the account that it was written for.
    ("account_ticket", "patient_id"): "stays",
}
#: What the record that stays takes over where it has nothing of its own.
TAKEN = ("address", "region_code", "phone", "marital_status", "blood_type", "height_cm", "weight_kg")
#: What is taken over together or not at all: a number of one payer never stands under the name of another.
PAYER = ("payer", "payer_name", "payer_number")
LIVE = (PatientState.PENDING, PatientState.ACTIVE)
MOST = 20


@dataclass(frozen=True)
class Likeness:
    """Another record that may be the same person, and why."""

    patient: Patient
    reasons: tuple[str, ...]


REASONS = {"name": N_("same name and birth date"), "phone": N_("same telephone and birth date")}


def _normal(column: Any) -> Any:
    return sa.func.lower(sa.func.trim(column))


def like(patient: Patient, limit: int = MOST) -> list[Likeness]:
    """Open records that may be the same person: name and birth date, or the telephone. One statement.

    Two records never share a NIK: the database refuses the second, so the NIK cannot be a reason here.
    """
    same_name = sa.and_(_normal(Patient.name) == patient.name.strip().lower(), Patient.birth_date == patient.birth_date)
    same_phone = sa.and_(Patient.phone.is_not(None), Patient.phone == (patient.phone or ""),
                         Patient.birth_date == patient.birth_date)
    rows = db.session.execute(
        sa.select(Patient, same_name.label("name"), same_phone.label("phone"))
        .where(Patient.id != patient.id, Patient.merged_into_id.is_(None), Patient.state.in_(LIVE),
               sa.or_(same_name, same_phone)).order_by(Patient.id).limit(limit))
    return [Likeness(row[0], tuple(REASONS[name] for name in ("name", "phone") if getattr(row, name))) for row in rows]


def pairs(limit: int = 100) -> list[tuple[Patient, Patient]]:
    """Pairs of open records with the same name and birth date, or the same telephone and birth date."""
    one, two = sa.orm.aliased(Patient), sa.orm.aliased(Patient)
    same = sa.or_(_normal(one.name) == _normal(two.name), sa.and_(one.phone.is_not(None), one.phone == two.phone))
    rows = db.session.execute(
        sa.select(one, two).where(
            one.id < two.id, one.birth_date == two.birth_date, same, one.state.in_(LIVE), two.state.in_(LIVE),
            one.merged_into_id.is_(None), two.merged_into_id.is_(None)).order_by(one.id, two.id).limit(limit))
    return [(row[0], row[1]) for row in rows]


def overlapping(kept: Patient, gone: Patient) -> list[str]:
    """Numbers of the consultations that both hold at the same time."""
    held = {patient.id: db.session.scalars(
        sa.select(Consultation).where(Consultation.patient_id == patient.id, Consultation.state.in_(HOLDS_SLOT))
        .order_by(Consultation.id)).all() for patient in (kept, gone)}
    return [theirs.number or "–" for theirs in held[gone.id] if any(
        mine.starts_at < theirs.ends_at and theirs.starts_at < mine.ends_at for mine in held[kept.id])]


declare(Declared(
    "registration_merged", the_account, N_("Two registrations became one"),
    (N_("Two registrations of %(patient)s were found to be one person's. They go on under the medical record number "
        "%(medical_record_number)s; please sign in with the account of that registration."), ASK),
    lambda patient: {"patient": patient.name}, "/portal/", channels=(Channel.MAIL,), always=True, icon="users"))


def merge(gone: Patient, kept: Patient, *, by: User) -> dict[str, int]:
    """Make `gone` part of `kept`: what hangs on it moves over, it is closed and points there. Flushes.

    Returns how many rows of each table moved. Raises `NotAllowed`, `Conflict` or `Refused`.
    """
    if not by.has_role(Role.ADMIN) or by.id in gone.owner_ids | kept.owner_ids:
        raise NotAllowed(N_("Your role may not do this step."))
    _may(gone, kept)
    for patient in sorted((gone, kept), key=lambda each: each.id):
        lock(patient)
    if clash := overlapping(kept, gone):
        raise Refused(N_("Both have a consultation at the same time: %(numbers)s. Move or cancel one first."),
                      numbers=", ".join(clash))
    tell("registration_merged", gone, medical_record_number=kept.medical_record_number)
    moved = _move(gone, kept)
    _join(gone, kept)
    if kept.nik is None and gone.nik is not None:
        # The number is encrypted for no record in particular, so it moves as it is; the index is unique.
        number, index = gone.nik, gone.nik_index
        gone.nik = gone.nik_index = None
        db.session.flush()
        kept.nik, kept.nik_index = number, index
    db.session.flush()
    db.session.expire(gone, ["dependants", "consents"])
    gone.is_merging = True
    by_system(gone, "close", by=by, reason=f"→ {kept.medical_record_number}")
    gone.merged_into_id = kept.id
    db.session.flush()
    activity.record(Activity.UPDATED, table_name="patient", changed_id=kept.id,
                    properties={"merged": {"patient": gone.id, "moved": moved}})
    return moved


def _join(gone: Patient, kept: Patient) -> None:
    """What is said of the person: allergies of both, whatever one record lacks from the other, the payer as a whole."""
    kept.allergies = allergies.joined(kept.allergies, gone.allergies)
    if kept.payer == Payer.SELF and not kept.payer_name and not kept.payer_number:
        for name in PAYER:
            setattr(kept, name, getattr(gone, name))
    for name in TAKEN:
        if getattr(kept, name) is None:
            setattr(kept, name, getattr(gone, name))


def _may(gone: Patient, kept: Patient) -> None:
    if gone.id == kept.id:
        raise Refused(N_("Choose two different records."))
    if gone.state not in LIVE or gone.merged_into_id is not None:
        raise Refused(N_("Only an open registration can be merged into another."))
    if kept.state != PatientState.ACTIVE or kept.merged_into_id is not None:
        raise Refused(N_("The record that stays must be an approved registration."))
    if kept.guardian_id == gone.id or gone.guardian_id == kept.id:
        raise Refused(N_("Guardian and child are two people."))
    if gone.nik_index and kept.nik_index and gone.nik_index != kept.nik_index:
        raise Refused(N_("Each has another NIK: they are two people, or one NIK is wrong. Correct it first."))
    if gone.sex != kept.sex or gone.birth_date != kept.birth_date:
        raise Refused(N_("Sex and birth date differ: they are two people, or one is wrong. Correct it first."))


def _move(gone: Patient, kept: Patient) -> dict[str, int]:
    """Point every key that moves at the record that stays."""
    moved: dict[str, int] = {}
    for (name, column), what in KEYS.items():
        if what != "moves":
            continue
        table = db.metadata.tables[name]
        changes: dict[str, Any] = {column: kept.id}
        if "version" in table.columns and name in WORKFLOWS:
            changes["version"] = table.c.version + 1  # whoever has the old page open is told
        number = db.session.execute(  # type: ignore[attr-defined]
            sa.update(table).where(table.c[column] == gone.id, *([table.c.id != kept.id] if name == "patient" else []))
            .values(changes)).rowcount
        if number:
            moved[name] = moved.get(name, 0) + number
    for record in list(db.session.identity_map.values()):
        if isinstance(record, Consultation) and record.patient_id == gone.id:
            db.session.expire(record)
    return moved

