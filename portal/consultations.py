"""The patient's consultations: the list, the state that shows itself, the conversation, cancelling, the
outcome.

What is new comes by asking (`static/talk.js`): the request waits aside until something happened, then one
cheap statement says what. A page that was cut off asks on from the last message that it has, so none is lost
or doubled.
"""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from jinja2_fragments.flask import render_block
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.exceptions import NotFound

from models import clock, rights
from models.base import db, one_transaction, will_write
from models.clinic import Specialization
from models.consultations import (
    Consultation,
    ConsultationMessage,
    ConsultationState,
    MessageSide,
)
from models.errors import Refused
from models.operations.clinic import calls, consultations, conversation_news, conversations, follow_ups, slots
from models.operations.clinic.consultations import can_still_change
from models.operations.clinic.conversation_news import BOARD
from models.operations.core.approvals import perform
from models.prescriptions import GIVEN_OUT, Prescription, PrescriptionLine
from models.settings import setting
from portal import access, directory, files, fragments
from portal.asking import instant
from portal.forms import MessageForm, MoveForm, RatingForm, ReasonForm, presses, takes
from portal.web import calendar_file, call_page, conversation_page, htmx
from portal.web.locale import refusal_text

C = ConsultationState
LIST, PAGE = "portal/consultations.html", "portal/consultation.html"
COMING = (C.REQUESTED, C.APPROVED, C.IN_PROGRESS)
PAST = (C.COMPLETED, C.CANCELLED, C.REJECTED, C.NO_SHOW, C.RESCHEDULED, C.EXPIRED)
MOST = 20
ME = MessageSide.PATIENT
OUTCOME = (
    selectinload(Consultation.notes), selectinload(Consultation.diagnoses),
    selectinload(Consultation.letters),
    selectinload(Consultation.prescriptions).selectinload(Prescription.lines).options(
        joinedload(PrescriptionLine.item), joinedload(PrescriptionLine.unit)))


# ---------------------------------------------------------------- the list

def _filters(args: Any) -> tuple[list[Any], dict[str, str]]:
    """The criteria of the history, and what was chosen; what is no choice counts as none."""
    chosen = {name: args.get(name, "")[:40] for name in ("state", "specialization", "since", "until")}
    chosen["state"] = chosen["state"] if chosen["state"] in [entry.value for entry in PAST] else ""
    criteria: list[Any] = [Consultation.state == C(chosen["state"])] if chosen["state"] else []
    kind = directory.number(chosen["specialization"], 2**63 - 1)
    chosen["specialization"] = str(kind) if kind is not None else ""
    if kind is not None:
        criteria.append(Consultation.specialization_id == kind)
    for name, end in (("since", 0), ("until", 1)):
        try:
            edge = clock.day_bounds(date.fromisoformat(chosen[name].strip()))[end]
        except (ValueError, OverflowError):
            chosen[name] = ""
            continue
        criteria.append(Consultation.starts_at >= edge if end == 0 else Consultation.starts_at < edge)
    return criteria, chosen


def _specializations(people: list[int]) -> list[Specialization]:
    """Those that these people consulted."""
    return list(db.session.scalars(sa.select(Specialization).where(Specialization.id.in_(
        sa.select(Consultation.specialization_id).where(Consultation.patient_id.in_(people))))
        .order_by(Specialization.name)))


@access.patients_only
def index() -> Any:
    page = max(1, min(directory.number(request.args.get("page")) or 1, 10_000))
    people = access.people()
    patients = access.shown(people)
    own = (sa.select(Consultation).where(Consultation.patient_id.in_([patient.id for patient in patients]))
           .options(joinedload(Consultation.doctor), joinedload(Consultation.patient),
                    joinedload(Consultation.specialization)))
    filters, chosen = _filters(request.args)
    own = own.where(*filters)
    coming = db.session.scalars(own.where(Consultation.state.in_(COMING))
                                .order_by(Consultation.starts_at, Consultation.id).limit(50)).all()
    past = db.session.scalars(own.where(Consultation.state.not_in(COMING))
                              .order_by(Consultation.starts_at.desc(), Consultation.id.desc())
                              .limit(MOST + 1).offset((page - 1) * MOST)).all()
    context = {"coming": coming, "past": past[:MOST], "page": page, "more": len(past) > MOST,
               "people": people, "patients": patients, "counts": conversations.unread_counts(current_user),
               "chosen": chosen,
               "states": PAST, "specializations": _specializations([patient.id for patient in patients]),
               "filters": {name: value for name, value in chosen.items() if value}}
    if request.args.get("part") == "list" and htmx.wants_fragment():
        return fragments.live_block(LIST, "listed", **context)
    return render_template(LIST, have="", **context)


# ---------------------------------------------------------------- one consultation

def _given(consultation: Consultation, *, after: int | None = None, read: int | None = None,
           number: int | None = None) -> dict[str, Any]:
    """What every part of the page is given."""
    hours = setting("consultation.cancel_hours")
    talked = conversation_page.context(consultation, ME, after=after or 0, read=read or 0, number=number,
                                       is_live=_is_live(consultation))
    return talked | {
        "consultation": consultation, "oob": False,
        "follow_up": follow_ups.live(consultation) if consultation.state == C.COMPLETED else None,
        "may_call": calls.is_open(consultation),
        "can_change": consultation.state in (C.REQUESTED, C.APPROVED) and can_still_change(consultation,
                                                                                           current_user),
        "until": consultation.starts_at - timedelta(hours=hours), "successor": _moved_to(consultation),
        "issued": [prescription for prescription in consultation.prescriptions
                   if prescription.state in GIVEN_OUT]
        if consultation.state == C.COMPLETED else []}


def _moved_to(consultation: Consultation) -> Consultation | None:
    """The request in whose place this one's time was given up."""
    if consultation.state != C.RESCHEDULED:
        return None
    return db.session.scalar(sa.select(Consultation).where(Consultation.rescheduled_from_id
                                                           == consultation.id)
                             .options(joinedload(Consultation.doctor)))


def _is_live(consultation: Consultation | conversation_page.Glance) -> bool:
    """Whether anything can still happen here."""
    return consultation.state in COMING or conversations.can_write(consultation)


def _options() -> tuple[Any, ...]:
    return OUTCOME


def _page(consultation: Consultation, status: int = 200, **given: Any) -> Any:
    number = conversation_page.number(consultation.id, ME)
    g.uses_microphone = True  # voice notes
    messages = conversation_page.messages(consultation)
    first_new = conversation_page.mark_read(consultation, messages, ME)
    attached = consultations.sent_with(consultation)
    read = conversation_page.read_mark(consultation.id, ME)
    context = _given(consultation, after=messages[-1].id if messages else 0, read=read, number=number)
    return render_template(PAGE, **{**context, "messages": messages, "first_new": first_new,
                                    "attached": attached, "previous": None,
                                    "offered": _offered(consultation), **given}), status


def _offered(consultation: Consultation) -> list[slots.Slot]:
    """The next free times of the doctor, for a patient whose consultation the hospital released."""
    if consultation.state == C.EXPIRED:
        return slots.next_free(consultation.doctor, patient=consultation.patient)
    if consultation.state != C.CANCELLED or not consultation.events \
            or consultation.events[-1].user_id in consultation.patient.owner_ids:
        return []
    return slots.next_free(consultation.doctor, patient=consultation.patient)


@access.signed_in
def show(consultation_id: int) -> Any:
    return _page(access.own_consultation(consultation_id, *_options()))


@access.signed_in
def news(consultation_id: int) -> Any:
    """What happened since the page was made: 204 when nothing did."""
    seen, number = conversation_page.Seen.of(request.args), conversation_page.number(consultation_id, ME)
    glance = conversation_page.glance(consultation_id, ME) if consultation_id < 2**63 else None
    if glance is not None and rights.may_open(current_user, "portal"):
        conversation_page.mark_looked(glance, seen, ME)
        if glance.is_seen(seen) and not BOARD.is_typing(consultation_id, conversation_page.other(ME)):
            return conversation_page.answer("", number)
        if glance.version == seen.version and conversations.can_write(glance) == seen.is_open:
            return conversation_page.answer(conversation_page.news(glance, seen, ME, number,
                                                                   is_live=_is_live(glance)), number)
    consultation = access.own_consultation(consultation_id)
    return conversation_page.answer(_news(consultation, seen, number), number)


def _news(consultation: Consultation, seen: conversation_page.Seen, number: int) -> str:
    """The changed parts, each to replace what has its id."""
    now_open, version = conversations.can_write(consultation), consultation.version
    parts = []
    if version != seen.version or now_open != seen.is_open:
        context = _given(consultation) | {"oob": True, "first_new": 0, "attached": [], "offered": []}
        if version != seen.version:
            # What was said when the page was made ("the request was sent") is no longer how it stands.
            parts = ['<div id="told"></div>']
            parts += [render_block(PAGE, part, **context)
                      for part in ("state_part", "outcome_part", "next_part")]
        if now_open != seen.is_open:  # the conversation opens or closes: its whole part
            parts.append(render_block(PAGE, "talk_part",
                                      **{**context, "messages": conversation_page.messages(consultation),
                                                            "previous": None}))
    return "".join([*parts,
                    conversation_page.news(consultation, seen, ME, number, is_live=_is_live(consultation))])


@access.signed_in
@presses
def typing(consultation_id: int) -> Any:
    """The patient is typing: told to the doctor's page, kept nowhere."""
    consultation = access.own_consultation(consultation_id)
    if conversations.can_write(consultation):
        conversation_news.typing(consultation.id, ME)
        db.session.commit()
    return "", 204


@access.signed_in
def calendar(consultation_id: int) -> Any:
    """The consultation as a file for the patient's calendar, once it was approved."""
    consultation = access.own_consultation(consultation_id)
    if consultation.approved_at is None:
        raise NotFound
    text = calendar_file.of(consultation)
    return Response(text, headers={
        **calendar_file.content_type(text), "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{calendar_file.file_name(consultation)}"'})


# ---------------------------------------------------------------- the call

@access.signed_in
def call(consultation_id: int) -> Any:
    back = url_for("portal.consultation", consultation_id=consultation_id)
    return call_page.page(access.own_consultation(consultation_id), ME, back)


@access.signed_in
def call_news(consultation_id: int) -> Any:
    return call_page.news(access.own_consultation(consultation_id), ME)


@access.signed_in
def call_signal(consultation_id: int) -> Any:
    return call_page.send(access.own_consultation(consultation_id), ME)


# ---------------------------------------------------------------- the conversation

def _is_to_come(consultation: Consultation, client_id: str) -> bool:
    """Whether a message with this mark can still be written."""
    return (
        conversations.can_write(consultation)
        and db.session.scalar(
            sa.select(ConsultationMessage.id).where(
                ConsultationMessage.author_id == current_user.id, ConsultationMessage.client_id == client_id
            )
        )
        is None
    )


@access.signed_in
@takes(MessageForm)
def send(consultation_id: int, form: MessageForm) -> Any:
    """Write a message, once for each `client_id`, however often it is sent."""
    consultation = access.own_consultation(consultation_id)
    upload, body = request.files.get("file"), str(form.body.data or "")
    client_id = form.client_id.data or secrets.token_urlsafe(12)
    try:
        file = None
        if upload is not None and upload.filename and _is_to_come(consultation, client_id):
            file = conversation_page.brought(str(form.voice_seconds.data or ""), upload)
        with one_transaction():
            if file is not None:
                consultation = access.own_consultation(consultation_id)  # it may have moved on meanwhile
            attachment = None
            if file is not None and _is_to_come(consultation, client_id):
                attachment = files.kept(file, document_type="consultation", document_id=consultation.id,
                                        by=current_user)
            conversations.send_message(consultation, body, by=current_user, client_id=client_id,
                                       attachment=attachment, page=str(form.page.data or ""))
    except Refused as refusal:
        consultation = access.own_consultation(consultation_id, *_options())
        given = {"error": refusal_text(refusal), "body": body, "client_id": client_id}
        if htmx.wants_fragment():
            return render_block(PAGE, "composer", **{**_given(consultation), **given}), refusal.status
        return _page(consultation, refusal.status, **given)
    if not htmx.wants_fragment():
        return redirect(url_for("portal.consultation", consultation_id=consultation_id) + "#composer", 303)
    will_write(False)  # what follows only reads: it waits for no lock
    number = BOARD.number(consultation.id, ME)
    given = conversation_page.context(consultation, ME, number=number) | {"consultation": consultation}
    return render_block(PAGE, "composer", **given) + _news(
        consultation, conversation_page.Seen.of(form.typed), number)


# ---------------------------------------------------------------- cancelling, moving, rating

def _ask_page(consultation: Consultation, template: str, form: ReasonForm, status: int = 200,
              **given: Any) -> Any:
    return render_template(template, consultation=consultation, errors=form.problems, typed=form.typed,
                           **given), status


def _still_open(consultation: Consultation) -> bool:
    return consultation.state in (C.REQUESTED, C.APPROVED)


@access.signed_in
@takes(ReasonForm)
def cancel(consultation_id: int, form: ReasonForm) -> Any:
    """Asks first, on a page of its own; with a reason it is done."""
    consultation = access.own_consultation(consultation_id)
    if request.method == "GET":
        if not _still_open(consultation):
            return redirect(url_for("portal.consultation", consultation_id=consultation_id))
        return _ask_page(consultation, "portal/cancel.html", form)
    try:
        with one_transaction():
            perform(consultation, "cancel", by=current_user, reason=str(form.reason.data or ""),
                    version=form.version.data)
    except Refused as refusal:
        consultation = access.own_consultation(consultation_id)
        if consultation.state == C.CANCELLED:  # by an earlier press of the same button, whose answer was lost
            return redirect(url_for("portal.consultation", consultation_id=consultation_id), 303)
        if str(form.reason.data or "").strip() or refusal.status != 422:
            form.blame(refusal)
        else:
            form.blame_at("reason", gettext("Please write in a few words why. The hospital and the doctor "
                                            "read it."))
        return _ask_page(consultation, "portal/cancel.html", form, refusal.status)
    flash(gettext("The consultation was cancelled; its time is free for others."))
    return redirect(url_for("portal.consultation", consultation_id=consultation_id), 303)


@access.signed_in
@takes(MoveForm)
def move(consultation_id: int, form: MoveForm) -> Any:
    """Another time of the same doctor: a new request that is linked to this one."""
    consultation = access.own_consultation(consultation_id)
    if request.method == "GET":
        if not _still_open(consultation):
            return redirect(url_for("portal.consultation", consultation_id=consultation_id))
        return _move_page(consultation, form)
    chosen = instant(str(form.starts_at.data or form.moved_to.data or ""))
    if chosen is None:
        form.blame_at("starts_at", gettext("Please choose one of the free times."))
        return _move_page(consultation, form, 422)
    try:
        with one_transaction():
            moved = consultations.reschedule(consultation, chosen, by=current_user,
                                             reason=str(form.reason.data or ""),
                                             version=form.version.data)
    except Refused as refusal:
        moved = db.session.scalar(sa.select(Consultation).where(
            Consultation.rescheduled_from_id == consultation_id, Consultation.starts_at == chosen))
        if moved is not None:  # by an earlier press of the same button
            return redirect(url_for("portal.consultation", consultation_id=moved.id), 303)
        form.blame(refusal)
        return _move_page(access.own_consultation(consultation_id), form, refusal.status)
    flash(gettext("The new time was asked for. You see here when it is approved."))
    return redirect(url_for("portal.consultation", consultation_id=moved.id), 303)


def _move_page(consultation: Consultation, form: MoveForm, status: int = 200) -> Any:
    free = slots.first_free([consultation.doctor], patient=consultation.patient).get(consultation.doctor_id)
    near = clock.local(free.starts_at).date() if free else clock.today()
    week = directory.week_of(consultation.doctor, directory.monday_of(request.args.get("week"), near),
                             consultation.patient)
    return _ask_page(consultation, "portal/move.html", form, status, week=week)


@access.signed_in
@takes(RatingForm)
def rating(consultation_id: int, form: RatingForm) -> Any:
    consultation = access.own_consultation(consultation_id, *_options())
    stars = form.rating.data or form.score.data or 0
    try:
        with one_transaction():
            consultations.rate(consultation, stars, by=current_user,
                               comment=str(form.comment.data or ""))
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
    bp.add_url_rule(f"{one}/typing", "typing", typing, methods=("POST",))
    bp.add_url_rule(f"{one}/calendar.ics", "calendar", calendar)
    bp.add_url_rule(f"{one}/call", "call", call)
    bp.add_url_rule(f"{one}/call/news", "call_news", call_news)
    bp.add_url_rule(f"{one}/call/signal", "call_signal", call_signal, methods=("POST",))
    bp.add_url_rule(f"{one}/messages", "send", send, methods=("POST",))
    bp.add_url_rule(f"{one}/cancel", "cancel", cancel, methods=("GET", "POST"))
    bp.add_url_rule(f"{one}/reschedule", "move", move, methods=("GET", "POST"))
    bp.add_url_rule(f"{one}/rating", "rating", rating, methods=("POST",))
