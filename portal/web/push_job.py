"""Wake the devices of people who have something new: unread notices later than those the device knows.

A device is claimed until `LEASE` is over and the claim committed before the sign leaves; nothing is held
while it is on its way. A run that dies in between leaves the claim, and the sign is sent again: the device
shows one notification all the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import current_app

from models import clock
from models.base import one_transaction
from models.operations.people import push
from models.outbox import Notice
from models.people import AccountStatus, User
from models.push_subscriptions import PushSubscription
from portal.web import push_service
from portal.web.channels import Undelivered
from portal.web.outbox_job import pause

LEASE = timedelta(minutes=15)
#: After so many attempts in a row, the last ones six hours apart, the subscription goes: some five days.
GIVE_UP = 28


@dataclass(frozen=True)
class Claimed:
    """A device that is to be woken, and the newest notice that it is woken for."""

    id: int
    endpoint: str
    failures: int
    newest: int


def send_news(limit: int = 200) -> Counter[str]:
    """Wake up to `limit` devices, each once; counts what became of them. Nothing where push is off."""
    became: Counter[str] = Counter()
    if not push_service.public_key():
        return became
    with one_transaction():
        became["ended"] = push.sweep()
    away: set[str] = set()
    for _ in range(limit):
        device = _claim(away)
        if device is None:
            break
        became[_woken(device, away)] += 1
    return +became


def _claim(away: set[str]) -> Claimed | None:
    """A device whose person has unread notices that it does not know, ours alone until the lease ends.

    `away` are services that did not answer in this run: they are not waited for once more.
    """
    row = PushSubscription
    newest = sa.select(sa.func.max(Notice.id)).where(
        Notice.user_id == row.user_id, Notice.read_at.is_(None),
        Notice.id > row.told_id).correlate(row).scalar_subquery()
    with one_transaction() as session:
        found = session.execute(
            sa.select(row.id, row.endpoint, row.failures, newest.label("newest"))
            .where(row.next_attempt_at <= clock.now(), newest.is_not(None), push.living(),
                   row.user_id.in_(sa.select(User.id).where(User.status == AccountStatus.ACTIVE)),
                   *(~row.endpoint.startswith(f"https://{host}/", autoescape=True) for host in sorted(away)))
            .order_by(row.next_attempt_at, row.id).limit(1)
            .with_for_update(skip_locked=True, of=row)).first()
        if found is None:
            return None
        session.execute(sa.update(row).where(row.id == found.id).values(
            next_attempt_at=clock.now() + LEASE).execution_options(synchronize_session=False))
    return Claimed(found.id, found.endpoint, found.failures, found.newest)


def _woken(device: Claimed, away: set[str]) -> str:
    now = clock.now()
    try:
        if not push.is_allowed(device.endpoint, current_app.config["PUSH_HOSTS"]):
            raise push_service.Gone("no known service", again=False)
        push_service.wake(device.endpoint)
    except push_service.Gone:
        _remove(device)
        return "ended"
    except Undelivered as error:
        if error.__cause__ is not None:  # no answer at all
            away.add(urlsplit(device.endpoint).netloc)
        return _postponed(device)
    except Exception:  # one bad address does not stop the others
        current_app.logger.exception("push %s", device.id)
        return _postponed(device)
    _mark(device, told_id=device.newest, last_ok_at=now, next_attempt_at=now, failures=0)
    return "woken"


def _postponed(device: Claimed) -> str:
    failures = device.failures + 1
    if failures >= GIVE_UP:
        _remove(device)
        return "ended"
    _mark(device, failures=failures, next_attempt_at=clock.now() + pause(failures))
    return "postponed"


def _mark(device: Claimed, **values: Any) -> None:
    with one_transaction() as session:
        session.execute(sa.update(PushSubscription).where(PushSubscription.id == device.id).values(**values)
                        .execution_options(synchronize_session=False))


def _remove(device: Claimed) -> None:
    with one_transaction() as session:
        session.execute(sa.delete(PushSubscription).where(PushSubscription.id == device.id)
                        .execution_options(synchronize_session=False))
