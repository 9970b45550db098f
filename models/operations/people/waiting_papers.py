"""Papers that nobody carries on: after a term, and again after each further one, somebody is told.

A turn is told when it begins (`notices`). What has none, a draft, a rejected paper, an approved request, an
order on which nothing comes, would wait for ever without a word.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.documents import Area, Document, DocumentEvent, document_types
from models.errors import N_
from models.operations.core.jobs import each_day, job
from models.operations.people import notices
from models.operations.people.notices import Declared, declare, tell
from models.people import User
from models.settings import setting
from models.workflow import Transition

#: Steps that take back what has ended: a paper that knows nothing else waits for nobody.
CORRECTIONS = frozenset({"withdraw", "reverse", "reverse_payment", "unconfirm", "open_again"})
#: Papers told of in one run; the others at the next.
MOST = 1000

declare(Declared(
    "paper_stands_still", notices.the_author, N_("%(table)s %(number)s has waited since %(day)s"),
    (N_("Take its next step, or give it up with a reason."),), lambda paper: {
        "table": paper.__tablename__, "number": str(paper)},
    address="/admin/{table}/details/?id={id}", channels=(), icon="clock"))


def carried_on(model: Any, state: Any) -> list[Transition]:
    """The steps of a person that carry a paper in `state` on, or give it up; none where it has ended."""
    return [step for step in model.workflow
            if state in step.sources and step.roles and step.name not in CORRECTIONS]


def is_reminded_of(model: Any, state: Any) -> bool:
    """Whether people are told when a record stands still in this state."""
    return (isinstance(model, type) and issubclass(model, Document) and model.area != Area.TELEMEDICINE
            and model.__tablename__ not in notices.QUIET and bool(carried_on(model, state)))


def whom(paper: Any) -> list[User]:
    """Whose turn it is; else the author, and a colleague where the author is gone or it is on its way."""
    steps = notices.turn(type(paper), paper.state)
    is_its_authors = not steps and paper.created_by.is_active and any(
        step.name in ("submit", "start", "post", "reopen") for step in carried_on(type(paper), paper.state))
    if is_its_authors:
        return [paper.created_by]
    steps = steps or [step for step in carried_on(type(paper), paper.state) if step.name != "cancel"]
    roles = {role for step in steps for role in step.roles}
    ids = notices.whose_turn(paper, steps, roles)
    return list(db.session.scalars(sa.select(User).where(User.id.in_(ids)).order_by(User.id)))


def _standing(model: type[Document], term: timedelta) -> list[tuple[Any, Any]]:
    """Papers of a type that came into an unfinished state a term ago or longer, with the moment."""
    states = [state for state in model.workflow.states if is_reminded_of(model, state)]
    last = (sa.select(sa.func.max(DocumentEvent.occurred_at))
            .where(DocumentEvent.document_type == model.__tablename__,
                   DocumentEvent.document_id == model.id).scalar_subquery())
    return [(paper, clock.aware(since)) for paper, since in db.session.execute(
        sa.select(model, last).where(model.state.in_(states), last <= clock.now() - term)
        .order_by(last).limit(MOST))] if states else []


@job("papers_that_wait", due=each_day(hour=6))
def remind() -> str:
    """Once a day; each person once for each term that a paper stands still. A paper on which something is
    expected is late from the day after."""
    days = setting("papers.remind_days")
    notified = 0
    for model in document_types().values() if days else ():
        for paper, since in _standing(model, timedelta(days=days)):
            expected = getattr(paper, "expected_on", None)
            if expected is not None and expected >= clock.today():
                continue
            turns = (clock.now() - since).days // days
            notified += tell("paper_stands_still", paper, to=whom(paper), day=clock.local(since).date(),
                             key=f"{paper.__tablename__}:{paper.id}:{since.isoformat()}:{turns}")
    return f"{notified} people reminded" if notified else ""
