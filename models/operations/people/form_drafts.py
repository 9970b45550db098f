"""Unsent text of forms, by person and place: kept while typing, given back to the same person alone, gone
once the form was taken, when the account closes, or after thirty days."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import get_history

from models import clock
from models.base import db
from models.errors import N_, Refused
from models.form_drafts import FormDraft
from models.operations.core import owned
from models.operations.core.jobs import each_day, job
from models.operations.core.locking import insert_once
from models.people import AccountStatus, User
from models.rights import RIGHTS, may, model_of, scope

#: Names of a form and of what it is about: letters, digits, and for the record a colon before its id.
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}(:[0-9]{1,18})?")
#: Fields that are never kept, whatever form they stand in: what opens a door, and the number of a person.
NEVER = re.compile(r"(^|[-_])(nik|password|secret|token|otp|pin|csrf)([-_]|$)")
#: Letters of all fields of a form together, and fields: a document of many lines has many.
LONGEST, MOST_FIELDS = 200_000, 6_000
#: Drafts of one person; the oldest go first.
MOST = 100
KEPT_DAYS = 30


def _checked(form: str, about: str, fields: Mapping[str, str]) -> dict[str, str]:
    if not NAME.fullmatch(form) or not NAME.fullmatch(about):
        raise Refused(N_("This form is not known."))
    typed = {name[:80]: text.replace("\0", "") for name, text in fields.items() if not NEVER.search(name)}
    if not any(text.strip() for text in typed.values()):
        return {}
    if len(typed) > MOST_FIELDS or sum(map(len, typed.values())) > LONGEST:
        raise Refused(N_("This is too long to be kept before it is sent."))
    return typed


def keep(user: User, form: str, about: str, fields: Mapping[str, str]) -> FormDraft | None:
    """Keep what `user` typed in `form` about a record (``consultation:12``); nothing typed forgets it, None.

    A field that was emptied is kept beside others that were not. Raises `Refused` for names that are none and
    for too much. Flushes.
    """
    typed = _checked(form, about, fields)
    if not typed:
        forget(user, form, about)
        return None
    text = json.dumps(typed, ensure_ascii=False)
    row = {"user_id": user.id, "form": form, "about": about, "fields": text, "saved_at": clock.now()}
    db.session.execute(insert_once(FormDraft.__table__).values(**row))
    draft = _of(user, form, about)
    assert draft is not None
    if draft.fields != text:
        draft.fields, draft.saved_at = text, clock.now()
    db.session.flush()
    _leave_room(user)
    return draft


def _leave_room(user: User) -> None:
    kept = sa.select(FormDraft.id).where(FormDraft.user_id == user.id).order_by(
        FormDraft.saved_at.desc(), FormDraft.id.desc()).offset(MOST)
    old = list(db.session.scalars(kept))
    if old:
        db.session.execute(sa.delete(FormDraft).where(FormDraft.id.in_(old))
                           .execution_options(synchronize_session=False))


def _of(user: User, form: str, about: str) -> FormDraft | None:
    return db.session.scalar(sa.select(FormDraft).where(
        FormDraft.user_id == user.id, FormDraft.form == form, FormDraft.about == about)
        .execution_options(populate_existing=True))


def forget(user: User, form: str, about: str) -> None:
    """The form was taken, or the person threw it away."""
    db.session.execute(sa.delete(FormDraft).where(
        FormDraft.user_id == user.id, FormDraft.form == form, FormDraft.about == about)
        .execution_options(synchronize_session=False))


# ---------------------------------------------------------------- given back


@dataclass(frozen=True, slots=True)
class Kept:
    """What a person typed in one form and did not send."""

    about: str
    form: str
    saved_at: datetime
    fields: dict[str, str]


def drafts_of(user: User, abouts: Sequence[str]) -> list[Kept]:
    """What the person typed about these records and did not send, the oldest first. One statement."""
    rows = db.session.execute(
        sa.select(FormDraft.about, FormDraft.form, FormDraft.saved_at, FormDraft.fields)
        .where(FormDraft.user_id == user.id, FormDraft.about.in_(abouts))
        .order_by(FormDraft.saved_at, FormDraft.id))
    return [Kept(about, form, saved_at, json.loads(fields)) for about, form, saved_at, fields in rows]


def kept_of(user: User, about: str) -> dict[str, dict[str, str]]:
    """The fields by form of what the person typed about this record and did not send. One statement."""
    return {kept.form: kept.fields for kept in drafts_of(user, [about])}


def is_open_to(user: User, about: str) -> bool:
    """Whether the person may still read the record that a draft is about. A draft says what its record says:
    who lost the one has no other. What names no record of a table (a new one, a page) is the person's own."""
    table, _, text = about.partition(":")
    if not text:
        return True
    key = int(text)
    if table == "consultation" and owned.own_consultation(user, key) is not None:
        return True
    if table == "patient" and owned.own_patient(user, key) is not None:
        return True
    if table not in RIGHTS:
        return table not in db.metadata.tables  # a page that is no record's
    criterion = scope(user, table)
    model = model_of(table)
    if key >= 2**63 or not may(user, "read", table):
        return False
    return db.session.scalar(sa.select(sa.literal(1)).select_from(model).where(
        model.id == key, *([] if criterion is None else [criterion]))) is not None


# ---------------------------------------------------------------- forgotten


def _forget_with_the_account(_mapper: Any, connection: sa.Connection, user: User) -> None:
    if AccountStatus.INACTIVE in (get_history(user, "status").added or ()):
        connection.execute(sa.delete(FormDraft).where(FormDraft.user_id == user.id))


sa.event.listen(User, "after_update", _forget_with_the_account)


@job("old_form_drafts", due=each_day())
def forget_old() -> str:
    """Forget what nobody went on with for thirty days, and what people of closed accounts left."""
    closed = sa.select(User.id).where(User.status == AccountStatus.INACTIVE)
    old = sa.or_(FormDraft.saved_at < clock.now() - timedelta(days=KEPT_DAYS), FormDraft.user_id.in_(closed))
    gone = db.session.execute(  # type: ignore[attr-defined]
        sa.delete(FormDraft).where(old).execution_options(synchronize_session=False)).rowcount
    return f"{gone} forgotten" if gone else ""
