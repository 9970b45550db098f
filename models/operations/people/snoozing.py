"""Putting papers of the own inbox off until a day: they come back by themselves on that morning.

It changes nothing of the paper: for everybody else, for reminders and for `flask verify` it waits as before.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_, Refused
from models.operations.people import panel_choices
from models.panel_choices import ChoiceKind, PanelChoice
from models.people import User

#: The hour of the hospital's clock at which papers come back.
MORNING = 6
#: Days that a paper is put off at most.
LONGEST = 92
MONDAY = 7


def morning() -> date:
    """The day of the latest morning: before six o'clock that is yesterday."""
    return (clock.local(clock.now()) - timedelta(hours=MORNING)).date()


def day_of(choice: str) -> date:
    """The day that `tomorrow`, `monday` (the next one) or a written day (2026-12-24) means.

    Raises `Refused` (field `until`) for what is no day, is not to come, or is too far away.
    """
    today = clock.today()
    if choice == "tomorrow":
        return today + timedelta(days=1)
    if choice == "monday":
        return today + timedelta(days=MONDAY - today.weekday())
    try:
        day = date.fromisoformat(choice.strip())
    except ValueError:
        raise Refused(N_("Choose the day on which the paper comes back."), field="until") from None
    if not today < day <= today + timedelta(days=LONGEST):
        raise Refused(N_("Choose a day from tomorrow on, at most three months away."), field="until")
    return day


def put_off(user: User, paper: Any, day: date) -> None:
    """The paper leaves the person's inbox until the morning of `day`. What came back is forgotten. Flushes;
    raises `Refused` for more papers than one person may put off."""
    db.session.execute(sa.delete(PanelChoice).where(
        PanelChoice.user_id == user.id, PanelChoice.kind == ChoiceKind.LATER,
        PanelChoice.value <= morning().isoformat()))
    panel_choices.choose(user, ChoiceKind.LATER, key(paper.__tablename__, paper.id), day.isoformat())


def take_back(user: User, table: str, id: int) -> None:
    """The paper stands in the inbox again now."""
    panel_choices.forget(user, ChoiceKind.LATER, key(table, id))


def key(table: str, id: int) -> str:
    return f"{table}:{id}"


def asleep(user: User) -> sa.Select[Any]:
    """The keys of the papers that the person put off and that have not come back."""
    return sa.select(PanelChoice.about).where(
        PanelChoice.user_id == user.id, PanelChoice.kind == ChoiceKind.LATER,
        PanelChoice.value > morning().isoformat())


def days(user: User) -> dict[str, date]:
    """The same with the day on which each comes back."""
    return {about: date.fromisoformat(value) for about, value in db.session.execute(
        asleep(user).add_columns(PanelChoice.value))}
