"""The video call of a consultation: who may be in it and when, and the signals between its two browsers.

Picture and sound go from browser to browser, or by the house's TURN server; nothing is recorded.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from models import clock
from models.base import db
from models.consultations import EARLY, Consultation, ConsultationState, MessageSide
from models.errors import N_, Refused
from models.operations.clinic import conversation_news, conversations
from models.operations.core.jobs import each_day, job
from models.people import User
from models.settings import setting
from models.video_calls import SignalKind, VideoSignal

#: A signal that is older is of a call that is over.
FRESH = timedelta(minutes=2)
MOST_LETTERS = 60_000
#: Signals of one consultation in an hour: a call needs some dozens.
MOST_SIGNALS = 2_000
MARK = re.compile(r"[0-9a-z-]{0,40}")
#: For how long the TURN server lets a browser in.
LET_IN = timedelta(hours=6)


def is_open(consultation: Consultation) -> bool:
    """Whether its two people may call: while it is in progress, or approved and from a quarter of an hour
    before its time until the end of its day."""
    if consultation.state == ConsultationState.IN_PROGRESS:
        return True
    if consultation.state != ConsultationState.APPROVED:
        return False
    day = clock.local(consultation.starts_at).date()
    return consultation.starts_at - EARLY <= clock.now() < max(clock.day_bounds(day)[1], consultation.ends_at)


def require_open(consultation: Consultation, by: User) -> MessageSide:
    """The person's side. Raises `NotAllowed` for everybody else, and `Refused` while the call is closed."""
    side = conversations.side_of(consultation, by)
    if not is_open(consultation):
        raise Refused(N_("The video call opens 15 minutes before the consultation and closes with it."))
    return side


def signal(consultation: Consultation, kind: str, *, by: User, call: str = "", body: str = "") -> VideoSignal:
    """Tell the other side's browser something. Flushes. Raises `NotAllowed` or `Refused`."""
    side = require_open(consultation, by)
    kinds = {entry.value: entry for entry in SignalKind}
    if kind not in kinds or not MARK.fullmatch(call) or len(body) > MOST_LETTERS:
        raise Refused(N_("The call cannot be set up this way. Load the page again."))
    sent = db.session.scalar(sa.select(sa.func.count()).select_from(VideoSignal).where(
        VideoSignal.consultation_id == consultation.id,
        VideoSignal.sent_at > clock.now() - timedelta(hours=1))) or 0
    if sent >= MOST_SIGNALS:
        raise Refused(N_("The call was set up too often. Wait a few minutes, or use the conversation."))
    row = VideoSignal(consultation_id=consultation.id, side=side, kind=kinds[kind], call=call, body=body)
    db.session.add(row)
    db.session.flush()
    conversation_news.changed(consultation.id, conversation_news.OTHER[side])
    return row


def last_id(consultation_id: int) -> int:
    """The newest signal: who comes to the call hears those after it."""
    return db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(VideoSignal.id), 0)).where(
        VideoSignal.consultation_id == consultation_id)) or 0


def signals_for(consultation_id: int, side: MessageSide, after: int) -> list[VideoSignal]:
    """What the other side told since, oldest first."""
    return list(db.session.scalars(sa.select(VideoSignal).where(
        VideoSignal.consultation_id == consultation_id, VideoSignal.side != side, VideoSignal.id > after,
        VideoSignal.sent_at > clock.now() - FRESH).order_by(VideoSignal.id).limit(200)))


def servers(consultation: Consultation, secret: str) -> list[dict[str, Any]]:
    """The house's STUN and TURN servers as WebRTC takes them. TURN is let in by a name that ends: the secret
    stays here (draft-uberti-behave-turn-rest)."""
    addresses = setting("video.servers")
    stun = [each for each in addresses if each.startswith("stun")]
    turn = [each for each in addresses if each.startswith("turn")]
    result: list[dict[str, Any]] = [{"urls": stun}] if stun else []
    if turn and secret:
        name = f"{int((clock.now() + LET_IN).timestamp())}:{consultation.id}"
        made = hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()
        result.append({"urls": turn, "username": name, "credential": base64.b64encode(made).decode()})
    return result


@job("video_signals", due=each_day())
def forget_signals() -> str:
    """Delete signals of calls that are over."""
    gone = db.session.execute(  # type: ignore[attr-defined]
        sa.delete(VideoSignal).where(VideoSignal.sent_at < clock.now() - timedelta(days=1))
        .execution_options(synchronize_session=False)).rowcount
    return f"{gone} forgotten" if gone else ""
