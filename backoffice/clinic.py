"""Telemedicine in the panel: doctors' work, patients' registrations. The doctor answers from here."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
from flask import abort, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup, escape
from sqlalchemy.orm import joinedload, selectinload

from backoffice.base import DocumentView, LedgerView, MasterView
from backoffice.views import done
from models.base import db, one_transaction
from models.clinic import Doctor, Patient
from models.consultations import ClinicalNote, Consultation, ConsultationMessage, Diagnosis, DiagnosisKind
from models.errors import NotAllowed, Refused
from models.operations import clinical, conversations, nik


class PatientView(MasterView):
    model = Patient
    icon = "user-heart"
    listed = ("medical_record_number", "name", "nik", "sex", "birth_date", "registered_at", "state")
    asks = ("name", "birth_date", "sex", "height_cm", "weight_kg", "address", "phone", "marital_status", "blood_type",
            "allergies", "payer", "payer_name", "payer_number")
    facts = ("name", "nik", "birth_date", "sex", "height_cm", "weight_kg", "address", "phone", "marital_status",
             "blood_type", "allergies", "payer", "payer_name", "payer_number", "guardian", "user", "registered_at",
             "decided_reason")
    default_order = (None, True)

    def name_of(self, record: Any) -> str:
        return record.name

    def heading(self, record: Any) -> str:
        return record.medical_record_number or gettext("(no number yet)")

    def cell_nik(self, record: Any) -> Markup:
        return escape(nik.masked_of(record) or "–")


class DoctorView(MasterView):
    model = Doctor
    icon = "stethoscope"
    listed = ("name", "specialization", "sip_number", "sip_expires_on", "fee", "status")
    asks = ("name", "specialization", "user", "str_number", "str_expires_on", "sip_number", "sip_expires_on",
            "languages", "fee", "phone", "status", "biography")
    default_order = ("name", False)


class ConsultationView(DocumentView):
    """The doctor's page: the conversation, the note, the diagnosis, and the steps."""

    model = Consultation
    icon = "messages"
    lines = ()
    read_only = True
    listed = ("number", "starts_at", "patient", "doctor", "specialization", "state")
    facts = ("patient", "doctor", "specialization", "starts_at", "slot_minutes", "payer", "triage", "complaint",
             "decided_reason", "rating", "rating_comment")
    filters = ("state", "doctor", "specialization", "patient", "starts_at")
    details_template = "backoffice/consultation.html"

    def details_options(self) -> list[Any]:
        return [joinedload(Consultation.patient).joinedload(Patient.guardian), joinedload(Consultation.doctor),
                joinedload(Consultation.specialization), selectinload(Consultation.diagnoses),
                selectinload(Consultation.notes)]

    def is_own(self, record: Any) -> bool:
        return record.doctor.user_id == current_user.id

    def on_reading(self, record: Any) -> None:
        conversations.mark_read(record, by=current_user)

    def extra(self, record: Any) -> dict[str, Any]:
        if not self.is_own(record):
            return {"own": False}
        messages = list(db.session.scalars(
            sa.select(ConsultationMessage).where(ConsultationMessage.consultation_id == record.id)
            .options(joinedload(ConsultationMessage.author).lazyload("*"),
                     joinedload(ConsultationMessage.attachment))
            .order_by(ConsultationMessage.id.desc()).limit(200)))[::-1]
        return {"own": True, "messages": messages, "can_write": conversations.can_write(record),
                "key": secrets.token_urlsafe(16), "kinds": list(DiagnosisKind),
                "papers": record.state in ("in_progress", "completed")}

    @expose("/<id>/messages")
    def messages_view(self, id: str) -> Any:
        """The conversation alone, for the page to refresh itself."""
        seen = self.one_or_404(id)
        if conversations.unread_counts(current_user, [seen.id]):
            with one_transaction():
                self.on_reading(seen)
        record = self.one_or_404(id, *self.details_options())
        if not self.is_own(record):
            abort(404)
        return self.render("backoffice/messages.html", view=self, record=record, extra=self.extra(record))

    @expose("/<id>/message", methods=("POST",))
    def message_view(self, id: str) -> Any:
        return self._write(id, lambda record: conversations.send_message(
            record, request.form.get("body", ""), by=current_user,
            client_id=request.form.get("key", "")[:64] or secrets.token_urlsafe(16)),
            gettext("Your message was sent."), "#h-talk")

    @expose("/<id>/note", methods=("POST",))
    def note_view(self, id: str) -> Any:
        parts = {name: request.form.get(name, "") for name in ("subjective", "objective", "assessment", "plan")}
        return self._write(id, lambda record: clinical.write_note(record, by=current_user, **parts),
                           gettext("The note was saved."), "#h-note")

    @expose("/<id>/diagnosis", methods=("POST",))
    def diagnosis_view(self, id: str) -> Any:
        kind = request.form.get("kind", "")
        kinds = {each.value: each for each in DiagnosisKind}
        return self._write(id, lambda record: clinical.add_diagnosis(
            record, request.form.get("code", ""), by=current_user, kind=kinds.get(kind, DiagnosisKind.PRIMARY)),
            gettext("The diagnosis was recorded."), "#h-diagnosis")

    def _write(self, id: str, act: Any, message: str, anchor: str) -> Any:
        record = self.one_or_404(id)
        try:
            with one_transaction():
                act(record)
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            return self.refused(record, refusal)
        return done(message, self.details_url(record) + anchor)


class ClinicalNoteView(LedgerView):
    model = ClinicalNote


class DiagnosisView(LedgerView):
    model = Diagnosis
