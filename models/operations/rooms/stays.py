"""Who comes, moves to another bed and goes, and how a wrong press is taken back.

A step may be typed later than it happened: with the time and a reason, never before the bed was free, never
in the future.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from models import clock
from models.base import db
from models.beds import Bed, BedState, DischargeOutcome, Stay, StayBed, fit_for_class
from models.errors import N_, AsksBack, Refused, told_by
from models.operations.core.approvals import by_system, effect
from models.operations.rooms import free_beds, reservations
from models.operations.rooms.cleaning import lock
from models.operations.rooms.guests import Guest, guest_of
from models.people import User

#: So much earlier than now a time may be without being asked why.
A_MOMENT = timedelta(minutes=5)
IN_ANOTHER = N_("This patient already lies in another bed. Check the patient out there first, or transfer "
                "the patient.")
TWICE = N_("This reference already lies in another bed. Check it out there first, or transfer it.")
TAKEN = N_("Somebody lies in this bed already.")
for _column, _words, _field in (("patient", IN_ANOTHER, "guest"), ("reference", TWICE, "guest"),
                                ("bed", TAKEN, "bed")):
    told_by(f"uq_stay_open_{_column}", Refused, _words, field=_field)
for _column, _words in (("patient_id", IN_ANOTHER), ("outside_reference", TWICE), ("bed_id", TAKEN)):
    told_by(f"UNIQUE constraint failed: stay.{_column}", Refused, _words, field="guest")


@dataclass(frozen=True)
class Typed:
    """What was typed with a step of a bed beside its reason."""

    is_confirmed: bool
    happened_at: datetime | None
    to_bed: Bed | None
    outcome: DischargeOutcome | None


def _typed(bed: Bed) -> Typed:
    """What was typed with this step; the bed forgets it, so the next step asks again."""
    typed = Typed(bool(bed.is_confirmed), bed.happened_at, bed.to_bed, bed.outcome)
    bed.is_confirmed, bed.happened_at, bed.to_bed, bed.outcome = False, None, None, None
    return typed


def _when(typed: Typed, reason: str, not_before: datetime | None, word: str) -> datetime:
    """The time that was typed, or now. Raises `Refused` at `happened_at` or `reason`."""
    now = clock.now()
    if typed.happened_at is None:
        return max(now, not_before or now)
    if typed.happened_at > now:
        raise Refused(N_("This time is still to come. Leave it empty for now."), field="happened_at")
    if not_before is not None and typed.happened_at < not_before.replace(second=0, microsecond=0):
        raise Refused(word, field="happened_at", when=not_before)
    if typed.happened_at < now - A_MOMENT and not reason.strip():
        raise Refused(N_("Please write why it is entered later than it happened."), field="reason")
    return max(typed.happened_at, not_before or typed.happened_at)


# ---------------------------------------------------------------- coming

@effect(Bed, "check_in")
def _open_stay(bed: Bed, *, by: User, reason: str) -> None:
    if bed.stay is not None:  # somebody came from another bed: the stay goes on
        return
    typed = _typed(bed)
    guest = guest_of(bed.guest or "", is_confirmed=typed.is_confirmed)
    at = _when(typed, reason, _ready_since(bed),
               N_("The bed was not ready before %(when)s."))
    _lies_nowhere(guest, at)
    _not_kept_for_another(bed, guest, typed, "guest")
    bed.guest = guest.text
    stay = Stay(bed=bed, patient=guest.patient, outside_reference=guest.reference, started_at=at,
                checked_in_by_id=by.id, beds=[StayBed(bed=bed, started_at=at)])
    db.session.add(stay)
    db.session.flush()
    reservations.use_up(guest, bed, stay, by=by)


def _ready_since(bed: Bed) -> datetime | None:
    """The moment from which somebody may have come: when the bed became ready, as far as that is known. A
    check-in that was taken back does not count."""
    for event in reversed(bed.events):
        if event.to_state == BedState.READY and event.transition not in ("undo_check_in", "create"):
            return clock.aware(event.occurred_at)
    return bed.left.ended_at if bed.left is not None else None


def _lies_nowhere(guest: Guest, at: datetime) -> None:
    """Raises `Refused` when the guest lies in a bed, or lay in one at that time."""
    other = db.session.scalar(
        sa.select(Stay).where(guest.is_of(Stay, Stay.outside_reference), Stay.voided_at.is_(None),
                              sa.or_(Stay.ended_at.is_(None), Stay.ended_at > at)).limit(1))
    if other is None:
        return
    if other.ended_at is None:
        raise Refused(IN_ANOTHER if guest.patient is not None else TWICE, field="guest")
    raise Refused(N_("The guest lay in bed %(bed)s until %(when)s."), field="happened_at", bed=str(other.bed),
                  when=other.ended_at)


def _not_kept_for_another(bed: Bed, guest: Guest, typed: Typed, field: str) -> None:
    """Raises `AsksBack` when the bed is kept for somebody else now."""
    now = free_beds.standing()
    reservation = now.kept.get(bed.id)
    if reservation is None or typed.is_confirmed or free_beds.is_spare(bed, now) \
            or reservations.is_for(reservation, guest):
        return
    raise AsksBack(N_("This bed is kept for %(guest)s until %(when)s. Take another one, or confirm."),
                   field=field, guest=str(reservation), when=reservation.reserved_until)


# ---------------------------------------------------------------- moving, going

@effect(Bed, "transfer")
def _move_on(bed: Bed, *, by: User, reason: str) -> None:
    """The stay goes on in the other bed; nobody was discharged."""
    typed, stay = _typed(bed), bed.stay
    target = typed.to_bed
    assert stay is not None
    if target is None or target.id == bed.id:
        raise Refused(N_("Choose the other bed."), field="to_bed")
    for each in sorted((bed, target), key=lambda place: place.id):
        lock(each)
    if target.state != BedState.READY or not fit_for_class.test(target, by):
        raise Refused(N_("%(bed)s is not ready, or its room lacks something. Choose another bed."),
                      field="to_bed", bed=str(target))
    _not_kept_for_another(target, Guest(stay.patient, stay.outside_reference), typed, "to_bed")
    here, since = stay.beds[-1], _ready_since(target)
    at = _when(typed, reason, max(here.started_at, since or here.started_at),
               N_("Neither was the guest here nor the other bed ready before %(when)s."))
    here.ended_at = at
    stay.bed = target
    db.session.flush()  # the former bed first: a stay is in one bed
    stay.beds.append(StayBed(bed=target, started_at=at))
    target.guest, bed.guest = stay.guest, None
    db.session.flush()
    by_system(target, "check_in", by=by, reason=reason)


@effect(Bed, "check_out")
def _close_stay(bed: Bed, *, by: User, reason: str) -> None:
    typed, stay = _typed(bed), bed.stay
    if stay is not None:
        at = _when(typed, reason, stay.beds[-1].started_at if stay.beds else stay.started_at,
                   N_("The guest came to this bed at %(when)s, not later than the time typed."))
        stay.ended_at, stay.checked_out_by_id = at, by.id
        stay.outcome = typed.outcome or DischargeOutcome.HOME
        for each in stay.beds[-1:]:
            each.ended_at = at
    bed.guest = None


# ---------------------------------------------------------------- a wrong press

@effect(Bed, "undo_check_in")
def _strike_out(bed: Bed, *, by: User, reason: str) -> None:
    """The stay never was: it has no beds any more and counts nowhere; its reservation keeps the bed again."""
    stay = bed.stay
    bed.guest = None
    if stay is None:  # taken back to the former bed
        return
    reservations.hold_again(stay, by=by)
    now = clock.now()
    stay.ended_at, stay.voided_at, stay.checked_out_by_id = max(now, stay.started_at), now, by.id
    stay.beds.clear()
    db.session.flush()


@effect(Bed, "undo_check_out")
def _go_on(bed: Bed, *, by: User, reason: str) -> None:
    """The stay goes on here: the check-out, or the transfer to the bed where the guest is now, was wrong."""
    left = bed.left
    assert left is not None
    stay = left.stay
    later = stay.beds[stay.beds.index(left) + 1:]
    for each in later:
        lock(each.bed)
        stay.beds.remove(each)
    stay.ended_at = stay.outcome = stay.checked_out_by_id = None
    stay.bed = bed
    db.session.flush()
    left.ended_at = None
    bed.guest, bed.cleaning_due = stay.guest, None
    db.session.flush()
    for each in later:
        by_system(each.bed, "undo_check_in", by=by, reason=reason)

