"""Telemedicine in the panel: patients' registrations, doctors, and the clinical ledgers."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort
from flask_admin import expose
from flask_babel import gettext, lazy_gettext, ngettext
from markupsafe import Markup, escape
from wtforms.fields import BooleanField

from backoffice.clinic.merging import MergePages
from backoffice.clinic.office import OfficePages
from backoffice.panel import rendering
from backoffice.panel.base import LedgerView, MasterView
from backoffice.panel.forms import StaffForm, make_form
from backoffice.panel.pages import note_search
from backoffice.people.accounts import AccountLinks
from models import clock
from models.activity import Activity
from models.base import one_transaction
from models.clinic import Doctor, Patient
from models.consultations import ClinicalNote, Diagnosis
from models.duty import DoctorDuty, WalkIn
from models.operations.clinic import patients
from models.operations.core import activity
from models.operations.people import nik
from models.prescriptions import Letter
from models.workflow import Transition
from portal.web import locale, patient_papers, words
from portal.web.pdf import answer

#: What somebody ticks who readmits a patient.
READMITTING = (
    ("identity_checked", lazy_gettext("I compared the person with the identity card"),
     lazy_gettext("Name, birth date and NIK are the same as in this record.")),
    ("consents_given", lazy_gettext("The person agreed to both consents again"),
     lazy_gettext("To keep the health data, and to consult at a distance; for a child the guardian agrees.")))


class PatientView(OfficePages, MergePages, MasterView):
    model = Patient
    column_list = ("medical_record_number", "name", "nik", "sex", "birth_date", "registered_at", "state")
    #: Who somebody is, is corrected with a reason: `OfficePages.identity_view`.
    form_columns = ("phone", "address", "region", "height_cm", "weight_kg", "marital_status",
                    "blood_type", "allergies", "payer", "payer_name", "payer_number")
    column_details_list = ("medical_record_number", "name", "nik", "birth_date", "sex", "height_cm",
                           "weight_kg", "address", "region", "phone", "marital_status", "blood_type",
                           "allergies", "payer", "payer_name",
                           "payer_number", "guardian",
                           "user", "registered_at", "registered_by", "decided_reason", "merged_into")
    details_template = "backoffice/clinic/patient.html"
    column_filters = ("state", "sex", "payer", "guardian", "birth_date", "registered_at")
    column_default_sort = (None, True)

    def name_of(self, record: Any) -> str:
        return record.name

    def title_of(self, record: Any) -> str:
        number = record.medical_record_number
        return f"{number} · {record.name}" if number else record.name

    def before_save(self, form: Any, record: Any, is_new: bool) -> None:
        patients.tidy(record)

    def on_search(self, typed: str) -> None:
        note_search(typed)

    def heading(self, record: Any) -> str:
        return record.medical_record_number or gettext("(no number yet)")

    def cell_nik(self, record: Any) -> Markup:
        return escape(nik.masked_of(record) or "–")

    def asks_first(self, step: Transition, record: Any) -> bool:
        return super().asks_first(step, record) and (step.name != "reinstate"
                                                     or record.guardian_id is not None)

    def step_form(self, transition: Transition, moved: Any) -> Any:
        names = tuple(name for name in transition.asks if name == "guardian" and moved.user_id is None)
        body = {name: BooleanField(word, description=more) for name, word, more in READMITTING
                if name in transition.asks}
        return make_form(Patient, names, base=type("PatientStepForm", (StaffForm,), body))(obj=moved)


class DoctorView(AccountLinks, MasterView):
    """Doctors; one who had consultations is made inactive, for nobody may delete them."""

    model = Doctor
    column_list = ("name", "specialization", "str_expires_on", "sip_expires_on", "fee", "status")
    column_filters = ("specialization", "status", "str_expires_on", "sip_expires_on")
    form_columns = ("name", "specialization", "user", "str_number", "str_expires_on", "sip_number",
                    "sip_expires_on",
                    "languages", "fee", "phone", "status", "biography")
    column_default_sort = ("name", False)

    def cell_languages(self, record: Any) -> Markup:
        return escape(words.languages_word(record.languages))

    def cell_str_expires_on(self, record: Any) -> Markup:
        return _licence(record.str_expires_on)

    def cell_sip_expires_on(self, record: Any) -> Markup:
        return _licence(record.sip_expires_on)


def _licence(day: date | None) -> Markup:
    """When a licence runs out, with a word of warning in the last ninety days."""
    if day is None:
        return escape(gettext("For life"))
    left = (day - clock.today()).days
    if left > 90:
        return escape(locale.day(day))
    word = gettext("Ran out") if left < 0 else ngettext("%(num)d day left", "%(num)d days left", left)
    return Markup('<span class="nowrap">{}</span> <span class="rw-badge is-overdue">{}{}</span>').format(
        locale.day(day), rendering.icon("clock-exclamation"), word)


class ClinicalNoteView(LedgerView):
    model = ClinicalNote


class DiagnosisView(LedgerView):
    model = Diagnosis


class LetterView(LedgerView):
    """The doctor's letters; the paper itself is a PDF."""

    model = Letter

    @property
    def prints(self) -> bool:
        return "body" not in self.hidden

    @expose("/<id>/print")
    def print_view(self, id: str) -> Any:
        letter = self.one_or_404(id)
        if not self.prints:
            abort(403)
        with one_transaction():
            activity.record(Activity.READ, table_name="letter", changed_id=letter.id)
        return answer(patient_papers.printed(patient_papers.letter_sheet, letter),
                      f"{letter.own_number}.pdf")


class WalkInView(LedgerView):
    """Who waited to be seen now, and what came of it."""

    model = WalkIn
    column_list = ("arrived_at", "patient", "triage", "state", "consultation")
    column_filters = ("state", "triage", "arrived_at")
    column_default_sort = (None, True)


class DoctorDutyView(LedgerView):
    """When which doctor was on duty."""

    model = DoctorDuty
    column_list = ("doctor", "starts_at", "ends_at", "ended_at")
    column_filters = ("doctor", "starts_at")
    column_default_sort = (None, True)
