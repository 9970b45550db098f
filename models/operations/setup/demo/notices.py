"""What the year told people: old notices were read, old messages went out, one of them did not."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from models.operations.setup.demo.world import World
from models.outbox import DeliveryStatus, Notice, Outbox

#: What only tells somebody something and was not read yet.
UNREAD = 4


def load(world: World) -> None:
    session = world.session
    session.flush()
    lately = world.end - timedelta(days=3)
    # A person at work has read what is old and most of what only tells; what waits for them is what the inbox
    # holds.
    rank = sa.func.row_number().over(partition_by=Notice.user_id, order_by=Notice.id.desc())
    newest = sa.select(Notice.id, rank.label("place")).where(~Notice.waits).subquery()
    read = sa.or_(Notice.created_at < lately,
                  Notice.id.in_(sa.select(newest.c.id).where(newest.c.place > UNREAD)))
    session.execute(sa.update(Notice).where(read, Notice.read_at.is_(None))
                    .values(read_at=Notice.created_at).execution_options(synchronize_session=False))
    session.execute(sa.update(Outbox).where(Outbox.created_at < world.end - timedelta(hours=1))
                    .values(status=DeliveryStatus.SENT, attempts=1, claimed_at=Outbox.created_at,
                            sent_at=Outbox.created_at).execution_options(synchronize_session=False))
    last = sa.select(Outbox.id).where(Outbox.created_at < lately).order_by(Outbox.id.desc())
    for place, why in ((4, "refused [550]"), (11, "interrupted: it may have arrived")):
        failed = session.scalar(last.offset(place).limit(1))
        session.execute(sa.update(Outbox).where(Outbox.id == failed)
                        .values(status=DeliveryStatus.FAILED, sent_at=None, last_error=why)
                        .execution_options(synchronize_session=False))
    session.expire_all()
