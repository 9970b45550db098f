"""One notice told of many records at once, each to its own person, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.operations.core.activity import plain
from models.operations.people.mail import post
from models.operations.people.notices import NOTICES, wanted
from models.outbox import Notice
from models.people import AccountStatus, User


def tell_each(event: str, told: Sequence[tuple[Any, User, dict[str, Any]]]) -> None:
    """Write the notice `event` for every (record, person, params). Flushes."""
    notice = NOTICES[event]
    active = [(record, person, {name: value for name, value in params.items() if name in notice.names})
              for record, person, params in told if person.status == AccountStatus.ACTIVE]
    if not active:
        return
    db.session.execute(sa.insert(Notice.__table__), [
        {"user_id": person.id, "event": event, "params": plain(params), "waits": False,
         "table_name": record.__tablename__, "record_id": record.id, "created_at": clock.now(),
         "address": notice.address.format(id=record.id, table=record.__tablename__) if notice.address
         else None} for record, person, params in active])
    for _record, person, params in active:
        for channel in notice.channels:
            if wanted(person, channel, always=notice.always):
                post(person, event, channel=channel, **params)
    db.session.flush()
