"""Lists of what the hospital knows of medicines: kept by the pharmacy, replaced by a licensed list."""

from __future__ import annotations

from backoffice.panel.base import LedgerView, MasterView
from models.medicines import DrugInteraction, MedicineName, Substance
from models.patient_allergies import PatientAllergy
from models.prescriptions import PrescriptionTemplate


class SubstanceView(MasterView):
    model = Substance
    list_template = "backoffice/clinic/medicine_list.html"
    column_list = ("name", "name_en", "class_name", "allergy_groups", "interaction_classes", "status")
    column_filters = ("class_name", "status")


class MedicineNameView(MasterView):
    model = MedicineName
    list_template = "backoffice/clinic/medicine_list.html"
    column_list = ("name", "substances", "kind", "source", "status")
    column_filters = ("kind", "status")


class DrugInteractionView(MasterView):
    model = DrugInteraction
    list_template = "backoffice/clinic/medicine_list.html"
    column_list = ("first", "second", "severity", "effect", "source", "status")
    column_filters = ("severity", "status")


class PatientAllergyView(LedgerView):
    """Chosen allergies; written in the consultation's room and in the portal."""

    model = PatientAllergy
    column_list = ("patient", "said", "names", "reaction", "severity", "noted_at", "ended_at")


class PrescriptionTemplateView(LedgerView):
    """The doctor's templates; kept and deleted in the consultation's room."""

    model = PrescriptionTemplate
    column_list = ("name", "created_at")
