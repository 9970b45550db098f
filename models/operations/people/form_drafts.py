"""Unsent text of forms, by person and place: kept while typing, given back to the same person alone, gone
once the form was taken or after thirty days."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa

from models import clock
from models.base import db
from models.errors import N_, Refused
from models.form_drafts import FormDraft
from models.operations.core.jobs import each_day, job
from models.operations.core.locking import insert_once
from models.people import User

#: Names of a form and of what it is about: letters, digits, and for the record a colon before its id.
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}(:[0-9]{1,18})?")
#: Letters of all fields of a form together, and fields.
LONGEST, MOST_FIELDS = 40_000, 60
#: Drafts of one person; the oldest go first.
MOST = 100
KEPT_DAYS = 30


def _checked(form: str, about: str, fields: Mapping[str, str]) -> dict[str, str]:
    if not NAME.fullmatch(form) or not NAME.fullmatch(about):
        raise Refused(N_("This form is not known."))
    typed = {name[:60]: text.replace("\0", "") for name, text in fields.items() if text.strip()}
    if len(typed) > MOST_FIELDS or sum(map(len, typed.values())) > LONGEST:
        raise Refused(N_("This is too long to be kept before it is sent."))
    return typed


def keep(user: User, form: str, about: str, fields: Mapping[str, str]) -> FormDraft | None:
    """Keep what `user` typed in `form` about a record (``consultation:12``); nothing typed forgets it, None.

    Raises `Refused` for names that are none and for too much. Flushes.
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


def kept_of(user: User, about: str) -> dict[str, dict[str, str]]:
    """What the person typed about this record and did not send: fields by form. One statement."""
    rows = db.session.execute(sa.select(FormDraft.form, FormDraft.fields).where(
        FormDraft.user_id == user.id, FormDraft.about == about))
    return {form: json.loads(fields) for form, fields in rows}


@job("old_form_drafts", due=each_day())
def forget_old() -> str:
    """Forget what nobody went on with for thirty days."""
    gone = db.session.execute(  # type: ignore[attr-defined]
        sa.delete(FormDraft).where(FormDraft.saved_at < clock.now() - timedelta(days=KEPT_DAYS))
        .execution_options(synchronize_session=False)).rowcount
    return f"{gone} forgotten" if gone else ""
