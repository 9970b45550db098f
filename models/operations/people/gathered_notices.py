"""Notices that gather: what happens again while the first is unread is the same notice with another number,
and what is read in the bell or on the page before the mail leaves is not mailed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.operations.core.activity import plain
from models.operations.people.mail import post
from models.operations.people.notices import NOTICES, wanted
from models.outbox import Channel, DeliveryStatus, Notice, Outbox
from models.people import AccountStatus, User

#: How long a mail or a telephone message waits for more of the same, and for its reader to look.
PAUSE = timedelta(minutes=3)


def _unread(event: str, record: Any, *criteria: Any) -> Any:
    return sa.select(Notice).where(
        Notice.event == event, Notice.table_name == record.__tablename__, Notice.record_id == record.id,
        Notice.read_at.is_(None), *criteria)


def _keys(notice: Notice) -> list[str]:
    """What the messages of a notice are known by."""
    return [f"notice-{notice.id}-{channel.value}" for channel in Channel]


def tell(event: str, record: Any, **params: Any) -> None:
    """Tell `event` about `record` to everybody whom it is for: once until it is read, with the newest
    `params`. Who calls it for one record at a time holds that record. Flushes."""
    declared = NOTICES[event]
    said = {name: value for name, value in {**declared.params(record), **params}.items()
            if name in declared.names}
    for person in declared.audience(record):
        if person is not None and person.status == AccountStatus.ACTIVE:
            _tell(event, record, person, said)
    db.session.flush()


def _tell(event: str, record: Any, person: User, said: dict[str, Any]) -> None:
    declared = NOTICES[event]
    notice: Notice | None = db.session.scalar(_unread(event, record, Notice.user_id == person.id)
                               .order_by(Notice.id.desc()).limit(1))
    if notice is not None:
        notice.params, notice.created_at = plain(said), clock.now()
        for message in db.session.scalars(sa.select(Outbox).where(
                Outbox.key.in_(_keys(notice)), Outbox.status == DeliveryStatus.WAITING)):
            message.params = {**message.params, **plain(said)}
        return
    notice = Notice(user_id=person.id, event=event, params=plain(said), table_name=record.__tablename__,
                    record_id=record.id, address=declared.address.format(id=record.id))
    db.session.add(notice)
    db.session.flush()
    for channel, key in zip(Channel, _keys(notice), strict=True):
        if channel in declared.channels and wanted(person, channel, always=declared.always):
            posted = post(person, event, channel=channel, key=key, **said)
            if posted is not None:
                posted.next_attempt_at = clock.now() + PAUSE


def read(event: str, table: str, record_id: int) -> None:
    """What it told was seen: the notice is read, and a message that did not leave yet is not sent."""
    for notice in db.session.scalars(sa.select(Notice).where(
            Notice.event == event, Notice.table_name == table, Notice.record_id == record_id,
            Notice.read_at.is_(None))).all():
        notice.read_at = clock.now()
        db.session.execute(sa.delete(Outbox).where(
            Outbox.key.in_(_keys(notice)), Outbox.status == DeliveryStatus.WAITING)
            .execution_options(synchronize_session=False))
    db.session.flush()
