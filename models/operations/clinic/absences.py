"""A doctor who cannot come (Dokter Berhalangan): the day's consultations are released or moved in one step.

The day is first looked at (`day_of`, `proposed`), then done as a whole (`away`): the absence is kept, every
consultation of it is cancelled or moved, and every patient is told; or nothing happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from models import clock
from models.base import db
from models.clinic import Doctor, ExceptionKind, Patient, ScheduleException
from models.consultations import LONGEST, Consultation, ConsultationState
from models.errors import N_, NN_, Conflict, NotAllowed, Refused
from models.operations.clinic import slots
from models.operations.core.approvals import perform
from models.operations.core.locking import lock_rows
from models.operations.people import notices
from models.organisation import Status
from models.people import User
from models.roles import Role

C = ConsultationState
#: Days ahead in which another time is proposed.
AHEAD = 14
#: Days of one absence.
MOST_DAYS = 92


@dataclass(frozen=True)
class Target:
    """Where one consultation goes: another time of this or another doctor; None instead of it means
    released."""

    doctor: Doctor
    slot: slots.Slot

    @property
    def key(self) -> str:
        """As the form carries it: ``<doctor id>@<instant>``."""
        return f"{self.doctor.id}@{self.slot.starts_at.isoformat()}"


def require_schedule(doctor: Doctor, by: User) -> None:
    """Raises unless the person keeps this doctor's hours: the doctor, or an administrator."""
    if not by.has_role(Role.ADMIN) and doctor.user_id != by.id:
        raise NotAllowed(N_("These are another doctor's hours."))


def bounds(on: date, starts: time | None, ends: time | None,
           until: date | None = None) -> tuple[datetime, datetime]:
    """The absence as instants: whole hospital days from `on` to `until`, unless hours of the one day are
    named; those that end before they begin pass midnight. Raises `Refused`."""
    if (starts is None) != (ends is None):
        raise Refused(N_("Give both hours, or none for the whole day."), field="ends_at")
    if until is not None and until < on:
        raise Refused(N_("The last day lies before the first."), field="until")
    if until is not None and (until - on).days >= MOST_DAYS:
        raise Refused(NN_("An absence takes at most %(count)s day. Enter the rest as another.",
                          "An absence takes at most %(count)s days. Enter the rest as another."),
                      field="until", count=MOST_DAYS)
    if starts is None or ends is None:
        return clock.day_bounds(on)[0], clock.day_bounds(until or on)[1]
    if until is not None and until != on:
        raise Refused(N_("Hours belong to one day. Leave them empty for an absence of several days."),
                      field="until")
    if ends == starts:
        raise Refused(N_("The absence must end after it begins."), field="ends_at")
    return slots.span(on, starts, ends)


def day_of(doctor: Doctor, on: date, starts: time | None = None, ends: time | None = None,
           until: date | None = None) -> list[Consultation]:
    """The consultations that fall into the absence and can still be released or moved, by time."""
    begin, end = bounds(on, starts, ends, until)
    rows = db.session.scalars(
        sa.select(Consultation).where(
            Consultation.doctor_id == doctor.id, Consultation.state.in_((C.REQUESTED, C.APPROVED)),
            Consultation.starts_at < end, Consultation.starts_at > begin - LONGEST)
        .options(joinedload(Consultation.patient).joinedload(Patient.guardian),
                 joinedload(Consultation.doctor), joinedload(Consultation.specialization))
        .order_by(Consultation.starts_at, Consultation.id))
    return [row for row in rows if row.ends_at > begin]


def colleagues(doctor: Doctor) -> list[Doctor]:
    """The doctor and the others of the same specialisation who consult, the doctor first."""
    rows = db.session.scalars(sa.select(Doctor).where(
        Doctor.specialization_id == doctor.specialization_id, Doctor.status == Status.ACTIVE)
        .order_by(Doctor.id != doctor.id, Doctor.name))
    return list(rows)


def proposed(consultations: Iterable[Consultation], doctors: Iterable[Doctor], on: date, *,
             starts: time | None = None,
             ends: time | None = None, day: date | None = None,
             until: date | None = None) -> dict[int, list[Target]]:
    """Free times for each consultation by its id, none proposed twice as the first choice.

    Free for its patient too. `day` narrows to one day; without it the next two weeks, the absence itself left
    out.
    """
    begin, end = bounds(on, starts, ends, until)
    first = max(day or on, clock.today())
    last = min(day or (until or on) + timedelta(days=AHEAD), slots.last_day())
    waiting = list(consultations)
    gone = {entry.doctor_id for entry in waiting}
    free = [Target(doctor, slot) for doctor in doctors for slot in slots.free_between(
                doctor, first, last, notice=timedelta(0)) if slot.ends_at <= begin or slot.starts_at >= end
            or doctor.id not in gone] if first <= last else []
    free.sort(key=lambda target: (target.slot.starts_at, target.doctor.id))
    # The own time is given up by the move; those of the others of that patient may still stand when it is
    # made.
    held = [(row.patient_id, row.consultation_id, row.starts_at, row.ends_at) for row in slots.booked(
        free[0].slot.starts_at, max(target.slot.ends_at for target in free),
        patients={entry.patient_id for entry in waiting})] if free else []
    taken: set[str] = set()
    result: dict[int, list[Target]] = {}
    for entry in waiting:
        busy = slots.BusyTimes((starts, ends) for patient_id, consultation_id, starts, ends in held
                               if patient_id == entry.patient_id and consultation_id != entry.id)
        mine = [target for target in free if target.key not in taken and not busy.meets(target.slot)
                and target.doctor.user_id not in entry.patient.owner_ids]
        result[entry.id] = mine[:6]
        if mine:
            taken.add(mine[0].key)
            held.append((entry.patient_id, 0, mine[0].slot.starts_at, mine[0].slot.ends_at))
    return result


def target_of(text: str) -> Target | None:
    """The target that a form names; None for anything that names none."""
    key, _, at = text.partition("@")
    try:
        doctor = db.session.get(Doctor,
                                int(key)) if key.isascii() and key.isdigit() and len(key) < 18 else None
        starts_at = datetime.fromisoformat(at)
    except ValueError:
        return None
    if doctor is None or starts_at.tzinfo is None:
        return None
    return Target(doctor, slots.Slot(starts_at, 0))


def away(doctor: Doctor, on: date, plan: Mapping[int, Target | None], reason: str, *, by: User,
         versions: Mapping[int, int] | None = None, starts: time | None = None,
         ends: time | None = None, until: date | None = None) -> ScheduleException:
    """Keep the absence and carry out `plan`: for each consultation of `day_of` its target, or None to release
    it.

    All or nothing: raises `Conflict` when the day is no longer as it was looked at, and what cancelling and
    moving raise; the caller's transaction must then be undone. The refusal's field is ``plan-<consultation
    id>``.
    """
    require_schedule(doctor, by)
    if on < clock.today():
        raise Refused(N_("This day is over."), field="on")
    if not reason.strip():
        raise Refused(N_("Please write the reason; the patients will read it."), field="reason")
    # Whoever books holds the doctor's row a little: none slips in between looking and moving. All at once and
    # in order, so that two who move their days to each other wait, never both.
    lock_rows(Doctor, {doctor.id, *(target.doctor.id for target in plan.values() if target is not None)})
    bounds(on, starts, ends, until)
    absence = ScheduleException(doctor_id=doctor.id, on=on, until=until if until != on else None,
                                kind=ExceptionKind.AWAY, starts_at=starts, ends_at=ends,
                                reason=reason.strip()[:200])
    db.session.add(absence)
    db.session.flush()
    day = day_of(doctor, on, starts, ends, until)
    if {entry.id for entry in day} != set(plan) or any(
            versions is not None and versions.get(entry.id) != entry.version for entry in day):
        raise Conflict(N_("The day changed meanwhile: somebody booked or cancelled. Look at it again."))
    for entry in day:
        target = plan[entry.id]
        try:
            if target is None:
                perform(entry, "cancel", by=by, reason=reason)
                _offer(entry)
            else:
                perform(entry, "reschedule", by=by, reason=reason,
                        given={"moved_to": target.slot.starts_at,
                               "moved_to_doctor": None if target.doctor.id == doctor.id else target.doctor})
        except Conflict:
            raise
        except Refused as refusal:
            raise Refused(refusal.message, field=f"plan-{entry.id}", **refusal.params) from refusal
    return absence


def _offer(consultation: Consultation) -> None:
    """Tell the patient of the next free times, once the absence is kept."""
    free = [(doctor, slot) for doctor in colleagues(consultation.doctor)
            for slot in slots.next_free(doctor, patient=consultation.patient)]
    free.sort(key=lambda row: row[1].starts_at)
    if free:
        notices.tell("consultation_offered", consultation, slots="; ".join(
            f"{slot} {doctor.name}" for doctor, slot in free[:3]))
