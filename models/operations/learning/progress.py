"""How far a person got: tries, hints and solutions of exercises, steps of cases, labs.

Everything flushes and commits nothing. What is asked twice is counted once: a step that is done stays done.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from models import clock
from models.learning import MOST_HINTS, CaseProgress, ExerciseProgress
from models.operations.core.locking import insert_once
from models.people import User

#: What stands before the key of a break-it lab in `case_progress`, and its only step.
LAB, LAB_DONE = "lab:", "done"
#: Letters of a statement that are kept.
MOST_LETTERS = 20_000


def tried(session: Any, user: User, key: str, sql: str, *, solved: bool) -> ExerciseProgress:
    """Count a try of `user` at the exercise and keep the statement. Tries after the first right one are not
    counted."""
    row = _row(session, user, key)
    if row.solved_at is None:
        now = clock.now()
        row.tries += 1
        row.first_tried_at = row.first_tried_at or now
        row.solved_at = now if solved else None
    if solved or not row.solved_at:
        row.last_sql = sql.replace("\0", "")[:MOST_LETTERS]
    session.flush()
    return row


def hint_used(session: Any, user: User, key: str) -> int:
    """Count a hint that was shown, at most `MOST_HINTS` and none once it is solved. The number used."""
    row = _row(session, user, key)
    if row.solved_at is None and row.hints_used < MOST_HINTS:
        row.hints_used += 1
        session.flush()
    return row.hints_used


def of(session: Any, user: User) -> dict[str, ExerciseProgress]:
    """The person's progress by the key of the exercise; what was never tried is not there."""
    rows = session.scalars(sa.select(ExerciseProgress).where(ExerciseProgress.user_id == user.id))
    return {row.key: row for row in rows}


def case_step_done(session: Any, user: User, key: str, step: str) -> None:
    """Note that the person has done this step of the case; the first time counts."""
    done = sa.select(CaseProgress.id).filter_by(user_id=user.id, key=key, step=step)
    if session.scalar(done) is not None:
        return
    try:
        with session.begin_nested():
            session.add(CaseProgress(user_id=user.id, key=key, step=step))
    except IntegrityError:  # a second tab was a moment earlier
        if session.scalar(done) is None:
            raise


def steps_done(session: Any, user: User, key: str) -> set[str]:
    """The steps of the case that the person has done."""
    return set(session.scalars(sa.select(CaseProgress.step).filter_by(user_id=user.id, key=key)))


def lab_done(session: Any, user: User, key: str) -> None:
    """Note that the person has tried the break-it lab and seen what stopped it."""
    case_step_done(session, user, f"{LAB}{key}", LAB_DONE)


def _row(session: Any, user: User, key: str) -> ExerciseProgress:
    """The person's row of the exercise, made when there is none, locked until the transaction ends."""
    mine = (sa.select(ExerciseProgress).filter_by(user_id=user.id, key=key).with_for_update()
            .execution_options(populate_existing=True))
    row = session.scalar(mine)
    if row is None:
        session.execute(insert_once(ExerciseProgress.__table__).values(user_id=user.id, key=key, tries=0,
                                                                       hints_used=0))
        row = session.scalars(mine).one()
    assert isinstance(row, ExerciseProgress)
    return row
