"""Where two records cannot be one person's as they are: two beds, two places in the line, two consultations
at one time."""

from __future__ import annotations

import sqlalchemy as sa

from models.base import db
from models.beds import Stay
from models.clinic import Patient
from models.consultations import HOLDS_SLOT, Consultation, ConsultationState
from models.duty import WalkIn, WalkInState
from models.errors import N_, Refused


def one_at_once(gone: Patient, kept: Patient) -> None:
    """One person lies in one bed and waits once. Raises `Refused`, which says where both are."""
    both = Patient.id.in_((gone.id, kept.id))
    stays = db.session.scalars(sa.select(Stay).join(Patient).where(both, Stay.ended_at.is_(None))
                               .order_by(Stay.id)).all()
    if len(stays) > 1:
        raise Refused(N_("Both lie in a bed now: %(beds)s. Check one out, or take the wrong check-in back, "
                         "then merge."), beds=", ".join(str(stay.bed) for stay in stays))
    waiting = db.session.scalar(sa.select(sa.func.count()).select_from(WalkIn).join(Patient).where(
        both, WalkIn.state == WalkInState.WAITING))
    if (waiting or 0) > 1:
        raise Refused(N_("Both wait for a doctor on duty now. Let one leave the line, then merge."))


def overlapping(kept: Patient, gone: Patient) -> list[tuple[Consultation, Consultation]]:
    """The pairs of consultations (of the one that stays, of the one that goes) that both hold at the same
    time."""
    held = {patient.id: db.session.scalars(
        sa.select(Consultation).where(Consultation.patient_id == patient.id,
                                      Consultation.state.in_(HOLDS_SLOT),
                                      Consultation.held_beside_id.is_(None))
        .order_by(Consultation.id)).all() for patient in (kept, gone)}
    return [(mine, theirs) for theirs in held[gone.id] for mine in held[kept.id]
            if mine.starts_at < theirs.ends_at and theirs.starts_at < mine.ends_at]


def was_held(pair: tuple[Consultation, Consultation]) -> bool:
    """Whether both are over: nothing can be moved or cancelled any more."""
    return all(entry.state == ConsultationState.COMPLETED for entry in pair)


def held_twice(gone: Patient, kept: Patient, *, agreed: bool) -> dict[int, int]:
    """Of each consultation of `gone` that was held at a time of `kept`'s: that one. Raises `Refused`."""
    pairs = overlapping(kept, gone)
    if open_ones := [theirs.number or "–" for mine, theirs in pairs if not was_held((mine, theirs))]:
        raise Refused(N_("Both have a consultation at the same time: %(numbers)s. Move or cancel one first."),
                      numbers=", ".join(open_ones))
    if pairs and not agreed:
        raise Refused(N_("Both records were with a doctor at the same time: %(numbers)s. One person cannot "
                         "be: ask "
                         "both doctors. If it is one person all the same, tick that you looked, and merge "
                         "again."),
                      field="held_twice", numbers="; ".join(f"{mine.number or '–'}, {theirs.number or '–'}"
                                                            for mine, theirs in pairs))
    return {theirs.id: mine.id for mine, theirs in reversed(pairs)}
