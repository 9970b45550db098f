"""Asking for a consultation in four steps: complaint, time, files, consent.

Each step is a plain form that carries what was said before in hidden fields, so it works without script and
nothing is booked before the last one. A form with all fields and no `step` asks at once.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from models import clock
from models.base import db, one_transaction
from models.clinic import Doctor, Patient, PatientState, Payer
from models.consultations import Consultation, ConsultationState
from models.errors import N_, Refused, SlotTaken
from models.operations.clinic import consultations, slots, triage, which_doctor
from models.operations.core.files import MOST_FILES
from models.operations.people import form_drafts
from portal import access, directory, files, fragments, words
from portal.forms import AskForm, takes
from portal.web import htmx
from portal.web.locale import hour, refusal_text

STEPS = ("complaint", "schedule", "files", "consent")
CARRIED = ("patient", "complaint", "specialization", "doctor", "starts_at", "payer")
#: A browser sends one of these fields when the questions were shown.
SHOWN = frozenset({"severity_shown", "severity"})
#: Where the person confirms to go on after a danger sign, by step.
CONFIRMED = {"complaint": "danger_ok_complaint", "files": "danger_ok_files"}
TEMPLATE = "portal/asking.html"
#: The name under which a request that was not sent yet is kept.
DRAFT = "asking"


class Asking:
    """What was said so far, read from the form or the address; `errors` by field."""

    def __init__(self, form: MultiDict[str, str], people: list[Patient]) -> None:
        self.form, self.people = form, people
        self.errors: dict[str, str] = {}
        #: The step whose page is shown; whether it was begun before, and whether it was sent.
        self.at, self.resumed, self.is_sent = STEPS[0], False, False
        self.taken: dict[str, Any] = {}
        wanted = directory.number(form.get("patient"), 2**63 - 1)
        self.patient = next((entry for entry in people if entry.id == wanted), access.shown(people)[0])
        self.doctor: Doctor | None = directory.active_doctor(directory.number(form.get("doctor"), 2**63 - 1))
        self.starts_at = instant(form.get("starts_at", ""))
        if form.get("pick"):  # a time of the list, which names its doctor
            key, _, at = form["pick"].partition("@")
            self.doctor = directory.active_doctor(directory.number(key, 2**63 - 1))
            self.starts_at = instant(at)
        self.answers = triage.valid_answers(form)
        self.complaint = form.get("complaint", "").replace("\0", "").strip()
        self.payer = Payer(form["payer"]) if form.get("payer") in set(Payer) else self.patient.payer

    @property
    def carried(self) -> dict[str, str]:
        """The hidden fields of the next step."""
        return {"patient": str(self.patient.id), "complaint": self.complaint,
                "specialization": self.form.get("specialization", ""),
                "doctor": str(self.doctor.id) if self.doctor else "", "payer": self.payer.value,
                "starts_at": self.starts_at.isoformat() if self.starts_at else "",
                **{name: "1" for name in CONFIRMED.values() if self.form.get(name)}, **self.answers}

    def questions(self, step: str) -> list[triage.Question]:
        """What this step asks beside: the common ones with the complaint, the doctor's once there is one."""
        if step == "complaint":
            return triage.common()
        return triage.specific(self.doctor.specialization.code) if step == "files" and self.doctor else []

    def _check_questions(self, step: str) -> None:
        requested = self.questions(step)
        if SHOWN & self.form.keys():  # the page asked; a program that sends a whole form need not answer
            for question in requested:
                if question.needed and question.key not in self.answers:
                    self.errors[question.key] = gettext("Please choose one of the list.")
        notified = triage.dangers({entry.key: self.answers[entry.key] for entry in requested
                                   if entry.key in self.answers})
        if notified and not self.form.get(CONFIRMED[step]):
            self.errors["danger"] = gettext("Do not wait for a consultation. Call 119 or go to the nearest "
                                            "emergency department now.")

    def check(self, step: str) -> bool:
        """Whether nothing is wrong in this step."""
        if step == "complaint":
            if not 3 <= len(self.complaint) <= 4000:
                self.errors["complaint"] = gettext("Please describe the complaint in 3 to 4000 letters.")
            self._check_questions(step)
        elif step == "files":
            self._check_questions(step)
        elif step == "schedule":
            if self.doctor is None:
                self.errors["doctor"] = gettext("Please choose a doctor.")
            elif self.starts_at is None:
                self.errors["starts_at"] = gettext("Please choose one of the free times.")
        elif step == "consent":
            if not self.form.get("consent_record"):
                self.errors["consent_record"] = gettext("Tick this, so that the doctor can prepare.")
            if not self.form.get("consent"):
                self.errors["consent"] = gettext("Tick this statement, so that the request can be sent.")
        return not self.errors


def instant(text: str) -> datetime | None:
    """An instant; without a zone it is on the hospital's wall clock."""
    try:
        result = datetime.fromisoformat(text.strip())
        return (result if result.tzinfo else result.replace(tzinfo=clock.zone())).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _page(asking: Asking, step: str, status: int = 200) -> Any:
    asking.at = step
    doctor, context = asking.doctor, {}
    if step == "schedule":
        if doctor is None:
            hint = None if asking.form.get("specialization") else which_doctor.suggested(asking.complaint,
                                                                                         asking.patient)
            result, count = directory.found_doctors(asking.form,
                                                    first=hint.specialization.id if hint else None)
            context = {"doctors": result, "count": count, "hint": hint,
                       "free": slots.first_frees(result, patient=asking.patient),
                       "specializations": directory.active_specializations()}
        else:
            near = clock.local(asking.starts_at).date() if asking.starts_at else None
            if near is None:
                # Free for this patient too: a week whose last free time lies on another consultation shows
                # none.
                first = slots.next_free(doctor, patient=asking.patient, count=1)
                near = clock.local(first[0].starts_at).date() if first else clock.today()
            context = {"week": directory.week_of(doctor, directory.monday_of(asking.form.get("week"), near),
                                                 asking.patient)}
    if step in ("files", "consent"):
        context["files"] = files.drafts()
    return fragments.page_or_block(
        TEMPLATE, "wizard", status, asking=asking, step=step, steps=STEPS, number=STEPS.index(step) + 1,
        errors=asking.errors, today=clock.today(), payers=list(Payer), most_files=MOST_FILES, **context)


def _closed(status: int = 200) -> Any:
    patient = access.patient_or_404()
    return render_template("portal/waiting.html", patient=patient, complete=words.completeness(patient),
                           have="",
                           refused=True), status


def allowed_people() -> list[Patient]:
    """Those for whom the person may ask for a consultation."""
    return [entry for entry in access.people() if entry.state == PatientState.ACTIVE
            and not entry.outgrew_guardian(clock.today())]


@access.patients_only
def new() -> Any:
    people = allowed_people()
    if not people:
        return _closed()
    user = current_user._get_current_object()
    if request.args.get("anew"):
        with one_transaction():
            form_drafts.forget(user, DRAFT, DRAFT)
        return redirect(url_for("portal.ask_form"))
    begun = form_drafts.kept_of(user, DRAFT).get(DRAFT)
    said = MultiDict({**(begun or {}), **request.args.to_dict()})
    asking = Asking(said, people)
    asking.resumed = begun is not None
    if asking.starts_at is not None and asking.starts_at <= clock.now():
        asking.starts_at = None  # its time has gone by meanwhile
    return _page(asking, "complaint" if request.args else _reached(asking, said.get("step", "")))


def _reached(asking: Asking, step: str) -> str:
    """The step at which the person stopped, or the first before it that lacks something."""
    if step not in STEPS:
        return "complaint"
    for each in STEPS[:STEPS.index(step)]:
        if not asking.check(each):
            asking.errors.clear()
            return each
    return step


def _keep_draft(asking: Asking) -> None:
    """What was said so far, for a page that is loaded anew, another tab or another device."""
    with suppress(Refused), one_transaction():  # too much of it is not kept
        form_drafts.keep(current_user._get_current_object(), DRAFT, DRAFT, {
            **asking.carried, "step": asking.at, **{name: "1" for name in SHOWN if asking.form.get(name)},
            **asking.answers})


@access.patients_only
@takes(AskForm)
def ask(form: AskForm) -> Any:
    people = allowed_people()
    if not people:
        return _closed(422)
    asking = Asking(form.typed, people)
    answer = _step(asking, form.typed)
    if not asking.is_sent:
        _keep_draft(asking)
    return answer


def _step(asking: Asking, form: MultiDict[str, str]) -> Any:
    """The page that follows on what was sent."""
    files.keep_drafts_of(asking.patient.id)
    step = form.get("step", "")
    if step not in STEPS:
        return _send(asking)
    aside = _aside(asking, step, form.get("go", "next"))
    if aside is not None:
        return aside
    if step == "consent":
        return _send(asking)
    for each in STEPS[:STEPS.index(step) + 1]:
        if not asking.check(each):
            return _page(asking, each, 422)
    if form.get("pick") and not asking.questions("files"):  # files can be added from the last page
        return _page(asking, "consent")
    return _page(asking, STEPS[STEPS.index(step) + 1])


def _aside(asking: Asking, step: str, go: str) -> Any:
    """The page for whoever does something else than go on; None for who goes on."""
    form = asking.form
    if go in STEPS[:STEPS.index(step)]:  # back to a step, with all that was said
        return _page(asking, go)
    if form.get("week") or go == "doctors":
        return _page(asking, "schedule")
    if go == "other_doctor":
        asking.doctor = asking.starts_at = None
        return _page(asking, "schedule")
    if form.get("remove"):
        return _remove(asking)
    if step == "schedule" and asking.doctor is not None and "shown" not in form and not form.get("pick"):
        return _page(asking, "schedule")
    if step == "files" and not _keep_files(asking):
        return _page(asking, "files", 422)
    if step == "files" and go == "upload":
        return _page(asking, "files")
    return None


def _remove(asking: Asking) -> Any:
    wanted = directory.number(asking.form["remove"], 2**63 - 1)
    with one_transaction() as session:
        for draft in files.drafts():
            if draft.id == wanted:
                session.delete(draft)
    return _page(asking, "files")


def _keep_files(asking: Asking) -> bool:
    """Keep the uploads of this step; what is wrong with one is told, the others stay."""
    uploads = [entry for entry in request.files.getlist("files") if entry.filename]
    if not uploads:
        return True
    for upload in uploads:
        try:
            _leave_room(1)
            file = files.checked(upload, field="files")
            with one_transaction():
                _leave_room(1)
                files.kept(file, document_type=files.DRAFT, document_id=current_user.id, by=current_user)
        except Refused as refusal:
            asking.errors["files"] = refusal_text(refusal)
    return not asking.errors


def _leave_room(coming: int) -> None:
    if coming and len(files.drafts()) + coming > MOST_FILES:
        raise Refused(N_("At most %(most)s files. Remove one first."), field="files", most=MOST_FILES)


def _send(asking: Asking) -> Any:
    for entry in STEPS:
        if not asking.check(entry):
            return _page(asking, entry, 422)
    people, form, doctor, starts_at = asking.people, asking.form, asking.doctor, asking.starts_at
    assert doctor is not None  # the checks said so
    assert starts_at is not None
    uploads = [entry for entry in request.files.getlist("files") if entry.filename]
    try:
        _leave_room(len(uploads))
        checked = [files.checked(upload, field="files") for upload in uploads]
        with one_transaction():
            consultation = consultations.request(asking.patient, doctor, starts_at, asking.complaint,
                                                 by=current_user,
                                                 payer=asking.payer, answers=asking.answers)
            _leave_room(len(checked))
            for file in checked:
                files.kept(file, document_type="consultation", document_id=consultation.id, by=current_user)
            for draft in files.drafts():
                draft.document_type, draft.document_id = "consultation", consultation.id
    except SlotTaken as refusal:
        if (sent := _sent_before(asking)) is not None:
            return _sent(asking, sent)
        again = Asking(form, people)
        _tell_taken(again, refusal)
        return _page(again, "schedule", refusal.status)
    except Refused as refusal:
        again = Asking(form, people)
        field = refusal.field or "consent"
        again.errors[field] = refusal_text(refusal)
        step = {"complaint": "complaint", "doctor": "schedule", "starts_at": "schedule", "files": "files"}
        return _page(again, step.get(field, "consent"), refusal.status)
    return _sent(asking, consultation)


def _sent_before(asking: Asking) -> Consultation | None:
    """The same request of the same person: its answer was lost on the way, or the button was pressed
    twice."""
    assert asking.doctor is not None
    return db.session.scalar(sa.select(Consultation).where(
        Consultation.patient_id == asking.patient.id, Consultation.doctor_id == asking.doctor.id,
        Consultation.starts_at == asking.starts_at, Consultation.complaint == asking.complaint,
        Consultation.created_by_id == current_user.id,
        Consultation.state.in_((ConsultationState.REQUESTED, ConsultationState.APPROVED))).limit(1))


def _sent(asking: Asking, consultation: Consultation) -> Any:
    asking.is_sent = True
    with one_transaction():
        form_drafts.forget(current_user._get_current_object(), DRAFT, DRAFT)
    flash(gettext("Your request was sent. You see here when it is approved."))
    address = url_for("portal.consultation", consultation_id=consultation.id)
    if htmx.wants_fragment():
        return htmx.sent_to(address)
    return redirect(address, 303)


def _tell_taken(asking: Asking, refusal: SlotTaken) -> None:
    """Kindly: what happened, that the rest is kept, and the next free times to choose from, the nearest
    chosen."""
    assert asking.doctor is not None
    assert asking.starts_at is not None
    free = slots.next_free(asking.doctor, after=asking.starts_at, patient=asking.patient) \
        or slots.next_free(asking.doctor, patient=asking.patient)
    time = hour(asking.starts_at)
    if not refusal.is_patients:
        title = gettext("The time %(time)s was just taken by somebody else", time=time)
    elif asking.patient.user_id == current_user.id:
        title = gettext("You have another consultation at %(time)s", time=time)
    else:
        title = gettext("%(patient)s has another consultation at %(time)s", patient=asking.patient.name,
                        time=time)
    asking.taken = {"title": title, "slot": asking.starts_at, "next": free[0] if free else None, "free": free}
    asking.starts_at = free[0].starts_at if free else None
    db.session.expire_all()


def add_to(bp: Blueprint) -> None:
    bp.add_url_rule("/consultations/new", "ask_form", new)
    bp.add_url_rule("/consultations/new", "ask", ask, methods=("POST",))
