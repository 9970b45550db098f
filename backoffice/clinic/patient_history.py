"""The patient's history in the doctor's room: one line of time, measurements with charts, the follow-up and
answers to referrals. Mixed into the consultation's view."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, request
from flask_admin import expose
from flask_babel import gettext
from flask_login import current_user

from backoffice.panel import lookups
from backoffice.panel.views import done, message_of
from models.activity import Activity
from models.base import one_transaction
from models.consultations import Consultation, ConsultationState, MessageSide
from models.errors import N_, NotAllowed, Refused
from models.operations.clinic import follow_ups, timeline, vital_signs
from models.operations.core import activity
from models.prescriptions import Letter
from models.vital_signs import LIMITS, VitalKind, VitalSign
from portal.web import vital_charts

C = ConsultationState
#: States of the own consultation beside which the history is read.
READS = (C.APPROVED, C.IN_PROGRESS, C.COMPLETED)


def day_of(text: str, field: str) -> date | None:
    """What a field of days holds; None for nothing. Raises `Refused` at the field."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise Refused(N_("Write the day as in 2026-01-31."), field=field) from None


class HistoryPages:
    """The record behind a consultation's room."""

    def _treated_or_404(self: Any, id: str) -> Consultation:
        record: Consultation = self._own_or_404(id)
        return record if record.state in READS else abort(404)

    def _history(self: Any, record: Consultation, status: int = 200, **given: Any) -> Any:
        patient = record.patient
        charts = vital_charts.all_kinds(patient)
        entries = timeline.for_doctor(patient, current_user._get_current_object())
        return self.render("backoffice/clinic/history.html", **{
            "view": self, "record": record, "patient": patient, "charts": charts, "entries": entries,
            "grown": vital_charts.growing(patient, charts), "kinds": list(VitalKind), "limits": LIMITS,
            "error": "", "field": "", "unusual": False, "typed": request.form, "corrected": None,
            "now": vital_charts.default_moment(), "visit_address": self._visit_address,
            "correct_address": lambda sign: self._correction(record, sign), **given}), status

    def _visit_address(self: Any, visit: Consultation) -> str:
        return self.details_url(visit) if visit.doctor.user_id == current_user.id else ""

    def _correction(self: Any, record: Consultation, sign: VitalSign) -> str:
        return f"{self.url}/{record.id}/record?correct={sign.id}#measure" \
            if sign.side == MessageSide.DOCTOR else ""

    @expose("/<id>/record")
    def record_view(self: Any, id: str) -> Any:
        """The whole history; reading it is in the log."""
        record = self._treated_or_404(id)
        with one_transaction():
            activity.record(Activity.READ, table_name="patient", changed_id=record.patient_id)
        record = self._treated_or_404(id)
        return self._history(record, corrected=self._sign(record, request.args.get("correct", "")))

    def _sign(self: Any, record: Consultation, text: str) -> VitalSign | None:
        key = lookups.identity(VitalSign, text)
        return vital_signs.own(record.patient, key) if key is not None else None

    def _measured(self: Any, record: Consultation) -> None:
        form, kinds = request.form, {entry.value: entry for entry in VitalKind}
        sign = self._sign(record, form.get("sign", ""))
        if sign is not None and form.get("go") == "remove":
            vital_signs.take_back(sign, by=current_user)
            return
        try:
            at = vital_charts.instant_of(form.get("measured_at", ""))
        except ValueError:
            raise Refused(N_("Write the day and the time of the measurement."),
                          field="measured_at") from None
        kind = sign.kind if sign is not None else kinds.get(form.get("kind", ""))
        if kind is None:
            raise Refused(N_("Choose what was measured."), field="kind")
        vital_signs.enter(record.patient, kind, form.get("value", "")[:20], by=current_user,
                          second_value=form.get("second_value", "")[:20], measured_at=at, replaces=sign,
                          consultation=record, confirmed=form.get("confirmed") == "1")

    @expose("/<id>/measure", methods=("POST",))
    def measure_view(self: Any, id: str) -> Any:
        """Write down a measurement, correct one (``sign``) or take it out."""
        self._treated_or_404(id)
        try:
            with one_transaction():
                self._measured(self._treated_or_404(id))
        except NotAllowed:
            abort(403)
        except Refused as refusal:
            record = self._treated_or_404(id)
            return self._history(record, refusal.status, error=message_of(refusal), field=refusal.field or "",
                                 unusual=isinstance(refusal, vital_signs.Unusual),
                                 corrected=self._sign(record, request.form.get("sign", "")))
        return done(gettext("The measurement was kept."), f"{self.url}/{id}/record")

    @expose("/<id>/answer", methods=("POST",))
    def answer_view(self: Any, id: str) -> Any:
        """Record what came back to a referral of this patient that the history shows."""
        record, form = self._treated_or_404(id), request.form
        key = lookups.identity(Letter, form.get("letter", ""))
        entries = timeline.for_doctor(record.patient, current_user._get_current_object())
        letter = next((row for entry in entries if entry.kind == "letter" for row in entry.rows
                       if row.id == key), None)
        if letter is None:
            abort(404)
        try:
            day = day_of(form.get("answered_on", ""), "answered_on")
            with one_transaction():
                follow_ups.record_answer(letter, form.get("answer", ""), answered_on=day, by=current_user,
                                         answered_by=form.get("answered_by", ""))
        except Refused as refusal:
            return self._history(self._treated_or_404(id), refusal.status, error=message_of(refusal),
                                 field=refusal.field or "")
        return done(gettext("The answer was recorded; the patient is told that it is there."),
                    f"{self.url}/{id}/record")

    @expose("/<id>/follow_up", methods=("POST",))
    def follow_up_view(self: Any, id: str) -> Any:
        """Set, change or take back the day on which the doctor wants to see the patient again."""
        def act(record: Any) -> None:
            day = None if request.form.get("go") == "remove" else day_of(request.form.get("due_on", ""),
                                                                          "due_on")
            if day is None and request.form.get("go") != "remove":
                raise Refused(N_("Choose the day of the follow-up."), field="due_on")
            follow_ups.set_day(record, day, by=current_user, reason=request.form.get("reason", ""))
        return self._write(id, act, gettext("The follow-up was saved."), "#h-follow-up")
