"""Writing settings: what a person changed of several, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from models import clock
from models.activity import ActivityLog
from models.base import db
from models.documents import Attachment
from models.errors import N_, Conflict, NotAllowed, Refused
from models.operations.core import files, step_up
from models.organisation import Setting
from models.people import User
from models.roles import Role
from models.settings import SETTINGS, checked


@dataclass(frozen=True)
class Changed:
    """Who wrote a setting last, and when; None where the log does not say who."""

    by: str | None
    at: datetime


def kept(keys: list[str]) -> dict[str, Setting]:
    """The rows that stand for these keys; a key without a row has its default."""
    return {row.key: row for row in db.session.scalars(sa.select(Setting).where(Setting.key.in_(keys)))}


def last_changes(rows: Mapping[str, Setting]) -> dict[str, Changed]:
    """By key. One statement for any number."""
    log, by_id = ActivityLog, {str(row.id): key for key, row in rows.items()}
    newest = (sa.select(sa.func.max(log.id)).where(log.table_name == Setting.__tablename__,
                                                   log.changed_id.in_(list(by_id))).group_by(log.changed_id))
    return {by_id[str(entry.changed_id)]: Changed(entry.user.name if entry.user is not None else None,
                                             clock.aware(entry.occurred_at))
            for entry in db.session.scalars(sa.select(log).where(log.id.in_(newest))
                                            .options(joinedload(log.user)))}


def _same(key: str, one: str, other: str) -> bool:
    """Whether two texts are worth the same; what cannot be used equals nothing."""
    read = SETTINGS[key].kind.read
    try:
        return bool(read(one) == read(other))
    except ValueError:
        return False


def touched(typed: Mapping[str, str], seen: Mapping[str, str]) -> dict[str, str]:
    """Those of the texts that are worth something else than what the person saw."""
    return {key: text for key, text in typed.items()
            if text != seen.get(key, "") and not _same(key, text, seen.get(key, ""))}


class WrongSettings(Refused):
    """What is refused of several settings, by key; nothing of them was written."""

    def __init__(self, by_key: Mapping[str, Refused]) -> None:
        super().__init__(N_("Not saved yet: please look at"))
        self.by_key = by_key
        self.status = max(refusal.status for refusal in by_key.values())


def write(typed: Mapping[str, str], seen: Mapping[str, str], *, by: User) -> list[str]:
    """Write what a person `touched`, all of it or nothing; gives the keys that changed.

    `seen` is the text that the page showed of each key; what somebody else wrote meanwhile is a `Conflict`.
    Raises `NotAllowed`, or `WrongSettings`.
    """
    if not by.has_role(Role.ADMIN):
        raise NotAllowed(N_("Your role may not do this step."))
    step_up.require_for_settings(typed)
    rows = {row.key: row for row in db.session.scalars(
        sa.select(Setting).where(Setting.key.in_(list(typed))).with_for_update())}
    changed: list[str] = []
    refused: dict[str, Refused] = {}
    for key, text in typed.items():
        now = rows[key].value if key in rows else SETTINGS[key].default
        try:
            new = checked(key, text)
            if now not in (seen.get(key), new):
                raise Conflict(N_("Somebody set this to “%(value)s” meanwhile. Save again to use yours."),
                               value=now, field="value")
            _put(rows.get(key), key, new)
            changed.append(key)
        except Refused as refusal:
            refused[key] = refusal
    if refused:
        raise WrongSettings(refused)
    return changed


def keep_logo(picture: files.Checked, *, by: User) -> str:
    """Keep a picture in place of the one before; gives what `hospital.logo` is then worth. Flushes."""
    for old in db.session.scalars(sa.select(Attachment).where(
            Attachment.document_type == Setting.__tablename__)).all():
        db.session.delete(old)
    return str(files.attach(picture, document_type=Setting.__tablename__, document_id=0, by=by).id)


def _put(row: Setting | None, key: str, text: str) -> None:
    """One row; its own listener checks that an account is there. Raises `Refused`."""
    try:
        with db.session.begin_nested():
            if row is None:
                db.session.add(Setting(key=key, value=text))
            else:
                row.value = text
            db.session.flush()
    except IntegrityError:
        raise Conflict(N_("Somebody set this to “%(value)s” meanwhile. Save again to use yours."), value=text,
                       field="value") from None
