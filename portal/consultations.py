"""The patient's consultations: the list, the state that shows itself, the conversation, cancelling, the outcome.

What is new comes by asking every few seconds: one cheap statement answers 204 when nothing happened. A page that was
cut off asks on from the last message that it has, so none is lost or doubled.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from jinja2_fragments.flask import render_block
from sqlalchemy.orm import joinedload, selectinload

from models import clock
from models.base import db, one_transaction
from models.consultations import (
    Consultation,
    ConsultationMessage,
    ConsultationState,
    MessageSide,
    Prescription,
    PrescriptionLine,
    PrescriptionState,
)
from models.documents import Attachment
from models.errors import Refused
from models.operations import consultations, conversations, slots
from models.operations.approvals import perform
from models.operations.consultations import can_still_change
from models.settings import setting
from portal import access, directory, files, fragments
from portal.asking import _instant
from portal.site.locale import refusal_text

C = ConsultationState
LIST, PAGE = "portal/consultations.html", "portal/consultation.html"
COMING = (C.REQUESTED, C.APPROVED, C.IN_PROGRESS)
MOST = 20
OUTCOME = (
    selectinload(Consultation.notes), selectinload(Consultation.diagnoses), selectinload(Consultation.letters),
    selectinload(Consultation.prescriptions).selectinload(Prescription.lines).options(
        joinedload(PrescriptionLine.item), joinedload(PrescriptionLine.unit)))


# ---------------------------------------------------------------- the list

@access.patients_only
def index() -> Any:
    page = max(1, min(directory.number(request.args.get("page")) or 1, 10_000))
    own = (sa.select(Consultation).where(Consultation.patient_id.in_(access.own_people()))
           .options(joinedload(Consultation.doctor), joinedload(Consultation.patient),
                    joinedload(Consultation.specialization)))
    coming = db.session.scalars(own.where(Consultation.state.in_(COMING))
                                .order_by(Consultation.starts_at, Consultation.id).limit(50)).all()
    past = db.session.scalars(own.where(Consultation.state.not_in(COMING))
                              .order_by(Consultation.starts_at.desc(), Consultation.id.desc())
                              .limit(MOST + 1).offset((page - 1) * MOST)).all()
    context = {"coming": coming, "past": past[:MOST], "page": page, "more": len(past) > MOST,
               "counts": conversations.unread_counts(current_user)}
    if request.args.get("part") == "list" and fragments.wants_block():
        return fragments.live_block(LIST, "listed", **context)
    return render_template(LIST, have="", **context)


# ---------------------------------------------------------------- one consultation

def _read_mark(consultation_id: int) -> sa.Select[Any]:
    """The last own message that the doctor read."""
    return sa.select(sa.func.coalesce(sa.func.max(ConsultationMessage.id), 0)).where(
        ConsultationMessage.consultation_id == consultation_id, ConsultationMessage.side == MessageSide.PATIENT,
        ConsultationMessage.read_at.is_not(None))


def _messages(consultation: Consultation, after: int = 0) -> list[ConsultationMessage]:
    """The last 200 after an id, oldest first, each with its file's name; one statement."""
    newest = (sa.select(ConsultationMessage)
              .where(ConsultationMessage.consultation_id == consultation.id, ConsultationMessage.id > after)
              .options(joinedload(ConsultationMessage.attachment))
              .order_by(ConsultationMessage.id.desc()).limit(200))
    return list(db.session.scalars(newest))[::-1]


def _read(consultation: Consultation, messages: list[ConsultationMessage]) -> int:
    """Say that the doctor's messages were read; the id of the first that was new, 0 when none was."""
    new = [each.id for each in messages if each.side == MessageSide.DOCTOR and each.read_at is None]
    if not new:
        return 0
    with one_transaction():
        conversations.mark_read(consultation, by=current_user, up_to=new[-1])
    return new[0]


def _given(consultation: Consultation, *, after: int | None = None, read: int | None = None) -> dict[str, Any]:
    """What every part of the page is given."""
    now_open = conversations.can_write(consultation)
    hours = int(setting("consultation.cancel_hours"))
    return {
        "consultation": consultation, "open": now_open, "me": MessageSide.PATIENT, "oob": False,
        "live": consultation.state in COMING or now_open, "after": after or 0,
        "have": f"{consultation.version}.{read or 0}", "client_id": secrets.token_urlsafe(12), "error": "", "body": "",
        "can_change": consultation.state in (C.REQUESTED, C.APPROVED) and can_still_change(consultation, current_user),
        "until": consultation.starts_at - timedelta(hours=hours),
        "issued": [each for each in consultation.prescriptions
                   if each.state in (PrescriptionState.ISSUED, PrescriptionState.DISPENSED)]
        if consultation.state == C.COMPLETED else []}


def _options() -> tuple[Any, ...]:
    return OUTCOME


def _page(consultation: Consultation, status: int = 200, **given: Any) -> Any:
    messages = _messages(consultation)
    first_new = _read(consultation, messages)
    attached = db.session.scalars(sa.select(Attachment).where(
        Attachment.document_type == "consultation", Attachment.document_id == consultation.id,
        Attachment.id.not_in(sa.select(ConsultationMessage.attachment_id).where(
            ConsultationMessage.consultation_id == consultation.id, ConsultationMessage.attachment_id.is_not(None))))
        .order_by(Attachment.id)).all()
    read = db.session.scalar(_read_mark(consultation.id))
    context = _given(consultation, after=messages[-1].id if messages else 0, read=read)
    return render_template(PAGE, **{**context, "messages": messages, "first_new": first_new, "attached": attached,
                                    "previous": None, **given}), status


@access.signed_in
def show(consultation_id: int) -> Any:
    return _page(access.own_consultation(consultation_id, *_options()))


def _numbers(after: str | None, have: str | None) -> tuple[int, int, int]:
    """Last message seen, version seen, last read mark seen; 0 for what is not a number."""
    version, _, read = (have or "").partition(".")
    return tuple(directory.number(each, 2**63 - 1) or 0 for each in (after, version, read))  # type: ignore[return-value]


@access.signed_in
def news(consultation_id: int) -> Any:
    """What happened since the page was made: 204 when nothing did."""
    after, version, read = _numbers(request.args.get("after"), request.args.get("have"))
    if consultation_id < 2**63:
        row = db.session.execute(sa.select(
            Consultation.version,
            sa.select(sa.func.coalesce(sa.func.max(ConsultationMessage.id), 0))
            .where(ConsultationMessage.consultation_id == Consultation.id).scalar_subquery(),
            _read_mark(consultation_id).scalar_subquery(),
        ).where(Consultation.id == consultation_id, Consultation.patient_id.in_(access.own_people()))).first()
        if row is not None and (row[0], row[2]) == (version, read) and row[1] <= after:
            return "", 204
    consultation = access.own_consultation(consultation_id, *_options())
    return make_response(_news(consultation, after, version, read, request.args.get("open") == "1"))


def _news(consultation: Consultation, after: int, version: int, read: int, was_open: bool) -> str:
    """The changed parts, each to be swapped where it belongs; the first is the page's own asking."""
    messages = _messages(consultation, after)
    _read(consultation, messages)
    now_read = db.session.scalar(_read_mark(consultation.id)) or 0
    last = messages[-1].id if messages else after
    context = _given(consultation, after=last, read=now_read)
    parts = [render_block(PAGE, "live_part", **context)]
    context |= {"oob": True, "first_new": 0, "attached": []}
    if consultation.version != version:
        parts += [render_block(PAGE, part, **context) for part in ("state_part", "outcome_part", "next_part")]
    if context["open"] != was_open:  # the conversation opens or closes: its whole part
        parts.append(render_block(PAGE, "talk_part", **{**context, "messages": _messages(consultation),
                                                        "previous": None}))
        return "".join(parts)
    if messages:
        previous = db.session.get(ConsultationMessage, after) if after else None
        if previous is not None and previous.consultation_id != consultation.id:
            previous = None
        parts.append(render_block(PAGE, "new_messages", **{**context, "messages": messages, "previous": previous}))
    if now_read > read:
        seen = db.session.scalars(sa.select(ConsultationMessage).where(
            ConsultationMessage.consultation_id == consultation.id, ConsultationMessage.side == MessageSide.PATIENT,
            ConsultationMessage.id > read, ConsultationMessage.id <= min(now_read, after)))
        parts.append(render_block(PAGE, "read_marks", **{**context, "messages": list(seen)}))
    return "".join(parts)


# ---------------------------------------------------------------- the conversation

@access.signed_in
def send(consultation_id: int) -> Any:
    """Write a message, once for each `client_id`, however often it is sent."""
    consultation = access.own_consultation(consultation_id, *_options())
    form, upload = request.form, request.files.get("file")
    client_id = form.get("client_id", "")[:65] or secrets.token_urlsafe(12)
    try:
        with one_transaction():
            attachment = None
            known = db.session.scalar(sa.select(ConsultationMessage.id).where(
                ConsultationMessage.author_id == current_user.id, ConsultationMessage.client_id == client_id))
            if upload is not None and upload.filename and known is None and conversations.can_write(consultation):
                attachment = files.kept(upload, document_type="consultation", document_id=consultation.id,
                                        by=current_user)
            body = form.get("body", "").replace("\0", "")
            conversations.send_message(consultation, body, by=current_user, client_id=client_id,
                                       attachment=attachment)
    except Refused as refusal:
        consultation = access.own_consultation(consultation_id, *_options())
        given = {"error": refusal_text(refusal), "body": form.get("body", ""), "client_id": client_id}
        if fragments.wants_block():
            return render_block(PAGE, "composer", **{**_given(consultation), **given}), refusal.status
        return _page(consultation, refusal.status, **given)
    if not fragments.wants_block():
        return redirect(url_for("portal.consultation", consultation_id=consultation_id) + "#composer", 303)
    after, version, read = _numbers(form.get("after"), form.get("have"))
    composer = render_block(PAGE, "composer", **_given(consultation))
    body = _news(consultation, after, version, read, form.get("open") == "1")
    return composer + body.replace('id="live"', 'id="live" hx-swap-oob="true"', 1)


# ---------------------------------------------------------------- cancelling, moving, rating

def _ask_page(consultation: Consultation, template: str, error: str = "", status: int = 200, **given: Any) -> Any:
    return render_template(template, consultation=consultation, error=error, reason=request.form.get("reason", ""),
                           **given), status


def _still_open(consultation: Consultation) -> bool:
    return consultation.state in (C.REQUESTED, C.APPROVED)


@access.signed_in
def cancel(consultation_id: int) -> Any:
    """Asks first, on a page of its own; with a reason it is done."""
    consultation = access.own_consultation(consultation_id)
    if request.method == "GET":
        if not _still_open(consultation):
            return redirect(url_for("portal.consultation", consultation_id=consultation_id))
        return _ask_page(consultation, "portal/cancel.html")
    try:
        with one_transaction():
            perform(consultation, "cancel", by=current_user, reason=request.form.get("reason", "")[:1000],
                    version=directory.number(request.form.get("version")))
    except Refused as refusal:
        consultation = access.own_consultation(consultation_id)
        return _ask_page(consultation, "portal/cancel.html", refusal_text(refusal), refusal.status)
    flash(gettext("The consultation was cancelled; its time is free for others."))
    return redirect(url_for("portal.consultation", consultation_id=consultation_id), 303)


@access.signed_in
def move(consultation_id: int) -> Any:
    """Another time of the same doctor: a new request that is linked to this one."""
    consultation = access.own_consultation(consultation_id)
    if request.method == "GET":
        if not _still_open(consultation):
            return redirect(url_for("portal.consultation", consultation_id=consultation_id))
        return _move_page(consultation)
    chosen = _instant(request.form.get("starts_at", request.form.get("moved_to", "")))
    if chosen is None:
        return _move_page(consultation, gettext("Please choose one of the free times."), 422)
    try:
        with one_transaction():
            moved = consultations.reschedule(consultation, chosen, by=current_user,
                                             reason=request.form.get("reason", "")[:1000],
                                             version=directory.number(request.form.get("version")))
    except Refused as refusal:
        return _move_page(access.own_consultation(consultation_id), refusal_text(refusal), refusal.status)
    flash(gettext("The new time was asked for. You see here when it is approved."))
    return redirect(url_for("portal.consultation", consultation_id=moved.id), 303)


def _move_page(consultation: Consultation, error: str = "", status: int = 200) -> Any:
    free = slots.first_free([consultation.doctor]).get(consultation.doctor_id)
    near = clock.local(free.starts_at).date() if free else clock.today()
    week = directory.week_of(consultation.doctor, directory.monday_of(request.args.get("week"), near),
                             consultation.patient)
    return _ask_page(consultation, "portal/move.html", error, status, week=week)


@access.signed_in
def rating(consultation_id: int) -> Any:
    consultation = access.own_consultation(consultation_id, *_options())
    stars = directory.number(request.form.get("rating") or request.form.get("score")) or 0
    try:
        with one_transaction():
            consultations.rate(consultation, stars, by=current_user, comment=request.form.get("comment", "")[:2000])
    except Refused as refusal:
        consultation = access.own_consultation(consultation_id, *_options())
        return _page(consultation, refusal.status, rating_error=refusal_text(refusal))
    flash(gettext("Thank you. Your rating was kept."))
    return redirect(url_for("portal.consultation", consultation_id=consultation_id) + "#rating", 303)


def add_to(bp: Blueprint) -> None:
    one = "/consultations/<int:consultation_id>"
    bp.add_url_rule("/consultations", "consultations", index)
    bp.add_url_rule(one, "consultation", show)
    bp.add_url_rule(f"{one}/news", "news", news)
    bp.add_url_rule(f"{one}/messages", "send", send, methods=("POST",))
    bp.add_url_rule(f"{one}/cancel", "cancel", cancel, methods=("GET", "POST"))
    bp.add_url_rule(f"{one}/reschedule", "move", move, methods=("GET", "POST"))
    bp.add_url_rule(f"{one}/rating", "rating", rating, methods=("POST",))
