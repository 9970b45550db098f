"""What falls due by itself: `flask run-jobs` runs every job declared here, each in a transaction of its own.

::

    @job("remind")
    def remind() -> str:            # runs every time; returns a line for the operator, empty for nothing done
        ...

    @job("daily_report", due=each_day(hour=6))
    def mail_report() -> str:       # runs once for each `due`, whatever runs at once
        ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from models import clock
from models.base import db
from models.operations.core.locking import insert_once
from models.outbox import JobRun

#: The name of what is due now, e.g. the day; None when nothing is.
Due = Callable[[], str | None]


@dataclass(frozen=True)
class Job:
    name: str
    run: Callable[[], str]
    due: Due | None = None


JOBS: dict[str, Job] = {}


def job(name: str, *, due: Due | None = None) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Declare a job. Raises ValueError when there is one of that name."""
    def keep(function: Callable[[], str]) -> Callable[[], str]:
        if name in JOBS:
            raise ValueError(f"there is a job {name} already")
        JOBS[name] = Job(name, function, due)
        return function
    return keep


def each_day(hour: int | Callable[[], int] = 0) -> Due:
    """Once a day of the hospital, from `hour` on; the hour may be a setting's."""
    def due() -> str | None:
        at = hour() if callable(hour) else hour
        return clock.today().isoformat() if clock.local(clock.now()).hour >= at else None
    return due


def run(one: Job) -> str | None:
    """Run a job inside the caller's transaction; None when it is not due, or was done for this `due`.

    The claim is a row under a unique key: of two runs at once the second waits for the first and then does
    nothing; a job that fails leaves no claim behind and is tried again.
    """
    if one.due is None:
        return one.run()
    due = one.due()
    if due is None or db.session.scalar(sa.select(JobRun.id).where(JobRun.job == one.name,
                                                                   JobRun.due == due)):
        return None
    claim = insert_once(JobRun.__table__).values(job=one.name, due=due,
                                                 ran_at=clock.now()).returning(JobRun.id)
    if db.session.scalar(claim) is None:
        return None
    result = one.run()
    db.session.execute(sa.update(JobRun).where(JobRun.job == one.name,
                                               JobRun.due == due).values(result=result)
                       .execution_options(synchronize_session=False))
    return result
