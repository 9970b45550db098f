"""The conversation as both sides' pages show it: what is new since a page was made, read marks, who is
typing.

One set of templates serves portal and panel. A page says what it has seen (`Seen`), the answer is what
changed, each part with the id of what it replaces; a page that was cut off asks on from the last message it
has.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, g, make_response, render_template, request
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage

from models.base import db, one_transaction
from models.clinic import Doctor, Patient
from models.consultations import (
    Consultation,
    ConsultationMessage,
    ConsultationState,
    MessageSide,
    seen_by_doctor,
)
from models.documents import Attachment
from models.operations.clinic import conversations
from models.operations.clinic.conversation_news import BOARD
from models.operations.core import files

#: Messages that a page begins with.
MOST = 200
#: Seconds after which a page asks again where no request waits (`LONG_POLL=off`).
ASK_AFTER = 4


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


@dataclass(frozen=True)
class Seen:
    """What a page has: the last message, the consultation's version, the last own message that was read,
    whether one could write, and the last message that was on a page which somebody looked at (`looked`, None
    where the page does not say: then what it is given counts as looked at)."""

    after: int
    version: int
    read: int
    is_open: bool
    looked: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Seen:
        version, _, read = values.get("have", "").partition(".")
        looked = values.get("looked")
        return cls(_number(values.get("after")), _number(version), _number(read), values.get("open") == "1",
                   None if looked is None else _number(looked))


def init_app(app: Flask) -> None:
    """Before anything reads the database, remember the number of the conversation that the address names: on
    SQLite the first statement fixes what the whole request sees, and a later number would speak of what it
    does not see."""
    def remember() -> None:
        if "consultation" in request.path:
            named = request.view_args or {}
            key = named.get("consultation_id") or named.get("id") or request.args.get("id")
            side = MessageSide.DOCTOR if request.path.startswith("/admin") else MessageSide.PATIENT
            g.talk_number = BOARD.number(_number(str(key)), side)

    app.before_request_funcs.setdefault(None, []).insert(0, remember)
    app.jinja_env.globals["voice_length"] = voice_length


def number(consultation_id: int, me: MessageSide) -> int:
    """The board's number of the conversation, as it was before this request read anything."""
    return g.pop("talk_number", None) or BOARD.number(consultation_id, me)


def other(side: MessageSide) -> MessageSide:
    return MessageSide.DOCTOR if side == MessageSide.PATIENT else MessageSide.PATIENT


def brought(voice_seconds: str, upload: FileStorage) -> files.Checked:
    """The file of a message as it may be kept: a voice note where it is said how long it is, else a photo
    or a PDF. Outside of `one_transaction`. Raises `Refused` at ``file``."""
    with upload.stream as stream:
        content = stream.read(files.MOST_BYTES + 1)
    if voice_seconds:
        return files.checked_voice(content, _number(voice_seconds))
    return files.checked(content, upload.filename or "")


def voice_length(file: Attachment) -> str:
    """How long a voice note is, as its name says: ``0:34``."""
    found = re.fullmatch(r"voice-(\d{1,2})m(\d\d)s\.\w+", file.file_name)
    return f"{found[1]}:{found[2]}" if found else ""


def read_mark(consultation_id: int, me: MessageSide) -> int:
    """The last own message that the other side read; 0 for none."""
    return db.session.scalar(_READ, {"key": consultation_id, "me": me}) or 0


@dataclass(frozen=True)
class Glance:
    """How a conversation stands, without its patient, doctor and papers: all that most news need."""

    id: int
    version: int
    state: ConsultationState
    completed_at: datetime | None
    last: int
    read: int

    def is_seen(self, seen: Seen) -> bool:
        """Whether a page has all of it."""
        return (self.version, self.read) == (seen.version, seen.read) and self.last <= seen.after


def _message_id(*criteria: Any) -> Any:
    return sa.select(sa.func.coalesce(sa.func.max(ConsultationMessage.id), 0)).where(
        ConsultationMessage.consultation_id == sa.bindparam("key"), *criteria)


# Built once: putting a statement together costs more than running it.
_READ = _message_id(ConsultationMessage.side == sa.bindparam("me"), ConsultationMessage.read_at.is_not(None))
_GUARDIAN = sa.orm.aliased(Patient)
_OWN = {
    MessageSide.PATIENT: Consultation.patient_id.in_(sa.select(Patient.id).where(sa.or_(
        Patient.user_id == sa.bindparam("person"),
        Patient.guardian_id.in_(sa.select(_GUARDIAN.id).where(_GUARDIAN.user_id
                                                              == sa.bindparam("person")))))),
    MessageSide.DOCTOR: sa.and_(Consultation.doctor_id.in_(sa.select(Doctor.id).where(
        Doctor.user_id == sa.bindparam("person"))), seen_by_doctor())}
_GLANCES = {side: sa.select(
    Consultation.id, Consultation.version, Consultation.state, Consultation.completed_at,
    _message_id().scalar_subquery(), _READ.scalar_subquery(),
).where(Consultation.id == sa.bindparam("key"), own) for side, own in _OWN.items()}
_NEWEST = (sa.select(ConsultationMessage)
           .where(ConsultationMessage.consultation_id == sa.bindparam("key"),
                  ConsultationMessage.id > sa.bindparam("after"))
           .options(joinedload(ConsultationMessage.attachment))
           .order_by(ConsultationMessage.id.desc()).limit(MOST))


def glance(consultation_id: int, me: MessageSide) -> Glance | None:
    """The conversation, if the person who is signed in stands on that side of it; one small statement."""
    row = db.session.execute(_GLANCES[me],
                             {"key": consultation_id, "me": me, "person": current_user.id}).first()
    return Glance(*row) if row is not None else None


def messages(consultation: Consultation | Glance, after: int = 0) -> list[ConsultationMessage]:
    """The last ones after an id, oldest first, each with its file's name; one statement."""
    return list(db.session.scalars(_NEWEST, {"key": consultation.id, "after": after}))[::-1]


def mark_read(consultation: Consultation | Glance, shown: list[ConsultationMessage], me: MessageSide) -> int:
    """Say that the other side's messages were read; the id of the first that was new, 0 when none was."""
    new = [entry.id for entry in shown if entry.side != me and entry.read_at is None]
    if not new:
        return 0
    with one_transaction():
        conversations.read_up_to(consultation.id, me, new[-1])
    return new[0]


def mark_looked(consultation: Glance, seen: Seen, me: MessageSide) -> None:
    """Say that the other side's messages were read which stood on a page that somebody looked at."""
    if not seen.looked or consultation.last == 0:
        return
    unread = db.session.scalar(sa.select(ConsultationMessage.id).where(
        ConsultationMessage.consultation_id == consultation.id, ConsultationMessage.side != me,
        ConsultationMessage.read_at.is_(None), ConsultationMessage.id <= seen.looked).limit(1))
    if unread is not None:
        with one_transaction():
            conversations.read_up_to(consultation.id, me, seen.looked)


def context(consultation: Consultation | Glance, me: MessageSide, *, after: int = 0, read: int = 0,
            is_live: bool = True, number: int | None = None) -> dict[str, Any]:
    """What the templates of the conversation are given. `number`: the board's, as it was before the rows were
    read."""
    return {"me": me, "after": after, "have": f"{consultation.version}.{read}", "is_live": is_live,
            "open": conversations.can_write(consultation), "seq": BOARD.number(consultation.id, me)
            if number is None else number, "client_id": secrets.token_urlsafe(12), "error": "", "body": "",
            "talk_address": f"/portal/consultations/{consultation.id}" if me == MessageSide.PATIENT
            else f"/admin/consultation/{consultation.id}"}


def news(consultation: Consultation | Glance, seen: Seen, me: MessageSide, number: int, *,
         is_live: bool = True) -> str:
    """The changed parts of the conversation, the page's own state first."""
    known = isinstance(consultation, Glance)
    shown = messages(consultation,
                     max(0, seen.after - 1)) if not known or consultation.last > seen.after else []
    now_read = consultation.read if known else read_mark(consultation.id, me)
    previous = shown.pop(0) if shown and shown[0].id == seen.after else None
    marked = [] if now_read <= seen.read else list(db.session.scalars(sa.select(ConsultationMessage.id).where(
        ConsultationMessage.consultation_id == consultation.id, ConsultationMessage.side == me,
        ConsultationMessage.id > seen.read, ConsultationMessage.id <= min(now_read, seen.after))))
    given = context(consultation, me, after=shown[-1].id if shown else seen.after, read=now_read,
                    is_live=is_live,
                    number=number)
    body = render_template(
        "site/talk_news.html", consultation=consultation, messages=shown, previous=previous, first_new=0,
        marked=marked, types=BOARD.is_typing(consultation.id, other(me)), **given)
    if seen.looked is None:
        mark_read(consultation, shown, me)  # last: its commit lets go of everything that was loaded
    return body


def answer(body: str, number: int) -> Any:
    """The answer to a page that asked for news: 204 for none, or an empty 200 for one that waits, which keeps
    its connection."""
    made = make_response(body, 200 if body or request.args.get("wait") == "1" else 204)
    made.headers["X-Seq"] = str(number)
    if not current_app.config["LONG_POLL"]:
        made.headers["X-Ask-After"] = str(ASK_AFTER)
    made.headers["Cache-Control"] = "no-store"
    return made
