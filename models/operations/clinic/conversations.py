"""The conversation of a consultation: messages that are never lost or doubled, and unread counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol

import sqlalchemy as sa

from models import clock
from models.base import BigId, db
from models.clinic import Doctor, Patient
from models.consultations import (
    Consultation,
    ConsultationMessage,
    ConsultationState,
    MessageSide,
    seen_by_doctor,
)
from models.documents import Attachment
from models.errors import N_, NotAllowed, Refused
from models.operations.clinic import conversation_news, visit_notices
from models.people import User
from models.settings import setting

#: Letters of one message.
MAX_LENGTH = 4000


def side_of(consultation: Consultation, user: User) -> MessageSide:
    """On which side the person stands. Raises `NotAllowed` for everybody else, administrators included."""
    if user.id in consultation.patient.owner_ids:
        return MessageSide.PATIENT
    if consultation.doctor.user_id == user.id and consultation.is_seen_by_doctor:
        return MessageSide.DOCTOR
    raise NotAllowed(N_("Only the patient and the doctor of a consultation talk in it."))


class Talk(Protocol):
    """What says whether a conversation is open."""

    @property
    def state(self) -> ConsultationState: ...

    @property
    def completed_at(self) -> datetime | None: ...


def can_write(consultation: Talk) -> bool:
    """Whether the conversation is open: from the approval until some time after the end (a setting)."""
    if consultation.state in (ConsultationState.APPROVED, ConsultationState.IN_PROGRESS):
        return True
    until = timedelta(hours=setting("consultation.talk_hours"))
    return consultation.state == ConsultationState.COMPLETED and consultation.completed_at is not None \
        and clock.now() <= consultation.completed_at + until


def send_message(consultation: Consultation, body: str, *, by: User, client_id: str,
                 attachment: Attachment | None = None, page: str = "") -> ConsultationMessage:
    """Write a message, or return the one that the same `client_id` already wrote. Flushes.

    `attachment` is a file of this consultation; `page` names the page that sends, whose answer brings it the
    message and which no bell has to wake. Raises `NotAllowed` or `Refused`.
    """
    side = side_of(consultation, by)
    # Writers of one conversation take turns: ids then grow in the order in which readers can see them, so
    # that "everything after the last id I saw" misses none.
    db.session.execute(sa.select(Consultation.id).where(Consultation.id == consultation.id)
                       .with_for_update(key_share=True))
    known = db.session.scalar(sa.select(ConsultationMessage).where(
        ConsultationMessage.author_id == by.id, ConsultationMessage.client_id == client_id))
    if known is not None:
        if known.consultation_id != consultation.id:
            raise Refused(N_("This message belongs to another conversation."), field="client_id")
        return known
    if not can_write(consultation):
        raise Refused(N_("The conversation is not open: it begins with the approval and ends some days "
                         "after the "
                         "consultation."))
    text = body.strip()
    if not client_id or len(client_id) > 64:
        raise Refused(N_("The message carries no valid mark of its own. Please load the page again."),
                      field="client_id")
    if attachment is not None and (attachment.document_type, attachment.document_id) != ("consultation",
                                                                                         consultation.id):
        raise Refused(N_("The file belongs to something else."), field="attachment")
    if not text and attachment is None:
        raise Refused(N_("Please write a message."), field="body")
    if len(text) > MAX_LENGTH:
        raise Refused(N_("A message has at most %(most)s letters; please send it in parts."), field="body",
                      most=MAX_LENGTH)
    message = ConsultationMessage(consultation_id=consultation.id, author_id=by.id, side=side,
                                  client_id=client_id,
                                  body=text, attachment_id=attachment.id if attachment else None,
                                  read_at=None)
    db.session.add(message)
    db.session.flush()
    visit_notices.new_message(consultation, side, _unread_from(consultation.id, side))
    conversation_news.BOARD.stops(consultation.id, side)
    conversation_news.changed(consultation.id, page=page)
    return message


def _unread_from(consultation_id: int, side: MessageSide) -> int:
    """Messages of `side` that the other has not read."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(ConsultationMessage).where(
        ConsultationMessage.consultation_id == consultation_id, ConsultationMessage.side == side,
        ConsultationMessage.read_at.is_(None))) or 0


def messages_after(consultation: Consultation, last_seen: int = 0, *,
                   limit: int = 200) -> list[ConsultationMessage]:
    """The messages after the id `last_seen`, oldest first."""
    return list(db.session.scalars(
        sa.select(ConsultationMessage)
        .where(ConsultationMessage.consultation_id == consultation.id, ConsultationMessage.id > last_seen)
        .order_by(ConsultationMessage.id).limit(limit)))


def mark_read(consultation: Consultation, *, by: User, up_to: int | None = None) -> int:
    """Say that this person read the other side's messages (up to an id); returns how many were new.

    Somebody who is on neither side marks nothing. Raises nothing.
    """
    try:
        side = side_of(consultation, by)
    except NotAllowed:
        return 0
    return read_up_to(consultation.id, side, up_to)


def read_up_to(consultation_id: int, side: MessageSide, up_to: int | None = None) -> int:
    """The same for a reader of whom it is known to stand on `side`."""
    unread = (ConsultationMessage.consultation_id == consultation_id, ConsultationMessage.side != side,
              ConsultationMessage.read_at.is_(None),
              *(() if up_to is None else (ConsultationMessage.id <= up_to,)))
    marked: Any = db.session.execute(
        sa.update(ConsultationMessage).where(*unread).values(read_at=clock.now())
        .execution_options(synchronize_session="evaluate"))
    if marked.rowcount:  # who wrote them has to know; who read them does
        conversation_news.changed(consultation_id, conversation_news.OTHER[side])
        visit_notices.messages_read(consultation_id, side)
    return int(marked.rowcount)


def unread_counts(user: User, consultation_ids: Iterable[int] | None = None) -> dict[int, int]:
    """Messages of the other side that this person has not read, by consultation id; one statement.

    Only consultations that the person may see, and only those with something unread.
    """
    statement = _unread()
    if consultation_ids is not None:
        statement = statement.where(Consultation.id.in_(list(consultation_ids)))
    return dict(db.session.execute(statement, {"me": user.id}).all())


@cache
def _unread() -> Any:
    """Consultations with messages of the other side that the account `me` has not read, and how many. Made
    once: every page of the portal asks it."""
    me = sa.bindparam("me", type_=BigId)
    guardian = sa.orm.aliased(Patient)
    as_patient = (ConsultationMessage.side == MessageSide.DOCTOR) & sa.or_(
        Patient.user_id == me, guardian.user_id == me)
    as_doctor = (ConsultationMessage.side == MessageSide.PATIENT) & (Doctor.user_id == me) \
        & seen_by_doctor()
    return (
        sa.select(ConsultationMessage.consultation_id, sa.func.count().label("number"))
        .join(Consultation, Consultation.id == ConsultationMessage.consultation_id)
        .join(Patient, Patient.id == Consultation.patient_id)
        .join(Doctor, Doctor.id == Consultation.doctor_id)
        .outerjoin(guardian, guardian.id == Patient.guardian_id)
        .where(ConsultationMessage.read_at.is_(None), as_patient | as_doctor)
        .group_by(ConsultationMessage.consultation_id))


def unread_sum() -> Any:
    """All of them together, as a scalar subquery that a page folds into its own statement; its parameter `me`
    is who asks."""
    entry = _unread().subquery()
    return sa.select(sa.func.coalesce(sa.func.sum(entry.c.number), 0)).scalar_subquery()


def unread_of(user_id: int) -> sa.ScalarSelect[int]:
    """How many messages of patients the doctor who is this person has not read; folded into a page's
    statement."""
    return (sa.select(sa.func.count()).select_from(ConsultationMessage)
            .join(Consultation, Consultation.id == ConsultationMessage.consultation_id)
            .join(Doctor, Doctor.id == Consultation.doctor_id)
            .where(Doctor.user_id == user_id, ConsultationMessage.side == MessageSide.PATIENT,
                   ConsultationMessage.read_at.is_(None), seen_by_doctor()).scalar_subquery())


def unread_total(user: User) -> int:
    """All of them together: the badge in the menu."""
    return sum(unread_counts(user).values())
