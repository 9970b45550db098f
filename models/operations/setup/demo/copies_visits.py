"""When the copies of consultations are: each doctor and each patient sees one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.consultations import HOLDS_SLOT, Consultation
from models.operations.setup.demo.copies_chosen import WHOLE
from models.operations.setup.demo.copies_written import DAYS, Writer

#: Minutes of the day between which visits lie.
OPENS, CLOSES = 7 * 60, 18 * 60


def times(writer: Writer) -> Iterator[tuple[int, int, int]]:
    """Piece, turn, and how many minutes earlier, of every copy of a consultation that takes up time.

    Each doctor goes on where the visit before ended; a patient has one visit a day at most.
    """
    picks = writer.picks["consultation"]
    visits = sorted(((picks[row.id], row) for row in writer.world.session.execute(
        sa.select(Consultation.id, Consultation.doctor_id, Consultation.patient_id, Consultation.starts_at,
                  Consultation.slot_minutes).where(Consultation.state.in_(HOLDS_SLOT)))
        if row.id in picks), key=lambda pair: pair[0].place)
    free: dict[int, tuple[int, int]] = {}  # a doctor's day, counted from the first, and minute
    taken: set[tuple[int, int, int]] = set()
    first = writer.day(writer.first_age + DAYS)
    for turn in range(writer.turns):
        for pick, row in visits:
            due = DAYS * (turn * WHOLE + pick.place) // (writer.turns * WHOLE)
            day, minute = max(free.get(row.doctor_id, (0, OPENS)), (due, OPENS))
            while (row.patient_id, turn, day) in taken or minute + row.slot_minutes > CLOSES:
                day, minute = day + 1, OPENS
            free[row.doctor_id] = day, minute + row.slot_minutes
            taken.add((row.patient_id, turn, day))
            back = _earlier(row.starts_at, first + timedelta(days=day), minute)
            yield writer.pieces[pick.piece], turn, back


def _earlier(was: datetime, day: Any, minute: int) -> int:
    at = datetime.combine(day, time(), clock.zone()) + timedelta(minutes=minute)
    return int((was - at).total_seconds()) // 60
