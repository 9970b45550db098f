"""The consultation room: the patient's facts, the conversation, the note, diagnoses, prescription and
letters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import abort, g, jsonify, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import joinedload, lazyload, selectinload

from backoffice.clinic.booking import BookingPages
from backoffice.clinic.conversation import ME, TalkPages
from backoffice.clinic.patient_history import HistoryPages
from backoffice.clinic.prescribing import PrescribingPages
from backoffice.panel import lookups
from backoffice.panel.base import DocumentView
from backoffice.panel.forms import make_form
from backoffice.panel.views import done, message_of
from models import clock
from models.activity import Activity
from models.base import db, one_transaction
from models.clinic import Patient
from models.consultations import (
    ClinicalNote,
    Consultation,
    ConsultationState,
    Diagnosis,
    DiagnosisKind,
)
from models.errors import NotAllowed, Refused
from models.items import Item
from models.operations.clinic import calls, clinical, consultations, follow_ups, icd
from models.operations.clinic.prescription_checks import running
from models.operations.core import activity
from models.operations.core.approvals import perform
from models.patient_allergies import PatientAllergy
from models.people import User
from models.prescriptions import Letter, LetterKind, Prescription, PrescriptionLine
from models.scopes import history_for
from portal.web import conversation_page, search_sealing
from portal.web.locale import hour

C = ConsultationState
PAST = 8


class ConsultationView(PrescribingPages, BookingPages, TalkPages, HistoryPages, DocumentView):
    """The doctor's room for the own consultations; for others the page of facts."""

    model = Consultation
    lines = ()
    can_create = can_edit = can_delete = False
    column_list = ("number", "starts_at", "state", "triage", "patient", "doctor", "specialization")
    column_details_list = ("patient", "doctor", "specialization", "starts_at", "slot_minutes", "payer",
                           "triage", "created_by",
                           "complaint", "held_beside", "decided_reason", "rating", "rating_comment")
    column_filters = ("state", "triage", "doctor", "specialization", "patient", "starts_at")
    details_template = "backoffice/clinic/consultation.html"

    def details_options(self) -> list[Any]:
        return [joinedload(Consultation.patient).options(
                    joinedload(Patient.guardian),
                    selectinload(Patient.allergy_rows).joinedload(PatientAllergy.noted_by).lazyload("*")),
                joinedload(Consultation.doctor).lazyload("*"), joinedload(Consultation.specialization),
                joinedload(Consultation.draft), selectinload(Consultation.diagnoses),
                selectinload(Consultation.notes).joinedload(ClinicalNote.author).lazyload("*"),
                selectinload(Consultation.letters),
                selectinload(Consultation.prescriptions).selectinload(Prescription.lines).options(
                    joinedload(PrescriptionLine.item), joinedload(PrescriptionLine.unit)),
                joinedload(Consultation.created_by).options(lazyload(User.user_roles))]

    def is_own(self, record: Any) -> bool:
        return record.doctor.user_id == current_user.id

    def hidden_in(self, record: Any) -> frozenset[str]:
        return frozenset() if self.is_own(record) else self.hidden

    def on_reading(self, record: Any) -> None:
        if self.is_own(record):  # the room shows the patient's record
            activity.record(Activity.READ, table_name="patient", changed_id=record.patient_id)

    def chain(self, record: Any) -> tuple[list[Any], list[Any]]:
        return [], []

    # ------------------------------------------------------------ what the room shows

    def extra(self, record: Any) -> dict[str, Any]:
        if not self.is_own(record):
            return {"own": False}
        g.uses_microphone = True  # voice notes
        number = conversation_page.number(record.id, ME)
        messages = conversation_page.messages(record)
        first_new = conversation_page.mark_read(record, messages, ME)
        read = conversation_page.read_mark(record.id, ME)
        past, running = past_of(record)
        lacks = clinical.missing(record)
        return {
            "own": True, "follow_up": follow_ups.live(record), "may_call": calls.is_open(record),
            "messages": messages, "first_new": first_new,
            "talk": conversation_page.context(record, ME, after=messages[-1].id if messages else 0,
                                              read=read, number=number),
            "kinds": list(DiagnosisKind), "letter_kinds": list(LetterKind),
            "papers": record.state in (C.IN_PROGRESS, C.COMPLETED), "lacks": lacks,
            "lack_words": [(lack, gettext(clinical.LACKS[lack])) for lack in lacks],
            "posted": request.path.rsplit("/", 1)[-1] if request.method == "POST" else "",
            "today": clock.today(), "attached": consultations.sent_with(record),
            "past": past, "running": running, "reads_past": record.state in READS_PAST,
            "icd_term": icd.term, "icd_hits": icd.search(request.args.get("icd", "")[:80]),
            **self.prescribing(record)}

    def step_form(self, transition: Any, moved: Any) -> Any:
        """Moving asks for the time alone; to another doctor it goes from the desk, where free times are
        shown. Who gives it to another doctor names that one, and another time where it is needed."""
        names = transition.asks if transition.name == "reassign" else tuple(
            name for name in transition.asks if name == "moved_to")
        return make_form(Consultation, names)(obj=moved)

    def item_name(self, key: str) -> str:
        """The name of a medicine that the refused form named."""
        item = db.session.get(Item, number) if (number := lookups.identity(Item, key)) is not None else None
        return item.name if item is not None else key

    # ------------------------------------------------------------ look-ups of the room's forms

    def _searching(self) -> str:
        if not current_user.has_role("doctor"):
            abort(403)
        return search_sealing.query()[:80].replace("\x00", "")

    @expose("/icd10")
    def icd10_view(self) -> Any:
        """Diagnoses for the search box: ``?query=demam berdarah``."""
        return jsonify([{"id": hit.code, "text": hit.text} for hit in icd.search(self._searching())])

    # ------------------------------------------------------------ note and diagnoses

    def _texts(self) -> dict[str, str]:
        return {name: request.form.get(name, "") for name in clinical.PARTS}

    @expose("/<id>/note", methods=("POST",))
    def note_view(self, id: str) -> Any:
        """Sign the note; with ``go=draft`` keep it as it is, for who has no script that does so."""
        if request.form.get("go") == "draft":
            return self._write(id, lambda record: clinical.save_draft(record, by=current_user,
                                                                      **self._texts()),
                               gettext("The draft was saved. Nobody but you sees it."), "#h-note")
        return self._write(id, lambda record: clinical.write_note(record, by=current_user, **self._texts()),
                           gettext("The note was signed."), "#h-note")

    @expose("/<id>/draft", methods=("POST",))
    def draft_view(self, id: str) -> Any:
        """The note as far as it is typed; the page sends it by itself. Answers what to say beside the
        form."""
        record = self.one_or_404(id)
        try:
            with one_transaction():
                draft = clinical.save_draft(record, by=current_user, **self._texts())
                at = draft.saved_at if draft is not None else None
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            return jsonify({"text": message_of(refusal)}), refusal.status
        return jsonify({"text": gettext("Draft saved at %(time)s", time=hour(at)) if at else
                        gettext("Nothing to sign")})

    @expose("/<id>/diagnosis", methods=("POST",))
    def diagnosis_view(self, id: str) -> Any:
        kinds = {entry.value: entry for entry in DiagnosisKind}
        kind = kinds.get(request.form.get("kind", ""), DiagnosisKind.PRIMARY)
        code = next((entry for entry in request.form.getlist("code") if entry.strip()), "")
        return self._write(id, lambda record: clinical.add_diagnosis(record, code[:100], by=current_user,
                                                                     kind=kind),
                           gettext("The diagnosis was recorded."), "#h-diagnosis")

    @expose("/<id>/withdraw", methods=("POST",))
    def withdraw_view(self, id: str) -> Any:
        def act(record: Any) -> None:
            clinical.withdraw_diagnosis(_part(record.diagnoses, "diagnosis", Diagnosis), by=current_user)
        return self._write(id, act, gettext("The diagnosis was withdrawn; it stays in the record."),
                           "#h-diagnosis")

    # ------------------------------------------------------------ letters, video

    @expose("/<id>/letter", methods=("POST",))
    def letter_view(self, id: str) -> Any:
        """Write a letter; with ``go`` withdraw one, or write this one in its place."""
        form, kinds = request.form, {entry.value: entry for entry in LetterKind}
        go, said = form.get("go", ""), {
            "body": form.get("letter_body", "")[:4000], "sick_from": _day("sick_from"),
            "sick_until": _day("sick_until"), "referred_to": form.get("referred_to", "")[:200]}

        def act(record: Any) -> None:
            if go in ("withdraw", "replace"):
                letter = _part(record.letters, "letter", Letter)
                reason = form.get("reason", "")[:2000]
                if go == "withdraw":
                    perform(letter, "withdraw", by=current_user, reason=reason)
                else:
                    clinical.replace_letter(letter, reason, by=current_user, **said)
            else:
                clinical.write_letter(record, kinds.get(form.get("letter_kind", ""), LetterKind.SICK),
                                      by=current_user, **said)
        message = {"withdraw": gettext("The letter was withdrawn; the patient was told."),
                   "replace": gettext("The letter was replaced; the patient was told.")}.get(
                       go, gettext("The letter was written."))
        return self._write(id, act, message, "#h-letters")

    @expose("/<id>/video", methods=("POST",))
    def video_view(self, id: str) -> Any:
        return self._write(id, lambda record: clinical.set_video(
            record, request.form.get("video_url", ""), by=current_user),
            gettext("The video link was saved."), "#h-chat")

    def _write(self, id: str, act: Callable[..., Any], message: str, anchor: str,
               look: Callable[[Any], Any] | None = None) -> Any:
        """`look` does what takes long, before the transaction; `act` gets what it found."""
        record = self.one_or_404(id)
        try:
            result = (look(record),) if look is not None else ()
            with one_transaction():
                act(self.one_or_404(id) if result else record, *result)
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            return self.refused(record, refusal)
        return done(message, self.details_url(record) + anchor)


#: States of the own consultation in which earlier visits are read beside it.
READS_PAST = (C.APPROVED, C.IN_PROGRESS, C.COMPLETED)


def past_of(record: Consultation) -> tuple[list[Consultation], list[PrescriptionLine]]:
    """The patient's last earlier visits with their diagnoses, and the medicines that still run; as
    `history_for` says, and nothing in the room of one that was cancelled, moved or missed."""
    if record.state not in READS_PAST:
        return [], []
    user = current_user._get_current_object()
    visits = list(db.session.scalars(
        sa.select(Consultation).where(
            Consultation.patient_id == record.patient_id, Consultation.id != record.id,
            history_for(user, Consultation))
        .options(joinedload(Consultation.doctor).lazyload("*"), selectinload(Consultation.diagnoses),
                 joinedload(Consultation.specialization), selectinload(Consultation.notes))
        .order_by(Consultation.starts_at.desc()).limit(PAST)))
    return visits, running(record.patient_id, history_for(user, Prescription))


def _part(rows: Any, name: str, model: Any) -> Any:
    """The row of the record that the form names; 404 for any other."""
    key = lookups.identity(model, request.form.get(name, ""))
    result = next((row for row in rows if row.id == key), None)
    return result if result is not None else abort(404)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
