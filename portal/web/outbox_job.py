"""Send what waits in the outbox: each message once, retried with growing pauses while the way out refuses it.

At most once: a message is claimed (`sending`) and the claim committed before it leaves. A run that dies in
between leaves the claim; after `STALE` the next run makes it `failed` with the word that it may have arrived,
and a person sends it again or not. Sending again carries the same key, so a gateway or a mail reader knows
it.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import joinedload, undefer

from models import clock
from models.base import db, one_transaction
from models.consultations import Consultation
from models.documents import WORKFLOWS, Attachment
from models.outbox import Channel, DeliveryStatus, Outbox
from portal.web import calendar_file
from portal.web.channels import Enclosed, Message, Undelivered, sender_of
from portal.web.notices import words_of

S = DeliveryStatus
ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
STALE = timedelta(minutes=15)
INTERRUPTED = "interrupted: it may have arrived"


def addresses() -> dict[Channel, str]:
    """Where each channel goes out; a channel without an address keeps its messages waiting."""
    config = current_app.config
    return {channel: url for channel, url in (
        (Channel.MAIL, config.get("MAIL_URL")), (Channel.WHATSAPP, config.get("WHATSAPP_URL")),
        (Channel.SMS, config.get("SMS_URL"))) if url}


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, two, four … six hours."""
    return min(FIRST_PAUSE * 2 ** max(attempts - 1, 0), LONGEST_PAUSE)


def composed(message: Outbox, sender: str) -> Message:
    """The message in its reader's language."""
    said = words_of(message, sending=True)
    return Message(message.key, message.channel, message.to_address, said.subject, said.body, sender,
                   _enclosed(message))


def _enclosed(message: Outbox) -> Enclosed | None:
    if message.attachment is not None:
        return Enclosed(message.attachment.file_name, message.attachment.media_type,
                        message.attachment.content)
    if message.document_type is None:
        return None
    if message.document_type == Consultation.__tablename__:
        return _calendar(message)
    # pulls in the layout engine: only when a paper goes out
    from portal.web.print import document_pdf, file_name
    document = db.session.get_one(WORKFLOWS[message.document_type], message.document_id)
    try:
        return Enclosed(file_name(document), "application/pdf",
                        document_pdf(document, message.language.value))
    finally:
        db.session.commit()  # nothing is held while the message is on its way


def _calendar(message: Outbox) -> Enclosed:
    """The consultation for the reader's calendar, as it stands when the mail leaves."""
    try:
        return Enclosed(*calendar_file.enclosed(db.session.get_one(Consultation, message.document_id),
                                                message.language.value))
    finally:
        db.session.commit()


def send_waiting(urls: dict[Channel, str], limit: int = 200) -> Counter[str]:
    """Send up to `limit` messages that are due by the channels that have an address; counts what became of
    them."""
    notified: Counter[str] = Counter({"interrupted": _give_up_interrupted()})
    for _ in range(limit):
        message = _claim(urls)
        if message is None:
            break
        notified[_sent(message, urls[message.channel])] += 1
    return notified


def _give_up_interrupted() -> int:
    with one_transaction() as session:
        return session.execute(
            sa.update(Outbox).where(Outbox.status == S.SENDING, Outbox.claimed_at < clock.now() - STALE)
            .values(status=S.FAILED,
                    last_error=INTERRUPTED).execution_options(synchronize_session=False)).rowcount


def _claim(urls: dict[Channel, str]) -> Outbox | None:
    """The oldest message that is due, ours alone from here on."""
    with one_transaction() as session:
        result = session.scalar(
            sa.select(Outbox.id).where(Outbox.status == S.WAITING, Outbox.next_attempt_at <= clock.now(),
                                       Outbox.channel.in_(list(urls)))
            .order_by(Outbox.next_attempt_at, Outbox.id).limit(1).with_for_update(skip_locked=True))
        if result is None:
            return None
        session.execute(sa.update(Outbox).where(Outbox.id == result)
                        .values(status=S.SENDING, claimed_at=clock.now(), attempts=Outbox.attempts + 1)
                        .execution_options(synchronize_session=False))
    message = db.session.scalars(
        sa.select(Outbox).where(Outbox.id == result)
        .options(joinedload(Outbox.attachment).options(undefer(Attachment.content)))
        .execution_options(populate_existing=True)).one()
    db.session.commit()  # nothing is held while the message is on its way
    return message


def _sent(message: Outbox, url: str) -> str:
    try:
        sender_of(url)(composed(message, current_app.config.get("MAIL_FROM") or "rawat@localhost"), url)
    except Undelivered as error:
        if error.again and message.attempts < ATTEMPTS:
            _mark(message, status=S.WAITING, last_error=str(error),
                  next_attempt_at=clock.now() + pause(message.attempts))
            return "postponed"
        _mark(message, status=S.FAILED,
              last_error=f"{error}: it may have arrived" if error.unsure else str(error))
        return "failed"
    except DBAPIError:  # the paper that goes along could not be read: nothing has left
        db.session.rollback()
        _mark(message, status=S.WAITING, last_error="database away", attempts=message.attempts - 1)
        return "postponed"
    except Exception as error:  # words or an address that cannot be: one bad message does not stop the others
        current_app.logger.exception("message %s", message.id)
        _mark(message, status=S.FAILED, last_error=type(error).__name__)
        return "failed"
    _mark(message, status=S.SENT, sent_at=clock.now(), last_error=None)
    return "sent"


def _mark(message: Outbox, **values: str | datetime | None) -> None:
    """Write what became of it, unless somebody decided otherwise meanwhile."""
    with one_transaction() as session:
        session.execute(sa.update(Outbox).where(Outbox.id == message.id, Outbox.status == S.SENDING)
                        .values(**values).execution_options(synchronize_session=False))
