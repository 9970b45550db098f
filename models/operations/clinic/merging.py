"""Two records of one person become one: found, compared, merged. The one that goes stays as a pointer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.activity import Activity
from models.base import db
from models.clinic import Patient, PatientState, Payer
from models.consultations import Consultation
from models.documents import WORKFLOWS, Attachment
from models.errors import N_, NotAllowed, Refused
from models.merges import PatientMerge, PatientMergeMove
from models.operations.clinic import allergies, merge_conflicts
from models.operations.core import activity
from models.operations.core.approvals import by_system
from models.operations.core.locking import lock
from models.operations.people import nik
from models.operations.people.notices import ASK, Declared, declare, tell, the_account
from models.outbox import Channel
from models.people import User
from models.roles import Role

#: Every foreign key to a patient, and what merging does with it: "moves" to the record that stays, or "stays"
#: where it is because it tells of the record that goes. A test holds this against the metadata.
KEYS: dict[tuple[str, str], str] = {
    ("consultation", "patient_id"): "moves",
    ("stay", "patient_id"): "moves",
    # Both allergies hold for the one person.
    ("patient_allergy", "patient_id"): "moves",
    ("vital_sign", "patient_id"): "moves",
    ("bed_reservation", "patient_id"): "moves",
    ("walk_in", "patient_id"): "moves",
    ("patient", "guardian_id"): "moves",
    ("patient", "merged_into_id"): "moves",
    # Whoever consented, consented for that registration: it is withdrawn with it, the own consents stay in
    # force.
    ("consent", "patient_id"): "stays",
    # What a merge did is told of both records, for ever.
    ("patient_merge", "gone_id"): "stays",
    ("patient_merge", "kept_id"): "stays",
    # A letter of invitation or confirmation opens the account that it was written for.
    ("account_ticket", "patient_id"): "stays",
}
#: What the record that stays takes over where it has nothing of its own.
TAKEN = ("marital_status", "blood_type", "height_cm", "weight_kg")
#: What is taken over together or not at all, and can be chosen where both records have another: a number of
#: one payer never stands under the name of another, nor a street in another village.
TOGETHER = {"phone": ("phone",), "address": ("address", "region_code"),
            "payer": ("payer", "payer_name", "payer_number")}
LIVE = (PatientState.PENDING, PatientState.ACTIVE)
MOST = 20


@dataclass(frozen=True)
class Likeness:
    """Another record that may be the same person, and why."""

    patient: Patient
    reasons: tuple[str, ...]


REASONS = {"nik": N_("same NIK"), "name": N_("same name and birth date"),
           "phone": N_("same telephone and birth date"), "named": N_("same name and telephone")}
#: Records that may be somebody's double: a rejected registration holds nothing, a merged one points on.
FOUND = (*LIVE, PatientState.SUSPENDED, PatientState.CLOSED)


def _normal(column: Any) -> Any:
    return sa.func.lower(sa.func.trim(column))


def _same(one: Any, name: Any, birth_date: Any, phone: Any) -> dict[str, Any]:
    """Why the record `one` may be the person of this name, birth date and telephone, by `REASONS`."""
    by_name = _normal(one.name) == name
    by_phone = sa.and_(one.phone.is_not(None), one.phone == phone)
    born = one.birth_date == birth_date
    return {"name": sa.and_(by_name, born), "phone": sa.and_(by_phone, born),
            "named": sa.and_(by_name, by_phone)}


def like(patient: Patient, limit: int = MOST) -> list[Likeness]:
    """Records that may be the same person, closed ones too: the NIK, or two of name, birth date and
    telephone."""
    with db.session.no_autoflush:
        claimed = _nik_of(patient)
        same = {"nik": sa.and_(Patient.nik_index.is_not(None), Patient.nik_index == (claimed or "")),
                **_same(Patient, patient.name.strip().lower(), patient.birth_date, patient.phone or "")}
        named = sa.or_(same["name"], same["phone"], same["named"])
        rows = db.session.execute(
            sa.select(Patient, *(criterion.label(f"same_{name}") for name, criterion in same.items()))
            .where(Patient.id != (patient.id or 0), Patient.merged_into_id.is_(None),
                   sa.or_(same["nik"], sa.and_(Patient.state.in_(FOUND), named)))
            .order_by(Patient.id).limit(limit))
        return [Likeness(row[0], tuple(word for name, word in REASONS.items()
                                       if getattr(row, f"same_{name}"))) for row in rows]


def likenesses_of(patient: Patient) -> list[tuple[str, ...]]:
    """What another record of the same person would have alike: two of name, birth date and telephone."""
    name, born, phone = patient.name.strip().lower(), str(patient.birth_date), patient.phone
    return [("name", name, born), *([("phone", phone, born), ("named", name, phone)] if phone else [])]


def alike(people: Sequence[Patient]) -> dict[tuple[str, ...], str]:
    """Of the likenesses of many people those that a record has, by its number or name; a statement for every
    500 people."""
    result: dict[tuple[str, ...], str] = {}
    for start in range(0, len(people), 500):
        some = people[start:start + 500]
        name, phone = _normal(Patient.name), Patient.phone
        names = {person.name.strip().lower() for person in some}
        phones = {person.phone for person in some if person.phone}
        born = Patient.birth_date.in_({person.birth_date for person in some})
        for record in db.session.scalars(sa.select(Patient).where(
                Patient.merged_into_id.is_(None), Patient.state.in_(FOUND),
                sa.or_(born & (name.in_(names) | phone.in_(phones)), name.in_(names) & phone.in_(phones)))):
            result |= dict.fromkeys(likenesses_of(record), record.medical_record_number or record.name)
    return result


@dataclass(frozen=True)
class Pair:
    """Two records that may be one person's, the older first, and why."""

    one: Patient
    two: Patient
    reasons: tuple[str, ...]


def pairs(limit: int = 100) -> list[Pair]:
    """Pairs of records that may be one person's, at least one of them open: the NIK first."""
    one, two = sa.orm.aliased(Patient), sa.orm.aliased(Patient)
    same = _same(one, _normal(two.name), two.birth_date, two.phone)
    rows = db.session.execute(
        sa.select(one, two, *(criterion.label(f"same_{name}") for name, criterion in same.items()))
        .where(one.id < two.id, sa.or_(*same.values()), one.state.in_(FOUND), two.state.in_(FOUND),
               sa.or_(one.state.in_(LIVE), two.state.in_(LIVE)),
               one.merged_into_id.is_(None), two.merged_into_id.is_(None))
        .order_by(one.id, two.id).limit(limit))
    result = {(row[0].id, row[1].id): Pair(row[0], row[1], tuple(
        word for name, word in REASONS.items() if getattr(row, f"same_{name}", False))) for row in rows}
    claimed: dict[tuple[int, int], Pair] = {}
    for pair in _one_number(limit):
        key = pair.one.id, pair.two.id
        known = result.pop(key, None)
        claimed[key] = Pair(pair.one, pair.two, pair.reasons + (known.reasons if known else ()))
    return [*claimed.values(), *result.values()][:limit]


def _one_number(limit: int) -> list[Pair]:
    """Pairs where one record says the NIK that the other holds; two statements."""
    asking = {index: patient for patient in db.session.scalars(
        sa.select(Patient).where(Patient.nik.is_not(None), Patient.nik_index.is_(None),
                                 Patient.merged_into_id.is_(None), Patient.state.in_(FOUND))
        .order_by(Patient.id).limit(limit)) if (index := _nik_of(patient))}
    holding = db.session.scalars(sa.select(Patient).where(
        Patient.nik_index.in_(list(asking)), Patient.merged_into_id.is_(None))) if asking else ()
    result = []
    for holder in holding:
        one, two = sorted((holder, asking[str(holder.nik_index)]), key=lambda patient: patient.id)
        result.append(Pair(one, two, (REASONS["nik"],)))
    return sorted(result, key=lambda pair: (pair.one.id, pair.two.id))


#: What hangs on a record and moves with it, by the word that people read.
PAPERS: dict[str, tuple[str, str]] = {
    "consultations": ("consultation", "patient_id"), "stays": ("stay", "patient_id"),
    "dependants": ("patient", "guardian_id")}


def papers(*patients: Patient) -> list[dict[str, int]]:
    """How many consultations, stays, dependants and files hang on each record; one statement."""
    counted = []
    for patient in patients:
        for name, (table, column) in PAPERS.items():
            rows = db.metadata.tables[table]
            counted.append(sa.select(sa.func.count()).select_from(rows)
                           .where(rows.c[column] == patient.id).scalar_subquery()
                           .label(f"{name}_{patient.id}"))
        counted.append(sa.select(sa.func.count()).select_from(Attachment).where(
            Attachment.document_type == "patient", Attachment.document_id == patient.id)
            .scalar_subquery().label(f"files_{patient.id}"))
    row = db.session.execute(sa.select(*counted)).mappings().one()
    return [{name: row[f"{name}_{patient.id}"] for name in (*PAPERS, "files")} for patient in patients]


declare(Declared(
    "registration_merged", the_account, N_("Two registrations became one"),
    (N_("Two registrations of %(patient)s were found to be one person's. They go on under the medical "
        "record number "
        "%(medical_record_number)s; please sign in with the account of that registration."), ASK),
    lambda patient: {"patient": patient.name}, "/portal/", channels=(Channel.MAIL,), always=True,
    icon="users"))


def merge(gone: Patient, kept: Patient, *, by: User, take: Iterable[str] = (),
          held_twice: bool = False) -> dict[str, int]:
    """Make `gone` part of `kept`: what hangs on it moves over, it is closed and points there. Flushes.

    `take` names those of `TOGETHER` that are taken from `gone` though `kept` has another; `held_twice`: the
    person looked at the consultations that both records had at one time and says that it is one person all
    the same. All that was changed is kept in a `PatientMerge`, so that it can be taken back. Returns how many
    rows of each table moved. Raises `NotAllowed`, `Conflict` or `Refused`.
    """
    may_decide(gone, kept, by)
    _may(gone, kept)
    for patient in sorted((gone, kept), key=lambda entry: entry.id):
        lock(patient)
    merge_conflicts.one_at_once(gone, kept)
    twice = merge_conflicts.held_twice(gone, kept, agreed=held_twice)
    tell("registration_merged", gone, medical_record_number=kept.medical_record_number)
    rows = _hanging(gone, kept)
    before = snapshot(gone, kept, rows)
    moved = _move(gone, kept, twice)
    _join(gone, kept, set(take))
    _move_nik(gone, kept)
    db.session.expire(gone, ["dependants", "consents"])
    gone.is_merging = True
    try:
        by_system(gone, "close", by=by, reason=f"→ {kept.medical_record_number}")
    finally:
        gone.is_merging = False
    gone.merged_into_id = kept.id
    db.session.flush()
    _keep(gone, kept, before, snapshot(gone, kept, rows), by)
    activity.record(Activity.UPDATED, table_name="patient", changed_id=kept.id,
                    properties={"merged": {"patient": gone.id, "moved": moved}})
    return moved


def may_decide(gone: Patient, kept: Patient, by: User) -> None:
    """Raises `NotAllowed` unless `by` is an administrator whom neither record is about."""
    if not by.has_role(Role.ADMIN) or by.id in gone.owner_ids | kept.owner_ids:
        raise NotAllowed(N_("Your role may not do this step."))


def _join(gone: Patient, kept: Patient, take: set[str]) -> None:
    """What is said of the person: allergies of both; what one record lacks, or was chosen, from the other."""
    kept.allergies = allergies.joined(kept.allergies, gone.allergies)
    for group, names in TOGETHER.items():
        if says(gone, group) and (group in take or not says(kept, group)):
            for name in names:
                setattr(kept, name, getattr(gone, name))
    if (
        kept.user is not None
        and kept.user_id is not None
        and kept.phone != kept.user.phone
        and "phone" in take
    ):
        kept.user.phone = kept.phone
    for name in TAKEN:
        if getattr(kept, name) is None:
            setattr(kept, name, getattr(gone, name))


def says(patient: Patient, group: str) -> tuple[Any, ...]:
    """What the record says of one of `TOGETHER`; empty when nothing."""
    result = tuple(getattr(patient, name) or None for name in TOGETHER[group])
    return () if all(entry in (None, Payer.SELF) for entry in result) else result


def choices(gone: Patient, kept: Patient) -> list[str]:
    """Those of `TOGETHER` where both records say something, and not the same."""
    return [group for group in TOGETHER
            if says(gone, group) and says(kept, group) and says(gone, group) != says(kept, group)]


def _move_nik(gone: Patient, kept: Patient) -> None:
    """The number goes along. It is encrypted for no record in particular, so it moves as it is; the index is
    unique."""
    if gone.nik is None:
        return
    if kept.nik_index is None and (kept.nik is None or gone.nik_index is not None):
        number, index = gone.nik, gone.nik_index
        gone.nik = gone.nik_index = None
        db.session.flush()
        kept.nik, kept.nik_index = number, index
        db.session.flush()
        nik.claim(kept)
    db.session.flush()


def _nik_of(patient: Patient) -> str | None:
    """The keyed hash of the number that the record says, whether it holds it or not."""
    number = nik.of(patient) if patient.nik_index is None else None
    return nik.index(number) if number else patient.nik_index


def _may(gone: Patient, kept: Patient) -> None:
    if gone.id == kept.id:
        raise Refused(N_("Choose two different records."))
    if gone.state not in LIVE or gone.merged_into_id is not None:
        raise Refused(N_("Only an open registration can be merged into another."))
    if kept.state == PatientState.CLOSED and kept.merged_into_id is None:
        raise Refused(N_("The record that stays is closed. Readmit it first, then merge."))
    if kept.state != PatientState.ACTIVE or kept.merged_into_id is not None:
        raise Refused(N_("The record that stays must be an approved registration."))
    if kept.guardian_id == gone.id or gone.guardian_id == kept.id:
        raise Refused(N_("Guardian and child are two people."))
    one, two = _nik_of(gone), _nik_of(kept)
    if one and two and one != two:
        raise Refused(N_("Each has another NIK: they are two people, or one NIK is wrong. Correct it first."))
    if gone.sex != kept.sex or gone.birth_date != kept.birth_date:
        raise Refused(
            N_("Sex and birth date differ: they are two people, or one is wrong. Correct it first.")
        )


# ---------------------------------------------------------------- what moves, and what it was

#: Where a row points at, by the table that it lies in.
Rows = dict[tuple[str, str], list[int]]


def _hanging(gone: Patient, kept: Patient) -> Rows:
    """The rows whose key moves, by table and column; files too, which hang on the record by its name and
    number."""
    result: Rows = {}
    for (name, column), what in KEYS.items():
        if what == "moves":
            table = db.metadata.tables[name]
            result[name, column] = list(db.session.scalars(sa.select(table.c.id).where(
                table.c[column] == gone.id, *([table.c.id != kept.id] if name == "patient" else []))))
    result["attachment", "document_id"] = list(db.session.scalars(sa.select(Attachment.id).where(
        Attachment.document_type == "patient", Attachment.document_id == gone.id)))
    return result


def _move(gone: Patient, kept: Patient, twice: dict[int, int]) -> dict[str, int]:
    """Point every key that moves at the record that stays; how many of each table."""
    moved: dict[str, int] = {}
    for other, beside in twice.items():  # before it comes to the patient who was elsewhere then
        db.session.execute(sa.update(Consultation.__table__).where(Consultation.__table__.c.id == other)
                           .values(held_beside_id=beside))
    for (name, column), ids in _hanging(gone, kept).items():
        table = db.metadata.tables[name]
        changes: dict[str, Any] = {column: kept.id}
        if "version" in table.columns and name in WORKFLOWS:
            changes["version"] = table.c.version + 1  # whoever has the old page open is told
        if ids:
            db.session.execute(sa.update(table).where(table.c.id.in_(ids)).values(changes))
            moved[name] = moved.get(name, 0) + len(ids)
    forget(gone, kept)
    return moved


def forget(*patients: Patient) -> None:
    """Let what the session holds of these records' rows be read again."""
    ids = {patient.id for patient in patients}
    moving = {name for (name, _column), what in KEYS.items() if what == "moves"} | {"attachment"}
    for record in list(db.session.identity_map.values()):
        if getattr(record, "__tablename__", "") in moving and not (
                isinstance(record, Patient) and (record.id in ids or record.guardian_id not in ids)):
            db.session.expire(record)
    for patient in patients:
        db.session.expire(patient, ["allergy_rows"])


def snapshot(gone: Patient, kept: Patient, rows: Rows) -> dict[tuple[str, int, str], Any]:
    """What a merge can change, by table, row and column, as JSON can hold it."""
    wanted: dict[str, tuple[set[int], set[str]]] = {
        "patient": ({gone.id, kept.id}, set(Patient.__table__.columns.keys()) - {"id", "version"}),
        "user": ({entry.user_id for entry in (gone, kept) if entry.user_id}, {"status", "phone"}),
        "consent": ({consent.id for consent in gone.consents}, {"withdrawn_at"})}
    for (name, column), ids in rows.items():
        known = wanted.setdefault(name, (set(), set()))
        known[0].update(ids)
        known[1].update({column, "held_beside_id"} if name == "consultation" else {column})
    result: dict[tuple[str, int, str], Any] = {}
    for name, (keys, columns) in wanted.items():
        table = db.metadata.tables[name]
        for row in db.session.execute(sa.select(table.c.id, *(table.c[column] for column in sorted(columns)))
                                      .where(table.c.id.in_(keys))).mappings():
            result |= {(name, row["id"], column): activity.plain(row[column]) for column in columns}
    return result


def _keep(gone: Patient, kept: Patient, before: dict[tuple[str, int, str], Any],
          after: dict[tuple[str, int, str], Any], by: User) -> None:
    """Write down what the merge changed."""
    record = PatientMerge(gone_id=gone.id, kept_id=kept.id, merged_by_id=by.id)
    db.session.add(record)
    db.session.flush()
    db.session.add_all(
        PatientMergeMove(merge_id=record.id, table_name=key[0], row_id=key[1], column_name=key[2],
                         before=value,
                         after=after[key]) for key, value in before.items() if value != after.get(key))
    db.session.flush()
